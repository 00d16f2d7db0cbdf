#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "allocation/candidates.h"
#include "allocation/pricing.h"

namespace gradus {

/// A choice for each group, what is left of each resource, and the sum of values.
struct Assignment {
    Choices choices;
    std::vector<std::int64_t> room;  ///< by resource; below 0: more is used than there is
    double value = 0;

    /// Nothing chosen yet.
    Assignment(std::int32_t groups, std::vector<std::int64_t> capacity) : choices(groups), room(std::move(capacity)) {}

    void change(std::int32_t group, const ChoiceView& choice);
    bool fits() const;
    /// Whether nothing would be used too much, by what the choice takes, if the group changed to it.
    bool could_take(std::int32_t group, const ChoiceView& choice) const;
    /// What is left of each resource, at least 0, as room for a group that keeps what it has.
    std::vector<std::int64_t> free() const;
    /// Adds what the group has to such a room, or takes it away again.
    void lend(std::int32_t group, std::vector<std::int64_t>& room_of_it, bool give) const;
};

/// A search among the members' candidates for the least *loss*: what members forgo by not having their best choice
/// at the prices, and what is left over of each resource at its price. That is how far an assignment lies below the dual.
/// Annealing from what members hold (the best candidate, if it is none of theirs) and from a temperature `hottest` (in value), with so many `proposals` for each change that
/// loses little; where the loss is more than `enough`, then by chains of changes. Use that is too much is charged little more than
/// its price, and ever more while it stays so; what still is used too much is left to `repair`. `typical` is what a unit of
/// each resource is worth to who uses it. Returns the loss, with what is charged. Source: Kirkpatrick, Gelatt & Vecchi
/// (1983), Optimization by simulated annealing.
double settle(Assignment& assignment, const Candidates& candidates, std::span<const std::int32_t> groups,
              std::span<const double> prices, std::span<const double> typical, std::int64_t proposals, double hottest,
              double enough, std::uint64_t seed, const std::function<bool()>& late);

/// Takes from whoever holds what is used too much, those who lose least by the pool first. False: it was late, or some cannot
/// choose anything that fits.
bool repair(Assignment& assignment, Pricing& pricing, const AllocationProblem& problem, std::span<const double> prices,
            int threads, const std::function<bool()>& late);

/// One sweep over the groups given, by blocks in parallel: each changes to its best choice at `prices` that fits into what is
/// free, if that is worth more there, by searches of so much `effort` each. What is found is handed to `found(group, choice)`.
void fill(Assignment& assignment, Pricing& pricing, std::span<const double> prices,
          std::span<const std::int32_t> groups, std::int64_t effort, double tolerance, int threads,
          const Control* control, const std::function<bool()>& late,
          const std::function<void(std::int32_t, const Choice&)>& found);

}  // namespace gradus
