#include <gradus/agreement/agreement_tables.h>

#include <string>

#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "agreement/model_words.h"
#include "agreement/team.h"

namespace {

using namespace gradus;
using test::at_second;

/// Two plans that want the one seat of b1, of Ann who has no money and Bo who is agreed to have it for nothing.
struct Team {
    Agreements agreements{Ledger::open(":memory:"), test::team()};
    int asked = 0;

    PlanReceipt ask(const std::string& plan, const std::string& by, Actor as, PlanOperation operation,
                    std::string reason = {}) {
        ++asked;
        return agreements.apply({.key = "k" + std::to_string(asked),
                                 .at = at_second(asked),
                                 .by = by,
                                 .as = as,
                                 .reason = std::move(reason),
                                 .plan = plan,
                                 .operation = std::move(operation)});
    }
    void agree(const std::string& person) {
        const std::string plan = person + " 1";
        const PlanItems items =
            test::items(test::team(), {{"person", "activity", "session", "first_day", "last_day", "cost", "hours"},
                                       {person, "d", "", "2026-05-04", "2026-05-04", "0", ""},
                                       {person, "b", "b1", "2026-05-04", "2026-05-05", "0", "1.5"}});
        ask(plan, "Max", Actor::manager, WritePlan{{.person = person, .items = items}});
        ask(plan, "Max", Actor::manager, StepPlan{PlanEvent::propose});
        ask(plan, "Max", Actor::manager, StepPlan{PlanEvent::agree}, "good");
        ASSERT_TRUE(ask(plan, person, Actor::employee, StepPlan{PlanEvent::agree}).applied);
    }
};

TEST(AgreementTables, TellWherePlansAndItemsStand) {
    Team team;
    team.agree("Di"), team.agree("Bo");
    team.ask("Di 1", "Max", Actor::manager, StepItem{PlanEvent::complete_item, "d"});
    const Plans all = plans(team.agreements);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all.plan[0], "Bo 1");
    EXPECT_EQ(all.person.text(1), "Di");
    EXPECT_EQ(all.state[0], PlanState::agreed);
    EXPECT_EQ(all.state[1], PlanState::active);
    EXPECT_EQ(all.items[1], 2);
    EXPECT_EQ(all.open[1], 1);
    EXPECT_EQ(all.drafted[1], at_second(1));
    EXPECT_EQ(all.changed[1], at_second(9));
    EXPECT_EQ(all.advisor[0], "");

    const AgreedItems items = agreed_items(team.agreements);
    ASSERT_EQ(items.size(), 4u);
    EXPECT_EQ(items.activity.text(0), "b");
    EXPECT_EQ(items.status[0], ItemStatus::waiting);
    EXPECT_EQ(items.queue[0], 1);
    EXPECT_EQ(items.hours[0], Minutes(90));
    EXPECT_EQ(items.session.text(0), "b1");
    EXPECT_EQ(items.last_day[0], day("2026-05-05"));
    EXPECT_EQ(items.status[2], ItemStatus::enrolled);
    EXPECT_TRUE(is_missing(items.queue[2]));
    EXPECT_TRUE(is_missing(items.spent[2]));
    EXPECT_EQ(items.status[3], ItemStatus::completed);
    EXPECT_EQ(items.spent[3], Money(0));

    const Plans of_di = plans(team.agreements, "Di");
    ASSERT_EQ(of_di.size(), 1u);
    EXPECT_EQ(of_di.plan[0], "Di 1");
    EXPECT_EQ(of_di.open[0], 1);
    const AgreedItems items_of_di = agreed_items(team.agreements, "Di");
    ASSERT_EQ(items_of_di.size(), 2u);
    EXPECT_EQ(items_of_di.person.text(0), "Di");
    EXPECT_EQ(plans(team.agreements, "nobody").size() + agreed_items(team.agreements, "nobody").size(), 0u);
}

TEST(AgreementTables, TellWhoWaitsInOrderOfAgreement) {
    Team team;
    ASSERT_TRUE(team.ask("", "office", Actor::administrator, SetSeats{"b1", 0}).applied);
    team.agree("Di"), team.agree("Bo");
    const auto places = [&] {
        std::string text;
        const AgreedItems items = agreed_items(team.agreements);
        for (std::size_t i = 0; i < items.size(); ++i)
            text += std::string(items.plan[i]) + " " + std::string(items.activity.text(i)) + " " +
                    (is_missing(items.queue[i]) ? "-" : std::to_string(items.queue[i])) + "; ";
        return text;
    };
    EXPECT_EQ(places(), "Bo 1 b 2; Bo 1 d -; Di 1 b 1; Di 1 d -; ");
    team.ask("Di 1", "Max", Actor::manager, StepItem{PlanEvent::withdraw_item, "b"});
    EXPECT_EQ(places(), "Bo 1 b 1; Bo 1 d -; Di 1 b -; Di 1 d -; ");
}

TEST(AgreementTables, TellWhatHappenedInOrderAndOfOnePerson) {
    Team team;
    team.agree("Di"), team.agree("Bo");
    EXPECT_FALSE(team.ask("Bo 1", "Di", Actor::manager, StepPlan{PlanEvent::close}).applied);
    const PlanHistory all = history(team.agreements), bo = history(team.agreements, "Bo");
    EXPECT_EQ(all.size(), 2 * bo.size() - 1);
    for (std::size_t row = 1; row < all.size(); ++row) EXPECT_LE(all.number[row - 1], all.number[row]);
    std::string events;
    for (std::size_t row = 0; row < bo.size(); ++row) {
        EXPECT_EQ(bo.person.text(row), "Bo");
        events +=
            std::string(bo.event.text(row)) + (bo.subject[row].empty() ? "" : ":") + std::string(bo.subject[row]) + " ";
    }
    EXPECT_EQ(events, "draft draft:b draft:d propose agree agree agree:b agree:d close ");
    const std::size_t last = bo.size() - 1;
    EXPECT_FALSE(bo.applied[last]);
    EXPECT_EQ(bo.by[last], "Di");
    EXPECT_EQ(bo.state[last], PlanState::agreed);
    EXPECT_FALSE(bo.rule[last].empty());
    EXPECT_EQ(bo.reason[4], "good");
    EXPECT_EQ(history(team.agreements, "nobody").size(), 0u);
}

TEST(AgreementTables, ReadBackTheContentOfAPlanAndOfNoOther) {
    Team team;
    team.agree("Bo");
    const PlanContent read = content(team.agreements, "Bo 1");
    EXPECT_EQ(read.person, "Bo");
    EXPECT_EQ(read.items.size(), 2u);
    EXPECT_TRUE(is_missing(read.as_of));
    try {
        content(team.agreements, "Bo 7");
        FAIL();
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "plans, column plan: there is no plan 'Bo 7'");
        EXPECT_EQ(error.code(), Code::unknown_key);
    }
}

}  // namespace
