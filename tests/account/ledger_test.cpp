#include <gradus/account/ledger.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <gradus/account/hledger.h>
#include <gradus/account/ledger_check.h>
#include <gradus/account/ledger_tables.h>
#include <gtest/gtest.h>

#include "account/ledger_file.h"
#include "account/ledger_model.h"
#include "account/ledger_requests.h"

namespace {

using namespace gradus;
using test::LedgerModel;
using test::RandomRequests;
using test::request;
using test::second;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int sequences = 20;
#else
constexpr int sequences = 250;
#endif
constexpr std::size_t requests_of_a_sequence = 400;

LedgerModel::Answer answer(Ledger& ledger, const Request& asked) {
    try {
        return ledger.apply(asked);
    } catch (const Error& error) {
        return error.code();
    }
}

std::variant<Balance, Code> balance(const Ledger& ledger, const Payer& payer, Moment at) {
    try {
        return ledger.balance(payer, at);
    } catch (const Error& error) {
        return error.code();
    }
}

std::string shown(const LedgerModel::Answer& answer) {
    if (const Code* code = std::get_if<Code>(&answer)) return std::string("error ") + to_string(*code);
    return testing::PrintToString(std::get<Receipt>(answer));
}
std::string shown(const std::variant<Balance, Code>& balance) {
    if (const Code* code = std::get_if<Code>(&balance)) return std::string("error ") + to_string(*code);
    const auto& b = std::get<Balance>(balance);
    return std::to_string(b.available.units()) + " available, " + std::to_string(b.reserved.units()) + " reserved, " +
           std::to_string(b.expired.units()) + " expired";
}
LedgerModel::Answer without_message(LedgerModel::Answer answer) {
    if (auto* receipt = std::get_if<Receipt>(&answer)) receipt->message.clear();
    return answer;
}

struct Question {
    Payer payer;
    Moment at;
};
struct Step {
    Request request;
    std::vector<Question> questions;
};

std::vector<Step> steps(std::uint64_t seed) {
    RandomRequests random(seed, seed % 10 == 0);
    std::vector<Step> steps;
    for (std::size_t i = 0; i < requests_of_a_sequence; ++i) {
        Step step{random.next(), {}};
        for (int q = 0; q < 2; ++q) step.questions.push_back({random.payer(), random.moment_near()});
        steps.push_back(std::move(step));
    }
    return steps;
}

/// Where ledger and model first differ, and how.
struct Difference {
    std::size_t step;
    std::string text;
};
std::optional<Difference> compare(const std::vector<Step>& steps) {
    Ledger ledger = Ledger::open(":memory:");
    LedgerModel model;
    // What was had at moments that have passed since: told later, it must be the same.
    struct Past {
        Question question;
        std::variant<Balance, Code> balance;
    };
    std::vector<Past> past;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Moment before = model.last();
        std::vector<Past> until_now;
        for (const Question& question : steps[i].questions)
            until_now.push_back({{question.payer, before}, model.balance(question.payer, before)});
        const auto expected = model.apply(steps[i].request), found = answer(ledger, steps[i].request);
        if (shown(expected) != shown(without_message(found)))
            return Difference{i, "expected " + shown(expected) + "\nfound    " + shown(found)};
        if (const auto* receipt = std::get_if<Receipt>(&found);
            receipt && !receipt->applied && receipt->message.empty())
            return Difference{i, "a refusal without words"};
        if (model.last() > before) past.insert(past.end(), until_now.begin(), until_now.end());
        for (const Question& question : steps[i].questions) {
            const Moment at = std::max(question.at, model.last());
            const auto should = model.balance(question.payer, at), is = balance(ledger, question.payer, at);
            if (shown(should) != shown(is))
                return Difference{i, to_text(question.payer) + " at " + to_text(at) + ": expected " + shown(should) +
                                         ", found " + shown(is)};
        }
    }
    for (const Past& then : past) {
        const auto is = balance(ledger, then.question.payer, then.question.at);
        if (shown(then.balance) != shown(is))
            return Difference{steps.size() - 1, "looking back, " + to_text(then.question.payer) + " at " +
                                                    to_text(then.question.at) + ": expected " + shown(then.balance) +
                                                    ", found " + shown(is)};
    }
    if (const LedgerCheck check = verify(ledger); !check.sound) return Difference{steps.size() - 1, check.message};
    return std::nullopt;
}

