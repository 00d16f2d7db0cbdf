#include "allocation/marginal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>

#include "allocation/smoothed.h"

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int32_t most_members = 20'000;
constexpr std::array lengths = {0.25, 1.0, 4.0};  // of a Newton step
constexpr std::size_t trials = 2 * lengths.size();
constexpr double smoothing = 0.01;   // temperature, of what a group's choice is worth
constexpr double negligible = 0.02;  // response of another price to that of the resource itself, each in its own scale
using Trials = std::array<double, trials>;  // first those with more, then those with fewer

// The choices of some members, one after the other, and who is concerned by which resource.
struct Members {
    Members(const Pool& pool, std::int32_t count, std::span<const double> prices);

    std::vector<double> nets, best;                     // by choice, by member
    std::vector<std::int32_t> first_choice, first_use;  // by member, by choice; one more than there are
    std::vector<Use> uses;
    std::vector<std::int32_t> first_user, users;  // by resource: members who have a choice that uses it
    std::vector<double> amount,
        worth;  // by resource: that a choice which uses it takes on average; what a unit is worth to it
};

Members::Members(const Pool& pool, std::int32_t count, std::span<const double> prices)
    : first_choice{0}, first_use{0}, first_user(prices.size() + 1, 0), amount(prices.size(), 0.0),
      worth(prices.size(), 0.0) {
    std::vector<std::int64_t> choices(prices.size(), 0);
    std::vector<std::int32_t> last(prices.size(), -1);
    std::vector<std::pair<std::int32_t, std::int32_t>> concerned;
    for (std::int32_t member = 0; member < count; ++member) {
        double most = -infinite;
        pool.each(member, [&](std::int32_t, const ChoiceView& choice) {
            nets.push_back(choice.net(prices));
            most = std::max(most, nets.back());
            uses.insert(uses.end(), choice.uses.begin(), choice.uses.end());
            first_use.push_back(static_cast<std::int32_t>(uses.size()));
            for (const Use& use : choice.uses) {
                const auto r = static_cast<std::size_t>(use.resource);
                ++choices[r];
                amount[r] += static_cast<double>(use.amount);
                worth[r] += std::abs(choice.value);
                if (last[r] == member) continue;
                last[r] = member;
                concerned.push_back({use.resource, member});
                ++first_user[r + 1];
            }
        });
        best.push_back(most);
        first_choice.push_back(static_cast<std::int32_t>(nets.size()));
    }
    for (std::size_t r = 0; r < prices.size(); ++r) {
        first_user[r + 1] += first_user[r];
        if (amount[r] > 0) worth[r] /= amount[r];
        amount[r] = choices[r] > 0 ? std::max(1.0, amount[r] / static_cast<double>(choices[r])) : 1;
    }
    users.resize(concerned.size());
    std::vector<std::int32_t> next(first_user.begin(), first_user.end() - 1);
    for (const auto& [resource, member] : concerned) users[next[resource]++] = member;
}

// How the prices of some resources move, by trial. Nothing else moves.
struct Moves {
    explicit Moves(std::size_t resources) : by(resources, Trials{}) {}
    std::vector<std::int32_t> moving;
    std::vector<Trials> by;
};

// How much more the members' best choices are worth then.
Trials change(const Members& of, const Moves& moves, std::vector<std::int32_t>& seen, std::int32_t mark) {
    Trials sum{};
    const auto add = [&](std::int32_t member) {
        Trials most;
        most.fill(-infinite);
        for (std::int32_t c = of.first_choice[member]; c < of.first_choice[member + 1]; ++c) {
            Trials net;
            net.fill(of.nets[c]);
            for (std::int32_t u = of.first_use[c]; u < of.first_use[c + 1]; ++u) {
                const Trials& by = moves.by[of.uses[u].resource];
                const auto amount = static_cast<double>(of.uses[u].amount);
                for (std::size_t t = 0; t < trials; ++t) net[t] -= by[t] * amount;
            }
            for (std::size_t t = 0; t < trials; ++t) most[t] = std::max(most[t], net[t]);
        }
        for (std::size_t t = 0; t < trials; ++t) sum[t] += most[t] - of.best[member];
    };
    for (const std::int32_t r : moves.moving)
        for (std::int32_t u = of.first_user[r]; u < of.first_user[r + 1]; ++u)
            if (const std::int32_t member = of.users[u]; seen[member] != mark) {
                seen[member] = mark;
                add(member);
            }
    return sum;
}

}  // namespace

