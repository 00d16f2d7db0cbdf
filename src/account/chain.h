#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gradus/base/units.h>

#include "account/book.h"
#include "account/recorded.h"
#include "account/voucher.h"
#include "account/wording.h"
#include "base/sha256.h"

namespace gradus {

/// The bytes of which a row's link in the chain is made: docs/methods/ledger.md.
std::string canonical(const Recorded& transaction);
std::string canonical(std::int64_t entry, std::int64_t number, const Book& book, const Move& move);
/// The link of a row: of the link before it and its own bytes.
Sha256::Value link(std::string_view before, std::string_view bytes);
/// What the first row is linked to.
Sha256::Value first_link(std::string_view currency, bool play_money);

inline std::string_view view(const Sha256::Value& value) {
    return {reinterpret_cast<const char*>(value.data()), value.size()};
}

// As the file keeps what may be absent: a number that is none, a word that is empty.
inline std::optional<std::int64_t> perhaps(Amount amount) {
    return is_missing(amount) ? std::nullopt : std::optional(amount.units());
}
inline std::optional<std::int64_t> perhaps(const std::optional<Amount>& amount) {
    return amount ? std::optional(amount->units()) : std::nullopt;
}
inline std::optional<std::int64_t> perhaps(const std::optional<Moment>& moment) {
    return moment ? std::optional(micros(*moment)) : std::nullopt;
}
inline std::optional<std::int64_t> perhaps(const std::optional<Date>& day) {
    return day ? std::optional(days(*day)) : std::nullopt;
}
inline std::optional<std::int64_t> perhaps(Date day) {
    return is_missing(day) ? std::nullopt : std::optional(days(day));
}
template <class E>
std::string_view word_or_nothing(const std::optional<E>& value) {
    return value ? word(*value) : std::string_view();
}

}  // namespace gradus
