#pragma once

#include <gradus/planning/desk.h>

namespace gradus {

/// What a plan's items serve, row by row from activity to objective. Sorted by person, last day, activity, capability, objective.
///
/// Each item's time, money and gain are split over its rows, so every sum counts everything once.
struct Trace : Table {
    Trace() : Table("trace", "What each item serves: the goal, the objectives it depends on, and its share of each") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who"}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "takes what"}};
    Column<Date> last_day{*this, {.name = "last_day", .meaning = "until when"}};
    Column<Reason> reason{*this, {.name = "reason", .meaning = "why the item is in the plan"}};
    Column<CapabilityId> capability{
        *this, {.name = "capability", .meaning = "goal of the person that it serves; none: no goal"}};
    Column<ObjectiveId> objective{
        *this, {.name = "objective", .meaning = "objective linked to the capability for the person; none: none is"}};
    Column<ObjectiveId> root{*this, {.name = "root", .meaning = "the highest objective above it"}};
    Column<std::string_view> path{*this, {.name = "path", .meaning = "the objective and those above it: a > b > c"}};
    Column<double> share{
        *this, {.name = "share", .unit = "share", .meaning = "of the item that counts here; 1 in all rows of an item"}};
    Column<double> gain{*this,
                        {.name = "gain", .unit = "exposure", .meaning = "part of the item's gain; in all, its gain"}};
    Column<Minutes> hours{*this, {.name = "hours", .unit = "hours", .meaning = "part of its time; in all, its time"}};
    Column<Money> cost{*this, {.name = "cost", .unit = "money", .meaning = "part of its cost; in all, its cost"}};
    Column<std::string_view> note{
        *this, {.name = "note", .meaning = "why it serves no goal, or that it serves one through what needs it"}};
};

/// What is being done for each objective, with everything below it. Sorted by objective; last, without one, what serves none.
///
/// The rows of objectives without a parent and the last row count everything in the plan once: gain, hours, cost.
struct ObjectiveTrace : Table {
    ObjectiveTrace() : Table("objective_trace", "What is being done for each objective, with everything below it") {}

    Column<ObjectiveId> objective{*this, {.name = "objective", .meaning = "the objective; none: what serves none"}};
    Column<ObjectiveId> parent{*this, {.name = "parent", .meaning = "objective it serves"}};
    Column<std::int32_t> people{*this, {.name = "people", .unit = "people", .meaning = "distinct people"}};
    Column<std::int32_t> goals{*this,
                               {.name = "goals", .unit = "goals", .meaning = "distinct goals: person and capability"}};
    Column<std::int32_t> activities{*this,
                                    {.name = "activities", .unit = "activities", .meaning = "distinct activities"}};
    Column<std::int32_t> items{*this, {.name = "items", .unit = "items", .meaning = "items, each once"}};
    Column<double> gain{*this,
                        {.name = "gain", .unit = "exposure", .meaning = "exposure removed, shared between objectives"}};
    Column<Minutes> hours{*this, {.name = "hours", .unit = "hours", .meaning = "time, shared between objectives"}};
    Column<Money> cost{*this, {.name = "cost", .unit = "money", .meaning = "money, shared between objectives"}};
    Column<Minutes> hours_whole{
        *this, {.name = "hours_whole", .unit = "hours", .meaning = "time of these items, each once and in whole"}};
    Column<Money> cost_whole{
        *this, {.name = "cost_whole", .unit = "money", .meaning = "money of these items, each once and in whole"}};
};

struct TraceOptions {
    PersonId person{};        ///< only this person's items; none: everyone's
    ObjectiveId objective{};  ///< only what serves this objective or one below it; none: everything
    int threads = 0;          ///< 0: all cores
};

/// From activity to goal, capability, objective and those above it; and, with `objective`, everything done for one.
///
/// An item's share of a capability is that of what it removes there; what is under way counts by what it removes; a
/// prerequisite without a gain of its own as what needs it. A capability's share of an objective is that of what the link
/// adds to the strategic weight: its strength × the weights of the objective and all above it, of several links the
/// strongest that holds for the person.
/// @throws Error unknown_key for a person or objective that the organisation does not have.
Trace trace_items(const Desk& desk, const TraceOptions& options = {});

/// What is being done for each objective and everything below it. What hours or cost are not known of counts as 0 here.
ObjectiveTrace trace_objectives(const Desk& desk, int threads = 0);

}  // namespace gradus
