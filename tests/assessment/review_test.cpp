#include <gradus/assessment/review.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "assessment/rating_model.h"
#include "assessment/stage.h"
#include "organization/tables.h"

namespace gradus {
namespace {

/// Two teams of the units U and V, led by m and n, who are led by b; p and q need A and B, all others A.
std::vector<Literal> teams() {
    return {{"scales",
             {{"scale", "level", "position"},
              {"S", "l0", "0"},
              {"S", "l1", "1"},
              {"S", "l2", "2"},
              {"S", "l3", "3"},
              {"S", "l4", "4"}}},
            {"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}}},
            {"roles", {{"role"}, {"R"}, {"R2"}}},
            {"requirements", {{"role", "capability", "level"}, {"R", "A", "l2"}, {"R2", "A", "l2"}, {"R2", "B", "l2"}}},
            {"units", {{"unit"}, {"U"}, {"V"}}},
            {"people",
             {{"person", "role", "unit", "manager", "left"},
              {"b", "R", "", "", ""},
              {"m", "R", "U", "b", ""},
              {"n", "R", "V", "b", ""},
              {"p", "R2", "U", "m", ""},
              {"q", "R2", "U", "m", ""},
              {"r", "R", "U", "m", ""},
              {"s", "R", "V", "m", ""},
              {"gone", "R", "U", "m", "2025-01-01"},
              {"x", "R", "V", "n", ""},
              {"y", "R", "V", "n", ""}}}};
}

ReviewDesigns designs(const Organization& organization, Cells cells) {
    return load_review_designs(organization, input({"review_designs", std::move(cells)}));
}

ReviewOptions options(std::uint64_t seed = 1) {
    return {.estimate = {.as_of = day("2026-03-31"), .threads = 1}, .seed = seed};
}

template <class Id>
std::string key(const Column<Id>& column, std::size_t row) {
    return column[row] ? std::string((*column.strings())[static_cast<std::size_t>(column[row].value())]) : "";
}

using Row =
    std::tuple<std::string, std::string, std::string, std::string, double>;  // person, capability, source, rater

std::vector<Row> rows(const Assessments& table) {
    std::vector<Row> found;
    for (std::size_t i = 0; i < table.size(); ++i)
        found.emplace_back(key(table.person, i), key(table.capability, i),
                           Words<Source>::names[static_cast<std::size_t>(table.source[i])], key(table.rater, i),
                           table.level[i]);
    return found;
}

/// "source rater" of those who rate a person on a capability.
std::set<std::string> who(const Assessments& table, std::string_view person, std::string_view capability = "A") {
    std::set<std::string> found;
    for (const auto& [whom, what, source, rater, level] : rows(table))
        if (whom == person && what == capability) found.insert(source + " " + rater);
    return found;
}

Assessments simulated(const Organization& organization, Cells cells, std::uint64_t seed = 1) {
    return simulate_assessments(organization, {}, designs(organization, std::move(cells)), "", options(seed))
        .assessments;
}

TEST(Review, AsksThoseWhoKnowThePerson) {
    const Organization org = build(teams());
    const Assessments all = simulated(org, {{"design", "source", "raters"},
                                            {"D", "self", ""},
                                            {"D", "manager", ""},
                                            {"D", "test", "2"},
                                            {"D", "peer", "9"},
                                            {"D", "report", "9"}});
    EXPECT_EQ(who(all, "p"), (std::set<std::string>{"self ", "manager ", "test ", "peer q", "peer r", "peer s"}));
    EXPECT_EQ(who(all, "p", "B"), who(all, "p"));
    EXPECT_EQ(who(all, "r", "B"), std::set<std::string>{});  // r does not need it
    EXPECT_EQ(who(all, "m"), (std::set<std::string>{"self ", "manager ", "test ", "peer n", "report p", "report q",
                                                    "report r", "report s"}));
    EXPECT_EQ(who(all, "b"), (std::set<std::string>{"self ", "test ", "report m", "report n"}));  // nobody's
    EXPECT_EQ(who(all, "gone"), std::set<std::string>{});
    const auto tests = [&](const Row& row) { return std::get<0>(row) == "y" && std::get<2>(row) == "test"; };
    const std::vector<Row> table = rows(all);
    EXPECT_EQ(std::count_if(table.begin(), table.end(), tests), 2);
}

TEST(Review, DrawsFromTheTeamTheUnitOrAnyone) {
    const Organization org = build(teams());
    const auto peers_of = [&](std::string_view person, std::string_view reach) {
        return who(simulated(org, {{"design", "source", "raters", "drawn_from"}, {"D", "peer", "99", reach}}), person);
    };
    EXPECT_EQ(peers_of("s", "team"), (std::set<std::string>{"peer p", "peer q", "peer r"}));
    EXPECT_EQ(peers_of("s", ""), peers_of("s", "team"));
    EXPECT_EQ(peers_of("s", "unit"), (std::set<std::string>{"peer n", "peer x", "peer y"}));
    EXPECT_EQ(peers_of("s", "anyone"), (std::set<std::string>{"peer b", "peer n", "peer p", "peer q", "peer r",
                                                              "peer x", "peer y"}));  // not the manager m
    EXPECT_EQ(peers_of("b", "unit"), std::set<std::string>{});
    EXPECT_EQ(peers_of("b", "team"), std::set<std::string>{});
}

TEST(Review, DrawsEveryoneAlikeOften) {
    const Organization org = build(teams());
    std::map<std::string, int> times;
    for (std::uint64_t seed = 0; seed < 600; ++seed)
        for (const std::string& rater : who(simulated(org, {{"design", "source"}, {"D", "peer"}}, seed), "p"))
            ++times[rater];
    ASSERT_EQ(times.size(), 3u);
    for (const auto& [rater, count] : times) EXPECT_NEAR(count, 200, 60) << rater;  // 5 standard deviations
}

TEST(Review, OfACapabilityAsksWhatIsSaidOfIt) {
    const Organization org = build(teams());
    const Assessments all = simulated(org, {{"design", "source", "capability", "raters"},
                                            {"D", "peer", "", "2"},
                                            {"D", "peer", "B", "1"},
                                            {"D", "test", "B", ""}});
    EXPECT_EQ(who(all, "p").size(), 2u);
    const std::set<std::string> of_b = who(all, "p", "B");
    EXPECT_EQ(of_b.size(), 2u);
    EXPECT_TRUE(of_b.contains("test "));
}

TEST(Review, AsksThoseOfTheSmallerDesignToo) {
    const Organization org = build(teams());
    const std::vector<Row> small = rows(simulated(org, {{"design", "source", "raters"}, {"D", "peer", "1"}})),
                           large = rows(simulated(
                               org, {{"design", "source", "raters"}, {"D", "peer", "2"}, {"D", "test", "1"}}));
    EXPECT_GT(large.size(), small.size());
    EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));  // the same levels
}

TEST(Review, SomeDoNotAnswer) {
    const Organization org = build(teams());
    std::size_t answers = 0, asked = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        answers += simulated(org, {{"design", "source", "answered"}, {"D", "test", "0.3"}}, seed).size();
        asked += simulated(org, {{"design", "source"}, {"D", "test"}}, seed).size();
        const Assessments some = simulated(org, {{"design", "source", "answered"}, {"D", "self", "0.5"}}, seed);
        EXPECT_EQ(who(some, "p", "A"), who(some, "p", "B"));  // who answers does so for all capabilities
    }
    EXPECT_NEAR(static_cast<double>(answers) / static_cast<double>(asked), 0.3, 0.05);
    EXPECT_EQ(simulated(org, {{"design", "source", "answered"}, {"D", "test", "0"}}).size(), 0u);
}

