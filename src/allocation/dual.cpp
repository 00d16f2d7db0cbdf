#include "allocation/dual.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "base/parallel.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 512;  // groups; sums run over these pieces in order, whatever the number of threads
constexpr Eigen::Index dense_limit = 1200;

// The smoothed dual at a point: value, gradient and, if wanted, what the Hessian needs.
struct Smoothed {
    const Pool& pool;
    std::span<const std::int64_t> capacity;
    double temperature;
    int threads;

    // Weights of a group's choices, and the group's smoothed value.
    double weigh(std::int32_t group, std::span<const double> prices, std::vector<double>& weights) const {
        const std::vector<Choice>& choices = pool.of(group);
        weights.resize(choices.size());
        double most = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < choices.size(); ++i) {
            weights[i] = net(choices[i], prices);
            most = std::max(most, weights[i]);
        }
        double sum = 0;
        for (double& weight : weights) {
            weight = std::exp((weight - most) / temperature);
            sum += weight;
        }
        for (double& weight : weights) weight /= sum;
        return most + temperature * std::log(sum);
    }

    double value(std::span<const double> prices, std::vector<double>* slope) const {
        const std::int64_t pieces = (pool.groups() + chunk - 1) / chunk;
        std::vector<double> values(pieces, 0.0);
        std::vector<std::vector<double>> used(slope ? pieces : 0);
        parallel_for(pool.groups(), chunk, threads, [&](std::int64_t first, std::int64_t last) {
            std::vector<double> weights;
            double sum = 0;
            std::vector<double>* use_sum = slope ? &used[first / chunk] : nullptr;
            if (use_sum) use_sum->assign(prices.size(), 0.0);
            for (std::int64_t group = first; group < last; ++group) {
                sum += weigh(static_cast<std::int32_t>(group), prices, weights);
                if (!use_sum) continue;
                const std::vector<Choice>& choices = pool.of(static_cast<std::int32_t>(group));
                for (std::size_t i = 0; i < choices.size(); ++i)
                    for (const Use& use : choices[i].uses)
                        (*use_sum)[use.resource] += weights[i] * static_cast<double>(use.amount);
            }
            values[first / chunk] = sum;
        });
        double result = 0;
        for (const double v : values) result += v;
        for (std::size_t r = 0; r < prices.size(); ++r) result += prices[r] * static_cast<double>(capacity[r]);
        if (slope) {
            slope->assign(prices.size(), 0.0);
            for (const std::vector<double>& piece : used)
                for (std::size_t r = 0; r < prices.size(); ++r) (*slope)[r] -= piece[r];
            for (std::size_t r = 0; r < prices.size(); ++r) (*slope)[r] += static_cast<double>(capacity[r]);
        }
        return result;
    }

    // Hessian on the moving prices; `place` maps a resource to its row or -1.
    Eigen::MatrixXd hessian(std::span<const double> prices, std::span<const std::int32_t> place,
                            Eigen::Index size) const {
        // Few large pieces: each holds a matrix of its own.
        const std::int64_t piece = std::max<std::int64_t>(chunk, (pool.groups() + 7) / 8);
        const std::int64_t pieces = (pool.groups() + piece - 1) / piece;
        std::vector<Eigen::MatrixXd> parts(pieces);
        parallel_for(pool.groups(), piece, threads, [&](std::int64_t first, std::int64_t last) {
            Eigen::MatrixXd& sum = parts[first / piece];
            sum.setZero(size, size);
            std::vector<double> weights, mean(prices.size(), 0.0);
            std::vector<std::int32_t> touched;
            for (std::int64_t group = first; group < last; ++group) {
                weigh(static_cast<std::int32_t>(group), prices, weights);
                const std::vector<Choice>& choices = pool.of(static_cast<std::int32_t>(group));
                touched.clear();
                for (std::size_t i = 0; i < choices.size(); ++i) {
                    if (weights[i] < 1e-12) continue;
                    for (const Use& a : choices[i].uses) {
                        if (place[a.resource] < 0) continue;
                        if (mean[a.resource] == 0) touched.push_back(a.resource);
                        mean[a.resource] += weights[i] * static_cast<double>(a.amount);
                        for (const Use& b : choices[i].uses)
                            if (place[b.resource] >= 0)
                                sum(place[a.resource], place[b.resource]) +=
                                    weights[i] * static_cast<double>(a.amount) * static_cast<double>(b.amount);
                    }
                }
                for (const std::int32_t a : touched)
                    for (const std::int32_t b : touched) sum(place[a], place[b]) -= mean[a] * mean[b];
                for (const std::int32_t a : touched) mean[a] = 0;
            }
        });
        Eigen::MatrixXd result = Eigen::MatrixXd::Zero(size, size);
        for (const Eigen::MatrixXd& part : parts) result += part;
        return result / temperature;
    }

    // Hessian × direction without the matrix, and the diagonal.
    std::vector<double> product(std::span<const double> prices, std::span<const double> direction,
                                bool diagonal) const {
        const std::int64_t pieces = (pool.groups() + chunk - 1) / chunk;
        std::vector<std::vector<double>> parts(pieces);
        parallel_for(pool.groups(), chunk, threads, [&](std::int64_t first, std::int64_t last) {
            std::vector<double>& sum = parts[first / chunk];
            sum.assign(prices.size(), 0.0);
            std::vector<double> weights, mean(prices.size(), 0.0);
            for (std::int64_t group = first; group < last; ++group) {
                weigh(static_cast<std::int32_t>(group), prices, weights);
                const std::vector<Choice>& choices = pool.of(static_cast<std::int32_t>(group));
                double along = 0;
                for (std::size_t i = 0; i < choices.size(); ++i)
                    for (const Use& use : choices[i].uses) {
                        const double weighted = weights[i] * static_cast<double>(use.amount);
                        mean[use.resource] += weighted;
                        if (!diagonal) along += weighted * direction[use.resource];
                    }
                for (std::size_t i = 0; i < choices.size(); ++i) {
                    double own = 0;
                    if (!diagonal)
                        for (const Use& use : choices[i].uses)
                            own += static_cast<double>(use.amount) * direction[use.resource];
                    for (const Use& use : choices[i].uses) {
                        const auto amount = static_cast<double>(use.amount);
                        sum[use.resource] +=
                            weights[i] * amount * (diagonal ? amount - mean[use.resource] : own - along);
                    }
                }
                for (const Choice& choice : choices)
                    for (const Use& use : choice.uses) mean[use.resource] = 0;
            }
        });
        std::vector<double> result(prices.size(), 0.0);
        for (const std::vector<double>& part : parts)
            for (std::size_t r = 0; r < result.size(); ++r) result[r] += part[r];
        for (double& value : result) value /= temperature;
        return result;
    }
};

}  // namespace

