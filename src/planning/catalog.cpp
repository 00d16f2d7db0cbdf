#include "planning/catalog.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <gradus/base/error.h>

#include "assessment/stage.h"

namespace gradus {
namespace {

constexpr Date long_ago = Date::min() + std::chrono::days(1);  // Date::min() itself means missing
constexpr Date far_off = Date::max();

Date from(Date day) { return is_missing(day) ? long_ago : day; }
Date to(Date day) { return is_missing(day) ? far_off : day; }

}  // namespace

Date add_months(Date day, int months) {
    using namespace std::chrono;
    const year_month_day date{sys_days(day)};
    const year_month month = year_month(date.year(), date.month()) + std::chrono::months(months);
    const auto last = year_month_day_last(month.year(), month_day_last(month.month()));
    return sys_days(month.year() / month.month() / std::min(date.day(), last.day()));
}

OptimizeOptions checked(OptimizeOptions options, Date as_of) {
    const auto require = [](bool ok, const char* option, const std::string& expected) {
        if (!ok) throw Error(Code::invalid_option, std::string("optimize: ") + option + " must be " + expected);
    };
    if (is_missing(options.start)) {
        require(!is_missing(as_of), "start", "given, since the risks do not say their as_of");
        options.start = as_of + std::chrono::days(1);
    }
    require(options.months >= 1 && options.months <= 120, "months", "from 1 to 120");
    require(options.period_months >= 1, "period_months", "1 or more");
    options.period_months = std::min(options.period_months, options.months);
    for (const auto& [value, name] :
         {std::pair(options.max_activities, "max_activities"), std::pair(options.max_capabilities, "max_capabilities"),
          std::pair(options.max_of_a_kind, "max_of_a_kind")})
        require(!value || *value >= 0, name, "0 or more");
    require(options.gap >= 0 && options.gap <= 1, "gap", "from 0 to 1");
    require(!options.work_limit || *options.work_limit > 0, "work_limit", "more than 0");
    require(!options.time_limit || *options.time_limit > 0, "time_limit", "more than 0 seconds");
    require(options.change_cost >= 0 && options.change_cost <= 1e6, "change_cost", "from 0 to 1e6");
    require(options.change_cost == 0 || options.previous, "previous", "given where change_cost is");
    require(options.threads >= 0, "threads", "0 (all cores) or more");
    return options;
}

Catalog::Catalog(const Organization& organization_, const Risks& risks_, const OptimizeOptions& options_)
    : organization(organization_), risks(risks_), options(checked(options_, risks_.provenance.as_of)),
      as_of(risks_.provenance.as_of), start(options.start), end(add_months(start, options.months)),
      previous(organization, options, start, end) {
    check_keys(risks, risks.person, organization.people());
    check_keys(risks, risks.role, organization.roles());
    check_keys(risks, risks.capability, organization.capabilities());
    const Tables& tables = organization.tables();
    const Relations& relations = organization.relations();
    if (is_missing(as_of)) as_of = start - std::chrono::days(1);
    for (int month = 0; month < options.months; month += options.period_months) {
        const int months = std::min(options.period_months, options.months - month);
        periods.push_back({add_months(start, month), add_months(start, month + months), months});
    }

    funds = static_cast<std::int32_t>(tables.funds.size());
    for (const Money amount : tables.funds.amount) capacity.push_back(amount.minor_units());

    for (std::int32_t i = 0; i < funds; ++i)
        for (const Date day : {tables.funds.valid_from[i], tables.funds.valid_to[i]})
            if (!is_missing(day) && start < day && day < end) fund_changes.push_back(day);
    std::sort(fund_changes.begin(), fund_changes.end());
    fund_changes.erase(std::unique(fund_changes.begin(), fund_changes.end()), fund_changes.end());
    for (std::int32_t unit = -1; unit < relations.units.size(); ++unit) {
        const FundId fund = gradus::fund_for(organization, UnitId(unit), start);
        fund_at_start_.push_back(fund);
        steady_.push_back(std::all_of(fund_changes.begin(), fund_changes.end(), [&](Date day) {
            return gradus::fund_for(organization, UnitId(unit), day) == fund;
        }));
    }

    const std::size_t activities = tables.activities.size();
    first_offering.reserve(activities + 1);
    for (std::size_t activity = 0; activity < activities; ++activity) {
        first_offering.push_back(static_cast<std::int32_t>(offerings.size()));
        const Date valid_from = from(tables.activities.valid_from[activity]);
        const Date valid_to = to(tables.activities.valid_to[activity]);
        const auto add = [&](Offering offering) {
            if (offering.first < std::max(start, valid_from)) return;
            if (offering.last >= std::min(end, valid_to)) return;
            offering.period = period_of(offering.first);
            if (is_missing(offering.cost)) offering.cost = tables.activities.cost[activity];
            offering.share = share(offering.last);
            if (!is_missing(offering.cost)) {
                const Money account = rounded_share(offering.cost, tables.activities.account_share[activity]);
                const Money employee = std::min(
                    rounded_share(offering.cost, tables.activities.employee_share[activity]), offering.cost - account);
                offering.fund_part = (offering.cost - account - employee).minor_units();
                offering.fund_part_alone = (offering.cost - employee).minor_units();
            }
            offerings.push_back(offering);
        };
        const Rows sessions = relations.sessions_of_activity[ActivityId(static_cast<std::int32_t>(activity))];
        for (const std::size_t i : sessions) {
            const SessionId id = relations.session_order[i];
            const auto session = static_cast<std::size_t>(id.value());
            add({.session = id,
                 .first = tables.sessions.first_day[session],
                 .last = tables.sessions.last_day[session],
                 .cost = tables.sessions.cost[session]});
        }
        if (sessions.size() > 0) continue;
        const std::chrono::days length(tables.activities.days[activity] - 1);
        for (const Period& period : periods) {
            const Date first = std::max(period.first, valid_from);
            if (first < period.end) add({.first = first, .last = first + length, .cost = missing<Money>()});
        }
    }
    first_offering.push_back(static_cast<std::int32_t>(offerings.size()));

    std::vector<std::int32_t> seat_of(tables.sessions.size(), -1);
    for (std::size_t session = 0; session < tables.sessions.size(); ++session) {
        if (is_missing(tables.sessions.seats[session])) continue;
        if (tables.sessions.first_day[session] < start || tables.sessions.last_day[session] >= end) continue;
        seat_of[session] = static_cast<std::int32_t>(capacity.size());
        capacity.push_back(tables.sessions.seats[session]);
        seat_session.push_back(SessionId(static_cast<std::int32_t>(session)));
    }
    for (Offering& offering : offerings)
        if (offering.session) offering.seat = seat_of[offering.session.value()];
    for (const Offering& offering : offerings)
        tolls.push_back({offering.share,
                         {static_cast<double>(offering.fund_part), static_cast<double>(offering.fund_part_alone)},
                         offering.seat >= 0 ? 1.0 : 0.0,
                         std::max(0, offering.seat)});

    risks_of_person = Groups<PersonTag>(risks.person, organization.people().size());

    const auto teaches = [&](std::size_t row) {
        return tables.outcomes.uplift[row] > 0 && tables.outcomes.probability[row] > 0;
    };
    first_teaching.assign(organization.capabilities().size() + 1, 0);
    for (std::size_t row = 0; row < tables.outcomes.size(); ++row)
        first_teaching[tables.outcomes.capability[row].value() + 1] += teaches(row);
    for (std::size_t i = 1; i < first_teaching.size(); ++i) first_teaching[i] += first_teaching[i - 1];
    teachings.resize(first_teaching.back());
    std::vector<std::int32_t> next(first_teaching.begin(), first_teaching.end() - 1);
    for (std::size_t row = 0; row < tables.outcomes.size(); ++row)
        if (teaches(row))
            teachings[next[tables.outcomes.capability[row].value()]++] = {
                tables.outcomes.activity[row], tables.outcomes.uplift[row], tables.outcomes.up_to[row],
                tables.outcomes.probability[row]};
    for (std::size_t row = 0; row < tables.programs.size(); ++row)
        programs_share = programs_share || !is_missing(tables.programs.account_share[row]) ||
                         !is_missing(tables.programs.employee_share[row]);

    order.resize(activities);
    for (std::size_t rank = 0; rank < activities; ++rank) {
        const ActivityId activity = relations.activity_order[rank];
        order[activity.value()] = static_cast<std::int32_t>(rank);
        if (relations.mandatory_of_activity[activity].size() > 0) mandatory.push_back(activity);
    }
    for (std::size_t c = 0; c + 1 < first_teaching.size(); ++c)
        std::sort(teachings.begin() + first_teaching[c], teachings.begin() + first_teaching[c + 1],
                  [&](const Teaching& a, const Teaching& b) {
                      return std::pair(a.up_to, order[a.activity.value()]) <
                             std::pair(b.up_to, order[b.activity.value()]);
                  });
    for (std::size_t i = 0; i < activities; ++i) {
        const ActivityId activity(static_cast<std::int32_t>(i));
        bool open = first_offering[i] < first_offering[i + 1] &&
                    relations.eligibility_of_activity[activity].size() == 0 &&
                    relations.prerequisites_of_activity[activity].size() == 0;
        for (const std::size_t row : relations.outcomes_of_activity[activity])
            open = open && is_missing(tables.outcomes.from_level[row]);
        open_to_all.push_back(open);
    }
}

std::int64_t money_step(const Catalog& catalog) {
    const Tables& tables = catalog.organization.tables();
    std::int64_t step = 0;
    const auto charged = [&](Money cost, double account_share, double employee_share) {
        const Money account = rounded_share(cost, account_share);
        const Money rest = cost - account - std::min(rounded_share(cost, employee_share), cost - account);
        step = std::gcd(std::gcd(step, rest.minor_units()), (rest + account).minor_units());
    };
    const auto cost_of = [&](std::size_t activity, Money cost) {
        if (is_missing(cost)) return;
        const double account = tables.activities.account_share[activity];
        const double employee = tables.activities.employee_share[activity];
        charged(cost, account, employee);
        for (std::size_t p = 0; p < tables.programs.size(); ++p)
            charged(cost, is_missing(tables.programs.account_share[p]) ? account : tables.programs.account_share[p],
                    is_missing(tables.programs.employee_share[p]) ? employee : tables.programs.employee_share[p]);
    };
    for (std::size_t a = 0; a < tables.activities.size(); ++a) cost_of(a, tables.activities.cost[a]);
    for (std::size_t s = 0; s < tables.sessions.size(); ++s)
        cost_of(static_cast<std::size_t>(tables.sessions.activity[s].value()), tables.sessions.cost[s]);
    return std::max<std::int64_t>(1, step);
}

std::vector<std::int64_t> usable_capacity(const Catalog& catalog) {
    const std::int64_t step = money_step(catalog);
    std::vector<std::int64_t> usable = catalog.capacity;
    for (std::int32_t fund = 0; fund < catalog.funds; ++fund) usable[fund] -= usable[fund] % step;
    return usable;
}

double Catalog::share(Date last) const {
    const auto horizon = (end - start).count();
    const auto effective = std::clamp((end - last).count() - 1, 0, horizon);
    return static_cast<double>(effective) / static_cast<double>(horizon);
}

std::int32_t Catalog::period_of(Date day) const {
    for (std::size_t i = 0; i < periods.size(); ++i)
        if (periods[i].first <= day && day < periods[i].end) return static_cast<std::int32_t>(i);
    return -1;
}

}  // namespace gradus
