#include <gradus/account/entitlement.h>

#include <string>

#include <gradus/account/program.h>
#include <gradus/account/spending.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/programs.h"

namespace {

using namespace gradus;
using test::apply;
using test::hours;
using test::midnight;
using test::organization_with;

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST(Entitlement, TellsWhatForWhatAndUntilWhen) {
    const Organization organization = organization_with(
        {{"program", "kind", "fund", "account_share", "employee_share", "grant", "grant_period", "carry_over", "cap",
          "cap_period", "activity_kinds", "requires_plan", "valid_to", "role"},
         {"chiefs", "money", "pool", "1", "0", "5", "", "", "", "", "", "", "", "chief"},
         {"pooled", "money", "pool", "0.75", "0.25", "", "", "", "", "", "course", "true", "2026-07-01", ""},
         {"time", "hours", "", "", "", "4", "month", "0.5", "8", "quarter", "", "", "", ""}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-05-10");
    const PersonId dee = id<PersonTag>(organization, "Dee");
    apply(ledger, "a", at, Supply{{"time", AccountKind::hours}, Amount(60'000)});
    apply(ledger, "b", at, Supply{{"pool"}, Amount(10'000)});
    fund_programs(organization, ledger, at, "hr");
    apply(ledger, "c", at, Contribute{{"Dee", "pooled"}, Amount(70)});
    request_spending(organization, ledger, hours("s", at, "Dee", "time", 90, day("2026-04-01")));
    const Entitlement table = entitlement(organization, ledger, dee, at);
    ASSERT_EQ(table.size(), 3u);
    EXPECT_EQ(table.usable[0], Amount(0));
    EXPECT_TRUE(has(table.reason[0], "is for role chief, and person Dee is not among them")) << table.reason[0];
    EXPECT_EQ(table.kind[1], AccountKind::money);
    EXPECT_TRUE(table.shared[1]);
    EXPECT_EQ(table.available[1], Amount(9'500));  // the chief has 5.00 of it
    EXPECT_EQ(table.own[1], Amount(70));
    EXPECT_EQ(table.until[1], day("2026-06-15"));  // Dee leaves before it ends
    EXPECT_EQ(table.activity_kinds[1], "course");
    EXPECT_TRUE(table.requires_plan[1]);
    EXPECT_EQ(table.account_share[1], 0.75);
    EXPECT_TRUE(is_missing(table.cap_left[1]));
    EXPECT_EQ(table.reason[1], "");
    // 4 h were granted, of which 1 h 30 are reserved, and all goes with the month.
    EXPECT_EQ(table.available[2], Amount(150));
    EXPECT_EQ(table.cap_left[2], Amount(390));
    EXPECT_EQ(table.usable[2], Amount(150));
    EXPECT_EQ(table.cap_until[2], day("2026-07-01"));
    EXPECT_EQ(table.expires[2], midnight("2026-06-01"));
    EXPECT_EQ(table.expiring[2], Amount(150));
    const Entitlement later = entitlement(organization, ledger, dee, midnight("2026-06-02"));
    EXPECT_TRUE(has(later.reason[2], "nothing is granted")) << later.reason[2];
    EXPECT_EQ(later.usable[2], Amount(0));
    const Entitlement left = entitlement(organization, ledger, dee, midnight("2026-06-15"));
    EXPECT_TRUE(has(left.reason[1], "takes part until 2026-06-14")) << left.reason[1];
    EXPECT_EQ(left.usable[1], Amount(0));
}

TEST(Entitlement, TellsOfGrantsThatAPoolDoesNotUse) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "account_share"}, {"pooled", "money", "pool", "1"}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-05-10");
    const PersonId ann = id<PersonTag>(organization, "Ann");
    apply(ledger, "a", at, Supply{{"pool"}, Amount(1'000)});
    EXPECT_TRUE(is_missing(entitlement(organization, ledger, ann, at).idle[0]));
    apply(ledger, "b", at, Grant{"pool", {"Ann", "pooled"}, Amount(600)});
    const Entitlement table = entitlement(organization, ledger, ann, at);
    EXPECT_EQ(table.idle[0], Amount(600));
    EXPECT_EQ(table.available[0], Amount(400));
    EXPECT_EQ(request_spending(organization, ledger, test::spending("s", at, "Ann", "pooled", 500, day("2026-06-01")))
                  .receipt.rule,
              "fund");
}

TEST(Entitlement, IsBoundByTheCap) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "cap", "cap_period"}, {"time", "hours", "pool", "1", "month"}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-05-10");
    const PersonId ann = id<PersonTag>(organization, "Ann");
    EXPECT_TRUE(has(entitlement(organization, ledger, ann, at).reason[0], "fund pool, hours has nothing available"));
    apply(ledger, "a", at, Supply{{"pool", AccountKind::hours}, Amount(600)});
    EXPECT_EQ(entitlement(organization, ledger, ann, at).usable[0], Amount(60));
    request_spending(organization, ledger, hours("s", at, "Ann", "time", 60, day("2026-05-31")));
    const Entitlement table = entitlement(organization, ledger, ann, at);
    EXPECT_EQ(table.available[0], Amount(540));
    EXPECT_EQ(table.usable[0], Amount(0));
    EXPECT_EQ(table.reason[0], "the cap is used up; again from 2026-06-01 on");
    EXPECT_EQ(entitlement(organization, ledger, ann, midnight("2026-06-01")).usable[0], Amount(60));
    EXPECT_THROW(entitlement(organization, ledger, ann, midnight("2026-05-09")), Error);
    EXPECT_THROW(entitlement(organization, ledger, PersonId(), at), Error);
    Ledger play = Ledger::open(":memory:", {.play_money = true});
    EXPECT_EQ(entitlement(organization, play, ann, at).reason[0],
              "the programme is real, and this ledger holds play money");
}

}  // namespace
