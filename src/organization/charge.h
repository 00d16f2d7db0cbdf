#pragma once

#include <cstdint>

#include <gradus/organization/organization.h>

namespace gradus {

// Who is charged for an item, and when: contract §3.8.

/// True on the days [from, to); an absent end is open.
bool in_force(Date from, Date to, Date day);

/// A share (0 to 1) of a cost (0 or more) in whole minor units, half to even. The share is the decimal as it was written, and the
/// result exact for every cost: never more than the cost.
Money rounded_share(Money cost, double share);

/// The fund charged for somebody of `unit` (none: of no unit) on `day`: that of the nearest unit, itself or above, valid then, else
/// one without unit; of several the deepest, then the first key. None: no fund reaches.
FundId fund_for(const Organization& organization, UnitId unit, Date day);

/// Number of the calendar period of `day`: months, quarters or years counted from year 0; missing period: 0 (one for ever).
std::int32_t calendar_period(Date day, CapPeriod period);

/// The first day of the calendar period of that number. Of a missing period there is none: missing.
Date first_day_of(std::int32_t number, CapPeriod period);

}  // namespace gradus
