#pragma once

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/scope.h>

namespace gradus {

/// Strategic performance objectives and their cascade.
struct Objectives : Table {
    Objectives() : Table("objectives", "Strategic performance objectives and their cascade") {}

    Column<ObjectiveId> objective{
        *this, {.name = "objective", .meaning = "key of the objective", .required = true, .identity = true}};
    Column<std::string_view> name{*this, {.name = "name", .meaning = "label"}};
    Column<ObjectiveId> parent{*this, {.name = "parent", .meaning = "objective it serves"}};
    Column<double> weight{*this,
                          {.name = "weight",
                           .meaning = "importance relative to the other objectives",
                           .low = 0,
                           .fallback = 1,
                           .above_low = true}};
    Column<UnitId> unit{*this, {.name = "unit", .meaning = "unit that owns it", .carried = true}};
    Column<PersonId> person{*this, {.name = "person", .meaning = "person who owns it", .carried = true}};
    Column<Date> due{*this, {.name = "due", .meaning = "day it is to be reached by", .carried = true}};
    Column<std::string_view> behaviour{
        *this, {.name = "behaviour", .meaning = "what people will do differently", .carried = true}};
};

/// Which capabilities an objective needs, and in whom. A link to a capability holds for those below it.
struct ObjectiveLinks : Table {
    ObjectiveLinks() : Table("objective_links", "Capabilities that an objective needs, and in whom") {}

    Column<ObjectiveId> objective{
        *this, {.name = "objective", .meaning = "objective served", .required = true, .identity = true}};
    Column<CapabilityId> capability{
        *this, {.name = "capability", .meaning = "capability that serves it", .required = true, .identity = true}};
    Column<double> strength{*this,
                            {.name = "strength",
                             .unit = "share",
                             .meaning = "how much the objective depends on it",
                             .low = 0,
                             .high = 1,
                             .fallback = 1}};
    Scope scope{*this};
};

enum class Direction : std::uint8_t { up, down };
template <>
struct Words<Direction> {
    static constexpr std::string_view names[] = {"up", "down"};
};

/// The measures by which an objective is judged.
struct KpiTargets : Table {
    KpiTargets() : Table("kpi_targets", "The measures by which objectives are judged") {}

    Column<KpiId> kpi{*this,
                      {.name = "kpi", .meaning = "the measure", .required = true, .identity = true, .carried = true}};
    Column<ObjectiveId> objective{
        *this, {.name = "objective", .meaning = "objective it measures", .identity = true, .carried = true}};
    Column<Direction> direction{
        *this, {.name = "direction", .meaning = "which way is better", .required = true, .carried = true}};
    Column<double> target{*this,
                          {.name = "target", .unit = "units of the KPI", .meaning = "value to reach", .carried = true}};
    Column<Date> baseline_date{*this, {.name = "baseline_date", .meaning = "day of the baseline", .carried = true}};
    Column<Date> measure_date{*this, {.name = "measure_date", .meaning = "day it is measured", .carried = true}};
    Column<Money> unit_value{*this,
                             {.name = "unit_value",
                              .unit = "money per unit of the KPI",
                              .meaning = "what one unit is worth",
                              .carried = true}};
};

}  // namespace gradus
