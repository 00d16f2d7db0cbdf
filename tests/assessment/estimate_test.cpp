#include <gradus/assessment/estimate.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "risk/cases.h"

namespace gradus {
namespace {

EstimateOptions as_of(Date date) { return {.as_of = date, .threads = 1}; }

TEST(Estimate, CombinesPriorAndRatingsByPrecision) {
    const Organization org = build(small());
    // Range 4: prior N(3, 1); a test has variance (0.1 · 4)² = 0.16, so precision 1 + 6.25.
    const Assessments seen =
        assess(org, {{"person", "capability", "level", "source", "date"}, {"p", "A", "expert", "test", "2026-03-31"}});
    const Estimates found = estimate(org, seen, as_of(today));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_DOUBLE_EQ(found.mean[0], 3 + 2 * 6.25 / 7.25);
    EXPECT_DOUBLE_EQ(found.sd[0], std::sqrt(1 / 7.25));
    EXPECT_EQ(found.ratings[0], 1);
    EXPECT_EQ(found.last[0], today);
    EXPECT_DOUBLE_EQ(found.as_rated[0], 5);
    EXPECT_DOUBLE_EQ(found.evidence[0], 1 - 1 / 7.25);
    EXPECT_EQ(found.problems->size(), 0u);
    EXPECT_FALSE(found.from_outside);
    EXPECT_EQ(found.provenance.stage, "estimate");
    EXPECT_EQ(found.provenance.as_of, today);
}

TEST(Estimate, OldRatingsFade) {
    const Organization org = build(small());
    const Assessments seen =
        assess(org, {{"person", "capability", "level", "source", "date"}, {"p", "A", "5", "test", "2022-03-31"}});
    EstimateOptions options = as_of(today);
    options.half_information_years = 2;
    const Estimates found = estimate(org, seen, options);
    const double variance = 0.16 * (1 + 1461 / 365.25 / 2);  // three times as uncertain after four years
    EXPECT_DOUBLE_EQ(variance, 0.48);
    EXPECT_NEAR(found.mean[0], 3 + 2 / variance / (1 + 1 / variance), 1e-15);
}

TEST(Estimate, WithoutRatingsIsThePrior) {
    EstimateOptions options = as_of(today);
    options.prior_mean = 0.25;
    options.prior_sd = 0.5;
    const Organization org = build(small());
    const Estimates found = estimate(org, assess(org, {{"person", "capability", "level", "source"}}), options);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found.mean[0], 2);
    EXPECT_EQ(found.sd[0], 2);
    EXPECT_EQ(found.ratings[0], 0);
    EXPECT_EQ(found.evidence[0], 0);
    EXPECT_TRUE(is_missing(found.as_rated[0]));
    EXPECT_TRUE(is_missing(found.last[0]));
    EXPECT_EQ(found.prior_mean, 0.25);
    EXPECT_EQ(found.prior_sd, 0.5);
}

TEST(Estimate, RowsAreWhatIsNeededOrRatedOfWhoTakesPart) {
    const Organization org = build(
        small({{"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}, {"C", "S"}, {"D", "S"}, {"E", "S"}}},
               {"requirements",
                {{"role", "capability", "level", "valid_to"},
                 {"R", "B", "4", ""},
                 {"T", "A", "2", ""},
                 {"R", "E", "2", "2026-03-31"}}},
               {"people",
                {{"person", "role", "joined", "left"},
                 {"p", "R", "", ""},
                 {"q", "R", "2026-04-01", ""},
                 {"r", "R", "", "2026-03-31"}}},
               {"target_roles", {{"person", "role"}, {"p", "T"}}},
               {"personal_goals", {{"person", "capability", "level"}, {"p", "D", "5"}}}}));
    const Assessments seen = assess(org, {{"person", "capability", "level", "source", "date"},
                                          {"p", "C", "2", "peer", "2026-01-01"},
                                          {"p", "E", "2", "peer", "2026-04-01"},
                                          {"q", "A", "2", "peer", "2026-01-01"}});
    const Estimates found = estimate(org, seen, as_of(today));
    ASSERT_EQ(found.size(), 4u);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(found.capability[i].value(), static_cast<std::int32_t>(i));
    EXPECT_EQ(found.ratings[2], 1);
}

TEST(Estimate, SaysWhatItLeavesOutAndAssumes) {
    const Organization org = build(small());
    const Assessments seen = assess(org, {{"person", "capability", "level", "source", "date"},
                                          {"p", "A", "2", "self", ""},
                                          {"p", "A", "2", "peer", "2026-04-01"},
                                          {"p", "A", "2", "peer", "2027-04-01"}});
    const Estimates found = estimate(org, seen, as_of(today));
    EXPECT_EQ(found.ratings[0], 1);
    EXPECT_TRUE(is_missing(found.last[0]));
    EXPECT_EQ(told(*found.problems),
              (std::vector<std::string>{
                  "warning assumed assessments date: 1 rating has no date and counts as given on 2026-03-31",
                  "warning ignored assessments date: 2 ratings are later than as_of 2026-03-31 and left out"}));
}

TEST(Estimate, MoreEvidenceNeverWidens) {
    const Organization org = build(small());
    std::mt19937 draw(7);
    static constexpr std::string_view sources[] = {"self", "manager", "peer", "report", "test", "observation"};
    static constexpr std::string_view levels[] = {"1", "2", "3", "4", "5"};
    static constexpr std::string_view dates[] = {"", "2016-02-29", "2020-01-01", "2025-12-31", "2026-03-31"};
    Cells cells = {{"person", "capability", "level", "source", "date"}};
    double last = 1;
    for (int i = 0; i < 100; ++i) {
        cells.push_back({"p", "A", levels[draw() % 5], sources[draw() % 6], dates[draw() % 5]});
        const Estimates found = estimate(org, assess(org, cells), as_of(today));
        EXPECT_LT(found.sd[0], last);
        EXPECT_GT(found.mean[0], 1);
        EXPECT_LT(found.mean[0], 5);
        last = found.sd[0];
    }
}

TEST(Estimate, SameBytesForAnyThreadsAndOrder) {
    Random ordered(1, 5000), shuffled(1, 5000, 99);
    const Organization org = ordered.organization();
    const Estimates first = estimate(org, ordered.assessments(org), as_of(today));
    EXPECT_GT(first.size(), 5000u);
    for (const int threads : {2, 3, 7}) {
        EstimateOptions options = as_of(today);
        options.threads = threads;
        const Organization other = shuffled.organization(threads);
        const Estimates again = estimate(other, shuffled.assessments(other, threads), options);
        EXPECT_EQ(bytes(again), bytes(first));
        EXPECT_EQ(again.provenance.digest, first.provenance.digest);
        EXPECT_EQ(told(*again.problems), told(*first.problems));
    }
}

TEST(Estimate, RefusesOptionsOutsideTheirRange) {
    const Organization org = build(small());
    const Assessments seen = assess(org, {{"person", "capability", "level", "source"}});
    const auto refused = [&](auto change) {
        EstimateOptions options = as_of(today);
        change(options);
        try {
            estimate(org, seen, options);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::invalid_option);
            return error.column();
        }
        return std::string();
    };
    EXPECT_EQ(refused([](EstimateOptions& o) { o.as_of = missing<Date>(); }), "as_of");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.half_information_years = 0; }), "half_information_years");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.prior_mean = 1.1; }), "prior_mean");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.prior_sd = missing<double>(); }), "prior_sd");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.variances.test = 0; }), "variances.test");
    EXPECT_EQ(refused([](EstimateOptions&) {}), "");
}

