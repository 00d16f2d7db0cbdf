#pragma once

#include <cstdint>
#include <string>

#include <gradus/base/error.h>
#include <gradus/base/table.h>

namespace gradus {

/// Why a cell is not a value of its column.
enum class Fault : std::uint8_t {
    none,
    missing,   ///< nothing is in the cell: a fault only where the column is required
    not_text,  ///< a key or a text of another type
    not_utf8,
    not_word,
    not_number,
    nan,
    absurd,   ///< beyond ±1e15
    outside,  ///< outside the range of the column
    not_whole,
    too_many_decimals,
    not_minutes,
    not_date,
    no_such_day,
    not_midnight,
    zoned,
    not_moment,
    unzoned,     ///< a moment that does not say of which time zone
    not_micros,  ///< a moment finer than a microsecond
    not_boolean,
    unknown_key,
    no_such_table,  ///< a key of a table that was not given
    unknown_level,
    off_scale,
    no_kind,  ///< an amount in a row that does not say of what
};

Code code_of(Fault fault);
/// The end of a sentence that begins with the column and the cell: "is not a number".
std::string explain(Fault fault, const AnyColumn& column, int minor_digits);

}  // namespace gradus
