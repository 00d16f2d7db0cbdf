#include "organization/charge.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/cell.h"

namespace gradus {

bool in_force(Date from, Date to, Date day) {
    return (is_missing(from) || from <= day) && (is_missing(to) || day < to);
}

// 0.35 of 1.50 is a tie, though no double is 0.35 exactly: so the share is the shortest decimal that reads back as it, of at most
// 17 digits, and the product is exact in 128 bits.
Money rounded_share(Money cost, double share) {
    if (!(share > 0) || cost.minor_units() <= 0) return Money(0);
    if (share >= 1) return cost;
    char text[32];  // d.dddde-xx
    const char* const end = std::to_chars(text, text + sizeof text, share, std::chars_format::scientific).ptr;
    const char* const mark = std::find<const char*>(text, end, 'e');
    std::int64_t digits = 0;
    int exponent = 0;
    std::from_chars(mark + 2, end, exponent);  // without its sign, which is minus below 1
    for (const char* next = text; next != mark; ++next) {
        if (*next == '.') continue;
        digits = digits * 10 + (*next - '0');
        if (next != text) ++exponent;
    }
    if (exponent > 37) return Money(0);  // 2^63 * 10^17 / 10^38 is less than a half
    int128 whole = 1;
    for (int i = 0; i < exponent; ++i) whole *= 10;
    const int128 product = int128(cost.minor_units()) * digits;
    const int128 rest = product % whole;
    const auto units = static_cast<std::int64_t>(product / whole);
    const bool up = rest * 2 == whole ? units % 2 != 0 : rest > whole - rest;
    return Money(units + (up ? 1 : 0));
}

FundId fund_for(const Organization& organization, UnitId unit, Date day) {
    const Funds& table = organization->funds;
    const Forest& units = organization.relations().units;
    const Forest& forest = organization.relations().funds;
    const auto funds = static_cast<std::int32_t>(table.size());
    for (std::int32_t node = unit.value();; node = units.parent(node)) {
        FundId best;
        for (std::int32_t fund = 0; fund < funds; ++fund) {
            const auto row = static_cast<std::size_t>(fund);
            if (table.unit[row].value() != node || !in_force(table.valid_from[row], table.valid_to[row], day)) continue;
            if (!best || forest.depth(fund) > forest.depth(best.value())) best = FundId(fund);
        }
        if (best || node < 0) return best;  // node -1: funds without a unit
    }
}

std::int32_t calendar_period(Date day, CapPeriod period) {
    if (is_missing(period)) return 0;
    const std::chrono::year_month_day date{std::chrono::sys_days(day)};
    const int year = int(date.year()), month = static_cast<int>(unsigned(date.month())) - 1;
    switch (period) {
    case CapPeriod::month: return year * 12 + month;
    case CapPeriod::quarter: return year * 4 + month / 3;
    default: return year;
    }
}

Date first_day_of(std::int32_t number, CapPeriod period) {
    using namespace std::chrono;
    if (is_missing(period)) return missing<Date>();
    const std::int32_t months = period == CapPeriod::month ? 1 : period == CapPeriod::quarter ? 3 : 12;
    const std::int32_t year = number * months / 12, month = number * months % 12;  // years before 1 are no dates here
    return Date(sys_days(std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month) + 1) / 1));
}

}  // namespace gradus
