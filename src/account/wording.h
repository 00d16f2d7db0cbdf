#pragma once

#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <gradus/account/request.h>
#include <gradus/base/table.h>
#include <gradus/base/units.h>

#include "base/day_text.h"

namespace gradus {

/// "2026-03-01 09:30:00", with the fraction of a second where it has one. UTC.
std::string to_text(Moment moment);

/// An amount as people write it: "12.50 EUR", "8 h 30 min", "3 items".
std::string to_text(Amount amount, AccountKind kind, std::string_view currency);

/// "person E1, programme P, money" or "fund F, hours".
std::string to_text(const Payer& payer);

template <class E>
std::string_view word(E value) {
    return Words<E>::names[static_cast<std::size_t>(value)];
}

/// The value of that name, or nothing.
template <class E>
std::optional<E> from_word(std::string_view word) {
    for (std::size_t i = 0; i < std::size(Words<E>::names); ++i)
        if (Words<E>::names[i] == word) return static_cast<E>(i);
    return std::nullopt;
}

}  // namespace gradus
