#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <gradus/base/groups.h>
#include <gradus/organization/capability.h>
#include <gradus/organization/scale.h>

namespace gradus {

/// What levels mean: the labels and positions of each scale, and the scale of each capability.
class Levels {
public:
    /// Both tables sorted; `scales` by scale and position. Shares their columns.
    Levels(const Scales& scales, const Capabilities& capabilities, std::size_t scale_count);

    /// The scale of a capability; none if either is not known.
    ScaleId scale_of(std::int32_t capability) const;
    std::optional<double> position(ScaleId scale, std::string_view label) const;
    /// The label at a position, or none.
    std::optional<std::string_view> label(ScaleId scale, double position) const;
    double bottom(ScaleId scale) const { return scales_.position[static_cast<std::size_t>(levels_[scale].first)]; }
    double top(ScaleId scale) const { return scales_.position[static_cast<std::size_t>(levels_[scale].last - 1)]; }
    Rows of(ScaleId scale) const { return levels_[scale]; }
    /// "scale 'gdad' (Awareness, Working, Practitioner, Expert)".
    std::string describe(ScaleId scale) const;
    /// The label nearest to `text`, or "".
    std::string_view nearest_label(ScaleId scale, std::string_view text) const;

private:
    Scales scales_;
    Groups<ScaleTag> levels_;
    Column<ScaleId> scale_of_capability_;
};

}  // namespace gradus
