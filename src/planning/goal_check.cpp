#include <gradus/planning/goal_check.h>

#include <string>
#include <utility>
#include <vector>

#include "assessment/load.h"
#include "base/parallel.h"
#include "planning/goal_judge.h"

namespace gradus {
namespace {

// A column of a table from outside, which may be absent.
template <class T>
T cell(const Column<T>& column, std::size_t row) {
    return row < column.size() ? column[row] : missing<T>();
}

GoalFields fields_of(const Goals& goals, std::size_t row) {
    return {.person = goals.person[row],
            .capability = cell(goals.capability, row),
            .level = cell(goals.level, row),
            .source = cell(goals.source, row),
            .probability = cell(goals.probability, row),
            .hours = cell(goals.hours, row),
            .cost = cell(goals.cost, row),
            .objective = cell(goals.objective, row),
            .due = cell(goals.due, row)};
}

void check(const CheckOptions& options) {
    if (!(options.min_probability >= 0 && options.min_probability <= 1))
        refuse_option("min_probability", options.min_probability, "from 0 to 1");
    if (!(options.sure >= 0 && options.sure <= 1)) refuse_option("sure", options.sure, "from 0 to 1");
}

// Both are sorted by person and capability: a milestone belongs to the goal that has the same of both.
void check_owners(const Organization& organization, const Goals& goals, const Milestones& milestones,
                  std::vector<std::size_t>& first_step) {
    std::size_t step = 0;
    const auto key = [](const auto& table, std::size_t row) {
        return std::pair(table.person[row], cell(table.capability, row));
    };
    for (std::size_t row = 0; row <= goals.size(); ++row) {
        if (step < milestones.size() && (row == goals.size() || key(milestones, step) < key(goals, row))) {
            const CapabilityId capability = cell(milestones.capability, step);
            throw Error(
                Code::contradiction,
                "person '" +
                    std::string(organization.people()[static_cast<std::size_t>(milestones.person[step].value())]) +
                    "' has a milestone, but no goal" +
                    (capability
                         ? ", for capability '" +
                               std::string(organization.capabilities()[static_cast<std::size_t>(capability.value())]) +
                               "'"
                         : " without a capability"),
                "milestones", static_cast<std::int64_t>(step) + 1, "capability");
        }
        first_step.push_back(step);
        if (row == goals.size()) break;
        while (step < milestones.size() && key(milestones, step) == key(goals, row)) ++step;
    }
}

}  // namespace

GoalChecks check_goals(const Organization& organization, const Risks& risks, const Goals& goals,
                       const Milestones& milestones, const CheckOptions& options) {
    Stage stage("check_goals");
    check(options);
    OptimizeOptions horizon;
    horizon.start = options.start;
    horizon.months = options.months;
    horizon.period_months = options.period_months;
    horizon.threads = options.threads;
    const Catalog catalog(organization, risks, horizon);
    check_keys(goals, goals.person, organization.people());
    check_keys(goals, goals.capability, organization.capabilities());
    check_keys(goals, goals.objective, organization.objectives());
    check_keys(milestones, milestones.person, organization.people());
    check_keys(milestones, milestones.capability, organization.capabilities());
    if (options.estimates) {
        check_keys(*options.estimates, options.estimates->person, organization.people());
        check_keys(*options.estimates, options.estimates->capability, organization.capabilities());
    }
    std::vector<std::size_t> first_step;
    check_owners(organization, goals, milestones, first_step);
    const Measuring measuring(organization, options.assessments, catalog.as_of);
    const Strategy strategy(organization, catalog.as_of, options.threads);
    const GoalJudge judge(catalog, strategy, measuring, options.estimates, options.min_probability, options.sure);

    std::vector<std::vector<Lack>> found(goals.size());
    parallel_for(static_cast<std::int64_t>(goals.size()), 1024, options.threads,
                 [&](std::int64_t from, std::int64_t to) {
                     std::vector<GoalFields::Step> steps;
                     for (auto row = static_cast<std::size_t>(from); row < static_cast<std::size_t>(to); ++row) {
                         steps.clear();
                         for (std::size_t step = first_step[row]; step < first_step[row + 1]; ++step)
                             steps.push_back({milestones.kind[step], cell(milestones.date, step)});
                         GoalFields fields = fields_of(goals, row);
                         fields.steps = steps;
                         found[row] = judge.judge(fields);
                     }
                 });

    constexpr std::size_t letters = std::size(Words<Letter>::names);
    const std::size_t n = goals.size() * letters;
    Buffer<PersonId> person(n);
    Buffer<CapabilityId> capability(n);
    Buffer<Letter> letter(n);
    Buffer<bool> met(n);
    auto columns = std::make_shared<Strings>(), texts = std::make_shared<Strings>();
    for (std::size_t row = 0; row < goals.size(); ++row)
        for (std::size_t l = 0; l < letters; ++l) {
            const std::size_t i = row * letters + l;
            person[i] = goals.person[row];
            capability[i] = cell(goals.capability, row);
            letter[i] = static_cast<Letter>(l);
            std::string names, text;
            for (const Lack& lack : found[row]) {
                if (lack.letter != letter[i]) continue;
                text += (text.empty() ? "" : "; ") + lack.text;
                if (names.find(lack.field) == std::string::npos)
                    names += (names.empty() ? "" : ", ") + std::string(lack.field);
            }
            met[i] = text.empty();
            columns->push_back(names);
            texts->push_back(text);
        }
    GoalChecks checks;
    checks.person.set(std::move(person), organization.people().strings());
    checks.capability.set(std::move(capability), organization.capabilities().strings());
    checks.letter.set(std::move(letter));
    checks.met.set(std::move(met));
    checks.fields.set(std::move(columns));
    checks.missing.set(std::move(texts));
    stage.input(organization.digest()).input(risks.provenance.digest).input(goals.provenance.digest);
    stage.input(milestones.provenance.digest);
    if (options.assessments) stage.input(digest_of(*options.assessments));
    if (options.estimates) stage.input(options.estimates->provenance.digest);
    stage.sign(checks,
               OptionsJson()
                   .add("min_probability", options.min_probability)
                   .add("sure", options.sure)
                   .add("start", catalog.start)
                   .add("months", double(options.months))
                   .add("period_months", double(options.period_months)),
               catalog.as_of, 1);
    return checks;
}

}  // namespace gradus
