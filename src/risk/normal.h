#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace gradus {

/// Φ(u), the probability that a standard normal variable is below u, and its density φ(u).
struct Normal {
    double below;
    double density;
};

namespace detail {

/// c[i] + c[i + 2] x + c[i + 4] x² + …, unrolled.
template <std::size_t i, std::size_t n>
constexpr double every_second(const std::array<double, n>& c, double x) {
    if constexpr (i + 2 < n)
        return every_second<i + 2>(c, x) * x + c[i];
    else
        return c[i];
}

/// Σ c[i] x^i: even and odd powers apart, so that two chains run side by side.
template <std::size_t n>
constexpr double polynomial(const std::array<double, n>& c, double x) {
    return every_second<0>(c, x * x) + every_second<1>(c, x * x) * x;
}

/// exp(r), |r| ≤ ln 2 / 2: 1/i!, the next term is below 5e-18.
inline constexpr std::array exp_terms{1.0,
                                      1.0,
                                      0.5,
                                      0.16666666666666666,
                                      0.041666666666666664,
                                      0.008333333333333333,
                                      0.001388888888888889,
                                      0.0001984126984126984,
                                      2.48015873015873e-05,
                                      2.7557319223985893e-06,
                                      2.755731922398589e-07,
                                      2.505210838544172e-08,
                                      2.08767569878681e-09,
                                      1.6059043836821613e-10};

/// (1 + z) · (1 - Φ(z)) / φ(z) in t = (z - 5) / (z + 5), -1 ≤ t ≤ 1: Chebyshev coefficients of degree 23, worked out in
/// 60 digits and written as powers; relative error below 1e-16. The first is one unit in the last place lower, so that
/// Φ(0) is 1/2.
inline constexpr std::array mills_terms{
    1.1568486282918944,     -0.22948753825211315,   0.07778159886873769,     0.0250721793016388,
    -0.0661776007790963,    0.0615050458401865,     -0.03802659218584139,    0.01634823128102938,
    -0.004201290329187307,  1.9530638370790786e-05, 0.00045704392357953655,  -0.0001343742785571135,
    -2.480583845192319e-05, 2.270961270923768e-05,  -1.7633239265736746e-07, -3.277287633208865e-06,
    3.2054316652589574e-07, 4.91996233147834e-07,   -6.588974491108954e-08,  -7.758520236786343e-08,
    9.092476134019147e-09,  1.1032071151574336e-08, -7.073898575561589e-10,  -9.564832934712551e-10};

}  // namespace detail

/// Beyond this both Φ(-u) and φ(u) are 0 in double precision.
inline constexpr double normal_reach = 38.6;

inline double within_reach(double u) { return u > normal_reach ? normal_reach : u < -normal_reach ? -normal_reach : u; }

/// normal() for |u| ≤ normal_reach. Nothing branches, so that a loop over many uses vector instructions.
inline Normal normal_within_reach(double u) {
    const double z = std::abs(u);
    // z² = high + low exactly (Dekker): the exponential would make a rounding error of z² hundreds of times larger.
    const double split = z * 134217729.0;  // 2^27 + 1
    const double z1 = split - (split - z), z2 = z - z1;
    const double high = z * z;
    const double low = ((z1 * z1 - high) + 2 * z1 * z2) + z2 * z2;

    // exp(-z²/2) = 2^k exp(r). Adding and taking away 1.5 · 2^52 rounds to a whole number, which then stands in the low
    // bits. The power is taken 2^64 times too large, so that its exponent does not run out before the result does.
    constexpr double shift = 6755399441055744.0;
    constexpr double log2_e = 1.4426950408889634, ln2_high = 6.93147180369123816490e-01,
                     ln2_low = 1.90821492927058770002e-10;
    const double a = -0.5 * high;
    const double shifted = a * log2_e + shift;
    const double k = shifted - shift;
    const double r = (a - k * ln2_high) - (k * ln2_low + 0.5 * low);
    const double power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + (1023 + 64)) << 52);
    constexpr double scale = 0.39894228040143268 * 0x1p-64;  // 1/√(2π)
    const double density = detail::polynomial(detail::exp_terms, r) * power * scale;

    const double tail = density * (detail::polynomial(detail::mills_terms, (z - 5) / (z + 5)) / (1 + z));
    const double side = std::copysign(1.0, u);
    return {(0.5 + 0.5 * side) - side * tail, density};  // 1 - tail or tail
}

/// Φ and φ at once: they share the exponential. Absolute error below 1e-15, relative error in the lower tail below 1e-15
/// as long as the result is a normal number.
/// Source: M. M. Shepherd & J. G. Laframboise (1981), Chebyshev approximation of (1 + 2x) exp(x²) erfc x in
/// 0 ≤ x < ∞, Mathematics of Computation 36, 249–253: here with Mills' ratio.
inline Normal normal(double u) { return normal_within_reach(within_reach(u)); }

}  // namespace gradus
