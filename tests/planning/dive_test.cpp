#include "planning/dive.h"

#include <gtest/gtest.h>

#include "planning/learner.h"
#include "planning/search.h"

namespace gradus {
namespace {

class Dives : public testing::TestWithParam<unsigned> {};

TEST_P(Dives, FindTheBestChoiceOfAll) {
    Learner learner(GetParam());
    const std::optional<double> best = learner.best();
    const std::vector<double> free(static_cast<std::size_t>(learner.draft->limits()), 0.0);
    Found found;
    found.note(*learner.draft);
    std::int64_t nodes = 0;
    Dive dive(*learner.draft, learner.chains, found);
    const double ceiling = dive.run(learner.query, free, 1'000'000, nodes);
    ASSERT_EQ(found.any, best.has_value());
    if (!best) return;
    EXPECT_NEAR(found.net, *best, 1e-9);
    EXPECT_LE(ceiling, *best + 1e-9);
    EXPECT_TRUE(learner.draft->chosen().empty());
    ASSERT_TRUE(learner.draft->replay(found.content));
    EXPECT_NEAR(learner.draft->net(), *best, 1e-9);
}

TEST_P(Dives, BoundTheBestWhereverTheyStop) {
    Learner learner(GetParam());
    const std::optional<double> best = learner.best();
    if (!best) return;
    for (const std::int64_t effort : {1, 10, 50, 200}) {
        std::vector<double> prices_of_limits;
        for (std::int32_t i = 0; i < learner.draft->limits(); ++i) prices_of_limits.push_back(0.2 * learner.part());
        Found found;
        found.note(*learner.draft);
        std::int64_t nodes = 0;
        Dive dive(*learner.draft, learner.chains, found);
        learner.query.tolerance = 0.01 * learner.draw(0, 2);
        const double ceiling = dive.run(learner.query, prices_of_limits, effort, nodes);
        if (found.any) {
            EXPECT_LE(found.net, *best + 1e-9);
            EXPECT_GE(std::max(found.net, ceiling), *best - 1e-9) << effort;
        } else {
            EXPECT_GE(ceiling, *best - 1e-9) << effort;
        }
    }
}

TEST(Dives, AnswerACancelAtOnce) {
    Learner learner(3);
    const std::vector<double> free(static_cast<std::size_t>(learner.draft->limits()), 0.0);
    Control control;
    control.cancel();
    learner.query.control = &control;
    Found found;
    std::int64_t nodes = 0;
    Dive dive(*learner.draft, learner.chains, found);
    const double ceiling = dive.run(learner.query, free, 1'000'000, nodes);
    EXPECT_GE(ceiling, learner.best().value_or(0));
    EXPECT_LE(nodes, 50);
}

INSTANTIATE_TEST_SUITE_P(Random, Dives, testing::Range(0u, 150u));

}  // namespace
}  // namespace gradus
