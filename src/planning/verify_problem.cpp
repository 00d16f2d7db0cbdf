#include "planning/verify_problem.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "planning/verify_case.h"
#include "planning/verify_worth.h"

namespace gradus::verification {

namespace {

std::size_t index(auto id) { return static_cast<std::size_t>(id.value()); }

constexpr Date::duration one_day{1};

/// Makes the problem of one person; then answers where ways land that wait for others.
class Maker {
public:
    explicit Maker(const Person& person)
        : person_(person), of_(person.of), tables_(person.of.tables), relations_(person.of.organization.relations()) {}

    ChoiceProblem make();
    /// On demand: the latest of the period's first day, valid_from and the day after the last prerequisite (§3.6).
    std::optional<Placement> land(const Candidate& candidate, const Way& way, Date earliest) const;

private:
    bool offered(ActivityId activity) const;
    std::vector<ActivityId> useful() const;
    void make_limits(ChoiceProblem& problem);
    void add(ChoiceProblem& problem, ActivityId activity);
    void add_ways(Candidate& candidate, const ChoiceProblem& problem) const;
    std::optional<Placement> place(const Candidate& candidate, SessionId session, Date first, Date last) const;
    void make_worth(ChoiceProblem& problem);
    void drop_useless(ChoiceProblem& problem);

