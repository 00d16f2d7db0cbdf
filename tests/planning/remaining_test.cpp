#include <gradus/planning/remaining.h>

#include <atomic>
#include <list>
#include <thread>

#include <gtest/gtest.h>

#include "planning/team.h"

namespace gradus {
namespace {

/// Eight people who each would take x, a seat in its one session and a part of the fund; there is room for three, and the
/// plan was made when nobody lacked anything.
struct Rush {
    Rush() {
        Cells people = {{"person", "role"}};
        for (int i = 0; i < 8; ++i) people.push_back({texts.emplace_back("p" + std::to_string(i)), "R"});
        organization.emplace(
            build({{"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}, {"S", "3"}}},
                   {"capabilities", {{"capability", "scale"}, {"A", "S"}}},
                   {"roles", {{"role"}, {"R"}}},
                   {"requirements", {{"role", "capability", "level"}, {"R", "A", "3"}}},
                   {"people", people},
                   {"activities", {{"activity", "cost"}, {"x", "100"}}},
                   {"outcomes", {{"activity", "capability", "uplift"}, {"x", "A", "1"}}},
                   {"sessions", {{"session", "activity", "first_day", "seats"}, {"s", "x", "2026-05-01", "3"}}},
                   {"funds", {{"fund", "amount", "parent"}, {"all", "430", ""}, {"f", "420", "all"}}}}));
        risks.emplace(risks_of("3"));
        OptimizeOptions options;
        options.start = day("2026-04-01");
        plan.emplace(optimize(*organization, *risks, options));
        desk.emplace(*organization, *risks, *plan);
        levels.emplace(estimates("2"));
        for (int i = 0; i < 8; ++i) proposals.push_back(replan(*desk, PersonId(i), {.now = {.estimates = &*levels}}));
    }
    Estimates estimates(std::string_view mean) {
        Cells cells = {{"person", "capability", "mean", "sd"}};
        for (int i = 0; i < 8; ++i)
            cells.push_back({organization->people()[static_cast<std::size_t>(i)], "A", mean, "0"});
        return load_estimates(*organization, input({"estimates", cells}), day("2026-03-31"), 1);
    }
    Risks risks_of(std::string_view mean) {
        return assess_risk(*organization, find_gaps(*organization, estimates(mean)));
    }

    std::list<std::string> texts;
    std::optional<Organization> organization;
    std::optional<Risks> risks;
    std::optional<Plan> plan;
    std::optional<Desk> desk;
    std::optional<Estimates> levels;
    std::vector<Proposal> proposals;
};

std::vector<std::int64_t> left(const Remaining& remaining) {
    std::vector<std::int64_t> units;
    for (const Amount amount : remaining.resources().left) units.push_back(amount.units());
    return units;
}

TEST(Remaining, TakesWholeOrNotAtAllAndSaysWhatLacks) {
    const Rush rush;
    Remaining remaining(*rush.desk);
    ASSERT_EQ(left(remaining), (std::vector<std::int64_t>{43000, 42000, 3}));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(remaining.try_take(rush.proposals[i]).size(), 0u);
    ASSERT_EQ(left(remaining), (std::vector<std::int64_t>{13000, 12000, 0}));
    const Refusal refusal = remaining.try_take(rush.proposals[3]);
    ASSERT_EQ(refusal.size(), 1u);
    EXPECT_EQ(refusal.cause[0], Cause::lack);
    EXPECT_EQ(refusal.kind[0], ResourceKind::session);
    EXPECT_EQ((*refusal.resource.strings())[static_cast<std::size_t>(refusal.resource[0].value())], "s");
    EXPECT_EQ(refusal.left[0].units(), 0);
    EXPECT_EQ(refusal.demanded[0].units(), 1);
    EXPECT_EQ(refusal.lacking[0].units(), 1);
    EXPECT_EQ(left(remaining), (std::vector<std::int64_t>{13000, 12000, 0}));
    EXPECT_EQ(remaining.items().size(), 3u);
}

TEST(Remaining, RefusesWhatIsStale) {
    const Rush rush;
    Remaining remaining(*rush.desk);
    EXPECT_EQ(remaining.try_take(rush.proposals[0]).size(), 0u);
    const Refusal again = remaining.try_take(rush.proposals[0]);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again.cause[0], Cause::stale);
    EXPECT_TRUE(is_missing(again.left[0]));
    EXPECT_EQ(left(remaining)[2], 2);
    // What is proposed from what is held now changes nothing, and may be taken.
    const Proposal now =
        replan(*rush.desk, PersonId(0), {.now = {.estimates = &*rush.levels, .remaining = &remaining}});
    EXPECT_EQ(now.held.size(), 1u);
    EXPECT_EQ(now.changes.size(), 0u);
    EXPECT_EQ(remaining.try_take(now).size(), 0u);
    EXPECT_EQ(left(remaining)[2], 2);
}

TEST(Remaining, GivesBackOnce) {
    const Rush rush;
    Remaining remaining(*rush.desk);
    EXPECT_EQ(remaining.give_back(rush.proposals[0]).size(), 1u);  // never taken
    EXPECT_EQ(remaining.try_take(rush.proposals[0]).size(), 0u);
    EXPECT_EQ(remaining.give_back(rush.proposals[0]).size(), 0u);
    EXPECT_EQ(left(remaining), (std::vector<std::int64_t>{43000, 42000, 3}));
    const Refusal again = remaining.give_back(rush.proposals[0]);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again.cause[0], Cause::stale);
    EXPECT_EQ(left(remaining), (std::vector<std::int64_t>{43000, 42000, 3}));
    EXPECT_EQ(remaining.items().size(), 0u);
}

TEST(Remaining, WhatIsGivenBackMayLackWhatItNeedsAgain) {
    const Rush rush;
    Remaining remaining(*rush.desk);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(remaining.try_take(rush.proposals[i]).size(), 0u);
    const Proposal leave =
        replan(*rush.desk, PersonId(0),
               {.now = {.remaining = &remaining}, .exclude = {id<ActivityTag>(*rush.organization, "x")}});
    ASSERT_EQ(leave.changes.size(), 1u);
    EXPECT_EQ(remaining.try_take(leave).size(), 0u);
    EXPECT_EQ(remaining.try_take(rush.proposals[3]).size(), 0u);
    const Refusal refusal = remaining.give_back(leave);
    ASSERT_EQ(refusal.size(), 1u);
    EXPECT_EQ(refusal.cause[0], Cause::lack);
}

TEST(Remaining, RefusesProposalsOfAnotherPlan) {
    const Rush rush;
    const Team team(3);
    const Desk other(*team.organization, *team.risks, *team.plan);
    Remaining remaining(other);
    EXPECT_THROW(remaining.try_take(rush.proposals[0]), Error);
    EXPECT_THROW(remaining.give_back(rush.proposals[0]), Error);
    EXPECT_THROW(remaining.try_take(Proposal()), Error);
}

// Many threads take, give back and look on; nothing is ever overdrawn, and what is gone is what was taken.
TEST(Remaining, IsNeverOverdrawnByManyThreads) {
    const Rush rush;
    Remaining remaining(*rush.desk);
    const auto all = left(remaining);
    std::atomic<int> held = 0, overdrawn = 0, uneven = 0;
    std::atomic<bool> done = false;
    std::thread watch([&] {
        while (!done) {
            const auto now = left(remaining);
            for (const std::int64_t units : now) overdrawn += units < 0;
            uneven += all[0] - now[0] != 10000 * (all[2] - now[2]) || all[1] - now[1] != all[0] - now[0];
        }
    });
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            for (int k = 0; k < 300; ++k) {
                const Proposal& proposal = rush.proposals[static_cast<std::size_t>(t + k) % 8];
                if (remaining.try_take(proposal).size() == 0) ++held;
                if (k % 3 != 0 && remaining.give_back(proposal).size() == 0) --held;
            }
        });
    for (std::thread& thread : threads) thread.join();
    done = true;
    watch.join();
    EXPECT_EQ(overdrawn, 0);
    EXPECT_EQ(uneven, 0);
    const auto now = left(remaining);
    EXPECT_EQ(all[2] - now[2], held);
    EXPECT_EQ(all[1] - now[1], 10000 * held);
    EXPECT_EQ(remaining.items().size(), static_cast<std::size_t>(held));
}

}  // namespace
}  // namespace gradus
