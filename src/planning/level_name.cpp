#include "planning/level_name.h"

#include "assessment/stage.h"

namespace gradus {
namespace {

Rows levels_of(const Organization& organization, CapabilityId capability) {
    const ScaleId scale = organization->capabilities.scale[static_cast<std::size_t>(capability.value())];
    return organization.relations().levels_of_scale[scale];
}

}  // namespace

std::optional<std::size_t> level_at(const Organization& organization, CapabilityId capability, double position) {
    for (const std::size_t row : levels_of(organization, capability))
        if (organization->scales.position[row] == position) return row;
    return std::nullopt;
}

std::optional<std::size_t> level_at_or_below(const Organization& organization, CapabilityId capability,
                                             double position) {
    std::optional<std::size_t> found;
    const auto c = static_cast<std::size_t>(capability.value());
    const double rounding = 1e-9 * (organization.relations().top[c] - organization.relations().bottom[c]);
    for (const std::size_t row : levels_of(organization, capability))
        if (organization->scales.position[row] <= position + rounding) found = row;
    return found;
}

std::string level_name(const Organization& organization, CapabilityId capability, double position) {
    const auto row = level_at(organization, capability, position);
    return row ? std::string(organization->scales.level[*row]) : to_text(position);
}

}  // namespace gradus
