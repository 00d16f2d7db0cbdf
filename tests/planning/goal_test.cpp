#include <gradus/planning/goal.h>

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include <gradus/planning/goal_check.h>
#include <gradus/planning/trace.h>

#include "planning/team.h"
#include "risk/cases.h"

namespace gradus {
namespace {

using Key = std::pair<PersonId, CapabilityId>;

/// Somebody who needs 4 in A and has 2, and what is on offer. Tables given replace those of the same name.
struct Story {
    explicit Story(const std::vector<Literal>& given = {},
                   Cells beliefs = {{"person", "capability", "mean", "sd"}, {"p", "A", "2", "0.5"}})
        : organization(build(tables(given))),
          risks(assess_risk(organization, find_gaps(organization, believe(organization, std::move(beliefs))))),
          desk(organization, risks, optimize(organization, risks, {.start = day("2026-04-01"), .threads = 1})) {}

    static std::vector<Literal> tables(const std::vector<Literal>& given) {
        std::vector<Literal> all =
            small({{"people", {{"person", "role", "manager"}, {"m", "T", ""}, {"p", "R", "m"}}},
                   {"activities", {{"activity", "hours", "cost", "days"}, {"a", "10", "100.01", "30"}}},
                   {"outcomes", {{"activity", "capability", "uplift"}, {"a", "A", "2"}}}});
        for (const Literal& table : given) {
            bool replaced = false;
            for (Literal& known : all)
                if (known.table == table.table) known = table, replaced = true;
            if (!replaced) all.push_back(table);
        }
        return all;
    }
    WrittenGoals write(GoalOptions options = {}) const { return write_goals(desk, options); }

