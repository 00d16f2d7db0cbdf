#pragma once

#include <optional>

#include <gradus/agreement/plan_request.h>
#include <gradus/organization/organization.h>

#include "agreement/records.h"
#include "agreement/stop.h"

namespace gradus {

/// Why the plan cannot take a step now, or not by the one who asks; else nothing, and where it leads is in `next`.
std::optional<Stop> not_permitted(const Organization& organization, const PlanRequest& request, const PlanRecord& plan,
                                  PlanEvent event, PlanState& next);

}  // namespace gradus
