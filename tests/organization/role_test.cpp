#include <gradus/organization/role.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

Told told_of(Cells requirements) {
    return told({{"scales", {{"scale", "level"}, {"s", "Low"}, {"s", "Mid"}, {"s", "High"}}},
                 {"capabilities", {{"capability", "scale"}, {"C", "s"}}},
                 {"roles", {{"role"}, {"R"}}},
                 {"requirements", std::move(requirements)}});
}

TEST(Requirements, OfOneRoleAndCapabilityDoNotOverlap) {
    const std::vector<std::string_view> columns = {"role", "capability", "level", "valid_from", "valid_to"};
    EXPECT_EQ(told_of({columns, {"R", "C", "Mid", "2026-01-01", ""}, {"R", "C", "Low", "", "2026-01-01"}}), Told{});
    EXPECT_EQ(
        told_of({columns, {"R", "C", "Mid", "2026-01-01", ""}, {"R", "C", "Low", "", "2026-01-02"}}),
        Told{"error overlap requirements 2 valid_from: has the role and capability of row 1, and their dates overlap "
             "(2026-01-01 to open, open to 2026-01-02)"});
    // The first holds throughout: it overlaps both others, though these do not overlap one another.
    EXPECT_EQ(told_of({columns,
                       {"R", "C", "Mid", "", ""},
                       {"R", "C", "Low", "2025-01-01", "2025-02-01"},
                       {"R", "C", "Low", "2025-02-01", "2025-03-01"}})
                  .size(),
              2u);
    EXPECT_EQ(
        told_of({columns, {"R", "C", "Mid", "2026-01-01", "2026-01-01"}}),
        Told{"error contradiction requirements 1 valid_to: valid_to 2026-01-01 is not after valid_from 2026-01-01; "
             "valid_to is the first day that no longer counts"});
}

TEST(Requirements, TheHighestLevelIsNotBelowTheLevel) {
    EXPECT_EQ(told_of({{"role", "capability", "level", "max_level"}, {"R", "C", "Mid", "Mid"}}), Told{});
    EXPECT_EQ(told_of({{"role", "capability", "level", "max_level"}, {"R", "C", "Mid", "Low"}}),
              Told{"error contradiction requirements 1 max_level: max_level is below level"});
}

TEST(Roles, WithoutRequirementsAreNamedOnce) {
    EXPECT_EQ(told({{"roles", {{"role"}, {"A"}, {"B"}, {"C"}, {"D"}, {"E"}, {"F"}, {"G"}}}}),
              Told{"warning ignored roles role: 7 roles have no requirements, so nobody can have a gap in them: 'A', "
                   "'B', 'C', "
                   "'D', 'E' and 2 more"});
}

}  // namespace
}  // namespace gradus
