#include "account/schema.h"

#include <chrono>
#include <iterator>
#include <string>
#include <vector>

#include <gradus/base/error.h>
#include <gradus/base/version.h>

#include "account/chain.h"
#include "account/mutant.h"
#include "account/plan_chain.h"
#include "base/utf8.h"

namespace gradus {

namespace {

// docs/methods/ledger.md says what each column means. Moments are microseconds since 1970 in UTC, never is the last one.
// The journal is `settings`, `books`, `transactions` and `entries`, to which rows are only added; `balances`, `holds` and
// `reservations` follow from it, and are kept so that nothing has to be summed up when a balance is asked for.
constexpr const char* version_1 = R"sql(
CREATE TABLE settings (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    currency TEXT NOT NULL,
    play_money INTEGER NOT NULL CHECK (play_money IN (0, 1)),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TABLE books (
    book INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('supply', 'provider', 'pocket', 'fund', 'lot', 'own')),
    unit TEXT NOT NULL CHECK (unit IN ('money', 'hours', 'items')),
    person TEXT NOT NULL,
    program TEXT NOT NULL,
    expires INTEGER NOT NULL,
    name TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX books_by_name ON books (unit, person, program, expires, kind, name);
CREATE TABLE transactions (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    operation TEXT NOT NULL,
    kind TEXT NOT NULL,
    person TEXT NOT NULL,
    program TEXT NOT NULL,
    fund TEXT NOT NULL,
    to_person TEXT NOT NULL,
    to_program TEXT NOT NULL,
    to_fund TEXT NOT NULL,
    provider TEXT NOT NULL,
    draw TEXT NOT NULL,
    subject TEXT NOT NULL,
    amount INTEGER,
    expires INTEGER,
    applied INTEGER NOT NULL CHECK (applied IN (0, 1)),
    rule TEXT NOT NULL,
    available INTEGER,
    asked INTEGER,
    most INTEGER,
    message TEXT NOT NULL,
    activity TEXT NOT NULL,
    plan TEXT NOT NULL,
    first_day INTEGER,
    cost INTEGER,
    shares TEXT NOT NULL,
    possible_from INTEGER,
    first_entry INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX spendings ON transactions (person, program, first_day) WHERE operation = 'spend' AND applied = 1;
CREATE UNIQUE INDEX reversed_once ON transactions (subject) WHERE operation = 'reverse' AND applied = 1;
CREATE TABLE entries (
    entry INTEGER PRIMARY KEY,
    number INTEGER NOT NULL REFERENCES transactions,
    book INTEGER NOT NULL REFERENCES books,
    posted INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    reservation INTEGER,
    posted_after INTEGER NOT NULL,
    pending_after INTEGER NOT NULL CHECK (pending_after >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX entries_by_book ON entries (book, entry);
CREATE TABLE balances (
    book INTEGER PRIMARY KEY REFERENCES books,
    expires INTEGER NOT NULL,
    guarded INTEGER NOT NULL CHECK (guarded IN (0, 1)),
    posted INTEGER NOT NULL,
    pending INTEGER NOT NULL CHECK (pending >= 0),
    CHECK (guarded = 0 OR posted >= pending)
) STRICT;
CREATE INDEX lots_with_an_end ON balances (expires) WHERE posted > 0 AND expires < 9223372036854775807;
CREATE TABLE reservations (
    reservation INTEGER PRIMARY KEY REFERENCES transactions,
    expires INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    resolved INTEGER REFERENCES transactions
) STRICT;
CREATE INDEX reservations_with_an_end ON reservations (expires)
    WHERE resolved IS NULL AND expires < 9223372036854775807;
CREATE TABLE holds (
    book INTEGER NOT NULL REFERENCES books,
    expires INTEGER NOT NULL,
    reservation INTEGER NOT NULL REFERENCES reservations,
    amount INTEGER NOT NULL CHECK (amount > 0),
    PRIMARY KEY (book, expires, reservation)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER settings_stay BEFORE UPDATE ON settings BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER settings_remain BEFORE DELETE ON settings BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER books_stay BEFORE UPDATE ON books BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER books_remain BEFORE DELETE ON books BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER transactions_stay BEFORE UPDATE ON transactions
    BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER transactions_remain BEFORE DELETE ON transactions
    BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER transactions_follow BEFORE INSERT ON transactions
    WHEN new.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM transactions)
        OR EXISTS (SELECT 1 FROM transactions WHERE key = new.key)
    BEGIN SELECT raise(ABORT, 'the ledger has no gaps'); END;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
    WHEN new.entry IS NOT (SELECT coalesce(max(entry), 0) + 1 FROM entries)
    BEGIN SELECT raise(ABORT, 'the ledger has no gaps'); END;
)sql";

// Plans: docs/methods/agreement.md. Rows are only added; where a plan and its items stand is the last row of each. All of the file
// is told here, since a file has one version; what the rows mean is the business of their room. Days are counted from 1970; hours
// are minutes.
constexpr const char* version_2 = R"sql(
CREATE TABLE plan_changes (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    event TEXT NOT NULL,
    plan TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BLOB NOT NULL CHECK (length(body) = 32),
    applied INTEGER NOT NULL CHECK (applied IN (0, 1)),
    state TEXT NOT NULL,
    rule TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;
CREATE INDEX plan_changes_by_plan ON plan_changes (plan, number);
CREATE TABLE plan_states (
    plan TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES plan_changes,
    person TEXT NOT NULL,
    state TEXT NOT NULL,
    advisor TEXT NOT NULL,
    content INTEGER NOT NULL REFERENCES plan_changes,
    supersedes TEXT NOT NULL,
    PRIMARY KEY (plan, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_states_by_person ON plan_states (person, plan);
CREATE TABLE plan_items (
    change INTEGER NOT NULL REFERENCES plan_changes,
    place INTEGER NOT NULL,
    person TEXT,
    activity TEXT,
    session TEXT,
    first_day INTEGER,
    last_day INTEGER,
    period INTEGER,
    hours INTEGER,
    cost INTEGER,
    fund TEXT,
    fund_cost INTEGER,
    account_cost INTEGER,
    employee_cost INTEGER,
    gain REAL,
    reason TEXT,
    PRIMARY KEY (change, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_goals (
    change INTEGER NOT NULL REFERENCES plan_changes,
    place INTEGER NOT NULL,
    person TEXT,
    capability TEXT,
    text TEXT,
    kind TEXT,
    from_mean REAL,
    from_level TEXT,
    level REAL,
    to_level TEXT,
    descriptor TEXT,
    source TEXT,
    measure TEXT,
    to_mean REAL,
    probability_before REAL,
    probability REAL,
    items INTEGER,
    hours INTEGER,
    cost INTEGER,
    basis TEXT,
    role TEXT,
    required REAL,
    objective TEXT,
    objectives INTEGER,
    exposure_removed REAL,
    gain_share REAL,
    exposure_under_way REAL,
    start INTEGER,
    due INTEGER,
    specific INTEGER,
    measurable INTEGER,
    achievable INTEGER,
    relevant INTEGER,
    time_bound INTEGER,
    PRIMARY KEY (change, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_milestones (
    change INTEGER NOT NULL REFERENCES plan_changes,
    place INTEGER NOT NULL,
    person TEXT,
    capability TEXT,
    number INTEGER,
    kind TEXT,
    date INTEGER,
    activity TEXT,
    expected REAL,
    probability REAL,
    owner TEXT,
    source TEXT,
    PRIMARY KEY (change, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_item_states (
    plan TEXT NOT NULL,
    activity TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES plan_changes,
    person TEXT NOT NULL,
    session TEXT NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
    status TEXT NOT NULL,
    since INTEGER NOT NULL,
    reservation TEXT NOT NULL,
    raised INTEGER NOT NULL,
    account INTEGER NOT NULL CHECK (account >= 0),
    employee INTEGER NOT NULL CHECK (employee >= 0),
    fund_cost INTEGER NOT NULL CHECK (fund_cost >= 0),
    minutes INTEGER CHECK (minutes >= 0),
    fund TEXT NOT NULL,
    money_program TEXT,
    hours_program TEXT,
    items_program TEXT,
    spent INTEGER,
    spent_minutes INTEGER,
    PRIMARY KEY (plan, activity, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_item_states_by_person ON plan_item_states (person, activity, plan, number);
CREATE INDEX plan_item_states_by_session ON plan_item_states (session, plan, activity, number);
CREATE TABLE plan_seats (
    session TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES plan_changes,
    seats INTEGER CHECK (seats >= 0),
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER plan_changes_stay BEFORE UPDATE ON plan_changes BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_changes_remain BEFORE DELETE ON plan_changes BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_states_stay BEFORE UPDATE ON plan_states BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_states_remain BEFORE DELETE ON plan_states BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_items_stay BEFORE UPDATE ON plan_items BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_items_remain BEFORE DELETE ON plan_items BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_goals_stay BEFORE UPDATE ON plan_goals BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_goals_remain BEFORE DELETE ON plan_goals BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_milestones_stay BEFORE UPDATE ON plan_milestones BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_milestones_remain BEFORE DELETE ON plan_milestones BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_item_states_stay BEFORE UPDATE ON plan_item_states BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_item_states_remain BEFORE DELETE ON plan_item_states BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_seats_stay BEFORE UPDATE ON plan_seats BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_seats_remain BEFORE DELETE ON plan_seats BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_changes_follow BEFORE INSERT ON plan_changes
    WHEN new.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM plan_changes)
        OR EXISTS (SELECT 1 FROM plan_changes WHERE key = new.key)
    BEGIN SELECT raise(ABORT, 'plans have no gaps'); END;
)sql";

// A link for each change: PlanChain. The rows of one change are found in every table of plans.
constexpr const char* version_3 = R"sql(
CREATE TABLE plan_links (
    number INTEGER PRIMARY KEY REFERENCES plan_changes,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX plan_states_by_number ON plan_states (number);
CREATE INDEX plan_item_states_by_number ON plan_item_states (number);
CREATE INDEX plan_seats_by_number ON plan_seats (number);
CREATE TRIGGER plan_links_stay BEFORE UPDATE ON plan_links BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_links_remain BEFORE DELETE ON plan_links BEGIN SELECT raise(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_links_follow BEFORE INSERT ON plan_links
    WHEN new.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM plan_links)
    BEGIN SELECT raise(ABORT, 'plans have no gaps'); END;
)sql";

constexpr Migration migrations[] = {
    {version_1}, {version_2}, {version_3, [](Store& store) { PlanChain(store).extend(); }}};

/// Every table, index and trigger, with the text that made it.
std::vector<std::string> schema_of(Store& store) {
    std::vector<std::string> schema;
    Statement statement(store, "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY 1, 2");
    for (Statement::Rows rows = statement(); rows.next();) {
        std::string text;
        for (const int column : {0, 1, 2, 3}) text += rows.string(column) + '\n';
        schema.push_back(std::move(text));
    }
    return schema;
}

}  // namespace

std::span<const Migration> ledger_migrations() { return migrations; }

void migrate(Store& store, std::span<const Migration> steps, std::string_view currency, bool play_money) {
    const auto newest = static_cast<std::int64_t>(steps.size());
    const std::string file = "'" + printable(store.path()) + "'";
    const auto look = [&] {  // the version; 0 of a file that has nothing in it
        const std::int64_t application = store.number("PRAGMA application_id");
        const std::int64_t version = store.number("PRAGMA user_version");
        if (application == ledger_application && version > newest)
            throw Error(Code::file,
                        file + " is a ledger of version " + std::to_string(version) + "; this library (" +
                            std::string(gradus::version()) + ") knows versions up to " + std::to_string(newest),
                        "ledger");
        const bool empty = application == 0 && version == 0 && store.number("SELECT count(*) FROM sqlite_schema") == 0;
        if (!empty && (application != ledger_application || version < 1))
            throw Error(Code::file, file + " is an SQLite file, but no ledger", "ledger");
        return version;
    };
    const std::int64_t found = look();
    if (found == newest) return;
    if (store.read_only())
        throw Error(Code::file,
                    found == 0
                        ? file + " is empty; to make a ledger of it, open it for writing with create"
                        : file + " is a ledger of version " + std::to_string(found) + ", to be brought to version " +
                              std::to_string(newest) + " by opening it for writing once",
                    "ledger");
    FileTransaction transaction(store, FileTransaction::Kind::write);
    for (std::int64_t version = look(); version < newest; ++version) {  // look again: others may have done it meanwhile
        store.execute(steps[static_cast<std::size_t>(version)].sql);
        if (version == 0) {
            const std::string_view chosen = currency.empty() ? std::string_view("EUR") : currency;
            Statement settings(store, "INSERT INTO settings (one, currency, play_money, hash) VALUES (1, ?1, ?2, ?3)");
            settings.run(chosen, std::int64_t(play_money), Statement::Blob{view(first_link(chosen, play_money))});
            store.execute("PRAGMA application_id = 1198679155");
            static_assert(ledger_application == 1198679155);
            if (broken(Mutant::not_append_only)) store.execute("DROP TRIGGER entries_stay");
            if (broken(Mutant::gap)) store.execute("DROP TRIGGER transactions_follow");
        }
        if (const auto then = steps[static_cast<std::size_t>(version)].then) then(store);
        store.execute(("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
    }
    transaction.commit();
}

std::string schema_fault(Store& store) {
    Store fresh(":memory:", Store::Access::create, std::chrono::milliseconds(0));
    migrate(fresh, migrations, {}, false);
    const std::vector<std::string> expected = schema_of(fresh), found = schema_of(store);
    const auto name = [](const std::string& text) {
        const std::size_t from = text.find('\n') + 1;
        return text.substr(0, from - 1) + " " + text.substr(from, text.find('\n', from) - from);
    };
    for (std::size_t i = 0; i < expected.size() || i < found.size(); ++i) {
        if (i < expected.size() && i < found.size() && expected[i] == found[i]) continue;
        if (i >= found.size() || (i < expected.size() && expected[i] < found[i]))
            return "the file has not the " + name(expected[i]) + " of a ledger";
        return "the file has the " + name(found[i]) + ", which a ledger has not";
    }
    return {};
}

}  // namespace gradus
