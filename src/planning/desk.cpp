#include "planning/desk.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include <gradus/planning/remaining.h>

#include "assessment/stage.h"
#include "organization/rows.h"
#include "planning/describe.h"
#include "planning/earlier.h"
#include "planning/remaining.h"
#include "risk/learning.h"

namespace gradus {
namespace {

// Today's plan is what counts: what it replaced does not any more.
OptimizeOptions without_previous(OptimizeOptions options) {
    options.previous = nullptr;
    options.change_cost = 0;
    return options;
}

std::span<const PersonId> sorted_people(const PlanItems& items) { return {items.person.begin(), items.person.end()}; }

// Rows of one person in a table sorted by person.
Rows rows_of(const Column<PersonId>& people, PersonId person) {
    const auto [first, last] = std::equal_range(people.begin(), people.end(), person);
    return {static_cast<std::int32_t>(first - people.begin()), static_cast<std::int32_t>(last - people.begin())};
}

}  // namespace

Desk::Data::Data(const Organization& organization, const Risks& risks, const Plan& plan_)
    : plan(plan_), catalog(organization, risks, without_previous(plan_.options)) {
    check_keys(plan.items, plan.items.person, organization.people());
    check_keys(plan.items, plan.items.activity, organization.activities());
    check_keys(plan.items, plan.items.session, organization.sessions());
    check_keys(plan.items, plan.items.fund, organization.funds());
    for (std::size_t row = 0; row < plan.items.size(); ++row)
        if (!plan.items.person[row] || !plan.items.activity[row] || is_missing(plan.items.first_day[row]) ||
            is_missing(plan.items.last_day[row]))
            throw Error(Code::missing_value, "an item of a plan needs person, activity, first_day and last_day",
                        "items", static_cast<std::int64_t>(row) + 1);
    // A plan written by hand says neither which items are pinned nor has them in order.
    if (plan.items.reason.size() < plan.items.size() ||
        std::any_of(plan.items.reason.begin(), plan.items.reason.end(), [](Reason r) { return is_missing(r); }))
        describe(organization, risks, plan);
    rows_of_person_ = Groups<PersonTag>(sorted_people(plan.items), organization.people().size());

    seat_of_.assign(organization.sessions().size(), -1);
    for (std::size_t i = 0; i < catalog.seat_session.size(); ++i)
        seat_of_[static_cast<std::size_t>(catalog.seat_session[i].value())] =
            catalog.funds + static_cast<std::int32_t>(i);
    minor_ = std::pow(10.0, organization.relations().minor_digits);
    prices = prices_from(plan.resources, catalog);
    auto keys = std::make_shared<Strings>();
    for (std::size_t r = 0; r < catalog.capacity.size(); ++r)
        keys->push_back(
            r < static_cast<std::size_t>(catalog.funds)
                ? organization.funds()[r]
                : organization.sessions()[catalog.seat_session[r - static_cast<std::size_t>(catalog.funds)].value()]);
    resources = std::move(keys);

    left = catalog.capacity;
    add_uses({plan.items, 0, plan.items.size()}, missing<Date>(), -1, left);

    Digest all;
    for (const std::uint64_t part :
         {organization.digest(), risks.provenance.digest, plan.provenance.digest, digest_of(plan.items)})
        all.word(part);
    digest = all.value();
}

Holding Desk::Data::holding(PersonId person) const {
    const Rows rows = rows_of_person_[person];
    return {plan.items, static_cast<std::size_t>(rows.first), static_cast<std::size_t>(rows.last)};
}

void Desk::Data::add_uses(const Holding& holding, Date from, std::int64_t sign, std::vector<std::int64_t>& sums) const {
    for (std::size_t row = holding.first; row < holding.last; ++row)
        if (!holding.pinned(row) && holding.items.first_day[row] >= from)
            uses(holding.items, row, [&](std::int32_t resource, std::int64_t amount) {
                sums[static_cast<std::size_t>(resource)] += sign * amount;
            });
}

Desk::Data::Scratch::Scratch(const Data& data) : data_(data) {
    {
        const std::lock_guard lock(data.mutex_);
        if (!data.drawer_.empty()) {
            search_ = std::move(data.drawer_.back());
            data.drawer_.pop_back();
        }
    }
    if (!search_) search_ = std::make_unique<Search>(data.catalog);
}

Desk::Data::Scratch::~Scratch() {
    if (std::uncaught_exceptions() > errors_) return;
    search_->draft.offer.anew = nullptr;
    const std::lock_guard lock(data_.mutex_);
    try {
        data_.drawer_.push_back(std::move(search_));
    } catch (const std::bad_alloc&) {  // then the next answer makes its own
    }
}

Desk::Desk(const Organization& organization, const Risks& risks, const Plan& plan)
    : data_(std::make_shared<const Data>(organization, risks, plan)) {}

const Organization& Desk::organization() const { return data_->catalog.organization; }
const Risks& Desk::risks() const { return data_->catalog.risks; }
const Plan& Desk::plan() const { return data_->plan; }
std::uint64_t Desk::digest() const { return data_->digest; }

Asked::Asked(const Desk& desk, PersonId who, const PersonNow& now) : person(who), catalog_(desk.data().catalog) {
    const Organization& organization = desk.organization();
    if (!person || static_cast<std::size_t>(person.value()) >= organization.people().size())
        throw Error(Code::unknown_key, "there is no such person", "people", 0, "person");
    const auto name = [&] { return "'" + std::string(organization.people()[person.value()]) + "'"; };
    if (!takes_part(organization, person, catalog_.as_of))
        throw Error(Code::invalid_argument, "person " + name() + " takes no part on " + to_text(catalog_.as_of),
                    "people", person.value() + 1, "person");
    if (now.estimates && now.risks)
        throw Error(Code::invalid_option, "estimates and risks exclude each other: risks hold levels", "options", 0,
                    "risks");
    if (!is_missing(now.hours) && now.hours < Minutes(0))
        refuse_option("hours", static_cast<double>(now.hours.count()) / 60, "0 or more");
    if (now.remaining) {
        if (now.remaining->desk().digest() != desk.digest())
            throw Error(Code::invalid_argument, "remaining is of another plan", "options", 0, "remaining");
        now.remaining->data().look(person, held, left);
    } else {
        held = desk.data().holding(person);
        left = desk.data().left;
    }
    const Table* levels = now.estimates ? static_cast<const Table*>(now.estimates) : now.risks;
    find_day(now.at, levels);
    anew.at = at;
    anew.hours = now.hours;
    if (now.estimates) take(*now.estimates, now.credit_completed);
    if (now.risks) take(*now.risks);
    if (levels) anew.risks = &risks_;
}

void Asked::find_day(Date asked, const Table* levels) {
    at = catalog_.start;
    if (is_missing(asked)) {
        if (!levels || is_missing(levels->provenance.as_of)) return;
        const Date day = levels->provenance.as_of + Date::duration(1);
        if (day > at && day < catalog_.end) at = day;
        return;
    }
    if (asked < catalog_.start || asked >= catalog_.end)
        throw Error(Code::invalid_option,
                    "option at must lie within the plan's horizon, " + to_text(catalog_.start) + " to " +
                        to_text(catalog_.end - Date::duration(1)) + ", not " + to_text(asked),
                    "options", 0, "at");
    at = asked;
}

namespace {

void check_rows(const Organization& organization, const Table& table, PersonId person, Rows rows,
                const Column<CapabilityId>& capability, const Column<double>& mean, const Column<double>& sd) {
    const Relations& relations = organization.relations();
    if (rows.size() == 0 && (table.size() > 0 || table.name() == "estimates"))
        throw Error(Code::contradiction,
                    "the " + std::string(table.name()) + " have no row of person '" +
                        std::string(organization.people()[person.value()]) + "'",
                    std::string(table.name()), 0, "person");
    for (const std::size_t row : rows) {
        const auto c = static_cast<std::size_t>(capability[row].value());
        const auto refuse = [&](const char* column, double found, const std::string& expected) {
            throw Error(
                Code::unknown_level,
                to_text(found) + " of '" + std::string(organization.capabilities()[c]) + "', expected " + expected,
                std::string(table.name()), static_cast<std::int64_t>(row) + 1, column);
        };
        // Credit and sums of fractions may go past an end by a rounding error.
        const double room = 1e-9 * (relations.top[c] - relations.bottom[c]);
        if (!(mean[row] >= relations.bottom[c] - room && mean[row] <= relations.top[c] + room))
            refuse("mean", mean[row],
                   "a level on its scale, " + to_text(relations.bottom[c]) + " to " + to_text(relations.top[c]));
        if (!(sd[row] >= 0 && std::isfinite(sd[row]))) refuse("sd", sd[row], "a number, 0 or more");
    }
}

}  // namespace

// The person's rows of the plan's risks, with new levels where the estimates have some.
void Asked::take(const Estimates& estimates, bool credit) {
    const Organization& organization = catalog_.organization;
    const Risks& old = catalog_.risks;
    check_keys(estimates, estimates.person, organization.people());
    check_keys(estimates, estimates.capability, organization.capabilities());
    const Rows rows = rows_of(estimates.person, person);
    check_rows(organization, estimates, person, rows, estimates.capability, estimates.mean, estimates.sd);

    Credit learned(organization, catalog_.as_of, credit);
    learned.person(person);
    struct Level {
        CapabilityId capability;
        double mean, sd;
    };
    std::vector<Level> levels;
    for (const std::size_t row : rows) {
        const CapabilityId capability = estimates.capability[row];
        const bool rated = row >= estimates.ratings.size() || estimates.ratings[row] != 0;
        const Date last = row < estimates.last.size() ? estimates.last[row] : missing<Date>();
        levels.push_back({capability, estimates.mean[row] + learned.lift(capability, estimates.mean[row], rated, last),
                          estimates.sd[row]});
        // As credit counts only what was completed after the newest rating; without a day, a rating knows all that is over.
        if (rated) anew.reflected.push_back({capability, is_missing(last) ? at - Date::duration(1) : last});
    }

    const Rows of = catalog_.risks_of_person[person];
    const auto n = static_cast<std::size_t>(of.size());
    Buffer<PersonId> people(n, person);
    Buffer<Basis> basis(n);
    Buffer<RoleId> role(n);
    Buffer<CapabilityId> capability(n);
    Buffer<double> required(n), mean(n), sd(n), weight(n), impact(n);
    for (const std::size_t row : of) {
        const std::size_t i = row - static_cast<std::size_t>(of.first);
        basis[i] = old.basis[row];
        role[i] = row < old.role.size() ? old.role[row] : RoleId();
        capability[i] = old.capability[row];
        required[i] = old.required[row];
        weight[i] = old.weight[row];
        impact[i] = old.impact[row];
        const auto level = std::lower_bound(levels.begin(), levels.end(), capability[i],
                                            [](const Level& l, CapabilityId c) { return l.capability < c; });
        const bool anew_known = level != levels.end() && level->capability == capability[i];
        mean[i] = anew_known ? level->mean : old.mean[row];
        sd[i] = anew_known ? level->sd : old.sd[row];
    }
    risks_.person.set(std::move(people), organization.people().strings());
    risks_.basis.set(std::move(basis));
    risks_.role.set(std::move(role), organization.roles().strings());
    risks_.capability.set(std::move(capability), organization.capabilities().strings());
    risks_.required.set(std::move(required));
    risks_.mean.set(std::move(mean));
    risks_.sd.set(std::move(sd));
    risks_.weight.set(std::move(weight));
    risks_.impact.set(std::move(impact));
}

void Asked::take(const Risks& risks) {
    const Organization& organization = catalog_.organization;
    check_keys(risks, risks.person, organization.people());
    check_keys(risks, risks.role, organization.roles());
    check_keys(risks, risks.capability, organization.capabilities());
    const Rows rows = rows_of(risks.person, person);
    check_rows(organization, risks, person, rows, risks.capability, risks.mean, risks.sd);
    for (const std::size_t row : rows) anew.reflected.push_back({risks.capability[row], at - Date::duration(1)});

    const auto part = [&]<class T>(const Column<T>& from, Column<T>& to) {
        Buffer<T> values(static_cast<std::size_t>(rows.size()), missing<T>());
        if (from.size() > 0) std::copy_n(from.begin() + rows.first, rows.size(), values.begin());
        to.set(std::move(values), from.strings());
    };
    part(risks.person, risks_.person);
    part(risks.basis, risks_.basis);
    part(risks.role, risks_.role);
    part(risks.capability, risks_.capability);
    part(risks.required, risks_.required);
    part(risks.mean, risks_.mean);
    part(risks.sd, risks_.sd);
    part(risks.weight, risks_.weight);
    part(risks.impact, risks_.impact);
}

}  // namespace gradus
