#include "planning/describe.h"

#include <algorithm>

#include "assessment/stage.h"
#include "base/parallel.h"
#include "risk/strategy.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 64;  // people

struct Goal {
    std::size_t row = 0;  // of risks
    double to_mean = 0, likelihood_after = 0, removed = 0;
    Date due;
};

struct Described {
    std::vector<double> gains;
    std::vector<Reason> reasons;
    std::vector<Goal> goals;
    std::vector<double> before, after;  // by person
};

double mean_of(const std::vector<Benefit::Level>& levels) {
    double sum = 0;
    for (const Benefit::Level& level : levels) sum += level.probability * level.position;
    return sum;
}

double shortfall_of(const std::vector<Benefit::Level>& levels, double required, double sd) {
    double sum = 0;
    for (const Benefit::Level& level : levels)
        sum += level.probability * expected_shortfall(required, level.position, sd);
    return sum;
}

double likelihood_of(const std::vector<Benefit::Level>& levels, double required, double sd) {
    double sum = 0;
    for (const Benefit::Level& level : levels)
        sum += level.probability * likelihood_below(required, level.position, sd);
    return sum;
}

// One person's items, in order: what each adds, and what all do for each row that is wanted.
void describe_person(Offer& offer, std::span<const Item> items, std::size_t first_item, Described& out) {
    const Catalog& catalog = offer.catalog;
    Benefit& benefit = offer.benefit;
    offer.stand(items.front().person);
    const Risks& risks = benefit.risks();

    std::vector<std::int32_t> entry(items.size());
    std::vector<bool> pinned(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto pin = std::find_if(offer.pins.begin(), offer.pins.end(),
                                      [&](const Offer::Pin& p) { return p.activity == items[i].activity; });
        const bool stays = pin != offer.pins.end();
        entry[i] = benefit.add(items[i].activity, stays ? items[i].last : missing<Date>());
        pinned[i] = stays && !pin->begun;
    }
    benefit.seal();
    for (std::size_t i = 0; i < items.size(); ++i)
        if (pinned[i]) benefit.activate(entry[i], catalog.share(items[i].last));
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (pinned[i]) {
            out.gains[first_item + i] = 0;
            out.reasons[first_item + i] = Reason::pinned;
            continue;
        }
        const double share = catalog.share(items[i].last);
        const double gain = benefit.gain(entry[i], share);
        out.gains[first_item + i] = gain;
        benefit.activate(entry[i], share);
        const Date due = offer.due(items[i].activity);
        const bool needed = std::any_of(items.begin(), items.end(), [&](const Item& other) {
            for (const std::size_t row : catalog.organization.relations().prerequisites_of_activity[other.activity])
                if (catalog.organization->activity_prerequisites.prerequisite[row] == items[i].activity) return true;
            return false;
        });
        out.reasons[first_item + i] = !is_missing(due) && !offer.completed(items[i].activity) ? Reason::mandatory
                                      : gain <= 0 && needed                                   ? Reason::prerequisite
                                                                                              : Reason::risk;
    }

    double before = 0, after = 0;
    std::vector<bool> all(items.size()), pins(items.size());
    std::vector<double> goal_part(items.size(), 0.0);  // of the gain, from personal goals and targets
    for (std::int32_t s = 0; s < benefit.states(); ++s) {
        const Benefit::State& state = benefit.state(s);
        before += state.before;
        const std::vector<Benefit::Active> active = benefit.active(s);
        if (active.empty()) {
            after += state.before;
            continue;
        }
        const auto wanted = static_cast<std::size_t>(state.last_wanted - state.first_wanted);
        std::vector<double> removed(wanted, 0.0);
        Date due = missing<Date>();
        std::fill(all.begin(), all.end(), false);
        std::fill(pins.begin(), pins.end(), false);
        bool ours = false;
        for (std::size_t i = 0; i < active.size(); ++i) {
            const std::size_t item = static_cast<std::size_t>(active[i].entry);
            if (items[item].last < catalog.end) all[item] = true;
            if (pinned[item] && items[item].last < catalog.end) pins[item] = true;
            if (!pinned[item]) {
                ours = true;
                if (is_missing(due) || due < items[item].last) due = items[item].last;
            }
            const double width = active[i].share - (i + 1 < active.size() ? active[i + 1].share : 0);
            if (width <= 0 || !ours) continue;
            const std::vector<Benefit::Level> with = benefit.levels(s, all);
            const std::vector<Benefit::Level> without = benefit.levels(s, pins);
            for (std::size_t w = 0; w < wanted; ++w) {
                const Benefit::Wanted& row = benefit.wanted(state.first_wanted + static_cast<std::int32_t>(w));
                removed[w] +=
                    width * row.coefficient *
                    (shortfall_of(without, row.required, state.sd) - shortfall_of(with, row.required, state.sd));
            }
        }
        const std::vector<Benefit::Level> levels = benefit.levels(s, all);
        for (std::size_t w = 0; w < wanted; ++w) {
            const Benefit::Wanted& row = benefit.wanted(state.first_wanted + static_cast<std::int32_t>(w));
            after += row.coefficient * shortfall_of(levels, row.required, state.sd);
            if (!ours || !(removed[w] > 0)) continue;
            out.goals.push_back(
                {row.row, mean_of(levels), likelihood_of(levels, row.required, state.sd), removed[w], due});
            if (risks.basis[row.row] != Basis::role)
                for (const Benefit::Active& a : active)
                    goal_part[a.entry] += removed[w] / static_cast<double>(active.size());
        }
    }
    for (std::size_t i = 0; i < items.size(); ++i)
        if (out.reasons[first_item + i] == Reason::risk && goal_part[i] > 0.5 * out.gains[first_item + i])
            out.reasons[first_item + i] = Reason::goal;
    out.before.push_back(before);
    out.after.push_back(after);
}

