#pragma once

#include <gradus/assessment/estimate.h>

namespace gradus {

/// Each rating against what all others make of it: one row per rating used, in the order of the assessments.
///
/// If the model holds, `standardised` is normal with a mean of 0 and a standard deviation of 1, whatever is expected.
struct Residuals : Table {
    Residuals() : Table("residuals", "Each rating against what is expected of it by all other ratings") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who was rated"}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "on what"}};
    Column<Source> source{*this, {.name = "source", .meaning = "who or what rated"}};
    Column<RaterId> rater{*this,
                          {.name = "rater", .meaning = "key of the rater; of self, the person; absent: not known"}};
    Column<Date> date{*this, {.name = "date", .meaning = "day of the rating; absent: taken as new"}};
    Column<double> level{*this, {.name = "level", .unit = "position", .meaning = "level seen"}};
    Column<double> expected{
        *this,
        {.name = "expected",
         .unit = "position",
         .meaning = "what the other ratings make one expect of that rater: level, bias of the source, severity and "
                    "halo; absent: they say next to nothing beside this one"}};
    Column<double> residual{*this, {.name = "residual", .unit = "positions", .meaning = "level less expected"}};
    Column<double> sd{*this,
                      {.name = "sd",
                       .unit = "positions",
                       .meaning = "standard deviation of residual: larger for an old rating, and where little else is "
                                  "known",
                       .low = 0}};
    Column<double> standardised{*this, {.name = "standardised", .meaning = "residual / sd"}};
};

/// The residuals of the ratings that the estimates were made from; those given to update_estimates() are not among them.
///
/// With f = μ_s + d_c + α_p + δ_pc + b_r + h_rp of a rating z, P its variance once all ratings are known and R = σ²_s (1 + age /
/// half_information_years): residual = R / (R - P) (z - E f), sd² = R² / (R - P), which are those of z given all other ratings and
/// the variances. Against E f itself a residual that is not of all others would rise even where the model holds. Made on
/// demand, in as many threads as the estimates.
/// Source: full-conditional residuals, Haslett & Haslett (2007), International Statistical Review 75.
/// @throws Error missing_table for estimates from outside.
Residuals report_residuals(const Estimates& estimates);

}  // namespace gradus
