#include "organization/parse.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace gradus {

namespace {

constexpr int128 absurd_integer = 1'000'000'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// mantissa × 10^exponent.
struct Decimal {
    int128 mantissa = 0;
    int exponent = 0;
};

/// Exact, by the same grammar as std::from_chars of a double.
Parsed<Decimal> decimal_of(std::string_view text) {
    std::size_t i = 0;
    const bool negative = i < text.size() && text[i] == '-';
    i += negative;
    Decimal decimal;
    bool any = false, fraction = false;
    for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !fraction)); ++i) {
        if (text[i] == '.') {
            fraction = true;
            continue;
        }
        any = true;
        if (decimal.mantissa > std::numeric_limits<std::int64_t>::max()) {
            // Digits that no value within bounds can need: zeros at the end of a fraction, or a fault.
            if (!fraction) return {{}, Fault::absurd};
            if (text[i] != '0') return {{}, Fault::too_many_decimals};
            continue;
        }
        decimal.mantissa = decimal.mantissa * 10 + (text[i] - '0');
        decimal.exponent -= fraction;
    }
    if (!any) return {{}, Fault::not_number};
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        if (++i < text.size() && text[i] == '+') ++i;
        int exponent = 0;
        const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
        if (error == std::errc::result_out_of_range || std::abs(exponent) > 1000) return {{}, Fault::absurd};
        if (error != std::errc()) return {{}, Fault::not_number};
        decimal.exponent += exponent;
        i = static_cast<std::size_t>(end - text.data());
    }
    if (i != text.size()) return {{}, Fault::not_number};
    if (negative) decimal.mantissa = -decimal.mantissa;
    return {decimal};
}

/// mantissa × 10^exponent as a whole number.
Parsed<std::int64_t> whole(Decimal decimal, Fault fraction) {
    for (; decimal.exponent > 0 && decimal.mantissa != 0; --decimal.exponent) {
        if (decimal.mantissa > absurd_integer || decimal.mantissa < -absurd_integer) return {0, Fault::absurd};
        decimal.mantissa *= 10;
    }
    for (; decimal.exponent < 0 && decimal.mantissa != 0; ++decimal.exponent) {
        if (decimal.mantissa % 10 != 0) return {0, fraction};
        decimal.mantissa /= 10;
    }
    if (decimal.mantissa > absurd_integer || decimal.mantissa < -absurd_integer) return {0, Fault::absurd};
    return {static_cast<std::int64_t>(decimal.mantissa)};
}

/// A float that stands for a whole number of units, which a float can only nearly be.
Parsed<std::int64_t> nearly_whole(double units, Fault fraction) {
    if (!(std::abs(units) <= absurd)) return {0, Fault::absurd};
    const double rounded = std::nearbyint(units);
    if (std::abs(units - rounded) > 1e-6) return {0, fraction};
    return {static_cast<std::int64_t>(rounded)};
}

Parsed<double> finite(double value) {
    if (std::isnan(value)) return {0, Fault::nan};
    if (!(std::abs(value) <= absurd)) return {0, Fault::absurd};
    return {value + 0.0};  // -0.0 is 0: they must not differ in a digest
}

Parsed<std::int32_t> day(std::int64_t days) {
    using namespace std::chrono;
    constexpr auto first = sys_days(year(1) / 1 / 1).time_since_epoch().count();
    constexpr auto last = sys_days(year(9999) / 12 / 31).time_since_epoch().count();
    if (days < first || days > last) return {0, Fault::no_such_day};
    return {static_cast<std::int32_t>(days)};
}

/// "", or a time at midnight after 'T' or a space.
Fault check_midnight(std::string_view time) {
    if (time.empty()) return Fault::none;
    if ((time[0] != 'T' && time[0] != ' ') || time.size() < 6) return Fault::not_date;
    constexpr std::string_view form = "00:00:00.";
    bool midnight = true;
    std::size_t i = 1;
    for (; i < time.size(); ++i) {
        const char expected = i - 1 < form.size() ? form[i - 1] : '0';
        if (expected == '0' ? !is_digit(time[i]) : time[i] != expected) break;
        midnight = midnight && (expected != '0' || time[i] == '0');
    }
    if (i != 6 && i != 9 && i < 11) return Fault::not_date;
    if (i < time.size()) return time[i] == 'Z' || time[i] == '+' || time[i] == '-' ? Fault::zoned : Fault::not_date;
    return midnight ? Fault::none : Fault::not_midnight;
}

