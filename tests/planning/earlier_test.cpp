#include <gradus/planning/earlier.h>

#include <gtest/gtest.h>

#include <cstring>

#include <gradus/planning/verify.h>

#include "planning/team.h"

namespace gradus {
namespace {

// More people than a search begins with, and money for some of what they would take.
struct Crowd {
    explicit Crowd(unsigned seed) : team(seed, 3000, 8), organization(with_money(18'000, 9'000)), risks(*team.risks) {
        options = team.options;
        options.gap = 1e-3;
        plan.emplace(optimize(organization, risks, options));
    }
    Organization with_money(std::int64_t all, std::int64_t part) const {
        return team.organization->with_limits(
            {.amounts = {{FundId(0), Money(100 * all)}, {FundId(1), Money(100 * part)}}});
    }
    OptimizeOptions from_plan() const {
        OptimizeOptions warm = options;
        warm.earlier = std::make_shared<const Earlier>(Earlier{*plan, organization, risks});
        return warm;
    }
    // A plan that starts from the earlier one keeps its limits, is as near to the best as was asked for, and proves it.
    Plan check(const Organization& changed, const OptimizeOptions& warm, const char* what) const {
        const Plan after = optimize(changed, risks, warm);
        const Verification verdict = verify(changed, risks, after);
        EXPECT_TRUE(verdict.ok()) << what << ": "
                                  << (verdict.violations.size() ? verdict.violations.message[0] : "not confirmed");
        EXPECT_EQ(after.options.earlier, nullptr);
        OptimizeOptions cold = warm;
        cold.earlier = nullptr;
        const Plan other = optimize(changed, risks, cold);
        EXPECT_LE(after.certificate.gap[0], std::max(options.gap, other.certificate.gap[0])) << what;
        EXPECT_LE(other.certificate.value[0], after.certificate.bound[0] * (1 + 1e-9)) << what;
        EXPECT_LE(after.certificate.value[0], other.certificate.bound[0] * (1 + 1e-9)) << what;
        return after;
    }

