// What the file has of plans is checked like its money: who agreed, to what, and what is held for it.

#include "account/plan_chain.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <gradus/account/ledger_check.h>
#include <gradus/agreement/agreements.h>

#include "account/ledger_file.h"
#include "account/programs.h"
#include "agreement/team.h"
#include "base/sha256.h"

namespace {

using namespace gradus;
using test::noon;
using test::raw;

/// Ann and Bo have agreed plans with all that an item can hold; Bo's second one supersedes the first; seats are set.
void fill(const std::string& path) {
    const Organization organization = build(test::team_tables());
    Ledger ledger = Ledger::open(path, {.create = true});
    Agreements agreements(ledger, organization);
    const auto pay = [&](const char* key, Operation operation) {
        test::apply(ledger, key, noon("2026-01-01"), std::move(operation));
    };
    pay("F", Supply{{"F"}, Amount(9000)});
    pay("money", Grant{"F", {"Ann", "T"}, Amount(2000)});
    pay("own", Contribute{{"Ann", "T"}, Amount(1000)});
    pay("H", Supply{{"H", AccountKind::hours}, Amount(9000)});
    pay("hours", Grant{"H", {"Ann", "H", AccountKind::hours}, Amount(6000)});
    int asked = 0;
    const auto ask = [&](const std::string& plan, const std::string& by, Actor as, PlanOperation operation) {
        const PlanReceipt receipt = agreements.apply({.key = "k" + std::to_string(++asked),
                                                      .at = noon("2026-01-02"),
                                                      .by = by,
                                                      .as = as,
                                                      .plan = plan,
                                                      .operation = std::move(operation)});
        ASSERT_TRUE(receipt.applied) << receipt.message;
    };
    const auto agree = [&](const std::string& plan, const std::string& person, const char* last_day,
                           const std::string& supersedes) {
        const PlanItems items =
            test::items(organization, {{"person", "activity", "session", "first_day", "last_day", "fund"},
                                       {person, "a", "", "2026-04-01", last_day, "F"},
                                       {person, "b", "b2", "2026-06-01", "2026-06-01", "F"}});
        ask(plan, person, Actor::employee, WritePlan{{.person = person, .items = items, .supersedes = supersedes}});
        ask(plan, person, Actor::employee, StepPlan{PlanEvent::propose});
        ask(plan, person, Actor::employee, StepPlan{PlanEvent::agree});
        ask(plan, "Max", Actor::manager, StepPlan{PlanEvent::agree});
    };
    agree("A", "Ann", "2026-05-01", "");
    agree("B1", "Bo", "2026-05-01", "");
    agree("B2", "Bo", "2026-06-01", "B1");
    ask("", "office", Actor::administrator, SetSeats{"b1", 7});
    ask("A", "Max", Actor::manager, RaiseItem{.activity = "a", .account = Money(5), .hours = Minutes(3)});
    ask("A", "Max", Actor::manager, StepItem{PlanEvent::complete_item, "b", Money(100)});
    ask("B2", "Bo", Actor::employee, StepItem{PlanEvent::withdraw_item, "b"});
}

/// As someone would who can write the file: what forbids it is taken away before, and put back.
void tamper(const std::string& path, const std::string& sql) {
    const std::string forbids = "FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'plan%'";
    std::string drop, make;
    for (int i = 0;; ++i) {
        const std::string at = forbids + " ORDER BY name LIMIT 1 OFFSET " + std::to_string(i);
        const std::string name = raw(path, "SELECT name " + at);
        if (name.empty()) break;
        make += raw(path, "SELECT sql " + at) + ";", drop += "DROP TRIGGER " + name + ";";
    }
    ASSERT_EQ(raw(path, drop + sql + ";" + make), "") << sql;
}

/// The file as the version before had it.
const char* const without_links =
    "DROP TABLE plan_links; DROP INDEX plan_states_by_number; DROP INDEX plan_item_states_by_number; "
    "DROP INDEX plan_seats_by_number; PRAGMA user_version = 2";

PlanHead head_of(const std::string& path) { return Agreements(Ledger::open(path), build(test::team_tables())).head(); }

TEST(PlanChain, NamesTheFirstBadChange) {
    const test::Folder sound;
    fill(sound.file());
    const LedgerCheck all = verify(Ledger::open(sound.file()));
    ASSERT_TRUE(all.sound) << all.message;
    const struct {
        const char* sql;
        std::int64_t change;
        const char* message;
    } cases[] = {
        {"UPDATE plan_changes SET by = 'Eve' WHERE number = 4", 4, "is not what was written"},
        {"UPDATE plan_changes SET body = zeroblob(32) WHERE number = 4", 4, "is not what was written"},
        {"UPDATE plan_changes SET at = at + 1 WHERE number = 16", 16, "is not what was written"},
        {"UPDATE plan_states SET state = 'proposed' WHERE number = 3", 3, "is not what was written"},
        {"UPDATE plan_states SET advisor = 'Eve' WHERE number = 12 AND plan = 'B1'", 12, "is not what was written"},
        {"UPDATE plan_items SET hours = NULL WHERE change = 5 AND place = 1", 5, "is not what was written"},
        {"UPDATE plan_items SET gain = 0.5 WHERE change = 5 AND place = 1", 5, "is not what was written"},
        {"INSERT INTO plan_goals (change, place, text) VALUES (5, 0, 'more')", 5, "is not what was written"},
        {"INSERT INTO plan_milestones (change, place) VALUES (6, 0)", 6, "is not what was written"},
        {"UPDATE plan_item_states SET reservation = '4/9' WHERE number = 4 AND activity = 'a'", 4,
         "is not what was written"},
        {"UPDATE plan_item_states SET spent = 1 WHERE number = 15", 15, "is not what was written"},
        {"DELETE FROM plan_item_states WHERE number = 16", 16, "is not what was written"},
        {"UPDATE plan_seats SET seats = NULL WHERE number = 13", 13, "is not what was written"},
        {"UPDATE plan_links SET hash = zeroblob(32) WHERE number = 2", 2, "is not what was written"},
        {"DELETE FROM plan_links WHERE number = 16", 16, "has no digest"},
        {"DELETE FROM plan_links WHERE number = 7; DELETE FROM plan_states WHERE number = 7; "
         "DELETE FROM plan_changes WHERE number = 7",
         7, "is missing"},
    };
    for (const auto& [sql, change, message] : cases) {
        const test::Folder folder;
        std::filesystem::copy_file(sound.file(), folder.file());
        tamper(folder.file(), sql);
        const LedgerCheck check = verify(Ledger::open(folder.file()));
        EXPECT_FALSE(check.sound) << sql;
        EXPECT_EQ(check.plan_change, change) << sql;
        EXPECT_NE(check.message.find(message), std::string::npos) << sql << ": " << check.message;
        EXPECT_EQ(check.head.hash, all.head.hash) << sql;
    }
    // Taken away at the end: the head tells it.
    const PlanHead head = head_of(sound.file());
    EXPECT_EQ(head.change, 16);
    EXPECT_EQ(head.at, noon("2026-01-02"));
    tamper(sound.file(),
           "DELETE FROM plan_links WHERE number = 13; DELETE FROM plan_links WHERE number > 12; "
           "DELETE FROM plan_item_states WHERE number > 12; DELETE FROM plan_states WHERE number > 12; "
           "DELETE FROM plan_seats WHERE number > 12; DELETE FROM plan_changes WHERE number > 12");
    EXPECT_NE(head_of(sound.file()).hash, head.hash);
}

// A whole new chain over other plans: what the ledger holds for them does not fit.
TEST(PlanChain, IsComparedWithWhatTheLedgerHolds) {
    const test::Folder sound;
    fill(sound.file());
    const struct {
        const char* sql;
        std::int64_t change;
        const char* message;
    } cases[] = {
        {"UPDATE plan_item_states SET account = account + 1 WHERE number = 14", 14, "'a' of plan 'A'"},
        {"UPDATE plan_item_states SET employee = employee + 1 WHERE number = 14", 14, "'a' of plan 'A'"},
        {"UPDATE plan_item_states SET fund_cost = fund_cost - 1 WHERE number = 12 AND plan = 'B2' AND activity = 'a'",
         12, "should have 999 of money held, and 'agreement 8/1' of the ledger holds 1000 of money"},
        {"UPDATE plan_item_states SET minutes = 1 WHERE number = 14", 14, "of hours"},
        {"UPDATE plan_item_states SET items_program = 'I' WHERE number = 14", 14, "1 of items"},
        {"UPDATE plan_item_states SET reservation = '9/9' WHERE number = 14", 14,
         "'agreement 9/9' of the ledger holds nothing"},
        {"UPDATE plan_item_states SET status = 'withdrawn' WHERE number = 14", 0,
         "'agreement 4/1' of the ledger holds something for no open item"},
        {"UPDATE plan_item_states SET status = 'enrolled' WHERE number = 15", 15, "holds nothing"},
    };
    for (const auto& [sql, change, message] : cases) {
        const test::Folder folder;
        std::filesystem::copy_file(sound.file(), folder.file());
        tamper(folder.file(), sql);
        ASSERT_EQ(raw(folder.file(), without_links), "");
        const LedgerCheck check = verify(Ledger::open(folder.file()));
        EXPECT_FALSE(check.sound) << sql;
        EXPECT_EQ(check.plan_change, change) << sql;
        EXPECT_NE(check.message.find(message), std::string::npos) << sql << ": " << check.message;
    }
}

TEST(PlanChain, IsMadeForPlansOfAFileOfTheVersionBefore) {
    const test::Folder folder;
    fill(folder.file());
    const PlanHead head = head_of(folder.file());
    ASSERT_EQ(raw(folder.file(), without_links), "");
    {
        const Ledger ledger = Ledger::open(folder.file());
        EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
    }
    EXPECT_EQ(head_of(folder.file()).hash, head.hash);
    EXPECT_EQ(head_of(folder.file()).change, 16);
    EXPECT_EQ(raw(folder.file(), "PRAGMA user_version"), "3");
}

// Goals and milestones count with what they say, not only with their number.
TEST(PlanChain, TakesInWhatGoalsSay) {
    const auto hash = [](const std::string& goal, const std::string& milestone) {
        const test::Folder folder;
        fill(folder.file());
        EXPECT_EQ(raw(folder.file(), without_links), "");
        EXPECT_EQ(raw(folder.file(), "INSERT INTO plan_goals (change, place, text) VALUES (5, 0, '" + goal +
                                         "'); INSERT INTO plan_milestones (change, place, activity) VALUES (5, 0, '" +
                                         milestone + "')"),
                  "");
        return head_of(folder.file()).hash;
    };
    const std::string written = hash("more", "soon");
    EXPECT_EQ(hash("more", "soon"), written);
    EXPECT_NE(hash("less", "soon"), written);
    EXPECT_NE(hash("more", "later"), written);
}

/// As docs/methods/agreement.md describes it, written from that page: others can recompute it.
TEST(PlanChain, LinksAsDocumented) {
    const test::Folder folder;
    const std::string path = folder.file();
    {
        Agreements agreements(Ledger::open(path, {.create = true}), build(test::team_tables()));
        agreements.apply({.key = "k",
                          .at = noon("2026-01-02"),
                          .by = "office",
                          .as = Actor::administrator,
                          .reason = "more",
                          .operation = SetSeats{"b1", 7}});
        EXPECT_EQ(agreements.head().change, 1);
    }
    const auto eight = [](std::int64_t number) {
        std::string bytes;
        for (int i = 7; i >= 0; --i) bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> 8 * i);
        return bytes;
    };
    const auto text = [&](const std::string& of) { return eight(static_cast<std::int64_t>(of.size())) + of; };
    const auto digest = [](const std::string& bytes) {
        const Sha256::Value value = sha256(bytes);
        return std::string(value.begin(), value.end());
    };
    const std::string there(1, '\1');
    const std::string first = digest(text("ledger") + text("EUR") + eight(0));
    std::string row = text("plan_changes") + there + eight(1) + there + text("k") + there +
                      eight(noon("2026-01-02").time_since_epoch().count());
    for (const char* word : {"office", "administrator", "more", "set_seats", "", "b1"}) row += there + text(word);
    std::string body = raw(path, "SELECT hex(body) FROM plan_changes"), bytes;
    for (std::size_t i = 0; i < body.size(); i += 2)
        bytes += static_cast<char>(std::stoi(body.substr(i, 2), nullptr, 16));
    row += there + text(bytes) + there + eight(1) + there + text("") + there + text("") + there + text("");
    row += text("plan_seats") + there + text("b1") + there + eight(1) + there + eight(7);
    EXPECT_EQ(head_of(path).hash, hexadecimal(digest(digest(text("plans") + text(first)) + row)));
}

}  // namespace
