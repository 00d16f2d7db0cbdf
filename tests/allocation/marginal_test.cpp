#include "allocation/marginal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace gradus {
namespace {

// Members with a few choices that take of two resources, and capacities for about half of what they want.
struct Market {
    Market(unsigned seed, int members, std::int64_t most) {
        std::mt19937 random(seed);
        pool.resize(members);
        std::vector<std::int64_t> wanted(2, 0);
        for (std::int32_t member = 0; member < members; ++member) {
            pool.add(member, ChoiceView());
            for (int k = 0; k < 4; ++k) {
                Choice choice{1 + static_cast<double>(random() % 1000) / 100, {}, {k}};
                for (std::int32_t r = 0; r < 2; ++r)
                    if (random() % 3 > 0) choice.uses.push_back({r, 1 + static_cast<std::int64_t>(random()) % most});
                for (const Use& use : choice.uses) wanted[static_cast<std::size_t>(use.resource)] += use.amount;
                pool.add(member, choice);
            }
        }
        for (const std::int64_t amount : wanted) capacity.push_back(amount / 8);
    }

    double dual(const std::vector<double>& prices, const std::vector<double>& at) const {
        double sum = prices[0] * at[0] + prices[1] * at[1];
        for (std::int32_t member = 0; member < pool.size(); ++member) {
            double most = -std::numeric_limits<double>::infinity();
            pool.each(member,
                      [&](std::int32_t, const ChoiceView& choice) { most = std::max(most, choice.net(prices)); });
            sum += most;
        }
        return sum;
    }

    // The least dual, by grids about the best of the grid before: no method that the library uses.
    double least(const std::vector<double>& at, std::vector<double>& best) const {
        double value = std::numeric_limits<double>::infinity();
        std::vector<double> centre = {6, 6};
        for (double width = 6; width > 1e-9; width *= 0.6) {
            const std::vector<double> about = centre;
            for (int i = -6; i <= 6; ++i)
                for (int j = -6; j <= 6; ++j) {
                    const std::vector<double> prices = {std::max(0.0, about[0] + i * width / 6),
                                                        std::max(0.0, about[1] + j * width / 6)};
                    if (const double here = dual(prices, at); here < value) {
                        value = here;
                        centre = prices;
                    }
                }
        }
        best = centre;
        return value;
    }

    // What a choice that uses it takes of it.
    double step(std::int32_t resource) const {
        double sum = 0, count = 0;
        for (std::int32_t member = 0; member < pool.size(); ++member)
            pool.each(member, [&](std::int32_t, const ChoiceView& choice) {
                for (const Use& use : choice.uses)
                    if (use.resource == resource) {
                        sum += static_cast<double>(use.amount);
                        ++count;
                    }
            });
        return sum / count;
    }

    Pool pool;
    std::vector<std::int64_t> capacity;
};

TEST(MarginalValues, HoldTheSlopesOfTheLeastDualBetweenThem) {
    double known = 0, found = 0;  // Σ of how much less one more is worth than the price, and one fewer costs more
    for (unsigned seed = 1; seed <= 30; ++seed) {
        const Market market(seed, 12, seed % 2 ? 1 : 6);
        const std::vector<double> capacity(market.capacity.begin(), market.capacity.end());
        std::vector<double> prices, other;
        const double least = market.least(capacity, prices);
        const MarginalValues values = marginal_values(market.pool, market.pool.size(), market.capacity, prices, 5, 1);
        for (std::int32_t r = 0; r < 2; ++r) {
            const auto i = static_cast<std::size_t>(r);
            const double step = market.step(r);
            std::vector<double> changed = capacity;
            changed[i] += step;
            const double gain = market.least(changed, other) - least;
            changed[i] -= 2 * step;
            const double loss = least - market.least(changed, other);
            EXPECT_GE(values.one_more[i] * step, gain - 1e-6) << seed;
            EXPECT_LE(values.one_fewer[i] * step, loss + 1e-6) << seed;
            EXPECT_GE(values.one_more[i], 0) << seed;
            EXPECT_LE(values.one_more[i], prices[i]) << seed;
            EXPECT_GE(values.one_fewer[i], prices[i]) << seed;
            known += loss - gain;
            found += (values.one_fewer[i] - values.one_more[i]) * step;
        }
    }
    EXPECT_GT(found, 0.5 * known);
}

TEST(MarginalValues, DoNotDependOnThreads) {
    const Market market(7, 1100, 6);
    std::vector<double> prices;
    market.least({market.capacity.begin(), market.capacity.end()}, prices);
    const MarginalValues one = marginal_values(market.pool, 1100, market.capacity, prices, 5, 1);
    const MarginalValues three = marginal_values(market.pool, 1100, market.capacity, prices, 5, 3);
    EXPECT_LT(one.one_more[0], prices[0]);
    EXPECT_GT(one.one_fewer[0], prices[0]);
    EXPECT_EQ(one.one_more, three.one_more);
    EXPECT_EQ(one.one_fewer, three.one_fewer);
}

TEST(MarginalValues, AreThePriceWhereNobodyIsConcerned) {
    Market market(3, 5, 1);
    market.capacity.push_back(4);
    const std::vector<double> prices = {1, 1, 2};
    const MarginalValues values = marginal_values(market.pool, 5, market.capacity, prices, 5, 1);
    EXPECT_EQ(values.one_more[2], 2);
    EXPECT_EQ(values.one_fewer[2], 2);
    const MarginalValues none = marginal_values(Pool(), 5, market.capacity, prices, 5, 1);
    EXPECT_EQ(none.one_more, prices);
    EXPECT_EQ(none.one_fewer, prices);
}

// One seat, wanted at 3 and at 2 by two, and at 1 by a third: at a price of 2.5 another seat is worth 2, that seat 3.
TEST(MarginalValues, OfSeatsAreWhatTheNextInLineWouldGive) {
    Pool pool;
    pool.resize(3);
    for (std::int32_t member = 0; member < 3; ++member) {
        pool.add(member, ChoiceView());
        pool.add(member, Choice{3.0 - member, {{0, 1}}, {1}});
    }
    const std::vector<std::int64_t> capacity = {1};
    const std::vector<double> prices = {2.5};
    const MarginalValues values = marginal_values(pool, 3, capacity, prices, 2, 1);
    EXPECT_GE(values.one_more[0], 2 - 1e-12);
    EXPECT_LT(values.one_more[0], 2.4);
    EXPECT_GT(values.one_fewer[0], 2.6);
    EXPECT_LE(values.one_fewer[0], 3 + 1e-12);
}

}  // namespace
}  // namespace gradus
