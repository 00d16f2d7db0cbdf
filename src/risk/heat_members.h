#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "risk/heat_cells.h"

namespace gradus {

/// People by the member they belong to: members in order, those without one last.
class HeatMembers {
public:
    /// `member_of`: by person; -1: none. `members`: one more than the highest.
    HeatMembers(std::span<const std::int32_t> member_of, std::size_t members) {
        std::vector<std::size_t> next(members + 2, 0);
        const auto bucket = [&](std::int32_t member) {
            return member < 0 ? members : static_cast<std::size_t>(member);
        };
        for (const std::int32_t member : member_of) ++next[bucket(member) + 1];
        for (std::size_t m = 0; m <= members; ++m) {
            if (next[m + 1] > 0) {
                members_.push_back(m < members ? static_cast<std::int32_t>(m) : -1);
                first_.push_back(next[m]);
            }
            next[m + 1] += next[m];
        }
        first_.push_back(member_of.size());
        people_.resize(member_of.size());
        for (std::size_t person = 0; person < member_of.size(); ++person)
            people_[next[bucket(member_of[person])]++] = static_cast<std::int32_t>(person);
    }
    /// Those who have people.
    std::size_t size() const { return members_.size(); }
    std::int32_t operator[](std::size_t place) const { return members_[place]; }
    /// All, by member.
    std::span<const std::int32_t> people() const { return people_; }
    std::span<const std::int32_t> people(std::size_t place) const {
        return std::span(people_).subspan(first_[place], first_[place + 1] - first_[place]);
    }
    /// Where one of `parts` parts with about as many people each begins.
    std::size_t begin(std::size_t part, std::size_t parts) const {
        const std::size_t person = people_.size() / parts * part;
        if (part == parts) return size();
        return static_cast<std::size_t>(std::lower_bound(first_.begin(), first_.end(), person) - first_.begin());
    }

private:
    std::vector<std::int32_t> members_, people_;
    std::vector<std::size_t> first_;
};

/// The cells of one member at a time, each found by its capability at once.
class MemberCells {
public:
    explicit MemberCells(std::size_t capabilities) : cells_(capabilities) {}

    HeatCell& at(std::int32_t member, std::int32_t capability) {
        HeatCell& cell = cells_[static_cast<std::size_t>(capability)];
        if (cell.capability < 0) {
            cell.member = member;
            cell.capability = capability;
            used_.push_back(capability);
        }
        return cell;
    }
    /// Adds to every cell the sums of those below it; all above a cell must be there.
    template <class Parent>
    void roll_up(Parent&& parent) {
        own_.clear();
        for (const std::int32_t capability : used_) own_.push_back(cells_[static_cast<std::size_t>(capability)].sums);
        for (std::size_t i = 0; i < used_.size(); ++i)
            for (std::int32_t above = parent(used_[i]); above >= 0; above = parent(above))
                cells_[static_cast<std::size_t>(above)].sums += own_[i];
    }
    /// Calls visit(cell) in order of capability, and forgets them.
    template <class Visit>
    void take(Visit&& visit) {
        std::sort(used_.begin(), used_.end());
        for (const std::int32_t capability : used_) {
            HeatCell& cell = cells_[static_cast<std::size_t>(capability)];
            visit(cell);
            cell = HeatCell();
        }
        used_.clear();
    }

private:
    std::vector<HeatCell> cells_;  // by capability
    std::vector<std::int32_t> used_;
    std::vector<HeatSums> own_;
};

}  // namespace gradus
