#include <gradus/planning/replan.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "assessment/stage.h"
#include "planning/describe.h"
#include "planning/desk.h"
#include "planning/duties.h"

namespace gradus {
namespace {

// Of what is worth the same, what is held is kept: far less than any gain, more than rounding errors.
constexpr double tie = 1e-10;

void check(const ReplanOptions& options, const Organization& organization) {
    if (!(options.change_cost >= 0 && options.change_cost <= 1e6))
        refuse_option("change_cost", options.change_cost, "0 to 1e6");
    if (!(options.work_limit > 0)) refuse_option("work_limit", options.work_limit, "more than 0");
    for (const ActivityId activity : options.exclude)
        if (!activity || static_cast<std::size_t>(activity.value()) >= organization.activities().size())
            throw Error(Code::unknown_key, "there is no such activity", "activities", 0, "activity");
}

// Mandatory and neither completed nor under way nor excluded: what is held first, then by due date.
std::vector<ActivityId> mandatory(Offer& offer, const ReplanOptions& options) {
    const Catalog& catalog = offer.catalog;
    std::vector<std::tuple<bool, Date, ActivityId>> wanted;
    for (const ActivityId activity : catalog.mandatory) {
        const auto is = [&](const auto& of) { return of.activity == activity; };
        if (std::find(options.exclude.begin(), options.exclude.end(), activity) != options.exclude.end() ||
            std::any_of(offer.pins.begin(), offer.pins.end(), is))
            continue;
        const Date due = offer.due(activity);
        if (is_missing(due) || offer.completed(activity)) continue;
        const auto previous = offer.previous();
        wanted.push_back({std::none_of(previous.begin(), previous.end(), is), due, activity});
    }
    std::sort(wanted.begin(), wanted.end());
    std::vector<ActivityId> activities;
    for (const auto& [is_new, due, activity] : wanted) activities.push_back(activity);
    return activities;
}

void sort(std::vector<Item>& items) {
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
        return std::tuple(a.last, a.activity) < std::tuple(b.last, b.activity);
    });
}

bool same(const Item& a, const Item& b) {
    return a.activity == b.activity && a.session == b.session && a.first == b.first;
}

/// One person's choice, made at the desk.
class Replanning {
public:
    Replanning(const Desk& desk, PersonId person, const ReplanOptions& options)
        : desk_(desk), of_(desk.data()), catalog_(of_.catalog), options_(options), asked_(desk, person, options.now),
          scratch_(of_), search_(*scratch_), offer_(search_.draft.offer) {}

    Proposal run() {
        look_at_held();
        search();
        return propose();
    }

private:
    // What is held: what is pinned or has begun stays, the rest may be given up.
    void look_at_held() {
        const Holding& holding = asked_.held;
        for (std::size_t row = holding.first; row < holding.last; ++row) {
            const Item item = item_of(holding.items, row);
            held_.push_back(item);
            if (holding.pinned(row)) continue;
            if (item.first < asked_.at) {
                asked_.anew.begun.push_back({item.activity, item.session, item.first, item.last,
                                             is_missing(item.hours) ? 0 : item.hours.count()});
                begun_.push_back(item);
            } else {
                asked_.anew.previous.push_back({item.person, item.activity, item.session, item.first});
                const std::int32_t period = item.period > 0 ? item.period - 1 : catalog_.period_of(item.first);
                known_.content.push_back(item.activity.value());
                known_.content.push_back(item.session ? item.session.value() : -1 - period);
            }
        }
        sort(held_);
        std::sort(asked_.anew.previous.begin(), asked_.anew.previous.end(),
                  [](const PreviousItem& a, const PreviousItem& b) { return a.activity < b.activity; });
        asked_.anew.change_cost = std::max(options_.change_cost, tie);
        room_ = asked_.left;
        of_.add_uses(holding, asked_.at, 1, room_);
    }

    void search() {
        offer_.anew = &asked_.anew;
        PersonDuties duties;
        duties.duties.excluded = options_.exclude;
        if (!catalog_.mandatory.empty()) {
            offer_.stand(asked_.person);
            if (const std::vector<ActivityId> wanted = mandatory(offer_, options_); !wanted.empty())
                duties = place_duties(search_, asked_.person, wanted, options_.exclude, room_);
        }
        conflicts_ = duties.conflicts;

        Query query;
        query.prices = of_.prices;
        query.room = room_;
        query.effort = std::max<std::int64_t>(1, std::llround(std::min(options_.work_limit, 1e6) * 1e6));
        Draft& draft = search_.draft;
        offer_.open(asked_.person, &duties.duties, false, of_.prices);
        draft.begin(query);
        const auto choose = [&](const Choice& choice) {
            while (!draft.chosen().empty()) draft.pop();
            return draft.replay(choice.content) && draft.complete();
        };
        const bool possible = choose(known_) && same_days(draft);  // to keep what is held
        const double kept = draft.net();
        while (!draft.chosen().empty()) draft.pop();
        query.known = possible ? known_.content : duties.placed.content;
        Choice best;
        std::int64_t nodes = 0;
        const double bound = search_.run(query, best, nodes);
        if (!choose(best)) choose(duties.placed);
        const double level = 1e-9 * std::max(1.0, std::abs(draft.net()));  // rounding errors are no reason to change
        if (possible && !(draft.net() > kept + level)) choose(known_);
        beyond_ = std::max(0.0, bound - draft.net());
        if (beyond_ <= level) beyond_ = 0;
        collect(draft);
        offer_.anew = nullptr;
    }

