#include <gradus/assessment/estimate.h>
#include <gradus/assessment/rater.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "assessment/rating_model.h"
#include "assessment/stage.h"
#include "risk/cases.h"

namespace gradus {
namespace {

EstimateOptions as_of(Date date) { return {.as_of = date, .threads = 1}; }

/// Variance of a level before any rating with what known() says, in squared positions of a scale with the range 4.
constexpr double before = 16 * (0.03125 * 1.1 + 0.02 + 0.01125);

/// Known variances: of a level 0.03125 between people.
EstimateOptions known(Date date) {
    EstimateOptions options = as_of(date);
    options.variances.person = 0.02;
    options.variances.person_capability = 0.01125;
    options.variances.severity = {0.01, 0.01, 0.01, 0.01, 0.01, 0.01};
    options.variances.halo = {0, 0.01, 0.01, 0.01, 0.01, 0.01};
    options.variances.residual = {0.04, 0.02, 0.02, 0.02, 0.01, 0.02};
    return options;
}

/// Ratings as text again, to load them with others or without some.
struct Rows {
    template <class Keep>
    Rows(const Assessments& seen, Keep&& keep) {
        texts.reserve(2 * seen.size());
        const auto key = [](const AnyColumn& column, auto id) {
            return id ? (*column.strings())[static_cast<std::size_t>(id.value())] : std::string_view();
        };
        for (std::size_t i = 0; i < seen.size(); ++i) {
            if (!keep(i)) continue;
            const std::string_view level = texts.emplace_back(std::to_string(seen.level[i]));
            const std::string_view date = texts.emplace_back(is_missing(seen.date[i]) ? "" : to_text(seen.date[i]));
            cells.push_back({key(seen.person, seen.person[i]), key(seen.capability, seen.capability[i]), level,
                             Words<Source>::names[static_cast<std::size_t>(seen.source[i])],
                             key(seen.rater, seen.rater[i]), date});
        }
    }

