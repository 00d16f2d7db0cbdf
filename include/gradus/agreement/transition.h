#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <gradus/base/table.h>

namespace gradus {

/// Where a plan is in its life. `employee_agreed` and `manager_agreed`: one of the two has agreed, and the other has not yet.
enum class PlanState : std::uint8_t {
    draft,
    proposed,
    employee_agreed,
    manager_agreed,
    agreed,
    active,
    reviewed,
    closed,
    declined,
    withdrawn,
    superseded
};
template <>
struct Words<PlanState> {
    static constexpr std::string_view names[] = {"draft",    "proposed",  "employee_agreed", "manager_agreed",
                                                 "agreed",   "active",    "reviewed",        "closed",
                                                 "declined", "withdrawn", "superseded"};
};

/// What may happen to a plan, to one of its items, or to the seats of a session.
enum class PlanEvent : std::uint8_t {
    draft,          ///< it is written down
    change,         ///< its items and goals are replaced
    propose,        ///< it is laid before employee and manager
    agree,          ///< one of the two agrees
    decline,        ///< one of the two says no
    withdraw,       ///< it is given up, with all that is not under way
    supersede,      ///< a newer plan that names it is agreed
    name_advisor,   ///< somebody may advise
    comment,        ///< somebody says something
    start,          ///< it is carried out from now on
    begin_item,     ///< the person takes part
    complete_item,  ///< the person has completed it
    fail_item,      ///< the person took part, and failed
    miss_item,      ///< the person did not come
    withdraw_item,  ///< it is given up
    raise_item,     ///< it costs more than was reserved
    review,         ///< what came of it is looked at
    close,          ///< it is over
    set_seats       ///< a session has so many seats
};
template <>
struct Words<PlanEvent> {
    static constexpr std::string_view names[] = {
        "draft",         "change",     "propose", "agree",      "decline",       "withdraw",  "supersede",
        "name_advisor",  "comment",    "start",   "begin_item", "complete_item", "fail_item", "miss_item",
        "withdraw_item", "raise_item", "review",  "close",      "set_seats"};
};

/// In which capacity somebody acts. Employee, manager and advisor are checked; of an administrator it is the caller who knows.
enum class Actor : std::uint8_t { employee, manager, advisor, administrator };
template <>
struct Words<Actor> {
    static constexpr std::string_view names[] = {"employee", "manager", "advisor", "administrator"};
};

/// What is or was the matter with an item of a plan.
enum class ItemStatus : std::uint8_t {
    planned,      ///< in a plan that is not agreed
    waiting,      ///< agreed and its money reserved, but its session was full
    enrolled,     ///< agreed, with a seat where seats are limited
    in_progress,  ///< under way
    completed,
    failed,
    no_show,
    withdrawn,  ///< given up: money and seat are free again
    moved,      ///< taken over by the plan that superseded this one
    elsewhere   ///< under way before: agreed in another plan, or known from outside. Nothing is reserved for it here
};
template <>
struct Words<ItemStatus> {
    static constexpr std::string_view names[] = {"planned", "waiting", "enrolled",  "in_progress", "completed",
                                                 "failed",  "no_show", "withdrawn", "moved",       "elsewhere"};
};

/// One step that a plan may take: in this state, on this event, by these, to that state.
struct Transition {
    PlanState from = missing<PlanState>();  ///< missing: there is no plan yet
    PlanEvent event = PlanEvent::draft;
    std::uint8_t by = 0;  ///< a bit per Actor, the lowest for `employee`
    PlanState to = PlanState::draft;

    constexpr bool allows(Actor actor) const { return by >> static_cast<int>(actor) & 1; }
};

/// Every step that there is, by state and event. What is not here is refused.
std::span<const Transition> transitions();

/// The same as a table.
struct Transitions : Table {
    Transitions() : Table("transitions", "Every step that a plan may take, and who may take it") {}

    Column<PlanState> state{*this, {.name = "state", .meaning = "where the plan is; absent: there is none yet"}};
    Column<PlanEvent> event{*this, {.name = "event", .meaning = "what happens"}};
    Column<std::string_view> by{*this, {.name = "by", .meaning = "who may do it"}};
    Column<PlanState> next{*this, {.name = "next", .meaning = "where the plan is then"}};
};
Transitions transition_table();

}  // namespace gradus
