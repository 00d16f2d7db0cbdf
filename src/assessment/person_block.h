#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "assessment/ratings.h"

namespace gradus {

/// The variances of the model, in squared ranges of the scale.
struct RatingVariances {
    double person = 0, person_capability = 0;
    std::array<double, source_count> severity{}, halo{}, residual{};

    /// Of what a rater's ratings of one person have in common, the shared part of severity aside.
    double of(const PersonRatings::Rater& rater) const {
        if (!rater.effect) return 0;
        const auto s = static_cast<std::size_t>(rater.source);
        return halo[s] + (rater.shared < 0 ? severity[s] : 0);
    }
};

/// One person's part of the model: everything about the person is eliminated exactly, what is shared with others remains.
///
/// Ratings z of a person have z = μ_source + d_capability + b_rater + α + δ_capability + h_rater + e. Given what is shared, x = (b, d, μ),
/// α, δ and h are independent and normal. Of capabilities and raters, the larger side is eliminated one by one (no two of its effects
/// meet in a rating), then the other together with α by a dense Cholesky factor. So the work is n + K² n_e + K³ where K is the
/// smaller side. With V the covariance of the person's ratings given x, it answers for x'V⁻¹x, x'V⁻¹z and posterior moments.
class PersonBlock {
public:
    /// A column of the design of what is shared: 1 for the ratings by one rater, or of one capability. Local numbers.
    struct Column {
        bool kept;
        std::int32_t number;
    };
    /// A linear combination of the person's own effects, reduced to those kept and the data of one that is eliminated.
    struct Functional {
        std::vector<double> kept;  // by kept effect, α first
        std::int32_t eliminated = -1;
        double factor = 0;  // of the eliminated effect's data; also the variance that it leaves
    };

    /// Ratings must outlive the block. O(cells · K + K³).
    void factor(const PersonRatings& ratings, const RatingVariances& variances);
    const PersonRatings& ratings() const { return *ratings_; }

    std::size_t kept() const { return size_; }
    /// log det V, without the constant part of the ratings' ages.
    double log_determinant() const { return log_determinant_; }

    /// Of all the person's ratings.
    static Column of_person() { return {true, -1}; }
    Column of_rater(std::int32_t rater) const { return {by_capability_, rater}; }
    Column of_capability(std::int32_t capability) const { return {!by_capability_, capability}; }

    /// Products weighted with V⁻¹. Of the levels with themselves, given nothing that is shared.
    double levels_squared() const { return levels_squared_; }
    /// Of two columns: call aim(a), then aimed(b) for each b.
    void aim(Column a);
    double aimed(Column b) const;

    /// Levels less what is shared: `shared_of(capability, rater)` is the shared part of a cell. Then means below are given x.
    template <class Shared>
    void condition(Shared&& shared_of);

    /// α (+ δ of a capability) (+ h of a rater); -1: without.
    void functional(bool person, std::int32_t capability, std::int32_t rater, Functional& into) const;
    double mean(const Functional& of) const;
    /// Given x.
    double variance(const Functional& of) const;
    /// How the mean moves with a column of what is shared: call respond(f), then response(column).
    void respond(const Functional& of);
    double response(const Functional& of, Column column) const;

    /// Of a column and the levels less what is shared. An effect e ~ N(0, τ) of these ratings has the mean τ times that.
    double score(Column column) const {
        return column.kept ? score_kept_[static_cast<std::size_t>(column.number) + 1]
                           : score_eliminated_[static_cast<std::size_t>(column.number)];
    }

    /// A value for each rating, for products of any two.
    struct Vector {
        std::vector<double> of_cell;  // W · value summed over the cell's ratings
        // Filled by project().
        std::vector<double> kept, eliminated, solved;
    };
    void project(Vector& vector) const;
    /// `inner`: Σ W a b over the ratings.
    double product(const Vector& a, const Vector& b, double inner) const;
    double product(Column column, const Vector& vector) const;

    /// Σ W over the ratings of a cell.
    double weight(std::size_t cell) const { return cell_weight_[cell]; }

private:
    struct Entry {
        std::int32_t kept;
        double weight;
    };
    double dot(Column column, const double* kept) const;
    void sums(std::span<const double> of_cell, std::vector<double>& kept, std::vector<double>& eliminated) const;

    const PersonRatings* ratings_ = nullptr;
    bool by_capability_ = true;  // which side is eliminated
    std::size_t size_ = 0;       // kept effects, α included
    std::vector<double> cell_weight_, conditioned_;
    std::vector<std::int32_t> first_;  // entries of each eliminated effect
    std::vector<Entry> entries_;
    std::vector<double> weight_, variance_, shrink_;  // by eliminated effect: Σ W, τ, 1 / (1 + τ Σ W)
    std::vector<double> kept_variance_;
    std::vector<double> h_;  // kept effects' information given the levels, the eliminated ones unknown; size² values
    std::vector<double> q_;  // their posterior covariance given what is shared
    std::vector<double> levels_kept_, levels_eliminated_, solved_, score_kept_, score_eliminated_, aim_, respond_;
    Column aimed_at_{};
    double log_determinant_ = 0, levels_squared_ = 0;
    std::vector<double> factor_;
};

template <class Shared>
void PersonBlock::condition(Shared&& shared_of) {
    conditioned_.resize(ratings_->cells.size());
    for (std::size_t i = 0; i < conditioned_.size(); ++i) {
        const PersonRatings::Cell& cell = ratings_->cells[i];
        const double per_weight = cell_weight_[i] / cell.weight;
        conditioned_[i] = per_weight * cell.sum - cell_weight_[i] * shared_of(cell.capability, cell.rater);
    }
    sums(conditioned_, levels_kept_, levels_eliminated_);
    solved_.assign(size_, 0.0);
    for (std::size_t a = 0; a < size_; ++a)
        for (std::size_t b = 0; b < size_; ++b) solved_[a] += q_[a * size_ + b] * levels_kept_[b];
    score_kept_.assign(size_, 0.0);
    for (std::size_t a = 0; a < size_; ++a) {
        score_kept_[a] = levels_kept_[a];
        for (std::size_t b = 0; b < size_; ++b) score_kept_[a] -= h_[a * size_ + b] * solved_[b];
    }
    score_eliminated_.resize(weight_.size());
    for (std::size_t e = 0; e < weight_.size(); ++e)
        score_eliminated_[e] =
            shrink_[e] * levels_eliminated_[e] - dot({false, static_cast<std::int32_t>(e)}, solved_.data());
}

}  // namespace gradus
