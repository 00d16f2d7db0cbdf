#include <gradus/risk/heat_map.h>

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "risk/cases.h"
#include "risk/exact_sum.h"

namespace gradus {
namespace {

Risks risks_of(const Organization& org, const Assessments& seen) {
    return assess_risk(org, find_gaps(org, estimate(org, seen, {.as_of = today})));
}

TEST(HeatMap, AddsUpByUnit) {
    const Organization org = build(
        small({{"units", {{"unit", "parent"}, {"U", ""}, {"V", "U"}}},
               {"capabilities", {{"capability", "scale", "parent"}, {"A", "S", "G"}, {"B", "S", "G"}, {"G", "S", ""}}},
               {"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "B", "4"}}},
               {"people", {{"person", "role", "unit"}, {"p", "R", "U"}, {"q", "R", "V"}, {"r", "R", ""}}},
               {"personal_goals", {{"person", "capability", "level"}, {"p", "A", "5"}}}}));
    const Estimates known = believe(org, {{"person", "capability", "mean", "sd"},
                                          {"p", "A", "3", "0"},
                                          {"q", "A", "2", "0"},
                                          {"q", "B", "5", "0"},
                                          {"r", "A", "4", "1"},
                                          {"r", "B", "4", "0"}});
    const Risks risks = assess_risk(org, find_gaps(org, known));
    const HeatMap map = heat_map(org, risks);
    ASSERT_EQ(map.size(), 6u);
    EXPECT_EQ(map.grouping[0], Grouping::unit);
    EXPECT_EQ(map.member[0].value(), 0);
    EXPECT_EQ(map.requirements[0], 1);  // the goal does not count
    EXPECT_EQ(map.below[0], 1);
    EXPECT_EQ(map.shortfall[0], 1);
    EXPECT_EQ(map.exposure[0], 0.75);
    EXPECT_EQ(map.unknown[1], 1);  // p, B
    EXPECT_FALSE(map.member[4]);   // none comes last
    EXPECT_EQ(map.likelihood[4], 0.5);
    EXPECT_EQ(map.member.strings(), org.units().strings());

    const HeatMap rolled = heat_map(org, risks, {.roll_up = true});
    ASSERT_EQ(rolled.size(), 9u);  // U, V, none × A, B, G
    EXPECT_EQ(rolled.people[0], 2);
    EXPECT_EQ(rolled.shortfall[0], 3);  // U: A of p and q
    EXPECT_EQ(rolled.capability[2], id<CapabilityTag>(org, "G"));
    EXPECT_EQ(rolled.requirements[2], 4);
    EXPECT_EQ(rolled.people[2], 2);
    EXPECT_EQ(rolled.unknown[2], 1);
    EXPECT_EQ(rolled.people[5], 1);
    EXPECT_EQ(rolled.requirements[5], 2);
}

/// Everything by the definition, cell by cell.
struct Cell {
    std::set<std::int32_t> people;
    int requirements = 0, unknown = 0;
    double below = 0, shortfall = 0, exposure = 0;
};

void check(const Organization& org, const Risks& risks, Grouping by, bool roll_up) {
    const auto up = [&](const Forest& forest, std::int32_t node) {
        std::vector<std::int32_t> path{node};
        if (roll_up && node >= 0)
            while (forest.parent(path.back()) >= 0) path.push_back(forest.parent(path.back()));
        return path;
    };
    std::map<std::pair<std::uint32_t, std::int32_t>, Cell> cells;
    for (std::size_t row = 0; row < risks.size(); ++row) {
        if (risks.basis[row] != Basis::role) continue;
        const auto p = static_cast<std::size_t>(risks.person[row].value());
        const auto r = static_cast<std::size_t>(risks.role[row].value());
        const std::int32_t member = by == Grouping::unit      ? org->people.unit[p].value()
                                    : by == Grouping::role    ? risks.role[row].value()
                                    : by == Grouping::family  ? org->roles.family[r].value()
                                    : by == Grouping::manager ? org->people.manager[p].value()
                                    : by == Grouping::persona ? org->people.persona[p].value()
                                                              : -1;
        for (const std::int32_t m : by == Grouping::unit ? up(org.relations().units, member) : std::vector{member})
            for (const std::int32_t c : up(org.relations().capabilities, risks.capability[row].value())) {
                Cell& cell = cells[{static_cast<std::uint32_t>(m), c}];
                cell.people.insert(risks.person[row].value());
                ++cell.requirements;
                cell.unknown += risks.status[row] == GapStatus::unknown;
                cell.below += risks.likelihood[row];
                cell.shortfall += risks.shortfall[row];
                cell.exposure += risks.exposure[row];
            }
    }
    const HeatMap map = heat_map(org, risks, {.by = by, .roll_up = roll_up});
    ASSERT_EQ(map.size(), cells.size());
    std::size_t i = 0;
    for (const auto& [key, cell] : cells) {
        ASSERT_EQ(static_cast<std::uint32_t>(map.member[i].value()), key.first);
        ASSERT_EQ(map.capability[i].value(), key.second);
        ASSERT_EQ(map.people[i], static_cast<std::int32_t>(cell.people.size()));
        ASSERT_EQ(map.requirements[i], cell.requirements);
        ASSERT_EQ(map.unknown[i], cell.unknown);
        ASSERT_NEAR(map.below[i], cell.below, 1e-10);
        ASSERT_NEAR(map.shortfall[i], cell.shortfall, 1e-10);
        ASSERT_NEAR(map.exposure[i], cell.exposure, 1e-10);
        ++i;
    }
    for (const int threads : {1, 2, 3, 7})
        ASSERT_EQ(bytes(heat_map(org, risks, {.by = by, .roll_up = roll_up, .threads = threads})), bytes(map));
}

TEST(HeatMap, EveryGroupingByItsDefinition) {
    Random random(11, 500);
    const Organization org = random.organization();
    const Risks risks = risks_of(org, random.assessments(org));
    for (std::size_t by = 0; by < std::size(Words<Grouping>::names); ++by)
        for (const bool roll_up : {false, true}) check(org, risks, static_cast<Grouping>(by), roll_up);
}

TEST(HeatMap, ManyRowsInParts) {
    Random random(12, 40000);
    const Organization org = random.organization(2);
    const Risks risks = risks_of(org, random.assessments(org));
    ASSERT_GT(risks.size(), 3u << 16);  // several parts
    check(org, risks, Grouping::manager, true);
}

TEST(HeatMap, ManyMembers) {
    Random random(14, 3000, 0, 400);
    const Organization org = random.organization();
    const Risks risks = risks_of(org, random.assessments(org));
    const std::set<PersonId> managers(org->people.manager.begin(), org->people.manager.end());
    ASSERT_GT(managers.size() * org.capabilities().size(), 1u << 19);  // beyond what is added up by row
    for (const bool roll_up : {false, true}) check(org, risks, Grouping::manager, roll_up);
}

TEST(HeatMap, CellsSumToTheTotalExactly) {
    Random random(13, 3000);
    const Organization org = random.organization();
    const Risks risks = risks_of(org, random.assessments(org));
    const double most = largest(risks.exposure, 1);
    const Grid grid(most);
    int128 total = 0;
    for (std::size_t row = 0; row < risks.size(); ++row)
        if (risks.basis[row] == Basis::role) total += grid.units(risks.exposure[row]);
    for (std::size_t by = 0; by < std::size(Words<Grouping>::names); ++by) {
        const HeatMap map = heat_map(org, risks, {.by = static_cast<Grouping>(by)});
        long double sum = 0;  // 64 bits: enough for the sum of so few cells
        for (const double exposure : map.exposure) sum += exposure;
        EXPECT_NEAR(static_cast<double>(sum), grid.value(total), grid.value(total) * 1e-15);
    }
}

TEST(HeatMap, DeepTrees) {
    std::vector<std::string> keys;
    for (int i = 0; i < 3000; ++i) keys.push_back("n" + std::to_string(10000 + i));
    Cells units = {{"unit", "parent"}}, capabilities = {{"capability", "scale", "parent"}};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        units.push_back({keys[i], i ? std::string_view(keys[i - 1]) : ""});
        capabilities.push_back({keys[i], "S", i ? std::string_view(keys[i - 1]) : ""});
    }
    const Organization org =
        build(small({{"units", units},
                     {"capabilities", {{"capability", "scale"}, {"A", "S"}}},
                     {"people", {{"person", "role", "unit"}, {"p", "R", keys.back()}, {"q", "R", keys.back()}}}}));
    const Risks risks = assess_risk(org, find_gaps(org, believe(org, {{"person", "capability", "mean", "sd"}})));
    const HeatMap map = heat_map(org, risks, {.roll_up = true});
    ASSERT_EQ(map.size(), keys.size());
    EXPECT_EQ(map.people[0], 2);
    EXPECT_EQ(map.exposure[0], map.exposure[keys.size() - 1]);

    const Organization deep =
        build(small({{"capabilities", capabilities},
                     {"requirements", {{"role", "capability", "level"}, {"R", keys.back(), "4"}}}}));
    const Risks below = assess_risk(deep, find_gaps(deep, believe(deep, {{"person", "capability", "mean", "sd"}})));
    EXPECT_EQ(heat_map(deep, below, {.by = Grouping::all, .roll_up = true}).size(), keys.size());
}

TEST(HeatMap, OfNothingIsEmpty) {
    const Organization org = build(small({{"people", {{"person", "role", "left"}, {"p", "R", "2020-01-01"}}}}));
    const Risks risks = assess_risk(org, find_gaps(org, believe(org, {{"person", "capability", "mean", "sd"}})));
    EXPECT_EQ(heat_map(org, risks).size(), 0u);
}

}  // namespace
}  // namespace gradus
