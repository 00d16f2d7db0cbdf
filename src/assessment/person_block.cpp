#include "assessment/person_block.h"

#include <algorithm>
#include <cmath>

#include "assessment/kernels.h"

namespace gradus {

namespace {

/// Σ log of many numbers, with few logarithms.
class LogSum {
public:
    void add(double number) {
        product_ *= number;
        if (product_ < 1e-200 || product_ > 1e200) {
            sum_ += std::log(product_);
            product_ = 1;
        }
    }
    double value() const { return sum_ + std::log(product_); }

private:
    double product_ = 1, sum_ = 0;
};

}  // namespace

void PersonBlock::factor(const PersonRatings& ratings, const RatingVariances& variances) {
    ratings_ = &ratings;
    const std::size_t capabilities = ratings.capabilities.size(), raters = ratings.raters.size();
    by_capability_ = capabilities >= raters;
    count_ = by_capability_ ? capabilities : raters;
    size_ = (by_capability_ ? raters : capabilities) + 1;

    variance_.resize(count_);
    kept_variance_.resize(size_);
    kept_variance_[0] = variances.person;
    const auto of = [&](bool of_capability, std::size_t i) {
        return of_capability ? variances.person_capability : variances.of(ratings.raters[i]);
    };
    for (std::size_t e = 0; e < count_; ++e) variance_[e] = of(by_capability_, e);
    for (std::size_t k = 1; k < size_; ++k) kept_variance_[k] = of(!by_capability_, k - 1);

    cell_weight_.resize(ratings.cells.size());
    precision_.resize(ratings.cells.size());
    weight_.assign(size_ * count_, 0.0);
    std::array<double, source_count> precision;
    for (std::size_t s = 0; s < source_count; ++s) precision[s] = 1 / variances.residual[s];
    for (std::size_t i = 0; i < ratings.cells.size(); ++i) {
        const PersonRatings::Cell& cell = ratings.cells[i];
        precision_[i] =
            precision[static_cast<std::size_t>(ratings.raters[static_cast<std::size_t>(cell.rater)].source)];
        cell_weight_[i] = cell.weight * precision_[i];
        const std::size_t e = eliminated_of(cell);
        weight_[e] += cell_weight_[i];
        weight_[kept_of(cell) * count_ + e] += cell_weight_[i];
    }

    shrink_.resize(count_);
    left_.resize(count_);
    for (std::size_t e = 0; e < count_; ++e) {
        shrink_[e] = 1 / (1 + variance_[e] * weight_[e]);
        left_[e] = variance_[e] * shrink_[e];
    }
    tie_.resize(size_ * count_);
    h_.resize(size_ * size_);
    total_.resize(size_);
    row_.resize(count_);
    for (std::size_t a = 0; a < size_; ++a) {
        const double* own = weights(a);
        for (std::size_t e = 0; e < count_; ++e) {
            tie_[a * count_ + e] = shrink_[e] * own[e];
            row_[e] = left_[e] * own[e];
        }
        for (std::size_t b = 1; b <= a; ++b)
            h_[a * size_ + b] = h_[b * size_ + a] = -dot(row_.data(), weights(b), count_);
        double all = 0, tied = 0;
        for (std::size_t e = 0; e < count_; ++e) {
            all += own[e];
            tied += tie_[a * count_ + e];
        }
        total_[a] = all;
        if (a > 0) h_[a * size_ + a] += all;
        h_[a] = h_[a * size_] = tied;
    }

    // Scaled by the effects' own deviations it is never singular, and an effect without variance drops out.
    deviation_.resize(size_);
    for (std::size_t a = 0; a < size_; ++a) deviation_[a] = std::sqrt(kept_variance_[a]);
    std::vector<double>& l = factor_;  // its diagonal inverted
    l.resize(size_ * size_);
    q_.resize(size_ * size_);
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            const double sum =
                (a == b) + deviation_[a] * deviation_[b] * h_[a * size_ + b] - dot(&l[a * size_], &l[b * size_], b);
            l[a * size_ + b] = a == b ? 1 / std::sqrt(sum) : sum * l[b * size_ + b];
        }
    // The inverse of the factor, in place, then its square.
    for (std::size_t b = 0; b < size_; ++b)
        for (std::size_t a = b + 1; a < size_; ++a) {
            double sum = 0;
            for (std::size_t c = b; c < a; ++c) sum -= l[a * size_ + c] * l[c * size_ + b];
            l[a * size_ + b] = sum * l[a * size_ + a];
        }
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            double sum = 0;
            for (std::size_t c = a; c < size_; ++c) sum += l[c * size_ + a] * l[c * size_ + b];
            q_[a * size_ + b] = q_[b * size_ + a] = deviation_[a] * deviation_[b] * sum;
        }
}

double PersonBlock::log_determinant(const RatingVariances& variances) const {
    LogSum inverse;
    for (const double shrink : shrink_) inverse.add(shrink);
    for (std::size_t a = 0; a < size_; ++a) inverse.add(factor_[a * size_ + a] * factor_[a * size_ + a]);
    std::array<std::int32_t, source_count> count{};
    for (const PersonRatings::Cell& cell : ratings_->cells)
        count[static_cast<std::size_t>(ratings_->raters[static_cast<std::size_t>(cell.rater)].source)] += cell.ratings;
    double sum = -inverse.value();
    for (std::size_t s = 0; s < source_count; ++s)
        if (count[s] > 0) sum += count[s] * std::log(variances.residual[s]);
    return sum;
}

