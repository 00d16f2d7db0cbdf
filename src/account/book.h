#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/ledger_tables.h>
#include <gradus/account/request.h>
#include <gradus/base/table.h>
#include <gradus/base/units.h>

#include "account/store.h"

namespace gradus {

constexpr Moment never = Moment::max();

/// A moment as the file keeps it.
constexpr std::int64_t micros(Moment moment) { return moment.time_since_epoch().count(); }
/// A day as the file keeps it.
constexpr std::int64_t days(Date day) { return day.time_since_epoch().count(); }
/// @throws Error damaged for a number that no day has: cut off, it would pass for another day.
Date day_at(std::int64_t days);
constexpr Moment moment_at(std::int64_t micros) { return Moment(Moment::duration(micros)); }

/// One account of the double entry, and what it holds.
struct Book {
    std::int64_t id = 0;  ///< 0: not in the file yet
    BookKind kind = BookKind::supply;
    AccountKind unit = AccountKind::money;
    std::string person{};
    std::string program{};
    std::string name{};
    Moment expires = never;
    std::int64_t posted = 0;
    std::int64_t pending = 0;  ///< held by reservations

    /// Never less than nothing available.
    bool guarded() const { return kind == BookKind::fund || kind == BookKind::lot || kind == BookKind::own; }
    std::int64_t available() const { return posted - pending; }
    bool same_account(const Book& other) const {
        return kind == other.kind && unit == other.unit && person == other.person && program == other.program &&
               name == other.name && expires == other.expires;
    }
};

/// a + b. @throws Error out_of_range if it does not fit 64 bits, with both numbers, `what` they are of
/// and the row of the request.
std::int64_t checked_sum(std::int64_t a, std::int64_t b, std::string_view what, std::int64_t row = 0);

/// Finds books in the file. Within a transaction of the file.
class Books {
public:
    explicit Books(Store& store);

    Book at(std::int64_t id);
    /// The book as it is in the file, or `book` itself with id 0.
    Book found(Book book);
    /// What may pay, in the order in which it is used: of a fund its one book (id 0 if it is not there yet), of an account its
    /// lots that have not expired at that moment.
    std::vector<Book> payers(const Payer& payer, Draw draw, Moment at);
    /// Lots that have expired by then and are not empty, the first to expire first.
    std::vector<std::int64_t> expired(Moment at);
    /// What a payer has at a moment that is not before the last transaction; or what it had when `entry` was the last one.
    Balance balance(const Payer& payer, Moment at, std::optional<std::int64_t> entry = {});
    /// What reservations that have not expired by then hold of a book; with `entry`, of one looked back at.
    std::int64_t held(const Book& book, Moment at, std::optional<std::int64_t> entry = {});
    /// Sets what the book held when `entry` was the last one. False if it had not begun.
    bool look_back(Book& book, std::int64_t entry);

private:
    Statement by_id_, by_name_, lots_, expired_, overdue_, after_, overdue_after_;
};

}  // namespace gradus
