#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <gradus/assessment/assessment.h>
#include <gradus/assessment/estimate.h>
#include <gradus/base/control.h>
#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// Among whom raters are drawn: those with the same manager, those of the same unit, or anyone.
enum class Reach : std::uint8_t { team, unit, anyone };
template <>
struct Words<Reach> {
    static constexpr std::string_view names[] = {"team", "unit", "anyone"};
};

/// Who would rate everyone in a review round; several rounds to choose from, by name.
///
/// A person is rated on what the own role, the roles aimed at and personal goals need. Self is the person, manager the person's manager
/// (nobody where there is none); a test names no rater; reports are drawn from those whom the person manages; peers and
/// observers from those that `drawn_from` says, without the person and the manager. Where there are fewer, all are asked.
/// Designs stand in the order of the input, the rows of each sorted by source, capability.
struct ReviewDesigns : Table {
    ReviewDesigns() : Table("review_designs", "Who would rate everyone in a review round") {}

    Column<DesignId> design{*this,
                            {.name = "design", .meaning = "name of the design", .required = true, .identity = true}};
    Column<Source> source{*this,
                          {.name = "source", .meaning = "who or what rates", .required = true, .identity = true}};
    Column<CapabilityId> capability{
        *this,
        {.name = "capability",
         .meaning = "on this one, in place of what the source's row without a capability says; absent: on all that the "
                    "person needs",
         .identity = true}};
    Column<std::int32_t> raters{*this,
                                {.name = "raters",
                                 .unit = "raters",
                                 .meaning = "how many rate each person (of test: how many tests); self and manager: 1",
                                 .low = 1,
                                 .high = 1000,
                                 .fallback = 1}};
    Column<Reach> drawn_from{
        *this, {.name = "drawn_from", .meaning = "among whom peers and observers are drawn; absent: the team"}};
    Column<double> answered{*this,
                            {.name = "answered",
                             .unit = "share",
                             .meaning = "how many of those asked rate",
                             .low = 0,
                             .high = 1,
                             .fallback = 1}};

    /// Warnings of the load.
    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

/// @throws Error with all problems.
ReviewDesigns load_review_designs(const Organization& organization, const Input& input);

struct ReviewOptions {
    /// As of estimate(). `as_of`: the day of the round, and of the question. Variances that are missing are estimated from the ratings
    /// there are; of a source that has none, they are as believed before any rating.
    EstimateOptions estimate{};
    /// How kind sources are, in ranges of the scale, -1 to 1. Missing: as estimated from the ratings there are, else 0.
    Variances::BySource bias = Variances::all_estimated;
    std::uint64_t seed = 1;  ///< of all that is drawn
    /// review_design(): how often a round is drawn, 0 to 10,000; 0: as often as it takes to draw 10,000 levels, 100 times at most.
    std::int32_t repetitions = 0;
};

/// The levels behind simulated ratings: one row per person and capability that is needed or was rated. Rows are sorted by person, capability.
struct TrueLevels : Table {
    TrueLevels() : Table("true_levels", "The levels behind simulated ratings") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whose level"}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "of what"}};
    Column<double> level{
        *this, {.name = "level", .unit = "position", .meaning = "the level; no scale ends it, as estimates have none"}};
};

struct SimulatedReview {
    Assessments assessments;
    TrueLevels levels;
};

/// Draws one round of ratings from the model of estimate(), rounded to the levels of the scale, and the true levels behind them.
///
/// The same seed draws the same levels, severities and chance for every design, and a design that asks more raters asks those of the
/// smaller one too: designs differ by what they are, not by luck. `assessments` are the ratings there are: what is missing of
/// variances and biases is estimated from them, as by review_design(); they are not among the ratings drawn. Without any, it is as
/// believed.
/// @throws Error unknown_key where there is no such design (empty: the only one); invalid_option.
SimulatedReview simulate_assessments(const Organization& organization, const Assessments& assessments,
                                     const ReviewDesigns& designs, std::string_view design,
                                     const ReviewOptions& options, Control* control = nullptr);

/// What levels would be known like after each design, by capability: the columns of DesignReview that are of levels.
///
/// Rows stand by design, as in DesignReview, then by capability: those that an estimate has rows of.
struct DesignReviewCapabilities : Table {
    DesignReviewCapabilities()
        : Table("design_review_capabilities",
                "How well levels of each capability would be known after each review round") {}

