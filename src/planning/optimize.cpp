#include <gradus/planning/optimize.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <gradus/allocation/allocation.h>

#include "assessment/stage.h"
#include "base/parallel.h"
#include "organization/rows.h"
#include "planning/describe.h"
#include "planning/duties.h"
#include "planning/earlier.h"
#include "planning/plan_tables.h"
#include "planning/search.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 64;  // people

double trivial_bound(const Catalog& catalog, PersonId person) {
    const Risks& risks = catalog.risks;
    double sum = 0;
    for (const std::size_t row : catalog.risks_of_person[person]) {
        const auto capability = static_cast<std::size_t>(risks.capability[row].value());
        const Relations& relations = catalog.organization.relations();
        sum += risks.weight[row] * risks.impact[row] / (relations.top[capability] - relations.bottom[capability]) *
               expected_shortfall(risks.required[row], risks.mean[row], risks.sd[row]);
    }
    return sum + catalog.options.change_cost * static_cast<double>(catalog.previous.of(person).size());
}

// Whether anything may be kept from anybody for want of data.
bool all_known(const Catalog& catalog) {
    const Tables& tables = catalog.organization.tables();
    for (std::size_t activity = 0; activity + 1 < catalog.first_offering.size(); ++activity)
        for (std::int32_t i = catalog.first_offering[activity]; i < catalog.first_offering[activity + 1]; ++i)
            if (is_missing(tables.activities.hours[activity]) || is_missing(catalog.offerings[i].cost)) return false;
    if (!catalog.organization.relations().funds_given) return true;
    for (std::int32_t unit = -1; unit < catalog.organization.relations().units.size(); ++unit)
        if (!catalog.one_fund(UnitId(unit)) || !catalog.fund_for(UnitId(unit), catalog.start)) return false;
    return true;
}

// What is not offered for want of data, counted over all people.
std::shared_ptr<const Problems> warnings(const Catalog& catalog, const std::vector<PersonId>& groups) {
    struct Piece {
        std::set<ActivityId> hours, cost;
        std::int64_t people = 0;
        PersonId example;
    };
    ProblemList list;
    if (catalog.options.previous) list.add(catalog.options.previous->warnings);
    if (all_known(catalog)) return list.table();
    std::vector<Piece> pieces((groups.size() + chunk - 1) / chunk);
    parallel_for(static_cast<std::int64_t>(groups.size()), chunk, catalog.options.threads,
                 [&](std::int64_t first, std::int64_t last) {
                     Offer offer(catalog);
                     Piece& piece = pieces[first / chunk];
                     for (std::int64_t i = first; i < last; ++i) {
                         offer.open(groups[i], nullptr);
                         piece.hours.insert(offer.without_hours.begin(), offer.without_hours.end());
                         piece.cost.insert(offer.without_cost.begin(), offer.without_cost.end());
                         if (offer.without_fund && piece.people++ == 0) piece.example = groups[i];
                     }
                 });
    Piece all;
    for (const Piece& piece : pieces) {
        all.hours.insert(piece.hours.begin(), piece.hours.end());
        all.cost.insert(piece.cost.begin(), piece.cost.end());
        if (all.people == 0) all.example = piece.example;
        all.people += piece.people;
    }
    const auto missing_in = [&](const std::set<ActivityId>& activities, const char* column, const char* limit) {
        if (activities.empty()) return;
        const std::string key(catalog.organization.activities()[activities.begin()->value()]);
        list.add({Severity::warning, Code::ignored, "activities", 0, column, key,
                  counted(static_cast<std::int64_t>(activities.size()), "activity", "activities") + " without " +
                      column + " not offered where " + limit + " limited, e.g. '" + key + "'"});
    };
    missing_in(all.hours, "hours", "hours are");
    missing_in(all.cost, "cost", "money is");
    if (all.people > 0) {
        const std::string key(catalog.organization.people()[all.example.value()]);
        list.add({Severity::warning, Code::ignored, "funds", 0, "unit", key,
                  "no fund reaches " + counted(all.people, "person", "people") + ", e.g. '" + key +
                      "': what would be charged to a fund was not offered to them"});
    }
    return list.table();
}

