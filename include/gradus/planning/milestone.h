#pragma once

#include <gradus/assessment/assessment.h>
#include <gradus/base/table.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// What a step towards a goal is.
enum class MilestoneKind : std::uint8_t { activity, check_in, reassessment };
template <>
struct Words<MilestoneKind> {
    static constexpr std::string_view names[] = {"activity", "check_in", "reassessment"};
};

/// The steps to each goal, in order of date. Sorted by person, capability, number.
///
/// Nobody else who rates is named: peers, direct reports and observers stay anonymous.
struct Milestones : Table {
    Milestones() : Table("milestones", "The steps to each goal: when, what, by whom, and the level expected then") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whose goal", .required = true, .identity = true}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "what is improved", .identity = true}};
    Column<std::int32_t> number{*this,
                                {.name = "number",
                                 .unit = "1-based",
                                 .meaning = "place among the steps to the goal",
                                 .required = true,
                                 .identity = true,
                                 .low = 1}};
    Column<MilestoneKind> kind{
        *this,
        {.name = "kind",
         .meaning = "activity: one ends; check_in: person and manager look at it together; reassessment: the level is "
                    "rated again",
         .required = true}};
    Column<Date> date{*this, {.name = "date", .meaning = "on which day"}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "activity that ends"}};
    Column<double> expected{*this,
                            {.name = "expected",
                             .unit = "position",
                             .meaning = "expected level: after what has ended by the end of the day (activity), or "
                                        "before it (check_in, reassessment)"}};
    Column<double> probability{*this,
                               {.name = "probability",
                                .unit = "probability",
                                .meaning = "P(level of the goal reached) expected then",
                                .low = 0,
                                .high = 1}};
    Column<PersonId> owner{
        *this,
        {.name = "owner",
         .meaning = "who sees to it: the person (activity), the manager (check_in), who rates (reassessment); none: no "
                    "manager then, a test, or raters who are not named"}};
    Column<Source> source{*this, {.name = "source", .meaning = "by which assessment (reassessment)"}};
};

}  // namespace gradus
