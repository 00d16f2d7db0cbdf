#pragma once

#include <gradus/assessment/estimate.h>

namespace gradus {

/// Severity and halo of everyone who rated: one row per rater and source.
///
/// In ranges of the scale: 0.25 on a scale from 1 to 5 is one level. Rows are sorted by rater, source. Raters without a name have none.
struct Raters : Table {
    Raters() : Table("raters", "How severe or lenient raters are, and how far that can be told") {}

    Column<RaterId> rater{*this, {.name = "rater", .meaning = "key of the rater; of self, the person"}};
    Column<Source> source{*this, {.name = "source", .meaning = "as what the rater rated"}};
    Column<double> severity{
        *this,
        {.name = "severity",
         .unit = "ranges of the scale",
         .meaning =
             "expected effect on the rater's ratings: below 0 severe, above 0 lenient, against others of that source"}};
    Column<double> severity_sd{
        *this,
        {.name = "severity_sd", .unit = "ranges of the scale", .meaning = "standard deviation of severity", .low = 0}};
    Column<double> halo_sd{*this,
                           {.name = "halo_sd",
                            .unit = "ranges of the scale",
                            .meaning = "root mean square of the rater's impressions of one person",
                            .low = 0}};
    Column<std::int32_t> ratings{*this,
                                 {.name = "ratings", .unit = "ratings", .meaning = "number of ratings used", .low = 0}};
    Column<std::int32_t> people{*this, {.name = "people", .unit = "people", .meaning = "people rated", .low = 0}};
    Column<double> identifiability{*this,
                                   {.name = "identifiability",
                                    .unit = "share",
                                    .meaning = "1 - variance / variance before any rating: near 0, severity and the "
                                               "level of those rated cannot be told apart",
                                    .low = 0,
                                    .high = 1}};
    Column<std::int32_t> component{*this,
                                   {.name = "component",
                                    .meaning = "number of the group of people and raters that ratings connect; "
                                               "severities of different groups are not compared",
                                    .low = 1}};
};

/// What sources have in common: one row per source that occurs, in ranges of the scale.
struct Sources : Table {
    Sources() : Table("sources", "How kind each source of ratings is, and how much its ratings vary") {}

    Column<Source> source{*this, {.name = "source", .meaning = "who or what rated"}};
    Column<double> bias{
        *this,
        {.name = "bias",
         .unit = "ranges of the scale",
         .meaning = "expected rating less that of the reference source for the same level; above 0: kinder"}};
    Column<double> bias_sd{*this,
                           {.name = "bias_sd",
                            .unit = "ranges of the scale",
                            .meaning = "standard deviation of bias; 0: the reference",
                            .low = 0}};
    Column<double> severity_sd{*this,
                               {.name = "severity_sd",
                                .unit = "ranges of the scale",
                                .meaning = "standard deviation between raters",
                                .low = 0}};
    Column<double> halo_sd{*this,
                           {.name = "halo_sd",
                            .unit = "ranges of the scale",
                            .meaning = "standard deviation between the impressions one rater has of different people",
                            .low = 0}};
    Column<double> residual_sd{*this,
                               {.name = "residual_sd",
                                .unit = "ranges of the scale",
                                .meaning = "standard deviation of the rest of a rating given on the day itself",
                                .low = 0}};
    Column<std::int32_t> ratings{*this,
                                 {.name = "ratings", .unit = "ratings", .meaning = "number of ratings used", .low = 0}};
    Column<std::int32_t> raters{
        *this,
        {.name = "raters",
         .unit = "raters",
         .meaning = "raters; where nobody is known, each rating has one of its own, a test none",
         .low = 0}};
};

/// What ratings differ by: one row per term and source, as estimated or given.
struct VarianceReport : Table {
    VarianceReport()
        : Table("variances", "How much each part of a rating varies, and whether the ratings or the prior say so") {}

    Column<VarianceTerm> term{*this,
                              {.name = "term", .meaning = "person, person_capability, severity, halo or residual"}};
    Column<Source> source{*this, {.name = "source", .meaning = "of whose ratings; absent: of people"}};
    Column<double> variance{
        *this, {.name = "variance", .unit = "squared ranges of the scale", .meaning = "of the term", .low = 0}};
    Column<double> sd{*this,
                      {.name = "sd",
                       .unit = "squared ranges of the scale",
                       .meaning = "standard error of the variance; absent: given",
                       .low = 0}};
    Column<double> prior_share{
        *this,
        {.name = "prior_share",
         .unit = "share",
         .meaning =
             "of what is known of the variance, how much is the prior; above 0.5 the ratings say little; absent: given",
         .low = 0,
         .high = 1}};
};

/// Whether a source rates a group of people otherwise than its anchor does: one row per attribute, value and source.
struct Fairness : Table {
    Fairness() : Table("fairness", "Differences between groups of people in how sources rate them") {}

    Column<AttributeId> attribute{*this, {.name = "attribute", .meaning = "declared attribute of people"}};
    Column<std::string_view> value{
        *this, {.name = "value", .meaning = "the group: those with this value, against all others with one"}};
    Column<Source> source{*this, {.name = "source", .meaning = "whose ratings"}};
    Column<Source> against{
        *this,
        {.name = "against",
         .meaning = "the anchor: what the same people are rated by it; absent: this is the anchor, and "
                    "whether it is fair cannot be told"}};
    Column<double> difference{*this,
                              {.name = "difference",
                               .unit = "ranges of the scale",
                               .meaning = "how much kinder the source is to the group than to others, both against the "
                                          "anchor; absent: cannot be told"}};
    Column<double> sd{
        *this, {.name = "sd", .unit = "ranges of the scale", .meaning = "standard deviation of difference", .low = 0}};
    Column<double> detectable{*this,
                              {.name = "detectable",
                               .unit = "ranges of the scale",
                               .meaning = "smallest difference that would be seen four times in five at the 5 % level",
                               .low = 0}};
    Column<std::int32_t> people{
        *this, {.name = "people", .unit = "people", .meaning = "of the group whom the source rated", .low = 0}};
    Column<std::int32_t> others{
        *this, {.name = "others", .unit = "people", .meaning = "others whom the source rated", .low = 0}};
};

/// Severity of raters: the posterior of b_r, and of a self-rater or one who rated one person its share of what cannot be told from halo.
/// Made on demand: a row for each rater. @throws Error missing_table for estimates from outside.
Raters report_raters(const Estimates& estimates);

/// Biases and standard deviations of sources. @throws Error missing_table for estimates from outside.
Sources report_sources(const Estimates& estimates);

/// The variances used. @throws Error missing_table for estimates from outside.
VarianceReport report_variances(const Estimates& estimates);

/// For each declared attribute (person_attributes): generalised least squares of the group's own mean and of its mean in each source but
/// the anchor, beside those of all who have a value, given the variances; the attribute enters no estimate. Groups of fewer than
/// `min_people` people (2 or more), or with as few others, are left out.
/// The anchor is the source `against`; missing: the reference source of the estimates. Choose another where the reference rated few:
/// against few ratings little can be told.
/// Source: generalised least squares, Aitken (1936); detectable = (1.96 + 0.84) sd.
/// @throws Error missing_table for estimates from outside; invalid_option, also for an anchor that no rating came from.
Fairness check_fairness(const Estimates& estimates, int min_people = 5, Source against = missing<Source>());

}  // namespace gradus
