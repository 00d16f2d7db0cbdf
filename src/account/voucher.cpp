#include "account/voucher.h"

#include <algorithm>

#include "account/wording.h"

namespace gradus {

std::size_t Voucher::place(const Book& book) {
    if (book.id != 0) {
        const auto [found, fresh] = places_.try_emplace(book.id, books_.size());
        if (!fresh) return found->second;
    } else {
        const auto same =
            std::find_if(books_.begin(), books_.end(), [&](const Book& b) { return b.same_account(book); });
        if (same != books_.end()) return static_cast<std::size_t>(same - books_.begin());
    }
    books_.push_back(book);
    return books_.size() - 1;
}

void Voucher::move(std::size_t place, std::int64_t posted, std::int64_t pending, std::int64_t reservation) {
    Book& book = books_[place];
    const std::string_view kind = word(book.kind);
    book.posted = checked_sum(book.posted, posted, kind, row_);
    book.pending = checked_sum(book.pending, pending, kind, row_);
    moves_.push_back({.book = place,
                      .posted = posted,
                      .pending = pending,
                      .reservation = reservation,
                      .posted_after = book.posted,
                      .pending_after = book.pending});
}

void Voucher::move_between(std::size_t from, std::size_t to, std::int64_t amount) {
    move(from, -amount, 0);
    move(to, amount, 0);
}

}  // namespace gradus
