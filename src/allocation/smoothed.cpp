#include "allocation/smoothed.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus {
namespace {

constexpr double negligible = 1e-10;  // weight

}  // namespace

std::vector<double> Smoothed::sum(const std::vector<std::vector<double>>& parts) const {
    std::vector<double> result(capacity_.size(), 0.0);
    for (const std::vector<double>& part : parts)
        for (std::size_t r = 0; r < part.size(); ++r) result[r] += part[r];
    return result;
}

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

}  // namespace gradus
