// Memory runs out within SQLite at every place where it can: each time there is an error, nothing acknowledged is lost, nothing is
// kept by half, and the same request works the next time. A program of its own, since SQLite takes its memory from one place.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gradus/account/ledger.h>
#include <gradus/account/ledger_check.h>
#include <gradus/base/error.h>
#include <sqlite3.h>

#include "account/ledger_file.h"
#include "account/ledger_requests.h"

namespace {

using namespace gradus;
using test::request;
using test::second;

sqlite3_mem_methods real;
std::int64_t left = -1;  // allocations that go well; -1: all
bool for_ever = false;   // else one fails
std::int64_t failed = 0;

bool fails() {
    if (left < 0) return false;
    if (left > 0) {
        --left;
        return false;
    }
    ++failed;
    if (!for_ever) left = -1;
    return true;
}
void* allocate(int size) { return fails() ? nullptr : real.xMalloc(size); }
void* reallocate(void* memory, int size) { return fails() ? nullptr : real.xRealloc(memory, size); }

[[noreturn]] void fault(const char* what, std::int64_t at) {
    std::fprintf(stderr, "allocation %lld%s: %s\n", static_cast<long long>(at), for_ever ? " and all after it" : "",
                 what);
    std::exit(1);
}

/// One client's day, on a file that is there. False if it ended in an error.
bool work(const std::string& path, int& acknowledged) {
    const Account ann{"Ann", "tuition"};
    const Request requests[] = {
        request("r", 2, Reserve{ann, Amount(60), second(9)}), request("n", 2, Reserve{ann, Amount(60)}),
        request("p", 3, Post{"r", Amount(50), "school"}), request("b", 4, Reverse{"p"}), request("x", 50, Expire{})};
    acknowledged = 0;
    try {
        Ledger ledger = Ledger::open(path);
        for (const Request& asked : requests) {
            ledger.apply(asked);
            ++acknowledged;
        }
        ledger.balance(ann, second(50));
        return verify(ledger).sound;
    } catch (const Error& error) {
        if (error.code() != Code::out_of_memory && error.code() != Code::file && error.code() != Code::damaged)
            fault(error.what(), 0);
        return false;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

}  // namespace

/// With an argument, at every `stride`th allocation: 1 takes minutes.
int main(int argc, char** argv) {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
    sqlite3_mem_methods methods = real;
    methods.xMalloc = allocate, methods.xRealloc = reallocate;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);

    const test::Folder folder;
    {
        Ledger ledger = Ledger::open(folder.file("template"), {.create = true});
        ledger.apply(request("s", 0, Supply{{"central"}, Amount(1'000)}));
        ledger.apply(request("g", 1, Grant{"central", {"Ann", "tuition"}, Amount(100), second(40)}));
    }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr std::int64_t usual_stride = 211;
#else
    constexpr std::int64_t usual_stride = 23;
#endif
    const std::int64_t stride = argc > 1 ? std::max(1, std::atoi(argv[1])) : usual_stride;
    std::int64_t faults = 0;
    for (const bool always : {false, true}) {
        for (std::int64_t at = 0;; at += stride) {
            std::filesystem::copy_file(folder.file("template"), folder.file(),
                                       std::filesystem::copy_options::overwrite_existing);
            std::filesystem::remove(folder.file("ledger-journal"));
            for_ever = always, left = at, failed = 0;
            int acknowledged = 0;
            const bool worked = work(folder.file(), acknowledged);
            const bool reached = failed > 0;
            left = -1;
            if (always && reached && worked) fault("no error", at);
            const Ledger ledger = Ledger::open(folder.file());
            if (const LedgerCheck check = verify(ledger); !check.sound) fault(check.message.c_str(), at);
            const std::int64_t there = ledger.head().transaction - 2;
            if (there < acknowledged || there > acknowledged + 1)
                fault("something acknowledged is lost, or more is there", at);
            if (!work(folder.file(), acknowledged) || acknowledged != 5) fault("it does not work the next time", at);
            if (!reached) break;
            ++faults;
        }
    }
    std::printf("%lld allocations failed, one at a time and all from there on\n", static_cast<long long>(faults));
    return faults > 50 ? 0 : 1;
}