    std::vector<std::string> texts;
    Cells cells = {{"person", "capability", "level", "source", "rater", "date"}};
};

TEST(Estimate, CombinesPriorAndRatingsByPrecision) {
    const Organization org = build(small());
    // Range 4. Before any rating a level is N(3, 16 v): 0.03125 of v is what difficulties have in common, a tenth of that the
    // capability's own difficulty, the rest the person. A test that names no rater has the variance 0.01 · 4² = 0.16.
    const Assessments seen =
        assess(org, {{"person", "capability", "level", "source", "date"}, {"p", "A", "expert", "test", "2026-03-31"}});
    const Estimates found = estimate(org, seen, known(today));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NEAR(found.mean[0], 3 + 2 * before / (before + 0.16), 1e-12);
    EXPECT_NEAR(found.sd[0], std::sqrt(before * 0.16 / (before + 0.16)), 1e-12);
    EXPECT_EQ(found.ratings[0], 1);
    EXPECT_EQ(found.last[0], today);
    EXPECT_DOUBLE_EQ(found.as_rated[0], 5);
    // Of the difficulty, all but the person's own ratings tell nothing here; these tell of it too.
    const double difficulty = 16 * 0.03125 * 1.1, person = before - difficulty;
    const double left = difficulty * (person + 0.16) / (before + 0.16);
    EXPECT_NEAR(found.evidence[0], 1 - before * 0.16 / (before + 0.16) / (left + person), 1e-12);
    EXPECT_EQ(found.problems->size(), 0u);
    EXPECT_FALSE(found.from_outside);
    EXPECT_EQ(found.provenance.stage, "estimate");
    EXPECT_EQ(found.provenance.as_of, today);
}

TEST(Estimate, OldRatingsFade) {
    const Organization org = build(small());
    const Assessments seen =
        assess(org, {{"person", "capability", "level", "source", "date"}, {"p", "A", "5", "test", "2022-03-31"}});
    EstimateOptions options = known(today);
    options.half_information_years = 2;
    const Estimates found = estimate(org, seen, options);
    const double variance = 0.16 * (1 + 1461 / 365.25 / 2);  // three times as uncertain after four years
    EXPECT_DOUBLE_EQ(variance, 0.48);
    EXPECT_NEAR(found.mean[0], 3 + 2 * before / (before + variance), 1e-12);
}

TEST(Estimate, TakesOutWhatSourcesAndRatersHaveInCommon) {
    // Two managers with two people each, all equally able by a test; one manager rates a level lower.
    const Organization org = build(small({{"people",
                                           {{"person", "role", "manager"},
                                            {"a", "R", "m"},
                                            {"b", "R", "m"},
                                            {"c", "R", "n"},
                                            {"d", "R", "n"},
                                            {"m", "R", ""},
                                            {"n", "R", ""}}}}));
    Cells cells = {{"person", "capability", "level", "source", "rater"}};
    for (const std::string_view person : {"a", "b", "c", "d"}) {
        for (const std::string_view capability : {"A", "B"}) {
            cells.push_back({person, capability, "3", "test", ""});
            cells.push_back({person, capability, person < "c" ? "2" : "4", "manager", person == "a" ? "m" : ""});
        }
    }
    const Estimates found = estimate(org, assess(org, cells), known(today));
    const Raters raters = report_raters(found);
    ASSERT_EQ(raters.size(), 2u);
    EXPECT_EQ((*raters.rater.strings())[static_cast<std::size_t>(raters.rater[0].value())], "m");
    EXPECT_EQ(raters.people[0], 2);  // named or not, the manager is one rater
    EXPECT_EQ(raters.ratings[0], 4);
    EXPECT_NEAR(raters.severity[0], -raters.severity[1], 1e-12);
    EXPECT_LT(raters.severity[0], -0.05);
    EXPECT_GT(raters.identifiability[0], 0.2);
    EXPECT_EQ(raters.component[0], 1);
    EXPECT_EQ(raters.component[1], 2);
    const Sources sources = report_sources(found);
    ASSERT_EQ(sources.size(), 2u);
    EXPECT_EQ(sources.source[0], Source::manager);
    EXPECT_NEAR(sources.bias[0], 0, 1e-12);
    EXPECT_GT(sources.bias_sd[0], 0);
    EXPECT_EQ(sources.source[1], Source::test);
    EXPECT_EQ(sources.bias_sd[1], 0);
    EXPECT_EQ(sources.raters[0], 2);
    EXPECT_EQ(sources.raters[1], 0);  // a test without a name has no rater
    // Those of the severe manager are believed to be better than rated, the others worse.
    EXPECT_GT(found.mean[0], 2.5);
    EXPECT_LT(found.mean[0], 3);
    EXPECT_NEAR(found.mean[0] + found.mean[4], 6, 1e-9);
}

TEST(Estimate, AnswersWhateverItIsGiven) {
    const Organization org = build(
        small({{"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}, {"C", "S"}}},
               {"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "C", "4"}}},
               {"people",
                {{"person", "role", "manager"}, {"a", "R", ""}, {"b", "R", "a"}, {"c", "R", "a"}, {"d", "R", ""}}}}));
    const Cells head = {{"person", "capability", "level", "source", "rater"}};
    const auto answers = [&](Cells rows, int expected) {
        Cells cells = head;
        cells.insert(cells.end(), rows.begin(), rows.end());
        for (const double weight : {10.0, 1.0, 0.0, -1.0}) {  // the last: the default, and ordinal ratings
            EstimateOptions options = as_of(today);
            options.prior_weight = weight < 0 ? 10 : weight;
            if (weight < 0) options.likelihood = Likelihood::ordinal;
            const Estimates found = estimate(org, assess(org, cells), options);
            EXPECT_EQ(found.size(), static_cast<std::size_t>(expected));
            for (std::size_t i = 0; i < found.size(); ++i) {
                EXPECT_TRUE(std::isfinite(found.mean[i])) << weight;
                EXPECT_TRUE(std::isfinite(found.sd[i]) && found.sd[i] > 0) << weight;
                EXPECT_TRUE(found.evidence[i] >= 0 && found.evidence[i] <= 1) << weight;
            }
            const Raters raters = report_raters(found);
            for (std::size_t i = 0; i < raters.size(); ++i) {
                EXPECT_TRUE(std::isfinite(raters.severity[i]) && std::isfinite(raters.severity_sd[i])) << weight;
                EXPECT_TRUE(raters.identifiability[i] >= 0 && raters.identifiability[i] <= 1) << weight;
            }
            const VarianceReport variances = report_variances(found);
            for (std::size_t i = 0; i < variances.size(); ++i)
                EXPECT_TRUE(std::isfinite(variances.variance[i])) << weight;
        }
    };
    answers({}, 8);
    answers({{"a", "A", "3", "self", ""}}, 8);
    answers({{"a", "A", "3", "manager", ""}}, 8);                               // who has no manager
    answers({{"a", "A", "3", "peer", "x"}, {"b", "A", "4", "peer", "x"}}, 8);   // one rater for all
    answers({{"a", "A", "3", "peer", ""}, {"a", "A", "4", "peer", ""}}, 8);     // nobody by name
    answers({{"a", "A", "3", "self", ""}, {"b", "B", "5", "manager", ""}}, 9);  // nothing in common
    answers({{"a", "A", "3", "peer", "x"},
             {"b", "A", "3", "peer", "x"},
             {"c", "A", "3", "peer", "y"},
             {"d", "A", "3", "peer", "y"}},
            8);
    Cells equal, many;
    for (const std::string_view person : {"a", "b", "c", "d"})
        for (const std::string_view capability : {"A", "B", "C"})
            for (const std::string_view source : {"self", "manager", "peer", "report", "test", "observation"})
                equal.push_back({person, capability, "3", source, source == "peer" ? "x" : ""});
    answers(equal, 12);
    many.resize(3000, {"a", "A", "2", "peer", ""});
    answers(many, 8);
}

TEST(Estimate, OfHardlyAnyResidualKeepsItsDigits) {
    Random random(3, 60);
    const Organization org = random.organization();
    const Assessments seen = random.assessments(org);
    const auto with = [&](double residual) {
        EstimateOptions options = known(today);
        options.variances.residual.fill(residual);
        return estimate(org, seen, options);
    };
    const Estimates none = with(1e-300), hardly = with(1e-7);
    for (std::size_t i = 0; i < none.size(); ++i) {
        EXPECT_NEAR(none.mean[i], hardly.mean[i], 1e-3);
        EXPECT_NEAR(none.sd[i], hardly.sd[i], 0.01);
    }
}

TEST(Estimate, OfVariancesSettlesWhereEverybodyRatesOnePerson) {
    constexpr std::size_t people = 130;
    std::vector<std::string> keys, texts(2 * people);
    for (std::size_t i = 0; i < people; ++i) keys.push_back("p" + std::to_string(1000 + i));
    Cells staff = {{"person", "role"}}, seen = {{"person", "capability", "level", "source", "rater"}};
    for (const std::string& key : keys) staff.push_back({key, "R"});
    const Organization org = build(small({{"people", staff}}));
    for (std::size_t i = 0; i < texts.size(); ++i)
        texts[i] = std::to_string(1 + (i * i / 4 + 3 * (i % 2) * i + i / 14) % 5);
    for (std::size_t i = 0; i < people; ++i)
        for (std::size_t k = 0; k < 2; ++k) {
            seen.push_back({keys[0], k ? "A" : "B", texts[2 * i + k], "report", keys[i]});
            seen.push_back({keys[i / 8], k ? "A" : "B", texts[2 * i + 1 - k], "report", keys[i]});
        }
    const Estimates found = estimate(org, assess(org, seen), as_of(today));
    EXPECT_LT(found.model->components.rounds(), 15);
}

TEST(Estimate, OfAnInfiniteVarianceChangesNothing) {
    Random random(3, 60);
    const Organization org = random.organization();
    const Assessments seen = random.assessments(org);
    EstimateOptions without = known(today), with = known(today);
    with.variances.residual[static_cast<std::size_t>(Source::peer)] = std::numeric_limits<double>::infinity();
    const Rows others(seen, [&](std::size_t i) { return seen.source[i] != Source::peer; });
    const Estimates one = estimate(org, assess(org, others.cells), without), other = estimate(org, seen, with);
    std::size_t row = 0, compared = 0;
    for (std::size_t i = 0; i < other.size(); ++i) {
        while (row < one.size() &&
               std::pair(one.person[row], one.capability[row]) < std::pair(other.person[i], other.capability[i]))
            ++row;
        if (row == one.size() ||
            std::pair(one.person[row], one.capability[row]) != std::pair(other.person[i], other.capability[i]))
            continue;
        EXPECT_NEAR(one.mean[row], other.mean[i], 1e-9);
        EXPECT_NEAR(one.sd[row], other.sd[i], 1e-9);
        ++compared;
    }
    EXPECT_EQ(compared, one.size());
}

TEST(Estimate, OfAScaleShiftedAndStretchedFollows) {
    const auto made = [](std::string_view step) {
        std::vector<std::string> positions;
        for (int i = 0; i < 5; ++i) positions.push_back(std::to_string(step == "wide" ? 10 + 3 * i : 1 + i));
        Cells scales = {{"scale", "level", "position"}};
        static constexpr std::string_view labels[] = {"novice", "basic", "able", "skilled", "expert"};
        for (std::size_t i = 0; i < 5; ++i) scales.push_back({"S", labels[i], positions[i]});
        Cells people = {{"person", "role", "manager"}}, seen = {{"person", "capability", "level", "source", "rater"}};
        static constexpr std::string_view keys[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
        for (std::size_t i = 0; i < 8; ++i) people.push_back({keys[i], "R", keys[i / 4]});
        for (std::size_t i = 0; i < 8; ++i)
            for (std::size_t k = 0; k < 6; ++k)
                seen.push_back({keys[i], k % 2 ? "A" : "B", labels[(3 * i + 2 * k * k + i * k) % 5],
                                k < 2   ? "self"
                                : k < 4 ? "manager"
                                        : "peer",
                                k < 4 ? "" : keys[(i + 3) % 8]});
        people[1][2] = "";
        const Organization org =
            build(small({{"scales", scales},
                         {"requirements", {{"role", "capability", "level"}, {"R", "A", "skilled"}}},
                         {"people", people}}));
        return estimate(org, assess(org, seen), as_of(today));
    };
    const Estimates plain = made("plain"), wide = made("wide");
    ASSERT_EQ(plain.size(), wide.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
        EXPECT_NEAR(10 + 3 * (plain.mean[i] - 1), wide.mean[i], 1e-9);
        EXPECT_NEAR(3 * plain.sd[i], wide.sd[i], 1e-9);
    }
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
        const Estimates found = estimate(org, assess(org, cells), known(today));
        EXPECT_LT(found.sd[0], last);
        EXPECT_GT(found.mean[0], 0);
        EXPECT_LT(found.mean[0], 6);
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
    EXPECT_EQ(refused([](EstimateOptions& o) { o.half_information_years = 1e-308; }), "half_information_years");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.prior_sd = 1e-200; }), "prior_sd");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.prior_sd = 1e100; }), "prior_sd");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.variances.person = 1e300; }), "variances.person");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.prior_mean = 1.1; }), "prior_mean");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.prior_sd = missing<double>(); }), "prior_sd");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.variances.residual[4] = 0; }), "variances.residual.test");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.variances.severity[0] = -1; }), "variances.severity.self");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.prior_weight = -1; }), "prior_weight");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.likelihood = static_cast<Likelihood>(2); }), "likelihood");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.terms.residual = false; }), "terms");
    EXPECT_EQ(refused([](EstimateOptions& o) { o.variances.severity[0] = 0; }), "");
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

