#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace gradus {

/// A day of the proleptic Gregorian calendar; days since 1970-01-01 in 32 bits, so a column of dates is an Arrow date32.
/// Converts from and to std::chrono::sys_days.
using Date =
    std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<std::int32_t, std::chrono::days::period>>;

/// A moment in UTC to the microsecond, leap seconds not counted: a column of moments is an Arrow timestamp "tsu:UTC".
using Moment = std::chrono::sys_time<std::chrono::microseconds>;

/// Learning time in whole minutes. Hours in files are decimal hours that are a whole number of minutes.
using Minutes = std::chrono::duration<std::int64_t, std::ratio<60>>;

/// An amount in minor units (cents) of the organisation's one currency.
class Money {
public:
    constexpr Money() = default;
    constexpr explicit Money(std::int64_t minor_units) : minor_units_(minor_units) {}

    constexpr std::int64_t minor_units() const { return minor_units_; }

    friend constexpr auto operator<=>(Money, Money) = default;
    friend constexpr Money operator+(Money a, Money b) { return Money(a.minor_units_ + b.minor_units_); }
    friend constexpr Money operator-(Money a, Money b) { return Money(a.minor_units_ - b.minor_units_); }
    constexpr Money& operator+=(Money b) { return *this = *this + b; }
    constexpr Money& operator-=(Money b) { return *this = *this - b; }

private:
    std::int64_t minor_units_ = 0;
};

/// A whole number of whatever its row's `kind` counts: minor units of money, minutes, or items.
class Amount {
public:
    constexpr Amount() = default;
    constexpr explicit Amount(std::int64_t units) : units_(units) {}

    constexpr std::int64_t units() const { return units_; }

    friend constexpr auto operator<=>(Amount, Amount) = default;

private:
    std::int64_t units_ = 0;
};

/// The value that stands for "not known" in a column of T. It is never a valid value and never zero.
template <class T>
constexpr T missing() {
    if constexpr (std::is_enum_v<T>) {
        return static_cast<T>(255);
    } else {
        return T();  // Id: none
    }
}
template <>
constexpr double missing<double>() {
    return std::numeric_limits<double>::quiet_NaN();
}
template <>
constexpr std::int32_t missing<std::int32_t>() {
    return std::numeric_limits<std::int32_t>::min();
}
template <>
constexpr Date missing<Date>() {
    return Date::min();
}
template <>
constexpr Moment missing<Moment>() {
    return Moment::min();
}
template <>
constexpr Minutes missing<Minutes>() {
    return Minutes::min();
}
template <>
constexpr Money missing<Money>() {
    return Money(std::numeric_limits<std::int64_t>::min());
}

template <>
constexpr Amount missing<Amount>() {
    return Amount(std::numeric_limits<std::int64_t>::min());
}

/// True if `value` stands for "not known".
template <class T>
constexpr bool is_missing(const T& value) {
    return value == missing<T>();
}
constexpr bool is_missing(double value) { return value != value; }

}  // namespace gradus
