#include "planning/describe.h"

#include <gtest/gtest.h>

#include "planning/team.h"
#include "risk/cases.h"

namespace gradus {
namespace {

/// More people than are described in one piece.
constexpr int crowd = 2600;

std::vector<Item> items_of(const Plan& plan, PersonId person) {
    std::vector<Item> items;
    for (std::size_t row = 0; row < plan.items.size(); ++row)
        if (plan.items.person[row] == person) items.push_back(item_of(plan.items, row));
    return items;
}

TEST(Describe, OfManyEachIsAsIfAlone) {
    const Team team(3, crowd);
    const Plan& plan = *team.plan;
    ASSERT_GT(plan.people.size(), 500u);
    std::size_t item = 0, goal = 0;
    for (std::size_t p = 0; p < plan.people.size(); ++p) {
        const PersonId person = plan.people.person[p];
        const auto items = static_cast<std::size_t>(plan.people.activities[p]);
        std::size_t goals = 0;
        while (goal + goals < plan.goals.size() && plan.goals.person[goal + goals] == person) ++goals;
        if (p % 60 == 0) {
            const std::vector<Item> held = items_of(plan, person);
            ASSERT_EQ(held.size(), items);
            Plan alone;
            alone.options = plan.options;
            tabulate(*team.organization, held, Buffer<double>(items, 0.0), Buffer<Reason>(items, Reason::risk),
                     alone.items);
            describe(*team.organization, *team.risks, alone);
            ASSERT_EQ(alone.people.size(), 1u);
            EXPECT_EQ(alone.people.exposure_before[0], plan.people.exposure_before[p]);
            EXPECT_EQ(alone.people.exposure_after[0], plan.people.exposure_after[p]);
            EXPECT_EQ(alone.people.kinds[0], plan.people.kinds[p]);
            EXPECT_EQ(alone.people.cost[0], plan.people.cost[p]);
            for (std::size_t i = 0; i < items; ++i) {
                EXPECT_EQ(alone.items.activity[i], plan.items.activity[item + i]);
                EXPECT_EQ(alone.items.gain[i], plan.items.gain[item + i]);
                EXPECT_EQ(alone.items.reason[i], plan.items.reason[item + i]);
            }
            ASSERT_EQ(alone.goals.size(), goals);
            for (std::size_t k = 0; k < goals; ++k) {
                EXPECT_EQ(alone.goals.capability[k], plan.goals.capability[goal + k]);
                EXPECT_EQ(alone.goals.to_mean[k], plan.goals.to_mean[goal + k]);
                EXPECT_EQ(alone.goals.exposure_removed[k], plan.goals.exposure_removed[goal + k]);
                EXPECT_EQ(alone.goals.measure[k], plan.goals.measure[goal + k]);
            }
        }
        item += items;
        goal += goals;
    }
    EXPECT_EQ(item, plan.items.size());
    EXPECT_EQ(goal, plan.goals.size());
}

TEST(Describe, ThreadsAndOrderOfItemsChangeNoByte) {
    const Team team(3, crowd);
    const Plan& plan = *team.plan;
    std::vector<Item> items;
    for (std::size_t row = plan.items.size(); row-- > 0;) items.push_back(item_of(plan.items, row));
    for (const int threads : {1, 3}) {
        OptimizeOptions options = plan.options;
        options.threads = threads;
        Plan again;
        const double value = describe(Catalog(*team.organization, *team.risks, options), items, again);
        EXPECT_EQ(value, plan.certificate.value[0]);
        EXPECT_EQ(bytes(again.items), bytes(plan.items));
        EXPECT_EQ(bytes(again.people), bytes(plan.people));
        EXPECT_EQ(bytes(again.goals), bytes(plan.goals));
    }
}

}  // namespace
}  // namespace gradus
