#pragma once

#include <vector>

#include <gradus/base/units.h>
#include <gradus/organization/fund.h>

namespace gradus::verification {

/// The same day `months` calendar months later; beyond the end of that month its last day.
Date add_months(Date day, int months);

/// The number of the calendar month, quarter or year that holds `day`; without a period always 0 (§3.8).
int bucket(Date day, CapPeriod period);

/// True if `day` lies in [from, to); an absent end is open.
inline bool valid_on(Date from, Date to, Date day) {
    return (is_missing(from) || from <= day) && (is_missing(to) || day < to);
}

/// The days [first, end) of one period and its calendar months.
struct Period {
    Date first, end;
    int months;
};

/// The horizon [start, end) and its periods; the last may be shorter (§3.5).
struct Horizon {
    Horizon(Date start, int months, int period_months);

    int days() const { return (end - start).count(); }
    /// The share of the horizon that lies on or after `day`.
    double share_from(Date day) const {
        return day >= end ? 0 : static_cast<double>((end - std::max(day, start)).count()) / days();
    }
    /// The 0-based period that holds `day`; -1 outside the horizon.
    int period_of(Date day) const;

    Date start, end;
    std::vector<Period> periods;
};

}  // namespace gradus::verification
