#include "allocation/nested.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double plenty = 1e9;
const auto never = [] { return false; };

// A few members with homes in a forest of two trees: 0 <- 1 <- 2, 1 <- 3, and 4 alone; 5 is not nested.
struct Team {
    explicit Team(unsigned seed) : random(seed) {
        above = {-1, 0, 1, 1, -1, -1};
        for (int r = 0; r < 6; ++r) {
            prices.push_back(draw(0, 3) == 0 ? 0 : draw(1, 9) / 10.0);
            capacity.push_back(draw(0, 9) * 5 + draw(0, 1));
        }
        const int members = draw(1, 5);
        pool.resize(members);
        for (std::int32_t member = 0; member < members; ++member) {
            const std::int32_t homes[] = {-1, 0, 1, 2, 3, 4};
            home.push_back(homes[draw(0, 5)]);
            pool.add(member, ChoiceView());
            for (int k = draw(0, 4); k > 0; --k) pool.add(member, choice(home.back(), k));
        }
    }

    Choice choice(std::int32_t from, int number) {
        Choice made{draw(0, 90) / 10.0, {}, {number}};
        const std::int64_t amount = 5 * draw(1, 4);
        for (std::int32_t r = from; r >= 0; r = above[static_cast<std::size_t>(r)])
            made.uses.insert(made.uses.begin(), {r, amount});
        if (draw(0, 1)) made.uses.push_back({5, 1});
        return made;
    }
    int draw(int low, int high) { return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1)); }

    // The least loss of all picks by trying each, where nested resources alone are scarce.
    double least(const Candidates& candidates) const {
        double best = infinite;
        std::vector<std::int64_t> room = capacity;
        const auto pick = [&](auto&& self, std::int32_t member, double regret) -> void {
            if (member == candidates.members()) {
                double loss = regret;
                for (std::size_t r = 0; r < 5; ++r) {
                    if (room[r] < 0) return;
                    bool used = false;
                    for (const std::int32_t lowest : home)
                        for (std::int32_t at = lowest; at >= 0; at = above[static_cast<std::size_t>(at)])
                            used = used || at == static_cast<std::int32_t>(r);
                    if (used) loss += prices[r] * static_cast<double>(room[r]);
                }
                best = std::min(best, loss);
                return;
            }
            for (std::int32_t c = candidates.first(member); c < candidates.end(member); ++c) {
                for (const Use& use : candidates[c].choice.uses)
                    room[static_cast<std::size_t>(use.resource)] -= use.amount;
                self(self, member + 1, regret + candidates[c].regret);
                for (const Use& use : candidates[c].choice.uses)
                    room[static_cast<std::size_t>(use.resource)] += use.amount;
            }
        };
        pick(pick, 0, 0);
        return best;
    }

    std::mt19937 random;
    std::vector<std::int32_t> above, home;
    std::vector<double> prices;
    std::vector<std::int64_t> capacity;
    Pool pool;
};

TEST(Nested, PicksLoseLeastOfAll) {
    int compared = 0;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        const Team team(seed);
        const Candidates candidates(team.pool, team.prices, infinite);
        const auto found =
            least_loss({candidates, team.above, team.home, 5, team.capacity, team.prices, infinite}, plenty, never);
        const double least = team.least(candidates);
        if (!found) continue;  // nobody takes of anything nested
        ++compared;
        ASSERT_NEAR(found->loss, least, 1e-9) << seed;
        // The picks are what they say they are.
        std::vector<std::int64_t> room = team.capacity;
        double regret = 0;
        for (std::int32_t member = 0; member < candidates.members(); ++member) {
            const Candidates::Candidate& picked = candidates[found->picks[static_cast<std::size_t>(member)]];
            EXPECT_EQ(picked.member, member);
            regret += picked.regret;
            for (const Use& use : picked.choice.uses) room[static_cast<std::size_t>(use.resource)] -= use.amount;
        }
        for (std::size_t r = 0; r < 5; ++r) EXPECT_GE(room[r], 0) << seed;
        EXPECT_LE(regret, found->loss + 1e-9);
        // Nothing loses less than the least; so much is found.
        EXPECT_FALSE(
            least_loss({candidates, team.above, team.home, 5, team.capacity, team.prices, least - 1e-6}, plenty, never))
            << seed;
        EXPECT_TRUE(
            least_loss({candidates, team.above, team.home, 5, team.capacity, team.prices, least + 1e-9}, plenty, never))
            << seed;
    }
    EXPECT_GT(compared, 2000);
}

// What is not known may take anything: the loss bounds that of all choices, listed or not, from below.
TEST(Nested, WhatIsNotKnownIsBoundedToo) {
    int smaller = 0;
    for (unsigned seed = 0; seed < 2000; ++seed) {
        const Team team(seed);
        const Candidates all(team.pool, team.prices, infinite), near(team.pool, team.prices, 1.5);
        const std::vector<double> unknown(static_cast<std::size_t>(all.members()), 1.5);
        NestedProblem problem{near, team.above, team.home, 5, team.capacity, team.prices, infinite, unknown};
        const auto bound = least_loss(problem, plenty, never);
        if (!bound) continue;
        EXPECT_LE(bound->loss, team.least(all) + 1e-9) << seed;
        smaller += bound->loss < team.least(all) - 1e-9;
        problem.unknown = {};
        const auto listed = least_loss(problem, plenty, never);
        EXPECT_TRUE(!listed || bound->loss <= listed->loss + 1e-9) << seed;
    }
    EXPECT_GT(smaller, 100);
}

TEST(Nested, StopsWhenItIsTooMuchWork) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        const Team team(seed);
        const Candidates candidates(team.pool, team.prices, infinite);
        const NestedProblem problem{candidates, team.above, team.home, 5, team.capacity, team.prices, infinite};
        EXPECT_FALSE(least_loss(problem, 0, never));
        EXPECT_FALSE(least_loss(problem, plenty, [] { return true; }));
    }
}

}  // namespace
}  // namespace gradus
