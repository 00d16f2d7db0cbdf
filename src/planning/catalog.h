#pragma once

#include <cstdint>
#include <vector>

#include <gradus/planning/plan.h>

#include "organization/charge.h"
#include "planning/previous.h"

namespace gradus {

/// A run of whole months of the horizon: [first, end).
struct Period {
    Date first;
    Date end;
    int months = 0;
};

/// One way to take an activity, for whoever may: a session, or on demand in a period.
struct Offering {
    SessionId session{};      ///< none: on demand
    std::int32_t period = 0;  ///< 0-based, in which it starts
    std::int32_t seat = -1;   ///< resource of its seats; -1: no limit
    Date first, last;         ///< on demand: as early as the period and the activity's validity allow
    Money cost;               ///< per participant; may be missing
    double share = 0;         ///< of the horizon in effect
    /// Minor units for funds by the activity's own shares: with an account for its part, and without one.
    std::int64_t fund_part = 0, fund_part_alone = 0;
};

/// What an offering is charged at least, for the sieve of each person's offer.
struct Toll {
    double share = 0;       ///< of the horizon in effect
    double parts[2] = {};   ///< minor units for funds: with an account for its part, and without one
    double seats = 0;       ///< 1 where seats are limited, else 0
    std::int32_t seat = 0;  ///< resource of its seats; 0 where they are not limited
};

/// What an activity teaches of a capability, where it can teach anything.
struct Teaching {
    ActivityId activity;
    double uplift = 0, up_to = 0, probability = 0;
};

/// What a plan is made of, the same for everyone: horizon, periods, ways to take each activity, shared resources.
///
/// Resources are all funds in key order, then the sessions with limited seats that lie within the horizon.
struct Catalog {
    Catalog(const Organization& organization, const Risks& risks, const OptimizeOptions& options);

    Organization organization;
    Risks risks;
    OptimizeOptions options;
    Date as_of, start, end;
    Previous previous;  ///< what change is charged for
    std::vector<Period> periods;

    std::vector<Offering> offerings;           ///< by activity
    std::vector<std::int32_t> first_offering;  ///< by activity, and the end
    std::vector<Toll> tolls;                   ///< by offering
    Groups<PersonTag> risks_of_person;         ///< rows of risks
    std::vector<Teaching> teachings;  ///< by capability, then ascending by up_to, then in the order of activities
    std::vector<std::int32_t> first_teaching;  ///< by capability, and the end
    std::vector<char> open_to_all;    ///< by activity: on offer, and neither scope, level nor prerequisite is asked for
    bool programs_share = false;      ///< some programme has shares of its own
    std::vector<std::int32_t> order;  ///< by activity: rank, prerequisites first
    std::vector<ActivityId> mandatory;    ///< activities that somebody must take, prerequisites first
    std::vector<std::int64_t> capacity;   ///< by resource: minor units or seats
    std::vector<SessionId> seat_session;  ///< by resource less the number of funds
    std::int32_t funds = 0;               ///< number of funds
    std::vector<Date> fund_changes;       ///< days within the horizon, ascending, on which a fund begins or ends

    /// Share of the horizon's days on which what ends on `last` is in effect (contract §3.5).
    double share(Date last) const;
    /// Period that holds `day`; -1: outside the horizon.
    std::int32_t period_of(Date day) const;
    /// The fund charged for somebody of `unit` on `day` (contract §3.8); none: no fund reaches.
    FundId fund_for(UnitId unit, Date day) const {
        return one_fund(unit) ? fund_at_start_[unit.value() + 1] : gradus::fund_for(organization, unit, day);
    }
    /// True if the same fund is charged on every day of the horizon: then it is `fund_for` of any.
    bool one_fund(UnitId unit) const { return steady_[unit.value() + 1]; }

private:
    std::vector<FundId> fund_at_start_;  // by unit + 1; 0: people without a unit
    std::vector<bool> steady_;
};

/// What every charge to a fund is a multiple of, say 25.00, in minor units; 1 where nothing is charged.
std::int64_t money_step(const Catalog& catalog);

/// The capacities as far as they can be used: what a fund has beyond a multiple of the step is never spent.
std::vector<std::int64_t> usable_capacity(const Catalog& catalog);

/// `day` plus calendar months, the day clamped to the end of the month.
Date add_months(Date day, int months);

/// Checks the options and fills in `start`. @throws Error invalid_option.
OptimizeOptions checked(OptimizeOptions options, Date as_of);

}  // namespace gradus
