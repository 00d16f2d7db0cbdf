#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <gradus/base/groups.h>
#include <gradus/planning/plan.h>

#include "planning/previous.h"
#include "planning/verify_calendar.h"

namespace gradus::verification {

/// What is the same for everyone.
struct Case {
    Case(const Organization& organization, const Risks& risks, const Plan& plan);

    const Organization& organization;
    const Tables& tables;
    const Risks& risks;
    const OptimizeOptions& options;
    Date as_of;
    Horizon horizon;
    Groups<PersonTag> risks_of_person;
    std::vector<std::vector<FundId>> funds_of_unit;  // by key
    std::vector<FundId> funds_of_all;                // without unit: the deepest first, then by key
    std::vector<std::vector<ActivityId>> teachers;   // by capability
    std::vector<std::int32_t> rank;                  // by activity: prerequisites before those who need them
    std::vector<double> fund_price;                  // per minor unit, ancestors included
    std::vector<double> seat_price;
    std::vector<std::int32_t> resources;            // by row of plan.resources: fund or session; -1: unknown
    std::vector<Date> changes;                      // days on which a fund or programme begins or ends
    std::vector<std::vector<ActivityId>> left_out;  // by person: mandatory, in plan.conflicts
    Previous previous;                              // the absence of these is charged

    /// What having an item again spares.
    double spared(PersonId person, ActivityId activity, SessionId session, Date first) const {
        return previous.holds(person, activity, session, first) ? options.change_cost : 0;
    }

    std::string_view key(PersonId person) const {
        return organization.people()[static_cast<std::size_t>(person.value())];
    }
    std::string_view key(ActivityId activity) const {
        return organization.activities()[static_cast<std::size_t>(activity.value())];
    }
    std::string_view key(SessionId session) const {
        return organization.sessions()[static_cast<std::size_t>(session.value())];
    }
    std::string_view key(FundId fund) const { return organization.funds()[static_cast<std::size_t>(fund.value())]; }
};

/// What is under way (§3.9).
struct Pin {
    ActivityId activity;
    SessionId session;
    Date first, last;
};

/// What a person must take, and by when.
struct Duty {
    ActivityId activity;
    Date due;  // missing: the horizon's end
};

/// What is known of one person.
struct Person {
    Person(const Case& of, PersonId person);

    const Pin* pin(ActivityId activity) const;
    const Duty* duty(ActivityId activity) const;
    bool has_completed(ActivityId activity) const;
    bool has_declined(ActivityId activity) const;
    /// True if the eligibility rows of the activity let the person in.
    bool eligible(ActivityId activity) const;
    /// The row of risks whose credited mean lies more than a position below a from_level of the activity; -1: none.
    std::int32_t too_low_for(ActivityId activity) const;
    /// Probability of success of an outcome, preference included (§3.4).
    double probability(std::size_t outcome) const;

    const Case& of;
    PersonId id;
    RoleId role;
    Date left;
    Minutes hours;             // missing: no limit
    std::vector<Pin> pins;     // by activity
    std::vector<Duty> duties;  // by activity
    std::vector<ActivityId> completed, declined;
    std::vector<FundId> funds;  // the nearest first, whatever their dates
};

/// What an item takes of money and accounts (§3.8).
struct Charge {
    enum class Obstacle {
        none,
        two_accounts,
        shares,
        no_fund,
        hours_unknown,
        account_hours_unknown,
        cost_unknown,
        account_cost_unknown
    };

    Obstacle obstacle = Obstacle::none;
    Money cost = missing<Money>(), account = missing<Money>(), employee = missing<Money>(), fund = missing<Money>();
    FundId from;                                       // the fund charged; none: nothing is
    std::array<std::int32_t, 3> accounts{-1, -1, -1};  // row of accounts used, by kind
    std::array<std::int64_t, 3> uses{0, 0, 0};         // beside
};

/// The charge of an activity that starts on a day.
Charge charge(const Person& person, ActivityId activity, SessionId session, Date first);

/// cost × share, rounded half-even to minor units; the share is taken as it is written in decimal.
Money part(Money cost, double share);

/// What every charge to a fund is a multiple of, in minor units, whoever takes part in what; 0: nothing is ever charged.
std::int64_t common_charge(const Tables& tables);

/// A limit on what an account may give: all it has, or a cap per calendar period.
struct AccountLimit {
    std::size_t account;  // row of accounts
    std::int64_t capacity;
    CapPeriod period;  // missing: the whole horizon
    bool cap;
};
std::vector<AccountLimit> account_limits(const Person& person);

}  // namespace gradus::verification
