#include <gradus/account/receipts.h>

#include <string>
#include <vector>

#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/ledger_requests.h"
#include "account/programs.h"
#include "account/wording.h"
#include "organization/currency.h"

namespace {

using namespace gradus;
using test::midnight;
using test::organization_with;
using test::tuition;

/// A request as somebody writes it down in a file: all as text.
void write(Input& input, const Request& request) {
    const auto set = [&](const char* column, const std::string& cell) { input.set(column, cell); };
    const auto money = [](Amount amount, AccountKind kind) {
        if (kind == AccountKind::money) return decimal(amount.units(), 2);
        if (kind == AccountKind::items) return std::to_string(amount.units());
        char text[64];
        std::snprintf(text, sizeof text, "%.17g", static_cast<double>(amount.units()) / 60);
        return std::string(text);
    };
    const auto payer = [&](const Payer& p, const std::string& prefix) {
        if (const auto* account = std::get_if<Account>(&p)) {
            input.set(prefix + "person", account->person).set(prefix + "program", account->program);
            return account->kind;
        }
        input.set(prefix + "fund", std::get<FundAccount>(p).fund);
        return std::get<FundAccount>(p).kind;
    };
    const auto amount = [&](Amount a, AccountKind kind) {
        set("kind", std::string(word(kind))), set("amount", money(a, kind));
    };
    const auto expires = [&](const std::optional<Moment>& e) {
        if (e) set("expires", to_text(*e) + "Z");
    };
    input.row();
    set("key", request.key), set("at", to_text(request.at) + "Z"), set("by", request.by), set("reason", request.reason);
    set("operation", std::string(word(static_cast<OperationKind>(request.operation.index()))));
    struct Cells {
        decltype(payer)& of;
        decltype(amount)& much;
        decltype(expires)& until;
        Input& input;
        void operator()(const Supply& o) const { much(o.amount, of(o.fund, "")); }
        void operator()(const Grant& o) const {
            much(o.amount, of(o.account, "")), input.set("fund", o.fund), until(o.expires);
        }
        void operator()(const Contribute& o) const { much(o.amount, of(o.account, "")); }
        void operator()(const Reserve& o) const {
            much(o.amount, of(o.payer, "")), until(o.expires);
            if (o.draw != Draw::any) input.set("draw", word(o.draw));
        }
        void operator()(const Post& o) const {
            much(o.amount, AccountKind::money), input.set("reservation", o.reservation).set("provider", o.provider);
        }
        void operator()(const Void& o) const { input.set("reservation", o.reservation); }
        void operator()(const Expire&) const {}
        void operator()(const Transfer& o) const { of(o.to, "to_"), much(o.amount, of(o.from, "")); }
        void operator()(const ClawBack& o) const { much(o.amount, of(o.account, "")), input.set("fund", o.fund); }
        void operator()(const Reverse& o) const { input.set("reverses", o.key); }
    };
    std::visit(Cells{payer, amount, expires, input}, request.operation);
}

AccountKind kind_of(const Payer& payer) {
    return std::visit([](const auto& p) { return p.kind; }, payer);
}

// The same requests in a file and in C++ leave the same chain, and get the same answers.
TEST(Receipts, OfATableAreThoseOfItsRequests) {
    int compared = 0, refused = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        test::RandomRequests random(seed, false);
        Ledger direct = Ledger::open(":memory:"), by_table = Ledger::open(":memory:");
        for (int i = 0; i < 120; ++i) {
            const Request request = random.next();
            if (const auto* transfer = std::get_if<Transfer>(&request.operation);
                transfer && kind_of(transfer->from) != kind_of(transfer->to))
                continue;  // a row has one kind
            std::optional<Receipt> expected;
            try {
                expected = direct.apply(request);
            } catch (const Error&) {
            }
            Input input("requests");
            write(input, request);
            const bool money = !std::holds_alternative<Post>(request.operation);
            try {
                const Applied applied = apply_requests(by_table, load_requests(by_table, input), false, nullptr);
                ASSERT_TRUE(expected) << testing::PrintToString(request);
                const Receipts& receipts = applied.receipts;
                EXPECT_EQ(receipts.transaction[0], expected->transaction);
                EXPECT_EQ(receipts.key[0], request.key);
                EXPECT_EQ(receipts.applied[0], expected->applied);
                EXPECT_EQ(receipts.rule[0], expected->rule);
                EXPECT_EQ(receipts.message[0], expected->message);
                if (!is_missing(receipts.kind[0])) {
                    EXPECT_EQ(receipts.available[0], expected->available);
                    EXPECT_EQ(receipts.asked[0], expected->asked);
                } else {
                    EXPECT_TRUE(is_missing(expected->available)) << testing::PrintToString(request);
                }
                ++compared, refused += !expected->applied;
            } catch (const Error& error) {
                // A post of what was not reserved in money is refused by the table alone.
                if (expected && !money) {
                    ASSERT_EQ(error.column(), "kind") << error.what();
                    by_table.apply(request);
                    continue;
                }
                ASSERT_FALSE(expected) << error.what() << testing::PrintToString(request);
            }
        }
        EXPECT_EQ(direct.head().hash, by_table.head().hash) << "seed " << seed;
    }
    EXPECT_GT(compared, 3000);
    EXPECT_GT(refused, 500);
}

