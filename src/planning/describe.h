#pragma once

#include <gradus/planning/plan.h>

#include "planning/catalog.h"

namespace gradus {

/// An item before it is tabulated: what describe() cannot work out from the day, person and activity alone.
struct Item {
    PersonId person;
    ActivityId activity;
    SessionId session;
    Date first, last;
    std::int32_t period = 0;  ///< 1-based; 0: before the horizon
    Minutes hours = missing<Minutes>();
    Money cost = missing<Money>();
    FundId fund;
    Money fund_cost, account_cost, employee_cost;
};

/// Fills the items table, sorted by person, last day, activity, and everything that follows from it: gains, reasons,
/// people and goals. Returns Σ gains, the plan's value.
double describe(const Catalog& catalog, std::vector<Item> items, Plan& plan);

}  // namespace gradus
