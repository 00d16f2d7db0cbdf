#include "allocation/dual.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "base/parallel.h"

namespace gradus {
namespace {

constexpr std::int32_t pieces = 16;  // of the members; sums run over them in order, whatever the number of threads
constexpr std::int32_t worth_a_thread = 1024;  // members
constexpr Eigen::Index dense_limit = 700;
constexpr double negligible = 1e-10;  // weight

// Choices that count at a temperature, with their weights, of the members with more than one.
struct Weighed {
    std::vector<ChoiceView> choices;
    std::vector<double> weights;
    std::vector<std::int32_t> ends;  // by member
};

class Smoothed {
public:
    Smoothed(const Pool& pool, std::span<const double> capacity, double temperature, int threads)
        : pool_(pool), capacity_(capacity), temperature_(temperature),
          threads_(pool.size() < worth_a_thread ? 1 : threads), piece_((pool.size() + pieces - 1) / pieces),
          weighed_(pieces), used_(pieces) {}

    // Value and slope; what the Hessian needs is kept.
    double at(std::span<const double> prices, std::vector<double>& slope);
    // Hessian × vector.
    std::vector<double> product(std::span<const double> vector) const;
    std::vector<double> diagonal() const;
    // The Hessian on the moving prices; `place` maps a resource to its row or -1.
    Eigen::MatrixXd hessian(std::span<const std::int32_t> place, Eigen::Index size) const;

private:
    template <class F>
    void each_piece(F&& f) const {
        parallel_for(pool_.size(), piece_, threads_, [&](std::int64_t first, std::int64_t last) {
            f(first / piece_, static_cast<std::int32_t>(first), static_cast<std::int32_t>(last));
        });
    }
    std::vector<double> sum(const std::vector<std::vector<double>>& parts) const {
        std::vector<double> result(capacity_.size(), 0.0);
        for (const std::vector<double>& part : parts)
            for (std::size_t r = 0; r < part.size(); ++r) result[r] += part[r];
        return result;
    }

