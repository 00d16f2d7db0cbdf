#include "allocation/rounding.h"

#include <algorithm>

#include "base/parallel.h"

namespace gradus {
namespace {

void use(std::vector<std::int64_t>& used, const Choice& choice, std::int64_t sign) {
    for (const Use& u : choice.uses) used[u.resource] += sign * u.amount;
}

}  // namespace

Assignment round_choices(const Pool& pool, std::span<const std::int64_t> capacity, std::span<const double> prices,
                         std::vector<std::int32_t>& deferred) {
    const std::int32_t groups = pool.groups();
    Assignment result;
    result.used.assign(capacity.size(), 0);
    struct Wish {
        double urgency;  // what the group loses if it has to take its second best
        std::int32_t group, choice;
    };
    std::vector<Wish> wishes(groups);
    for (std::int32_t group = 0; group < groups; ++group) {
        const std::vector<Choice>& choices = pool.of(group);
        const std::int32_t best = pool.best(group, prices);
        double second = net(choices[0], prices);
        for (std::size_t i = 1; i < choices.size(); ++i)
            if (static_cast<std::int32_t>(i) != best) second = std::max(second, net(choices[i], prices));
        wishes[group] = {best == 0 ? 0 : net(choices[best], prices) - second, group, best};
        result.choices.push_back(choices[0]);
        use(result.used, choices[0], 1);  // the fallbacks are reserved from the start
    }
    std::sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) {
        return a.urgency != b.urgency ? a.urgency > b.urgency : a.group < b.group;
    });
    deferred.clear();
    for (const Wish& wish : wishes) {
        const Choice& wanted = pool.of(wish.group)[wish.choice];
        use(result.used, result.choices[wish.group], -1);
        const bool fits = std::all_of(wanted.uses.begin(), wanted.uses.end(), [&](const Use& u) {
            return result.used[u.resource] + u.amount <= capacity[u.resource];
        });
        if (fits)
            result.choices[wish.group] = wanted;
        else
            deferred.push_back(wish.group);
        use(result.used, result.choices[wish.group], 1);
    }
    for (const Choice& choice : result.choices) result.value += choice.value;
    return result;
}

