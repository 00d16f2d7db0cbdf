#include <gradus/account/program.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gradus/account/ledger_check.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/programs.h"

namespace {

using namespace gradus;
using test::apply;
using test::hours;
using test::midnight;
using test::organization_with;
using test::spending;

const FundAccount pool{"pool", AccountKind::money};

Ledger supplied(std::int64_t amount, FundAccount fund = pool) {
    Ledger ledger = Ledger::open(":memory:");
    apply(ledger, "supply", midnight("2025-12-01"), Supply{std::move(fund), Amount(amount)});
    return ledger;
}
Organization granting(std::vector<std::pair<std::string_view, std::string_view>> more) {
    Cells cells{{"program", "kind", "fund", "grant"}, {"p", "money", "pool", "1"}};
    for (const auto& [column, value] : more) cells[0].push_back(column), cells[1].push_back(value);
    return organization_with(std::move(cells));
}
std::vector<std::string> keys(const std::vector<Request>& requests) {
    std::vector<std::string> keys;
    for (const Request& request : requests) keys.push_back(request.key);
    return keys;
}
std::int64_t available(const Ledger& ledger, const char* person, const char* at,
                       AccountKind kind = AccountKind::money) {
    return ledger.balance(Account{person, "p", kind}, midnight(at)).available.units();
}

TEST(Program, GrantsOnceToEveryoneEligible) {
    const Organization organization = granting({});
    Ledger ledger = supplied(1'000);
    EXPECT_EQ(keys(grants_due(organization, ledger, midnight("2026-01-01"), "hr")),
              (std::vector<std::string>{"grant/p/Ann/once", "grant/p/Bo/once", "grant/p/Dee/once"}));
    for (const Receipt& receipt : fund_programs(organization, ledger, midnight("2026-01-01"), "hr"))
        EXPECT_TRUE(receipt.applied) << receipt.message;
    const LedgerHead head = ledger.head();
    EXPECT_TRUE(fund_programs(organization, ledger, midnight("2026-01-01"), "hr").empty());
    EXPECT_TRUE(fund_programs(organization, ledger, midnight("2026-02-01"), "hr").empty());
    EXPECT_EQ(ledger.head().hash, head.hash);
    // Cy joins.
    EXPECT_EQ(keys(grants_due(organization, ledger, midnight("2026-03-10"), "hr")),
              std::vector<std::string>{"grant/p/Cy/once"});
    EXPECT_EQ(available(ledger, "Ann", "2026-01-01"), 100);
    EXPECT_EQ(ledger.balance(pool, midnight("2026-03-10")).available, Amount(700));
}

TEST(Program, GrantsEachPeriodToWhomItHolds) {
    struct Case {
        const char *period, *first, *second;
    };
    for (const auto& [period, first, second] :
         {Case{"month", "2026-05", "2026-06"}, Case{"quarter", "2026-Q2", "2026-Q2"}, Case{"year", "2026", "2026"}}) {
        const Organization organization = granting({{"grant_period", period}, {"unit", "south"}});
        Ledger ledger = supplied(10'000);
        const std::string dee = "grant/p/Dee/", bo = "grant/p/Bo/";
        EXPECT_EQ(keys(grants_due(organization, ledger, midnight("2026-05-31"), "hr")),
                  (std::vector<std::string>{bo + first, dee + first}));
        fund_programs(organization, ledger, midnight("2026-05-31"), "hr");
        EXPECT_EQ(keys(grants_due(organization, ledger, midnight("2026-06-14"), "hr")),
                  (std::string(first) == second ? std::vector<std::string>{}
                                                : std::vector<std::string>{bo + second, dee + second}));
        // Dee has left.
        EXPECT_EQ(keys(grants_due(organization, ledger, midnight("2027-07-01"), "hr")).size(), 1u);
    }
}

TEST(Program, GrantsWhileItIsValid) {
    const Organization organization =
        granting({{"grant_period", "month"}, {"valid_from", "2026-02-15"}, {"valid_to", "2026-03-05"}});
    Ledger ledger = supplied(10'000);
    EXPECT_TRUE(grants_due(organization, ledger, midnight("2026-02-14"), "hr").empty());
    const auto due = grants_due(organization, ledger, midnight("2026-02-15"), "hr");
    ASSERT_EQ(due.size(), 3u);
    EXPECT_EQ(std::get<Grant>(due[0].operation).expires, midnight("2026-03-05"));
    EXPECT_TRUE(grants_due(organization, ledger, midnight("2026-03-05"), "hr").empty());
}

TEST(Program, CarriesAShareOfTheRestOver) {
    const Organization organization = granting({{"grant_period", "month"}, {"carry_over", "0.5"}, {"person", "Ann"}});
    Ledger ledger = supplied(10'000);
    fund_programs(organization, ledger, midnight("2026-01-10"), "hr");
    const Account ann{"Ann", "p"};
    apply(ledger, "r", midnight("2026-01-20"), Reserve{ann, Amount(15)});
    EXPECT_EQ(available(ledger, "Ann", "2026-01-31"), 85);
    EXPECT_EQ(available(ledger, "Ann", "2026-02-01"), 0);
    // Half of 85 is 42.5: 42. Whether what expired was written down before makes no difference, nor what is given up later.
    apply(ledger, "sweep", midnight("2026-02-02"), Expire{});
    apply(ledger, "v", midnight("2026-02-02"), Void{"r"});
    const auto receipts = fund_programs(organization, ledger, midnight("2026-02-03"), "hr");
    ASSERT_EQ(receipts.size(), 3u);  // what was given up, the share, the grant
    EXPECT_EQ(available(ledger, "Ann", "2026-02-03"), 142);
    EXPECT_TRUE(fund_programs(organization, ledger, midnight("2026-02-04"), "hr").empty());
    // Then of all that, carried over or not.
    fund_programs(organization, ledger, midnight("2026-03-01"), "hr");
    EXPECT_EQ(available(ledger, "Ann", "2026-03-01"), 171);
    EXPECT_EQ(ledger.balance(pool, midnight("2026-03-01")).available, Amount(10'000 - 171));
    EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
}

TEST(Program, CarriesOverForAllBeforeItGrantsToAnyone) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "grant", "grant_period", "carry_over"},
                           {"o", "money", "pool", "1", "year", ""},
                           {"p", "money", "pool", "1", "year", "1"}});
    Ledger ledger = supplied(600);
    fund_programs(organization, ledger, midnight("2026-01-10"), "hr");
    for (const char* person : {"Ann", "Bo", "Dee"})
        apply(ledger, std::string("back ") + person, midnight("2026-06-01"), ClawBack{{person, "o"}, Amount(100)});
    apply(ledger, "away", midnight("2026-06-01"), Transfer{pool, FundAccount{"other"}, Amount(300)});
    // The fund has again what Ann, Bo and Dee have left, of whom Dee is gone: what Ann and Bo carry over, and 1.00 more.
    const auto receipts = fund_programs(organization, ledger, midnight("2027-01-01"), "hr");
    EXPECT_EQ(available(ledger, "Ann", "2027-01-01"), 100);
    EXPECT_EQ(available(ledger, "Bo", "2027-01-01"), 100);
    EXPECT_EQ(ledger.balance(Account{"Ann", "o"}, midnight("2027-01-01")).available, Amount(100));
    EXPECT_EQ(ledger.balance(pool, midnight("2027-01-01")).available, Amount(0));
}

TEST(Program, LetsGrantsExpire) {
    {
        const Organization organization = granting({{"expires_days", "10"}});
        Ledger ledger = supplied(10'000);
        fund_programs(organization, ledger, midnight("2026-01-01") + std::chrono::hours(15), "hr");
        EXPECT_EQ(available(ledger, "Ann", "2026-01-11"), 100);
        EXPECT_EQ(available(ledger, "Ann", "2026-01-12"), 0);
    }
    // By periods alone, where nothing is said of carrying over, grants add up.
    {
        const Organization organization = granting({{"grant_period", "month"}});
        Ledger ledger = supplied(10'000);
        fund_programs(organization, ledger, midnight("2026-01-01"), "hr");
        fund_programs(organization, ledger, midnight("2026-02-01"), "hr");
        EXPECT_EQ(available(ledger, "Ann", "2026-02-01"), 200);
    }
    // Nothing carried over: what is left ends with its period, and is the fund's again when the next is granted.
    {
        const Organization organization = granting({{"grant_period", "month"}, {"carry_over", "0"}, {"person", "Ann"}});
        Ledger ledger = supplied(100);
        fund_programs(organization, ledger, midnight("2026-01-01"), "hr");
        const auto receipts = fund_programs(organization, ledger, midnight("2026-02-01"), "hr");
        ASSERT_EQ(receipts.size(), 2u);
        EXPECT_TRUE(receipts[1].applied) << receipts[1].message;
        EXPECT_EQ(available(ledger, "Ann", "2026-02-01"), 100);
    }
}

TEST(Program, GrantsAgainWhatTheFundDidNotReach) {
    const Organization organization = granting({});
    Ledger ledger = Ledger::open(":memory:");
    const auto refused = fund_programs(organization, ledger, midnight("2026-01-01"), "hr");
    ASSERT_EQ(refused.size(), 1u);  // for all who wait
    EXPECT_EQ(refused[0].rule, "available");
    EXPECT_EQ(keys(grants_due(organization, ledger, midnight("2026-01-01"), "hr")),
              (std::vector<std::string>{"grant/p/Ann/once/2", "grant/p/Bo/once", "grant/p/Dee/once"}));
    apply(ledger, "supply", midnight("2026-01-01"), Supply{pool, Amount(250)});
    const auto second = fund_programs(organization, ledger, midnight("2026-01-02"), "hr");
    ASSERT_EQ(second.size(), 3u);
    EXPECT_TRUE(second[0].applied && second[1].applied);
    EXPECT_FALSE(second[2].applied);
    EXPECT_EQ(keys(grants_due(organization, ledger, midnight("2026-01-02"), "hr")),
              std::vector<std::string>{"grant/p/Dee/once/2"});
}

TEST(Program, AsksAFundForLessThanWhatItDidNotReach) {
    const Organization organization = organization_with({{"program", "kind", "fund", "grant"},
                                                         {"a", "money", "pool", "5"},
                                                         {"h", "hours", "pool", "5"},
                                                         {"p", "money", "pool", "1"}});
    Ledger ledger = supplied(250);
    apply(ledger, "hours", midnight("2026-01-01"), Supply{{"pool", AccountKind::hours}, Amount(60'000)});
    std::vector<bool> applied;
    for (const Receipt& receipt : fund_programs(organization, ledger, midnight("2026-01-01"), "hr"))
        applied.push_back(receipt.applied);
    // 5.00 for Ann; all hours; 1.00 for Ann and Bo, and not for Dee.
    EXPECT_EQ(applied, (std::vector<bool>{false, true, true, true, true, true, false}));
}

TEST(Program, CountsUnderItsKeysOnlyItsOwnGrants) {
    const Organization organization = granting({});
    Ledger ledger = supplied(1'000);
    const Moment at = midnight("2026-01-01");
    apply(ledger, "grant/p/Ann/once", at, Supply{{"other"}, Amount(1)});
    apply(ledger, "grant/p/Bo/once", at, Grant{"pool", {"Ann", "p"}, Amount(1)});
    apply(ledger, "grant/p/Dee/once", at, Grant{"pool", {"Dee", "p"}, Amount(1)});
    EXPECT_EQ(keys(grants_due(organization, ledger, at, "hr")),
              (std::vector<std::string>{"grant/p/Ann/once/2", "grant/p/Bo/once/2"}));
    fund_programs(organization, ledger, at, "hr");
    EXPECT_EQ(available(ledger, "Ann", "2026-01-01"), 101);
    EXPECT_EQ(available(ledger, "Bo", "2026-01-01"), 100);
    EXPECT_TRUE(grants_due(organization, ledger, at, "hr").empty());
    // Reversed: somebody has decided that it is not to be.
    apply(ledger, "undo", at, Reverse{"grant/p/Bo/once/2"});
    EXPECT_TRUE(grants_due(organization, ledger, at, "hr").empty());
}

TEST(Program, GrantsHoursFromAFundOfItsOwnKey) {
    const Organization organization =
        organization_with({{"program", "kind", "grant", "grant_period"}, {"p/1 %", "hours", "8", "month"}});
    Ledger ledger = supplied(48'000, {"p/1 %", AccountKind::hours});
    const auto due = grants_due(organization, ledger, midnight("2026-01-01"), "hr");
    ASSERT_EQ(due.size(), 3u);
    EXPECT_EQ(due[0].key, "grant/p%2F1 %25/Ann/2026-01");
    EXPECT_EQ(std::get<Grant>(due[0].operation).amount, Amount(480));
    EXPECT_TRUE(ledger.apply(due[0]).applied);
}

TEST(Program, IsLeftOutWhereMockAndRealMoneyWouldMeet) {
    const Organization mock = granting({{"mock", "true"}}), real = granting({});
    Ledger play = Ledger::open(":memory:", {.play_money = true}), money = Ledger::open(":memory:");
    EXPECT_TRUE(grants_due(mock, money, midnight("2026-01-01"), "hr").empty());
    EXPECT_TRUE(grants_due(real, play, midnight("2026-01-01"), "hr").empty());
    EXPECT_EQ(grants_due(mock, play, midnight("2026-01-01"), "hr").size(), 3u);
}

TEST(Program, TellsWhatItCannotGrant) {
    Ledger ledger = supplied(1'000);
    const auto code = [&](Cells programs, Cells funds, const char* at = "2026-01-01") {
        try {
            grants_due(organization_with(std::move(programs), std::move(funds)), ledger, midnight(at), "hr");
        } catch (const Error& error) {
            return error.code();
        }
        return Code::ok;
    };
    const Cells funds{{"fund", "amount", "unit"}, {"northern", "1", "north"}};
    EXPECT_EQ(code({{"program", "grant"}, {"p", "1"}}, funds), Code::missing_value);
    EXPECT_EQ(code({{"program", "kind", "grant"}, {"p", "money", "1"}}, funds), Code::missing_value);
    EXPECT_EQ(code({{"program", "kind", "grant", "unit"}, {"p", "money", "1", "north"}}, funds), Code::ok);
    EXPECT_EQ(code({{"program", "kind", "grant", "unit"}, {"p", "money", "1", "north"}}, funds, "2025-11-30"),
              Code::out_of_range);
    Ledger francs = Ledger::open(":memory:", {.currency = "CHF"});
    EXPECT_THROW(grants_due(granting({}), francs, midnight("2026-01-01"), "hr"), Error);
}

}  // namespace
