#pragma once

#include <string_view>

#include <gradus/assessment/assessment.h>
#include <gradus/base/control.h>
#include <gradus/base/table.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// What is believed about people's levels: one row per person and capability that was rated or is needed.
///
/// level ~ N(mean, sd²) in positions of the capability's scale. Rows are sorted by person, capability.
struct Estimates : Table {
    Estimates() : Table("estimates", "What is believed about people's levels, and how sure it is") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whose level", .required = true, .identity = true}};
    Column<CapabilityId> capability{*this,
                                    {.name = "capability", .meaning = "of what", .required = true, .identity = true}};
    Column<double> mean{*this, {.name = "mean", .unit = "position", .meaning = "expected level", .required = true}};
    Column<double> sd{*this,
                      {.name = "sd",
                       .unit = "positions",
                       .meaning = "standard deviation of the level: how unsure it is",
                       .required = true,
                       .low = 0}};
    Column<std::int32_t> ratings{
        *this,
        {.name = "ratings", .unit = "ratings", .meaning = "number of ratings used; 0: only the prior", .low = 0}};
    Column<Date> last{*this, {.name = "last", .meaning = "day of the newest rating used"}};
    Column<double> as_rated{
        *this, {.name = "as_rated", .unit = "position", .meaning = "plain mean of the ratings, beside the estimate"}};
    Column<double> evidence{*this,
                            {.name = "evidence",
                             .unit = "share",
                             .meaning = "1 - variance / prior variance: how much of the prior's doubt is gone",
                             .low = 0,
                             .high = 1}};

    /// What is believed where there is no row: mean and sd as shares of the scale's range, the mean from its bottom.
    double prior_mean = 0.5;
    double prior_sd = 0.25;
    /// True for estimates made elsewhere and loaded.
    bool from_outside = false;
    /// Warnings: undated ratings, ratings after as_of left out (with counts).
    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

/// Error variances of one rating by its source, in squared ranges of the scale.
struct Variances {
    double self = 0.25 * 0.25;
    double manager = 0.20 * 0.20;
    double peer = 0.20 * 0.20;
    double report = 0.20 * 0.20;
    double test = 0.10 * 0.10;
    double observation = 0.15 * 0.15;

    double of(Source source) const;
};

struct EstimateOptions {
    Date as_of = missing<Date>();       ///< required: ratings after it are left out
    double half_information_years = 1;  ///< > 0: a rating's error variance is multiplied by 1 + age / this
    double prior_mean = 0.5;            ///< share of the scale's range above its bottom, 0 to 1
    double prior_sd = 0.25;             ///< share of the scale's range, > 0
    Variances variances{};              ///< each > 0
    int threads = 0;                    ///< 0: all cores
};

/// Combines ratings into levels: the Gaussian posterior with given error variances.
///
/// With prior N(m, s²) and ratings z_i of variance v_i = σ²(source) · range² · (1 + age_i / half_information_years):
/// precision 1/s² + Σ 1/v_i, mean (m/s² + Σ z_i/v_i) / precision. Age = days / 365.25; an undated rating has age 0, with
/// a warning. More ratings never widen an estimate. Rows: every person who takes part at `as_of`, with every capability
/// that is rated, required by the own or a target role, or a personal goal.
/// Source: Bayes' rule for a normal mean with known variances, e.g. Gelman et al., Bayesian Data Analysis, §2.5.
/// @throws Error invalid_option.
Estimates estimate(const Organization& organization, const Assessments& assessments, const EstimateOptions& options,
                   Control* control = nullptr);

/// Estimates from outside: person, capability, mean and sd are needed, the rest may be absent.
/// @throws Error with all problems; missing_table if the input is not the table `estimates`.
Estimates load_estimates(const Organization& organization, const Input& input, Date as_of, int threads = 0);

/// Self, manager, peers … side by side: one row per person, capability and source with ratings by `as_of`.
struct RatingsBySource : Table {
    RatingsBySource() : Table("ratings_by_source", "What each source says of a person's capability, side by side") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who was rated"}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "on what"}};
    Column<Source> source{*this, {.name = "source", .meaning = "by whom"}};
    Column<double> mean{
        *this, {.name = "mean", .unit = "position", .meaning = "mean over raters of each one's newest rating"}};
    Column<std::int32_t> raters{*this, {.name = "raters", .unit = "raters", .meaning = "distinct raters"}};
    Column<Date> last{*this, {.name = "last", .meaning = "day of the newest rating"}};
    Column<double> previous{
        *this,
        {.name = "previous", .unit = "position", .meaning = "mean over raters of the rating before each one's newest"}};
    Column<double> change{
        *this,
        {.name = "change", .unit = "positions", .meaning = "mean over those raters of newest minus the one before"}};
};

/// Rater absent: each such row of peer, report or observation is a rater of its own; self, manager and test are one each.
RatingsBySource ratings_by_source(const Organization& organization, const Assessments& assessments, Date as_of,
                                  int threads = 0);

}  // namespace gradus
