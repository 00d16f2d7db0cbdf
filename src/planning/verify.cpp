#include <gradus/planning/verify.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
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
constexpr double first_effort = 20'000, effort_grows = 10;  // nodes of a person's search
constexpr double looked_at = 0.05, nearly_done = 0.98;      // of all the work: limits, and a first search for everyone

/// What everyone's choices come to.
struct Sums {
    double gains = 0;
    std::int64_t absent = 0;                 // items of the plan before
    std::int64_t lost = 0;                   // of those, of people who take no part
    std::vector<std::int64_t> funds, seats;  // used
    std::vector<PersonId> people;            // who take part
    std::vector<Best> known;                 // of these: their own choices
    std::vector<std::int64_t> missed;        // of these: items of the plan before that are absent if nothing is chosen
};

/// What everyone's best choices come to at the prices: no less than found, no more than bound.
struct Enclosure {
    double found = 0, bound = 0;
};

bool above(double a, double b) {  // also where one is not a number
    const double tolerance = 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
    return !(std::isinf(tolerance) ? a <= b : a <= b + tolerance);
}

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

Sums check_people(const Case& of, const Plan& plan, int threads, std::vector<Finding>& findings) {
    const std::size_t count = of.organization.people().size();
    const auto rows = rows_by_person(of, plan.items, findings);
    const Stated stated(plan.items);
    std::vector<Account> accounts(count);
    std::vector<std::vector<Finding>> found(count);
    parallel_for(static_cast<std::int64_t>(count), people_at_once, threads, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            const PersonId id(static_cast<std::int32_t>(i));
            const auto p = static_cast<std::size_t>(i);
            if (takes_part(of.organization, id, of.as_of))
                accounts[p] = check_items(Person(of, id), plan, stated, rows[p], found[p]);
        }
    });

    Sums sums;
    sums.funds.assign(of.organization.funds().size(), 0);
    sums.seats.assign(of.organization.sessions().size(), 0);
    const Forest& funds = of.organization.relations().funds;
    for (std::size_t p = 0; p < count; ++p) {
        const PersonId id(static_cast<std::int32_t>(p));
        const Account& account = accounts[p];
        findings.insert(findings.end(), found[p].begin(), found[p].end());
        const auto before = static_cast<std::int64_t>(of.previous.of(id).size());
        sums.gains += account.value;
        sums.absent += before - account.spared - account.kept;
        for (const SessionId session : account.seats) ++sums.seats[index(session)];
        for (const auto& [fund, amount] : account.funds)
            for (std::int32_t at = fund.value(); at >= 0; at = funds.parent(at))
                sums.funds[static_cast<std::size_t>(at)] += amount.minor_units();
        if (!takes_part(of.organization, id, of.as_of)) {
            sums.lost += before;
            continue;
        }
        Best own;
        if (found[p].empty()) {  // the plan's own choice is a first answer, if it is one that the person may make
            own.found = account.value + of.options.change_cost * static_cast<double>(account.spared) - account.charges;
            for (const std::size_t row : rows[p])
                own.shares.push_back(of.horizon.share_from(plan.items.last_day[row] + Date::duration(1)));
        }
        sums.people.push_back(id);
        sums.known.push_back(std::move(own));
        sums.missed.push_back(before - account.kept);
    }
    return sums;
}

/// Searches everyone's best choice at the prices; where that, with `rent`, leaves the bound above `stated`, again and longer.
Enclosure enclose(const Case& of, const Sums& sums, double rent, double stated, const VerifyOptions& options,
                  Control* control) {
    const auto cancelled = [&] { return control && control->cancelled(); };
    std::atomic<std::size_t> asked{0};  // in the first round, which is most of the work
    std::vector<Best> bests = sums.known;
    std::vector<std::size_t> open(bests.size());
    std::iota(open.begin(), open.end(), std::size_t{0});
    const double limit = 1e6 * options.work_limit;
    for (double effort = std::min(first_effort, limit);; effort = std::min(effort * effort_grows, limit)) {
        parallel_for(static_cast<std::int64_t>(open.size()), 1, options.threads, [&](std::int64_t i, std::int64_t) {
            if (cancelled()) return;
            const std::size_t p = open[static_cast<std::size_t>(i)];
            const Person person(of, sums.people[p]);
            ChoiceProblem problem = make_problem(person);
            bests[p] = search(problem, std::move(bests[p]), static_cast<std::int64_t>(effort));
            if (control)
                control->report(looked_at + (nearly_done - looked_at) * static_cast<double>(++asked) /
                                                static_cast<double>(bests.size()));
        });
        Enclosure all{rent, rent};
        for (std::size_t p = 0; p < bests.size(); ++p) {  // net of charges one by one: these may be large
            const double missed = of.options.change_cost * static_cast<double>(sums.missed[p]);
            all.found += bests[p].found - missed;
            all.bound += bests[p].bound - missed;
        }
        std::erase_if(open, [&](std::size_t p) { return bests[p].bound <= bests[p].found; });
        if (open.empty() || cancelled() || effort >= limit || !above(all.bound, stated) || above(all.found, stated))
            return all;
    }
}

