#include "account/check.h"

#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <gradus/base/error.h>

#include "account/handle.h"
#include "account/mutant.h"
#include "account/plan_chain.h"
#include "account/schema.h"
#include "account/wording.h"
#include "organization/currency.h"

namespace gradus {

namespace {

/// What was found, told by throwing it: the check ends there.
struct Fault {
    LedgerCheck check;
};

}  // namespace

void JournalCheck::fail(const std::string& message) const {
    LedgerCheck check = found_;
    check.sound = false;
    check.transaction = transaction_, check.entry = entry_;
    check.message = message;
    throw Fault{std::move(check)};
}

void JournalCheck::file() {
    Statement integrity(store_, "PRAGMA integrity_check(1)");
    {
        Statement::Rows rows = integrity();
        if (!rows.next() || rows.text(0) != "ok") fail("the file is damaged: " + rows.string(0));
    }
    Statement foreign(store_, "PRAGMA foreign_key_check");
    {
        Statement::Rows rows = foreign();
        if (rows.next()) fail("a row of " + rows.string(0) + " names one of " + rows.string(2) + " that is not there");
    }
    if (const std::string fault = schema_fault(store_); !fault.empty()) fail(fault);
    Statement settings(store_, "SELECT currency, play_money, hash FROM settings");
    Statement::Rows rows = settings();
    if (!rows.next()) fail("the ledger has no settings");
    link_ = view(first_link(rows.text(0), rows.number(1) == 1));
    if (!is_currency(rows.text(0)) || rows.text(2) != link_)
        fail("the currency is not the one that the ledger was made with, or real money was made of play money");
    found_.head.play_money = rows.number(1) == 1;
    found_.head.hash = hexadecimal(link_);
}

void JournalCheck::books() {
    Statement all(store_, "SELECT book, kind, unit, person, program, name, expires FROM books ORDER BY book");
    std::int64_t last = 0;
    for (Statement::Rows rows = all(); rows.next();) {
        const auto kind = from_word<BookKind>(rows.text(1));
        const auto unit = from_word<AccountKind>(rows.text(2));
        if (rows.number(0) != ++last) fail("book " + std::to_string(last) + " is missing");
        if (!kind || !unit) fail("book " + std::to_string(last) + " is of no kind");
        books_.emplace(last, Book{.id = last,
                                  .kind = *kind,
                                  .unit = *unit,
                                  .person = rows.string(3),
                                  .program = rows.string(4),
                                  .name = rows.string(5),
                                  .expires = moment_at(rows.number(6))});
    }
}

void JournalCheck::hold(const Recorded& recorded, std::int64_t book, std::int64_t pending, std::int64_t reservation) {
    const std::int64_t number = recorded.receipt.transaction;
    if (pending > 0) {
        if (reservation != number || recorded.fields.operation != OperationKind::reserve)
            fail("holds an amount, but is not of a reservation");
        reservations_[number].held[book] += pending;
        return;
    }
    const auto found = reservations_.find(reservation);
    if (found == reservations_.end() || (found->second.resolved != 0 && found->second.resolved != number) ||
        found->second.held[book] != -pending)
        fail("ends a hold of " + std::to_string(-pending) + " that reservation " + std::to_string(reservation) +
             " has not");
    found->second.held.erase(book);
    found->second.resolved = number;
}

void JournalCheck::entry(const Recorded& recorded, const Statement::Rows& row,
                         std::map<AccountKind, std::int64_t>& sums) {
    const auto found = books_.find(row.number(2));
    if (found == books_.end()) fail("is of book " + std::to_string(row.number(2)) + ", which is not there");
    Book& book = found->second;
    const Move move{.posted = row.number(3),
                    .pending = row.number(4),
                    .reservation = row.missing(5) ? 0 : row.number(5),
                    .posted_after = row.number(6),
                    .pending_after = row.number(7)};
    const auto add = [&](std::int64_t& to, std::int64_t amount) {
        if (__builtin_add_overflow(to, amount, &to)) fail("leaves 64 bits");
    };
    link_ = view(link(link_, canonical(entry_, transaction_, book, move)));
    if (row.text(8) != link_)
        fail("is not what was written: its digest does not follow from its content and the one before");
    add(book.posted, move.posted), add(book.pending, move.pending), add(sums[book.unit], move.posted);
    const auto differs = [&](const char* what, std::int64_t is, std::int64_t should) {
        if (is != should)
            fail(std::string(what) + " is " + std::to_string(is) + ", and should be " + std::to_string(should));
    };
    differs("posted_after", move.posted_after, book.posted);
    differs("pending_after", move.pending_after, book.pending);
    if (book.pending < 0 || (book.guarded() && book.posted < book.pending))
        fail("overdraws its account: " + std::to_string(book.posted) + " less " + std::to_string(book.pending) +
             " held");
    if (move.pending != 0) hold(recorded, book.id, move.pending, move.reservation);
}

void JournalCheck::transaction(const Recorded& recorded, Statement::Rows& entries, bool& more) {
    const Receipt& receipt = recorded.receipt;
    if (recorded.first_entry != found_.head.entry + 1)
        fail("begins with entry " + std::to_string(recorded.first_entry) + ", and should with " +
             std::to_string(found_.head.entry + 1));
    if (receipt.applied != receipt.rule.empty()) fail("is applied by a rule that refuses");
    if (!receipt.applied && recorded.entries != 0) fail("is refused, and has entries");
    if (found_.head.transaction > 0 && recorded.fields.at < found_.head.at) fail("is earlier than the one before");
    if (receipt.applied && recorded.fields.operation == OperationKind::reserve)
        reservations_[receipt.transaction] = {recorded.fields.expires.value_or(never),
                                              recorded.fields.amount.value_or(Amount()).units()};
    std::map<AccountKind, std::int64_t> sums;
    for (std::int64_t i = 0; i < recorded.entries; ++i) {
        entry_ = recorded.first_entry + i;
        if (!more || entries.number(0) != entry_ || entries.number(1) != transaction_) fail("is missing");
        entry(recorded, entries, sums);
        more = entries.next();
    }
    entry_ = 0;
    for (const auto& [unit, sum] : sums)
        if (sum != 0)
            fail("does not balance: its entries sum to " + std::to_string(sum) + " of " + std::string(word(unit)));
    if (const auto made = reservations_.find(receipt.transaction); made != reservations_.end()) {
        std::int64_t held = 0;
        for (const auto& part : made->second.held) held += part.second;
        if (held != made->second.amount)
            fail("reserves " + std::to_string(made->second.amount) + ", and holds " + std::to_string(held));
    }
}

void JournalCheck::transactions() {
    Statement all(store_, "SELECT " TRANSACTION_COLUMNS ", hash FROM transactions ORDER BY number");
    Statement all_entries(store_,
                          "SELECT entry, number, book, posted, pending, reservation, posted_after, pending_after, "
                          "hash FROM entries ORDER BY entry");
    Statement::Rows rows = all(), entries = all_entries();
    bool more = entries.next();
    while (rows.next()) {
        transaction_ = found_.head.transaction + 1;
        if (rows.number(0) != transaction_) fail("is missing");
        const Recorded recorded = read_recorded(rows);
        link_ = view(link(link_, canonical(recorded)));
        if (rows.text(recorded_columns) != link_)
            fail("is not what was written: its digest does not follow from its content and the one before");
        transaction(recorded, entries, more);
        found_.head = {transaction_, recorded.first_entry + recorded.entries - 1, recorded.fields.at,
                       hexadecimal(link_), found_.head.play_money};
    }
    transaction_ = 0;
    if (more) {
        entry_ = entries.number(0);
        fail("is of no transaction");
    }
}

void JournalCheck::journal() {
    try {
        file();
        books();
        transactions();
    } catch (Fault& fault) {
        found_ = std::move(fault.check);
    } catch (const Error& error) {
        if (error.code() != Code::damaged) throw;
        found_.sound = false;
        found_.transaction = transaction_, found_.entry = entry_;
        found_.message = error.what();
    }
}

void JournalCheck::beside() {
    try {
        Statement balances(store_, "SELECT book, expires, guarded, posted, pending FROM balances");
        std::size_t count = 0;
        for (Statement::Rows rows = balances(); rows.next(); ++count) {
            const auto found = books_.find(rows.number(0));
            if (found == books_.end()) fail("there is a balance of no book");
            const Book& book = found->second;
            if (std::tuple(rows.number(1), rows.number(2), rows.number(3), rows.number(4)) !=
                std::tuple(micros(book.expires), std::int64_t(book.guarded()), book.posted, book.pending))
                fail("the balance kept of book " + std::to_string(book.id) + " is " + std::to_string(rows.number(3)) +
                     ", " + std::to_string(rows.number(4)) + " held; by the entries it is " +
                     std::to_string(book.posted) + ", " + std::to_string(book.pending) + " held");
        }
        if (count != books_.size()) fail("a book has no balance");
        std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>> holds;
        Statement reserved(store_, "SELECT reservation, expires, amount, coalesce(resolved, 0) FROM reservations");
        count = 0;
        for (Statement::Rows rows = reserved(); rows.next(); ++count) {
            const auto found = reservations_.find(rows.number(0));
            if (found == reservations_.end()) fail("there is a reservation of no transaction");
            const Reserved& should = found->second;
            if (std::tuple(rows.number(1), rows.number(2), rows.number(3)) !=
                std::tuple(micros(should.expires), should.amount, should.resolved))
                fail("reservation " + std::to_string(rows.number(0)) + " is kept otherwise than its entries tell");
            for (const auto& [book, amount] : should.held)
                holds.emplace(book, micros(should.expires), rows.number(0), amount);
        }
        if (count != reservations_.size()) fail("a reservation is not kept");
        Statement held(store_, "SELECT book, expires, reservation, amount FROM holds");
        count = 0;
        for (Statement::Rows rows = held(); rows.next(); ++count)
            if (!holds.contains({rows.number(0), rows.number(1), rows.number(2), rows.number(3)}))
                fail("something is held of book " + std::to_string(rows.number(0)) + " that no entry tells of");
        if (count != holds.size()) fail("a hold is not kept");
    } catch (Fault& fault) {
        found_ = std::move(fault.check);
    } catch (const Error& error) {
        if (error.code() != Code::damaged) throw;
        found_.sound = false;
        found_.message = error.what();
    }
}

void JournalCheck::plans() {
    try {
        const std::optional<PlanFault> fault = plan_fault(store_);
        if (!fault) return;
        found_.plan_change = fault->change;
        found_.message = fault->message;
    } catch (const Error& error) {
        if (error.code() != Code::damaged) throw;
        found_.message = error.what();
    }
    found_.sound = false;
}

void JournalCheck::rebuild() {
    store_.execute("DELETE FROM holds; DELETE FROM reservations; DELETE FROM balances");
    Statement balance(store_,
                      "INSERT INTO balances (book, expires, guarded, posted, pending) VALUES (?1, ?2, ?3, ?4, ?5)");
    Statement reserved(store_,
                       "INSERT INTO reservations (reservation, expires, amount, resolved) VALUES (?1, ?2, ?3, ?4)");
    Statement hold(store_, "INSERT INTO holds (book, expires, reservation, amount) VALUES (?1, ?2, ?3, ?4)");
    for (std::int64_t id = 1; id <= static_cast<std::int64_t>(books_.size()); ++id) {
        const Book& book = books_.at(id);
        balance.run(id, micros(book.expires), std::int64_t(book.guarded()), book.posted,
                    broken(Mutant::rebuilt_without_pending) ? 0 : book.pending);
    }
    for (const auto& [number, reservation] : reservations_) {
        reserved.run(number, micros(reservation.expires), reservation.amount,
                     reservation.resolved ? std::optional(reservation.resolved) : std::nullopt);
        for (const auto& [book, amount] : reservation.held) hold.run(book, micros(reservation.expires), number, amount);
    }
}

LedgerCheck verify(const Ledger& ledger) {
    return ledger.data().read([](Store& store, Ledger::Data::Parts&) {
        JournalCheck check(store);
        check.journal();
        if (check.found().sound) check.beside();
        if (check.found().sound) check.plans();
        return check.found();
    });
}

void rebuild(Ledger& ledger) {
    ledger.data().write([](Ledger::Data::Session& session) {
        JournalCheck check(session.store());
        check.journal();
        const LedgerCheck& found = check.found();
        if (!found.sound)
            throw Error(Code::damaged,
                        "the journal itself is not sound, so nothing can be made from it: transaction " +
                            std::to_string(found.transaction) + ", entry " + std::to_string(found.entry) + " " +
                            found.message,
                        "ledger");
        check.rebuild();
        return 0;
    });
}

}  // namespace gradus
