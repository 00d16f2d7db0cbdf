#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.h"

namespace gradus {

__extension__ typedef __int128 int128;

/// Numbers from 0 to some largest one, as whole multiples of a power of two 2^-61 or less of it.
///
/// Sums of whole numbers do not depend on the order or grouping of their terms: cells of any grouping add up to the
/// total, and any number of threads gives the same bytes.
class Grid {
public:
    explicit Grid(double largest) {
        int exponent = 0;
        std::frexp(largest, &exponent);  // largest < 2^exponent
        steps_ = std::ldexp(1.0, std::clamp(62 - exponent, -1000, 1000));
    }
    std::int64_t units(double value) const { return static_cast<std::int64_t>(value * steps_); }
    double value(int128 units) const { return static_cast<double>(units) / steps_; }

private:
    double steps_;
};

/// The largest of some numbers that are not negative.
inline double largest(std::span<const double> values, int threads) {
    constexpr std::int64_t chunk = 1 << 18;
    std::vector<double> found(values.size() / chunk + 1, 0.0);
    parallel_for(static_cast<std::int64_t>(values.size()), chunk, threads, [&](std::int64_t first, std::int64_t last) {
        double most[4] = {};  // four at a time: a chain of maxima waits on itself
        auto i = static_cast<std::size_t>(first);
        for (; i + 4 <= static_cast<std::size_t>(last); i += 4)
            for (std::size_t k = 0; k < 4; ++k) most[k] = values[i + k] > most[k] ? values[i + k] : most[k];
        for (; i < static_cast<std::size_t>(last); ++i) most[0] = std::max(most[0], values[i]);
        found[static_cast<std::size_t>(first / chunk)] = *std::max_element(most, most + 4);
    });
    return *std::max_element(found.begin(), found.end());
}

}  // namespace gradus
