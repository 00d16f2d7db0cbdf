#pragma once

#include <span>
#include <vector>

#include "allocation/pool.h"

namespace gradus {

/// One choice for each group and what they use together.
struct Assignment {
    std::vector<Choice> choices;
    std::vector<std::int64_t> used;  ///< by resource
    double value = 0;
};

/// Every group's best choice of the pool at the prices, then repaired: groups that use an overloaded resource change to
/// the choice of the pool that loses least per overload removed, until the capacities are kept.
Assignment round_choices(const Pool& pool, std::span<const std::int64_t> capacity, std::span<const double> prices);

/// One sweep over all groups: each may change to its best choice at `prices` that fits into what is free. Groups are asked
/// in parallel by blocks of fixed size and change one after the other, so the result does not depend on threads.
/// Returns the search nodes used.
std::int64_t fill(const AllocationProblem& problem, Assignment& assignment, std::span<const double> prices,
                  double tolerance, int threads, const Control* control);

}  // namespace gradus
