#include <gradus/assessment/estimate.h>

#include <cmath>
#include <limits>

#include "assessment/day.h"
#include "assessment/noteworthy.h"
#include "assessment/people_rows.h"
#include "assessment/rating_model.h"
#include "assessment/stage.h"

namespace gradus {

namespace {

void check(const EstimateOptions& options) {
    if (is_missing(options.as_of))
        throw Error(Code::invalid_option, "option as_of is required: the day as of which levels are estimated",
                    "options", 0, "as_of");
    // Beyond these, sums of such numbers and of what ratings tell lose their digits.
    const auto within = [](std::string_view name, double value, double low, double high, std::string_view range) {
        if (!(value >= low && value <= high)) refuse_option(name, value, range);
    };
    within("half_information_years", options.half_information_years, 1e-6, std::numeric_limits<double>::max(),
           "a number of years from 1e-6");
    within("prior_sd", options.prior_sd, 1e-9, 1e3, "from 1e-9 to 1000, a share of the scale's range");
    if (!(options.prior_mean >= 0 && options.prior_mean <= 1))
        refuse_option("prior_mean", options.prior_mean, "from 0 to 1, a share of the scale's range");
    const auto given = [&](const std::string& name, double value, bool may_be_zero, bool may_be_infinite) {
        if (is_missing(value)) return;
        if (may_be_zero && value == 0) return;
        if (may_be_infinite && value == std::numeric_limits<double>::infinity()) return;
        if (!(value > 0 && value <= 1e6))
            refuse_option("variances." + name, value,
                          std::string(may_be_zero ? "a number from 0" : "a number above 0") +
                              (may_be_infinite ? " to 1e6 squared ranges of the scale, or infinite"
                                               : " to 1e6 squared ranges of the scale"));
    };
    given("person", options.variances.person, true, false);
    given("person_capability", options.variances.person_capability, true, false);
    for (std::size_t source = 0; source < source_count; ++source) {
        const std::string word(Words<Source>::names[source]);
        given("severity." + word, options.variances.severity[source], true, false);
        given("halo." + word, options.variances.halo[source], true, false);
        given("residual." + word, options.variances.residual[source], false, true);
    }
    if (!(options.prior_weight >= 0 && options.prior_weight <= 1e9))
        refuse_option("prior_weight", options.prior_weight, "a number from 0 to 1e9");
    if (static_cast<std::size_t>(options.likelihood) >= std::size(Words<Likelihood>::names))
        refuse_option("likelihood", static_cast<double>(options.likelihood), "normal or ordinal");
    if (!options.terms.residual)
        throw Error(Code::invalid_option, "option terms: the residual cannot be left out", "options", 0, "terms");
}

/// Visits each capability that a person needs or was rated in, with the rows of its ratings.
class Walk {
public:
    Walk(const Day& day, const Assessments& assessments, PersonId first)
        : day_(day), assessments_(assessments), rows_(assessments.person, first) {}