TEST(Estimate, RefusesAssessmentsOfAnotherOrganisation) {
    const Organization org = build(small()), other = build(small({{"people", {{"person", "role"}, {"q", "R"}}}}));
    const Assessments seen = assess(other, {{"person", "capability", "level", "source"}, {"q", "A", "1", "self"}});
    EXPECT_THROW(estimate(org, seen, as_of(today)), Error);
}

TEST(Estimate, ReportsProgress) {
    const Organization org = build(small());
    Control control;
    control.cancel();  // too short to be worth stopping
    EXPECT_EQ(estimate(org, assess(org, {{"person", "capability", "level", "source"}}), as_of(today), &control).size(),
              1u);
    EXPECT_EQ(control.progress(), 1);
}

TEST(LoadEstimates, NeedsOnlyMeanAndSd) {
    const Organization org = build(small());
    const Estimates found =
        believe(org, {{"capability", "person", "sd", "mean"}, {"B", "p", "0", "2.5"}, {"A", "p", "0.5", "3"}});
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found.mean[0], 3);
    EXPECT_EQ(found.sd[1], 0);
    EXPECT_TRUE(is_missing(found.ratings[0]));
    EXPECT_TRUE(found.from_outside);
    EXPECT_EQ(found.provenance.as_of, today);
    EXPECT_NE(found.provenance.digest,
              believe(org, {{"capability", "person", "sd", "mean"}, {"A", "p", "0.5", "3"}}).provenance.digest);
}

