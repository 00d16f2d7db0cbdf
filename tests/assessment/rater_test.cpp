#include <gradus/assessment/rater.h>

#include <gtest/gtest.h>

#include <cmath>

#include "risk/cases.h"

namespace gradus {
namespace {

/// Three of each of two groups, all tested at 3 of 1 to 5; those of w rate themselves 5, the others 3.
Organization two_groups() {
    return build(small(
        {{"people",
          {{"person", "role"}, {"a", "R"}, {"b", "R"}, {"c", "R"}, {"d", "R"}, {"e", "R"}, {"f", "R"}, {"g", "R"}}},
         {"person_attributes",
          {{"person", "attribute", "value"},
           {"a", "group", "w"},
           {"b", "group", "w"},
           {"c", "group", "w"},
           {"d", "group", "v"},
           {"e", "group", "v"},
           {"f", "group", "v"}}}}));
}

Estimates rated(const Organization& organization, std::string_view silent = {}) {
    Cells cells = {{"person", "capability", "level", "source"}};
    for (const std::string_view person : {"a", "b", "c", "d", "e", "f"}) {
        cells.push_back({person, "A", "3", "test"});
        if (person != silent) cells.push_back({person, "A", person < "d" ? "5" : "3", "self"});
    }
    cells.push_back({"g", "A", "1", "self"});  // of neither group
    cells.push_back({"a", "B", "3", "manager"});
    EstimateOptions options{.as_of = today, .threads = 1};
    options.variances.person = 0.02;
    options.variances.person_capability = 0.01;
    options.variances.severity = {0.01, 0.01, 0.01, 0.01, 0.01, 0.01};
    options.variances.halo = {0, 0.01, 0.01, 0.01, 0.01, 0.01};
    options.variances.residual = {0.04, 0.02, 0.02, 0.02, 0.01, 0.02};
    return estimate(organization, assess(organization, std::move(cells)), options);
}

struct Found {
    Source against = missing<Source>();
    double difference = 0, sd = 0, detectable = 0;
    std::int32_t people = 0, others = 0;
};
Found of(const Fairness& fairness, std::string_view value, Source source) {
    for (std::size_t i = 0; i < fairness.size(); ++i)
        if (fairness.value[i] == value && fairness.source[i] == source)
            return {fairness.against[i],    fairness.difference[i], fairness.sd[i],
                    fairness.detectable[i], fairness.people[i],     fairness.others[i]};
    return {.difference = missing<double>()};  // left out
}

// Everyone has one rating of each source, so least squares are the difference of differences. The person's own level cancels: of self
// against test severity, halo and both residuals are left, 0.01 + 0 + 0.04 + 0.01, over three people in each group.
TEST(Fairness, IsTheDifferenceOfDifferencesWhereAllAreRatedAlike) {
    const Organization org = two_groups();
    const Estimates estimates = rated(org);
    const Found found = of(check_fairness(estimates, 3), "w", Source::self);
    EXPECT_EQ(found.against, Source::test);
    EXPECT_NEAR(found.difference, 0.5, 1e-8);
    EXPECT_NEAR(found.sd, std::sqrt(0.06 * 2 / 3), 1e-8);
    EXPECT_NEAR(found.detectable, 2.8 * found.sd, 1e-12);
    EXPECT_EQ(found.people, 3);
    EXPECT_EQ(found.others, 3);
    EXPECT_NEAR(of(check_fairness(estimates, 3), "v", Source::self).difference, -0.5, 1e-8);
}

TEST(Fairness, TurnsAroundWithItsAnchor) {
    const Organization org = two_groups();
    const Estimates estimates = rated(org);
    const Fairness turned = check_fairness(estimates, 3, Source::self);
    EXPECT_TRUE(is_missing(of(turned, "w", Source::self).against));
    EXPECT_TRUE(is_missing(of(turned, "w", Source::self).difference));
    const Found found = of(turned, "w", Source::test);
    EXPECT_EQ(found.against, Source::self);
    EXPECT_NEAR(found.difference, -0.5, 1e-8);
    EXPECT_NEAR(found.sd, std::sqrt(0.06 * 2 / 3), 1e-8);
}

TEST(Fairness, IsNotToldOfFewOnEitherSideOrOfAnAnchorThatRatedFew) {
    const Organization org = two_groups();
    const Estimates estimates = rated(org);
    EXPECT_TRUE(is_missing(of(check_fairness(estimates, 4), "w", Source::self).difference));
    EXPECT_TRUE(is_missing(of(check_fairness(estimates, 2, Source::manager), "w", Source::self).difference));
    EXPECT_TRUE(is_missing(of(check_fairness(estimates, 2), "w", Source::manager).difference));
    for (const Source absent : {Source::peer, Source::observation}) try {
            check_fairness(estimates, 3, absent);
            ADD_FAILURE() << "nobody rated as " << Words<Source>::names[static_cast<std::size_t>(absent)];
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::invalid_option);
            EXPECT_EQ(error.column(), "against");
        }
}

// Of v one has not rated themself: two are compared with three, and the few decide, whichever side they are on.
TEST(Fairness, CountsOthersAsStrictly) {
    const Organization org = two_groups();
    const Estimates estimates = rated(org, "f");
    for (const std::string_view value : {"v", "w"}) {
        EXPECT_TRUE(is_missing(of(check_fairness(estimates, 3), value, Source::self).difference)) << value;
        EXPECT_FALSE(is_missing(of(check_fairness(estimates, 2), value, Source::self).difference)) << value;
        EXPECT_TRUE(is_missing(of(check_fairness(estimates, 3, Source::self), value, Source::test).difference))
            << value;
    }
}

}  // namespace
}  // namespace gradus
