#include "assessment/person_posterior.h"

#include <algorithm>

#include "assessment/kernels.h"

namespace gradus {

std::array<std::int32_t, 2> PersonPosterior::columns_of(PersonBlock::Column effect) const {
    if (effect.number < 0) return {SharedParts::none, SharedParts::none};
    if (effect.kept != block_->by_capability()) return {shared_->first_capability + effect.number, SharedParts::none};
    const SharedParts::Rater& rater = shared_->raters[static_cast<std::size_t>(effect.number)];
    return {rater.severity, rater.source};
}

void PersonPosterior::set(const PersonBlock& block, const SharedParts& shared) {
    block_ = &block;
    shared_ = &shared;
    size_ = block.kept();
    columns_ = shared.columns;
    dense_ = static_cast<std::size_t>(shared.covariance.rows());
    ties_.assign(size_ * columns_, 0.0);
    const auto tie = [&](PersonBlock::Column effect, auto&& with) {
        for (const std::int32_t column : columns_of(effect))
            for (std::size_t a = 0; a < size_ && column >= 0; ++a)
                ties_[a * columns_ + static_cast<std::size_t>(column)] += with(a);
    };
    for (std::size_t b = 1; b < size_; ++b)
        tie({true, static_cast<std::int32_t>(b) - 1}, [&](std::size_t a) { return block.h(a, b); });
    for (std::size_t e = 0; e < block.eliminated(); ++e)
        tie({false, static_cast<std::int32_t>(e)}, [&](std::size_t a) { return block.ties(a)[e]; });
    join();
    if (!shared.vague) pair_up();
}

// The covariance of kept effects and columns.
void PersonPosterior::join() {
    product_.assign(size_ * columns_, 0.0);
    with_shared_.assign(size_ * columns_, 0.0);
    joint_.resize(size_ * size_);
    row_.resize(size_);
    for (std::size_t a = 0; a < size_; ++a) {
        double* with = with_shared_.data() + a * columns_;
        for (std::size_t b = 0; b < size_; ++b)
            add_times(-block_->q(a, b), ties_.data() + b * columns_, with, columns_);
    }
    // So far how kept effects move with columns.
    for (std::size_t a = 0; a < size_; ++a) {
        const double* response = with_shared_.data() + a * columns_;
        double* product = product_.data() + a * columns_;
        for (std::size_t t = 0; t < dense_; ++t)
            add_times(response[t], shared_->covariance.col(static_cast<Eigen::Index>(t)).data(), product, dense_);
        for (std::size_t t = dense_; t < columns_; ++t) product[t] = shared_->others * response[t];
    }
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b <= a; ++b)
            joint_[a * size_ + b] = joint_[b * size_ + a] =
                block_->q(a, b) + dot(product_.data() + a * columns_, with_shared_.data() + b * columns_, columns_);
    std::swap(product_, with_shared_);
}

void PersonPosterior::pair_up() {
    together_ = joint_;
    for (std::size_t b = 1; b < size_; ++b) {
        const auto own = columns_of_kept(b);
        for (const std::int32_t column : own) {
            if (column < 0) continue;
            for (std::size_t a = 0; a < size_; ++a) {
                const double with = with_shared_[a * columns_ + static_cast<std::size_t>(column)];
                together_[a * size_ + b] += with;
                together_[b * size_ + a] += with;
            }
            for (std::size_t a = 1; a < size_; ++a)
                for (const std::int32_t other : columns_of_kept(a))
                    if (other >= 0) together_[a * size_ + b] += covariance(other, column);
        }
    }
    const std::size_t count = block_->eliminated();
    meeting_.assign(size_ * count, 0.0);
    for (std::size_t e = 0; e < count; ++e) {
        const auto own = columns_of({false, static_cast<std::int32_t>(e)});
        for (const std::int32_t column : own) {
            if (column < 0) continue;
            meeting_[e] += 2 * with_shared_[static_cast<std::size_t>(column)];
            for (const std::int32_t other : own)
                if (other >= 0) meeting_[e] += covariance(other, column);
            for (std::size_t a = 1; a < size_; ++a)
                meeting_[a * count + e] += with_shared_[a * columns_ + static_cast<std::size_t>(column)];
        }
    }
    for (std::size_t a = 1; a < size_; ++a)
        for (const std::int32_t other : columns_of_kept(a))
            for (std::size_t e = 0; e < count && other >= 0; ++e)
                for (const std::int32_t column : columns_of({false, static_cast<std::int32_t>(e)}))
                    if (column >= 0) meeting_[a * count + e] += covariance(other, column);
}