/// Leaves out all that the difference does not need.
std::vector<Step> shrunk(std::vector<Step> steps) {
    for (std::size_t piece = steps.size() / 2; piece > 0; piece /= 2) {
        for (std::size_t at = 0; at + piece <= steps.size();) {
            std::vector<Step> fewer = steps;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at),
                        fewer.begin() + static_cast<std::ptrdiff_t>(at + piece));
            if (compare(fewer))
                steps = std::move(fewer);
            else
                at += piece;
        }
    }
    return steps;
}

TEST(Ledger, DoesWhatTheModelDoes) {
    std::size_t applied = 0;
    for (std::uint64_t seed = 1; seed <= sequences; ++seed) {
        const std::vector<Step> all = steps(seed);
        if (!compare(all)) {
            applied += all.size();
            continue;
        }
        const std::vector<Step> few = shrunk(all);
        std::ostringstream text;
        for (const Step& step : few) text << "\n  " << testing::PrintToString(step.request);
        FAIL() << "seed " << seed << ", " << few.size() << " requests:" << text.str() << "\n" << compare(few)->text;
    }
    EXPECT_EQ(applied, sequences * requests_of_a_sequence);
    RecordProperty("operations", static_cast<int>(applied));
}

const Account ann{"Ann", "tuition"};
const FundAccount central{"central"};

