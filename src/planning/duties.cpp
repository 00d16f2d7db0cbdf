#include "planning/duties.h"

#include <algorithm>
#include <tuple>

namespace gradus {
namespace {

// Why an activity cannot be taken however free the limits are.
Conflict refusal(Search& search, PersonId person, ActivityId activity) {
    const Catalog& catalog = search.draft.offer.catalog;
    const Tables& tables = catalog.organization.tables();
    Conflict conflict{.person = person, .activity = activity};
    search.draft.offer.stand(person);
    if (!search.draft.offer.may_take(activity)) {
        conflict.limit = Limit::eligibility;
        if (catalog.first_offering[activity.value()] == catalog.first_offering[activity.value() + 1])
            conflict.limit = Limit::due;  // nothing of it is on offer within the horizon
        for (const std::size_t row : catalog.organization.relations().prerequisites_of_activity[activity]) {
            const ActivityId before = tables.activity_prerequisites.prerequisite[row];
            const bool pinned = std::any_of(search.draft.offer.pins.begin(), search.draft.offer.pins.end(),
                                            [&](const Offer::Pin& pin) { return pin.activity == before; });
            if (pinned || search.draft.offer.completed(before) || search.draft.offer.may_take(before)) continue;
            conflict.limit = Limit::prerequisite;
            conflict.resource = std::string(catalog.organization.activities()[before.value()]);
        }
        return conflict;
    }
    // It could be taken, but not by its due date, or not for want of data or of a fund.
    const Offer::Duties alone{{activity}, {}};
    search.draft.offer.open(person, &alone, true);
    const bool no_cost = !search.draft.offer.without_cost.empty(), no_hours = !search.draft.offer.without_hours.empty();
    if (no_cost || search.draft.offer.without_fund) conflict.limit = Limit::fund;
    if (no_hours) conflict.limit = Limit::hours;
    if (no_cost || no_hours) conflict.resource = std::string(catalog.organization.activities()[activity.value()]);
    return conflict;
}

}  // namespace

PlanConflicts tabulate(const Organization& organization, const std::vector<Conflict>& conflicts) {
    const std::size_t n = conflicts.size();
    Buffer<PersonId> person(n);
    Buffer<ActivityId> activity(n);
    Buffer<Limit> limit(n);
    auto resource = std::make_shared<Strings>();
    Buffer<std::int32_t> period(n);
    Buffer<double> capacity(n), demanded(n);
    for (std::size_t i = 0; i < n; ++i) {
        person[i] = conflicts[i].person;
        activity[i] = conflicts[i].activity;
        limit[i] = conflicts[i].limit;
        resource->push_back(conflicts[i].resource);
        period[i] = conflicts[i].period > 0 ? conflicts[i].period : missing<std::int32_t>();
        capacity[i] = conflicts[i].capacity;
        demanded[i] = conflicts[i].demanded;
    }
    PlanConflicts table;
    table.person.set(std::move(person), organization.people().strings());
    table.activity.set(std::move(activity), organization.activities().strings());
    table.limit.set(std::move(limit));
    table.resource.set(std::move(resource));
    table.period.set(std::move(period));
    table.capacity.set(std::move(capacity));
    table.demanded.set(std::move(demanded));
    return table;
}

PersonDuties place_duties(Search& search, PersonId person, const std::vector<ActivityId>& wanted,
                          const std::vector<ActivityId>& excluded, std::span<const std::int64_t> room) {
    PersonDuties of;
    of.duties.excluded = excluded;
    // A price high enough that thrift comes first, and highest where least is left.
    std::vector<double> prices(room.size());
    for (std::size_t r = 0; r < room.size(); ++r)
        prices[r] = 1e3 / static_cast<double>(std::max<std::int64_t>(1, room[r]));
    std::int64_t nodes = 0;
    const auto attempt = [&](const Offer::Duties& trial, Choice& choice) {
        search.draft.offer.open(person, &trial, true);
        for (const ActivityId activity : trial.forced)
            if (std::none_of(search.draft.offer.courses.begin(), search.draft.offer.courses.end(),
                             [&](const Offer::Course& course) { return course.activity == activity; }))
                return false;
        Query query;
        query.prices = prices;
        query.room = room;
        const double bound = search.run(query, choice, nodes);
        return bound > -std::numeric_limits<double>::infinity() && !choice.content.empty();
    };
    Offer::Duties all{wanted, excluded};
    if (attempt(all, of.placed)) {
        of.duties = std::move(all);
        return of;
    }
    of.placed = Choice();
    for (const ActivityId activity : wanted) {
        Offer::Duties trial = of.duties;
        trial.forced.push_back(activity);
        Choice choice;
        if (attempt(trial, choice)) {
            of.duties = trial;
            of.placed = choice;
            continue;
        }
        of.duties.excluded.push_back(activity);
        const auto course = std::find_if(search.draft.offer.courses.begin(), search.draft.offer.courses.end(),
                                         [&](const Offer::Course& c) { return c.activity == activity; });
        Conflict conflict{.person = person, .activity = activity};
        if (course == search.draft.offer.courses.end()) {
            conflict = refusal(search, person, activity);
        } else {
            Query query;
            query.prices = prices;
            query.room = room;
            search.draft.begin(query);
            search.draft.replay(of.placed.content);
            const Draft::Stop stop =
                search.draft.stop(static_cast<std::int32_t>(course - search.draft.offer.courses.begin()));
            conflict.limit = stop.limit;
            conflict.resource = stop.resource;
            conflict.period = stop.period;
            conflict.capacity = stop.capacity;
            conflict.demanded = stop.demanded;
        }
        of.conflicts.push_back(conflict);
    }
    return of;
}

DutyRoster place_duties(const Catalog& catalog, const std::vector<PersonId>& groups, const Control* control) {
    DutyRoster roster;
    if (catalog.mandatory.empty()) return roster;
    roster.duties.resize(groups.size());
    roster.placed.resize(groups.size());

    Search search(catalog);
    std::vector<std::int64_t> room = catalog.capacity;
    for (std::size_t group = 0; group < groups.size(); ++group) {
        const PersonId person = groups[group];
        search.draft.offer.stand(person);
        std::vector<std::pair<Date, ActivityId>> wanted;
        for (const ActivityId activity : catalog.mandatory) {
            const Date due = search.draft.offer.due(activity);
            const bool pinned = std::any_of(search.draft.offer.pins.begin(), search.draft.offer.pins.end(),
                                            [&](const Offer::Pin& pin) { return pin.activity == activity; });
            if (!is_missing(due) && !pinned && !search.draft.offer.completed(activity))
                wanted.push_back({due, activity});
        }
        if (wanted.empty()) continue;
        std::sort(wanted.begin(), wanted.end());
        if (control && control->cancelled()) {  // no time to try: left out, and nothing is known to have stopped them
            for (const auto& [due, activity] : wanted) {
                roster.duties[group].excluded.push_back(activity);
                roster.conflicts.push_back({.person = person, .activity = activity, .limit = missing<Limit>()});
            }
            continue;
        }
        std::vector<ActivityId> activities;
        for (const auto& [due, activity] : wanted) activities.push_back(activity);
        PersonDuties of = place_duties(search, person, activities, {}, room);
        roster.duties[group] = std::move(of.duties);
        roster.placed[group] = std::move(of.placed);
        roster.conflicts.insert(roster.conflicts.end(), of.conflicts.begin(), of.conflicts.end());
        for (const Use& use : roster.placed[group].uses) room[use.resource] -= use.amount;
    }
    std::sort(roster.conflicts.begin(), roster.conflicts.end(), [](const Conflict& a, const Conflict& b) {
        return std::tie(a.person, a.activity) < std::tie(b.person, b.activity);
    });
    return roster;
}

}  // namespace gradus
