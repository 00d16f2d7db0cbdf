#include "planning/offer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <gradus/base/error.h>

namespace gradus {
namespace {

constexpr std::int32_t unknown = -1, refused = -2, offered = -3;

template <class T>
bool contains(const std::vector<T>& values, T value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

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

std::size_t certainly_absent(const Catalog& catalog, const std::vector<PersonId>& people) {
    std::size_t count = catalog.previous.size();
    Offer offer(catalog);
    for (const PersonId person : people) {
        if (catalog.previous.of(person).empty()) continue;
        offer.stand(person);
        for (const Offer::Pin& pin : offer.pins)
            count -= catalog.previous.holds(person, pin.activity, pin.session, pin.first);
    }
    return count;
}

bool Offer::completed(ActivityId activity) const {
    const Enrolments& enrolments = tables_.enrolments;
    for (const std::size_t row : relations_.enrolments_of_person[person])
        if (enrolments.activity[row] == activity && enrolments.status[row] == EnrolmentStatus::completed &&
            (is_missing(enrolments.date[row]) || enrolments.date[row] <= catalog.as_of))
            return true;
    return false;
}

Date Offer::due(ActivityId activity) const {
    const Mandatory& mandatory = tables_.mandatory;
    Date earliest = missing<Date>();
    for (const std::size_t row : relations_.mandatory_of_activity[activity]) {
        if (!holds(catalog.organization, mandatory.scope, row, person, role)) continue;
        const Date last = catalog.end - std::chrono::days(1);
        const Date day = is_missing(mandatory.due[row]) ? last : std::min(mandatory.due[row], last);
        if (is_missing(earliest) || day < earliest) earliest = day;
    }
    return earliest;
}

bool Offer::eligible(ActivityId activity) const {
    const Rows rows = relations_.eligibility_of_activity[activity];
    if (rows.size() == 0) return true;
    for (const std::size_t row : rows)
        if (holds(catalog.organization, tables_.eligibility.scope, row, person, role)) return true;
    return false;
}

void Offer::build_accounts() {
    accounts.clear();
    for (const std::size_t row : relations_.accounts_of_person[person]) {
        const ProgramId program = tables_.accounts.program[row];
        Account account;
        account.row = row;
        account.kind = tables_.accounts.kind[row];
        account.available = tables_.accounts.available[row].units();
        const auto narrow = [&](Date from, Date to) {
            if (!is_missing(from)) account.from = std::max(account.from, from);
            if (!is_missing(to)) account.to = std::min(account.to, to);
        };
        account.from = catalog.start;
        account.to = catalog.end;
        narrow(tables_.accounts.valid_from[row], tables_.accounts.valid_to[row]);
        if (program) {
            const auto p = static_cast<std::size_t>(program.value());
            if (!holds(catalog.organization, tables_.programs.scope, p, person, role)) account.to = account.from;
            narrow(tables_.programs.valid_from[p], tables_.programs.valid_to[p]);
        }
        accounts.push_back(account);
    }
    int seen[3] = {0, 0, 0};
    for (const Account& account : accounts) ++seen[static_cast<int>(account.kind)];
    one_of_a_kind_ = std::none_of(seen, seen + 3, [](int count) { return count > 1; });
}

// The person's account of a kind that is usable for an activity of that kind on that day; -1: none.
std::int32_t Offer::usable(AccountKind kind, Date day, KindId activity_kind) const {
    std::int32_t found = -1;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const Account& account = accounts[i];
        if (account.kind != kind || day < account.from || day >= account.to) continue;
        const ProgramId program = tables_.accounts.program[account.row];
        if (program) {
            const auto& kinds = relations_.activity_kinds[program.value()];
            if (!kinds.empty() && !std::binary_search(kinds.begin(), kinds.end(), activity_kind)) continue;
        }
        if (found >= 0)
            throw Error(Code::contradiction,
                        "accounts: person '" + std::string(catalog.organization.people()[person.value()]) +
                            "' has two accounts of " + std::string(Words<AccountKind>::names[int(kind)]) +
                            " that can both be used for one activity on one day; one must end before the other begins",
                        "accounts", static_cast<std::int64_t>(account.row) + 1, "kind");
        found = static_cast<std::int32_t>(i);
    }
    return found;
}

void Offer::build_pins() {
    pins.clear();
    const Rows rows = relations_.enrolments_of_person[person];
    for (const std::size_t row : rows) {
        const EnrolmentStatus status = tables_.enrolments.status[row];
        if (status != EnrolmentStatus::enrolled && status != EnrolmentStatus::in_progress) continue;
        Pin pin;
        pin.row = row;
        pin.activity = tables_.enrolments.activity[row];
        pin.session = tables_.enrolments.session[row];
        const auto activity = static_cast<std::size_t>(pin.activity.value());
        if (pin.session) {
            pin.first = tables_.sessions.first_day[pin.session.value()];
            pin.last = tables_.sessions.last_day[pin.session.value()];
        } else {
            pin.first = is_missing(tables_.enrolments.date[row]) ? catalog.start : tables_.enrolments.date[row];
            pin.last = pin.first + std::chrono::days(tables_.activities.days[activity] - 1);
        }
        pin.period = catalog.period_of(pin.first);
        pin.minutes = is_missing(tables_.activities.hours[activity]) ? 0 : tables_.activities.hours[activity].count();
        pin.kind = tables_.activities.kind[activity].value();
        // One pin per activity: what is in progress before what is only enrolled, then the latest by date.
        const auto same =
            std::find_if(pins.begin(), pins.end(), [&](const Pin& p) { return p.activity == pin.activity; });
        if (same == pins.end()) {
            pins.push_back(pin);
        } else {
            const auto rank = [&](const Pin& p) {
                return std::tuple(tables_.enrolments.status[p.row], tables_.enrolments.date[p.row], p.session);
            };
            if (rank(*same) < rank(pin)) *same = pin;
        }
    }
    if (!anew) return;
    for (const Anew::Begun& item : anew->begun) {
        Pin pin;
        pin.activity = item.activity;
        pin.session = item.session;
        pin.first = item.first;
        pin.last = item.last;
        pin.period = catalog.period_of(item.first);
        pin.minutes = item.minutes;
        pin.kind = tables_.activities.kind[static_cast<std::size_t>(item.activity.value())].value();
        pin.begun = true;
        pins.push_back(pin);
    }
}

// What has begun keeps its part of accounts.
void Offer::stand_by() {
    for (const Pin& pin : pins) {
        if (!pin.begun) continue;
        for (std::int32_t i = catalog.first_offering[pin.activity.value()];
             i < catalog.first_offering[pin.activity.value() + 1]; ++i) {
            const Offering& offering = catalog.offerings[i];
            if (offering.session != pin.session || (!pin.session && offering.period != pin.period)) continue;
            Way way;
            way.course = -1;
            way.offering = i;
            way.period = pin.period;
            way.first = pin.first;
            way.last = pin.last;
            if (priced(way, pin.activity, false) &&
                std::any_of(way.account, way.account + 3, [](std::int32_t account) { return account >= 0; }))
                standing.push_back(way);
            break;
        }
    }
}

// Whether the person may take the activity at all, dates and limits apart; also decides its prerequisites.
bool Offer::takeable(ActivityId activity) {
    std::int32_t& place = place_[activity.value()];
    if (place != unknown) return place != refused;
    place = refused;  // there are no cycles: this only spares a second look
    touched_.push_back(activity);
    if (!has_history_ && (!duties_ || duties_->excluded.empty()) && catalog.open_to_all[activity.value()]) {
        place = offered;
        return true;
    }

    const bool required = duties_ && contains(duties_->forced, activity);
    if (duties_ && contains(duties_->excluded, activity)) return false;
    for (const Pin& pin : pins)
        if (pin.activity == activity) return false;
    if (catalog.first_offering[activity.value()] == catalog.first_offering[activity.value() + 1]) return false;
    bool declined = false;
    for (const std::size_t row : relations_.enrolments_of_person[person])
        if (tables_.enrolments.activity[row] == activity && tables_.enrolments.status[row] == EnrolmentStatus::declined)
            declined = true;
    const bool done = completed(activity);
    if (done && !tables_.activities.repeatable[activity.value()]) return false;
    if (declined && !done && !required) return false;
    if (!eligible(activity)) return false;
    for (const std::size_t row : relations_.outcomes_of_activity[activity]) {
        if (is_missing(tables_.outcomes.from_level[row])) continue;
        const double mean = benefit.mean(tables_.outcomes.capability[row]);
        if (mean < tables_.outcomes.from_level[row] - 1) return false;
    }
    for (const std::size_t row : relations_.prerequisites_of_activity[activity]) {
        const ActivityId before = tables_.activity_prerequisites.prerequisite[row];
        const bool pinned = std::any_of(pins.begin(), pins.end(), [&](const Pin& p) { return p.activity == before; });
        if (!pinned && !completed(before) && !takeable(before)) return false;
    }
    place_[activity.value()] = offered;
    return true;
}

bool Offer::dated(Way& way, Date after) const {
    if (way.first >= after) return true;
    const Offering& offering = catalog.offerings[way.offering];
    if (offering.session || after >= catalog.periods[way.period].end) return false;
    way.last += after - way.first;
    way.first = after;
    const ActivityId activity = courses[way.course].activity;
    const Date valid_to = tables_.activities.valid_to[activity.value()];
    if (way.last >= catalog.end || way.last >= leaves_ || (!is_missing(valid_to) && way.last >= valid_to)) return false;
    if (way.last > courses[way.course].due) return false;
    way.share = catalog.share(way.last);
    return true;
}

bool Offer::priced(Way& way, ActivityId activity, bool note) {
    const KindId kind = tables_.activities.kind[activity.value()];
    const Minutes hours = tables_.activities.hours[activity.value()];
    way.cost = catalog.offerings[way.offering].cost;
    way.minutes = is_missing(hours) ? 0 : hours.count();
    double account_share = tables_.activities.account_share[activity.value()];
    double employee_share = tables_.activities.employee_share[activity.value()];

    std::int32_t found[3] = {-1, -1, -1};
    bool overridden = false;
    // Of an account that is not for it there is nothing to know, but for a contradiction with another.
    const bool apart = one_of_a_kind_ && !catalog.programs_share && !(account_share > 0);
    if (!accounts.empty() && !apart) {
        for (int k = 0; k < 3; ++k) {
            found[k] = usable(static_cast<AccountKind>(k), way.first, kind);
            if (found[k] < 0) continue;
            const std::size_t row = accounts[found[k]].row;
            const ProgramId program = tables_.accounts.program[row];
            if (!program) continue;
            const double a = tables_.programs.account_share[program.value()];
            const double e = tables_.programs.employee_share[program.value()];
            if (is_missing(a) && is_missing(e)) continue;
            const double own_a = is_missing(a) ? tables_.activities.account_share[activity.value()] : a;
            const double own_e = is_missing(e) ? tables_.activities.employee_share[activity.value()] : e;
            if (overridden && (own_a != account_share || own_e != employee_share))
                throw Error(Code::contradiction,
                            "accounts: person '" + std::string(catalog.organization.people()[person.value()]) +
                                "' has two accounts whose programmes disagree on the shares of activity '" +
                                std::string(catalog.organization.activities()[activity.value()]) + "'",
                            "accounts", static_cast<std::int64_t>(row) + 1, "program");
            account_share = own_a;
            employee_share = own_e;
            overridden = true;
        }
        if (!(account_share > 0)) std::fill_n(found, 3, -1);
    }
    std::copy_n(found, 3, way.account);

    if (is_missing(hours) && (hours_limited || way.account[int(AccountKind::hours)] >= 0)) {
        if (note) without_hours.push_back(activity);
        return false;
    }
    way.fund = FundId();
    way.fund_cost = way.account_cost = way.employee_cost = Money(0);
    if (is_missing(way.cost)) {
        if (relations_.funds_given || way.account[int(AccountKind::money)] >= 0) {
            if (note) without_cost.push_back(activity);
            return false;
        }
        return true;
    }
    const Offering& offering = catalog.offerings[way.offering];
    Money account_part(offering.fund_part_alone - offering.fund_part);
    way.fund_cost = Money(offering.fund_part);
    way.employee_cost = way.cost - Money(offering.fund_part_alone);
    if (overridden) {
        account_part = rounded_share(way.cost, account_share);
        way.employee_cost = std::min(rounded_share(way.cost, employee_share), way.cost - account_part);
        way.fund_cost = way.cost - account_part - way.employee_cost;
    }
    if (way.account[int(AccountKind::money)] >= 0) {
        way.account_cost = account_part;
    } else {
        way.fund_cost += account_part;
    }
    if (way.fund_cost > Money(0) && relations_.funds_given) {
        way.fund = catalog.fund_for(unit_, way.first);
        if (!way.fund) {
            if (note) without_fund = true;
            return false;
        }
    }
    return true;
}

bool Offer::build_ways(Course& course) {
    const auto number = static_cast<std::int32_t>(&course - courses.data());
    const Date due_day = course.forced ? due(course.activity) : missing<Date>();
    if (!is_missing(due_day)) course.due = due_day;
    course.first_way = static_cast<std::int32_t>(ways.size());
    for (std::int32_t i = catalog.first_offering[course.activity.value()];
         i < catalog.first_offering[course.activity.value() + 1]; ++i) {
        const Offering& offering = catalog.offerings[i];
        Way way;
        way.course = number;
        way.offering = i;
        way.period = offering.period;
        way.seat = offering.seat;
        way.first = offering.first;
        way.last = offering.last;
        if (!dated(way, course.after) || way.last >= leaves_ || way.last > course.due) continue;
        way.share = way.last == offering.last ? offering.share : catalog.share(way.last);
        if (!priced(way)) {  // what comes before it may delay it to a day on which it can be paid for
            const bool waits = !course.prerequisites.empty() && !offering.session;
            if (waits) delayed(way, [&](const Way&) { way.only_later = true; });
            if (!way.only_later) {
                priced(way, true);  // says why
                continue;
            }
            way.steady = false;
        }
        if (!course.prerequisites.empty() && !offering.session)
            delayed(way, [&](const Way& later) {
                way.steady = way.steady && later.fund == way.fund && later.fund_cost == way.fund_cost &&
                             std::equal(later.account, later.account + 3, way.account) &&
                             later.account_cost == way.account_cost && spared(later) == spared(way);
            });
        course.minutes = way.minutes;
        course.periods |= way.period < 31 ? 1u << way.period : 1u << 31;
        ways.push_back(way);
    }
    course.last_way = static_cast<std::int32_t>(ways.size());
    return course.last_way > course.first_way;
}

void Offer::stand(PersonId who) {
    const People& people = tables_.people;
    for (const ActivityId activity : touched_) place_[activity.value()] = unknown;
    touched_.clear();
    courses.clear();
    ways.clear();
    standing.clear();
    without_hours.clear();
    without_cost.clear();
    without_fund = false;
    duties_ = nullptr;
    person = who;
    role = role_at(catalog.organization, person, catalog.as_of);
    unit_ = people.unit[person.value()];
    leaves_ = is_missing(people.left[person.value()]) ? Date::max() : people.left[person.value()];
    benefit.open(person, anew);
    build_accounts();
    build_pins();
    has_history_ = !pins.empty() || relations_.enrolments_of_person[person].size() > 0;
}

// Of what is wanted, keeps that of which some way could be worth what it is charged at least, but for `within`: a gain is
// never above what the activity promises of the horizon in which it is in effect. Half are dropped, so nothing branches on
// which.
void Offer::drop_too_dear(std::span<const double> prices, double within) {
    double unit_price = 0;
    if (relations_.funds_given && catalog.one_fund(unit_)) {
        const FundId fund = catalog.fund_for(unit_, catalog.start);
        for (std::int32_t f = fund ? fund.value() : -1; f >= 0; f = relations_.funds.parent(f)) unit_price += prices[f];
    }
    if (!accounts.empty() && catalog.programs_share) unit_price = 0;
    const int part = accounts.empty();
    std::size_t kept = 0;
    for (const ActivityId activity : wanted_) {
        const double most = promise_[activity.value()];
        const std::int32_t end = catalog.first_offering[activity.value() + 1];
        bool worth = false;
        for (std::int32_t i = catalog.first_offering[activity.value()]; i < end && !worth; ++i) {
            const Toll& toll = catalog.tolls[i];
            const double charge = prices[toll.seat] * toll.seats + unit_price * toll.parts[part];
            worth = most * toll.share * (1 + 1e-9) + within > charge;
        }
        promise_[activity.value()] = 0;
        wanted_[kept] = activity;
        kept += worth;
    }
    wanted_.resize(kept);
}

// What teaches something wanted. A lesson gains no more than all that is to gain, and no more than its uplift at the slope
// where the person stands: the expected shortfall falls ever more slowly as the level rises.
void Offer::list_teaching(std::span<const double> prices, double within) {
    chances_.clear();
    for (std::int32_t i = 0; i < benefit.states(); ++i) {
        const Benefit::State& state = benefit.state(i);
        if (!state.worthwhile) continue;
        for (std::int32_t k = catalog.first_teaching[state.capability.value()];
             k < catalog.first_teaching[state.capability.value() + 1]; ++k) {
            const Teaching& teaching = catalog.teachings[k];
            const double room = teaching.up_to - state.mean;
            if (!(room > 0)) continue;
            double& promise = promise_[teaching.activity.value()];
            if (promise == 0) wanted_.push_back(teaching.activity);
            const double probability = std::min(1.0, teaching.probability * benefit.preference(teaching.activity));
            promise += probability * std::min(state.before, std::min(teaching.uplift, room) * state.slope);
            promise = std::max(promise, 1e-300);  // listed
            if (probability > 0)
                chances_.push_back({i, teaching.activity, teaching.uplift, teaching.up_to, probability});
        }
    }
    if (!prices.empty()) drop_too_dear(prices, within);
    std::size_t kept = 0;
    for (const ActivityId activity : wanted_) {
        promise_[activity.value()] = 0;
        if (takeable(activity)) wanted_[kept++] = activity;
    }
    wanted_.resize(kept);
}

// Everything that teaches something wanted, what is forced, and what these need first, in the order of activities.
void Offer::list_wanted(bool only_duties, std::span<const double> prices, double within) {
    wanted_.clear();
    if (!only_duties) list_teaching(prices, within);
    if (duties_)
        for (const ActivityId activity : duties_->forced)
            if (takeable(activity)) wanted_.push_back(activity);
    if (!only_duties)
        for (const PreviousItem& item : previous())
            if (takeable(item.activity)) wanted_.push_back(item.activity);
    const auto needed = [&](ActivityId before) {
        return !completed(before) &&
               std::none_of(pins.begin(), pins.end(), [&](const Pin& pin) { return pin.activity == before; });
    };
    for (std::size_t i = 0; i < wanted_.size(); ++i)
        for (const std::size_t row : relations_.prerequisites_of_activity[wanted_[i]]) {
            const ActivityId before = tables_.activity_prerequisites.prerequisite[row];
            if (needed(before) && !contains(wanted_, before)) wanted_.push_back(before);
        }
    ranks_.clear();
    for (const ActivityId activity : wanted_) ranks_.push_back(catalog.order[activity.value()]);
    std::sort(ranks_.begin(), ranks_.end());
    ranks_.erase(std::unique(ranks_.begin(), ranks_.end()), ranks_.end());
}

void Offer::build_courses() {
    courses.reserve(ranks_.size());
    for (const std::int32_t rank : ranks_) {
        const ActivityId activity = relations_.activity_order[rank];
        Course& course = courses.emplace_back();
        course.activity = activity;
        course.kind = tables_.activities.kind[activity.value()].value();
        course.forced = duties_ && contains(duties_->forced, activity);
        course.after = anew && !is_missing(anew->at) ? std::max(catalog.start, anew->at) : catalog.start;
        bool possible = true;
        for (const std::size_t row : relations_.prerequisites_of_activity[activity]) {
            const ActivityId before = tables_.activity_prerequisites.prerequisite[row];
            if (completed(before)) continue;
            const auto pin = std::find_if(pins.begin(), pins.end(), [&](const Pin& x) { return x.activity == before; });
            if (pin != pins.end()) {
                course.after = std::max<Date>(course.after, pin->last + std::chrono::days(1));
            } else if (place_[before.value()] >= 0) {
                course.prerequisites.push_back(place_[before.value()]);
            } else {
                possible = false;  // it can be taken in no way
            }
        }
        if (!possible || !build_ways(course)) {
            courses.pop_back();
            continue;
        }
        place_[activity.value()] = static_cast<std::int32_t>(courses.size()) - 1;
    }
    // What is forced forces what it needs.
    for (std::size_t i = courses.size(); i-- > 0;)
        for (const std::int32_t before : courses[i].prerequisites) {
            courses[before].needed = true;
            if (courses[i].forced) courses[before].forced = true;
        }
}

// What is pinned and what may be chosen, for the benefit. Chances come in the order of its lessons.
void Offer::weigh(bool only_duties) {
    for (Pin& pin : pins) pin.entry = benefit.add(pin.activity, pin.last);
    for (Course& course : courses)
        course.entry = only_duties ? benefit.add(course.activity) : benefit.add_untaught(course.activity);
    if (!only_duties)
        for (const Chance& chance : chances_)
            if (const std::int32_t place = place_[chance.activity.value()]; place >= 0)
                benefit.teach(chance.state, courses[place].entry, chance.uplift, chance.up_to, chance.probability);
    benefit.seal();
    for (const Pin& pin : pins) benefit.activate(pin.entry, catalog.share(pin.last));
}

void Offer::open_ways(PersonId who, const Duties& duties) {
    prepare(who, &duties);
    list_wanted(true, {}, 0);
    build_courses();
    for (Pin& pin : pins) pin.entry = benefit.add_untaught(pin.activity);
    for (Course& course : courses) course.entry = benefit.add_untaught(course.activity);
    benefit.seal();
}

void Offer::open(PersonId who, const Duties* duties, bool only_duties, std::span<const double> prices, double within) {
    prepare(who, duties);
    list_wanted(only_duties, prices, within);
    build_courses();
    weigh(only_duties);
}

// Stands on the person, with what the duties leave open and the time that there is.
void Offer::prepare(PersonId who, const Duties* duties) {
    stand(who);
    duties_ = duties;
    const Minutes hours =
        anew && !is_missing(anew->hours) ? anew->hours : tables_.people.hours[static_cast<std::size_t>(who.value())];
    hours_limited = !is_missing(hours);
    room_minutes.assign(catalog.periods.size(), 0);
    if (hours_limited)
        for (std::size_t i = 0; i < catalog.periods.size(); ++i)
            room_minutes[i] = hours.count() * catalog.periods[i].months;
    for (const Pin& pin : pins)
        if (pin.period >= 0)
            room_minutes[pin.period] = std::max<std::int64_t>(0, room_minutes[pin.period] - pin.minutes);
    stand_by();
}

}  // namespace gradus
