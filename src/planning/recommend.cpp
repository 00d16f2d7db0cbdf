#include <gradus/planning/recommend.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "assessment/stage.h"
#include "planning/describe.h"
#include "planning/desk.h"

namespace gradus {
namespace {

constexpr double nothing = 1e-12;  // of exposure: rounding errors

/// One way to take an activity, on top of what the person holds.
struct Advice {
    ActivityId activity;
    Way way;
    bool planned = false;
    double gain = 0, price = 0;
    std::optional<Draft::Stop> stop{};

    /// What cannot be priced comes last.
    double net() const { return is_missing(price) ? -std::numeric_limits<double>::infinity() : gain - price; }
};

class Adviser {
public:
    Adviser(const Desk& desk, PersonId person, const RecommendOptions& options)
        : of_(desk.data()), catalog_(of_.catalog), options_(options), asked_(desk, person, options.now), scratch_(of_),
          draft_((*scratch_).draft), offer_(draft_.offer) {}

    Recommendations run() {
        // All that is held stays: what else is possible is asked beside it.
        for (std::size_t row = asked_.held.first; row < asked_.held.last; ++row) {
            if (asked_.held.pinned(row)) continue;
            const Item item = item_of(asked_.held.items, row);
            planned_.push_back(item);
            asked_.anew.begun.push_back(
                {item.activity, item.session, item.first, item.last, is_missing(item.hours) ? 0 : item.hours.count()});
        }
        offer_.anew = &asked_.anew;
        add_offered();
        add_refused();
        offer_.anew = nullptr;
        rank();
        return tabulate();
    }

private:
    void add_offered() {
        query_.prices = of_.prices;
        query_.room = asked_.left;
        offer_.open(asked_.person, nullptr);
        draft_.begin(query_);
        for (const Item& item : planned_) add_planned(item);
        for (const Offer::Course& course : offer_.courses) {
            offered_.push_back(course.activity);
            std::optional<Advice> best;
            for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
                Advice advice{course.activity, offer_.ways[w]};
                advice.gain = offer_.benefit.gain(course.entry, advice.way.share);
                if (advice.gain <= nothing) continue;
                advice.price = draft_.price(advice.way);
                Draft::Stop why;
                if (!course.prerequisites.empty())
                    advice.stop = {Limit::prerequisite, name(offer_.courses[course.prerequisites.front()].activity),
                                   advice.way.period + 1};
                else if (!draft_.fits(advice.way, &why))
                    advice.stop = why;
                if (options_.every_session)
                    advices_.push_back(std::move(advice));
                else if (!best || std::tuple(!advice.stop, advice.net()) > std::tuple(!best->stop, best->net()))
                    best = std::move(advice);
            }
            if (best) advices_.push_back(std::move(*best));
        }
        no_hours_ = offer_.without_hours;
        no_cost_ = offer_.without_cost;
    }

    // What it adds to the other items held, and what its use is worth.
    void add_planned(const Item& item) {
        const auto pin = std::find_if(offer_.pins.begin(), offer_.pins.end(),
                                      [&](const Offer::Pin& p) { return p.begun && p.activity == item.activity; });
        Advice advice;
        advice.activity = item.activity;
        advice.planned = true;
        advice.way.first = item.first;
        advice.way.last = item.last;
        advice.way.period = item.period - 1;
        advice.way.cost = item.cost;
        advice.way.fund = item.fund;
        session_of_plan_.push_back({item.activity, item.session});
        const double share = catalog_.share(item.last);
        offer_.benefit.deactivate(pin->entry);
        advice.gain = offer_.benefit.gain(pin->entry, share);
        offer_.benefit.activate(pin->entry, share);
        std::vector<std::int64_t> uses(asked_.left.size(), 0);
        for (std::size_t row = asked_.held.first; row < asked_.held.last; ++row)
            if (asked_.held.items.activity[row] == item.activity)
                of_.add_uses({asked_.held.items, row, row + 1}, missing<Date>(), 1, uses);
        for (std::size_t r = 0; r < uses.size(); ++r) advice.price += of_.prices[r] * static_cast<double>(uses[r]);
        advices_.push_back(std::move(advice));
    }

