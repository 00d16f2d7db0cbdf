#include "account/journal.h"

#include <limits>
#include <utility>

#include <gradus/base/error.h>

#include "account/mutant.h"
#include "account/wording.h"

namespace gradus {

Journal::Journal(Store& store)
    : last_(store, "SELECT number, at, hash FROM transactions ORDER BY number DESC LIMIT 1"),
      last_entry_(store, "SELECT entry, number, hash FROM entries ORDER BY entry DESC LIMIT 1"),
      by_key_(store, "SELECT " TRANSACTION_COLUMNS " FROM transactions WHERE key = ?1"),
      by_number_(store, "SELECT " TRANSACTION_COLUMNS " FROM transactions WHERE number = ?1"),
      reversed_(store, "SELECT number FROM transactions WHERE subject = ?1 AND operation = 'reverse' AND applied = 1"),
      at_(store, "SELECT at, first_entry, entries FROM transactions WHERE number = ?1"),
      add_transaction_(
          store,
          "INSERT INTO transactions (" TRANSACTION_COLUMNS
          ", hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
          "?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33)"),
      add_book_(store,
                "INSERT INTO books (kind, unit, person, program, expires, name) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                "RETURNING book"),
      add_entry_(store,
                 "INSERT INTO entries (entry, number, book, posted, pending, reservation, posted_after, "
                 "pending_after, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
      add_balance_(store, "INSERT INTO balances (book, expires, guarded, posted, pending) VALUES (?1, ?2, ?3, ?4, ?5)"),
      set_balance_(store, "UPDATE balances SET posted = ?2, pending = ?3 WHERE book = ?1"),
      add_reservation_(store, "INSERT INTO reservations (reservation, expires, amount) VALUES (?1, ?2, ?3)"),
      resolve_(store, "UPDATE reservations SET resolved = ?2 WHERE reservation = ?1 AND resolved IS NULL"),
      add_hold_(store, "INSERT INTO holds (book, expires, reservation, amount) VALUES (?1, ?2, ?3, ?4)"),
      remove_hold_(store, "DELETE FROM holds WHERE book = ?1 AND expires = ?2 AND reservation = ?3") {
    Statement settings(store, "SELECT currency, play_money FROM settings");
    Statement::Rows rows = settings();
    if (!rows.next()) throw Error(Code::damaged, "the ledger has no settings", "ledger");
    currency_ = rows.string(0);
    play_money_ = rows.number(1) == 1;
}

void Journal::begin() {
    end_ = {};
    std::int64_t of = 0;
    {
        Statement::Rows rows = last_();
        if (!rows.next()) {
            end_.link = view(first_link(currency_, play_money_));
            return;
        }
        end_.transaction = rows.number(0);
        end_.at = moment_at(rows.number(1));
        end_.link = rows.string(2);
    }
    Statement::Rows rows = last_entry_();
    if (!rows.next()) return;
    end_.entry = rows.number(0);
    of = rows.number(1);
    if (of == end_.transaction) end_.link = rows.string(2);
}

Moment Journal::last_at() {
    Statement::Rows rows = last_();
    return rows.next() ? moment_at(rows.number(1)) : missing<Moment>();
}

std::optional<Recorded> Journal::recorded(std::string_view key) {
    Statement::Rows rows = by_key_(key);
    if (!rows.next()) return std::nullopt;
    return read_recorded(rows);
}

std::optional<Recorded> Journal::recorded(std::int64_t number) {
    Statement::Rows rows = by_number_(number);
    if (!rows.next()) return std::nullopt;
    return read_recorded(rows);
}

std::int64_t Journal::reversed_by(std::string_view key) {
    Statement::Rows rows = reversed_(key);
    return rows.next() ? rows.number(0) : 0;
}

Journal::Point Journal::at(Moment at) {
    if (end_.transaction == 0 || at >= end_.at) return {end_.transaction, end_.entry};
    // Moments never fall as numbers rise, so the last one is found by halving.
    Point point;
    std::int64_t high = end_.transaction;
    while (point.transaction < high) {
        const std::int64_t middle = point.transaction + (high - point.transaction + 1) / 2;
        Statement::Rows rows = at_(middle);
        if (!rows.next()) throw Error(Code::damaged, "there is no transaction " + std::to_string(middle), "ledger");
        if (moment_at(rows.number(0)) <= at)
            point = {middle, rows.number(1) + rows.number(2) - 1};
        else
            high = middle - 1;
    }
    return point;
}

std::int64_t Journal::id_of(const Book& book) {
    if (book.id != 0) return book.id;
    Statement::Rows rows =
        add_book_(word(book.kind), word(book.unit), book.person, book.program, micros(book.expires), book.name);
    if (!rows.next()) throw Error(Code::internal, "a book without a number", "ledger");
    const std::int64_t id = rows.number(0);
    rows.next();
    return id;
}

void Journal::append(const Recorded& transaction) {
    const Fields& f = transaction.fields;
    const Receipt& r = transaction.receipt;
    end_.link = view(link(end_.link, canonical(transaction)));
    end_.transaction = r.transaction, end_.at = f.at;
#ifdef GRADUS_LEDGER_MUTANTS
    own_end_ = end_.transaction;
#endif
    add_transaction_.run(r.transaction, f.key, micros(f.at), f.by, f.reason, word(f.operation), word_or_nothing(f.kind),
                         f.person, f.program, f.fund, f.to_person, f.to_program, f.to_fund, f.provider,
                         word_or_nothing(f.draw), f.subject, perhaps(f.amount), perhaps(f.expires),
                         std::int64_t(r.applied), r.rule, perhaps(r.available), perhaps(r.asked), perhaps(r.limit),
                         r.message, f.activity, f.plan, perhaps(f.first_day), perhaps(f.cost), f.shares,
                         perhaps(r.from), transaction.first_entry, transaction.entries, Statement::Blob{end_.link});
}

Receipt Journal::apply(const Fields& fields, const Voucher& voucher) {
    const Recorded recorded{.fields = fields,
                            .receipt = {.transaction = end_.transaction + 1,
                                        .at = fields.at,
                                        .applied = true,
                                        .available = voucher.available,
                                        .asked = voucher.asked},
                            .first_entry = end_.entry + 1,
                            .entries = static_cast<std::int64_t>(voucher.moves().size())};
    const std::int64_t number = recorded.receipt.transaction;
    append(recorded);

    std::vector<std::int64_t> ids(voucher.books().size());
    for (const Move& move : voucher.moves())
        if (std::int64_t& id = ids[move.book]; id == 0) id = id_of(voucher.books()[move.book]);
    for (const Move& move : voucher.moves()) {
        const Book& book = voucher.books()[move.book];
        const std::int64_t entry = end_.entry + 1;
        end_.link = view(link(end_.link, canonical(entry, number, book, move)));
        end_.entry = entry;
        add_entry_.run(entry, number, ids[move.book], move.posted, move.pending,
                       move.reservation ? std::optional(move.reservation) : std::nullopt, move.posted_after,
                       move.pending_after, Statement::Blob{end_.link});
    }

    for (std::size_t i = 0; i < ids.size(); ++i) {
        const Book& book = voucher.books()[i];
        if (ids[i] == 0) continue;  // looked at, not moved
        const bool guarded = book.guarded() && !broken(Mutant::overdrawn);
        if (book.id == 0)
            add_balance_.run(ids[i], micros(book.expires), std::int64_t(guarded), book.posted, book.pending);
#ifdef GRADUS_LEDGER_MUTANTS
        else if (broken(Mutant::lost_update) && own_posted_.contains(ids[i])) {
            std::int64_t posted = own_posted_[ids[i]];
            for (const Move& move : voucher.moves()) posted += move.book == i ? move.posted : 0;
            set_balance_.run(ids[i], posted, book.pending);
            own_posted_[ids[i]] = posted;
            continue;
        }
#endif
        else if (!(broken(Mutant::balance_apart) && fields.operation == OperationKind::void_reservation))
            set_balance_.run(ids[i], book.posted, book.pending);
#ifdef GRADUS_LEDGER_MUTANTS
        own_posted_[ids[i]] = book.posted;
#endif
    }
    if (voucher.opened) add_reservation_.run(number, micros(voucher.opened->expires), voucher.opened->amount);
    for (const Move& move : voucher.moves()) {
        if (move.pending > 0)
            add_hold_.run(ids[move.book], micros(voucher.opened->expires), move.reservation, move.pending);
        if (move.pending < 0)
            remove_hold_.run(ids[move.book], micros(voucher.resolved().at(move.reservation).expires), move.reservation);
    }
    for (const auto& resolved : voucher.resolved()) resolve_.run(resolved.first, number);
    return recorded.receipt;
}

Receipt Journal::refuse(const Fields& fields, const Denial& refusal) {
    const Recorded recorded{.fields = fields,
                            .receipt = {.transaction = end_.transaction + (broken(Mutant::gap) ? 2 : 1),
                                        .at = fields.at,
                                        .applied = false,
                                        .rule = refusal.rule,
                                        .available = refusal.available,
                                        .asked = refusal.asked,
                                        .limit = refusal.limit,
                                        .from = refusal.from,
                                        .message = refusal.message},
                            .first_entry = end_.entry + 1};
    append(recorded);
    return recorded.receipt;
}

}  // namespace gradus
