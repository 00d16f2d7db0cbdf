#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>

#include "assessment/rating_model.h"
#include "organization/tables.h"

// Where the factor of what people share is too large, standard deviations are not exact. Here they are: both ways, on the same ratings.

namespace gradus {
namespace {

constexpr int capabilities = 4;

std::string key(char kind, int number) { return kind + std::to_string(100'000 + number); }

class Draw {
public:
    int below(int count) { return static_cast<int>(bits_() % static_cast<unsigned>(count)); }

private:
    std::mt19937 bits_{5};
};

struct Case {
    Organization organization;
    Assessments assessments;
};

using Rate = std::function<void(const char* source, int rater)>;

/// `rate_person(person, rate, draw)` says who rates somebody, on all capabilities.
Case made(int people, const std::function<void(int, const Rate&, Draw&)>& rate_person) {
    Input scales{"scales"}, named{"capabilities"}, roles{"roles"}, requirements{"requirements"}, staff{"people"},
        ratings{"assessments"};
    for (int i = 1; i <= 5; ++i) scales.row().set("scale", "S").set("level", std::to_string(i));
    for (int c = 0; c < capabilities; ++c) named.row().set("capability", key('c', c)).set("scale", "S");
    roles.row().set("role", "R");
    for (const char* column : {"role", "capability", "level"}) requirements.column(column);
    Draw draw;
    for (int person = 0; person < people; ++person) {
        staff.row().set("person", key('p', person)).set("role", "R");
        const Rate rate = [&](const char* source, int rater) {
            for (int c = 0; c < capabilities; ++c)
                ratings.row()
                    .set("person", key('p', person))
                    .set("capability", key('c', c))
                    .set("source", source)
                    .set("rater", key('r', rater))
                    .set("date", "2026-03-31")
                    .set("level", std::to_string(1 + draw.below(5)));
        };
        rate_person(person, rate, draw);
    }
    const std::vector<Input> all{scales, named, roles, requirements, staff};
    Organization organization(all, 1);
    Assessments assessments = load_assessments(organization, ratings, 1);
    return {std::move(organization), std::move(assessments)};
}

EstimateOptions known() {
    EstimateOptions options{.as_of = day("2026-03-31"), .threads = 1};
    options.variances.person = 0.022;
    options.variances.person_capability = 0.014;
    options.variances.severity.fill(0.008);
    options.variances.halo = {0, 0.014, 0.014, 0.014, 0, 0.014};
    options.variances.residual.fill(0.03);
    return options;
}

void expect_near(const Case& one) {
    const RatingModel exact(one.organization, one.assessments, known(), nullptr),
        series(one.organization, one.assessments, known(), nullptr, 0);
    ASSERT_TRUE(exact.system.exact());
    ASSERT_FALSE(series.system.exact());
    PersonLevels exactly(exact), nearly(series);
    double least = 1, most = 1, farthest = 0;
    const auto people = static_cast<std::int32_t>(one.organization.people().size());
    EXPECT_GE(people, 1000);
    for (std::int32_t person = 0; person < people; ++person) {
        exactly.go(person);
        nearly.go(person);
        for (std::int32_t c = 0; c < capabilities; ++c) {
            const RatingModel::Level of = exactly.level(CapabilityId(c)), as = nearly.level(CapabilityId(c));
            least = std::min(least, std::sqrt(as.variance / of.variance));
            most = std::max(most, std::sqrt(as.variance / of.variance));
            farthest = std::max(farthest, std::abs(as.mean - of.mean));
        }
    }
    EXPECT_GT(least, 0.99);
    EXPECT_LT(most, 1.01);
    EXPECT_LT(farthest, 1e-8);
    for (std::int32_t rater = 0; rater < exact.layout.raters; ++rater)
        EXPECT_NEAR(std::sqrt(series.system.variance(rater) / exact.system.variance(rater)), 1, 0.02) << rater;
}

TEST(Posterior, OfPeersFromAnywhere) {
    expect_near(made(1200, [](int person, const Rate& rate, Draw& draw) {
        rate("manager", 5000 + person / 8);
        for (int i = 0; i < 3; ++i) rate("peer", draw.below(1200));
    }));
}

TEST(Posterior, OfTestsThatManyTook) {
    expect_near(made(1000, [](int, const Rate& rate, Draw& draw) {
        rate("test", 5000 + draw.below(4));
        for (int i = 0; i < 3; ++i) rate("peer", draw.below(1000));
    }));
}

TEST(Posterior, OfAFewWhoRateEverybody) {
    expect_near(made(1000, [](int person, const Rate& rate, Draw& draw) {
        const int first = draw.below(5);
        rate("observation", 5000 + first);
        rate("observation", 5000 + (first + 1 + draw.below(4)) % 5);
        rate("self", person);
    }));
}

TEST(Posterior, OfTeamsSeenFromAllSides) {
    expect_near(made(1200, [](int person, const Rate& rate, Draw& draw) {
        const int first = person / 8 * 8;
        rate("self", person);
        rate("manager", first);
        for (int i = 0; i < 3; ++i) rate("peer", first + draw.below(8));
        for (int i = 1; i < 8 && person == first; ++i) rate("report", first + i);
    }));
}

// However many there are, they are exact where ties between raters end at the team.
TEST(Posterior, OfTeamsWhereAllRateAll) {
    const Case one = made(1200, [](int person, const Rate& rate, Draw&) {
        rate("manager", 5000 + person / 8);
        for (int i = 0; i < 8; ++i)
            if (const int rater = person / 8 * 8 + i; rater != person) rate("peer", rater);
    });
    EXPECT_TRUE(RatingModel(one.organization, one.assessments, known(), nullptr, 1).system.exact());
}

TEST(Posterior, NotOfManyWhomTiesJoin) {
    const Case one = made(400, [](int, const Rate& rate, Draw& draw) {
        for (int i = 0; i < 3; ++i) rate("peer", draw.below(400));
    });
    EXPECT_FALSE(RatingModel(one.organization, one.assessments, known(), nullptr, 1).system.exact());
}

TEST(Posterior, OfALongChain) {
    expect_near(made(2000, [](int person, const Rate& rate, Draw&) {
        rate("peer", person / 50);
        rate("peer", person / 50 + 1);
    }));
}

}  // namespace
}  // namespace gradus