/// The limits that people share (§3.8), and what plan.resources says of them. Returns Σ price × capacity, of which only
/// counts what charges can add up to.
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
    const std::int64_t common = common_charge(of.tables);
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
        const double more = value_at(plan.resources.one_more, row), fewer = value_at(plan.resources.one_fewer, row);
        if (!is_missing(more) && !(more >= 0 && more <= price))
            report("price", name + ": one_more is " + text(more) + ", expected 0 to its price " + text(price));
        if (!is_missing(fewer) && !(fewer >= price && std::isfinite(fewer)))
            report("price",
                   name + ": one_fewer is " + text(fewer) + ", expected its price " + text(price) + " or more");
        const std::int64_t idle = fund && common > 0 ? capacity % common : 0;
        rent += price * static_cast<double>(capacity - idle) / (fund ? minor : 1);
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

/// The one row of plan.certificate against what was found (§3.10); the true price_bound is no less than `least`.
void check_certificate(const Plan& plan, double value, double least, std::vector<Finding>& findings) {
    const auto report = [&](std::string_view limit, std::string message) {
        findings.push_back({limit, {}, {}, std::move(message)});
    };
    const PlanCertificate& certificate = plan.certificate;
    if (certificate.size() != 1)
        return report("certificate", "has " + std::to_string(certificate.size()) + " rows, expected one");
    const double stated_value = certificate.value[0], bound = certificate.bound[0],
                 price_bound = certificate.price_bound[0];
    if (!close(stated_value, value)) report("value", "value is " + text(stated_value) + ", expected " + text(value));
    if (above(value, bound)) report("bound", "bound is " + text(bound) + ", below the value " + text(value));
    if (above(bound, price_bound))
        report("bound", "bound is " + text(bound) + ", above price_bound " + text(price_bound));
    if (value_at(certificate.bound_kind, 0) == BoundKind::prices && !close(bound, price_bound))
        report("bound", "bound is " + text(bound) + ", expected price_bound " + text(price_bound));
    const double gap = (bound - stated_value) / std::max(std::abs(bound), 1e-9),
                 stated_gap = value_at(certificate.gap, 0);
    if (!is_missing(stated_gap) && !close(stated_gap, gap))
        report("gap", "gap is " + text(stated_gap) + ", expected " + text(gap));
    // A search that stops early may add its own bound, so the stated one may be a little larger.
    if (above(least, price_bound))
        report("price_bound",
               "price_bound is " + text(price_bound) + ", but choices were found that come to " + text(least));

    const PlanStatus status = certificate.status[0];
    const bool proven = std::isfinite(bound) && bound - stated_value <= 1e-9 * std::max(1.0, std::abs(bound));
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
                    const VerifyOptions& options, Control* control) {
    if (!(options.work_limit >= 0 && options.work_limit <= 1e6))
        throw Error(Code::invalid_option, "verify: work_limit must be from 0 to 1e6 (millions of nodes of a search)");
    check_keys(risks, risks.person, organization.people());
    check_keys(risks, risks.role, organization.roles());
    check_keys(risks, risks.capability, organization.capabilities());
    check_keys(plan.items, plan.items.person, organization.people());
    check_keys(plan.items, plan.items.activity, organization.activities());
    check_keys(plan.items, plan.items.session, organization.sessions());
    check_keys(plan.items, plan.items.fund, organization.funds());
    const Case of(organization, risks, plan);
    std::vector<Finding> findings;
    const Sums sums = check_people(of, plan, options.threads, findings);
    const double rent = check_resources(of, plan, sums, findings);
    if (control) control->report(looked_at);

    Verification verification;
    verification.value = sums.gains - of.options.change_cost * static_cast<double>(sums.absent);
    double least = -std::numeric_limits<double>::infinity();
    if (options.bound) {
        const double stated = plan.certificate.size() == 1 ? plan.certificate.price_bound[0] : missing<double>();
        const double lost = of.options.change_cost * static_cast<double>(sums.lost);
        const Enclosure all = enclose(of, sums, rent - lost, stated, options, control);
        least = all.found;
        verification.price_bound = all.bound;
        verification.confirmed = std::isfinite(all.bound) && !above(all.bound, stated);
    }
    check_certificate(plan, verification.value, least, findings);
    verification.violations = tabulate(organization, findings);
    if (control) control->report(1);
    return verification;
}

}  // namespace gradus
