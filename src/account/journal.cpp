#include "account/journal.h"

#include <limits>
#include <utility>

#include <gradus/base/error.h>

#include "account/mutant.h"
#include "account/wording.h"

namespace gradus {

namespace {

std::string_view view(const Sha256::Value& value) {
    return {reinterpret_cast<const char*>(value.data()), value.size()};
}

/// Bytes that can be read in one way only: numbers in eight bytes, the highest first; texts after their length.
class Bytes {
public:
    Bytes& number(std::int64_t number) {
        const auto bits = static_cast<std::uint64_t>(number);
        for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(bits >> shift & 255);
        return *this;
    }
    Bytes& text(std::string_view text) {
        number(static_cast<std::int64_t>(text.size()));
        bytes_ += text;
        return *this;
    }
    Bytes& perhaps(const std::optional<std::int64_t>& value) {
        bytes_ += value ? '\1' : '\0';
        return value ? number(*value) : *this;
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

std::optional<std::int64_t> perhaps(Amount amount) {
    return is_missing(amount) ? std::nullopt : std::optional(amount.units());
}
std::optional<std::int64_t> perhaps(const std::optional<Amount>& amount) {
    return amount ? std::optional(amount->units()) : std::nullopt;
}
std::optional<std::int64_t> perhaps(const std::optional<Moment>& moment) {
    return moment ? std::optional(micros(*moment)) : std::nullopt;
}
template <class E>
std::string_view word_or_nothing(const std::optional<E>& value) {
    return value ? word(*value) : std::string_view();
}

#define TRANSACTION_COLUMNS                                                                                           \
    "number, key, at, by, reason, operation, kind, person, program, fund, to_person, to_program, to_fund, provider, " \
    "draw, subject, amount, expires, applied, rule, available, asked, most, message"

}  // namespace

std::string canonical(const Recorded& transaction, std::int64_t first_entry, std::int64_t entries) {
    const Fields& f = transaction.fields;
    const Receipt& r = transaction.receipt;
    Bytes bytes;
    bytes.text("transaction").number(r.transaction).text(f.key).number(micros(f.at)).text(f.by).text(f.reason);
    bytes.text(word(f.operation)).text(word_or_nothing(f.kind)).text(f.person).text(f.program).text(f.fund);
    bytes.text(f.to_person).text(f.to_program).text(f.to_fund).text(f.provider).text(word_or_nothing(f.draw));
    bytes.text(f.subject).perhaps(perhaps(f.amount)).perhaps(perhaps(f.expires)).number(r.applied).text(r.rule);
    bytes.perhaps(perhaps(r.available)).perhaps(perhaps(r.asked)).perhaps(perhaps(r.limit)).text(r.message);
    return bytes.number(first_entry).number(entries).take();
}

std::string canonical(std::int64_t entry, std::int64_t number, const Book& book, const Move& move) {
    Bytes bytes;
    bytes.text("entry").number(entry).number(number).text(word(book.kind)).text(word(book.unit)).text(book.person);
    bytes.text(book.program).number(micros(book.expires)).text(book.name).number(move.posted).number(move.pending);
    bytes.number(move.reservation).number(move.posted_after).number(move.pending_after);
    return bytes.take();
}

Sha256::Value link(std::string_view before, std::string_view bytes) {
    Sha256 sha;
    if (!broken(Mutant::unchained)) sha.add(before);
    sha.add(bytes);
    return sha.value();
}

Sha256::Value first_link(std::string_view currency) { return sha256(Bytes().text("ledger").text(currency).take()); }

Journal::Journal(Store& store)
    : last_(store, "SELECT number, at, hash FROM transactions ORDER BY number DESC LIMIT 1"),
      last_entry_(store, "SELECT entry, number, hash FROM entries ORDER BY entry DESC LIMIT 1"),
      by_key_(store, "SELECT " TRANSACTION_COLUMNS " FROM transactions WHERE key = ?1"),
      by_number_(store, "SELECT " TRANSACTION_COLUMNS " FROM transactions WHERE number = ?1"),
      reversed_(store, "SELECT number FROM transactions WHERE subject = ?1 AND operation = 'reverse' AND applied = 1"),
      at_(store, "SELECT at, first_entry, entries FROM transactions WHERE number = ?1"),
      add_transaction_(store, "INSERT INTO transactions (" TRANSACTION_COLUMNS
                              ", first_entry, entries, hash) VALUES (?1, "
                              "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
                              "?21, ?22, ?23, ?24, ?25, ?26, ?27)"),
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
    Statement settings(store, "SELECT currency FROM settings");
    Statement::Rows rows = settings();
    if (!rows.next()) throw Error(Code::damaged, "the ledger has no settings", "ledger");
    currency_ = rows.string(0);
}

void Journal::begin() {
    end_ = {};
    std::int64_t of = 0;
    {
        Statement::Rows rows = last_();
        if (!rows.next()) {
            end_.link = view(first_link(currency_));
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

Recorded Journal::read(const Statement::Rows& rows) {
    Recorded recorded;
    Fields& f = recorded.fields;
    Receipt& r = recorded.receipt;
    const auto amount = [&](int column) {
        return rows.missing(column) ? missing<Amount>() : Amount(rows.number(column));
    };
    const auto operation = from_word<OperationKind>(rows.text(5));
    r.transaction = rows.number(0);
    if (!operation)
        throw Error(Code::damaged, "transaction " + std::to_string(r.transaction) + " is of no known operation",
                    "ledger");
    f.key = rows.string(1);
    f.at = r.at = moment_at(rows.number(2));
    f.by = rows.string(3), f.reason = rows.string(4), f.operation = *operation;
    f.kind = from_word<AccountKind>(rows.text(6));
    f.person = rows.string(7), f.program = rows.string(8), f.fund = rows.string(9);
    f.to_person = rows.string(10), f.to_program = rows.string(11), f.to_fund = rows.string(12);
    f.provider = rows.string(13), f.draw = from_word<Draw>(rows.text(14)), f.subject = rows.string(15);
    if (!rows.missing(16)) f.amount = Amount(rows.number(16));
    if (!rows.missing(17)) f.expires = moment_at(rows.number(17));
    r.applied = rows.number(18) == 1;
    r.rule = rows.string(19);
    r.available = amount(20), r.asked = amount(21), r.limit = amount(22);
    r.message = rows.string(23);
    return recorded;
}

std::optional<Recorded> Journal::recorded(std::string_view key) {
    Statement::Rows rows = by_key_(key);
    if (!rows.next()) return std::nullopt;
    return read(rows);
}

std::optional<Recorded> Journal::recorded(std::int64_t number) {
    Statement::Rows rows = by_number_(number);
    if (!rows.next()) return std::nullopt;
    return read(rows);
}

std::int64_t Journal::reversed_by(std::string_view key) {
    Statement::Rows rows = reversed_(key);
    return rows.next() ? rows.number(0) : 0;
}

std::int64_t Journal::entry_at(Moment at) {
    // Moments never fall as numbers rise, so the last one is found by halving.
    std::int64_t low = 0, high = end_.transaction, entry = 0;
    while (low < high) {
        const std::int64_t middle = low + (high - low + 1) / 2;
        Statement::Rows rows = at_(middle);
        if (!rows.next()) throw Error(Code::damaged, "there is no transaction " + std::to_string(middle), "ledger");
        if (moment_at(rows.number(0)) <= at) {
            low = middle;
            entry = rows.number(1) + rows.number(2) - 1;
        } else {
            high = middle - 1;
        }
    }
    return entry;
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

void Journal::append(const Recorded& transaction, std::int64_t entries) {
    const Fields& f = transaction.fields;
    const Receipt& r = transaction.receipt;
    const std::int64_t first_entry = end_.entry + 1;
    end_.link = view(link(end_.link, canonical(transaction, first_entry, entries)));
    end_.transaction = r.transaction, end_.at = f.at;
    add_transaction_.run(r.transaction, f.key, micros(f.at), f.by, f.reason, word(f.operation), word_or_nothing(f.kind),
                         f.person, f.program, f.fund, f.to_person, f.to_program, f.to_fund, f.provider,
                         word_or_nothing(f.draw), f.subject, perhaps(f.amount), perhaps(f.expires),
                         std::int64_t(r.applied), r.rule, perhaps(r.available), perhaps(r.asked), perhaps(r.limit),
                         r.message, first_entry, entries, Statement::Blob{end_.link});
}

Receipt Journal::apply(const Fields& fields, const Draft& draft) {
    const Recorded recorded{fields,
                            {.transaction = end_.transaction + 1,
                             .at = fields.at,
                             .applied = true,
                             .available = draft.available,
                             .asked = draft.asked}};
    const std::int64_t number = recorded.receipt.transaction;
    append(recorded, static_cast<std::int64_t>(draft.moves().size()));

    std::vector<std::int64_t> ids(draft.books().size());
    for (const Move& move : draft.moves())
        if (std::int64_t& id = ids[move.book]; id == 0) id = id_of(draft.books()[move.book]);
    for (const Move& move : draft.moves()) {
        const Book& book = draft.books()[move.book];
        const std::int64_t entry = end_.entry + 1;
        end_.link = view(link(end_.link, canonical(entry, number, book, move)));
        end_.entry = entry;
        add_entry_.run(entry, number, ids[move.book], move.posted, move.pending,
                       move.reservation ? std::optional(move.reservation) : std::nullopt, move.posted_after,
                       move.pending_after, Statement::Blob{end_.link});
    }

    for (std::size_t i = 0; i < ids.size(); ++i) {
        const Book& book = draft.books()[i];
        if (ids[i] == 0) continue;  // looked at, not moved
        if (book.id == 0)
            add_balance_.run(ids[i], micros(book.expires), std::int64_t(book.guarded()), book.posted, book.pending);
        else if (!(broken(Mutant::balance_apart) && fields.operation == OperationKind::void_reservation))
            set_balance_.run(ids[i], book.posted, book.pending);
    }
    if (draft.opened) add_reservation_.run(number, micros(draft.opened->expires), draft.opened->amount);
    for (const Move& move : draft.moves()) {
        if (move.pending > 0)
            add_hold_.run(ids[move.book], micros(draft.opened->expires), move.reservation, move.pending);
        if (move.pending < 0)
            remove_hold_.run(ids[move.book], micros(draft.resolved().at(move.reservation).expires), move.reservation);
    }
    for (const auto& resolved : draft.resolved()) resolve_.run(resolved.first, number);
    return recorded.receipt;
}

Receipt Journal::refuse(const Fields& fields, const Refusal& refusal) {
    const Recorded recorded{fields,
                            {.transaction = end_.transaction + 1,
                             .at = fields.at,
                             .applied = false,
                             .rule = refusal.rule,
                             .available = refusal.available,
                             .asked = refusal.asked,
                             .limit = refusal.limit,
                             .message = refusal.message}};
    append(recorded, 0);
    return recorded.receipt;
}

}  // namespace gradus
