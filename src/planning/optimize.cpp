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
#include "planning/search.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 64;  // people

// Everyone who takes part and for whom something is wanted, mandatory or under way.
std::vector<PersonId> planned_people(const Catalog& catalog) {
    std::vector<PersonId> result;
    const Relations& relations = catalog.organization.relations();
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(catalog.organization.people().size()); ++i) {
        const PersonId person(i);
        if (!takes_part(catalog.organization, person, catalog.as_of)) continue;
        if (catalog.mandatory.empty() && catalog.previous.of(person).empty() &&
            catalog.risks_of_person[person].size() == 0 && relations.enrolments_of_person[person].size() == 0)
            continue;
        result.push_back(person);
    }
    return result;
}

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

// Items of the plan before, but for those that are under way now: what a choice keeps is its own gain.
std::size_t certainly_absent(const Catalog& catalog, const std::vector<PersonId>& groups) {
    std::size_t count = catalog.previous.size();
    Offer offer(catalog);
    for (const PersonId person : groups) {
        if (catalog.previous.of(person).empty()) continue;
        offer.stand(person);
        for (const Offer::Pin& pin : offer.pins)
            count -= catalog.previous.holds(person, pin.activity, pin.session, pin.first);
    }
    return count;
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
    if (all_known(catalog)) return ProblemList().table();
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
    ProblemList list;
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

template <class T>
Buffer<T> one(T value) {
    return Buffer<T>(1, value);
}

PlanStatus status_of(AllocationStatus status) {
    static_assert(static_cast<int>(PlanStatus::cancelled) == static_cast<int>(AllocationStatus::cancelled));
    return static_cast<PlanStatus>(status);
}

void tabulate(const Catalog& catalog, const Allocation& allocation, double constant,
              const std::vector<Conflict>& conflicts, double value, Plan& plan) {
    const Organization& organization = catalog.organization;
    const std::size_t resources = catalog.capacity.size();
    const double minor = std::pow(10.0, organization.relations().minor_digits);
    std::vector<std::int64_t> used(resources, 0);
    for (std::int32_t i = 0; i < allocation.choices.size(); ++i)
        for (const Use& use : allocation.choices[i].uses) used[use.resource] += use.amount;
    Buffer<ResourceKind> kind(resources);
    Buffer<ResourceId> resource(resources);
    Buffer<Amount> capacity(resources), taken(resources);
    Buffer<double> price(resources);
    Buffer<bool> binding(resources);
    auto keys = std::make_shared<Strings>();
    for (std::size_t r = 0; r < resources; ++r) {
        const bool fund = r < static_cast<std::size_t>(catalog.funds);
        kind[r] = fund ? ResourceKind::fund : ResourceKind::session;
        keys->push_back(fund ? organization.funds()[r]
                             : organization.sessions()[catalog.seat_session[r - catalog.funds].value()]);
        resource[r] = ResourceId(static_cast<std::int32_t>(r));
        capacity[r] = Amount(catalog.capacity[r]);
        taken[r] = Amount(used[r]);
        price[r] = allocation.prices[r] * (fund ? minor : 1.0);
        binding[r] = price[r] > 0;
    }
    plan.resources.kind.set(std::move(kind));
    plan.resources.resource.set(std::move(resource), std::move(keys));
    plan.resources.capacity.set(std::move(capacity));
    plan.resources.used.set(std::move(taken));
    plan.resources.price.set(std::move(price));
    plan.resources.binding.set(std::move(binding));

    const std::size_t n = conflicts.size();
    Buffer<PersonId> person(n);
    Buffer<ActivityId> activity(n);
    Buffer<Limit> limit(n);
    Buffer<std::int32_t> period(n);
    Buffer<double> there(n), demanded(n);
    auto names = std::make_shared<Strings>();
    for (std::size_t i = 0; i < n; ++i) {
        person[i] = conflicts[i].person;
        activity[i] = conflicts[i].activity;
        limit[i] = conflicts[i].limit;
        names->push_back(conflicts[i].resource);
        period[i] = conflicts[i].period > 0 ? conflicts[i].period : missing<std::int32_t>();
        there[i] = conflicts[i].capacity;
        demanded[i] = conflicts[i].demanded;
    }
    plan.conflicts.person.set(std::move(person), organization.people().strings());
    plan.conflicts.activity.set(std::move(activity), organization.activities().strings());
    plan.conflicts.limit.set(std::move(limit));
    plan.conflicts.resource.set(std::move(names));
    plan.conflicts.period.set(std::move(period));
    plan.conflicts.capacity.set(std::move(there));
    plan.conflicts.demanded.set(std::move(demanded));

    // Equal but for rounding, where the plan is optimal; a bound below the value would prove nothing.
    const double proven = allocation.bound + constant;
    if (value > proven + 1e-6 * std::max(1.0, std::abs(proven)))
        throw Error(Code::internal,
                    "optimize: the bound " + std::to_string(proven) + " is below the value " + std::to_string(value));
    const double bound = std::max(proven, value);
    const PlanStatus ended = status_of(allocation.status);
    plan.certificate.status.set(one(conflicts.empty() ? ended : PlanStatus::conflicts));
    plan.certificate.value.set(one(value));
    plan.certificate.bound.set(one(bound));
    plan.certificate.gap.set(one((bound - value) / std::max(std::abs(bound), 1e-9)));
    plan.certificate.bound_kind.set(one(BoundKind::prices));
    plan.certificate.price_bound.set(one(bound));
    plan.certificate.stop_reason.set(one(ended));
    plan.certificate.people.set(one(static_cast<std::int32_t>(plan.people.size())));
    plan.certificate.items.set(one(static_cast<std::int32_t>(plan.items.size())));
    plan.certificate.conflicts.set(one(static_cast<std::int32_t>(n)));
}

OptionsJson options_json(const OptimizeOptions& options) {
    OptionsJson json;
    json.add("start", options.start)
        .add("months", double(options.months))
        .add("period_months", double(options.period_months));
    if (options.max_activities) json.add("max_activities", double(*options.max_activities));
    if (options.max_capabilities) json.add("max_capabilities", double(*options.max_capabilities));
    if (options.max_of_a_kind) json.add("max_of_a_kind", double(*options.max_of_a_kind));
    json.add("allow_overlap", options.allow_overlap).add("gap", options.gap);
    if (options.change_cost > 0) json.add("change_cost", options.change_cost);
    if (options.work_limit) json.add("work_limit", *options.work_limit);
    if (options.time_limit) json.add("time_limit", *options.time_limit);
    return json;
}

}  // namespace

