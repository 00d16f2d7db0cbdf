#include "planning/verify_items.h"

#include <algorithm>
#include <map>

#include "planning/verify_worth.h"

namespace gradus::verification {

namespace {

std::size_t index(auto id) { return static_cast<std::size_t>(id.value()); }

constexpr Date::duration one_day{1};

struct Item {
    std::size_t row;
    ActivityId activity;
    SessionId session;
    Date first, last;
    const Pin* pin;
    std::int64_t minutes() const { return is_missing(hours) ? 0 : hours.count(); }
    Minutes hours;
    Charge charge{};
};

/// The checks on the items of one person.
class Check {
public:
    Check(const Person& person, const Plan& plan, const Stated& stated, std::vector<Finding>& findings)
        : person_(person), of_(person.of), tables_(person.of.tables), plan_(plan), stated_(stated), findings_(findings) {}

    Account run(std::span<const std::size_t> rows);

private:
    void report(std::string_view limit, ActivityId activity, const std::string& message) {
        std::string who(of_.key(person_.id));
        if (activity) who += ", " + std::string(of_.key(activity));
        findings_.push_back({limit, person_.id, activity, who + ": " + message});
    }
    std::string money(Money amount) const { return text(amount, of_.organization.relations().minor_digits); }
    std::string name(ActivityId activity) const { return std::string(of_.key(activity)); }

    void collect(std::span<const std::size_t> rows);
    void check_pin(const Item& item);
    void check_right(const Item& item);
    void check_session(const Item& item);
    void check_dates(const Item& item);
    void check_prerequisites(const Item& item);
    void check_charge(const Item& item);
    void check_statements(const Item& item);
    void check_hours();
    void check_accounts();
    void check_overlap();
    void check_maxima();
    void check_duties();
    double check_gains();
    void at_most(const std::string& what, std::optional<int> most, std::size_t found, std::size_t pinned);

    const Person& person_;
    const Case& of_;
    const Tables& tables_;
    const Plan& plan_;
    const Stated& stated_;
    std::vector<Finding>& findings_;
    std::vector<Item> items_;  // by last day, then key of the activity
};

/// The items that can be looked at any further: known activity, known days, one of an activity.
void Check::collect(std::span<const std::size_t> rows) {
    const PlanItems& items = plan_.items;
    for (const std::size_t row : rows) {
        const ActivityId activity = items.activity[row];
        const Date first = items.first_day[row], last = items.last_day[row];
        if (!activity || index(activity) >= of_.organization.activities().size()) {
            report("eligibility", {}, "an item has no activity of this organisation");
        } else if (is_missing(first) || is_missing(last) || last < first) {
            report("dates", activity, "its days are " + text(first) + " to " + text(last));
        } else if (std::any_of(items_.begin(), items_.end(), [&](const Item& i) { return i.activity == activity; })) {
            report("repeated", activity, "is in the plan more than once");
        } else {
            SessionId session = value_at(items.session, row);
            if (session && index(session) >= of_.organization.sessions().size()) session = SessionId();
            items_.push_back({row, activity, session, first, last, person_.pin(activity),
                              tables_.activities.hours[index(activity)]});
        }
    }
    std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
        return std::pair(a.last, a.activity) < std::pair(b.last, b.activity);
    });
    for (Item& item : items_)
        if (!item.pin) item.charge = charge(person_, item.activity, item.session, item.first);
}

/// What is under way stays as it is, and nothing else is pinned (§3.9).
void Check::check_pin(const Item& item) {
    const Reason reason = value_at(plan_.items.reason, item.row);
    if (stated_.reason && (reason == Reason::pinned) != (item.pin != nullptr))
        report("pinned", item.activity, item.pin ? "is under way but not pinned" : "is pinned but not under way");
    if (!item.pin) return;
    if (item.session != item.pin->session)
        report("pinned", item.activity, "is under way in another session than in the plan");
    if (item.first != item.pin->first || item.last != item.pin->last)
        report("pinned", item.activity, "is under way " + text(item.pin->first) + " to " + text(item.pin->last) + ", in the plan " +
                                            text(item.first) + " to " + text(item.last));
}

