#pragma once

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>

namespace gradus {

/// Roles that people hold or aspire to.
struct Roles : Table {
    Roles() : Table("roles", "Roles that people hold or aspire to") {}

    Column<RoleId> role{*this, {.name = "role", .meaning = "key of the role", .required = true, .identity = true}};
    Column<std::string_view> name{*this, {.name = "name", .meaning = "label"}};
    Column<FamilyId> family{*this, {.name = "family", .meaning = "roles that belong together"}};
    Column<double> grade{*this, {.name = "grade", .meaning = "seniority within the family", .carried = true}};
    Column<double> criticality{*this,
                               {.name = "criticality",
                                .unit = "1 to 5",
                                .meaning = "how much a vacancy hurts",
                                .carried = true,
                                .low = 1,
                                .high = 5}};
    Column<std::string_view> responsibilities{*this, {.name = "responsibilities", .meaning = "label", .carried = true}};
    Column<std::string_view> description{*this, {.name = "description", .meaning = "label"}};
};

/// What each role needs: a level of a capability, for a time.
struct Requirements : Table {
    Requirements() : Table("requirements", "The level of each capability that a role needs") {}

    Column<RoleId> role{*this, {.name = "role", .meaning = "role that needs it", .required = true, .identity = true}};
    Column<CapabilityId> capability{
        *this, {.name = "capability", .meaning = "capability needed", .required = true, .identity = true}};
    Column<Date> valid_from{
        *this, {.name = "valid_from", .meaning = "first day it holds; absent: always did", .identity = true}};
    Column<Date> valid_to{*this, {.name = "valid_to", .meaning = "first day it no longer holds; absent: open"}};
    Column<double> level{*this,
                         {.name = "level",
                          .unit = "position",
                          .meaning = "level needed, a label or a number",
                          .required = true,
                          .level = true}};
    Column<double> max_level{*this,
                             {.name = "max_level",
                              .unit = "position",
                              .meaning = "level above which a person is over-qualified",
                              .level = true}};
    Column<double> criticality{*this,
                               {.name = "criticality",
                                .unit = "1 to 5",
                                .meaning = "how much it hurts not to meet it",
                                .low = 1,
                                .high = 5,
                                .fallback = 3}};
};

}  // namespace gradus
