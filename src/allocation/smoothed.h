#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "allocation/pool.h"
#include "base/parallel.h"

namespace gradus {

/// The smoothed dual of the first members of a pool, F(λ) = λ·capacity + Σ over members of T log Σ over choices of exp(net / T), with
/// its slope and its Hessian. Sums run over fixed pieces of the members, whatever the number of threads.
/// Source: Nesterov (2005), Smooth minimization of non-smooth functions.
class Smoothed {
public:
    static constexpr Eigen::Index dense_limit = 700;  ///< prices that a Hessian is worth forming for

    Smoothed(const Pool& pool, std::int32_t members, std::span<const double> capacity, double temperature, int threads)
        : pool_(pool), members_(members), capacity_(capacity), temperature_(temperature),
          threads_(members < worth_a_thread ? 1 : threads), piece_((members + pieces - 1) / pieces), weighed_(pieces),
          used_(pieces) {}

    /// Value and slope; what the Hessian needs is kept.
    double at(std::span<const double> prices, std::vector<double>& slope);
    /// Hessian × vector.
    std::vector<double> product(std::span<const double> vector) const;
    std::vector<double> diagonal() const;
    /// The lower half of the Hessian on the moving prices; `place` maps a resource to its row or -1.
    Eigen::MatrixXd hessian(std::span<const std::int32_t> place, Eigen::Index size) const;

private:
    static constexpr std::int32_t pieces = 16;
    static constexpr std::int32_t worth_a_thread = 1024;  // members

    // Choices that count at the temperature, with their weights, of the members with more than one.
    struct Weighed {
        std::vector<ChoiceView> choices;
        std::vector<double> weights;
        std::vector<std::int32_t> ends;  // by member
    };

    template <class F>
    void each_piece(F&& f) const {
        parallel_for(members_, piece_, threads_, [&](std::int64_t first, std::int64_t last) {
            f(first / piece_, static_cast<std::int32_t>(first), static_cast<std::int32_t>(last));
        });
    }
    std::vector<double> sum(const std::vector<std::vector<double>>& parts) const;

    const Pool& pool_;
    std::int32_t members_;
    std::span<const double> capacity_;
    double temperature_;
    int threads_;
    std::int64_t piece_;
    std::vector<Weighed> weighed_;
    std::vector<std::vector<double>> used_;
};

}  // namespace gradus
