#include "allocation/assignment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace gradus {
namespace {

const auto never = [] { return false; };

TEST(Assignments, CountWhatIsUsed) {
    Assignment assignment(2, {10, 5});
    assignment.change(0, Choice{3, {{0, 4}, {1, 2}}, {1}});
    EXPECT_EQ(assignment.room, (std::vector<std::int64_t>{6, 3}));
    EXPECT_EQ(assignment.value, 3);
    assignment.change(0, Choice{1, {{1, 5}}, {2}});
    EXPECT_EQ(assignment.room, (std::vector<std::int64_t>{10, 0}));
    EXPECT_EQ(assignment.value, 1);
}

TEST(Assignments, WhatAGroupHoldsIsRoomForIt) {
    Assignment assignment(2, {10, 5});
    assignment.change(0, Choice{3, {{1, 4}}, {1}});
    EXPECT_TRUE(assignment.could_take(0, Choice{1, {{0, 10}, {1, 5}}, {2}}));
    EXPECT_FALSE(assignment.could_take(0, Choice{1, {{1, 6}}, {2}}));
    EXPECT_TRUE(assignment.could_take(1, Choice{1, {{1, 1}}, {2}}));
    EXPECT_FALSE(assignment.could_take(1, Choice{1, {{1, 2}}, {2}}));
    std::vector<std::int64_t> own = assignment.free();
    assignment.lend(0, own, true);
    EXPECT_EQ(own, (std::vector<std::int64_t>{10, 5}));
    assignment.lend(0, own, false);
    EXPECT_EQ(own, (std::vector<std::int64_t>{10, 1}));
}

// Groups with four choices each, of which two resources are enough for about a third.
struct Crowd {
    explicit Crowd(std::uint32_t seed) {
        std::mt19937 random(seed);
        for (std::int32_t group = 0; group < 40; ++group) {
            groups.push_back(group);
            std::vector<Choice> list;
            for (std::int32_t k = 0; k < 4; ++k)
                list.push_back({1 + static_cast<double>(random() % 90) / 10,
                                {{k % 2, 1 + static_cast<std::int64_t>(random() % 9)}},
                                {k}});
            choices.push_back(list);
        }
        problem.groups = 40;
        problem.capacity = {40, 40};
        problem.pricer = listed(choices);
    }

    std::vector<std::vector<Choice>> choices;
    std::vector<std::int32_t> groups;
    AllocationProblem problem;
};

TEST(Assignments, RepairTakesOnlyWhatIsTooMuch) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        const Crowd crowd(seed);
        Pricing pricing(crowd.problem, 1, nullptr, never, never);
        Assignment assignment(40, crowd.problem.capacity);
        for (const std::int32_t group : crowd.groups) {
            const auto& list = crowd.choices[static_cast<std::size_t>(group)];
            assignment.change(group, *std::max_element(list.begin(), list.end(), [](const Choice& a, const Choice& b) {
                                  return a.value < b.value;
                              }));
        }
        ASSERT_FALSE(assignment.fits());
        const std::vector<double> prices(2, 0.5);
        ASSERT_TRUE(repair(assignment, pricing, crowd.problem, prices, 1, never));
        EXPECT_TRUE(assignment.fits());
        EXPECT_GT(assignment.value, 60);  // sixteen of the forty at least
        double value = 0;
        for (const std::int32_t group : crowd.groups) value += assignment.choices[group].value;
        EXPECT_NEAR(value, assignment.value, 1e-9);
    }
}

// With prices near the right ones, nothing that settles lies far below the dual at them.
TEST(Assignments, SettleLosesLittle) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        const Crowd crowd(seed);
        const Allocation allocation = allocate(crowd.problem, {});
        Pool pool;
        pool.resize(40);
        for (const std::int32_t group : crowd.groups) {
            pool.add(group, ChoiceView());
            for (const Choice& choice : crowd.choices[static_cast<std::size_t>(group)]) pool.add(group, choice);
        }
        Assignment assignment(40, crowd.problem.capacity);
        const Candidates candidates(pool, allocation.prices, std::numeric_limits<double>::infinity());
        const double loss = settle(assignment, candidates, crowd.groups, allocation.prices, std::vector<double>(2, 1.0),
                                   300, 0.05, 0, seed, never);
        ASSERT_TRUE(assignment.fits()) << seed;
        EXPECT_NEAR(assignment.value, allocation.price_bound - loss, 1e-9) << seed;
        EXPECT_GE(assignment.value, 0.97 * allocation.bound) << seed;
    }
}

// However little is tried: at the end nothing is used too much.
TEST(Assignments, SettleComesOutEven) {
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        const Crowd crowd(seed);
        Pool pool;
        pool.resize(40);
        for (const std::int32_t group : crowd.groups) {
            pool.add(group, ChoiceView());
            for (const Choice& choice : crowd.choices[static_cast<std::size_t>(group)]) pool.add(group, choice);
        }
        const std::vector<double> prices(2, 0.3), typical(2, 1.0);  // too low
        const Candidates candidates(pool, prices, std::numeric_limits<double>::infinity());
        Assignment assignment(40, crowd.problem.capacity);
        settle(assignment, candidates, crowd.groups, prices, typical, 10, 0.5, 0, seed, never);
        EXPECT_TRUE(assignment.fits()) << seed;
    }
}

}  // namespace
}  // namespace gradus