TEST(UpdateEstimates, OfNothingNewIsTheSame) {
    Random random(5, 200);
    const Organization org = random.organization();
    const Estimates all = estimate(org, random.assessments(org), as_of(today));
    Cells cells = {{"person", "capability", "level", "source", "date"}};
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < org.people().size(); ++i) keys.emplace_back(org.people()[i]);
    for (const std::string& key : keys) cells.push_back({key, "c1", "3", "peer", "2026-04-01"});
    const Estimates again = update_estimates(all, assess(org, cells));
    EXPECT_EQ(bytes(again), bytes(all));
    EXPECT_EQ(told(*again.problems).size(), 1u);
}

// Between the day of the estimates and that of the update j joins and l leaves.
TEST(UpdateEstimates, HasThoseWhoTakePartOnItsOwnDay) {
    const Organization org = build(small({{"people",
                                           {{"person", "role", "joined", "left"},
                                            {"p", "R", "", ""},
                                            {"j", "R", "2026-05-05", ""},
                                            {"l", "R", "", "2026-05-10"}}}}));
    const Cells seen = {{"person", "capability", "level", "source", "date"},
                        {"p", "A", "3", "manager", "2026-03-01"},
                        {"l", "A", "2", "manager", "2026-03-01"}};
    const Estimates earlier = estimate(org, assess(org, seen), known(today));
    const Cells news = {{"person", "capability", "level", "source", "date"},
                        {"j", "A", "4", "manager", "2026-05-20"},
                        {"l", "A", "5", "manager", "2026-05-09"},
                        {"l", "A", "5", "manager", "2026-07-01"},
                        {"p", "A", "5", "manager", ""},
                        {"p", "A", "5", "peer", "2026-05-09"},
                        {"p", "B", "5", "manager", "2026-05-09"}};
    const Estimates after = update_estimates(earlier, assess(org, news), day("2026-05-31"));
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < after.size(); ++i)
        rows.push_back(std::string(org.people()[static_cast<std::size_t>(after.person[i].value())]) + " " +
                       std::to_string(after.ratings[i]));
    EXPECT_EQ(rows, (std::vector<std::string>{"j 1", "p 2"}));
    EXPECT_EQ(told(*after.problems),
              (std::vector<std::string>{
                  "warning ignored assessments capability: 1 rating is of a capability without ratings before and left "
                  "out: estimate again",
                  "warning assumed assessments date: 1 rating has no date and counts as given on 2026-05-31",
                  "warning ignored assessments date: 1 rating is later than as_of 2026-05-31 and left out",
                  "warning ignored assessments person: 1 rating is of people who take no part on 2026-05-31 (joined, "
                  "left, role) and left out",
                  "warning ignored assessments source: 1 rating is from a source without ratings before and left out: "
                  "estimate again"}));
    // On the day of the estimates j is not there yet, and l still is.
    const Estimates same = update_estimates(earlier, assess(org, {{"person", "capability", "level", "source", "date"},
                                                                  {"j", "A", "4", "manager", "2026-03-20"},
                                                                  {"l", "A", "4", "manager", "2026-03-20"}}));
    ASSERT_EQ(same.size(), 1u);
    EXPECT_EQ(org.people()[static_cast<std::size_t>(same.person[0].value())], "l");
}

