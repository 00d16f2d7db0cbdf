#pragma once

#include <span>
#include <vector>

#include <gradus/allocation/allocation.h>
#include <gradus/planning/plan.h>

#include "planning/search.h"

namespace gradus {

/// One mandatory item that no limit leaves room for.
struct Conflict {
    PersonId person;
    ActivityId activity;
    Limit limit = Limit::due;
    std::string resource{};
    std::int32_t period = 0;
    double capacity = missing<double>();
    double demanded = missing<double>();
};

/// One person's mandatory items, placed before anything else.
struct PersonDuties {
    Offer::Duties duties;  ///< forced and left out
    Choice placed;         ///< one way to do what is forced
    std::vector<Conflict> conflicts;
};

/// The table of conflicts, in their order.
PlanConflicts tabulate(const Organization& organization, const std::vector<Conflict>& conflicts);

/// Places as many of `wanted` as there is room for, the first of them first, with as little as possible of what is scarce
/// and without anything excluded.
PersonDuties place_duties(Search& search, PersonId person, const std::vector<ActivityId>& wanted,
                          const std::vector<ActivityId>& excluded, std::span<const std::int64_t> room);

/// What is mandatory, placed before anything else (contract §3.9).
struct DutyRoster {
    std::vector<Offer::Duties> duties;  ///< by group: forced and left out; empty if nothing is mandatory
    std::vector<Choice> placed;         ///< by group: one way to do what is forced; together they keep the limits
    std::vector<Conflict> conflicts;    ///< by person, activity
};

/// Places everyone's mandatory items, people in the order of their keys, with as little as possible of what is scarce.
DutyRoster place_duties(const Catalog& catalog, const std::vector<PersonId>& groups, const Control* control);

}  // namespace gradus
