#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "planning/verify_case.h"
#include "planning/verify_items.h"

namespace gradus::verification {

/// An item of one person that can be looked at.
struct Item {
    std::size_t row;
    ActivityId activity;
    SessionId session;
    Date first, last;
    const Pin* pin;
    std::int64_t minutes() const { return is_missing(hours) ? 0 : hours.count(); }
    Minutes hours;
    Charge charge{};
};

/// The checks on the items of one person.
class Check {
public:
    Check(const Person& person, const Plan& plan, const Stated& stated, std::vector<Finding>& findings)
        : person_(person), of_(person.of), tables_(person.of.tables), plan_(plan), stated_(stated),
          findings_(findings) {}

    Account run(std::span<const std::size_t> rows);

private:
    void report(std::string_view limit, ActivityId activity, const std::string& message) {
        std::string who(of_.key(person_.id));
        if (activity) who += ", " + std::string(of_.key(activity));
        findings_.push_back({limit, person_.id, activity, who + ": " + message});
    }
    std::string money(Money amount) const { return text(amount, of_.organization.relations().minor_digits); }
    std::string name(ActivityId activity) const { return std::string(of_.key(activity)); }

    void collect(std::span<const std::size_t> rows);
    void check_pin(const Item& item);
    void check_right(const Item& item);
    void check_session(const Item& item);
    void check_dates(const Item& item);
    void check_prerequisites(const Item& item);
    void check_charge(const Item& item);
    void check_statements(const Item& item);
    void check_hours();
    void check_accounts();
    void check_overlap();
    void check_maxima();
    void check_duties();
    double check_gains();
    void at_most(const std::string& what, std::optional<int> most, std::size_t found, std::size_t pinned);

    const Person& person_;
    const Case& of_;
    const Tables& tables_;
    const Plan& plan_;
    const Stated& stated_;
    std::vector<Finding>& findings_;
    std::vector<Item> items_;  // by last day, then key of the activity
};

}  // namespace gradus::verification
