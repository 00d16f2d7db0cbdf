#include "assessment/person_block.h"

#include <cmath>

namespace gradus {

void PersonBlock::factor(const PersonRatings& ratings, const RatingVariances& variances) {
    ratings_ = &ratings;
    const std::size_t capabilities = ratings.capabilities.size(), raters = ratings.raters.size();
    by_capability_ = capabilities >= raters;
    const std::size_t eliminated = by_capability_ ? capabilities : raters;
    const std::size_t others = by_capability_ ? raters : capabilities;
    size_ = others + 1;

    cell_weight_.resize(ratings.cells.size());
    first_.assign(eliminated + 1, 0);
    entries_.resize(ratings.cells.size());
    weight_.assign(eliminated, 0.0);
    variance_.resize(eliminated);
    shrink_.resize(eliminated);
    kept_variance_.resize(size_);
    kept_variance_[0] = variances.person;
    const auto of = [&](bool of_capability, std::size_t i) {
        return of_capability ? variances.person_capability : variances.of(ratings.raters[i]);
    };
    for (std::size_t e = 0; e < eliminated; ++e) variance_[e] = of(by_capability_, e);
    for (std::size_t k = 0; k < others; ++k) kept_variance_[k + 1] = of(!by_capability_, k);

    for (const PersonRatings::Cell& cell : ratings.cells)
        ++first_[static_cast<std::size_t>(by_capability_ ? cell.capability : cell.rater) + 1];
    for (std::size_t e = 0; e < eliminated; ++e) first_[e + 1] += first_[e];
    std::array<double, source_count> log_residual;
    for (std::size_t s = 0; s < source_count; ++s) log_residual[s] = std::log(variances.residual[s]);
    log_determinant_ = 0;
    double squares = 0, shrinks = 1;
    for (std::size_t i = 0; i < ratings.cells.size(); ++i) {
        const PersonRatings::Cell& cell = ratings.cells[i];
        const auto source = static_cast<std::size_t>(ratings.raters[static_cast<std::size_t>(cell.rater)].source);
        const double residual = variances.residual[source];
        cell_weight_[i] = cell.weight / residual;
        log_determinant_ += cell.ratings * log_residual[source];
        squares += cell.squares / residual;
        const auto e = static_cast<std::size_t>(by_capability_ ? cell.capability : cell.rater);
        weight_[e] += cell_weight_[i];
        entries_[static_cast<std::size_t>(first_[e]++)] = {by_capability_ ? cell.rater : cell.capability,
                                                           cell_weight_[i]};
    }
    for (std::size_t e = eliminated; e > 0; --e) first_[e] = first_[e - 1];
    first_[0] = 0;

    h_.assign(size_ * size_, 0.0);
    for (std::size_t e = 0; e < eliminated; ++e) {
        shrink_[e] = 1 / (1 + variance_[e] * weight_[e]);
        shrinks *= shrink_[e];
        if (shrinks < 1e-200) {
            log_determinant_ -= std::log(shrinks);
            shrinks = 1;
        }
        const double lost = variance_[e] * shrink_[e];
        h_[0] += weight_[e] * shrink_[e];
        for (auto i = static_cast<std::size_t>(first_[e]); i < static_cast<std::size_t>(first_[e + 1]); ++i) {
            const std::size_t row = static_cast<std::size_t>(entries_[i].kept) + 1;
            h_[row] += shrink_[e] * entries_[i].weight;
            h_[row * size_ + row] += entries_[i].weight;
            for (auto j = static_cast<std::size_t>(first_[e]); j <= i; ++j) {
                const std::size_t column = static_cast<std::size_t>(entries_[j].kept) + 1;
                const double product = lost * entries_[i].weight * entries_[j].weight;
                h_[row * size_ + column] -= product;
                if (column != row) h_[column * size_ + row] -= product;
            }
        }
    }
    log_determinant_ -= std::log(shrinks);
    for (std::size_t k = 1; k < size_; ++k) h_[k * size_] = h_[k];

    // Scaled by the effects' own deviations it is never singular, and an effect without variance drops out.
    std::vector<double>& l = factor_;
    l.resize(size_ * size_);
    q_.assign(size_ * size_, 0.0);
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            double sum = (a == b) + std::sqrt(kept_variance_[a] * kept_variance_[b]) * h_[a * size_ + b];
            for (std::size_t c = 0; c < b; ++c) sum -= l[a * size_ + c] * l[b * size_ + c];
            l[a * size_ + b] = a == b ? std::sqrt(sum) : sum / l[b * size_ + b];
        }
    for (std::size_t a = 0; a < size_; ++a) log_determinant_ += 2 * std::log(l[a * size_ + a]);
    // The inverse of the factor, in place, then its square.
    for (std::size_t b = 0; b < size_; ++b) {
        l[b * size_ + b] = 1 / l[b * size_ + b];
        for (std::size_t a = b + 1; a < size_; ++a) {
            double sum = 0;
            for (std::size_t c = b; c < a; ++c) sum -= l[a * size_ + c] * l[c * size_ + b];
            l[a * size_ + b] = sum / l[a * size_ + a];
        }
    }
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            double sum = 0;
            for (std::size_t c = a; c < size_; ++c) sum += l[c * size_ + a] * l[c * size_ + b];
            q_[a * size_ + b] = q_[b * size_ + a] = std::sqrt(kept_variance_[a] * kept_variance_[b]) * sum;
        }

    condition([](std::int32_t, std::int32_t) { return 0.0; });
    levels_squared_ = squares;
    for (std::size_t e = 0; e < eliminated; ++e)
        levels_squared_ -= variance_[e] * shrink_[e] * levels_eliminated_[e] * levels_eliminated_[e];
    for (std::size_t a = 0; a < size_; ++a) levels_squared_ -= levels_kept_[a] * solved_[a];
}

