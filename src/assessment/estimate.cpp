#include <gradus/assessment/estimate.h>

#include <cmath>
#include <limits>

#include "assessment/day.h"
#include "assessment/people_rows.h"
#include "assessment/stage.h"

namespace gradus {

namespace {

void check(const EstimateOptions& options) {
    if (is_missing(options.as_of))
        throw Error(Code::invalid_option, "option as_of is required: the day as of which levels are estimated",
                    "options", 0, "as_of");
    const auto above_zero = [](std::string_view name, double value) {
        if (!(value > 0 && value <= std::numeric_limits<double>::max())) refuse_option(name, value, "a number above 0");
    };
    above_zero("half_information_years", options.half_information_years);
    above_zero("prior_sd", options.prior_sd);
    if (!(options.prior_mean >= 0 && options.prior_mean <= 1))
        refuse_option("prior_mean", options.prior_mean, "from 0 to 1, a share of the scale's range");
    for (std::size_t source = 0; source < std::size(Words<Source>::names); ++source)
        above_zero("variances." + std::string(Words<Source>::names[source]),
                   options.variances.of(static_cast<Source>(source)));
}

OptionsJson describe(const EstimateOptions& options) {
    OptionsJson json;
    json.add("as_of", options.as_of)
        .add("half_information_years", options.half_information_years)
        .add("prior_mean", options.prior_mean)
        .add("prior_sd", options.prior_sd);
    for (std::size_t source = 0; source < std::size(Words<Source>::names); ++source)
        json.add("variances." + std::string(Words<Source>::names[source]),
                 options.variances.of(static_cast<Source>(source)));
    return json;
}

/// Visits each capability that a person needs or was rated in, with the rows of its ratings.
class Walk {
public:
    Walk(const Organization& organization, const Day& day, const Assessments& assessments, PersonId first)
        : organization_(organization), day_(day), assessments_(assessments), rows_(assessments.person, first) {}

    /// visit(capability, first row, last row) in ascending order; the rows may hold ratings after the day.
    template <class Visit>
    void person(PersonId person, Visit&& visit) {
        rows_.go(person);
        if (!day_.role(person)) return;
        collect(person);
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
    void collect(PersonId person) {
        needed_.clear();
        const auto add = [&](RoleId role) {
            for (const Need& need : day_.needs(role)) needed_.push_back(need.capability);
        };
        add(day_.role(person));
        const std::size_t own = needed_.size();
        day_.for_each_target(person, [&](std::size_t row) { add(organization_->target_roles.role[row]); });
        for (const std::size_t row : organization_.relations().personal_goals_of_person[person])
            needed_.push_back(organization_->personal_goals.capability[row]);
        if (needed_.size() == own) return;  // the needs of a role are sorted and unique
        std::sort(needed_.begin(), needed_.end());
        needed_.erase(std::unique(needed_.begin(), needed_.end()), needed_.end());
    }

    const Organization& organization_;
    const Day& day_;
    const Assessments& assessments_;
    RowsOfPerson rows_;
    std::vector<CapabilityId> needed_;
};

/// How many ratings had something noteworthy about them.
struct Counts {
    std::int64_t undated = 0, later = 0;
};

Counts count_noteworthy(const Day& day, const Assessments& assessments, int threads) {
    std::atomic<std::int64_t> undated{0}, later{0};
    parallel_for(static_cast<std::int64_t>(assessments.size()), 1 << 16, threads,
                 [&](std::int64_t first, std::int64_t last) {
                     Counts counts;
                     for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row) {
                         if (!day.role(assessments.person[row])) continue;
                         counts.undated += is_missing(assessments.date[row]);
                         counts.later += assessments.date[row] > day.date();
                     }
                     undated += counts.undated;
                     later += counts.later;
                 });
    return {undated, later};
}

std::shared_ptr<const Problems> warnings(const Counts& counts, Date as_of) {
    ProblemList problems;
    if (counts.undated > 0)
        problems.add({.severity = Severity::warning,
                      .code = Code::assumed,
                      .table = "assessments",
                      .column = "date",
                      .message = counted(counts.undated, "rating has", "ratings have") + " no date and " +
                                 (counts.undated == 1 ? "counts" : "count") + " as given on " + to_text(as_of)});
    if (counts.later > 0)
        problems.add({.severity = Severity::warning,
                      .code = Code::ignored,
                      .table = "assessments",
                      .column = "date",
                      .message = counted(counts.later, "rating is", "ratings are") + " later than as_of " +
                                 to_text(as_of) + " and left out"});
    return problems.table();
}

/// The columns that estimate() fills, and the arithmetic of one row.
struct Posteriors {
    Posteriors(const Relations& relations_, const Assessments& assessments_, const EstimateOptions& options_,
               std::size_t rows)
        : relations(relations_), assessments(assessments_), options(options_), person(rows), capability(rows),
          mean(rows), sd(rows), ratings(rows), last(rows), as_rated(rows), evidence(rows) {
        for (std::size_t source = 0; source < std::size(Words<Source>::names); ++source)
            variances[source] = options.variances.of(static_cast<Source>(source));
    }

