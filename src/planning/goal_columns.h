#pragma once

#include <vector>

#include <gradus/planning/goal.h>

#include "planning/goal_writer.h"

namespace gradus {

/// The rows as the table, in their order. `all`: the gain of the whole plan.
void tabulate(const Organization& organization, const Risks& risks, const std::vector<GoalRow>& rows, double all,
              Goals& goals);

}  // namespace gradus
