#pragma once

#include <span>

#include <gradus/base/control.h>

#include "assessment/rating_model.h"

namespace gradus {

/// What a rating says of which only an interval is known, where without its residual it is believed to be N(expected).
///
/// Log likelihood of the interval on average over that belief: its slope and curvature are those of the terms returned, and so is its
/// slope by the residual variance, once the variance of `expected` is added as a normal model does. Where nothing changes any more,
/// N(expected) is the normal distribution nearest to the posterior: Opper & Archambeau (2009), The variational Gaussian approximation
/// revisited, Neural Computation 21. Grouped normal likelihood: Stewart (1983), Review of Economic Studies 50. `aged`: by how much age
/// has multiplied the residual variance; `residual`: that of its source on the day itself, squared ranges.
PersonRatings::Terms read_as_ordinal(const Ratings::Interval& seen, double aged, double residual,
                                     const PersonLevels::Effect& expected);

/// Reads the ratings of the person whom `levels` is at again, for the time `round`. @return by how much they now say something else,
/// in weights and ranges, more where the residual is small. Readings may take turns for ever where a residual is far smaller than what is not known: later ones go only
/// half the way, and then a quarter.
double read_as_ordinal(PersonLevels& levels, const RatingModel& model, Date as_of, std::span<const Ratings::Row> rows,
                       std::span<PersonRatings::Terms> terms, int round);
/// Readings go on until they change less than that, which moves no level by more; or so often.
inline constexpr double same_reading = 1e-8;
inline constexpr int most_readings = 200;

/// Reads all ratings and estimates variances, in turn, until both stay; then the levels at these variances.
void read_as_ordinal(RatingModel& model, Control* control);

}  // namespace gradus