/// The number of so many digits from a place on; -1: they are not digits.
int digits_at(std::string_view text, std::size_t from, std::size_t size) {
    if (from + size > text.size()) return -1;
    int value = 0;
    for (std::size_t i = from; i < from + size; ++i)
        value = is_digit(text[i]) && value >= 0 ? value * 10 + text[i] - '0' : -1;
    return value;
}

Parsed<std::int32_t> date_of(std::string_view text) {
    if (text.size() < 10 || text[4] != '-' || text[7] != '-') return {0, Fault::not_date};
    const int year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), of_month = digits_at(text, 8, 2);
    if (year < 0 || month < 0 || of_month < 0) return {0, Fault::not_date};
    if (const Fault fault = check_midnight(text.substr(10)); fault != Fault::none) return {0, fault};
    const std::chrono::year_month_day date(std::chrono::year{year}, std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(of_month)));
    if (!date.ok()) return {0, Fault::no_such_day};
    return day(std::chrono::sys_days(date).time_since_epoch().count());
}

constexpr std::int64_t second = 1'000'000, micros_per_day = 86'400 * second;

/// "Z", "+02:00", "+0200" or "+02" as microseconds ahead of UTC.
Parsed<std::int64_t> offset_of(std::string_view text) {
    if (text.empty()) return {0, Fault::unzoned};
    if (text == "Z") return {0};
    const int hours = digits_at(text, 1, 2);
    const bool short_form = text.size() == 3, colon = text.size() == 6 && text[3] == ':';
    const int minutes = short_form ? 0 : digits_at(text, colon ? 4 : 3, 2);
    if ((text[0] != '+' && text[0] != '-') || (!short_form && !colon && text.size() != 5) || hours < 0 || hours > 23 ||
        minutes < 0 || minutes > 59)
        return {0, Fault::not_moment};
    return {(text[0] == '-' ? -1 : 1) * (hours * 60 + minutes) * 60 * second};
}

/// What follows a day: a time and its zone, as microseconds since the day began in UTC.
Parsed<std::int64_t> time_of(std::string_view text) {
    const int hour = digits_at(text, 1, 2), minute = digits_at(text, 4, 2);
    if ((text[0] != 'T' && text[0] != ' ') || hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[3] != ':')
        return {0, Fault::not_moment};
    std::int64_t micros = (hour * 60 + minute) * 60 * second;
    std::size_t i = 6;
    if (i < text.size() && text[i] == ':') {
        const int seconds = digits_at(text, i + 1, 2);
        if (seconds < 0 || seconds > 59) return {0, Fault::not_moment};
        micros += seconds * second;
        i += 3;
        if (i < text.size() && text[i] == '.') {
            const std::size_t first = ++i;
            for (std::int64_t unit = second / 10; i < text.size() && is_digit(text[i]); ++i, unit /= 10) {
                if (unit == 0 && text[i] != '0') return {0, Fault::not_micros};
                micros += unit * (text[i] - '0');
            }
            if (i == first) return {0, Fault::not_moment};
        }
    }
    const Parsed<std::int64_t> offset = offset_of(text.substr(i));
    return {micros - offset.value, offset.fault};
}

Parsed<std::int64_t> moment(std::int64_t micros) {
    const std::int64_t days = micros / micros_per_day - (micros % micros_per_day < 0);
    return {micros, day(days).fault};
}

Parsed<std::int64_t> moment_of(std::string_view text) {
    const Parsed<std::int32_t> date = date_of(text.substr(0, 10));
    if (date.fault == Fault::no_such_day) return {0, date.fault};
    if (date.fault != Fault::none) return {0, Fault::not_moment};
    const Parsed<std::int64_t> time = text.size() > 10 ? time_of(text.substr(10)) : Parsed<std::int64_t>{};
    if (time.fault != Fault::none) return {0, time.fault};
    return moment(date.value * micros_per_day + time.value);
}

std::string_view view(const Digits& digits, const char* end) {
    return {digits, static_cast<std::size_t>(end - digits)};
}

template <class T>
std::string_view print(Digits& digits, T value) {
    return view(digits, std::to_chars(digits, std::end(digits), value).ptr);
}

}  // namespace

