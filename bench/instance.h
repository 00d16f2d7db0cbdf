#pragma once

#include <cstdint>
#include <vector>

#include <gradus/gradus.h>

namespace gradus::bench {

/// The shape of an instance; everything else is drawn from `seed`.
struct Shape {
    int people = 1000;
    int units = 20;
    int roles = 100;
    int requirements = 12;  ///< of each role
    int capabilities = 200;
    int activities = 500;
    int sessions = 250;     ///< with seats; of half of the activities
    double money = 0.4;     ///< of what people would take if it were free
    double seats = 0.5;     ///< likewise
    int period_months = 12;
    bool certain = false;   ///< sd 0, probability 1, up_to the top
    std::uint64_t seed = 1;
};

struct Instance {
    Organization organization;
    Risks risks;
    OptimizeOptions options;
};

/// An organisation whose funds and seats are the given shares of the demand at no price.
Instance make_instance(const Shape& shape);

/// Splitmix64 (Steele, Lea & Flood 2014): the same numbers on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    double real() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    double real(double low, double high) { return low + (high - low) * real(); }
    int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }

private:
    std::uint64_t state_;
};

}  // namespace gradus::bench
