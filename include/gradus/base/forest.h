#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/base/id.h>

namespace gradus {

/// A forest over dense ids, given by each node's parent (-1 for a root). The parents must be free of cycles.
class Forest {
public:
    Forest() = default;
    explicit Forest(std::vector<std::int32_t> parents);

    std::int32_t size() const { return static_cast<std::int32_t>(parents_.size()); }
    std::int32_t parent(std::int32_t node) const { return parents_[static_cast<std::size_t>(node)]; }
    /// 0 for a root.
    std::int32_t depth(std::int32_t node) const { return depths_[static_cast<std::size_t>(node)]; }
    /// True if `node` is `ancestor` or lies below it.
    bool holds(std::int32_t ancestor, std::int32_t node) const {
        const auto a = static_cast<std::size_t>(ancestor), n = static_cast<std::size_t>(node);
        return entered_[a] <= entered_[n] && entered_[n] < left_[a];
    }
    /// All nodes, parents before children.
    std::span<const std::int32_t> order() const { return order_; }

private:
    std::vector<std::int32_t> parents_, depths_, entered_, left_, order_;
};

/// A cycle of a directed graph given as edges from[i] → to[i] over [0, nodes), as the list of its nodes; empty if none.
/// Deterministic: the cycle found from the smallest node.
std::vector<std::int32_t> find_cycle(std::int32_t nodes, std::span<const std::int32_t> from,
                                     std::span<const std::int32_t> to);

}  // namespace gradus
