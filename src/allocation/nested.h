#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <gradus/allocation/allocation.h>

#include "allocation/candidates.h"

namespace gradus {

/// What a forest of nested resources lets members pick from.
struct NestedProblem {
    const Candidates& candidates;
    std::span<const std::int32_t> above;  ///< see Nesting
    std::span<const std::int32_t> home;   ///< by member
    std::int64_t step = 1;                ///< see Nesting
    std::span<const std::int64_t> capacity;
    std::span<const double> prices;
    double most = 0;  ///< what loses more does not matter
    /// By member: what is not among its candidates, whatever it takes, has a regret of at least so much. Empty: nothing else
    /// matters.
    std::span<const double> unknown{};
};

/// One candidate for each member, and what they lose together.
struct NestedPicks {
    double loss = 0;                  ///< Σ regret, and what is left over of nested resources at its price
    std::vector<std::int32_t> picks;  ///< by member: number of the candidate; -1: none, or one that is not known
};

/// The picks that lose least if only nested resources were scarce, exactly. No others lose less under all resources, so the
/// loss is a lower bound; where the picks keep the other capacities and leave nothing with a price over, they are the best of all.
///
/// Dynamic programming over the forest: by node, the least loss for each amount used of it, counted in steps. None: nothing loses as little as `most`, or it would take more than `work` steps. Source: knapsack problems
/// by dynamic programming, Kellerer, Pferschy & Pisinger (2004), §11; nested constraints, Hochbaum (1995), A nonlinear
/// knapsack problem.
std::optional<NestedPicks> least_loss(const NestedProblem& problem, double work, const std::function<bool()>& late);

}  // namespace gradus
