#include "planning/describe.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "assessment/stage.h"
#include "base/parallel.h"
#include "planning/level_name.h"
#include "risk/strategy.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 1024;  // people

struct Goal {
    std::size_t row = 0;  // of risks
    double to_mean = 0, likelihood_after = 0, removed = 0;
    Date due;
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

// What one person's items do: scratch memory, reused from person to person.
class Teller {
public:
    // The items, in order, of the person that the offer stands on.
    void tell(Offer& offer, std::span<const Item> items);

    std::vector<double> gains;     // by item
    std::vector<Reason> reasons;   // by item
    std::vector<Goal> goals;       // by row of risks
    double before = 0, after = 0;  // exposure

private:
    void find_gains(Offer& offer, std::span<const Item> items);
    void find_goals(Benefit& benefit, std::int32_t state, std::span<const Item> items, Date end);
    // What is expected to be missing at each of the state's rows once the lessons have been given.
    void expect(Benefit& benefit, std::int32_t state, const std::vector<std::int32_t>& lessons,
                std::vector<double>& shortfalls);

    std::vector<std::int32_t> entry_;
    std::vector<char> pinned_;
    std::vector<std::int32_t> all_, pins_;  // lessons in effect by the horizon's end, ascending: of all, and of pins
    std::vector<double> with_, without_;    // shortfalls by row
    std::vector<double> removed_;           // by row
    std::vector<double> goal_part_;         // by item: of the gain, from personal goals and targets
};

void Teller::find_gains(Offer& offer, std::span<const Item> items) {
    const Catalog& catalog = offer.catalog;
    const Tables& tables = catalog.organization.tables();
    const Relations& relations = catalog.organization.relations();
    Benefit& benefit = offer.benefit;
    entry_.clear();
    pinned_.clear();
    for (const Item& item : items) {
        const auto pin = std::find_if(offer.pins.begin(), offer.pins.end(),
                                      [&](const Offer::Pin& p) { return p.activity == item.activity; });
        const bool stays = pin != offer.pins.end();
        entry_.push_back(benefit.add(item.activity, stays ? item.last : missing<Date>()));
        pinned_.push_back(stays && !pin->begun);
    }
    benefit.seal();
    for (std::size_t i = 0; i < items.size(); ++i)
        if (pinned_[i]) benefit.activate(entry_[i], catalog.share(items[i].last));
    const auto needed = [&](ActivityId activity) {
        return std::any_of(items.begin(), items.end(), [&](const Item& other) {
            for (const std::size_t row : relations.prerequisites_of_activity[other.activity])
                if (tables.activity_prerequisites.prerequisite[row] == activity) return true;
            return false;
        });
    };
    gains.assign(items.size(), 0.0);
    reasons.assign(items.size(), Reason::pinned);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (pinned_[i]) continue;
        const double share = catalog.share(items[i].last);
        gains[i] = benefit.gain(entry_[i], share);
        benefit.activate(entry_[i], share);
        reasons[i] = !is_missing(offer.due(items[i].activity)) && !offer.completed(items[i].activity)
                         ? Reason::mandatory
                     : gains[i] <= 0 && needed(items[i].activity) ? Reason::prerequisite
                                                                  : Reason::risk;
    }
}

void Teller::expect(Benefit& benefit, std::int32_t index, const std::vector<std::int32_t>& lessons,
                    std::vector<double>& shortfalls) {
    const Benefit::State& state = benefit.state(index);
    const std::vector<Benefit::Level>& levels = benefit.levels(index, lessons);
    shortfalls.clear();
    for (std::int32_t w = state.first_wanted; w < state.last_wanted; ++w)
        shortfalls.push_back(shortfall_of(levels, benefit.wanted(w).required, state.sd));
}