    void set(std::size_t row, PersonId who, CapabilityId what, std::size_t first, std::size_t end) {
        const auto c = static_cast<std::size_t>(what.value());
        const double range = relations.top[c] - relations.bottom[c];
        const double prior_mean = relations.bottom[c] + options.prior_mean * range;
        const double prior_variance = options.prior_sd * range * (options.prior_sd * range);

        double precision = 1 / prior_variance, pull = 0, total = 0;
        std::int32_t count = 0;
        Date newest = missing<Date>();
        for (std::size_t i = first; i < end; ++i) {
            const Date date = assessments.date[i];
            if (date > options.as_of) continue;  // a missing date is the earliest there is
            double variance = variances[static_cast<std::size_t>(assessments.source[i])] * range * range;
            if (!is_missing(date))
                variance *=
                    1 + static_cast<double>((options.as_of - date).count()) / 365.25 / options.half_information_years;
            precision += 1 / variance;
            pull +=
                (assessments.level[i] - prior_mean) / variance;  // from the prior mean, so that none is exactly none
            total += assessments.level[i];
            newest = std::max(newest, date);
            ++count;
        }
        person[row] = who;
        capability[row] = what;
        mean[row] = prior_mean + pull / precision;
        sd[row] = count ? std::sqrt(1 / precision) : options.prior_sd * range;
        ratings[row] = count;
        last[row] = newest;
        as_rated[row] = count ? total / count : missing<double>();
        evidence[row] = count ? std::max(0.0, 1 - 1 / (precision * prior_variance)) : 0;
    }

    const Relations& relations;
    const Assessments& assessments;
    const EstimateOptions& options;
    std::array<double, std::size(Words<Source>::names)> variances;
    Buffer<PersonId> person;
    Buffer<CapabilityId> capability;
    Buffer<double> mean, sd;
    Buffer<std::int32_t> ratings;
    Buffer<Date> last;
    Buffer<double> as_rated, evidence;
};

}  // namespace

double Variances::of(Source source) const {
    switch (source) {
    case Source::self: return self;
    case Source::manager: return manager;
    case Source::peer: return peer;
    case Source::report: return report;
    case Source::test: return test;
    case Source::observation: return observation;
    }
    return missing<double>();
}

Estimates estimate(const Organization& organization, const Assessments& assessments, const EstimateOptions& options,
                   Control* control) {
    Stage stage("estimate");
    stage.input(organization.digest()).input(assessments.provenance.digest);
    check(options);
    check_keys(assessments, assessments.person, organization.people());
    check_keys(assessments, assessments.capability, organization.capabilities());

    const Day day(organization, options.as_of, options.threads);
    const auto walk = [&](std::int64_t first, std::int64_t last, auto&& visit) {
        Walk people(organization, day, assessments, PersonId(static_cast<std::int32_t>(first)));
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
    Posteriors made(organization.relations(), assessments, options, rows.rows());
    rows.fill(control, 0, 1, [&](std::int64_t first, std::int64_t last, std::size_t row, std::size_t) {
        walk(first, last, [&](PersonId person, CapabilityId c, std::size_t from, std::size_t to) {
            made.set(row++, person, c, from, to);
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
    result.prior_mean = options.prior_mean;
    result.prior_sd = options.prior_sd;
    result.problems = warnings(count_noteworthy(day, assessments, options.threads), options.as_of);
    stage.sign(result, describe(options), options.as_of, rows.threads());
    return result;
}

}  // namespace gradus
