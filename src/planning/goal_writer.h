#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/planning/goal.h>

#include "planning/contribution.h"
#include "planning/desk.h"
#include "planning/goal_judge.h"
#include "planning/milestone.h"

namespace gradus {

struct GoalRow {
    PersonId person;
    CapabilityId capability;
    GoalKind kind = GoalKind::reach;
    std::size_t row = 0;  // of risks: what the items improve most
    double level = 0, to_mean = 0, probability_before = 0, probability = 0;
    Source source = missing<Source>();
    std::int32_t items = 0, objectives = 0;
    Minutes hours{0};
    Money cost{0};
    ObjectiveId objective;
    double removed = 0, under_way = 0;
    Date start = missing<Date>(), due = missing<Date>();
    bool letters[std::size(Words<Letter>::names)] = {true, true, true, true, true};
};

// Whether the plan keeps the limits of time, money and seats, as verify() finds by other code.
class WithinLimits {
public:
    WithinLimits(const Desk& desk, int threads);
    bool holds(const Item& item) const;

private:
    std::vector<bool> people_;
    bool fund_ = true, seats_ = true;
};

// Writes the goals of one person after the other: scratch memory, reused.
class GoalWriter {
public:
    GoalWriter(const Catalog& catalog, const Strategy& strategy, const Measuring& measuring, const GoalJudge& judge,
               const WithinLimits& limits, const GoalOptions& options)
        : catalog_(catalog), strategy_(strategy), measuring_(measuring), judge_(judge), limits_(limits),
          options_(options), work_(catalog, strategy), steps_(catalog.organization) {}

    void write(std::span<const Item> items);

    std::vector<GoalRow> goals;
    std::vector<MilestoneRow> milestones;

private:
    void write(CapabilityId capability);
    void add_parts(GoalRow& goal);
    std::int32_t find_want(GoalRow& goal);
    void choose_level(GoalRow& goal, std::int32_t state);
    void judge(GoalRow& goal, std::span<const MilestoneRow> steps);
    double reached(std::int32_t state, double level, Date morning);
    double mean(std::int32_t state, Date morning);

    const Catalog& catalog_;
    const Strategy& strategy_;
    const Measuring& measuring_;
    const GoalJudge& judge_;
    const WithinLimits& limits_;
    const GoalOptions& options_;
    Contributions work_;
    MilestoneMaker steps_;
    std::span<const Item> items_;
    std::vector<CapabilityId> known_;
    std::vector<std::size_t> serving_;  // items that serve the goal, each once
    std::vector<Strategy::Served> served_;
    std::vector<std::int32_t> lessons_;
    std::vector<double> removed_;
    std::vector<GoalFields::Step> fields_;
    bool within_ = true;
};

}  // namespace gradus
