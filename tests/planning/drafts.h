#pragma once

// Plans written by hand, for the tests of verify.

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gradus/planning/verify.h>

#include "organization/tables.h"

namespace gradus {

/// One item as text; "" is a missing cell.
struct DraftItem {
    std::string person, activity, session, first, last;
    std::string period{}, hours{}, cost{}, fund{}, fund_cost{}, account_cost{}, employee_cost{}, gain{}, reason{};
};

struct DraftResource {
    std::string kind, resource;
    double capacity, used, price;  // in currency units or seats
    double one_more = missing<double>(), one_fewer = missing<double>();
};

/// A plan and all that it was made of.
struct Sketch {
    std::map<std::string, Cells, std::less<>> tables;
    Cells risks;  // person, capability, required, mean, sd, impact, weight
    std::vector<DraftItem> items;
    std::vector<DraftResource> resources;
    std::vector<std::pair<std::string, std::string>> conflicts;
    OptimizeOptions options;
    PlanStatus status = PlanStatus::work_limit;
    double value = 0, bound = 0, price_bound = 0;

    Organization organization() const {
        std::vector<Literal> literals;
        for (const auto& [name, cells] : tables) literals.push_back({name, cells});
        return build(literals);
    }

    Risks risk_rows(const Organization& of) const {
        Input rows("risks");
        for (std::size_t r = 1; r < risks.size(); ++r) {
            rows.row()
                .set("basis", "role")
                .set("role", "R")
                .set("likelihood", 1)
                .set("shortfall", 1)
                .set("criticality", 3);
            for (std::size_t c = 0; c < risks[0].size(); ++c) rows.set(risks[0][c], risks[r][c]);
        }
        return load_risks(of, rows, day("2026-03-31"), 1);
    }

    Plan plan(const Organization& of) const {
        Plan plan;
        plan.options = options;
        plan.as_of = day("2026-03-31");
        const std::size_t n = items.size();
        const auto fill = [&](auto& column, std::string DraftItem::*member, auto&& read, auto keys) {
            using T = std::decay_t<decltype(read(std::string()))>;
            Buffer<T> values(n, missing<T>());
            for (std::size_t i = 0; i < n; ++i)
                if (!(items[i].*member).empty()) values[i] = read(items[i].*member);
            column.set(std::move(values), keys);
        };
        const std::shared_ptr<const Strings> none;
        const auto cents = [](const std::string& text) { return Money(std::llround(std::stod(text) * 100)); };
        const auto date = [](const std::string& text) { return day(text); };
        fill(
            plan.items.person, &DraftItem::person, [&](const std::string& k) { return PersonId(of.people().find(k)); },
            of.people().strings());
        fill(
            plan.items.activity, &DraftItem::activity,
            [&](const std::string& k) { return ActivityId(of.activities().find(k)); }, of.activities().strings());
        fill(
            plan.items.session, &DraftItem::session,
            [&](const std::string& k) { return SessionId(of.sessions().find(k)); }, of.sessions().strings());
        fill(
            plan.items.fund, &DraftItem::fund, [&](const std::string& k) { return FundId(of.funds().find(k)); },
            of.funds().strings());
        fill(plan.items.first_day, &DraftItem::first, date, none);
        fill(plan.items.last_day, &DraftItem::last, date, none);
        fill(
            plan.items.period, &DraftItem::period, [](const std::string& t) { return std::int32_t(std::stoi(t)); },
            none);
        fill(
            plan.items.hours, &DraftItem::hours,
            [](const std::string& t) { return Minutes(std::llround(std::stod(t) * 60)); }, none);
        fill(plan.items.cost, &DraftItem::cost, cents, none);
        fill(plan.items.fund_cost, &DraftItem::fund_cost, cents, none);
        fill(plan.items.account_cost, &DraftItem::account_cost, cents, none);
        fill(plan.items.employee_cost, &DraftItem::employee_cost, cents, none);
        fill(
            plan.items.gain, &DraftItem::gain, [](const std::string& t) { return std::stod(t); }, none);
        fill(
            plan.items.reason, &DraftItem::reason,
            [](const std::string& t) {
                const auto& words = Words<Reason>::names;
                return static_cast<Reason>(std::find(std::begin(words), std::end(words), t) - std::begin(words));
            },
            none);

        const std::size_t r = resources.size();
        Buffer<ResourceKind> kind(r);
        Buffer<ResourceId> resource(r);
        Buffer<Amount> capacity(r), used(r);
        Buffer<double> price(r), one_more(r), one_fewer(r);
        Buffer<bool> binding(r);
        auto keys = std::make_shared<Strings>();
        for (std::size_t i = 0; i < r; ++i) {
            const bool fund = resources[i].kind == "fund";
            const double unit = fund ? 100 : 1;
            kind[i] = fund ? ResourceKind::fund : ResourceKind::session;
            resource[i] = ResourceId(static_cast<std::int32_t>(i));
            keys->push_back(resources[i].resource);
            capacity[i] = Amount(std::llround(resources[i].capacity * unit));
            used[i] = resources[i].used < 0 ? missing<Amount>() : Amount(std::llround(resources[i].used * unit));
            price[i] = resources[i].price;
            one_more[i] = resources[i].one_more;
            one_fewer[i] = resources[i].one_fewer;
            binding[i] = price[i] > 0;
        }
        plan.resources.kind.set(std::move(kind));
        plan.resources.resource.set(std::move(resource), keys);
        plan.resources.capacity.set(std::move(capacity));
        plan.resources.used.set(std::move(used));
        plan.resources.price.set(std::move(price));
        plan.resources.one_more.set(std::move(one_more));
        plan.resources.one_fewer.set(std::move(one_fewer));
        plan.resources.binding.set(std::move(binding));

        Buffer<PersonId> person(conflicts.size());
        Buffer<ActivityId> activity(conflicts.size());
        for (std::size_t i = 0; i < conflicts.size(); ++i) {
            person[i] = PersonId(of.people().find(conflicts[i].first));
            activity[i] = ActivityId(of.activities().find(conflicts[i].second));
        }
        plan.conflicts.person.set(std::move(person), of.people().strings());
        plan.conflicts.activity.set(std::move(activity), of.activities().strings());

        plan.certificate.status.set(Buffer<PlanStatus>(1, conflicts.empty() ? status : PlanStatus::conflicts));
        plan.certificate.value.set(Buffer<double>(1, value));
        plan.certificate.bound.set(Buffer<double>(1, bound));
        plan.certificate.gap.set(Buffer<double>(1, (bound - value) / std::max(std::abs(bound), 1e-9)));
        plan.certificate.bound_kind.set(
            Buffer<BoundKind>(1, bound == price_bound ? BoundKind::prices : BoundKind::search));
        plan.certificate.price_bound.set(Buffer<double>(1, price_bound));
        return plan;
    }

