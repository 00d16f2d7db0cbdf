#include <gradus/organization/fund.h>

#include <gtest/gtest.h>

#include "organization/tables.h"

namespace gradus {
namespace {

using Told = std::vector<std::string>;

const Literal units = {"units", {{"unit"}, {"U"}, {"V"}}};
const Literal activities = {"activities", {{"activity", "kind"}, {"A", "course"}, {"B", "coaching"}, {"C", ""}}};

TEST(Funds, OfOneUnitDoNotOverlap) {
    EXPECT_EQ(told({units,
                    {"funds",
                     {{"fund", "amount", "unit", "valid_from", "valid_to"},
                      {"G", "1", "U", "2026-01-01", "2027-01-01"},
                      {"F", "1", "U", "2026-12-31", ""},
                      {"H", "1", "V", "", ""},
                      {"I", "1", "", "", ""},
                      {"J", "1", "", "", ""}}}}),
              Told{"error overlap funds 2 valid_from: has the unit of row 1, and their dates overlap (2026-01-01 to "
                   "2027-01-01, "
                   "2026-12-31 to open)"});
}

TEST(Funds, LieWithinTheirParents) {
    EXPECT_EQ(told({{"funds",
                     {{"fund", "amount", "parent", "valid_from", "valid_to"},
                      {"P", "9", "", "2026-01-01", "2027-01-01"},
                      {"A", "1", "P", "2026-01-01", "2027-01-01"},
                      {"B", "1", "P", "2026-02-01", ""}}}}),
              Told{"error contradiction funds 3 parent: the fund holds from 2026-02-01 to open, beyond its parent 'P' "
                   "(2026-01-01 to 2027-01-01)"});
    EXPECT_EQ(told({{"funds", {{"fund", "amount", "parent"}, {"P", "9", "Q"}, {"Q", "-1", "P"}}}}),
              (Told{"error cycle funds 1 parent: parent runs in a circle: P → Q → P",
                    "error out_of_range funds 2 amount: amount '-1' is below 0"}));
}

TEST(Funds, GivenButEmptyIsNotAbsent) {
    EXPECT_TRUE(build({{"funds", {{"fund", "amount"}}}}).relations().funds_given);
    EXPECT_FALSE(build({}).relations().funds_given);
    EXPECT_NE(build({{"funds", {{"fund", "amount"}}}}).digest(), build({}).digest());
}

TEST(Programs, KindsAreAList) {
    const Organization organization =
        build({activities, {"programs", {{"program", "activity_kinds"}, {"P", "course; coching"}, {"Q", ""}}}});
    EXPECT_EQ(told(organization.problems()), Told{"warning unknown_word programs 1 activity_kinds: 'coching' is the "
                                                  "kind of no activity; did you mean 'coaching'?"});
    const auto& kinds = organization.relations().activity_kinds;
    EXPECT_EQ(kinds[0], (std::vector{id<KindTag>(organization, "coching"), id<KindTag>(organization, "course")}));
    EXPECT_TRUE(id<KindTag>(organization, "coching"));
    EXPECT_TRUE(kinds[1].empty());
}

TEST(Programs, WhoseAccountsPayNothingAreToldOf) {
    const Organization organization =
        build({{"activities",
                {{"activity", "kind", "account_share"}, {"A", "course", "0.5"}, {"B", "coaching", "0"}, {"C", "", ""}}},
               {"funds", {{"fund", "amount"}, {"F", "1"}}},
               {"programs",
                {{"program", "kind", "fund", "activity_kinds", "account_share", "grant", "cap"},
                 {"a", "money", "F", "", "", "1", "1"},          // A has a share
                 {"b", "money", "F", "coaching", "", "1", "1"},  // none has
                 {"c", "money", "F", "coaching", "", "", "1"},   // a pool pays itself
                 {"d", "money", "", "coaching", "", "", "1"},    // accounts filled by hand
                 {"e", "money", "F", "coaching", "0.1", "1", ""},
                 {"f", "money", "F", "", "0", "1", ""},
                 {"g", "hours", "F", "coaching", "", "1", "1"},  // takes hours, not a share
                 {"h", "money", "F", "coaching", "", "", ""}}}});
    const auto warning = [](const char* row, const char* what) {
        return "warning ignored programs " + std::string(row) +
               " account_share: of no activity that it pays for do accounts pay a share, so its " + what +
               " not used; expected an account_share above 0, here or of an activity";
    };
    EXPECT_EQ(told(organization.problems()),
              (Told{warning("2", "grant and cap are"), warning("4", "cap is"), warning("6", "grant is")}));
}

TEST(Accounts, AreNotComparedWithProgramsThatCouldNotBeRead) {
    Told all = told({{"roles", {{"role"}, {"R"}}},
                     {"people", {{"person", "role"}, {"E1", "R"}}},
                     {"units", {{"unit"}, {"U"}}},
                     {"programs", {{"program", "kind", "unit"}, {"P", "money", "V"}, {"Q", "hours", "V"}}},
                     {"accounts", {{"person", "kind", "available", "program"}, {"E1", "money", "5", "Q"}}}});
    std::erase_if(all, [](const std::string& line) { return line.starts_with("warning ignored roles"); });
    ASSERT_EQ(all.size(), 2u);
    for (const std::string& line : all) EXPECT_TRUE(line.starts_with("error unknown_key programs")) << line;
}

TEST(Accounts, AreOfTheKindOfTheirProgram) {
    Told all = told({{"roles", {{"role"}, {"R"}}},
                     {"people", {{"person", "role"}, {"E1", "R"}}},
                     {"programs", {{"program", "kind"}, {"P", "hours"}, {"Q", ""}}},
                     {"accounts",
                      {{"person", "kind", "available", "program"},
                       {"E1", "money", "5", "P"},
                       {"E1", "hours", "5", "P"},
                       {"E1", "items", "5", "Q"}}}});
    std::erase_if(all, [](const std::string& line) { return line.starts_with("warning ignored roles"); });
    EXPECT_EQ(all, Told{"error contradiction accounts 1 kind: kind 'money' is not that of program 'P', 'hours'"});
}

}  // namespace
}  // namespace gradus
