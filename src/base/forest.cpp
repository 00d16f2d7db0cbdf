#include <gradus/base/forest.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include <gradus/base/error.h>

namespace gradus {

namespace {

/// The neighbours of each node, ascending: those of node n stand at [offsets[n], offsets[n + 1]). Edges to or from a
/// negative node (none) are left out.
struct Adjacency {
    std::vector<std::size_t> offsets;
    std::vector<std::int32_t> neighbours;

    Adjacency(std::int32_t nodes, std::span<const std::int32_t> from, std::span<const std::int32_t> to)
        : offsets(static_cast<std::size_t>(nodes) + 1, 0) {
        for (std::size_t i = 0; i < from.size(); ++i)
            if (from[i] >= 0 && to[i] >= 0) ++offsets[static_cast<std::size_t>(from[i]) + 1];
        std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
        neighbours.resize(offsets.back());
        std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
        for (std::size_t i = 0; i < from.size(); ++i)
            if (from[i] >= 0 && to[i] >= 0) neighbours[next[static_cast<std::size_t>(from[i])]++] = to[i];
        for (std::size_t n = 0; n + 1 < offsets.size(); ++n) {
            const auto begin = neighbours.begin();
            std::sort(begin + static_cast<std::ptrdiff_t>(offsets[n]),
                      begin + static_cast<std::ptrdiff_t>(offsets[n + 1]));
        }
    }
};

}  // namespace

Forest::Forest(std::vector<std::int32_t> parents) : parents_(std::move(parents)) {
    const std::size_t n = parents_.size();
    std::vector<std::int32_t> self(n);
    std::iota(self.begin(), self.end(), 0);
    const Adjacency children(size(), parents_, self);

    // Breadth first, so that deep trees need no deep stack.
    std::vector<std::int32_t> queue;
    queue.reserve(n);
    for (std::size_t i = 0; i < n; ++i)
        if (parents_[i] < 0) queue.push_back(static_cast<std::int32_t>(i));
    depths_.assign(n, 0);
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const auto node = static_cast<std::size_t>(queue[i]);
        for (std::size_t c = children.offsets[node]; c < children.offsets[node + 1]; ++c) {
            const std::int32_t child = children.neighbours[c];
            depths_[static_cast<std::size_t>(child)] = depths_[node] + 1;
            queue.push_back(child);
        }
    }
    if (queue.size() != n) throw Error(Code::cycle, "the parents of a forest run in a circle");

    // A node and all below it take the places [entered, left) of a depth-first order: sizes first, then places.
    left_.assign(n, 1);
    for (std::size_t i = n; i-- > 0;) {
        const auto node = static_cast<std::size_t>(queue[i]);
        if (parents_[node] >= 0) left_[static_cast<std::size_t>(parents_[node])] += left_[node];
    }
    entered_.assign(n, 0);
    std::vector<std::int32_t> next(n, 0);
    std::int32_t next_root = 0;
    for (const std::int32_t queued : queue) {
        const auto node = static_cast<std::size_t>(queued);
        std::int32_t& place = parents_[node] < 0 ? next_root : next[static_cast<std::size_t>(parents_[node])];
        entered_[node] = place;
        place += left_[node];
        next[node] = entered_[node] + 1;
    }
    order_.assign(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
        left_[i] += entered_[i];
        order_[static_cast<std::size_t>(entered_[i])] = static_cast<std::int32_t>(i);
    }
}

std::vector<std::int32_t> find_cycle(std::int32_t nodes, std::span<const std::int32_t> from,
                                     std::span<const std::int32_t> to) {
    const Adjacency graph(nodes, from, to);
    enum class State : std::uint8_t { unseen, on_path, done };
    std::vector<State> states(static_cast<std::size_t>(nodes), State::unseen);
    std::vector<std::size_t> next(graph.offsets.begin(), graph.offsets.end() - 1);
    std::vector<std::int32_t> path;  // stands for the stack of a recursion
    for (std::int32_t start = 0; start < nodes; ++start) {
        if (states[static_cast<std::size_t>(start)] != State::unseen) continue;
        path.push_back(start);
        states[static_cast<std::size_t>(start)] = State::on_path;
        while (!path.empty()) {
            const auto node = static_cast<std::size_t>(path.back());
            if (next[node] == graph.offsets[node + 1]) {
                states[node] = State::done;
                path.pop_back();
                continue;
            }
            const std::int32_t neighbour = graph.neighbours[next[node]++];
            State& state = states[static_cast<std::size_t>(neighbour)];
            if (state == State::on_path) {
                path.erase(path.begin(), std::find(path.begin(), path.end(), neighbour));
                std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
                return path;
            }
            if (state == State::unseen) {
                state = State::on_path;
                path.push_back(neighbour);
            }
        }
    }
    return {};
}

}  // namespace gradus
