#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <gradus/agreement/agreements.h>
#include <gradus/agreement/plan_requests.h>
#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/units.h>
#include <gradus/planning/goal.h>
#include <gradus/planning/milestone.h>
#include <gradus/planning/plan.h>

namespace gradus {

/// What the rows `write` of a table of requests write down: of each person the rows of that person, in their order. A person
/// without rows gets a plan without items.
struct PlanContents {
    PlanItems items{};
    Goals goals{};
    Milestones milestones{};
    /// For rows `write` without one. Missing: the day of the request.
    Date as_of = missing<Date>();
    /// Where the rows of each table were read, 1-based, so that messages name them; empty: where they are.
    std::vector<std::int64_t> item_rows{}, goal_rows{}, milestone_rows{};

    /// Warnings of the load; null where nothing was loaded.
    std::shared_ptr<const Problems> problems{};
};

/// What people wrote themselves, in the form of `load_items` and `load_goals`. Null: there are none.
/// @param threads 0: all cores; the result is the same.
/// @throws Error with all problems, the rows of a person for whom no row of `requests` writes among them; missing_table for an
///         input of another name.
PlanContents load_plan_contents(const Agreements& agreements, const PlanRequests& requests, const Input* items,
                                const Input* goals, const Input* milestones, int threads = 0);

/// What is in a plan for many, with the goals written from it. Rows of people for whom no request writes are not used.
PlanContents plan_contents(const Plan& plan, const WrittenGoals* goals = nullptr);

}  // namespace gradus