/// People in teams of eight with eight capabilities, on a scale that has room.
Organization many(std::size_t people, int threads = 1, bool backwards = false) {
    Input scales{"scales"}, capability{"capabilities"}, roles{"roles"}, requirements{"requirements"}, staff{"people"};
    for (int i = 0; i < 101; ++i)
        scales.row().set("scale", "S").set("level", "l" + std::to_string(i)).set("position", i);
    roles.row().set("role", "R");
    for (char c = 'a'; c < 'i'; ++c) {
        capability.row().set("capability", std::string(1, c)).set("scale", "S");
        requirements.row().set("role", "R").set("capability", std::string(1, c)).set("level", "l50");
    }
    for (std::size_t i = 0; i < people; ++i) {
        const std::size_t p = backwards ? people - 1 - i : i;
        staff.row().set("person", "p" + std::to_string(1000 + p)).set("role", "R");
        if (p % 8) staff.set("manager", "p" + std::to_string(1000 + p / 8 * 8));
    }
    const std::vector<Input> all{scales, capability, roles, requirements, staff};
    return Organization(all, threads);
}

const Cells three = {{"design", "source", "raters", "drawn_from"},
                     {"manager", "manager", "", ""},
                     {"peers", "manager", "", ""},
                     {"peers", "self", "", ""},
                     {"peers", "peer", "3", "anyone"},
                     {"test", "test", "", ""}};

