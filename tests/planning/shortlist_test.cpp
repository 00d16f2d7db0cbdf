#include "planning/shortlist.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "planning/learner.h"

namespace gradus {
namespace {

class Shortlists : public testing::TestWithParam<unsigned> {};

// On whatever day it comes to stand, an option is worth no more and charged no less than while that is open.
TEST_P(Shortlists, CountAWayAsOnTheBestOfItsDays) {
    Learner learner(GetParam(), 6, true);
    Shortlist list(learner.draft->offer);
    ASSERT_TRUE(list.open(learner.query));
    for (const Shortlist::Item& item : list.items) {
        if (item.unmet == 0) continue;
        const auto loose = list.options;
        for (int days = 0; days < 300; days += 7) {
            const Date after = learner.catalog->start + Date::duration(days);
            list.settle(item, after);
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
                if (list.options[o].shut) continue;
                EXPECT_GE(list.options[o].first, after);
                EXPECT_LE(list.options[o].share, loose[o].share);
                EXPECT_GE(list.options[o].charge, loose[o].charge);
                for (std::int32_t t = loose[o].first_take; t < loose[o].last_take; ++t)
                    EXPECT_NE(std::find(list.takes.begin() + list.options[o].first_take,
                                        list.takes.begin() + list.options[o].last_take, list.takes[t]),
                              list.takes.begin() + list.options[o].last_take);
            }
            list.unsettle(item);
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
                EXPECT_FALSE(list.options[o].shut);
                EXPECT_EQ(list.options[o].share, loose[o].share);
            }
        }
    }
}

TEST_P(Shortlists, HoldWhatAnItemNeedsBeforeIt) {
    Learner learner(GetParam(), 6, true);
    const Offer& offer = learner.draft->offer;
    Shortlist list(learner.draft->offer);
    ASSERT_TRUE(list.open(learner.query));
    std::set<std::int32_t> courses;
    for (const Shortlist::Item& item : list.items) {
        const std::vector<std::int32_t>& needed = offer.courses[item.course].prerequisites;
        EXPECT_TRUE(std::all_of(needed.begin(), needed.end(), [&](std::int32_t c) { return courses.contains(c); }));
        EXPECT_EQ(item.unmet, static_cast<std::int32_t>(std::set(needed.begin(), needed.end()).size()));
        courses.insert(item.course);
    }
    for (const Offer::Course& course : offer.courses)
        if (course.forced) {
            EXPECT_TRUE(courses.contains(static_cast<std::int32_t>(&course - offer.courses.data())) ||
                        !learner.best().has_value());
        }
}

INSTANTIATE_TEST_SUITE_P(Random, Shortlists, testing::Range(0u, 120u));

}  // namespace
}  // namespace gradus
