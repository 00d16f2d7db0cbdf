// The items of a person together.

#include <map>

#include "planning/verify_check.h"
#include "planning/verify_worth.h"

namespace gradus::verification {

namespace {

std::size_t index(auto id) { return static_cast<std::size_t>(id.value()); }

constexpr Date::duration one_day{1};

}  // namespace

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
            report("hours", {},
                   "period " + std::to_string(p + 1) + " takes " + text_hours(all) + " of " + text_hours(capacity));
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
                report("account", {},
                       "the account of " + std::string(Words<AccountKind>::names[kind]) + " gives " + show(amount) +
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
            report("overlap", moved.activity,
                   "session " + std::string(of_.key(moved.session)) + " overlaps session " +
                       std::string(of_.key((a.pin ? a : b).session)));
        }
}

void Check::at_most(const std::string& what, std::optional<int> most, std::size_t found, std::size_t pinned) {
    if (!most || found <= std::max(static_cast<std::size_t>(std::max(*most, 0)), pinned)) return;
    report("maximum", {}, what + ": " + std::to_string(found) + ", at most " + std::to_string(*most));
}

void Check::check_maxima() {
    const auto pins =
        static_cast<std::size_t>(std::count_if(items_.begin(), items_.end(), [](const Item& i) { return i.pin; }));
    at_most("max_activities", of_.options.max_activities, items_.size(), pins);
    std::map<KindId, std::pair<std::size_t, std::size_t>> kinds;  // all, pinned
    std::map<CapabilityId, std::pair<std::size_t, std::size_t>> capabilities;
    for (const Item& item : items_) {
        const auto count = [&](auto& counts) { ++counts.first, counts.second += item.pin != nullptr; };
        if (const KindId kind = tables_.activities.kind[index(item.activity)]) count(kinds[kind]);
        for (const std::size_t outcome : of_.organization.relations().outcomes_of_activity[item.activity])
            for (const std::size_t row : of_.risks_of_person[person_.id])
                if (of_.risks.capability[row] == tables_.outcomes.capability[outcome])
                    count(capabilities[of_.risks.capability[row]]);
    }
    const auto pinned =
        std::count_if(capabilities.begin(), capabilities.end(), [](const auto& c) { return c.second.second > 0; });
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
                gain += worth.subjects[static_cast<std::size_t>(subject)].exposure(
                    effects[static_cast<std::size_t>(subject)]);
            give(effects, worth.teaches[i], share(items_[i]));
            for (const auto& [subject, lesson] : worth.teaches[i])
                gain -= worth.subjects[static_cast<std::size_t>(subject)].exposure(
                    effects[static_cast<std::size_t>(subject)]);
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
        (item.pin ? account.kept : account.spared) +=
            of_.previous.holds(person_.id, item.activity, item.session, item.first);
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
            account.charges +=
                static_cast<double>(item.charge.fund.minor_units()) * of_.fund_price[index(item.charge.from)];
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

Account check_items(const Person& person, const Plan& plan, const Stated& stated, std::span<const std::size_t> rows,
                    std::vector<Finding>& findings) {
    return Check(person, plan, stated, findings).run(rows);
}

}  // namespace gradus::verification