void Teller::find_goals(Benefit& benefit, std::int32_t index, std::span<const Item> items, Date end) {
    const Risks& risks = benefit.risks();
    const Benefit::State& state = benefit.state(index);
    const std::vector<Benefit::Active>& active = benefit.active(index);
    const auto wanted = static_cast<std::size_t>(state.last_wanted - state.first_wanted);
    removed_.assign(wanted, 0.0);
    all_.clear();
    pins_.clear();
    Date due = missing<Date>();
    bool ours = false, with_known = false, without_known = false;
    const auto insert = [](std::vector<std::int32_t>& lessons, std::int32_t lesson) {
        lessons.insert(std::upper_bound(lessons.begin(), lessons.end(), lesson), lesson);
    };
    for (std::size_t i = 0; i < active.size(); ++i) {
        const auto item = static_cast<std::size_t>(active[i].entry);
        if (items[item].last < end) {
            insert(all_, active[i].lesson);
            with_known = false;
            if (pinned_[item]) {
                insert(pins_, active[i].lesson);
                without_known = false;
            }
        }
        if (!pinned_[item]) {
            ours = true;
            if (is_missing(due) || due < items[item].last) due = items[item].last;
        }
        const double width = active[i].share - (i + 1 < active.size() ? active[i + 1].share : 0);
        if (width <= 0 || !ours) continue;
        if (!without_known) expect(benefit, index, pins_, without_);
        if (!with_known) expect(benefit, index, all_, with_);
        with_known = without_known = true;
        for (std::size_t w = 0; w < wanted; ++w)
            removed_[w] += width * benefit.wanted(state.first_wanted + static_cast<std::int32_t>(w)).coefficient *
                           (without_[w] - with_[w]);
    }
    if (!with_known) expect(benefit, index, all_, with_);
    const std::vector<Benefit::Level>& levels = benefit.levels(index, all_);
    for (std::size_t w = 0; w < wanted; ++w) {
        const Benefit::Wanted& row = benefit.wanted(state.first_wanted + static_cast<std::int32_t>(w));
        after += row.coefficient * with_[w];
        if (!ours || !(removed_[w] > 0)) continue;
        goals.push_back({row.row, mean_of(levels), likelihood_of(levels, row.required, state.sd), removed_[w], due});
        if (risks.basis[row.row] != Basis::role)
            for (const Benefit::Active& a : active)
                goal_part_[a.entry] += removed_[w] / static_cast<double>(active.size());
    }
}

void Teller::tell(Offer& offer, std::span<const Item> items) {
    Benefit& benefit = offer.benefit;
    benefit.restart();
    find_gains(offer, items);
    goals.clear();
    goal_part_.assign(items.size(), 0.0);
    before = after = 0;
    for (std::int32_t s = 0; s < benefit.states(); ++s) {
        before += benefit.state(s).before;
        if (benefit.active(s).empty()) {
            after += benefit.state(s).before;
        } else {
            find_goals(benefit, s, items, offer.catalog.end);
        }
    }
    std::sort(goals.begin(), goals.end(), [](const Goal& a, const Goal& b) { return a.row < b.row; });
    for (std::size_t i = 0; i < items.size(); ++i)
        if (reasons[i] == Reason::risk && goal_part_[i] > 0.5 * gains[i]) reasons[i] = Reason::goal;
}

// The rows of the items table in the making.
struct ItemRows {
    explicit ItemRows(std::size_t n)
        : person(n), activity(n), session(n), first_day(n), last_day(n), period(n), hours(n), cost(n), fund_cost(n),
          account_cost(n), employee_cost(n), fund(n) {}

    void put(std::size_t i, const Item& item) {
        person[i] = item.person;
        activity[i] = item.activity;
        session[i] = item.session;
        first_day[i] = item.first;
        last_day[i] = item.last;
        period[i] = item.period > 0 ? item.period : missing<std::int32_t>();
        hours[i] = item.hours;
        cost[i] = item.cost;
        fund[i] = item.fund;
        fund_cost[i] = item.fund_cost;
        account_cost[i] = item.account_cost;
        employee_cost[i] = item.employee_cost;
    }
    void hand_over(const Organization& organization, Buffer<double> gains, Buffer<Reason> reasons, PlanItems& table) {
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

    Buffer<PersonId> person;
    Buffer<ActivityId> activity;
    Buffer<SessionId> session;
    Buffer<Date> first_day, last_day;
    Buffer<std::int32_t> period;
    Buffer<Minutes> hours;
    Buffer<Money> cost, fund_cost, account_cost, employee_cost;
    Buffer<FundId> fund;
};

// The rows of the people table in the making.
struct PeopleRows {
    explicit PeopleRows(std::size_t n) : person(n), activities(n), kinds(n), hours(n), cost(n), before(n), after(n) {}

    void put(std::size_t p, const Organization& organization, std::span<const Item> items, double before_,
             double after_) {
        person[p] = items.front().person;
        activities[p] = static_cast<std::int32_t>(items.size());
        hours[p] = Minutes(0);
        cost[p] = Money(0);
        kinds[p] = 0;
        const auto kind = [&](const Item& item) { return organization->activities.kind[item.activity.value()]; };
        for (auto item = items.begin(); item != items.end(); ++item) {
            kinds[p] += kind(*item) && std::none_of(items.begin(), item,
                                                    [&](const Item& other) { return kind(other) == kind(*item); });
            if (!is_missing(item->hours)) hours[p] += item->hours;
            if (!is_missing(item->cost)) cost[p] += item->cost;
        }
        before[p] = before_;
        after[p] = after_;
    }
    void hand_over(const Organization& organization, PlanPeople& table) {
        table.person.set(std::move(person), organization.people().strings());
        table.activities.set(std::move(activities));
        table.kinds.set(std::move(kinds));
        table.hours.set(std::move(hours));
        table.cost.set(std::move(cost));
        table.exposure_before.set(std::move(before));
        table.exposure_after.set(std::move(after));
    }

