#include "allocation/smoothed.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace gradus {
namespace {

Pool draw(int members, std::int32_t resources) {
    std::mt19937 random(11);
    Pool pool;
    pool.resize(members);
    for (std::int32_t member = 0; member < members; ++member)
        for (int k = 0; k < 4; ++k) {
            Choice choice{static_cast<double>(random() % 100) / 10, {}, {k}};
            for (std::int32_t r = 0; r < resources; ++r)
                if (random() % 2 == 0) choice.uses.push_back({r, 1 + static_cast<std::int64_t>(random() % 5)});
            pool.add(member, choice);
        }
    return pool;
}

TEST(Smoothed, SlopeAndHessianAreThoseOfItsValue) {
    constexpr std::int32_t resources = 3;
    const Pool pool = draw(60, resources);
    const std::vector<double> capacity = {30, 40, 50}, prices = {0.6, 0.8, 1.1};
    const std::vector<std::int32_t> place = {0, 1, 2};
    for (const std::int32_t members : {60, 25}) {  // all, or the first
        Smoothed smoothed(pool, members, capacity, 0.5, 1);
        std::vector<double> slope;
        smoothed.at(prices, slope);
        const Eigen::MatrixXd hessian = smoothed.hessian(place, resources);
        const std::vector<double> diagonal = smoothed.diagonal();
        for (std::int32_t r = 0; r < resources; ++r) {
            const auto i = static_cast<std::size_t>(r);
            std::vector<double> unit(prices.size(), 0.0), up = prices, down = prices;
            unit[i] = 1;
            up[i] += 1e-5;
            down[i] -= 1e-5;
            const std::vector<double> column = smoothed.product(unit);
            Smoothed near(pool, members, capacity, 0.5, 1);
            std::vector<double> slope_up, slope_down;
            EXPECT_NEAR((near.at(up, slope_up) - near.at(down, slope_down)) / 2e-5, slope[i], 1e-5);
            EXPECT_NEAR(diagonal[i], hessian(r, r), 1e-9);
            for (std::int32_t k = 0; k < resources; ++k) {
                const auto j = static_cast<std::size_t>(k);
                EXPECT_NEAR((slope_up[j] - slope_down[j]) / 2e-5, column[j], 1e-4);
                EXPECT_NEAR(k >= r ? hessian(k, r) : hessian(r, k), column[j], 1e-9);
            }
        }
    }
}

}  // namespace
}  // namespace gradus
