#include <gradus/risk/gap.h>

#include <gtest/gtest.h>

#include <cmath>

#include "risk/cases.h"

namespace gradus {
namespace {

const GapOptions one_thread{.threads = 1};

TEST(Gap, LikelihoodAndShortfall) {
    EXPECT_DOUBLE_EQ(likelihood_below(3, 3, 1), 0.5);
    EXPECT_DOUBLE_EQ(expected_shortfall(3, 3, 1), 1 / std::sqrt(2 * std::acos(-1)));
    EXPECT_NEAR(likelihood_below(4, 3, 1), 0.841344746068543, 1e-15);
    EXPECT_NEAR(expected_shortfall(4, 3, 1), 0.841344746068543 + 0.241970724519143, 1e-15);
}

TEST(Gap, WithoutDoubtIsPlain) {
    EXPECT_EQ(likelihood_below(4, 3.5, 0), 1);
    EXPECT_EQ(expected_shortfall(4, 3.5, 0), 0.5);
    EXPECT_EQ(likelihood_below(4, 4, 0), 0);
    EXPECT_EQ(expected_shortfall(4, 4, 0), 0);
    EXPECT_EQ(likelihood_below(4, 5, 0), 0);
    EXPECT_EQ(expected_shortfall(4, 5, 0), 0);
}

TEST(Gap, ShortfallFallsWithTheMeanAndGrowsWithDoubt) {
    for (double sd = 0.01; sd < 3; sd *= 1.7)
        for (double mean = -3; mean < 7; mean += 0.125) {
            EXPECT_GE(expected_shortfall(4, mean, sd), expected_shortfall(4, mean + 0.125, sd));
            EXPECT_LE(expected_shortfall(4, mean, sd), expected_shortfall(4, mean, sd * 1.1) + 1e-15);
            EXPECT_GE(expected_shortfall(4, mean, sd), std::max(0.0, 4 - mean) - 1e-15);
        }
}

TEST(FindGaps, OwnRoleTargetsAndGoals) {
    const Organization org =
        build(small({{"requirements",
                      {{"role", "capability", "level", "max_level"},
                       {"R", "A", "4", ""},
                       {"R", "B", "2", "3"},
                       {"T", "A", "5", ""}}},
                     {"target_roles", {{"person", "role", "weight"}, {"p", "T", ""}}},
                     {"personal_goals", {{"person", "capability", "level", "weight"}, {"p", "B", "expert", "0.25"}}}}));
    const Gaps gaps = find_gaps(org,
                                believe(org, {{"person", "capability", "mean", "sd", "ratings"},
                                              {"p", "A", "4", "0", "2"},
                                              {"p", "B", "3.5", "0.5", ""}}),
                                one_thread);
    ASSERT_EQ(gaps.size(), 4u);
    EXPECT_EQ(gaps.basis[0], Basis::role);
    EXPECT_EQ(gaps.status[0], GapStatus::met);
    EXPECT_EQ(gaps.likelihood[0], 0);
    EXPECT_EQ(gaps.shortfall[0], 0);
    EXPECT_EQ(gaps.weight[0], 1);
    EXPECT_EQ(gaps.status[1], GapStatus::over);
    EXPECT_EQ(gaps.basis[2], Basis::target);
    EXPECT_EQ(gaps.required[2], 5);
    EXPECT_EQ(gaps.status[2], GapStatus::gap);
    EXPECT_EQ(gaps.likelihood[2], 1);
    EXPECT_EQ(gaps.shortfall[2], 1);
    EXPECT_EQ(gaps.weight[2], 0.5);
    EXPECT_EQ(gaps.basis[3], Basis::goal);
    EXPECT_FALSE(gaps.role[3]);
    EXPECT_EQ(gaps.weight[3], 0.25);
    EXPECT_EQ(gaps.likelihood[3], likelihood_below(5, 3.5, 0.5));
    EXPECT_EQ(gaps.shortfall[3], expected_shortfall(5, 3.5, 0.5));
    EXPECT_EQ(gaps.provenance.as_of, today);
    EXPECT_EQ(gaps.problems->size(), 0u);
}

TEST(FindGaps, WhatNobodyRatedIsUnknown) {
    const Organization org =
        build(small({{"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "B", "2"}}}}));
    const Gaps gaps =
        find_gaps(org, believe(org, {{"person", "capability", "mean", "sd", "ratings"}, {"p", "A", "5", "0.5", "0"}}),
                  one_thread);
    EXPECT_EQ(gaps.status[0], GapStatus::unknown);
    EXPECT_EQ(gaps.mean[0], 5);
    EXPECT_EQ(gaps.status[1], GapStatus::unknown);
    EXPECT_EQ(gaps.mean[1], 3);  // the prior
    EXPECT_EQ(gaps.sd[1], 1);
}

TEST(FindGaps, RequirementsHoldHalfOpen) {
    const Organization org = build(small({{"requirements",
                                           {{"role", "capability", "level", "valid_from", "valid_to"},
                                            {"R", "A", "2", "", "2026-03-31"},
                                            {"R", "A", "4", "2026-03-31", ""}}}}));
    const Estimates known = believe(org, {{"person", "capability", "mean", "sd"}});
    EXPECT_EQ(find_gaps(org, known, one_thread).required[0], 4);
    EXPECT_EQ(find_gaps(org, known, {.as_of = day("2026-03-30"), .threads = 1}).required[0], 2);
}

TEST(FindGaps, PositionsDecideTheRole) {
    const Organization org =
        build(small({{"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"T", "B", "3"}}},
                     {"people", {{"person", "role"}, {"p", "R"}, {"q", "R"}, {"r", "R"}}},
                     {"positions",
                      {{"person", "role", "valid_from", "valid_to"},
                       {"p", "T", "2026-03-31", ""},
                       {"q", "T", "2020-01-01", "2026-03-31"}}},
                     {"target_roles", {{"person", "role"}, {"p", "T"}, {"p", "R"}, {"q", "T"}}}}));
    const Gaps gaps = find_gaps(org, believe(org, {{"person", "capability", "mean", "sd"}}), one_thread);
    ASSERT_EQ(gaps.size(), 5u);
    EXPECT_EQ(gaps.role[0], id<RoleTag>(org, "T"));  // p holds T
    EXPECT_EQ(gaps.role[1], id<RoleTag>(org, "R"));  // and aims at R
    EXPECT_EQ(gaps.basis[1], Basis::target);
    EXPECT_EQ(gaps.role[2], id<RoleTag>(org, "R"));  // q's position has ended
    EXPECT_EQ(gaps.basis[3], Basis::target);
    EXPECT_EQ(told(*gaps.problems),
              (std::vector<std::string>{"warning assumed positions valid_from: 1 person has positions of which none "
                                        "covers 2026-03-31; the role in people counts (the first is 'q')",
                                        "warning ignored target_roles role: 1 target role is held already on "
                                        "2026-03-31 and dropped (the first is of 'p')"}));
}

TEST(FindGaps, OnlyWhoTakesPart) {
    const Organization org = build(small({{"people",
                                           {{"person", "role", "joined", "left"},
                                            {"p", "R", "2026-04-01", ""},
                                            {"q", "R", "2026-03-31", ""},
                                            {"r", "R", "", "2026-03-31"},
                                            {"s", "R", "", "2026-04-01"}}}}));
    const Gaps gaps = find_gaps(
        org, believe(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "1", "0"}, {"s", "A", "2", "0"}}),
        one_thread);
    ASSERT_EQ(gaps.size(), 2u);
    EXPECT_EQ(gaps.person[0], id<PersonTag>(org, "q"));
    EXPECT_EQ(gaps.mean[1], 2);
}

TEST(FindGaps, SameBytesForAnyThreadsAndOrder) {
    Random ordered(2, 6000), shuffled(2, 6000, 5);
    const Organization org = ordered.organization(), other = shuffled.organization(2);
    const Gaps first =
        find_gaps(org, estimate(org, ordered.assessments(org), {.as_of = today, .threads = 1}), one_thread);
    const Estimates known = estimate(other, shuffled.assessments(other), {.as_of = today});
    double credited = 0;
    for (const double lift : first.credited) credited += lift;
    EXPECT_GT(credited, 100);
    for (const int threads : {1, 2, 3, 7}) {
        const Gaps again = find_gaps(other, known, {.threads = threads});
        EXPECT_EQ(bytes(again), bytes(first));
        EXPECT_EQ(again.provenance.digest, first.provenance.digest);
    }
    for (std::size_t i = 1; i < first.size(); ++i)
        ASSERT_LT(std::tuple(first.person[i - 1], first.basis[i - 1], first.role[i - 1], first.capability[i - 1]),
                  std::tuple(first.person[i], first.basis[i], first.role[i], first.capability[i]));
    for (std::size_t i = 0; i < first.size(); ++i) {
        ASSERT_EQ(first.likelihood[i], likelihood_below(first.required[i], first.mean[i], first.sd[i]));
        ASSERT_EQ(first.shortfall[i], expected_shortfall(first.required[i], first.mean[i], first.sd[i]));
    }
}

TEST(FindGaps, NeedsADateAndTheSameOrganisation) {
    const Organization org = build(small()),
                       other = build(small({{"people", {{"person", "role"}, {"p", "R"}, {"q", "R"}}}}));
    EXPECT_THROW(find_gaps(org, Estimates(), one_thread), Error);
    EXPECT_EQ(find_gaps(org, Estimates(), {.as_of = today}).size(), 1u);
    EXPECT_THROW(find_gaps(other, believe(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "1", "0"}})), Error);
}

TEST(LoadGaps, CompletesWhatIsAbsent) {
    const Organization org =
        build(small({{"people", {{"person", "role", "left"}, {"p", "R", ""}, {"q", "R", "2026-01-01"}}}}));
    const Gaps gaps = load_gaps(
        org,
        input({"gaps",
               {{"person", "basis", "role", "capability", "required", "mean", "sd", "likelihood", "shortfall"},
                {"q", "role", "R", "A", "4", "3", "1", "0.8", "1"},
                {"p", "role", "R", "B", "4", "4.5", "1", "0.4", "0.2"},
                {"p", "role", "R", "A", "4", "3", "1", "0.8", "1"}}}),
        today);
    ASSERT_EQ(gaps.size(), 2u);
    EXPECT_EQ(gaps.weight[0], 1);
    EXPECT_EQ(gaps.status[0], GapStatus::gap);
    EXPECT_EQ(gaps.status[1], GapStatus::met);
    EXPECT_EQ(told(*gaps.problems),
              (std::vector<std::string>{
                  "warning ignored gaps person: 1 row is of people who take no part on 2026-03-31 and dropped"}));
    EXPECT_EQ(gaps.provenance.as_of, today);
}

TEST(LoadGaps, RefusesAnotherTable) {
    // These columns are all that estimates and gaps need.
    const Literal risks = {
        "risks",
        {{"person", "basis", "role", "capability", "required", "mean", "sd", "likelihood", "shortfall"},
         {"p", "role", "R", "A", "4", "3", "1", "0.8", "1"}}};
    const Organization org = build(small());
    const auto refusal = [&](auto&& load) {
        try {
            load(org, input(risks), today, 1);
        } catch (const Error& error) {
            return std::string(to_string(error.code())) + " " + error.what();
        }
        return std::string("accepted");
    };
    EXPECT_EQ(refusal(load_estimates), "missing_table estimates: given is the table 'risks', expected 'estimates'");
    EXPECT_EQ(refusal(load_gaps), "missing_table gaps: given is the table 'risks', expected 'gaps'");
}

}  // namespace
}  // namespace gradus
