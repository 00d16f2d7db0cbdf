#include "planning/previous.h"

#include <algorithm>
#include <tuple>

namespace gradus {
namespace {

// Keys of one table as numbers of another's; -1: unknown there.
template <class Tag>
std::vector<std::int32_t> renumbered(const Column<Id<Tag>>& column, const Keys& keys) {
    std::vector<std::int32_t> result;
    if (const auto& strings = column.strings())
        for (std::size_t i = 0; i < strings->size(); ++i) result.push_back(keys.find((*strings)[i]));
    return result;
}

template <class Tag>
Id<Tag> found(const std::vector<std::int32_t>& numbers, Id<Tag> id) {
    const auto i = static_cast<std::size_t>(id.value());
    return id && i < numbers.size() && numbers[i] >= 0 ? Id<Tag>(numbers[i]) : Id<Tag>();
}

}  // namespace

Previous::Previous(const Organization& organization, const OptimizeOptions& options, Date start, Date end) {
    if (!options.previous || !(options.change_cost > 0)) return;
    const PlanItems& items = *options.previous;
    const auto people = renumbered(items.person, organization.people());
    const auto activities = renumbered(items.activity, organization.activities());
    const auto sessions = renumbered(items.session, organization.sessions());
    for (std::size_t row = 0; row < items.size(); ++row) {
        if (row < items.reason.size() && items.reason[row] == Reason::pinned) continue;
        const PreviousItem item{found(people, items.person[row]), found(activities, items.activity[row]),
                                row < items.session.size() ? found(sessions, items.session[row]) : SessionId(),
                                items.first_day[row]};
        const bool lost = row < items.session.size() && items.session[row] && !item.session;
        if (item.person && item.activity && !lost && item.first >= start && item.first < end) items_.push_back(item);
    }
    const auto key = [](const PreviousItem& item) { return std::tuple(item.person, item.activity); };
    std::sort(items_.begin(), items_.end(), [&](const auto& a, const auto& b) {
        return std::tuple_cat(key(a), std::tuple(a.session, a.first)) <
               std::tuple_cat(key(b), std::tuple(b.session, b.first));
    });
    items_.erase(
        std::unique(items_.begin(), items_.end(), [&](const auto& a, const auto& b) { return key(a) == key(b); }),
        items_.end());
}

std::span<const PreviousItem> Previous::of(PersonId person) const {
    const auto [first, last] = std::equal_range(items_.begin(), items_.end(), PreviousItem{.person = person},
                                                [](const auto& a, const auto& b) { return a.person < b.person; });
    return {first, last};
}

bool Previous::holds(PersonId person, ActivityId activity, SessionId session, Date first) const {
    for (const PreviousItem& item : of(person))
        if (item.activity == activity) return item.session == session && item.first == first;
    return false;
}

}  // namespace gradus