/// Variances so small that no scale ends them.
ReviewOptions narrow() {
    ReviewOptions result = options();
    result.estimate.prior_sd = 0.1;
    result.estimate.variances.person = result.estimate.variances.person_capability = 0.0025;
    result.estimate.variances.severity = result.estimate.variances.halo = {0.001, 0.001, 0.001, 0.001, 0.001, 0.001};
    result.estimate.variances.residual = {0.004, 0.002, 0.002, 0.002, 0.001, 0.002};
    result.bias[static_cast<std::size_t>(Source::self)] = 0.05;
    return result;
}

std::vector<double> values(const DesignReview& of) {
    std::vector<double> found;
    for (std::size_t row = 0; row < of.size(); ++row)
        for (const Column<double>* column : {&of.raters, &of.ratings, &of.rated, &of.sd, &of.interval, &of.accuracy,
                                             &of.as_rated, &of.coverage, &of.identifiability})
            found.push_back(is_missing((*column)[row]) ? -9 : (*column)[row]);
    return found;
}

TEST(Review, AccuracyAndCoverageAreThoseOfTheModel) {
    const Organization org = many(160);
    ReviewOptions asked = narrow();
    asked.repetitions = 12;
    const DesignReview found = review_design(org, Assessments(), designs(org, three), asked);
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(key(found.design, 0), "");
    EXPECT_EQ(key(found.design, 2), "peers");
    EXPECT_EQ(found.ratings[0], 0);
    EXPECT_DOUBLE_EQ(found.raters[1], 140.0 / 160);  // who leads a team is led by nobody
    EXPECT_DOUBLE_EQ(found.raters[2], 140.0 / 160 + 4);
    EXPECT_DOUBLE_EQ(found.ratings[3], 160 * 8);
    EXPECT_EQ(found.rated[0], 0);
    EXPECT_DOUBLE_EQ(found.rated[1], 140.0 / 160);
    EXPECT_TRUE(is_missing(found.accuracy[0]) && is_missing(found.as_rated[0]) && is_missing(found.identifiability[0]));
    EXPECT_TRUE(is_missing(found.identifiability[3]));  // a test has no severity
    for (std::size_t row = 0; row < found.size(); ++row) {
        // Correlation² = 1 - variance left / variance of levels, difficulties aside: they are 0.005 / 10 of it.
        const double variance = found.sd[row] * found.sd[row], all = 0.005 + 0.0005;
        EXPECT_NEAR(found.interval[row], 2 * 1.96 * found.sd[row], 0.03 * found.interval[row]) << row;
        if (row == 0) continue;
        if (row > 1) {
            EXPECT_NEAR(found.accuracy[row], std::sqrt(1 - variance / all), 0.03) << row;
        }
        EXPECT_NEAR(found.coverage[row], 0.95, 0.02) << row;
        EXPECT_GT(found.accuracy[row], found.as_rated[row]) << row;
    }
    EXPECT_GT(found.sd[0], found.sd[1]);
    EXPECT_GT(found.sd[1], found.sd[2]);
    EXPECT_GT(found.accuracy[2], found.accuracy[1]);
    // Of seven people, with nobody else to compare the manager to, against 480 peers drawn from anyone.
    EXPECT_LT(found.identifiability[1], found.identifiability[2]);
}

