#include "organization/fault.h"

#include <cmath>

#include "organization/parse.h"

namespace gradus {

Code code_of(Fault fault) {
    switch (fault) {
    case Fault::none: return Code::ok;
    case Fault::missing:
    case Fault::no_kind: return Code::missing_value;
    case Fault::not_utf8: return Code::invalid_text;
    case Fault::not_word: return Code::unknown_word;
    case Fault::nan:
    case Fault::absurd:
    case Fault::outside:
    case Fault::no_such_day:
    case Fault::off_scale: return Code::out_of_range;
    case Fault::not_whole:
    case Fault::too_many_decimals:
    case Fault::not_minutes:
    case Fault::not_midnight:
    case Fault::zoned:
    case Fault::unzoned:
    case Fault::not_micros: return Code::lossy;
    case Fault::unknown_key: return Code::unknown_key;
    case Fault::no_such_table: return Code::missing_table;
    case Fault::unknown_level: return Code::unknown_level;
    case Fault::not_text:
    case Fault::not_number:
    case Fault::not_date:
    case Fault::not_moment:
    case Fault::not_boolean: return Code::wrong_type;
    }
    return Code::internal;
}

namespace {

std::string range(const Field& field) {
    const bool below = std::isfinite(field.low), above = std::isfinite(field.high);
    if (below && above) return "is not between " + number(field.low) + " and " + number(field.high);
    if (above) return "is above " + number(field.high);
    return (field.above_low ? "is not above " : "is below ") + number(field.low);
}

}  // namespace

std::string explain(Fault fault, const AnyColumn& column, int minor_digits) {
    switch (fault) {
    case Fault::missing: return "is missing";
    case Fault::not_text: return column.type() == Type::key ? "is not a key (text or a whole number)" : "is not text";
    case Fault::not_utf8: return "is not UTF-8 text";
    case Fault::not_number: return "is not a number (digits and a decimal point, such as 1234.5)";
    case Fault::nan: return "is not a number; where a value is not known, leave the cell empty (null)";
    case Fault::absurd: return "is too large";
    case Fault::outside: return range(column.field());
    case Fault::not_whole: return "is not a whole number";
    case Fault::too_many_decimals:
        return "has more than " + std::to_string(minor_digits) + (minor_digits == 1 ? " decimal" : " decimals");
    case Fault::not_minutes: return "is not a whole number of minutes";
    case Fault::not_date: return "is not a date (YYYY-MM-DD)";
    case Fault::no_such_day: return "is not a day of the calendar (years 1 to 9999)";
    case Fault::not_midnight: return "is not at midnight; give the day alone";
    case Fault::zoned: return "has a time zone; give the day alone";
    case Fault::not_moment: return "is not a moment (2026-03-31T09:30:00Z; a day is its first moment in UTC)";
    case Fault::unzoned: return "has no time zone; end it with Z for UTC, or with an offset such as +02:00";
    case Fault::not_micros: return "is finer than a microsecond";
    case Fault::not_boolean: return "is neither true nor false";
    default: return "is not valid";
    }
}

}  // namespace gradus