    Column<DesignId> design{*this, {.name = "design", .meaning = "the design; absent: no round"}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "levels of what"}};
    Column<std::int32_t> people{
        *this, {.name = "people", .unit = "people", .meaning = "who need it or were rated on it", .low = 0}};
    Column<double> ratings{*this, {.name = "ratings", .unit = "ratings", .meaning = "given in the round, on average"}};
    Column<double> sd{*this,
                      {.name = "sd",
                       .unit = "ranges of the scale",
                       .meaning = "standard deviation of a level: root mean square",
                       .low = 0}};
    Column<double> interval{
        *this,
        {.name = "interval", .unit = "ranges of the scale", .meaning = "mean width of a 95 % interval", .low = 0}};
    Column<double> rated{*this,
                         {.name = "rated", .unit = "share", .meaning = "levels with a rating", .low = 0, .high = 1}};
    Column<double> accuracy{
        *this,
        {.name = "accuracy",
         .unit = "correlation",
         .meaning = "of estimated with true levels, of those rated, within a round; absent: nothing varies",
         .low = -1,
         .high = 1}};
    Column<double> as_rated{*this,
                            {.name = "as_rated",
                             .unit = "correlation",
                             .meaning = "of plain means of ratings with true levels, beside accuracy",
                             .low = -1,
                             .high = 1}};
    Column<double> coverage{
        *this,
        {.name = "coverage", .unit = "share", .meaning = "true levels within 95 % intervals", .low = 0, .high = 1}};
};

/// What levels would be known like after each design: one row per design, before them one without a design, for no round at all.
///
/// In ranges of the scale: 0.25 on a scale from 1 to 5 is one level. Over all levels that an estimate has rows of.
struct DesignReview : Table {
    DesignReview() : Table("design_review", "How well levels would be known after each review round") {}

    Column<DesignId> design{*this, {.name = "design", .meaning = "the design; absent: no round"}};
    Column<double> raters{*this, {.name = "raters", .unit = "raters", .meaning = "who rate one person, on average"}};
    Column<double> ratings{*this, {.name = "ratings", .unit = "ratings", .meaning = "given in the round, on average"}};
    Column<double> lacking{*this,
                           {.name = "lacking",
                            .unit = "share",
                            .meaning = "people for whom fewer peers, observers or reports are there than the design "
                                       "asks for; who has no reports misses none",
                            .low = 0,
                            .high = 1}};
    Column<double> sd{*this,
                      {.name = "sd",
                       .unit = "ranges of the scale",
                       .meaning = "standard deviation of a level: root mean square",
                       .low = 0}};
    Column<double> interval{
        *this,
        {.name = "interval", .unit = "ranges of the scale", .meaning = "mean width of a 95 % interval", .low = 0}};
    Column<double> rated{*this,
                         {.name = "rated", .unit = "share", .meaning = "levels with a rating", .low = 0, .high = 1}};
    Column<double> accuracy{
        *this,
        {.name = "accuracy",
         .unit = "correlation",
         .meaning = "of estimated with true levels, of those rated, within a round; absent: nothing varies",
         .low = -1,
         .high = 1}};
    Column<double> as_rated{*this,
                            {.name = "as_rated",
                             .unit = "correlation",
                             .meaning = "of plain means of ratings with true levels, beside accuracy",
                             .low = -1,
                             .high = 1}};
    Column<double> coverage{
        *this,
        {.name = "coverage", .unit = "share", .meaning = "true levels within 95 % intervals", .low = 0, .high = 1}};
    Column<double> identifiability{
        *this,
        {.name = "identifiability",
         .unit = "share",
         .meaning = "mean of raters but self-raters: how far their severity can be told from "
                    "the level of those they rate; absent: no such rater",
         .low = 0,
         .high = 1}};

    /// The same by capability.
    std::shared_ptr<const DesignReviewCapabilities> capabilities = std::make_shared<const DesignReviewCapabilities>();
    /// Warnings: those of the designs and of the estimate before the round, and where fewer raters are there than one asks for, with
    /// counts by source.
    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();
};

/// How well levels would be known after a round of each design, together with the ratings there are.
///
/// Rounds are drawn as by simulate_assessments(): who rates, true levels, ratings, and those of `assessments` (who rated whom and when
/// stay, their levels are drawn anew, since the true levels behind the real ones are not known). Each is then estimated with the
/// variances that it was drawn with. So sd and interval are those of the model; accuracy and coverage also have in them what the
/// model leaves out, that ratings are rounded and scales end. Not in them: that variances are estimated, and that the mean of all
/// levels is not known: it is drawn as it is believed, at `prior_mean` or where the ratings there are put it.
/// @throws Error invalid_option.
DesignReview review_design(const Organization& organization, const Assessments& assessments,
                           const ReviewDesigns& designs, const ReviewOptions& options, Control* control = nullptr);

}  // namespace gradus