std::int64_t fill(const AllocationProblem& problem, Assignment& assignment, std::span<const double> prices,
                  std::span<const std::int32_t> groups, double tolerance, int threads, const Control* control) {
    constexpr std::int32_t block = 128, piece = 8;
    constexpr std::int64_t glance = 400;  // nodes: an improvement is welcome, a proof not needed
    const auto group_count = static_cast<std::int32_t>(groups.size());
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
        query.effort = glance;
        query.known = &assignment.choices[group];
        query.control = control;
        pricer(query, best, nodes);
    };
    for (std::int32_t start = 0; start < group_count; start += block) {
        if (control && control->cancelled()) break;
        const std::int32_t count = std::min(block, group_count - start);
        std::vector<std::int64_t> nodes((count + piece - 1) / piece, 0);
        parallel_for(count, piece, threads, [&](std::int64_t first, std::int64_t last) {
            const Pricer pricer = problem.pricer();
            for (std::int64_t i = first; i < last; ++i)
                ask(pricer, groups[start + i], room, proposals[i], nodes[first / piece]);
        });
        for (const std::int64_t n : nodes) work += n;
        for (std::int32_t i = 0; i < count; ++i) {
            const std::int32_t group = groups[start + i];
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

std::int64_t exchange(const AllocationProblem& problem, const Pool& pool, Assignment& assignment,
                      std::span<const double> prices, double tolerance, const Control* control) {
    constexpr std::size_t partners = 12;  // tried for each group
    const std::size_t resources = problem.capacity.size();
    std::vector<std::int64_t> room(resources);
    for (std::size_t r = 0; r < resources; ++r) room[r] = problem.capacity[r] - assignment.used[r];
    struct Short {
        double regret;
        std::int32_t group, wanted;
    };
    std::vector<Short> shorts;
    std::vector<std::vector<std::int32_t>> holders(resources);
    for (std::int32_t group = 0; group < problem.groups; ++group) {
        const std::int32_t best = pool.best(group, prices);
        const double regret = net(pool.of(group)[best], prices) - net(assignment.choices[group], prices);
        if (regret > 10 * tolerance) shorts.push_back({regret, group, best});
        for (const Use& u : assignment.choices[group].uses) holders[u.resource].push_back(group);
    }
    std::sort(shorts.begin(), shorts.end(), [](const Short& a, const Short& b) {
        return a.regret != b.regret ? a.regret > b.regret : a.group < b.group;
    });
    // How much a group loses if it must do without what it has: by its pool, a guess that orders the partners.
    const auto loss = [&](std::int32_t group, std::int32_t resource) {
        double second = net(pool.of(group)[0], prices);
        for (const Choice& choice : pool.of(group))
            if (std::none_of(choice.uses.begin(), choice.uses.end(),
                             [&](const Use& u) { return u.resource == resource; }))
                second = std::max(second, net(choice, prices));
        return net(assignment.choices[group], prices) - second;
    };
    const Pricer pricer = problem.pricer();
    std::int64_t nodes = 0;
    for (const Short& one : shorts) {
        if (control && control->cancelled()) break;
        const Choice& wanted = pool.of(one.group)[one.wanted];
        Choice& now = assignment.choices[one.group];
        use(room, now, 1);
        std::int32_t blocked = -1;
        int count = 0;
        for (const Use& u : wanted.uses)
            if (u.amount > room[u.resource]) {
                blocked = u.resource;
                ++count;
            }
        const double gain = wanted.value - now.value;
        bool done = false;
        if (count == 0 && gain > 0) {
            use(room, wanted, -1);
            now = wanted;
            continue;
        }
        if (count >= 1) {
            std::vector<std::pair<double, std::int32_t>> order;
            for (const std::int32_t other : holders[blocked])
                if (other != one.group &&
                    std::any_of(assignment.choices[other].uses.begin(), assignment.choices[other].uses.end(),
                                [&](const Use& u) { return u.resource == blocked; }))
                    order.push_back({loss(other, blocked), other});
            const std::size_t tried = std::min(partners, order.size());
            std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(tried), order.end());
            for (std::size_t k = 0; k < tried && !done; ++k) {
                Choice& theirs = assignment.choices[order[k].second];
                use(room, theirs, 1);
                use(room, wanted, -1);
                if (std::all_of(wanted.uses.begin(), wanted.uses.end(),
                                [&](const Use& u) { return room[u.resource] >= 0; })) {
                    Query query;
                    query.group = order[k].second;
                    query.prices = prices;
                    query.room = room;
                    query.tolerance = tolerance;
                    query.effort = 400;
                    query.control = control;
                    Choice other;
                    pricer(query, other, nodes);
                    // Who must take something and finds no room for it answers with nothing at all.
                    const bool fits = (!other.content.empty() || pool.of(query.group)[0].content.empty()) &&
                                      std::all_of(other.uses.begin(), other.uses.end(),
                                                  [&](const Use& u) { return u.amount <= room[u.resource]; });
                    // Both at prices, so that freeing what others can use counts for something.
                    const double both =
                        net(wanted, prices) + net(other, prices) - net(now, prices) - net(theirs, prices);
                    if (fits && both > 1e-12 && gain + other.value - theirs.value > -0.25 * std::abs(gain)) {
                        use(room, other, -1);
                        for (const Use& u : wanted.uses) holders[u.resource].push_back(one.group);
                        for (const Use& u : other.uses) holders[u.resource].push_back(order[k].second);
                        theirs = std::move(other);
                        now = wanted;
                        done = true;
                        break;
                    }
                }
                use(room, wanted, 1);
                use(room, theirs, -1);
            }
        }
        if (!done) use(room, now, -1);
    }
    assignment.value = 0;
    for (const Choice& choice : assignment.choices) assignment.value += choice.value;
    for (std::size_t r = 0; r < resources; ++r) assignment.used[r] = problem.capacity[r] - room[r];
    return nodes;
}

}  // namespace gradus
