#include <gradus/organization/ids.h>

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "organization/tables.h"

namespace gradus {
namespace {

TEST(Ids, AreTheRanksOfSortedKeysAndTheRowsOfTheirTable) {
    const Organization organization = build({{"roles", {{"role", "family"}, {"r9", "y"}, {"r10", "x"}, {"R", "y"}}}});
    EXPECT_EQ(id<RoleTag>(organization, "R"), RoleId(0));  // byte by byte: capitals first, 1 before 9
    EXPECT_EQ(id<RoleTag>(organization, "r10"), RoleId(1));
    EXPECT_EQ(id<RoleTag>(organization, "r9"), RoleId(2));
    EXPECT_FALSE(id<RoleTag>(organization, "r1"));
    EXPECT_EQ(organization->roles.role[2], RoleId(2));
    EXPECT_EQ(organization->roles.family[2], id<FamilyTag>(organization, "y"));
    EXPECT_EQ(organization.keys(FamilyId::table).size(), 2u);
}

TEST(Ids, EveryOneNamesATableOfItsOwnThatHasKeys) {
    const Organization organization = build({});
    std::set<std::string_view> names;
    const auto check = [&]<class Tag>(Id<Tag>) {
        EXPECT_TRUE(names.insert(Tag::table).second) << Tag::table;
        EXPECT_EQ(organization.keys(Tag::table).size(), 0u) << Tag::table;
    };
    const auto check_all = [&](auto... ids) { (check(ids), ...); };
    check_all(ScaleId(), CapabilityId(), RoleId(), UnitId(), PersonId(), ObjectiveId(), ActivityId(), SessionId(),
              FundId(), ProgramId(), PersonaId(), FamilyId(), KindId(), ClusterId(), KpiId(), AttributeId());
    EXPECT_THROW(organization.keys(RaterId::table), Error);  // of the ratings, which stand apart
    EXPECT_THROW(organization.keys(OccasionId::table), Error);
}

}  // namespace
}  // namespace gradus