TEST(LoadEstimates, SaysWhatIsWrong) {
    const Organization org = build(small());
    EXPECT_THROW(believe(org, {{"person", "capability", "mean"}, {"p", "A", "3"}}), Error);
    EXPECT_THROW(believe(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "3", "-1"}}), Error);
    EXPECT_THROW(believe(org, {{"person", "capability", "mean", "sd"}, {"x", "A", "3", "1"}}), Error);
    EXPECT_THROW(believe(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "3", "1"}, {"p", "A", "2", "1"}}),
                 Error);
    EXPECT_THROW(believe(org, {{"person", "capability", "mean", "sd"}}, missing<Date>()), Error);
}

TEST(RatingsBySource, ComparesEachRatersNewestWithTheOneBefore) {
    const Organization org =
        build(small({{"people", {{"person", "role", "manager"}, {"p", "R", "m"}, {"m", "R", ""}}}}));
    const Assessments seen = assess(org, {{"person", "capability", "level", "source", "rater", "date"},
                                          {"p", "A", "2", "peer", "x", "2025-01-01"},
                                          {"p", "A", "4", "peer", "x", "2026-01-01"},
                                          {"p", "A", "5", "peer", "x", "2026-04-01"},
                                          {"p", "A", "3", "peer", "y", "2025-06-01"},
                                          {"p", "A", "1", "peer", "", "2025-02-01"},
                                          {"p", "A", "1", "peer", "", "2025-02-01"},
                                          {"p", "A", "2", "manager", "", "2025-01-01"},
                                          {"p", "A", "3", "manager", "m", "2026-01-01"},
                                          {"p", "A", "4", "test", "", ""},
                                          {"p", "A", "1", "test", "", "2026-01-01"},
                                          {"m", "B", "1", "self", "", "2027-01-01"}});
    const RatingsBySource found = ratings_by_source(org, seen, today);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found.source[0], Source::manager);
    EXPECT_EQ(found.raters[0], 1);
    EXPECT_EQ(found.mean[0], 3);
    EXPECT_EQ(found.previous[0], 2);
    EXPECT_EQ(found.change[0], 1);
    EXPECT_EQ(found.source[1], Source::peer);
    EXPECT_EQ(found.raters[1], 4);
    EXPECT_DOUBLE_EQ(found.mean[1], (4 + 3 + 1 + 1) / 4.0);
    EXPECT_EQ(found.last[1], day("2026-01-01"));
    EXPECT_EQ(found.previous[1], 2);
    EXPECT_EQ(found.change[1], 2);
    EXPECT_EQ(found.source[2], Source::test);
    EXPECT_EQ(found.mean[2], 4);  // undated: the newest
    EXPECT_EQ(found.change[2], 3);
}

TEST(RatingsBySource, HasEveryGroupOnceHoweverManyRatings) {
    Random random(33, 9000);
    const Organization org = random.organization();
    const Assessments seen = random.assessments(org);
    ASSERT_GT(seen.size(), 2u << 14);  // several pieces
    std::map<std::tuple<PersonId, CapabilityId, Source>, Date> groups;
    for (std::size_t row = 0; row < seen.size(); ++row) {
        if (seen.date[row] > today || !takes_part(org, seen.person[row], today)) continue;
        Date& last = groups.try_emplace({seen.person[row], seen.capability[row], seen.source[row]}, missing<Date>())
                         .first->second;
        last = std::max(last, seen.date[row]);
    }
    const RatingsBySource found = ratings_by_source(org, seen, today);
    ASSERT_EQ(found.size(), groups.size());
    std::size_t row = 0;
    for (const auto& [key, last] : groups) {
        ASSERT_EQ(std::tuple(found.person[row], found.capability[row], found.source[row]), key);
        if (found.raters[row] == 1) {
            ASSERT_EQ(found.last[row], last);
        }
        ++row;
    }
    for (const int threads : {1, 2, 5}) EXPECT_EQ(bytes(ratings_by_source(org, seen, today, threads)), bytes(found));
}

TEST(RatingsBySource, KeepsAGroupWholeHoweverLarge) {
    const Organization org = build(small({{"people", {{"person", "role"}, {"p", "R"}, {"q", "R"}}}}));
    Cells cells = {{"person", "capability", "level", "source", "date"}, {"q", "A", "3", "peer", "2026-01-01"}};
    cells.resize(40'001, {"p", "A", "2", "peer", "2026-01-01"});  // anonymous: a rater each
    const RatingsBySource found = ratings_by_source(org, assess(org, cells), today);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found.raters[0], 39'999);
    EXPECT_EQ(found.raters[1], 1);
}

}  // namespace
}  // namespace gradus