    // What would help but is not on offer to this person.
    void add_refused() {
        const Tables& tables = catalog_.organization.tables();
        const Relations& relations = catalog_.organization.relations();
        offer_.stand(asked_.person);
        for (const ActivityId activity : helpful()) {
            if (contains(offered_, activity) || offer_.completed(activity) ||
                std::any_of(offer_.pins.begin(), offer_.pins.end(),
                            [&](const Offer::Pin& pin) { return pin.activity == activity; }))
                continue;
            bool declined = false;
            for (const std::size_t row : relations.enrolments_of_person[asked_.person])
                declined |= tables.enrolments.activity[row] == activity &&
                            tables.enrolments.status[row] == EnrolmentStatus::declined;
            if (declined) continue;
            Advice advice;
            advice.activity = activity;
            if (!earliest(activity, advice.way)) continue;  // nothing of it is to come
            advice.stop = refusal(activity);
            advices_.push_back(std::move(advice));
            refused_.push_back(advices_.size() - 1);
        }
        std::vector<std::int32_t> pins, entries;
        for (const Offer::Pin& pin : offer_.pins) pins.push_back(offer_.benefit.add(pin.activity, pin.last));
        for (const std::size_t i : refused_) entries.push_back(offer_.benefit.add(advices_[i].activity));
        offer_.benefit.seal();
        for (std::size_t i = 0; i < pins.size(); ++i)
            offer_.benefit.activate(pins[i], catalog_.share(offer_.pins[i].last));
        for (std::size_t k = 0; k < refused_.size(); ++k) {
            Advice& advice = advices_[refused_[k]];
            advice.gain = offer_.benefit.gain(entries[k], catalog_.share(advice.way.last));
            advice.price =
                offer_.priced(advice.way, advice.activity, false) ? draft_.price(advice.way) : missing<double>();
        }
        std::erase_if(advices_, [](const Advice& a) { return !a.planned && a.gain <= nothing; });
    }

    // Everything that teaches something wanted.
    std::vector<ActivityId> helpful() const {
        std::vector<ActivityId> activities;
        for (std::int32_t s = 0; s < offer_.benefit.states(); ++s) {
            const Benefit::State& state = offer_.benefit.state(s);
            if (!state.worthwhile) continue;
            const std::int32_t capability = state.capability.value();
            for (std::int32_t k = catalog_.first_teaching[capability]; k < catalog_.first_teaching[capability + 1]; ++k)
                if (catalog_.teachings[k].up_to > state.mean) activities.push_back(catalog_.teachings[k].activity);
        }
        std::sort(activities.begin(), activities.end());
        activities.erase(std::unique(activities.begin(), activities.end()), activities.end());
        return activities;
    }

    /// The first way to take it from the day on.
    bool earliest(ActivityId activity, Way& way) const {
        for (std::int32_t i = catalog_.first_offering[activity.value()];
             i < catalog_.first_offering[activity.value() + 1]; ++i) {
            const Offering& offering = catalog_.offerings[i];
            const bool over =
                offering.session ? offering.first < asked_.at : catalog_.periods[offering.period].end <= asked_.at;
            if (over) continue;
            way.offering = i;
            way.period = offering.period;
            way.seat = offering.seat;
            way.first = offering.session ? offering.first : std::max(offering.first, asked_.at);
            way.last = offering.last + (way.first - offering.first);
            return true;
        }
        return false;
    }

    Draft::Stop refusal(ActivityId activity) {
        const Tables& tables = catalog_.organization.tables();
        const Relations& relations = catalog_.organization.relations();
        if (!offer_.may_take(activity)) {
            for (const std::size_t row : relations.outcomes_of_activity[activity]) {
                const CapabilityId capability = tables.outcomes.capability[row];
                const double least = tables.outcomes.from_level[row] - 1, mean = offer_.benefit.mean(capability);
                if (mean < least)
                    return {Limit::eligibility, std::string(catalog_.organization.capabilities()[capability.value()]),
                            0, mean, least};
            }
            for (const std::size_t row : relations.prerequisites_of_activity[activity]) {
                const ActivityId before = tables.activity_prerequisites.prerequisite[row];
                const bool held = std::any_of(offer_.pins.begin(), offer_.pins.end(),
                                              [&](const Offer::Pin& pin) { return pin.activity == before; });
                if (!held && !offer_.completed(before) && !offer_.may_take(before))
                    return {Limit::prerequisite, name(before)};
            }
            return {Limit::eligibility};
        }
        if (contains(no_hours_, activity)) return {Limit::hours, name(activity)};
        if (contains(no_cost_, activity)) return {Limit::fund, name(activity)};
        // A prerequisite has no way left or ends too late, or no fund reaches, or the days do not fit.
        Way way;
        const bool to_come = earliest(activity, way);
        for (const std::size_t row : relations.prerequisites_of_activity[activity]) {
            const ActivityId before = tables.activity_prerequisites.prerequisite[row];
            if (offer_.completed(before)) continue;
            const auto held = std::find_if(offer_.pins.begin(), offer_.pins.end(),
                                           [&](const Offer::Pin& pin) { return pin.activity == before; });
            if (held == offer_.pins.end() ? !contains(offered_, before) : held->last >= way.first)
                return {Limit::prerequisite, name(before)};
        }
        if (to_come && !offer_.priced(way, activity, false)) return {Limit::fund};
        return {Limit::due};
    }

