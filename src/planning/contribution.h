#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "planning/describe.h"
#include "planning/draft.h"
#include "risk/strategy.h"

namespace gradus {

/// A part of an item: what it does for one capability of its person, and through that for one objective.
struct Contribution {
    std::size_t item = 0;     ///< number among the person's items
    CapabilityId capability;  ///< none: the item serves no goal
    ObjectiveId objective;    ///< none: no objective is linked to the capability for the person
    double share = 0;         ///< of the item's time and money
    double gain = 0;          ///< part of the item's gain: 0 of what is under way
    double under_way = 0;     ///< what it removes, of what is under way
    Minutes hours;            ///< whole minutes that add up to the item's; missing as its are
    Money cost;               ///< minor units that add up to the item's; missing as its is
    bool enables = false;     ///< it has no effect of its own: it is shared as what needs it
};

/// `total` cut by cumulative shares: the part between two of them. Parts are within one unit of their share and add up.
std::int64_t part_of(std::int64_t total, double from, double to);

/// What one person's items do for each capability and objective. Scratch memory, reused from person to person.
///
/// Items under way come first, then the others in order, as gains are counted: the parts of an item add up to its gain.
class Contributions {
public:
    Contributions(const Catalog& catalog, const Strategy& strategy) : draft_(catalog), strategy_(strategy) {}

    /// The items of one person, in the order of plan.items.
    void open(std::span<const Item> items);

    /// By item, capability, objective; every item has at least one.
    const std::vector<Contribution>& parts() const { return parts_; }
    bool pinned(std::size_t item) const { return told_.reasons[item] == Reason::pinned; }
    Reason reason(std::size_t item) const { return told_.reasons[item]; }
    /// All items are active in it; entry i is item i.
    Benefit& benefit() { return draft_.offer.benefit; }

    /// Distribution of a state's level on the morning of a day: after what ended before it.
    const std::vector<Benefit::Level>& levels(std::int32_t state, std::span<const Item> items, Date morning);

private:
    struct Weight {
        CapabilityId capability;
        double weight = 0;
    };

    void find_weights(std::span<const Item> items);
    void lend_weights(std::span<const Item> items);
    void split(std::span<const Item> items);

    Draft draft_;
    const Strategy& strategy_;
    Told told_;
    std::vector<std::vector<Weight>> weights_;  // by item, ascending by capability: what it removes
    std::vector<char> lent_;                    // by item: its weights are those of what needs it
    std::vector<Contribution> parts_;
    std::vector<Benefit::Part> found_;
    std::vector<Strategy::Served> served_;
    std::vector<std::int32_t> lessons_;
};

}  // namespace gradus
