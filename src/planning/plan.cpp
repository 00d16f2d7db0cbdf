#include <gradus/planning/plan.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/load.h"
#include "planning/verify_case.h"

namespace gradus {

namespace {

/// A resource is named by the key of a fund or a session, as its kind says.
Reference reference_with_resources(const Organization& organization) {
    Reference reference = reference_of(organization);
    std::vector<std::string_view> keys;
    for (const Keys* of : {&organization.funds(), &organization.sessions()})
        for (std::size_t i = 0; i < of->size(); ++i) keys.push_back((*of)[i]);
    reference.keys.set(ResourceId::table, std::make_shared<const Keys>(std::move(keys)));
    return reference;
}

void read_table(Table& table, const Input& input, const Reference& reference, ProblemList& problems, int threads) {
    Reader reader(table, &input, reference, problems, threads);
    reader.match();
    reader.read();
    reader.sort();
}

void check_resources(const Organization& organization, const PlanResources& resources, ProblemList& problems) {
    for (std::size_t row = 0; row < resources.size(); ++row) {
        if (is_missing(resources.kind[row]) || !resources.resource[row]) continue;  // reported by the reader
        const std::string_view key =
            (*resources.resource.strings())[static_cast<std::size_t>(resources.resource[row].value())];
        const bool fund = resources.kind[row] == ResourceKind::fund;
        if ((fund ? organization.funds() : organization.sessions()).find(key) < 0)
            problems.add({.code = Code::unknown_key,
                          .table = "resources",
                          .row = static_cast<std::int64_t>(row) + 1,
                          .column = "resource",
                          .key = std::string(key),
                          .message = "'" + std::string(key) + "' is not the key of a " + (fund ? "fund" : "session")});
    }
}

/// The input of each table of the plan, null where it is not given.
std::map<std::string_view, const Input*> match_inputs(const Plan& plan, std::span<const Input> inputs,
                                                      ProblemList& problems) {
    std::map<std::string_view, const Input*> matched;
    for (const Table* table : plan.tables()) matched[table->name()] = nullptr;
    for (const Input& input : inputs) {
        const auto found = matched.find(input.table());
        if (found == matched.end())
            problems.add({.code = Code::unknown_table,
                          .table = input.table(),
                          .message = "'" + input.table() + "' is not a table of a plan"});
        else if (found->second)
            problems.add({.code = Code::contradiction, .table = input.table(), .message = "the table is given twice"});
        else
            found->second = &input;
    }
    return matched;
}

/// The mandatory activities that are not planned. What stopped them is not known.
PlanConflicts missed_duties(const Organization& organization, const Risks& risks, const Plan& plan) {
    const verification::Case of(organization, risks, plan);
    std::vector<std::pair<PersonId, ActivityId>> planned, missed;
    for (std::size_t row = 0; row < plan.items.size(); ++row)
        planned.emplace_back(plan.items.person[row], plan.items.activity[row]);
    std::sort(planned.begin(), planned.end());
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(organization.people().size()); ++i) {
        const PersonId id(i);
        if (!takes_part(organization, id, of.as_of)) continue;
        for (const verification::Duty& duty : verification::Person(of, id).duties)
            if (!std::binary_search(planned.begin(), planned.end(), std::pair(id, duty.activity)))
                missed.emplace_back(id, duty.activity);
    }
    Buffer<PersonId> person(missed.size());
    Buffer<ActivityId> activity(missed.size());
    auto resource = std::make_shared<Strings>();
    for (std::size_t i = 0; i < missed.size(); ++i) {
        person[i] = missed[i].first;
        activity[i] = missed[i].second;
        resource->push_back("");
    }
    PlanConflicts conflicts;
    conflicts.person.set(std::move(person), organization.people().strings());
    conflicts.activity.set(std::move(activity), organization.activities().strings());
    conflicts.limit.set(Buffer<Limit>(missed.size(), missing<Limit>()));
    conflicts.resource.set(std::move(resource));
    conflicts.period.set(Buffer<std::int32_t>(missed.size(), missing<std::int32_t>()));
    conflicts.capacity.set(Buffer<double>(missed.size(), missing<double>()));
    conflicts.demanded.set(Buffer<double>(missed.size(), missing<double>()));
    return conflicts;
}

}  // namespace

PlanItems load_items(const Organization& organization, const Input& input, int threads) {
    PlanItems items;
    ProblemList problems;
    load(items, organization, input, threads, problems);
    items.warnings = std::move(problems);
    return items;
}

std::vector<const Table*> Plan::tables() const {
    return {&items, &people, &goals, &resources, &conflicts, &certificate};
}

Plan load_plan(const Organization& organization, const Risks& risks, std::span<const Input> tables,
               const OptimizeOptions& options, Date as_of) {
    Plan plan;
    plan.as_of = as_of_or(as_of, risks);
    plan.options = options;
    plan.options.earlier = nullptr;
    if (is_missing(plan.options.start)) plan.options.start = plan.as_of + Date::duration(1);
    if (options.months < 1 || options.months > 120) refuse_option("months", options.months, "1 to 120");
    if (options.period_months < 1) refuse_option("period_months", options.period_months, "1 or more");
    plan.options.period_months = std::min(options.period_months, options.months);

    ProblemList problems;
    const auto inputs = match_inputs(plan, tables, problems);
    const Input* conflicts = inputs.at(plan.conflicts.name());
    const Reference reference = reference_with_resources(organization);
    for (Table* table : {static_cast<Table*>(&plan.items), static_cast<Table*>(&plan.resources),
                         static_cast<Table*>(&plan.conflicts), static_cast<Table*>(&plan.certificate)}) {
        if (const Input* input = inputs.at(table->name()))
            read_table(*table, *input, reference, problems, options.threads);
        else if (table != &plan.conflicts)
            problems.add({.code = Code::missing_table,
                          .table = std::string(table->name()),
                          .message = "a plan needs the table '" + std::string(table->name()) + "'"});
    }
    problems.throw_errors();
    check_resources(organization, plan.resources, problems);
    if (plan.certificate.size() != 1)
        problems.add({.code = Code::out_of_range,
                      .table = "certificate",
                      .message = "has " + std::to_string(plan.certificate.size()) + " rows, expected one"});
    problems.throw_errors();

    describe(organization, risks, plan);
    if (!conflicts) plan.conflicts = missed_duties(organization, risks, plan);
    plan.problems = problems.table();
    for (Table* table : {static_cast<Table*>(&plan.items), static_cast<Table*>(&plan.people),
                         static_cast<Table*>(&plan.goals), static_cast<Table*>(&plan.resources),
                         static_cast<Table*>(&plan.conflicts), static_cast<Table*>(&plan.certificate)})
        sign_loaded(*table, "load_plan", plan.as_of);
    plan.provenance = plan.certificate.provenance;
    return plan;
}

}  // namespace gradus