    /// visit(capability, first row, last row) in ascending order; the rows may hold ratings after the day.
    template <class Visit>
    void person(PersonId person, Visit&& visit) {
        rows_.go(person);
        if (!day_.role(person)) return;
        day_.needed(person, needed_);
        std::size_t row = rows_.first();
        const auto rated =
            [&](auto&& upper) {  // the capabilities below `upper` that are rated though nobody needs them
                while (row < rows_.last() && upper(assessments_.capability[row])) {
                    const std::size_t first = row;
                    const CapabilityId capability = assessments_.capability[row];
                    bool counts = false;
                    for (; row < rows_.last() && assessments_.capability[row] == capability; ++row)
                        counts |= assessments_.date[row] <= day_.date();
                    if (counts) visit(capability, first, row);
                }
            };
        for (const CapabilityId needed : needed_) {
            rated([&](CapabilityId c) { return c < needed; });
            const std::size_t first = row;
            while (row < rows_.last() && assessments_.capability[row] == needed) ++row;
            visit(needed, first, row);
        }
        rated([](CapabilityId) { return true; });
    }

private:
    const Day& day_;
    const Assessments& assessments_;
    RowsOfPerson rows_;
    std::vector<CapabilityId> needed_;
};

Noteworthy count_noteworthy(const Day& day, const Assessments& assessments, int threads) {
    constexpr std::int64_t at_once = 1 << 16;
    const auto rows = static_cast<std::int64_t>(assessments.size());
    std::vector<Noteworthy> pieces(static_cast<std::size_t>(rows / at_once + 1));
    parallel_for(rows, at_once, threads, [&](std::int64_t first, std::int64_t last) {
        Noteworthy& counts = pieces[static_cast<std::size_t>(first / at_once)];
        for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row) {
            if (assessments.date[row] > day.date())
                ++counts.later;
            else if (!day.role(assessments.person[row]))
                ++counts.absent;
            else
                counts.undated += is_missing(assessments.date[row]);
        }
    });
    Noteworthy all;
    for (const Noteworthy& counts : pieces) all += counts;
    return all;
}

std::shared_ptr<const Problems> warnings(const Noteworthy& counts, bool unsettled, Date as_of) {
    ProblemList problems;
    counts.warn(as_of, problems);
    if (unsettled)
        problems.add({.severity = Severity::warning,
                      .code = Code::assumed,
                      .table = "assessments",
                      .column = "level",
                      .message =
                          "how ordinal ratings are read still changed after many rounds, since residual variances are "
                          "far smaller than what is not known: levels and severities are rough"});
    return problems.table();
}

/// The columns that estimate() fills.
struct Posteriors {
    Posteriors(const RatingModel& model_, std::size_t rows)
        : model(model_), person(rows), capability(rows), mean(rows), sd(rows), ratings(rows), last(rows),
          as_rated(rows), evidence(rows) {}

    void set(std::size_t row, PersonLevels& levels, PersonId who, CapabilityId what, std::size_t first,
             std::size_t end) {
        const Relations& relations = model.organization.relations();
        const auto c = static_cast<std::size_t>(what.value());
        const double range = relations.top[c] - relations.bottom[c];
        double total = 0;
        std::int32_t count = 0;
        Date newest = missing<Date>();
        for (std::size_t i = first; i < end; ++i) {
            if (!model.ratings.counts(i)) continue;
            total += model.assessments.level[i];
            newest = std::max(newest, model.assessments.date[i]);
            ++count;
        }
        const RatingModel::Level level = levels.level(what);
        person[row] = who;
        capability[row] = what;
        mean[row] = relations.bottom[c] + (model.options.prior_mean + level.mean) * range;
        sd[row] = std::sqrt(std::max(0.0, level.variance)) * range;
        ratings[row] = count;
        last[row] = newest;
        as_rated[row] = count ? total / count : missing<double>();
        evidence[row] = level.prior_variance > 0 ? std::clamp(1 - level.variance / level.prior_variance, 0.0, 1.0) : 0;
    }

    const RatingModel& model;
    Buffer<PersonId> person;
    Buffer<CapabilityId> capability;
    Buffer<double> mean, sd;
    Buffer<std::int32_t> ratings;
    Buffer<Date> last;
    Buffer<double> as_rated, evidence;
};

}  // namespace

OptionsJson describe(const EstimateOptions& options) {
    OptionsJson json;
    json.add("as_of", options.as_of)
        .add("half_information_years", options.half_information_years)
        .add("prior_mean", options.prior_mean)
        .add("prior_sd", options.prior_sd);
    const auto given = [&](const std::string& name, double value) {
        if (value == std::numeric_limits<double>::infinity())
            json.add("variances." + name, "infinite");
        else if (!is_missing(value))
            json.add("variances." + name, value);
    };
    given("person", options.variances.person);
    given("person_capability", options.variances.person_capability);
    for (std::size_t source = 0; source < source_count; ++source) {
        const std::string word(Words<Source>::names[source]);
        given("severity." + word, options.variances.severity[source]);
        given("halo." + word, options.variances.halo[source]);
        given("residual." + word, options.variances.residual[source]);
    }
    for (std::size_t i = 0; i < std::size(Words<VarianceTerm>::names); ++i) {
        const auto term = static_cast<VarianceTerm>(i);
        const std::string word(Words<VarianceTerm>::names[i]);
        if (!options.terms.has(term)) json.add("terms." + word, false);
        if (options.pooled.has(term)) json.add("pooled." + word, true);
    }
    json.add("prior_weight", options.prior_weight)
        .add("common_uncertainty", options.common_uncertainty)
        .add("likelihood", Words<Likelihood>::names[static_cast<std::size_t>(options.likelihood)]);
    return json;
}

