#include <gradus/account/program_report.h>

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
using test::cancellation;
using test::midnight;
using test::organization_with;
using test::settlement;
using test::spending;

/// "PROGRAM UNIT KIND people: … amounts: …".
std::vector<std::string> lines(const ProgramReport& table) {
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < table.size(); ++row) {
        const auto key = [row](const auto& column) {
            const auto id = column[row];
            return id ? std::string((*column.strings())[static_cast<std::size_t>(id.value())]) : std::string("-");
        };
        std::string line = key(table.program) + " " + key(table.unit) + " " +
                           std::string(Words<AccountKind>::names[static_cast<std::size_t>(table.kind[row])]);
        for (const auto* count : {&table.eligible, &table.informed, &table.planned, &table.agreed, &table.declined})
            line += " " + std::to_string((*count)[row]);
        line += ":";
        for (const auto* amount : {&table.granted, &table.reserved, &table.spent, &table.expired, &table.contributed})
            line += " " + std::to_string((*amount)[row].units());
        lines.push_back(line);
    }
    return lines;
}

TEST(ProgramReport, CountsPeopleAndAmountsByUnit) {
    const Organization organization =
        organization_with({{"program", "kind", "fund", "account_share", "employee_share", "grant", "expires_days"},
                           {"granted", "money", "pool", "1", "0", "10", "30"},
                           {"pooled", "money", "pool", "0.75", "0.25", "", ""}});
    Ledger ledger = Ledger::open(":memory:");
    const Moment at = midnight("2026-01-10");
    const Date first = day("2026-02-01");
    apply(ledger, "supply", at, Supply{{"pool"}, Amount(100'000)});
    fund_programs(organization, ledger, at, "hr");  // Ann in the north, Bo and Dee in the south: 1,000 each
    apply(ledger, "own", at, Contribute{{"Bo", "pooled"}, Amount(500)});
    request_spending(organization, ledger, spending("a", at, "Ann", "granted", 300, first));
    request_spending(organization, ledger, spending("b", at, "Bo", "granted", 400, first));
    request_spending(organization, ledger, spending("c", at, "Bo", "pooled", 800, first));
    request_spending(organization, ledger, spending("d", at, "Bo", "pooled", 400, first));
    request_spending(organization, ledger, spending("e", at, "Dee", "granted", 100, first));
    settle(ledger, settlement("pb", at, "b", Money(250)));
    settle(ledger, settlement("pc", at, "c"));
    settle(ledger, settlement("pe", at, "e"));
    apply(ledger, "back", at, Reverse{"pe/account"});
    const PersonId bo = id<PersonTag>(organization, "Bo"), ann = id<PersonTag>(organization, "Ann");
    const ProgramId pooled = id<ProgramTag>(organization, "pooled");
    const std::vector<PersonStage> stages{{ann, {}, Stage::informed},
                                          {bo, pooled, Stage::informed},
                                          {bo, pooled, Stage::informed},
                                          {bo, pooled, Stage::agreed},
                                          {ann, pooled, Stage::declined}};
    EXPECT_EQ(lines(program_report(organization, ledger, at, stages)),
              (std::vector<std::string>{
                  "granted north money 1 1 0 0 0: 1000 300 0 0 0", "granted south money 2 0 0 0 0: 2000 0 250 0 0",
                  "pooled north money 1 1 0 0 1: 0 0 0 0 0", "pooled south money 2 1 0 1 0: 0 400 800 0 500"}));
    // Expired, written down or not; Cy has joined, and what is reserved stays.
    const Moment later = midnight("2026-03-20");
    const std::vector<std::string> expired{
        "granted north money 2 0 0 0 0: 1000 300 0 700 0", "granted south money 2 0 0 0 0: 2000 0 250 1750 0",
        "pooled north money 2 0 0 0 0: 0 0 0 0 0", "pooled south money 2 0 0 0 0: 0 400 800 0 500"};
    EXPECT_EQ(lines(program_report(organization, ledger, later, {})), expired);
    apply(ledger, "sweep", later, Expire{});
    EXPECT_EQ(lines(program_report(organization, ledger, later, {})), expired);
    cancel(ledger, cancellation("cd", later, "d"));
    EXPECT_EQ(lines(program_report(organization, ledger, later, {})).back(),
              "pooled south money 2 0 0 0 0: 0 0 800 0 500");
    EXPECT_THROW(program_report(organization, ledger, at, {}), Error);
    EXPECT_THROW(program_report(organization, ledger, later, std::vector<PersonStage>{{PersonId(99), {}, {}}}), Error);
}

}  // namespace
