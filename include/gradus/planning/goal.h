#pragma once

#include <gradus/assessment/assessment.h>
#include <gradus/planning/desk.h>
#include <gradus/planning/milestone.h>

namespace gradus {

/// What a goal asks for.
enum class GoalKind : std::uint8_t { reach, secure };
template <>
struct Words<GoalKind> {
    static constexpr std::string_view names[] = {"reach", "secure"};
};

/// SMART goals: one for each person and capability that items of a plan improve. Sorted by person, capability.
///
/// What people write themselves has the same form: person is needed, every other column may be absent (`load_goals`).
struct Goals : Table {
    Goals() : Table("goals", "SMART goals: one for each person and capability that the plan improves") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whose goal", .required = true, .identity = true}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "what is improved", .identity = true}};
    Column<std::string_view> text{*this, {.name = "text", .meaning = "the goal in one sentence"}};
    // Specific.
    Column<GoalKind> kind{
        *this,
        {.name = "kind",
         .meaning = "reach: the level lies above the one believed; secure: it is believed reached, and made surer"}};
    Column<double> from_mean{
        *this, {.name = "from_mean", .unit = "position", .meaning = "expected level today, credit included"}};
    Column<std::string_view> from_level{
        *this, {.name = "from_level", .meaning = "label of the highest level at or below it; none: below the scale"}};
    Column<double> level{
        *this,
        {.name = "level",
         .unit = "position",
         .meaning = "level to reach: the one required, or the highest on the way to it that is likely enough",
         .level = true}};
    Column<std::string_view> to_level{*this, {.name = "to_level", .meaning = "its label, else the number"}};
    Column<std::string_view> descriptor{*this,
                                        {.name = "descriptor", .meaning = "what that level means, as the scale says"}};
    // Measurable.
    Column<Source> source{*this,
                          {.name = "source",
                           .meaning = "which assessment will show it: the most trusted that has rated the capability; "
                                      "none: no source has"}};
    Column<std::string_view> measure{*this, {.name = "measure", .meaning = "how reaching it will be seen"}};
    // Achievable.
    Column<double> to_mean{*this, {.name = "to_mean", .unit = "position", .meaning = "expected level on the due date"}};
    Column<double> probability_before{*this,
                                      {.name = "probability_before",
                                       .unit = "probability",
                                       .meaning = "P(level reached) by what is believed today",
                                       .low = 0,
                                       .high = 1}};
    Column<double> probability{*this,
                               {.name = "probability",
                                .unit = "probability",
                                .meaning = "P(level reached) expected on the due date",
                                .low = 0,
                                .high = 1}};
    Column<std::int32_t> items{
        *this, {.name = "items", .unit = "items", .meaning = "items that serve it, under way included"}};
    Column<Minutes> hours{
        *this,
        {.name = "hours",
         .unit = "hours",
         .meaning = "time of its items; of one that serves several goals the share; missing: not known of one of them",
         .low = 0}};
    Column<Money> cost{*this,
                       {.name = "cost",
                        .unit = "money",
                        .meaning = "cost of its items, shared as hours are; 0 for what is under way",
                        .low = 0}};
    // Relevant.
    Column<Basis> basis{*this, {.name = "basis", .meaning = "why the level is wanted: by what the items improve most"}};
    Column<RoleId> role{*this, {.name = "role", .meaning = "role that requires it; none for a personal goal"}};
    Column<double> required{*this, {.name = "required", .unit = "position", .meaning = "level wanted in the end"}};
    Column<ObjectiveId> objective{*this, {.name = "objective", .meaning = "objective it serves most"}};
    Column<std::int32_t> objectives{*this,
                                    {.name = "objectives",
                                     .unit = "objectives",
                                     .meaning = "objectives linked to the capability for this person; traces name them",
                                     .low = 0}};
    Column<double> exposure_removed{
        *this,
        {.name = "exposure_removed",
         .unit = "exposure",
         .meaning = "what the items remove here beyond what is under way, averaged over the horizon"}};
    Column<double> gain_share{*this,
                              {.name = "gain_share",
                               .unit = "share",
                               .meaning = "of the gains of all items of the plan; missing where these are 0"}};
    Column<double> exposure_under_way{*this,
                                      {.name = "exposure_under_way",
                                       .unit = "exposure",
                                       .meaning = "what the items under way remove here, averaged over the horizon"}};
    // Time-bound.
    Column<Date> start{*this, {.name = "start", .meaning = "first day of the first item that serves it"}};
    Column<Date> due{*this, {.name = "due", .meaning = "day on which the last item that serves it takes effect"}};
    // The five letters, as check_goals() judges them.
    Column<bool> specific{*this, {.name = "specific", .meaning = "the letter S is met, as check_goals judges it"}};
    Column<bool> measurable{*this, {.name = "measurable", .meaning = "the letter M"}};
    Column<bool> achievable{*this, {.name = "achievable", .meaning = "the letter A"}};
    Column<bool> relevant{*this, {.name = "relevant", .meaning = "the letter R"}};
    Column<bool> time_bound{*this, {.name = "time_bound", .meaning = "the letter T"}};

    /// Warnings of a load.
    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

struct GoalOptions {
    PersonId person{};  ///< only this person's goals; none: everyone's
    /// Ratings, to know by which assessment a level can be shown; of another organisation: an error. Null: no source is known.
    const Assessments* assessments = nullptr;
    double min_probability = 0.5;  ///< a goal is achievable from this probability on, 0 to 1
    double sure = 0.95;            ///< a level believed reached with this probability is nothing to aim for, 0 to 1
    int check_in_days =
        14;  ///< a check-in stands midway where start and due are so many days apart, or more; 2 to 36500
    int reassess_days = 0;  ///< days from the due date to the re-assessment, 0 to 36500
    int threads = 0;        ///< 0: all cores
};

/// Goals and the steps to them.
struct WrittenGoals {
    Goals goals;
    Milestones milestones;

    /// The tables, in order.
    std::vector<const Table*> tables() const { return {&goals, &milestones}; }
};

/// Writes a SMART goal for each person and capability whose exposure the plan's items reduce within the horizon, those under
/// way included, with milestones.
///
/// Of several levels wanted of one capability, `required` is the one of which the items remove most. The level to reach is
/// the highest of it and the scale's levels between today's mean and it that is reached with `min_probability` on the due
/// date; where none is, the lowest. Levels and probabilities follow from the learning and the normal model by which risks
/// and plans are worked out: level ~ N(mean after what is completed, sd²). Hours and money of an item go to its goals in
/// proportion to what it removes there, in whole minutes and minor units that add up; those of a prerequisite without a gain
/// of its own as those of what needs it. Σ exposure_removed is the sum of the items' gains. The same input gives the same
/// bytes, for any number of threads.
/// Source: Doran (1981), There's a S.M.A.R.T. way to write management's goals and objectives, Management Review 70.
/// @throws Error unknown_key for a person that the organisation does not have; invalid_option; contradiction where the assessments are of another organisation.
WrittenGoals write_goals(const Desk& desk, const GoalOptions& options = {});

/// Goals that people wrote, and the milestones to them if given: of goals person is needed, of milestones person, number and
/// kind; every other column may be absent. One goal for each person and capability; sorted as written goals are. Warnings of
/// both are in `goals.problems`.
/// @throws Error with all problems (unknown key, level not on the capability's scale, …); missing_table for an input of
///         another name.
WrittenGoals load_goals(const Organization& organization, const Input& goals, const Input* milestones = nullptr,
                        int threads = 0);

}  // namespace gradus
