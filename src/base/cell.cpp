#include "base/cell.h"

#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/utf8.h"

namespace gradus {

namespace {

template <class T>
std::string number(T value) {
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string padded(std::int64_t value, std::size_t width) {
    const std::string digits = number(value);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
}

std::string decimal_text(int128 value, std::int32_t scale) {
    __extension__ typedef unsigned __int128 uint128;
    auto rest = value < 0 ? uint128(0) - static_cast<uint128>(value) : static_cast<uint128>(value);
    std::string digits;  // last first
    for (; rest > 0; rest /= 10) digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    while (static_cast<std::int32_t>(digits.size()) <= scale || digits.empty()) digits += '0';
    if (scale > 0) digits.insert(static_cast<std::size_t>(scale), 1, '.');
    if (scale < 0 && value != 0) digits.insert(0, static_cast<std::size_t>(-scale), '0');
    if (value < 0) digits += '-';
    return {digits.rbegin(), digits.rend()};
}

std::string date_text(std::int64_t days) {
    constexpr std::int64_t most = 3'000'000;  // about the year 10000
    if (days > most || days < -most) return "day " + number(days) + " after 1970-01-01";
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    return (date.year() < std::chrono::year(0) ? "-" : "") + padded(std::abs(static_cast<int>(date.year())), 4) + "-" +
           padded(static_cast<unsigned>(date.month()), 2) + "-" + padded(static_cast<unsigned>(date.day()), 2);
}

std::string timestamp_text(const Cell& cell) {
    const std::int64_t ticks_per_second = cell.ticks_per_day / 86400;
    std::int64_t day = cell.integer / cell.ticks_per_day, ticks = cell.integer % cell.ticks_per_day;
    if (ticks < 0) {
        --day;
        ticks += cell.ticks_per_day;
    }
    const std::int64_t seconds = ticks / ticks_per_second;
    std::string text = date_text(day) + " " + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" +
                       padded(seconds % 60, 2);
    if (const std::int64_t fraction = ticks % ticks_per_second)
        text += "." + padded(fraction, number(ticks_per_second).size() - 1);
    return cell.zoned ? text + " UTC" : text;
}

}  // namespace

std::string describe(const Cell& cell) {
    switch (cell.kind) {
    case Cell::Kind::missing: return "nothing";
    case Cell::Kind::text: return "'" + printable(cell.text) + "'";
    case Cell::Kind::integer: return number(cell.integer);
    case Cell::Kind::real: return number(cell.real);
    case Cell::Kind::boolean: return cell.integer ? "true" : "false";
    case Cell::Kind::date: return date_text(cell.integer);
    case Cell::Kind::timestamp: return timestamp_text(cell);
    case Cell::Kind::decimal: return decimal_text(cell.decimal, cell.scale);
    }
    return {};
}

Cell cell_at(const Values& values, std::int64_t position) {
    Cell cell;
    if (values.valid(position)) with_decoder(values, [&](auto&& decode) { cell = decode(position); });
    return cell;
}

double shortest(float value) {
    if (!std::isfinite(value)) return value;
    if (std::abs(value) < 16'777'216 && std::trunc(value) == value) return value;
    char text[64];
    double exact = 0;
    std::from_chars(text, std::to_chars(text, text + sizeof text, value).ptr, exact);
    return exact;
}

double shortest_half(std::uint16_t bits) {
    const auto magnitude = [](int half) {  // 5 bits of exponent, 10 of fraction; also one step beyond the largest
        const int exponent = half >> 10, fraction = half & 1023;
        return exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    };
    const int half = bits & 0x7FFF;
    const double sign = bits & 0x8000 ? -1 : 1;
    if (half > 0x7C00) return std::numeric_limits<double>::quiet_NaN();
    if (half == 0x7C00) return sign * std::numeric_limits<double>::infinity();
    if (half == 0) return sign * 0.0;
    // What lies nearer to this half than to its neighbours is read back as it: the first such decimal is the shortest.
    const double value = magnitude(half);
    const double low = (magnitude(half - 1) + value) / 2, high = (value + magnitude(half + 1)) / 2;
    double decimal = value;
    for (int digits = 0; digits < 5; ++digits) {
        char text[64];
        const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, digits).ptr;
        std::from_chars(text, end, decimal);
        if (low < decimal && decimal < high) break;
    }
    return sign * decimal;
}

void MixedCells::push_back(const Cell& cell) {
    std::uint64_t payload = static_cast<std::uint64_t>(cell.integer);
    if (cell.kind == Cell::Kind::real) payload = std::bit_cast<std::uint64_t>(cell.real);
    if (cell.kind == Cell::Kind::text) {
        payload = bytes.size();
        const std::uint64_t size = cell.text.size();
        bytes.append(reinterpret_cast<const char*>(&size), sizeof size).append(cell.text);
    }
    payloads.push_back(payload);
    kinds.push_back(cell.kind);
}

Cell MixedCells::operator[](std::int64_t row) const {
    const auto i = static_cast<std::size_t>(row);
    Cell cell{.kind = kinds[i], .integer = static_cast<std::int64_t>(payloads[i])};
    if (cell.kind == Cell::Kind::real) cell.real = std::bit_cast<double>(payloads[i]);
    if (cell.kind == Cell::Kind::timestamp) cell.zoned = true, cell.ticks_per_day = 86'400'000'000;
    if (cell.kind == Cell::Kind::text) {
        const char* at = bytes.data() + payloads[i];
        cell.text = {at + sizeof(std::uint64_t), static_cast<std::size_t>(load<std::uint64_t>(at, 0))};
    }
    return cell;
}

}  // namespace gradus
