#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/allocation/allocation.h>

namespace gradus {

/// Good choices of each group, seen so far. The first of every group is its fallback.
class Pool {
public:
    Pool(std::int32_t groups, const std::vector<Choice>& fallback);

    std::int32_t groups() const { return static_cast<std::int32_t>(choices_.size()); }
    const std::vector<Choice>& of(std::int32_t group) const { return choices_[group]; }
    /// Adds a choice unless it is there; returns true if it is new. Safe for different groups at once.
    bool add(std::int32_t group, Choice choice);
    /// Number of the group's best choice at prices; of equals the first.
    std::int32_t best(std::int32_t group, std::span<const double> prices) const;

private:
    std::vector<std::vector<Choice>> choices_;
};

/// Value of a choice at prices.
double net(const Choice& choice, std::span<const double> prices);

}  // namespace gradus
