#include "planning/effect.h"

#include <gtest/gtest.h>

#include <vector>

#include "planning/learner.h"

namespace gradus {
namespace {

class Effects : public testing::TestWithParam<unsigned> {};

TEST_P(Effects, AddWhatBenefitAdds) {
    Learner learner(GetParam(), 6, true);
    const Offer& offer = learner.draft->offer;
    Benefit& benefit = learner.draft->offer.benefit;
    Effect effect(benefit);
    ASSERT_TRUE(effect.open());
    std::vector<std::pair<Effect::Lesson, double>> added;
    for (const Offer::Course& course : offer.courses) {
        const double share = learner.part();
        double sum = 0;
        std::vector<Effect::Lesson> lessons;
        for (std::int32_t l = 0; l < benefit.lesson_count(course.entry); ++l) {
            const std::int32_t state = benefit.lesson_state(course.entry, l);
            lessons.push_back(
                {state, std::uint64_t{1} << (benefit.lesson(course.entry, l) - benefit.state(state).first_lesson)});
            sum += effect.gain(lessons.back(), share);
        }
        EXPECT_NEAR(sum, benefit.gain(course.entry, share), 1e-12);
        for (const Effect::Lesson& lesson : lessons) {
            effect.add(lesson, share);
            added.push_back({lesson, share});
        }
        benefit.activate(course.entry, share);
    }
    // Taken back in whatever order, it is as before.
    for (const Offer::Course& course : offer.courses) benefit.deactivate(course.entry);
    for (const auto& [lesson, share] : added) effect.remove(lesson, share);
    for (std::int32_t s = 0; s < benefit.states(); ++s)
        EXPECT_EQ(effect.count(s), static_cast<std::int32_t>(benefit.active(s).size()));
}

INSTANTIATE_TEST_SUITE_P(Random, Effects, testing::Range(0u, 60u));

}  // namespace
}  // namespace gradus
