#include "allocation/candidates.h"

#include <gtest/gtest.h>

#include <vector>

namespace gradus {
namespace {

TEST(Candidates, AreOrderedByRegretWithinReach) {
    Pool pool;
    pool.resize(3);
    pool.add(0, Choice{5, {{0, 2}}, {1}});  // net 3
    pool.add(0, Choice{4, {}, {2}});        // net 4: the best, and takes nothing
    pool.add(0, Choice{9, {{0, 6}}, {3}});  // net 3
    pool.add(0, Choice{9, {{0, 9}}, {4}});  // net 0
    pool.add(2, Choice{1, {}, {5}});
    const std::vector<double> prices = {1};
    const Candidates candidates(pool, prices, 2);
    ASSERT_EQ(candidates.members(), 3);
    ASSERT_EQ(candidates.end(0) - candidates.first(0), 3);
    const std::int32_t first = candidates.first(0);
    EXPECT_EQ(candidates[first].choice.content[0], 2);
    EXPECT_EQ(candidates[first].regret, 0);
    EXPECT_EQ(candidates[first + 1].choice.content[0], 1);
    EXPECT_EQ(candidates[first + 1].regret, 1);
    EXPECT_EQ(candidates[first + 2].choice.content[0], 3);
    EXPECT_EQ(candidates.first(1), candidates.end(1));
    EXPECT_EQ(candidates[candidates.first(2)].member, 2);
}

TEST(Candidates, WhatIsWorthNoMoreAndTakesNoLessIsLeftOut) {
    Pool pool;
    pool.resize(1);
    pool.add(0, Choice{5, {{0, 2}, {2, 1}}, {1}});
    pool.add(0, Choice{5, {{0, 2}, {1, 1}, {2, 1}}, {2}});  // takes more
    pool.add(0, Choice{4, {{0, 2}, {2, 2}}, {3}});          // takes more, worth less
    pool.add(0, Choice{4, {{0, 3}, {2, 0 + 1}}, {4}});      // takes more of the first
    pool.add(0, Choice{4, {{0, 3}}, {5}});                  // takes nothing of the third
    pool.add(0, Choice{6, {{0, 9}, {2, 9}}, {6}});          // worth more
    const std::vector<double> prices = {0, 0, 0};
    const Candidates candidates(pool, prices, 100);
    std::vector<std::int32_t> left;
    for (std::int32_t i = 0; i < candidates.size(); ++i) left.push_back(candidates[i].choice.content[0]);
    EXPECT_EQ(left, (std::vector<std::int32_t>{6, 1, 5}));
}

}  // namespace
}  // namespace gradus
