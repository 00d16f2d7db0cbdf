#pragma once

#include <limits>
#include <string>
#include <vector>

#include <gradus/allocation/allocation.h>
#include <gradus/planning/earlier.h>

#include "planning/duties.h"

namespace gradus {

/// What an earlier plan tells of the one to be made: see AllocationProblem.
struct Known {
    std::vector<double> prices;
    double worth_at_prices = std::numeric_limits<double>::infinity();
    Choices choices;
    std::vector<std::int32_t> concerned;
};

/// `constant`: part of the value that no choice changes.
Known known_from(const Earlier& earlier, const Catalog& catalog, const std::vector<PersonId>& groups,
                 const DutyRoster& roster, double constant, const Control* control);

/// Sixteen digits that stand for all that a search takes from it.
std::string name_of(const Earlier& earlier);

/// By resource of the catalog, per unit of its capacity: prices of a table that may be of another organisation. Of what is not in
/// it: 0.
std::vector<double> prices_from(const PlanResources& resources, const Catalog& catalog);

}  // namespace gradus
