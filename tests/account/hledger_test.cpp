#include <gradus/account/hledger.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <gradus/account/ledger_check.h>
#include <gradus/account/ledger_tables.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/hledger_tool.h"
#include "account/ledger_file.h"
#include "account/ledger_requests.h"
#include "account/wording.h"
#include "organization/currency.h"

namespace {

using namespace gradus;
using test::request;
using test::second;

TEST(Hledger, IsWrittenAsItReads) {
    Ledger ledger = Ledger::open(":memory:");
    const Account ann{"Ann Smith", "75/25"};
    ledger.apply(request("supply", 0, Supply{{"central"}, Amount(100'000)}));
    ledger.apply(request("grant", 1, Grant{"central", ann, Amount(50'005), second(100)}));
    ledger.apply(request("r", 2, Reserve{ann, Amount(10'000)}));
    Request post = request("p", 86'402, Post{"r", Amount(7'550), "school: \"north\""});
    post.reason = "course;\nin spring";
    ledger.apply(post);
    std::ostringstream out;
    write_hledger(ledger, out);
    EXPECT_EQ(out.str(), R"(; EUR, minutes and items
commodity 0.00 EUR
commodity 0. min
commodity 0. items

2026-01-01 * (1) supply  ; 00:00:00 by test, key supply
    supply  -1000.00 EUR = -1000.00 EUR
    fund:central  1000.00 EUR = 1000.00 EUR

2026-01-01 * (2) grant  ; 00:00:01 by test, key grant
    fund:central  -500.05 EUR = 499.95 EUR
    lot:Ann%20Smith:75/25:central:2026-01-01%2000%3A01%3A40  500.05 EUR = 500.05 EUR

2026-01-02 * (4) post  ; 00:00:02 by test, key p: course, in spring
    lot:Ann%20Smith:75/25:central:2026-01-01%2000%3A01%3A40  -75.50 EUR = 424.55 EUR
    provider:school%3A%20%22north%22  75.50 EUR = 75.50 EUR
)");
}

TEST(Hledger, WritesOverNoLedger) {
    const test::Folder folder;
    Ledger ledger = Ledger::open(folder.file(), {.create = true});
    ledger.apply(request("supply", 0, Supply{{"central"}, Amount(5)}));
    const auto refused = [&](const std::string& path) {
        try {
            write_hledger(ledger, path);
        } catch (const Error& error) {
            return error.code();
        }
        return Code::ok;
    };
    EXPECT_EQ(refused(folder.file()), Code::file);
    EXPECT_EQ(refused(folder.file("no/where")), Code::file);
    EXPECT_EQ(refused(""), Code::invalid_option);
    EXPECT_TRUE(verify(Ledger::open(folder.file())).sound);
    EXPECT_EQ(refused(folder.file("journal")), Code::ok);
    EXPECT_EQ(refused(folder.file("journal")), Code::ok);  // replaced
    std::ostringstream out, file;
    write_hledger(ledger, out);
    file << std::ifstream(folder.file("journal")).rdbuf();
    EXPECT_EQ(file.str(), out.str());
}

TEST(Hledger, ShowsEveryBlankOfAName) {
    Ledger ledger = Ledger::open(":memory:");
    ledger.apply(request("supply", 0, Supply{{"a\u2003\u2003b\u00a0c\u3000d\u00e9"}, Amount(5)}));
    std::ostringstream out;
    write_hledger(ledger, out);
    EXPECT_NE(out.str().find("fund:a%E2%80%83%E2%80%83b%C2%A0c%E3%80%80d\u00e9  0.05 EUR"), std::string::npos)
        << out.str();
}

// An accountant's own tool recomputes every balance, and agrees to the cent.
TEST(Hledger, AgreesOnEveryBalance) {
    if (!test::has_hledger()) {
        if (test::requires_hledger()) FAIL() << "hledger is not installed, and GRADUS_REQUIRE_HLEDGER asks for it";
        GTEST_SKIP() << "hledger is not installed";
    }
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        const test::Folder folder;
        Ledger ledger = Ledger::open(":memory:", {.currency = seed == 4 ? "JPY" : "EUR"});
        test::RandomRequests random(seed, false);
        for (int i = 0; i < 2'000; ++i) {
            try {
                ledger.apply(random.next());
            } catch (const Error&) {
            }
        }
        {
            std::ofstream file(folder.file("journal"));
            write_hledger(ledger, file);
        }
        EXPECT_FALSE(test::printed("hledger -f " + folder.file("journal") + " check && echo sound").empty())
            << "seed " << seed;
        std::map<std::string, std::string> found = test::hledger_balances(folder.file("journal"));
        std::map<std::string, std::string> expected;
        const LedgerBalances balances = ledger_balances(ledger, random.moment_near());
        for (std::size_t row = 0; row < balances.size(); ++row) {
            const auto name = [&](const auto& column) {
                const auto id = column[row];
                return id ? std::string((*column.strings())[static_cast<std::size_t>(id.value())]) : std::string("%");
            };
            std::string account(word(balances.of.book[row]));
            switch (balances.of.book[row]) {
            case BookKind::supply: break;
            case BookKind::provider:
                account += ":" + (balances.of.provider[row].empty() ? "%" : std::string(balances.of.provider[row]));
                break;
            case BookKind::pocket: account += ":" + name(balances.of.person); break;
            case BookKind::fund: account += ":" + name(balances.of.fund); break;
            case BookKind::lot: {
                std::string end = is_missing(balances.of.expires[row]) ? "never" : to_text(balances.of.expires[row]);
                for (std::size_t at = 0; (at = end.find_first_of(" :", at)) != std::string::npos;)
                    end.replace(at, 1, end[at] == ' ' ? "%20" : "%3A");
                account += ":" + name(balances.of.person) + ":" + name(balances.of.program) + ":" +
                           name(balances.of.fund) + ":" + end;
                break;
            }
            case BookKind::own: account += ":" + name(balances.of.person) + ":" + name(balances.of.program); break;
            }
            const AccountKind kind = balances.of.kind[row];
            const bool money = kind == AccountKind::money;
            const std::int64_t posted = balances.posted[row].units();
            const std::string unit = money ? ledger.currency() : kind == AccountKind::hours ? "min" : "items";
            if (posted != 0) expected[account + " " + unit] = decimal(posted, money ? ledger.minor_digits() : 0);
        }
        std::erase_if(found, [](const auto& row) { return row.second == "0" || row.second == "0.00"; });
        EXPECT_GT(expected.size(), 10u);
        EXPECT_EQ(found, expected) << "seed " << seed;
    }
}

}  // namespace