    Organization organization;
    Risks risks;
    Desk desk;
};

TEST(WriteGoals, SaysWhatWhereWhenAndHowSure) {
    const Story story({{"scales",
                        {{"scale", "level", "description"},
                         {"S", "novice", ""},
                         {"S", "basic", ""},
                         {"S", "able", ""},
                         {"S", "skilled", "does it alone"},
                         {"S", "expert", ""}}},
                       {"objectives", {{"objective", "parent"}, {"o", ""}, {"o2", "o"}}},
                       {"objective_links", {{"objective", "capability", "strength"}, {"o2", "A", "0.5"}}}});
    const Assessments seen =
        assess(story.organization, {{"person", "capability", "level", "source", "date"},
                                    {"p", "A", "2", "peer", "2026-01-01"},
                                    {"m", "A", "2", "manager", "2026-01-01"},
                                    {"m", "A", "2", "test", "2026-04-01"}});  // after as_of: not seen yet
    const auto [goals, milestones] = story.write({.assessments = &seen});
    ASSERT_EQ(goals.size(), 1u);
    EXPECT_EQ(goals.person[0], (id<PersonTag>(story.organization, "p")));
    EXPECT_EQ(goals.text[0], "Reach skilled in A, from basic, by 2026-05-01");
    EXPECT_EQ(goals.kind[0], GoalKind::reach);
    EXPECT_EQ(goals.from_mean[0], 2);
    EXPECT_EQ(goals.from_level[0], "basic");
    EXPECT_EQ(goals.level[0], 4);
    EXPECT_EQ(goals.required[0], 4);
    EXPECT_EQ(goals.to_level[0], "skilled");
    EXPECT_EQ(goals.descriptor[0], "does it alone");
    EXPECT_EQ(goals.source[0], Source::manager);
    EXPECT_EQ(goals.measure[0], "assessed at skilled or above by the manager");
    EXPECT_EQ(goals.to_mean[0], 4);
    EXPECT_EQ(goals.probability[0], 0.5);                      // N(4, 0.5²): half of it lies above 4
    EXPECT_NEAR(goals.probability_before[0], 3.167e-5, 1e-8);  // 1 - Φ(4)
    EXPECT_EQ(goals.items[0], 1);
    EXPECT_EQ(goals.hours[0], Minutes(600));
    EXPECT_EQ(goals.cost[0], Money(10001));
    EXPECT_EQ(goals.basis[0], Basis::role);
    EXPECT_EQ(goals.objective[0], (id<ObjectiveTag>(story.organization, "o2")));
    EXPECT_EQ(goals.objectives[0], 1);
    EXPECT_EQ(goals.gain_share[0], 1);
    EXPECT_EQ(goals.exposure_removed[0], story.desk.plan().certificate.value[0]);
    EXPECT_EQ(goals.start[0], day("2026-04-01"));
    EXPECT_EQ(goals.due[0], day("2026-05-01"));
    for (const Column<bool>* letter :
         {&goals.specific, &goals.measurable, &goals.achievable, &goals.relevant, &goals.time_bound})
        EXPECT_TRUE((*letter)[0]) << letter->field().name;

    ASSERT_EQ(milestones.size(), 3u);
    const PersonId p = goals.person[0], m = id<PersonTag>(story.organization, "m");
    const struct {
        MilestoneKind kind;
        const char* date;
        double expected;
        PersonId owner;
    } steps[] = {{MilestoneKind::check_in, "2026-04-16", 2, m},
                 {MilestoneKind::activity, "2026-04-30", 4, p},
                 {MilestoneKind::reassessment, "2026-05-01", 4, m}};
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(milestones.number[i], static_cast<std::int32_t>(i) + 1);
        EXPECT_EQ(milestones.kind[i], steps[i].kind);
        EXPECT_EQ(milestones.date[i], day(steps[i].date));
        EXPECT_EQ(milestones.expected[i], steps[i].expected);
        EXPECT_EQ(milestones.owner[i], steps[i].owner);
    }
    EXPECT_EQ(milestones.source[2], Source::manager);
}

TEST(WriteGoals, ADayBeginsBeforeWhatEndsOnIt) {
    const Story story(
        {{"people", {{"person", "role", "manager", "left"}, {"m", "T", "", "2026-04-20"}, {"p", "R", "m", ""}}},
         {"activities", {{"activity", "days"}, {"a", "30"}, {"b", "16"}}},
         {"outcomes", {{"activity", "capability", "uplift"}, {"a", "A", "1"}, {"b", "A", "0.5"}}}});
    const Assessments seen =
        assess(story.organization, {{"person", "capability", "level", "source"}, {"p", "A", "2", "manager"}});
    const auto [goals, milestones] = story.write({.assessments = &seen});
    ASSERT_EQ(milestones.size(), 4u);
    // On April 16 person and manager look at it in the morning, and b is over in the evening.
    EXPECT_EQ(milestones.kind[0], MilestoneKind::check_in);
    EXPECT_EQ(milestones.date[0], milestones.date[1]);
    EXPECT_EQ(milestones.expected[0], 2);
    EXPECT_EQ(milestones.expected[1], 2.5);
    EXPECT_EQ(milestones.expected[2], 3.5);
    // By the re-assessment the manager has left.
    EXPECT_TRUE(milestones.owner[0]);
    EXPECT_EQ(milestones.source[3], Source::manager);
    EXPECT_FALSE(milestones.owner[3]);
    EXPECT_TRUE(is_missing(goals.cost[0]));  // of an activity without a cost it is not known
    EXPECT_FALSE(goals.achievable[0]);
    EXPECT_EQ(story.write({.reassess_days = 30}).milestones.date[3], day("2026-05-31"));
}

TEST(WriteGoals, AimsNoHigherThanIsLikely) {
    const std::vector<Literal> little = {{"outcomes", {{"activity", "capability", "uplift"}, {"a", "A", "1.1"}}}};
    const Story story(little);
    const Goals first = story.write().goals;  // 3.1 ± 0.5 on the due date
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first.required[0], 4);
    EXPECT_EQ(first.level[0], 3);
    EXPECT_EQ(first.to_level[0], "able");
    EXPECT_NEAR(first.probability[0], 0.5793, 1e-4);  // Φ(0.2)
    EXPECT_TRUE(first.achievable[0]);
    EXPECT_EQ(story.write({.min_probability = 0}).goals.level[0], 4);
    const Goals none = story.write({.min_probability = 0.9}).goals;  // the next step, and that it is unlikely
    EXPECT_EQ(none.level[0], 3);
    EXPECT_FALSE(none.achievable[0]);
    EXPECT_TRUE(none.specific[0] && none.relevant[0] && none.time_bound[0]);
}

TEST(WriteGoals, MakesSureOfWhatIsBelievedReached) {
    const Story story({}, {{"person", "capability", "mean", "sd"}, {"p", "A", "4.1", "0.8"}});
    const Goals goals = story.write().goals;
    ASSERT_EQ(goals.size(), 1u);
    EXPECT_EQ(goals.kind[0], GoalKind::secure);
    EXPECT_EQ(goals.text[0], "Make sure of skilled in A, by 2026-05-01");
    EXPECT_TRUE(goals.specific[0]);
    EXPECT_GT(goals.probability[0], goals.probability_before[0]);
    EXPECT_FALSE(story.write({.sure = 0.5}).goals.specific[0]);
}