Input rows(const std::vector<Request>& requests) {
    Input input("requests");
    for (const Request& request : requests) write(input, request);
    return input;
}

TEST(Receipts, OfLinkedRowsAreAllOrNone) {
    Ledger ledger = Ledger::open(":memory:");
    const Input input = rows({test::request("s", 1, Supply{{"pool"}, Amount(5)}),
                              test::request("r", 2, Reserve{FundAccount{"pool"}, Amount(6)})});
    const Applied applied = apply_requests(ledger, load_requests(ledger, input), true, nullptr);
    EXPECT_FALSE(applied.receipts.applied[0]);
    EXPECT_EQ(applied.receipts.rule[0], "linked");
    EXPECT_EQ(applied.receipts.rule[1], "available");
    EXPECT_EQ(applied.receipts.available[1], Amount(5));
    EXPECT_EQ(applied.receipts.kind[1], AccountKind::money);
    EXPECT_EQ(ledger.balance(FundAccount{"pool"}, test::second(3)).available, Amount(0));
}

// Refused as one of many, a request may build on one that is refused after it, which builds on the first.
TEST(Receipts, OfRefusedRowsThatNameEachOtherHaveNoKind) {
    Ledger ledger = Ledger::open(":memory:");
    const Input input = rows({test::request("r", 2, Reserve{FundAccount{"pool"}, Amount(6)}),
                              test::request("a", 2, Void{"b"}), test::request("b", 2, Void{"a"})});
    const Applied applied = apply_requests(ledger, load_requests(ledger, input), true, nullptr);
    ASSERT_EQ(applied.receipts.size(), 3u);
    EXPECT_EQ(applied.receipts.rule[2], "linked");
    EXPECT_TRUE(is_missing(applied.receipts.kind[1]));
    EXPECT_TRUE(is_missing(applied.receipts.kind[2]));
}

