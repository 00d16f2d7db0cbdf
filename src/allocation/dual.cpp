#include "allocation/dual.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>

#include "allocation/smoothed.h"

namespace gradus {

std::vector<double> minimise_dual(const Pool& pool, std::span<const double> capacity, std::vector<double> prices,
                                  double temperature, const PriceBox& box, int steps, int threads,
                                  const std::function<bool()>& late) {
    Smoothed smoothed(pool, pool.size(), capacity, temperature, threads);
    const std::size_t count = prices.size();
    for (std::size_t r = 0; r < count; ++r) prices[r] = std::clamp(prices[r], box.low[r], box.high[r]);
    std::vector<double> slope, direction(count), trial, trial_slope;
    double value = smoothed.at(prices, slope);
    double damping = 1e-6;
    for (int step = 0; step < steps && !late(); ++step) {
        const std::vector<double> diagonal = smoothed.diagonal();
        const double typical = *std::max_element(diagonal.begin(), diagonal.end());
        // A price that nobody's choice responds to still needs a scale of its own; where none responds to any, it is 0, and all
        // go to the sides of the box.
        const auto scale = [&](std::size_t r) { return std::max(diagonal[r], typical * 1e-12); };
        // Prices on their way to a side of the box go there by themselves: in one system with the others they would be stopped
        // there and leave a step that does not descend (Bertsekas 1982).
        std::vector<std::int32_t> place(count, -1), moving, leaving;
        std::fill(direction.begin(), direction.end(), 0.0);
        for (std::size_t r = 0; r < count; ++r) {
            const double alone = prices[r] - slope[r] / scale(r);
            if (slope[r] > 0 ? alone <= box.low[r] : alone >= box.high[r]) {
                if (slope[r] > 0 ? prices[r] <= box.low[r] : prices[r] >= box.high[r]) continue;
                leaving.push_back(static_cast<std::int32_t>(r));
                direction[r] = (slope[r] > 0 ? box.low[r] : box.high[r]) - prices[r];
                continue;
            }
            if (slope[r] == 0) continue;
            place[r] = static_cast<std::int32_t>(moving.size());
            moving.push_back(static_cast<std::int32_t>(r));
        }
        if (moving.empty() && leaving.empty()) break;
        const auto size = static_cast<Eigen::Index>(moving.size());
        if (size > 0 && size <= Smoothed::dense_limit) {
            Eigen::MatrixXd matrix = smoothed.hessian(place, size);
            Eigen::VectorXd right(size);
            for (Eigen::Index i = 0; i < size; ++i) {
                matrix(i, i) += damping * scale(moving[i]);
                right(i) = -slope[moving[i]];
            }
            const Eigen::VectorXd solution = matrix.selfadjointView<Eigen::Lower>().ldlt().solve(right);
            for (Eigen::Index i = 0; i < size; ++i) direction[moving[i]] = solution(i);
        } else if (size > 0) {
            std::vector<double> residual(count, 0.0), search(count, 0.0), preconditioned(count, 0.0);
            double old = 0, first = 0;
            for (const std::int32_t r : moving) {
                residual[r] = -slope[r];
                preconditioned[r] = residual[r] / (scale(r) * (1 + damping));
                search[r] = preconditioned[r];
                old += residual[r] * preconditioned[r];
            }
            first = old;
            for (int iteration = 0; iteration < 40 && old > 1e-4 * first && !late(); ++iteration) {
                const std::vector<double> image = smoothed.product(search);
                double curvature = 0;
                for (const std::int32_t r : moving)
                    curvature += search[r] * (image[r] + damping * scale(r) * search[r]);
                if (!(curvature > 0)) break;
                const double length = old / curvature;
                double next = 0;
                for (const std::int32_t r : moving) {
                    direction[r] += length * search[r];
                    residual[r] -= length * (image[r] + damping * scale(r) * search[r]);
                    preconditioned[r] = residual[r] / (scale(r) * (1 + damping));
                    next += residual[r] * preconditioned[r];
                }
                for (const std::int32_t r : moving) search[r] = preconditioned[r] + next / old * search[r];
                old = next;
            }
        }

        moving.insert(moving.end(), leaving.begin(), leaving.end());
        bool moved = false;
        const double before = value;
        for (double length = 1; length > 1e-4 && !late(); length *= 0.4) {
            trial = prices;
            double expected = 0;
            for (const std::int32_t r : moving) {
                trial[r] = std::clamp(prices[r] + length * direction[r], box.low[r], box.high[r]);
                expected += slope[r] * (trial[r] - prices[r]);
            }
            const double reached = smoothed.at(trial, trial_slope);
            if (reached <= value + 1e-4 * std::min(0.0, expected) && reached < value) {
                prices.swap(trial);
                slope.swap(trial_slope);
                value = reached;
                moved = true;
                break;
            }
        }
        if (!moved) {
            if (typical == 0 || damping > 1e3) break;
            damping *= 100;
            value = smoothed.at(prices, slope);  // what the Hessian needs is that of the last trial
            continue;
        }
        damping = std::max(1e-9, damping * 0.1);
        if (before - value < 1e-9 * std::max(1.0, std::abs(value))) break;
    }
    return prices;
}

}  // namespace gradus
