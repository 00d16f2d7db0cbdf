#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/cell.h"

#include <gradus/base/error.h>
#include <gradus/base/table.h>

namespace gradus {

/// Why a cell is not a value of its column.
enum class Fault : std::uint8_t {
    none,
    missing,         ///< nothing is in the cell: a fault only where the column is required
    not_text,        ///< a key or a text of another type
    not_utf8,
    not_word,
    not_number,
    nan,
    absurd,          ///< beyond ±1e15
    outside,         ///< outside the range of the column
    not_whole,
    too_many_decimals,
    not_minutes,
    not_date,
    no_such_day,
    not_midnight,
    zoned,
    not_boolean,
    unknown_key,
    no_such_table,   ///< a key of a table that was not given
    unknown_level,
    off_scale,
    no_kind,         ///< an amount in a row that does not say of what
};

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
// Empty text is missing. So is NaN, but not where a number is expected: there it would hide a failed computation.

Parsed<double> parse_real(const Cell& cell);
Parsed<std::int32_t> parse_integer(const Cell& cell);
Parsed<bool> parse_boolean(const Cell& cell);
/// Days since 1970-01-01.
Parsed<std::int32_t> parse_date(const Cell& cell);
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
    if (parsed.fault == Fault::none
        && !(number >= field.low && number <= field.high && !(field.above_low && number == field.low)))
        parsed.fault = Fault::outside;
    return parsed;
}

Code code_of(Fault fault);
/// The end of a sentence that begins with the column and the cell: "is not a number".
std::string explain(Fault fault, const AnyColumn& column, int minor_digits);

/// The shortest text of a number: 0.5, 3.
std::string number(double value);

}  // namespace gradus