Parsed<double> parse_real(const Cell& cell) {
    switch (cell.kind) {
    case Cell::Kind::missing: return {0, Fault::missing};
    case Cell::Kind::integer: return finite(static_cast<double>(cell.integer));
    case Cell::Kind::real: return finite(cell.real);
    case Cell::Kind::decimal: {
        const double power = std::pow(10.0, std::abs(cell.scale));
        const auto mantissa = static_cast<double>(cell.decimal);
        return finite(cell.scale >= 0 ? mantissa / power : mantissa * power);
    }
    case Cell::Kind::text: {
        if (cell.text.empty()) return {0, Fault::missing};
        const char* const end = cell.text.data() + cell.text.size();
        double value = 0;
        const auto [rest, error] = std::from_chars(cell.text.data(), end, value);
        if (rest != end || error == std::errc::invalid_argument || !std::isfinite(value)) return {0, Fault::not_number};
        if (error != std::errc()) return {0, Fault::absurd};
        return finite(value);
    }
    default: return {0, Fault::not_number};
    }
}

Parsed<std::int32_t> parse_integer(const Cell& cell) {
    const Parsed<double> real = parse_real(cell);
    if (real.fault != Fault::none) return {0, real.fault};
    if (real.value != std::floor(real.value)) return {0, Fault::not_whole};
    if (std::abs(real.value) > std::numeric_limits<std::int32_t>::max()) return {0, Fault::absurd};
    return {static_cast<std::int32_t>(real.value)};
}

Parsed<bool> parse_boolean(const Cell& cell) {
    switch (cell.kind) {
    case Cell::Kind::missing: return {false, Fault::missing};
    case Cell::Kind::boolean: return {cell.integer != 0};
    case Cell::Kind::integer:
        return {cell.integer == 1, cell.integer == 0 || cell.integer == 1 ? Fault::none : Fault::not_boolean};
    case Cell::Kind::real:
        if (std::isnan(cell.real)) return {false, Fault::missing};
        return {cell.real == 1, cell.real == 0 || cell.real == 1 ? Fault::none : Fault::not_boolean};
    case Cell::Kind::text:
        if (cell.text.empty()) return {false, Fault::missing};
        for (const std::string_view word : {"true", "True", "TRUE", "yes", "1"})
            if (cell.text == word) return {true};
        for (const std::string_view word : {"false", "False", "FALSE", "no", "0"})
            if (cell.text == word) return {false};
        return {false, Fault::not_boolean};
    default: return {false, Fault::not_boolean};
    }
}

Parsed<std::int32_t> parse_date(const Cell& cell) {
    switch (cell.kind) {
    case Cell::Kind::missing: return {0, Fault::missing};
    case Cell::Kind::date: return day(cell.integer);
    case Cell::Kind::timestamp:
        if (cell.zoned) return {0, Fault::zoned};
        if (cell.integer % cell.ticks_per_day != 0) return {0, Fault::not_midnight};
        return day(cell.integer / cell.ticks_per_day);
    case Cell::Kind::real: return {0, std::isnan(cell.real) ? Fault::missing : Fault::not_date};
    case Cell::Kind::text: return cell.text.empty() ? Parsed<std::int32_t>{0, Fault::missing} : date_of(cell.text);
    default: return {0, Fault::not_date};
    }
}

Parsed<std::int64_t> parse_moment(const Cell& cell) {
    switch (cell.kind) {
    case Cell::Kind::missing: return {0, Fault::missing};
    case Cell::Kind::date: {
        const Parsed<std::int32_t> date = day(cell.integer);
        return {date.value * micros_per_day, date.fault};
    }
    case Cell::Kind::timestamp: {
        if (!cell.zoned) return {0, Fault::unzoned};
        const int128 micros = static_cast<int128>(cell.integer) * micros_per_day;
        if (micros % cell.ticks_per_day != 0) return {0, Fault::not_micros};
        const int128 whole = micros / cell.ticks_per_day;
        if (whole > INT64_MAX || whole < INT64_MIN) return {0, Fault::no_such_day};
        return moment(static_cast<std::int64_t>(whole));
    }
    case Cell::Kind::real: return {0, std::isnan(cell.real) ? Fault::missing : Fault::not_moment};
    case Cell::Kind::text: return cell.text.empty() ? Parsed<std::int64_t>{0, Fault::missing} : moment_of(cell.text);
    default: return {0, Fault::not_moment};
    }
}

