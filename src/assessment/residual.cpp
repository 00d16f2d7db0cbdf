#include <gradus/assessment/residual.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "assessment/people_rows.h"
#include "assessment/rating_model.h"
#include "assessment/stage.h"

namespace gradus {

namespace {

constexpr double nothing = 1e-5;  // share of a rating's own variance below which others say nothing beside it

// Keys of raters become numbers in the order of their names; absent below 0.
std::shared_ptr<const Strings> number(const Ratings& ratings, Buffer<std::int32_t>& keys, Buffer<RaterId>& raters) {
    std::vector<std::int32_t> used(keys.begin(), keys.end());
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    std::erase_if(used, [](std::int32_t key) { return key < 0; });
    std::sort(used.begin(), used.end(),
              [&](std::int32_t a, std::int32_t b) { return ratings.name(a) < ratings.name(b); });
    Strings names;
    std::vector<std::int32_t> number(static_cast<std::size_t>(ratings.keys()), -1);
    for (const std::int32_t key : used) {
        number[static_cast<std::size_t>(key)] = static_cast<std::int32_t>(names.size());
        names.push_back(ratings.name(key));
    }
    for (std::size_t i = 0; i < keys.size(); ++i)
        raters[i] = keys[i] < 0 ? RaterId() : RaterId(number[static_cast<std::size_t>(keys[i])]);
    return std::make_shared<const Strings>(std::move(names));
}

}  // namespace

Residuals report_residuals(const Estimates& estimates) {
    const RatingModel& model = model_of(estimates, "residuals");
    Stage stage("report_residuals");
    stage.input(estimates.provenance.digest);
    const Ratings& ratings = model.ratings;
    const Assessments& given = model.assessments;
    const Relations& relations = model.organization.relations();
    const auto each_rating = [&](std::int32_t person, auto&& visit) {
        if (!ratings.takes_part(person)) return;
        for (std::size_t i = ratings.first_row(person); i < ratings.last_row(person); ++i)
            if (ratings.counts(i)) visit(i);
    };
    const PeopleRows rows(static_cast<std::size_t>(ratings.people()), model.options.threads,
                          [&](std::int64_t first, std::int64_t last) {
                              std::size_t count = 0;
                              for (auto person = static_cast<std::int32_t>(first); person < last; ++person)
                                  each_rating(person, [&](std::size_t) { ++count; });
                              return count;
                          });
    const std::size_t size = rows.rows();
    Buffer<PersonId> person(size);
    Buffer<CapabilityId> capability(size);
    Buffer<Source> source(size);
    Buffer<std::int32_t> key(size);
    Buffer<RaterId> rater(size);
    Buffer<Date> date(size);
    Buffer<double> level(size), expected(size), residual(size), sd(size), standardised(size);
    rows.fill(nullptr, 0, 1, [&](std::int64_t first, std::int64_t last, std::size_t row, std::size_t) {
        PersonLevels levels(model);
        for (auto who = static_cast<std::int32_t>(first); who < last; ++who) {
            if (!ratings.takes_part(who)) continue;
            levels.go(who);
            std::size_t next = 0;
            each_rating(who, [&](std::size_t i) {
                const PersonRatings::Cell& cell =
                    levels.ratings().cells[static_cast<std::size_t>(levels.ratings().cell[next++])];
                const PersonRatings::Rater& by = levels.ratings().raters[static_cast<std::size_t>(cell.rater)];
                const PersonLevels::Effect found = levels.fit(cell);
                const auto c = static_cast<std::size_t>(given.capability[i].value());
                const double range = relations.top[c] - relations.bottom[c];
                const PersonRatings::Terms said = ratings.says(i);
                const double own =
                    model.components.variances().residual[static_cast<std::size_t>(by.source)] / said.weight;
                const double left = own - found.variance;
                const bool known = left > nothing * own;
                person[row] = PersonId(who);
                capability[row] = given.capability[i];
                source[row] = by.source;
                key[row] = by.key < 0 && by.source == Source::self
                               ? ratings.key_of(model.organization.people()[static_cast<std::size_t>(who)])
                               : by.key;
                date[row] = given.date[i];
                level[row] = given.level[i];
                // Beside what all others make one expect, the rating said this much; in ordinal ratings not just its own level.
                const double seen = said.sum / said.weight,
                             beside = known ? own / left * (seen - found.mean) : missing<double>();
                expected[row] = relations.bottom[c] + (seen - beside + model.options.prior_mean) * range;
                residual[row] = level[row] - expected[row];
                sd[row] = known ? own / std::sqrt(left) * range : missing<double>();
                standardised[row] = residual[row] / sd[row];
                ++row;
            });
        }
    });
    auto names = number(ratings, key, rater);
    Residuals result;
    result.person.set(std::move(person), model.organization.people().strings());
    result.capability.set(std::move(capability), model.organization.capabilities().strings());
    result.source.set(std::move(source));
    result.rater.set(std::move(rater), std::move(names));
    result.date.set(std::move(date));
    result.level.set(std::move(level));
    result.expected.set(std::move(expected));
    result.residual.set(std::move(residual));
    result.sd.set(std::move(sd));
    result.standardised.set(std::move(standardised));
    stage.sign(result, OptionsJson(), model.options.as_of, rows.threads());
    return result;
}

}  // namespace gradus
