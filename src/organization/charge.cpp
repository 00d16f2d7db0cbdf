#include "organization/charge.h"

#include <chrono>
#include <cmath>

namespace gradus {

bool in_force(Date from, Date to, Date day) {
    return (is_missing(from) || from <= day) && (is_missing(to) || day < to);
}

// 0.35 of 1.50 is a tie, though no double is 0.35 exactly. A product as close to a tie as the share's own rounding can
// bring it is one.
Money rounded_share(Money cost, double share) {
    const long double product = static_cast<long double>(cost.minor_units()) * static_cast<long double>(share);
    const long double whole = std::floor(product), beyond = product - whole - 0.5L;
    const bool tie = std::abs(beyond) <= product * 0x1p-52L;
    const auto units = static_cast<std::int64_t>(whole);
    return Money(units + (tie ? units % 2 : beyond > 0 ? 1 : 0));
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
