#include <gradus/agreement/plan_requests.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/wording.h"
#include "agreement/team.h"

namespace {

using namespace gradus;

const Agreements& plans_of_the_team() {
    static const Organization organization = build(test::team_tables());
    static const Agreements agreements(Ledger::open(":memory:"), organization);
    return agreements;
}

std::string refusal(const Input& input) {
    try {
        load_plan_requests(plans_of_the_team(), input);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

/// A cell that each column takes.
const std::map<std::string, std::string> cells = {
    {"reason", "why"},     {"plan", "p"},          {"person", "Ann"},  {"supersedes", "o"}, {"as_of", "2026-01-01"},
    {"advisor", "Eve"},    {"activity", "a"},      {"cost", "1.5"},    {"hours", "0.25"},   {"provider", "school"},
    {"account_cost", "1"}, {"employee_cost", "2"}, {"fund_cost", "3"}, {"session", "b1"},   {"seats", "4"}};

Input request(const std::string& operation, const std::set<std::string>& columns) {
    Input input("plan_requests");
    input.row().set("key", "k").set("at", "2026-01-01").set("by", "Max").set("as", "manager");
    input.set("operation", operation);
    for (const std::string& column : columns) input.set(column, cells.at(column));
    return input;
}

std::set<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    std::set<std::string> words;
    for (std::string word; stream >> word;) words.insert(word);
    return words;
}

struct Form {
    std::string needs, may;
};
// What PlanRequest and its operations hold, written down once more.
const std::map<std::string, Form> forms = {
    {"write", {"plan person", "reason supersedes as_of"}},
    {"propose", {"plan", "reason"}},
    {"agree", {"plan", "reason"}},
    {"decline", {"plan", "reason"}},
    {"withdraw", {"plan", "reason"}},
    {"name_advisor", {"plan advisor", "reason"}},
    {"comment", {"plan reason", ""}},
    {"start", {"plan", "reason"}},
    {"begin_item", {"plan activity", "reason"}},
    {"complete_item", {"plan activity", "reason cost hours provider"}},
    {"fail_item", {"plan activity", "reason cost hours provider"}},
    {"miss_item", {"plan activity", "reason cost hours provider"}},
    {"withdraw_item", {"plan activity", "reason"}},
    {"raise_item", {"plan activity", "reason account_cost employee_cost fund_cost hours"}},
    {"review", {"plan", "reason"}},
    {"close", {"plan", "reason"}},
    {"set_seats", {"session", "reason seats"}}};

TEST(PlanRequests, TakeOfEachOperationWhatItNeedsAndMayHave) {
    ASSERT_EQ(forms.size(), std::size(Words<PlanOperationKind>::names));
    for (const auto& [operation, form] : forms) {
        std::set<std::string> least = words(form.needs);
        const std::set<std::string> may = words(form.may);
        if (operation == "raise_item") least.insert("fund_cost");
        EXPECT_EQ(refusal(request(operation, least)), "accepted") << operation;
        std::set<std::string> most = least;
        most.insert(may.begin(), may.end());
        EXPECT_EQ(refusal(request(operation, most)), "accepted") << operation;
        for (const std::string& column : words(form.needs)) {
            std::set<std::string> less = most;
            less.erase(column);
            EXPECT_EQ(refusal(request(operation, less)),
                      "plan_requests, row 1, column " + column + ": " + operation + " needs " + column);
        }
        for (const auto& [column, cell] : cells) {
            if (most.contains(column)) continue;
            std::set<std::string> more = least;
            more.insert(column);
            EXPECT_EQ(refusal(request(operation, more)),
                      "plan_requests, row 1, column " + column + ": " + operation + " has no use for " + column);
        }
    }
}

TEST(PlanRequests, RaiseByMoreThanNothing) {
    const std::string nothing =
        "plan_requests, row 1, column account_cost: raise_item needs more than 0 of account_cost, employee_cost, "
        "fund_cost or hours";
    EXPECT_EQ(refusal(request("raise_item", {"plan", "activity"})), nothing);
    EXPECT_EQ(refusal(request("raise_item", {"plan", "activity"}).set("hours", 0).set("fund_cost", 0)), nothing);
    for (const char* part : {"account_cost", "employee_cost", "fund_cost", "hours"}) {
        EXPECT_EQ(refusal(request("raise_item", {"plan", "activity", part})), "accepted");
        EXPECT_NE(refusal(request("raise_item", {"plan", "activity"}).set(part, -1)), "accepted") << part;
    }
}

TEST(PlanRequests, AreReadInTheirOrderInTheUnitsOfTheLedger) {
    Input input = request("write", {"plan", "person", "as_of"});
    input.row().set("key", "b").set("at", "2026-01-01T09:30:00+02:00").set("by", "Max").set("as", "administrator");
    input.set("operation", "complete_item").set("plan", "p").set("activity", "a").set("cost", "12.5").set("hours", 1.5);
    input.row().set("key", "a").set("at", Moment(std::chrono::microseconds(5))).set("by", "me").set("as", "employee");
    input.set("operation", "set_seats").set("session", "b1");
    const PlanRequests table = load_plan_requests(plans_of_the_team(), input);
    ASSERT_EQ(table.size(), 3u);
    EXPECT_EQ(table.as_of[0], day("2026-01-01"));
    EXPECT_EQ(table.person[0], "Ann");
    EXPECT_EQ(table.as[0], Actor::manager);
    EXPECT_EQ(table.at[1], Moment(std::chrono::sys_days(day("2026-01-01"))) + std::chrono::minutes(450));
    EXPECT_EQ(table.cost[1], Money(1250));
    EXPECT_EQ(table.hours[1], Minutes(90));
    EXPECT_TRUE(is_missing(table.as_of[1]));
    EXPECT_EQ(table.key[2], "a");
    EXPECT_EQ(table.at[2], Moment(std::chrono::microseconds(5)));
    EXPECT_TRUE(is_missing(table.seats[2]));
    // In a currency without minor units nothing is divided.
    std::vector<Literal> tables = test::team_tables();
    tables.push_back({"settings", {{"currency"}, {"JPY"}}});
    const Organization organization = build(tables);
    const Agreements yen(Ledger::open(":memory:", {.currency = "JPY"}), organization);
    EXPECT_EQ(load_plan_requests(yen, request("raise_item", {"plan", "activity", "fund_cost"})).fund_cost[0], Money(3));
}

TEST(PlanRequests, SayWhichCellIsWrongAndWhatIsExpected) {
    EXPECT_EQ(
        refusal(request("propose", {"plan"}).set("cost", "dear")),
        "plan_requests, row 1, column cost: cost 'dear' is not a number (digits and a decimal point, such as 1234.5)");
    EXPECT_EQ(refusal(request("set_seats", {"session"}).set("seats", -1)),
              "plan_requests, row 1, column seats: seats -1 is below 0");
    EXPECT_NE(refusal(request("agre", {"plan"})).find("plan_requests, row 1, column operation: "), std::string::npos);
    Input empty_row("plan_requests");
    empty_row.row().set("key", "k");
    EXPECT_EQ(refusal(empty_row),
              "plan_requests, column as: column 'as' is required; given are: key (and 3 more errors)");
    EXPECT_EQ(refusal(Input("requests")), "plan_requests: given is the table 'requests', expected 'plan_requests'");
    // Of an unknown column it is warned.
    Input more = request("propose", {"plan"});
    more.set("colour", "red");
    const PlanRequests table = load_plan_requests(plans_of_the_team(), more);
    ASSERT_EQ(table.problems->size(), 1u);
    EXPECT_EQ(table.problems->column[0], "colour");
}

}  // namespace
