#pragma once

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/scope.h>

namespace gradus {

/// Learning activities: courses, coaching, assignments, reading and the like.
struct Activities : Table {
    Activities() : Table("activities", "Learning activities on offer") {}

    Column<ActivityId> activity{
        *this, {.name = "activity", .meaning = "key of the activity", .required = true, .identity = true}};
    Column<std::string_view> name{*this, {.name = "name", .meaning = "label"}};
    Column<KindId> kind{*this, {.name = "kind", .meaning = "learning method: course, coaching, mentoring, …"}};
    Column<Minutes> hours{*this,
                          {.name = "hours",
                           .unit = "hours",
                           .meaning = "time it takes; absent: not offered where hours are limited",
                           .low = 0}};
    Column<Money> cost{*this,
                       {.name = "cost",
                        .unit = "money per participant",
                        .meaning = "price; absent: not offered where money is limited",
                        .low = 0}};
    Column<double> account_share{*this,
                                 {.name = "account_share",
                                  .unit = "share",
                                  .meaning = "of the cost, paid from the person's account",
                                  .low = 0,
                                  .high = 1,
                                  .fallback = 0}};
    Column<double> employee_share{*this,
                                  {.name = "employee_share",
                                   .unit = "share",
                                   .meaning = "of the cost, paid by the employee; the rest is charged to funds",
                                   .low = 0,
                                   .high = 1,
                                   .fallback = 0}};
    Column<std::int32_t> days{*this,
                              {.name = "days",
                               .unit = "days",
                               .meaning = "days from first to last, both counted",
                               .low = 1,
                               .high = 36500,
                               .fallback = 1}};
    Column<std::string_view> provider{*this, {.name = "provider", .meaning = "label"}};
    Column<bool> external{*this,
                          {.name = "external", .meaning = "given by somebody outside", .carried = true, .fallback = 0}};
    Column<bool> repeatable{*this,
                            {.name = "repeatable", .meaning = "offered again to who completed it", .fallback = 0}};
    Column<Date> valid_from{*this, {.name = "valid_from", .meaning = "first day on offer; absent: open"}};
    Column<Date> valid_to{*this, {.name = "valid_to", .meaning = "first day no longer on offer; absent: open"}};
    Column<std::string_view> url{*this, {.name = "url", .meaning = "label"}};
};

/// What an activity teaches.
struct Outcomes : Table {
    Outcomes() : Table("outcomes", "What an activity teaches") {}

    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "activity", .required = true, .identity = true}};
    Column<CapabilityId> capability{
        *this, {.name = "capability", .meaning = "capability taught", .required = true, .identity = true}};
    Column<double> uplift{*this,
                          {.name = "uplift",
                           .unit = "positions",
                           .meaning = "positions gained where it succeeds; default 0.5, reported as assumed",
                           .low = 0}};
    Column<double> up_to{*this,
                         {.name = "up_to",
                          .unit = "position",
                          .meaning = "level it can teach to; default the top of the scale",
                          .level = true}};
    Column<double> from_level{*this,
                              {.name = "from_level",
                               .unit = "position",
                               .meaning = "not offered to who is more than one position below it",
                               .level = true}};
    Column<double> probability{*this,
                               {.name = "probability",
                                .unit = "probability",
                                .meaning = "that it succeeds",
                                .low = 0,
                                .high = 1,
                                .fallback = 1}};
};

/// Activities that must be completed before another starts: all of them.
struct ActivityPrerequisites : Table {
    ActivityPrerequisites() : Table("activity_prerequisites", "Activities to complete before another starts") {}

    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "activity", .required = true, .identity = true}};
    Column<ActivityId> prerequisite{
        *this, {.name = "prerequisite", .meaning = "activity that comes first", .required = true, .identity = true}};
};

/// Learning assets that serve one objective together.
struct Clusters : Table {
    Clusters() : Table("clusters", "Learning assets that serve one objective together") {}