    Team team;
    Organization organization;
    Risks risks;
    OptimizeOptions options;
    std::optional<Plan> plan;
};

TEST(Earlier, OtherLimitsAreAnsweredFromThePlanBefore) {
    const Crowd crowd(1);
    const OptimizeOptions warm = crowd.from_plan();
    crowd.check(crowd.organization, warm, "the same");
    const double before = crowd.plan->certificate.value[0];
    const double more = crowd.check(crowd.with_money(18'200, 9'000), warm, "more").certificate.value[0];
    EXPECT_GE(more, before) << "what was planned is possible still";
    crowd.check(crowd.with_money(17'900, 9'000), warm, "less");
    crowd.check(crowd.with_money(18'000, 3'000), warm, "much less of one");
    crowd.check(crowd.with_money(40'000, 30'000), warm, "much more");
    crowd.check(crowd.with_money(0, 0), warm, "none");
    crowd.check(crowd.organization.with_limits({.hours = {{PersonId(7), Minutes(0)}, {PersonId(8), Minutes(9000)}}}),
                warm, "hours");
}

TEST(Earlier, WhatChangeCostsIsChargedFromTheSameStart) {
    const Crowd crowd(4);
    OptimizeOptions warm = crowd.from_plan();
    warm.previous = std::make_shared<const PlanItems>(crowd.plan->items);
    warm.change_cost = 0.01;
    const Plan again = crowd.check(crowd.organization, warm, "the same");
    EXPECT_NEAR(again.certificate.value[0], crowd.plan->certificate.value[0], 1e-3 * again.certificate.bound[0]);
    const Plan less = crowd.check(crowd.with_money(17'900, 9'000), warm, "less");
    // And from a plan that was charged itself.
    warm.earlier = std::make_shared<const Earlier>(Earlier{less, crowd.with_money(17'900, 9'000), crowd.risks});
    crowd.check(crowd.with_money(17'800, 9'000), warm, "still less");
}

TEST(Earlier, ACertificateOfOtherHandsIsNotTrusted) {
    const Crowd crowd(1);
    OptimizeOptions warm = crowd.from_plan();
    Earlier forged = *warm.earlier;
    forged.plan.certificate.price_bound.set(Buffer<double>(1, 0.5 * crowd.plan->certificate.value[0]));
    forged.plan.certificate.provenance.stage = "load_plan";
    warm.earlier = std::make_shared<const Earlier>(forged);
    crowd.check(crowd.organization, warm, "forged");
    // Nor is one of another question, though it is true.
    Earlier other = *crowd.from_plan().earlier;
    OptimizeOptions few = crowd.options;
    few.max_activities = 1;
    other.plan = optimize(crowd.organization, crowd.risks, few);
    warm.earlier = std::make_shared<const Earlier>(other);
    crowd.check(crowd.organization, warm, "another question");
    // Nor is it, where the options that it was made with are said to be others.
    other.plan.options.max_activities = crowd.options.max_activities;
    warm.earlier = std::make_shared<const Earlier>(other);
    crowd.check(crowd.organization, warm, "another question in disguise");
}

TEST(Earlier, ThreadsDoNotMatter) {
    const Crowd crowd(4);
    OptimizeOptions warm = crowd.from_plan();
    const Organization changed = crowd.with_money(18'200, 9'000);
    warm.threads = 1;
    const Plan one = optimize(changed, crowd.risks, warm);
    warm.threads = 3;
    const Plan many = optimize(changed, crowd.risks, warm);
    EXPECT_EQ(one.certificate.value[0], many.certificate.value[0]);
    EXPECT_EQ(one.certificate.bound[0], many.certificate.bound[0]);
    ASSERT_EQ(one.items.size(), many.items.size());
    EXPECT_EQ(0, std::memcmp(one.items.activity.data(), many.items.activity.data(), 4 * one.items.size()));
    EXPECT_EQ(one.provenance.digest, many.provenance.digest);
    EXPECT_NE(one.provenance.digest, optimize(changed, crowd.risks, crowd.options).provenance.digest);
}

TEST(Earlier, MoneyThatNoChargesAddUpToWasNotInTheBound) {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        const Team team(seed);
        const std::int64_t whole = (*team.organization)->funds.amount[0].minor_units();
        const Organization odd = team.organization->with_limits({.amounts = {{FundId(0), Money(whole + 9)}}});
        OptimizeOptions warm = team.options;
        warm.earlier = std::make_shared<const Earlier>(Earlier{optimize(odd, *team.risks, warm), odd, *team.risks});
        const Plan again = optimize(*team.organization, *team.risks, warm);
        EXPECT_LE(team.plan->certificate.value[0], again.certificate.bound[0] * (1 + 1e-9)) << seed;
        EXPECT_TRUE(verify(*team.organization, *team.risks, again).ok()) << seed;
    }
}

TEST(Earlier, WhatWasPlentifulAndHadNoPriceGetsOne) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const Team team(seed);
        const Money plenty(100'000'000);
        const Organization rich =
            team.organization->with_limits({.amounts = {{FundId(0), plenty}, {FundId(1), plenty}}});
        OptimizeOptions warm = team.options;
        warm.earlier = std::make_shared<const Earlier>(Earlier{optimize(rich, *team.risks, warm), rich, *team.risks});
        const Plan after = optimize(*team.organization, *team.risks, warm);
        EXPECT_LE(after.certificate.bound[0], team.plan->certificate.bound[0] * 1.001) << seed;
    }
}

TEST(Earlier, SmallTeamsLoseNothing) {
    for (unsigned seed = 1; seed <= 30; ++seed) {
        const Team team(seed);
        OptimizeOptions warm = team.options;
        warm.earlier = std::make_shared<const Earlier>(Earlier{*team.plan, *team.organization, *team.risks});
        const Plan again = optimize(*team.organization, *team.risks, warm);
        EXPECT_GE(again.certificate.value[0], team.plan->certificate.value[0] - 1e-9) << seed;
        EXPECT_LE(again.certificate.bound[0], team.plan->certificate.bound[0] + 1e-9) << seed;
        EXPECT_TRUE(verify(*team.organization, *team.risks, again).ok()) << seed;
    }
}

}  // namespace
}  // namespace gradus
