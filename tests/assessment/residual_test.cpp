#include <gradus/assessment/residual.h>

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "assessment/stage.h"
#include "risk/cases.h"

namespace gradus {
namespace {

EstimateOptions known(double residual) {
    EstimateOptions options{.as_of = today, .threads = 1};
    options.variances.person = 0.02;
    options.variances.person_capability = 0.01;
    options.variances.severity.fill(0.01);
    options.variances.halo.fill(0);
    options.variances.residual.fill(residual);
    return options;
}

TEST(Residuals, OfARatingAloneAreAgainstThePrior) {
    // A test that names nobody: level = difficulty + person + rest.
    const Organization org = build(small());
    const Assessments seen =
        assess(org, {{"person", "capability", "level", "source", "date"}, {"p", "A", "expert", "test", "2025-03-31"}});
    const double variance = 0.03125 * 1.1 + 0.02 + 0.01 + 0.04 * (1 + 365 / 365.25);
    const Residuals found = report_residuals(estimate(org, seen, known(0.04)));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found.level[0], 5);
    EXPECT_NEAR(found.expected[0], 3, 1e-12);
    EXPECT_NEAR(found.residual[0], 2, 1e-12);
    EXPECT_NEAR(found.sd[0], 4 * std::sqrt(variance), 1e-12);
    EXPECT_NEAR(found.standardised[0], found.residual[0] / found.sd[0], 1e-12);
    EXPECT_TRUE(is_missing(found.rater[0]));
    EXPECT_EQ(found.date[0], day("2025-03-31"));
    EXPECT_EQ(found.provenance.stage, "report_residuals");
}

TEST(Residuals, AreAgainstWhatTheOthersSay) {
    // Of three ratings by one rater, what is expected of the third is what the first two alone would be followed by.
    const Organization org = build(small());
    Cells cells = {{"person", "capability", "level", "source", "rater"},
                   {"p", "A", "5", "peer", "x"},
                   {"p", "B", "4", "peer", "x"},
                   {"p", "B", "2", "peer", "y"}};
    const Residuals found = report_residuals(estimate(org, assess(org, cells), known(0.04)));
    ASSERT_EQ(found.size(), 3u);
    // In shares of the range from 3: what is common to two ratings, by whom they are and of what.
    const double common = 0.03125 + 0.02, capability = 0.003125 + 0.01, rater = 0.01, rest = 0.04;
    const double one = common + capability + rater + rest, a = common + rater, b = common, c = common + capability;
    // Given 0.5 of x on A (covariances b with y on B) and 0.25 of x on B (c): two equations.
    const double determinant = one * one - a * a;
    const double of_first = (b * one - c * a) / determinant, of_second = (c * one - b * a) / determinant;
    EXPECT_NEAR(found.expected[2], 3 + 4 * (of_first * 0.5 + of_second * 0.25), 1e-9);
    EXPECT_NEAR(found.sd[2], 4 * std::sqrt(one - of_first * b - of_second * c), 1e-9);
}

TEST(Residuals, AreTheSameForAnyThreads) {
    Random random(1, 3000);
    const Organization org = random.organization();
    const Assessments seen = random.assessments(org);
    EstimateOptions options = known(0.04);
    const Residuals first = report_residuals(estimate(org, seen, options));
    EXPECT_GT(first.size(), 3000u);
    options.threads = 3;
    EXPECT_EQ(report_residuals(estimate(org, seen, options)).provenance.digest, first.provenance.digest);
}

TEST(Residuals, NameWhoRatedAndLeaveOutWhatIsLeftOut) {
    const Organization org =
        build(small({{"people", {{"person", "role", "manager"}, {"a", "R", "m"}, {"m", "R", ""}}}}));
    const Assessments seen = assess(org, {{"person", "capability", "level", "source", "rater", "date"},
                                          {"a", "A", "2", "self", "", ""},
                                          {"a", "A", "3", "manager", "", ""},
                                          {"a", "A", "4", "peer", "", ""},
                                          {"a", "B", "3", "peer", "x", ""},
                                          {"a", "B", "3", "peer", "x", "2027-01-01"},
                                          {"m", "A", "3", "manager", "", ""},
                                          {"m", "A", "3", "observation", "a", ""}});
    EstimateOptions options = known(0.04);
    options.variances.residual[static_cast<std::size_t>(Source::observation)] = HUGE_VAL;
    const Residuals found = report_residuals(estimate(org, seen, options));
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < found.size(); ++i) {
        std::string row(Words<Source>::names[static_cast<std::size_t>(found.source[i])]);
        if (const RaterId rater = found.rater[i])
            row += " " + std::string((*found.rater.strings())[static_cast<std::size_t>(rater.value())]);
        rows.push_back(row);
    }
    EXPECT_EQ(rows, (std::vector<std::string>{"self a", "manager m", "peer", "peer x", "manager"}));
}

TEST(Residuals, AreAbsentWhereOtherRatingsSayNothing) {
    const Organization org = build(small());
    const Assessments seen =
        assess(org, {{"person", "capability", "level", "source"}, {"p", "A", "5", "test"}, {"p", "B", "2", "test"}});
    const Residuals found = report_residuals(estimate(org, seen, known(1e-12)));
    ASSERT_EQ(found.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_TRUE(is_missing(found.expected[i]) && is_missing(found.residual[i]));
        EXPECT_TRUE(is_missing(found.sd[i]) && is_missing(found.standardised[i]));
    }
}

TEST(Residuals, AreNotOfEstimatesFromOutside) {
    const Organization org = build(small());
    const Estimates outside = believe(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "3", "1"}});
    EXPECT_THROW(report_residuals(outside), Error);
}

}  // namespace
}  // namespace gradus
