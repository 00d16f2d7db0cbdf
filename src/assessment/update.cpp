#include <gradus/assessment/estimate.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "assessment/noteworthy.h"
#include "assessment/rating_model.h"
#include "assessment/stage.h"
#include "base/parallel.h"

namespace gradus {

namespace {

constexpr std::int64_t people_at_once = 64;

/// One row of the result.
struct Updated {
    PersonId person;
    CapabilityId capability;
    double mean, sd, as_rated, evidence;
    std::int32_t ratings;
    Date last;
};

/// All ratings of one person, old and new, and what is needed of the person.
class Person {
public:
    Person(const RatingModel& model, const Assessments& added, Date as_of)
        : model_(model), added_(added), as_of_(as_of), levels_(model) {}

    /// Who takes no part on the day has no rows, whatever the day of the estimates had.
    void update(PersonId person, std::size_t first, std::size_t last, std::vector<Updated>& rows) {
        if (!needed_on(model_.organization, person, as_of_, capabilities_)) {
            for (std::size_t i = first; i < last; ++i)
                ++(added_.date[i] > as_of_ ? noteworthy.later : noteworthy.absent);
            return;
        }
        collect(person, first, last);
        levels_.go(person.value(), as_of_, rows_);
        std::size_t at = 0;
        for (const CapabilityId capability : capabilities_) {
            const Relations& relations = model_.organization.relations();
            const auto c = static_cast<std::size_t>(capability.value());
            const double range = relations.top[c] - relations.bottom[c];
            double total = 0;
            std::int32_t count = 0;
            Date newest = missing<Date>();
            for (; at < rows_.size() && rows_[at].capability == capability; ++at, ++count) {
                total += rows_[at].level;
                newest = std::max(newest, rows_[at].date);
            }
            const RatingModel::Level level = levels_.level(capability);
            rows.push_back(
                {person, capability, relations.bottom[c] + (model_.options.prior_mean + level.mean) * range,
                 std::sqrt(std::max(0.0, level.variance)) * range, count ? total / count : missing<double>(),
                 level.prior_variance > 0 ? std::clamp(1 - level.variance / level.prior_variance, 0.0, 1.0) : 0, count,
                 newest});
        }
    }

    Noteworthy noteworthy;

private:
    void collect(PersonId person, std::size_t first, std::size_t last) {
        rows_.clear();
        for (std::size_t i = model_.ratings.first_row(person.value()); i < model_.ratings.last_row(person.value()); ++i)
            if (model_.ratings.counts(i, as_of_)) add(model_.ratings.row(i));
        for (std::size_t i = first; i < last; ++i) {
            if (added_.date[i] > as_of_) {
                ++noteworthy.later;
                continue;
            }
            std::int32_t key = -1;
            if (const RaterId rater = added_.rater[i]) {
                key = model_.ratings.key_of((*added_.rater.strings())[static_cast<std::size_t>(rater.value())]);
                if (key < 0) key = model_.ratings.keys() + rater.value();
            }
            noteworthy.undated += add({added_.capability[i], added_.source[i], key, added_.date[i], added_.level[i]}) &&
                                  is_missing(added_.date[i]);
        }
        std::sort(rows_.begin(), rows_.end(), [](const Ratings::Row& a, const Ratings::Row& b) {
            return std::tie(a.capability, a.source, a.key, a.date, a.level) <
                   std::tie(b.capability, b.source, b.key, b.date, b.level);
        });
        for (const Ratings::Row& row : rows_) capabilities_.push_back(row.capability);
        std::sort(capabilities_.begin(), capabilities_.end());
        capabilities_.erase(std::unique(capabilities_.begin(), capabilities_.end()), capabilities_.end());
    }

    /// Of what the estimates knew no ratings, they know no bias and no difficulty.
    bool add(const Ratings::Row& row) {
        const bool source = model_.ratings.has(row.source), capability = model_.ratings.number(row.capability) >= 0;
        if (!source)
            ++noteworthy.of_source;
        else if (!capability)
            ++noteworthy.of_capability;
        else
            rows_.push_back(row);
        return source && capability;
    }