/// What an error is and says.
struct Told {
    Code code = Code::ok;
    std::string text{};
    std::int64_t row = 0;
    std::string column{};
};
template <class Call>
Told told(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return {error.code(), error.what(), error.row(), error.column()};
    }
    return {};
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A fund of 1,000.00 from which Ann was granted 500.00 for a hundred seconds.
Ledger funded(const std::string& path = ":memory:") {
    Ledger ledger = Ledger::open(path, {.create = true});
    ledger.apply(request("supply", 0, Supply{central, Amount(100'000)}));
    ledger.apply(request("grant", 0, Grant{"central", ann, Amount(50'000), second(100)}));
    return ledger;
}

TEST(Ledger, AnswersARepeatedRequestAsTheFirstTime) {
    Ledger ledger = funded();
    const Request reserve = request("r", 1, Reserve{ann, Amount(100)}),
                  too_much = request("m", 1, Reserve{ann, Amount(50'000)});
    const Receipt first = ledger.apply(reserve), refused = ledger.apply(too_much);
    EXPECT_TRUE(first.applied);
    EXPECT_FALSE(refused.applied);
    ledger.apply(request("later", 50, Void{"r"}));
    // Now there would be enough; the answer stays what it was. That `at` has passed does not matter either.
    EXPECT_EQ(ledger.apply(too_much), refused);
    EXPECT_EQ(ledger.apply(reserve), first);
    EXPECT_EQ(ledger.receipt("m"), refused);
    EXPECT_EQ(ledger.receipt("never"), std::nullopt);
    EXPECT_EQ(ledger.head().transaction, 5);
}

TEST(Ledger, RefusesAnotherRequestUnderAKnownKey) {
    Ledger ledger = funded();
    const Told other = told([&] { ledger.apply(request("grant", 0, Grant{"central", ann, Amount(5), second(100)})); });
    EXPECT_EQ(other.code, Code::contradiction);
    EXPECT_EQ(other.column, "key");
    EXPECT_TRUE(has(other.text, "amount 500.00 EUR then, 0.05 EUR now")) << other.text;
    Request by = request("grant", 0, Grant{"central", ann, Amount(50'000), second(100)});
    by.by = "somebody else";
    EXPECT_TRUE(has(told([&] { ledger.apply(by); }).text, "by 'test' then, 'somebody else' now"));
    EXPECT_EQ(ledger.head().transaction, 2);
}

TEST(Ledger, SaysWhatWouldMakeARefusedRequestPossible) {
    Ledger ledger = funded();
    ledger.apply(request("r", 1, Reserve{ann, Amount(10'000)}));
    const Receipt more = ledger.apply(request("m", 1, Reserve{ann, Amount(60'050)}));
    EXPECT_EQ(more.rule, "available");
    EXPECT_EQ(more.available, Amount(40'000));
    EXPECT_EQ(more.asked, Amount(60'050));
    EXPECT_EQ(more.limit, Amount(40'000));
    EXPECT_EQ(
        more.message,
        "person Ann, programme tuition, money has 400.00 EUR available, and 600.50 EUR was asked for; 100.00 EUR is "
        "reserved, and would be free if given up. Possible: grant or contribute 200.50 EUR more first, or ask for "
        "400.00 EUR at most");
    const Receipt cost = ledger.apply(request("p", 2, Post{"r", Amount(12'000), "school"}));
    EXPECT_EQ(cost.rule, "reserved");
    EXPECT_TRUE(has(cost.message, "reserve 20.00 EUR more with another key, and post both")) << cost.message;
    const Receipt nothing = ledger.apply(request("n", 2, Grant{"north", ann, Amount(1)}));
    EXPECT_TRUE(has(nothing.message, "fund north, money has 0.00 EUR available")) << nothing.message;
}

TEST(Ledger, PostsInPartAndFreesTheRest) {
    Ledger ledger = funded();
    ledger.apply(request("r", 1, Reserve{ann, Amount(10'000)}));
    EXPECT_EQ(ledger.balance(ann, second(1)).available, Amount(40'000));
    EXPECT_EQ(ledger.balance(ann, second(1)).reserved, Amount(10'000));
    EXPECT_TRUE(ledger.apply(request("p", 2, Post{"r", Amount(7'550), "school"})).applied);
    EXPECT_EQ(ledger.balance(ann, second(2)).available, Amount(42'450));
    EXPECT_EQ(ledger.balance(ann, second(2)).reserved, Amount(0));
    const Receipt again = ledger.apply(request("q", 3, Post{"r", Amount(1), "school"}));
    EXPECT_EQ(again.rule, "resolved");
    EXPECT_TRUE(has(again.message, "was posted on 2026-01-01 00:00:02 by transaction 4")) << again.message;
}

TEST(Ledger, UsesTheLotThatExpiresFirst) {
    Ledger ledger = funded();
    ledger.apply(request("own", 1, Contribute{ann, Amount(1'000)}));
    ledger.apply(request("never", 1, Grant{"central", ann, Amount(1'000)}));
    ledger.apply(request("soon", 1, Grant{"central", ann, Amount(1'000), second(10)}));
    ledger.apply(
        request("r", 2, Reserve{ann, Amount(51'500)}));  // all that ends, and half of what the fund gave for ever
    ledger.apply(request("p", 2, Post{"r", Amount(51'500), "school"}));
    EXPECT_EQ(ledger.balance(ann, second(500)).available, Amount(1'500));
    // What is left is 5.00 from the fund and the 10.00 that are Ann's own, which nobody claws back.
    EXPECT_EQ(ledger.apply(request("c", 3, ClawBack{ann, Amount(501), ""})).rule, "available");
    EXPECT_TRUE(ledger.apply(request("d", 3, ClawBack{ann, Amount(500), ""})).applied);
    EXPECT_EQ(ledger.apply(request("e", 3, Reserve{ann, Amount(1), {}, Draw::granted})).rule, "available");
    EXPECT_TRUE(ledger.apply(request("f", 3, Reserve{ann, Amount(1'000), {}, Draw::own})).applied);
}

TEST(Ledger, ExpiryHoldsFromItsMomentWhetherWrittenDownOrNot) {
    Ledger ledger = funded();
    ledger.apply(request("r", 1, Reserve{ann, Amount(10'000), second(50)}));
    ledger.apply(request("kept", 1, Reserve{ann, Amount(5'000)}));
    EXPECT_EQ(ledger.balance(ann, second(49)).available, Amount(35'000));
    EXPECT_EQ(ledger.balance(ann, second(50)).available, Amount(45'000));
    EXPECT_EQ(ledger.balance(ann, second(99)).available, Amount(45'000));
    EXPECT_EQ(ledger.balance(ann, second(100)).available, Amount(0));
    EXPECT_EQ(ledger.balance(ann, second(100)).expired, Amount(45'000));
    EXPECT_EQ(ledger.balance(ann, second(100)).reserved, Amount(5'000));
    EXPECT_EQ(ledger.apply(request("late", 50, Post{"r", Amount(1), ""})).rule, "resolved");
    EXPECT_EQ(ledger.apply(request("new", 100, Reserve{ann, Amount(1)})).rule, "available");
    EXPECT_EQ(ledger.balance(central, second(100)).available, Amount(50'000));
    ledger.apply(request("sweep", 100, Expire{}));
    EXPECT_EQ(ledger.balance(central, second(100)).available, Amount(95'000));
    EXPECT_EQ(ledger.balance(ann, second(100)).expired, Amount(0));
    // A reservation that was made in time keeps what it holds; what it does not need has expired.
    EXPECT_TRUE(ledger.apply(request("post", 101, Post{"kept", Amount(2'000), ""})).applied);
    EXPECT_EQ(ledger.balance(ann, second(101)).available, Amount(0));
    EXPECT_EQ(ledger.balance(ann, second(101)).expired, Amount(3'000));
}

TEST(Ledger, AppliesLinkedRequestsTogetherOrNotAtAll) {
    Ledger ledger = funded();
    const std::vector<Request> too_much{request("a", 1, Reserve{ann, Amount(40'000)}),
                                        request("b", 1, Reserve{ann, Amount(40'000)}),
                                        request("c", 1, Reserve{ann, Amount(1)})};
    const std::vector<Receipt> refused = ledger.apply(too_much, true);
    EXPECT_EQ(refused[0].rule, "linked");
    EXPECT_EQ(refused[1].rule, "available");
    EXPECT_EQ(refused[1].available, Amount(10'000));
    EXPECT_EQ(refused[2].rule, "linked");
    EXPECT_TRUE(has(refused[0].message, "request 2 of the batch was refused (available)")) << refused[0].message;
    EXPECT_EQ(ledger.balance(ann, second(1)).available, Amount(50'000));
    EXPECT_EQ(ledger.apply(too_much, true), refused);
    const std::vector<Request> enough{request("d", 1, Reserve{ann, Amount(40'000)}),
                                      request("e", 1, Post{"d", Amount(1), ""})};
    const std::vector<Receipt> applied = ledger.apply(enough, true);
    EXPECT_TRUE(applied[0].applied && applied[1].applied);
    EXPECT_EQ(ledger.apply(enough, true), applied);
    EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
}

// A refusal is kept with its moment: behind the one that was stopped there may stand one that came too early.
TEST(Ledger, KeepsNothingOfALinkedBatchThatGoesBackInTime) {
    Ledger ledger = funded();
    const std::vector<Request> back{request("a", 9, Reserve{ann, Amount(60'000)}),
                                    request("b", 5, Reserve{ann, Amount(1)})};
    const Told fault = told([&] { ledger.apply(back, true); });
    EXPECT_EQ(fault.code, Code::out_of_range);
    EXPECT_EQ(fault.row, 2);
    EXPECT_EQ(fault.column, "at");
    EXPECT_EQ(ledger.head().transaction, 2);
    EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
    EXPECT_TRUE(ledger.apply(request("c", 6, Reserve{ann, Amount(1)})).applied);
}

TEST(Ledger, AppliesUnlinkedRequestsEachForItself) {
    Ledger ledger = funded();
    const std::vector<Receipt> receipts = ledger.apply(
        std::vector{request("a", 1, Reserve{ann, Amount(40'000)}), request("b", 1, Reserve{ann, Amount(40'000)}),
                    request("c", 1, Reserve{ann, Amount(1)})},
        false);
    EXPECT_TRUE(receipts[0].applied);
    EXPECT_FALSE(receipts[1].applied);
    EXPECT_TRUE(receipts[2].applied);
    EXPECT_TRUE(verify(ledger).sound);
}

TEST(Ledger, KeepsNothingOfABatchWithAFault) {
    Ledger ledger = funded();
    for (const bool linked : {false, true}) {
        const Told fault = told([&] {
            ledger.apply(std::vector{request("a", 1, Reserve{ann, Amount(1)}), request("b", 1, Void{"nothing"})},
                         linked);
        });
        EXPECT_EQ(fault.code, Code::unknown_key);
        EXPECT_EQ(fault.row, 2);
        EXPECT_EQ(fault.column, "reservation");
        EXPECT_EQ(ledger.receipt("a"), std::nullopt);
    }
    EXPECT_EQ(ledger.head().transaction, 2);
    EXPECT_TRUE(ledger.apply(request("a", 1, Reserve{ann, Amount(1)})).applied);
    EXPECT_TRUE(verify(ledger).sound);
}

TEST(Ledger, TellsWhatIsWrongWithARequest) {
    Ledger ledger = funded();
    const auto fault = [&](const Request& asked) { return told([&] { ledger.apply(asked); }); };
    const auto expect = [&](const Request& asked, Code code, const char* column) {
        const Told found = fault(asked);
        EXPECT_EQ(found.code, code) << found.text;
        EXPECT_EQ(found.column, column) << found.text;
    };
    expect(request("", 1, Expire{}), Code::missing_value, "key");
    expect(request("a\nb", 1, Expire{}), Code::invalid_text, "key");
    expect(request("\xff", 1, Expire{}), Code::invalid_text, "key");
    expect(request(std::string(1'001, 'k'), 1, Expire{}), Code::invalid_text, "key");
    expect({.key = "k", .at = second(1), .by = "", .operation = Expire{}}, Code::missing_value, "by");
    expect({.key = "k", .at = missing<Moment>(), .by = "t", .operation = Expire{}}, Code::missing_value, "at");
    expect({.key = "k", .at = Moment::max(), .by = "t", .operation = Expire{}}, Code::out_of_range, "at");
    expect(request("k", -1, Expire{}), Code::out_of_range, "at");
    expect(request("k", 1, Supply{{"", AccountKind::money}, Amount(1)}), Code::missing_value, "fund");
    expect(request("k", 1, Supply{{"f", AccountKind(9)}, Amount(1)}), Code::unknown_word, "kind");
    expect(request("k", 1, Grant{"central", {"", "p"}, Amount(1)}), Code::missing_value, "person");
    for (const std::int64_t amount : {std::int64_t(0), std::int64_t(-1), std::numeric_limits<std::int64_t>::min()})
        expect(request("k", 1, Reserve{ann, Amount(amount)}), Code::out_of_range, "amount");
    expect(request("k", 1, Reserve{ann, Amount(1), second(1)}), Code::out_of_range, "expires");
    expect(request("k", 1, Grant{"central", ann, Amount(1), second(0)}), Code::out_of_range, "expires");
    expect(request("k", 1, Reserve{central, Amount(1), {}, Draw::own}), Code::contradiction, "draw");
    expect(request("k", 1, Transfer{ann, central, Amount(1)}), Code::contradiction, "to_fund");
    expect(request("k", 1, Transfer{ann, ann, Amount(1)}), Code::contradiction, "to_person");
    expect(request("k", 1, Transfer{ann, Account{"Bo", "tuition", AccountKind::hours}, Amount(1)}), Code::contradiction,
           "kind");
    expect(request("k", 1, Post{"grant", Amount(1), ""}), Code::unknown_key, "reservation");
    expect(request("k", 1, Void{"nothing"}), Code::unknown_key, "reservation");
    expect(request("k", 1, Reverse{"nothing"}), Code::unknown_key, "reverses");
    const Told much = fault(request("k", 1, Supply{central, Amount(std::numeric_limits<std::int64_t>::max())}));
    EXPECT_EQ(much.code, Code::out_of_range);
    EXPECT_TRUE(has(much.text, "-100000 and -9223372036854775807 more do not fit into 64 bits")) << much.text;
    EXPECT_EQ(ledger.head().transaction, 2);
}

TEST(Ledger, KeepsUnitsApart) {
    Ledger ledger = funded();
    const Account hours{"Ann", "tuition", AccountKind::hours};
    EXPECT_EQ(ledger.balance(hours, second(1)).available, Amount(0));
    EXPECT_EQ(ledger.apply(request("h", 1, Reserve{hours, Amount(1)})).available, Amount(0));
    EXPECT_EQ(ledger.apply(request("g", 1, Grant{"central", hours, Amount(1)})).message,
              "fund central, hours has 0 min available, and 1 min was asked for. Possible: supply the fund with 1 min "
              "more first");
}

TEST(Ledger, SpendsFromFundsToo) {
    Ledger ledger = funded();
    EXPECT_TRUE(ledger.apply(request("r", 1, Reserve{central, Amount(50'000)})).applied);
    EXPECT_EQ(ledger.apply(request("g", 1, Grant{"central", ann, Amount(1)})).rule, "available");
    EXPECT_TRUE(ledger.apply(request("p", 1, Post{"r", Amount(20'000), "school"})).applied);
    EXPECT_EQ(ledger.balance(central, second(1)).available, Amount(30'000));
}

TEST(Ledger, ReversesOnceAndWhole) {
    Ledger ledger = funded();
    ledger.apply(request("r", 1, Reserve{ann, Amount(10'000)}));
    ledger.apply(request("p", 1, Post{"r", Amount(10'000), "school"}));
    EXPECT_TRUE(ledger.apply(request("back", 2, Reverse{"p"})).applied);
    EXPECT_EQ(ledger.balance(ann, second(2)).available, Amount(50'000));
    EXPECT_EQ(ledger.apply(request("again", 2, Reverse{"p"})).rule, "reversed");
    EXPECT_EQ(ledger.apply(request("r2", 2, Reverse{"r"})).rule, "reversible");
    EXPECT_EQ(ledger.apply(request("b2", 2, Reverse{"back"})).rule, "reversible");
    EXPECT_EQ(ledger.apply(request("a2", 2, Reverse{"again"})).rule, "refused");
    EXPECT_TRUE(ledger.apply(request("g2", 2, Reverse{"grant"})).applied);
    EXPECT_EQ(ledger.apply(request("s2", 2, Reserve{central, Amount(60'000)})).applied, true);
    const Receipt held = ledger.apply(request("s3", 2, Reverse{"supply"}));
    EXPECT_EQ(held.rule, "available");
    EXPECT_EQ(held.available, Amount(40'000));
}

TEST(Ledger, TakesOneCurrency) {
    const test::Folder folder;
    Ledger::open(folder.file(), {.create = true, .currency = "JPY"});
    EXPECT_EQ(Ledger::open(folder.file()).currency(), "JPY");
    EXPECT_EQ(Ledger::open(folder.file()).minor_digits(), 0);
    EXPECT_EQ(told([&] { Ledger::open(folder.file(), {.currency = "EUR"}); }).code, Code::contradiction);
    EXPECT_EQ(told([&] { Ledger::open(":memory:", {.currency = "euro"}); }).code, Code::invalid_option);
}

TEST(Ledger, LooksBack) {
    Ledger ledger = funded();
    ledger.apply(request("r", 10, Reserve{ann, Amount(10'000), second(20)}));
    ledger.apply(request("p", 15, Post{"r", Amount(10'000), ""}));
    ledger.apply(request("s", 30, Expire{}));
    EXPECT_EQ(ledger.balance(ann, second(-1)).available, Amount(0));
    EXPECT_EQ(ledger.balance(ann, second(9)).available, Amount(50'000));
    EXPECT_EQ(ledger.balance(ann, second(14)).available, Amount(40'000));
    EXPECT_EQ(ledger.balance(ann, second(14)).reserved, Amount(10'000));
    EXPECT_EQ(ledger.balance(ann, second(15)).reserved, Amount(0));
}

TEST(Ledger, NeverTakesPlayMoneyForRealMoney) {
    const test::Folder folder;
    const std::string real = folder.file("real"), play = folder.file("play");
    EXPECT_FALSE(Ledger::open(real, {.create = true}).play_money());
    Ledger ledger = Ledger::open(play, {.create = true, .play_money = true});
    EXPECT_TRUE(ledger.play_money());
    EXPECT_TRUE(ledger.head().play_money);
    EXPECT_TRUE(Ledger::open(play).play_money());
    EXPECT_NE(ledger.head().hash, Ledger::open(real).head().hash);
    const Told other = told([&] { Ledger::open(play, {.play_money = false}); });
    EXPECT_EQ(other.code, Code::contradiction);
    EXPECT_EQ(other.column, "play_money");
    EXPECT_TRUE(has(other.text, "is a ledger of play money, and was opened for real money")) << other.text;
    EXPECT_EQ(told([&] { Ledger::open(real, {.create = true, .play_money = true}); }).code, Code::contradiction);
    ledger.apply(request("supply", 0, Supply{central, Amount(100)}));
    EXPECT_TRUE(has(ledger.apply(request("r", 0, Reserve{central, Amount(200)})).message,
                    "has 1.00 EUR (play) available, and 2.00 EUR (play) was asked for"));
    EXPECT_TRUE(ledger_balances(ledger, second(0)).of.play_money[0]);
    EXPECT_TRUE(ledger_entries(ledger).of.play_money[0]);
    std::ostringstream text;
    write_hledger(ledger, text);
    EXPECT_TRUE(has(text.str(), "1.00 \"play EUR\" = 1.00 \"play EUR\"")) << text.str();
    EXPECT_TRUE(verify(ledger).head.play_money);
    // Nobody turns it into real money by a stroke of the pen.
    const std::string trigger = test::raw(play, "SELECT sql FROM sqlite_schema WHERE name = 'settings_stay'");
    ASSERT_EQ(test::raw(play, "DROP TRIGGER settings_stay; UPDATE settings SET play_money = 0;" + trigger), "");
    EXPECT_TRUE(has(verify(Ledger::open(play)).message, "real money was made of play money"));
}

}  // namespace
