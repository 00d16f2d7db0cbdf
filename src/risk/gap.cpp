#include <gradus/risk/gap.h>

#include <algorithm>
#include <mutex>

#include "assessment/day.h"
#include "assessment/people_rows.h"
#include "assessment/stage.h"
#include "risk/beliefs.h"
#include "risk/normal.h"

namespace gradus {

namespace {

/// The columns that find_gaps() fills.
struct Made {
    explicit Made(std::size_t rows)
        : person(rows), basis(rows), role(rows), capability(rows), required(rows), mean(rows), sd(rows), credited(rows),
          likelihood(rows), shortfall(rows), weight(rows), status(rows) {}

    Buffer<PersonId> person;
    Buffer<Basis> basis;
    Buffer<RoleId> role;
    Buffer<CapabilityId> capability;
    Buffer<double> required, mean, sd, credited, likelihood, shortfall, weight;
    Buffer<GapStatus> status;
};

/// likelihood_below() and expected_shortfall() of the rows [first, last), in small blocks whose loops have no branch and
/// so use vector instructions.
void measure(Made& made, std::size_t first, std::size_t last) {
    constexpr std::size_t block = 64;
    double u[block], below[block], density[block];
    for (; first < last; first += block) {
        const std::size_t n = std::min(block, last - first);
        const double* required = made.required.data() + first;
        const double* mean = made.mean.data() + first;
        const double* sd = made.sd.data() + first;
        for (std::size_t i = 0; i < n; ++i) u[i] = within_reach((required[i] - mean[i]) / sd[i]);
        for (std::size_t i = 0; i < n; ++i) {
            const Normal at = normal_within_reach(u[i]);
            below[i] = at.below;
            density[i] = at.density;
        }
        for (std::size_t i = 0; i < n; ++i) {
            const double gap = required[i] - mean[i];
            made.likelihood[first + i] = sd[i] == 0 ? gap > 0 : below[i];
            made.shortfall[first + i] = std::max(0.0, sd[i] == 0 ? gap : gap * below[i] + sd[i] * density[i]);
        }
    }
}

/// Fills the rows of a run of people, one after the other.
class Filler {
public:
    Filler(const Organization& organization, const Day& day, const Estimates& estimates, bool credit, PersonId first,
           std::size_t row, Made& made)
        : organization_(organization), day_(day), beliefs_(organization, day.date(), estimates, credit, first),
          row_(row), made_(made) {}

    void person(PersonId person) {
        beliefs_.person(person);
        const RoleId own = day_.role(person);
        if (!own) return;
        for (const Need& need : day_.needs(own)) add(person, Basis::role, own, need, 1);
        day_.for_each_target(person, [&](std::size_t target) {
            const TargetRoles& targets = organization_->target_roles;
            beliefs_.rewind();
            for (const Need& need : day_.needs(targets.role[target]))
                add(person, Basis::target, targets.role[target], need, targets.weight[target]);
        });
        beliefs_.rewind();
        const PersonalGoals& goals = organization_->personal_goals;
        for (const std::size_t goal : organization_.relations().personal_goals_of_person[person])
            add(person, Basis::goal, RoleId(), {goals.capability[goal], goals.level[goal], missing<double>(), 0},
                goals.weight[goal]);
    }

private:
    void add(PersonId person, Basis basis, RoleId role, const Need& need, double weight) {
        const Belief belief = beliefs_.about(need.capability);
        const std::size_t row = row_++;
        made_.person[row] = person;
        made_.basis[row] = basis;
        made_.role[row] = role;
        made_.capability[row] = need.capability;
        made_.required[row] = need.level;
        made_.mean[row] = belief.mean;
        made_.sd[row] = belief.sd;
        made_.credited[row] = belief.credited;
        made_.weight[row] = weight;
        made_.status[row] = !belief.rated                  ? GapStatus::unknown
                            : belief.mean > need.max_level ? GapStatus::over  // a missing max_level is NaN
                            : belief.mean < need.level     ? GapStatus::gap
                                                           : GapStatus::met;
    }

    const Organization& organization_;
    const Day& day_;
    Beliefs beliefs_;
    std::size_t row_;
    Made& made_;
};

std::size_t rows_of(const Organization& organization, const Day& day, PersonId person) {
    const RoleId own = day.role(person);
    if (!own) return 0;
    std::size_t rows = day.needs(own).size();
    day.for_each_target(person,
                        [&](std::size_t row) { rows += day.needs(organization->target_roles.role[row]).size(); });
    return rows + static_cast<std::size_t>(organization.relations().personal_goals_of_person[person].size());
}

/// How many people have something noteworthy about their roles, and the first of them.
struct Seen {
    std::int64_t count = 0;
    PersonId first;

