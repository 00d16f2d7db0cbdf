#pragma once

#include <gradus/planning/plan.h>

namespace gradus {

/// What a plan breaks; empty for a good plan.
struct Violations : Table {
    Violations() : Table("violations", "What the plan breaks or states wrongly") {}

    Column<std::string_view> limit{*this, {.name = "limit", .meaning = "a limit that is broken: hours, account, seats, fund, prerequisite, eligibility, due, overlap, maximum, dates, session, mandatory, pinned, repeated; or what is stated wrongly: cost, gain, resources, price, price_bound, value, bound, gap, status, certificate"}};
    Column<PersonId> person{*this, {.name = "person", .meaning = "whose item, if one person's"}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "which item, if one"}};
    Column<std::string_view> message{*this, {.name = "message", .meaning = "what was found and what was expected"}};
};

/// The verdict on a plan.
struct Verification {
    Violations violations;
    double value = 0;        ///< recomputed from the items
    double price_bound = 0;  ///< recomputed from the prices; NaN if feasibility alone was asked for
    bool ok() const { return violations.size() == 0; }
};

struct VerifyOptions {
    bool bound = true;  ///< recompute price_bound too: an exact search per person, the slow part
    int threads = 0;    ///< 0: all cores
};

/// Recomputes feasibility, value and price_bound from the tables, the plan's items and its prices, trusting nothing that
/// the optimiser says and sharing none of its code. Value and bound must agree to 1e-9 relative.
Verification verify(const Organization& organization, const Risks& risks, const Plan& plan,
                    const VerifyOptions& options = {});

}  // namespace gradus