    void rank() {
        if (options_.only_possible) std::erase_if(advices_, [](const Advice& a) { return a.planned || a.stop; });
        std::sort(advices_.begin(), advices_.end(), [&](const Advice& a, const Advice& b) {
            if (a.net() != b.net()) return a.net() > b.net();
            return std::tuple(a.activity, a.way.first, a.way.offering) <
                   std::tuple(b.activity, b.way.first, b.way.offering);
        });
        if (advices_.size() > static_cast<std::size_t>(options_.top))
            advices_.resize(static_cast<std::size_t>(options_.top));
    }

    SessionId session(const Advice& advice) const {
        if (!advice.planned) return catalog_.offerings[advice.way.offering].session;
        for (const auto& [activity, session] : session_of_plan_)
            if (activity == advice.activity) return session;
        return {};
    }

    Recommendations tabulate() const {
        const Organization& organization = catalog_.organization;
        const std::size_t n = advices_.size();
        const auto fill = [&]<class T>(Column<T>& column, auto&& value, std::shared_ptr<const Strings> keys = nullptr) {
            Buffer<T> values(n);
            for (std::size_t i = 0; i < n; ++i) values[i] = value(advices_[i]);
            column.set(std::move(values), std::move(keys));
        };
        Recommendations table;
        fill(
            table.person, [&](const Advice&) { return asked_.person; }, organization.people().strings());
        fill(
            table.activity, [](const Advice& a) { return a.activity; }, organization.activities().strings());
        fill(
            table.session, [&](const Advice& a) { return session(a); }, organization.sessions().strings());
        fill(table.first_day, [](const Advice& a) { return a.way.first; });
        fill(table.last_day, [](const Advice& a) { return a.way.last; });
        fill(table.planned, [](const Advice& a) { return a.planned; });
        fill(table.gain, [](const Advice& a) { return a.gain; });
        fill(table.price, [](const Advice& a) { return a.price; });
        fill(table.net, [](const Advice& a) { return a.gain - a.price; });
        fill(table.hours, [&](const Advice& a) { return organization->activities.hours[a.activity.value()]; });
        fill(table.cost, [](const Advice& a) { return a.way.cost; });
        fill(
            table.fund, [](const Advice& a) { return a.way.fund; }, organization.funds().strings());
        fill(table.limit, [](const Advice& a) { return a.stop ? a.stop->limit : missing<Limit>(); });
        auto resource = std::make_shared<Strings>();
        for (const Advice& a : advices_) resource->push_back(a.stop ? a.stop->resource : "");
        table.resource.set(std::move(resource));
        fill(table.period,
             [](const Advice& a) { return a.way.period >= 0 ? a.way.period + 1 : missing<std::int32_t>(); });
        fill(table.capacity, [](const Advice& a) { return a.stop ? a.stop->capacity : missing<double>(); });
        fill(table.demanded, [](const Advice& a) { return a.stop ? a.stop->demanded : missing<double>(); });
        return table;
    }

    std::string name(ActivityId activity) const {
        return std::string(catalog_.organization.activities()[activity.value()]);
    }
    static bool contains(const std::vector<ActivityId>& activities, ActivityId activity) {
        return std::find(activities.begin(), activities.end(), activity) != activities.end();
    }

    const Desk::Data& of_;
    const Catalog& catalog_;
    const RecommendOptions& options_;
    Asked asked_;
    Desk::Data::Scratch scratch_;
    Draft& draft_;
    Offer& offer_;

    Query query_;
    std::vector<Item> planned_;
    std::vector<std::pair<ActivityId, SessionId>> session_of_plan_;
    std::vector<ActivityId> offered_, no_hours_, no_cost_;
    std::vector<Advice> advices_;
    std::vector<std::size_t> refused_;  // of advices_
};

}  // namespace

Recommendations recommend(const Desk& desk, PersonId person, const RecommendOptions& options) {
    if (options.top < 1) refuse_option("top", options.top, "1 or more");
    Stage stage = Stage("recommend").input(desk.digest());
    if (options.now.estimates) stage.input(options.now.estimates->provenance.digest);
    if (options.now.risks) stage.input(options.now.risks->provenance.digest);
    Recommendations table = Adviser(desk, person, options).run();
    OptionsJson json;
    json.add("person", desk.organization().people()[person.value()])
        .add("top", double(options.top))
        .add("every_session", options.every_session)
        .add("only_possible", options.only_possible);
    stage.sign(table, json, desk.data().catalog.as_of, 1);
    return table;
}

}  // namespace gradus