    Column<ClusterId> cluster{
        *this, {.name = "cluster", .meaning = "the cluster", .required = true, .identity = true, .carried = true}};
    Column<ActivityId> activity{
        *this, {.name = "activity", .meaning = "activity in it", .required = true, .identity = true, .carried = true}};
    Column<ObjectiveId> objective{
        *this, {.name = "objective", .meaning = "objective it serves", .identity = true, .carried = true}};
    Column<PersonaId> persona{*this,
                              {.name = "persona", .meaning = "whom it suits", .identity = true, .carried = true}};
};

/// Dated offerings of an activity. An activity without sessions is on demand.
struct Sessions : Table {
    Sessions() : Table("sessions", "Dated offerings of an activity, with seats") {}

    Column<SessionId> session{*this,
                              {.name = "session", .meaning = "key of the session", .required = true, .identity = true}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "activity offered", .required = true}};
    Column<Date> first_day{*this, {.name = "first_day", .meaning = "first day, inclusive", .required = true}};
    Column<Date> last_day{*this, {.name = "last_day", .meaning = "last day, inclusive; default the first"}};
    Column<std::int32_t> seats{
        *this, {.name = "seats", .unit = "people", .meaning = "seats still free; absent: no limit", .low = 0}};
    Column<Money> cost{
        *this, {.name = "cost", .unit = "money per participant", .meaning = "replaces the activity's cost", .low = 0}};
};

/// Who may take an activity; no row for an activity: everyone.
struct Eligibility : Table {
    Eligibility() : Table("eligibility", "Who may take an activity; no row: everyone") {}

    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "activity", .required = true, .identity = true}};
    Scope scope{*this};
};

/// What everyone in scope who has not completed it must take.
struct Mandatory : Table {
    Mandatory() : Table("mandatory", "Activities that people must take") {}

    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "activity", .required = true, .identity = true}};
    Column<Date> due{
        *this,
        {.name = "due", .meaning = "day by which it must have ended; absent: the horizon's end", .identity = true}};
    Scope scope{*this};
};

/// Learning methods that suit a person.
struct Preferences : Table {
    Preferences() : Table("preferences", "Learning methods that suit a person") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<KindId> kind{*this, {.name = "kind", .meaning = "kind of activity", .required = true, .identity = true}};
    Column<double> weight{*this,
                          {.name = "weight",
                           .meaning = "multiplies the probability of its outcomes, to at most 1",
                           .low = 0,
                           .high = 2,
                           .fallback = 1}};
};

enum class EnrolmentStatus : std::uint8_t {
    planned,
    enrolled,
    in_progress,
    completed,
    failed,
    no_show,
    withdrawn,
    declined
};
template <>
struct Words<EnrolmentStatus> {
    static constexpr std::string_view names[] = {"planned", "enrolled", "in_progress", "completed",
                                                 "failed",  "no_show",  "withdrawn",   "declined"};
};

/// What people have taken, are taking, or will not take.
struct Enrolments : Table {
    Enrolments() : Table("enrolments", "What people have taken, are taking or declined") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "what", .required = true, .identity = true}};
    Column<EnrolmentStatus> status{
        *this,
        {.name = "status",
         .meaning = "enrolled and in_progress are kept in plans; completed and declined are not offered again",
         .required = true,
         .identity = true}};
    Column<SessionId> session{*this, {.name = "session", .meaning = "session of the activity", .identity = true}};
    Column<Date> date{
        *this,
        {.name = "date", .meaning = "first day of what is under way, last day of what is completed", .identity = true}};
    Column<Minutes> hours{
        *this,
        {.name = "hours", .unit = "hours", .meaning = "time spent", .identity = true, .carried = true, .low = 0}};
    Column<Money> cost{
        *this,
        {.name = "cost", .unit = "money", .meaning = "what it cost", .identity = true, .carried = true, .low = 0}};
    Column<double> score{*this,
                         {.name = "score",
                          .unit = "share",
                          .meaning = "test result",
                          .identity = true,
                          .carried = true,
                          .low = 0,
                          .high = 1}};
    Column<double> reaction{*this,
                            {.name = "reaction",
                             .unit = "share",
                             .meaning = "how it was liked",
                             .identity = true,
                             .carried = true,
                             .low = 0,
                             .high = 1}};
};

}  // namespace gradus
