#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gradus/gradus.h>

namespace gradus::bench {

/// What is scarce in an instance. All have money for `Scarcity::money` of what people would take if it were free; where
/// nothing else is said there is one period, no session, one fund of the organisation and one of each unit.
enum class Family : std::uint8_t {
    budgets,    ///< as just said
    seats,      ///< half of the activities have one session, all on the first day; overlap is allowed
    sessions,   ///< half of the activities have dated sessions of 20 seats, as many as the demand asks for
    tight,      ///< money for 0.05 of the demand
    tree,       ///< funds on four levels: organisation, divisions, departments, teams
    mandatory,  ///< about 30 % of the planned items are mandatory, by role
    quarters,   ///< four periods; half of the activities have four dated sessions, one in each period
};
constexpr std::string_view family_names[] = {"budgets", "seats", "sessions", "tight", "tree", "mandatory", "quarters"};

constexpr Family families[] = {Family::budgets, Family::seats,     Family::sessions, Family::tight,
                               Family::tree,    Family::mandatory, Family::quarters};

/// Everything else is drawn from `seed`. The activities and roles of one seed are the same for every size and family.
struct Shape {
    Family family = Family::budgets;
    bool certain = false;  ///< sd 0, probability 1, up_to the top; else sd 0.3 to 0.8, probability 0.5 to 1
    int people = 1000;
    std::uint64_t seed = 1;

    friend bool operator==(const Shape&, const Shape&) = default;
};

/// "seats/certain/1000", and back; none: no such name.
std::string name_of(const Shape& shape);
std::optional<Shape> shape_named(std::string_view name);

struct Instance {
    Organization organization;
    Risks risks;
    OptimizeOptions options;
};

/// An organisation whose funds and seats are shares of the demand at no price: 100 roles with 12 requirements each out of
/// 200 capabilities, 500 activities of which about 30 help a person, hours for a few of them, and an account of money that
/// pays a share of some.
Instance make_instance(const Shape& shape);

/// The same, kept while the same is asked for.
const Instance& instance(const Shape& shape);

}  // namespace gradus::bench
