#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gradus/assessment/estimate.h>
#include <gradus/base/control.h>

#include "assessment/anderson.h"
#include "assessment/restricted_likelihood.h"

namespace gradus {

/// One variance of the model, as estimated or given.
struct VarianceComponent {
    VarianceTerm term;
    std::vector<Source> of;  // the sources that share it; none: of people
    double variance = 0;     // squared ranges
    double sd = 0;           // standard error of the estimate; 0: given
    double prior_share = 0;  // of the information: the prior's
    std::int64_t units = 0;  // people, raters, … that it was told from
    bool given = false;
};

/// What is believed of a variance before any rating, in squared ranges of the scale.
double believed_variance(const EstimateOptions& options, VarianceTerm term, Source source);

/// The variances of the terms that occur, estimated where they are not given.
///
/// Restricted maximum likelihood by Newton steps on the logarithms of the variances with average information: Gilmour, Thompson &
/// Cullis (1995), Average information REML, Biometrics 51. A prior counts as `prior_weight` more units with the mean square that the
/// prior has. Of many people, those whom a random part of the raters rated: as many as leave each variance a relative standard error
/// below 1 %.
class VarianceComponents {
public:
    VarianceComponents(const Ratings& ratings, const SharedLayout& layout, const EstimateOptions& options,
                       Control* control);

    /// Whether any is.
    bool estimated() const { return !estimated_.empty(); }
    /// That of the people used, with what their ratings say whenever it is asked.
    RestrictedLikelihood likelihood() const { return likelihood(people_); }
    /// One more Newton step, with ratings that are read anew: so far as it seems to lead there in the light of those before.
    /// @return the largest change of a variance that is left, as a share of it.
    double improve(RestrictedLikelihood& likelihood);

    const RatingVariances& variances() const { return variances_; }
    const std::vector<VarianceComponent>& components() const { return components_; }
    /// -2 log restricted likelihood of the people used; missing where it is not known.
    double criterion() const { return criterion_; }
    int rounds() const { return rounds_; }

private:
    void list(const Ratings& ratings, const EstimateOptions& options);
    void start_from(const Estimates* previous);
    void spread();
    RestrictedLikelihood likelihood(std::span<const std::int32_t> people) const;
    RestrictedLikelihood::Step look(RestrictedLikelihood& likelihood, bool informed);
    void improve(std::span<const std::int32_t> people, double enough, bool many);
    /// A Newton step, and how far there is to go to the maximum, in squared standard errors.
    struct Move {
        Eigen::VectorXd step;
        double distance;
    };
    Move newton(const RestrictedLikelihood& likelihood, const RestrictedLikelihood::Step& at) const;
    std::size_t component(Eigen::Index i) const {
        return static_cast<std::size_t>(estimated_[static_cast<std::size_t>(i)]);
    }
    std::pair<double, double> belief_of(Eigen::Index i) const;
    Eigen::VectorXd logarithms() const;
    void set(const Eigen::VectorXd& logarithms);
    void settle(const Eigen::MatrixXd& from_ratings);
    double widest() const;
    std::vector<std::int32_t> sample(std::int64_t wanted) const;

    const Ratings& ratings_;
    const SharedLayout& layout_;
    Control* control_;
    int threads_;
    double prior_weight_;
    RaterSystem::Priors priors_;
    RatingVariances variances_;
    std::vector<VarianceComponent> components_;
    std::vector<double> prior_;            // by component
    std::vector<std::int32_t> estimated_;  // components that are
    VariancePlaces place_;                 // by term and source: its component
    Eigen::MatrixXd information_;          // of one person, by log variance, as last found
    double criterion_ = 0;
    std::vector<std::int32_t> people_;
    int rounds_ = 0;
    Anderson accelerated_;
};

}  // namespace gradus
