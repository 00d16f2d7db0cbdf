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
/// meet in a rating), then the other together with α by a dense Cholesky factor. So the work is E K² + K³ where K is the
/// smaller side and E the larger. With V the covariance of the person's ratings given x, it answers for x'V⁻¹x, x'V⁻¹z and posterior
/// moments.
///
/// Tables of kept by eliminated effects have a row for each kept one: the long loops are the inner ones.
class PersonBlock {
public:
    /// A column of the design of what is shared: 1 for the ratings by one rater, or of one capability. Local numbers.
    struct Column {
        bool kept;
        std::int32_t number;
    };

    /// Ratings must outlive the block. O(cells + E · K² + K³).
    void factor(const PersonRatings& ratings, const RatingVariances& variances);
    const PersonRatings& ratings() const { return *ratings_; }

    std::size_t kept() const { return size_; }         // effects, α first
    std::size_t eliminated() const { return count_; }  // effects
    bool by_capability() const { return by_capability_; }
    /// log det V, without the constant part of the ratings' ages.
    double log_determinant(const RatingVariances& variances) const;

    /// Of all the person's ratings.
    static Column of_person() { return {true, -1}; }
    Column of_rater(std::int32_t rater) const { return {by_capability_, rater}; }
    Column of_capability(std::int32_t capability) const { return {!by_capability_, capability}; }

    /// Makes information() known.
    void inform();
    /// x'V⁻¹x of two columns.
    double information(Column a, Column b) const;
    /// Of a column with those of its own side, α aside, up to itself.
    void information_among(Column a, double* into) const;

    /// Levels less what is shared: `shared_of(capability, rater)` is the shared part of a cell. Then what is below is given x.
    template <class Shared>
    void condition(Shared&& shared_of);
    /// Of the levels with themselves, weighted with V⁻¹, after condition() with nothing that is shared.
    double levels_squared() const;
    /// Of a column and the levels less what is shared. An effect e ~ N(0, τ) of these ratings has the mean τ times that.
    double score(Column column) const {
        return column.kept ? score_kept_[static_cast<std::size_t>(column.number) + 1]
                           : score_eliminated_[static_cast<std::size_t>(column.number)];
    }
    /// Posterior mean of the effect of a column.
    double mean(Column column) const {
        const auto number = static_cast<std::size_t>(column.number);
        return column.kept ? solved_[number + 1] : variance_[number] * score_eliminated_[number];
    }

    /// A value for each rating, for products of any two: W · value, summed over the ratings of each effect, α first.
    struct Vector {
        std::vector<double> kept, eliminated;
        // Filled by project(): the kept sums with what is eliminated unknown, posterior means of such, and Z'V⁻¹ value.
        std::vector<double> reduced, solved, weighted_kept, weighted_eliminated;
    };
    void clear(Vector& vector) const {
        vector.kept.assign(size_, 0.0);
        vector.eliminated.assign(count_, 0.0);
    }
    /// W · value, over the ratings of a cell.
    void add(const PersonRatings::Cell& cell, double value, Vector& vector) const {
        vector.kept[0] += value;
        vector.kept[kept_of(cell)] += value;
        vector.eliminated[eliminated_of(cell)] += value;
    }
    /// A value at all ratings of an effect.
    void add(Column column, double value, Vector& vector) const;
    static double sum(Column column, const Vector& vector) {
        const auto number = static_cast<std::size_t>(column.number);
        return column.kept ? vector.kept[number + 1] : vector.eliminated[number];
    }
    void project(Vector& vector) const;
    /// `inner`: Σ W a b over the ratings.
    double product(const Vector& a, const Vector& b, double inner) const;
    static double product(Column column, const Vector& vector) {
        const auto number = static_cast<std::size_t>(column.number);
        return column.kept ? vector.weighted_kept[number + 1] : vector.weighted_eliminated[number];
    }

    /// Where the ratings of a cell are counted: a kept and an eliminated effect.
    std::size_t kept_of(const PersonRatings::Cell& cell) const {
        return static_cast<std::size_t>(by_capability_ ? cell.rater : cell.capability) + 1;
    }
    std::size_t eliminated_of(const PersonRatings::Cell& cell) const {
        return static_cast<std::size_t>(by_capability_ ? cell.capability : cell.rater);
    }
    /// Σ W over the ratings of a cell.
    double weight(std::size_t cell) const { return cell_weight_[cell]; }

    // By kept effect a, eliminated effect e; τ is an effect's variance.
    const double* weights(std::size_t a) const { return weight_.data() + a * count_; }  // Σ W of the ratings of both
    /// The same, the eliminated one unknown.
    const double* ties(std::size_t a) const { return tie_.data() + a * count_; }
    double h(std::size_t a, std::size_t b) const { return h_[a * size_ + b]; }
    double q(std::size_t a, std::size_t b) const { return q_[a * size_ + b]; }
    double variance_of_kept(std::size_t a) const { return kept_variance_[a]; }
    double variance_of_eliminated(std::size_t e) const { return variance_[e]; }
    double shrink(std::size_t e) const { return shrink_[e]; }               // 1 / (1 + τ Σ W)
    double left(std::size_t e) const { return variance_[e] * shrink_[e]; }  // of its variance, where all else is known

private:
    void solve_levels();

    const PersonRatings* ratings_ = nullptr;
    bool by_capability_ = true;         // which side is eliminated
    std::size_t size_ = 0, count_ = 0;  // kept effects, α included; eliminated ones
    std::vector<double> cell_weight_;
    std::vector<double> precision_;                                                     // by cell: 1 / σ²
    std::vector<double> weight_, tie_;                                                  // by kept, eliminated
    std::vector<double> variance_, shrink_, left_, kept_variance_, deviation_, total_;  // total_: Σ W of a kept effect
    std::vector<double> h_;       // kept effects' information given the levels, the eliminated ones unknown
    std::vector<double> q_;       // their posterior covariance given what is shared
    std::vector<double> factor_;  // of the kept effects' scaled precision, inverted
    std::vector<double> information_kept_, information_cross_,
        reach_;  // by inform(): kept by kept, by eliminated; Q times ties
    std::vector<double> levels_kept_, levels_eliminated_, solved_, score_kept_, score_eliminated_, row_;
};

template <class Shared>
void PersonBlock::condition(Shared&& shared_of) {
    levels_kept_.assign(size_, 0.0);
    levels_eliminated_.assign(count_, 0.0);
    for (std::size_t i = 0; i < cell_weight_.size(); ++i) {
        const PersonRatings::Cell& cell = ratings_->cells[i];
        const double level = precision_[i] * cell.sum - cell_weight_[i] * shared_of(cell.capability, cell.rater);
        levels_kept_[kept_of(cell)] += level;
        levels_eliminated_[eliminated_of(cell)] += level;
    }
    solve_levels();
}

}  // namespace gradus
