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
#include "assessment/rater_system.h"

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
    /// One more Newton step, with ratings that are read anew: so far as it seems to lead there in the light of those before.
    /// @return the largest change of a variance that is left, as a share of it.
    double improve();

    const RatingVariances& variances() const { return variances_; }
    const std::vector<VarianceComponent>& components() const { return components_; }
    /// -2 log restricted likelihood of the people used; missing where it is not known.
    double criterion() const { return criterion_; }
    std::span<const std::int32_t> people() const { return people_; }  // used
    int rounds() const { return rounds_; }

private:
    struct Step {
        Eigen::VectorXd gradient;     // of the log likelihood, by log variance
        Eigen::MatrixXd information;  // average information, the same
        double criterion = 0;
        bool exact = false;
    };
    void list(const Ratings& ratings, const EstimateOptions& options);
    void spread();
    Step look(std::span<const std::int32_t> people, bool whole) const;
    bool whole(std::span<const std::int32_t> people) const;
    std::pair<double, double> belief_of(Eigen::Index i) const;
    Eigen::VectorXd newton(const Step& step) const;
    void tell(const Step& step);
    bool improve(std::span<const std::int32_t> people, double enough, int most);
    std::vector<std::int32_t> sample(std::int64_t wanted) const;

    const Ratings& ratings_;
    const SharedLayout& layout_;
    Control* control_;
    int threads_;
    double prior_weight_;
    RaterSystem::Priors priors_;
    RatingVariances variances_;
    std::vector<VarianceComponent> components_;
    std::vector<double> prior_;                                    // by component
    std::vector<std::int32_t> estimated_;                          // components that are
    std::array<std::array<std::int32_t, source_count>, 5> place_;  // by term and source: its component; -1: none
    double criterion_ = 0;
    std::vector<std::int32_t> people_;
    int rounds_ = 0;
    Anderson accelerated_;
};

}  // namespace gradus
