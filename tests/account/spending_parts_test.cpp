// How a cost is shared where its parts round against one another.

#include <cstdint>
#include <string>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/spending.h>
#include <gtest/gtest.h>

#include "account/programs.h"

namespace {

using namespace gradus;
using test::midnight;

struct Case {
    const char *account, *employee;
    std::int64_t cost, paid;
    std::vector<std::int64_t> reserved, posted;  ///< of account, own and fund, those without any left out
};

std::vector<std::int64_t> amounts(const Decision& decision) {
    std::vector<std::int64_t> amounts;
    for (const Decision::Part& part : decision.parts) amounts.push_back(part.amount.units());
    return amounts;
}

TEST(SpendingParts, RoundWithinTheCostAndWithinWhatIsReserved) {
    const Case cases[] = {
        {"0.5", "0.5", 3, 3, {2, 1}, {2, 1}},          // 1.5 and 1.5: the employee pays no more than is left
        {"0.5", "0.5", 1, 1, {1}, {1}},                // 0.5 and 0.5: nobody's half, so the fund's
        {"0.5", "0.25", 3, 2, {2, 1}, {2, 0}},         // of 2: 1, 0.5 and a rest, for which no fund is reserved
        {"0.5", "0.25", 7, 6, {4, 2, 1}, {3, 2, 1}},   // of 6: 3, 1.5 and 1
        {"0.25", "0.25", 6, 5, {2, 2, 2}, {2, 1, 2}},  // of 5: 1.25, 1.25 and 3, of which the fund has 2
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.account) + " and " + c.employee + " of " + std::to_string(c.cost));
        const Organization organization =
            test::organization_with({{"program", "kind", "fund", "account_share", "employee_share"},
                                     {"p", "money", "pool", c.account, c.employee}});
        Ledger ledger = Ledger::open(":memory:");
        const Moment at = midnight("2026-01-01");
        test::apply(ledger, "pool", at, Supply{{"pool"}, Amount(100)});
        test::apply(ledger, "own", at, Contribute{{"Ann", "p"}, Amount(100)});
        const Decision asked =
            request_spending(organization, ledger, test::spending("s", at, "Ann", "p", c.cost, day("2026-02-01")));
        ASSERT_TRUE(asked.receipt.applied) << asked.receipt.message;
        EXPECT_EQ(amounts(asked), c.reserved);
        const Decision settled = settle(ledger, test::settlement("t", at, "s", Money(c.paid)));
        ASSERT_TRUE(settled.receipt.applied) << settled.receipt.message;
        EXPECT_EQ(amounts(settled), c.posted);
        // A part of which nothing is posted is given up: nothing was asked for.
        for (std::size_t i = 0; i < settled.parts.size(); ++i) {
            const std::string& reservation = settled.parts[i].reservation;
            const std::string ended = "t" + reservation.substr(reservation.find('/'));
            EXPECT_EQ(is_missing(ledger.receipt(ended)->asked), c.posted[i] == 0) << ended;
        }
    }
}

}  // namespace