// Funds lie within each other. Where the fund that pays for somebody changes within the horizon, it is not one of which all
// that they could choose takes.
Nesting nested_funds(const Catalog& catalog, const std::vector<PersonId>& groups) {
    const Organization& organization = catalog.organization;
    Nesting nesting;
    for (const PersonId person : groups) {
        const UnitId unit = organization->people.unit[person.value()];
        if (!catalog.one_fund(unit)) return {};
        nesting.home.push_back(catalog.fund_for(unit, catalog.start).value());
    }
    nesting.step = money_step(catalog);
    nesting.above.assign(catalog.capacity.size(), -1);
    for (std::int32_t fund = 0; fund < catalog.funds; ++fund)
        nesting.above[fund] = organization.relations().funds.parent(fund);
    return nesting;
}

PlanStatus status_of(AllocationStatus status) {
    static_assert(static_cast<int>(PlanStatus::cancelled) == static_cast<int>(AllocationStatus::cancelled));
    return static_cast<PlanStatus>(status);
}

// Adds what is pinned and what a choice stands for.
void add_items(PersonId person, std::span<const std::int32_t> content, Draft& draft, std::vector<Item>& items) {
    const Catalog& catalog = draft.offer.catalog;
    const Activities& activities = catalog.organization->activities;
    if (content.empty()) {
        draft.offer.stand(person);
    } else {
        // What is chosen is all that is looked at: to open the whole offer of everyone would keep a cancel waiting.
        Offer::Duties chosen;
        for (std::size_t k = 0; k < content.size(); k += 2) chosen.forced.push_back(ActivityId(content[k]));
        draft.offer.open_ways(person, chosen);
        const Query nothing_asked;
        draft.begin(nothing_asked);
        if (!draft.replay(content)) throw Error(Code::internal, "optimize: a chosen plan could not be replayed");
        for (const Way& way : draft.chosen()) {
            const ActivityId activity = draft.offer.courses[way.course].activity;
            const auto part = [&](Money money) { return is_missing(way.cost) ? missing<Money>() : money; };
            items.push_back({person, activity, catalog.offerings[way.offering].session, way.first, way.last,
                             way.period + 1, activities.hours[activity.value()], way.cost, way.fund,
                             part(way.fund_cost), part(way.account_cost), part(way.employee_cost)});
        }
    }
    for (const Offer::Pin& pin : draft.offer.pins)
        items.push_back({person, pin.activity, pin.session, pin.first, pin.last, pin.period + 1,
                         activities.hours[pin.activity.value()], Money(0), FundId(), Money(0), Money(0), Money(0)});
}

// For the items of the plan before that are absent.
double charge(const Catalog& catalog, const PlanItems& items) {
    std::size_t absent = catalog.previous.size();
    for (std::size_t i = 0; i < items.size() && catalog.previous.size() > 0; ++i)
        absent -= catalog.previous.holds(items.person[i], items.activity[i], items.session[i], items.first_day[i]);
    return catalog.options.change_cost * static_cast<double>(absent);
}

void tabulate(const Catalog& catalog, const Allocation& allocation, double constant,
              const std::vector<Conflict>& conflicts, double value, Plan& plan) {
    std::vector<std::int64_t> used(catalog.capacity.size(), 0);
    for (std::int32_t i = 0; i < allocation.choices.size(); ++i)
        for (const Use& use : allocation.choices[i].uses) used[use.resource] += use.amount;
    tabulate_resources(catalog, used, {allocation.prices, allocation.one_more, allocation.one_fewer}, plan);
    plan.conflicts = tabulate(catalog.organization, conflicts);

    // Equal but for rounding, where the plan is optimal; a bound below the value would prove nothing.
    const double proven = allocation.bound + constant;
    if (value > proven + 1e-6 * std::max(1.0, std::abs(proven)))
        throw Error(Code::internal,
                    "optimize: the bound " + std::to_string(proven) + " is below the value " + std::to_string(value));
    const double bound = std::max(proven, value);
    tabulate_certificate(value, bound, std::max(allocation.price_bound + constant, bound), status_of(allocation.status),
                         plan);
}

}  // namespace

