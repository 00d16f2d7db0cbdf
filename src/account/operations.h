#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gradus/account/request.h>

#include "account/book.h"
#include "account/fields.h"
#include "account/journal.h"
#include "account/store.h"
#include "account/voucher.h"

namespace gradus {

/// Open reservations as the file has them.
class Reservations {
public:
    explicit Reservations(Store& store);

    struct Part {
        std::int64_t book = 0;
        std::int64_t amount = 0;
    };
    struct State {
        Reservation reservation;
        std::int64_t resolved = 0;  ///< number of the transaction that resolved it; 0: open
    };
    State state(std::int64_t number);
    /// What it holds of which books, in the order in which they are used.
    std::vector<Part> parts(std::int64_t number);
    /// Open ones that hold something of a book and have expired by then.
    std::vector<Reservation> overdue(std::int64_t book, Moment at);
    /// All open ones that have expired by then, the first to expire first.
    std::vector<Reservation> overdue(Moment at);

private:
    Statement state_, parts_, overdue_of_book_, overdue_;
};

/// Works out what a request would move, or why it is refused. Nothing is written. Within a transaction of the file.
class Operations {
public:
    Operations(Store& store, Journal& journal, Books& books)
        : journal_(journal), books_(books), reservations_(store),
          posted_(store,
                  "SELECT e.book, e.posted FROM transactions t JOIN entries e ON e.entry >= t.first_entry AND "
                  "e.entry < t.first_entry + t.entries WHERE t.number = ?1 AND e.posted <> 0 ORDER BY e.entry") {}

    /// @throws Error unknown_key, out_of_range.
    std::variant<Voucher, Denial> work_out(const Fields& fields, std::int64_t row);

private:
    using Outcome = std::variant<Voucher, Denial>;

    Outcome supply(const Fields& fields, Voucher voucher);
    Outcome grant(const Fields& fields, Voucher voucher);
    Outcome contribute(const Fields& fields, Voucher voucher);
    Outcome reserve(const Fields& fields, Voucher voucher);
    Outcome post(const Fields& fields, Voucher voucher);
    Outcome give_up(const Fields& fields, Voucher voucher);
    Outcome expire(const Fields& fields, Voucher voucher);
    Outcome transfer(const Fields& fields, Voucher voucher);
    Outcome claw_back(const Fields& fields, Voucher voucher);
    Outcome reverse(const Fields& fields, Voucher voucher);

    struct Open {
        Reservation reservation;
        std::vector<Reservations::Part> parts;
    };
    /// The reservation that a request names, if it can still be resolved at that moment.
    std::variant<Open, Denial> open_reservation(const Fields& fields, std::int64_t row);
    Recorded subject(const Fields& fields, std::int64_t row, const char* column);

    /// Where the amount comes from.
    struct Share {
        std::size_t place = 0;
        std::int64_t amount = 0;
    };
    struct Paid {
        std::vector<Share> shares;
        std::int64_t available = 0;
        std::int64_t reserved = 0;
        bool enough = false;
    };
    Paid pay(Voucher& voucher, const std::vector<Book>& books, std::int64_t amount, Moment at);
    Denial not_enough(const Fields& fields, const Paid& paid, const std::string& who, const std::string& remedy) const;
    /// Ends the reservations that hold something of the book and have expired: what they held is free.
    void release_overdue(Voucher& voucher, std::int64_t book, Moment at);
    void release(Voucher& voucher, const Reservation& reservation);
    /// The place of a book of the file, which is read once.
    std::size_t place_of(Voucher& voucher, std::int64_t book);
    std::string text(std::int64_t amount, AccountKind kind) const;

    Journal& journal_;
    Books& books_;
    Reservations reservations_;
    Statement posted_;
};

}  // namespace gradus
