#pragma once

#include <gradus/assessment/estimate.h>
#include <gradus/planning/goal.h>

namespace gradus {

/// The five letters of SMART.
enum class Letter : std::uint8_t { specific, measurable, achievable, relevant, time_bound };
template <>
struct Words<Letter> {
    static constexpr std::string_view names[] = {"specific", "measurable", "achievable", "relevant", "time_bound"};
};

/// What goals lack of being SMART: five rows for each goal, in the order of the goals and of the letters.
struct GoalChecks : Table {
    GoalChecks() : Table("goal_checks", "What goals lack of being SMART: five rows for each, one per letter") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whose goal"}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "what is improved; none: not given"}};
    Column<Letter> letter{*this, {.name = "letter", .meaning = "which of the five"}};
    Column<bool> met{*this, {.name = "met", .meaning = "nothing is missing"}};
    Column<std::string_view> fields{
        *this, {.name = "fields", .meaning = "columns of goals or milestones that lack something"}};
    Column<std::string_view> missing{*this, {.name = "missing", .meaning = "what is missing, in words"}};
};

struct CheckOptions {
    /// Ratings, to know whether the source of a goal has ever rated the capability; null: no source is known.
    const Assessments* assessments = nullptr;
    /// Levels of capabilities that nobody requires of the person; null: of these no level is known.
    const Estimates* estimates = nullptr;
    double min_probability = 0.5;  ///< as in GoalOptions
    double sure = 0.95;            ///< as in GoalOptions
    /// The horizon in which time and money count, as in OptimizeOptions.
    Date start = missing<Date>();
    int months = 12;
    int period_months = 3;
    int threads = 0;  ///< 0: all cores
};

/// Judges goals by their fields, not by their prose; what is absent is missing, not wrong.
///
/// Specific: a capability, and a level of it above the one believed, or not yet `sure`. Measurable: a source that has rated
/// the capability by as_of. Achievable: a probability of at least `min_probability`; hours no more than the person has in
/// the periods that begin before the due date; cost no more than the fund that reaches the person and the money accounts
/// have (what other goals take is not counted). Relevant: the objective given depends on the capability for this person, it
/// or one below it; without one, a role, a target role or a personal goal wants the capability, or some objective does.
/// Time-bound: a due date after as_of and after the last activity ends; milestones within it and in order of their numbers,
/// a re-assessment not before the due date nor before anything else.
/// @throws Error invalid_option; contradiction where a table is of another organisation.
GoalChecks check_goals(const Organization& organization, const Risks& risks, const Goals& goals,
                       const Milestones& milestones, const CheckOptions& options = {});

}  // namespace gradus