    // An item of other hands may begin later than it could.
    bool same_days(const Draft& draft) const {
        return std::all_of(draft.chosen().begin(), draft.chosen().end(), [&](const Way& way) {
            const ActivityId activity = offer_.courses[way.course].activity;
            const SessionId session = catalog_.offerings[way.offering].session;
            return std::any_of(asked_.anew.previous.begin(), asked_.anew.previous.end(), [&](const PreviousItem& item) {
                return item.activity == activity && item.session == session && item.first == way.first;
            });
        });
    }

    void collect(const Draft& draft) {
        const Activities& activities = catalog_.organization->activities;
        items_ = begun_;
        for (const Offer::Pin& pin : offer_.pins)
            if (!pin.begun)
                items_.push_back({asked_.person, pin.activity, pin.session, pin.first, pin.last, pin.period + 1,
                                  activities.hours[pin.activity.value()], Money(0), FundId(), Money(0), Money(0),
                                  Money(0)});
        for (const Way& way : draft.chosen()) {
            const ActivityId activity = offer_.courses[way.course].activity;
            const auto part = [&](Money money) { return is_missing(way.cost) ? missing<Money>() : money; };
            const Item item{asked_.person,
                            activity,
                            catalog_.offerings[way.offering].session,
                            way.first,
                            way.last,
                            way.period + 1,
                            activities.hours[activity.value()],
                            way.cost,
                            way.fund,
                            part(way.fund_cost),
                            part(way.account_cost),
                            part(way.employee_cost)};
            // What is kept is kept as it is stated.
            const auto held = std::find_if(held_.begin(), held_.end(), [&](const Item& h) { return same(h, item); });
            items_.push_back(held != held_.end() ? *held : item);
        }
        sort(items_);
    }

    Proposal propose() {
        const Organization& organization = catalog_.organization;
        Proposal proposal;
        offer_.anew = &asked_.anew;
        const Told before = tell(offer_, held_), after = tell(offer_, items_);
        offer_.anew = nullptr;
        tabulate(organization, held_, Buffer<double>(before.gains), Buffer<Reason>(before.reasons), proposal.held);
        tabulate(organization, items_, Buffer<double>(after.gains), Buffer<Reason>(after.reasons), proposal.items);
        proposal.conflicts = tabulate(organization, conflicts_);
        const double price = tabulate_uses(proposal);
        const std::int32_t dropped = tabulate_changes(before, after, proposal.changes);
        const auto one = []<class T>(Column<T>& column, T value) { column.set(Buffer<T>(1, value)); };
        ProposalSummary& summary = proposal.summary;
        summary.person.set(Buffer<PersonId>(1, asked_.person), organization.people().strings());
        const double gain = after.value - before.value;
        const double charge = options_.change_cost * static_cast<double>(dropped);
        const double net = gain - price - charge;
        one(summary.at, asked_.at);
        one(summary.added, static_cast<std::int32_t>(proposal.changes.size()) - dropped);
        one(summary.dropped, dropped);
        one(summary.value_before, before.value);
        one(summary.value, after.value);
        one(summary.gain, gain);
        one(summary.price, price);
        one(summary.change_cost, charge);
        one(summary.net, net);
        one(summary.bound, net + beyond_);
        proposal.desk = desk_.digest();
        sign(proposal);
        return proposal;
    }

    void sign(Proposal& proposal) const {
        Stage stage = stage_;
        stage.input(desk_.digest());
        const PersonNow& now = options_.now;
        if (now.estimates) stage.input(now.estimates->provenance.digest);
        if (now.risks) stage.input(now.risks->provenance.digest);
        OptionsJson json;
        json.add("person", catalog_.organization.people()[asked_.person.value()])
            .add("at", asked_.at)
            .add("change_cost", options_.change_cost)
            .add("work_limit", options_.work_limit);
        if (!is_missing(now.hours)) json.add("hours", static_cast<double>(now.hours.count()) / 60);
        for (Table* table : {static_cast<Table*>(&proposal.summary), static_cast<Table*>(&proposal.items),
                             static_cast<Table*>(&proposal.held), static_cast<Table*>(&proposal.changes),
                             static_cast<Table*>(&proposal.uses), static_cast<Table*>(&proposal.conflicts)})
            stage.sign(*table, json, catalog_.as_of, 1);
        proposal.provenance = proposal.summary.provenance;
    }

