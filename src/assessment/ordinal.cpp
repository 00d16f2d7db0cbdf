#include "assessment/ordinal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <vector>

#include "base/parallel.h"

namespace gradus {

namespace {

constexpr std::int64_t people_at_once = 64;
// What is left to go of a variance, as a share of it. A standard error is rarely below 1 %.
constexpr double same_variance = 1e-3;
constexpr int most_rounds = 60;

/// Of a standard normal x between a and b.
struct Truncated {
    double mean;
    double excess;  // E[x²] - 1
};

/// (1 - Φ(x)) / φ(x), x > 0.
double mills(double x) {
    if (x < 25) return std::sqrt(0.5 * std::numbers::pi) * std::exp(0.5 * x * x) * std::erfc(x / std::numbers::sqrt2);
    const double r = 1 / (x * x);  // erfc is about to vanish; the next term of the series is below 1e-8
    return (1 - r * (1 - 3 * r * (1 - 5 * r))) / x;
}

// One of the two may be infinite. By parts: P E[x] = φ(a) - φ(b), P (E[x²] - 1) = a φ(a) - b φ(b).
Truncated truncated(double a, double b) {
    if (a + b < 0) {
        const Truncated mirrored = truncated(-b, -a);
        return {-mirrored.mean, mirrored.excess};
    }
    if (a > 0) {  // as multiples of φ(a), since both densities may be too small to be told from 0
        const double ratio = std::isinf(b) ? 0 : std::exp(-0.5 * (b - a) * (b + a));
        const double p = mills(a) - (ratio > 0 ? ratio * mills(b) : 0);
        return {(1 - ratio) / p, (a - (ratio > 0 ? ratio * b : 0)) / p};
    }
    const auto density = [](double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi); };
    const double p = 0.5 * (std::erfc(a / std::numbers::sqrt2) - std::erfc(b / std::numbers::sqrt2));
    const double of_b = std::isinf(b) ? 0 : density(b);
    return {(density(a) - of_b) / p, (a * density(a) - (of_b > 0 ? b * of_b : 0)) / p};
}

/// Gauss & Hermite's rule for a standard normal: mean of f(x), f a polynomial up to degree 17, of `at` and -`at` each `weight`.
struct Node {
    double at, weight;
};
constexpr Node nodes[] = {{0, 0.40634920634920635 / 2},
                          {1.0232556637891326, 0.24409750289493953},
                          {2.07684797867783, 0.04991640676521782},
                          {3.20542900285647, 0.0027891413212317692},
                          {4.512745863399783, 2.2345844007746607e-05}};

}  // namespace

PersonRatings::Terms read_as_ordinal(const Ratings::Interval& seen, double aged, double residual,
                                     const PersonLevels::Effect& expected) {
    const double sd = std::sqrt(residual * aged);
    if (!(seen.high - seen.low > 1e-4 * sd)) {  // a point, as near as makes no difference
        const double level = 0.5 * (seen.low + seen.high);
        return {1 / aged, level / aged, level * level / aged};
    }
    const double doubt = std::max(0.0, expected.variance), spread = std::sqrt(doubt);
    double slope = 0, curvature = 0, excess = 0;
    for (const Node& node : nodes)
        for (const double at : {expected.mean - spread * node.at, expected.mean + spread * node.at}) {
            const Truncated error = truncated((seen.low - at) / sd, (seen.high - at) / sd);
            slope += node.weight * error.mean / sd;
            curvature += node.weight * std::clamp(error.mean * error.mean - error.excess, 0.0, 1.0);
            excess += node.weight * error.excess;
        }
    // A rating that anybody at this level would get says nothing; a cell must weigh something all the same.
    const double weight = std::max(curvature, 1e-9) / aged;
    const double x = expected.mean, pull = residual * slope;
    const double squared_error = residual * (1 + excess) - weight * doubt;
    return {weight, weight * x + pull, squared_error + x * (weight * x + 2 * pull)};
}