// Ratings that the estimates had, but not yet counted, of a capability and a source of which they knew nothing.
TEST(UpdateEstimates, LeavesOutWhatItKnowsNothingOf) {
    const Organization org = build(small());
    const Estimates earlier = estimate(org,
                                       assess(org, {{"person", "capability", "level", "source", "date"},
                                                    {"p", "A", "3", "manager", "2026-03-01"},
                                                    {"p", "B", "3", "manager", "2026-04-01"},
                                                    {"p", "A", "3", "peer", "2026-04-01"}}),
                                       known(today));
    const Estimates after = update_estimates(
        earlier,
        assess(org, {{"person", "capability", "level", "source", "date"}, {"p", "A", "4", "manager", "2026-04-02"}}),
        day("2026-04-30"));
    ASSERT_EQ(after.size(), 1u);
    EXPECT_EQ(after.ratings[0], 2);
    EXPECT_EQ(told(*after.problems).size(), 2u);
}

TEST(Estimate, TellsOfRatingsOfPeopleWhoTakeNoPart) {
    const Organization org = build(small({{"people",
                                           {{"person", "role", "joined", "left"},
                                            {"p", "R", "", ""},
                                            {"j", "R", "2026-05-05", ""},
                                            {"l", "R", "", "2026-03-10"}}}}));
    const Estimates found = estimate(org,
                                     assess(org, {{"person", "capability", "level", "source", "date"},
                                                  {"p", "A", "3", "manager", "2026-03-01"},
                                                  {"j", "A", "3", "manager", "2026-03-01"},
                                                  {"l", "A", "2", "manager", ""}}),
                                     known(today));
    EXPECT_EQ(told(*found.problems),
              (std::vector<std::string>{"warning ignored assessments person: 2 ratings are of people who take no part "
                                        "on 2026-03-31 (joined, left, role) and left out"}));
}

