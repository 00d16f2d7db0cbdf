#include <gradus/organization/scope.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

std::vector<Literal> scoped(Cells eligibility) {
    return {{"roles", {{"role"}, {"R"}, {"Q"}}},
            {"units", {{"unit", "parent"}, {"Top", ""}, {"Team", "Top"}, {"Other", ""}}},
            {"people", {{"person", "role", "unit", "persona"}, {"E1", "R", "Team", "expert"}, {"E2", "Q", "", ""}}},
            {"target_roles", {{"person", "role"}, {"E1", "Q"}}},
            {"activities", {{"activity"}, {"A"}}},
            {"eligibility", std::move(eligibility)}};
}

TEST(Scope, AllThatIsPresentMustMatch) {
    const std::vector<std::string_view> columns = {"activity", "role", "target_role", "unit", "persona", "person"};
    struct Case {
        std::vector<std::string_view> row;
        bool first, second;
    };
    for (const Case& c :
         {Case{{"A", "", "", "", "", ""}, true, true}, Case{{"A", "R", "", "", "", ""}, true, false},
          Case{{"A", "", "Q", "", "", ""}, true, false}, Case{{"A", "", "", "Top", "", ""}, true, false},
          Case{{"A", "", "", "Other", "", ""}, false, false}, Case{{"A", "", "", "", "expert", ""}, true, false},
          Case{{"A", "", "", "", "", "E2"}, false, true}, Case{{"A", "R", "", "", "", "E2"}, false, false}}) {
        const Organization organization = build(scoped({columns, c.row}));
        const Scope& scope = organization->eligibility.scope;
        EXPECT_EQ(holds(organization, scope, 0, PersonId(0), id<RoleTag>(organization, "R")), c.first);
        EXPECT_EQ(holds(organization, scope, 0, PersonId(1), id<RoleTag>(organization, "Q")), c.second);
    }
}

TEST(Scope, NobodyAspiresToTheRoleTheyHave) {
    const Organization organization = build(scoped({{"activity", "target_role"}, {"A", "Q"}}));
    EXPECT_FALSE(holds(organization, organization->eligibility.scope, 0, PersonId(0), id<RoleTag>(organization, "Q")));
}

TEST(Scope, APersonaThatNobodyHasIsTold) {
    const std::vector<std::string> all = told(scoped({{"activity", "persona"}, {"A", "Expert"}}));
    EXPECT_EQ(all.back(),
              "warning ignored eligibility 1 persona: nobody has persona 'Expert', so the row is of nobody; did you "
              "mean 'expert'?");
}

}  // namespace
}  // namespace gradus
