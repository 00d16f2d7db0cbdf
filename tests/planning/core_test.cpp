#include "planning/core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "planning/every_choice.h"
#include "planning/learner.h"
#include "planning/search.h"

namespace gradus {
namespace {

constexpr std::int64_t patient = 1'000'000;  // nodes

void try_all(Draft& draft, const Query& query, const std::function<void()>& look) {
    draft.begin(query);
    try_all(draft, look);
}

// False where nobody can have what is forced.
bool finds_the_best(Learner& learner, Core& core) {
    const std::optional<double> best = learner.best();
    std::int64_t nodes = 0;
    EXPECT_TRUE(core.open(learner.query) && core.run(0, patient, nodes));
    EXPECT_EQ(core.any(), best.has_value());
    if (!best || !core.any()) return false;
    EXPECT_NEAR(core.net(), *best, 1e-12);
    EXPECT_LE(core.ceiling(), core.net() + 1e-12);
    return true;
}

void find_the_best_that_anybody_finds(unsigned seed) {
    for (const bool again : {false, true}) {
        Learner learner(seed, 6, again);
        Core core(learner.draft->offer);
        if (!finds_the_best(learner, core)) continue;

        // What it describes can be taken, and is worth that.
        Choice choice;
        core.describe(choice);
        Draft& draft = *learner.draft;
        draft.begin(learner.query);
        ASSERT_TRUE(draft.replay(choice.content));
        EXPECT_TRUE(draft.complete());
        EXPECT_NEAR(draft.net(), core.net(), 1e-12);
        EXPECT_NEAR(ChoiceView(choice).net(learner.prices), core.net(), 1e-12);
        while (!draft.chosen().empty()) draft.pop();

        // Started from there, it comes to the same.
        learner.query.known = choice.content;
        Core other(draft.offer);
        EXPECT_TRUE(finds_the_best(learner, other));
    }
}

// Some sessions rule out several others at once; what is in effect for longer may be worth what it is dearer by only while
// nothing else teaches the same.
void choose_among_sessions(unsigned seed) {
    Learner learner(seed, 5, false, 6);
    for (int round = 0; round < 20; ++round) {
        for (std::size_t r = 1; round > 0 && r < learner.prices.size(); ++r)
            learner.prices[r] = 0.1 * learner.draw(0, 8);
        learner.draft->begin(learner.query);
        Core core(learner.draft->offer);
        if (!finds_the_best(learner, core)) return;
    }
}

void stop_early_with_a_bound_that_holds(unsigned seed) {
    Learner learner(seed, 9, seed % 2 == 1);
    Core core(learner.draft->offer);
    ASSERT_TRUE(core.open(learner.query));
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

void gather_all_that_is_nearly_as_good(unsigned seed) {
    for (const bool again : {false, true}) {
        Learner learner(seed, 6, again);
        // Of everything, and of what is worth its price but for 0.3: what is near must be in both.
        Draft& draft = *learner.draft;
        std::map<std::vector<std::int32_t>, double> all;
        std::vector<std::int32_t> content;
        try_all(draft, learner.query, [&] {
            draft.describe(content);
            all[content] = draft.net();
        });
        draft.offer.open(PersonId(0), &learner.duties, false, learner.prices, 0.3);
        double complete = -1;
        std::vector<Choice> near;
        learner.query.complete = &complete;
        learner.query.near = &near;
        learner.query.within = 0.3;
        learner.query.most_near = 10'000;
        Core core(draft.offer);
        ASSERT_TRUE(core.open(learner.query));
        std::int64_t nodes = 0;
        ASSERT_TRUE(core.run(0, patient, nodes));
        if (!core.any()) continue;
        core.gather(patient, nodes);
        std::vector<std::vector<std::int32_t>> found;
        for (const Choice& choice : near) {
            EXPECT_GE(ChoiceView(choice).net(learner.prices), core.net() - 0.3 - 1e-12);
            ASSERT_TRUE(all.contains(choice.content));
            EXPECT_NEAR(ChoiceView(choice).net(learner.prices), all[choice.content], 1e-12);
            found.push_back(choice.content);
        }
        std::sort(found.begin(), found.end());
        EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end());
        Choice best;
        core.describe(best);
        EXPECT_TRUE(std::binary_search(found.begin(), found.end(), best.content));
        for (const auto& [whole, net] : all) {
            EXPECT_LE(net, core.net() + 1e-12);
            EXPECT_TRUE(net <= core.net() - complete + 1e-12 || std::binary_search(found.begin(), found.end(), whole));
        }
        if (near.size() < 10'000) {
            EXPECT_NEAR(complete, 0.3, 1e-12);
        }

        // Of the three best, it says how far they are all there is.
        learner.query.most_near = 3;
        complete = -1;
        ASSERT_TRUE(core.run(0, patient, nodes));
        core.gather(patient, nodes);
        ASSERT_LE(near.size(), 3u);
        for (const auto& [whole, net] : all)
            if (net > core.net() - complete + 1e-12) {
                EXPECT_TRUE(
                    std::any_of(near.begin(), near.end(), [&](const Choice& one) { return one.content == whole; }));
            }
    }
}

void leave_nothing_out_that_is_worth_its_price(unsigned seed) {
    Learner learner(seed, 6, seed % 2 == 1);
    const std::optional<double> best = learner.best();
    Search search(*learner.catalog);
    search.draft.offer.anew = learner.draft->offer.anew;
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

// Each over all seeds: a test of its own for each seed would take longer to start than to run.
void over_all_seeds(void (*check)(unsigned)) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        SCOPED_TRACE(seed);
        check(seed);
    }
}

TEST(Cores, FindTheBestThatAnybodyFinds) { over_all_seeds(find_the_best_that_anybody_finds); }
TEST(Cores, ChooseAmongSessions) { over_all_seeds(choose_among_sessions); }
TEST(Cores, StopEarlyWithABoundThatHolds) { over_all_seeds(stop_early_with_a_bound_that_holds); }
TEST(Cores, GatherAllThatIsNearlyAsGood) { over_all_seeds(gather_all_that_is_nearly_as_good); }
TEST(Cores, LeaveNothingOutThatIsWorthItsPrice) { over_all_seeds(leave_nothing_out_that_is_worth_its_price); }

}  // namespace
}  // namespace gradus
