#pragma once

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>

namespace gradus {

/// Proficiency scales: ordered levels with a position. One row per level, ascending within its scale.
struct Scales : Table {
    Scales() : Table("scales", "Proficiency scales: ordered levels, each with a position") {}

    Column<ScaleId> scale{*this, {.name = "scale", .meaning = "key of the scale", .required = true, .identity = true}};
    Column<std::string_view> level{
        *this, {.name = "level", .meaning = "label of the level", .required = true, .identity = true}};
    Column<double> position{*this,
                            {.name = "position",
                             .unit = "position",
                             .meaning = "where the level stands, strictly increasing; default 1, 2, 3 … in row order"}};
    Column<std::string_view> description{*this, {.name = "description", .meaning = "what the level means"}};
};

}  // namespace gradus
