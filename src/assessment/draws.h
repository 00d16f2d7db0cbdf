#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numbers>

#include "allocation/random.h"

namespace gradus {

/// What is drawn of a review round.
enum class Draw : std::uint64_t { person, capability, severity, halo, chance, difficulty, raters, answer };

/// Whatever is drawn depends on nothing but the seed and what it is of: not on the design, the order or the threads.
class Draws {
public:
    Draws(std::uint64_t seed, std::int32_t repetition)
        : seed_(Random(seed + 0x632be59bd9b4e019u * static_cast<std::uint64_t>(repetition)).next()) {}

    Random of(Draw what, std::initializer_list<std::uint64_t> whose) const {
        std::uint64_t state = Random(seed_ ^ static_cast<std::uint64_t>(what)).next();
        for (const std::uint64_t one : whose) state = Random(state ^ one).next();
        return Random(state);
    }
    /// Box & Muller (1958), Ann. Math. Stat. 29, 610.
    double normal(Draw what, std::initializer_list<std::uint64_t> whose, double variance) const {
        if (!(variance > 0)) return 0;
        Random random = of(what, whose);
        const double radius = std::sqrt(-2 * std::log(1 - random.real()));
        return std::sqrt(variance) * radius * std::cos(2 * std::numbers::pi * random.real());
    }

private:
    std::uint64_t seed_;
};

}  // namespace gradus
