#pragma once

#include <span>
#include <string>
#include <vector>

#include "planning/verify_case.h"

namespace gradus::verification {

/// One row of violations in the making.
struct Finding {
    std::string_view limit;
    PersonId person;
    ActivityId activity;
    std::string message;
};

/// What the items of one person come to, recomputed.
struct Account {
    double value = 0;         // Σ gains
    double charges = 0;       // at the prices
    std::int64_t spared = 0;  // items of the plan before that are here again: chosen
    std::int64_t kept = 0;    // and under way
    std::vector<std::pair<FundId, Money>> funds{};
    std::vector<SessionId> seats{};
};

/// A column without any value states nothing, and nothing is held against it.
struct Stated {
    explicit Stated(const PlanItems& items);
    bool period, hours, cost, fund, fund_cost, account_cost, employee_cost, gain, reason;
};

/// Checks all that concerns one person: every item, and the items together. `rows` of plan.items, of this person.
Account check_items(const Person& person, const Plan& plan, const Stated& stated, std::span<const std::size_t> rows,
                    std::vector<Finding>& findings);

// Words for messages.
std::string text(Date day);
std::string text(Money money, int minor_digits);
std::string text_hours(std::int64_t minutes);
std::string text(double number);

/// True if two numbers agree to a part in 10^9.
bool close(double a, double b, double tolerance = 1e-9);

template <class T>
T value_at(const Column<T>& column, std::size_t row) {
    return row < column.size() ? column[row] : missing<T>();
}

}  // namespace gradus::verification