    void add(PersonId person) {
        ++count;
        if (!first || person < first) first = person;
    }
    void add(const Seen& other) {
        if (other.count == 0) return;
        count += other.count;
        if (!first || other.first < first) first = other.first;
    }
};

std::shared_ptr<const Problems> warnings(const Organization& organization, const Day& day, int threads) {
    const Positions& positions = organization->positions;
    const TargetRoles& targets = organization->target_roles;
    const Relations& relations = organization.relations();
    if (positions.size() == 0)
        return std::make_shared<const Problems>();  // of people without a history the load has told
    Seen uncovered, held;
    std::mutex mutex;
    parallel_for(static_cast<std::int64_t>(organization.people().size()), 1 << 16, threads,
                 [&](std::int64_t begin, std::int64_t end) {
                     Seen open, same;
                     for (std::int64_t i = begin; i < end; ++i) {
                         const PersonId person(static_cast<std::int32_t>(i));
                         const Rows history = relations.positions_of_person[person];
                         const RoleId own = day.role(person);
                         if (!own || history.size() == 0) continue;
                         bool covered = false;
                         for (const std::size_t row : history)
                             covered |= covers(positions.valid_from[row], positions.valid_to[row], day.date());
                         if (!covered) open.add(person);
                         for (const std::size_t row : relations.target_roles_of_person[person])
                             if (targets.role[row] == own) same.add(person);
                     }
                     const std::lock_guard lock(mutex);
                     uncovered.add(open);
                     held.add(same);
                 });
    ProblemList problems;
    const auto key = [&](PersonId person) {
        return std::string(organization.people()[static_cast<std::size_t>(person.value())]);
    };
    if (uncovered.count > 0)
        problems.add({.severity = Severity::warning,
                      .code = Code::assumed,
                      .table = "positions",
                      .column = "valid_from",
                      .key = key(uncovered.first),
                      .message = counted(uncovered.count, "person has", "people have") +
                                 " positions of which none covers " + to_text(day.date()) +
                                 "; the role in people counts (the first is '" + key(uncovered.first) + "')"});
    if (held.count > 0)
        problems.add({.severity = Severity::warning,
                      .code = Code::ignored,
                      .table = "target_roles",
                      .column = "role",
                      .key = key(held.first),
                      .message = counted(held.count, "target role is", "target roles are") + " held already on " +
                                 to_text(day.date()) + " and dropped (the first is of '" + key(held.first) + "')"});
    return problems.table();
}

}  // namespace

double likelihood_below(double required, double mean, double sd) {
    if (sd == 0) return mean < required ? 1 : 0;
    return normal((required - mean) / sd).below;
}

double expected_shortfall(double required, double mean, double sd) {
    const double gap = required - mean;
    if (sd == 0) return std::max(0.0, gap);
    const Normal at = normal(gap / sd);
    return std::max(0.0, gap * at.below + sd * at.density);
}

Gaps find_gaps(const Organization& organization, const Estimates& estimates, const GapOptions& options,
               Control* control) {
    Stage stage("find_gaps");
    stage.input(organization.digest()).input(estimates.provenance.digest);
    const Date as_of = as_of_or(options.as_of, estimates);
    check_keys(estimates, estimates.person, organization.people());
    check_keys(estimates, estimates.capability, organization.capabilities());

    const Day day(organization, as_of, options.threads);
    const PeopleRows rows(organization.people().size(), options.threads, [&](std::int64_t first, std::int64_t last) {
        std::size_t count = 0;
        for (std::int64_t i = first; i < last; ++i)
            count += rows_of(organization, day, PersonId(static_cast<std::int32_t>(i)));
        return count;
    });
    Made made(rows.rows());
    rows.fill(control, 0, 1, [&](std::int64_t first, std::int64_t last, std::size_t row, std::size_t end) {
        Filler filler(organization, day, estimates, options.credit_completed,
                      PersonId(static_cast<std::int32_t>(first)), row, made);
        for (std::int64_t i = first; i < last; ++i) filler.person(PersonId(static_cast<std::int32_t>(i)));
        measure(made, row, end);
    });

    Gaps gaps;
    gaps.person.set(std::move(made.person), organization.people().strings());
    gaps.basis.set(std::move(made.basis));
    gaps.role.set(std::move(made.role), organization.roles().strings());
    gaps.capability.set(std::move(made.capability), organization.capabilities().strings());
    gaps.required.set(std::move(made.required));
    gaps.mean.set(std::move(made.mean));
    gaps.sd.set(std::move(made.sd));
    gaps.credited.set(std::move(made.credited));
    gaps.likelihood.set(std::move(made.likelihood));
    gaps.shortfall.set(std::move(made.shortfall));
    gaps.weight.set(std::move(made.weight));
    gaps.status.set(std::move(made.status));
    gaps.problems = warnings(organization, day, options.threads);
    stage.sign(gaps, OptionsJson().add("as_of", as_of).add("credit_completed", options.credit_completed), as_of,
               rows.threads());
    return gaps;
}

}  // namespace gradus