TEST(Receipts, APostCountsWhatWasReserved) {
    Ledger ledger = Ledger::open(":memory:");
    const Input input = rows({test::request("s", 1, Supply{{"pool", AccountKind::hours}, Amount(500)}),
                              test::request("r", 2, Reserve{FundAccount{"pool", AccountKind::hours}, Amount(60)}),
                              test::request("p", 3, Post{"r", Amount(60)})});
    const auto refusal = [&] {
        try {
            apply_requests(ledger, load_requests(ledger, input), false, nullptr);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const std::string expected =
        "requests, row 3, column kind: reservation 'r' holds hours, and money is posted: units are never mixed";
    EXPECT_EQ(refusal(), expected);
    EXPECT_EQ(ledger.head().transaction, 0);
    ledger.apply(test::request("s", 1, Supply{{"pool", AccountKind::hours}, Amount(500)}));
    ledger.apply(test::request("r", 2, Reserve{FundAccount{"pool", AccountKind::hours}, Amount(60)}));
    EXPECT_EQ(refusal(), expected);
}

Input spend(const char* key, const char* cost) {
    Input input("requests");
    input.row().set("key", "supply").set("at", "2026-01-01").set("by", "me").set("operation", "supply");
    input.set("fund", "pool").set("kind", "money").set("amount", 1000);
    input.row().set("key", "own").set("at", "2026-01-01").set("by", "me").set("operation", "contribute");
    input.set("person", "Ann").set("program", "tuition").set("kind", "money").set("amount", 100);
    input.row().set("key", key).set("at", "2026-03-01").set("by", "me").set("operation", "spend");
    input.set("person", "Ann").set("program", "tuition").set("activity", "course").set("cost", cost);
    input.set("first_day", "2026-04-01");
    input.row().set("key", "settled").set("at", "2026-05-01").set("by", "me").set("operation", "settle");
    return input.set("spending", key).set("cost", "200").set("provider", "school");
}

TEST(Receipts, OfSpendingsHaveTheirParts) {
    const Organization organization = organization_with(tuition());
    Ledger ledger = Ledger::open(":memory:");
    const Requests requests = load_requests(ledger, spend("s", "400"));
    const Applied applied = apply_requests(ledger, requests, false, &organization);
    ASSERT_EQ(applied.receipts.size(), 4u);
    EXPECT_TRUE(applied.receipts.applied[3]) << applied.receipts.message[2];
    EXPECT_TRUE(is_missing(applied.receipts.remedy[0]));
    EXPECT_EQ(applied.receipts.remedy[2], Remedy::none);
    ASSERT_EQ(applied.parts.size(), 4u);
    EXPECT_EQ(applied.parts.key[0], "s");
    EXPECT_EQ(applied.parts.reservation[1], "s/own");
    EXPECT_EQ(applied.parts.fund[0], "pool");
    EXPECT_EQ(applied.parts.person[1], "Ann");
    EXPECT_EQ(applied.parts.amount[0], Amount(30'000));
    EXPECT_EQ(applied.parts.amount[3], Amount(5'000));
    // Once more, it is done once.
    const Applied again = apply_requests(ledger, requests, false, &organization);
    EXPECT_EQ(ledger.head().transaction, again.receipts.transaction[3] + 2);
    EXPECT_EQ(again.parts.amount[3], Amount(5'000));
    const auto refusal = [&](bool linked, const Organization* with, const char* key) {
        try {
            apply_requests(ledger, load_requests(ledger, spend(key, "4000")), linked, with);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(refusal(true, &organization, "t"),
              "requests, row 3, column operation: spend is a transaction of its own, and cannot be linked with others");
    EXPECT_EQ(refusal(false, nullptr, "t"),
              "requests, row 3, column operation: a spend asks about people, programmes and "
              "activities: an organisation is needed");
    // What is asked of one spending, refused: who has not enough, of how much.
    const std::string settled = refusal(false, &organization, "s");
    EXPECT_NE(settled.find("requests, row 3, column key: the key 's' was used for another request"), std::string::npos)
        << settled;
}

TEST(Receipts, TellTheNumbersInWhatTheyCount) {
    const Organization organization = organization_with(tuition());
    Ledger ledger = Ledger::open(":memory:");
    Input input = spend("s", "1000");  // 250 of one's own, who has paid in 100
    const Applied applied = apply_requests(ledger, load_requests(ledger, input), false, &organization);
    EXPECT_EQ(applied.receipts.rule[2], "own");
    EXPECT_EQ(applied.receipts.kind[2], AccountKind::money);
    EXPECT_EQ(applied.receipts.available[2], Amount(10'000));
    EXPECT_EQ(applied.receipts.asked[2], Amount(25'000));
    EXPECT_EQ(applied.receipts.remedy[2], Remedy::contribute);
    EXPECT_EQ(applied.receipts.rule[3], "refused");
    EXPECT_EQ(applied.parts.size(), 0u);
}

TEST(Receipts, OfAnotherLedgerAreRefused) {
    const Receipt receipt{.transaction = 3};
    EXPECT_THROW(to_table(Ledger::open(":memory:"), std::vector{receipt}), Error);
}

}  // namespace
