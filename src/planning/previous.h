#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <gradus/planning/plan.h>

namespace gradus {

/// An item of the plan that this one replaces.
struct PreviousItem {
    PersonId person;
    ActivityId activity;
    SessionId session;
    Date first;
};

/// The items of `options.previous` whose absence is charged (docs/decisions/0005): those that the organisation knows, that
/// were not pinned and that begin within the horizon. By person, then activity.
class Previous {
public:
    /// For a horizon [start, end).
    Previous(const Organization& organization, const OptimizeOptions& options, Date start, Date end);

    std::span<const PreviousItem> of(PersonId person) const;
    /// True if this is an item of the plan before: same session and first day.
    bool holds(PersonId person, ActivityId activity, SessionId session, Date first) const;
    std::size_t size() const { return items_.size(); }

private:
    std::vector<PreviousItem> items_;
};

}  // namespace gradus
