#pragma once

#include <vector>

#include <gradus/assessment/estimate.h>

#include "assessment/day.h"
#include "assessment/person_block.h"
#include "assessment/person_posterior.h"
#include "assessment/rater_system.h"
#include "assessment/ratings.h"
#include "assessment/variance_components.h"

namespace gradus {

/// What an estimate was made with: enough to estimate a person again, and to report on raters and sources.
struct RatingModel {
    RatingModel(const Organization& organization, const Assessments& assessments, const EstimateOptions& options,
                Control* control, std::size_t most_unknowns = RaterSystem::usual_unknowns);

    /// Mean and variance of a level, in ranges above prior_mean.
    struct Level {
        double mean, variance, prior_variance;
    };

    Organization organization;
    Assessments assessments;
    EstimateOptions options;
    Day day;
    Ratings ratings;
    SharedLayout layout;
    VarianceComponents components;
    RaterSystem system;
    bool unsettled = false;                         // readings of ordinal ratings did not end
    double unrated_mean = 0, unrated_variance = 0;  // of the difficulty of a capability that nobody rated
};

/// @throws Error missing_table for estimates from outside: the `what` need ratings.
const RatingModel& model_of(const Estimates& estimates, std::string_view what);

/// The levels of one person after the other.
class PersonLevels {
public:
    explicit PersonLevels(const RatingModel& model) : model_(model) {}

    struct Effect {
        double mean, variance;
    };

    /// Takes up a person's ratings, with what is known of raters and sources.
    void go(std::int32_t person);
    /// The same with ratings of one's own choice, as Ratings::gather() takes them.
    void go(std::int32_t person, Date as_of, std::span<const Ratings::Row> rows);
    RatingModel::Level level(CapabilityId capability);
    /// The sum of the person's own effect, that at a capability and a rater's halo; -1: without. Local numbers.
    Effect effect(bool person, std::int32_t capability, std::int32_t rater);
    /// What ratings of a cell are expected to be: everything but the residual.
    Effect fit(const PersonRatings::Cell& cell);
    const PersonBlock& block() const { return block_; }
    const PersonRatings& ratings() const { return ratings_; }

private:
    void start();
    double person_covariance(std::int32_t number) const;

    const RatingModel& model_;
    PersonRatings ratings_;
    std::vector<PersonRatings::Terms> terms_;
    PersonBlock block_;
    SharedParts shared_;
    PersonPosterior posterior_;
};

}  // namespace gradus
