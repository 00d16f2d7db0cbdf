#pragma once

#include <optional>
#include <string>

#include <gradus/organization/organization.h>

namespace gradus {

/// "Practitioner", or the number where no level stands there.
std::string level_name(const Organization& organization, CapabilityId capability, double position);

/// The row of scales with the highest level at or below a position; none: it lies below the scale. A rounding error below a
/// level is at it.
std::optional<std::size_t> level_at_or_below(const Organization& organization, CapabilityId capability,
                                             double position);

/// The row of scales whose level stands at a position; none: no level does.
std::optional<std::size_t> level_at(const Organization& organization, CapabilityId capability, double position);

}  // namespace gradus
