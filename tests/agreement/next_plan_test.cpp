#include <gradus/agreement/next_plan.h>

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gradus/agreement/agreement_tables.h>
#include <gradus/base/arrow.h>
#include <gradus/planning/optimize.h>
#include <gradus/risk/risk.h>

#include "agreement/stored_table.h"
#include "agreement/team.h"
#include "risk/cases.h"

namespace gradus {
namespace {

using test::noon;

Input as_input(const Table& table) {
    ArrowArrayStream stream;
    export_arrow(table, &stream);
    return Input(std::string(table.name()), &stream);
}

std::string key(const auto& column, std::size_t row) {
    return column[row] ? std::string((*column.strings())[static_cast<std::size_t>(column[row].value())])
                       : std::string();
}

Risks risks_of(const Organization& organization) {
    const Cells beliefs = {{"person", "capability", "mean", "sd"},
                           {"Ann", "A", "2", "0.5"},
                           {"Ann", "B", "2", "0.5"},
                           {"Bo", "A", "2", "0.5"},
                           {"Bo", "B", "2", "0.5"},
                           {"Cy", "A", "2", "0.5"},
                           {"Cy", "B", "2", "0.5"}};
    return assess_risk(organization, find_gaps(organization, believe(organization, beliefs)));
}

struct Team {
    explicit Team(const Organization& of) : organization(of), ledger(Ledger::open(":memory:")), agreements(ledger, of) {
        pay("fund", Supply{{"F"}, Amount(3000)});
        pay("source", Supply{{"G"}, Amount(10'000)});
        pay("source h", Supply{{"G", AccountKind::hours}, Amount(6000)});
        pay("source i", Supply{{"G", AccountKind::items}, Amount(10)});
        for (const char* person : {"Ann", "Cy"}) {
            pay(std::string("grant ") + person, Grant{"G", {person, "T"}, Amount(900)});
            pay(std::string("own ") + person, Contribute{{person, "T"}, Amount(700)});
        }
        pay("hours", Grant{"G", {"Ann", "H", AccountKind::hours}, Amount(700)});
        pay("items", Grant{"G", {"Cy", "I", AccountKind::items}, Amount(2)});
    }
    void pay(const std::string& key, Operation operation) {
        const Receipt receipt =
            ledger.apply({.key = key, .at = noon("2026-01-01"), .by = "office", .operation = std::move(operation)});
        ASSERT_TRUE(receipt.applied) << receipt.message;
    }
    PlanReceipt ask(const std::string& plan, Actor as, PlanOperation operation) {
        const std::string person = plan.substr(0, plan.find(' '));
        return agreements.apply({.key = "k" + std::to_string(++asked),
                                 .at = noon("2026-04-01"),
                                 .by = as == Actor::employee ? person : "Max",
                                 .as = as,
                                 .plan = plan,
                                 .operation = std::move(operation)});
    }
    /// Both agree, in either order. The last receipt.
    PlanReceipt agree(const std::string& plan, const PlanContent& content, bool manager_first) {
        EXPECT_TRUE(ask(plan, Actor::manager, WritePlan{content}).applied);
        EXPECT_TRUE(ask(plan, Actor::employee, StepPlan{PlanEvent::propose}).applied);
        const Actor first = manager_first ? Actor::manager : Actor::employee;
        EXPECT_EQ(ask(plan, first, StepPlan{PlanEvent::agree}).state,
                  manager_first ? PlanState::manager_agreed : PlanState::employee_agreed);
        return ask(plan, manager_first ? Actor::employee : Actor::manager, StepPlan{PlanEvent::agree});
    }
    /// The organisation as the file says it is now.
    Organization now() const {
        const Moment at = noon("2026-04-01");
        const std::vector<Input> inputs{as_input(enrolments(agreements)), as_input(accounts(agreements, at)),
                                        as_input(funds(agreements, at)), as_input(sessions(agreements))};
        return organization.with_tables(inputs, 1);
    }

    Organization organization;
    Ledger ledger;
    Agreements agreements;
    int asked = 0;
};

struct Used {
    std::map<std::string, std::int64_t> money;  ///< by account or fund
    std::map<std::string, int> seats;

    void add(const PlanItems& items) {
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items.reason[i] == Reason::pinned) continue;
            money["fund"] += items.fund_cost[i].minor_units();
            money[key(items.person, i)] += items.account_cost[i].minor_units();
            if (key(items.person, i) == "Ann") money["Ann's hours"] += items.hours[i].count();
            if (items.session[i]) ++seats[key(items.session, i)];
        }
    }
};

TEST(NextPlan, KeepsLimitsOverBothPlansTogether) {
    Team team(build(test::team_tables()));
    const Organization first = team.now();
    const OptimizeOptions options{.start = day("2026-04-01"), .threads = 1};
    const Plan plan = optimize(first, risks_of(first), options);
    Used used;
    int agreed = 0;
    for (const PlanContent& content : divide(plan)) {
        if (content.person == "Max") continue;
        // Bo's plan waits for the second round, so that something is left to plan.
        if (content.person == "Bo") continue;
        const PlanReceipt receipt = team.agree(content.person + " 1", content, ++agreed % 2 == 0);
        ASSERT_TRUE(receipt.applied) << receipt.message;
        EXPECT_EQ(receipt.state, PlanState::agreed);
        used.add(content.items);
    }
    ASSERT_GT(agreed, 0);
    ASSERT_GT(used.money["fund"], 0);
    ASSERT_GT(used.money["Ann"], 0);

    const Organization second = team.now();
    EXPECT_EQ(next_organization(team.agreements, noon("2026-04-01"), 1).digest(), second.digest());
    EXPECT_NE(second.digest(), first.digest());
    EXPECT_EQ(second->funds.amount[0].minor_units(), 3000 - used.money["fund"]);
    const Plan next = optimize(second, risks_of(second), options);
    std::size_t pins = 0;
    for (std::size_t i = 0; i < next.items.size(); ++i) pins += next.items.reason[i] == Reason::pinned;
    EXPECT_GT(pins, 0u);
    used.add(next.items);
    EXPECT_LE(used.money["fund"], 3000);
    for (const char* person : {"Ann", "Cy"}) EXPECT_LE(used.money[person], 900) << person;
    EXPECT_LE(used.money["Ann's hours"], 700);
    EXPECT_LE(used.seats["b1"], 1);
    EXPECT_LE(used.seats["b2"], 2);
    // What it makes of everybody can be agreed to, the plan of before superseded; the file it reads is the same for good.
    for (PlanContent content : divide(next)) {
        if (content.person == "Max") continue;
        if (content.person != "Bo") content.supersedes = content.person + " 1";
        const PlanReceipt receipt = team.agree(content.person + " 2", content, true);
        EXPECT_TRUE(receipt.applied) << receipt.message;
    }
    const AgreedItems items = agreed_items(team.agreements);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool replaced = items.plan[i] == "Ann 1" || items.plan[i] == "Cy 1";
        EXPECT_EQ(items.status[i], replaced ? ItemStatus::moved : ItemStatus::enrolled) << items.plan[i];
    }
}

TEST(NextPlan, LeavesMoneyUnlimitedWhereItIs) {
    std::vector<Literal> tables = test::team_tables();
    std::erase_if(tables, [](const Literal& table) { return table.table == "funds"; });
    const Organization organization = build(tables);
    const Agreements agreements(Ledger::open(":memory:"), organization);
    const Organization next = next_organization(agreements, noon("2026-04-01"));
    EXPECT_FALSE(next.relations().funds_given);
    EXPECT_EQ(next->sessions.seats[0], 1);
}

TEST(NextPlan, ReadsBackWhatWasWritten) {
    Team team(build(test::team_tables()));
    const Organization organization = team.now();
    const Risks risks = risks_of(organization);
    const Plan plan = optimize(organization, risks, {.start = day("2026-04-01"), .threads = 1});
    const WrittenGoals goals = write_goals(Desk(organization, risks, plan));
    for (const PlanContent& content : divide(plan, &goals)) {
        ASSERT_TRUE(team.ask(content.person + " 1", Actor::administrator, WritePlan{content}).applied);
        const PlanContent read = gradus::content(team.agreements, content.person + " 1");
        EXPECT_EQ(cells_of(read.items), cells_of(content.items));
        EXPECT_EQ(cells_of(read.goals), cells_of(content.goals));
        EXPECT_EQ(cells_of(read.milestones), cells_of(content.milestones));
        EXPECT_GT(read.goals.size(), 0u);
        EXPECT_GT(read.milestones.size(), 0u);
    }
}

TEST(NextPlan, TellsWhatIsOverAndWhoWaits) {
    Team team(build(test::team_tables()));
    const auto one = [&](const char* person) {
        return PlanContent{
            .person = person,
            .items = test::items(team.organization, {{"person", "activity", "session", "first_day", "last_day", "cost"},
                                                     {person, "b", "b1", "2026-05-04", "2026-05-04", "0"}})};
    };
    EXPECT_TRUE(team.agree("Ann 1", one("Ann"), true).applied);
    EXPECT_TRUE(team.agree("Bo 1", one("Bo"), false).applied);
    const auto told = [&] {
        std::string text;
        const Enrolments rows = enrolments(team.agreements);
        for (std::size_t i = 0; i < rows.size(); ++i)
            text += key(rows.person, i) + " " +
                    std::string(Words<EnrolmentStatus>::names[static_cast<std::size_t>(rows.status[i])]) + " ";
        return text + std::to_string(sessions(team.agreements).seats[0]);
    };
    EXPECT_EQ(told(), "Ann enrolled Bo planned 0");
    EXPECT_TRUE(team.ask("Ann 1", Actor::employee, StepItem{PlanEvent::withdraw_item, "b"}).applied);
    EXPECT_EQ(told(), "Ann withdrawn Bo enrolled 0");
    EXPECT_TRUE(team.ask("Bo 1", Actor::manager, StepItem{PlanEvent::complete_item, "b"}).applied);
    EXPECT_EQ(told(), "Ann withdrawn Bo completed 0");
    // Who freed the seat is not told to Bo.
    const PlanHistory history = gradus::history(team.agreements, "Bo");
    ASSERT_GT(history.size(), 0u);
    for (std::size_t i = 0; i < history.size(); ++i) {
        EXPECT_EQ(key(history.person, i), "Bo");
        EXPECT_NE(history.by[i], "Ann");
    }
}

// What somebody takes up outside after it was withdrawn here is another enrolment; the one that was withdrawn is not open any more.
TEST(NextPlan, KeepsWhatIsOpenOutsideBesideWhatIsOverHere) {
    std::vector<Literal> tables = test::team_tables();
    tables.push_back({"enrolments",
                      {{"person", "activity", "status", "session", "date"},
                       {"Bo", "a", "enrolled", "", "2026-06-10"},
                       {"Bo", "a", "enrolled", "", "2026-05-04"},
                       {"Bo", "a", "planned", "", ""},
                       {"Bo", "b", "enrolled", "b2", ""},
                       {"Bo", "b", "enrolled", "b1", ""},
                       {"Bo", "b", "in_progress", "b1", "2026-05-04"}}});
    Team team(build(tables));
    const auto agree = [&](const std::string& plan) {
        return team.agree(plan,
                          {.person = "Bo",
                           .items = test::items(team.organization,
                                                {{"person", "activity", "session", "first_day", "last_day", "cost"},
                                                 {"Bo", "a", "", "2026-05-04", "2026-05-04", "0"},
                                                 {"Bo", "b", "b1", "2026-05-04", "2026-05-04", "0"}})},
                          true);
    };
    const auto told = [&] {
        std::string text;
        const Enrolments rows = enrolments(team.agreements);
        for (std::size_t i = 0; i < rows.size(); ++i)
            text += key(rows.activity, i) + key(rows.session, i) + " " +
                    std::string(Words<EnrolmentStatus>::names[static_cast<std::size_t>(rows.status[i])]) + " " +
                    (is_missing(rows.date[i]) ? "" : std::to_string((rows.date[i] - day("2026-01-01")).count())) + "; ";
        return text;
    };
    EXPECT_EQ(told(),
              "a planned ; a enrolled 123; a enrolled 160; bb1 enrolled ; bb2 enrolled ; bb1 in_progress 123; ");
    ASSERT_TRUE(agree("Bo 1").applied);
    EXPECT_EQ(told(), "a enrolled 123; bb1 enrolled 123; ");
    ASSERT_TRUE(team.ask("Bo 1", Actor::employee, StepPlan{PlanEvent::withdraw}).applied);
    EXPECT_EQ(told(), "a withdrawn 90; bb1 withdrawn 90; a planned ; a enrolled 160; bb2 enrolled ; ");
}

}  // namespace
}  // namespace gradus