MarginalValues marginal_values(const Pool& pool, std::int32_t groups, std::span<const std::int64_t> capacity,
                               std::span<const double> prices, double worth, int threads) {
    MarginalValues result{{prices.begin(), prices.end()}, {prices.begin(), prices.end()}};
    const std::int32_t count = std::min(pool.size(), most_members);
    const std::size_t resources = prices.size();
    if (count == 0 || resources == 0) return result;
    const Members members(pool, count, prices);
    const double part = static_cast<double>(count) / std::max(groups, 1);

    std::vector<double> shared(resources), slope;
    for (std::size_t r = 0; r < resources; ++r) shared[r] = part * static_cast<double>(capacity[r]);
    Smoothed smoothed(pool, count, shared, smoothing * worth, threads);
    smoothed.at(prices, slope);
    // Prices that are best for all are not best for a part, but for what it uses at them.
    if (count < groups)
        for (std::size_t r = 0; r < resources; ++r)
            if (prices[r] > 0 || slope[r] < 0) shared[r] -= slope[r];

    std::vector<double> step(resources);
    std::vector<std::int32_t> place(resources, -1), moving;
    for (std::size_t r = 0; r < resources; ++r) {
        step[r] = part * std::min(members.amount[r], static_cast<double>(std::max<std::int64_t>(capacity[r], 1)));
        if (members.first_user[r] == members.first_user[r + 1] || (prices[r] <= 0 && slope[r] >= step[r])) continue;
        place[r] = static_cast<std::int32_t>(moving.size());
        moving.push_back(static_cast<std::int32_t>(r));
    }
    if (moving.empty()) return result;

    // Damped so that a step of its capacity moves no price by more than what a unit is worth to who uses it.
    const std::vector<double> curvature = smoothed.diagonal();
    std::vector<double> stiffness(resources, 1.0);
    for (const std::int32_t r : moving)
        stiffness[r] = curvature[r] + step[r] / std::max({prices[r], members.worth[r], 1e-12 * worth});
    const auto size = static_cast<Eigen::Index>(moving.size());
    Eigen::MatrixXd response;  // of all prices, by resource: columns
    if (size <= Smoothed::dense_limit) {
        Eigen::MatrixXd matrix = smoothed.hessian(place, size);
        for (Eigen::Index i = 0; i < size; ++i) matrix(i, i) += stiffness[moving[i]] - curvature[moving[i]];
        response = matrix.selfadjointView<Eigen::Lower>().ldlt().solve(Eigen::MatrixXd::Identity(size, size));
    }

    constexpr std::int64_t together = 8;  // resources: scratch memory is made once for so many
    parallel_for(size, together, threads, [&](std::int64_t first, std::int64_t last) {
        Moves moves(resources);
        std::vector<std::int32_t> seen(static_cast<std::size_t>(count), -1);
        for (std::int64_t i = first; i < last; ++i) {
            const std::int32_t r = moving[i];
            moves.moving.clear();
            const auto move = [&](std::int32_t k, double by) {
                moves.moving.push_back(k);
                for (std::size_t l = 0; l < lengths.size(); ++l) {
                    moves.by[k][l] = std::max(-prices[k], -lengths[l] * by);
                    moves.by[k][l + lengths.size()] = std::max(-prices[k], lengths[l] * by);
                }
            };
            move(r, step[r] * (response.size() > 0 ? response(i, i) : 1 / stiffness[r]));
            for (Eigen::Index k = 0; k < response.rows(); ++k)
                if (k != i && std::abs(response(k, i)) * std::sqrt(stiffness[moving[k]]) >=
                                  negligible * response(i, i) * std::sqrt(stiffness[r]))
                    move(moving[k], step[r] * response(k, i));
            Trials dual = change(members, moves, seen, static_cast<std::int32_t>(i));
            for (const std::int32_t k : moves.moving)
                for (std::size_t t = 0; t < trials; ++t) dual[t] += moves.by[k][t] * shared[k];
            const double least = std::min(0.0, *std::min_element(dual.begin(), dual.end()));
            double more = prices[r] * step[r], fewer = -prices[r] * step[r];
            for (std::size_t t = 0; t < trials; ++t) {
                const double price = prices[r] + moves.by[r][t];
                more = std::min(more, dual[t] + price * step[r]);
                fewer = std::min(fewer, dual[t] - price * step[r]);
            }
            result.one_more[r] = std::clamp((more - least) / step[r], 0.0, prices[r]);
            if (capacity[r] > 0) result.one_fewer[r] = std::max(prices[r], (least - fewer) / step[r]);
            for (const std::int32_t k : moves.moving) moves.by[k] = Trials{};
        }
    });
    return result;
}

}  // namespace gradus