    /// One of the person's limits by calendar period, and its place among those of the problem.
    struct Limit {
        AccountLimit of;
        int first_bucket, first;
    };
    const Person& person_;
    const Case& of_;
    const Tables& tables_;
    const Relations& relations_;
    std::vector<Limit> accounts_;
    int account_limits_ = 0;  // of the limits of the problem: these come first
    int activities_limit_ = -1;
    std::map<KindId, int> kind_limits_;
    std::map<ActivityId, int> candidates_;
    std::map<ActivityId, Date> not_before_;  // day after the last pinned prerequisite
};

/// True if the person may take it at all; duty overrides having declined (§1, §3.9).
bool Maker::offered(ActivityId activity) const {
    const auto& left_out = of_.left_out[index(person_.id)];
    return !person_.pin(activity) &&
           (!person_.has_completed(activity) || tables_.activities.repeatable[index(activity)]) &&
           (!person_.has_declined(activity) || person_.duty(activity)) &&
           std::find(left_out.begin(), left_out.end(), activity) == left_out.end() && person_.eligible(activity) &&
           person_.too_low_for(activity) < 0;
}

/// What teaches something wanted, what is mandatory, and what must come before these; in the order of prerequisites.
std::vector<ActivityId> Maker::useful() const {
    std::vector<ActivityId> open;
    for (const std::size_t row : of_.risks_of_person[person_.id]) {
        const auto& teachers = of_.teachers[index(of_.risks.capability[row])];
        open.insert(open.end(), teachers.begin(), teachers.end());
    }
    for (const Duty& duty : person_.duties) open.push_back(duty.activity);
    for (const PreviousItem& item : of_.previous.of(person_.id)) open.push_back(item.activity);
    std::set<ActivityId> all;
    while (!open.empty()) {
        const ActivityId activity = open.back();
        open.pop_back();
        if (!all.insert(activity).second) continue;
        for (const std::size_t row : relations_.prerequisites_of_activity[activity])
            open.push_back(tables_.activity_prerequisites.prerequisite[row]);
    }
    std::vector<ActivityId> sorted(all.begin(), all.end());
    std::sort(sorted.begin(), sorted.end(),
              [&](ActivityId a, ActivityId b) { return of_.rank[index(a)] < of_.rank[index(b)]; });
    return sorted;
}

/// What is left of the person's limits after what is under way, which alone breaks none (§3.7 to §3.9).
void Maker::make_limits(ChoiceProblem& problem) {
    const Horizon& horizon = of_.horizon;
    if (!is_missing(person_.hours))
        for (const Period& period : horizon.periods) problem.minutes.push_back(person_.hours.count() * period.months);
    std::map<KindId, int> kinds;
    for (const Pin& pin : person_.pins) {
        const int period = horizon.period_of(pin.first);
        const Minutes hours = tables_.activities.hours[index(pin.activity)];
        if (!problem.minutes.empty() && period >= 0 && !is_missing(hours))
            problem.minutes[static_cast<std::size_t>(period)] -= hours.count();
        ++kinds[tables_.activities.kind[index(pin.activity)]];
    }
    for (std::int64_t& minutes : problem.minutes) minutes = std::max<std::int64_t>(minutes, 0);

    const auto add = [&](std::int64_t left) {
        problem.limits.push_back(std::max<std::int64_t>(left, 0));
        return static_cast<int>(problem.limits.size()) - 1;
    };
    for (const AccountLimit& limit : account_limits(person_)) {
        const int first = bucket(horizon.start, limit.period), last = bucket(horizon.end - one_day, limit.period);
        accounts_.push_back({limit, first, static_cast<int>(problem.limits.size())});
        for (int at = first; at <= last; ++at) add(limit.capacity);
    }
    account_limits_ = static_cast<int>(problem.limits.size());
    if (of_.options.max_activities)
        activities_limit_ = add(*of_.options.max_activities - static_cast<int>(person_.pins.size()));
    if (of_.options.max_of_a_kind)
        for (std::int32_t kind = 0; kind < static_cast<std::int32_t>(of_.organization.keys("kind").size()); ++kind)
            kind_limits_[KindId(kind)] = add(*of_.options.max_of_a_kind - kinds[KindId(kind)]);
    problem.may_overlap = of_.options.allow_overlap;
    problem.day = 1.0 / horizon.days();
    for (const Period& period : horizon.periods) problem.cuts.push_back(horizon.share_from(period.first));
}

/// The activity from one day to another, if nothing but the choice of the others stands against it.
std::optional<Placement> Maker::place(const Candidate& candidate, SessionId session, Date first, Date last) const {
    const auto a = index(candidate.activity);
    const Activities& activities = tables_.activities;
    if (first < of_.horizon.start || last >= of_.horizon.end) return std::nullopt;
    if (!valid_on(activities.valid_from[a], activities.valid_to[a], first)) return std::nullopt;
    if (!valid_on(activities.valid_from[a], activities.valid_to[a], last)) return std::nullopt;
    if (!is_missing(person_.left) && last >= person_.left) return std::nullopt;
    const Duty* duty = person_.duty(candidate.activity);
    if (duty && !is_missing(duty->due) && last > duty->due) return std::nullopt;
    const Charge taken = charge(person_, candidate.activity, session, first);
    if (taken.obstacle != Charge::Obstacle::none) return std::nullopt;

    Placement placement{first, last, of_.horizon.share_from(last + one_day), 0, {}};
    if (taken.from)
        placement.price += static_cast<double>(taken.fund.minor_units()) * of_.fund_price[index(taken.from)];
    if (session) placement.price += of_.seat_price[index(session)];
    placement.price -= of_.spared(person_.id, candidate.activity, session, first);
    for (const Limit& limit : accounts_) {
        const auto kind = static_cast<std::size_t>(tables_.accounts.kind[limit.of.account]);
        if (taken.accounts[kind] == static_cast<std::int32_t>(limit.of.account) && taken.uses[kind] > 0)
            placement.uses.push_back(
                {limit.first + bucket(first, limit.of.period) - limit.first_bucket, taken.uses[kind]});
    }
    if (activities_limit_ >= 0) placement.uses.push_back({activities_limit_, 1});
    if (const auto limit = kind_limits_.find(activities.kind[a]); limit != kind_limits_.end())
        placement.uses.push_back({limit->second, 1});
    return placement;
}

std::optional<Placement> Maker::land(const Candidate& candidate, const Way& way, Date earliest) const {
    earliest = std::max(earliest, not_before_.at(candidate.activity));
    const auto a = index(candidate.activity);
    if (way.session) {
        const Date first = tables_.sessions.first_day[index(way.session)];
        if (first < earliest) return std::nullopt;
        return place(candidate, way.session, first, tables_.sessions.last_day[index(way.session)]);
    }
    const Period& period = of_.horizon.periods[static_cast<std::size_t>(way.period)];
    Date first = std::max(period.first, earliest);
    if (!is_missing(tables_.activities.valid_from[a])) first = std::max(first, tables_.activities.valid_from[a]);
    if (first >= period.end) return std::nullopt;
    return place(candidate, {}, first, first + Date::duration(tables_.activities.days[a] - 1));
}

/// Every session, or every period. Where prerequisites may delay the start, the least that any start might take.
void Maker::add_ways(Candidate& candidate, const ChoiceProblem& problem) const {
    Date earliest = missing<Date>();
    for (const int before : candidate.after) {
        Date ends = Date::max();
        for (const Way& way : problem.candidates[static_cast<std::size_t>(before)].ways)
            ends = std::min(ends, way.at.last);
        earliest = std::max<Date>(earliest, ends + one_day);
    }
    const auto keep = [&](const Way& way) {
        for (const Use& use : way.at.uses)
            if (use.amount > problem.limits[static_cast<std::size_t>(use.limit)]) return;
        if (!problem.minutes.empty() && candidate.minutes > problem.minutes[static_cast<std::size_t>(way.period)])
            return;
        candidate.ways.push_back(way);
    };
    const Rows sessions = relations_.sessions_of_activity[candidate.activity];
    for (const std::size_t row : sessions) {
        Way way{relations_.session_order[row], 0, candidate.after.empty(), {}};
        const std::optional<Placement> at = land(candidate, way, earliest);
        if (!at) continue;
        way.at = *at;
        way.period = of_.horizon.period_of(at->first);
        const bool overlaps = std::any_of(person_.pins.begin(), person_.pins.end(), [&](const Pin& pin) {
            return pin.session && pin.first <= at->last && at->first <= pin.last;
        });
        if (!overlaps || of_.options.allow_overlap) keep(way);
    }
    if (sessions.size() > 0) return;
    for (std::size_t p = 0; p < of_.horizon.periods.size(); ++p) {
        Way way{{}, static_cast<int>(p), candidate.after.empty(), {}};
        std::optional<Placement> least;
        const auto consider = [&](Date from) {
            const std::optional<Placement> at = land(candidate, way, std::max(from, earliest));
            if (!at) return;
            if (!least) {
                least = at;
                return;
            }
            least->first = std::min(least->first, at->first);
            least->last = std::min(least->last, at->last);
            least->share = std::max(least->share, at->share);
            least->price = std::min(least->price, at->price);
        };
        consider(of_.horizon.start);
        if (!way.settled) {
            const Period& period = of_.horizon.periods[p];
            for (const PreviousItem& item : of_.previous.of(person_.id))
                if (item.activity == candidate.activity && period.first < item.first && item.first < period.end)
                    consider(item.first);
            for (const Date change : of_.changes)
                if (period.first < change && change < period.end) consider(change);
            for (const std::size_t row : relations_.accounts_of_person[person_.id])
                for (const Date change : {tables_.accounts.valid_from[row], tables_.accounts.valid_to[row]})
                    if (!is_missing(change) && period.first < change && change < period.end) consider(change);
        }
        if (!least) continue;
        way.at = *least;
        if (!way.settled)  // which accounts, and their calendar periods, depend on the start
            std::erase_if(way.at.uses, [&](const Use& use) { return use.limit < account_limits_; });
        keep(way);
    }
}

/// Adds it if it can be taken at all.
void Maker::add(ChoiceProblem& problem, ActivityId activity) {
    Candidate candidate;
    candidate.activity = activity;
    candidate.forced = person_.duty(activity) != nullptr;
    const Minutes hours = tables_.activities.hours[index(activity)];
    candidate.minutes = problem.minutes.empty() || is_missing(hours) ? 0 : hours.count();
    Date& not_before = not_before_[activity] = missing<Date>();
    for (const std::size_t row : relations_.prerequisites_of_activity[activity]) {
        const ActivityId before = tables_.activity_prerequisites.prerequisite[row];
        if (const Pin* pin = person_.pin(before)) {
            if (!person_.has_completed(before)) not_before = std::max<Date>(not_before, pin->last + one_day);
        } else if (!person_.has_completed(before)) {
            const auto known = candidates_.find(before);
            if (known == candidates_.end()) return;
            candidate.after.push_back(known->second);
        }
    }
    add_ways(candidate, problem);
    if (candidate.ways.empty()) return;
    candidates_[activity] = static_cast<int>(problem.candidates.size());
    problem.candidates.push_back(std::move(candidate));
}

/// Drops candidates that cannot gain what they cost, since gains only shrink (§3.4).
void Maker::drop_useless(ChoiceProblem& problem) {
    make_worth(problem);
    const std::size_t count = problem.candidates.size();
    std::vector<char> needed(count, 0), kept(count, 0);
    for (std::size_t c = count; c-- > 0;) {
        const Candidate& candidate = problem.candidates[c];
        kept[c] = candidate.forced || needed[c];
        for (const Way& way : candidate.ways) {
            double gain = -way.at.price;
            for (const auto& [s, lesson] : candidate.teaches) {
                Subject& subject = problem.subjects[static_cast<std::size_t>(s)];
                const auto& pinned = problem.pinned[static_cast<std::size_t>(s)];
                gain += subject.exposure(pinned) - subject.exposure(pinned, {way.at.share, lesson});
            }
            kept[c] |= gain > 0;
        }
        if (kept[c])
            for (const int before : candidate.after) needed[static_cast<std::size_t>(before)] = 1;
    }
    std::vector<int> number(count, -1);
    std::vector<Candidate> candidates;
    for (std::size_t c = 0; c < count; ++c) {
        if (!kept[c]) continue;
        number[c] = static_cast<int>(candidates.size());
        candidates.push_back(std::move(problem.candidates[c]));
        for (int& before : candidates.back().after) before = number[static_cast<std::size_t>(before)];
    }
    problem.candidates = std::move(candidates);
    make_worth(problem);
}

/// What the candidates and the pins teach.
void Maker::make_worth(ChoiceProblem& problem) {
    std::vector<ActivityId> activities;
    for (const Candidate& candidate : problem.candidates) activities.push_back(candidate.activity);
    for (const Pin& pin : person_.pins) activities.push_back(pin.activity);
    Worth worth(person_, activities);
    const std::size_t count = problem.candidates.size();
    for (std::size_t c = 0; c < count; ++c) {
        problem.candidates[c].teaches = std::move(worth.teaches[c]);
        problem.candidates[c].topics = std::move(worth.topics_of[c]);
    }
    problem.pinned.assign(worth.subjects.size(), {});
    problem.topics_pinned.assign(static_cast<std::size_t>(worth.topics), 0);
    for (std::size_t i = 0; i < person_.pins.size(); ++i) {
        give(problem.pinned, worth.teaches[count + i], of_.horizon.share_from(person_.pins[i].last + one_day));
        for (const int topic : worth.topics_of[count + i]) problem.topics_pinned[static_cast<std::size_t>(topic)] = 1;
    }
    if (of_.options.max_capabilities) {
        const auto pinned = std::count(problem.topics_pinned.begin(), problem.topics_pinned.end(), char{1});
        problem.topics_left = std::max(0, *of_.options.max_capabilities - static_cast<int>(pinned));
    }
    problem.subjects = std::move(worth.subjects);
    problem.topic = std::move(worth.topic);
}

ChoiceProblem Maker::make() {
    ChoiceProblem problem;
    make_limits(problem);
    for (const ActivityId activity : useful())
        if (offered(activity)) add(problem, activity);
    const auto& left_out = of_.left_out[index(person_.id)];
    for (const Duty& duty : person_.duties)
        if (std::find(left_out.begin(), left_out.end(), duty.activity) == left_out.end() &&
            !candidates_.contains(duty.activity))
            problem.impossible = true;
    drop_useless(problem);
    return problem;
}

}  // namespace

ChoiceProblem make_problem(const Person& person) {
    const auto maker = std::make_shared<Maker>(person);
    ChoiceProblem problem = maker->make();
    problem.place = [maker](const Candidate& candidate, const Way& way, Date earliest) {
        return maker->land(candidate, way, earliest);
    };
    return problem;
}

}  // namespace gradus::verification