/// Who may take it (§1: eligibility, outcomes.from_level, enrolments).
void Check::check_right(const Item& item) {
    if (!person_.eligible(item.activity)) report("eligibility", item.activity, "no row of eligibility lets this person in");
    if (const std::int32_t row = person_.too_low_for(item.activity); row >= 0) {
        const auto r = static_cast<std::size_t>(row);
        report("eligibility", item.activity,
               "level " + text(of_.risks.mean[r]) + " of " +
                   std::string(of_.organization.capabilities()[index(of_.risks.capability[r])]) +
                   " is more than one below the from_level");
    }
    if (person_.has_completed(item.activity) && !tables_.activities.repeatable[index(item.activity)])
        report("eligibility", item.activity, "is completed and not repeatable");
    if (person_.has_declined(item.activity) && !person_.duty(item.activity))
        report("eligibility", item.activity, "was declined");
}

void Check::check_session(const Item& item) {
    const Rows sessions = of_.organization.relations().sessions_of_activity[item.activity];
    if (!item.session) {
        if (sessions.size() > 0) report("session", item.activity, "takes place in sessions and has none in the plan");
        return;
    }
    if (tables_.sessions.activity[index(item.session)] != item.activity)
        report("session", item.activity, "session " + std::string(of_.key(item.session)) + " is not one of this activity");
    const Date first = tables_.sessions.first_day[index(item.session)], last = tables_.sessions.last_day[index(item.session)];
    if (item.first != first || item.last != last)
        report("dates", item.activity, "is planned " + text(item.first) + " to " + text(item.last) + ", session " +
                                           std::string(of_.key(item.session)) + " is " + text(first) + " to " + text(last));
}

/// §3.6.
void Check::check_dates(const Item& item) {
    const Activities& activities = tables_.activities;
    const auto a = index(item.activity);
    const Horizon& horizon = of_.horizon;
    if (item.first < horizon.start || item.last >= horizon.end) {
        report("dates", item.activity, text(item.first) + " to " + text(item.last) + " does not lie in the horizon " +
                                           text(horizon.start) + " to " + text(horizon.end - one_day));
    }
    if (!valid_on(activities.valid_from[a], activities.valid_to[a], item.first) ||
        !valid_on(activities.valid_from[a], activities.valid_to[a], item.last))
        report("dates", item.activity, text(item.first) + " to " + text(item.last) + " does not lie in its validity");
    if (!is_missing(person_.left) && item.last >= person_.left)
        report("dates", item.activity, "ends on " + text(item.last) + ", and the person leaves on " + text(person_.left));
    if (const Duty* duty = person_.duty(item.activity); duty && !is_missing(duty->due) && item.last > duty->due)
        report("due", item.activity, "ends on " + text(item.last) + ", due is " + text(duty->due));

    const int period = horizon.period_of(item.first);
    if (item.session || period < 0) return;
    Date expected = horizon.periods[static_cast<std::size_t>(period)].first;
    if (!is_missing(activities.valid_from[a])) expected = std::max(expected, activities.valid_from[a]);
    for (const std::size_t row : of_.organization.relations().prerequisites_of_activity[item.activity]) {
        const ActivityId before = tables_.activity_prerequisites.prerequisite[row];
        if (person_.has_completed(before)) continue;
        for (const Item& other : items_)
            if (other.activity == before && other.last < item.first) expected = std::max<Date>(expected, other.last + one_day);
    }
    if (item.first != expected)
        report("dates", item.activity, "starts on " + text(item.first) + ", on demand in period " +
                                           std::to_string(period + 1) + " it starts on " + text(expected));
    const Date last = item.first + Date::duration(activities.days[a] - 1);
    if (item.last != last) report("dates", item.activity, "ends on " + text(item.last) + ", expected " + text(last));
}

