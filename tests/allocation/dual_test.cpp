#include "allocation/dual.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace gradus {
namespace {

const auto never = [] { return false; };

// Members with a few choices that take of a few resources, and capacities for about half of what they want.
struct Market {
    Market(unsigned seed, int members, int resources) {
        std::mt19937 random(seed);
        pool.resize(members);
        std::vector<double> wanted(static_cast<std::size_t>(resources), 0.0);
        for (std::int32_t member = 0; member < members; ++member) {
            pool.add(member, ChoiceView());
            for (int k = 0; k < 4; ++k) {
                Choice choice{1 + static_cast<double>(random() % 100) / 10, {}, {k}};
                for (int r = 0; r < resources; ++r)
                    if (random() % static_cast<unsigned>(resources) < 2)
                        choice.uses.push_back({r, 1 + static_cast<std::int64_t>(random() % 5)});
                for (const Use& use : choice.uses)
                    wanted[static_cast<std::size_t>(use.resource)] += static_cast<double>(use.amount) / 8;
                pool.add(member, choice);
            }
        }
        capacity = wanted;
        low.assign(capacity.size(), 0.0);
        high.assign(capacity.size(), 100.0);
    }

    // The smoothed dual, by its definition.
    double at(const std::vector<double>& prices, double temperature) const {
        double sum = 0;
        for (std::size_t r = 0; r < prices.size(); ++r) sum += prices[r] * capacity[r];
        for (std::int32_t member = 0; member < pool.size(); ++member) {
            std::vector<double> nets;
            pool.each(member, [&](std::int32_t, const ChoiceView& choice) { nets.push_back(choice.net(prices)); });
            const double most = *std::max_element(nets.begin(), nets.end());
            double mass = 0;
            for (const double net : nets) mass += std::exp((net - most) / temperature);
            sum += most + temperature * std::log(mass);
        }
        return sum;
    }

    Pool pool;
    std::vector<double> capacity, low, high;
};

class Duals : public testing::TestWithParam<std::tuple<unsigned, int>> {};

TEST_P(Duals, AreLeastWhereNoStepAlongAPriceHelps) {
    const auto [seed, resources] = GetParam();
    const Market market(seed, 400, resources);
    const double temperature = 0.3;
    const std::vector<double> prices =
        minimise_dual(market.pool, market.capacity, std::vector<double>(market.capacity.size(), 0.5), temperature,
                      {market.low, market.high}, 200, 1, never);
    const double least = market.at(prices, temperature);
    for (std::size_t r = 0; r < std::min<std::size_t>(prices.size(), 40); ++r)
        for (const double step : {-1e-2, -1e-3, 1e-3, 1e-2}) {
            std::vector<double> moved = prices;
            moved[r] = std::max(0.0, moved[r] + step);
            // Conjugate gradients end a little earlier.
            EXPECT_GE(market.at(moved, temperature), least - (resources > 700 ? 2e-5 : 1e-6) * least) << r;
        }
}

TEST_P(Duals, StayInTheBoxAndDoNotDependOnThreads) {
    const auto [seed, resources] = GetParam();
    const Market market(seed, 1500, resources);
    PriceBox box{market.low, market.high};
    for (std::size_t r = 0; r < box.low.size(); ++r) {
        box.low[r] = 0.2;
        box.high[r] = 0.4;
    }
    const std::vector<double> start(market.capacity.size(), 0.3);
    const auto once = minimise_dual(market.pool, market.capacity, start, 0.1, box, 20, 1, never);
    EXPECT_EQ(once, minimise_dual(market.pool, market.capacity, start, 0.1, box, 20, 3, never));
    EXPECT_LT(market.at(once, 0.1), market.at(start, 0.1));
    for (const double price : once) {
        EXPECT_GE(price, 0.2);
        EXPECT_LE(price, 0.4);
    }
    EXPECT_EQ(minimise_dual(market.pool, market.capacity, start, 0.1, box, 20, 1, [] { return true; }), start);
}

// Each far from indifferent, so that the dual is a straight line: down it, to where somebody may choose otherwise.
TEST(Dual, MovesWhereNobodysChoiceResponds) {
    Pool pool;
    pool.resize(2);
    for (std::int32_t member = 0; member < 2; ++member) {
        pool.add(member, ChoiceView());
        pool.add(member, Choice{10, {{0, 1}}, {1}});
    }
    const std::vector<double> capacity = {1};
    EXPECT_EQ(minimise_dual(pool, capacity, {1}, 1e-3, {{0}, {2}}, 12, 1, never), std::vector<double>{2});
    EXPECT_NEAR(minimise_dual(pool, capacity, {1}, 1e-3, {{0}, {20}}, 12, 1, never)[0], 10, 1);
    // Enough for both: no price.
    EXPECT_EQ(minimise_dual(pool, std::vector<double>{3}, {1}, 1e-3, {{0}, {2}}, 12, 1, never), std::vector<double>{0});
}

// The last has more resources than are factored at once.
INSTANTIATE_TEST_SUITE_P(Random, Duals, testing::Combine(testing::Values(1u, 2u), testing::Values(1, 7, 60, 900)));

}  // namespace
}  // namespace gradus
