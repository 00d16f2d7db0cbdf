#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "assessment/person_block.h"

namespace gradus {

/// How uncertain what a person's ratings share with others' is.
struct SharedParts {
    static constexpr std::int32_t none = -1;

    struct Rater {
        std::int32_t severity, source;  // columns
    };
    std::vector<Rater> raters;          // local
    std::int32_t first_capability = 0;  // column of the first; then one each
    std::size_t columns = 0;
    /// Of the first so many columns. The rest have the variance `others` each, and no covariance.
    Eigen::MatrixXd covariance;
    double others = 0;
    /// Far above what single ratings vary by: sums are made in an order that loses no digits.
    bool vague = false;
};

/// What is known of one person's effects together with what is shared.
///
/// Given the kept effects and what is shared, an eliminated effect is `left` times its data less their parts, with the variance
/// `left`. So every variance is a quadratic form in the covariance of the kept effects and the shared parts. An effect and its
/// shared part (halo with severity and bias, a person's deviation with the difficulty) meet in ratings only as their sum: so few
/// numbers are enough for all of an eliminated effect's ratings.
class PersonPosterior {
public:
    void set(const PersonBlock& block, const SharedParts& shared);

    /// Of α.
    double person_variance() const { return variance(0); }
    /// Of α and a capability's deviation and difficulty.
    double level_variance(std::int32_t capability);
    /// Of α (+ δ of a capability) (+ h of a rater) without what is shared; -1: without.
    double effect_variance(bool person, std::int32_t capability, std::int32_t rater);
    /// How α moves with a column of what is shared.
    double person_response(std::size_t column) const;

    /// What the restricted likelihood's slope by an effect's variance τ takes off: (τ - posterior variance) / τ². Of a kept effect:
    double kept_trace(std::size_t a) const {
        const double prior = block_->variance_of_kept(a);
        return prior > 0 ? (1 - variance(a) / prior) / prior : 0;
    }
    /// Takes up one of the eliminated effects for what follows.
    void open(std::size_t e);
    double trace();
    /// The variance of what all ratings of the effect and the kept one have in common but for the residual.
    double fit_variance(std::size_t kept);

private:
    double variance(std::size_t a) const { return joint_[a * size_ + a]; }
    std::array<std::int32_t, 2> columns_of(PersonBlock::Column effect) const;
    std::array<std::int32_t, 2> columns_of_kept(std::size_t a) const {
        return columns_of({true, static_cast<std::int32_t>(a) - 1});
    }
    double covariance(std::int32_t i, std::int32_t j) const {
        if (static_cast<std::size_t>(std::max(i, j)) < dense_) return shared_->covariance(i, j);
        return i == j ? shared_->others : 0;
    }
    void join();
    void pair_up();
    void start(double person);
    void add_kept(std::size_t a, bool with_shared);
    void add_eliminated(std::size_t e, bool with_shared);
    double carefully();

    const PersonBlock* block_ = nullptr;
    const SharedParts* shared_ = nullptr;
    std::size_t size_ = 0, columns_ = 0, dense_ = 0;  // kept effects; shared columns; those with covariances
    std::vector<double> ties_;                   // by kept effect, column: Z'V⁻¹X, the eliminated effects unknown
    std::vector<double> product_, with_shared_;  // the same: their product with the covariance; covariance of both
    std::vector<double> joint_;                  // covariance of kept effects
    std::vector<double> together_;               // the same of kept effects with their shared parts; α has none
    std::vector<double>
        meeting_;  // by kept effect, eliminated one: what the latter's shared part adds to α's covariances
    // The effect that is open: its weights; the covariances of kept effects with α and the own shared part; and with its sum.
    std::size_t open_ = 0;
    std::vector<double> row_, weight_, opened_, base_;
    double base_variance_ = 0;
    // A sum of effects, carefully: coefficients of kept effects and columns, and the variance of what is left.
    std::vector<double> kept_, along_;
    double left_ = 0;
};

}  // namespace gradus