void PersonBlock::inform() {
    const std::size_t size = size_, count = count_;
    reach_.assign(size * count, 0.0);
    for (std::size_t a = 0; a < size; ++a)
        for (std::size_t b = 0; b < size; ++b) add_times(q_[a * size + b], ties(b), reach_.data() + a * count, count);
    // H - H Q H and (1 - H Q) ties.
    information_kept_ = h_;
    information_cross_ = tie_;
    std::vector<double>& hq = row_;
    hq.resize(size);
    for (std::size_t a = 0; a < size; ++a) {
        for (std::size_t b = 0; b < size; ++b) hq[b] = dot(h_.data() + a * size, q_.data() + b * size, size);
        for (std::size_t b = 0; b < size; ++b)
            add_times(-hq[b], h_.data() + b * size, information_kept_.data() + a * size, size);
        for (std::size_t b = 0; b < size; ++b) add_times(-hq[b], ties(b), information_cross_.data() + a * count, count);
    }
}

double PersonBlock::information(Column a, Column b) const {
    const auto i = static_cast<std::size_t>(a.number), j = static_cast<std::size_t>(b.number);
    if (a.kept && b.kept) return information_kept_[(i + 1) * size_ + j + 1];
    if (a.kept) return information_cross_[(i + 1) * count_ + j];
    if (b.kept) return information_cross_[(j + 1) * count_ + i];
    double sum = i == j ? tie_[i] : 0;
    for (std::size_t k = 0; k < size_; ++k) sum -= tie_[k * count_ + i] * reach_[k * count_ + j];
    return sum;
}

void PersonBlock::information_among(Column a, double* into) const {
    const auto i = static_cast<std::size_t>(a.number);
    if (a.kept) {
        std::copy_n(information_kept_.data() + (i + 1) * size_ + 1, i + 1, into);
        return;
    }
    std::fill_n(into, i, 0.0);
    into[i] = tie_[i];
    for (std::size_t k = 0; k < size_; ++k) add_times(-tie_[k * count_ + i], reach_.data() + k * count_, into, i + 1);
}

void PersonBlock::solve_levels() {
    row_.resize(count_);
    for (std::size_t e = 0; e < count_; ++e) row_[e] = left_[e] * levels_eliminated_[e];
    levels_kept_[0] = 0;
    for (std::size_t e = 0; e < count_; ++e) levels_kept_[0] += levels_eliminated_[e];
    for (std::size_t a = 0; a < size_; ++a) levels_kept_[a] -= dot(row_.data(), weights(a), count_);
    solved_.resize(size_);
    for (std::size_t a = 0; a < size_; ++a) solved_[a] = dot(q_.data() + a * size_, levels_kept_.data(), size_);
    score_kept_.resize(size_);
    for (std::size_t a = 0; a < size_; ++a)
        score_kept_[a] = levels_kept_[a] - dot(h_.data() + a * size_, solved_.data(), size_);
    score_eliminated_.resize(count_);
    for (std::size_t e = 0; e < count_; ++e) score_eliminated_[e] = shrink_[e] * levels_eliminated_[e];
    for (std::size_t a = 0; a < size_; ++a) add_times(-solved_[a], ties(a), score_eliminated_.data(), count_);
}

double PersonBlock::levels_squared() const {
    double sum = 0;
    for (std::size_t i = 0; i < cell_weight_.size(); ++i) sum += precision_[i] * ratings_->cells[i].squares;
    for (std::size_t e = 0; e < count_; ++e) sum -= left_[e] * levels_eliminated_[e] * levels_eliminated_[e];
    return sum - dot(levels_kept_.data(), solved_.data(), size_);
}

void PersonBlock::add(Column column, double value, Vector& vector) const {
    const auto number = static_cast<std::size_t>(column.number);
    if (!column.kept) {
        for (std::size_t a = 0; a < size_; ++a) vector.kept[a] += value * weights(a)[number];
        vector.eliminated[number] += value * weight_[number];
        return;
    }
    add_times(value, weights(number + 1), vector.eliminated.data(), count_);
    vector.kept[number + 1] += value * total_[number + 1];
    if (column.number < 0)
        add_times(value, total_.data() + 1, vector.kept.data() + 1, size_ - 1);
    else
        vector.kept[0] += value * total_[number + 1];
}

void PersonBlock::project(Vector& vector) const {
    vector.weighted_eliminated.resize(count_);
    double* gone = vector.weighted_eliminated.data();
    for (std::size_t e = 0; e < count_; ++e) gone[e] = left_[e] * vector.eliminated[e];
    vector.reduced.resize(size_);
    for (std::size_t a = 0; a < size_; ++a) vector.reduced[a] = vector.kept[a] - dot(gone, weights(a), count_);
    vector.solved.resize(size_);
    for (std::size_t a = 0; a < size_; ++a) vector.solved[a] = dot(q_.data() + a * size_, vector.reduced.data(), size_);
    vector.weighted_kept.resize(size_);
    for (std::size_t a = 0; a < size_; ++a)
        vector.weighted_kept[a] = vector.reduced[a] - dot(h_.data() + a * size_, vector.solved.data(), size_);
    for (std::size_t e = 0; e < count_; ++e) gone[e] = shrink_[e] * vector.eliminated[e];
    for (std::size_t a = 0; a < size_; ++a) add_times(-vector.solved[a], ties(a), gone, count_);
}

double PersonBlock::product(const Vector& a, const Vector& b, double inner) const {
    double sum = 0;
    for (std::size_t e = 0; e < count_; ++e) sum += left_[e] * a.eliminated[e] * b.eliminated[e];
    return inner - sum - dot(a.reduced.data(), b.solved.data(), size_);
}

}  // namespace gradus
