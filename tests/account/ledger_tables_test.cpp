#include <gradus/account/ledger_tables.h>

#include <map>
#include <string>
#include <vector>

#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/ledger_requests.h"

namespace {

using namespace gradus;
using test::request;
using test::second;

const Account ann{"Ann", "tuition"};

Ledger small() {
    Ledger ledger = Ledger::open(":memory:");
    ledger.apply(request("supply", 0, Supply{{"central"}, Amount(100'000)}));
    ledger.apply(request("grant", 1, Grant{"central", ann, Amount(50'000), second(100)}));
    ledger.apply(request("own", 2, Contribute{ann, Amount(300)}));
    ledger.apply(request("r", 3, Reserve{ann, Amount(50'100), second(50)}));
    ledger.apply(request("p", 4, Post{"r", Amount(50'050), "school"}));
    ledger.apply(request("s", 5, Reserve{ann, Amount(200), second(60)}));
    return ledger;
}

std::vector<std::string> shown(const Table& table, std::initializer_list<const char*> columns) {
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < table.size(); ++row) {
        std::string line;
        for (const char* name : columns) {
            const AnyColumn& column = *table.find(name);
            line += line.empty() ? "" : " ";
            switch (column.type()) {
            case Type::word: line += column.words()[static_cast<const std::uint8_t*>(column.data())[row]]; break;
            case Type::key: {
                const auto id = static_cast<const std::int32_t*>(column.data())[row];
                line += id < 0 ? "-" : std::string((*column.strings())[static_cast<std::size_t>(id)]);
                break;
            }
            case Type::text: line += (*column.strings())[row].empty() ? "-" : (*column.strings())[row]; break;
            case Type::integer: {
                const auto number = static_cast<const std::int32_t*>(column.data())[row];
                line += is_missing(number) ? "-" : std::to_string(number);
                break;
            }
            case Type::moment: {
                const auto moment = static_cast<const Moment*>(column.data())[row];
                line += is_missing(moment) ? "-" : to_text(moment).substr(14);
                break;
            }
            default: {
                const auto number = static_cast<const Amount*>(column.data())[row];
                line += is_missing(number) ? "-" : std::to_string(number.units());
            }
            }
        }
        lines.push_back(line);
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(LedgerTables, HasTheJournal) {
    EXPECT_EQ(shown(ledger_entries(small()), {"entry", "transaction", "at", "operation", "key", "by", "reason", "book",
                                              "kind", "person", "program", "fund", "provider", "expires", "posted",
                                              "pending", "reservation", "posted_after", "pending_after"}),
              (Lines{"1 1 00:00 supply supply test - supply money - - - - - -100000 0 - -100000 0",
                     "2 1 00:00 supply supply test - fund money - - central - - 100000 0 - 100000 0",
                     "3 2 00:01 grant grant test - fund money - - central - - -50000 0 - 50000 0",
                     "4 2 00:01 grant grant test - lot money Ann tuition central - 01:40 50000 0 - 50000 0",
                     "5 3 00:02 contribute own test - pocket money Ann - - - - -300 0 - -300 0",
                     "6 3 00:02 contribute own test - own money Ann tuition - - - 300 0 - 300 0",
                     "7 4 00:03 reserve r test - lot money Ann tuition central - 01:40 0 50000 4 50000 50000",
                     "8 4 00:03 reserve r test - own money Ann tuition - - - 0 100 4 300 100",
                     "9 5 00:04 post p test - lot money Ann tuition central - 01:40 -50000 -50000 4 0 0",
                     "10 5 00:04 post p test - own money Ann tuition - - - -50 -100 4 250 0",
                     "11 5 00:04 post p test - provider money - - - school - 50050 0 - 50050 0",
                     "12 6 00:05 reserve s test - own money Ann tuition - - - 0 200 6 250 200"}));
}

TEST(LedgerTables, HasTheBalancesOfAnyMoment) {
    const Ledger ledger = small();
    const auto at = [&](std::int64_t seconds) {
        return shown(ledger_balances(ledger, second(seconds)),
                     {"book", "kind", "person", "fund", "posted", "reserved", "available"});
    };
    EXPECT_EQ(at(5), (Lines{"supply money - - -100000 0 -", "fund money - central 50000 0 50000",
                            "lot money Ann central 0 0 0", "pocket money Ann - -300 0 -", "own money Ann - 250 200 50",
                            "provider money - - 50050 0 -"}));
    EXPECT_EQ(at(60)[4], "own money Ann - 250 0 250");  // the reservation has expired, though nobody wrote it down
    EXPECT_EQ(at(3), (Lines{"supply money - - -100000 0 -", "fund money - central 50000 0 50000",
                            "lot money Ann central 50000 50000 0", "pocket money Ann - -300 0 -",
                            "own money Ann - 300 100 200"}));
    EXPECT_EQ(at(0), (Lines{"supply money - - -100000 0 -", "fund money - central 100000 0 100000"}));
    EXPECT_EQ(at(-1), Lines{});
}

TEST(LedgerTables, HasWhatIsReservedAtAnyMoment) {
    const Ledger ledger = small();
    const auto at = [&](std::int64_t seconds) {
        return shown(ledger_pending(ledger, second(seconds)),
                     {"transaction", "key", "at", "by", "until", "book", "person", "amount"});
    };
    EXPECT_EQ(at(3), (Lines{"4 r 00:03 test 00:50 lot Ann 50000", "4 r 00:03 test 00:50 own Ann 100"}));
    EXPECT_EQ(at(4), Lines{});
    EXPECT_EQ(at(5), Lines{"6 s 00:05 test 01:00 own Ann 200"});
    EXPECT_EQ(at(60), Lines{});
}

TEST(LedgerTables, SumToZeroInEachKind) {
    Ledger ledger = Ledger::open(":memory:");
    test::RandomRequests random(5, false);
    for (int i = 0; i < 1'000; ++i) {
        try {
            ledger.apply(random.next());
        } catch (const Error&) {
        }
    }
    std::map<AccountKind, std::int64_t> sums;
    const LedgerBalances balances = ledger_balances(ledger, random.moment_near());
    for (std::size_t row = 0; row < balances.size(); ++row) sums[balances.of.kind[row]] += balances.posted[row].units();
    EXPECT_EQ(sums.size(), 3u);
    for (const auto& sum : sums) EXPECT_EQ(sum.second, 0);
}

}  // namespace
