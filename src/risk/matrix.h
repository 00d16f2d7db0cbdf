#pragma once

#include <gradus/risk/risk.h>

#include "assessment/stage.h"

namespace gradus {

/// The 5 × 5 likelihood/impact matrix.
class Matrix {
public:
    /// @throws Error invalid_option.
    explicit Matrix(const RiskOptions& options);

    std::int32_t likelihood_band(double likelihood) const {
        return 1 + cuts_below(likelihood, options_.likelihood_bands);
    }
    std::int32_t impact_band(double impact) const { return 1 + cuts_below(impact, options_.impact_bands); }
    RiskLevel level(std::int32_t likelihood_band, std::int32_t impact_band) const {
        return static_cast<RiskLevel>(cuts_below(likelihood_band * impact_band, options_.level_cuts));
    }

private:
    template <class T, std::size_t n>
    static std::int32_t cuts_below(T value, const std::array<T, n>& cuts) {
        std::int32_t below = 0;
        for (const T cut : cuts) below += cut < value;
        return below;
    }

    RiskOptions options_;
};

OptionsJson describe(const RiskOptions& options);

}  // namespace gradus
