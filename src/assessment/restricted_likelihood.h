#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "assessment/rater_system.h"

namespace gradus {

/// Which variance of a list each term of a source has; -1: none.
using VariancePlaces = std::array<std::array<std::int32_t, source_count>, 5>;

/// The restricted likelihood of the variances, from the ratings of certain people: slope and average information.
///
/// With P the projection of the restricted likelihood and V_k the derivative of the ratings' covariance by the variance k, the slope of
/// the log likelihood is (z'P V_k P z - tr P V_k) / 2 and the average information z'P V_k P V_l P z / 2: Gilmour, Thompson & Cullis
/// (1995), Average information REML, Biometrics 51.
class RestrictedLikelihood {
public:
    RestrictedLikelihood(const Ratings& ratings, const SharedLayout& layout, std::span<const std::int32_t> people,
                         const VariancePlaces& places, std::size_t count, const RaterSystem::Priors& priors,
                         int threads);

    struct Step {
        Eigen::VectorXd squares, traces;  // z'P V_k P z and tr P V_k
        Eigen::MatrixXd information;      // z'P V_k P V_l P z; empty: not asked for
        double criterion = 0;             // -2 log likelihood, where exact
        bool exact = false;
    };
    Step at(const RatingVariances& variances, bool informed);

    /// Whether how uncertain difficulties and biases are is taken in. A slope that is not whole is not that of the likelihood.
    bool whole() const { return whole_; }
    double people() const { return static_cast<double>(pattern_->people().size()); }
    const std::shared_ptr<const RaterPattern>& pattern() const { return pattern_; }

private:
    class Look;
    std::int32_t place_of_person() const { return places_[static_cast<std::size_t>(VarianceTerm::person)][0]; }
    void add_shared(const RatingVariances& variances, Step& step) const;

    const Ratings& ratings_;
    const SharedLayout& layout_;
    const VariancePlaces& places_;
    std::size_t count_;
    RaterSystem::Priors priors_;
    int threads_;
    std::shared_ptr<const RaterPattern> pattern_;
    bool whole_;
    std::optional<RaterSystem> system_;  // at the variances last asked for
};

}  // namespace gradus
