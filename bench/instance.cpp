#include "instance.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "random.h"

namespace gradus::bench {
namespace {

std::string key(const char* prefix, int number) {
    std::string digits = std::to_string(number);
    return prefix + std::string(digits.size() < 7 ? 7 - digits.size() : 0, '0') + digits;
}

// All tables but funds; sessions have the given seats, or none limited.
std::vector<Input> tables_of(const Shape& shape, const std::vector<std::int64_t>* seats) {
    Random random(shape.seed);
    Input scales("scales"), capabilities("capabilities"), roles("roles"), requirements("requirements"), units("units"),
        people("people"), activities("activities"), outcomes("outcomes"), sessions("sessions");
    for (const char* level : {"one", "two", "three", "four", "five"})
        scales.row().set("scale", "s").set("level", level);
    for (int c = 0; c < shape.capabilities; ++c) capabilities.row().set("capability", key("C", c)).set("scale", "s");
    for (int r = 0; r < shape.roles; ++r) {
        roles.row().set("role", key("R", r));
        const int first = random.below(shape.capabilities);
        const int step = 1 + random.below(5);  // distinct while requirements × step < capabilities
        for (int k = 0; k < shape.requirements; ++k)
            requirements.row()
                .set("role", key("R", r))
                .set("capability", key("C", (first + k * step) % shape.capabilities))
                .set("level", static_cast<double>(2 + random.below(4)))
                .set("criticality", static_cast<double>(1 + random.below(5)));
    }
    units.row().set("unit", "top");
    for (int u = 0; u < shape.units; ++u) units.row().set("unit", key("U", u)).set("parent", "top");
    for (int p = 0; p < shape.people; ++p)
        people.row()
            .set("person", key("P", p))
            .set("role", key("R", random.below(shape.roles)))
            .set("unit", key("U", random.below(shape.units)))
            .set("hours", static_cast<double>(3 + random.below(4)));
    int session = 0;
    for (int a = 0; a < shape.activities; ++a) {
        activities.row()
            .set("activity", key("A", a))
            .set("hours", static_cast<double>(4 + 2 * random.below(9)))
            .set("cost", static_cast<double>(100 + 50 * random.below(30)))
            .set("days", 1 + random.below(30));
        const int count = 1 + random.below(3);
        const int base = random.below(shape.capabilities);
        for (int k = 0; k < count; ++k) {
            outcomes.row()
                .set("activity", key("A", a))
                .set("capability", key("C", (base + 7 * k) % shape.capabilities))
                .set("uplift", 0.25 * (1 + random.below(6)));
            const double probability = random.real(0.5, 1.0);
            const int up_to = 3 + random.below(3);
            if (!shape.certain) outcomes.set("probability", probability).set("up_to", static_cast<double>(up_to));
        }
        if (a % 2 == 0) {
            const int of_this = shape.sessions / ((shape.activities + 1) / 2) +
                                (a / 2 < shape.sessions % ((shape.activities + 1) / 2) ? 1 : 0);
            for (int k = 0; k < of_this; ++k, ++session) {
                const Date day =
                    std::chrono::sys_days(std::chrono::year(2026) / 4 / 1) + std::chrono::days(7 * random.below(40));
                sessions.row().set("session", key("S", session)).set("activity", key("A", a)).set("first_day", day);
                if (seats) sessions.set("seats", (*seats)[static_cast<std::size_t>(session)]);
            }
        }
    }
    return {scales, capabilities, roles, requirements, units, people, activities, outcomes, sessions};
}

Estimates beliefs(const Shape& shape, const Organization& organization, Date as_of) {
    Random random(shape.seed + 1000003);
    const Requirements& requirements = organization->requirements;
    const std::size_t people = organization->people.size();
    std::vector<PersonId> person;
    std::vector<CapabilityId> capability;
    std::vector<double> mean, sd;
    for (std::size_t p = 0; p < people; ++p)
        for (const std::size_t row : organization.relations().requirements_of_role[organization->people.role[p]]) {
            person.push_back(PersonId(static_cast<std::int32_t>(p)));
            capability.push_back(requirements.capability[row]);
            const double level = std::min(5.0, std::max(1.0, requirements.level[row] + random.real(-2.2, 0.8)));
            mean.push_back(std::round(level * 16) / 16);
            sd.push_back(shape.certain ? (random.real(), 0.0) : random.real(0.3, 0.8));
        }
    Estimates estimates;
    estimates.person.set(Buffer<PersonId>(person), organization.people().strings());
    estimates.capability.set(Buffer<CapabilityId>(capability), organization.capabilities().strings());
    estimates.mean.set(Buffer<double>(mean));
    estimates.sd.set(Buffer<double>(sd));
    estimates.ratings.set(Buffer<std::int32_t>(person.size(), 1));
    estimates.last.set(Buffer<Date>(person.size(), as_of));
    estimates.as_rated.set(Buffer<double>(mean));
    estimates.evidence.set(Buffer<double>(person.size(), 0.5));
    estimates.provenance.as_of = as_of;
    return estimates;
}

}  // namespace

Instance make_instance(const Shape& shape) {
    const Date as_of = std::chrono::sys_days(std::chrono::year(2026) / 3 / 31);
    OptimizeOptions options;
    options.period_months = shape.period_months;
    options.allow_overlap = true;

    std::vector<Input> inputs = tables_of(shape, nullptr);
    Input open("funds");  // without limit to speak of
    open.row().set("fund", "top").set("amount", 1e12);
    for (int u = 0; u < shape.units; ++u)
        open.row().set("fund", key("F", u)).set("parent", "top").set("unit", key("U", u)).set("amount", 1e12);
    inputs.push_back(open);
    const Organization all_free(inputs);
    const auto assess = [&](const Organization& organization) {
        return assess_risk(organization, find_gaps(organization, beliefs(shape, organization, as_of)));
    };
    OptimizeOptions loose = options;
    loose.gap = 0.01;
    const Plan demand = optimize(all_free, assess(all_free), loose);

    std::vector<std::int64_t> seats(static_cast<std::size_t>(shape.sessions), 0);
    std::vector<double> money(static_cast<std::size_t>(shape.units), 0);
    double total = 0;
    for (std::size_t i = 0; i < demand.items.size(); ++i) {
        if (demand.items.session[i]) ++seats[static_cast<std::size_t>(demand.items.session[i].value())];
        const double cost = static_cast<double>(demand.items.fund_cost[i].minor_units()) / 100;
        const std::string_view unit = all_free.units()[static_cast<std::size_t>(
            all_free->people.unit[static_cast<std::size_t>(demand.items.person[i].value())].value())];
        money[static_cast<std::size_t>(std::stoi(std::string(unit.substr(1))))] += cost;
        total += cost;
    }
    for (std::int64_t& s : seats) s = static_cast<std::int64_t>(std::floor(shape.seats * static_cast<double>(s)));
    inputs = tables_of(shape, &seats);
    Input funds("funds");
    funds.row().set("fund", "top").set("amount", std::floor(shape.money * total));
    for (int u = 0; u < shape.units; ++u)  // together a tenth more than there is, so that both levels bind
        funds.row()
            .set("fund", key("F", u))
            .set("parent", "top")
            .set("unit", key("U", u))
            .set("amount", std::floor((u % 2 == 0 ? 0.9 : 1.3) * shape.money * money[static_cast<std::size_t>(u)]));
    inputs.push_back(funds);
    const Organization organization(inputs);
    return {organization, assess(organization), options};
}

}  // namespace gradus::bench