TEST(UpdateEstimates, IsNearWhatAllTogetherGive) {
    Random random(6, 1500);
    const Organization org = random.organization();
    const Assessments seen = random.assessments(org);
    const Estimates earlier = estimate(org, seen, known(today));
    const Date later = day("2026-05-31");
    const Cells news = {{"person", "capability", "level", "source", "rater", "date"},
                        {"p1003", "c1", "4", "peer", "p1100", "2026-05-01"},
                        {"p1003", "c2", "1", "test", "", "2026-05-02"},
                        {"p1200", "c1", "2", "self", "", "2026-05-02"},
                        {"p1200", "c4", "2", "peer", "somebody", "2026-05-02"},
                        {"p1200", "c5", "2", "peer", "", "2026-06-02"}};
    const Estimates after = update_estimates(earlier, assess(org, news), later);
    ASSERT_GT(after.size(), 4u);
    EXPECT_EQ(told(*after.problems),
              (std::vector<std::string>{
                  "warning ignored assessments date: 1 rating is later than as_of 2026-05-31 and left out"}));
    // All ratings together, at the same variances: severities, difficulties and biases differ by what a few ratings tell of them.
    Rows all(seen, [](std::size_t) { return true; });
    all.cells.insert(all.cells.end(), news.begin() + 1, news.end());
    const Estimates together = estimate(org, assess(org, all.cells), known(later));
    std::size_t row = 0, moved = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
        while (std::pair(together.person[row], together.capability[row]) <
               std::pair(after.person[i], after.capability[i]))
            ++row;
        ASSERT_EQ(together.capability[row], after.capability[i]);
        EXPECT_EQ(together.ratings[row], after.ratings[i]);
        EXPECT_NEAR(together.mean[row], after.mean[i], 0.06);
        EXPECT_NEAR(together.sd[row], after.sd[i], 0.02);
        for (std::size_t old = 0; old < earlier.size(); ++old)
            moved += earlier.person[old] == after.person[i] && earlier.capability[old] == after.capability[i] &&
                     std::abs(earlier.mean[old] - after.mean[i]) > 0.1;
    }
    EXPECT_GT(moved, 1u);
}

