#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/cell.h"
#include "organization/fault.h"

#include <gradus/base/table.h>

namespace gradus {

/// A value, or why there is none.
template <class T>
struct Parsed {
    T value{};
    Fault fault = Fault::none;
};

/// Numbers beyond this are taken for errors, so that sums of them never overflow.
inline constexpr double absurd = 1e15;

// One locale-free grammar for text: the whole cell, without spaces around it. Numbers: -12.5, .5, 1e3 (no thousands
// separators, no plus, no inf or nan). Booleans: true, True, TRUE, yes, 1 and false, False, FALSE, no, 0.
// Dates: 2026-03-31, also with a time at midnight (2026-03-31T00:00:00, 2026-03-31 00:00:00.000).
// Moments: 2026-03-31T09:30:00Z, with a space for the T, without seconds or with a fraction of one, +02:00, +0200 or +02 for
// the Z; or a date.
// Empty text is missing. So is NaN, but not where a number is expected: there it would hide a failed computation.

Parsed<double> parse_real(const Cell& cell);
Parsed<std::int32_t> parse_integer(const Cell& cell);
Parsed<bool> parse_boolean(const Cell& cell);
/// Days since 1970-01-01.
Parsed<std::int32_t> parse_date(const Cell& cell);
/// Microseconds since 1970 in UTC: a day is its first moment, a time of day needs a zone (Z, or an offset such as +02:00).
Parsed<std::int64_t> parse_moment(const Cell& cell);
/// A number in units of 10^-digits: exact, but that a float may be 1e-6 of a unit off.
Parsed<std::int64_t> parse_decimal(const Cell& cell, int digits);
/// Decimal hours as whole minutes, at most 1e-6 of a minute off.
Parsed<std::int64_t> parse_minutes(const Cell& cell);
/// The index of one of `words`.
Parsed<std::uint8_t> parse_word(const Cell& cell, std::span<const std::string_view> words);

/// Room for the text of a number.
using Digits = char[64];
/// A key: text, or a whole number as its decimal digits. The text lies in the cell or in `digits`. UTF-8 is not checked.
Parsed<std::string_view> parse_key(const Cell& cell, Digits& digits);
/// A label: text, or any number, day or truth value as text.
Parsed<std::string_view> parse_label(const Cell& cell, Digits& digits);

/// `fault`, or Fault::outside if the number is outside the column's range.
template <class T>
Parsed<T> within(Parsed<T> parsed, const Field& field, double number) {
    if (parsed.fault == Fault::none &&
        !(number >= field.low && number <= field.high && !(field.above_low && number == field.low)))
        parsed.fault = Fault::outside;
    return parsed;
}

/// The shortest text of a number: 0.5, 3.
std::string number(double value);

}  // namespace gradus
