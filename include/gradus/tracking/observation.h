#pragma once

#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// Values of key performance indicators, as they were measured.
struct Kpis : Table {
    Kpis() : Table("kpis", "Measured values of key performance indicators") {}

    Column<KpiId> kpi{*this,
                      {.name = "kpi", .meaning = "the measure", .required = true, .identity = true, .carried = true}};
    Column<std::string_view> entity{*this,
                                    {.name = "entity",
                                     .meaning = "unit, person or team it is of",
                                     .required = true,
                                     .identity = true,
                                     .carried = true}};
    Column<Date> date{
        *this,
        {.name = "date", .meaning = "day of the measurement", .required = true, .identity = true, .carried = true}};
    Column<double> value{
        *this,
        {.name = "value", .unit = "units of the KPI", .meaning = "the value", .required = true, .carried = true}};

    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

/// Who began what when.
struct Rollouts : Table {
    Rollouts() : Table("rollouts", "Who began what when") {}

    Column<std::string_view> entity{
        *this,
        {.name = "entity", .meaning = "unit, person or team", .required = true, .identity = true, .carried = true}};
    Column<Date> start{*this, {.name = "start", .meaning = "first day", .required = true, .carried = true}};
    Column<ActivityId> activity{*this,
                                {.name = "activity", .meaning = "activity begun", .identity = true, .carried = true}};
    Column<ClusterId> cluster{*this,
                              {.name = "cluster", .meaning = "cluster begun", .identity = true, .carried = true}};

    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

/// What people tell, kept beside the numbers and labelled.
struct Anecdotes : Table {
    Anecdotes() : Table("anecdotes", "What people tell, beside the numbers") {}

    Column<std::string_view> text{
        *this, {.name = "text", .meaning = "what was said", .required = true, .identity = true, .carried = true}};
    Column<Date> date{*this, {.name = "date", .meaning = "when", .identity = true, .carried = true}};
    Column<std::string_view> author{*this, {.name = "author", .meaning = "by whom", .identity = true, .carried = true}};
    Column<ObjectiveId> objective{
        *this, {.name = "objective", .meaning = "on which objective", .identity = true, .carried = true}};
    Column<ProgramId> program{*this,
                              {.name = "program", .meaning = "on which programme", .identity = true, .carried = true}};
    Column<ActivityId> activity{
        *this, {.name = "activity", .meaning = "on which activity", .identity = true, .carried = true}};

    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

/// Read and checked against an organisation. @throws Error with all problems.
Kpis load_kpis(const Organization& organization, const Input& input);
Rollouts load_rollouts(const Organization& organization, const Input& input);
Anecdotes load_anecdotes(const Organization& organization, const Input& input);

}  // namespace gradus