std::vector<double> minimise_dual(const Pool& pool, std::span<const std::int64_t> capacity, std::vector<double> prices,
                                  double temperature, const PriceBox& box, int steps, int threads) {
    const Smoothed smoothed{pool, capacity, temperature, threads};
    const std::size_t count = prices.size();
    for (std::size_t r = 0; r < count; ++r) prices[r] = std::clamp(prices[r], box.low[r], box.high[r]);
    std::vector<double> slope;
    double value = smoothed.value(prices, &slope);
    double damping = 1e-6;
    for (int step = 0; step < steps; ++step) {
        std::vector<std::int32_t> place(count, -1), moving;
        for (std::size_t r = 0; r < count; ++r) {
            const bool held = (prices[r] <= box.low[r] && slope[r] >= 0) || (prices[r] >= box.high[r] && slope[r] <= 0);
            if (held) continue;
            place[r] = static_cast<std::int32_t>(moving.size());
            moving.push_back(static_cast<std::int32_t>(r));
        }
        if (moving.empty()) break;
        const auto size = static_cast<Eigen::Index>(moving.size());
        const std::vector<double> diagonal = smoothed.product(prices, prices, true);
        double typical = 0;
        for (const std::int32_t r : moving) typical = std::max(typical, diagonal[r]);
        if (typical == 0) break;
        // A price that nobody's choice responds to still needs a scale of its own.
        const auto scale = [&](std::int32_t r) { return std::max(diagonal[r], typical * 1e-12); };

        std::vector<double> direction(count, 0.0);
        if (size <= dense_limit) {
            Eigen::MatrixXd matrix = smoothed.hessian(prices, place, size);
            Eigen::VectorXd right(size);
            for (Eigen::Index i = 0; i < size; ++i) {
                matrix(i, i) += damping * scale(moving[i]);
                right(i) = -slope[moving[i]];
            }
            const Eigen::VectorXd solution = matrix.ldlt().solve(right);
            for (Eigen::Index i = 0; i < size; ++i) direction[moving[i]] = solution(i);
        } else {
            std::vector<double> residual(count, 0.0), search(count, 0.0), preconditioned(count, 0.0);
            double old = 0, first = 0;
            for (const std::int32_t r : moving) {
                residual[r] = -slope[r];
                preconditioned[r] = residual[r] / (scale(r) * (1 + damping));
                search[r] = preconditioned[r];
                old += residual[r] * preconditioned[r];
            }
            first = old;
            for (int iteration = 0; iteration < 60 && old > 1e-6 * first; ++iteration) {
                const std::vector<double> image = smoothed.product(prices, search, false);
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

        double expected = 0;
        bool moved = false;
        for (double length = 1; length > 1e-4; length *= 0.4) {
            std::vector<double> trial = prices;
            expected = 0;
            for (const std::int32_t r : moving) {
                trial[r] = std::clamp(prices[r] + length * direction[r], box.low[r], box.high[r]);
                expected += slope[r] * (trial[r] - prices[r]);
            }
            const double reached = smoothed.value(trial, nullptr);
            if (reached <= value + 1e-4 * std::min(0.0, expected) && reached < value) {
                prices = std::move(trial);
                moved = true;
                break;
            }
        }
        if (!moved) {
            if (damping > 1e3) break;
            damping *= 100;
            continue;
        }
        damping = std::max(1e-9, damping * 0.1);
        const double before = value;
        value = smoothed.value(prices, &slope);
        if (before - value < 1e-9 * std::max(1.0, std::abs(value))) break;
    }
    return prices;
}

}  // namespace gradus