TEST(UpdateEstimates, KnowsRatersByName) {
    const Organization org = build(small({{"people",
                                           {{"person", "role", "manager"},
                                            {"a", "R", "m"},
                                            {"b", "R", "m"},
                                            {"c", "R", "n"},
                                            {"d", "R", "n"},
                                            {"m", "R", ""},
                                            {"n", "R", ""}}}}));
    Cells cells = {{"person", "capability", "level", "source", "rater"}};
    for (const std::string_view person : {"a", "b", "c", "d"})
        for (const std::string_view capability : {"A", "B"}) {
            cells.push_back({person, capability, "3", "test", ""});
            cells.push_back({person, capability, person < "c" ? "2" : "4", "manager", person < "c" ? "m" : "n"});
        }
    const Estimates found = estimate(org, assess(org, cells), known(today));
    const auto rated = [&](std::string_view rater) {
        const Cells news = {{"person", "capability", "level", "source", "rater"}, {"a", "A", "3", "manager", rater}};
        return update_estimates(found, assess(org, news)).mean[0];
    };
    EXPECT_EQ(rated("m"), rated(""));
    EXPECT_GT(rated("m"), rated("n") + 0.01);  // who is severe and says the same thinks more of it
    EXPECT_NE(rated("somebody"), rated("n"));
}

// What is not known of a rater's severity and of the difficulty of a capability on which that rater had rated nobody goes together.
TEST(UpdateEstimates, KnowsHowSeverityGoesWithOtherDifficulties) {
    Cells staff = {{"person", "role"}}, seen = {{"person", "capability", "level", "source", "rater"}};
    static constexpr std::string_view keys[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    static constexpr std::string_view levels[] = {"2", "5", "1", "4", "3", "3", "5", "2", "4", "1"};
    for (std::size_t i = 0; i < 8; ++i) {
        staff.push_back({keys[i], "R"});
        seen.push_back({keys[i], "A", levels[3 * i % 10], "observation", i < 4 ? "o" : "x"});
        if (i >= 4) seen.push_back({keys[i], "B", levels[7 * i % 10], "observation", "x"});
    }
    const Organization org = build(small({{"people", staff}}));
    const Cells news = {seen[0], {"a", "B", "5", "observation", "o"}};
    const Estimates after = update_estimates(estimate(org, assess(org, seen), known(today)), assess(org, news));
    seen.push_back(news[1]);
    const Estimates together = estimate(org, assess(org, seen), known(today));
    ASSERT_EQ(after.size(), 2u);
    for (std::size_t i = 0, row = 0; i < after.size(); ++i) {
        while (together.capability[row] < after.capability[i]) ++row;
        EXPECT_NEAR(after.sd[i], together.sd[row], 0.002);
    }
}

TEST(UpdateEstimates, RefusesWhatItCannotKnow) {
    const Organization org = build(small());
    const Assessments seen = assess(org, {{"person", "capability", "level", "source"}, {"p", "A", "3", "self"}});
    const Estimates found = estimate(org, seen, as_of(today));
    EXPECT_THROW(update_estimates(found, seen, day("2026-03-30")), Error);
    EXPECT_THROW(update_estimates(believe(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "3", "1"}}), seen),
                 Error);
    const Estimates after = update_estimates(
        found,
        assess(org, {{"person", "capability", "level", "source"}, {"p", "A", "3", "test"}, {"p", "B", "3", "self"}}));
    EXPECT_EQ(bytes(after), bytes(found));
    EXPECT_EQ(told(*after.problems).size(), 2u);
    EXPECT_THROW(update_estimates(after, seen), Error);  // the ratings that it took in would be lost
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
