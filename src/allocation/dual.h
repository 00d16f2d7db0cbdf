#pragma once

#include <functional>
#include <span>
#include <vector>

#include "allocation/pool.h"

namespace gradus {

/// Box that the prices must stay in while they are updated.
struct PriceBox {
    std::vector<double> low, high;
};

/// Minimises the smoothed dual over the pool, F(λ) = λ·capacity + Σ over members of T log Σ over choices of exp(net / T),
/// within the box, by projected Newton steps on all prices at once. Source: Bertsekas (1982), Projected Newton methods for
/// optimization problems with simple constraints.
///
/// F lies above the pool's dual by at most T log(choices) per member. The Hessian is Σ of covariances of use / T; it is
/// singular where a parent's use is the sum of its children's, so it is damped. Up to some hundreds of moving prices it is
/// factored; beyond, conjugate gradients use it without forming it. Ends early where `late()` says so.
std::vector<double> minimise_dual(const Pool& pool, std::span<const double> capacity, std::vector<double> prices,
                                  double temperature, const PriceBox& box, int steps, int threads,
                                  const std::function<bool()>& late);

}  // namespace gradus
