#include "assessment/ordinal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <gradus/assessment/rater.h>

#include "risk/cases.h"

namespace gradus {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

EstimateOptions ordinal() { return {.as_of = today, .likelihood = Likelihood::ordinal, .threads = 1}; }

/// Known variances of one test: it has no severity and no halo.
EstimateOptions known(Likelihood likelihood) {
    EstimateOptions options = ordinal();
    options.likelihood = likelihood;
    options.variances.person = 0.02;
    options.variances.person_capability = 0.01;
    options.variances.residual.fill(0.01);
    return options;
}

double mean_of_log(const Ratings::Interval& seen, double variance, const PersonLevels::Effect& expected) {
    const double two = std::sqrt(2 * variance);
    // As differences of the smaller tails: those of the larger are lost far off.
    const auto within = [&](double at) {
        const double a = (seen.low - at) / two, b = (seen.high - at) / two;
        return 0.5 * (a > 0 ? std::erfc(a) - std::erfc(b) : std::erfc(-b) - std::erfc(-a));
    };
    double sum = 0, all = 0;
    for (int i = -3000; i <= 3000; ++i) {
        const double x = i / 500.0, at = expected.mean + x * std::sqrt(expected.variance),
                     share = std::exp(-0.5 * x * x);
        sum += share * std::log(within(at));
        all += share;
    }
    return sum / all;
}

TEST(Ordinal, TermsHaveTheSlopesOfTheLikelihood) {
    const Ratings::Interval intervals[] = {{-none, -0.3}, {-0.1, 0.1}, {0.15, 0.4}, {0.3, none}};
    for (const Ratings::Interval& seen : intervals)
        for (const double aged : {1.0, 2.5})
            for (const double residual : {0.01, 0.05})
                for (const double mean : {-0.4, 0.0, 0.35})
                    for (const double doubt : {0.0, 0.002, 0.02}) {
                        const auto at = [&](double x, double r) { return mean_of_log(seen, r * aged, {x, doubt}); };
                        const double h = 1e-3, here = at(mean, residual);
                        const double up = at(mean + h, residual), down = at(mean - h, residual);
                        const PersonRatings::Terms terms = read_as_ordinal(seen, aged, residual, {mean, doubt});
                        EXPECT_NEAR((terms.sum - terms.weight * mean) / residual, (up - down) / (2 * h), 0.01);
                        EXPECT_NEAR(terms.weight / residual, (2 * here - up - down) / (h * h), 0.01 / residual);
                        const double error =
                            terms.squares - 2 * mean * terms.sum + mean * mean * terms.weight + terms.weight * doubt;
                        const double by = residual * 1e-3;
                        EXPECT_NEAR(0.5 * (error / residual - 1),
                                    residual * (at(mean, residual + by) - at(mean, residual - by)) / (2 * by), 0.01)
                            << seen.low << " " << aged << " " << residual << " " << mean << " " << doubt;
                    }
}

TEST(Ordinal, TermsAreFiniteHoweverFarOff) {
    for (const double residual : {1e-12, 1e-3, 1.0, 1e6})
        for (const double mean : {-1e3, -1.0, 0.0, 1.0, 1e3})
            for (const double doubt : {0.0, 1e-6, 1.0})
                for (const Ratings::Interval& seen : {Ratings::Interval{-none, 0.1}, {0.1, 0.3}, {0.3, none}}) {
                    const PersonRatings::Terms terms = read_as_ordinal(seen, 1, residual, {mean, doubt});
                    EXPECT_TRUE(terms.weight > 0 && terms.weight <= 1 && std::isfinite(terms.squares));
                    const double pull = terms.sum - terms.weight * mean;
                    EXPECT_TRUE(std::isfinite(pull));
                    const double tiny = 1e-9 * std::max(1.0, std::abs(terms.sum));
                    const double far = 10 * std::sqrt(doubt);
                    EXPECT_TRUE(mean + far >= seen.low || pull >= -tiny);
                    EXPECT_TRUE(mean - far <= seen.high || pull <= tiny);
                }
    // Far below "at least 0.3" it is all but a rating of 0.3 itself.
    const PersonRatings::Terms far = read_as_ordinal({0.3, none}, 1, 1e-4, {-1, 0});
    EXPECT_NEAR(far.sum / far.weight, 0.3, 1e-3);
    EXPECT_NEAR(far.weight, 1, 1e-2);
}

TEST(Ordinal, APointIsANormalRating) {
    const PersonRatings::Terms terms = read_as_ordinal({0.2, 0.2}, 4, 0.01, {-0.1, 0.05});
    EXPECT_DOUBLE_EQ(terms.weight, 0.25);
    EXPECT_DOUBLE_EQ(terms.sum, 0.05);
    EXPECT_DOUBLE_EQ(terms.squares, 0.01);
    const PersonRatings::Terms narrow = read_as_ordinal({0.1995, 0.2005}, 4, 0.01, {-0.1, 0.05});
    EXPECT_NEAR(narrow.sum, terms.sum, 1e-5);
    EXPECT_NEAR(narrow.squares, terms.squares, 1e-5);
}

TEST(Ordinal, TheEndsOfAScaleSayLess) {
    const Organization org = build(small());
    const auto rated = [&](std::string_view level, Likelihood likelihood) {
        const Assessments seen =
            assess(org, {{"person", "capability", "level", "source", "date"}, {"p", "A", level, "test", "2026-03-31"}});
        const Estimates found = estimate(org, seen, known(likelihood));
        EXPECT_EQ(found.size(), 1u);
        return PersonLevels::Effect{found.mean[0], found.sd[0]};
    };
    for (const std::string_view end : {"novice", "expert"}) {
        EXPECT_GT(rated(end, Likelihood::ordinal).variance, 1.1 * rated("able", Likelihood::ordinal).variance);
        EXPECT_NEAR(rated(end, Likelihood::normal).variance, rated("able", Likelihood::normal).variance, 1e-12);
    }
    EXPECT_NEAR(rated("able", Likelihood::ordinal).mean, 3, 1e-9);
    EXPECT_NEAR(rated("expert", Likelihood::ordinal).mean + rated("novice", Likelihood::ordinal).mean, 6, 1e-6);
    // A level stands for half a level to both sides; a number between two levels for itself.
    EXPECT_GT(rated("able", Likelihood::ordinal).variance, rated("3.01", Likelihood::ordinal).variance);
    const auto between = rated("3.3", Likelihood::ordinal), normal = rated("3.3", Likelihood::normal);
    EXPECT_NEAR(between.mean, normal.mean, 1e-9);
    EXPECT_NEAR(between.variance, normal.variance, 1e-9);
}

TEST(Ordinal, OfTwoLevelsAndUnequalSteps) {
    const Organization org =
        build(small({{"scales",
                      {{"scale", "level", "position"},
                       {"S", "no", "0"},
                       {"S", "yes", "1"},
                       {"U", "few", "1"},
                       {"U", "some", "2"},
                       {"U", "many", "10"}}},
                     {"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "U"}}},
                     {"requirements", {{"role", "capability", "level"}, {"R", "A", "yes"}, {"R", "B", "some"}}},
                     {"people", {{"person", "role"}, {"p", "R"}, {"q", "R"}}}}));
    Cells cells = {{"person", "capability", "level", "source", "rater"}};
    for (int i = 0; i < 40; ++i) {
        cells.push_back({"p", "A", "yes", "peer", i % 2 ? "x" : "y"});
        cells.push_back({"q", "A", "no", "peer", i % 2 ? "x" : "y"});
        cells.push_back({"p", "B", "some", "peer", i % 2 ? "x" : "y"});
        cells.push_back({"q", "B", "many", "peer", i % 2 ? "x" : "y"});
    }
    const Estimates found = estimate(org, assess(org, cells), ordinal());
    ASSERT_EQ(found.size(), 4u);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(std::isfinite(found.mean[i]) && found.sd[i] > 0);
    EXPECT_GT(found.mean[0], 0.6);  // p, A
    EXPECT_LT(found.mean[2], 0.4);  // q, A
    EXPECT_GT(found.mean[1], 1.5);  // p, B: between the half-way points 1.5 and 6
    EXPECT_LT(found.mean[1], 6);
    EXPECT_GT(found.mean[3], 6);  // q, B
}

TEST(Ordinal, SameBytesForAnyThreadsAndOrder) {
    Random ordered(1, 400), shuffled(1, 400, 99);
    const Organization org = ordered.organization();
    const Estimates first = estimate(org, ordered.assessments(org), ordinal());
    for (const int threads : {2, 5}) {
        EstimateOptions options = ordinal();
        options.threads = threads;
        const Organization other = shuffled.organization(threads);
        const Estimates again = estimate(other, shuffled.assessments(other, threads), options);
        EXPECT_EQ(bytes(again), bytes(first));
        EXPECT_EQ(again.provenance.digest, first.provenance.digest);
    }
    EXPECT_NE(first.provenance.options.find("\"likelihood\": \"ordinal\""), std::string::npos);
}

TEST(Ordinal, UpdateOfNothingNewIsTheSame) {
    Random random(5, 200);
    const Organization org = random.organization();
    for (const bool common : {true, false}) {
        EstimateOptions options = ordinal();
        options.common_uncertainty = common;
        const Estimates all = estimate(org, random.assessments(org), options);
        Cells cells = {{"person", "capability", "level", "source", "date"}};
        std::vector<std::string> keys;
        for (std::size_t i = 0; i < org.people().size(); ++i) keys.emplace_back(org.people()[i]);
        for (const std::string& key : keys) cells.push_back({key, "c1", "3", "peer", "2026-04-01"});
        const Estimates again = update_estimates(all, assess(org, cells));
        ASSERT_EQ(again.size(), all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            EXPECT_NEAR(again.mean[i], all.mean[i], 1e-6);
            EXPECT_NEAR(again.sd[i], all.sd[i], 1e-6);
        }
    }
}

TEST(Ordinal, UpdateReadsWhatIsNew) {
    // Of sixty people one is rated again: what all share is hardly moved by that, so an update is all but an estimate of all.
    std::vector<std::string> keys;
    for (int i = 0; i < 60; ++i) keys.push_back("p" + std::to_string(100 + i));
    Cells people = {{"person", "role"}}, cells = {{"person", "capability", "level", "source", "date"}};
    static constexpr std::string_view levels[] = {"basic", "able", "skilled", "expert", "able", "skilled"};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        people.push_back({keys[i], "R"});
        cells.push_back({keys[i], "A", levels[i % 6], "test", "2026-03-31"});
    }
    const Organization org = build(small({{"people", people}}));
    const EstimateOptions options = known(Likelihood::ordinal);
    const Estimates before = estimate(org, assess(org, cells), options);
    const Cells added = {cells[0],
                         {keys[1], "A", "expert", "test", "2026-03-31"},
                         {keys[1], "A", "expert", "test", "2025-12-31"},
                         {keys[1], "A", "3.7", "test", "2025-03-31"}};
    cells.insert(cells.end(), added.begin() + 1, added.end());
    const Estimates all = estimate(org, assess(org, cells), options),
                    updated = update_estimates(before, assess(org, added));
    ASSERT_EQ(updated.size(), 1u);
    EXPECT_GT(updated.mean[0], before.mean[1] + 0.2);
    EXPECT_NEAR(updated.mean[0], all.mean[1], 0.01);
    EXPECT_NEAR(updated.sd[0], all.sd[1], 0.002);
    EXPECT_EQ(updated.ratings[0], 4);
}

}  // namespace
}  // namespace gradus