TEST(WriteGoals, WithoutSourceManagerOrObjectiveSaysSo) {
    const Story story({{"people", {{"person", "role"}, {"p", "R"}}}},
                      {{"person", "capability", "mean", "sd"}, {"p", "A", "0.5", "0.5"}});
    const auto [goals, milestones] = story.write();
    ASSERT_EQ(goals.size(), 1u);
    EXPECT_TRUE(is_missing(goals.source[0]));
    EXPECT_FALSE(goals.measurable[0]);
    EXPECT_EQ(goals.measure[0], "no source has rated it yet: agree on one that will");
    EXPECT_EQ(goals.from_level[0], "");  // below the scale
    EXPECT_EQ(goals.descriptor[0], "");
    EXPECT_FALSE(goals.objective[0]);
    EXPECT_EQ(goals.objectives[0], 0);
    EXPECT_TRUE(goals.relevant[0]);  // the role requires it
    for (std::size_t i = 0; i < milestones.size(); ++i)
        EXPECT_EQ(bool(milestones.owner[i]), milestones.kind[i] == MilestoneKind::activity);
}

TEST(WriteGoals, NamesInAnyAlphabet) {
    const Story story(
        {{"scales",
          {{"scale", "level"}, {"S", "萌芽"}, {"S", "βάση"}, {"S", "ικανός"}, {"S", "умелый"}, {"S", "خبير"}}},
         {"capabilities", {{"capability", "scale", "name"}, {"A", "S", "データ"}, {"B", "S", ""}}},
         {"requirements", {{"role", "capability", "level"}, {"R", "A", "умелый"}}}});
    EXPECT_EQ(story.write().goals.text[0], "Reach умелый in データ, from βάση, by 2026-05-01");
}

TEST(WriteGoals, WhatIsUnderWayServesGoalsToo) {
    const Story story(
        {{"enrolments", {{"person", "activity", "status", "date"}, {"p", "a", "enrolled", "2026-04-11"}}}});
    const auto [goals, milestones] = story.write();
    ASSERT_EQ(goals.size(), 1u);
    EXPECT_EQ(goals.exposure_removed[0], 0);
    EXPECT_GT(goals.exposure_under_way[0], 0);
    EXPECT_TRUE(is_missing(goals.gain_share[0]));
    EXPECT_EQ(goals.cost[0], Money(0));
    EXPECT_EQ(goals.hours[0], Minutes(600));
    EXPECT_EQ(goals.due[0], day("2026-05-11"));
    EXPECT_EQ(milestones.size(), 3u);
}

TEST(WriteGoals, OfSeveralWantsTheOneImprovedMostIsNamed) {
    const Story story({{"people", {{"person", "role"}, {"p", "R"}}},
                       {"target_roles", {{"person", "role", "weight"}, {"p", "T", "1"}}},
                       {"requirements",
                        {{"role", "capability", "level", "criticality"}, {"R", "A", "3", "1"}, {"T", "A", "4", "5"}}}});
    const Goals goals = story.write().goals;
    ASSERT_EQ(goals.size(), 1u);
    EXPECT_EQ(goals.basis[0], Basis::target);
    EXPECT_EQ(goals.role[0], (id<RoleTag>(story.organization, "T")));
    EXPECT_EQ(goals.required[0], 4);
    EXPECT_NEAR(goals.exposure_removed[0], story.desk.plan().certificate.value[0], 1e-12);  // of both

    const Story wish({{"requirements", {{"role", "capability", "level"}, {"T", "B", "1"}}},
                      {"personal_goals", {{"person", "capability", "level"}, {"p", "A", "4"}}}});
    EXPECT_EQ(wish.write().goals.basis[0], Basis::goal);
    EXPECT_FALSE(wish.write().goals.role[0]);
}

