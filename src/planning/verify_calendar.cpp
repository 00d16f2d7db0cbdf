#include "planning/verify_calendar.h"

#include <algorithm>
#include <chrono>

namespace gradus::verification {

using namespace std::chrono;

namespace {

year_month_day calendar_day(Date day) { return year_month_day(sys_days(day)); }

}  // namespace

Date add_months(Date day, int months) {
    const year_month_day from = calendar_day(day);
    year_month_day to = from + std::chrono::months(months);
    if (!to.ok()) to = to.year() / to.month() / last;
    return time_point_cast<Date::duration>(sys_days(to));
}

int bucket(Date day, CapPeriod period) {
    const year_month_day at = calendar_day(day);
    const int year = static_cast<int>(at.year());
    const int month = static_cast<int>(static_cast<unsigned>(at.month())) - 1;
    switch (period) {
    case CapPeriod::month: return year * 12 + month;
    case CapPeriod::quarter: return year * 4 + month / 3;
    case CapPeriod::year: return year;
    }
    return 0;  // missing: the whole horizon
}

Horizon::Horizon(Date first_day, int months, int period_months) : start(first_day), end(add_months(first_day, months)) {
    for (int from = 0; from < months; from += period_months) {
        const int to = std::min(months, from + period_months);
        periods.push_back({add_months(start, from), add_months(start, to), to - from});
    }
}

int Horizon::period_of(Date day) const {
    for (std::size_t i = 0; i < periods.size(); ++i)
        if (periods[i].first <= day && day < periods[i].end) return static_cast<int>(i);
    return -1;
}

}  // namespace gradus::verification
