#pragma once

#include <cstddef>

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>

namespace gradus {

/// Whom a row speaks of: those present in a row must all match, none present means everyone. Rows are alternatives.
struct Scope {
    explicit Scope(Table& table)
        : role{table, {.name = "role", .meaning = "people whose own role it is", .identity = true}},
          target_role{table, {.name = "target_role", .meaning = "people who aspire to it", .identity = true}},
          unit{table, {.name = "unit", .meaning = "people of the unit and of all below it", .identity = true}},
          persona{table, {.name = "persona", .meaning = "people of that persona", .identity = true}},
          person{table, {.name = "person", .meaning = "that person", .identity = true}} {}

    Column<RoleId> role;
    Column<RoleId> target_role;
    Column<UnitId> unit;
    Column<PersonaId> persona;
    Column<PersonId> person;
};

class Organization;

/// True if row `row` of `scope` holds for `person`, whose role at the day in question is `role`.
bool holds(const Organization& organization, const Scope& scope, std::size_t row, PersonId person, RoleId role);

}  // namespace gradus
