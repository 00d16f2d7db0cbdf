#include <gradus/account/requests.h>

#include <string>
#include <vector>

#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/ledger_requests.h"

namespace {

using namespace gradus;

Input grant(const char* column = "", const char* cell = "") {
    Input input("requests");
    input.row().set("key", "g").set("at", "2026-01-01").set("by", "me").set("operation", "grant");
    input.set("fund", "pool").set("person", "Ann").set("kind", "money").set("amount", "10");
    if (*column) input.set(column, cell);
    return input;
}

std::string refusal(const Input& input) {
    try {
        load_requests(Ledger::open(":memory:"), input);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Requests, AreReadInTheirOrderInUnitsOfTheirKind) {
    Input input("requests");
    input.row().set("key", "z").set("at", "2026-01-01T09:30:00.000001+02:00").set("by", "me");
    input.set("operation", "supply").set("fund", "pool").set("kind", "money").set("amount", "12.5");
    input.row().set("key", "a").set("at", Moment(std::chrono::microseconds(5))).set("by", "me");
    input.set("operation", "supply").set("fund", "pool").set("kind", "hours").set("amount", 1.5);
    input.row().set("key", "a").set("at", test::second(0)).set("by", "me");
    input.set("operation", "supply").set("fund", "pool").set("kind", "items").set("amount", 7);
    const Requests table = load_requests(Ledger::open(":memory:"), input);
    ASSERT_EQ(table.size(), 3u);
    EXPECT_EQ(table.key[0], "z");
    EXPECT_EQ(table.amount[0], Amount(1250));
    EXPECT_EQ(table.at[0], test::second(7 * 3600 + 30 * 60) + std::chrono::microseconds(1));
    EXPECT_EQ(table.amount[1], Amount(90));
    EXPECT_EQ(table.at[1], Moment(std::chrono::microseconds(5)));
    EXPECT_EQ(table.amount[2], Amount(7));
    EXPECT_EQ(table.at[2], test::second(0));
    EXPECT_TRUE(is_missing(table.expires[0]));
    // In a currency without minor units nothing is divided.
    const Ledger yen = Ledger::open(":memory:", {.currency = "JPY"});
    EXPECT_EQ(load_requests(yen, grant()).amount[0], Amount(10));
}

TEST(Requests, SayWhichCellIsWrongAndWhatIsExpected) {
    EXPECT_EQ(refusal(grant()), "accepted");
    EXPECT_EQ(refusal(grant("reason", "because")), "accepted");
    EXPECT_EQ(refusal(grant("provider", "school")), "requests, row 1, column provider: grant has no use for provider");
    EXPECT_EQ(refusal(grant("cost", "5")), "requests, row 1, column cost: grant has no use for cost");
    EXPECT_EQ(
        refusal(grant("expires", "2026-03-31T09:30:00")),
        "requests, row 1, column expires: expires '2026-03-31T09:30:00' has no time zone; end it with Z for UTC, or "
        "with an offset such as +02:00");
    Input bare("requests");
    bare.row().set("key", "p").set("at", "2026-01-01").set("by", "me").set("operation", "post").set("reservation", "r");
    EXPECT_EQ(refusal(bare), "requests, row 1, column amount: post needs amount (and 1 more error)");
    bare.set("amount", 5);
    EXPECT_EQ(refusal(bare), "requests, row 1, column amount: amount 5 needs a kind: one of money, hours, items");
    bare.set("kind", "money").row();
    EXPECT_EQ(refusal(bare), "requests, row 2, column at: at is missing (and 3 more errors)");
    // What is wrong with one row hides nothing of another.
    bare.set("kind", "euro").set("amount", 5);
    EXPECT_EQ(refusal(bare), "requests, row 2, column at: at is missing (and 4 more errors)");
    bare.row().set("key", "s").set("at", "2026-01-01").set("by", "me");
    bare.set("operation", "void");
    try {
        load_requests(Ledger::open(":memory:"), bare);
        ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
        const Problems& problems = *error.problems();
        EXPECT_EQ(problems.row[problems.size() - 1], 3);
        EXPECT_EQ(problems.message[problems.size() - 1], "void needs reservation");
    }
}

TEST(Requests, TakeAnAccountOrAFund) {
    const auto reserve = [](std::vector<std::pair<const char*, const char*>> cells, const char* operation = "reserve") {
        Input input("requests");
        input.row().set("key", "r").set("at", "2026-01-01").set("by", "me").set("operation", operation);
        input.set("kind", "items").set("amount", 1);
        for (const auto& [column, cell] : cells) input.set(column, cell);
        return refusal(input);
    };
    EXPECT_EQ(reserve({{"fund", "pool"}}), "accepted");
    EXPECT_EQ(reserve({{"person", "Ann"}, {"program", "P"}}), "accepted");
    EXPECT_EQ(reserve({}), "requests, row 1, column person: reserve needs a person or a fund");
    EXPECT_EQ(reserve({{"fund", "pool"}, {"person", "Ann"}}),
              "requests, row 1, column fund: reserve takes a person or a fund, not both");
    EXPECT_EQ(reserve({{"fund", "pool"}, {"program", "P"}}),
              "requests, row 1, column program: a fund is of no programme");
    EXPECT_EQ(reserve({{"fund", "pool"}}, "transfer"),
              "requests, row 1, column to_person: transfer needs a to_person or a to_fund");
    EXPECT_EQ(reserve({{"fund", "pool"}, {"to_fund", "north"}}, "transfer"), "accepted");
}

TEST(Requests, OfTheirOwnTypeAreTheSameRows) {
    const std::vector<Request> requests = {
        test::request("t", 1, Transfer{Account{"Ann", "P"}, Account{"Bo", "Q"}, Amount(3)}),
        test::request("r", 2, Reserve{FundAccount{"pool"}, Amount(4), test::second(9), Draw::any}),
        test::request("v", 3, Void{"r"}), test::request("u", 4, Reverse{"t"})};
    const Requests table = to_table(requests);
    ASSERT_EQ(table.size(), 4u);
    EXPECT_EQ(table.to_person[0], "Bo");
    EXPECT_EQ(table.to_program[0], "Q");
    EXPECT_EQ(table.fund[1], "pool");
    EXPECT_EQ(table.expires[1], test::second(9));
    EXPECT_EQ(table.reservation[2], "r");
    EXPECT_EQ(table.reverses[3], "t");
    EXPECT_EQ(table.reservation[3], "");
    EXPECT_TRUE(is_missing(table.amount[3]));
}

}  // namespace