void Check::check_prerequisites(const Item& item) {
    for (const std::size_t row : of_.organization.relations().prerequisites_of_activity[item.activity]) {
        const ActivityId before = tables_.activity_prerequisites.prerequisite[row];
        if (person_.has_completed(before)) continue;
        const auto found = std::find_if(items_.begin(), items_.end(), [&](const Item& i) { return i.activity == before; });
        if (found == items_.end())
            report("prerequisite", item.activity, "needs " + name(before) + ", which is neither completed nor planned");
        else if (found->last >= item.first)
            report("prerequisite", item.activity, "starts on " + text(item.first) + ", before " + name(before) + " ends on " +
                                                      text(found->last));
    }
}

/// What stands in the way of paying for it at all (§3.3, §3.8).
void Check::check_charge(const Item& item) {
    using enum Charge::Obstacle;
    switch (item.charge.obstacle) {
    case none: break;
    case two_accounts: report("account", item.activity, "two accounts of one kind could be used"); break;
    case shares: report("account", item.activity, "two accounts disagree on the shares"); break;
    case no_fund: report("fund", item.activity, "no fund reaches this person, and " + money(item.charge.fund) + " is for a fund"); break;
    case hours_unknown: report("hours", item.activity, "its hours are not known, and the person's are limited"); break;
    case account_hours_unknown: report("account", item.activity, "its hours are not known, and an account's are limited"); break;
    case cost_unknown: report("fund", item.activity, "its cost is not known, and money is limited"); break;
    case account_cost_unknown: report("account", item.activity, "its cost is not known, and an account's money is limited"); break;
    }
}

/// What the plan says of the item against what it is.
void Check::check_statements(const Item& item) {
    const PlanItems& items = plan_.items;
    const auto check = [&](bool stated, std::string_view limit, const char* what, auto found, auto expected, auto&& show) {
        if (stated && found != expected)
            report(limit, item.activity, std::string(what) + " is " + show(found) + ", expected " + show(expected));
    };
    const auto number = [](std::int32_t n) { return is_missing(n) ? std::string("nothing") : std::to_string(n); };
    const auto hours = [](Minutes n) { return is_missing(n) ? std::string("nothing") : text_hours(n.count()); };
    const auto amount = [&](Money n) { return money(n); };
    const int period = of_.horizon.period_of(item.first);
    check(stated_.period, "dates", "period", value_at(items.period, item.row), period < 0 ? missing<std::int32_t>() : period + 1,
          number);
    check(stated_.hours, "hours", "hours", value_at(items.hours, item.row), item.hours, hours);
    const auto expected = [&](Money part) { return item.pin ? Money(0) : part; };
    check(stated_.cost, "cost", "cost", value_at(items.cost, item.row), expected(item.charge.cost), amount);
    check(stated_.fund_cost, "cost", "fund_cost", value_at(items.fund_cost, item.row), expected(item.charge.fund), amount);
    check(stated_.account_cost, "cost", "account_cost", value_at(items.account_cost, item.row), expected(item.charge.account), amount);
    check(stated_.employee_cost, "cost", "employee_cost", value_at(items.employee_cost, item.row), expected(item.charge.employee),
          amount);
    const auto fund = [&](FundId f) { return f ? std::string(of_.key(f)) : std::string("none"); };
    if (item.charge.from) check(stated_.fund, "fund", "fund", value_at(items.fund, item.row), item.charge.from, fund);
}