double read_as_ordinal(PersonLevels& levels, const RatingModel& model, Date as_of, std::span<const Ratings::Row> rows,
                       std::span<PersonRatings::Terms> terms, int round) {
    const double share = round < 15 ? 1 : round < 60 ? 0.5 : 0.25;
    const PersonRatings& ratings = levels.ratings();
    std::vector<PersonLevels::Effect> expected;
    expected.reserve(ratings.cells.size());
    for (const PersonRatings::Cell& cell : ratings.cells) expected.push_back(levels.fit(cell));
    double changed = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double residual = model.components.variances().residual[static_cast<std::size_t>(rows[i].source)];
        const PersonRatings::Terms now =
            read_as_ordinal(model.ratings.interval(rows[i]), model.ratings.aged(rows[i], as_of), residual,
                            expected[static_cast<std::size_t>(ratings.cell[i])]);
        // The smaller the residual, the further a rating moves a level.
        const double counts = std::max(1.0, model.options.prior_sd * model.options.prior_sd / residual);
        changed = std::max(
            {changed, counts * std::abs(now.weight - terms[i].weight), counts * std::abs(now.sum - terms[i].sum)});
        terms[i].weight += share * (now.weight - terms[i].weight);
        terms[i].sum += share * (now.sum - terms[i].sum);
        terms[i].squares += share * (now.squares - terms[i].squares);
    }
    return changed;
}

void read_as_ordinal(RatingModel& model, Control* control) {
    const Ratings& ratings = model.ratings;
    const auto terms = std::make_shared<std::vector<PersonRatings::Terms>>(model.assessments.size());
    for (std::size_t row = 0; row < terms->size(); ++row)
        (*terms)[row] = ratings.as_given(ratings.row(row), model.options.as_of);
    model.ratings.read_as(terms);

    const auto solve = [&](const std::shared_ptr<const RaterPattern>& pattern, bool common_uncertainty) {
        model.system.fit(pattern, model.components.variances(), RaterSystem::Priors(model.options));
        model.system.invert(common_uncertainty);
    };
    const auto read = [&](std::span<const std::int32_t> people, int round) {
        std::vector<double> changed(people.size() / people_at_once + 1, 0.0);
        parallel_for(static_cast<std::int64_t>(people.size()), people_at_once, model.options.threads,
                     [&](std::int64_t first, std::int64_t last) {
                         PersonLevels levels(model);
                         std::vector<std::size_t> at;
                         std::vector<Ratings::Row> rows;
                         std::vector<PersonRatings::Terms> own;
                         double& most = changed[static_cast<std::size_t>(first / people_at_once)];
                         for (std::int64_t p = first; p < last; ++p) {
                             const std::int32_t person = people[static_cast<std::size_t>(p)];
                             at.clear();
                             rows.clear();
                             own.clear();
                             for (std::size_t row = ratings.first_row(person); row < ratings.last_row(person); ++row)
                                 if (ratings.counts(row)) {
                                     at.push_back(row);
                                     rows.push_back(ratings.row(row));
                                     own.push_back((*terms)[row]);
                                 }
                             if (rows.empty()) continue;
                             levels.go(person);
                             most =
                                 std::max(most, read_as_ordinal(levels, model, model.options.as_of, rows, own, round));
                             for (std::size_t i = 0; i < at.size(); ++i) (*terms)[at[i]] = own[i];
                         }
                     });
        return *std::max_element(changed.begin(), changed.end());
    };
    const auto cancelled = [&] { return control && control->cancelled(); };

    if (model.components.estimated()) {
        RestrictedLikelihood likelihood = model.components.likelihood();
        double moved = 1;
        for (int round = 0; round < most_rounds && moved > same_variance && !cancelled(); ++round) {
            double changed = 1;
            for (int again = 0; again < 8 && changed > std::min(0.01 * moved, 0.01); ++again) {
                solve(likelihood.pattern(), true);
                changed = read(likelihood.pattern()->people(), again);
            }
            moved = model.components.improve(likelihood);
        }
    }
    const auto pattern =
        std::make_shared<const RaterPattern>(ratings, model.layout, ratings.rated(), model.options.threads);
    double changed = 1;
    for (int round = 0; round < most_readings && changed > same_reading && !cancelled(); ++round) {
        solve(pattern, model.options.common_uncertainty);
        changed = read(pattern->people(), round);
    }
    model.unsettled = changed > same_reading && !cancelled();
    solve(pattern, model.options.common_uncertainty);
}

}  // namespace gradus
