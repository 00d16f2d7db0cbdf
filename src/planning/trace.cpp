#include <gradus/planning/trace.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "assessment/load.h"
#include "base/parallel.h"
#include "planning/contribution.h"
#include "planning/desk.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 1024;  // people

struct TraceRow {
    std::size_t item = 0;  // row of plan.items
    Contribution part;
};

// "a > b > c" by objective, and the last of them.
struct Paths {
    explicit Paths(const Organization& organization) {
        const Forest& objectives = organization.relations().objectives;
        texts.resize(static_cast<std::size_t>(objectives.size()));
        roots.resize(texts.size());
        for (const std::int32_t o : objectives.order()) {
            const auto at = static_cast<std::size_t>(o);
            const std::int32_t parent = objectives.parent(o);
            texts[at] = std::string(organization.objectives()[at]);
            if (parent >= 0) texts[at] += " > " + texts[static_cast<std::size_t>(parent)];
            roots[at] = parent >= 0 ? roots[static_cast<std::size_t>(parent)] : ObjectiveId(o);
        }
    }
    std::vector<std::string> texts;
    std::vector<ObjectiveId> roots;
};

// Everyone's parts, in the order of plan.items.
std::vector<TraceRow> all_parts(const Desk& desk, PersonId only, int threads) {
    const Catalog& catalog = desk.data().catalog;
    const PlanItems& table = desk.data().plan.items;
    const Strategy strategy(desk.organization(), catalog.as_of, threads);
    const auto people = static_cast<std::int64_t>(desk.organization().people().size());
    std::vector<std::vector<TraceRow>> pieces(static_cast<std::size_t>((people + chunk - 1) / chunk));
    parallel_for(people, chunk, threads, [&](std::int64_t from, std::int64_t to) {
        Contributions work(catalog, strategy);
        std::vector<Item> items;
        auto& piece = pieces[static_cast<std::size_t>(from / chunk)];
        for (std::int64_t p = from; p < to; ++p) {
            const PersonId person(static_cast<std::int32_t>(p));
            if (only && only != person) continue;
            const Holding held = desk.data().holding(person);
            if (held.size() == 0) continue;
            items.clear();
            for (std::size_t row = held.first; row < held.last; ++row) items.push_back(item_of(table, row));
            work.open(items);
            for (const Contribution& part : work.parts()) piece.push_back({held.first + part.item, part});
        }
    });
    std::vector<TraceRow> rows;
    for (std::vector<TraceRow>& piece : pieces) rows.insert(rows.end(), piece.begin(), piece.end());
    return rows;
}

std::string_view note_of(Reason reason, const Contribution& part) {
    if (part.enables && part.capability) return "it comes before what serves the goal";
    if (part.capability) return reason == Reason::pinned ? "it is under way" : "";
    switch (reason) {
    case Reason::mandatory: return "it is mandatory and removes no exposure within the horizon";
    case Reason::pinned: return "it is under way and removes no exposure within the horizon";
    case Reason::prerequisite: return "it comes before what removes no exposure within the horizon";
    case Reason::risk:
    case Reason::goal: break;
    }
    return "it removes no exposure within the horizon";
}

// What one objective, with everything below it, has of the plan. Rows come in the order of people and items.
struct Tally {
    std::int32_t people = 0, goals = 0, items = 0;
    double gain = 0;
    std::int64_t minutes = 0, cost = 0, minutes_whole = 0, cost_whole = 0;
    std::set<ActivityId> activities{};
    PersonId last_person{};
    std::size_t last_item = static_cast<std::size_t>(-1);
    std::set<CapabilityId> capabilities{};  // of the last person

    void add(const PlanItems& table, const TraceRow& row) {
        const PersonId person = table.person[row.item];
        if (person != last_person) {
            ++people;
            last_person = person;
            capabilities.clear();
        }
        if (row.part.capability && capabilities.insert(row.part.capability).second) ++goals;
        gain += row.part.gain;
        if (!is_missing(row.part.hours)) minutes += row.part.hours.count();
        if (!is_missing(row.part.cost)) cost += row.part.cost.minor_units();
        if (row.item == last_item) return;
        last_item = row.item;
        ++items;
        activities.insert(table.activity[row.item]);
        const Item item = item_of(table, row.item);
        if (!is_missing(item.hours)) minutes_whole += item.hours.count();
        if (!is_missing(item.cost)) cost_whole += item.cost.minor_units();
    }
};

}  // namespace