    // Returns what the change in use is worth.
    double tabulate_uses(Proposal& proposal) const {
        std::vector<std::int64_t> change(room_.size(), 0);
        of_.add_uses({proposal.held, 0, proposal.held.size()}, missing<Date>(), -1, change);
        of_.add_uses({proposal.items, 0, proposal.items.size()}, missing<Date>(), 1, change);
        std::vector<std::int32_t> used;
        for (std::size_t r = 0; r < change.size(); ++r)
            if (change[r] != 0) used.push_back(static_cast<std::int32_t>(r));
        const std::size_t n = used.size();
        Buffer<ResourceKind> kind(n);
        Buffer<ResourceId> resource(n);
        Buffer<Amount> more(n), left(n);
        Buffer<double> price(n), worth(n);
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const auto r = static_cast<std::size_t>(used[i]);
            kind[i] = of_.kind(used[i]);
            resource[i] = ResourceId(used[i]);
            more[i] = Amount(change[r]);
            left[i] = Amount(asked_.left[r]);
            price[i] = of_.unit_price(used[i]);
            worth[i] = of_.prices[r] > 0 ? of_.prices[r] * static_cast<double>(change[r]) : 0;  // never -0
            sum += worth[i];
        }
        proposal.uses.kind.set(std::move(kind));
        proposal.uses.resource.set(std::move(resource), of_.resources);
        proposal.uses.change.set(std::move(more));
        proposal.uses.left.set(std::move(left));
        proposal.uses.price.set(std::move(price));
        proposal.uses.worth.set(std::move(worth));
        return sum;
    }

    // Returns how many items are given up.
    std::int32_t tabulate_changes(const Told& before, const Told& after, ProposalChanges& table) const {
        struct Row {
            Change change;
            const Item* item;
            double gain;
        };
        std::vector<Row> rows;
        const auto add = [&](Change change, const std::vector<Item>& these, const std::vector<Item>& others,
                             const std::vector<double>& gains) {
            for (std::size_t i = 0; i < these.size(); ++i)
                if (std::none_of(others.begin(), others.end(), [&](const Item& o) { return same(o, these[i]); }))
                    rows.push_back({change, &these[i], gains[i]});
        };
        add(Change::added, items_, held_, after.gains);
        const auto added = rows.size();
        add(Change::dropped, held_, items_, before.gains);

        const Organization& organization = catalog_.organization;
        const std::size_t n = rows.size();
        const auto fill = [&]<class T>(Column<T>& column, auto&& value, std::shared_ptr<const Strings> keys = nullptr) {
            Buffer<T> values(n);
            for (std::size_t i = 0; i < n; ++i) values[i] = value(rows[i]);
            column.set(std::move(values), std::move(keys));
        };
        fill(table.change, [](const Row& row) { return row.change; });
        fill(
            table.activity, [](const Row& row) { return row.item->activity; }, organization.activities().strings());
        fill(
            table.session, [](const Row& row) { return row.item->session; }, organization.sessions().strings());
        fill(table.first_day, [](const Row& row) { return row.item->first; });
        fill(table.last_day, [](const Row& row) { return row.item->last; });
        fill(table.hours, [](const Row& row) { return row.item->hours; });
        fill(table.cost, [](const Row& row) { return row.item->cost; });
        fill(
            table.fund, [](const Row& row) { return row.item->fund; }, organization.funds().strings());
        fill(table.fund_cost, [](const Row& row) { return row.item->fund_cost; });
        fill(table.gain, [](const Row& row) { return row.gain; });
        return static_cast<std::int32_t>(n - added);
    }

    Stage stage_{"replan"};
    const Desk& desk_;
    const Desk::Data& of_;
    const Catalog& catalog_;
    const ReplanOptions& options_;
    Asked asked_;
    Desk::Data::Scratch scratch_;
    Search& search_;
    Offer& offer_;

    std::vector<Item> held_, begun_, items_;
    Choice known_;                    // what is held and may be given up
    std::vector<std::int64_t> room_;  // for all that is not held for good
    std::vector<Conflict> conflicts_;
    double beyond_ = 0;  // the bound above the choice
};

}  // namespace

std::vector<const Table*> Proposal::tables() const { return {&summary, &items, &held, &changes, &uses, &conflicts}; }

Proposal replan(const Desk& desk, PersonId person, const ReplanOptions& options) {
    check(options, desk.organization());
    return Replanning(desk, person, options).run();
}

}  // namespace gradus