/// The order of designs is that of the input; what is found of each does not depend on it.
std::map<std::string, std::vector<double>> by_design(const DesignReview& of) {
    std::map<std::string, std::vector<double>> found;
    const std::vector<double> all = values(of);
    const std::size_t width = all.size() / of.size();
    for (std::size_t row = 0; row < of.size(); ++row)
        found[std::string(of.design.text(row))] = {all.begin() + static_cast<std::ptrdiff_t>(row * width),
                                                   all.begin() + static_cast<std::ptrdiff_t>((row + 1) * width)};
    return found;
}

TEST(Review, IsTheSameForAnyThreadsAndOrder) {
    const auto one = by_design([] {
        const Organization org = many(60);
        return review_design(org, simulate_assessments(org, {}, designs(org, three), "peers", options(5)).assessments,
                             designs(org, three), options());
    }());
    for (const int threads : {1, 2, 7}) {
        const Organization org = many(60, threads, true);
        Cells turned = three;
        std::reverse(turned.begin() + 1, turned.end());
        ReviewOptions asked = options();
        asked.estimate.threads = threads;
        EXPECT_EQ(by_design(review_design(
                      org, simulate_assessments(org, {}, designs(org, turned), "peers", options(5)).assessments,
                      designs(org, turned), asked)),
                  one)
            << threads;
    }
}

TEST(Review, DesignsStandAsTheyWereGiven) {
    const Organization org = build(teams());
    const ReviewDesigns given = designs(org, {{"design", "source", "raters"},
                                              {"z", "peer", "2"},
                                              {"a", "self", ""},
                                              {"z", "manager", ""},
                                              {"m", "manager", ""},
                                              {"a", "manager", ""}});
    std::vector<std::string> found;
    for (std::size_t row = 0; row < given.size(); ++row)
        found.push_back(std::string(given.design.text(row)) + " " + std::string(given.source.text(row)));
    EXPECT_EQ(found, (std::vector<std::string>{"z manager", "z peer", "a self", "a manager", "m manager"}));
    EXPECT_EQ(given.raters[1], 2);
    const DesignReview review = review_design(org, Assessments(), given, options());
    found.clear();
    for (std::size_t row = 0; row < review.size(); ++row) found.emplace_back(review.design.text(row));
    EXPECT_EQ(found, (std::vector<std::string>{"", "z", "a", "m"}));
    found.clear();
    for (std::size_t row = 0; row < review.capabilities->size(); ++row)
        found.push_back(std::string(review.capabilities->design.text(row)) + " " +
                        std::string(review.capabilities->capability.text(row)));
    EXPECT_EQ(found, (std::vector<std::string>{" A", " B", "z A", "z B", "a A", "a B", "m A", "m B"}));
}