/// §3.7: hours of a period; pins alone break no limit, and leave less to the others.
void Check::check_hours() {
    if (is_missing(person_.hours)) return;
    for (std::size_t p = 0; p < of_.horizon.periods.size(); ++p) {
        std::int64_t all = 0, pinned = 0;
        for (const Item& item : items_) {
            if (of_.horizon.period_of(item.first) != static_cast<int>(p)) continue;
            all += item.minutes();
            if (item.pin) pinned += item.minutes();
        }
        const std::int64_t capacity = person_.hours.count() * of_.horizon.periods[p].months;
        if (all > std::max(capacity, pinned))
            report("hours", {}, "period " + std::to_string(p + 1) + " takes " + text_hours(all) + " of " + text_hours(capacity));
    }
}

/// §3.8: what accounts have, and their caps per calendar period of the first day.
void Check::check_accounts() {
    for (const AccountLimit& limit : account_limits(person_)) {
        const auto kind = static_cast<std::size_t>(tables_.accounts.kind[limit.account]);
        std::map<int, std::int64_t> used;
        for (const Item& item : items_)
            if (!item.pin && item.charge.accounts[kind] == static_cast<std::int32_t>(limit.account))
                used[bucket(item.first, limit.period)] += item.charge.uses[kind];
        const auto show = [&](std::int64_t amount) {
            switch (tables_.accounts.kind[limit.account]) {
            case AccountKind::money: return money(Money(amount));
            case AccountKind::hours: return text_hours(amount);
            default: return std::to_string(amount) + " items";
            }
        };
        for (const auto& [period, amount] : used)
            if (amount > limit.capacity)
                report("account", {}, "the account of " + std::string(Words<AccountKind>::names[kind]) + " gives " + show(amount) +
                                          (limit.cap ? ", the cap is " : ", available is ") + show(limit.capacity));
    }
}

void Check::check_overlap() {
    if (of_.options.allow_overlap) return;
    for (std::size_t i = 0; i < items_.size(); ++i)
        for (std::size_t k = i + 1; k < items_.size(); ++k) {
            const Item &a = items_[i], &b = items_[k];
            if (!a.session || !b.session || (a.pin && b.pin) || a.last < b.first || b.last < a.first) continue;
            const Item& moved = a.pin ? b : a;
            report("overlap", moved.activity, "session " + std::string(of_.key(moved.session)) + " overlaps session " +
                                                  std::string(of_.key((a.pin ? a : b).session)));
        }
}

void Check::at_most(const std::string& what, std::optional<int> most, std::size_t found, std::size_t pinned) {
    if (!most || found <= std::max(static_cast<std::size_t>(std::max(*most, 0)), pinned)) return;
    report("maximum", {}, what + ": " + std::to_string(found) + ", at most " + std::to_string(*most));
}

void Check::check_maxima() {
    const auto pins = static_cast<std::size_t>(std::count_if(items_.begin(), items_.end(), [](const Item& i) { return i.pin; }));
    at_most("max_activities", of_.options.max_activities, items_.size(), pins);
    std::map<KindId, std::pair<std::size_t, std::size_t>> kinds;      // all, pinned
    std::map<CapabilityId, std::pair<std::size_t, std::size_t>> capabilities;
    for (const Item& item : items_) {
        const auto count = [&](auto& counts) { ++counts.first, counts.second += item.pin != nullptr; };
        if (const KindId kind = tables_.activities.kind[index(item.activity)]) count(kinds[kind]);
        for (const std::size_t outcome : of_.organization.relations().outcomes_of_activity[item.activity])
            for (const std::size_t row : of_.risks_of_person[person_.id])
                if (of_.risks.capability[row] == tables_.outcomes.capability[outcome])
                    count(capabilities[of_.risks.capability[row]]);
    }
    const auto pinned = std::count_if(capabilities.begin(), capabilities.end(), [](const auto& c) { return c.second.second > 0; });
    at_most("max_capabilities", of_.options.max_capabilities, capabilities.size(), static_cast<std::size_t>(pinned));
    for (const auto& [kind, counts] : kinds)
        at_most("max_of_a_kind, " + std::string(of_.organization.keys("kind")[index(kind)]), of_.options.max_of_a_kind,
                counts.first, counts.second);
}

