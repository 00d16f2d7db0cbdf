#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <gradus/assessment/rater.h>

#include "organization/tables.h"

// Organisations whose true levels are known: do intervals hold them as often as they say, where variances are estimated? What comes
// out is in docs/methods/estimate.md; --gtest_output=xml:- prints it.

namespace gradus {
namespace {

/// Who rates whom, and on what scale.
struct Design {
    std::string name;
    int people = 300;
    bool self = true;
    int peers = 2;
    bool anybody = false;  // peers are not of the own team
    double mean = 3;
    double team = 0;  // variance of what all true levels of a team have in common
    int levels = 5;   // evenly from `low` to `high`
    double low = 1, high = 5;
    int organisations = 5;
    double least = 0.91;          // of the level's coverage; see below
    double least_ordinal = 0.93;  // the same where ratings are ordinal

    double step() const { return (high - low) / (levels - 1); }
};

void PrintTo(const Design& design, std::ostream* out) { *out << design.name; }

// As large as Scullen, Mount & Goff (2000), J. Appl. Psychol. 85, 956, found them; variances in squared levels of a scale from 1 to 5.
constexpr std::size_t capabilities = 8, team_size = 8;
constexpr double person = 0.35, person_capability = 0.22, severity = 0.13, severity_of_self = 0.3, halo = 0.23,
                 residual = 0.47, difficulty = 0.01, bias_of_self = 0.5, bias_of_peers = 0.2;

class Draw {
public:
    explicit Draw(std::uint64_t seed) : bits_(seed) {}
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(real() * static_cast<double>(count)); }
    /// Box & Muller (1958), Ann. Math. Stat. 29, 610.
    double normal(double variance) {
        const double radius = std::sqrt(-2 * std::log(1 - real()));
        return std::sqrt(variance) * radius * std::cos(2 * std::numbers::pi * real());
    }

private:
    double real() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }
    std::mt19937_64 bits_;
};

/// Intervals and means against something true.
struct Against {
    double count = 0, covered = 0, error = 0, squares = 0, scores = 0, variance = 0;

    void add(double truth, double mean, double sd) {
        ++count;
        covered += std::abs(mean - truth) <= 1.96 * sd;
        error += mean - truth;
        squares += (mean - truth) * (mean - truth);
        scores += (mean - truth) * (mean - truth) / (sd * sd);
        variance += sd * sd;
    }
    double coverage() const { return covered / count; }
    double score() const { return scores / count; }                 // 1 if sd is right
    double width() const { return std::sqrt(variance / squares); }  // the same for the whole
    double bias() const { return error / count; }
};

struct Correlation {
    double count = 0, a = 0, b = 0, aa = 0, ab = 0, bb = 0;

    void add(double x, double y) { ++count, a += x, b += y, aa += x * x, ab += x * y, bb += y * y; }
    double value() const { return (ab - a * b / count) / std::sqrt((aa - a * a / count) * (bb - b * b / count)); }
};

/// `level`: the true level, which no scale ends. `shown`: what managers would rate it on average, on a scale that ends.
struct Found {
    Against level, shown;
    Correlation mean, as_rated;

    std::string text() const {
        char line[200];
        std::snprintf(
            line, sizeof line,
            "coverage %.3f of the level (z2 %.2f, width %.2f, bias %+.3f), %.3f of what is shown (z2 %.2f, width "
            "%.2f, bias %+.3f), correlation %.3f, as rated %.3f",
            level.coverage(), level.score(), level.width(), level.bias(), shown.coverage(), shown.score(),
            shown.width(), shown.bias(), mean.value(), as_rated.value());
        return line;
    }
};

std::string key(char kind, std::size_t number) { return kind + std::to_string(1000 + number); }

double shown(const Design& design, double level) {
    const double sd = std::sqrt(severity + halo + residual), step = design.step();
    double sum = design.low;
    for (int i = 1; i < design.levels; ++i)
        sum += step * 0.5 * std::erfc((design.low + (i - 0.5) * step - level) / (sd * std::numbers::sqrt2));
    return sum;
}

