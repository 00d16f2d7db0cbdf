#include "allocation/rounding.h"

#include <algorithm>
#include <queue>

#include "base/parallel.h"

namespace gradus {
namespace {

void use(std::vector<std::int64_t>& used, const Choice& choice, std::int64_t sign) {
    for (const Use& u : choice.uses) used[u.resource] += sign * u.amount;
}

// How far the capacities are exceeded, each in shares of its own, changed by going from one choice to another.
class Overload {
public:
    explicit Overload(std::span<const std::int64_t> capacity) : capacity_(capacity), change_(capacity.size(), 0) {}

    double change(const std::vector<std::int64_t>& used, const Choice& from, const Choice& to) {
        for (const Use& u : from.uses) change_[u.resource] -= u.amount;
        for (const Use& u : to.uses) change_[u.resource] += u.amount;
        double sum = 0;
        const auto count = [&](const Choice& choice) {
            for (const Use& u : choice.uses) {
                const std::int64_t delta = change_[u.resource];
                if (delta == 0) continue;
                const std::int64_t room = capacity_[u.resource];
                const auto over = [&](std::int64_t amount) { return static_cast<double>(std::max<std::int64_t>(0, amount - room)); };
                sum += (over(used[u.resource] + delta) - over(used[u.resource])) /
                       static_cast<double>(std::max<std::int64_t>(1, room));
                change_[u.resource] = 0;
            }
        };
        count(from);
        count(to);
        return sum;
    }

private:
    std::span<const std::int64_t> capacity_;
    std::vector<std::int64_t> change_;
};

}  // namespace

Assignment round_choices(const Pool& pool, std::span<const std::int64_t> capacity, std::span<const double> prices) {
    const std::int32_t groups = pool.groups();
    Assignment result;
    result.used.assign(capacity.size(), 0);
    std::vector<std::int32_t> pick(groups);
    for (std::int32_t group = 0; group < groups; ++group) {
        pick[group] = pool.best(group, prices);
        use(result.used, pool.of(group)[pick[group]], 1);
    }

    Overload overload(capacity);
    const auto overloaded = [&](const Choice& choice) {
        return std::any_of(choice.uses.begin(), choice.uses.end(),
                           [&](const Use& u) { return result.used[u.resource] > capacity[u.resource]; });
    };
    struct Move {
        double loss;  // of net value per overload removed
        std::int32_t group, to;
        bool operator<(const Move& other) const {  // the queue's top is the greatest
            return loss != other.loss ? loss > other.loss : group > other.group;
        }
    };
    const auto cheapest = [&](std::int32_t group, Move& move) {
        const std::vector<Choice>& choices = pool.of(group);
        const Choice& now = choices[pick[group]];
        if (!overloaded(now)) return false;
        const double worth = net(now, prices);
        bool found = false;
        for (std::size_t i = 0; i < choices.size(); ++i) {
            if (static_cast<std::int32_t>(i) == pick[group]) continue;
            const double relief = -overload.change(result.used, now, choices[i]);
            if (relief <= 0) continue;
            const double loss = std::max(0.0, worth - net(choices[i], prices)) / relief;
            if (!found || loss < move.loss) move = {loss, group, static_cast<std::int32_t>(i)};
            found = true;
        }
        return found;
    };
    std::priority_queue<Move> queue;
    Move move{};
    for (std::int32_t group = 0; group < groups; ++group)
        if (cheapest(group, move)) queue.push(move);
    while (!queue.empty()) {
        const Move top = queue.top();
        queue.pop();
        if (!cheapest(top.group, move)) continue;
        if (move.loss > top.loss * (1 + 1e-9) + 1e-15) {  // what it relieves has changed: queue again
            queue.push(move);
            continue;
        }
        use(result.used, pool.of(top.group)[pick[top.group]], -1);
        pick[top.group] = move.to;
        use(result.used, pool.of(top.group)[pick[top.group]], 1);
        if (cheapest(top.group, move)) queue.push(move);
    }
    // Whoever still overloads goes back to the fallback; all fallbacks together fit.
    for (int pass = 0; pass < 2; ++pass)
        for (std::int32_t group = 0; group < groups; ++group) {
            const bool over = [&] {
                for (std::size_t r = 0; r < capacity.size(); ++r)
                    if (result.used[r] > capacity[r]) return true;
                return false;
            }();
            if (!over) break;
            if (pick[group] == 0 || (pass == 0 && !overloaded(pool.of(group)[pick[group]]))) continue;
            use(result.used, pool.of(group)[pick[group]], -1);
            pick[group] = 0;
            use(result.used, pool.of(group)[0], 1);
        }
    result.choices.reserve(groups);
    for (std::int32_t group = 0; group < groups; ++group) {
        result.choices.push_back(pool.of(group)[pick[group]]);
        result.value += result.choices.back().value;
    }
    return result;
}

std::int64_t fill(const AllocationProblem& problem, Assignment& assignment, std::span<const double> prices,
                  double tolerance, int threads, const Control* control) {
    constexpr std::int32_t block = 128, piece = 8;
    std::vector<std::int64_t> room(problem.capacity.size());
    for (std::size_t r = 0; r < room.size(); ++r) room[r] = problem.capacity[r] - assignment.used[r];
    std::vector<Choice> proposals(block);
    std::int64_t work = 0;
    const Pricer again = problem.pricer();

    const auto ask = [&](const Pricer& pricer, std::int32_t group, const std::vector<std::int64_t>& free, Choice& best,
                         std::int64_t& nodes) {
        std::vector<std::int64_t> own = free;
        use(own, assignment.choices[group], 1);
        Query query;
        query.group = group;
        query.prices = prices;
        query.room = own;
        query.tolerance = tolerance;
        query.known = &assignment.choices[group];
        query.control = control;
        pricer(query, best, nodes);
    };
    for (std::int32_t start = 0; start < problem.groups; start += block) {
        if (control && control->cancelled()) break;
        const std::int32_t count = std::min(block, problem.groups - start);
        std::vector<std::int64_t> nodes((count + piece - 1) / piece, 0);
        parallel_for(count, piece, threads, [&](std::int64_t first, std::int64_t last) {
            const Pricer pricer = problem.pricer();
            for (std::int64_t i = first; i < last; ++i)
                ask(pricer, start + static_cast<std::int32_t>(i), room, proposals[i], nodes[first / piece]);
        });
        for (const std::int64_t n : nodes) work += n;
        for (std::int32_t i = 0; i < count; ++i) {
            const std::int32_t group = start + i;
            Choice& now = assignment.choices[group];
            Choice& proposal = proposals[i];
            const auto better = [&] { return net(proposal, prices) > net(now, prices) + 1e-12; };
            if (!better()) continue;
            use(room, now, 1);
            const auto fits = [&] {
                return std::all_of(proposal.uses.begin(), proposal.uses.end(),
                                   [&](const Use& u) { return u.amount <= room[u.resource]; });
            };
            if (!fits()) {  // somebody before took it: ask again
                use(room, now, -1);
                ask(again, group, room, proposal, work);
                use(room, now, 1);
                if (!better() || !fits()) {
                    use(room, now, -1);
                    continue;
                }
            }
            use(room, proposal, -1);
            std::swap(now, proposal);
        }
    }
    assignment.value = 0;
    for (const Choice& choice : assignment.choices) assignment.value += choice.value;
    for (std::size_t r = 0; r < room.size(); ++r) assignment.used[r] = problem.capacity[r] - room[r];
    return work;
}

}  // namespace gradus
