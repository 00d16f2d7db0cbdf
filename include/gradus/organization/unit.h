#pragma once

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>

namespace gradus {

/// Units of the organisation: a forest.
struct Units : Table {
    Units() : Table("units", "Units of the organisation, a forest") {}

    Column<UnitId> unit{*this, {.name = "unit", .meaning = "key of the unit", .required = true, .identity = true}};
    Column<std::string_view> name{*this, {.name = "name", .meaning = "label"}};
    Column<UnitId> parent{*this, {.name = "parent", .meaning = "unit it belongs to"}};
};

}  // namespace gradus
