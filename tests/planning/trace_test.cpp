#include <gradus/planning/trace.h>

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "planning/contribution.h"
#include "planning/team.h"
#include "risk/cases.h"

namespace gradus {
namespace {

/// p needs A and B; everything on offer is mandatory, so the plan is known.
std::vector<Literal> story(const std::vector<Literal>& given = {}) {
    std::vector<Literal> all =
        small({{"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "B", "4"}}},
               {"activities",
                {{"activity", "hours", "cost"},
                 {"both", "1", "0.05"},
                 {"first", "2", "1"},
                 {"then", "3", "2"},
                 {"vain", "4", "3"}}},
               {"outcomes",
                {{"activity", "capability", "uplift"}, {"both", "A", "1"}, {"both", "B", "1"}, {"then", "B", "1"}}},
               {"activity_prerequisites", {{"activity", "prerequisite"}, {"then", "first"}}},
               {"mandatory", {{"activity"}, {"vain"}}},
               {"objectives",
                {{"objective", "parent", "weight"}, {"o", "", "1"}, {"o1", "o", "1"}, {"x", "", "1"}, {"z", "", "1"}}},
               {"objective_links", {{"objective", "capability"}, {"o1", "A"}, {"x", "A"}}}});
    for (const Literal& table : given)
        for (Literal& known : all)
            if (known.table == table.table) known = table;
    return all;
}

struct Traced {
    explicit Traced(const std::vector<Literal>& tables)
        : organization(build(tables)),
          risks(assess_risk(organization,
                            find_gaps(organization, believe(organization, {{"person", "capability", "mean", "sd"},
                                                                           {"p", "A", "2", "0.5"},
                                                                           {"p", "B", "2", "0.5"}})))),
          desk(organization, risks, optimize(organization, risks, {.start = day("2026-04-01"), .threads = 1})) {}

    Organization organization;
    Risks risks;
    Desk desk;
};

TEST(Trace, FromActivityToObjectiveAndItsParents) {
    const Traced of(story());
    const Trace trace = trace_items(of.desk);
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < trace.size(); ++i) {
        std::string line(of.organization.activities()[static_cast<std::size_t>(trace.activity[i].value())]);
        if (trace.capability[i])
            line += " " +
                    std::string(of.organization.capabilities()[static_cast<std::size_t>(trace.capability[i].value())]);
        if (!trace.path[i].empty()) line += " [" + std::string(trace.path[i]) + "]";
        if (!trace.note[i].empty()) line += ": " + std::string(trace.note[i]);
        lines.push_back(line);
    }
    EXPECT_EQ(lines, (std::vector<std::string>{
                         "both A [o1 > o]", "both A [x]", "both B", "first B: it comes before what serves the goal",
                         "vain: it is mandatory and removes no exposure within the horizon", "then B"}));
    // o1 serves itself and o: two thirds of what the links add.
    EXPECT_NEAR(trace.gain[0], 2 * trace.gain[1], 1e-12);
    EXPECT_EQ(trace.root[0], (id<ObjectiveTag>(of.organization, "o")));
    EXPECT_EQ(trace.root[1], (id<ObjectiveTag>(of.organization, "x")));
    // 5 cents and 60 minutes, to the last of them.
    EXPECT_EQ(trace.cost[0] + trace.cost[1] + trace.cost[2], Money(5));
    EXPECT_EQ(trace.hours[0] + trace.hours[1] + trace.hours[2], Minutes(60));
    EXPECT_EQ(trace.gain[3], 0);
    EXPECT_EQ(trace.share[3], 1);
}

TEST(Trace, OfOneObjectiveEverythingBelowIt) {
    const Traced of(story());
    const auto rows = [&](std::string_view objective) {
        return trace_items(of.desk, {.objective = id<ObjectiveTag>(of.organization, objective)}).size();
    };
    EXPECT_EQ(rows("o"), 1u);
    EXPECT_EQ(rows("o1"), 1u);
    EXPECT_EQ(rows("x"), 1u);
    EXPECT_EQ(rows("z"), 0u);
    EXPECT_EQ(trace_items(of.desk, {.person = PersonId(0)}).size(), 6u);
    EXPECT_THROW(trace_items(of.desk, {.person = PersonId(7)}), Error);
    EXPECT_THROW(trace_items(of.desk, {.objective = ObjectiveId(7)}), Error);
}

TEST(Trace, OfObjectivesNothingIsCountedTwice) {
    const Traced of(story());
    const ObjectiveTrace all = trace_objectives(of.desk);
    ASSERT_EQ(all.size(), 5u);  // o, o1, x, z, none
    EXPECT_FALSE(all.objective[4]);
    EXPECT_EQ(all.gain[0], all.gain[1]);
    EXPECT_EQ(all.cost[0] + all.cost[2] + all.cost[3] + all.cost[4], Money(605));
    EXPECT_EQ(all.hours[0] + all.hours[2] + all.hours[3] + all.hours[4], Minutes(600));
    EXPECT_EQ(all.people[0], 1);
    EXPECT_EQ(all.people[3], 0);
    EXPECT_EQ(all.goals[0], 1);
    EXPECT_EQ(all.goals[4], 1);       // B
    EXPECT_EQ(all.items[4], 4);       // both, first, vain, then
    EXPECT_EQ(all.activities[2], 1);  // both
    EXPECT_EQ(all.cost_whole[0], Money(5));
    EXPECT_EQ(all.cost_whole[2], Money(5));
    EXPECT_EQ(all.hours_whole[4], Minutes(600));
    EXPECT_EQ(all.parent[1], all.objective[0]);
}

TEST(Trace, WithoutObjectives) {
    std::vector<Literal> tables = story();
    std::erase_if(tables, [](const Literal& t) { return t.table == "objectives" || t.table == "objective_links"; });
    const Traced of(tables);
    const ObjectiveTrace all = trace_objectives(of.desk);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all.items[0], 4);
    EXPECT_EQ(all.cost[0], Money(605));
}

TEST(Trace, PartsAddUpToTheWhole) {
    for (const std::int64_t total : {std::int64_t{0}, std::int64_t{1}, std::int64_t{5}, std::int64_t{999999999999}})
        for (const std::vector<double>& shares :
             {std::vector{1.0}, {0.5, 0.5}, {0.1, 0.2, 0.3, 0.4}, {1.0 / 3, 1.0 / 3, 1.0 / 3}}) {
            std::int64_t sum = 0;
            double from = 0;
            for (std::size_t k = 0; k < shares.size(); ++k) {
                const double to = k + 1 == shares.size() ? 1 : from + shares[k];
                const std::int64_t part = part_of(total, from, to);
                EXPECT_NEAR(static_cast<double>(part), static_cast<double>(total) * shares[k], 1);
                EXPECT_GE(part, 0);
                sum += part;
                from = to;
            }
            EXPECT_EQ(sum, total);
        }
}

class TraceOfTeams : public testing::TestWithParam<unsigned> {};

TEST_P(TraceOfTeams, AddsUpToEachItem) {
    const Team team(GetParam(), 6, 6);
    const PlanItems& items = team.plan->items;
    const Desk desk(*team.organization, *team.risks, *team.plan);
    const Trace trace = trace_items(desk);
    std::size_t at = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        double share = 0, gain = 0;
        Minutes hours(0);
        Money cost(0);
        const std::size_t first = at;
        for (; at < trace.size() && trace.person[at] == items.person[i] && trace.activity[at] == items.activity[i];
             ++at) {
            if (at > first) {
                EXPECT_LT(trace.capability[at - 1], trace.capability[at]);
            }
            share += trace.share[at];
            gain += trace.gain[at];
            hours += trace.hours[at];
            cost += trace.cost[at];
            EXPECT_EQ(trace.reason[at], items.reason[i]);
            if (!trace.capability[at]) {
                EXPECT_FALSE(trace.note[at].empty());
            }
        }
        ASSERT_GT(at, first);
        EXPECT_NEAR(share, 1, 1e-12);
        EXPECT_NEAR(gain, items.gain[i], 1e-12);
        EXPECT_EQ(hours, items.hours[i]);
        EXPECT_EQ(cost, items.cost[i]);
    }
    EXPECT_EQ(at, trace.size());
    EXPECT_EQ(bytes(trace), bytes(trace_items(desk, {.threads = 3})));
}

INSTANTIATE_TEST_SUITE_P(Seeds, TraceOfTeams, testing::Range(0u, 40u));

}  // namespace
}  // namespace gradus
