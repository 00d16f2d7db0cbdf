#include "organization/levels.h"

#include <vector>

#include "base/spelling.h"

namespace gradus {

Levels::Levels(const Scales& scales, const Capabilities& capabilities, std::size_t scale_count)
    : scales_(scales), levels_(scales.scale, scale_count), scale_of_capability_(capabilities.scale) {}

ScaleId Levels::scale_of(std::int32_t capability) const {
    if (capability < 0) return ScaleId();
    const ScaleId scale = scale_of_capability_[static_cast<std::size_t>(capability)];
    return scale && levels_[scale].size() > 0 ? scale : ScaleId();
}

std::optional<double> Levels::position(ScaleId scale, std::string_view label) const {
    for (const std::size_t row : levels_[scale])
        if (scales_.level[row] == label) return scales_.position[row];
    return std::nullopt;
}

std::optional<std::string_view> Levels::label(ScaleId scale, double position) const {
    for (const std::size_t row : levels_[scale])
        if (scales_.position[row] == position) return scales_.level[row];
    return std::nullopt;
}

std::string Levels::describe(ScaleId scale) const {
    std::string text =
        "scale '" + std::string(scales_.scale.strings()->operator[](static_cast<std::size_t>(scale.value())));
    text += "' (";
    for (const std::size_t row : levels_[scale]) {
        if (row != static_cast<std::size_t>(levels_[scale].first)) text += ", ";
        text += scales_.level[row];
    }
    return text + ")";
}

std::string_view Levels::nearest_label(ScaleId scale, std::string_view text) const {
    std::vector<std::string_view> labels;
    for (const std::size_t row : levels_[scale]) labels.push_back(scales_.level[row]);
    return nearest(text, labels);
}

}  // namespace gradus