    Buffer<PersonId> person;
    Buffer<std::int32_t> activities, kinds;
    Buffer<Minutes> hours;
    Buffer<Money> cost;
    Buffer<double> before, after;
};

// The rows of the goals table in the making, but for the texts.
struct GoalRows {
    explicit GoalRows(std::size_t n)
        : person(n), basis(n), role(n), capability(n), from_mean(n), required(n), to_mean(n), likelihood_before(n),
          likelihood_after(n), removed(n), objective(n), due(n) {}

    void put(std::size_t k, const Risks& risks, const Strategy& strategy, const Goal& goal) {
        const std::size_t row = goal.row;
        person[k] = risks.person[row];
        basis[k] = risks.basis[row];
        role[k] = risks.role.size() > 0 ? risks.role[row] : RoleId();
        capability[k] = risks.capability[row];
        from_mean[k] = risks.mean[row];
        required[k] = risks.required[row];
        to_mean[k] = goal.to_mean;
        likelihood_before[k] = risks.likelihood[row];
        likelihood_after[k] = goal.likelihood_after;
        removed[k] = goal.removed;
        objective[k] = strategy.strongest(risks.person[row], risks.capability[row]);
        due[k] = goal.due;
    }
    void hand_over(const Organization& organization, std::shared_ptr<const Strings> measure, PlanGoals& table) {
        table.person.set(std::move(person), organization.people().strings());
        table.basis.set(std::move(basis));
        table.role.set(std::move(role), organization.roles().strings());
        table.capability.set(std::move(capability), organization.capabilities().strings());
        table.from_mean.set(std::move(from_mean));
        table.required.set(std::move(required));
        table.to_mean.set(std::move(to_mean));
        table.likelihood_before.set(std::move(likelihood_before));
        table.likelihood_after.set(std::move(likelihood_after));
        table.exposure_removed.set(std::move(removed));
        table.objective.set(std::move(objective), organization.objectives().strings());
        table.measure.set(std::move(measure));
        table.due.set(std::move(due));
    }

    Buffer<PersonId> person;
    Buffer<Basis> basis;
    Buffer<RoleId> role;
    Buffer<CapabilityId> capability;
    Buffer<double> from_mean, required, to_mean, likelihood_before, likelihood_after, removed;
    Buffer<ObjectiveId> objective;
    Buffer<Date> due;
};

// What is known of some people, in their order, before it is put into rows.
struct Piece {
    struct Person {
        std::int32_t items = 0;
        double before = 0, after = 0;
    };
    std::vector<Item> items;
    std::vector<double> gains;
    std::vector<Reason> reasons;
    std::vector<Person> people;
    std::vector<Goal> goals;
};

// How reaching each level will be seen: few texts, each for many goals.
class Measures {
public:
    explicit Measures(const Organization& organization)
        : organization_(organization), known_(organization.capabilities().size()) {}

    const std::string& of(CapabilityId capability, double required) {
        auto& texts = known_[static_cast<std::size_t>(capability.value())];
        for (const auto& [position, text] : texts)
            if (position == required) return text;
        return texts
            .emplace_back(required, "assessed at " + level_name(organization_, capability, required) + " or above")
            .second;
    }

private:
    const Organization& organization_;
    std::vector<std::vector<std::pair<double, std::string>>> known_;
};

std::shared_ptr<const Strings> measures(const Catalog& catalog, const std::vector<Piece>& pieces) {
    Measures texts(catalog.organization);
    std::size_t count = 0, bytes = 0;
    const auto each = [&](auto&& f) {
        for (const Piece& piece : pieces)
            for (const Goal& goal : piece.goals)
                f(texts.of(catalog.risks.capability[goal.row], catalog.risks.required[goal.row]));
    };
    each([&](const std::string& text) {
        ++count;
        bytes += text.size();
    });
    auto column = std::make_shared<Strings>();
    column->reserve(count, bytes);
    each([&](const std::string& text) { column->push_back(text); });
    return column;
}

}  // namespace

Told tell(Offer& offer, std::span<const Item> items) {
    Told told;
    if (items.empty()) return told;
    Teller teller;
    offer.stand(items.front().person);
    teller.tell(offer, items);
    told.gains = std::move(teller.gains);
    told.reasons = std::move(teller.reasons);
    for (const double gain : told.gains) told.value += gain;
    return told;
}

void tabulate(const Organization& organization, std::span<const Item> items, Buffer<double> gains,
              Buffer<Reason> reasons, PlanItems& table) {
    ItemRows rows(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) rows.put(i, items[i]);
    rows.hand_over(organization, std::move(gains), std::move(reasons), table);
}

