#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/planning/goal_check.h>

#include "planning/catalog.h"
#include "risk/strategy.h"

namespace gradus {

/// The most trusted source that has rated each capability by a day.
class Measuring {
public:
    /// `assessments` may be null: then no source is known. @throws Error contradiction if they are of another organisation.
    Measuring(const Organization& organization, const Assessments* assessments, Date as_of);

    bool known() const { return known_; }
    bool has_rated(Source source, CapabilityId capability) const {
        return (rated_[static_cast<std::size_t>(capability.value())] >> static_cast<int>(source) & 1) != 0;
    }
    /// missing: none has.
    Source best(CapabilityId capability) const;

private:
    bool known_ = false;
    std::vector<std::uint8_t> rated_;  // by capability: bit s: source s has
};

/// A goal as it is judged: what is missing is missing.
struct GoalFields {
    PersonId person;
    CapabilityId capability;
    double level = missing<double>();
    Source source = missing<Source>();
    double probability = missing<double>();
    Minutes hours = missing<Minutes>();
    Money cost = missing<Money>();
    ObjectiveId objective;
    Date due = missing<Date>();

    struct Step {
        MilestoneKind kind = MilestoneKind::activity;
        Date date = missing<Date>();
    };
    std::span<const Step> steps{};  ///< in order of their numbers
    /// Of a goal of a plan: whether that keeps the limits of time, money and seats; absent: to be judged by hours and cost.
    std::optional<bool> within_limits{};
};

/// Something that a goal lacks.
struct Lack {
    Letter letter;
    std::string_view field;  ///< column of goals, or "milestones"
    std::string text;
};

/// Judges goals; see check_goals(). Safe to ask from several threads.
class GoalJudge {
public:
    /// All must outlive it. `estimates` may be null.
    GoalJudge(const Catalog& catalog, const Strategy& strategy, const Measuring& measuring, const Estimates* estimates,
              double min_probability, double sure)
        : catalog_(catalog), strategy_(strategy), measuring_(measuring), estimates_(estimates),
          min_probability_(min_probability), sure_(sure) {}

    /// Sorted by letter.
    std::vector<Lack> judge(const GoalFields& goal) const;

private:
    struct Belief {
        double mean = missing<double>(), sd = missing<double>();
    };
    std::optional<Belief> belief(PersonId person, CapabilityId capability) const;
    bool wanted(PersonId person, CapabilityId capability) const;
    /// Time in the periods that begin before the due date; missing: no limit.
    Minutes time_until(PersonId person, Date due) const;
    /// What the fund that reaches the person and the money accounts have; missing: no limit.
    Money money_until(PersonId person, Date due) const;
    void judge_level(const GoalFields& goal, std::vector<Lack>& lacks) const;
    void judge_means(const GoalFields& goal, std::vector<Lack>& lacks) const;
    void judge_relevance(const GoalFields& goal, std::vector<Lack>& lacks) const;
    void judge_dates(const GoalFields& goal, std::vector<Lack>& lacks) const;

    const Catalog& catalog_;
    const Strategy& strategy_;
    const Measuring& measuring_;
    const Estimates* estimates_;
    double min_probability_, sure_;
};

}  // namespace gradus
