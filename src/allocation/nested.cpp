#include "allocation/nested.h"

#include <algorithm>
#include <limits>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int32_t none = -1;
constexpr double most_states = 1e8;         // kept to find the way back
constexpr std::uint16_t not_known = 65535;  // chosen

// What a part of a node may use, and lose.
struct Option {
    std::int64_t amount = 0;  // in steps
    double loss = 0;
    std::int32_t tag = 0;  // candidate of a member
};

// A member or a node below, with what was chosen for it by the amount that it and the parts before use together.
struct Part {
    std::int32_t member = none, child = none;
    std::vector<Option> options;  // ascending by amount, each once
    double unknown = infinite;    // anything else loses so much, whatever it uses
    std::int64_t low = 0;
    std::vector<std::uint16_t> chosen;
};

std::int64_t amount_of(const ChoiceView& choice, std::int32_t resource) {
    for (const Use& use : choice.uses)
        if (use.resource == resource) return use.amount;
    return 0;
}

class Forest {
public:
    Forest(const NestedProblem& problem, double work, const std::function<bool()>& late)
        : of_(problem), work_(work), late_(late), parts_(problem.capacity.size()) {}

    std::optional<NestedPicks> solve();

private:
    void find_nodes();
    void add_members();
    bool close(std::int32_t node, std::vector<Option>& found);
    bool add(Part& part, std::vector<double>& loss, std::int64_t& low, std::int64_t lowest, std::int64_t highest);
    void take(std::int32_t node, std::int64_t amount, std::vector<std::int32_t>& picks) const;

    const NestedProblem& of_;
    double work_, states_ = 0;
    const std::function<bool()>& late_;
    std::vector<std::int32_t> nodes_;       // those below before those above
    std::vector<std::vector<Part>> parts_;  // by node
};

void Forest::find_nodes() {
    std::vector<std::int32_t> depth(of_.above.size(), -1);  // -1: nobody's
    for (const std::int32_t home : of_.home)
        for (std::int32_t r = home; r != none && depth[r] < 0; r = of_.above[r]) {
            depth[r] = 0;
            for (std::int32_t up = of_.above[r]; up != none; up = of_.above[up]) ++depth[r];
            nodes_.push_back(r);
        }
    std::sort(nodes_.begin(), nodes_.end(),
              [&](std::int32_t a, std::int32_t b) { return depth[a] != depth[b] ? depth[a] > depth[b] : a < b; });
}

void Forest::add_members() {
    for (std::int32_t member = 0; member < of_.candidates.members(); ++member) {
        const std::int32_t home = of_.home[member];
        if (home == none) continue;
        Part part;
        part.member = member;
        if (!of_.unknown.empty()) part.unknown = of_.unknown[member];
        std::vector<Option>& options = part.options;
        for (std::int32_t c = of_.candidates.first(member); c < of_.candidates.end(member); ++c)
            options.push_back({amount_of(of_.candidates[c].choice, home) / of_.step, of_.candidates[c].regret, c});
        // Of those that use the same amount, the one that loses least.
        std::stable_sort(options.begin(), options.end(), [](const Option& a, const Option& b) {
            return a.amount != b.amount ? a.amount < b.amount : a.loss < b.loss;
        });
        options.erase(std::unique(options.begin(), options.end(),
                                  [](const Option& a, const Option& b) { return a.amount == b.amount; }),
                      options.end());
        parts_[home].push_back(std::move(part));
    }
}

// From the least loss by amount (from `low` on) to that with one more part, for amounts in [lowest, highest].
bool Forest::add(Part& part, std::vector<double>& loss, std::int64_t& low, std::int64_t lowest, std::int64_t highest) {
    const auto high = low + static_cast<std::int64_t>(loss.size()) - 1;
    const bool any = part.unknown < infinite;
    const std::int64_t from = std::max(any ? low : low + part.options.front().amount, lowest);
    const std::int64_t to = any ? highest : std::min(high + part.options.back().amount, highest);
    if (from > to || part.options.size() >= not_known) return false;
    const auto width = static_cast<std::size_t>(to - from + 1);
    work_ -= static_cast<double>(loss.size()) * static_cast<double>(part.options.size() + 1);
    states_ += static_cast<double>(width);
    if (work_ < 0 || states_ > most_states || late_()) return false;
    std::vector<double> next(width, infinite);
    part.low = from;
    part.chosen.assign(width, 0);
    for (std::size_t k = 0; k < part.options.size(); ++k) {
        const Option& option = part.options[k];
        const std::int64_t first = std::max(low, from - option.amount), last = std::min(high, to - option.amount);
        if (first > last) continue;
        const double* before = loss.data() + (first - low);
        double* after = next.data() + (first + option.amount - from);
        std::uint16_t* chosen = part.chosen.data() + (first + option.amount - from);
        for (std::int64_t i = 0; i <= last - first; ++i) {
            const double with = before[i] + option.loss;
            const bool better = with < after[i];
            after[i] = better ? with : after[i];
            chosen[i] = better ? static_cast<std::uint16_t>(k) : chosen[i];
        }
    }
    if (any) {
        double least = infinite;
        std::int64_t reached = low;
        for (std::int64_t amount = from; amount <= to; ++amount) {
            for (; reached <= std::min(amount, high); ++reached) least = std::min(least, loss[reached - low]);
            if (least + part.unknown >= next[amount - from]) continue;
            next[amount - from] = least + part.unknown;
            part.chosen[amount - from] = not_known;
        }
    }
    low = from;
    loss.swap(next);
    return true;
}

