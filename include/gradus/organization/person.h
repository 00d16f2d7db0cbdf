#pragma once

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>

namespace gradus {

/// The people. Who joins after the day in question, or has left by then, takes no part anywhere.
struct People : Table {
    People() : Table("people", "The people, their current role and place") {}

    Column<PersonId> person{*this,
                            {.name = "person", .meaning = "key of the person", .required = true, .identity = true}};
    Column<RoleId> role{*this, {.name = "role", .meaning = "the current role", .required = true}};
    Column<std::string_view> name{*this, {.name = "name", .meaning = "label"}};
    Column<UnitId> unit{*this, {.name = "unit", .meaning = "unit the person works in"}};
    Column<PersonId> manager{*this, {.name = "manager", .meaning = "person who manages this one"}};
    Column<PersonaId> persona{*this, {.name = "persona", .meaning = "kind of learner"}};
    Column<Minutes> hours{*this,
                          {.name = "hours",
                           .unit = "hours per calendar month",
                           .meaning = "time for learning; absent: no limit",
                           .low = 0}};
    Column<Date> joined{*this, {.name = "joined", .meaning = "first day; absent: was always there"}};
    Column<Date> left{*this, {.name = "left", .meaning = "first day no longer there; absent: stays"}};
};

/// Role history; where given for a person it decides the role at a day.
struct Positions : Table {
    Positions() : Table("positions", "Role history: who held which role when") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<Date> valid_from{
        *this, {.name = "valid_from", .meaning = "first day in the role", .required = true, .identity = true}};
    Column<Date> valid_to{*this, {.name = "valid_to", .meaning = "first day no longer in it; absent: open"}};
    Column<RoleId> role{*this, {.name = "role", .meaning = "the role held", .required = true}};
};

/// Declared groups, used only to check for discrimination; never an input to an estimate or a plan.
struct PersonAttributes : Table {
    PersonAttributes() : Table("person_attributes", "Declared groups, only for checks on discrimination") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<AttributeId> attribute{
        *this, {.name = "attribute", .meaning = "the attribute", .required = true, .identity = true, .carried = true}};
    Column<std::string_view> value{
        *this, {.name = "value", .meaning = "the group within it", .required = true, .carried = true}};
};

/// Roles that a person aspires to or is a successor for, beside the own one.
struct TargetRoles : Table {
    TargetRoles() : Table("target_roles", "Roles that people aspire to or may succeed to") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<RoleId> role{*this, {.name = "role", .meaning = "role aimed at", .required = true, .identity = true}};
    Column<double> weight{*this,
                          {.name = "weight",
                           .unit = "share",
                           .meaning = "how much its gaps count in a plan beside the own role's",
                           .low = 0,
                           .high = 1,
                           .fallback = 0.5}};
};

/// Levels that people want to reach themselves.
struct PersonalGoals : Table {
    PersonalGoals() : Table("personal_goals", "Levels that people want to reach themselves") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<CapabilityId> capability{
        *this, {.name = "capability", .meaning = "capability to improve", .required = true, .identity = true}};
    Column<double> level{
        *this, {.name = "level", .unit = "position", .meaning = "level wanted", .required = true, .level = true}};
    Column<Date> due{*this, {.name = "due", .meaning = "day it is wanted by", .carried = true}};
    Column<double> weight{*this,
                          {.name = "weight",
                           .unit = "share",
                           .meaning = "how much it counts in a plan beside the own role's needs",
                           .low = 0,
                           .high = 1,
                           .fallback = 0.5}};
    Column<std::string_view> text{*this, {.name = "text", .meaning = "label"}};
};

}  // namespace gradus
