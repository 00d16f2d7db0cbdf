// The pilots' story: two programmes, four hundred people, a pool of 100,000, from the mock run to the report.

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gradus/account/hledger.h>
#include <gradus/account/ledger_check.h>
#include <gradus/account/program.h>
#include <gradus/agreement/agreement_tables.h>
#include <gradus/agreement/agreements.h>
#include <gradus/agreement/next_plan.h>
#include <gradus/agreement/program_stages.h>
#include <gradus/base/error.h>

#include "account/hledger_tool.h"
#include "account/ledger_file.h"
#include "agreement/team.h"
#include "organization/currency.h"

namespace {

using namespace gradus;
using test::noon;

constexpr int people = 400;
std::string clerk(int i) { return "E" + std::to_string(1000 + i); }

/// Four hundred clerks of one chief. Tuition: three quarters from the pool, a quarter by the employee. Study: eight hours a month.
Organization agency(const char* mock) {
    Cells persons{{"person", "role", "manager", "unit"}, {"Chief", "chief", "", "north"}};
    Cells accounts{{"person", "kind", "program", "available"}};
    std::vector<std::string> names;
    for (int i = 0; i < people; ++i) names.push_back(clerk(i));
    for (const std::string& name : names) {
        persons.push_back({name, "clerk", "Chief", name < clerk(people / 2) ? "north" : "south"});
        accounts.push_back({name, "money", "tuition", "100000"});
        accounts.push_back({name, "hours", "study", "48"});
    }
    return build({{"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}}},
                  {"capabilities", {{"capability", "scale"}, {"C", "S"}}},
                  {"roles", {{"role"}, {"clerk"}, {"chief"}}},
                  {"requirements", {{"role", "capability", "level"}, {"clerk", "C", "2"}}},
                  {"units", {{"unit"}, {"north"}, {"south"}}},
                  {"people", persons},
                  {"activities",
                   {{"activity", "kind", "hours", "cost"},
                    {"analysis", "course", "8", "1000"},
                    {"writing", "course", "8", "1000"},
                    {"garden", "leisure", "8", "1000"}}},
                  {"outcomes", {{"activity", "capability", "uplift"}, {"analysis", "C", "1"}, {"writing", "C", "1"}}},
                  {"funds", {{"fund", "amount"}, {"pool", "100000"}, {"time", "0"}}},
                  {"programs",
                   {{"program", "kind", "fund", "account_share", "employee_share", "grant", "grant_period", "cap",
                     "cap_period", "requires_plan", "activity_kinds", "mock", "role"},
                    {"study", "hours", "time", "", "", "48", "year", "8", "month", "true", "course", mock, "clerk"},
                    {"tuition", "money", "pool", "0.75", "0.25", "", "", "", "", "true", "course", mock, "clerk"}}},
                  {"accounts", accounts}});
}

struct Story {
    Story(const Organization& of, const Ledger& in) : organization(of), ledger(in), agreements(ledger, organization) {}

    void pay(const std::string& key, Operation operation) {
        const Receipt receipt =
            ledger.apply({.key = key, .at = now, .by = "office", .operation = std::move(operation)});
        ASSERT_TRUE(receipt.applied) << receipt.message;
    }
    PlanReceipt ask(const std::string& plan, Actor as, PlanOperation operation) {
        const std::string person = plan.substr(0, plan.find('/'));
        return agreements.apply({.key = "k" + std::to_string(++asked),
                                 .at = now,
                                 .by = as == Actor::employee ? person : "Chief",
                                 .as = as,
                                 .plan = plan,
                                 .operation = std::move(operation)});
    }
    /// A plan of one activity is written and proposed; what it costs the organisation says.
    void propose(const std::string& plan, const char* activity, const char* day) {
        const std::string person = plan.substr(0, plan.find('/'));
        const PlanItems items =
            test::items(organization, {{"person", "activity", "first_day", "last_day"}, {person, activity, day, day}});
        EXPECT_TRUE(ask(plan, Actor::employee, WritePlan{{.person = person, .items = items}}).applied);
        EXPECT_TRUE(ask(plan, Actor::employee, StepPlan{PlanEvent::propose}).applied);
    }
    /// Both agree, in one order or the other. The last receipt.
    PlanReceipt agree(const std::string& plan, bool manager_first) {
        ask(plan, manager_first ? Actor::manager : Actor::employee, StepPlan{PlanEvent::agree});
        return ask(plan, manager_first ? Actor::employee : Actor::manager, StepPlan{PlanEvent::agree});
    }
    std::int64_t pool() const { return ledger.balance(FundAccount{"pool"}, now).available.units(); }

    Organization organization;
    Ledger ledger;
    Agreements agreements;
    Moment now = noon("2026-01-05");
    int asked = 0;
};

struct Sums {
    int rows = 0, eligible = 0, informed = 0, planned = 0, agreed = 0, declined = 0;
    std::int64_t granted = 0, reserved = 0, spent = 0, expired = 0, contributed = 0;
};
/// The report's sums over units, by programme and kind.
std::map<std::string, Sums> sums(const ProgramReport& report) {
    std::map<std::string, Sums> sums;
    for (std::size_t i = 0; i < report.size(); ++i) {
        Sums& s = sums[std::string((*report.program.strings())[static_cast<std::size_t>(report.program[i].value())]) +
                       " " + std::string(Words<AccountKind>::names[static_cast<std::size_t>(report.kind[i])])];
        ++s.rows, s.eligible += report.eligible[i], s.informed += report.informed[i], s.planned += report.planned[i];
        s.agreed += report.agreed[i], s.declined += report.declined[i], s.granted += report.granted[i].units();
        s.reserved += report.reserved[i].units(), s.spent += report.spent[i].units();
        s.expired += report.expired[i].units(), s.contributed += report.contributed[i].units();
    }
    return sums;
}

TEST(Story, IsRunInPlayMoneyFirst) {
    Story mock(agency("true"), Ledger::open(":memory:", {.play_money = true}));
    mock.pay("pool", Supply{{"pool"}, Amount(10'000'000)});
    mock.pay("time", Supply{{"time", AccountKind::hours}, Amount(people * 48 * 60)});
    EXPECT_EQ(fund_programs(mock.organization, mock.ledger, mock.now, "office").size(), 400u);
    mock.pay("own", Contribute{{clerk(0), "tuition"}, Amount(25'000)});
    mock.propose(clerk(0) + "/1", "analysis", "2026-02-02");
    EXPECT_TRUE(mock.agree(clerk(0) + "/1", true).applied);
    EXPECT_TRUE(mock.ask(clerk(0) + "/1", Actor::manager, StepItem{PlanEvent::complete_item, "analysis"}).applied);
    EXPECT_EQ(sums(program_report(mock.agreements, mock.now))["tuition money"].spent, 100'000);
    // The same plans in real money, or real programmes here: neither is ever done.
    Story crossed(agency(""), Ledger::open(":memory:", {.play_money = true}));
    crossed.propose(clerk(0) + "/1", "analysis", "2026-02-02");
    EXPECT_THROW(crossed.agree(clerk(0) + "/1", true), Error);
    EXPECT_EQ(crossed.ledger.head().transaction, 0);
}

TEST(Story, OfTheAgencyIsToldAlikeByReportAndAccountant) {
    const test::Folder folder;
    Story story(agency(""), Ledger::open(folder.file(), {.create = true}));

    // Reserve before grant: refused, and nothing is kept in the ledger of it.
    story.propose(clerk(0) + "/1", "analysis", "2026-02-02");
    PlanReceipt early = story.agree(clerk(0) + "/1", true);
    EXPECT_EQ(early.rule, "supplied");
    EXPECT_EQ(early.state, PlanState::manager_agreed);
    EXPECT_NE(early.message.find("supply the fund first"), std::string::npos) << early.message;
    EXPECT_EQ(story.ledger.head().transaction, 0);

    story.now = noon("2026-01-12");
    story.pay("pool", Supply{{"pool"}, Amount(10'000'000)});
    story.pay("time", Supply{{"time", AccountKind::hours}, Amount(people * 48 * 60)});
    for (const Receipt& receipt : fund_programs(story.organization, story.ledger, story.now, "office"))
        EXPECT_TRUE(receipt.applied) << receipt.message;
    for (int i = 0; i < 140; ++i) story.pay("own " + clerk(i), Contribute{{clerk(i), "tuition"}, Amount(50'000)});

    // In order of request: 133 × 750.00 leave 250.00, and those who come later are told so.
    EXPECT_TRUE(story.ask(clerk(0) + "/1", Actor::employee, StepPlan{PlanEvent::agree}).applied);
    for (int i = 1; i < 140; ++i) {
        story.propose(clerk(i) + "/1", "analysis", "2026-02-02");
        const PlanReceipt receipt = story.agree(clerk(i) + "/1", i % 2 == 0);
        EXPECT_EQ(receipt.applied, i < 133) << i << ": " << receipt.message;
        if (i < 133) continue;
        EXPECT_EQ(receipt.rule, "fund");
        EXPECT_NE(receipt.message.find("250.00"), std::string::npos) << receipt.message;
    }
    EXPECT_EQ(story.pool(), 25'000);
    // The money of both and the hours are held together: who is refused money has lost no hour.
    EXPECT_EQ(story.ledger.balance(Account{clerk(133), "study", AccountKind::hours}, story.now).reserved, Amount(0));
    EXPECT_EQ(story.ledger.balance(Account{clerk(132), "study", AccountKind::hours}, story.now).reserved, Amount(480));

    // Eight hours a month: a second course in the month is refused, in the next it is not; leisure is no study.
    story.pay("more", Supply{{"pool"}, Amount(75'000)});
    story.propose(clerk(2) + "/2", "writing", "2026-02-16");
    PlanReceipt capped = story.agree(clerk(2) + "/2", false);
    EXPECT_EQ(capped.rule, "cap");
    EXPECT_NE(capped.message.find("8 h"), std::string::npos) << capped.message;
    EXPECT_NE(capped.message.find("2026-03-01"), std::string::npos) << capped.message;
    story.propose(clerk(2) + "/3", "writing", "2026-03-02");
    EXPECT_TRUE(story.agree(clerk(2) + "/3", false).applied);
    story.propose(clerk(3) + "/2", "garden", "2026-03-02");
    const PlanReceipt leisure = story.agree(clerk(3) + "/2", false);
    EXPECT_EQ(leisure.rule, "available") << leisure.message;  // no programme pays: all is the fund's, with 250.00
    EXPECT_EQ(story.pool(), 25'000);

    // A course cheaper than planned frees the rest; who withdraws frees all: the first who was refused comes in.
    story.now = noon("2026-02-10");
    EXPECT_TRUE(story
                    .ask(clerk(0) + "/1", Actor::manager,
                         StepItem{PlanEvent::complete_item, "analysis", Money(80'000), Minutes(360), "school"})
                    .applied);
    EXPECT_EQ(story.pool(), 25'000 + 15'000);
    EXPECT_EQ(story.ledger.balance(Account{clerk(0), "tuition"}, story.now).available, Amount(30'000));
    EXPECT_EQ(story.ledger.balance(Account{clerk(0), "study", AccountKind::hours}, story.now).available,
              Amount(48 * 60 - 360));
    EXPECT_TRUE(story.ask(clerk(1) + "/1", Actor::employee, StepItem{PlanEvent::withdraw_item, "analysis"}).applied);
    EXPECT_EQ(story.pool(), 25'000 + 15'000 + 75'000);
    EXPECT_TRUE(story.ask(clerk(133) + "/1", Actor::employee, StepPlan{PlanEvent::agree}).applied ||
                story.ask(clerk(133) + "/1", Actor::manager, StepPlan{PlanEvent::agree}).applied);
    EXPECT_EQ(story.agree(clerk(134) + "/1", true).rule, "fund");
    EXPECT_TRUE(story.ask(clerk(139) + "/1", Actor::manager, StepPlan{PlanEvent::decline}).applied);

    // Nobody settles an agreed item behind the plan's back.
    EXPECT_THROW(story.pay("x", Void{"agreement 6/1 money/account"}), Error);

    // The pool grows, and is used.
    story.pay("grown", Supply{{"pool"}, Amount(5'000'000)});
    for (int i = 134; i < 139; ++i) EXPECT_TRUE(story.agree(clerk(i) + "/1", i % 2 == 0).applied) << i;
    story.now = noon("2026-02-20");
    for (int i = 2; i < 139; ++i)
        EXPECT_TRUE(story
                        .ask(clerk(i) + "/1", Actor::manager,
                             StepItem{.event = PlanEvent::complete_item, .activity = "analysis", .provider = "school"})
                        .applied)
            << i;

    // The report: 137 courses as planned, one cheaper; one to come.
    const std::vector<PersonId> informed{PersonId(1), PersonId(2), PersonId(1)};
    std::map<std::string, Sums> told = sums(program_report(story.agreements, story.now, informed));
    const Sums& money = told["tuition money"];
    EXPECT_EQ(money.eligible, 400);
    EXPECT_EQ(money.informed, 2);
    EXPECT_EQ(money.planned, 139);  // of 140 one declined
    EXPECT_EQ(money.agreed, 139);
    EXPECT_EQ(money.declined, 1);
    EXPECT_EQ(money.spent, 137 * 100'000 + 80'000);
    EXPECT_EQ(money.reserved, 100'000);
    EXPECT_EQ(money.contributed, 140 * 50'000);
    const Sums& hours = told["study hours"];
    EXPECT_EQ(hours.granted, 400 * 48 * 60);
    EXPECT_EQ(hours.spent, 137 * 480 + 360);
    EXPECT_EQ(hours.reserved, 480);
    EXPECT_EQ(story.pool(), 10'000'000 + 75'000 + 5'000'000 - 137 * 75'000 - 60'000 - 75'000);
    EXPECT_TRUE(verify(story.ledger).sound) << verify(story.ledger).message;

    // hledger works the same out from the entries alone.
    if (!test::has_hledger()) {
        if (test::requires_hledger()) FAIL() << "hledger is not installed, and GRADUS_REQUIRE_HLEDGER asks for it";
        GTEST_SKIP() << "hledger is not installed";
    }
    {
        std::ofstream file(folder.file("journal"));
        write_hledger(story.ledger, file);
    }
    EXPECT_FALSE(test::printed("hledger -f " + folder.file("journal") + " check && echo sound").empty());
    std::map<std::string, std::string> found = test::hledger_balances(folder.file("journal"));
    EXPECT_EQ(found["provider:school EUR"], decimal(money.spent, 2));
    EXPECT_EQ(found["provider:school min"], std::to_string(hours.spent));
    // What is reserved is in no account yet: the pool's own balance is what is available and what is held of it.
    EXPECT_EQ(found["fund:pool EUR"], decimal(story.pool() + 75'000, 2));
}

}  // namespace
