#pragma once

#include <gradus/base/control.h>
#include <gradus/planning/plan.h>

namespace gradus {

/// What a plan breaks; empty for a good plan.
struct Violations : Table {
    Violations() : Table("violations", "What the plan breaks or states wrongly") {}

    Column<std::string_view> limit{
        *this,
        {.name = "limit",
         .meaning = "a limit that is broken: hours, account, seats, fund, prerequisite, eligibility, due, overlap, "
                    "maximum, dates, session, mandatory, pinned, repeated; or what is stated wrongly: cost, gain, "
                    "resources, price, price_bound, value, bound, gap, status, certificate"}};
    Column<PersonId> person{*this, {.name = "person", .meaning = "whose item, if one person's"}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "which item, if one"}};
    Column<std::string_view> message{*this, {.name = "message", .meaning = "what was found and what was expected"}};
};

/// The verdict on a plan.
struct Verification {
    Violations violations;
    double value = 0;  ///< recomputed from the items
    /// The upper bound at the plan's prices that was proven here: below the stated one where that is loose, above it where
    /// the work limit came first, infinite where a cancel left people unasked. NaN if feasibility alone was asked for.
    double price_bound = missing<double>();
    bool confirmed = true;  ///< price_bound is no larger than stated, to 1e-9 relative, or was not asked for
    /// Nothing is wrong, and all that was asked for is confirmed. Without violations and yet not confirmed: the work limit
    /// or a cancel came first; the plan keeps its limits and has its value, and `price_bound` is the bound to rely on.
    bool ok() const { return violations.size() == 0 && confirmed; }
};

struct VerifyOptions {
    bool bound = true;      ///< recompute price_bound too: a search per person, the slow part
    double work_limit = 2;  ///< millions of nodes of any person's search, 0 to 1e6
    int threads = 0;        ///< 0: all cores
};

/// Recomputes feasibility, value and price_bound from the tables, the plan's items and its prices, trusting nothing that
/// the optimiser says and sharing none of its code. Value and bound must agree to 1e-9 relative; a stated bound may be
/// larger than the one at its prices. A cancel ends the search for the bound; limits and value are checked in any case.
/// @throws Error for another work_limit than these, or keys of another organisation.
Verification verify(const Organization& organization, const Risks& risks, const Plan& plan,
                    const VerifyOptions& options = {}, Control* control = nullptr);

}  // namespace gradus