// What the node uses and loses for the node above, what is left over of it included.
bool Forest::close(std::int32_t node, std::vector<Option>& found) {
    std::vector<Part>& parts = parts_[node];
    const std::int64_t room = of_.capacity[node] / of_.step;
    const double price = of_.prices[node] * static_cast<double>(of_.step);  // of a step
    const double remainder = of_.prices[node] * static_cast<double>(of_.capacity[node] % of_.step);
    // Less would leave over more than may be lost.
    const std::int64_t needed =
        price > 0 ? std::max<std::int64_t>(0, room - static_cast<std::int64_t>(std::min(1e15, of_.most / price))) : 0;
    std::int64_t least_rest = 0, most_rest = 0;  // of the parts to come
    const auto most_of = [&](const Part& part) { return part.unknown < infinite ? room : part.options.back().amount; };
    const auto least_of = [&](const Part& part) { return part.unknown < infinite ? 0 : part.options.front().amount; };
    for (const Part& part : parts) {
        if (part.options.empty()) return false;
        least_rest += least_of(part);
        most_rest += most_of(part);
    }
    std::vector<double> loss = {0.0};
    std::int64_t low = 0;
    for (Part& part : parts) {
        least_rest -= least_of(part);
        most_rest -= most_of(part);
        if (!add(part, loss, low, needed - most_rest, room - least_rest)) return false;
    }
    found.clear();
    for (std::size_t i = 0; i < loss.size(); ++i) {
        const std::int64_t amount = low + static_cast<std::int64_t>(i);
        if (amount > room) break;
        const double whole = loss[i] + price * static_cast<double>(room - amount) + remainder;
        if (whole <= of_.most) found.push_back({amount, whole});
    }
    return !found.empty();
}

void Forest::take(std::int32_t node, std::int64_t amount, std::vector<std::int32_t>& picks) const {
    const std::vector<Part>& parts = parts_[node];
    for (std::size_t i = parts.size(); i-- > 0;) {
        const Part& part = parts[i];
        const std::uint16_t number = part.chosen[static_cast<std::size_t>(amount - part.low)];
        if (number == not_known) return;  // of a lower bound, there is no way back
        const Option& option = part.options[number];
        if (part.member != none)
            picks[part.member] = option.tag;
        else
            take(part.child, option.amount, picks);
        amount -= option.amount;
    }
}

std::optional<NestedPicks> Forest::solve() {
    add_members();
    find_nodes();
    if (nodes_.empty()) return std::nullopt;
    NestedPicks result;
    for (std::int32_t member = 0; member < of_.candidates.members(); ++member) {
        const std::int32_t first = of_.candidates.first(member);
        result.picks.push_back(of_.home[member] == none && first < of_.candidates.end(member) ? first : none);
    }
    std::vector<Option> found;
    std::vector<std::pair<std::int32_t, std::int64_t>> roots;
    for (const std::int32_t node : nodes_) {
        if (!close(node, found)) return std::nullopt;
        if (const std::int32_t above = of_.above[node]; above != none) {
            Part part;
            part.child = node;
            part.options = found;
            parts_[above].push_back(std::move(part));
            continue;
        }
        const auto best = std::min_element(found.begin(), found.end(),
                                           [](const Option& a, const Option& b) { return a.loss < b.loss; });
        result.loss += best->loss;
        roots.push_back({node, best->amount});
    }
    if (result.loss > of_.most) return std::nullopt;
    for (const auto& [node, amount] : roots) take(node, amount, result.picks);
    return result;
}

}  // namespace

std::optional<NestedPicks> least_loss(const NestedProblem& problem, double work, const std::function<bool()>& late) {
    return Forest(problem, work, late).solve();
}

}  // namespace gradus
