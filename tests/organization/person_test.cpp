#include <gradus/organization/person.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

const Literal roles = {"roles", {{"role"}, {"R"}, {"Q"}}};
const Literal people = {
    "people", {{"person", "role", "joined", "left"}, {"E1", "R", "2026-01-01", "2026-06-01"}, {"E2", "R", "", ""}}};

/// What is told beside that the roles have no requirements.
Told told_of(std::vector<Literal> tables) {
    tables.push_back(roles);
    Told all = told(tables);
    std::erase_if(all, [](const std::string& line) { return line.starts_with("warning ignored roles"); });
    return all;
}

TEST(Person, ManagersDoNotRunInACircle) {
    EXPECT_EQ(told_of({{"people", {{"person", "role", "manager"}, {"B", "R", "A"}, {"A", "R", "B"}}}}),
              Told{"error cycle people 2 manager: manager runs in a circle: A → B → A"});
}

TEST(Person, LeavesAfterJoining) {
    EXPECT_EQ(told_of({{"people",
                        {{"person", "role", "joined", "left"},
                         {"A", "R", "2026-01-01", "2026-01-01"},
                         {"B", "R", "2026-01-02", "2026-01-01"}}}}),
              Told{"error contradiction people 2 left: left 2026-01-01 is before joined 2026-01-02"});
}

TEST(Person, TakesPartFromJoiningUntilLeaving) {
    const Organization organization = build({people, roles});
    const auto e1 = id<PersonTag>(organization, "E1"), e2 = id<PersonTag>(organization, "E2");
    EXPECT_FALSE(takes_part(organization, e1, day("2025-12-31")));
    EXPECT_TRUE(takes_part(organization, e1, day("2026-01-01")));
    EXPECT_TRUE(takes_part(organization, e1, day("2026-05-31")));
    EXPECT_FALSE(takes_part(organization, e1, day("2026-06-01")));
    EXPECT_TRUE(takes_part(organization, e2, day("1900-01-01")));
}

TEST(Positions, DecideTheRole) {
    const Organization organization = build({people,
                                             roles,
                                             {"positions",
                                              {{"person", "role", "valid_from", "valid_to"},
                                               {"E1", "Q", "2026-01-01", "2026-02-01"},
                                               {"E1", "R", "2026-03-01", ""}}}});
    const auto e1 = id<PersonTag>(organization, "E1");
    const auto q = id<RoleTag>(organization, "Q"), r = id<RoleTag>(organization, "R");
    EXPECT_EQ(role_at(organization, e1, day("2025-12-31")), r);
    EXPECT_EQ(role_at(organization, e1, day("2026-01-01")), q);
    EXPECT_EQ(role_at(organization, e1, day("2026-01-31")), q);
    EXPECT_EQ(role_at(organization, e1, day("2026-02-01")), r);
    EXPECT_EQ(role_at(organization, id<PersonTag>(organization, "E2"), day("2026-01-31")), r);
}

TEST(Positions, DoNotOverlap) {
    EXPECT_EQ(
        told_of({people,
                 {"positions",
                  {{"person", "role", "valid_from", "valid_to"},
                   {"E1", "R", "2026-02-01", ""},
                   {"E1", "Q", "2026-01-01", "2026-02-02"},
                   {"E2", "Q", "2026-01-01", ""}}}}),
        Told{"error overlap positions 2 valid_from: has the person of row 1, and their dates overlap (2026-02-01 to "
             "open, 2026-01-01 to 2026-02-02)"});
}

TEST(TargetRoles, OwnRolesAreDroppedButNotThoseOfAHistory) {
    const std::vector<Literal> tables = {people,
                                         {"target_roles", {{"person", "role"}, {"E1", "Q"}, {"E2", "R"}, {"E2", "Q"}}}};
    EXPECT_EQ(told_of(tables),
              Told{"warning ignored target_roles 2 role: role 'R' is the own role of 'E2'; the row is dropped"});
    const Organization organization = build({tables[0], tables[1], roles});
    ASSERT_EQ(organization->target_roles.size(), 2u);
    EXPECT_EQ(organization->target_roles.weight[1], 0.5);
    EXPECT_EQ(organization.relations().target_roles_of_person[id<PersonTag>(organization, "E2")].size(), 1);

    const Organization with_history =
        build({people, roles, tables[1], {"positions", {{"person", "role", "valid_from"}, {"E2", "Q", "2026-01-01"}}}});
    EXPECT_EQ(with_history->target_roles.size(), 3u);
}

}  // namespace
}  // namespace gradus
