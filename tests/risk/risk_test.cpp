#include <gradus/risk/risk.h>

#include <gtest/gtest.h>

#include <map>

#include "risk/cases.h"
#include "risk/strategy.h"

namespace gradus {
namespace {

const RiskOptions one_thread{.threads = 1};

Risks risks_of(const Organization& org, Cells estimates, const RiskOptions& options = one_thread) {
    return assess_risk(org, find_gaps(org, believe(org, std::move(estimates)), {.threads = 1}), options);
}

TEST(Risk, ImpactExposureAndBands) {
    const Organization org = build(small({{"requirements",
                                           {{"role", "capability", "level", "criticality"},
                                            {"R", "A", "4", "5"},
                                            {"R", "B", "2", ""},
                                            {"T", "B", "5", "1"}}},
                                          {"target_roles", {{"person", "role"}, {"p", "T"}}},
                                          {"personal_goals", {{"person", "capability", "level"}, {"p", "A", "5"}}}}));
    const Risks risks =
        risks_of(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "2", "0"}, {"p", "B", "3", "0"}});
    ASSERT_EQ(risks.size(), 4u);
    EXPECT_EQ(risks.name(), "risks");
    EXPECT_EQ(risks.criticality[0], 5);
    EXPECT_EQ(risks.strategic_weight[0], 1);
    EXPECT_EQ(risks.impact[0], 5);
    EXPECT_EQ(risks.exposure[0], 5 * 2 / 4.0);
    EXPECT_EQ(risks.likelihood_band[0], 5);
    EXPECT_EQ(risks.impact_band[0], 3);
    EXPECT_EQ(risks.risk_level[0], RiskLevel::high);
    EXPECT_EQ(risks.criticality[1], 3);
    EXPECT_EQ(risks.exposure[1], 0);
    EXPECT_EQ(risks.risk_level[1], RiskLevel::low);
    EXPECT_EQ(risks.criticality[2], 1);  // of the target role
    EXPECT_EQ(risks.exposure[2], 0.5);
    EXPECT_EQ(risks.criticality[3], 3);  // of a goal
    EXPECT_EQ(risks.exposure[3], 3 * 3 / 4.0);
}

TEST(Risk, BandsCountCutsStrictlyBelow) {
    const Organization org =
        build(small({{"requirements", {{"role", "capability", "level", "criticality"}, {"R", "A", "4", "4"}}}}));
    RiskOptions options = one_thread;
    options.likelihood_bands = {0.25, 0.5, 0.75, 0.9};
    const Risks risks = risks_of(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "4", "1"}}, options);
    EXPECT_EQ(risks.likelihood[0], 0.5);
    EXPECT_EQ(risks.likelihood_band[0], 2);
    EXPECT_EQ(risks.impact_band[0], 2);  // impact 4, cuts 2, 4, 6, 8
    EXPECT_EQ(risks.risk_level[0], RiskLevel::low);
    options.level_cuts = {3, 5, 7};
    EXPECT_EQ(risks_of(org, {{"person", "capability", "mean", "sd"}, {"p", "A", "4", "1"}}, options).risk_level[0],
              RiskLevel::moderate);
}

TEST(Risk, SharesTheColumnsOfTheGaps) {
    const Organization org = build(small());
    const Gaps gaps = find_gaps(org, believe(org, {{"person", "capability", "mean", "sd"}}));
    const Risks risks = assess_risk(org, gaps);
    EXPECT_EQ(risks.mean.data(), gaps.mean.data());
    EXPECT_EQ(risks.find("mean")->data(), gaps.mean.data());
    EXPECT_EQ(risks.column_count(), gaps.column_count() + 7);
    EXPECT_NE(risks.provenance.digest, gaps.provenance.digest);
}