TEST(WriteGoals, RefusesWhatItCannotUse) {
    const Story story, other({{"people", {{"person", "role"}, {"q", "R"}}}}, {{"person", "capability", "mean", "sd"}});
    const Assessments theirs =
        assess(other.organization, {{"person", "capability", "level", "source"}, {"q", "A", "2", "peer"}});
    EXPECT_THROW(story.write({.assessments = &theirs}), Error);
    for (const double wrong : {-0.1, 1.1, std::nan("")}) {
        EXPECT_THROW(story.write({.min_probability = wrong}), Error);
        EXPECT_THROW(story.write({.sure = wrong}), Error);
    }
    for (const int wrong : {-1, 0, 1, 36501}) EXPECT_THROW(story.write({.check_in_days = wrong}), Error);
    for (const int wrong : {-1, 36501}) EXPECT_THROW(story.write({.reassess_days = wrong}), Error);
    EXPECT_THROW(story.write({.threads = -1}), Error);
    EXPECT_THROW(story.write({.person = PersonId(7)}), Error);
}

/// Whether the plan says the same of a goal where both know it, and how far its items add up.
class GoalsOfTeams : public testing::TestWithParam<unsigned> {};

TEST_P(GoalsOfTeams, AddUpToThePlan) {
    const Team team(GetParam(), 6, 6);
    const Plan& plan = *team.plan;
    const Desk desk(*team.organization, *team.risks, plan);
    const auto [goals, milestones] = write_goals(desk, {.check_in_days = 2});
    std::map<Key, double> removed;
    std::map<Key, std::size_t> row_of;
    for (std::size_t i = 0; i < plan.goals.size(); ++i)
        removed[{plan.goals.person[i], plan.goals.capability[i]}] += plan.goals.exposure_removed[i];
    double sum = 0, gains = 0, shares = 0;
    for (const double gain : plan.items.gain) gains += gain;
    for (std::size_t i = 0; i < goals.size(); ++i) {
        const Key key(goals.person[i], goals.capability[i]);
        EXPECT_TRUE(row_of.emplace(key, i).second);
        if (i > 0) {
            EXPECT_LT(Key(goals.person[i - 1], goals.capability[i - 1]), key);
        }
        EXPECT_NEAR(goals.exposure_removed[i], removed[key], 1e-12);
        EXPECT_GT(goals.exposure_removed[i] + goals.exposure_under_way[i], 0);
        EXPECT_GE(goals.probability[i] + 1e-12, goals.probability_before[i]);
        EXPECT_LE(goals.level[i], goals.required[i]);
        sum += goals.exposure_removed[i];
        shares += is_missing(goals.gain_share[i]) ? 0 : goals.gain_share[i];
        removed.erase(key);
    }
    for (const auto& [key, none] : removed) EXPECT_LT(none, 1e-12);  // every gap that the plan works on has a goal
    EXPECT_NEAR(sum, gains, 1e-12);
    if (gains > 0) {
        EXPECT_NEAR(shares, 1, 1e-12);
    }

    // What the plan expects at the horizon's end is what is expected on the due date, unless something ends later.
    std::set<Key> later;
    for (std::size_t k = 0; k < plan.items.size(); ++k)
        for (const auto& [key, i] : row_of)
            if (key.first == plan.items.person[k] && plan.items.last_day[k] >= goals.due[i]) later.insert(key);
    for (std::size_t i = 0; i < plan.goals.size(); ++i) {
        const Key key(plan.goals.person[i], plan.goals.capability[i]);
        const std::size_t goal = row_of.at(key);
        if (later.contains(key)) continue;
        EXPECT_NEAR(goals.to_mean[goal], plan.goals.to_mean[i], 1e-12);
        if (goals.level[goal] == plan.goals.required[i]) {
            EXPECT_NEAR(goals.probability[goal], 1 - plan.goals.likelihood_after[i], 1e-12);
        }
    }

    // Milestones: in order, of a goal each, their level never falls, and the last is the goal's.
    std::size_t step = 0;
    for (std::size_t i = 0; i < goals.size(); ++i) {
        double level = goals.from_mean[i];
        for (std::int32_t number = 1; step < milestones.size() && milestones.person[step] == goals.person[i] &&
                                      milestones.capability[step] == goals.capability[i];
             ++step, ++number) {
            EXPECT_EQ(milestones.number[step], number);
            if (number > 1) {
                EXPECT_GE(milestones.date[step], milestones.date[step - 1]);
            }
            EXPECT_GE(milestones.expected[step], level - 1e-12);
            level = milestones.expected[step];
            if (milestones.kind[step] == MilestoneKind::activity) {
                EXPECT_LT(milestones.date[step], goals.due[i]);
            }
        }
        ASSERT_GT(step, 0u);
        EXPECT_EQ(milestones.kind[step - 1], MilestoneKind::reassessment);
        EXPECT_EQ(milestones.date[step - 1], goals.due[i]);
        EXPECT_EQ(milestones.expected[step - 1], goals.to_mean[i]);
        EXPECT_EQ(milestones.probability[step - 1], goals.probability[i]);
    }
    EXPECT_EQ(step, milestones.size());

    // The letters are those that a check of the same fields finds.
    const GoalChecks checks = check_goals(*team.organization, *team.risks, goals, milestones,
                                          {.start = plan.options.start, .months = plan.options.months});
    ASSERT_EQ(checks.size(), 5 * goals.size());
    for (std::size_t i = 0; i < goals.size(); ++i) {
        const bool letters[] = {goals.specific[i], goals.measurable[i], goals.achievable[i], goals.relevant[i],
                                goals.time_bound[i]};
        for (std::size_t l = 0; l < 5; ++l) {
            EXPECT_EQ(checks.person[5 * i + l], goals.person[i]);
            EXPECT_EQ(checks.letter[5 * i + l], static_cast<Letter>(l));
            // Time and money of a plan are kept by periods and funds, which verify() has looked at.
            EXPECT_EQ(checks.met[5 * i + l], letters[l])
                << Words<Letter>::names[l] << ": " << checks.missing[5 * i + l];
        }
    }
}

