#include "account/store.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/ledger_check.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account/handle.h"
#include "account/ledger_file.h"
#include "account/ledger_requests.h"
#include "account/schema.h"

namespace {

using namespace gradus;
using test::Folder;
using test::raw;
using test::request;
using test::second;

template <class Call>
Error error_of(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        return error;
    }
    return Error(Code::ok, "no error");
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const FundAccount central{"central"};
Request supply(const std::string& key, std::int64_t amount = 1) {
    return request(key, 0, Supply{central, Amount(amount)});
}

/// Runs in a child process; 0 if it returns true.
template <class Body>
int in_child(const Body& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body() ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

TEST(Store, KeepsWhatWasAcknowledged) {
    const Folder folder;
    Store store(folder.file(), Store::Access::create, std::chrono::milliseconds(0));
    EXPECT_EQ(store.number("PRAGMA synchronous"), 3);  // EXTRA
    EXPECT_EQ(store.number("PRAGMA foreign_keys"), 1);
    EXPECT_EQ(store.number("PRAGMA trusted_schema"), 0);
    EXPECT_EQ(store.number("PRAGMA mmap_size"), 0);
    Statement mode(store, "PRAGMA journal_mode");
    Statement::Rows rows = mode();
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.text(0), "delete");
}

TEST(Store, OpensLedgersAndNothingElse) {
    const Folder folder;
    const auto open = [](const std::string& path, const LedgerOptions& options = {}) {
        return error_of([&] { Ledger::open(path, options); });
    };
    EXPECT_EQ(open(folder.file("absent")).code(), Code::file);
    EXPECT_FALSE(std::filesystem::exists(folder.file("absent")));
    EXPECT_EQ(open(folder.file("absent"), {.read_only = true}).code(), Code::file);
    EXPECT_EQ(open("").code(), Code::invalid_option);
    EXPECT_EQ(open(folder.file("x"), {.create = true, .read_only = true}).code(), Code::invalid_option);
    EXPECT_EQ(open(":memory:", {.read_only = true}).code(), Code::invalid_option);
    EXPECT_EQ(open(folder.file("x"), {.create = true, .busy_timeout = std::chrono::hours(2)}).code(),
              Code::invalid_option);
    EXPECT_EQ(open(folder.path().string(), {.create = true}).code(), Code::file);
    std::fclose(std::fopen(folder.file("empty").c_str(), "w"));
    EXPECT_TRUE(has(open(folder.file("empty")).what(), "is empty"));
    EXPECT_EQ(open(folder.file("empty"), {.create = true}).code(), Code::ok);
    EXPECT_EQ(open(folder.file("empty")).code(), Code::ok);
    raw(folder.file("other"), "CREATE TABLE a (b)");
    EXPECT_TRUE(has(open(folder.file("other"), {.create = true}).what(), "is an SQLite file, but no ledger"));
    std::FILE* text = std::fopen(folder.file("text").c_str(), "w");
    for (int i = 0; i < 200; ++i) std::fputs("This is no database at all. ", text);
    std::fclose(text);
    EXPECT_EQ(open(folder.file("text")).code(), Code::file);
    EXPECT_TRUE(has(open(folder.file("text")).what(), "it is no ledger"));
    EXPECT_TRUE(has(open(folder.file("absent")).what(), "it is not there")) << open(folder.file("absent")).what();
    EXPECT_TRUE(has(open(folder.file("no/where"), {.create = true}).what(), "there is no such folder"));
    EXPECT_TRUE(has(open(folder.path().string(), {.create = true}).what(), "it is a folder"));
    EXPECT_EQ(open("file:" + folder.file("uri") + "?mode=memory", {.create = true}).code(),
              Code::file);  // no folder "file:"
}

TEST(Store, NamesBothVersionsOfALaterFile) {
    const Folder folder;
    Ledger::open(folder.file(), {.create = true});
    raw(folder.file(), "PRAGMA user_version = 7");
    const Error error = error_of([&] { Ledger::open(folder.file()); });
    EXPECT_EQ(error.code(), Code::file);
    EXPECT_TRUE(has(error.what(), "is a ledger of version 7; this library")) << error.what();
    EXPECT_TRUE(has(error.what(), "knows versions up to " + std::to_string(ledger_migrations().size())))
        << error.what();
}

// Later versions than there are, made up here.
TEST(Schema, BringsAnOlderFileUpToDateAtOnceOrNotAtAll) {
    const Folder folder;
    Ledger::open(folder.file(), {.create = true}).apply(supply("a"));
    const std::vector<Migration> first(ledger_migrations().begin(), ledger_migrations().end());
    std::vector<Migration> good = first, bad = first;
    const auto version = static_cast<std::int64_t>(first.size());
    good.push_back({"CREATE TABLE notes (text TEXT) STRICT"});
    good.push_back({"INSERT INTO notes SELECT key FROM transactions"});
    bad.push_back({"CREATE TABLE notes (text TEXT) STRICT"});
    bad.push_back({"INSERT INTO absent VALUES (1)"});
    {
        Store store(folder.file(), Store::Access::write, std::chrono::milliseconds(0));
        EXPECT_THROW(migrate(store, bad, {}, false), Error);
        EXPECT_EQ(store.number("PRAGMA user_version"), version);
        EXPECT_EQ(store.number("SELECT count(*) FROM sqlite_schema WHERE name = 'notes'"), 0);
    }
    {
        Store store(folder.file(), Store::Access::read, std::chrono::milliseconds(0));
        const Error error = error_of([&] { migrate(store, good, {}, false); });
        EXPECT_EQ(error.code(), Code::file);
        EXPECT_TRUE(has(error.what(), "is a ledger of version " + std::to_string(version) +
                                          ", to be brought to version " + std::to_string(version + 2)))
            << error.what();
    }
    Store store(folder.file(), Store::Access::write, std::chrono::milliseconds(0));
    migrate(store, good, {}, false);
    migrate(store, good, {}, false);
    EXPECT_EQ(store.number("PRAGMA user_version"), version + 2);
    EXPECT_EQ(store.number("SELECT count(*) FROM notes"), 1);
    EXPECT_EQ(error_of([&] { Ledger::open(folder.file()); }).code(), Code::file);
}

TEST(Schema, BringsAFileOfTheFirstVersionUpToDate) {
    const Folder folder;
    {
        Store store(folder.file(), Store::Access::create, std::chrono::milliseconds(0));
        migrate(store, ledger_migrations().first(1), "USD", false);
    }
    Ledger ledger = Ledger::open(folder.file());
    EXPECT_EQ(ledger.currency(), "USD");
    EXPECT_TRUE(ledger.apply(supply("a")).applied);
    EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
}

TEST(Store, ReadsWhatCannotBeWritten) {
    const Folder folder;
    Ledger::open(folder.file(), {.create = true}).apply(supply("a", 5));
    std::filesystem::permissions(folder.file(), std::filesystem::perms::owner_read);
    std::filesystem::permissions(folder.path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    Ledger ledger = Ledger::open(folder.file(), {.read_only = true});
    EXPECT_EQ(ledger.balance(central, second(0)).available, Amount(5));
    EXPECT_TRUE(verify(ledger).sound);
    EXPECT_EQ(error_of([&] { ledger.apply(supply("b")); }).code(), Code::invalid_argument);
    EXPECT_EQ(ledger.head().transaction, 1);
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST(Store, SharesAFile) {
    const Folder folder;
    Ledger one = Ledger::open(folder.file(), {.create = true}), two = Ledger::open(folder.file());
    EXPECT_TRUE(one.apply(supply("a")).applied);
    EXPECT_TRUE(two.apply(supply("b")).applied);
    EXPECT_EQ(one.receipt("b"), two.receipt("b"));
    EXPECT_EQ(one.balance(central, second(0)).available, Amount(2));
    EXPECT_EQ(one.head().hash, two.head().hash);
}

TEST(Store, SaysBusyAfterItsTimeAndCanBeAskedAgain) {
    const Folder folder;
    Ledger ledger = Ledger::open(folder.file(), {.create = true, .busy_timeout = std::chrono::milliseconds(20)});
    {
        Store other(folder.file(), Store::Access::write, std::chrono::milliseconds(0));
        FileTransaction held(other, FileTransaction::Kind::write);
        const Error error = error_of([&] { ledger.apply(supply("a")); });
        EXPECT_EQ(error.code(), Code::busy);
        EXPECT_TRUE(has(error.what(), "try again")) << error.what();
        EXPECT_EQ(ledger.head().transaction, 0);  // reading is possible meanwhile
    }
    EXPECT_TRUE(ledger.apply(supply("a")).applied);
}

TEST(Store, WaitsForOthers) {
    const Folder folder;
    Ledger ledger = Ledger::open(folder.file(), {.create = true});
    auto other = std::make_unique<Store>(folder.file(), Store::Access::write, std::chrono::milliseconds(0));
    auto held = std::make_unique<FileTransaction>(*other, FileTransaction::Kind::write);
    std::thread thread([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        held.reset();
    });
    EXPECT_TRUE(ledger.apply(supply("a")).applied);
    thread.join();
}

TEST(Store, IsRefusedAfterFork) {
    const Folder folder;
    Ledger ledger = Ledger::open(folder.file(), {.create = true});
    ledger.apply(supply("a"));
    EXPECT_EQ(in_child([&] {
                  const auto refused = [](const Error& error) {
                      return error.code() == Code::invalid_argument && has(error.what(), "before fork()");
                  };
                  if (!refused(error_of([&] { ledger.apply(supply("b")); }))) return false;
                  if (!refused(error_of([&] { ledger.balance(central, second(0)); }))) return false;
                  if (!refused(error_of([&] { verify(ledger); }))) return false;
                  if (!refused(error_of([&] { ledger.data().alone([](Store&) {}); }))) return false;
                  { const Ledger gone = std::move(ledger); }  // closing it must not touch the parent's file
                  Ledger own = Ledger::open(folder.file());
                  return own.apply(supply("c")).applied;
              }),
              0);
    EXPECT_TRUE(ledger.apply(supply("d")).applied);
    EXPECT_EQ(ledger.head().transaction, 3);
    EXPECT_TRUE(verify(ledger).sound);
}

// For real, where a small file system may be mounted; elsewhere the fault VFS has to do.
TEST(Store, SurvivesAFullDisk) {
    const Folder folder;
    constexpr int not_permitted = 77;
    const int status = in_child([&] {
        if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0 ||
            mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=512k") != 0)
            _exit(not_permitted);
        Ledger ledger = Ledger::open(folder.file(), {.create = true});
        std::vector<std::string> kept;
        std::string lost;
        for (int i = 0; i < 100'000 && lost.empty(); ++i) {
            const std::string key = "k" + std::to_string(i) + std::string(500, '.');
            const Error error = error_of([&] {
                ledger.apply(supply(key));
                kept.push_back(key);
            });
            if (error.code() == Code::ok) continue;
            if (error.code() != Code::file) return false;
            lost = key;
        }
        if (lost.empty() || ledger.receipt(lost)) return false;
        const Ledger again = Ledger::open(folder.file());
        for (const std::string& key : kept)
            if (!again.receipt(key)) return false;
        return verify(again).sound && again.head().transaction == static_cast<std::int64_t>(kept.size());
    });
    if (status == not_permitted) GTEST_SKIP() << "no file system may be mounted here";
    EXPECT_EQ(status, 0);
}

}  // namespace
