// The items of a person one by one.

#include "planning/verify_check.h"

namespace gradus::verification {

namespace {

std::size_t index(auto id) { return static_cast<std::size_t>(id.value()); }

constexpr Date::duration one_day{1};

}  // namespace

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
        report("pinned", item.activity,
               "is under way " + text(item.pin->first) + " to " + text(item.pin->last) + ", in the plan " +
                   text(item.first) + " to " + text(item.last));
}

/// Who may take it (§1: eligibility, outcomes.from_level, enrolments).
void Check::check_right(const Item& item) {
    if (!person_.eligible(item.activity))
        report("eligibility", item.activity, "no row of eligibility lets this person in");
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
        report("session", item.activity,
               "session " + std::string(of_.key(item.session)) + " is not one of this activity");
    const Date first = tables_.sessions.first_day[index(item.session)],
               last = tables_.sessions.last_day[index(item.session)];
    if (item.first != first || item.last != last)
        report("dates", item.activity,
               "is planned " + text(item.first) + " to " + text(item.last) + ", session " +
                   std::string(of_.key(item.session)) + " is " + text(first) + " to " + text(last));
}

/// §3.6.
void Check::check_dates(const Item& item) {
    const Activities& activities = tables_.activities;
    const auto a = index(item.activity);
    const Horizon& horizon = of_.horizon;
    if (item.first < horizon.start || item.last >= horizon.end) {
        report("dates", item.activity,
               text(item.first) + " to " + text(item.last) + " does not lie in the horizon " + text(horizon.start) +
                   " to " + text(horizon.end - one_day));
    }
    if (!valid_on(activities.valid_from[a], activities.valid_to[a], item.first) ||
        !valid_on(activities.valid_from[a], activities.valid_to[a], item.last))
        report("dates", item.activity, text(item.first) + " to " + text(item.last) + " does not lie in its validity");
    if (!is_missing(person_.left) && item.last >= person_.left)
        report("dates", item.activity,
               "ends on " + text(item.last) + ", and the person leaves on " + text(person_.left));
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
            if (other.activity == before && other.last < item.first)
                expected = std::max<Date>(expected, other.last + one_day);
    }
    if (item.first != expected)
        report("dates", item.activity,
               "starts on " + text(item.first) + ", on demand in period " + std::to_string(period + 1) +
                   " it starts on " + text(expected));
    const Date last = item.first + Date::duration(activities.days[a] - 1);
    if (item.last != last) report("dates", item.activity, "ends on " + text(item.last) + ", expected " + text(last));
}

void Check::check_prerequisites(const Item& item) {
    for (const std::size_t row : of_.organization.relations().prerequisites_of_activity[item.activity]) {
        const ActivityId before = tables_.activity_prerequisites.prerequisite[row];
        if (person_.has_completed(before)) continue;
        const auto found =
            std::find_if(items_.begin(), items_.end(), [&](const Item& i) { return i.activity == before; });
        if (found == items_.end())
            report("prerequisite", item.activity, "needs " + name(before) + ", which is neither completed nor planned");
        else if (found->last >= item.first)
            report("prerequisite", item.activity,
                   "starts on " + text(item.first) + ", before " + name(before) + " ends on " + text(found->last));
    }
}

/// What stands in the way of paying for it at all (§3.3, §3.8).
void Check::check_charge(const Item& item) {
    using enum Charge::Obstacle;
    switch (item.charge.obstacle) {
    case none: break;
    case two_accounts: report("account", item.activity, "two accounts of one kind could be used"); break;
    case shares: report("account", item.activity, "two accounts disagree on the shares"); break;
    case no_fund:
        report("fund", item.activity, "no fund reaches this person, and " + money(item.charge.fund) + " is for a fund");
        break;
    case hours_unknown: report("hours", item.activity, "its hours are not known, and the person's are limited"); break;
    case account_hours_unknown:
        report("account", item.activity, "its hours are not known, and an account's are limited");
        break;
    case cost_unknown: report("fund", item.activity, "its cost is not known, and money is limited"); break;
    case account_cost_unknown:
        report("account", item.activity, "its cost is not known, and an account's money is limited");
        break;
    }
}

/// What the plan says of the item against what it is.
void Check::check_statements(const Item& item) {
    const PlanItems& items = plan_.items;
    const auto check = [&](bool stated, std::string_view limit, const char* what, auto found, auto expected,
                           auto&& show) {
        if (stated && found != expected)
            report(limit, item.activity, std::string(what) + " is " + show(found) + ", expected " + show(expected));
    };
    const auto number = [](std::int32_t n) { return is_missing(n) ? std::string("nothing") : std::to_string(n); };
    const auto hours = [](Minutes n) { return is_missing(n) ? std::string("nothing") : text_hours(n.count()); };
    const auto amount = [&](Money n) { return money(n); };
    const int period = of_.horizon.period_of(item.first);
    check(stated_.period, "dates", "period", value_at(items.period, item.row),
          period < 0 ? missing<std::int32_t>() : period + 1, number);
    check(stated_.hours, "hours", "hours", value_at(items.hours, item.row), item.hours, hours);
    const auto expected = [&](Money part) { return item.pin ? Money(0) : part; };
    check(stated_.cost, "cost", "cost", value_at(items.cost, item.row), expected(item.charge.cost), amount);
    check(stated_.fund_cost, "cost", "fund_cost", value_at(items.fund_cost, item.row), expected(item.charge.fund),
          amount);
    check(stated_.account_cost, "cost", "account_cost", value_at(items.account_cost, item.row),
          expected(item.charge.account), amount);
    check(stated_.employee_cost, "cost", "employee_cost", value_at(items.employee_cost, item.row),
          expected(item.charge.employee), amount);
    const auto fund = [&](FundId f) { return f ? std::string(of_.key(f)) : std::string("none"); };
    if (item.charge.from) check(stated_.fund, "fund", "fund", value_at(items.fund, item.row), item.charge.from, fund);
}

Stated::Stated(const PlanItems& items) {
    const auto any = [&](const auto& column) {
        return std::any_of(column.begin(), column.end(), [](const auto& value) { return !is_missing(value); });
    };
    period = any(items.period), hours = any(items.hours), cost = any(items.cost), fund = any(items.fund);
    fund_cost = any(items.fund_cost), account_cost = any(items.account_cost), employee_cost = any(items.employee_cost);
    gain = any(items.gain), reason = any(items.reason);
}

}  // namespace gradus::verification
