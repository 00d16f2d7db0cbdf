#include "planning/verify_case.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace gradus::verification {

namespace {

std::size_t index(auto id) { return static_cast<std::size_t>(id.value()); }

template <class Row>
const Row* find(const std::vector<Row>& rows, ActivityId activity) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.activity == activity; });
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace

Case::Case(const Organization& of, const Risks& risk_rows, const Plan& plan)
    : organization(of), tables(of.tables()), risks(risk_rows), options(plan.options),
      as_of(is_missing(plan.as_of) ? risk_rows.provenance.as_of : plan.as_of),
      horizon(is_missing(plan.options.start) ? as_of + Date::duration(1) : plan.options.start, plan.options.months,
              plan.options.period_months),
      risks_of_person(risk_rows.person, of.people().size()), funds_of_unit(of.units().size()),
      teachers(of.capabilities().size()), rank(of.activities().size(), 0), fund_price(of.funds().size(), 0.0),
      seat_price(of.sessions().size(), 0.0), left_out(of.people().size()),
      previous(of, plan.options, horizon.start, horizon.end) {
    const Forest& forest = of.relations().funds;
    for (std::int32_t f = 0; f < static_cast<std::int32_t>(of.funds().size()); ++f) {
        const UnitId unit = tables.funds.unit[static_cast<std::size_t>(f)];
        (unit ? funds_of_unit[index(unit)] : funds_of_all).push_back(FundId(f));
    }
    std::stable_sort(funds_of_all.begin(), funds_of_all.end(),
                     [&](FundId a, FundId b) { return forest.depth(a.value()) > forest.depth(b.value()); });

    for (std::size_t i = 0; i < tables.outcomes.size(); ++i)
        teachers[index(tables.outcomes.capability[i])].push_back(tables.outcomes.activity[i]);

    std::int32_t place = 0;
    for (const ActivityId activity : of.relations().activity_order) rank[index(activity)] = place++;

    double minor = 1;
    for (int digit = 0; digit < of.relations().minor_digits; ++digit) minor *= 10;
    for (std::size_t i = 0; i < plan.resources.size(); ++i) {
        const bool fund = plan.resources.kind[i] == ResourceKind::fund;
        const ResourceId id = plan.resources.resource[i];
        const Strings* keys = plan.resources.resource.strings().get();
        const bool named = id && keys && index(id) < keys->size();
        resources.push_back(named ? (fund ? of.funds() : of.sessions()).find((*keys)[index(id)]) : -1);
        if (resources.back() < 0) continue;
        const auto at = static_cast<std::size_t>(resources.back());
        const double price = plan.resources.price[i];
        if (!(price >= 0) || !std::isfinite(price)) continue;  // which is a finding
        (fund ? fund_price : seat_price)[at] = fund ? price / minor : price;
    }
    for (const std::int32_t fund : forest.order())
        if (const std::int32_t parent = forest.parent(fund); parent >= 0)
            fund_price[static_cast<std::size_t>(fund)] += fund_price[static_cast<std::size_t>(parent)];

    const auto note = [&](Date day) {
        if (!is_missing(day)) changes.push_back(day);
    };
    for (std::size_t i = 0; i < tables.funds.size(); ++i)
        note(tables.funds.valid_from[i]), note(tables.funds.valid_to[i]);
    for (std::size_t i = 0; i < tables.programs.size(); ++i)
        note(tables.programs.valid_from[i]), note(tables.programs.valid_to[i]);
    std::sort(changes.begin(), changes.end());
    changes.erase(std::unique(changes.begin(), changes.end()), changes.end());

    for (std::size_t i = 0; i < plan.conflicts.size(); ++i) {
        const PersonId person = plan.conflicts.person[i];
        if (person && index(person) < left_out.size()) left_out[index(person)].push_back(plan.conflicts.activity[i]);
    }
}