Plan optimize(const Organization& organization, const Risks& risks, const OptimizeOptions& options, Control* control) {
    Stage stage = Stage("optimize").input(organization.digest()).input(risks.provenance.digest);
    const Catalog catalog(organization, risks, options);
    if (catalog.previous.size() > 0) stage.input(digest_of(*options.previous));
    Plan plan;
    plan.options = catalog.options;
    plan.as_of = catalog.as_of;

    const std::vector<PersonId> groups = planned_people(catalog);
    // Before anything that can be cancelled: what follows a cancel must be short.
    plan.problems = warnings(catalog, groups);
    DutyRoster roster = place_duties(catalog, groups, control);

    AllocationProblem problem;
    problem.groups = static_cast<std::int32_t>(groups.size());
    problem.capacity = catalog.capacity;
    problem.fallback = roster.placed;
    problem.most = [&] {
        double sum = 0;
        for (const PersonId person : groups) sum += trivial_bound(catalog, person);
        return sum;
    };
    problem.constant = -catalog.options.change_cost * static_cast<double>(certainly_absent(catalog, groups));
    // What a person's last search has learnt about its own limits. A person is asked by one thread at a time, in an order that
    // does not depend on threads.
    std::vector<std::vector<float>> memory(groups.size());
    problem.pricer = [&]() -> Pricer {
        auto search = std::make_shared<Search>(catalog);
        return [&, search](const Query& query, Choice& best, std::int64_t& nodes) {
            const auto group = static_cast<std::size_t>(query.group);
            search->draft.offer.open(groups[group], roster.duties.empty() ? nullptr : &roster.duties[group], false,
                                     query.prices);
            return search->run(query, best, nodes, &memory[group]);
        };
    };
    AllocationOptions how;
    how.gap = catalog.options.gap;
    how.work_limit = catalog.options.work_limit.value_or(0) * 1e6;
    if (catalog.options.time_limit) how.time_limit = std::max(1e-3, *catalog.options.time_limit - stage.seconds());
    how.queries_after = 1;  // to write the tables
    how.threads = catalog.options.threads;
    const Allocation allocation = allocate(problem, how, control);

    const auto n = static_cast<std::int64_t>(groups.size());
    std::vector<std::vector<Item>> found((groups.size() + chunk - 1) / chunk);
    parallel_for(n, chunk, catalog.options.threads, [&](std::int64_t first, std::int64_t last) {
        Draft draft(catalog);
        const Query query;
        Offer::Duties chosen;
        for (std::int64_t i = first; i < last; ++i) {
            std::vector<Item>& items = found[first / chunk];
            const ChoiceView choice = allocation.choices[static_cast<std::int32_t>(i)];
            // What is chosen is all that is looked at: to open the whole offer of everyone would keep a cancel waiting.
            chosen.forced.clear();
            for (std::size_t k = 0; k < choice.content.size(); k += 2)
                chosen.forced.push_back(ActivityId(choice.content[k]));
            if (chosen.forced.empty()) {
                draft.offer.stand(groups[i]);
            } else {
                draft.offer.open(groups[i], &chosen, true);
            }
            draft.begin(query);
            if (!draft.replay(choice.content))
                throw Error(Code::internal, "optimize: a chosen plan could not be replayed");
            for (const Offer::Pin& pin : draft.offer.pins)
                items.push_back({groups[i], pin.activity, pin.session, pin.first, pin.last, pin.period + 1,
                                 organization->activities.hours[pin.activity.value()], Money(0), FundId(), Money(0),
                                 Money(0), Money(0)});
            for (const Way& way : draft.chosen()) {
                const ActivityId activity = draft.offer.courses[way.course].activity;
                const auto part = [&](Money money) { return is_missing(way.cost) ? missing<Money>() : money; };
                items.push_back({groups[i], activity, catalog.offerings[way.offering].session, way.first, way.last,
                                 way.period + 1, organization->activities.hours[activity.value()], way.cost, way.fund,
                                 part(way.fund_cost), part(way.account_cost), part(way.employee_cost)});
            }
        }
    });
    std::vector<Item> items;
    for (const std::vector<Item>& piece : found) items.insert(items.end(), piece.begin(), piece.end());
    const auto kept = std::count_if(items.begin(), items.end(), [&](const Item& item) {
        return catalog.previous.holds(item.person, item.activity, item.session, item.first);
    });
    const double charge =
        catalog.options.change_cost * static_cast<double>(catalog.previous.size() - static_cast<std::size_t>(kept));
    const double value = describe(catalog, std::move(items), plan) - charge;
    tabulate(catalog, allocation, problem.constant, roster.conflicts, value, plan);
    const int threads = thread_count(n, options.threads);
    for (Table* table : {static_cast<Table*>(&plan.items), static_cast<Table*>(&plan.people),
                         static_cast<Table*>(&plan.goals), static_cast<Table*>(&plan.resources),
                         static_cast<Table*>(&plan.conflicts), static_cast<Table*>(&plan.certificate)})
        stage.sign(*table, options_json(catalog.options), catalog.as_of, threads);
    plan.provenance = plan.certificate.provenance;
    return plan;
}

}  // namespace gradus
