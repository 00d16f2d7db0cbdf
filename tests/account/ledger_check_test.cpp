#include <gradus/account/ledger_check.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gradus/account/hledger.h>
#include <gradus/account/ledger_tables.h>
#include <gradus/base/error.h>
#include <gtest/gtest.h>

#include "account/ledger_file.h"
#include "account/ledger_requests.h"
#include "account/recorded.h"
#include "base/sha256.h"

namespace {

using namespace gradus;
using test::raw;
using test::request;
using test::second;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int flips = 150;
#else
constexpr int flips = 1'200;
#endif

const Account ann{"Ann", "tuition"};

void fill(const std::string& path, std::uint64_t seed = 7, int requests = 120) {
    Ledger ledger = Ledger::open(path, {.create = true});
    test::RandomRequests random(seed, false);
    std::vector<Request> some;
    for (int i = 0; i < requests; ++i) {
        try {
            ledger.apply(random.next());
        } catch (const Error&) {
        }
    }
}

/// Everything that a ledger tells.
std::string everything(const Ledger& ledger) {
    std::ostringstream out;
    write_hledger(ledger, out);
    const LedgerHead head = ledger.head();
    out << head.transaction << head.entry << head.hash << ledger.currency();
    for (const std::int64_t at : {0, 50, 100, 10'000}) {
        const LedgerBalances balances = ledger_balances(ledger, second(at));
        for (std::size_t row = 0; row < balances.size(); ++row)
            out << '\n'
                << balances.posted[row].units() << ' ' << balances.reserved[row].units() << ' '
                << balances.available[row].units();
        const LedgerPending pending = ledger_pending(ledger, second(at));
        for (std::size_t row = 0; row < pending.size(); ++row)
            out << '\n' << pending.key[row] << ' ' << pending.amount[row].units();
    }
    for (int i = 0; i < 130; ++i)
        if (const auto receipt = ledger.receipt("k" + std::to_string(i)))
            out << '\n' << testing::PrintToString(*receipt);
    return out.str();
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

/// Takes a trigger away, does what it forbids, and puts it back.
void tamper(const std::string& path, const std::string& trigger, const std::string& sql) {
    const std::string text = raw(path, "SELECT sql FROM sqlite_schema WHERE name = '" + trigger + "'");
    ASSERT_EQ(raw(path, "DROP TRIGGER " + trigger + ";" + sql + ";" + text), "");
}

TEST(LedgerCheck, FindsNothingInASoundLedger) {
    const test::Folder folder;
    fill(folder.file());
    const Ledger ledger = Ledger::open(folder.file());
    const LedgerCheck check = verify(ledger);
    EXPECT_TRUE(check.sound) << check.message;
    EXPECT_EQ(check.head.transaction, ledger.head().transaction);
    EXPECT_EQ(check.head.entry, ledger.head().entry);
    EXPECT_EQ(check.head.hash, ledger.head().hash);
    EXPECT_TRUE(verify(Ledger::open(":memory:")).sound);
}

TEST(LedgerCheck, NamesTheFirstBadEntry) {
    const struct {
        const char* trigger;
        const char* sql;
        std::int64_t transaction, entry;
        const char* message;
    } cases[] = {
        {"entries_stay", "UPDATE entries SET posted = posted + 1, posted_after = posted_after + 1 WHERE entry = 9", 0,
         9, "is not what was written"},
        {"entries_stay", "UPDATE entries SET hash = zeroblob(32) WHERE entry = 9", 0, 9, "is not what was written"},
        {"entries_remain", "DELETE FROM entries WHERE entry = 9", 0, 9, "is missing"},
        {"transactions_stay", "UPDATE transactions SET reason = 'other' WHERE number = 5", 5, 0,
         "is not what was written"},
        {"transactions_stay", "UPDATE transactions SET by = 'other' WHERE number = 1", 1, 0, "is not what was written"},
        {"transactions_stay", "UPDATE transactions SET applied = 1, rule = '' WHERE applied = 0", 0, 0,
         "is not what was written"},
        {"books_stay", "UPDATE books SET name = 'other' WHERE book = 2", 0, 0, "is not what was written"},
        {"settings_stay", "UPDATE settings SET currency = 'USD'", 0, 0, "the currency is not"},
        {"settings_stay", "UPDATE balances SET posted = posted + 1 WHERE book = 2", 0, 0, "the balance kept of book 2"},
        {"settings_stay", "DELETE FROM balances WHERE book = 2", 0, 0, "balance"},
        {"settings_stay", "DELETE FROM holds", 0, 0, "a hold is not kept"},
        {"settings_stay", "UPDATE reservations SET resolved = NULL", 0, 0, "is kept otherwise"},
        {"settings_stay", "DROP TRIGGER entries_remain", 0, 0, "the file has not the trigger entries_remain"},
        {"settings_stay", "CREATE TABLE other (a)", 0, 0, "the file has the table other"},
        {"settings_stay", "DROP INDEX entries_by_book", 0, 0, "the file has not the index entries_by_book"},
    };
    for (const auto& [trigger, sql, transaction, entry, message] : cases) {
        const test::Folder folder;
        fill(folder.file());
        tamper(folder.file(), trigger, sql);
        const LedgerCheck check = verify(Ledger::open(folder.file()));
        EXPECT_FALSE(check.sound) << sql;
        EXPECT_NE(check.message.find(message), std::string::npos) << sql << ": " << check.message;
        if (transaction) {
            EXPECT_EQ(check.transaction, transaction) << sql;
        }
        if (entry) {
            EXPECT_EQ(check.entry, entry) << sql;
            EXPECT_LT(check.head.entry, entry) << sql;
        }
    }
}

// Cut to the bits of a day, such a number would be the same day, and its digest the same.
TEST(LedgerCheck, FindsADayThatIsNone) {
    const test::Folder folder;
    const std::string path = folder.file();
    {
        Ledger ledger = Ledger::open(path, {.create = true});
        ledger.apply(request("s", 0, Supply{{"central"}, Amount(700)}));
    }
    for (const char* column : {"first_day", "possible_from"}) {
        const test::Folder other;
        std::filesystem::copy_file(path, other.file());
        tamper(other.file(), "transactions_stay", std::string("UPDATE transactions SET ") + column + " = 4294967296");
        const LedgerCheck check = verify(Ledger::open(other.file()));
        EXPECT_FALSE(check.sound) << column;
        EXPECT_NE(check.message.find("4294967296"), std::string::npos) << check.message;
    }
}

TEST(LedgerCheck, HeadShowsThatTheEndWasTakenAway) {
    const test::Folder folder;
    fill(folder.file());
    Ledger::open(folder.file()).apply(request("refused", 10'000, Reserve{Account{"Nobody", ""}, Amount(1)}));
    const LedgerHead head = Ledger::open(folder.file()).head();
    tamper(folder.file(), "transactions_remain",
           "DELETE FROM transactions WHERE number = (SELECT max(number) FROM transactions)");
    const LedgerHead now = Ledger::open(folder.file()).head();
    EXPECT_TRUE(verify(Ledger::open(folder.file())).sound);
    EXPECT_NE(now.hash, head.hash);
}

/// The chain as docs/methods/ledger.md describes it, written from that page: others can recompute it.
class Chain {
public:
    explicit Chain(const std::string& currency) { next(field("ledger") + field(currency) + eight(0), ""); }
    Chain& text(const std::string& text) { return bytes_ += field(text), *this; }
    Chain& number(std::int64_t number) { return bytes_ += eight(number), *this; }
    Chain& perhaps(const std::string& cell) {
        bytes_ += cell == "-" ? std::string(1, '\0') : '\1' + eight(std::stoll(cell));
        return *this;
    }
    std::string link() {
        next(bytes_, link_);
        bytes_.clear();
        return hexadecimal(link_);
    }

private:
    static std::string eight(std::int64_t number) {
        std::string bytes;
        for (int i = 7; i >= 0; --i) bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> 8 * i);
        return bytes;
    }
    static std::string field(const std::string& text) { return eight(static_cast<std::int64_t>(text.size())) + text; }
    void next(const std::string& bytes, const std::string& before) {
        const Sha256::Value value = sha256(before + bytes);
        link_.assign(value.begin(), value.end());
    }
    std::string bytes_, link_;
};

TEST(LedgerCheck, LinksAsDocumented) {
    const test::Folder folder;
    const std::string path = folder.file();
    {
        Ledger ledger = Ledger::open(path, {.create = true, .currency = "CHF"});
        ledger.apply(request("s", 0, Supply{{"central"}, Amount(700)}));
        ledger.apply(request("n", 1, Reserve{ann, Amount(1), second(9), Draw::granted}));
    }
    Chain chain("CHF");
    const std::int64_t at = second(0).time_since_epoch().count();
    chain.text("transaction")
        .number(1)
        .text("s")
        .number(at)
        .text("test")
        .text("")
        .text("supply")
        .text("money")
        .text("")
        .text("");
    chain.text("central")
        .text("")
        .text("")
        .text("")
        .text("")
        .text("")
        .text("")
        .perhaps("700")
        .perhaps("-")
        .number(1)
        .text("");
    chain.perhaps("-").perhaps("700").perhaps("-").text("");
    chain.text("").text("").perhaps("-").perhaps("-").text("").perhaps("-").number(1).number(2);
    EXPECT_EQ(chain.link(), raw(path, "SELECT lower(hex(hash)) FROM transactions WHERE number = 1"));
    constexpr std::int64_t never = INT64_MAX;
    chain.text("entry")
        .number(1)
        .number(1)
        .text("supply")
        .text("money")
        .text("")
        .text("")
        .number(never)
        .text("")
        .number(-700);
    chain.number(0).number(0).number(-700).number(0);
    EXPECT_EQ(chain.link(), raw(path, "SELECT lower(hex(hash)) FROM entries WHERE entry = 1"));
    chain.text("entry")
        .number(2)
        .number(1)
        .text("fund")
        .text("money")
        .text("")
        .text("")
        .number(never)
        .text("central")
        .number(700);
    chain.number(0).number(0).number(700).number(0);
    EXPECT_EQ(chain.link(), raw(path, "SELECT lower(hex(hash)) FROM entries WHERE entry = 2"));
    chain.text("transaction")
        .number(2)
        .text("n")
        .number(at + 1'000'000)
        .text("test")
        .text("")
        .text("reserve")
        .text("money");
    chain.text("Ann").text("tuition").text("").text("").text("").text("").text("").text("granted").text("").perhaps(
        "1");
    chain.perhaps(std::to_string(at + 9'000'000)).number(0).text("available").perhaps("0").perhaps("1").perhaps("0");
    chain.text(raw(path, "SELECT message FROM transactions WHERE number = 2"));
    chain.text("").text("").perhaps("-").perhaps("-").text("").perhaps("-").number(3).number(0);
    EXPECT_EQ(chain.link(), raw(path, "SELECT lower(hex(hash)) FROM transactions WHERE number = 2"));
    EXPECT_EQ(Ledger::open(path).head().hash, raw(path, "SELECT lower(hex(hash)) FROM transactions WHERE number = 2"));
}

// A flipped bit is found, or changes nothing: wherever it is.
TEST(LedgerCheck, FindsFlippedBits) {
    const test::Folder folder;
    const std::string path = folder.file();
    fill(path);
    const std::string sound = bytes_of(path), told = everything(Ledger::open(path));
    ASSERT_TRUE(verify(Ledger::open(path)).sound);
    std::mt19937_64 random(11);
    int found = 0, harmless = 0;
    for (int i = 0; i < flips; ++i) {
        // One in ten in the header, where a bit means most.
        const std::size_t bit = random() % ((i % 10 == 0 ? 100 : sound.size()) * 8);
        std::string flipped = sound;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        write(path, flipped);
        try {
            const Ledger ledger = Ledger::open(path);
            if (!verify(ledger).sound) {
                ++found;
                continue;
            }
            ASSERT_EQ(everything(ledger), told) << "bit " << bit << " changes what is told, and is not found";
            ++harmless;
        } catch (const Error& error) {
            ASSERT_TRUE(error.code() == Code::damaged || error.code() == Code::file)
                << "bit " << bit << ": " << error.what();
            ++found;
        }
    }
    RecordProperty("found", found);
    RecordProperty("harmless", harmless);
    EXPECT_GT(found, flips / 5);
}

TEST(LedgerCheck, RebuildsFromTheJournal) {
    const test::Folder folder;
    const std::string path = folder.file();
    fill(path);
    const std::string told = everything(Ledger::open(path));
    const char* const tables =
        "SELECT group_concat(a) FROM (SELECT book || ' ' || posted || ' ' || pending || ' ' || expires AS a FROM "
        "balances UNION ALL SELECT book || ' ' || reservation || ' ' || amount FROM holds UNION ALL SELECT "
        "reservation || ' ' || amount || ' ' || coalesce(resolved, 0) FROM reservations ORDER BY 1)";
    const std::string before = raw(path, tables);
    ASSERT_EQ(
        raw(path,
            "UPDATE balances SET posted = 5, pending = 0 WHERE book % 2 = 0; DELETE FROM holds WHERE book % 3 = 0"),
        "");
    {
        Ledger ledger = Ledger::open(path);
        EXPECT_FALSE(verify(ledger).sound);
        rebuild(ledger);
        EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
        EXPECT_EQ(everything(ledger), told);
    }
    EXPECT_EQ(raw(path, tables), before);
    tamper(path, "entries_stay", "UPDATE entries SET posted = posted + 1 WHERE entry = 3");
    Ledger ledger = Ledger::open(path);
    EXPECT_THROW(rebuild(ledger), Error);
}

TEST(LedgerCheck, ForbidsChangesToTheJournal) {
    const test::Folder folder;
    const std::string path = folder.file();
    fill(path);
    const std::string told = everything(Ledger::open(path));
    for (const char* table : {"settings", "books", "transactions", "entries"}) {
        const std::string name(table);
        EXPECT_EQ(raw(path, "DELETE FROM " + name), "error: the ledger is append-only") << table;
        const char* column = name == "settings"  ? "currency"
                             : name == "books"   ? "person"
                             : name == "entries" ? "posted"
                                                 : "by";
        EXPECT_EQ(raw(path, "UPDATE " + name + " SET " + column + " = 1"), "error: the ledger is append-only") << table;
    }
    EXPECT_EQ(
        raw(path,
            "PRAGMA recursive_triggers = OFF; INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE entry = 3"),
        "error: the ledger has no gaps");
    EXPECT_EQ(raw(path,
                  "INSERT INTO entries SELECT 100000, number, book, posted, pending, reservation, posted_after, "
                  "pending_after, hash "
                  "FROM entries WHERE entry = 3"),
              "error: the ledger has no gaps");
    EXPECT_EQ(raw(path, "PRAGMA recursive_triggers = OFF; INSERT OR REPLACE INTO transactions (" TRANSACTION_COLUMNS
                        ", hash) "
                        "SELECT (SELECT max(number) + 1 FROM transactions), " +
                            std::string(TRANSACTION_COLUMNS).substr(std::string("number, ").size()) +
                            ", hash FROM transactions WHERE number = 2"),
              "error: the ledger has no gaps");
    EXPECT_EQ(everything(Ledger::open(path)), told);
}

TEST(LedgerCheck, BacksUpWhileOthersWrite) {
    const test::Folder folder;
    fill(folder.file());
    Ledger ledger = Ledger::open(folder.file());
    backup(ledger, folder.file("copy"));
    EXPECT_EQ(everything(Ledger::open(folder.file("copy"))), everything(ledger));
    EXPECT_TRUE(verify(Ledger::open(folder.file("copy"))).sound);
    EXPECT_THROW(backup(ledger, folder.file("copy")), Error);
    EXPECT_THROW(backup(ledger, folder.file("nowhere/copy")), Error);
    Ledger memory = Ledger::open(":memory:");
    memory.apply(request("s", 0, Supply{{"central"}, Amount(1)}));
    backup(memory, folder.file("from-memory"));
    EXPECT_EQ(Ledger::open(folder.file("from-memory")).head().hash, memory.head().hash);
}

}  // namespace
