// What one request changes, and what it leaves.

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <gradus/account/ledger_check.h>
#include <gradus/agreement/agreement_tables.h>
#include <gradus/agreement/agreements.h>
#include <gradus/base/error.h>

#include "account/programs.h"
#include "account/wording.h"
#include "agreement/team.h"

namespace {

using namespace gradus;
using test::noon;

/// Bo, whom no programme pays for, and a fund.
struct Desk {
    Desk() { test::apply(ledger, "F", noon("2026-01-01"), Supply{{"F"}, Amount(500'000)}); }

    PlanReceipt ask(const std::string& plan, Actor as, PlanOperation operation) {
        return agreements.apply({.key = "k" + std::to_string(++asked),
                                 .at = noon("2026-01-02"),
                                 .by = as == Actor::employee ? "Bo" : "Max",
                                 .as = as,
                                 .plan = plan,
                                 .operation = std::move(operation)});
    }
    PlanReceipt write(const std::string& plan, Cells items) {
        return ask(plan, Actor::employee,
                   WritePlan{{.person = "Bo", .items = test::items(organization, std::move(items))}});
    }
    /// Written, and both agree.
    PlanReceipt agree(const std::string& plan, Cells items, const std::string& supersedes = {}) {
        EXPECT_TRUE(
            ask(plan, Actor::employee,
                WritePlan{
                    {.person = "Bo", .items = test::items(organization, std::move(items)), .supersedes = supersedes}})
                .applied);
        EXPECT_TRUE(ask(plan, Actor::employee, StepPlan{PlanEvent::propose}).applied);
        EXPECT_TRUE(ask(plan, Actor::employee, StepPlan{PlanEvent::agree}).applied);
        return ask(plan, Actor::manager, StepPlan{PlanEvent::agree});
    }

    Organization organization = build(test::team_tables());
    Ledger ledger = Ledger::open(":memory:");
    Agreements agreements{ledger, organization};
    int asked = 0;
};

/// Activity a on 1 April, all of the fund.
Cells one_a(std::string_view last_day, std::string_view cost = "10") {
    return {{"person", "activity", "first_day", "last_day", "fund_cost", "fund"},
            {"Bo", "a", "2026-04-01", last_day, cost, "F"}};
}

// The greatest amounts there are, beside any other, are compared and added up without leaving 64 bits.
TEST(PlanChange, RaisesWhateverAmountsOrRefuses) {
    Desk desk;
    ASSERT_TRUE(desk.agree("p", one_a("2026-04-02")).applied);
    const Money most(std::numeric_limits<std::int64_t>::max()), one(1), none(0);
    EXPECT_EQ(desk.ask("p", Actor::employee, RaiseItem{.activity = "a", .account = most, .fund = one}).rule, "who");
    EXPECT_EQ(desk.ask("p", Actor::employee, RaiseItem{"a", most, one, one}).rule, "who");
    EXPECT_EQ(desk.ask("p", Actor::manager, RaiseItem{"a", none, one, none}).rule, "who");
    for (const RaiseItem& more : {RaiseItem{"a", most, none, one}, RaiseItem{"a", none, none, most}}) {
        try {
            desk.ask("p", Actor::manager, more);
            FAIL() << "raised";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::out_of_range) << error.what();
            EXPECT_EQ(error.table(), "plan_requests");
        }
    }
    try {
        desk.ask("p", Actor::manager, RaiseItem{.activity = "a"});
        FAIL() << "raised by nothing";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::out_of_range) << error.what();
    }
    EXPECT_EQ(agreed_items(desk.agreements).cost[0], Money(1000));
    EXPECT_TRUE(verify(desk.ledger).sound);
}

TEST(PlanChange, TakesAnItemOfASessionOnTheSessionsDayAlone) {
    Desk desk;
    const auto item = [](const char* first_day) {
        return Cells{{"person", "activity", "session", "first_day", "last_day", "fund_cost", "fund"},
                     {"Bo", "b", "b1", first_day, "2026-11-07", "10", "F"}};
    };
    try {
        desk.write("p", item("2026-11-07"));
        FAIL() << "written";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::contradiction);
        EXPECT_EQ(error.column(), "first_day");
        EXPECT_NE(std::string(error.what()).find("session 'b1' begins on 2026-05-04, found 2026-11-07"),
                  std::string::npos)
            << error.what();
    }
    EXPECT_TRUE(desk.write("p", item("2026-05-04")).applied);
}

TEST(PlanChange, SaysWhoHasAgreedAlready) {
    Desk desk;
    desk.write("p", one_a("2026-04-02"));
    desk.ask("p", Actor::employee, StepPlan{PlanEvent::propose});
    desk.ask("p", Actor::employee, StepPlan{PlanEvent::agree});
    const PlanReceipt again = desk.ask("p", Actor::employee, StepPlan{PlanEvent::agree});
    EXPECT_EQ(again.rule, "who");
    EXPECT_EQ(again.message, "the employee has agreed to plan 'p' already. Possible: by manager");
    desk.ask("p", Actor::manager, StepPlan{PlanEvent::agree});
    const std::string late = desk.ask("p", Actor::manager, StepPlan{PlanEvent::agree}).message;
    EXPECT_NE(late.find("agree when it is proposed, employee_agreed, manager_agreed"), std::string::npos) << late;
}

TEST(PlanChange, SaysWhichColumnOfARequestIsAtFault) {
    Desk desk;
    ASSERT_TRUE(desk.agree("p", one_a("2026-04-02")).applied);
    const auto at_fault = [&](PlanRequest request) -> std::string {
        request.at = is_missing(request.at) ? request.at : request.at + noon("2026-01-03").time_since_epoch();
        try {
            desk.agreements.apply(request);
        } catch (const Error& error) {
            return error.table() + " " + error.column();
        }
        return "applied";
    };
    const PlanRequest good{
        .key = "x", .at = Moment(), .by = "Bo", .plan = "p", .operation = StepPlan{PlanEvent::start}};
    const auto with = [&](auto set) {
        PlanRequest request = good;
        set(request);
        return at_fault(request);
    };
    using R = PlanRequest;
    EXPECT_EQ(with([](R& r) { r.key = ""; }), "plan_requests key");
    EXPECT_EQ(with([](R& r) { r.by = ""; }), "plan_requests by");
    EXPECT_EQ(with([](R& r) { r.at = missing<Moment>(); }), "plan_requests at");
    EXPECT_EQ(with([](R& r) { r.at = Moment() - std::chrono::days(2); }), "plan_requests at");
    EXPECT_EQ(with([](R& r) { r.reason = "a\x01"; }), "plan_requests reason");
    EXPECT_EQ(with([](R& r) { r.as = static_cast<Actor>(9); }), "plan_requests as");
    EXPECT_EQ(with([](R& r) { r.plan = ""; }), "plan_requests plan");
    EXPECT_EQ(with([](R& r) { r.plan = "another"; }), "plan_requests plan");
    EXPECT_EQ(with([](R& r) { r.operation = StepPlan{PlanEvent::begin_item}; }), "plan_requests operation");
    EXPECT_EQ(with([](R& r) { r.operation = StepItem{PlanEvent::begin_item, "c"}; }), "plan_requests activity");
    EXPECT_EQ(with([](R& r) { r.operation = WritePlan{{.person = "Nobody"}}; }), "plan_requests person");
    EXPECT_EQ(with([](R&) {}), "applied");
    EXPECT_EQ(with([](R& r) { r.by = "Max", r.as = Actor::manager; }), "plan_requests key");  // used for another
}

/// "p moved 2026-05-01; q enrolled 2026-09-01; ", by plan.
std::string standing(const Agreements& agreements) {
    std::string text;
    const AgreedItems items = agreed_items(agreements);
    for (std::size_t i = 0; i < items.size(); ++i)
        text += std::string(items.plan[i]) + " " + std::string(word(items.status[i])) + " " +
                to_text(Moment(items.last_day[i])).substr(0, 10) + "; ";
    return text;
}

TEST(PlanChange, KeepsTheReservationOfAnItemThatEndsLater) {
    Desk desk;
    ASSERT_TRUE(desk.agree("p", one_a("2026-05-01")).applied);
    const LedgerHead head = desk.ledger.head();
    ASSERT_TRUE(desk.agree("q", one_a("2026-09-01"), "p").applied);
    EXPECT_EQ(standing(desk.agreements), "p moved 2026-05-01; q enrolled 2026-09-01; ");
    EXPECT_EQ(desk.ledger.head().hash, head.hash);
    ASSERT_TRUE(desk.ask("q", Actor::manager, StepItem{PlanEvent::begin_item, "a"}).applied);
    ASSERT_TRUE(desk.agree("r", one_a("2026-10-01"), "q").applied);
    EXPECT_EQ(standing(desk.agreements), "p moved 2026-05-01; q moved 2026-09-01; r in_progress 2026-10-01; ");
    EXPECT_EQ(desk.ledger.head().hash, head.hash);
}

TEST(PlanChange, RefusesOtherTermsForWhatIsUnderWay) {
    Desk desk;
    ASSERT_TRUE(desk.agree("p", one_a("2026-05-01")).applied);
    ASSERT_TRUE(desk.ask("p", Actor::manager, StepItem{PlanEvent::begin_item, "a"}).applied);
    const PlanReceipt refused = desk.agree("q", one_a("2026-05-01", "11"), "p");
    EXPECT_EQ(refused.rule, "under_way");
    EXPECT_NE(refused.message.find("fund_cost: 10.00 EUR then, 11.00 EUR now"), std::string::npos) << refused.message;
    EXPECT_NE(refused.message.find("Possible:"), std::string::npos) << refused.message;
    EXPECT_EQ(standing(desk.agreements), "p in_progress 2026-05-01; q planned 2026-05-01; ");
    // As pinned it stays as it stands, whatever its row says.
    ASSERT_TRUE(desk.agree("r",
                           {{"person", "activity", "first_day", "last_day", "reason"},
                            {"Bo", "a", "2026-04-01", "2026-12-31", "pinned"}},
                           "p")
                    .applied);
    EXPECT_EQ(standing(desk.agreements), "p moved 2026-05-01; q planned 2026-05-01; r in_progress 2026-05-01; ");
    EXPECT_EQ(agreed_items(desk.agreements).cost[2], Money(1000));
}

// Fewer seats than people: whoever sits there keeps the seat, in a plan with other terms too, and nobody else comes in.
TEST(PlanChange, KeepsTheSeatWhateverTheTerms) {
    Desk desk;
    const auto one_b = [](std::string_view cost) -> Cells {
        return {{"person", "activity", "session", "first_day", "last_day", "fund_cost", "fund"},
                {"Bo", "b", "b1", "2026-05-04", "2026-05-04", cost, "F"}};
    };
    ASSERT_TRUE(desk.agree("p", one_b("4")).applied);
    const auto seats = [&](std::string key, std::int32_t count) {
        return desk.agreements.apply({.key = std::move(key),
                                      .at = noon("2026-01-02"),
                                      .by = "office",
                                      .as = Actor::administrator,
                                      .operation = SetSeats{"b1", count}});
    };
    ASSERT_TRUE(seats("none", 0).applied);
    ASSERT_TRUE(desk.agree("q", one_b("4.50"), "p").applied);
    EXPECT_EQ(standing(desk.agreements), "p withdrawn 2026-05-04; q enrolled 2026-05-04; ");
    EXPECT_EQ(agreed_items(desk.agreements).cost[1], Money(450));
    // One who waits has no seat to keep.
    ASSERT_TRUE(desk.ask("q", Actor::manager, StepItem{PlanEvent::withdraw_item, "b"}).applied);
    ASSERT_TRUE(desk.agree("r", one_b("4")).applied);
    ASSERT_TRUE(desk.agree("s", one_b("4.50"), "r").applied);
    EXPECT_EQ(standing(desk.agreements),
              "p withdrawn 2026-05-04; q withdrawn 2026-05-04; r withdrawn 2026-05-04; s waiting 2026-05-04; ");
    EXPECT_TRUE(verify(desk.ledger).sound);
}

}  // namespace
