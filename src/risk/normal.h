#pragma once

#include <cmath>
#include <numbers>

namespace gradus {

/// Φ(u), the probability that a standard normal variable is below u, and its density φ(u).
struct Normal {
    double below;
    double density;
};

inline Normal normal(double u) {
    return {0.5 * std::erfc(-u / std::numbers::sqrt2),
            std::exp(-0.5 * u * u) * (0.5 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi)};
}

}  // namespace gradus
