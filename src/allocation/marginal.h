#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocation/pool.h"

namespace gradus {

/// By resource, per unit: `one_more` ≤ price ≤ `one_fewer`.
struct MarginalValues {
    std::vector<double> one_more, one_fewer;
};

/// What one more unit of each capacity is worth at most, and what one fewer costs at least, as the choices in the pool tell.
///
/// The least value over prices λ ≥ 0 of the dual D(λ, c) = λ·c + Σ over members of max (value − λ·use) is concave in c. At any
/// λ ≥ 0 it is no more than D(λ, c), so with λ* the prices given, for a step s of the capacity of r,
///
///     one_more  = min(λ*_r, min over λ tried of (D(λ, c + s) − D) / s)
///     one_fewer = max(λ*_r, max over λ tried of (D − D(λ, c − s)) / s)
///
/// where D is the least D(λ, c) seen. The λ tried for one resource are λ* and three fixed lengths of one Newton step of the
/// smoothed dual, on all prices at once, to either side; for more than some hundreds of prices the Hessian's diagonal is
/// all that the step is made of. The step s is what a choice that uses r takes of it on average, at least 1, and never
/// more than there is.
///
/// The pool may hold a part of `groups`, in random order; at most some 20,000 are looked at, whose part of the capacities is then
/// taken to be what they use at the prices. A resource of price 0 of which a step is left over is worth nothing on either side.
/// `worth`: what a group's choice is worth, about. The same for any number of threads.
MarginalValues marginal_values(const Pool& pool, std::int32_t groups, std::span<const std::int64_t> capacity,
                               std::span<const double> prices, double worth, int threads);

}  // namespace gradus
