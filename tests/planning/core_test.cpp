#include "planning/core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "planning/learner.h"
#include "planning/search.h"

namespace gradus {
namespace {

constexpr std::int64_t patient = 1'000'000;  // nodes

class Cores : public testing::TestWithParam<unsigned> {};

TEST_P(Cores, FindTheBestThatAnybodyFinds) {
    Learner learner(GetParam());
    const std::optional<double> best = learner.best();
    Core core(learner.draft->offer);
    if (!core.open(learner.query)) return;  // for the other gears
    std::int64_t nodes = 0;
    ASSERT_TRUE(core.run(0, patient, nodes));
    ASSERT_EQ(core.any(), best.has_value());
    if (!best) return;
    EXPECT_NEAR(core.net(), *best, 1e-12);
    EXPECT_LE(core.ceiling(), core.net() + 1e-12);

    // What it describes can be taken, and is worth that.
    Choice choice;
    core.describe(choice);
    learner.draft->begin(learner.query);
    ASSERT_TRUE(learner.draft->replay(choice.content));
    EXPECT_TRUE(learner.draft->complete());
    EXPECT_NEAR(learner.draft->net(), *best, 1e-12);
    EXPECT_NEAR(ChoiceView(choice).net(learner.prices), *best, 1e-12);
}

TEST_P(Cores, StopEarlyWithABoundThatHolds) {
    Learner learner(GetParam(), 9);
    Core core(learner.draft->offer);
    if (!core.open(learner.query)) return;
    std::int64_t nodes = 0;
    const bool settled = core.run(0, 3, nodes);
    const std::optional<double> best = learner.best();
    if (!best) return;
    if (core.any()) {
        EXPECT_GE(std::max(core.net(), core.ceiling()), *best - 1e-12);
    } else {
        EXPECT_FALSE(settled);
        EXPECT_GE(core.ceiling(), *best - 1e-12);
    }
}

TEST_P(Cores, GatherAllThatIsNearlyAsGood) {
    Learner learner(GetParam());
    // Of everything, and of what is worth its price but for 0.3: what is near must be in both.
    learner.draft->offer.open(PersonId(0), &learner.duties);
    Draft& draft = *learner.draft;
    std::vector<std::pair<double, std::vector<std::int32_t>>> all;
    draft.begin(learner.query);
    const std::function<void(std::size_t)> extend = [&](std::size_t c) {
        if (c == draft.offer.courses.size()) {
            if (!draft.complete()) return;
            all.push_back({draft.net(), {}});
            draft.describe(all.back().second);
            return;
        }
        extend(c + 1);
        for (std::int32_t w = draft.offer.courses[c].first_way; w < draft.offer.courses[c].last_way; ++w) {
            Way way;
            if (!draft.place(w, way)) continue;
            draft.push(way);
            extend(c + 1);
            draft.pop();
        }
    };
    extend(0);
    learner.draft->offer.open(PersonId(0), &learner.duties, false, learner.prices, 0.3);
    double complete = -1;
    learner.query.complete = &complete;
    std::vector<Choice> near;
    learner.query.near = &near;
    learner.query.within = 0.3;
    learner.query.most_near = 10'000;
    Core core(learner.draft->offer);
    if (!core.open(learner.query)) return;
    std::int64_t nodes = 0;
    ASSERT_TRUE(core.run(0, patient, nodes));
    if (!core.any()) return;
    core.gather(patient, nodes);
    std::vector<std::vector<std::int32_t>> found;
    for (const Choice& choice : near) {
        EXPECT_GE(ChoiceView(choice).net(learner.prices), core.net() - 0.3 - 1e-12);
        found.push_back(choice.content);
    }
    std::sort(found.begin(), found.end());
    EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end());
    Choice best;
    core.describe(best);
    EXPECT_TRUE(std::binary_search(found.begin(), found.end(), best.content));

    EXPECT_NEAR(complete, 0.3, 1e-12);
    for (const auto& [net, content] : all) {
        EXPECT_LE(net, core.net() + 1e-12);
        EXPECT_TRUE(net < core.net() - 0.3 + 1e-12 || std::binary_search(found.begin(), found.end(), content));
    }

    // Of the three best, it says how far they are all there is.
    learner.query.most_near = 3;
    complete = -1;
    ASSERT_TRUE(core.run(0, patient, nodes));
    core.gather(patient, nodes);
    ASSERT_LE(near.size(), 3u);
    for (const auto& [net, content] : all)
        if (net > core.net() - complete + 1e-12) {
            EXPECT_TRUE(
                std::any_of(near.begin(), near.end(), [&](const Choice& one) { return one.content == content; }));
        }
}

TEST_P(Cores, LeaveNothingOutThatIsWorthItsPrice) {
    Learner learner(GetParam());
    const std::optional<double> best = learner.best();
    Search search(*learner.catalog);
    search.draft.offer.open(PersonId(0), &learner.duties, false, learner.prices);
    Choice choice;
    std::int64_t nodes = 0;
    const double bound = search.run(learner.query, choice, nodes);
    if (!best) {
        EXPECT_EQ(bound, -std::numeric_limits<double>::infinity());
        return;
    }
    EXPECT_NEAR(ChoiceView(choice).net(learner.prices), *best, 1e-12);
    EXPECT_NEAR(bound, *best, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Random, Cores, testing::Range(0u, 120u));

}  // namespace
}  // namespace gradus
