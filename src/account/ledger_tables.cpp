#include <gradus/account/ledger_tables.h>

#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gradus/base/error.h>

#include "account/book.h"
#include "account/handle.h"
#include "account/journal.h"
#include "account/mutant.h"
#include "account/order.h"
#include "account/store.h"
#include "account/wording.h"

namespace gradus {

namespace {

/// A column of keys in the making: ids by first use, which are ranked at the end.
class KeyList {
public:
    void add(const std::string& key) {
        keys_.push_back(key.empty() ? nullptr : &known_.try_emplace(key, 0).first->first);
    }
    template <class IdType>
    void set(Column<IdType>& column) {
        std::vector<std::string_view> sorted;
        for (const auto& key : known_) sorted.push_back(key.first);
        const Keys keys(sorted);
        for (auto& [key, id] : known_) id = keys.find(key);
        Buffer<IdType> ids(keys_.size());
        for (std::size_t i = 0; i < keys_.size(); ++i) ids[i] = keys_[i] ? IdType(known_.at(*keys_[i])) : IdType();
        column.set(std::move(ids), keys.strings());
    }

private:
    std::map<std::string, std::int32_t> known_;
    std::vector<const std::string*> keys_;  // null: none
};

/// The rows of BookColumns in the making.
class BookRows {
public:
    void add(const Book& book) {
        kinds_.push_back(book.kind), units_.push_back(book.unit);
        persons_.add(book.person), programs_.add(book.program);
        const bool paid = book.kind == BookKind::provider;
        funds_.add(paid ? std::string() : book.name);
        providers_->push_back(paid ? book.name : std::string());
        expires_.push_back(book.expires == never ? missing<Moment>() : book.expires);
    }
    void set(BookColumns& columns, bool play_money) {
        columns.book.set(Buffer<BookKind>(kinds_)), columns.kind.set(Buffer<AccountKind>(units_));
        persons_.set(columns.person), programs_.set(columns.program), funds_.set(columns.fund);
        columns.provider.set(providers_);
        columns.expires.set(Buffer<Moment>(expires_));
        columns.play_money.set(Buffer<bool>(expires_.size(), play_money));
    }

private:
    std::vector<BookKind> kinds_;
    std::vector<AccountKind> units_;
    KeyList persons_, programs_, funds_;
    std::shared_ptr<Strings> providers_ = std::make_shared<Strings>();
    std::vector<Moment> expires_;
};

std::vector<Book> all_books(Store& store) {
    Statement all(store, "SELECT book FROM books ORDER BY book");
    std::vector<std::int64_t> ids;
    for (Statement::Rows rows = all(); rows.next();) ids.push_back(rows.number(0));
    Books books(store);
    std::vector<Book> found;
    found.reserve(ids.size());
    for (const std::int64_t id : ids) found.push_back(books.at(id));
    return found;
}

const Book& book_of(const std::vector<Book>& books, std::int64_t id) {
    if (id < 1 || id > static_cast<std::int64_t>(books.size()) || books[static_cast<std::size_t>(id - 1)].id != id)
        throw Error(Code::damaged, "there is no book " + std::to_string(id), "ledger");
    return books[static_cast<std::size_t>(id - 1)];
}

}  // namespace

LedgerEntries ledger_entries(const Ledger& ledger) {
    return ledger.data().read([](Store& store, Ledger::Data::Parts& parts) {
        const std::vector<Book> books = all_books(store);
        std::vector<std::int32_t> entry, transaction, reservation;
        std::vector<Moment> at;
        std::vector<OperationKind> operation;
        std::vector<Amount> posted, pending, posted_after, pending_after;
        auto key = std::make_shared<Strings>(), by = std::make_shared<Strings>(), reason = std::make_shared<Strings>();
        BookRows of;
        Statement all(
            store,
            "SELECT e.entry, e.number, e.book, e.posted, e.pending, coalesce(e.reservation, 0), e.posted_after, "
            "e.pending_after, t.at, t.operation, t.key, t.by, t.reason "
            "FROM entries e JOIN transactions t ON t.number = e.number ORDER BY e.entry");
        for (Statement::Rows rows = all(); rows.next();) {
            const auto kind = from_word<OperationKind>(rows.text(9));
            if (!kind)
                throw Error(Code::damaged, "transaction " + std::to_string(rows.number(1)) + " is of no operation",
                            "ledger");
            entry.push_back(short_number(rows.number(0), "ledger")),
                transaction.push_back(short_number(rows.number(1), "ledger"));
            at.push_back(moment_at(rows.number(8))), operation.push_back(*kind);
            key->push_back(rows.text(10)), by->push_back(rows.text(11)), reason->push_back(rows.text(12));
            of.add(book_of(books, rows.number(2)));
            posted.emplace_back(rows.number(3)), pending.emplace_back(rows.number(4));
            reservation.push_back(rows.number(5) ? short_number(rows.number(5), "ledger") : missing<std::int32_t>());
            posted_after.emplace_back(rows.number(6)), pending_after.emplace_back(rows.number(7));
        }
        LedgerEntries table;
        table.entry.set(Buffer(entry)), table.transaction.set(Buffer(transaction));
        table.at.set(Buffer(at)), table.operation.set(Buffer(operation));
        table.key.set(key), table.by.set(by), table.reason.set(reason);
        of.set(table.of, parts.journal.play_money());
        table.posted.set(Buffer(posted)), table.pending.set(Buffer(pending));
        table.reservation.set(Buffer(reservation));
        table.posted_after.set(Buffer(posted_after)), table.pending_after.set(Buffer(pending_after));
        return table;
    });
}

LedgerBalances ledger_balances(const Ledger& ledger, Moment at) {
    return ledger.data().read([at](Store& store, Ledger::Data::Parts& parts) {
        parts.journal.begin();
        const Journal::End& end = parts.journal.end();
        std::optional<std::int64_t> entry;  // of another moment than the last
        if (end.transaction > 0 && at < end.at) entry = parts.journal.at(at).entry;
        std::vector<Amount> posted, reserved, available;
        BookRows of;
        for (Book book : all_books(store)) {
            if (broken(Mutant::not_conserved)) {  // each row at a moment of its own
                store.execute("COMMIT");
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                store.execute("BEGIN");
                book = parts.books.at(book.id);
            }
            if (entry && !parts.books.look_back(book, *entry)) continue;
            const std::int64_t held = parts.books.held(book, at, entry);
            of.add(book);
            posted.emplace_back(book.posted), reserved.emplace_back(held);
            available.push_back(!book.guarded()      ? missing<Amount>()
                                : book.expires <= at ? Amount(0)
                                                     : Amount(book.posted - held));
        }
        LedgerBalances table;
        of.set(table.of, parts.journal.play_money());
        table.posted.set(Buffer(posted)), table.reserved.set(Buffer(reserved)), table.available.set(Buffer(available));
        return table;
    });
}

LedgerPending ledger_pending(const Ledger& ledger, Moment at) {
    return ledger.data().read([at](Store& store, Ledger::Data::Parts& parts) {
        parts.journal.begin();
        const Journal::Point point = parts.journal.at(at);
        const std::vector<Book> books = all_books(store);
        std::vector<std::int32_t> transaction;
        std::vector<Moment> made, until;
        std::vector<Amount> amount;
        auto key = std::make_shared<Strings>(), by = std::make_shared<Strings>();
        BookRows of;
        Statement all(store,
                      "SELECT t.number, t.key, t.at, t.by, r.expires, e.book, e.pending FROM reservations r "
                      "JOIN transactions t ON t.number = r.reservation "
                      "JOIN entries e ON e.entry >= t.first_entry AND e.entry < t.first_entry + t.entries "
                      "WHERE r.reservation <= ?1 AND r.expires > ?2 AND (r.resolved IS NULL OR r.resolved > ?1) "
                      "AND e.reservation = t.number ORDER BY e.entry");
        for (Statement::Rows rows = all(point.transaction, micros(at)); rows.next();) {
            transaction.push_back(short_number(rows.number(0), "ledger"));
            key->push_back(rows.text(1)), by->push_back(rows.text(3));
            made.push_back(moment_at(rows.number(2)));
            const Moment end = moment_at(rows.number(4));
            until.push_back(end == never ? missing<Moment>() : end);
            of.add(book_of(books, rows.number(5)));
            amount.emplace_back(rows.number(6));
        }
        LedgerPending table;
        table.transaction.set(Buffer(transaction)), table.key.set(key), table.at.set(Buffer(made)), table.by.set(by);
        table.until.set(Buffer(until));
        of.set(table.of, parts.journal.play_money());
        table.amount.set(Buffer(amount));
        return table;
    });
}

}  // namespace gradus
