#include <gradus/risk/concentration.h>

#include <gtest/gtest.h>

#include "risk/cases.h"

namespace gradus {
namespace {

TEST(Concentration, CountsHoldersOfEveryRequiredLevel) {
    const Organization org = build(
        small({{"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"T", "A", "2"}, {"T", "B", "3"}}},
               {"people",
                {{"person", "role", "left"}, {"p", "R", ""}, {"q", "R", ""}, {"r", "T", ""}, {"s", "T", "2026-01-01"}}},
               {"activities", {{"activity"}, {"X"}}},
               {"outcomes", {{"activity", "capability", "uplift"}, {"X", "A", "1"}}},
               {"enrolments", {{"person", "activity", "status", "date"}, {"q", "X", "completed", "2026-02-01"}}}}));
    const Estimates known = believe(org, {{"person", "capability", "mean", "sd", "ratings", "last"},
                                          {"p", "A", "4", "0", "", ""},
                                          {"q", "A", "3", "1", "2", "2026-01-01"},
                                          {"r", "A", "2", "0", "1", ""},
                                          {"s", "A", "5", "0", "1", ""},
                                          {"p", "B", "5", "0", "0", ""}});
    const Concentration found = concentration(org, known);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found.level[0], 2);
    EXPECT_EQ(found.required_by[0], 1);
    EXPECT_NEAR(found.holders[0], 1 + 0.977249868051821 + 1, 1e-14);
    EXPECT_FALSE(found.single_point[0]);
    EXPECT_EQ(found.level[1], 4);
    EXPECT_EQ(found.required_by[1], 2);
    EXPECT_DOUBLE_EQ(found.holders[1], 1.5);  // p, and q at 4 with credit
    EXPECT_TRUE(found.single_point[1]);
    EXPECT_EQ(found.holders[2], 0);  // what nobody rated is no evidence
    EXPECT_DOUBLE_EQ(concentration(org, known, {.credit_completed = false}).holders[1], 1 + 0.15865525393145705);
    EXPECT_FALSE(concentration(org, known, {.cover = 1.5}).single_point[1]);
    EXPECT_THROW(concentration(org, known, {.cover = 0}), Error);
}

TEST(Concentration, SameBytesForAnyThreads) {
    Random random(21, 20000);
    const Organization org = random.organization(2);
    const Estimates known = estimate(org, random.assessments(org), {.as_of = today});
    const Concentration first = concentration(org, known, {.threads = 1});
    EXPECT_GT(first.size(), 5u);
    for (const int threads : {2, 3, 7}) EXPECT_EQ(bytes(concentration(org, known, {.threads = threads})), bytes(first));
}

}  // namespace
}  // namespace gradus
