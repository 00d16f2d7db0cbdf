#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <gradus/account/ledger.h>
#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// How far a person came in a programme, as the report's reader counts it.
enum class Stage : std::uint8_t { informed, planned, agreed, declined };
template <>
struct Words<Stage> {
    static constexpr std::string_view names[] = {"informed", "planned", "agreed", "declined"};
};
struct PersonStage {
    PersonId person;
    ProgramId program;  ///< none: all that hold the person
    Stage stage = Stage::informed;
};

/// Programmes by unit. A row for every programme, unit and kind of amount in which there is somebody or something, by key; people
/// without a unit, or no longer in the organisation, form the row without one. Units do not include those below them.
struct ProgramReport : Table {
    ProgramReport() : Table("program_report", "What became of each programme, by unit") {}

    Column<ProgramId> program{*this, {.name = "program", .meaning = "the programme"}};
    Column<UnitId> unit{*this, {.name = "unit", .meaning = "unit of the people; absent: of none"}};
    Column<AccountKind> kind{
        *this, {.name = "kind", .meaning = "what the amounts count; people are in the programme's own row"}};
    Column<std::int32_t> eligible{*this, {.name = "eligible", .unit = "people", .meaning = "whom it holds"}};
    Column<std::int32_t> informed{*this, {.name = "informed", .unit = "people", .meaning = "who were informed"}};
    Column<std::int32_t> planned{*this, {.name = "planned", .unit = "people", .meaning = "who have a plan"}};
    Column<std::int32_t> agreed{*this, {.name = "agreed", .unit = "people", .meaning = "whose plan is agreed"}};
    Column<std::int32_t> declined{*this, {.name = "declined", .unit = "people", .meaning = "who declined"}};
    Column<Amount> granted{
        *this,
        {.name = "granted", .unit = "of its kind", .meaning = "from funds to accounts, less what was taken back"}};
    Column<Amount> reserved{*this, {.name = "reserved", .unit = "of its kind", .meaning = "held by reservations"}};
    Column<Amount> spent{
        *this,
        {.name = "spent",
         .unit = "of its kind",
         .meaning = "posted from accounts, pool, fund and the employees' own, less what was reversed"}};
    Column<Amount> expired{
        *this, {.name = "expired", .unit = "of its kind", .meaning = "of what was granted, written down or not"}};
    Column<Amount> contributed{
        *this, {.name = "contributed", .unit = "of its kind", .meaning = "the employees' own, paid in"}};
};

/// Counts people and amounts at a moment that is not before the last transaction's. `stages`: who was informed, has a plan, agreed or
/// declined, as the caller knows; a person counts once per programme and stage.
/// @throws Error unknown_key for a person or programme of `stages` that the organisation has not, with its row; else as entitlement().
ProgramReport program_report(const Organization& organization, const Ledger& ledger, Moment at,
                             std::span<const PersonStage> stages);

}  // namespace gradus
