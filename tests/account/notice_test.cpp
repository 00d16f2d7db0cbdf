#include <gradus/account/notice.h>

#include <string>
#include <vector>

#include <gradus/account/program.h>
#include <gradus/account/spending.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/programs.h"

namespace {

using namespace gradus;
using test::apply;
using test::midnight;
using test::organization_with;

std::vector<std::string> lines(const Notices& table) {
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < table.size(); ++row) {
        const auto key = [row](const auto& column) {
            const auto id = column[row];
            return id ? std::string((*column.strings())[static_cast<std::size_t>(id.value())]) : std::string("-");
        };
        lines.push_back(key(table.person) + " " + key(table.program) + " " +
                        std::string(Words<NoticeKind>::names[static_cast<std::size_t>(table.notice[row])]) + " " +
                        std::to_string(table.amount[row].units()) + " " +
                        (is_missing(table.date[row]) ? std::string("-")
                                                     : std::to_string((table.date[row] - day("2026-02-01")).count())) +
                        " " + key(table.session));
    }
    return lines;
}

TEST(Notices, TellsOfPlansExpiryAndSessions) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "grant", "expires_days", "activity_kinds", "unit"},
                           {"p", "money", "pool", "1", "9", "course", "south"}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-02-01") + std::chrono::hours(9);
    const PersonId bo = id<PersonTag>(organization, "Bo"), dee = id<PersonTag>(organization, "Dee");
    EXPECT_EQ(lines(notices(organization, ledger, at, 30, {})),
              (std::vector<std::string>{"Bo p no_plan 0 - -", "Dee p no_plan 0 - -"}));
    apply(ledger, "supply", at, Supply{{"pool"}, Amount(1'000)});
    fund_programs(organization, ledger, at, "hr");
    // s2 has no seat, s3 is of another kind, s4 is too late.
    const std::vector<PersonId> planned{dee};
    EXPECT_EQ(lines(notices(organization, ledger, at, 10, planned)),
              (std::vector<std::string>{"Bo p no_plan 100 - -", "Bo p expiring 100 10 -", "Bo p session 100 9 s1",
                                        "Dee p expiring 100 10 -", "Dee p session 100 9 s1"}));
    EXPECT_EQ(lines(notices(organization, ledger, at, 9, std::vector{dee, bo})),
              (std::vector<std::string>{"Bo p session 100 9 s1", "Dee p session 100 9 s1"}));
    EXPECT_TRUE(lines(notices(organization, ledger, at, 8, std::vector{bo, dee})).empty());
    // Whoever has nothing left is not told of sessions.
    apply(ledger, "back", at, ClawBack{{"Bo", "p"}, Amount(100), ""});
    EXPECT_EQ(lines(notices(organization, ledger, at, 9, std::vector{dee, bo})),
              (std::vector<std::string>{"Dee p session 100 9 s1"}));
    EXPECT_THROW(notices(organization, ledger, at, -1, {}), Error);
    const Ledger play = Ledger::open(":memory:", {.play_money = true});
    EXPECT_EQ(notices(organization, play, at, 30, {}).size(), 0u);
}

TEST(Notices, TellsOfEveryExpiryAndOfSessionsByTheirOwnPeriodsCap) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "grant", "cap", "cap_period", "person", "activity_kinds"},
                           {"p", "money", "pool", "1", "0.5", "month", "Bo", "coaching"}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-01-20");
    const Account bo{"Bo", "p"};
    const std::vector<PersonId> planned{id<PersonTag>(organization, "Bo")};
    apply(ledger, "supply", at, Supply{{"pool"}, Amount(1'000)});
    apply(ledger, "a", at, Grant{"pool", bo, Amount(60), midnight("2026-01-25")});
    apply(ledger, "b", at, Grant{"pool", bo, Amount(20), midnight("2026-02-03")});
    apply(ledger, "c", at, Grant{"pool", bo, Amount(30), midnight("2026-02-03") + std::chrono::hours(5)});
    apply(ledger, "d", at, Grant{"pool", bo, Amount(40), midnight("2026-04-01")});
    // January's cap is used up; s3 is in February.
    Spending asked = test::spending("s", at, "Bo", "p", 100, day("2026-01-21"));
    asked.activity = "coach";
    ASSERT_TRUE(request_spending(organization, ledger, asked).receipt.applied);
    EXPECT_EQ(lines(notices(organization, ledger, at, 30, planned)),
              (std::vector<std::string>{"Bo p expiring 10 -7 -", "Bo p expiring 50 2 -", "Bo p session 50 11 s3"}));
}

}  // namespace
