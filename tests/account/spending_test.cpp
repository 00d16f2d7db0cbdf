#include <gradus/account/spending.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gradus/account/entitlement.h>
#include <gradus/account/ledger_check.h>
#include <gradus/account/program.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/ledger_file.h"
#include "account/programs.h"

namespace {

using namespace gradus;
using test::apply;
using test::cancellation;
using test::hours;
using test::midnight;
using test::organization_with;
using test::settlement;
using test::spending;
using test::tuition;

const FundAccount pool{"pool", AccountKind::money};
const Account ann{"Ann", "tuition", AccountKind::money};
const Date april = day("2026-04-01");

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A pool of so many cents, and of each person's own money enough.
Ledger supplied(std::int64_t cents) {
    Ledger ledger = Ledger::open(":memory:");
    apply(ledger, "supply", midnight("2026-01-01"), Supply{pool, Amount(cents)});
    for (const char* person : {"Ann", "Bo", "Cy", "Dee"})
        apply(ledger, std::string("own ") + person, midnight("2026-01-01"),
              Contribute{{person, "tuition", AccountKind::money}, Amount(1'000'000)});
    return ledger;
}
Amount free_in(const Ledger& ledger, const Payer& payer, Moment at) { return ledger.balance(payer, at).available; }

TEST(Spending, SharesTheCostAndRoundsHalfToEven) {
    const Organization organization = organization_with(tuition());
    Ledger ledger = supplied(1'000'000);
    const Moment at = midnight("2026-03-01");
    const Decision decision =
        request_spending(organization, ledger, spending("s", at, "Ann", "tuition", 99'999, april));
    ASSERT_TRUE(decision.receipt.applied) << decision.receipt.message;
    EXPECT_EQ(decision.remedy, Remedy::none);
    // 749.9925 and 249.9975: 749.99 and 250.00.
    ASSERT_EQ(decision.parts.size(), 2u);
    EXPECT_EQ(decision.parts[0], (Decision::Part{"s/account", pool, Draw::any, Amount(74'999)}));
    EXPECT_EQ(decision.parts[1], (Decision::Part{"s/own", ann, Draw::own, Amount(25'000)}));
    EXPECT_EQ(free_in(ledger, pool, at), Amount(1'000'000 - 74'999));
    // 1.50 and 0.50 are ties: 2 and 0, the even ones.
    const Decision two = request_spending(organization, ledger, spending("t", at, "Ann", "tuition", 2, april));
    ASSERT_EQ(two.parts.size(), 1u);
    EXPECT_EQ(two.parts[0].amount, Amount(2));
    // 4.50 and 1.50: 4 and 2.
    const Decision six = request_spending(organization, ledger, spending("u", at, "Ann", "tuition", 6, april));
    EXPECT_EQ(six.parts[0].amount, Amount(4));
    EXPECT_EQ(six.parts[1].amount, Amount(2));
    EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
}

TEST(Spending, ChargesTheRestToTheFundOfTheUnit) {
    const Organization organization =
        organization_with({{"program", "kind", "account_share", "employee_share"}, {"mixed", "money", "0.5", "0.2"}},
                          {{"fund", "amount", "unit"}, {"everyone", "1", ""}, {"northern", "1", "north"}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-03-01");
    const Account account{"Ann", "mixed", AccountKind::money};
    apply(ledger, "a", at, Supply{{"northern"}, Amount(100)});
    apply(ledger, "b", at, Grant{"northern", account, Amount(50)});
    apply(ledger, "c", at, Contribute{account, Amount(20)});
    const Decision decision = request_spending(organization, ledger, spending("s", at, "Ann", "mixed", 100, april));
    ASSERT_EQ(decision.parts.size(), 3u) << decision.receipt.message;
    EXPECT_EQ(decision.parts[0].draw, Draw::granted);
    EXPECT_EQ(decision.parts[0].amount, Amount(50));
    EXPECT_EQ(decision.parts[1].amount, Amount(20));
    EXPECT_EQ(decision.parts[2], (Decision::Part{"s/fund", FundAccount{"northern"}, Draw::any, Amount(30)}));
    // Bo is of the south: the fund for everyone, which has nothing. Nothing of it is reserved.
    apply(ledger, "d", at, Grant{"northern", {"Bo", "mixed", AccountKind::money}, Amount(20)});
    const Decision other = request_spending(organization, ledger, spending("o", at, "Bo", "mixed", 40, april));
    EXPECT_EQ(other.receipt.rule, "own");
    EXPECT_EQ(other.remedy, Remedy::contribute);
    EXPECT_EQ(other.lacking, Amount(8));
    EXPECT_EQ(free_in(ledger, Account{"Bo", "mixed", AccountKind::money}, at), Amount(20));
    apply(ledger, "e", at, Contribute{{"Bo", "mixed", AccountKind::money}, Amount(8)});
    const Decision third = request_spending(organization, ledger, spending("o2", at, "Bo", "mixed", 40, april));
    EXPECT_EQ(third.receipt.rule, "fund");
    EXPECT_EQ(third.remedy, Remedy::supply);
    EXPECT_EQ(third.lacking, Amount(12));
    EXPECT_TRUE(has(third.receipt.message, "fund everyone, money has 0.00 EUR available")) << third.receipt.message;
}

TEST(Spending, NeedsTheFundToBeSuppliedFirst) {
    const Organization organization = organization_with(tuition());
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-03-01");
    apply(ledger, "own", at, Contribute{ann, Amount(1'000)});
    const Spending early = spending("s", at, "Ann", "tuition", 400, april);
    const Decision refused = request_spending(organization, ledger, early);
    EXPECT_EQ(refused.receipt.rule, "supplied");
    EXPECT_EQ(refused.remedy, Remedy::supply);
    EXPECT_EQ(refused.receipt.message,
              "programme tuition spends from fund pool, money, which has held nothing yet. Possible: supply the fund "
              "first");
    apply(ledger, "supply", at, Supply{pool, Amount(300)});
    EXPECT_EQ(request_spending(organization, ledger, early), refused);
    Spending again = early;
    again.key = "s2";
    EXPECT_TRUE(request_spending(organization, ledger, again).receipt.applied);
}

TEST(Spending, ExhaustsAPoolInOrderOfRequestUntilItGrows) {
    const Organization organization = organization_with(tuition());
    Ledger ledger = supplied(1'000);
    const Moment at = midnight("2026-03-20");
    std::vector<bool> granted;
    for (const char* person : {"Cy", "Ann", "Bo"})
        granted.push_back(request_spending(organization, ledger, spending(person, at, person, "tuition", 600, april))
                              .receipt.applied);
    EXPECT_EQ(granted, (std::vector<bool>{true, true, false}));
    const Decision more = request_spending(organization, ledger, spending("more", at, "Bo", "tuition", 600, april));
    EXPECT_EQ(more.receipt.rule, "fund");
    EXPECT_EQ(more.at_most, Amount(100));
    EXPECT_EQ(more.lacking, Amount(350));
    apply(ledger, "grow", at, Supply{pool, Amount(350)});
    EXPECT_TRUE(
        request_spending(organization, ledger, spending("now", at, "Bo", "tuition", 600, april)).receipt.applied);
    EXPECT_EQ(free_in(ledger, pool, at), Amount(0));
    // Withdrawn and settled lower: there is room again.
    EXPECT_TRUE(cancel(ledger, cancellation("w", at, "Cy")).receipt.applied);
    EXPECT_TRUE(settle(ledger, settlement("p", at, "Ann", Money(400))).receipt.applied);
    EXPECT_EQ(free_in(ledger, pool, at), Amount(450 + 150));
    EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
}

TEST(Spending, CountsCapsByTheCalendarPeriodOfTheFirstDay) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "cap", "cap_period"}, {"time", "hours", "pool", "8", "month"}});
    Ledger ledger = Ledger::open(":memory:");
    const FundAccount minutes{"pool", AccountKind::hours};
    const Moment at = midnight("2026-01-02");
    apply(ledger, "supply", at, Supply{minutes, Amount(6'000)});
    const auto ask = [&](const std::string& key, std::int64_t amount, const char* first_day) {
        return request_spending(organization, ledger, hours(key, at, "Ann", "time", amount, day(first_day)));
    };
    EXPECT_TRUE(ask("a", 300, "2026-01-31").receipt.applied);
    const Decision much = ask("b", 300, "2026-01-01");
    EXPECT_EQ(much.receipt.rule, "cap");
    EXPECT_EQ(much.receipt.limit, Amount(480));
    EXPECT_EQ(much.receipt.from, day("2026-02-01"));
    EXPECT_EQ(much.remedy, Remedy::later);
    EXPECT_EQ(much.at_most, Amount(180));
    EXPECT_EQ(much.lacking, Amount(120));
    EXPECT_EQ(much.receipt.message,
              "programme time allows 8 h from 2026-01-01 until 2026-01-31, of which 5 h is used, and 5 h was asked "
              "for. Possible: ask for 3 h at most, or a first day from 2026-02-01 on");
    EXPECT_TRUE(ask("c", 180, "2026-01-31").receipt.applied);
    EXPECT_FALSE(ask("d", 1, "2026-01-15").receipt.applied);
    EXPECT_TRUE(ask("e", 480, "2026-02-01").receipt.applied);
    EXPECT_TRUE(ask("f", 480, "2025-12-31").receipt.applied);
    const Decision never = ask("g", 481, "2026-03-01");
    EXPECT_EQ(never.remedy, Remedy::ask_less);
    EXPECT_TRUE(is_missing(never.receipt.from));
    // What was not needed, or was withdrawn, is not counted; what was posted is, unless it was reversed.
    EXPECT_TRUE(settle(ledger, settlement("as", at, "a", missing<Money>(), Minutes(120))).receipt.applied);
    EXPECT_FALSE(ask("h", 181, "2026-01-15").receipt.applied);
    EXPECT_TRUE(ask("i", 180, "2026-01-15").receipt.applied);
    EXPECT_TRUE(cancel(ledger, cancellation("ic", at, "i")).receipt.applied);
    apply(ledger, "back", at, Reverse{"as/account"});
    EXPECT_TRUE(ask("j", 300, "2026-01-15").receipt.applied);
    EXPECT_FALSE(ask("k", 1, "2026-01-15").receipt.applied);
    // Bo has a cap of his own.
    EXPECT_TRUE(
        request_spending(organization, ledger, hours("bo", at, "Bo", "time", 480, day("2026-01-15"))).receipt.applied);
}

TEST(Spending, BindsAllThatAPoolPaysByItsCap) {
    // The account's share is nothing: all is the fund's, which is the pool itself.
    const Organization organization =
        organization_with({{"program", "kind", "fund", "account_share", "employee_share", "cap", "cap_period", "grant"},
                           {"granted", "money", "pool", "0", "0.25", "1", "year", "5"},
                           {"tuition", "money", "pool", "0", "0.25", "3", "year", ""}});
    Ledger ledger = supplied(100'000);
    const Moment at = midnight("2026-03-01");
    const PersonId person = id<PersonTag>(organization, "Ann");
    const auto cap_left = [&] { return entitlement(organization, ledger, person, at).cap_left[1]; };
    EXPECT_EQ(cap_left(), Amount(300));
    const Decision much = request_spending(organization, ledger, spending("a", at, "Ann", "tuition", 402, april));
    EXPECT_EQ(much.receipt.rule, "cap");
    EXPECT_EQ(much.receipt.asked, Amount(302));
    EXPECT_EQ(much.receipt.available, Amount(300));
    EXPECT_TRUE(
        request_spending(organization, ledger, spending("b", at, "Ann", "tuition", 200, april)).receipt.applied);
    EXPECT_EQ(cap_left(), Amount(150));
    EXPECT_FALSE(
        request_spending(organization, ledger, spending("c", at, "Ann", "tuition", 202, april)).receipt.applied);
    EXPECT_TRUE(settle(ledger, settlement("bs", at, "b", Money(100))).receipt.applied);
    EXPECT_EQ(cap_left(), Amount(225));
    EXPECT_TRUE(
        request_spending(organization, ledger, spending("d", at, "Ann", "tuition", 300, april)).receipt.applied);
    EXPECT_EQ(cap_left(), Amount(0));
    EXPECT_EQ(entitlement(organization, ledger, person, at).usable[1], Amount(0));
    // Where it grants, the cap is the account's: what a fund pays beside it does not count.
    EXPECT_TRUE(request_spending(organization, ledger, spending("g", at, "Bo", "granted", 0, april)).receipt.applied);
    apply(ledger, "own", at, Contribute{{"Ann", "granted"}, Amount(1'000)});
    EXPECT_TRUE(
        request_spending(organization, ledger, spending("h", at, "Ann", "granted", 4'000, april)).receipt.applied);
    EXPECT_EQ(entitlement(organization, ledger, person, at).cap_left[0], Amount(100));
}

TEST(Spending, TellsTheCostThatACapHasRoomFor) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "account_share", "employee_share", "cap", "cap_period", "grant"},
                           {"granted", "money", "pool", "0.75", "0.25", "22.5", "", "30"},
                           {"tuition", "money", "pool", "0.75", "0.25", "22.5", "year", ""}});
    Ledger ledger = supplied(100'000);
    const Moment at = midnight("2026-03-01");
    const Decision pooled = request_spending(organization, ledger, spending("a", at, "Ann", "tuition", 4'000, april));
    EXPECT_EQ(pooled.receipt.asked, Amount(3'000));
    EXPECT_EQ(pooled.at_most, Amount(2'250));
    EXPECT_EQ(pooled.lacking, Amount(750));
    EXPECT_EQ(pooled.receipt.message,
              "programme tuition allows 22.50 EUR from 2026-01-01 until 2026-12-31, of which 0.00 EUR is used, and of "
              "the cost of 40.00 EUR the pool pays 30.00 EUR. Possible: a cost of 30.00 EUR at most");
    EXPECT_FALSE(
        request_spending(organization, ledger, spending("b", at, "Ann", "tuition", 3'001, april)).receipt.applied);
    EXPECT_TRUE(
        request_spending(organization, ledger, spending("c", at, "Ann", "tuition", 3'000, april)).receipt.applied);
    apply(ledger, "grant", at, Grant{"pool", {"Ann", "granted"}, Amount(3'000)});
    apply(ledger, "own", at, Contribute{{"Ann", "granted"}, Amount(1'000)});
    const Decision granted = request_spending(organization, ledger, spending("d", at, "Ann", "granted", 4'000, april));
    EXPECT_TRUE(has(granted.receipt.message,
                    "of the cost of 40.00 EUR the account pays 30.00 EUR. Possible: a cost of "
                    "30.00 EUR at most"))
        << granted.receipt.message;
}

TEST(Spending, CountsNothingThatIsNoPartOfIt) {
    // The account's share is nothing at first: what somebody else reserves under the key of such a part is not Ann's.
    const auto organization = [](const char* share) {
        return organization_with({{"program", "kind", "fund", "grant", "account_share", "employee_share", "cap"},
                                  {"p", "money", "pool", "1", share, "0", "1"}});
    };
    Ledger ledger = supplied(1'000);
    const Moment at = midnight("2026-03-01");
    apply(ledger, "grant", at, Grant{"pool", {"Ann", "p"}, Amount(100)});
    EXPECT_TRUE(request_spending(organization("0"), ledger, spending("s", at, "Ann", "p", 50, april)).receipt.applied);
    apply(ledger, "s/account", at, Reserve{pool, Amount(100)});
    EXPECT_TRUE(request_spending(organization("1"), ledger, spending("t", at, "Ann", "p", 100, april)).receipt.applied);
}

TEST(Spending, CountsNothingThatHasExpired) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "cap"}, {"time", "hours", "pool", "8"}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-01-02"), later = midnight("2026-01-05");
    apply(ledger, "supply", at, Supply{{"pool", AccountKind::hours}, Amount(6'000)});
    Spending asked = hours("a", at, "Ann", "time", 480, april);
    asked.expires = midnight("2026-01-05");
    EXPECT_TRUE(request_spending(organization, ledger, asked).receipt.applied);
    EXPECT_FALSE(
        request_spending(organization, ledger, hours("b", at, "Ann", "time", 1, day("2029-01-01"))).receipt.applied);
    EXPECT_TRUE(request_spending(organization, ledger, hours("c", later, "Ann", "time", 480, april)).receipt.applied);
    EXPECT_EQ(settle(ledger, settlement("p", later, "a")).receipt.rule, "resolved");
}

TEST(Spending, TellsWhichRuleAndWhatWouldMakeItPossible) {
    const Organization organization = organization_with(
        {{"program", "kind", "fund", "account_share", "unit", "role", "requires_plan", "activity_kinds", "valid_from",
          "valid_to"},
         {"tuition", "money", "pool", "1", "agency", "clerk", "true", "course;seminar", "2026-02-01", "2026-07-01"}});
    Ledger ledger = supplied(1'000'000);
    int number = 0;
    const auto refused = [&](const char* at, const char* person, const char* first_day,
                             const char* activity = "course") {
        Spending asked = spending("k" + std::to_string(++number), midnight(at), person, "tuition", 100, day(first_day));
        asked.activity = activity;
        return request_spending(organization, ledger, asked);
    };
    const Decision early = refused("2026-03-01", "Cy", "2026-04-01");
    EXPECT_EQ(early.receipt.rule, "person");
    EXPECT_TRUE(is_missing(early.receipt.from));  // no other first day would do
    EXPECT_EQ(early.remedy, Remedy::other);
    EXPECT_TRUE(has(early.receipt.message,
                    "takes part from 2026-03-10, and not on 2026-03-01. Possible: ask again from 2026-03-10 on"))
        << early.receipt.message;
    const Decision left = refused("2026-03-01", "Dee", "2026-06-15");
    EXPECT_EQ(left.receipt.rule, "person");
    EXPECT_EQ(left.remedy, Remedy::other);
    EXPECT_TRUE(has(left.receipt.message, "until 2026-06-14")) << left.receipt.message;
    EXPECT_EQ(refused("2026-03-01", "Dee", "2026-06-14").receipt.rule, "plan");
    const Decision scope = refused("2026-03-01", "Bo", "2026-04-01");
    EXPECT_EQ(scope.receipt.rule, "scope");
    EXPECT_TRUE(has(scope.receipt.message, "is for role clerk and unit agency, and person Bo is not among them"))
        << scope.receipt.message;
    const Decision soon = refused("2026-03-01", "Ann", "2026-01-31");
    EXPECT_EQ(soon.receipt.rule, "dates");
    EXPECT_EQ(soon.receipt.from, day("2026-02-01"));
    EXPECT_EQ(refused("2026-03-01", "Ann", "2026-07-01").receipt.rule, "dates");
    EXPECT_EQ(refused("2026-03-01", "Ann", "2026-06-30", "coach").receipt.rule, "kind");
    EXPECT_TRUE(
        has(refused("2026-03-01", "Ann", "2026-06-30", "thing").receipt.message, "activity thing is of no kind"));
    const Decision plan = refused("2026-03-01", "Ann", "2026-04-01");
    EXPECT_EQ(plan.receipt.rule, "plan");
    EXPECT_EQ(plan.remedy, Remedy::plan);
    Spending agreed = spending("agreed", midnight("2026-03-01"), "Ann", "tuition", 100, april);
    agreed.agreed_plan = "plan 7";
    EXPECT_TRUE(request_spending(organization, ledger, agreed).receipt.applied);
    const Decision before = refused("2026-03-11", "Cy", "2026-03-09");
    EXPECT_EQ(before.receipt.rule, "person");
    EXPECT_EQ(before.receipt.from, day("2026-03-10"));
    EXPECT_EQ(before.remedy, Remedy::later);
    EXPECT_TRUE(has(before.receipt.message, "Possible: a first day from 2026-03-10 until 2026-06-30"))
        << before.receipt.message;
}

TEST(Spending, OffersNoDayOnWhichItWouldBeRefusedAgain) {
    const Organization organization = organization_with(
        {{"program", "kind", "fund", "account_share", "cap", "cap_period", "valid_from", "valid_to", "role"},
         {"ending", "money", "pool", "1", "1", "month", "2026-03-15", "2026-06-01", ""},
         {"short", "money", "pool", "1", "1", "month", "2026-01-01", "2026-03-01", ""},
         {"summer", "money", "pool", "1", "1", "month", "2026-07-01", "", ""},
         {"chiefs", "money", "pool", "1", "1", "month", "", "", "chief"}});
    Ledger ledger = supplied(1'000'000);
    int number = 0;
    const auto ask = [&](const char* person, const char* program, const char* first_day, std::int64_t cents = 100) {
        return request_spending(
            organization, ledger,
            spending("k" + std::to_string(++number), midnight("2026-03-20"), person, program, cents, day(first_day)));
    };
    // Cy joins before the programme begins: its first day, not Cy's.
    EXPECT_EQ(ask("Cy", "ending", "2026-03-01").receipt.from, day("2026-03-15"));
    // Cy joins when it has ended; Dee has left when it begins; Cy is no chief.
    for (const auto& [person, program, first_day] :
         {std::tuple("Cy", "short", "2026-02-01"), std::tuple("Dee", "summer", "2026-05-01"),
          std::tuple("Cy", "chiefs", "2026-02-01")}) {
        const Decision never = ask(person, program, first_day);
        EXPECT_TRUE(is_missing(never.receipt.from)) << never.receipt.message;
        EXPECT_EQ(never.remedy, Remedy::other);
        EXPECT_TRUE(has(never.receipt.message, "Possible: another programme")) << never.receipt.message;
    }
    // The cap has room in April and in May again, and after that there is no programme.
    EXPECT_TRUE(ask("Ann", "ending", "2026-03-20").receipt.applied);
    EXPECT_TRUE(ask("Ann", "ending", "2026-04-01", 50).receipt.applied);
    EXPECT_EQ(ask("Ann", "ending", "2026-03-20", 50).receipt.from, day("2026-04-01"));
    const Decision may = ask("Ann", "ending", "2026-03-20");
    EXPECT_EQ(may.receipt.from, day("2026-05-01"));
    EXPECT_EQ(may.remedy, Remedy::later);
    EXPECT_TRUE(ask("Ann", "ending", "2026-05-01").receipt.applied);
    const Decision full = ask("Ann", "ending", "2026-05-31");
    EXPECT_TRUE(is_missing(full.receipt.from)) << full.receipt.message;
    EXPECT_TRUE(has(full.receipt.message, "Possible: withdraw or settle another spending of it"))
        << full.receipt.message;
    EXPECT_EQ(full.remedy, Remedy::other);
}

TEST(Spending, AnswersTheSameRequestAsTheFirstTime) {
    const Organization organization = organization_with(tuition());
    Ledger ledger = supplied(1'000);
    const Moment at = midnight("2026-03-01");
    const Spending asked = spending("s", at, "Ann", "tuition", 400, april);
    const Decision first = request_spending(organization, ledger, asked);
    const LedgerHead head = ledger.head();
    EXPECT_EQ(request_spending(organization, ledger, asked), first);
    // The organisation may have other shares by then.
    Cells changed = tuition();
    changed[1][3] = "0.5";
    const Organization other = organization_with(changed);
    EXPECT_EQ(request_spending(other, ledger, asked), first);
    // Nor need it know the programme any more, or keep its kind.
    EXPECT_EQ(request_spending(organization_with({{"program"}, {"another"}}), ledger, asked), first);
    EXPECT_EQ(request_spending(organization_with({{"program", "kind"}, {"tuition", "hours"}}), ledger, asked), first);
    EXPECT_EQ(ledger.head().hash, head.hash);
    Spending more = asked;
    more.cost = Money(401);
    EXPECT_THROW(request_spending(organization_with({{"program"}, {"another"}}), ledger, more), Error);
    Spending body = asked;
    body.activity = "coach";
    EXPECT_THROW(request_spending(organization, ledger, body), Error);
    const Settlement paid = settlement("p", at, "s", Money(100));
    const Decision settled = settle(ledger, paid);
    ASSERT_EQ(settled.parts.size(), 2u);
    EXPECT_EQ(settled.parts[0].amount, Amount(75));
    EXPECT_EQ(settled.parts[1].amount, Amount(25));
    EXPECT_EQ(settle(ledger, paid), settled);
    EXPECT_EQ(settle(ledger, settlement("q", at, "s", Money(100))).receipt.rule, "resolved");
    EXPECT_EQ(cancel(ledger, cancellation("c", at, "s")).receipt.rule, "resolved");
    EXPECT_THROW(settle(ledger, settlement("r", at, "nothing")), Error);
    EXPECT_THROW(settle(ledger, settlement("r", at, "p")), Error);
}

TEST(Spending, PostsEveryPartInProportionAndFreesTheRest) {
    const Organization organization = organization_with(tuition());
    const Moment at = midnight("2026-03-01");
    // Every pair of small costs, where rounding says most: the parts sum to what was paid, and none is more than was reserved.
    Ledger ledger = supplied(1'000'000);
    std::int64_t spent = 0;
    for (std::int64_t cost = 1; cost <= 12; ++cost)
        for (std::int64_t real = 0; real <= cost; ++real) {
            const std::string key = std::to_string(cost) + "-" + std::to_string(real);
            const Decision reserved =
                request_spending(organization, ledger, spending(key, at, "Ann", "tuition", cost, april));
            const Decision posted = settle(ledger, settlement("p" + key, at, key, Money(real)));
            ASSERT_TRUE(posted.receipt.applied) << posted.receipt.message;
            std::int64_t sum = 0;
            for (std::size_t i = 0; i < posted.parts.size(); ++i) {
                EXPECT_LE(posted.parts[i].amount, reserved.parts[i].amount);
                sum += posted.parts[i].amount.units();
            }
            EXPECT_EQ(sum, real) << key;
            spent += real;
        }
    EXPECT_EQ(free_in(ledger, pool, at).units() + free_in(ledger, ann, at).units(), 2'000'000 - spent);
    EXPECT_EQ(ledger.balance(pool, at).reserved, Amount(0));
    request_spending(organization, ledger, spending("s", at, "Ann", "tuition", 100, april));
    const Decision more = settle(ledger, settlement("more", at, "s", Money(101)));
    EXPECT_EQ(more.receipt.rule, "reserved");
    EXPECT_EQ(more.receipt.message,
              "spending 's' has 1.00 EUR reserved, and 1.01 EUR was spent. Possible: another spending of 0.01 EUR");
    EXPECT_EQ(more.receipt.asked, Amount(101));
    EXPECT_EQ(more.receipt.limit, Amount(100));
    EXPECT_EQ(more.remedy, Remedy::ask_less);
    EXPECT_EQ(more.at_most, Amount(100));
    EXPECT_EQ(more.lacking, Amount(1));
    EXPECT_TRUE(settle(ledger, settlement("same", at, "s")).receipt.applied);
    EXPECT_EQ(settle(ledger, settlement("late", at, "s", Money(101))).receipt.rule, "resolved");
    // Free of charge: nothing was reserved, and nothing can be paid.
    EXPECT_TRUE(request_spending(organization, ledger, spending("free", at, "Ann", "tuition", 0, april)).parts.empty());
    EXPECT_EQ(settle(ledger, settlement("dear", at, "free", Money(1))).receipt.rule, "reserved");
    EXPECT_TRUE(settle(ledger, settlement("none", at, "free", Money(0))).receipt.applied);
    EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
}

TEST(Spending, IsResolvedAsAWhole) {
    const Organization organization = organization_with(tuition());
    Ledger ledger = supplied(1'000);
    const Moment at = midnight("2026-03-01");
    EXPECT_TRUE(
        request_spending(organization, ledger, spending("s", at, "Ann", "tuition", 400, april)).receipt.applied);
    const LedgerHead head = ledger.head();
    const auto refused = [&](const std::vector<Request>& requests, bool linked) {
        try {
            ledger.apply(requests, linked);
            ADD_FAILURE() << requests[0].key;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::contradiction) << error.what();
            EXPECT_EQ(error.table(), "requests");
            EXPECT_EQ(error.row(), 1);
            EXPECT_EQ(error.column(), "reservation");
            EXPECT_TRUE(has(error.what(), "is a part of spending 's', and is not resolved alone")) << error.what();
        }
    };
    for (const bool linked : {false, true})
        for (const char* part : {"s/account", "s/own"}) {
            refused({{"p", at, "test", "", Post{part, Amount(1), ""}}}, linked);
            refused({{"v", at, "test", "", Void{part}}}, linked);
        }
    EXPECT_EQ(ledger.head().hash, head.hash);
    EXPECT_TRUE(settle(ledger, settlement("ss", at, "s", Money(200))).receipt.applied);
    apply(ledger, "refund", at, Reverse{"ss/own"});  // a correction resolves nothing
}

TEST(Spending, SettlesHoursOfHoursAlone) {
    const Organization organization = organization_with({{"program", "kind", "fund"},
                                                         {"books", "items", "pool"},
                                                         {"time", "hours", "pool"},
                                                         {"tuition", "money", "pool"}});
    Ledger ledger = supplied(1'000);
    const Moment at = midnight("2026-03-01");
    for (const AccountKind kind : {AccountKind::hours, AccountKind::items})
        apply(ledger, kind == AccountKind::hours ? "h" : "i", at, Supply{{"pool", kind}, Amount(1'000)});
    request_spending(organization, ledger, spending("m", at, "Ann", "tuition", 400, april));
    request_spending(organization, ledger, hours("t", at, "Ann", "time", 90, april));
    request_spending(organization, ledger, spending("b", at, "Ann", "books", 0, april));
    const LedgerHead head = ledger.head();
    for (const char* of : {"m", "b"}) {
        try {
            settle(ledger, settlement("wrong", at, of, Money(0), Minutes(300)));
            ADD_FAILURE() << of;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::contradiction) << error.what();
            EXPECT_EQ(error.table(), "requests");
            EXPECT_EQ(error.column(), "hours");
        }
    }
    EXPECT_EQ(ledger.head().hash, head.hash);
    const Decision longer = settle(ledger, settlement("long", at, "t", missing<Money>(), Minutes(120)));
    EXPECT_EQ(longer.receipt.rule, "reserved");
    EXPECT_EQ(longer.receipt.message,
              "spending 't' has 1 h 30 min reserved, and 2 h was spent. Possible: another spending of 30 min");
    EXPECT_EQ(settle(ledger, settlement("dear", at, "t", Money(5))).receipt.message,
              "spending 't' has 0.00 EUR reserved, and 0.05 EUR was spent. Possible: another spending of 0.05 EUR");
    EXPECT_EQ(settle(ledger, settlement("ms", at, "m", Money(300))).receipt.asked, Amount(300));
    EXPECT_EQ(settle(ledger, settlement("ts", at, "t", missing<Money>(), Minutes(60))).receipt.asked, Amount(60));
    EXPECT_TRUE(is_missing(settle(ledger, settlement("bs", at, "b", Money(0))).receipt.asked));
}

TEST(Spending, CountsItemsAndHoursWithoutMoney) {
    const Organization organization = organization_with(
        {{"program", "kind", "fund", "grant", "cap", "cap_period"}, {"books", "items", "", "2", "1", "year"}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-01-02");
    const FundAccount books{"books", AccountKind::items};
    Spending asked = spending("a", at, "Ann", "books", 0, april);
    asked.cost = missing<Money>();
    EXPECT_EQ(request_spending(organization, ledger, asked).receipt.rule, "supplied");
    apply(ledger, "supply", at, Supply{books, Amount(100)});
    asked.key = "b";
    EXPECT_EQ(request_spending(organization, ledger, asked).remedy, Remedy::grant);
    fund_programs(organization, ledger, at, "test");
    asked.key = "c";
    const Decision decision = request_spending(organization, ledger, asked);
    ASSERT_EQ(decision.parts.size(), 1u) << decision.receipt.message;
    EXPECT_EQ(decision.parts[0].amount, Amount(1));
    asked.key = "d";
    EXPECT_EQ(request_spending(organization, ledger, asked).receipt.rule, "cap");
    asked.key = "e", asked.first_day = day("2027-01-01");
    EXPECT_TRUE(request_spending(organization, ledger, asked).receipt.applied);
}

TEST(Spending, RefusesMockProgrammesOfRealMoneyAndRealOnesOfPlayMoney) {
    Cells programs = tuition();
    programs[0].push_back("mock"), programs[1].push_back("true");
    const Organization mock = organization_with(programs), real = organization_with(tuition());
    Ledger money = supplied(1'000), play = Ledger::open(":memory:", {.play_money = true});
    const Moment at = midnight("2026-03-01");
    const auto told = [&](const Organization& organization, Ledger& ledger) {
        try {
            request_spending(organization, ledger, spending("s", at, "Ann", "tuition", 0, april));
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::contradiction);
            EXPECT_EQ(error.table(), "requests");
            EXPECT_EQ(error.column(), "program");
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_TRUE(has(told(mock, money), "is mock, and this ledger holds real money"));
    EXPECT_TRUE(has(told(real, play), "is real, and this ledger holds play money"));
    apply(play, "supply", at, Supply{pool, Amount(100)});
    EXPECT_EQ(told(mock, play), "");
    EXPECT_EQ(told(real, money), "");
}

TEST(Spending, TellsWhatIsWrongWithARequest) {
    const Organization organization = organization_with(
        {{"program", "kind", "fund"}, {"tuition", "money", "pool"}, {"time", "hours", "pool"}, {"vague", "", "pool"}});
    Ledger ledger = supplied(1'000);
    const Moment at = midnight("2026-03-01");
    std::string told;
    const auto expect = [&](Spending asked, Code code, const char* column) {
        try {
            request_spending(organization, ledger, asked);
            ADD_FAILURE() << column << " was taken";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            EXPECT_EQ(error.table(), "requests") << error.what();
            EXPECT_EQ(error.column(), column) << error.what();
            told = error.what();
        }
    };
    const Spending good = spending("s", at, "Ann", "tuition", 1, april);
    const auto with = [&](auto change) {
        Spending asked = good;
        change(asked);
        return asked;
    };
    expect(with([](Spending& s) { s.person = "Nobody"; }), Code::unknown_key, "person");
    expect(with([](Spending& s) { s.program = "tuitoin"; }), Code::unknown_key, "program");
    EXPECT_TRUE(has(told, "'tuitoin' is not a key of programs; did you mean 'tuition'?")) << told;
    expect(with([](Spending& s) { s.activity = ""; }), Code::unknown_key, "activity");
    expect(with([](Spending& s) { s.program = "vague"; }), Code::missing_value, "program");
    EXPECT_TRUE(has(told, "programme vague does not say what its accounts hold")) << told;
    expect(with([](Spending& s) { s.cost = missing<Money>(); }), Code::missing_value, "cost");
    expect(with([](Spending& s) { s.cost = Money(-1); }), Code::out_of_range, "cost");
    expect(with([](Spending& s) { s.program = "time"; }), Code::missing_value, "hours");
    expect(with([](Spending& s) { s.hours = Minutes(5); }), Code::contradiction, "hours");
    expect(with([](Spending& s) { s.first_day = missing<Date>(); }), Code::missing_value, "first_day");
    expect(with([](Spending& s) { s.key = ""; }), Code::missing_value, "key");
    expect(with([](Spending& s) { s.key = std::string(1'000, 'k'); }), Code::invalid_text, "key");
    expect(with([](Spending& s) { s.by = ""; }), Code::missing_value, "by");
    expect(with([](Spending& s) { s.at -= std::chrono::hours(24 * 365); }), Code::out_of_range, "at");
    expect(with([](Spending& s) { s.key = "supply"; }), Code::contradiction, "key");
    EXPECT_EQ(ledger.head().transaction, 5);
}

TEST(Spending, KeepsACapWhereTwoAskAtOnce) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "cap", "cap_period"}, {"time", "hours", "pool", "8", "month"}});
    const test::Folder folder;
    const Moment at = midnight("2026-01-02");
    {
        Ledger ledger = Ledger::open(folder.file(), {.create = true});
        apply(ledger, "supply", at, Supply{{"pool", AccountKind::hours}, Amount(600'000)});
    }
    constexpr int each = 12;
    std::vector<std::thread> threads;
    std::vector<int> granted(4);
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            Ledger ledger = Ledger::open(folder.file());  // of its own, as another process would
            for (int i = 0; i < each; ++i)
                granted[static_cast<std::size_t>(t)] +=
                    request_spending(
                        organization, ledger,
                        hours(std::to_string(t) + "-" + std::to_string(i), at, "Ann", "time", 60, day("2026-01-09")))
                        .receipt.applied;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(granted[0] + granted[1] + granted[2] + granted[3], 8);
    const Ledger ledger = Ledger::open(folder.file());
    EXPECT_EQ(ledger.balance(FundAccount{"pool", AccountKind::hours}, at).reserved, Amount(480));
    EXPECT_TRUE(verify(ledger).sound);
}

}  // namespace