TEST(Review, TooFewRatersAreTold) {
    const Organization org = build(teams());  // of nine who take part
    const ReviewDesigns given = designs(org, {{"design", "source", "raters", "drawn_from"},
                                              {"few", "peer", "1", "anyone"},
                                              {"many", "peer", "2", "team"},
                                              {"many", "report", "3", ""},
                                              {"many", "self", "", ""},
                                              {"more", "peer", "4", "team"}});
    const DesignReview found = review_design(org, Assessments(), given, options());
    EXPECT_EQ(found.lacking[0], 0);
    EXPECT_EQ(found.lacking[1], 0);
    // Of two peers in the team b has none, m and n one, x and y one; of three reports b and n have two.
    EXPECT_DOUBLE_EQ(found.lacking[2], 5.0 / 9);
    EXPECT_EQ(
        told(*found.problems),
        (std::vector<std::string>{
            "warning ignored review_designs raters: design 'many': for 2 of 9 people there are fewer of the source "
            "report than it asks for, 2 raters in all; those who are there are asked",
            "warning ignored review_designs raters: design 'many': for 5 of 9 people there are fewer of the source "
            "peer than it asks for, 6 raters in all; those who are there are asked",
            // Of p and q, rated on two capabilities by the same three, one each is missing.
            "warning ignored review_designs raters: design 'more': for 9 of 9 people there are fewer of the source "
            "peer than it asks for, 20 raters in all; those who are there are asked"}));
}

// Few managers and many peers: how kind those few managers happen to be moves all levels of a round alike, and tells nobody from anybody.
TEST(Review, AccuracyIsWithinARound) {
    std::vector<Literal> tables = teams();
    std::vector<std::string> names;
    for (int i = 0; i < 24; ++i) names.push_back("p" + std::to_string(100 + i));
    Cells people = {{"person", "role", "unit", "manager"}, {"m", "R", "U", ""}, {"n", "R", "U", ""}};
    for (std::size_t i = 0; i < names.size(); ++i) people.push_back({names[i], "R2", "U", i % 2 ? "m" : "n"});
    for (Literal& table : tables)
        if (table.table == "people") table.cells = people;
    const Organization org = build(tables);
    ReviewOptions asked = options(3);
    asked.repetitions = 40;
    const DesignReview found = review_design(org, Assessments(),
                                             designs(org, {{"design", "source", "raters", "drawn_from"},
                                                           {"D", "manager", "", ""},
                                                           {"D", "peer", "12", "anyone"}}),
                                             asked);
    EXPECT_GT(found.accuracy[1], found.as_rated[1]);
    EXPECT_GT(found.accuracy[1], 0.9);
}

TEST(Review, CapabilitiesAddUpToTheWhole) {
    const Organization org = build(teams());
    ReviewOptions asked = options();
    asked.repetitions = 3;
    const Assessments before = assess(org, {{"person", "capability", "level", "source", "date"},
                                            {"p", "B", "l2", "test", "2026-01-01"},
                                            {"x", "B", "l3", "test", "2026-01-01"}});  // who does not need it
    const DesignReview found = review_design(
        org, before,
        designs(org, {{"design", "source", "raters", "capability"}, {"D", "manager", "", ""}, {"D", "test", "2", "B"}}),
        asked);
    const DesignReviewCapabilities& parts = *found.capabilities;
    ASSERT_EQ(parts.size(), 4u);
    EXPECT_EQ(parts.people[0], 9);
    EXPECT_EQ(parts.people[1], 3);
    EXPECT_EQ(parts.ratings[0], 0);
    EXPECT_EQ(parts.ratings[2], 8);          // managers; nobody leads b
    EXPECT_EQ(parts.ratings[3], 2 + 2 * 2);  // p and q, by their manager and twice tested
    EXPECT_EQ(parts.rated[0], 0);
    EXPECT_DOUBLE_EQ(parts.rated[1], 2.0 / 3);
    for (std::size_t design = 0; design < 2; ++design) {
        double people = 0, squares = 0, width = 0, ratings = 0, rated = 0, covered = 0;
        for (std::size_t row = 2 * design; row < 2 * design + 2; ++row) {
            const double count = parts.people[row];
            people += count;
            squares += count * parts.sd[row] * parts.sd[row];
            width += count * parts.interval[row];
            ratings += parts.ratings[row];
            rated += count * parts.rated[row];
            covered += count * parts.coverage[row];
        }
        EXPECT_NEAR(found.sd[design], std::sqrt(squares / people), 1e-12);
        EXPECT_NEAR(found.interval[design], width / people, 1e-12);
        EXPECT_NEAR(found.ratings[design], ratings, 1e-12);
        EXPECT_NEAR(found.rated[design], rated / people, 1e-12);
        EXPECT_NEAR(found.coverage[design], covered / people, 1e-12);
    }
    EXPECT_LT(parts.interval[3], parts.interval[2]);  // tests tell more
}

