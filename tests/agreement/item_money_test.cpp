// What agreed items take: by the rules of the programmes that they are charged to, and by nobody but the plan.

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <gradus/account/entitlement.h>
#include <gradus/account/ledger_check.h>
#include <gradus/account/spending.h>
#include <gradus/agreement/agreement_tables.h>
#include <gradus/agreement/agreements.h>
#include <gradus/agreement/next_plan.h>
#include <gradus/base/error.h>

#include "account/programs.h"
#include "agreement/team.h"

namespace {

using namespace gradus;
using test::noon;

/// The team with other rows of programmes and accounts.
Organization team_with(Cells programs, Cells accounts, Cells funds = {{"fund", "amount"}, {"F", "1000"}},
                       const char* left = "") {
    std::vector<Literal> tables = test::team_tables();
    for (Literal& table : tables) {
        if (table.table == "programs") table.cells = std::move(programs);
        if (table.table == "accounts") table.cells = std::move(accounts);
        if (table.table == "funds") table.cells = std::move(funds);
        if (table.table == "people")
            table.cells = {{"person", "role", "manager", "left"}, {"Max", "R", "", ""}, {"Ann", "R", "Max", left}};
    }
    return build(tables);
}
const Cells ann_money{{"person", "kind", "program", "available"}, {"Ann", "money", "T", "100"}};
const Cells plain{{"program", "kind", "account_share", "employee_share"}, {"T", "money", "0.5", "0.25"}};

struct Desk {
    explicit Desk(const Organization& of)
        : organization(of), ledger(Ledger::open(":memory:")), agreements(ledger, of) {}

    void pay(const std::string& key, Operation operation) { test::apply(ledger, key, now, std::move(operation)); }
    void fill() {
        pay("F", Supply{{"F"}, Amount(5000)});
        pay("grant", Grant{"F", {"Ann", "T"}, Amount(2000)});
        pay("own", Contribute{{"Ann", "T"}, Amount(1000)});
    }
    PlanReceipt ask(const std::string& plan, Actor as, PlanOperation operation) {
        return agreements.apply({.key = "k" + std::to_string(++asked),
                                 .at = now,
                                 .by = as == Actor::employee ? "Ann" : "Max",
                                 .as = as,
                                 .plan = plan,
                                 .operation = std::move(operation)});
    }
    PlanReceipt write(const std::string& plan, Cells cells) {
        return ask(plan, Actor::employee,
                   WritePlan{{.person = "Ann", .items = test::items(organization, std::move(cells))}});
    }
    PlanReceipt agree(const std::string& plan) {
        ask(plan, Actor::employee, StepPlan{PlanEvent::propose});
        ask(plan, Actor::employee, StepPlan{PlanEvent::agree});
        return ask(plan, Actor::manager, StepPlan{PlanEvent::agree});
    }
    /// The organisation is another one from now on, the file the same.
    void becomes(const Organization& other) {
        organization = other;
        agreements = Agreements(ledger, organization);
    }
    Amount free(const Payer& payer) const { return ledger.balance(payer, now).available; }

