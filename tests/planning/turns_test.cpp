#include "planning/turns.h"

#include <gtest/gtest.h>

#include "planning/learner.h"

namespace gradus {
namespace {

class Turn : public testing::TestWithParam<unsigned> {};

TEST_P(Turn, FillsTheHoursOfEachPeriodBest) {
    Learner learner(GetParam());
    const Offer& offer = learner.draft->offer;
    Turns turns;
    turns.open(offer);
    if (turns.periods() == 0) return;
    std::vector<char> open;
    for (std::size_t w = 0; w < offer.ways.size(); ++w) open.push_back(learner.draw(0, 5) > 0);
    turns.restrict_to(open);
    std::vector<double> prices;
    for (std::size_t i = 0; i < offer.courses.size() * turns.periods(); ++i) prices.push_back(learner.part());
    double best = 0;
    for (std::int32_t period = 0; period < turns.periods(); ++period) {
        double most = 0;
        for (unsigned set = 0; set < 1u << offer.courses.size(); ++set) {
            double value = 0;
            std::int64_t minutes = 0;
            for (std::size_t c = 0; c < offer.courses.size(); ++c) {
                if (!(set >> c & 1)) continue;
                bool possible = false;
                for (std::int32_t w = offer.courses[c].first_way; w < offer.courses[c].last_way; ++w)
                    possible = possible || (open[w] && offer.ways[w].period == period);
                minutes += possible ? offer.courses[c].minutes : offer.room_minutes[period] + 1;
                value += prices[c * turns.periods() + period];
            }
            if (minutes <= offer.room_minutes[period]) most = std::max(most, value);
        }
        best += most;
    }
    std::vector<double> slope(prices.size(), 0.0);
    EXPECT_NEAR(turns.solve(prices, slope), best, 1e-9);
    double picked = 0;
    for (std::size_t i = 0; i < prices.size(); ++i) picked += slope[i] * prices[i];
    EXPECT_NEAR(picked, best, 1e-9);
    std::vector<std::int32_t> order;
    for (std::size_t c = 0; c < offer.courses.size(); ++c) order.push_back(static_cast<std::int32_t>(c));
    turns.line_up(prices, order);
    EXPECT_NEAR(turns.rest(*learner.draft, 0), best, 1e-9);
    EXPECT_EQ(turns.rest(*learner.draft, order.size()), 0);
}

INSTANTIATE_TEST_SUITE_P(Random, Turn, testing::Range(0u, 40u));

}  // namespace
}  // namespace gradus
