#include "account/book.h"

#include <limits>
#include <utility>

#include <gradus/base/error.h>

#include "account/mutant.h"
#include "account/wording.h"

namespace gradus {

namespace {

constexpr std::int64_t always = std::numeric_limits<std::int64_t>::min();

#define BOOK_COLUMNS "book, kind, unit, person, program, name, books.expires, posted, pending"
#define BOOKS "FROM books JOIN balances USING (book) "

Book read(const Statement::Rows& rows) {
    const auto kind = from_word<BookKind>(rows.text(1));
    const auto unit = from_word<AccountKind>(rows.text(2));
    if (!kind || !unit)
        throw Error(Code::damaged, "book " + std::to_string(rows.number(0)) + " is of no kind", "ledger");
    return {.id = rows.number(0),
            .kind = *kind,
            .unit = *unit,
            .person = rows.string(3),
            .program = rows.string(4),
            .name = rows.string(5),
            .expires = moment_at(rows.number(6)),
            .posted = rows.number(7),
            .pending = rows.number(8)};
}

}  // namespace

std::int64_t checked_sum(std::int64_t a, std::int64_t b, std::string_view what, std::int64_t row) {
    std::int64_t sum = 0;
    // The lowest number stands for "not known".
    if (__builtin_add_overflow(a, b, &sum) || sum == always)
        throw Error(Code::out_of_range,
                    std::string(what) + ": " + std::to_string(a) + " and " + std::to_string(b) +
                        " more do not fit into 64 bits",
                    "requests", row, "amount");
    return sum;
}

Date day_at(std::int64_t days) {
    const auto day = static_cast<std::int32_t>(days);
    if (day != days) throw Error(Code::damaged, std::to_string(days) + " is no day", "ledger");
    return Date(Date::duration(day));
}

Books::Books(Store& store)
    : by_id_(store, "SELECT " BOOK_COLUMNS " " BOOKS "WHERE book = ?1"),
      by_name_(store,
               "SELECT " BOOK_COLUMNS " " BOOKS
               "WHERE unit = ?1 AND person = ?2 AND program = ?3 AND books.expires = ?4 AND kind = ?5 AND name = ?6"),
      lots_(store,
            "SELECT " BOOK_COLUMNS " " BOOKS
            "WHERE unit = ?1 AND person = ?2 AND program = ?3 AND books.expires > ?4 AND +kind IN ('lot', 'own') "
            "ORDER BY books.expires, kind, name"),
      expired_(store,
               "SELECT book FROM balances WHERE expires <= ?1 AND posted > 0 AND expires < 9223372036854775807 "
               "ORDER BY expires, book"),
      overdue_(store, "SELECT amount FROM holds WHERE book = ?1 AND expires <= ?2"),
      after_(store,
             "SELECT posted_after, pending_after FROM entries WHERE book = ?1 AND entry <= ?2 ORDER BY entry DESC "
             "LIMIT 1"),
      // What begins and ends a hold cancels out.
      overdue_after_(store,
                     "SELECT e.pending FROM entries e JOIN reservations r ON r.reservation = e.reservation "
                     "WHERE e.book = ?1 AND e.entry <= ?2 AND r.expires <= ?3") {}

Book Books::at(std::int64_t id) {
    Statement::Rows rows = by_id_(id);
    if (!rows.next()) throw Error(Code::damaged, "there is no book " + std::to_string(id), "ledger");
    return read(rows);
}

Book Books::found(Book book) {
    Statement::Rows rows =
        by_name_(word(book.unit), book.person, book.program, micros(book.expires), word(book.kind), book.name);
    return rows.next() ? read(rows) : book;
}

std::vector<Book> Books::payers(const Payer& payer, Draw draw, Moment at) {
    std::vector<Book> books;
    if (const auto* fund = std::get_if<FundAccount>(&payer)) {
        books.push_back(found({.kind = BookKind::fund, .unit = fund->kind, .name = fund->fund}));
        return books;
    }
    const auto& account = std::get<Account>(payer);
    const AccountKind unit = broken(Mutant::units_mixed) ? AccountKind::money : account.kind;
    for (Statement::Rows rows = lots_(word(unit), account.person, account.program, micros(at)); rows.next();) {
        Book book = read(rows);
        if (draw == Draw::any || (draw == Draw::own) == (book.kind == BookKind::own)) books.push_back(std::move(book));
    }
    return books;
}

std::vector<std::int64_t> Books::expired(Moment at) {
    std::vector<std::int64_t> books;
    for (Statement::Rows rows = expired_(micros(at)); rows.next();) books.push_back(rows.number(0));
    return books;
}

std::int64_t Books::held(const Book& book, Moment at, std::optional<std::int64_t> entry) {
    std::int64_t held = book.pending;
    if (held == 0) return 0;
    Statement::Rows rows = entry ? overdue_after_(book.id, *entry, micros(at)) : overdue_(book.id, micros(at));
    while (rows.next()) held -= rows.number(0);
    return held;
}

bool Books::look_back(Book& book, std::int64_t entry) {
    Statement::Rows rows = after_(book.id, entry);
    const bool began = rows.next();
    book.posted = began ? rows.number(0) : 0;
    book.pending = began ? rows.number(1) : 0;
    return began;
}

Balance Books::balance(const Payer& payer, Moment at, std::optional<std::int64_t> entry) {
    Balance balance;
    const std::string who = to_text(payer);
    for (Book& book : payers(payer, Draw::any, Moment::min())) {
        if (entry) look_back(book, *entry);
        const std::int64_t held = this->held(book, at, entry);
        Amount& free = book.expires > at ? balance.available : balance.expired;
        free = Amount(checked_sum(free.units(), book.posted - held, who));
        balance.reserved = Amount(checked_sum(balance.reserved.units(), held, who));
    }
    return balance;
}

}  // namespace gradus
