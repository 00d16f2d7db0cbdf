#pragma once

#include <vector>

#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// Where a rating comes from.
enum class Source : std::uint8_t { self, manager, peer, report, test, observation };
template <>
struct Words<Source> {
    static constexpr std::string_view names[] = {"self", "manager", "peer", "report", "test", "observation"};
};

/// Ratings of people's capabilities. Stand apart from the organisation, since new ones arrive every day.
///
/// Rows are sorted by person, capability, source, rater, date, level; repeats are kept (two anonymous raters may agree), with a warning
/// where the rater is known.
struct Assessments : Table {
    Assessments() : Table("assessments", "Ratings of people's capabilities") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who was rated", .required = true}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "on what", .required = true}};
    Column<Source> source{*this, {.name = "source", .meaning = "who or what rated", .required = true}};
    Column<RaterId> rater{
        *this,
        {.name = "rater",
         .meaning = "key of the rater; absent: self the person, manager the manager, test the test, else anonymous"}};
    Column<Date> date{*this, {.name = "date", .meaning = "day of the rating; absent: taken as new, with a warning"}};
    Column<double> level{*this,
                         {.name = "level",
                          .unit = "position",
                          .meaning = "level seen, a label or a number",
                          .required = true,
                          .level = true}};
    Column<OccasionId> assessment{*this, {.name = "assessment", .meaning = "key of the occasion", .carried = true}};

    /// Warnings of the load.
    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

/// Reads and checks ratings against an organisation.
/// @throws Error with all problems (unknown person or capability, level not on the capability's scale, …).
Assessments load_assessments(const Organization& organization, const Input& input, int threads = 0);

/// Both together, as one load of all their rows would make them: for ratings that come day by day, which need not all be read again.
/// Warnings are those of both; their rows count in the input that each came from.
/// @throws Error contradiction if they are of different organisations.
Assessments add_assessments(const Assessments& assessments, const Assessments& added, int threads = 0);

}  // namespace gradus