Plan optimize(const Organization& organization, const Risks& risks, const OptimizeOptions& options, Control* control) {
    Stage stage = Stage("optimize").input(organization.digest()).input(risks.provenance.digest);
    const Catalog catalog(organization, risks, options);
    if (catalog.previous.size() > 0) stage.input(digest_of(*options.previous));
    Plan plan;
    plan.options = catalog.options;
    plan.options.earlier = nullptr;
    plan.as_of = catalog.as_of;

    const std::vector<PersonId> groups = planned_people(catalog);
    // Before anything that can be cancelled: what follows a cancel must be short.
    plan.problems = warnings(catalog, groups);
    DutyRoster roster = place_duties(catalog, groups, control);

    AllocationProblem problem;
    problem.groups = static_cast<std::int32_t>(groups.size());
    problem.capacity = usable_capacity(catalog);
    problem.fallback = roster.placed;
    problem.nesting = nested_funds(catalog, groups);
    problem.most = [&] {
        double sum = 0;
        for (const PersonId person : groups) sum += trivial_bound(catalog, person);
        return sum;
    };
    problem.constant = -catalog.options.change_cost * static_cast<double>(certainly_absent(catalog, groups));
    if (const auto& earlier = catalog.options.earlier) {
        Known known = known_from(*earlier, catalog, groups, roster, problem.constant, control);
        problem.prices = std::move(known.prices);
        problem.worth_at_prices = known.worth_at_prices;
        problem.known = std::move(known.choices);
        problem.concerned = std::move(known.concerned);
    }
    // What a person's last search has learnt about its own limits. A person is asked by one thread at a time, in an order that
    // does not depend on threads.
    std::vector<std::vector<float>> memory(groups.size());
    problem.pricer = [&]() -> Pricer {
        auto search = std::make_shared<Search>(catalog);
        return [&, search](const Query& query, Choice& best, std::int64_t& nodes) {
            const auto group = static_cast<std::size_t>(query.group);
            search->draft.offer.open(groups[group], roster.duties.empty() ? nullptr : &roster.duties[group], false,
                                     query.prices, query.near ? query.within : 0);
            return search->run(query, best, nodes, &memory[group]);
        };
    };
    AllocationOptions how;
    how.gap = catalog.options.gap;
    how.work_limit = catalog.options.work_limit.value_or(0) * 1e6;
    if (catalog.options.time_limit) how.time_limit = std::max(1e-3, *catalog.options.time_limit - stage.seconds());
    how.threads = catalog.options.threads;
    // To write the tables: some 5 us a person on a core of 2024.
    how.seconds_after = 8e-6 * problem.groups / thread_count(problem.groups, how.threads);
    const Allocation allocation = allocate(problem, how, control);

    const auto n = static_cast<std::int64_t>(groups.size());
    const auto itemizer = [&](std::int64_t group, Draft& draft, std::vector<Item>& items) {
        add_items(groups[group], allocation.choices[static_cast<std::int32_t>(group)].content, draft, items);
    };
    const double value = describe(catalog, n, itemizer, plan) - charge(catalog, plan.items);
    tabulate(catalog, allocation, problem.constant, roster.conflicts, value, plan);
    const int threads = thread_count(n, options.threads);
    OptionsJson json = options_json(catalog.options);
    // Of several plans as good, which one is found depends on it.
    if (const auto& earlier = catalog.options.earlier) json.add("earlier", name_of(*earlier));
    sign(stage, catalog, json, threads, plan);
    return plan;
}

}  // namespace gradus