Parsed<std::int64_t> parse_decimal(const Cell& cell, int digits) {
    const Fault fraction = digits == 0 ? Fault::not_whole : Fault::too_many_decimals;
    switch (cell.kind) {
    case Cell::Kind::missing: return {0, Fault::missing};
    case Cell::Kind::integer: return whole({cell.integer, digits}, fraction);
    case Cell::Kind::decimal: return whole({cell.decimal, digits - cell.scale}, fraction);
    case Cell::Kind::real:
        if (std::isnan(cell.real)) return {0, Fault::nan};
        return nearly_whole(cell.real * std::pow(10.0, digits), fraction);
    case Cell::Kind::text: {
        if (cell.text.empty()) return {0, Fault::missing};
        const Parsed<Decimal> decimal = decimal_of(cell.text);
        if (decimal.fault == Fault::too_many_decimals) return {0, fraction};
        if (decimal.fault != Fault::none) return {0, decimal.fault};
        // Nine thousand to those who group digits by dots: 9.000 must not pass for nine.
        if (decimal.value.exponent == -3 && digits < 3) return {0, fraction};
        return whole({decimal.value.mantissa, decimal.value.exponent + digits}, fraction);
    }
    default: return {0, Fault::not_number};
    }
}

Parsed<std::int64_t> parse_minutes(const Cell& cell) {
    const Parsed<double> hours = parse_real(cell);
    if (hours.fault != Fault::none) return {0, hours.fault};
    return nearly_whole(hours.value * 60, Fault::not_minutes);
}

Parsed<std::uint8_t> parse_word(const Cell& cell, std::span<const std::string_view> words) {
    if (cell.kind == Cell::Kind::missing) return {0, Fault::missing};
    if (cell.kind == Cell::Kind::real && std::isnan(cell.real)) return {0, Fault::missing};
    if (cell.kind != Cell::Kind::text) return {0, Fault::not_word};
    if (cell.text.empty()) return {0, Fault::missing};
    const auto found = std::find(words.begin(), words.end(), cell.text);
    if (found == words.end()) return {0, Fault::not_word};
    return {static_cast<std::uint8_t>(found - words.begin())};
}

Parsed<std::string_view> parse_key(const Cell& cell, Digits& digits) {
    switch (cell.kind) {
    case Cell::Kind::text: return {cell.text, cell.text.empty() ? Fault::missing : Fault::none};
    case Cell::Kind::missing: return {{}, Fault::missing};
    case Cell::Kind::integer: return {print(digits, cell.integer)};
    case Cell::Kind::decimal: {
        const Parsed<std::int64_t> value = whole({cell.decimal, -cell.scale}, Fault::not_whole);
        if (value.fault != Fault::none) return {{}, value.fault};
        return {print(digits, value.value)};
    }
    case Cell::Kind::real:
        if (std::isnan(cell.real)) return {{}, Fault::missing};
        if (!(std::abs(cell.real) <= absurd)) return {{}, Fault::absurd};
        if (cell.real != std::floor(cell.real)) return {{}, Fault::not_whole};
        return {print(digits, static_cast<std::int64_t>(cell.real))};
    default: return {{}, Fault::not_text};
    }
}

Parsed<std::string_view> parse_label(const Cell& cell, Digits& digits) {
    switch (cell.kind) {
    case Cell::Kind::boolean: return {cell.integer ? "true" : "false"};
    case Cell::Kind::real:
        if (!std::isfinite(cell.real) || cell.real == std::floor(cell.real)) return parse_key(cell, digits);
        return {print(digits, cell.real)};
    case Cell::Kind::decimal: {
        const Parsed<double> value = parse_real(cell);
        return {value.fault == Fault::none ? print(digits, value.value) : std::string_view(), value.fault};
    }
    case Cell::Kind::date:
    case Cell::Kind::timestamp: {
        const Parsed<std::int32_t> days = parse_date(cell);
        if (days.fault != Fault::none) return {{}, days.fault};
        const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days.value))};
        const int size = std::snprintf(digits, sizeof digits, "%04d-%02u-%02u", static_cast<int>(date.year()),
                                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
        return {view(digits, digits + size)};
    }
    default: return parse_key(cell, digits);
    }
}

std::string number(double value) {
    Digits digits;
    return std::string(print(digits, value));
}

}  // namespace gradus
