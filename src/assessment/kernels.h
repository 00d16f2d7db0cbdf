#pragma once

#include <cstddef>

namespace gradus {

/// Σ a b, in four lanes: so compilers may use vectors, and the order of additions is always the same.
inline double dot(const double* a, const double* b, std::size_t size) {
    double lane[4] = {0, 0, 0, 0};
    std::size_t i = 0;
    for (; i + 4 <= size; i += 4)
        for (std::size_t j = 0; j < 4; ++j) lane[j] += a[i + j] * b[i + j];
    double sum = (lane[0] + lane[2]) + (lane[1] + lane[3]);
    for (; i < size; ++i) sum += a[i] * b[i];
    return sum;
}

/// into += factor · a
inline void add_times(double factor, const double* a, double* into, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) into[i] += factor * a[i];
}

}  // namespace gradus