void PersonBlock::sums(std::span<const double> of_cell, std::vector<double>& kept,
                       std::vector<double>& eliminated) const {
    kept.assign(size_, 0.0);
    eliminated.assign(weight_.size(), 0.0);
    for (std::size_t i = 0; i < of_cell.size(); ++i) {
        const PersonRatings::Cell& cell = ratings_->cells[i];
        kept[static_cast<std::size_t>(by_capability_ ? cell.rater : cell.capability) + 1] += of_cell[i];
        eliminated[static_cast<std::size_t>(by_capability_ ? cell.capability : cell.rater)] += of_cell[i];
    }
    for (std::size_t e = 0; e < weight_.size(); ++e) {
        kept[0] += shrink_[e] * eliminated[e];
        const double lost = variance_[e] * shrink_[e] * eliminated[e];
        for (auto i = static_cast<std::size_t>(first_[e]); i < static_cast<std::size_t>(first_[e + 1]); ++i)
            kept[static_cast<std::size_t>(entries_[i].kept) + 1] -= lost * entries_[i].weight;
    }
}

double PersonBlock::dot(Column column, const double* kept) const {
    double sum = 0;
    if (column.kept) {
        const double* row = &h_[(static_cast<std::size_t>(column.number) + 1) * size_];
        for (std::size_t k = 0; k < size_; ++k) sum += row[k] * kept[k];
        return sum;
    }
    const auto e = static_cast<std::size_t>(column.number);
    sum = weight_[e] * kept[0];
    for (auto i = static_cast<std::size_t>(first_[e]); i < static_cast<std::size_t>(first_[e + 1]); ++i)
        sum += entries_[i].weight * kept[static_cast<std::size_t>(entries_[i].kept) + 1];
    return shrink_[e] * sum;
}

void PersonBlock::aim(Column a) {
    aimed_at_ = a;
    aim_.assign(size_, 0.0);
    if (a.kept) {
        const double* row = &h_[(static_cast<std::size_t>(a.number) + 1) * size_];
        for (std::size_t k = 0; k < size_; ++k)
            for (std::size_t j = 0; j < size_; ++j) aim_[k] += q_[k * size_ + j] * row[j];
        return;
    }
    const auto e = static_cast<std::size_t>(a.number);
    for (std::size_t k = 0; k < size_; ++k) {
        double sum = weight_[e] * q_[k * size_];
        for (auto i = static_cast<std::size_t>(first_[e]); i < static_cast<std::size_t>(first_[e + 1]); ++i)
            sum += entries_[i].weight * q_[k * size_ + static_cast<std::size_t>(entries_[i].kept) + 1];
        aim_[k] = shrink_[e] * sum;
    }
}