    const Pool& pool_;
    std::span<const double> capacity_;
    double temperature_;
    int threads_;
    std::int64_t piece_;
    std::vector<Weighed> weighed_;
    std::vector<std::vector<double>> used_;
};

double Smoothed::at(std::span<const double> prices, std::vector<double>& slope) {
    std::vector<double> values(pieces, 0.0);
    each_piece([&](std::int64_t number, std::int32_t first, std::int32_t last) {
        std::vector<double>& used = used_[number];
        used.assign(prices.size(), 0.0);
        Weighed& kept = weighed_[number];
        kept.choices.clear();
        kept.weights.clear();
        kept.ends.clear();
        double total = 0;
        for (std::int32_t member = first; member < last; ++member) {
            const std::size_t begin = kept.choices.size();
            double most = -std::numeric_limits<double>::infinity();
            pool_.each(member, [&](std::int32_t, const ChoiceView& choice) {
                kept.choices.push_back(choice);
                kept.weights.push_back(choice.net(prices));
                most = std::max(most, kept.weights.back());
            });
            if (begin == kept.choices.size()) continue;
            double mass = 0;
            std::size_t end = begin;
            for (std::size_t i = begin; i < kept.choices.size(); ++i) {
                const double weight = std::exp((kept.weights[i] - most) / temperature_);
                mass += weight;
                if (weight < negligible) continue;
                kept.choices[end] = kept.choices[i];
                kept.weights[end++] = weight;
            }
            kept.choices.resize(end);
            kept.weights.resize(end);
            total += most + temperature_ * std::log(mass);
            for (std::size_t i = begin; i < end; ++i) {
                kept.weights[i] /= mass;
                for (const Use& use : kept.choices[i].uses)
                    used[use.resource] += kept.weights[i] * static_cast<double>(use.amount);
            }
            if (end - begin < 2) {  // no curvature
                kept.choices.resize(begin);
                kept.weights.resize(begin);
            } else {
                kept.ends.push_back(static_cast<std::int32_t>(end));
            }
        }
        values[number] = total;
    });
    double result = 0;
    for (const double value : values) result += value;
    const std::vector<double> used = sum(used_);
    slope.resize(prices.size());
    for (std::size_t r = 0; r < prices.size(); ++r) {
        result += prices[r] * capacity_[r];
        slope[r] = capacity_[r] - used[r];
    }
    return result;
}

Eigen::MatrixXd Smoothed::hessian(std::span<const std::int32_t> place, Eigen::Index size) const {
    std::vector<Eigen::MatrixXd> parts(pieces);
    each_piece([&](std::int64_t number, std::int32_t, std::int32_t) {
        Eigen::MatrixXd& sum = parts[number];
        sum.setZero(size, size);
        const Weighed& kept = weighed_[number];
        std::vector<double> mean(place.size(), 0.0);
        std::vector<std::int32_t> touched;
        std::int32_t i = 0;
        for (const std::int32_t end : kept.ends) {
            touched.clear();
            for (; i < end; ++i)
                for (const Use& a : kept.choices[i].uses) {
                    const std::int32_t row = place[a.resource];
                    if (row < 0) continue;
                    if (mean[row] == 0) touched.push_back(row);
                    const double part = kept.weights[i] * static_cast<double>(a.amount);
                    mean[row] += part;
                    for (const Use& b : kept.choices[i].uses)
                        if (place[b.resource] >= row)
                            sum(place[b.resource], row) += part * static_cast<double>(b.amount);
                }
            for (const std::int32_t a : touched)
                for (const std::int32_t b : touched)
                    if (a >= b) sum(a, b) -= mean[a] * mean[b];
            for (const std::int32_t a : touched) mean[a] = 0;
        }
    });
    Eigen::MatrixXd result = Eigen::MatrixXd::Zero(size, size);
    for (const Eigen::MatrixXd& part : parts)
        if (part.size() > 0) result += part;
    return result / temperature_;  // its lower half
}

std::vector<double> Smoothed::product(std::span<const double> vector) const {
    std::vector<std::vector<double>> parts(pieces);
    each_piece([&](std::int64_t number, std::int32_t, std::int32_t) {
        std::vector<double>& sum = parts[number];
        sum.assign(vector.size(), 0.0);
        const Weighed& kept = weighed_[number];
        std::vector<double> own;
        std::int32_t begin = 0;
        for (const std::int32_t end : kept.ends) {
            double along = 0;
            own.clear();
            for (std::int32_t i = begin; i < end; ++i) {
                double one = 0;
                for (const Use& use : kept.choices[i].uses)
                    one += static_cast<double>(use.amount) * vector[use.resource];
                own.push_back(one);
                along += kept.weights[i] * one;
            }
            for (std::int32_t i = begin; i < end; ++i) {
                const double factor = kept.weights[i] * (own[i - begin] - along);
                for (const Use& use : kept.choices[i].uses)
                    sum[use.resource] += factor * static_cast<double>(use.amount);
            }
            begin = end;
        }
    });
    std::vector<double> result = sum(parts);
    for (double& value : result) value /= temperature_;
    return result;
}

std::vector<double> Smoothed::diagonal() const {
    std::vector<std::vector<double>> parts(pieces);
    each_piece([&](std::int64_t number, std::int32_t, std::int32_t) {
        std::vector<double>& sum = parts[number];
        sum.assign(capacity_.size(), 0.0);
        const Weighed& kept = weighed_[number];
        std::vector<double> mean(capacity_.size(), 0.0);
        std::int32_t begin = 0;
        for (const std::int32_t end : kept.ends) {
            for (std::int32_t i = begin; i < end; ++i)
                for (const Use& use : kept.choices[i].uses)
                    mean[use.resource] += kept.weights[i] * static_cast<double>(use.amount);
            for (std::int32_t i = begin; i < end; ++i)
                for (const Use& use : kept.choices[i].uses) {
                    const auto amount = static_cast<double>(use.amount);
                    sum[use.resource] += kept.weights[i] * amount * (amount - mean[use.resource]);
                }
            for (std::int32_t i = begin; i < end; ++i)
                for (const Use& use : kept.choices[i].uses) mean[use.resource] = 0;
            begin = end;
        }
    });
    std::vector<double> result = sum(parts);
    for (double& value : result) value /= temperature_;
    return result;
}

}  // namespace

std::vector<double> minimise_dual(const Pool& pool, std::span<const double> capacity, std::vector<double> prices,
                                  double temperature, const PriceBox& box, int steps, int threads,
                                  const std::function<bool()>& late) {
    Smoothed smoothed(pool, capacity, temperature, threads);
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
        if (size > 0 && size <= dense_limit) {
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
