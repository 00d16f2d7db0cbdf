#include <gradus/planning/goal_check.h>

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "organization/tables.h"
#include "risk/cases.h"

namespace gradus {
namespace {

const Cells whole = {{"person", "capability", "level", "source", "probability", "hours", "cost", "objective", "due"},
                     {"p", "A", "skilled", "test", "0.7", "20", "80", "", "2026-06-01"}};

/// One goal of p, with cells replaced by name; "" takes one away.
std::string judged(const std::vector<std::pair<std::string_view, std::string_view>>& changes = {},
                   const Cells& milestones = {}, CheckOptions options = {}, bool assessed = true) {
    const Organization organization = build(
        small({{"capabilities", {{"capability", "scale", "parent"}, {"A", "S", ""}, {"A1", "S", "A"}, {"B", "S", ""}}},
               {"people", {{"person", "role", "hours"}, {"p", "R", "10"}, {"q", "R", ""}}},
               {"objectives", {{"objective", "parent"}, {"o", ""}, {"o1", "o"}, {"x", ""}}},
               {"objective_links", {{"objective", "capability", "person"}, {"o1", "A", "p"}}},
               {"activities", {{"activity"}, {"a"}}},
               {"funds", {{"fund", "amount", "parent"}, {"all", "90", ""}, {"f", "500", "all"}}},
               {"accounts", {{"person", "kind", "available"}, {"p", "money", "10"}, {"p", "items", "3"}}}}));
    const Estimates estimates =
        believe(organization, {{"person", "capability", "mean", "sd"}, {"p", "A", "3", "0.5"}, {"p", "B", "2", "0.1"}});
    const Risks risks = assess_risk(organization, find_gaps(organization, estimates));
    const Assessments seen = assess(organization, {{"person", "capability", "level", "source", "date"},
                                                   {"q", "A", "3", "test", "2026-02-02"},
                                                   {"q", "A", "3", "peer", "2026-04-02"}});
    Cells cells = whole;
    for (const auto& [column, value] : changes)
        for (std::size_t c = 0; c < cells[0].size(); ++c)
            if (cells[0][c] == column) cells[1][c] = value;
    const Input steps = input({"milestones", milestones});
    const WrittenGoals goals =
        load_goals(organization, input({"goals", cells}), milestones.empty() ? nullptr : &steps, 1);
    if (assessed) options.assessments = &seen;
    if (options.months == 11) options.estimates = &estimates;
    const GoalChecks checks = check_goals(organization, risks, goals.goals, goals.milestones, options);
    EXPECT_EQ(checks.size(), 5u);
    std::string all;
    for (std::size_t i = 0; i < checks.size(); ++i) {
        EXPECT_EQ(checks.met[i], checks.missing[i].empty());
        EXPECT_EQ(checks.met[i], checks.fields[i].empty());
        if (checks.met[i]) continue;
        all +=
            (all.empty() ? "" : " | ") + std::string(Words<Letter>::names[static_cast<std::size_t>(checks.letter[i])]);
        all += " (" + std::string(checks.fields[i]) + "): " + std::string(checks.missing[i]);
    }
    return all;
}

TEST(CheckGoals, WhatIsAllThereIsSmart) { EXPECT_EQ(judged(), ""); }

TEST(CheckGoals, WhatIsAbsentIsMissingNotWrong) {
    EXPECT_EQ(judged({{"level", ""}}), "specific (level): no level to reach is named");
    EXPECT_EQ(judged({{"source", ""}}), "measurable (source): no assessment is named that would show it");
    EXPECT_EQ(judged({{"probability", ""}, {"hours", ""}, {"cost", ""}}),
              "achievable (probability, hours, cost): no probability of reaching it is given; the time it takes is not "
              "known; what it costs is not known");
    EXPECT_EQ(judged({{"due", ""}}), "time_bound (due): no due date is given");
    const std::string nothing = judged({{"capability", ""},
                                        {"level", ""},
                                        {"source", ""},
                                        {"probability", ""},
                                        {"hours", ""},
                                        {"cost", ""},
                                        {"due", ""}});
    for (const std::string_view letter : Words<Letter>::names)
        EXPECT_NE(nothing.find(std::string(letter) + " ("), std::string::npos) << nothing;
}

TEST(CheckGoals, ALevelLiesAboveWhatIsBelieved) {
    EXPECT_EQ(judged({{"level", "able"}}), "");  // 3, believed 3 ± 0.5: not sure yet
    EXPECT_EQ(judged({{"level", "basic"}}), "specific (level): basic is reached already, with probability 0.98");
    CheckOptions surer;
    surer.sure = 0.99;
    EXPECT_EQ(judged({{"level", "basic"}}, {}, surer), "");
    // Of B nobody requires anything: its level is known from the estimates alone, if these are given.
    const std::vector<std::pair<std::string_view, std::string_view>> other = {{"capability", "B"}, {"source", "test"}};
    EXPECT_NE(judged(other).find("specific (level): today's level of 'B' is not known"), std::string::npos);
    CheckOptions with;
    with.months = 11;  // the sign for estimates
    EXPECT_EQ(judged(other, {}, with).find("specific"), std::string::npos);
}

TEST(CheckGoals, AMeasureHasBeenSeen) {
    EXPECT_EQ(judged({{"source", "manager"}}), "measurable (source): source manager has not rated it yet, of anybody");
    EXPECT_NE(judged({{"source", "peer"}}), "");  // only after as_of
    EXPECT_EQ(judged({}, {}, {}, false), "measurable (source): without assessments no source is known");
}

TEST(CheckGoals, ItCanBeDoneWithinLimits) {
    EXPECT_EQ(judged({{"probability", "0.5"}}), "");
    EXPECT_EQ(judged({{"probability", "0.49"}}),
              "achievable (probability): the probability of reaching it is 0.49, expected 0.50 or more");
    EXPECT_EQ(judged({{"hours", "30"}}), "");  // ten a month, for the three months of the first period
    EXPECT_EQ(judged({{"hours", "30.5"}}), "achievable (hours): it takes 1830 minutes, until then there are 30 hours");
    EXPECT_EQ(judged({{"hours", "60"}, {"due", "2026-07-02"}}), "");
    EXPECT_NE(judged({{"hours", "60"}, {"due", "2026-07-01"}}), "");
    EXPECT_EQ(judged({{"cost", "100"}}), "");  // 90 of the fund above, 10 of the account
    EXPECT_EQ(judged({{"cost", "100.01"}}), "achievable (cost): it costs 100.01, fund and accounts have 100.00");
    EXPECT_EQ(judged({{"person", "q"}, {"hours", "999"}, {"cost", "90"}}).find("achievable"), std::string::npos);
}

TEST(CheckGoals, ItServesSomething) {
    EXPECT_EQ(judged({{"objective", "o1"}}), "");
    EXPECT_EQ(judged({{"objective", "o"}}), "");  // o1 serves it
    EXPECT_EQ(judged({{"objective", "x"}}),
              "relevant (objective): objective 'x' does not depend on 'A' for this person");
    EXPECT_NE(judged({{"person", "q"}, {"objective", "o"}}).find("relevant"), std::string::npos);  // linked for p alone
    EXPECT_EQ(judged({{"person", "q"}}).find("relevant"), std::string::npos);       // the role requires it
    EXPECT_EQ(judged({{"capability", "A1"}}).find("relevant"), std::string::npos);  // linked above
    EXPECT_NE(judged({{"capability", "B"}}).find("relevant (objective): no role"), std::string::npos);
}

TEST(CheckGoals, DatesAreInOrder) {
    EXPECT_EQ(judged({{"due", "2026-03-31"}}), "time_bound (due): the due date 2026-03-31 is not after 2026-03-31");
    const auto steps = [](std::string_view check_in, std::string_view activity, std::string_view again) {
        return Cells{{"person", "capability", "number", "kind", "date"},
                     {"p", "A", "3", "reassessment", again},
                     {"p", "A", "1", "check_in", check_in},
                     {"p", "A", "2", "activity", activity}};
    };
    EXPECT_EQ(judged({}, steps("2026-04-10", "2026-05-31", "2026-06-01")), "");
    EXPECT_EQ(judged({}, steps("2026-04-10", "2026-04-10", "2026-09-01")), "");
    EXPECT_EQ(judged({}, steps("2026-05-02", "2026-05-01", "2026-06-01")),
              "time_bound (milestones): the milestones are not in order of date, with the re-assessment last");
    EXPECT_EQ(judged({}, steps("2026-04-10", "2026-06-01", "2026-06-01")),
              "time_bound (milestones): an activity or a check-in does not end before the due date 2026-06-01");
    EXPECT_EQ(judged({}, steps("2026-04-10", "2026-05-01", "2026-05-31")),
              "time_bound (milestones): the re-assessment is before the due date 2026-06-01");
    EXPECT_EQ(judged({}, steps("2026-04-10", "", "2026-06-01")), "time_bound (milestones): a milestone has no date");
}

TEST(CheckGoals, RefusesWhatHasNoMeaning) {
    for (const double wrong : {-0.1, 1.1, std::nan("")}) {
        EXPECT_THROW(judged({}, {}, {.min_probability = wrong}), Error);
        EXPECT_THROW(judged({}, {}, {.sure = wrong}), Error);
    }
    EXPECT_THROW(judged({}, {}, {.months = 0}), Error);
    try {
        judged({}, {{"person", "capability", "number", "kind"}, {"p", "B", "1", "check_in"}});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.table(), "milestones");
        EXPECT_EQ(error.row(), 1);
        EXPECT_EQ(std::string(error.what()).find("person 'p' has a milestone, but no goal, for capability 'B'") ==
                      std::string::npos,
                  false)
            << error.what();
    }
}

}  // namespace
}  // namespace gradus
