#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <gradus/base/units.h>

#include "account/book.h"

namespace gradus {

/// Why a request is not applied.
struct Denial {
    std::string rule;
    Amount available = missing<Amount>();
    Amount asked = missing<Amount>();
    Amount limit = missing<Amount>();
    std::string message;
    Date from = missing<Date>();
};

/// One entry: what it moves, and what its book holds afterwards.
struct Move {
    std::size_t book = 0;  ///< place in Voucher::books
    std::int64_t posted = 0;
    std::int64_t pending = 0;
    std::int64_t reservation = 0;  ///< number of the transaction whose hold begins or ends; 0: none
    std::int64_t posted_after = 0;
    std::int64_t pending_after = 0;
};

/// A reservation that is not resolved.
struct Reservation {
    std::int64_t number = 0;  ///< of its transaction
    Moment expires = never;
    std::int64_t amount = 0;
};

/// The entries of one transaction before they are written.
class Voucher {
public:
    /// `number`: of the transaction that they will be of; `row`: of the request, for errors.
    Voucher(std::int64_t number, std::int64_t row) : number_(number), row_(row) {}

    std::int64_t number() const { return number_; }
    std::int64_t row() const { return row_; }
    /// The place of a book, as it stands after the moves so far.
    std::size_t place(const Book& book);
    /// The place of the book of that id, or nothing if it has none yet.
    std::optional<std::size_t> place(std::int64_t id) const {
        const auto found = places_.find(id);
        return found == places_.end() ? std::nullopt : std::optional(found->second);
    }
    Book& book(std::size_t place) { return books_[place]; }
    const std::vector<Book>& books() const { return books_; }
    const std::vector<Move>& moves() const { return moves_; }

    /// @throws Error out_of_range where what a book holds would leave 64 bits.
    void move(std::size_t place, std::int64_t posted, std::int64_t pending, std::int64_t reservation = 0);
    /// Both ends of a movement.
    void move_between(std::size_t from, std::size_t to, std::int64_t amount);

    /// Ends a reservation; its holds are ended by moves. True the first time.
    bool resolve(const Reservation& reservation) { return resolved_.emplace(reservation.number, reservation).second; }
    /// By number.
    const std::map<std::int64_t, Reservation>& resolved() const { return resolved_; }

    /// The reservation that this transaction is.
    std::optional<Reservation> opened{};
    Amount available = missing<Amount>();  ///< for the receipt
    Amount asked = missing<Amount>();

private:
    std::vector<Book> books_;
    std::unordered_map<std::int64_t, std::size_t> places_;  // by id
    std::vector<Move> moves_;
    std::map<std::int64_t, Reservation> resolved_;
    std::int64_t number_;
    std::int64_t row_;
};

}  // namespace gradus
