#pragma once

#include <gradus/risk/risk.h>

namespace gradus {

enum class Grouping : std::uint8_t { unit, role, family, manager, persona, all };
template <>
struct Words<Grouping> {
    static constexpr std::string_view names[] = {"unit", "role", "family", "manager", "persona", "all"};
};

struct MemberTag {
    static constexpr std::string_view table = "member";
};
/// A unit, role, family, manager or persona, by the grouping of its row; none: people without one.
using MemberId = Id<MemberTag>;

/// Exposure by a grouping of people × capability; own-role rows only. Sorted by member (none last), capability.
struct HeatMap : Table {
    HeatMap() : Table("heat_map", "Exposure by a grouping of people and capability") {}

    Column<Grouping> grouping{*this, {.name = "grouping", .meaning = "how people are grouped"}};
    Column<MemberId> member{*this, {.name = "member", .meaning = "the unit, role, …; none: people without one"}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "capability"}};
    Column<std::int32_t> requirements{*this, {.name = "requirements", .unit = "rows", .meaning = "rows of risks"}};
    Column<std::int32_t> people{*this, {.name = "people", .unit = "people", .meaning = "distinct people"}};
    Column<std::int32_t> unknown{*this, {.name = "unknown", .unit = "rows", .meaning = "rows that nobody rated"}};
    Column<double> below{*this,
                         {.name = "below", .unit = "rows", .meaning = "expected number of rows not met: Σ likelihood"}};
    Column<double> shortfall{*this, {.name = "shortfall", .unit = "positions", .meaning = "Σ shortfall"}};
    Column<double> exposure{*this, {.name = "exposure", .unit = "impact", .meaning = "Σ exposure"}};
    Column<double> likelihood{*this, {.name = "likelihood", .unit = "probability", .meaning = "below / requirements"}};
    Column<RiskLevel> risk_level{*this, {.name = "risk_level", .meaning = "from mean likelihood and mean impact"}};
};

struct HeatMapOptions {
    Grouping by = Grouping::unit;
    bool roll_up = false;  ///< a unit includes those below it, a capability those below it
    RiskOptions risk{};    ///< bands and cuts of risk_level
    int threads = 0;       ///< 0: all cores
};

/// Sums the own-role rows of `risks`. Without roll_up the cells of a grouping sum to the total exposure exactly.
HeatMap heat_map(const Organization& organization, const Risks& risks, const HeatMapOptions& options = {});

}  // namespace gradus
