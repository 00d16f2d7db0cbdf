#include <gradus/agreement/program_stages.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gradus/base/error.h>

#include "account/programs.h"
#include "agreement/team.h"

namespace {

using namespace gradus;
using test::noon;

struct Team {
    Team()
        : organization(build(test::team_tables())), ledger(Ledger::open(":memory:")), agreements(ledger, organization) {
    }

    PlanReceipt ask(const std::string& plan, Actor as, PlanOperation operation) {
        const std::string person = plan.substr(0, plan.find(' '));
        return agreements.apply({.key = "k" + std::to_string(++asked),
                                 .at = now,
                                 .by = as == Actor::employee ? person : "Max",
                                 .as = as,
                                 .plan = plan,
                                 .operation = std::move(operation)});
    }
    void write(const std::string& plan, Cells items = {{"person", "activity", "first_day", "last_day"}}) {
        PlanContent content{.person = plan.substr(0, plan.find(' '))};
        if (items.size() > 1) content.items = test::items(organization, std::move(items));
        ASSERT_TRUE(ask(plan, Actor::employee, WritePlan{content}).applied);
    }
    void steps(const std::string& plan, std::initializer_list<std::pair<Actor, PlanEvent>> steps) {
        for (const auto& [as, event] : steps) EXPECT_TRUE(ask(plan, as, StepPlan{event}).applied) << plan;
    }
    /// "Ann planned, Ann agreed".
    std::string stages() const {
        std::string text;
        for (const PersonStage& of : program_stages(agreements))
            text += (text.empty() ? "" : ", ") +
                    std::string(organization.people()[static_cast<std::size_t>(of.person.value())]) + " " +
                    std::string(Words<Stage>::names[static_cast<std::size_t>(of.stage)]);
        return text;
    }

    Organization organization;
    Ledger ledger;
    Agreements agreements;
    Moment now = noon("2026-05-01");
    int asked = 0;
};
constexpr Actor employee = Actor::employee, manager = Actor::manager;

TEST(ProgramStages, FollowTheStatesOfPlans) {
    using enum PlanEvent;
    Team team;
    EXPECT_EQ(team.stages(), "");
    team.write("Ann 1");
    EXPECT_EQ(team.stages(), "Ann planned");
    team.steps("Ann 1", {{employee, propose}, {employee, agree}});
    EXPECT_EQ(team.stages(), "Ann planned");
    team.steps("Ann 1", {{manager, agree}});
    EXPECT_EQ(team.stages(), "Ann planned, Ann agreed");
    team.write("Bo 1");
    team.steps("Bo 1", {{employee, propose}, {manager, decline}});
    EXPECT_EQ(team.stages(), "Ann planned, Ann agreed, Bo declined");
    team.write("Bo 2");
    EXPECT_EQ(team.stages(), "Ann planned, Ann agreed, Bo planned, Bo declined");
    team.steps("Ann 1", {{manager, start}, {manager, review}, {manager, close}});
    EXPECT_EQ(team.stages(), "Ann planned, Ann agreed, Bo planned, Bo declined");
    team.steps("Bo 2", {{employee, withdraw}});
    EXPECT_EQ(team.stages(), "Ann planned, Ann agreed, Bo declined");

    // The report counts them for each programme that holds them: all three of the team's hold everyone.
    const std::vector<PersonId> informed{PersonId(1), PersonId(2), PersonId(2)};
    const ProgramReport report = program_report(team.agreements, team.now, informed);
    ASSERT_EQ(report.size(), 3u);
    for (std::size_t row = 0; row < report.size(); ++row) {
        EXPECT_EQ(report.eligible[row], 4);
        EXPECT_EQ(report.informed[row], 2);
        EXPECT_EQ(report.planned[row], 1);
        EXPECT_EQ(report.agreed[row], 1);
        EXPECT_EQ(report.declined[row], 1);
    }
    const std::vector<PersonId> unknown{PersonId(9)};
    EXPECT_THROW(program_report(team.agreements, team.now, unknown), Error);
}

TEST(ProgramStages, NoticesLeaveOutWhoHasAPlanAndSessionsThatAreFull) {
    using enum PlanEvent;
    Team team;
    team.ledger.apply({.key = "F", .at = team.now, .by = "x", .operation = Supply{{"F"}, Amount(1000)}});
    test::apply(team.ledger, "grant", team.now, Grant{"F", {"Cy", "T"}, Amount(500)});
    const auto told = [&] {
        std::vector<std::string> text;
        const Notices notices = gradus::notices(team.agreements, team.now, 10);
        for (std::size_t row = 0; row < notices.size(); ++row) {
            std::string one(team.organization.people()[static_cast<std::size_t>(notices.person[row].value())]);
            one += " " + std::string(Words<NoticeKind>::names[static_cast<std::size_t>(notices.notice[row])]);
            if (notices.session[row])
                one += " " + std::string(
                                 team.organization.sessions()[static_cast<std::size_t>(notices.session[row].value())]);
            if (std::find(text.begin(), text.end(), one) == text.end()) text.push_back(one);
        }
        std::string all;
        for (const std::string& one : text) all += (all.empty() ? "" : ", ") + one;
        return all;
    };
    EXPECT_EQ(told(), "Ann no_plan, Bo no_plan, Cy no_plan, Cy session b1, Max no_plan");
    team.write("Ann 1", {{"person", "activity", "session", "first_day", "last_day", "cost"},
                         {"Ann", "b", "b1", "2026-05-04", "2026-05-04", "0"}});
    EXPECT_EQ(told(), "Bo no_plan, Cy no_plan, Cy session b1, Max no_plan");
    // Ann takes the one seat that there is; a second one is free again.
    team.ledger.apply(
        {.key = "H", .at = team.now, .by = "x", .operation = Supply{{"G", AccountKind::hours}, Amount(600)}});
    test::apply(team.ledger, "hours", team.now, Grant{"G", {"Ann", "H", AccountKind::hours}, Amount(600)});
    team.steps("Ann 1", {{employee, propose}, {employee, agree}, {manager, agree}});
    EXPECT_EQ(told(), "Bo no_plan, Cy no_plan, Max no_plan");
    team.agreements.apply(
        {.key = "seats", .at = team.now, .by = "office", .as = Actor::administrator, .operation = SetSeats{"b1", 2}});
    EXPECT_EQ(told(), "Ann session b1, Bo no_plan, Cy no_plan, Cy session b1, Max no_plan");
    // Once her plan is closed, she has none.
    EXPECT_TRUE(team.ask("Ann 1", manager, StepItem{PlanEvent::complete_item, "b"}).applied);
    team.steps("Ann 1", {{manager, review}, {manager, close}});
    EXPECT_EQ(told(), "Ann no_plan, Ann session b1, Bo no_plan, Cy no_plan, Cy session b1, Max no_plan");
}

TEST(ProgramStages, NoticesNeedTheOrganisationsSessions) {
    Team team;
    EXPECT_THROW(notices(team.organization, team.ledger, team.now, 10, {}, Sessions()), Error);
}

}  // namespace