TEST_P(GoalsOfTeams, ThreadsChangeNoByte) {
    const Team team(GetParam(), 6, 6);
    const Desk desk(*team.organization, *team.risks, *team.plan);
    const WrittenGoals one = write_goals(desk, {.threads = 1}), many = write_goals(desk, {.threads = 3});
    EXPECT_EQ(bytes(one.goals), bytes(many.goals));
    EXPECT_EQ(bytes(one.milestones), bytes(many.milestones));
    EXPECT_EQ(one.goals.provenance.digest, many.goals.provenance.digest);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GoalsOfTeams, testing::Range(0u, 60u));

TEST(LoadGoals, ReadsWhatWasWritten) {
    const Story story;
    const Assessments seen =
        assess(story.organization, {{"person", "capability", "level", "source"}, {"p", "A", "2", "peer"}});
    const WrittenGoals written = story.write({.assessments = &seen});
    Input goals("goals"), milestones("milestones");
    const Goals& g = written.goals;
    goals.row()
        .set("person", "p")
        .set("capability", "A")
        .set("level", "skilled")
        .set("source", "peer")
        .set("probability", g.probability[0])
        .set("hours", "10")
        .set("cost", "100.01")
        .set("due", g.due[0]);
    milestones.row().set("person", "p").set("capability", "A").set("number", 1).set("kind", "check_in");
    const WrittenGoals loaded = load_goals(story.organization, goals, &milestones);
    EXPECT_EQ(loaded.goals.level[0], 4);
    EXPECT_EQ(loaded.goals.hours[0], g.hours[0]);
    EXPECT_EQ(loaded.goals.cost[0], g.cost[0]);
    EXPECT_EQ(loaded.milestones.kind[0], MilestoneKind::check_in);
    EXPECT_TRUE(is_missing(loaded.milestones.date[0]));
}

TEST(LoadGoals, TellsEveryFaultAtOnce) {
    const Story story;
    const Input goals = input({"goals",
                               {{"person", "capability", "level", "probability"},
                                {"x", "A", "4", "0.5"},
                                {"p", "C", "4", "0.5"},
                                {"p", "A", "6", "0.5"},
                                {"p", "B", "3", "1.5"}}});
    const Input milestones = input({"milestones", {{"person", "number", "kind"}, {"p", "0", "party"}}});
    try {
        load_goals(story.organization, goals, &milestones);
        FAIL();
    } catch (const Error& error) {
        const std::vector<std::string> all = told(*error.problems());
        ASSERT_GE(all.size(), 6u);
        std::string text;
        for (const std::string& line : all) text += line + "\n";
        for (const char* words :
             {"unknown_key goals 1 person", "unknown_key goals 2 capability", "goals 3 level",
              "out_of_range goals 4 probability", "out_of_range milestones 1 number", "unknown_word milestones 1 kind"})
            EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
    }
    EXPECT_THROW(load_goals(story.organization, milestones), Error);  // a table of another name
}

}  // namespace
}  // namespace gradus
