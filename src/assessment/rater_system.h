#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <gradus/assessment/estimate.h>

#include "assessment/person_block.h"
#include "assessment/ratings.h"

namespace gradus {

/// Which unknowns are shared by several people, and their numbers: severities of shared raters, then what is common to all.
struct SharedLayout {
    explicit SharedLayout(const Ratings& ratings);

    std::int32_t raters, capabilities, common;      // common: capabilities, sources but the reference, level
    std::array<std::int32_t, source_count> source;  // number among the common; -1: the reference, or absent
    std::int32_t level;                             // the same: what difficulties are believed to have in common

    std::int32_t size() const { return raters + common; }
};

/// One person's columns among what is shared.
struct LocalColumns {
    struct Term {
        PersonBlock::Column column;
        std::int32_t source;  // of a rater's column: the common number that it belongs to as well; -1: none
    };
    std::vector<std::int32_t> number;  // in SharedLayout order; ascending: raters, capabilities, sources
    std::vector<std::int32_t> rater;   // local raters that are shared, as the first so many columns
    std::size_t raters = 0, capabilities = 0;
    std::array<std::int32_t, source_count> of_source;  // local column of a source; -1: none

    void set(const PersonRatings& ratings, const SharedLayout& layout);
    std::size_t size() const { return number.size(); }
};

/// The equations of what people share, x = (severities, difficulties, source biases, mean difficulty), each person eliminated:
/// A = Σ X'V⁻¹X + prior precision, A x = Σ X'V⁻¹z. Posterior covariance of x: A⁻¹.
///
/// A is kept sparse. Where its Cholesky factor is small enough, x and the entries of A⁻¹ that anybody needs (those of columns that
/// meet in one person) are exact: the latter by the recursion of Takahashi, Fagan & Chin (1973). Else x comes from preconditioned
/// conjugate gradients; of A⁻¹ the busiest raters and what is common to all are inverted as a whole, the rest from a series about the
/// diagonal up to second order.
class RaterSystem {
public:
    struct Priors {
        /// A weight of 0 believes nothing. What all have in common is worth one unit at most: where people stand is what is asked.
        /// Half of what is not known of a level before any rating is difficulty, the other half the person.
        explicit Priors(const EstimateOptions& options);

        double level;       // precision of what all difficulties have in common
        double capability;  // of difficulties about that
        double source;      // of biases
    };
    static constexpr std::int64_t usual_unknowns = 20'000;
    /// `people`: those who take part, ascending. Of more than `most_unknowns` the factor is not asked for.
    RaterSystem(const Ratings& ratings, const SharedLayout& layout, std::span<const std::int32_t> people,
                const RatingVariances& variances, const Priors& priors, int threads,
                std::int64_t most_unknowns = usual_unknowns);

    /// Anew, with ratings or variances that have changed.
    void fit(std::span<const std::int32_t> people, const RatingVariances& variances, const Priors& priors);

    bool exact() const { return exact_; }
    std::span<const double> solution() const { return solution_; }
    /// What the solution says of a person's cell: difficulty, source bias, and severity where the rater is shared. Local numbers.
    double shared_part(const PersonRatings& ratings, std::int32_t capability, std::int32_t rater) const;
    /// A⁻¹ times something, to the relative tolerance where that is not exact.
    std::vector<double> solve(std::span<const double> right, double tolerance) const;
    /// -2 log restricted likelihood, where exact.
    double criterion() const { return criterion_; }
    std::int64_t ratings() const { return count_; }

    /// Makes covariance() known. `common_uncertainty` false: as if difficulties and biases were known. `ties`: rater_covariance() too.
    void invert(bool common_uncertainty = true, bool ties = false);
    double variance(std::int32_t rater) const { return variance_[static_cast<std::size_t>(rater)]; }
    /// Of a person's columns with each other.
    void covariance(const LocalColumns& columns, Eigen::MatrixXd& into) const;
    /// Of what is common to all.
    double common_variance(std::int32_t number) const { return common_inverse_(number, number); }
    double common_covariance(std::int32_t a, std::int32_t b) const { return common_inverse_(a, b); }
    /// Of a rater's severity with what is common to all, whether or not they meet in anybody.
    double rater_covariance(std::int32_t rater, std::int32_t number) const;

private:
    void assemble(std::span<const std::int32_t> people, const RatingVariances& variances, const Priors& priors);
    void factor();
    void multiply(std::span<const double> x, std::span<double> result) const;
    void precondition(std::span<const double> r, std::span<double> z) const;
    /// Raters of very many people, ascending: all of so many or none.
    std::vector<std::int32_t> busiest() const;
    /// A⁻¹ where it needs more than its factor may.
    void invert_nearly();
    std::int64_t find(std::int32_t row, std::int32_t column) const;

    const Ratings& ratings_;
    const SharedLayout& layout_;
    int threads_;
    std::int64_t most_unknowns_;
    std::vector<std::int64_t> first_;   // of each rater's row: columns that are others' severities or common
    std::vector<std::int32_t> column_;  // in SharedLayout order, ascending
    std::vector<double> value_, diagonal_, right_, solution_;
    Eigen::MatrixXd common_;               // the block of what is common to all
    Eigen::LLT<Eigen::MatrixXd> reduced_;  // the same, less what the diagonal of the severities takes
    bool exact_ = false;
    double criterion_ = 0;
    std::int64_t count_ = 0;

    // The Cholesky factor of P A P', by column, where exact.
    std::vector<std::int64_t> factor_first_;
    std::vector<std::int32_t> factor_row_, place_;  // place_: of each unknown in the factor's order
    std::vector<double> factor_value_;

    std::vector<double> variance_, covariance_;  // A⁻¹ on the diagonal and at column_
    Eigen::MatrixXd common_inverse_;
    Eigen::MatrixXd rater_inverse_;  // A⁻¹ of severities by what is common; empty: too large, or not exact
};

}  // namespace gradus
