#include <gradus/planning/verify.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>

#include "assessment/stage.h"
#include "base/parallel.h"
#include "planning/verify_case.h"
#include "planning/verify_items.h"
#include "planning/verify_problem.h"
#include "planning/verify_search.h"

namespace gradus {

using namespace verification;

namespace {

std::size_t index(auto id) { return static_cast<std::size_t>(id.value()); }

constexpr std::int64_t people_at_once = 16;

/// What everyone's choices come to.
struct Sums {
    double value = 0, found = 0, bound = 0;  // found and bound: of everyone's best at the prices
    double kept = 0;                         // by what is under way, whatever is chosen
    std::vector<std::int64_t> funds, seats;  // used
};

/// The rows of plan.items by person; items of nobody are findings.
std::vector<std::vector<std::size_t>> rows_by_person(const Case& of, const PlanItems& items,
                                                     std::vector<Finding>& findings) {
    std::vector<std::vector<std::size_t>> rows(of.organization.people().size());
    for (std::size_t row = 0; row < items.size(); ++row) {
        const PersonId person = items.person[row];
        if (!person || index(person) >= rows.size())
            findings.push_back({"eligibility", {}, {}, "an item is of nobody in this organisation"});
        else if (!takes_part(of.organization, person, of.as_of))
            findings.push_back({"eligibility",
                                person,
                                {},
                                std::string(of.key(person)) + ": has items and takes no part on " + text(of.as_of)});
        else
            rows[index(person)].push_back(row);
    }
    return rows;
}

Sums check_people(const Case& of, const Plan& plan, const VerifyOptions& options, std::vector<Finding>& findings) {
    const std::size_t count = of.organization.people().size();
    const auto rows = rows_by_person(of, plan.items, findings);
    const Stated stated(plan.items);
    std::vector<Account> accounts(count);
    std::vector<Best> bests(count);
    std::vector<std::vector<Finding>> found(count);
    parallel_for(static_cast<std::int64_t>(count), people_at_once, options.threads,
                 [&](std::int64_t first, std::int64_t last) {
                     for (std::int64_t i = first; i < last; ++i) {
                         const PersonId id(static_cast<std::int32_t>(i));
                         const auto p = static_cast<std::size_t>(i);
                         if (!takes_part(of.organization, id, of.as_of)) continue;
                         const Person person(of, id);
                         accounts[p] = check_items(person, plan, stated, rows[p], found[p]);
                         if (!options.bound) continue;
                         // The plan's own choice is a first answer, if it is one that the person may make.
                         const double own = found[p].empty() ? accounts[p].value + accounts[p].spared - accounts[p].charges
                                                             : -std::numeric_limits<double>::infinity();
                         ChoiceProblem problem = make_problem(person);
                         bests[p] = search(problem, own);
                     }
                 });

    Sums sums;
    sums.funds.assign(of.organization.funds().size(), 0);
    sums.seats.assign(of.organization.sessions().size(), 0);
    const Forest& funds = of.organization.relations().funds;
    for (std::size_t p = 0; p < count; ++p) {
        findings.insert(findings.end(), found[p].begin(), found[p].end());
        sums.value += accounts[p].value + accounts[p].spared + accounts[p].kept;
        sums.kept += accounts[p].kept;
        sums.found += bests[p].found;
        sums.bound += bests[p].bound;
        for (const SessionId session : accounts[p].seats) ++sums.seats[index(session)];
        for (const auto& [fund, amount] : accounts[p].funds)
            for (std::int32_t at = fund.value(); at >= 0; at = funds.parent(at))
                sums.funds[static_cast<std::size_t>(at)] += amount.minor_units();
    }
    return sums;
}

/// The limits that people share (§3.8), and what plan.resources says of them. Returns Σ price × capacity.
double check_resources(const Case& of, const Plan& plan, const Sums& sums, std::vector<Finding>& findings) {
    const auto report = [&](std::string_view limit, std::string message) {
        findings.push_back({limit, {}, {}, std::move(message)});
    };
    const int digits = of.organization.relations().minor_digits;
    double minor = 1;
    for (int digit = 0; digit < digits; ++digit) minor *= 10;
    const auto& funds = of.tables.funds;
    const auto& sessions = of.tables.sessions;
    for (std::size_t f = 0; f < sums.funds.size(); ++f)
        if (sums.funds[f] > funds.amount[f].minor_units())
            report("fund", "fund " + std::string(of.key(FundId(static_cast<std::int32_t>(f)))) + " is charged " +
                               text(Money(sums.funds[f]), digits) + ", it has " + text(funds.amount[f], digits));
    for (std::size_t s = 0; s < sums.seats.size(); ++s)
        if (!is_missing(sessions.seats[s]) && sums.seats[s] > sessions.seats[s])
            report("seats", "session " + std::string(of.key(SessionId(static_cast<std::int32_t>(s)))) + " takes " +
                                std::to_string(sums.seats[s]) + " of " + std::to_string(sessions.seats[s]) + " seats");

    double rent = 0;
    std::set<std::pair<ResourceKind, std::size_t>> listed;
    for (std::size_t row = 0; row < plan.resources.size(); ++row) {
        const ResourceKind kind = plan.resources.kind[row];
        const bool fund = kind == ResourceKind::fund;
        const std::int32_t id = of.resources[row];
        const auto r = static_cast<std::size_t>(id);
        if (id < 0 || (!fund && is_missing(sessions.seats[r]))) {
            report("resources", "a row of resources names no fund and no session with limited seats");
            continue;
        }
        const std::string name =
            fund ? "fund " + std::string(of.key(FundId(id))) : "session " + std::string(of.key(SessionId(id)));
        if (!listed.insert({kind, r}).second) report("resources", name + " is listed twice");
        const std::int64_t capacity = fund ? funds.amount[r].minor_units() : sessions.seats[r];
        const std::int64_t used = fund ? sums.funds[r] : sums.seats[r];
        const auto compare = [&](const char* what, Amount stated, std::int64_t expected) {
            if (!is_missing(stated) && stated.units() != expected)
                report("resources", name + ": " + what + " is " + std::to_string(stated.units()) + ", expected " +
                                        std::to_string(expected) + (fund ? " (minor units)" : " (seats)"));
        };
        compare("capacity", value_at(plan.resources.capacity, row), capacity);
        compare("used", value_at(plan.resources.used, row), used);
        const double price = plan.resources.price[row];
        if (!(price >= 0) || !std::isfinite(price)) {
            report("price", name + " has price " + text(price) + ", expected 0 or more");
            continue;
        }
        if (row < plan.resources.binding.size() && plan.resources.binding[row] != (price > 0))
            report("price",
                   name + " has price " + text(price) + " and is called " + (price > 0 ? "not binding" : "binding"));
        rent += price * static_cast<double>(capacity) / (fund ? minor : 1);
    }
    for (std::size_t f = 0; f < sums.funds.size(); ++f)
        if (!listed.contains({ResourceKind::fund, f}))
            report("resources", "fund " + std::string(of.key(FundId(static_cast<std::int32_t>(f)))) + " is not listed");
    for (std::size_t s = 0; s < sums.seats.size(); ++s)
        if (!is_missing(sessions.seats[s]) && sessions.first_day[s] >= of.horizon.start &&
            sessions.last_day[s] < of.horizon.end && !listed.contains({ResourceKind::session, s}))
            report("resources",
                   "session " + std::string(of.key(SessionId(static_cast<std::int32_t>(s)))) + " is not listed");
    return rent;
}

/// The one row of plan.certificate against what was found (§3.10); `lower` and `upper` enclose the true price_bound.
void check_certificate(const Plan& plan, double value, bool bounded, double lower, double upper,
                       std::vector<Finding>& findings) {
    const auto report = [&](std::string_view limit, std::string message) {
        findings.push_back({limit, {}, {}, std::move(message)});
    };
    const PlanCertificate& certificate = plan.certificate;
    if (certificate.size() != 1)
        return report("certificate", "has " + std::to_string(certificate.size()) + " rows, expected one");
    const double stated_value = certificate.value[0], bound = certificate.bound[0],
                 price_bound = certificate.price_bound[0];
    if (!close(stated_value, value)) report("value", "value is " + text(stated_value) + ", expected " + text(value));
    const auto above = [](double a, double b, double tolerance) {  // also where one is not a number
        return !(a <= b + tolerance * std::max({1.0, std::abs(a), std::abs(b)}));
    };
    if (above(value, bound, 1e-9)) report("bound", "bound is " + text(bound) + ", below the value " + text(value));
    if (above(bound, price_bound, 1e-9))
        report("bound", "bound is " + text(bound) + ", above price_bound " + text(price_bound));
    if (value_at(certificate.bound_kind, 0) == BoundKind::prices && !close(bound, price_bound))
        report("bound", "bound is " + text(bound) + ", expected price_bound " + text(price_bound));
    const double gap = (bound - stated_value) / std::max(std::abs(bound), 1e-9),
                 stated_gap = value_at(certificate.gap, 0);
    if (!is_missing(stated_gap) && !close(stated_gap, gap))
        report("gap", "gap is " + text(stated_gap) + ", expected " + text(gap));
    if (bounded) {
        // A search that stops early may add its own bound, so the stated one may be a little larger.
        if (above(lower, price_bound, 1e-9))
            report("price_bound", "price_bound is " + text(price_bound) + ", at these prices it is " + text(upper));
        else if (above(upper, price_bound, 1e-9))
            report("price_bound", "price_bound is " + text(price_bound) +
                                      " and could not be confirmed: it lies between " + text(lower) + " and " +
                                      text(upper));
    }

    const PlanStatus status = certificate.status[0];
    const auto proven = bound - stated_value <= 1e-9 * std::max(1.0, std::abs(bound));
    if ((status == PlanStatus::conflicts) != (plan.conflicts.size() > 0))
        report("status", plan.conflicts.size() > 0 ? "mandatory items are left out, and status is not conflicts"
                                                   : "status is conflicts, and none is listed");
    if (status == PlanStatus::optimal && !proven) report("status", "status is optimal, and bound is above value");
    if (status == PlanStatus::within_gap && gap > plan.options.gap * (1 + 1e-9))
        report("status", "status is within_gap, and the gap is " + text(gap));
    std::set<PersonId> people(plan.items.person.begin(), plan.items.person.end());
    const auto count = [&](const char* what, std::int32_t stated, std::size_t expected) {
        if (!is_missing(stated) && stated != static_cast<std::int32_t>(expected))
            report("certificate",
                   std::string(what) + " is " + std::to_string(stated) + ", expected " + std::to_string(expected));
    };
    count("people", value_at(certificate.people, 0), people.size());
    count("items", value_at(certificate.items, 0), plan.items.size());
    count("conflicts", value_at(certificate.conflicts, 0), plan.conflicts.size());
}

Violations tabulate(const Organization& organization, const std::vector<Finding>& findings) {
    auto limits = std::make_shared<Strings>(), messages = std::make_shared<Strings>();
    Buffer<PersonId> people(findings.size());
    Buffer<ActivityId> activities(findings.size());
    for (std::size_t i = 0; i < findings.size(); ++i) {
        limits->push_back(findings[i].limit);
        messages->push_back(findings[i].message);
        people[i] = findings[i].person;
        activities[i] = findings[i].activity;
    }
    Violations violations;
    violations.limit.set(std::move(limits));
    violations.person.set(std::move(people), organization.people().strings());
    violations.activity.set(std::move(activities), organization.activities().strings());
    violations.message.set(std::move(messages));
    return violations;
}

}  // namespace

Verification verify(const Organization& organization, const Risks& risks, const Plan& plan,
                    const VerifyOptions& options) {
    check_keys(risks, risks.person, organization.people());
    check_keys(risks, risks.role, organization.roles());
    check_keys(risks, risks.capability, organization.capabilities());
    check_keys(plan.items, plan.items.person, organization.people());
    check_keys(plan.items, plan.items.activity, organization.activities());
    check_keys(plan.items, plan.items.session, organization.sessions());
    check_keys(plan.items, plan.items.fund, organization.funds());
    const Case of(organization, risks, plan);
    std::vector<Finding> findings;
    Sums sums = check_people(of, plan, options, findings);
    const double absent = of.options.change_cost * static_cast<double>(of.previous.size());
    sums.value -= absent;
    const double rent = check_resources(of, plan, sums, findings) + sums.kept - absent;
    check_certificate(plan, sums.value, options.bound, sums.found + rent, sums.bound + rent, findings);

    Verification verification;
    verification.violations = tabulate(organization, findings);
    verification.value = sums.value;
    verification.price_bound = options.bound ? sums.bound + rent : std::numeric_limits<double>::quiet_NaN();
    return verification;
}

}  // namespace gradus
