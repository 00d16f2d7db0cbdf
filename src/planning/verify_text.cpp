#include <charconv>
#include <chrono>
#include <cmath>

#include "planning/verify_items.h"

namespace gradus::verification {

std::string text(Date day) {
    if (is_missing(day)) return "no day";
    const std::chrono::year_month_day at{std::chrono::sys_days(day)};
    const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::to_string(static_cast<int>(at.year())) + "-" + two(static_cast<unsigned>(at.month())) + "-" +
           two(static_cast<unsigned>(at.day()));
}

std::string text(Money money, int minor_digits) {
    if (is_missing(money)) return "nothing";
    std::string digits = std::to_string(std::abs(money.minor_units()));
    const auto places = static_cast<std::size_t>(minor_digits);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    if (places > 0) digits.insert(digits.size() - places, ".");
    return (money < Money(0) ? "-" : "") + digits;
}

std::string text(double number) {
    if (std::isnan(number)) return "nothing";
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

std::string text_hours(std::int64_t minutes) {
    return minutes % 60 == 0 ? std::to_string(minutes / 60) + " hours" : std::to_string(minutes) + " minutes";
}

bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

}  // namespace gradus::verification
