#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include <gradus/assessment/assessment.h>
#include <gradus/base/control.h>
#include <gradus/base/table.h>
#include <gradus/organization/organization.h>

namespace gradus {

struct RatingModel;  // opaque

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
    /// What the estimates were made with: raters, sources and variances; null for estimates from outside.
    std::shared_ptr<const RatingModel> model;
    /// True for estimates made elsewhere and loaded.
    bool from_outside = false;
    /// Warnings: undated ratings, ratings after as_of left out (with counts).
    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

/// What the ratings of people differ by, besides what all have in common.
enum class VarianceTerm : std::uint8_t { person, person_capability, severity, halo, residual };
template <>
struct Words<VarianceTerm> {
    static constexpr std::string_view names[] = {"person", "person_capability", "severity", "halo", "residual"};
};

/// Variances of the terms of a rating, in squared ranges of the scale. Missing (NaN): estimated from the ratings.
///
/// By source, in the order of Source: self, manager, peer, report, test, observation.
struct Variances {
    static constexpr double estimated = std::numeric_limits<double>::quiet_NaN();
    using BySource = std::array<double, 6>;
    static constexpr BySource all_estimated = {estimated, estimated, estimated, estimated, estimated, estimated};

    double person = estimated;             ///< of people, over all capabilities
    double person_capability = estimated;  ///< of a person's levels about the person's own mean
    BySource severity = all_estimated;     ///< of how severe or lenient raters are
    BySource halo = all_estimated;         ///< of one rater's impression of one person, the same for all capabilities
    /// Of the rest, for one rating given on the day itself; below 1e-7 it counts as that. Infinite: ratings of this source count for
    /// nothing.
    BySource residual = all_estimated;

    double of(VarianceTerm term, Source source) const;
};
static_assert(std::tuple_size_v<Variances::BySource> == std::size(Words<Source>::names));

/// A choice among the terms.
struct VarianceTerms {
    bool person = false, person_capability = false, severity = false, halo = false, residual = false;

    bool has(VarianceTerm term) const;
};

/// How a rating is read.
enum class Likelihood : std::uint8_t {
    normal,  ///< as the level itself, with a normal error
    ordinal  ///< as the level nearest to what was seen, with a normal error: the first level says "at most", the last "at least"
};
template <>
struct Words<Likelihood> {
    static constexpr std::string_view names[] = {"normal", "ordinal"};
};

struct EstimateOptions {
    Date as_of = missing<Date>();       ///< required: ratings after it are left out
    double half_information_years = 1;  ///< >= 1e-6: a rating's error variance is multiplied by 1 + age / this
    double prior_mean = 0.5;            ///< share of the scale's range above its bottom, 0 to 1
    double prior_sd = 0.25;             ///< share of the scale's range, 1e-9 to 1000
    /// Each from 0 to 1e6, residual > 0 and maybe infinite; those that are missing are estimated.
    Variances variances{};
    /// Terms of the model; the residual cannot be left out.
    VarianceTerms terms{.person = true, .person_capability = true, .severity = true, .halo = true, .residual = true};
    /// Terms with one variance for all sources, where none is given: severity, halo, residual.
    VarianceTerms pooled{};
    /// How many raters (people, ratings, …) a prior variance counts for, 0 to 1e9; difficulties and biases have flat priors at 0.
    double prior_weight = 10;
    /// Whether sd takes in how uncertain difficulties and source biases are.
    bool common_uncertainty = true;
    /// How ratings are read. Ordinal: a level stands for all up to the half-way points to the levels next to it, a number between two
    /// levels for itself.
    Likelihood likelihood = Likelihood::normal;
    /// Variances to begin the search with: those of these estimates. Ratings and all else may differ; what is found is the same, up to
    /// where the search ends (a thousandth of a standard error), and sooner. Null, or from outside: the beliefs before any rating.
    const Estimates* previous = nullptr;
    int threads = 0;  ///< 0: all cores
};

/// Combines ratings into levels, with what sources and raters have in common taken out.
///
/// The model of a rating of person p on capability c by rater r of source s, in ranges of the scale:
///     z = μ_s + d_c + α_p + δ_pc + b_r + h_rp + e,  e ~ N(0, σ²_s (1 + age / half_information_years)).
/// μ: bias of a source against the reference (test, else manager, observation, peer, report, self: the first that occurs);
/// d: difficulty; α + δ: the person; b: severity of the rater in that source; h: halo, that rater's impression of that person; all but
/// μ and d random and normal. The level estimated is d + α + δ. Before any rating, half of `prior_sd`² is what all d have in common,
/// about `prior_mean`, and half the person; each d varies about the common part with a variance of half of `prior_sd`² /
/// `prior_weight`, each μ about 0 with half of `prior_sd`² / min(5, `prior_weight`).
/// A rater absent: self the person, manager the person's manager, test nobody (no severity), else a rater of that rating alone. A
/// self-rater rates one person, so severity and halo are one: halo of self is left out unless halo is pooled or given.
///
/// Variances are estimated by restricted maximum likelihood (average information: Gilmour, Thompson & Cullis 1995, Biometrics 51),
/// with priors worth `prior_weight` units; report_variances() says how much they came to. Each person is eliminated exactly
/// (block elimination); the rest is solved by sparse Cholesky or conjugate gradients. Standard deviations are those of the joint
/// posterior given the variances. Age = days / 365.25; an undated rating has age 0, with a warning.
/// Ordinal ratings: the normal distribution nearest to the posterior, by readings as normal ratings that are repeated until they stay
/// (Stewart 1983, Review of Economic Studies 50; Opper & Archambeau 2009, Neural Computation 21).
/// Rows: every person who takes part at `as_of`, with every capability that is rated, required by the own or a target role, or a
/// personal goal.
/// Source: best linear unbiased prediction, Henderson (1975), Biometrics 31; Robinson (1991), Statistical Science 6.
/// @throws Error invalid_option.
Estimates estimate(const Organization& organization, const Assessments& assessments, const EstimateOptions& options,
                   Control* control = nullptr);

/// The rows of the people whom new ratings are of, with everything else as it was: variances, severities, difficulties and biases stay
/// those of `estimates`, as does how sure they are. Quick: some 20 µs a person. For new severities estimate again.
///
/// `as_of` missing: that of the estimates. Old ratings age to it. Raters known as raters of several people keep their severity; others
/// are met anew. Ratings after `as_of`, of people who take no part then, from a source or of a capability that the estimates knew no
/// ratings of are left out, with a warning each; those without a date have age 0, with a warning. Rows are of those who take part at
/// `as_of`. An update does not hold the ratings it took in: update the estimates of all again, with all ratings since.
/// @throws Error missing_table for estimates from outside or an update; invalid_option for an earlier day than that of the estimates.
Estimates update_estimates(const Estimates& estimates, const Assessments& added, Date as_of = missing<Date>(),
                           int threads = 0);

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
