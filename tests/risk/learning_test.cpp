#include "risk/learning.h"

#include <gtest/gtest.h>

#include <chrono>

#include "risk/cases.h"

namespace gradus {
namespace {

TEST(Spread, AppliesWhatOccursAndNoFurtherThanUpTo) {
    Spread spread(2);
    spread.learn({.up_to = 3, .uplift = 2, .probability = 1});
    ASSERT_EQ(spread.points().size(), 1u);
    EXPECT_EQ(spread.points()[0].level, 3);
    spread.learn({.up_to = 5, .uplift = 1, .probability = 0.25});
    EXPECT_DOUBLE_EQ(spread.mean(), 3.25);
    spread.learn({.up_to = 5, .uplift = 1, .probability = 0});
    spread.learn({.up_to = 2, .uplift = 1, .probability = 1});  // below everyone: nobody is lowered
    EXPECT_DOUBLE_EQ(spread.mean(), 3.25);
}

TEST(Spread, IsTheSumOverAllSubsets) {
    std::mt19937 draw(3);
    for (int round = 0; round < 200; ++round) {
        std::vector<Lesson> lessons(1 + draw() % 8);
        for (Lesson& lesson : lessons)
            lesson = {1 + 0.5 * static_cast<double>(draw() % 8), 0.25 * static_cast<double>(1 + draw() % 6),
                      static_cast<double>(draw() % 5) / 4};
        std::sort(lessons.begin(), lessons.end());
        Spread spread(1.5);
        for (const Lesson& lesson : lessons) spread.learn(lesson);
        double mean = 0, total = 0;
        for (unsigned set = 0; set < 1u << lessons.size(); ++set) {
            double level = 1.5, probability = 1;
            for (std::size_t i = 0; i < lessons.size(); ++i) {
                const bool occurs = set >> i & 1;
                probability *= occurs ? lessons[i].probability : 1 - lessons[i].probability;
                if (occurs) level = std::max(level, std::min(level + lessons[i].uplift, lessons[i].up_to));
            }
            mean += probability * level;
        }
        for (const Spread::Point& point : spread.points()) total += point.probability;
        EXPECT_NEAR(spread.mean(), mean, 1e-13);
        EXPECT_NEAR(total, 1, 1e-13);
    }
}

TEST(Spread, ManyOddLessonsStayAffordable) {
    Spread spread(0);
    double expected = 0;
    for (int i = 0; i < 60; ++i) {
        const double uplift = 0.01 + 0.0013 * i * i / 7;
        spread.learn({.up_to = 1000, .uplift = uplift, .probability = 0.5});
        expected += 0.5 * uplift;
    }
    EXPECT_LE(spread.points().size(), 4096u);
    EXPECT_NEAR(spread.mean(), expected, 1e-9);  // merging keeps the mean
}

double credited(const std::vector<Literal>& more, Cells estimates, bool on = true) {
    std::vector<Literal> tables = {{"activities", {{"activity", "kind"}, {"X", "course"}, {"Y", "reading"}, {"Z", ""}}},
                                   {"outcomes",
                                    {{"activity", "capability", "uplift", "up_to", "probability"},
                                     {"X", "A", "1", "4", "0.5"},
                                     {"Y", "A", "2", "3", ""},
                                     {"Z", "B", "1", "", ""}}}};
    tables.insert(tables.end(), more.begin(), more.end());
    const Organization org = build(small(tables));
    const Gaps gaps = find_gaps(org, believe(org, std::move(estimates)), {.credit_completed = on, .threads = 1});
    EXPECT_DOUBLE_EQ(gaps.mean[0] - gaps.credited[0], 2);
    return gaps.credited[0];
}

const Cells rated = {{"person", "capability", "mean", "sd", "last"}, {"p", "A", "2", "1", "2026-01-01"}};

Literal enrolled(Cells rows) {
    rows.insert(rows.begin(), {"person", "activity", "status", "date"});
    return {"enrolments", std::move(rows)};
}

TEST(Credit, CountsWhatWasCompletedAfterTheNewestRating) {
    EXPECT_EQ(credited({}, rated), 0);
    EXPECT_EQ(credited({enrolled({{"p", "X", "completed", "2026-01-01"}})}, rated), 0);
    EXPECT_EQ(credited({enrolled({{"p", "X", "completed", "2026-01-02"}})}, rated), 0.5);
    EXPECT_EQ(credited({enrolled({{"p", "X", "completed", "2026-03-31"}})}, rated), 0.5);
    EXPECT_EQ(credited({enrolled({{"p", "X", "completed", "2026-04-01"}})}, rated), 0);
    EXPECT_EQ(credited({enrolled({{"p", "X", "completed", ""}})}, rated), 0);
    EXPECT_EQ(credited({enrolled({{"p", "X", "in_progress", "2026-02-01"}})}, rated), 0);
    EXPECT_EQ(credited({enrolled({{"p", "X", "completed", "2026-02-01"}})}, rated, false), 0);
    // Y first (up to 3), then half a chance of one more.
    EXPECT_EQ(
        credited({enrolled({{"p", "X", "completed", "2026-02-01"}, {"p", "Y", "completed", "2026-02-01"}})}, rated),
        1.5);
}

TEST(Credit, CountsAnActivityOnce) {
    EXPECT_EQ(credited({enrolled({{"p", "X", "completed", "2025-02-01"},
                                  {"p", "X", "completed", "2026-02-01"},
                                  {"p", "X", "completed", "2026-03-01"}})},
                       rated),
              0.5);
}

TEST(Credit, PreferencesMultiplyTheProbability) {
    const Literal done = enrolled({{"p", "X", "completed", "2026-02-01"}});
    EXPECT_EQ(credited({done, {"preferences", {{"person", "kind", "weight"}, {"p", "course", "0.5"}}}}, rated), 0.25);
    EXPECT_EQ(credited({done, {"preferences", {{"person", "kind", "weight"}, {"p", "course", "2"}}}}, rated), 1);
    EXPECT_EQ(credited({done, {"preferences", {{"person", "kind", "weight"}, {"p", "reading", "0"}}}}, rated), 0.5);
}

TEST(Credit, WithoutARatingAllCountsAndWithoutADayNothing) {
    const Literal done = enrolled({{"p", "X", "completed", ""}});
    EXPECT_EQ(credited({done}, {{"person", "capability", "mean", "sd", "ratings"}, {"p", "A", "2", "1", "0"}}), 0.5);
    EXPECT_EQ(credited({done}, {{"person", "capability", "mean", "sd"}, {"p", "A", "2", "1"}}), 0);
}

}  // namespace
}  // namespace gradus