TEST(Review, SimulatesWhatTheRatingsThereAreTell) {
    const Organization org = many(60);
    const Assessments before = simulate_assessments(org, {}, designs(org, three), "peers", narrow()).assessments;
    const auto spread = [&](const Assessments& known) {
        const SimulatedReview made = simulate_assessments(org, known, designs(org, three), "test", options());
        EXPECT_EQ(made.assessments.size(), 60u * 8);  // without those that were there before
        double sum = 0, squares = 0;
        for (const double level : made.levels.level) sum += level, squares += level * level;
        const auto count = static_cast<double>(made.levels.size());
        return std::sqrt(squares / count - sum / count * (sum / count));
    };
    EXPECT_LT(spread(before), 0.6 * spread(Assessments()));  // narrow() varies less than is believed
    EXPECT_EQ(spread(before), spread(before));
}

TEST(Review, WithRatingsThatAreThereAddsToThem) {
    const Organization org = many(60);
    ReviewOptions asked = narrow();
    const Assessments before = simulate_assessments(org, {}, designs(org, three), "peers", asked).assessments;
    asked.estimate.as_of = day("2027-03-31");
    const DesignReview found = review_design(org, before, designs(org, three), asked);
    const Estimates known = estimate(org, before, asked.estimate);
    double squares = 0;
    for (const double sd : known.sd) squares += sd * sd;
    // What is known without a round depends on who rated whom and when, not on the levels.
    EXPECT_NEAR(found.sd[0], std::sqrt(squares / static_cast<double>(known.size())) / 100, 1e-12);
    EXPECT_EQ(found.ratings[0], 0);
    for (std::size_t row = 1; row < found.size(); ++row) EXPECT_LT(found.sd[row], found.sd[0]);
    const DesignReview alone = review_design(org, Assessments(), designs(org, three), asked);
    for (std::size_t row = 0; row < found.size(); ++row) EXPECT_LT(found.sd[row], alone.sd[row]);
    EXPECT_EQ(found.ratings[2], alone.ratings[2]);
}

TEST(Review, TakesVariancesFromRatingsOrElseAsBelieved) {
    const Organization org = many(60);
    const Assessments before = simulate_assessments(org, {}, designs(org, three), "peers", narrow()).assessments;
    const ReviewOptions asked = options();
    const double learnt = review_design(org, before, designs(org, three), asked).sd[3],
                 believed = review_design(org, Assessments(), designs(org, three), asked).sd[3];
    EXPECT_LT(learnt, 0.7 * believed);  // narrow() varies less than is believed
}

TEST(Review, TrueLevelsAreThoseBehindTheRatings) {
    const Organization org = many(160);
    ReviewOptions asked = narrow();
    for (double& variance : asked.estimate.variances.residual) variance = 1e-9;
    asked.estimate.variances.severity = asked.estimate.variances.halo = {};
    const SimulatedReview made = simulate_assessments(org, {}, designs(org, three), "test", asked);
    ASSERT_EQ(made.assessments.size(), made.levels.size());
    double sum = 0, squares = 0;
    for (std::size_t row = 0; row < made.levels.size(); ++row) {
        EXPECT_EQ(made.assessments.person[row], made.levels.person[row]);
        EXPECT_NEAR(made.assessments.level[row], made.levels.level[row], 0.51);
        sum += made.levels.level[row] - 50;
        squares += (made.levels.level[row] - 50) * (made.levels.level[row] - 50);
    }
    const auto count = static_cast<double>(made.levels.size());
    EXPECT_NEAR(sum / count, 0, 2);
    EXPECT_NEAR(std::sqrt(squares / count) / 100, std::sqrt(0.0055), 0.006);
}