// "Practitioner", or the number where no level stands there.
std::string level_name(const Organization& organization, CapabilityId capability, double position) {
    const Scales& scales = organization->scales;
    const ScaleId scale = organization->capabilities.scale[capability.value()];
    for (const std::size_t row : organization.relations().levels_of_scale[scale])
        if (scales.position[row] == position) return std::string(scales.level[row]);
    return to_text(position);
}

}  // namespace

Told tell(Offer& offer, std::span<const Item> items) {
    Told told;
    if (items.empty()) return told;
    Described described;
    described.gains.resize(items.size());
    described.reasons.resize(items.size());
    describe_person(offer, items, 0, described);
    told.gains = std::move(described.gains);
    told.reasons = std::move(described.reasons);
    for (const double gain : told.gains) told.value += gain;
    return told;
}

void tabulate(const Organization& organization, std::span<const Item> items, Buffer<double> gains,
              Buffer<Reason> reasons, PlanItems& table) {
    const std::size_t n = items.size();
    Buffer<PersonId> person(n);
    Buffer<ActivityId> activity(n);
    Buffer<SessionId> session(n);
    Buffer<Date> first_day(n), last_day(n);
    Buffer<std::int32_t> period(n);
    Buffer<Minutes> hours(n);
    Buffer<Money> cost(n), fund_cost(n), account_cost(n), employee_cost(n);
    Buffer<FundId> fund(n);
    for (std::size_t i = 0; i < n; ++i) {
        person[i] = items[i].person;
        activity[i] = items[i].activity;
        session[i] = items[i].session;
        first_day[i] = items[i].first;
        last_day[i] = items[i].last;
        period[i] = items[i].period > 0 ? items[i].period : missing<std::int32_t>();
        hours[i] = items[i].hours;
        cost[i] = items[i].cost;
        fund[i] = items[i].fund;
        fund_cost[i] = items[i].fund_cost;
        account_cost[i] = items[i].account_cost;
        employee_cost[i] = items[i].employee_cost;
    }
    table.person.set(std::move(person), organization.people().strings());
    table.activity.set(std::move(activity), organization.activities().strings());
    table.session.set(std::move(session), organization.sessions().strings());
    table.first_day.set(std::move(first_day));
    table.last_day.set(std::move(last_day));
    table.period.set(std::move(period));
    table.hours.set(std::move(hours));
    table.cost.set(std::move(cost));
    table.fund.set(std::move(fund), organization.funds().strings());
    table.fund_cost.set(std::move(fund_cost));
    table.account_cost.set(std::move(account_cost));
    table.employee_cost.set(std::move(employee_cost));
    table.gain.set(std::move(gains));
    table.reason.set(std::move(reasons));
}

