// kill -9 at random moments: every acknowledged request is there, everything else whole or not at all.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/ledger_check.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account/ledger_file.h"
#include "account/ledger_requests.h"

namespace {

using namespace gradus;
using test::request;
using test::second;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kills = 25;
#else
constexpr int kills = 500;
#endif
constexpr int checked_each = 20;  // a whole verification after so many kills

const Account ann{"Ann", "tuition"};

/// The requests of one number: one alone, or three that are linked.
std::vector<Request> batch(std::int64_t number) {
    const std::string key = std::to_string(number);
    if (number % 4 == 0) return {request("s" + key, number, Supply{{"central"}, Amount(1'000)})};
    return {request("g" + key, number, Grant{"central", ann, Amount(10), second(number + 40)}),
            request("r" + key, number, Reserve{ann, Amount(7), second(number + 3)}),
            number % 3 ? request("p" + key, number, Post{"r" + key, Amount(5), "school"})
                       : request("x" + key, number, Expire{})};
}

/// A child that works on from a number, and tells the number of each batch once it has its receipts.
pid_t begin(const std::string& path, std::int64_t from, int& pipe_end) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    const pid_t child = fork();
    if (child != 0) {
        close(ends[1]);
        pipe_end = ends[0];
        return child;
    }
    close(ends[0]);
    try {
        Ledger ledger = Ledger::open(path, {.create = true});
        for (std::int64_t number = from;; ++number) {
            for (const Receipt& receipt : ledger.apply(batch(number), true))
                if (!receipt.applied) _exit(3);
            if (write(ends[1], &number, sizeof number) != sizeof number) _exit(2);
        }
    } catch (...) {
        _exit(1);
    }
}

TEST(Crash, KeepsWhatWasAcknowledged) {
    const test::Folder folder;
    std::mt19937_64 random(17);
    std::int64_t next = 0, acknowledged = 0, half_way = 0;
    for (int kill_number = 1; kill_number <= kills; ++kill_number) {
        int pipe_end = -1;
        const pid_t child = begin(folder.file(), next, pipe_end);
        // Mostly while it works, now and then while it opens the file. At what point does not matter, so no clock is asked.
        const std::int64_t enough = random() % 8 == 0 ? 0 : static_cast<std::int64_t>(1 + random() % 12);
        std::int64_t number = 0, told = 0;
        while (told < enough && read(pipe_end, &number, sizeof number) == sizeof number) ++told, next = number + 1;
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 1'500));
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself, with " << WEXITSTATUS(status);
        while (read(pipe_end, &number, sizeof number) == sizeof number)
            ++told, next = number + 1;  // told before it was killed
        close(pipe_end);
        acknowledged += told;

        const Ledger ledger = Ledger::open(folder.file(), {.create = true});
        for (std::int64_t back = 1; back <= told; ++back)
            for (const Request& asked : batch(next - back))
                ASSERT_TRUE(ledger.receipt(asked.key))
                    << "kill " << kill_number << ": " << asked.key << " was acknowledged";
        std::size_t there = 0;
        for (const Request& asked : batch(next)) there += ledger.receipt(asked.key).has_value();
        ASSERT_TRUE(there == 0 || there == batch(next).size())
            << "kill " << kill_number << ": " << there << " of a batch";
        for (const Request& asked : batch(next + 1)) ASSERT_FALSE(ledger.receipt(asked.key));
        half_way += there > 0;  // kept, but not told: asked again, it is done once
        if (kill_number % checked_each == 0) {
            const LedgerCheck check = verify(ledger);
            ASSERT_TRUE(check.sound) << "kill " << kill_number << ": " << check.message;
        }
    }
    const Ledger ledger = Ledger::open(folder.file());
    for (std::int64_t number = 0; number < next; ++number)
        for (const Request& asked : batch(number)) ASSERT_TRUE(ledger.receipt(asked.key)) << asked.key;
    EXPECT_TRUE(verify(ledger).sound);
    RecordProperty("kills", kills);
    RecordProperty("acknowledged", static_cast<int>(acknowledged));
    RecordProperty("kept_but_not_told", static_cast<int>(half_way));
}

}  // namespace