    Verification check(VerifyOptions options_of = {.bound = false, .threads = 1}) const {
        const Organization of = organization();
        return verify(of, risk_rows(of), plan(of), options_of);
    }

    /// The words of all violations, with the value as it is and a bound that fits.
    std::string words() const {
        Sketch honest = *this;
        honest.value = check().value;
        honest.bound = honest.price_bound = honest.value + 1;
        return listed(honest.check());
    }

    /// The words of all violations, each of which the column's description names.
    static std::string listed(const Verification& verification) {
        const auto& limit = verification.violations.limit;
        std::string all;
        for (std::size_t i = 0; i < verification.violations.size(); ++i) {
            EXPECT_NE(limit.field().meaning.find(limit[i]), std::string_view::npos) << limit[i];
            all += (i ? " " : "") + std::string(limit[i]);
        }
        return all;
    }
};

/// Two people, a year from 2026-04-01 in quarters, and a good plan. A position of shortfall weighs 1.
inline Sketch good() {
    Sketch draft;
    draft.tables = {
        {"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}, {"S", "3"}, {"S", "4"}, {"S", "5"}}},
        {"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}, {"C", "S"}}},
        {"roles", {{"role"}, {"R"}, {"T"}}},
        {"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "B", "4"}}},
        {"units", {{"unit", "parent"}, {"top", ""}, {"u", "top"}}},
        {"people", {{"person", "role", "unit", "hours", "left"}, {"p", "R", "u", "10", ""}, {"q", "R", "", "", ""}}},
        {"activities",
         {{"activity", "kind", "hours", "cost", "days", "account_share"},
          {"a", "course", "6", "100", "31", ""},
          {"b", "coaching", "4", "50", "", ""},
          {"c", "course", "2", "0", "", ""},
          {"m", "reading", "1", "0", "", ""},
          {"w", "mentoring", "3", "40", "10", ""}}},
        {"outcomes",
         {{"activity", "capability", "uplift"}, {"a", "A", "1"}, {"b", "B", "1"}, {"c", "A", "1"}, {"w", "C", "1"}}},
        {"activity_prerequisites", {{"activity", "prerequisite"}, {"c", "a"}}},
        {"sessions",
         {{"session", "activity", "first_day", "last_day", "seats"},
          {"s1", "b", "2026-07-01", "2026-07-02", "1"},
          {"s2", "b", "2026-07-02", "2026-07-02", ""}}},
        {"mandatory", {{"activity", "due"}, {"m", "2026-06-30"}}},
        {"enrolments", {{"person", "activity", "status", "date"}, {"p", "w", "enrolled", "2026-04-10"}}},
        {"funds", {{"fund", "amount", "parent", "unit"}, {"f", "200", "all", "top"}, {"all", "250", "", ""}}},
    };
    draft.risks = {{"person", "capability", "required", "mean", "sd", "impact"},
                   {"p", "A", "4", "2", "0", "4"},
                   {"p", "B", "4", "3", "0", "4"},
                   {"q", "A", "4", "3", "0", "4"}};
    draft.items = {{"p", "m", "", "2026-04-01", "2026-04-01"},   {"p", "w", "", "2026-04-10", "2026-04-19"},
                   {"p", "a", "", "2026-04-01", "2026-05-01"},   {"p", "c", "", "2026-05-02", "2026-05-02"},
                   {"p", "b", "s1", "2026-07-01", "2026-07-02"}, {"q", "m", "", "2026-04-01", "2026-04-01"},
                   {"q", "a", "", "2026-04-01", "2026-05-01"}};
    draft.resources = {{"fund", "all", 250, -1, 0}, {"fund", "f", 200, -1, 0}, {"session", "s1", 1, -1, 0}};
    draft.options.start = day("2026-04-01");
    return draft;
}

}  // namespace gradus