void simulate(const Design& design, Likelihood likelihood, Draw& draw, Found& found) {
    const auto people = static_cast<std::size_t>(design.people);
    std::vector<double> difficulties(capabilities), managers((people - 1) / team_size + 1), teams(managers.size()),
        as_peer(people);
    for (double& d : difficulties) d = design.mean + draw.normal(difficulty);
    for (double& b : managers) b = draw.normal(severity);
    for (double& u : teams) u = draw.normal(design.team);
    for (double& b : as_peer) b = draw.normal(severity);

    Input scales{"scales"}, capability{"capabilities"}, roles{"roles"}, requirements{"requirements"}, staff{"people"},
        ratings{"assessments"};
    for (int i = 0; i < design.levels; ++i)
        scales.row()
            .set("scale", "S")
            .set("level", "l" + std::to_string(i))
            .set("position", design.low + design.step() * i);
    for (std::size_t c = 0; c < capabilities; ++c) capability.row().set("capability", key('c', c)).set("scale", "S");
    roles.row().set("role", "R");
    for (const char* column : {"role", "capability", "level"}) requirements.column(column);
    std::vector<double> truth(people * capabilities);
    for (std::size_t p = 0; p < people; ++p) {
        staff.row().set("person", key('p', p)).set("role", "R");
        const std::size_t team = p / team_size;
        const double own = draw.normal(person) + teams[team];
        double* levels = &truth[p * capabilities];
        for (std::size_t c = 0; c < capabilities; ++c)
            levels[c] = difficulties[c] + own + draw.normal(person_capability);
        const auto rate = [&](const char* source, const std::string& rater, double kinder) {
            for (std::size_t c = 0; c < capabilities; ++c) {
                const double seen = levels[c] + kinder + draw.normal(residual);
                const auto level = std::lround((seen - design.low) / design.step());
                ratings.row()
                    .set("person", key('p', p))
                    .set("capability", key('c', c))
                    .set("rater", rater)
                    .set("source", source)
                    .set("date", day("2026-03-31"))
                    .set("level", "l" + std::to_string(std::clamp<long>(level, 0, design.levels - 1)));
            }
        };
        rate("manager", key('m', team), managers[team] + draw.normal(halo));
        if (design.self) rate("self", key('p', p), bias_of_self + draw.normal(severity_of_self));
        const std::size_t first = design.anybody ? 0 : team * team_size,
                          last = design.anybody ? people : std::min(people, first + team_size);
        std::vector<std::size_t> others;
        for (std::size_t other = first; other < last; ++other)
            if (other != p) others.push_back(other);
        for (std::size_t i = 0; i < std::min(static_cast<std::size_t>(design.peers), others.size()); ++i) {
            std::swap(others[i], others[i + draw.below(others.size() - i)]);
            rate("peer", key('p', others[i]), bias_of_peers + as_peer[others[i]] + draw.normal(halo));
        }
    }
    const std::vector<Input> all{scales, capability, roles, requirements, staff};
    const Organization organization(all, 1);
    const Estimates estimates = estimate(organization, load_assessments(organization, ratings, 1),
                                         {.as_of = day("2026-03-31"), .likelihood = likelihood, .threads = 1});
    ASSERT_EQ(estimates.size(), truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        found.level.add(truth[i], estimates.mean[i], estimates.sd[i]);
        found.shown.add(shown(design, truth[i]), estimates.mean[i], estimates.sd[i]);
        found.mean.add(truth[i], estimates.mean[i]);
        found.as_rated.add(truth[i], estimates.as_rated[i]);
    }
}

Found simulate(const Design& design, Likelihood likelihood = Likelihood::normal) {
    Draw draw(1);
    Found found;
    for (int i = 0; i < design.organisations; ++i) simulate(design, likelihood, draw, found);
    return found;
}

class Coverage : public testing::TestWithParam<Design> {};

// The scale's ends hold back what ratings can say: a level of 5 is rated 4.7 on average. The model knows nothing of it and estimates
// what is shown; of levels that no scale ends its intervals hold some 2 in 100 fewer, and fewer still where most are near the top.
TEST_P(Coverage, IsWhatIntervalsSay) {
    const Found found = simulate(GetParam());
    RecordProperty("found", found.text());
    EXPECT_GE(found.level.count, 2000);
    EXPECT_GE(found.shown.coverage(), 0.93) << found.text();
    EXPECT_LE(found.shown.coverage(), 0.97) << found.text();
    EXPECT_GE(found.level.coverage(), GetParam().least) << found.text();
    EXPECT_LE(found.level.coverage(), 0.97) << found.text();
    EXPECT_GT(found.mean.value(), found.as_rated.value()) << found.text();
}

// Ordinal ratings know that scales end: their intervals hold the level itself. Among five people levels are 0.2 too high as with normal
// ratings, since the biases of self and peers are held towards 0: that takes some 2 in 100.
TEST_P(Coverage, OfTheLevelIsWhatIntervalsSayWhereRatingsAreOrdinal) {
    const Found found = simulate(GetParam(), Likelihood::ordinal), normal = simulate(GetParam());
    RecordProperty("found", found.text());
    EXPECT_GE(found.level.coverage(), GetParam().least_ordinal) << found.text();
    EXPECT_LE(found.level.coverage(), 0.97) << found.text();
    EXPECT_GT(found.mean.value(), normal.mean.value() - 0.0005) << found.text();
    EXPECT_GT(found.mean.value(), found.as_rated.value()) << found.text();
}

const Design designs[] = {
    {.name = "SelfAndManager", .peers = 0},
    {.name = "PeersOfTheTeam"},
    {.name = "PeersAnywhere", .anybody = true},
    {.name = "TeamsThatDiffer", .team = 0.05},
    {.name = "SevenLevels", .levels = 7},
    {.name = "RoomAtTheEnds", .levels = 9, .low = -1, .high = 7, .least = 0.93},
    {.name = "KindOrganisations", .mean = 3.7, .least = 0.87},
    {.name = "FivePeople", .people = 5, .organisations = 600, .least_ordinal = 0.925},
};

INSTANTIATE_TEST_SUITE_P(Designs, Coverage, testing::ValuesIn(designs),
                         [](const auto& design) { return design.param.name; });

TEST(Levels, AreNotDrawnToMidScaleWhereManyWereRated) {
    const Found found = simulate({.name = "kind", .mean = 3.7});
    EXPECT_NEAR(found.shown.bias(), 0, 0.06) << found.text();
}

TEST(Levels, GainMoreByRatersThanByTheModel) {
    double before = 0;
    const Design counts[] = {{.name = "1", .self = false, .peers = 0},
                             {.name = "2", .peers = 0},
                             {.name = "3", .peers = 1},
                             {.name = "4", .peers = 2},
                             {.name = "6", .peers = 4}};
    for (const Design& design : counts) {
        const Found found = simulate(design);
        RecordProperty("raters " + design.name, found.text());
        EXPECT_GT(found.mean.value(), found.as_rated.value()) << found.text();
        EXPECT_GT(found.mean.value(), before) << found.text();
        before = found.mean.value();
    }
}

}  // namespace
}  // namespace gradus