/// Pins and mandatory activities are there, or left out and said to be (§3.9).
void Check::check_duties() {
    const auto planned = [&](ActivityId activity) {
        return std::any_of(items_.begin(), items_.end(), [&](const Item& item) { return item.activity == activity; });
    };
    for (const Pin& pin : person_.pins)
        if (!planned(pin.activity)) report("pinned", pin.activity, "is under way and missing in the plan");
    const auto& left_out = of_.left_out[index(person_.id)];
    for (const Duty& duty : person_.duties)
        if (!planned(duty.activity) && std::find(left_out.begin(), left_out.end(), duty.activity) == left_out.end())
            report("mandatory", duty.activity, "is mandatory, and neither planned nor listed in conflicts");
    for (const ActivityId activity : left_out) {
        if (!activity || index(activity) >= of_.organization.activities().size() || !person_.duty(activity))
            report("mandatory", {}, "an activity in conflicts is not mandatory for this person");
        else if (planned(activity))
            report("mandatory", activity, "is listed in conflicts and yet in the plan");
    }
}

/// §3.5: gains in the order of last day, then key, beyond what the pins achieve.
double Check::check_gains() {
    std::vector<ActivityId> activities;
    for (const Item& item : items_) activities.push_back(item.activity);
    Worth worth(person_, activities);
    std::vector<std::vector<Effect>> effects(worth.subjects.size());
    const auto share = [&](const Item& item) { return of_.horizon.share_from(item.last + one_day); };
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (items_[i].pin) give(effects, worth.teaches[i], share(items_[i]));
    double value = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        double gain = 0;
        if (!items_[i].pin) {
            for (const auto& [subject, lesson] : worth.teaches[i])
                gain += worth.subjects[static_cast<std::size_t>(subject)].exposure(effects[static_cast<std::size_t>(subject)]);
            give(effects, worth.teaches[i], share(items_[i]));
            for (const auto& [subject, lesson] : worth.teaches[i])
                gain -= worth.subjects[static_cast<std::size_t>(subject)].exposure(effects[static_cast<std::size_t>(subject)]);
        }
        value += gain;
        const double found = value_at(plan_.items.gain, items_[i].row);
        if (stated_.gain && !close(found, gain))
            report("gain", items_[i].activity, "gain is " + text(found) + ", expected " + text(gain));
    }
    return value;
}

Account Check::run(std::span<const std::size_t> rows) {
    collect(rows);
    Account account;
    for (const Item& item : items_) {
        check_pin(item);
        check_statements(item);
        if (item.pin) continue;
        check_right(item);
        check_session(item);
        check_dates(item);
        check_prerequisites(item);
        check_charge(item);
        if (item.session) {
            account.seats.push_back(item.session);
            account.charges += of_.seat_price[index(item.session)];
        }
        if (item.charge.from) {
            account.funds.emplace_back(item.charge.from, item.charge.fund);
            account.charges += static_cast<double>(item.charge.fund.minor_units()) * of_.fund_price[index(item.charge.from)];
        }
    }
    check_hours();
    check_accounts();
    check_overlap();
    check_maxima();
    check_duties();
    account.value = check_gains();
    return account;
}

}  // namespace

Stated::Stated(const PlanItems& items) {
    const auto any = [&](const auto& column) {
        return std::any_of(column.begin(), column.end(), [](const auto& value) { return !is_missing(value); });
    };
    period = any(items.period), hours = any(items.hours), cost = any(items.cost), fund = any(items.fund);
    fund_cost = any(items.fund_cost), account_cost = any(items.account_cost), employee_cost = any(items.employee_cost);
    gain = any(items.gain), reason = any(items.reason);
}

Account check_items(const Person& person, const Plan& plan, const Stated& stated, std::span<const std::size_t> rows,
                    std::vector<Finding>& findings) {
    return Check(person, plan, stated, findings).run(rows);
}

}  // namespace gradus::verification