void PersonPosterior::open(std::size_t e) {
    open_ = e;
    if (shared_->vague) return;
    const double left = block_->left(e), shrink = block_->shrink(e);
    weight_.resize(size_);
    opened_.resize(size_);
    base_.resize(size_);
    // α with the effect's own shared part takes the place of α.
    for (std::size_t a = 0; a < size_; ++a) {
        weight_[a] = block_->weights(a)[e];
        opened_[a] = together_[a] + meeting_[a * block_->eliminated() + e];
    }
    // Of the sum without a kept effect: shrink · α less what the others' weights take.
    base_[0] = shrink * opened_[0] - left * dot(opened_.data() + 1, weight_.data() + 1, size_ - 1);
    base_variance_ = left + shrink * base_[0];
    for (std::size_t a = 1; a < size_; ++a) {
        base_[a] = shrink * opened_[a] - left * dot(together_.data() + a * size_ + 1, weight_.data() + 1, size_ - 1);
        base_variance_ -= left * weight_[a] * base_[a];
    }
}

double PersonPosterior::trace() {
    const double shrink = block_->shrink(open_);
    if (shared_->vague) {
        const double prior = block_->variance_of_eliminated(open_);
        if (prior <= 0) return 0;
        start(0);
        add_eliminated(open_, false);
        return shrink * block_->weights(0)[open_] - (carefully() - block_->left(open_)) / (prior * prior);
    }
    double square = weight_[0] * weight_[0] * opened_[0];
    for (std::size_t a = 1; a < size_; ++a)
        square += weight_[a] *
                  (2 * weight_[0] * opened_[a] + dot(together_.data() + a * size_ + 1, weight_.data() + 1, size_ - 1));
    return shrink * weight_[0] - shrink * shrink * square;
}

double PersonPosterior::fit_variance(std::size_t kept) {
    if (!shared_->vague) return base_variance_ + 2 * base_[kept] + together_[kept * size_ + kept];
    start(1);
    add_kept(kept, true);
    add_eliminated(open_, true);
    return carefully();
}

double PersonPosterior::level_variance(std::int32_t capability) {
    const auto number = static_cast<std::size_t>(capability);
    if (shared_->vague) {
        start(1);
        if (block_->by_capability())
            add_eliminated(number, true);
        else
            add_kept(number + 1, true);
        return carefully();
    }
    if (block_->by_capability()) {
        open(number);
        return base_variance_;
    }
    const std::size_t a = number + 1;
    return together_[0] + 2 * together_[a] + together_[a * size_ + a];
}

double PersonPosterior::effect_variance(bool person, std::int32_t capability, std::int32_t rater) {
    const std::int32_t kept = block_->by_capability() ? rater : capability,
                       eliminated = block_->by_capability() ? capability : rater;
    start(person);
    if (kept >= 0) add_kept(static_cast<std::size_t>(kept) + 1, false);
    if (eliminated >= 0) add_eliminated(static_cast<std::size_t>(eliminated), false);
    return carefully();
}

double PersonPosterior::person_response(std::size_t column) const {
    double sum = 0;
    for (std::size_t a = 0; a < size_; ++a) sum -= block_->q(0, a) * ties_[a * columns_ + column];
    return sum;
}

void PersonPosterior::start(double person) {
    kept_.assign(size_, 0.0);
    along_.assign(columns_, 0.0);
    kept_[0] = person;
    left_ = 0;
}

void PersonPosterior::add_kept(std::size_t a, bool with_shared) {
    kept_[a] += 1;
    for (const std::int32_t column : columns_of_kept(a))
        if (with_shared && column >= 0) along_[static_cast<std::size_t>(column)] += 1;
}

void PersonPosterior::add_eliminated(std::size_t e, bool with_shared) {
    left_ = block_->left(e);
    for (std::size_t a = 0; a < size_; ++a) {
        const double part = left_ * block_->weights(a)[e];
        kept_[a] -= part;
        for (const std::int32_t column : a > 0 ? columns_of_kept(a) : columns_of({false, static_cast<std::int32_t>(e)}))
            if (column >= 0) along_[static_cast<std::size_t>(column)] -= part - (a == 0 && with_shared ? 1 : 0);
    }
}

// How the sum moves with each column comes before what columns vary by.
double PersonPosterior::carefully() {
    double variance = left_;
    for (std::size_t a = 0; a < size_; ++a) {
        double mean = 0;
        for (std::size_t b = 0; b < size_; ++b) mean += block_->q(a, b) * kept_[b];
        variance += kept_[a] * mean;
        add_times(-mean, ties_.data() + a * columns_, along_.data(), columns_);
    }
    for (std::size_t t = 0; t < dense_; ++t)
        variance +=
            along_[t] * dot(shared_->covariance.col(static_cast<Eigen::Index>(t)).data(), along_.data(), dense_);
    for (std::size_t t = dense_; t < columns_; ++t) variance += shared_->others * along_[t] * along_[t];
    return variance;
}

}  // namespace gradus