TEST(Review, RoundingIsPartOfTheResidual) {
    // Four levels: rounding alone has a variance of 1/9/12 = 0.0093, of the 0.015 that there are.
    const Organization org = build({{"scales", {{"scale", "level"}, {"S", "a"}, {"S", "b"}, {"S", "c"}, {"S", "d"}}},
                                    {"capabilities", {{"capability", "scale"}, {"A", "S"}}},
                                    {"roles", {{"role"}, {"R"}}},
                                    {"requirements", {{"role", "capability", "level"}, {"R", "A", "b"}}},
                                    {"people", {{"person", "role"}, {"p", "R"}}}});
    ReviewOptions asked = options();
    asked.estimate.variances.person = asked.estimate.variances.person_capability = 0.01;
    asked.estimate.variances.residual[static_cast<std::size_t>(Source::test)] = 0.015;
    const ReviewDesigns test = designs(org, {{"design", "source"}, {"D", "test"}});
    double squares = 0;
    for (asked.seed = 0; asked.seed < 4000; ++asked.seed) {
        const SimulatedReview made = simulate_assessments(org, {}, test, "", asked);
        const double error = (made.assessments.level[0] - made.levels.level[0]) / 3;
        squares += error * error;
    }
    EXPECT_NEAR(squares / 4000, 0.015, 0.0012);
}

TEST(Review, KindSourcesRateKinder) {
    const Organization org = many(160);
    ReviewOptions asked = narrow();
    const auto mean = [&] {
        const Assessments made =
            simulate_assessments(org, {}, designs(org, {{"design", "source"}, {"D", "self"}}), "D", asked).assessments;
        double sum = 0;
        for (const double level : made.level) sum += level;
        return sum / static_cast<double>(made.size());
    };
    const double kind = mean();
    asked.bias = {};
    EXPECT_NEAR(kind - mean(), 5, 0.1);
}

TEST(Review, OfSourcesThatCountForNothing) {
    const Organization org = many(20);
    ReviewOptions asked = narrow();
    asked.estimate.variances.residual[static_cast<std::size_t>(Source::test)] = std::numeric_limits<double>::infinity();
    const DesignReview found = review_design(org, Assessments(), designs(org, three), asked);
    EXPECT_DOUBLE_EQ(found.sd[3], found.sd[0]);
}

TEST(Review, OfNobodyOrNothing) {
    const Organization org = build(teams());
    EXPECT_EQ(review_design(org, Assessments(), designs(org, {{"design", "source"}}), options()).size(), 1u);
    ReviewOptions early = options();
    const Organization empty = build({{"scales", {{"scale", "level"}, {"S", "a"}, {"S", "b"}}},
                                      {"capabilities", {{"capability", "scale"}}},
                                      {"roles", {{"role"}}},
                                      {"requirements", {{"role", "capability", "level"}}},
                                      {"people", {{"person", "role"}}}});
    const DesignReview found =
        review_design(empty, Assessments(), designs(empty, {{"design", "source"}, {"D", "self"}}), early);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_TRUE(is_missing(found.sd[1]) && is_missing(found.raters[1]) && is_missing(found.accuracy[1]));
    EXPECT_EQ(simulated(empty, {{"design", "source"}, {"D", "self"}}).size(), 0u);
}

std::string refused(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return std::string(to_string(error.code())) + ": " + error.what();
    }
    return "";
}