TEST(Risk, StrategicWeight) {
    const Organization org = build(
        small({{"capabilities", {{"capability", "scale", "parent"}, {"A", "S", "G"}, {"B", "S", ""}, {"G", "S", ""}}},
               {"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "B", "4"}}},
               {"units", {{"unit", "parent"}, {"U", ""}, {"V", "U"}}},
               {"people", {{"person", "role", "unit"}, {"p", "R", "V"}, {"q", "R", ""}}},
               {"objectives",
                {{"objective", "parent", "weight"}, {"child", "top", "1"}, {"other", "", "4"}, {"top", "", "3"}}},
               {"objective_links",
                {{"objective", "capability", "strength", "unit"},
                 {"child", "G", "0.5", ""},
                 {"child", "A", "0.8", "U"},
                 {"other", "A", "0.25", ""},
                 {"top", "A", "0.25", ""}}}}));
    const Risks risks = risks_of(org, {{"person", "capability", "mean", "sd"}});
    // p is below U: child and, through it, top at 0.8, other at 0.25.
    EXPECT_DOUBLE_EQ(risks.strategic_weight[0], 1 + (1 * 0.8 + 3 * 0.8 + 4 * 0.25) / 8);
    EXPECT_DOUBLE_EQ(risks.strategic_weight[1], 1);
    EXPECT_DOUBLE_EQ(risks.strategic_weight[2], 1 + (1 * 0.5 + 3 * 0.5 + 4 * 0.25) / 8);
    EXPECT_DOUBLE_EQ(risks.impact[0], 3 * risks.strategic_weight[0]);
    const auto strongest = [&](std::string_view person, std::string_view capability) {
        return strongest_objective(org, id<PersonTag>(org, person), id<CapabilityTag>(org, capability), today);
    };
    EXPECT_EQ(strongest("p", "A"), id<ObjectiveTag>(org, "child"));  // 0.8 · (1 + 3)
    EXPECT_EQ(strongest("q", "A"), id<ObjectiveTag>(org, "child"));  // 0.5 · 4 against 0.25 · 4 and 0.25 · 3
    EXPECT_FALSE(strongest("q", "B"));
}

/// By the definition, link by link.
double plain_weight(const Organization& org, PersonId person, CapabilityId capability, RoleId role) {
    const ObjectiveLinks& links = org->objective_links;
    double total = 0, sum = 0;
    for (const double weight : org->objectives.weight) total += weight;
    for (std::size_t o = 0; o < org->objectives.size(); ++o) {
        double strongest = 0;
        for (std::size_t row = 0; row < links.size(); ++row)
            if (org.relations().objectives.holds(static_cast<std::int32_t>(o), links.objective[row].value()) &&
                org.relations().capabilities.holds(links.capability[row].value(), capability.value()) &&
                holds(org, links.scope, row, person, role))
                strongest = std::max(strongest, links.strength[row]);
        sum += org->objectives.weight[o] / total * strongest;
    }
    return 1 + sum;
}

TEST(Risk, StrategicWeightByItsDefinition) {
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        Random random(seed, 200);
        const Organization org = random.organization();
        const Strategy strategy(org, today, 1);
        std::map<double, int> seen;
        for (std::size_t i = 0; i < org->people.size(); ++i)
            for (std::size_t c = 0; c < org->capabilities.size(); ++c) {
                const PersonId person(static_cast<std::int32_t>(i));
                const CapabilityId capability(static_cast<std::int32_t>(c));
                const double weight = strategy.weight(person, capability);
                ASSERT_NEAR(weight, plain_weight(org, person, capability, role_at(org, person, today)), 1e-14);
                ASSERT_EQ(weight, strategy.weight(person, capability));
                ASSERT_EQ(strategy.strongest(person, capability), strongest_objective(org, person, capability, today));
                ++seen[weight];
            }
        EXPECT_GT(seen.size(), 10u);
    }
}

TEST(Risk, DeepTrees) {
    std::vector<std::string> keys;
    for (int i = 0; i < 5000; ++i) keys.push_back("n" + std::to_string(10000 + i));
    Cells capabilities = {{"capability", "scale", "parent"}}, objectives = {{"objective", "parent"}};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        capabilities.push_back({keys[i], "S", i ? std::string_view(keys[i - 1]) : ""});
        objectives.push_back({keys[i], i ? std::string_view(keys[i - 1]) : ""});
    }
    const Organization org = build(
        small({{"capabilities", capabilities},
               {"requirements", {{"role", "capability", "level"}, {"R", keys.back(), "4"}}},
               {"objectives", objectives},
               {"objective_links", {{"objective", "capability", "strength"}, {keys.back(), keys.front(), "0.5"}}}}));
    EXPECT_NEAR(risks_of(org, {{"person", "capability", "mean", "sd"}}).strategic_weight[0], 1.5, 1e-12);
}

TEST(Risk, SameBytesForAnyThreads) {
    Random random(4, 6000);
    const Organization org = random.organization();
    const Gaps gaps = find_gaps(org, estimate(org, random.assessments(org), {.as_of = today}));
    const Risks first = assess_risk(org, gaps, one_thread);
    for (const int threads : {2, 3, 7}) {
        const Risks again = assess_risk(org, gaps, {.threads = threads});
        EXPECT_EQ(bytes(again), bytes(first));
        EXPECT_EQ(again.provenance.digest, first.provenance.digest);
    }
}

TEST(Risk, RefusesOptionsOutsideTheirRange) {
    const Organization org = build(small());
    const Gaps gaps = find_gaps(org, believe(org, {{"person", "capability", "mean", "sd"}}));
    EXPECT_THROW(assess_risk(org, gaps, {.likelihood_bands = {0, 0.3, 0.5, 0.8}}), Error);
    EXPECT_THROW(assess_risk(org, gaps, {.likelihood_bands = {0.1, 0.3, 0.3, 0.8}}), Error);
    EXPECT_THROW(assess_risk(org, gaps, {.impact_bands = {2, 4, 6, missing<double>()}}), Error);
    EXPECT_THROW(assess_risk(org, gaps, {.level_cuts = {4, 9, 8}}), Error);
}

TEST(LoadRisks, CompletesWhatIsAbsent) {
    const Organization org = build(small());
    const Risks risks = load_risks(org,
                                   input({"risks",
                                          {{"person", "basis", "role", "capability", "required", "mean", "sd",
                                            "likelihood", "shortfall", "impact"},
                                           {"p", "role", "R", "A", "4", "2", "0", "1", "2", "6.5"}}}),
                                   today);
    ASSERT_EQ(risks.size(), 1u);
    EXPECT_EQ(risks.criticality[0], 3);
    EXPECT_EQ(risks.strategic_weight[0], 1);
    EXPECT_EQ(risks.exposure[0], 6.5 * 2 / 4);
    EXPECT_EQ(risks.likelihood_band[0], 5);
    EXPECT_EQ(risks.impact_band[0], 4);
    EXPECT_EQ(risks.risk_level[0], RiskLevel::extreme);
    EXPECT_EQ(risks.provenance.as_of, today);
}

}  // namespace
}  // namespace gradus
