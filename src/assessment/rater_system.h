#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <gradus/assessment/estimate.h>

#include "assessment/person_posterior.h"
#include "assessment/rater_pattern.h"
#include "assessment/ratings.h"
#include "assessment/sparse_factor.h"

namespace gradus {

/// The equations of what people share, x = (severities, difficulties, source biases, mean difficulty), each person eliminated:
/// A = Σ X'V⁻¹X + prior precision, A x = Σ X'V⁻¹z. Posterior covariance of x: A⁻¹.
///
/// Severities are numbered by the rows of the pattern; those of all people are the raters of the layout.
///
/// A is kept sparse. Where its Cholesky factor is small enough, x and the entries of A⁻¹ that anybody needs (those of columns that
/// meet in one person) are exact. Else x comes from preconditioned conjugate gradients; of A⁻¹ the busiest raters and what is common to
/// all are inverted as a whole, the rest from a series about the diagonal up to second order.
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
    /// Several vectors, that of each row and common number after the other.
    struct Vectors {
        std::size_t count = 0;
        std::vector<double> value;

        Vectors(std::size_t size, std::size_t count_) : count(count_), value(size * count_, 0.0) {}
        double& operator()(std::size_t i, std::size_t k) { return value[i * count + k]; }
        double operator()(std::size_t i, std::size_t k) const { return value[i * count + k]; }
    };

    static constexpr std::size_t usual_unknowns = 20'000;
    static constexpr double usual_tolerance = 1e-10;
    /// The pattern's people must be known. `tolerance`: relative, of the solution, where that is not exact. Of more than `most_unknowns`
    /// the factor is asked for only where ties between raters leave small groups; 0: never.
    RaterSystem(const Ratings& ratings, const SharedLayout& layout, std::shared_ptr<const RaterPattern> pattern,
                const RatingVariances& variances, const Priors& priors, double tolerance, int threads,
                std::size_t most_unknowns = usual_unknowns);
    /// `people`: those who take part, ascending.
    RaterSystem(const Ratings& ratings, const SharedLayout& layout, std::span<const std::int32_t> people,
                const RatingVariances& variances, const Priors& priors, int threads,
                std::size_t most_unknowns = usual_unknowns);

    /// Anew, with ratings, variances or people that have changed.
    void fit(std::shared_ptr<const RaterPattern> pattern, const RatingVariances& variances, const Priors& priors,
             double tolerance = usual_tolerance);
    /// What concerns single people, and what makes a new fit quick, is not needed any more.
    void forget_people();

    const RaterPattern& pattern() const { return *pattern_; }
    std::size_t size() const { return right_.size(); }
    bool exact() const { return exact_; }
    std::span<const double> solution() const { return solution_; }
    /// What the solution says of a person's cell: difficulty, source bias, and severity where the rater is shared. Local numbers.
    double shared_part(const PersonRatings& ratings, std::int32_t capability, std::int32_t rater) const {
        return difficulty(ratings.capabilities[static_cast<std::size_t>(capability)]) +
               rater_part(ratings.raters[static_cast<std::size_t>(rater)]);
    }
    double difficulty(std::int32_t capability) const { return solution_[common_at(capability)]; }
    /// Of a rater's ratings: severity, where shared, and source bias.
    double rater_part(const PersonRatings::Rater& rater) const;
    /// A⁻¹ times something, to the relative tolerance where that is not exact.
    std::vector<double> solve(std::span<const double> right, double tolerance) const;
    Vectors solve(const Vectors& right, double tolerance) const;
    /// -2 log restricted likelihood, where exact.
    double criterion() const { return criterion_; }
    std::int64_t ratings() const { return count_; }

    /// Makes covariance() known. `common_uncertainty` false: as if difficulties and biases were known. `ties`: rater_covariance() too.
    void invert(bool common_uncertainty = true, bool ties = false);
    double variance(std::int32_t row) const { return variance_[static_cast<std::size_t>(row)]; }
    /// Of what a person's ratings share. `whole` false: of severities; difficulties are uncertain only as one differs from another, and
    /// biases known.
    void share(const PersonRatings& ratings, bool whole, SharedParts& into) const;
    /// Of what is common to all.
    double common_variance(std::int32_t number) const { return common_inverse_(number, number); }
    double common_covariance(std::int32_t a, std::int32_t b) const { return common_inverse_(a, b); }
    /// Of a rater's severity with what is common to all, whether or not they meet in anybody.
    double rater_covariance(std::int32_t row, std::int32_t number) const;

private:
    class Assembly;
    std::size_t rows() const { return static_cast<std::size_t>(pattern_->rows()); }
    std::size_t common_at(std::int32_t number) const { return rows() + static_cast<std::size_t>(number); }
    void assemble(const RatingVariances& variances);
    void believe(const RatingVariances& variances, const Priors& priors);
    void factor();
    void reduce();
    SparseFactor::Matrix lower() const;
    void multiply(const Vectors& x, Vectors& result) const;
    void precondition(const Vectors& r, Vectors& z) const;
    void invert_exactly(bool ties);
    void invert_by_series();
    std::vector<std::int32_t> busiest() const;
    void summarise();
    void share_severities(const PersonRatings& ratings, SharedParts& into) const;
    void share_common(const PersonRatings& ratings, SharedParts& into) const;

    const Ratings& ratings_;
    const SharedLayout& layout_;
    int threads_;
    std::size_t most_unknowns_;
    std::shared_ptr<const RaterPattern> pattern_;
    std::vector<double> value_, diagonal_, right_, solution_;  // value_: by entry of the pattern
    Eigen::MatrixXd common_;                                   // the block of what is common to all
    // Where not exact: the same, less what the diagonal of the severities takes.
    std::optional<Eigen::LLT<Eigen::MatrixXd>> reduced_;
    bool exact_ = false;
    double criterion_ = 0;
    std::int64_t count_ = 0;
    SparseFactor factor_;  // where exact

    std::vector<double> variance_, covariance_;  // A⁻¹ on the diagonal and by entry
    Eigen::MatrixXd common_inverse_;
    double least_residual_ = 1;       // variance; 1: of the whole range
    double difference_variance_ = 0;  // of half the difference of two difficulties, on average
    bool vague_ = false;              // what is common varies by far more than ratings
    Eigen::MatrixXd rater_inverse_;   // A⁻¹ of severities by what is common; empty: too large, or not exact
};

}  // namespace gradus