TEST(Review, RefusesWhatCannotBe) {
    const Organization org = build(teams());
    EXPECT_EQ(refused([&] {
                  designs(org, {{"design", "source", "raters"}, {"D", "self", ""}, {"D", "manager", "2"}});
              }),
              "contradiction: review_designs, row 2, column raters: there is one rater of the source manager, not 2");
    EXPECT_EQ(refused([&] {
                  designs(org, {{"design", "source", "drawn_from"}, {"D", "test", "unit"}});
              }),
              "contradiction: review_designs, row 1, column drawn_from: raters are drawn of peer and observation; who "
              "the source test is, is known");
    EXPECT_NE(refused([&] {
                  designs(org, {{"design", "source"}, {"D", "boss"}});
              }).find("unknown_word"),
              std::string::npos);
    EXPECT_NE(refused([&] {
                  designs(org, {{"design", "source", "raters"}, {"D", "peer", "0"}});
              }).find("out_of_range"),
              std::string::npos);
    EXPECT_NE(refused([&] {
                  designs(org, {{"design", "source", "raters"}, {"D", "peer", "1"}, {"D", "peer", "2"}});
              }).find("duplicate_key"),
              std::string::npos);
    const ReviewDesigns two = designs(org, {{"design", "source"}, {"D", "self"}, {"E", "self"}});
    EXPECT_EQ(refused([&] { simulate_assessments(org, {}, two, "F", options()); }),
              "unknown_key: review_designs, column design: there is no design 'F'; there are D, E");
    EXPECT_EQ(refused([&] { simulate_assessments(org, {}, two, "", options()); }),
              "unknown_key: review_designs, column design: of 2 designs one must be named; there are D, E");
    EXPECT_EQ(
        refused([&] {
            simulate_assessments(org, {}, designs(org, {{"design", "source"}, {"peers", "self"}}), "peer", options());
        }),
        "unknown_key: review_designs, column design: there is no design 'peer'; there are peers; did you mean "
        "'peers'?");
    ReviewOptions asked = options();
    asked.bias[0] = 2;
    EXPECT_EQ(refused([&] { simulate_assessments(org, {}, two, "D", asked); }),
              "invalid_option: options, column bias.self: option bias.self must be from -1 to 1, in ranges of the "
              "scale, not 2");
    asked = options();
    asked.repetitions = -1;
    EXPECT_EQ(refused([&] { review_design(org, Assessments(), two, asked); }),
              "invalid_option: options, column repetitions: option repetitions must be from 0 to 10,000, not -1");
    asked = options();
    asked.estimate.as_of = missing<Date>();
    EXPECT_NE(refused([&] { review_design(org, Assessments(), two, asked); }).find("as_of is required"),
              std::string::npos);
}

TEST(Estimate, BeginsWithVariancesThatWereFoundBefore) {
    const Organization org = many(160);
    ReviewOptions drawn = narrow();
    const Assessments before = simulate_assessments(org, {}, designs(org, three), "peers", drawn).assessments;
    drawn.seed = 2;
    const Assessments after = simulate_assessments(org, {}, designs(org, three), "peers", drawn).assessments;
    EstimateOptions asked = options().estimate;
    const Estimates first = estimate(org, before, asked), cold = estimate(org, after, asked);
    asked.previous = &first;
    const Estimates warm = estimate(org, after, asked), same = estimate(org, before, asked);
    EXPECT_LT(warm.model->components.rounds(), cold.model->components.rounds());
    EXPECT_LE(same.model->components.rounds(), 2);
    for (std::size_t row = 0; row < cold.size(); ++row) {
        EXPECT_NEAR(warm.mean[row], cold.mean[row], 0.01);
        EXPECT_NEAR(warm.sd[row], cold.sd[row], 0.01);
    }
    EXPECT_NE(warm.provenance.digest, cold.provenance.digest);
    const Estimates outside;  // without a model
    asked.previous = &outside;
    const Estimates alone = estimate(org, after, asked);
    EXPECT_TRUE(std::equal(alone.mean.begin(), alone.mean.end(), cold.mean.begin()));
    // Where there is nothing to tell variances from, they are as believed.
    asked.previous = &first;
    EXPECT_EQ(estimate(org, Assessments(), asked).model->components.variances().person,
              0.25 * asked.prior_sd * asked.prior_sd);
}

}  // namespace
}  // namespace gradus
