#include <gradus/agreement/plan_receipts.h>

#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/agreement/agreement_tables.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/wording.h"
#include "agreement/model_words.h"
#include "agreement/random_steps.h"
#include "agreement/stored_table.h"
#include "agreement/team.h"

namespace {

using namespace gradus;
using test::at_second;
using test::ModelRequest;
using test::ModelRow;
using test::PayIn;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t sequences = 4;
#else
constexpr std::uint64_t sequences = 40;
#endif

std::string hours(std::int64_t minutes) {
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", static_cast<double>(minutes) / 60);
    return text;
}

/// A request as somebody writes it down in files: all as text.
void write(Input& requests, Input& items, const ModelRequest& r) {
    const auto amount = [&](const char* column, std::int64_t units) {
        if (units) requests.set(column, std::to_string(units));
    };
    requests.row().set("key", r.key).set("at", to_text(at_second(r.at)) + "Z").set("by", r.by).set("as", r.as);
    requests.set("reason", r.reason).set("plan", r.plan).set("operation", r.event);
    requests.set("person", r.person).set("supersedes", r.supersedes);
    const bool item = r.event.ends_with("_item");
    requests.set(item ? "activity" : r.event == "set_seats" ? "session" : "advisor", r.subject);
    if (r.cost) requests.set("cost", std::to_string(*r.cost));
    if (r.minutes) requests.set("hours", hours(*r.minutes));
    if (r.seats) requests.set("seats", std::to_string(*r.seats));
    amount("account_cost", r.account), amount("employee_cost", r.employee), amount("fund_cost", r.fund);
    if (r.more_minutes) requests.set("hours", hours(r.more_minutes));
    for (const ModelRow& row : r.rows) {
        const auto first = std::chrono::sys_days(test::day_of_year(row.first_day));
        items.row().set("person", r.person).set("activity", row.activity).set("session", row.session);
        items.set("first_day", Date(first)).set("last_day", Date(first + std::chrono::days(1)));
        items.set("hours", hours(row.minutes)).set("reason", row.pinned ? "pinned" : "risk");
        if (row.pinned) continue;
        items.set("fund", "F").set("account_cost", std::to_string(row.account));
        items.set("employee_cost", std::to_string(row.employee)).set("fund_cost", std::to_string(row.fund));
    }
}

PlanReceipts send(Agreements& agreements, const std::vector<ModelRequest>& asked) {
    Input requests("plan_requests"), items("items");
    for (const ModelRequest& r : asked) write(requests, items, r);
    const PlanRequests table = load_plan_requests(agreements, requests);
    return apply_plan_requests(
        agreements, table, load_plan_contents(agreements, table, items.rows() ? &items : nullptr, nullptr, nullptr));
}

/// What the file has of plans, as cells.
std::vector<StoredCells> standing(const Agreements& agreements) {
    const Plans all = plans(agreements);
    std::vector<StoredCells> cells{cells_of(all), cells_of(history(agreements)), cells_of(agreed_items(agreements))};
    for (std::size_t row = 0; row < all.size(); ++row)
        cells.push_back(cells_of(content(agreements, all.plan[row]).items));
    return cells;
}

void expect_same(const PlanReceipts& receipts, std::size_t row, const ModelRequest& asked,
                 const PlanReceipt& expected) {
    EXPECT_EQ(receipts.number[row], expected.number);
    EXPECT_EQ(receipts.key[row], asked.key);
    EXPECT_EQ(receipts.at[row], expected.at);
    EXPECT_EQ(receipts.plan[row], asked.plan);
    EXPECT_EQ(word(receipts.operation[row]), asked.event);
    EXPECT_EQ(receipts.applied[row], expected.applied);
    EXPECT_EQ(receipts.state[row], expected.state);
    EXPECT_EQ(receipts.rule[row], expected.rule);
    EXPECT_EQ(receipts.message[row], expected.message);
    EXPECT_FALSE(receipts.play_money[row]);
}

// The same requests in tables and in C++ get the same answers, and leave the same plans and the same chain of the ledger.
TEST(PlanReceipts, OfATableAreThoseOfItsRequests) {
    int compared = 0, refused = 0, wrong = 0;
    for (std::uint64_t seed = 1; seed <= sequences; ++seed) {
        test::RandomSteps random(seed);
        Ledger ledger = Ledger::open(":memory:"), twin = Ledger::open(":memory:");
        Agreements direct(ledger, test::team()), by_table(twin, test::team());
        std::vector<ModelRequest> asked;
        std::vector<PlanReceipt> expected;
        std::set<std::string> writers;
        // Several rows at once, as far as none is at fault.
        const auto flush = [&] {
            const PlanReceipts receipts = send(by_table, asked);
            ASSERT_EQ(receipts.size(), asked.size());
            for (std::size_t row = 0; row < asked.size(); ++row) {
                expect_same(receipts, row, asked[row], expected[row]);
                refused += !expected[row].applied;
                // By either route it is the same request.
                EXPECT_EQ(by_table.apply(test::translated(asked[row])), expected[row]);
            }
            compared += static_cast<int>(asked.size());
            EXPECT_EQ(cells_of(send(by_table, asked)), cells_of(receipts));
            asked.clear(), expected.clear(), writers.clear();
        };
        for (int i = 0; i < 200; ++i) {
            const test::Step step = random.next();
            if (const auto* paid = std::get_if<PayIn>(&step)) {
                flush();
                const Moment last = ledger.head().at;
                if (!is_missing(last) && at_second(paid->at) < last) continue;
                test::pay_in(ledger, *paid, i), test::pay_in(twin, *paid, i);
                continue;
            }
            const auto& request = std::get<ModelRequest>(step);
            if (request.event == "write" && !writers.insert(request.person).second) flush();
            try {
                expected.push_back(direct.apply(test::translated(request)));
                asked.push_back(request);
                if (request.event == "write") writers.insert(request.person);
            } catch (const Error& error) {
                flush(), ++wrong;
                try {
                    send(by_table, {request});
                    FAIL() << request.event << " was refused with " << error.what();
                } catch (const Error& found) {
                    EXPECT_TRUE(found.table() == "plan_requests" || found.table() == "items") << found.what();
                    EXPECT_GT(found.row(), 0) << found.what();
                }
            }
        }
        flush();
        EXPECT_EQ(ledger.head().hash, twin.head().hash) << "seed " << seed;
        EXPECT_EQ(standing(direct), standing(by_table)) << "seed " << seed;
    }
    if (sequences < 40) return;
    EXPECT_GT(compared, 3000);
    EXPECT_GT(refused, 1000);
    EXPECT_GT(wrong, 100);
}

/// A team's plans in a ledger with a fund, and what is said of tables of requests.
struct Office {
    Office() {
        ledger.apply({.key = "F", .at = at_second(0), .by = "me", .operation = Supply{{"F"}, Amount(100'000)}});
    }
    PlanReceipts apply(Cells requests, Cells items = {}) {
        const Input rows = input({"plan_requests", std::move(requests)}), of_items = input({"items", std::move(items)});
        const PlanRequests table = load_plan_requests(agreements, rows);
        return apply_plan_requests(agreements, table,
                                   load_plan_contents(agreements, table, &of_items, nullptr, nullptr));
    }
    std::string refusal(Cells requests, Cells items = {}) {
        try {
            apply(std::move(requests), std::move(items));
        } catch (const Error& error) {
            return error.what();
        }
        return "accepted";
    }
    /// The number of the last change.
    int changes() const {
        const PlanHistory all = history(agreements);
        return all.size() ? all.number[all.size() - 1] : 0;
    }

    Ledger ledger = Ledger::open(":memory:");
    Agreements agreements{ledger, test::team()};
};

const std::vector<std::string_view> columns = {"key", "at", "by", "as", "operation", "plan", "person"};
const std::vector<std::string_view> item_columns = {"person", "activity", "session", "first_day", "last_day"};
constexpr std::string_view noon = "2026-01-02T12:00Z", later = "2026-01-03T12:00Z";

TEST(PlanReceipts, SayWhichRowIsAtFaultAndKeepThoseBefore) {
    Office office;
    const std::vector<std::string_view> write = {"1", noon, "Max", "manager", "write", "B1", "Bo"};
    EXPECT_EQ(office.refusal({columns, write, {"2", noon, "Max", "manager", "propose", "B7", ""}}),
              "plan_requests, row 2, column plan: there is no plan 'B7'");
    EXPECT_EQ(office.changes(), 1);
    EXPECT_EQ(office.refusal({columns, write, {"2", "2026-01-01", "Max", "manager", "propose", "B1", ""}}),
              "plan_requests, row 2, column at: expected no earlier than 2026-01-02 12:00:00, the moment of the last "
              "change, found 2026-01-01 00:00:00 (key '2')");
    EXPECT_EQ(office.refusal({columns, write, {"1", noon, "Max", "manager", "propose", "B1", ""}}),
              "plan_requests, row 2, column key: the key '1' was used for another request, change 1: what it asks for");
    EXPECT_EQ(office.refusal({columns, {"9", noon, "Max", "manager", "write", "N1", "Nobody"}}),
              "plan_requests, row 1, column person: there is no person 'Nobody'");
    EXPECT_EQ(office.refusal({columns, {"a\tb", noon, "Max", "manager", "propose", "B1", ""}})
                  .find("plan_requests, row 1, column key: "),
              0u);
    EXPECT_EQ(office.changes(), 1);
}

TEST(PlanReceipts, SayWhichRowOfItemsIsAtFault) {
    Office office;
    const Cells requests = {columns,
                            {"1", noon, "Max", "manager", "write", "B1", "Bo"},
                            {"2", noon, "Max", "manager", "write", "A1", "Ann"}};
    const auto items = [](std::string_view session) -> Cells {
        return {item_columns,
                {"Bo", "b", "b1", "2026-05-04", "2026-05-04"},
                {"Ann", "d", "", "2026-05-04", "2026-05-04"},
                {"Ann", "b", session, "2026-05-04", "2026-05-04"},
                {"Ann", "a", "", "2026-05-04", "2026-05-04"}};
    };
    EXPECT_EQ(office.refusal(requests, items("c1")),
              "items, row 3, column session: 'c1' is no session of 'b' (written by row 2 of plan_requests)");
    EXPECT_EQ(office.changes(), 1);
    const PlanReceipts receipts = office.apply(requests, items("b1"));
    EXPECT_EQ(receipts.number[0], 1);
    EXPECT_EQ(receipts.state[1], PlanState::draft);
    EXPECT_EQ(content(office.agreements, "A1").items.size(), 3u);
    EXPECT_EQ(content(office.agreements, "B1").items.activity.text(0), "b");
    // Of a plan that was worked out the rows are its own.
    Plan plan;
    plan.items = test::items(test::team(), items("c1")), plan.as_of = day("2026-01-01");
    const PlanRequests table = load_plan_requests(
        office.agreements, input({"plan_requests", {columns, {"3", noon, "Max", "manager", "write", "A2", "Ann"}}}));
    try {
        apply_plan_requests(office.agreements, table, plan_contents(plan));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.row(), 2) << error.what();
        EXPECT_EQ(plan.items.session.text(1), "c1");
    }
}

TEST(PlanReceipts, OfTwoWritesForOnePersonAreRefusedWhereRowsAreGiven) {
    Office office;
    const Cells two = {columns,
                       {"1", noon, "Max", "manager", "write", "B1", "Bo"},
                       {"2", noon, "Max", "manager", "write", "B2", "Bo"}};
    const Cells rows = {item_columns, {"Bo", "a", "", "2026-05-04", "2026-05-04"}};
    EXPECT_EQ(office.refusal(two, rows),
              "plan_requests, row 2, column person: row 1 writes for 'Bo' too, and it could not be told whose the rows "
              "of items are; expected one of them here, the other in a table of its own");
    EXPECT_EQ(office.changes(), 0);
    EXPECT_EQ(office.apply(two).size(), 2u);  // plans without items
    // The same request once more is no second one.
    const Cells again = {columns,
                         {"3", noon, "Max", "manager", "write", "B3", "Bo"},
                         {"3", noon, "Max", "manager", "write", "B3", "Bo"}};
    EXPECT_EQ(office.apply(again, rows).number[1], 3);
}

TEST(PlanReceipts, OfAPlanThatWasWorkedOutWriteItsDayAndEachPersonsRows) {
    Office office;
    Plan plan;
    plan.items = test::items(
        test::team(),
        {item_columns, {"Bo", "a", "", "2026-05-04", "2026-05-04"}, {"Cy", "a", "", "2026-05-04", "2026-05-04"}});
    plan.as_of = day("2026-01-01");
    const WrittenGoals goals = load_goals(test::team(), input({"goals", {{"person", "capability"}, {"Bo", "A"}}}));
    PlanContent expected = divide(plan, &goals)[0];
    EXPECT_EQ(expected.as_of, plan.as_of);
    const Input rows = input({"plan_requests", {columns, {"1", noon, "Max", "manager", "write", "B1", "Bo"}}});
    const PlanRequests table = load_plan_requests(office.agreements, rows);
    const PlanReceipts receipts = apply_plan_requests(office.agreements, table, plan_contents(plan, &goals));
    ASSERT_EQ(receipts.size(), 1u);
    EXPECT_EQ(plans(office.agreements).size(), 1u);
    // In C++ it is the same request, the day of the plan included.
    const PlanRequest same{.key = "1",
                           .at = table.at[0],
                           .by = "Max",
                           .as = Actor::manager,
                           .plan = "B1",
                           .operation = WritePlan{expected}};
    EXPECT_EQ(office.agreements.apply(same).number, 1);
    EXPECT_EQ(content(office.agreements, "B1").goals.size(), 1u);
    PlanRequests other = load_plan_requests(
        office.agreements, input({"plan_requests",
                                  {{"key", "at", "by", "as", "operation", "plan", "person", "as_of"},
                                   {"1", noon, "Max", "manager", "write", "B1", "Bo", "2026-01-02"}}}));
    EXPECT_THROW(apply_plan_requests(office.agreements, other, plan_contents(plan, &goals)), Error);
}

TEST(PlanReceipts, TellOfSeatsAndPlayMoney) {
    const Ledger play = Ledger::open(":memory:", {.play_money = true});
    Agreements agreements(play, test::team());
    const PlanRequests table =
        load_plan_requests(agreements, input({"plan_requests",
                                              {{"key", "at", "by", "as", "operation", "session", "seats"},
                                               {"1", noon, "me", "administrator", "set_seats", "b1", "0"},
                                               {"2", later, "Max", "manager", "set_seats", "b1", ""}}}));
    const PlanReceipts receipts = apply_plan_requests(agreements, table);
    EXPECT_EQ(receipts.operation[0], PlanOperationKind::set_seats);
    EXPECT_TRUE(is_missing(receipts.state[0]));
    EXPECT_TRUE(receipts.applied[0]);
    EXPECT_FALSE(receipts.applied[1]);
    EXPECT_EQ(receipts.rule[1], "who");
    EXPECT_EQ(receipts.plan[1], "");
    EXPECT_TRUE(receipts.play_money[1]);
    EXPECT_EQ(receipts.at[1], at_second(2 * 86400));
    EXPECT_EQ(apply_plan_requests(agreements, PlanRequests()).size(), 0u);
}

TEST(PlanReceipts, OfAnotherFileAreRefused) {
    Office office;
    const auto refusal = [&](std::int64_t number) {
        try {
            to_table(office.agreements, std::vector{PlanReceipt{.number = number}});
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    EXPECT_EQ(refusal(3), "plan_receipts, row 1, column number: change 3 is not in the file");
    EXPECT_EQ(refusal(std::int64_t{1} << 31),
              "plan_receipts, row 1, column number: a table has no room for number 2147483648");
}

}  // namespace
