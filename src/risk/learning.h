#pragma once

#include <span>
#include <vector>

#include <gradus/organization/organization.h>

namespace gradus {

/// What one activity may teach one person about one capability.
struct Lesson {
    double up_to;        ///< it lifts no one past this
    double uplift;       ///< positions
    double probability;  ///< preference included

    friend auto operator<=>(const Lesson&, const Lesson&) = default;
};

/// The lesson that row `row` of outcomes is for a person whose preference for the activity's kind is `preference`.
Lesson lesson(const Organization& organization, std::size_t row, double preference);

/// How much a person likes a kind of activity; none: 1.
double preference(const Organization& organization, PersonId person, KindId kind);

/// The distribution of a level after lessons that occur independently of one another.
///
/// Exact: levels that can be reached in several ways are one point. Only beyond 4,096 distinct levels are neighbours
/// merged, at their mean, so that many odd lessons cannot double the work each.
class Spread {
public:
    explicit Spread(double level = 0) { restart(level); }

    void restart(double level);
    /// Lessons must come in ascending up_to: what teaches the basics comes first.
    void learn(const Lesson& lesson);
    double mean() const;

    struct Point {
        double level;
        double probability;
    };
    /// Ascending by level; probabilities sum to 1.
    std::span<const Point> points() const { return points_; }

private:
    void thin();

    std::vector<Point> points_, lifted_, merged_;
};

/// The expected lift of a person's level by what was completed but not rated since.
class Credit {
public:
    /// With `on` false every lift is 0.
    Credit(const Organization& organization, Date as_of, bool on)
        : organization_(organization), as_of_(as_of), on_(on) {}

    /// Turns to a person. Cheap for who has completed nothing.
    void person(PersonId person);
    /// `rated`: somebody rated the level. `last`: the day of the newest rating; what was completed after it counts.
    /// Without a rating all counts; with ratings of which no day is known nothing does. An activity counts once,
    /// however often it was completed.
    double lift(CapabilityId capability, double mean, bool rated, Date last) {
        return learned_.empty() ? 0 : lift_of(capability, mean, rated, last);
    }

private:
    struct Learned {
        CapabilityId capability;
        Lesson lesson;
        Date last;  // newest completion by as_of; missing: none has a date

        friend auto operator<=>(const Learned&, const Learned&) = default;
    };
    double lift_of(CapabilityId capability, double mean, bool rated, Date last);

    const Organization& organization_;
    Date as_of_;
    bool on_;
    std::vector<Learned> learned_;
    Spread spread_;
};

}  // namespace gradus