double PersonBlock::aimed(Column b) const {
    double direct = 0;
    const Column a = aimed_at_;
    if (a.kept && b.kept) {
        direct = h_[(static_cast<std::size_t>(a.number) + 1) * size_ + static_cast<std::size_t>(b.number) + 1];
    } else if (!a.kept && !b.kept) {
        const auto e = static_cast<std::size_t>(a.number);
        direct = a.number == b.number ? weight_[e] * shrink_[e] : 0;
    } else {
        const auto e = static_cast<std::size_t>(a.kept ? b.number : a.number);
        const std::int32_t k = a.kept ? a.number : b.number;
        if (k < 0) direct = shrink_[e] * weight_[e];
        for (auto i = static_cast<std::size_t>(first_[e]); i < static_cast<std::size_t>(first_[e + 1]); ++i)
            if (entries_[i].kept == k) direct += shrink_[e] * entries_[i].weight;
    }
    return direct - dot(b, aim_.data());
}

void PersonBlock::functional(bool person, std::int32_t capability, std::int32_t rater, Functional& into) const {
    into.kept.assign(size_, 0.0);
    into.eliminated = -1;
    into.factor = 0;
    if (person) into.kept[0] = 1;
    const std::int32_t eliminated = by_capability_ ? capability : rater, kept = by_capability_ ? rater : capability;
    if (kept >= 0) into.kept[static_cast<std::size_t>(kept) + 1] = 1;
    if (eliminated < 0) return;
    const auto e = static_cast<std::size_t>(eliminated);
    into.eliminated = eliminated;
    into.factor = variance_[e] * shrink_[e];
    into.kept[0] -= into.factor * weight_[e];
    for (auto i = static_cast<std::size_t>(first_[e]); i < static_cast<std::size_t>(first_[e + 1]); ++i)
        into.kept[static_cast<std::size_t>(entries_[i].kept) + 1] -= into.factor * entries_[i].weight;
}

double PersonBlock::mean(const Functional& of) const {
    double sum = of.eliminated < 0 ? 0 : of.factor * levels_eliminated_[static_cast<std::size_t>(of.eliminated)];
    for (std::size_t k = 0; k < size_; ++k) sum += of.kept[k] * solved_[k];
    return sum;
}

double PersonBlock::variance(const Functional& of) const {
    double sum = of.factor;
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b < size_; ++b) sum += of.kept[a] * q_[a * size_ + b] * of.kept[b];
    return sum;
}

void PersonBlock::respond(const Functional& of) {
    respond_.assign(size_, 0.0);
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b < size_; ++b) respond_[a] += q_[a * size_ + b] * of.kept[b];
}

double PersonBlock::response(const Functional& of, Column column) const {
    double sum = -dot(column, respond_.data());
    if (of.eliminated < 0) return sum;
    const auto e = static_cast<std::size_t>(of.eliminated);
    if (!column.kept) return column.number == of.eliminated ? sum - of.factor * weight_[e] : sum;
    if (column.number < 0) return sum - of.factor * weight_[e];
    for (auto i = static_cast<std::size_t>(first_[e]); i < static_cast<std::size_t>(first_[e + 1]); ++i)
        if (entries_[i].kept == column.number) sum -= of.factor * entries_[i].weight;
    return sum;
}

void PersonBlock::project(Vector& vector) const {
    sums(vector.of_cell, vector.kept, vector.eliminated);
    vector.solved.assign(size_, 0.0);
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b < size_; ++b) vector.solved[a] += q_[a * size_ + b] * vector.kept[b];
}

double PersonBlock::product(const Vector& a, const Vector& b, double inner) const {
    for (std::size_t e = 0; e < weight_.size(); ++e)
        inner -= variance_[e] * shrink_[e] * a.eliminated[e] * b.eliminated[e];
    for (std::size_t k = 0; k < size_; ++k) inner -= a.kept[k] * b.solved[k];
    return inner;
}

double PersonBlock::product(Column column, const Vector& vector) const {
    const double direct = column.kept ? vector.kept[static_cast<std::size_t>(column.number) + 1]
                                      : shrink_[static_cast<std::size_t>(column.number)] *
                                            vector.eliminated[static_cast<std::size_t>(column.number)];
    return direct - dot(column, vector.solved.data());
}

}  // namespace gradus
