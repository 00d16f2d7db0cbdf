#pragma once

#include <gradus/base/id.h>

namespace gradus {

// Keys that name the rows of a table.
struct ScaleTag {
    static constexpr std::string_view table = "scales";
};
struct CapabilityTag {
    static constexpr std::string_view table = "capabilities";
};
struct RoleTag {
    static constexpr std::string_view table = "roles";
};
struct UnitTag {
    static constexpr std::string_view table = "units";
};
struct PersonTag {
    static constexpr std::string_view table = "people";
};
struct ObjectiveTag {
    static constexpr std::string_view table = "objectives";
};
struct ActivityTag {
    static constexpr std::string_view table = "activities";
};
struct SessionTag {
    static constexpr std::string_view table = "sessions";
};
struct FundTag {
    static constexpr std::string_view table = "funds";
};
struct ProgramTag {
    static constexpr std::string_view table = "programs";
};

// Vocabularies: words of the user's own that mean something only where they are equal.
struct PersonaTag {
    static constexpr std::string_view table = "persona";
};
struct FamilyTag {
    static constexpr std::string_view table = "family";
};
struct KindTag {
    static constexpr std::string_view table = "kind";
};
struct ClusterTag {
    static constexpr std::string_view table = "cluster";
};
struct KpiTag {
    static constexpr std::string_view table = "kpi";
};
struct AttributeTag {
    static constexpr std::string_view table = "attribute";
};
struct RaterTag {
    static constexpr std::string_view table = "rater";
};
struct OccasionTag {
    static constexpr std::string_view table = "assessment";
};
struct DesignTag {
    static constexpr std::string_view table = "design";
};

using ScaleId = Id<ScaleTag>;
using CapabilityId = Id<CapabilityTag>;
using RoleId = Id<RoleTag>;
using UnitId = Id<UnitTag>;
using PersonId = Id<PersonTag>;
using ObjectiveId = Id<ObjectiveTag>;
using ActivityId = Id<ActivityTag>;
using SessionId = Id<SessionTag>;
using FundId = Id<FundTag>;
using ProgramId = Id<ProgramTag>;
using PersonaId = Id<PersonaTag>;
using FamilyId = Id<FamilyTag>;
using KindId = Id<KindTag>;
using ClusterId = Id<ClusterTag>;
using KpiId = Id<KpiTag>;
using AttributeId = Id<AttributeTag>;
using RaterId = Id<RaterTag>;
using OccasionId = Id<OccasionTag>;
using DesignId = Id<DesignTag>;

}  // namespace gradus
