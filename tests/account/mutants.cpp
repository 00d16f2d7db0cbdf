// Fifteen promises of the ledger, each with a fault put into the library that breaks it: without a fault all hold, with it the
// promise is seen to be broken. A program of its own, with the ledger compiled a second time.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gradus/account/hledger.h>
#include <gradus/account/ledger.h>
#include <gradus/account/ledger_check.h>
#include <gradus/account/ledger_tables.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/chain.h"
#include "account/ledger_file.h"
#include "account/ledger_requests.h"
#include "account/mutant.h"

namespace gradus {

Mutant present_mutant = Mutant::none;

namespace {

using test::Folder;
using test::raw;
using test::request;
using test::second;

const Account ann{"Ann", "tuition"}, bo{"Bo", "tuition"};

Ledger funded(const std::string& path, std::int64_t amount = 1'000) {
    Ledger ledger = Ledger::open(path, {.create = true});
    ledger.apply(request("supply", 0, Supply{{"central"}, Amount(amount)}));
    ledger.apply(request("grant", 0, Grant{"central", ann, Amount(amount), second(1'000)}));
    return ledger;
}

std::int64_t available(const Ledger& ledger, const Payer& payer = ann) {
    return ledger.balance(payer, second(500)).available.units();
}

bool balanced() {
    Ledger ledger = funded(":memory:");
    ledger.apply(request("r", 1, Reserve{ann, Amount(100)}));
    ledger.apply(request("p", 1, Post{"r", Amount(70), "school"}));
    std::map<std::int32_t, std::int64_t> sums;
    const LedgerEntries entries = ledger_entries(ledger);
    for (std::size_t row = 0; row < entries.size(); ++row)
        sums[entries.transaction[row]] += entries.posted[row].units();
    for (const auto& sum : sums)
        if (sum.second != 0) return false;
    return true;
}

bool append_only() {
    const Folder folder;
    funded(folder.file());
    for (const char* sql : {"UPDATE entries SET posted = 7", "DELETE FROM entries", "UPDATE transactions SET by = 'x'",
                            "DELETE FROM transactions", "UPDATE books SET name = 'x'", "DELETE FROM books"})
        if (raw(folder.file(), sql) != "error: the ledger is append-only") return false;
    return true;
}

/// Somebody who changes an entry and its own digest is found at the next one.
bool chained() {
    const Folder folder;
    funded(folder.file());
    const std::string before = raw(folder.file(), "SELECT hex(hash) FROM transactions WHERE number = 1");
    const std::string trigger = raw(folder.file(), "SELECT sql FROM sqlite_schema WHERE name = 'transactions_stay'");
    Recorded changed;
    changed.fields = {.key = "supply",
                      .at = second(0),
                      .by = "Eve",
                      .operation = OperationKind::supply,
                      .kind = AccountKind::money,
                      .fund = "central",
                      .amount = Amount(1'000)};
    changed.receipt = {.transaction = 1, .at = second(0), .applied = true, .asked = Amount(1'000)};
    changed.first_entry = 1, changed.entries = 2;
    const std::string hash = hexadecimal(view(link(view(first_link("EUR", false)), canonical(changed))));
    raw(folder.file(), "DROP TRIGGER transactions_stay; UPDATE transactions SET by = 'Eve', hash = x'" + hash +
                           "' WHERE number = 1;" + trigger);
    const LedgerCheck check = verify(Ledger::open(folder.file()));
    return !check.sound && check.entry == 1;
}

bool duplicate_does_nothing() {
    Ledger ledger = funded(":memory:");
    const Request reserve = request("r", 1, Reserve{ann, Amount(100)});
    const Receipt first = ledger.apply(reserve);
    return ledger.apply(reserve) == first && available(ledger) == 900;
}

bool concurrent_duplicates_collapse() {
    const Folder folder;
    Ledger ledger = funded(folder.file());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            Ledger own = Ledger::open(folder.file());
            own.apply(request("r", 1, Reserve{ann, Amount(100)}));
        });
    for (std::thread& thread : threads) thread.join();
    return available(ledger) == 900;
}

bool no_update_is_lost() {
    const Folder folder;
    Ledger one = funded(folder.file()), two = Ledger::open(folder.file());
    for (int i = 0; i < 6; ++i)
        (i % 2 ? two : one).apply(request("c" + std::to_string(i), 1, Contribute{ann, Amount(10)}));
    return available(one) == 1'060;
}

bool transfers_conserve() {
    const Folder folder;
    Ledger ledger = funded(folder.file());
    for (const char* person : {"Cy", "Di", "Ed"}) ledger.apply(request(person, 0, Contribute{{person, ""}, Amount(1)}));
    std::atomic<bool> done = false;
    std::thread writer([&] {
        Ledger own = Ledger::open(folder.file());
        for (int i = 0; !done; ++i)
            own.apply(request("t" + std::to_string(i), 1,
                              i % 2 ? Transfer{bo, ann, Amount(9)} : Transfer{ann, bo, Amount(9)}));
    });
    bool conserved = true;
    for (int i = 0; i < 40 && conserved; ++i) {  // a reader between two transactions is as likely as not
        std::int64_t sum = 0;
        const LedgerBalances balances = ledger_balances(ledger, second(1));
        for (std::size_t row = 0; row < balances.size(); ++row)
            if (balances.of.book[row] == BookKind::lot) sum += balances.posted[row].units();
        conserved = sum == 1'000;
    }
    done = true;
    writer.join();
    return conserved;
}

bool balance_equals_journal() {
    Ledger ledger = funded(":memory:");
    ledger.apply(request("r", 1, Reserve{ann, Amount(100)}));
    ledger.apply(request("v", 1, Void{"r"}));
    std::int64_t posted = 0, pending = 0;
    const LedgerEntries entries = ledger_entries(ledger);
    for (std::size_t row = 0; row < entries.size(); ++row)
        if (entries.of.book[row] == BookKind::lot)
            posted += entries.posted[row].units(), pending += entries.pending[row].units();
    return available(ledger) == posted - pending;
}

bool never_overdrawn() {
    const Folder folder;
    Ledger ledger = funded(folder.file(), 100);
    std::vector<std::thread> threads;
    std::atomic<int> granted = 0;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            Ledger own = Ledger::open(folder.file());
            for (int j = 0; j < 10; ++j)
                granted += own.apply(request(std::to_string(i) + "-" + std::to_string(j), 1, Reserve{ann, Amount(30)}))
                               .applied;
        });
    for (std::thread& thread : threads) thread.join();
    return granted == 3 && available(ledger) == 10;
}

bool precise() {
    constexpr std::int64_t odd = (std::int64_t(1) << 53) + 1;  // no double has this value
    Ledger ledger = Ledger::open(":memory:");
    ledger.apply(request("s", 0, Supply{{"central"}, Amount(odd)}));
    if (available(ledger, FundAccount{"central"}) != odd) return false;
    for (int i = 0; i < 1'000; ++i) ledger.apply(request(std::to_string(i), 0, Contribute{ann, Amount(10)}));
    return available(ledger) == 10'000;
}

bool units_stay_apart() {
    Ledger ledger = funded(":memory:");
    const Account hours{"Ann", "tuition", AccountKind::hours};
    if (ledger.apply(request("h", 1, Reserve{hours, Amount(1)})).applied) return false;
    try {
        ledger.apply(request("t", 1, Transfer{ann, Account{"Bo", "", AccountKind::items}, Amount(1)}));
        return false;
    } catch (const Error& error) {
        return error.code() == Code::contradiction;
    }
}

bool reversal_compensates() {
    Ledger ledger = funded(":memory:");
    ledger.apply(request("t", 1, Transfer{ann, bo, Amount(100)}));
    ledger.apply(request("b", 1, Reverse{"t"}));
    return available(ledger) == 1'000 && available(ledger, bo) == 0;
}

bool rebuilt_is_the_same() {
    Ledger ledger = funded(":memory:");
    ledger.apply(request("r", 1, Reserve{ann, Amount(100)}));
    rebuild(ledger);
    return available(ledger) == 900;
}

bool without_gaps() {
    Ledger ledger = funded(":memory:");
    for (int i = 0; i < 4; ++i) {
        const Receipt receipt = ledger.apply(request(std::to_string(i), 1, Reserve{ann, Amount(i % 2 ? 1 : 9'999)}));
        if (receipt.transaction != 3 + i) return false;
    }
    const LedgerEntries entries = ledger_entries(ledger);
    for (std::size_t row = 0; row < entries.size(); ++row)
        if (entries.entry[row] != static_cast<std::int32_t>(row) + 1) return false;
    return true;
}

bool repeated_refusal_is_a_refusal() {
    Ledger ledger = funded(":memory:");
    const Request much = request("m", 1, Reserve{ann, Amount(9'999)});
    return !ledger.apply(much).applied && !ledger.apply(much).applied;
}

const struct {
    Mutant mutant;
    const char* promise;
    bool (*holds)();
} promises[] = {
    {Mutant::unbalanced, "balanced", balanced},
    {Mutant::not_append_only, "append-only", append_only},
    {Mutant::unchained, "chain", chained},
    {Mutant::duplicate_applied, "duplicate is no-op", duplicate_does_nothing},
    {Mutant::concurrent_duplicate_applied, "concurrent duplicates collapse", concurrent_duplicates_collapse},
    {Mutant::lost_update, "no lost update on a hot account", no_update_is_lost},
    {Mutant::not_conserved, "conservation under concurrent transfers", transfers_conserve},
    {Mutant::balance_apart, "balance equals journal", balance_equals_journal},
    {Mutant::overdrawn, "no overdraft under concurrent drain", never_overdrawn},
    {Mutant::imprecise, "no precision drift", precise},
    {Mutant::units_mixed, "units never mixed", units_stay_apart},
    {Mutant::reversal_in_part, "reversal compensates", reversal_compensates},
    {Mutant::rebuilt_without_pending, "rebuild from the journal", rebuilt_is_the_same},
    {Mutant::gap, "gap-free sequence", without_gaps},
    {Mutant::refusal_repeated_as_applied, "a repeated refusal is not reported as applied",
     repeated_refusal_is_a_refusal},
};

/// An error where none belongs breaks a promise too.
bool holds(bool (*promise)()) {
    try {
        return promise();
    } catch (const Error&) {
        return false;
    }
}

TEST(Mutants, EachBreaksItsPromiseAndNoOther) {
    static_assert(std::size(promises) == 15);
    for (const auto& promise : promises) EXPECT_TRUE(holds(promise.holds)) << promise.promise << ", without a fault";
    for (const auto& fault : promises) {
        present_mutant = fault.mutant;
        for (const auto& promise : promises) {
            // Who applies a repeated request again does so when many repeat it at once, too.
            if (fault.mutant == Mutant::duplicate_applied && promise.mutant == Mutant::concurrent_duplicate_applied)
                continue;
            if (fault.mutant == Mutant::duplicate_applied && promise.mutant == Mutant::refusal_repeated_as_applied)
                continue;
            EXPECT_EQ(holds(promise.holds), promise.mutant != fault.mutant)
                << "with the fault against '" << fault.promise << "': " << promise.promise;
        }
    }
    present_mutant = Mutant::none;
}

}  // namespace

}  // namespace gradus
