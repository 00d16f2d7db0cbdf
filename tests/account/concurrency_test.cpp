// Many at once on one account: nothing is lost, doubled or overdrawn.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/ledger_check.h>
#include <gradus/account/ledger_tables.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account/ledger_file.h"
#include "account/ledger_requests.h"

namespace {

using namespace gradus;
using test::Folder;
using test::request;
using test::second;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int rounds = 15;
#else
constexpr int rounds = 60;
#endif
constexpr int workers = 8;

const Account ann{"Ann", "tuition"};

Receipt patiently(Ledger& ledger, const Request& asked) {
    for (;;) {
        try {
            return ledger.apply(asked);
        } catch (const Error& error) {
            if (error.code() != Code::busy) throw;  // busy can be asked again
        }
    }
}

Ledger funded(const std::string& path, std::int64_t amount) {
    Ledger ledger = Ledger::open(path, {.create = true});
    ledger.apply(request("supply", 0, Supply{{"central"}, Amount(amount)}));
    ledger.apply(request("grant", 0, Grant{"central", ann, Amount(amount)}));
    return ledger;
}

/// Drains the account: in each round a reservation that some will get and some will not, spent at once, and a key that everybody
/// uses.
void drain(Ledger& ledger, int worker) {
    for (int round = 0; round < rounds; ++round) {
        const std::string key = std::to_string(worker) + "-" + std::to_string(round);
        if (patiently(ledger, request("r" + key, 1, Reserve{ann, Amount(5)})).applied)
            patiently(ledger, request("p" + key, 1, Post{"r" + key, Amount(3), "school"}));
        patiently(ledger, request("all" + std::to_string(round), 1, Contribute{ann, Amount(1)}));
    }
}

void expect_drained(const Ledger& ledger, std::int64_t granted) {
    const LedgerCheck check = verify(ledger);
    ASSERT_TRUE(check.sound) << check.message;
    std::int64_t spent = 0, left = 0, inside = 0;
    const LedgerBalances balances = ledger_balances(ledger, second(1));
    for (std::size_t row = 0; row < balances.size(); ++row) {
        const std::int64_t posted = balances.posted[row].units();
        if (balances.of.book[row] == BookKind::provider) spent += posted;
        if (balances.of.book[row] == BookKind::lot || balances.of.book[row] == BookKind::own) left += posted;
        if (balances.of.book[row] == BookKind::pocket) inside -= posted;
        EXPECT_TRUE(is_missing(balances.available[row]) || balances.available[row].units() >= 0);
    }
    EXPECT_EQ(inside, rounds);  // what everybody contributed under one key came in once
    EXPECT_EQ(spent + left, granted + rounds);
    EXPECT_EQ(spent % 3, 0);
    EXPECT_GT(spent, 0);
}

TEST(Concurrency, ThreadsOfOneHandle) {
    const Folder folder;
    Ledger ledger = funded(folder.file(), 900);
    std::vector<std::thread> threads;
    for (int worker = 0; worker < workers; ++worker) threads.emplace_back([&, worker] { drain(ledger, worker); });
    for (std::thread& thread : threads) thread.join();
    expect_drained(ledger, 900);
}

TEST(Concurrency, ThreadsWithHandlesOfTheirOwn) {
    const Folder folder;
    funded(folder.file(), 900);
    std::vector<std::thread> threads;
    for (int worker = 0; worker < workers; ++worker)
        threads.emplace_back([&, worker] {
            Ledger own = Ledger::open(folder.file());
            drain(own, worker);
        });
    for (std::thread& thread : threads) thread.join();
    expect_drained(Ledger::open(folder.file()), 900);
}

TEST(Concurrency, Processes) {
    const Folder folder;
    funded(folder.file(), 900);
    std::vector<pid_t> children;
    for (int worker = 0; worker < workers; ++worker) {
        const pid_t child = fork();
        if (child == 0) {
            try {
                Ledger own = Ledger::open(folder.file());
                drain(own, worker);
                _exit(0);
            } catch (...) {
                _exit(1);
            }
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    expect_drained(Ledger::open(folder.file()), 900);
}

// Whoever reads while amounts move between accounts sees all of them, in one account or another.
TEST(Concurrency, ReadersSeeWholeTransactions) {
    const Folder folder;
    constexpr std::int64_t total = 1'000;
    Ledger ledger = funded(folder.file(), total);
    const Account bo{"Bo", "tuition"};
    std::atomic<bool> done = false;
    std::thread writer([&] {
        Ledger own = Ledger::open(folder.file());
        for (int i = 0; i < 5 * rounds; ++i) {
            const Amount some(1 + i % 7);
            patiently(own,
                      request("t" + std::to_string(i), 1, i % 2 ? Transfer{bo, ann, some} : Transfer{ann, bo, some}));
        }
        done = true;
    });
    Ledger reader = Ledger::open(folder.file());
    do {
        const LedgerBalances balances = ledger_balances(reader, second(1));
        std::int64_t sum = 0;
        for (std::size_t row = 0; row < balances.size(); ++row)
            if (balances.of.book[row] == BookKind::lot) sum += balances.posted[row].units();
        EXPECT_EQ(sum, total);
    } while (!done);
    writer.join();
}

TEST(Concurrency, BacksUpWhileOthersWrite) {
    const Folder folder;
    Ledger ledger = funded(folder.file(), 900);
    std::thread writer([&] {
        Ledger own = Ledger::open(folder.file());
        drain(own, 0);
    });
    std::int64_t last = 0;
    for (int i = 0; i < 5; ++i) {
        const std::string copy = folder.file("copy" + std::to_string(i));
        backup(ledger, copy);
        const LedgerCheck check = verify(Ledger::open(copy));
        EXPECT_TRUE(check.sound) << check.message;
        EXPECT_GE(check.head.transaction, last);
        last = check.head.transaction;
    }
    writer.join();
}

}  // namespace