double describe(const Catalog& catalog, std::vector<Item> items, Plan& plan) {
    const Organization& organization = catalog.organization;
    const Risks& risks = catalog.risks;
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
        return std::tuple(a.person, a.last, a.activity) < std::tuple(b.person, b.last, b.activity);
    });
    std::vector<std::size_t> first;  // item of each person
    for (std::size_t i = 0; i < items.size(); ++i)
        if (i == 0 || items[i].person != items[i - 1].person) first.push_back(i);
    const std::size_t people = first.size();
    first.push_back(items.size());

    std::vector<Described> pieces((people + chunk - 1) / chunk);
    parallel_for(static_cast<std::int64_t>(people), chunk, catalog.options.threads,
                 [&](std::int64_t from, std::int64_t to) {
                     Offer offer(catalog);
                     Described& piece = pieces[from / chunk];
                     piece.gains.resize(first[to] - first[from]);
                     piece.reasons.resize(first[to] - first[from]);
                     for (std::int64_t p = from; p < to; ++p)
                         describe_person(offer, std::span(items).subspan(first[p], first[p + 1] - first[p]),
                                         first[p] - first[from], piece);
                 });

    Buffer<double> gain(items.size());
    Buffer<Reason> reason(items.size());
    double value = 0;
    std::vector<Goal> goals;
    Buffer<double> before(people), after(people);
    std::size_t i = 0, p = 0;
    for (const Described& piece : pieces) {
        for (std::size_t k = 0; k < piece.gains.size(); ++k, ++i) {
            gain[i] = piece.gains[k];
            reason[i] = piece.reasons[k];
            value += piece.gains[k];
        }
        for (std::size_t k = 0; k < piece.before.size(); ++k, ++p) {
            before[p] = piece.before[k];
            after[p] = piece.after[k];
        }
        goals.insert(goals.end(), piece.goals.begin(), piece.goals.end());
    }
    std::sort(goals.begin(), goals.end(), [](const Goal& a, const Goal& b) { return a.row < b.row; });

    Buffer<PersonId> who(people);
    Buffer<std::int32_t> activities(people), kinds(people);
    Buffer<Minutes> time(people);
    Buffer<Money> money(people);
    for (p = 0; p < people; ++p) {
        who[p] = items[first[p]].person;
        activities[p] = static_cast<std::int32_t>(first[p + 1] - first[p]);
        std::vector<KindId> distinct;
        time[p] = Minutes(0);
        money[p] = Money(0);
        for (std::size_t k = first[p]; k < first[p + 1]; ++k) {
            const KindId kind = organization->activities.kind[items[k].activity.value()];
            if (kind && std::find(distinct.begin(), distinct.end(), kind) == distinct.end()) distinct.push_back(kind);
            if (!is_missing(items[k].hours)) time[p] += items[k].hours;
            if (!is_missing(items[k].cost)) money[p] += items[k].cost;
        }
        kinds[p] = static_cast<std::int32_t>(distinct.size());
    }

    const std::size_t g = goals.size();
    const Strategy strategy(organization, catalog.as_of, catalog.options.threads);
    Buffer<PersonId> goal_person(g);
    Buffer<Basis> basis(g);
    Buffer<RoleId> role(g);
    Buffer<CapabilityId> capability(g);
    Buffer<double> from_mean(g), required(g), to_mean(g), likelihood_before(g), likelihood_after(g), removed(g);
    Buffer<ObjectiveId> objective(g);
    Buffer<Date> due(g);
    auto measure = std::make_shared<Strings>();
    for (std::size_t k = 0; k < g; ++k) {
        const std::size_t row = goals[k].row;
        goal_person[k] = risks.person[row];
        basis[k] = risks.basis[row];
        role[k] = risks.role.size() > 0 ? risks.role[row] : RoleId();
        capability[k] = risks.capability[row];
        from_mean[k] = risks.mean[row];
        required[k] = risks.required[row];
        to_mean[k] = goals[k].to_mean;
        likelihood_before[k] = risks.likelihood[row];
        likelihood_after[k] = goals[k].likelihood_after;
        removed[k] = goals[k].removed;
        objective[k] = strategy.strongest(risks.person[row], risks.capability[row]);
        measure->push_back("assessed at " + level_name(organization, risks.capability[row], risks.required[row]) +
                           " or above");
        due[k] = goals[k].due;
    }

    const auto& people_keys = organization.people().strings();
    tabulate(organization, items, std::move(gain), std::move(reason), plan.items);

    plan.people.person.set(std::move(who), people_keys);
    plan.people.activities.set(std::move(activities));
    plan.people.kinds.set(std::move(kinds));
    plan.people.hours.set(std::move(time));
    plan.people.cost.set(std::move(money));
    plan.people.exposure_before.set(std::move(before));
    plan.people.exposure_after.set(std::move(after));

    plan.goals.person.set(std::move(goal_person), people_keys);
    plan.goals.basis.set(std::move(basis));
    plan.goals.role.set(std::move(role), organization.roles().strings());
    plan.goals.capability.set(std::move(capability), organization.capabilities().strings());
    plan.goals.from_mean.set(std::move(from_mean));
    plan.goals.required.set(std::move(required));
    plan.goals.to_mean.set(std::move(to_mean));
    plan.goals.likelihood_before.set(std::move(likelihood_before));
    plan.goals.likelihood_after.set(std::move(likelihood_after));
    plan.goals.exposure_removed.set(std::move(removed));
    plan.goals.objective.set(std::move(objective), organization.objectives().strings());
    plan.goals.measure.set(std::move(measure));
    plan.goals.due.set(std::move(due));
    return value;
}

Item item_of(const PlanItems& from, std::size_t row) {
    const auto cell = [&](const auto& column, auto none) { return column.size() > 0 ? column[row] : none; };
    const std::int32_t period = cell(from.period, missing<std::int32_t>());
    return {from.person[row],
            from.activity[row],
            cell(from.session, SessionId()),
            from.first_day[row],
            from.last_day[row],
            is_missing(period) ? 0 : period,
            cell(from.hours, missing<Minutes>()),
            cell(from.cost, missing<Money>()),
            cell(from.fund, FundId()),
            cell(from.fund_cost, missing<Money>()),
            cell(from.account_cost, missing<Money>()),
            cell(from.employee_cost, missing<Money>())};
}

void describe(const Organization& organization, const Risks& risks, Plan& plan) {
    const Catalog catalog(organization, risks, plan.options);
    std::vector<Item> items;
    for (std::size_t row = 0; row < plan.items.size(); ++row) items.push_back(item_of(plan.items, row));
    describe(catalog, std::move(items), plan);
}

}  // namespace gradus
