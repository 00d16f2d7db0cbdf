#include "planning/lessons.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "planning/learner.h"

namespace gradus {
namespace {

class Lesson : public testing::TestWithParam<unsigned> {};

// Each state, in each segment, is given the best of all sets; where nothing is chosen, periods and pins make the segments.
TEST_P(Lesson, SetsAreTheBestOfAll) {
    Learner learner(GetParam(), 11);
    Offer& offer = learner.draft->offer;
    Lessons lessons;
    lessons.open(offer);
    lessons.restrict_to(std::vector<char>(offer.ways.size(), 1));
    std::vector<double> prices(lessons.size()), given(lessons.size(), 0.0);
    const double dear = 0.1 * learner.draw(1, 9);
    for (std::size_t i = 0; i < prices.size(); ++i) prices[i] = dear * learner.part() * lessons.alone()[i];
    const double found = lessons.solve(prices, given);

    double best = 0;
    for (std::int32_t s = 0; s < offer.benefit.states(); ++s) {
        std::vector<double> cuts = {0};
        for (const Period& period : learner.catalog->periods)
            cuts.push_back(learner.catalog->share(period.first - std::chrono::days(1)));
        for (const Benefit::Active& pinned : offer.benefit.active(s)) cuts.push_back(pinned.share);
        std::sort(cuts.begin(), cuts.end(), std::greater<>());
        cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
        const Benefit::State& state = offer.benefit.state(s);
        const std::int32_t count = state.last_lesson - state.first_lesson;
        for (std::size_t segment = 0; segment + 1 < cuts.size(); ++segment) {
            std::uint64_t pinned = 0, open = 0;
            for (const Benefit::Active& active : offer.benefit.active(s))
                if (active.share >= cuts[segment]) pinned |= std::uint64_t{1} << (active.lesson - state.first_lesson);
            for (const Way& way : offer.ways)
                for (std::int32_t i = 0; i < offer.benefit.lesson_count(offer.courses[way.course].entry); ++i) {
                    const std::int32_t l =
                        offer.benefit.lesson(offer.courses[way.course].entry, i) - state.first_lesson;
                    if (l >= 0 && l < count && way.share > cuts[segment + 1]) open |= std::uint64_t{1} << l;
                }
            double most = 0;
            for (std::uint64_t set = 0; set < std::uint64_t{1} << count; ++set) {
                if (set & (pinned | ~open)) continue;
                double value =
                    (cuts[segment] - cuts[segment + 1]) * (offer.benefit.removed(s, state.first_lesson, set | pinned) -
                                                           offer.benefit.removed(s, state.first_lesson, pinned));
                for (std::int32_t l = 0; l < count; ++l)
                    if (set >> l & 1) value -= prices[lessons.begin(state.first_lesson + l, cuts[segment]).number];
                most = std::max(most, value);
            }
            best += most;
        }
    }
    EXPECT_NEAR(found, best, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Random, Lesson, testing::Range(0u, 60u));

}  // namespace
}  // namespace gradus
