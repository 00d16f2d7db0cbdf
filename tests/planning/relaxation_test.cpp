#include "planning/relaxation.h"

#include <gtest/gtest.h>

#include "planning/learner.h"

namespace gradus {
namespace {

class Relaxations : public testing::TestWithParam<unsigned> {};

TEST_P(Relaxations, BoundEveryChoiceAtAnyMultipliers) {
    Learner learner(GetParam());
    const std::optional<double> best = learner.best();
    if (!best) return;
    Relaxation relaxation;
    const std::vector<double> free(static_cast<std::size_t>(learner.draft->limits()), 0.0);
    Multipliers multipliers = relaxation.open(*learner.draft, learner.chains, {}, free);
    const Allowed all = relaxation.everything();
    const auto never = [] { return false; };
    const double first = relaxation.improve(all, multipliers, *best, *best, 0, never);
    EXPECT_GE(first, *best - 1e-9);
    Multipliers better = multipliers;
    const double second = relaxation.improve(all, better, *best, *best, 40, never);
    EXPECT_GE(second, *best - 1e-9);
    EXPECT_LE(second, first + 1e-9);
    for (const double most : relaxation.most()) EXPECT_LE(most, second + 1e-9);
    for (std::vector<double>* part : {&multipliers.worth, &multipliers.turn})
        for (double& x : *part) x += 0.05 * learner.part() * learner.draw(0, 1);
    EXPECT_GE(relaxation.improve(all, multipliers, *best, *best, 0, never), *best - 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Random, Relaxations, testing::Range(0u, 100u));

}  // namespace
}  // namespace gradus
