// The ledger beside a bare insert into the same kind of file, with the same settings and on the same disk, in the same run.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <gradus/account/ledger.h>
#include <sqlite3.h>
#include <unistd.h>

#include "measure.h"

namespace gradus::bench {

namespace {

/// Beside the sources, since a folder for passing files may be in memory, where a sync costs nothing.
class File {
public:
    File() : path_(std::filesystem::current_path() / ("ledger-" + std::to_string(getpid()))) { remove(); }
    ~File() { remove(); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    std::string path() const { return path_.string(); }

private:
    void remove() const {
        for (const char* suffix : {"", "-journal"}) std::filesystem::remove(path_.string() + suffix);
    }
    std::filesystem::path path_;
};

const Moment at{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
const Account ann{"E1042", "tuition"};

Request request(const std::string& key, Operation operation) {
    return {.key = key, .at = at, .by = "bench", .reason = {}, .operation = std::move(operation)};
}

Ledger funded(const std::string& path) {
    Ledger ledger = Ledger::open(path, {.create = true});
    ledger.apply(request("supply", Supply{{"central"}, Amount(std::int64_t(1) << 50)}));
    ledger.apply(request("grant", Grant{"central", ann, Amount(std::int64_t(1) << 40), {}}));
    return ledger;
}

/// One row a transaction, brought to the disk: what any use of SQLite costs.
void bare(benchmark::State& state) {
    const File file;
    sqlite3* connection = nullptr;
    sqlite3_stmt* insert = nullptr;
    sqlite3_open(file.path().c_str(), &connection);
    sqlite3_exec(
        connection,
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"
        "CREATE TABLE posts (number INTEGER PRIMARY KEY, account TEXT NOT NULL, amount INTEGER NOT NULL) STRICT",
        nullptr, nullptr, nullptr);
    sqlite3_prepare_v2(connection, "INSERT INTO posts (account, amount) VALUES ('E1042', 1)", -1, &insert, nullptr);
    for (auto _ : state) {
        sqlite3_exec(connection, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
        sqlite3_step(insert);
        sqlite3_reset(insert);
        if (sqlite3_exec(connection, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK)
            state.SkipWithError("not written");
    }
    sqlite3_finalize(insert);
    sqlite3_close(connection);
    state.SetItemsProcessed(state.iterations());
}

/// A post, one request a transaction.
void posts(benchmark::State& state) {
    const File file;
    Ledger ledger = funded(file.path());
    const std::int64_t count = state.max_iterations;
    std::vector<Request> reservations;
    for (std::int64_t i = 0; i < count; ++i)
        reservations.push_back(request("r" + std::to_string(i), Reserve{ann, Amount(2), {}, Draw::any}));
    ledger.apply(reservations, false);
    std::int64_t i = 0;
    for (auto _ : state) {
        const std::string key = std::to_string(i++);
        if (!ledger.apply(request("p" + key, Post{"r" + key, Amount(1), "school"})).applied)
            state.SkipWithError("refused");
    }
    state.SetItemsProcessed(state.iterations());
}

/// Reservations and posts, a thousand requests a transaction; counted by the entries that they make.
void batches(benchmark::State& state) {
    const File file;
    Ledger ledger = funded(file.path());
    std::int64_t number = 0;
    const std::int64_t before = ledger.head().entry;
    for (auto _ : state) {
        std::vector<Request> batch;
        for (int i = 0; i < 500; ++i) {
            const std::string key = std::to_string(number++);
            batch.push_back(request("r" + key, Reserve{ann, Amount(2), {}, Draw::any}));
            batch.push_back(request("p" + key, Post{"r" + key, Amount(1), "school"}));
        }
        ledger.apply(batch, false);
    }
    state.SetItemsProcessed(ledger.head().entry - before);
}

/// What one of 10,000 people has, with 10^6 entries in the file.
void balance(benchmark::State& state) {
    static const File file;
    static const auto filled = [] {
        auto ledger = std::make_unique<Ledger>(funded(file.path()));
        std::int64_t number = 0;
        while (ledger->head().entry < 1'000'000) {
            std::vector<Request> batch;
            for (int i = 0; i < 10'000; ++i) {
                const std::string key = std::to_string(number++);
                batch.push_back(request(
                    "g" + key, Grant{"central", {"E" + std::to_string(number % 10'000), "tuition"}, Amount(5), {}}));
            }
            ledger->apply(batch, false);
        }
        return ledger;
    }();
    std::int64_t i = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(filled->balance(Account{"E" + std::to_string(++i * 7919 % 10'000), "tuition"}, at));
    state.counters["entries"] = static_cast<double>(filled->head().entry);
}

const bool registered = [] {
    const auto add = [](const char* name, void (*function)(benchmark::State&), std::int64_t iterations) {
        benchmark::RegisterBenchmark(name, function)->Iterations(iterations)->UseRealTime()->Unit(benchmark::kSecond);
    };
    add("ledger/bare_insert", bare, 500);
    add("ledger/post", posts, 500);
    add("ledger/batch", batches, 50);
    add("ledger/balance", balance, 100'000);
    return true;
}();

}  // namespace

}  // namespace gradus::bench
