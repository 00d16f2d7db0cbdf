#pragma once

#include <cstdint>

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
    int sessions = 250;  ///< with seats; of half of the activities
    double money = 0.4;  ///< of what people would take if it were free
    double seats = 0.5;  ///< likewise
    int period_months = 12;
    bool certain = false;  ///< sd 0, probability 1, up_to the top
    std::uint64_t seed = 1;
};

struct Instance {
    Organization organization;
    Risks risks;
    OptimizeOptions options;
};

/// An organisation whose funds and seats are the given shares of the demand at no price.
Instance make_instance(const Shape& shape);

}  // namespace gradus::bench
