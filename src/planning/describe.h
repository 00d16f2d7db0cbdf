#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <gradus/planning/plan.h>

#include "planning/draft.h"
#include "planning/offer.h"

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

/// A row of an items table, of which all columns but the needed ones may be absent.
Item item_of(const PlanItems& items, std::size_t row);

/// What one person's items add and why they are there, in their order: last day, then activity.
struct Told {
    std::vector<double> gains;
    std::vector<Reason> reasons;
    double value = 0;  ///< Σ gains
};
/// For the person that the items are of, with what `offer.anew` says. Stands the offer on that person; entry i of its benefit is
/// then item i, and active.
Told tell(Offer& offer, std::span<const Item> items);

/// Fills the items table.
void tabulate(const Organization& organization, std::span<const Item> items, Buffer<double> gains,
              Buffer<Reason> reasons, PlanItems& table);

/// Stands the draft's offer on a person and adds the person's items, in any order.
using Itemizer = std::function<void(std::int64_t number, Draft& draft, std::vector<Item>& items)>;

/// Fills the items table, sorted by person, last day, activity, and everything that follows from it: gains, reasons,
/// people and goals. Returns Σ gains, the plan's value. People are numbered from 0 up to `people`, in the order of their
/// ids; `itemizer` is called from several threads.
double describe(const Catalog& catalog, std::int64_t people, const Itemizer& itemizer, Plan& plan);
/// The same for items that are at hand, in any order.
double describe(const Catalog& catalog, std::vector<Item> items, Plan& plan);

}  // namespace gradus