double Variances::of(VarianceTerm term, Source source) const {
    const auto s = static_cast<std::size_t>(source);
    switch (term) {
    case VarianceTerm::person: return person;
    case VarianceTerm::person_capability: return person_capability;
    case VarianceTerm::severity: return severity[s];
    case VarianceTerm::halo: return halo[s];
    case VarianceTerm::residual: return residual[s];
    }
    return missing<double>();
}

bool VarianceTerms::has(VarianceTerm term) const {
    switch (term) {
    case VarianceTerm::person: return person;
    case VarianceTerm::person_capability: return person_capability;
    case VarianceTerm::severity: return severity;
    case VarianceTerm::halo: return halo;
    case VarianceTerm::residual: return residual;
    }
    return false;
}

Estimates estimate(const Organization& organization, const Assessments& assessments, const EstimateOptions& options,
                   Control* control) {
    Stage stage("estimate");
    stage.input(organization.digest()).input(assessments.provenance.digest);
    if (options.previous) stage.input(options.previous->provenance.digest);
    check(options);
    check_keys(assessments, assessments.person, organization.people());
    check_keys(assessments, assessments.capability, organization.capabilities());

    const auto model = std::make_shared<const RatingModel>(organization, assessments, options, control);
    const Day& day = model->day;
    const auto walk = [&](std::int64_t first, std::int64_t last, auto&& visit) {
        Walk people(day, assessments, PersonId(static_cast<std::int32_t>(first)));
        for (std::int64_t i = first; i < last; ++i) {
            const PersonId person(static_cast<std::int32_t>(i));
            people.person(person,
                          [&](CapabilityId c, std::size_t from, std::size_t to) { visit(person, c, from, to); });
        }
    };
    const PeopleRows rows(organization.people().size(), options.threads, [&](std::int64_t first, std::int64_t last) {
        std::size_t count = 0;
        walk(first, last, [&](PersonId, CapabilityId, std::size_t, std::size_t) { ++count; });
        return count;
    });
    Posteriors made(*model, rows.rows());
    rows.fill(control, 0.7, 1, [&](std::int64_t first, std::int64_t last, std::size_t row, std::size_t) {
        PersonLevels levels(*model);
        PersonId at;
        walk(first, last, [&](PersonId person, CapabilityId c, std::size_t from, std::size_t to) {
            if (person != at) levels.go((at = person).value());
            made.set(row++, levels, person, c, from, to);
        });
    });

    Estimates result;
    result.person.set(std::move(made.person), organization.people().strings());
    result.capability.set(std::move(made.capability), organization.capabilities().strings());
    result.mean.set(std::move(made.mean));
    result.sd.set(std::move(made.sd));
    result.ratings.set(std::move(made.ratings));
    result.last.set(std::move(made.last));
    result.as_rated.set(std::move(made.as_rated));
    result.evidence.set(std::move(made.evidence));
    const RatingVariances& variances = model->components.variances();
    result.prior_mean = options.prior_mean + model->unrated_mean;
    result.prior_sd = std::sqrt(model->unrated_variance + variances.person + variances.person_capability);
    result.model = model;
    result.problems = warnings(count_noteworthy(day, assessments, options.threads), model->unsettled, options.as_of);
    stage.sign(result, describe(options), options.as_of, rows.threads());
    return result;
}

}  // namespace gradus