Person::Person(const Case& all, PersonId person)
    : of(all), id(person), role(role_at(all.organization, person, all.as_of)),
      left(all.tables.people.left[index(person)]), hours(all.tables.people.hours[index(person)]) {
    const Relations& relations = of.organization.relations();
    const Tables& tables = of.tables;

    // Of several rows of one activity pinned wins, then completed, then declined; of several pins the one in progress,
    // then the latest.
    const Enrolments& enrolments = tables.enrolments;
    std::vector<std::size_t> pinned;
    for (const std::size_t row : relations.enrolments_of_person[person]) {
        const EnrolmentStatus status = enrolments.status[row];
        const Date date = enrolments.date[row];
        if (status == EnrolmentStatus::enrolled || status == EnrolmentStatus::in_progress) pinned.push_back(row);
        if (status == EnrolmentStatus::completed && (is_missing(date) || date <= of.as_of))
            completed.push_back(enrolments.activity[row]);
        if (status == EnrolmentStatus::declined) declined.push_back(enrolments.activity[row]);
    }
    std::sort(pinned.begin(), pinned.end(), [&](std::size_t a, std::size_t b) {
        const auto rank = [&](std::size_t row) {
            return std::tuple(enrolments.activity[row], enrolments.status[row], enrolments.date[row],
                              enrolments.session[row]);
        };
        return rank(a) < rank(b);
    });
    for (const std::size_t row : pinned) {
        Pin pin{enrolments.activity[row], enrolments.session[row], enrolments.date[row], missing<Date>()};
        if (pin.session) {
            pin.first = tables.sessions.first_day[index(pin.session)];
            pin.last = tables.sessions.last_day[index(pin.session)];
            if (is_missing(pin.last)) pin.last = pin.first;
        } else {
            if (is_missing(pin.first)) pin.first = of.horizon.start;
            pin.last = pin.first + Date::duration(tables.activities.days[index(pin.activity)] - 1);
        }
        if (!pins.empty() && pins.back().activity == pin.activity) pins.pop_back();
        pins.push_back(pin);
    }

    // Mandatory for everyone in scope who has not completed it; what is under way will be. The earliest due counts.
    for (std::size_t row = 0; row < tables.mandatory.size(); ++row) {
        const ActivityId activity = tables.mandatory.activity[row];
        if (has_completed(activity) || pin(activity) || !holds(of.organization, tables.mandatory.scope, row, id, role))
            continue;
        if (duties.empty() || duties.back().activity != activity) duties.push_back({activity, missing<Date>()});
        Date& due = duties.back().due;
        const Date other = tables.mandatory.due[row];
        if (is_missing(due) || (!is_missing(other) && other < due)) due = other;
    }

    const Forest& units = relations.units;
    const UnitId unit = tables.people.unit[index(person)];
    for (std::int32_t at = unit ? unit.value() : -1; at >= 0; at = units.parent(at)) {
        const auto& own = of.funds_of_unit[static_cast<std::size_t>(at)];
        funds.insert(funds.end(), own.begin(), own.end());
    }
    funds.insert(funds.end(), of.funds_of_all.begin(), of.funds_of_all.end());
}

const Pin* Person::pin(ActivityId activity) const { return find(pins, activity); }

const Duty* Person::duty(ActivityId activity) const { return find(duties, activity); }

bool Person::has_completed(ActivityId activity) const {
    return std::find(completed.begin(), completed.end(), activity) != completed.end();
}

bool Person::has_declined(ActivityId activity) const {
    return !has_completed(activity) && std::find(declined.begin(), declined.end(), activity) != declined.end();
}

bool Person::eligible(ActivityId activity) const {
    const Rows rows = of.organization.relations().eligibility_of_activity[activity];
    bool any = rows.size() == 0;
    for (const std::size_t row : rows) any |= holds(of.organization, of.tables.eligibility.scope, row, id, role);
    return any;
}

std::int32_t Person::too_low_for(ActivityId activity) const {
    for (const std::size_t outcome : of.organization.relations().outcomes_of_activity[activity]) {
        const double from = of.tables.outcomes.from_level[outcome];
        if (is_missing(from)) continue;
        for (const std::size_t row : of.risks_of_person[id])
            if (of.risks.capability[row] == of.tables.outcomes.capability[outcome] && of.risks.mean[row] < from - 1)
                return static_cast<std::int32_t>(row);
    }
    return -1;
}

double Person::probability(std::size_t outcome) const {
    const KindId kind = of.tables.activities.kind[index(of.tables.outcomes.activity[outcome])];
    double weight = 1;
    for (const std::size_t row : of.organization.relations().preferences_of_person[id])
        if (kind && of.tables.preferences.kind[row] == kind) weight = of.tables.preferences.weight[row];
    return std::min(1.0, of.tables.outcomes.probability[outcome] * weight);
}

}  // namespace gradus::verification
