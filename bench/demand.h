#pragma once

#include <cstdint>
#include <vector>

#include <gradus/gradus.h>

namespace gradus::bench {

/// What people would take if money and seats were free: everyone's own best choice.
struct Demand {
    std::vector<std::int64_t> people;  ///< by activity: who would take it
    std::vector<double> money;         ///< by unit: what that would cost funds, in units of the currency
};

/// Everyone is asked, the limits of the organisation's funds and seats aside; but of two choices as good as each other the
/// cheaper one counts.
Demand free_demand(const Organization& organization, const Risks& risks, const OptimizeOptions& options);

}  // namespace gradus::bench
