#include "assessment/rating_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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
                         const EstimateOptions& options_, Control* control, std::size_t most_unknowns)
    : organization(organization_), assessments(assessments_), options(options_),
      day(organization, options.as_of, options.threads),
      ratings(organization, day, assessments, options.half_information_years, options.prior_mean, left_out(options),
              options.threads),
      layout(ratings), components(ratings, layout, options, control),
      system(ratings, layout, ratings.rated(), components.variances(), RaterSystem::Priors(options), options.threads,
             most_unknowns) {
    if (options.likelihood == Likelihood::ordinal) read_as_ordinal(*this, control);
    system.invert(options.common_uncertainty, true);
    system.forget_people();
    options.previous = nullptr;  // it may not live as long
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
    model_.system.share(ratings_, true, shared_);
    posterior_.set(block_, shared_);
}

PersonLevels::Effect PersonLevels::effect(bool person, std::int32_t capability, std::int32_t rater) {
    double mean = person ? block_.mean(block_.of_person()) : 0;
    if (capability >= 0) mean += block_.mean(block_.of_capability(capability));
    if (rater >= 0) mean += block_.mean(block_.of_rater(rater));
    return {mean, posterior_.effect_variance(person, capability, rater)};
}

// Of the person's effect with a difficulty that none of the person's ratings is of.
double PersonLevels::person_covariance(std::int32_t number) const {
    double sum = 0;
    const auto add = [&](std::int32_t column, double covariance) {
        sum += posterior_.person_response(static_cast<std::size_t>(column)) * covariance;
    };
    std::array<bool, source_count> seen{};
    for (std::size_t j = 0; j < ratings_.raters.size(); ++j) {
        const PersonRatings::Rater& by = ratings_.raters[j];
        const auto [severity, source] = shared_.raters[j];
        if (severity >= 0) add(severity, model_.system.rater_covariance(by.shared, number));
        if (source >= 0 && !std::exchange(seen[static_cast<std::size_t>(by.source)], true))
            add(source, model_.system.common_covariance(number, model_.layout.source_of(by)));
    }
    for (std::size_t c = 0; c < ratings_.capabilities.size(); ++c)
        add(shared_.first_capability + static_cast<std::int32_t>(c),
            model_.system.common_covariance(number, ratings_.capabilities[c]));
    return sum;
}

PersonLevels::Effect PersonLevels::fit(const PersonRatings::Cell& cell) {
    posterior_.open(block_.eliminated_of(cell));
    return {block_.mean(block_.of_person()) + block_.mean(block_.of_capability(cell.capability)) +
                block_.mean(block_.of_rater(cell.rater)) +
                model_.system.shared_part(ratings_, cell.capability, cell.rater),
            posterior_.fit_variance(block_.kept_of(cell))};
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
    level.mean += block_.mean(block_.of_person());
    if (own) {
        level.mean += block_.mean(block_.of_capability(local));
        level.variance = posterior_.level_variance(local);
        return level;
    }
    level.variance = posterior_.person_variance() + variances.person_capability + difficulty;
    if (number >= 0 && with_common) level.variance += 2 * person_covariance(number);
    return level;
}

}  // namespace gradus