Trace trace_items(const Desk& desk, const TraceOptions& options) {
    Stage stage("trace_items");
    const Organization& organization = desk.organization();
    const auto known = [](auto id, const Keys& keys, const char* what) {
        if (id && static_cast<std::size_t>(id.value()) >= keys.size())
            throw Error(Code::unknown_key, std::string("there is no such ") + what, std::string(id.table), 0, what);
    };
    known(options.person, organization.people(), "person");
    known(options.objective, organization.objectives(), "objective");
    std::vector<TraceRow> rows = all_parts(desk, options.person, options.threads);
    const Forest& objectives = organization.relations().objectives;
    if (options.objective)
        std::erase_if(rows, [&](const TraceRow& row) {
            return !row.part.objective || !objectives.holds(options.objective.value(), row.part.objective.value());
        });

    const PlanItems& table = desk.data().plan.items;
    const Paths paths(organization);
    const std::size_t n = rows.size();
    Buffer<PersonId> person(n);
    Buffer<ActivityId> activity(n);
    Buffer<Date> last_day(n);
    Buffer<Reason> reason(n);
    Buffer<CapabilityId> capability(n);
    Buffer<ObjectiveId> objective(n), root(n);
    Buffer<double> share(n), gain(n);
    Buffer<Minutes> hours(n);
    Buffer<Money> cost(n);
    auto path = std::make_shared<Strings>(), note = std::make_shared<Strings>();
    for (std::size_t i = 0; i < n; ++i) {
        const auto& [item, part] = rows[i];
        person[i] = table.person[item];
        activity[i] = table.activity[item];
        last_day[i] = table.last_day[item];
        reason[i] = table.reason[item];
        capability[i] = part.capability;
        objective[i] = part.objective;
        const auto o = static_cast<std::size_t>(part.objective ? part.objective.value() : 0);
        root[i] = part.objective ? paths.roots[o] : ObjectiveId();
        share[i] = part.share;
        gain[i] = part.gain;
        hours[i] = part.hours;
        cost[i] = part.cost;
        path->push_back(part.objective ? std::string_view(paths.texts[o]) : std::string_view());
        note->push_back(note_of(table.reason[item], part));
    }
    Trace trace;
    trace.person.set(std::move(person), organization.people().strings());
    trace.activity.set(std::move(activity), organization.activities().strings());
    trace.last_day.set(std::move(last_day));
    trace.reason.set(std::move(reason));
    trace.capability.set(std::move(capability), organization.capabilities().strings());
    trace.objective.set(std::move(objective), organization.objectives().strings());
    trace.root.set(std::move(root), organization.objectives().strings());
    trace.path.set(std::move(path));
    trace.share.set(std::move(share));
    trace.gain.set(std::move(gain));
    trace.hours.set(std::move(hours));
    trace.cost.set(std::move(cost));
    trace.note.set(std::move(note));
    OptionsJson json;
    // By their number: a key might need to be escaped, and the digest of the inputs fixes what it means.
    if (options.person) json.add("person", double(options.person.value()));
    if (options.objective) json.add("objective", double(options.objective.value()));
    stage.input(desk.digest()).sign(trace, json, desk.data().catalog.as_of, 1);
    return trace;
}

ObjectiveTrace trace_objectives(const Desk& desk, int threads) {
    Stage stage("trace_objectives");
    const Organization& organization = desk.organization();
    const PlanItems& table = desk.data().plan.items;
    const Forest& objectives = organization.relations().objectives;
    const auto count = static_cast<std::size_t>(objectives.size());
    std::vector<Tally> tallies(count + 1);
    for (const TraceRow& row : all_parts(desk, PersonId(), threads)) {
        if (!row.part.objective) tallies[count].add(table, row);
        for (std::int32_t o = row.part.objective.value(); o >= 0; o = objectives.parent(o))
            tallies[static_cast<std::size_t>(o)].add(table, row);
    }
    const std::size_t n = tallies.size();
    Buffer<ObjectiveId> objective(n), parent(n);
    Buffer<std::int32_t> people(n), goals(n), activities(n), items(n);
    Buffer<double> gain(n);
    Buffer<Minutes> hours(n), hours_whole(n);
    Buffer<Money> cost(n), cost_whole(n);
    for (std::size_t i = 0; i < n; ++i) {
        const Tally& tally = tallies[i];
        const auto id = static_cast<std::int32_t>(i);
        objective[i] = i < count ? ObjectiveId(id) : ObjectiveId();
        parent[i] = i < count ? ObjectiveId(objectives.parent(id)) : ObjectiveId();
        people[i] = tally.people;
        goals[i] = tally.goals;
        activities[i] = static_cast<std::int32_t>(tally.activities.size());
        items[i] = tally.items;
        gain[i] = tally.gain;
        hours[i] = Minutes(tally.minutes);
        cost[i] = Money(tally.cost);
        hours_whole[i] = Minutes(tally.minutes_whole);
        cost_whole[i] = Money(tally.cost_whole);
    }
    ObjectiveTrace trace;
    trace.objective.set(std::move(objective), organization.objectives().strings());
    trace.parent.set(std::move(parent), organization.objectives().strings());
    trace.people.set(std::move(people));
    trace.goals.set(std::move(goals));
    trace.activities.set(std::move(activities));
    trace.items.set(std::move(items));
    trace.gain.set(std::move(gain));
    trace.hours.set(std::move(hours));
    trace.cost.set(std::move(cost));
    trace.hours_whole.set(std::move(hours_whole));
    trace.cost_whole.set(std::move(cost_whole));
    stage.input(desk.digest()).sign(trace, OptionsJson(), desk.data().catalog.as_of, 1);
    return trace;
}

}  // namespace gradus