double describe(const Catalog& catalog, std::int64_t people, const Itemizer& itemizer, Plan& plan) {
    const Organization& organization = catalog.organization;
    std::vector<Piece> pieces(static_cast<std::size_t>((people + chunk - 1) / chunk));
    parallel_for(people, chunk, catalog.options.threads, [&](std::int64_t from, std::int64_t to) {
        Draft draft(catalog);
        Teller teller;
        Piece piece;
        for (std::int64_t p = from; p < to; ++p) {
            const auto first = static_cast<std::ptrdiff_t>(piece.items.size());
            itemizer(p, draft, piece.items);
            const auto begin = piece.items.begin() + first;
            if (begin == piece.items.end()) continue;
            std::sort(begin, piece.items.end(), [](const Item& a, const Item& b) {
                return std::tuple(a.last, a.activity) < std::tuple(b.last, b.activity);
            });
            const std::span<const Item> items(begin, piece.items.end());
            teller.tell(draft.offer, items);
            piece.gains.insert(piece.gains.end(), teller.gains.begin(), teller.gains.end());
            piece.reasons.insert(piece.reasons.end(), teller.reasons.begin(), teller.reasons.end());
            piece.goals.insert(piece.goals.end(), teller.goals.begin(), teller.goals.end());
            piece.people.push_back({static_cast<std::int32_t>(items.size()), teller.before, teller.after});
        }
        pieces[static_cast<std::size_t>(from / chunk)] = std::as_const(piece);  // a copy takes no more than it needs
    });

    struct Place {
        std::size_t item = 0, person = 0, goal = 0;
    };
    std::vector<Place> places(1);
    double value = 0;
    for (const Piece& piece : pieces) {
        for (const double gain : piece.gains) value += gain;
        const Place& at = places.back();
        places.push_back({at.item + piece.items.size(), at.person + piece.people.size(), at.goal + piece.goals.size()});
    }

    ItemRows item_rows(places.back().item);
    PeopleRows people_rows(places.back().person);
    GoalRows goal_rows(places.back().goal);
    Buffer<double> gains(places.back().item);
    Buffer<Reason> reasons(places.back().item);
    const Strategy strategy(organization, catalog.as_of, catalog.options.threads);
    std::shared_ptr<const Strings> texts;
    // The texts lie one after another: they are one task, beside the pieces.
    parallel_for(static_cast<std::int64_t>(pieces.size()) + 1, 1, catalog.options.threads,
                 [&](std::int64_t task, std::int64_t) {
                     if (task == 0) {
                         texts = measures(catalog, pieces);
                         return;
                     }
                     Piece& piece = pieces[static_cast<std::size_t>(task - 1)];
                     Place at = places[static_cast<std::size_t>(task - 1)];
                     std::copy(piece.gains.begin(), piece.gains.end(), gains.data() + at.item);
                     std::copy(piece.reasons.begin(), piece.reasons.end(), reasons.data() + at.item);
                     std::span<const Item> left(piece.items);
                     for (const Piece::Person& person : piece.people) {
                         const auto count = static_cast<std::size_t>(person.items);
                         people_rows.put(at.person++, organization, left.first(count), person.before, person.after);
                         for (const Item& item : left.first(count)) item_rows.put(at.item++, item);
                         left = left.subspan(count);
                     }
                     for (const Goal& goal : piece.goals) goal_rows.put(at.goal++, catalog.risks, strategy, goal);
                     // Not kept beside its rows; the texts may still be asking for its goals.
                     std::vector<Item>().swap(piece.items);
                     std::vector<double>().swap(piece.gains);
                 });
    item_rows.hand_over(organization, std::move(gains), std::move(reasons), plan.items);
    people_rows.hand_over(organization, plan.people);
    goal_rows.hand_over(organization, std::move(texts), plan.goals);
    return value;
}

double describe(const Catalog& catalog, std::vector<Item> items, Plan& plan) {
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
        return std::tuple(a.person, a.last, a.activity) < std::tuple(b.person, b.last, b.activity);
    });
    std::vector<std::size_t> first;  // item of each person
    for (std::size_t i = 0; i < items.size(); ++i)
        if (i == 0 || items[i].person != items[i - 1].person) first.push_back(i);
    const auto people = static_cast<std::int64_t>(first.size());
    first.push_back(items.size());
    const auto itemizer = [&](std::int64_t number, Draft& draft, std::vector<Item>& out) {
        const auto begin = items.begin() + static_cast<std::ptrdiff_t>(first[number]),
                   end = items.begin() + static_cast<std::ptrdiff_t>(first[number + 1]);
        draft.offer.stand(begin->person);
        out.insert(out.end(), begin, end);
    };
    return describe(catalog, people, itemizer, plan);
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