    Organization organization;
    Ledger ledger;
    Agreements agreements;
    Moment now = noon("2026-04-01");
    int asked = 0;
};

/// Activity b on 4 May: 2.00 of the account, 1.00 of her own, 1.00 of the fund, as the organisation says.
const Cells one_b{{"person", "activity", "first_day", "last_day"}, {"Ann", "b", "2026-05-04", "2026-05-04"}};

// A plan written when all was in order, and agreed when the programme says otherwise: the first rule that is broken stops the
// whole agreement, and the ledger has nothing of it.
TEST(ItemMoney, IsRefusedByTheRulesOfItsProgramme) {
    const auto programs = [](const char* column, const char* value) {
        return Cells{{"program", "kind", "account_share", "employee_share", column},
                     {"T", "money", "0.5", "0.25", value}};
    };
    const Cells funds{{"fund", "amount"}, {"F", "1000"}, {"G", "0"}};
    struct Rule {
        const char* rule;
        Organization organization;
        const char* words;
    };
    const std::vector<Rule> rules{
        {"person", team_with(plain, ann_money, funds, "2026-05-01"), "2026-05-04"},
        {"scope", team_with(programs("person", "Max"), ann_money, funds), "another programme"},
        {"dates", team_with(programs("valid_to", "2026-05-01"), ann_money, funds), "until 2026-04-30"},
        {"kind", team_with(programs("activity_kinds", "talk"), ann_money, funds), "kind talk"},
        {"supplied", team_with(programs("fund", "G"), ann_money, funds), "supply the fund first"},
        {"cap", team_with(programs("cap", "1.50"), ann_money, funds), "1.50 EUR"},
    };
    for (const Rule& rule : rules) {
        SCOPED_TRACE(rule.rule);
        Desk desk(team_with(plain, ann_money, funds));
        desk.fill();
        ASSERT_TRUE(desk.write("p", one_b).applied);
        desk.becomes(rule.organization);
        const LedgerHead before = desk.ledger.head();
        const PlanReceipt receipt = desk.agree("p");
        EXPECT_FALSE(receipt.applied);
        EXPECT_EQ(receipt.rule, rule.rule);
        EXPECT_EQ(receipt.state, PlanState::employee_agreed);
        EXPECT_NE(receipt.message.find(rule.words), std::string::npos) << receipt.message;
        if (receipt.rule != "person") {  // who has left takes part no more
            EXPECT_NE(receipt.message.find("Possible:"), std::string::npos) << receipt.message;
        }
        EXPECT_EQ(desk.ledger.head().hash, before.hash);
        // It may be agreed as soon as it is possible.
        desk.becomes(team_with(plain, ann_money, funds));
        EXPECT_TRUE(desk.ask("p", Actor::manager, StepPlan{PlanEvent::agree}).applied);
    }
}

// Its being agreed is the agreed plan that a programme may require; without one the same spending is refused.
TEST(ItemMoney, MeetsWhatRequiresAPlan) {
    Desk desk(team_with({{"program", "kind", "account_share", "employee_share", "requires_plan"},
                         {"T", "money", "0.5", "0.25", "true"}},
                        ann_money));
    desk.fill();
    Spending bare = test::spending("s", desk.now, "Ann", "T", 400, day("2026-05-04"));
    bare.activity = "b";
    EXPECT_EQ(request_spending(desk.organization, desk.ledger, bare).receipt.rule, "plan");
    desk.write("p", one_b);
    EXPECT_TRUE(desk.agree("p").applied);
    EXPECT_EQ(desk.free(Account{"Ann", "T"}), Amount(2000 + 1000 - 200 - 100));
    EXPECT_EQ(desk.free(FundAccount{"F"}), Amount(5000 - 2000 - 100));
}

TEST(ItemMoney, SharesOneCapWithSpendingsBesideThePlan) {
    Desk desk(team_with({{"program", "kind", "account_share", "employee_share", "cap", "cap_period"},
                         {"T", "money", "0.5", "0.25", "5", "month"}},
                        ann_money));
    desk.fill();
    Spending beside = test::spending("s", desk.now, "Ann", "T", 700, day("2026-05-20"));
    beside.activity = "a";
    ASSERT_TRUE(request_spending(desk.organization, desk.ledger, beside).receipt.applied);  // 3.50 of 5.00
    desk.write("p", one_b);
    const PlanReceipt refused = desk.agree("p");
    EXPECT_EQ(refused.rule, "cap");
    EXPECT_NE(refused.message.find("1.50"), std::string::npos) << refused.message;
    ASSERT_TRUE(cancel(desk.ledger, test::cancellation("c", desk.now, "s")).receipt.applied);
    EXPECT_TRUE(desk.ask("p", Actor::manager, StepPlan{PlanEvent::agree}).applied);
    // What is agreed counts for those who ask beside the plan, for what she may use, and for the next plan.
    beside.key = "t";
    EXPECT_EQ(request_spending(desk.organization, desk.ledger, beside).receipt.rule, "cap");
    const Entitlement may =
        entitlement(desk.organization, desk.ledger, id<PersonTag>(desk.organization, "Ann"), noon("2026-05-01"));
    EXPECT_EQ(may.cap_left[0], Amount(300));
    EXPECT_EQ(accounts(desk.agreements, desk.now).cap[0], Amount(300));
    // A cheaper end leaves more of it; more is raised within it alone.
    EXPECT_EQ(desk.ask("p", Actor::manager, RaiseItem{.activity = "b", .account = Money(301)}).rule, "cap");
    EXPECT_TRUE(desk.ask("p", Actor::manager, RaiseItem{.activity = "b", .account = Money(300)}).applied);
    EXPECT_EQ(accounts(desk.agreements, desk.now).cap[0], Amount(0));
    EXPECT_TRUE(desk.ask("p", Actor::manager, StepItem{PlanEvent::complete_item, "b", Money(70)}).applied);
    EXPECT_EQ(accounts(desk.agreements, desk.now).cap[0], Amount(450));  // 70 of 700 is 50 of 500
    EXPECT_TRUE(verify(desk.ledger).sound);
}

TEST(ItemMoney, OfAPoolComesFromTheFund) {
    const Cells pool{{"program", "kind", "fund", "account_share", "employee_share"},
                     {"T", "money", "G", "0.5", "0.25"}};
    Desk desk(team_with(pool, ann_money, {{"fund", "amount", "unit"}, {"F", "1000", ""}, {"G", "0", ""}}));
    desk.fill();
    desk.write("p", one_b);
    EXPECT_EQ(desk.agree("p").rule, "supplied");
    desk.pay("G", Supply{{"G"}, Amount(199)});
    EXPECT_EQ(accounts(desk.agreements, desk.now).available[0], Amount(199));
    EXPECT_EQ(desk.ask("p", Actor::manager, StepPlan{PlanEvent::agree}).rule, "fund");
    desk.pay("G more", Supply{{"G"}, Amount(51)});
    EXPECT_TRUE(desk.ask("p", Actor::manager, StepPlan{PlanEvent::agree}).applied);
    EXPECT_EQ(desk.free(FundAccount{"G"}), Amount(50));
    EXPECT_EQ(accounts(desk.agreements, desk.now).available[0], Amount(50));
    EXPECT_EQ(desk.free(Account{"Ann", "T"}), Amount(3000 - 100));  // her own part alone
}

TEST(ItemMoney, OfAPoolCountsInItsCapWithWhatTheSameFundPays) {
    for (const auto& [fund, agreed] : {std::pair("F", false), std::pair("G", true)}) {
        SCOPED_TRACE(fund);
        // 2.00 in place of the account and 1.00 as the fund's part, which is of F.
        Desk desk(team_with({{"program", "kind", "fund", "account_share", "employee_share", "cap"},
                             {"T", "money", fund, "0.5", "0.25", "2.99"}},
                            ann_money, {{"fund", "amount", "unit"}, {"F", "1000", ""}, {"G", "0", ""}}));
        desk.fill();
        desk.pay("G", Supply{{"G"}, Amount(1'000)});
        desk.write("p", one_b);
        const PlanReceipt receipt = desk.agree("p");
        EXPECT_EQ(receipt.rule, agreed ? "" : "cap") << receipt.message;
        EXPECT_EQ(accounts(desk.agreements, desk.now).cap[0], Amount(agreed ? 99 : 299));
    }
}

TEST(ItemMoney, IsRefusedForAProgrammeOfAnotherKind) {
    Desk desk(team_with(plain, ann_money));
    desk.fill();
    desk.write("p", one_b);
    desk.becomes(team_with({{"program", "kind"}, {"T", "hours"}}, {{"person", "kind", "available"}}));
    try {
        desk.agree("p");
        FAIL() << "agreed";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::contradiction);
        EXPECT_EQ(error.table(), "plan_requests");
    }
}

// What is held for an agreed item is resolved by its plan alone.
TEST(ItemMoney, IsKeptFromClientsOfTheLedger) {
    Desk desk(team_with(plain, ann_money));
    desk.fill();
    desk.write("p", one_b);
    ASSERT_TRUE(desk.agree("p").applied);
    const LedgerHead head = desk.ledger.head();
    const std::string spending = "agreement 4/1 money";
    ASSERT_TRUE(desk.ledger.receipt(spending + "/account"));
    const auto refused = [&](const char* column, const std::function<void()>& ask) {
        try {
            ask();
            ADD_FAILURE() << "done: " << column;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::contradiction) << error.what();
            EXPECT_EQ(error.column(), column);
        }
    };
    refused("reservation", [&] { desk.pay("x", Void{spending + "/account"}); });
    refused("reservation", [&] { desk.pay("x", Post{spending + "/account", Amount(1)}); });
    refused("spending", [&] { settle(desk.ledger, test::settlement("x", desk.now, spending)); });
    refused("spending", [&] { cancel(desk.ledger, test::cancellation("x", desk.now, spending)); });
    refused("key", [&] { desk.pay("agreement 9/1 money", Supply{{"F"}, Amount(1)}); });
    refused("key", [&] { settle(desk.ledger, test::settlement("agreement x", desk.now, "s")); });
    refused("key", [&] { cancel(desk.ledger, test::cancellation("agreement x", desk.now, "s")); });
    refused("key", [&] {
        Spending asked = test::spending("agreement x", desk.now, "Ann", "T", 1, day("2026-05-04"));
        asked.activity = "b";
        request_spending(desk.organization, desk.ledger, asked);
    });
    const Request batch{.key = "x", .at = desk.now, .by = "c", .operation = Void{spending + "/own"}};
    refused("reservation", [&] { desk.ledger.apply(std::vector<Request>{batch}, true); });
    refused("reservation", [&] { desk.ledger.apply(std::vector<Request>{batch}, false); });
    EXPECT_EQ(desk.ledger.head().hash, head.hash);
    // A cost that was posted may be corrected as any other.
    ASSERT_TRUE(desk.ask("p", Actor::manager, StepItem{PlanEvent::complete_item, "b"}).applied);
    desk.pay("refund", Reverse{"agreement 5 end 1/account"});
    EXPECT_TRUE(desk.ledger.receipt("refund")->applied);
    EXPECT_EQ(desk.free(Account{"Ann", "T"}), Amount(3000 - 100));
}

// One and seven of eight: 12.5 of 100 is 12, 37.5 of 300 is 38.
TEST(ItemMoney, IsSplitHalfToEven) {
    for (const auto& [cost, account] : {std::pair(100, 12), std::pair(300, 38), std::pair(800, 100)}) {
        Desk desk(team_with(plain, ann_money));
        desk.fill();
        desk.write("p", {{"person", "activity", "first_day", "last_day", "account_cost", "fund_cost", "fund"},
                         {"Ann", "b", "2026-05-04", "2026-05-04", "1", "7", "F"}});
        ASSERT_TRUE(desk.agree("p").applied);
        ASSERT_TRUE(desk.ask("p", Actor::manager, StepItem{PlanEvent::complete_item, "b", Money(cost)}).applied);
        EXPECT_EQ(desk.free(Account{"Ann", "T"}), Amount(3000 - account));
        EXPECT_EQ(desk.free(FundAccount{"F"}), Amount(3000 - (cost - account)));
    }
}

TEST(ItemMoney, NeedsAFundForTheFundsPart) {
    Desk desk(team_with({{"program", "kind", "account_share", "employee_share"}, {"T", "money", "1", "0"}}, ann_money));
    desk.fill();
    desk.write("p", one_b);  // all of the account: no fund is charged
    ASSERT_TRUE(desk.agree("p").applied);
    const PlanReceipt receipt = desk.ask("p", Actor::manager, RaiseItem{.activity = "b", .fund = Money(1)});
    EXPECT_EQ(receipt.rule, "fund");
    EXPECT_NE(receipt.message.find("'b'"), std::string::npos) << receipt.message;
    EXPECT_NE(receipt.message.find("Possible:"), std::string::npos) << receipt.message;
}

TEST(ItemMoney, IsFilledInFromTheOrganisation) {
    Desk desk(team_with(plain, ann_money));
    ASSERT_TRUE(desk.write("p", one_b).applied);
    const PlanContent content = gradus::content(desk.agreements, "p");
    const PlanItems& items = content.items;
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items.hours[0], Minutes(6 * 60));
    EXPECT_EQ(items.cost[0], Money(400));
    EXPECT_EQ(items.account_cost[0], Money(200));
    EXPECT_EQ(items.employee_cost[0], Money(100));
    EXPECT_EQ(items.fund_cost[0], Money(100));
    EXPECT_EQ((*items.fund.strings())[static_cast<std::size_t>(items.fund[0].value())], "F");
}

TEST(ItemMoney, OfAPlanThatWasDeclinedIsHeldOnceItIsChangedAndAgreed) {
    Desk desk(team_with(plain, ann_money));
    desk.fill();
    desk.write("p", one_b);
    desk.ask("p", Actor::employee, StepPlan{PlanEvent::propose});
    desk.ask("p", Actor::employee, StepPlan{PlanEvent::agree});
    EXPECT_EQ(desk.ask("p", Actor::manager, StepPlan{PlanEvent::decline}).state, PlanState::declined);
    EXPECT_EQ(desk.free(Account{"Ann", "T"}), Amount(3000));
    EXPECT_EQ(desk.ask("p", Actor::manager, StepPlan{PlanEvent::agree}).rule, "state");
    EXPECT_EQ(
        desk.write("p", {{"person", "activity", "first_day", "last_day"}, {"Ann", "c", "2026-05-04", "2026-05-04"}})
            .state,
        PlanState::draft);
    EXPECT_EQ(desk.agree("p").state, PlanState::agreed);
    EXPECT_EQ(desk.free(Account{"Ann", "T"}), Amount(3000 - 100 - 50));  // of c, not of b
}

TEST(ItemMoney, IsTakenFromTheFundItselfAndToldOfThoseAbove) {
    Desk desk(team_with(plain, ann_money, {{"fund", "amount", "parent"}, {"F", "10", "top"}, {"top", "1000", ""}}));
    desk.pay("top", Supply{{"top"}, Amount(9000)});
    desk.fill();
    desk.write("p", one_b);
    ASSERT_TRUE(desk.agree("p").applied);
    const Funds left = funds(desk.agreements, desk.now);
    std::map<std::string, Money> amounts;
    for (std::size_t i = 0; i < left.size(); ++i)
        amounts[std::string((*left.fund.strings())[static_cast<std::size_t>(left.fund[i].value())])] = left.amount[i];
    EXPECT_EQ(amounts["F"], Money(5000 - 2000 - 100));
    EXPECT_EQ(amounts["top"], Money(9000 + 5000 - 2000 - 100));
}

// The cap of an account of no programme, like a programme's, counts what is held or was posted, less what was reversed.
TEST(ItemMoney, CountsInTheCapOfItsAccountAsItWasSpent) {
    std::vector<Literal> tables = test::team_tables();
    for (Literal& table : tables) {
        if (table.table == "activities")
            for (auto& row : table.cells) row.push_back(row[0] == "activity" ? "account_share" : "0.6");
        if (table.table == "accounts")
            table.cells = {{"person", "kind", "available", "cap", "cap_period"},
                           {"Ann", "money", "100", "100", "year"},
                           {"Ann", "hours", "100", "20", "year"}};
    }
    Desk desk(build(tables));
    desk.fill();
    desk.pay("no programme", Grant{"F", {"Ann", ""}, Amount(2500)});
    desk.pay("hours", Supply{{"G", AccountKind::hours}, Amount(6000)});
    desk.pay("her hours", Grant{"G", {"Ann", "", AccountKind::hours}, Amount(3000)});
    desk.write("p", {{"person", "activity", "first_day", "last_day", "hours", "account_cost", "fund_cost", "fund"},
                     {"Ann", "b", "2026-05-04", "2026-05-04", "6", "6", "4", "F"}});
    const PlanReceipt agreed = desk.agree("p");
    ASSERT_TRUE(agreed.applied) << agreed.message;
    ASSERT_TRUE(desk.ask("p", Actor::manager, RaiseItem{.activity = "b", .account = Money(200)}).applied);
    const auto left = [&] {
        const Accounts rows = accounts(desk.agreements, desk.now);
        std::map<AccountKind, std::int64_t> caps;
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (!is_missing(rows.cap[i])) caps[rows.kind[i]] = rows.cap[i].units();
        return std::to_string(caps[AccountKind::money]) + " " + std::to_string(caps[AccountKind::hours]);
    };
    EXPECT_EQ(left(), "9200 840");
    // 6.00 of 12.00: 4.00 of the account.
    ASSERT_TRUE(
        desk.ask("p", Actor::manager, StepItem{PlanEvent::complete_item, "b", Money(600), Minutes(60)}).applied);
    EXPECT_EQ(left(), "9600 1140");
    desk.pay("refund", Reverse{"agreement 6 end 1"});
    EXPECT_EQ(left(), "10000 1140");
    EXPECT_TRUE(verify(desk.ledger).sound);
}

}  // namespace
