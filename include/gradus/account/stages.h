#pragma once

#include <memory>
#include <vector>

#include <gradus/account/program_report.h>
#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// How far people came in programmes, for program_report().
struct Stages : Table {
    Stages() : Table("stages", "How far each person came in a programme") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<ProgramId> program{
        *this,
        {.name = "program", .meaning = "in which programme; absent: all that hold the person", .identity = true}};
    Column<Stage> stage{*this, {.name = "stage", .meaning = "how far", .required = true, .identity = true}};

    /// Warnings of the load.
    std::shared_ptr<const Problems> problems;
};

/// Reads and checks stages. A row that repeats another is dropped.
/// @throws Error with all problems.
Stages load_stages(const Organization& organization, const Input& stages);

/// As program_report() takes them.
std::vector<PersonStage> rows_of(const Stages& stages);

}  // namespace gradus