    const RatingModel& model_;
    const Assessments& added_;
    Date as_of_;
    PersonLevels levels_;
    std::vector<Ratings::Row> rows_;
    std::vector<CapabilityId> capabilities_;
};

}  // namespace

Estimates update_estimates(const Estimates& estimates, const Assessments& added, Date as_of, int threads) {
    if (!estimates.model)
        throw Error(Code::missing_table,
                    "update_estimates needs estimates made from ratings: these came from outside, without them",
                    "estimates");
    if (estimates.provenance.stage == "update_estimates")
        throw Error(Code::missing_table,
                    "update_estimates needs estimates of all: these are an update, which does not hold the ratings it "
                    "took in; update the estimates before it with all ratings since",
                    "estimates");
    const RatingModel& model = *estimates.model;
    Stage stage("update_estimates");
    stage.input(estimates.provenance.digest).input(added.provenance.digest);
    if (is_missing(as_of)) as_of = model.options.as_of;
    if (as_of < model.options.as_of)
        throw Error(Code::invalid_option,
                    "option as_of must not lie before " + to_text(model.options.as_of) +
                        ", the day of the estimates; it is " + to_text(as_of),
                    "options", 0, "as_of");
    check_keys(added, added.person, model.organization.people());
    check_keys(added, added.capability, model.organization.capabilities());

    struct Range {
        PersonId person;
        std::size_t first, last;
    };
    std::vector<Range> concerned;
    for (std::size_t row = 0; row < added.size(); ++row) {
        if (concerned.empty() || concerned.back().person != added.person[row])
            concerned.push_back({added.person[row], row, row});
        concerned.back().last = row + 1;
    }

    const auto count = static_cast<std::int64_t>(concerned.size());
    struct Piece {
        std::vector<Updated> rows;
        Noteworthy noteworthy;
    };
    std::vector<Piece> pieces(concerned.size() / static_cast<std::size_t>(people_at_once) + 1);
    parallel_for(count, people_at_once, threads, [&](std::int64_t first, std::int64_t last) {
        Piece& piece = pieces[static_cast<std::size_t>(first / people_at_once)];
        Person person(model, added, as_of);
        for (std::int64_t i = first; i < last; ++i) {
            const Range& range = concerned[static_cast<std::size_t>(i)];
            person.update(range.person, range.first, range.last, piece.rows);
        }
        piece.noteworthy = person.noteworthy;
    });
    std::size_t rows = 0, row = 0;
    Noteworthy noteworthy;
    for (const Piece& piece : pieces) {
        rows += piece.rows.size();
        noteworthy += piece.noteworthy;
    }
    Buffer<PersonId> person(rows);
    Buffer<CapabilityId> capability(rows);
    Buffer<double> mean(rows), sd(rows), as_rated(rows), evidence(rows);
    Buffer<std::int32_t> ratings(rows);
    Buffer<Date> last(rows);
    for (const Piece& piece : pieces)
        for (const Updated& one : piece.rows) {
            person[row] = one.person;
            capability[row] = one.capability;
            mean[row] = one.mean;
            sd[row] = one.sd;
            as_rated[row] = one.as_rated;
            evidence[row] = one.evidence;
            ratings[row] = one.ratings;
            last[row] = one.last;
            ++row;
        }
    Estimates result;
    result.person.set(std::move(person), model.organization.people().strings());
    result.capability.set(std::move(capability), model.organization.capabilities().strings());
    result.mean.set(std::move(mean));
    result.sd.set(std::move(sd));
    result.ratings.set(std::move(ratings));
    result.last.set(std::move(last));
    result.as_rated.set(std::move(as_rated));
    result.evidence.set(std::move(evidence));
    result.prior_mean = estimates.prior_mean;
    result.prior_sd = estimates.prior_sd;
    result.model = estimates.model;
    ProblemList problems;
    noteworthy.warn(as_of, problems);
    result.problems = problems.table();
    stage.sign(result, OptionsJson().add("as_of", as_of), as_of, thread_count(count / people_at_once + 1, threads));
    return result;
}

}  // namespace gradus
