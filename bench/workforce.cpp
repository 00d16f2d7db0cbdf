#include "workforce.h"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "random.h"

namespace gradus::bench {

namespace {

constexpr int units = 1000, roles = 1000, capabilities = 500, objectives = 20, links = 10, levels = 5;
constexpr int rating_days = 730;  // before the day of the question

std::vector<std::string> keys(char prefix, int count, std::size_t digits) {
    std::vector<std::string> made;
    made.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        made.push_back(prefix + std::string(digits - number.size(), '0') + number);
    }
    return made;
}

/// What a role needs, by place among its requirements.
struct Needed {
    std::vector<std::int32_t> capability;
    std::vector<int> level;
};

/// One rating before it is put into columns; numbers stand for keys.
struct Ratings {
    std::vector<std::int32_t> person, capability, source, rater, date, level;

    void reserve(std::size_t rows) {
        for (auto* column : all()) column->reserve(rows);
    }
    void shuffle(Random& random) {
        std::vector<std::uint32_t> order(person.size());
        std::iota(order.begin(), order.end(), 0u);
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.next() % i]);
        for (auto* column : all()) {
            std::vector<std::int32_t> moved(order.size());
            for (std::size_t i = 0; i < order.size(); ++i) moved[i] = (*column)[order[i]];
            *column = std::move(moved);
        }
    }
    std::array<std::vector<std::int32_t>*, 6> all() { return {&person, &capability, &source, &rater, &date, &level}; }
};

Needed make_requirements(Random& random, const std::vector<std::string>& role,
                         const std::vector<std::string>& capability, Input& table) {
    Needed needed;
    for (const std::string& key : role) {
        const int first = random.below(capabilities);
        const int step = 1 + random.below(40);  // distinct, since 12 × 40 < 500
        for (int k = 0; k < Workforce::requirements; ++k) {
            needed.capability.push_back((first + k * step) % capabilities);
            needed.level.push_back(2 + random.below(levels - 1));
            table.row()
                .set("role", key)
                .set("capability", capability[static_cast<std::size_t>(needed.capability.back())])
                .set("level", needed.level.back())
                .set("max_level", std::min(levels, needed.level.back() + 1))
                .set("criticality", 1 + random.below(5));
        }
    }
    return needed;
}

Ratings make_ratings(Random& random, const Needed& needed, const std::vector<std::int32_t>& role_of) {
    const auto people = static_cast<int>(role_of.size());
    const std::int32_t last = as_of().time_since_epoch().count();
    Ratings ratings;
    ratings.reserve(role_of.size() * Workforce::requirements);
    for (int person = 0; person < people; ++person)
        for (int k = 0; k < Workforce::requirements; ++k) {
            const auto need =
                static_cast<std::size_t>(role_of[static_cast<std::size_t>(person)] * Workforce::requirements + k);
            const bool off_role = random.below(25) == 0;
            const int source = random.below(3);  // self, manager, peer
            ratings.person.push_back(person);
            ratings.capability.push_back(off_role ? random.below(capabilities) : needed.capability[need]);
            ratings.source.push_back(source);
            ratings.rater.push_back(source == 0 ? person : random.below(people));
            ratings.date.push_back(last - random.below(rating_days));
            ratings.level.push_back(std::clamp(needed.level[need] - 2 + random.below(4), 1, levels) - 1);
        }
    return ratings;
}

std::vector<std::int32_t> draw(Random& random, int rows, int below) {
    std::vector<std::int32_t> drawn(static_cast<std::size_t>(rows));
    for (std::int32_t& value : drawn) value = random.below(below);
    return drawn;
}

}  // namespace

Date as_of() { return std::chrono::sys_days(std::chrono::year(2026) / 3 / 31); }

Workforce::Workforce(int people, Form form, Order order) : ratings_(std::int64_t{people} * requirements) {
    Random random(1);
    const std::vector<std::string> person = keys('P', people, 7), role = keys('R', roles, 4),
                                   unit = keys('U', units, 4), capability = keys('C', capabilities, 4),
                                   objective = keys('O', objectives, 2),
                                   level = {"novice", "beginner", "competent", "proficient", "expert"};

    Input scale_table("scales"), capability_table("capabilities"), role_table("roles"), unit_table("units"),
        requirement_table("requirements"), objective_table("objectives"), link_table("objective_links");
    for (const std::string& label : level) scale_table.row().set("scale", "S").set("level", label);
    for (const std::string& key : capability) capability_table.row().set("capability", key).set("scale", "S");
    for (const std::string& key : role) role_table.row().set("role", key);
    for (const std::string& key : unit) unit_table.row().set("unit", key);
    for (const std::string& key : objective) {
        objective_table.row().set("objective", key).set("weight", 1 + random.below(5));
        const int first = random.below(capabilities);
        for (int k = 0; k < links; ++k)
            link_table.row()
                .set("objective", key)
                .set("capability", capability[static_cast<std::size_t>((first + 7 * k) % capabilities)])
                .set("strength", random.real(0.2, 1.0));
    }
    const Needed needed = make_requirements(random, role, capability, requirement_table);
    small_ = {scale_table, capability_table, role_table, unit_table, requirement_table, objective_table, link_table};

    std::vector<std::int32_t> every(person.size());
    std::iota(every.begin(), every.end(), 0);
    const std::vector<std::int32_t> role_of = draw(random, people, roles);
    people_.keys("person", every, person, form)
        .keys("role", role_of, role, form)
        .keys("unit", draw(random, people, units), unit, form);

    Ratings ratings = make_ratings(random, needed, role_of);
    if (order == Order::shuffled) ratings.shuffle(random);
    assessments_.keys("person", ratings.person, person, form)
        .keys("capability", ratings.capability, capability, form)
        .keys("source", ratings.source, {"self", "manager", "peer"}, form)
        .keys("rater", ratings.rater, person, form)
        .keys("level", ratings.level, level, form)
        .days("date", std::move(ratings.date));
}

std::vector<Input> Workforce::organization() const {
    std::vector<Input> inputs = small_;
    inputs.push_back(people_.input());
    return inputs;
}

namespace {

/// The object made of these arguments, from the last call if they were the same.
template <class T, class... Arguments>
const T& kept(Arguments... arguments) {
    static std::optional<std::tuple<Arguments...>> asked;
    static std::unique_ptr<const T> made;
    if (asked != std::tuple(arguments...)) {
        made.reset();
        made = std::make_unique<const T>(arguments...);
        asked = std::tuple(arguments...);
    }
    return *made;
}

/// Variances are given: what comes after estimates is measured.
EstimateOptions known() {
    EstimateOptions options{.as_of = as_of()};
    options.variances = {.person = 0.02,
                         .person_capability = 0.02,
                         .severity = {0.02, 0.01, 0.01, 0.01, 0.01, 0.01},
                         .halo = {0, 0.01, 0.01, 0.01, 0.01, 0.01},
                         .residual = {0.04, 0.02, 0.02, 0.02, 0.01, 0.02}};
    return options;
}

}  // namespace

Believed::Believed(const Workforce& workforce)
    : organization(workforce.organization()),
      estimates(estimate(organization, load_assessments(organization, workforce.assessments()), known())) {}

const Workforce& workforce(int people, Form form, Order order) { return kept<Workforce>(people, form, order); }
const Believed& believed(int people) { return kept<Believed>(people); }

}  // namespace gradus::bench
