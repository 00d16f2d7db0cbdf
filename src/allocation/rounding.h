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

/// Every group's best choice of the pool at the prices, those who would lose most by their second best first, as long as
/// the capacities are kept. Whoever's choice no longer fits keeps the fallback and is put into `deferred`, in that order,
/// to be asked again for the best that does.
Assignment round_choices(const Pool& pool, std::span<const std::int64_t> capacity, std::span<const double> prices,
                         std::vector<std::int32_t>& deferred);

/// One sweep over the groups given: each may change to its best choice at `prices` that fits into what is free. Groups are asked
/// in parallel by blocks of fixed size and change one after the other, so the result does not depend on threads.
/// Returns the search nodes used.
std::int64_t fill(const AllocationProblem& problem, Assignment& assignment, std::span<const double> prices,
                  std::span<const std::int32_t> groups, double tolerance, int threads, const Control* control);

/// Exchanges: a group whose choice falls short of its best at the prices takes it, and one of those who hold what it lacks
/// takes the best of what is then left, where both together gain. Groups that fall short most go first. Returns the nodes.
std::int64_t exchange(const AllocationProblem& problem, const Pool& pool, Assignment& assignment,
                      std::span<const double> prices, double tolerance, const Control* control);

}  // namespace gradus
