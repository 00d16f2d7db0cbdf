// A disk that fails, and a computer that crashes: what was acknowledged is there, what was not is there whole or not at all.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/ledger_check.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/faulty_vfs.h"
#include "account/ledger_requests.h"

namespace {

using namespace gradus;
using test::Fault;
using test::FaultyDisk;
using test::request;
using test::second;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int stride = 17, crashes_of_each = 1;
#else
constexpr int stride = 1, crashes_of_each = 2;
#endif

const Account ann{"Ann", "tuition"};

/// What a client asks for: each operation, refusals, and a linked batch (which is asked for at once).
std::vector<std::vector<Request>> script() {
    const Account bo{"Bo", "tuition"};
    return {{request("supply", 0, Supply{{"central"}, Amount(1'000)})},
            {request("grant", 1, Grant{"central", ann, Amount(500), second(100)})},
            {request("own", 2, Contribute{ann, Amount(50)})},
            {request("r1", 3, Reserve{ann, Amount(300), second(20)})},
            {request("too much", 4, Reserve{ann, Amount(300)})},
            {request("r2", 5, Reserve{ann, Amount(100)}), request("p2", 5, Post{"r2", Amount(80), "school"})},
            {request("l1", 5, Reserve{ann, Amount(1)}), request("l2", 5, Reserve{ann, Amount(9'999)})},
            {request("p1", 6, Post{"r1", Amount(250), "school"})},
            {request("back", 7, Reverse{"p1"})},
            {request("move", 8, Transfer{ann, bo, Amount(60)})},
            {request("claw", 9, ClawBack{bo, Amount(10), ""})},
            {request("r3", 10, Reserve{bo, Amount(5), second(30)})},
            {request("v3", 11, Void{"r3"})},
            {request("end", 200, Expire{})}};
}

struct Known {
    std::vector<std::pair<Request, Receipt>> acknowledged;
    std::vector<Request> unknown;  ///< the last ones asked for, which ended in an error
    int errors = 0;
};

/// Works through the script as a client does that stops at an error.
Known work(const std::vector<std::vector<Request>>& script, bool create) {
    Known known;
    try {
        Ledger ledger = Ledger::open("ledger", {.create = create});
        for (const std::vector<Request>& batch : script) {
            known.unknown = batch;
            const std::vector<Receipt> receipts = ledger.apply(batch, true);
            for (std::size_t i = 0; i < batch.size(); ++i) known.acknowledged.emplace_back(batch[i], receipts[i]);
            known.unknown.clear();
        }
    } catch (const Error& error) {
        EXPECT_TRUE(error.code() == Code::file || error.code() == Code::busy || error.code() == Code::damaged)
            << error.what();
        ++known.errors;
    }
    return known;
}

/// Everything acknowledged is there, everything else whole or not at all, and all is sound.
void expect_kept(const Known& known, const std::string& where) {
    std::optional<Ledger> ledger;
    try {
        ledger = Ledger::open("ledger", {.create = true});
    } catch (const Error& error) {
        FAIL() << where << ": " << error.what();
    }
    const LedgerCheck check = verify(*ledger);
    ASSERT_TRUE(check.sound) << where << ": " << check.message;
    for (const auto& [asked, receipt] : known.acknowledged)
        ASSERT_EQ(ledger->receipt(asked.key), receipt) << where << ": " << asked.key << " was acknowledged";
    std::size_t there = 0;
    for (const Request& asked : known.unknown) there += ledger->receipt(asked.key).has_value();
    ASSERT_TRUE(there == 0 || there == known.unknown.size()) << where << ": of a batch, " << there;
    ASSERT_EQ(ledger->head().transaction, static_cast<std::int64_t>(known.acknowledged.size() + there)) << where;
    // Asked again, all of it is done once, and ends as if nothing had happened.
    std::vector<Receipt> receipts;
    for (const std::vector<Request>& batch : script())
        for (Receipt& receipt : ledger->apply(batch, true)) receipts.push_back(std::move(receipt));
    ASSERT_EQ(ledger->balance(ann, second(200)).available, Amount(50)) << where;
    ASSERT_EQ(ledger->head().transaction, static_cast<std::int64_t>(receipts.size())) << where;
}

std::int64_t operations_of_the_script() {
    FaultyDisk disk;
    disk.fail({});
    const Known known = work(script(), true);
    EXPECT_EQ(known.errors, 0);
    return disk.operations();
}

TEST(FaultyDisk, LosesNothingWhenAnOperationFails) {
    const std::int64_t operations = operations_of_the_script();
    ASSERT_GT(operations, 200);
    int faults = 0, unnoticed = 0;
    for (const Fault::Kind kind : {Fault::Kind::error, Fault::Kind::full, Fault::Kind::short_write})
        for (const bool for_ever : {false, true})
            for (std::int64_t after = 0; after < operations; after += stride, ++faults) {
                FaultyDisk disk;
                disk.fail({kind, after, for_ever});
                const Known known = work(script(), true);
                unnoticed += known.errors == 0;
                EXPECT_TRUE(known.errors == 1 || !for_ever) << "operation " << after;
                disk.fail({});
                expect_kept(known, "operation " + std::to_string(after) + (for_ever ? " and all after it" : ""));
                if (HasFatalFailure()) return;
            }
    RecordProperty("faults", faults);
    RecordProperty("unnoticed", unnoticed);
}

TEST(FaultyDisk, LosesNothingWhenThePowerGoes) {
    const std::int64_t operations = operations_of_the_script();
    std::mt19937_64 random(3);
    int crashes = 0;
    for (std::int64_t at = 1; at <= operations; at += stride)
        for (int i = 0; i < crashes_of_each; ++i, ++crashes) {
            FaultyDisk disk;
            disk.fail({});
            disk.crash_at(at);
            const Known known = work(script(), true);
            disk.crash(random);
            disk.fail({});
            expect_kept(known, "crash at operation " + std::to_string(at));
            if (HasFatalFailure()) return;
        }
    RecordProperty("crashes", crashes);
}

// What was acknowledged last must be on the disk when its receipt is returned, not some time later.
TEST(FaultyDisk, HasEveryReceiptOnTheDisk) {
    std::mt19937_64 random(4);
    for (std::size_t count = 1; count <= script().size(); ++count)
        for (int i = 0; i < 5 * crashes_of_each; ++i) {
            FaultyDisk disk;
            disk.fail({});
            std::vector<std::vector<Request>> first = script();
            first.resize(count);
            const Known known = work(first, true);
            disk.crash(random);
            expect_kept(known, "after " + std::to_string(count));
            if (HasFatalFailure()) return;
        }
}

}  // namespace
