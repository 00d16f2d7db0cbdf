#include "assessment/rating_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "assessment/ordinal.h"

namespace gradus {

namespace {

std::array<bool, source_count> left_out(const EstimateOptions& options) {
    std::array<bool, source_count> result{};
    for (std::size_t s = 0; s < source_count; ++s)
        result[s] = options.variances.residual[s] == std::numeric_limits<double>::infinity();
    return result;
}

}  // namespace

RatingModel::RatingModel(const Organization& organization_, const Assessments& assessments_,
                         const EstimateOptions& options_, Control* control, std::int64_t most_unknowns)
    : organization(organization_), assessments(assessments_), options(options_),
      day(organization, options.as_of, options.threads),
      ratings(organization, day, assessments, options.half_information_years, options.prior_mean, left_out(options),
              options.threads),
      layout(ratings), components(ratings, layout, options, control),
      system(ratings, layout, ratings.rated(), components.variances(), RaterSystem::Priors(options), options.threads,
             most_unknowns) {
    if (options.likelihood == Likelihood::ordinal) read_as_ordinal(*this, control);
    system.invert(options.common_uncertainty, true);
    // What nobody rated is like what was: one more belief at the prior.
    const std::span<const double> x = system.solution();
    const auto* difficulty = x.data() + layout.raters;
    const auto known = static_cast<double>(layout.capabilities);
    double sum = 0, squares = 0;
    for (std::int32_t c = 0; c < layout.capabilities; ++c) sum += difficulty[c];
    unrated_mean = sum / (1 + known);
    for (std::int32_t c = 0; c < layout.capabilities; ++c)
        squares += (difficulty[c] - unrated_mean) * (difficulty[c] - unrated_mean);
    const double prior = 0.5 * options.prior_sd * options.prior_sd;
    unrated_variance = (prior + unrated_mean * unrated_mean + squares) / (1 + known);
}

const RatingModel& model_of(const Estimates& estimates, std::string_view what) {
    if (!estimates.model)
        throw Error(
            Code::missing_table,
            "the " + std::string(what) + " need estimates made from ratings: these came from outside, without them",
            "estimates");
    return *estimates.model;
}

void PersonLevels::go(std::int32_t person) {
    model_.ratings.gather(person, ratings_);
    start();
}

void PersonLevels::go(std::int32_t person, Date as_of, std::span<const Ratings::Row> rows) {
    terms_.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) terms_[i] = model_.ratings.as_given(rows[i], as_of);
    const auto take = [&] {
        model_.ratings.gather(person, rows, terms_, ratings_);
        start();
    };
    take();
    if (model_.options.likelihood == Likelihood::ordinal)
        for (int round = 0;
             round < most_readings && read_as_ordinal(*this, model_, as_of, rows, terms_, round) > same_reading;
             ++round)
            take();
}

void PersonLevels::start() {
    block_.factor(ratings_, model_.components.variances());
    block_.condition([&](std::int32_t capability, std::int32_t rater) {
        return model_.system.shared_part(ratings_, capability, rater);
    });
    columns_.set(ratings_, model_.layout);
    model_.system.covariance(columns_, covariance_);
}

// How a sum of the person's effects moves with what is shared.
void PersonLevels::respond(bool person, std::int32_t capability, std::int32_t rater) {
    block_.functional(person, capability, rater, functional_);
    block_.respond(functional_);
    along_.setZero(static_cast<Eigen::Index>(columns_.size()));
    for (std::size_t i = 0; i < columns_.raters; ++i)
        along_(static_cast<Eigen::Index>(i)) = block_.response(functional_, block_.of_rater(columns_.rater[i]));
    for (std::size_t c = 0; c < columns_.capabilities; ++c)
        along_(static_cast<Eigen::Index>(columns_.raters + c)) =
            block_.response(functional_, block_.of_capability(static_cast<std::int32_t>(c)));
    for (std::size_t j = 0; j < ratings_.raters.size(); ++j)
        if (const std::int32_t source = columns_.of_source[static_cast<std::size_t>(ratings_.raters[j].source)];
            source >= 0)
            along_(source) += block_.response(functional_, block_.of_rater(static_cast<std::int32_t>(j)));
}

PersonLevels::Effect PersonLevels::effect(bool person, std::int32_t capability, std::int32_t rater) {
    respond(person, capability, rater);
    return {block_.mean(functional_), block_.variance(functional_) + along_.dot(covariance_ * along_)};
}

PersonLevels::Effect PersonLevels::fit(const PersonRatings::Cell& cell) {
    respond(true, cell.capability, cell.rater);
    for (std::size_t i = 0; i < columns_.raters; ++i)
        if (columns_.rater[i] == cell.rater) along_(static_cast<Eigen::Index>(i)) += 1;
    along_(static_cast<Eigen::Index>(columns_.raters) + cell.capability) += 1;
    const Source by = ratings_.raters[static_cast<std::size_t>(cell.rater)].source;
    if (const std::int32_t source = columns_.of_source[static_cast<std::size_t>(by)]; source >= 0) along_(source) += 1;
    return {block_.mean(functional_) + model_.system.shared_part(ratings_, cell.capability, cell.rater),
            block_.variance(functional_) + along_.dot(covariance_ * along_)};
}

RatingModel::Level PersonLevels::level(CapabilityId capability) {
    const RatingVariances& variances = model_.components.variances();
    const std::int32_t number = model_.ratings.number(capability);
    const auto at = std::lower_bound(ratings_.capabilities.begin(), ratings_.capabilities.end(), number);
    const bool own = number >= 0 && at != ratings_.capabilities.end() && *at == number;
    const auto local = static_cast<std::int32_t>(at - ratings_.capabilities.begin());
    const bool with_common = model_.options.common_uncertainty;

    RatingModel::Level level{};
    if (number >= 0) {
        level.mean = model_.system.solution()[static_cast<std::size_t>(model_.layout.raters + number)];
        level.prior_variance = with_common ? model_.system.common_variance(number) : 0;
    } else {
        level.mean = model_.unrated_mean;
        level.prior_variance = model_.unrated_variance;
    }
    const double difficulty = level.prior_variance;
    level.prior_variance += variances.person + variances.person_capability;
    if (ratings_.cells.empty()) {
        level.variance = level.prior_variance;
        return level;
    }
    respond(true, own ? local : -1, -1);
    level.mean += block_.mean(functional_);
    level.variance = block_.variance(functional_);
    if (!own) level.variance += variances.person_capability + difficulty;
    if (own) along_(static_cast<Eigen::Index>(columns_.raters) + local) += 1;
    level.variance += along_.dot(covariance_ * along_);
    if (!own && number >= 0 && with_common)
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const std::int32_t column = columns_.number[i];
            level.variance +=
                2 * along_(static_cast<Eigen::Index>(i)) *
                (i < columns_.raters ? model_.system.rater_covariance(column, number)
                                     : model_.system.common_covariance(number, column - model_.layout.raters));
        }
    return level;
}

}  // namespace gradus
