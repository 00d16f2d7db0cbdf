#include "assessment/rater_system.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>

#include "assessment/kernels.h"
#include "base/parallel.h"

namespace gradus {

namespace {

constexpr std::int64_t rows_at_once = 512;
// Sums over people and rows are made in so many parts, whatever the number of threads.
constexpr std::size_t parts = 16;
constexpr std::int64_t people_at_once = 512;
// Raters of so many people are inverted as a whole where the rest is not: at most so many raters.
constexpr std::size_t many_people = 50, most_busy = 200;
// Of all with what is common to all, whether or not they meet in anybody: entries; products to find them.
constexpr std::size_t most_ties = 10'000'000;
constexpr double most_tie_products = 1e10;
// Of the variance of what is common to all, as a multiple of the smallest residual one: beyond, differences lose digits.
constexpr double most_vague = 1e6;

using ByNumber = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Of so many vectors at once; mostly it is one.
void add_each(double factor, const double* a, double* into, std::size_t count) {
    if (count == 1)
        *into += factor * *a;
    else
        add_times(factor, a, into, count);
}

/// each(row, sums) adds what a row tells of what is common, so many vectors of it. In parts that do not depend on the threads.
template <class Each>
ByNumber sum_of_rows(std::size_t rows, std::int32_t common, std::size_t count, int threads, Each&& each) {
    std::vector<std::vector<double>> sums(parts);
    const auto part = static_cast<std::int64_t>(rows / parts + 1);
    parallel_for(static_cast<std::int64_t>(rows), part, threads, [&](std::int64_t first, std::int64_t last) {
        std::vector<double>& sum = sums[static_cast<std::size_t>(first / part)];
        sum.assign(static_cast<std::size_t>(common) * count, 0.0);
        for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row)
            each(row, sum.data());
    });
    ByNumber all = ByNumber::Zero(common, static_cast<Eigen::Index>(count));
    for (const std::vector<double>& sum : sums)
        if (!sum.empty()) all += Eigen::Map<const ByNumber>(sum.data(), common, static_cast<Eigen::Index>(count));
    return all;
}

}  // namespace

// Biases count for five units at most: their deviation is then a twelfth of the scale's range. In simulations of five people, less lets
// the bias of a lone manager pass for the level of all, and more hides that self-ratings are kind (tests/assessment/coverage_test.cpp).
RaterSystem::Priors::Priors(const EstimateOptions& options) {
    const double unit = 2 / (options.prior_sd * options.prior_sd);
    level = std::min(1.0, options.prior_weight) * unit;
    capability = options.prior_weight * unit;
    source = std::min(5.0, options.prior_weight) * unit;
}

RaterSystem::RaterSystem(const Ratings& ratings, const SharedLayout& layout,
                         std::shared_ptr<const RaterPattern> pattern, const RatingVariances& variances,
                         const Priors& priors, double tolerance, int threads, std::size_t most_unknowns)
    : ratings_(ratings), layout_(layout), threads_(threads), most_unknowns_(most_unknowns) {
    fit(std::move(pattern), variances, priors, tolerance);
}

void RaterSystem::fit(std::shared_ptr<const RaterPattern> pattern, const RatingVariances& variances,
                      const Priors& priors, double tolerance) {
    pattern_ = std::move(pattern);
    criterion_ = 0;
    count_ = 0;
    assemble(variances);
    least_residual_ = 1;
    for (std::size_t s = 0; s < source_count; ++s)
        if (ratings_.has(static_cast<Source>(s))) least_residual_ = std::min(least_residual_, variances.residual[s]);
    believe(variances, priors);
    factor();
    solution_ = solve(right_, tolerance);
    if (exact_) {
        criterion_ += factor_.log_determinant();
        for (std::size_t i = 0; i < size(); ++i) criterion_ -= right_[i] * solution_[i];
    }
}

RaterSystem::RaterSystem(const Ratings& ratings, const SharedLayout& layout, std::span<const std::int32_t> people,
                         const RatingVariances& variances, const Priors& priors, int threads, std::size_t most_unknowns)
    : RaterSystem(ratings, layout, std::make_shared<const RaterPattern>(ratings, layout, people, threads), variances,
                  priors, usual_tolerance, threads, most_unknowns) {}

void RaterSystem::forget_people() {
    auto pattern = std::make_shared<RaterPattern>(*pattern_);
    pattern->forget_people();
    pattern_ = std::move(pattern);
    factor_.forget_order();
}

/// Goes through the people in portions: of each portion, first everyone's part is worked out, then rows take up what concerns them, each
/// by one thread, from one person after the other. So nobody is looked at twice, and sums do not depend on threads.
class RaterSystem::Assembly {
public:
    Assembly(RaterSystem& system, const RatingVariances& variances) : system_(system), variances_(variances) {
        const auto common = static_cast<Eigen::Index>(system_.layout_.common);
        for (Sum& sum : sums_) {
            sum.block = Eigen::MatrixXd::Zero(common, common);
            sum.right = Eigen::VectorXd::Zero(common);
        }
    }

    void run() {
        const RaterPattern& pattern = *system_.pattern_;
        const std::size_t portion = parts * people_at_once, people = pattern.people().size();
        for (first_ = 0; first_ < people; first_ = last_) {
            last_ = std::min(people, first_ + portion);
            begin_.assign(last_ - first_ + 1, 0);
            for (std::size_t place = first_; place < last_; ++place)
                begin_[place - first_ + 1] = begin_[place - first_] + pattern.rows_of(place).size() * stride(place);
            value_.resize(begin_.back());
            parallel_for(static_cast<std::int64_t>(last_ - first_), people_at_once, system_.threads_,
                         [&](std::int64_t from, std::int64_t to) {
                             Sum& sum = sums_[static_cast<std::size_t>(from / people_at_once)];
                             for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i)
                                 look(first_ + i, sum);
                         });
            parallel_for(static_cast<std::int64_t>(parts), 1, system_.threads_,
                         [&](std::int64_t part, std::int64_t) { take(static_cast<std::size_t>(part)); });
        }
        for (const Sum& sum : sums_) {
            system_.common_ += sum.block;
            for (std::size_t i = 0; i < static_cast<std::size_t>(system_.layout_.common); ++i)
                system_.right_[system_.rows() + i] += sum.right(static_cast<Eigen::Index>(i));
            system_.criterion_ += sum.criterion;
            system_.count_ += sum.count;
        }
    }

private:
    struct Sum {
        Eigen::MatrixXd block;  // upper triangle
        Eigen::VectorXd right;
        double criterion = 0;
        std::int64_t count = 0;
        // One person after the other.
        PersonRatings ratings;
        PersonBlock block_of;
        std::vector<std::int32_t> shared;  // local raters in the order of their rows
        std::vector<double> row;
    };

    // What a person says to each of their shared raters: the other rows, what is common, the diagonal, the right side.
    std::size_t stride(std::size_t place) const {
        const RaterPattern& pattern = *system_.pattern_;
        return pattern.rows_of(place).size() - 1 + pattern.common_of(place).size() + 2;
    }

    void look(std::size_t place, Sum& sum) {
        const SharedLayout& layout = system_.layout_;
        PersonRatings& ratings = sum.ratings;
        PersonBlock& block = sum.block_of;
        system_.ratings_.gather(system_.pattern_->people()[place], ratings);
        if (ratings.cells.empty()) return;
        block.factor(ratings, variances_);
        block.condition([](std::int32_t, std::int32_t) { return 0.0; });
        block.inform();
        sum.criterion += block.log_determinant(variances_) + block.levels_squared();
        for (const PersonRatings::Cell& cell : ratings.cells) sum.count += cell.ratings;

        const std::size_t capabilities = ratings.capabilities.size(), raters = ratings.raters.size();
        sum.row.resize(std::max(capabilities, raters));
        for (std::size_t c = 0; c < capabilities; ++c) {
            const PersonBlock::Column column = block.of_capability(static_cast<std::int32_t>(c));
            const std::int32_t number = ratings.capabilities[c];
            sum.right(number) += block.score(column);
            block.information_among(column, sum.row.data());
            double* into = sum.block.col(number).data();
            for (std::size_t d = 0; d <= c; ++d) into[ratings.capabilities[d]] += sum.row[d];
        }
        for (std::size_t j = 0; j < raters; ++j) {
            const std::int32_t source = layout.source_of(ratings.raters[j]);
            if (source < 0) continue;
            const PersonBlock::Column column = block.of_rater(static_cast<std::int32_t>(j));
            sum.right(source) += block.score(column);
            double* into = sum.block.col(source).data();
            for (std::size_t c = 0; c < capabilities; ++c)
                into[ratings.capabilities[c]] +=
                    block.information(column, block.of_capability(static_cast<std::int32_t>(c)));
            for (std::size_t i = 0; i < raters; ++i)
                if (const std::int32_t other = layout.source_of(ratings.raters[i]); other >= 0 && other <= source)
                    into[other] += block.information(column, block.of_rater(static_cast<std::int32_t>(i)));
        }
        tell_raters(place, sum);
    }

    void tell_raters(std::size_t place, Sum& sum) {
        const PersonRatings& ratings = sum.ratings;
        const PersonBlock& block = sum.block_of;
        sum.shared.clear();
        for (std::size_t j = 0; j < ratings.raters.size(); ++j)
            if (ratings.raters[j].shared >= 0) sum.shared.push_back(static_cast<std::int32_t>(j));
        std::sort(sum.shared.begin(), sum.shared.end(), [&](std::int32_t a, std::int32_t b) {
            return ratings.raters[static_cast<std::size_t>(a)].shared <
                   ratings.raters[static_cast<std::size_t>(b)].shared;
        });
        const std::span<const std::int32_t> common = system_.pattern_->common_of(place);
        double* out = value_.data() + begin_[place - first_];
        for (const std::int32_t own : sum.shared) {
            const PersonBlock::Column column = block.of_rater(own);
            for (const std::int32_t other : sum.shared)
                if (other != own) *out++ = block.information(column, block.of_rater(other));
            for (std::size_t c = 0; c < ratings.capabilities.size(); ++c)
                *out++ = block.information(column, block.of_capability(static_cast<std::int32_t>(c)));
            for (std::size_t i = ratings.capabilities.size(); i < common.size(); ++i) {
                *out = 0;
                for (std::size_t j = 0; j < ratings.raters.size(); ++j)
                    if (system_.layout_.source_of(ratings.raters[j]) == common[i])
                        *out += block.information(column, block.of_rater(static_cast<std::int32_t>(j)));
                ++out;
            }
            *out++ = block.information(column, column);
            *out++ = block.score(column);
        }
    }

    // The rows of one part take up what the portion's people say.
    void take(std::size_t part) {
        const RaterPattern& pattern = *system_.pattern_;
        const std::size_t rows = system_.rows(), low = rows * part / parts, high = rows * (part + 1) / parts;
        for (std::size_t place = first_; place < last_; ++place) {
            const std::span<const std::int32_t> met = pattern.rows_of(place), common = pattern.common_of(place);
            const std::size_t length = met.empty() ? 0 : stride(place);
            for (std::size_t i = 0; i < met.size(); ++i) {
                const auto row = static_cast<std::size_t>(met[i]);
                if (row < low || row >= high) continue;
                const double* said = value_.data() + begin_[place - first_] + i * length;
                std::size_t entry = pattern.first(met[i]);
                for (const std::int32_t other : met) {
                    if (other == met[i]) continue;
                    entry = static_cast<std::size_t>(
                        std::lower_bound(pattern.columns() + entry, pattern.columns() + pattern.common(met[i]), other) -
                        pattern.columns());
                    system_.value_[entry] += *said++;
                }
                entry = pattern.common(met[i]);
                for (const std::int32_t number : common) {
                    while (pattern.column(entry) != pattern.rows() + number) ++entry;
                    system_.value_[entry] += *said++;
                }
                system_.diagonal_[row] += said[0];
                system_.right_[row] += said[1];
            }
        }
    }

    RaterSystem& system_;
    const RatingVariances& variances_;
    std::vector<Sum> sums_ = std::vector<Sum>(parts);
    std::size_t first_ = 0, last_ = 0;  // the portion: places among the people
    std::vector<std::size_t> begin_;    // of each person in it
    std::vector<double> value_;
};

void RaterSystem::assemble(const RatingVariances& variances) {
    value_.assign(pattern_->entries(), 0.0);
    diagonal_.assign(rows(), 0.0);
    right_.assign(rows() + static_cast<std::size_t>(layout_.common), 0.0);
    common_ = Eigen::MatrixXd::Zero(layout_.common, layout_.common);
    Assembly(*this, variances).run();
}

void RaterSystem::believe(const RatingVariances& variances, const Priors& priors) {
    for (std::size_t row = 0; row < rows(); ++row) {
        const Source source = ratings_.source(pattern_->rater(static_cast<std::int32_t>(row)));
        const double variance = variances.severity[static_cast<std::size_t>(source)];
        diagonal_[row] += 1 / variance;
        criterion_ += std::log(variance);
    }
    for (std::int32_t i = 0; i < layout_.level; ++i) {
        const double prior = i < layout_.capabilities ? priors.capability : priors.source;
        common_(i, i) += std::max(prior, 1e-10 * common_(i, i) + 1e-12);  // what nothing tells apart stays where it is
        if (prior > 0) criterion_ -= std::log(prior);
    }
    // No rating tells of the mean difficulty but through difficulties. Without a prior it is nothing.
    common_(layout_.level, layout_.level) =
        priors.level > 0 ? priors.level + layout_.capabilities * priors.capability : 1;
    if (priors.level > 0) {
        common_.col(layout_.level).head(layout_.capabilities).setConstant(-priors.capability);
        criterion_ -= std::log(priors.level);
    }
    common_.triangularView<Eigen::StrictlyLower>() = common_.transpose();
    criterion_ +=
        static_cast<double>(count_ - (priors.capability > 0 ? 0 : layout_.level)) * std::log(2 * std::numbers::pi);
}

// Rows of the upper triangle are columns of the lower one.
SparseFactor::Matrix RaterSystem::lower() const {
    const std::int32_t rows = pattern_->rows(), size = rows + layout_.common;
    SparseFactor::Matrix a(size, size);
    a.reserve(static_cast<Eigen::Index>(pattern_->entries()) + rows + common_.size());
    for (std::int32_t row = 0; row < rows; ++row) {
        a.startVec(row);
        a.insertBack(row, row) = diagonal_[static_cast<std::size_t>(row)];
        for (std::size_t i = pattern_->first(row); i < pattern_->last(row); ++i)
            if (pattern_->column(i) > row) a.insertBack(pattern_->column(i), row) = value_[i];
    }
    for (std::int32_t j = 0; j < layout_.common; ++j) {
        a.startVec(rows + j);
        for (std::int32_t i = j; i < layout_.common; ++i)
            if (i == j || common_(i, j) != 0) a.insertBack(rows + i, rows + j) = common_(i, j);
    }
    a.finalize();
    return a;
}

void RaterSystem::factor() {
    exact_ = most_unknowns_ > 0 && (size() <= most_unknowns_ || pattern_->falls_apart()) && factor_.compute(lower());
    if (!exact_) reduce();
}

void RaterSystem::reduce() {
    Eigen::MatrixXd reduced = common_;
    for (std::int32_t row = 0; row < pattern_->rows(); ++row) {
        const std::size_t from = pattern_->common(row), to = pattern_->last(row);
        for (std::size_t i = from; i < to; ++i) {
            const double share = value_[i] / diagonal_[static_cast<std::size_t>(row)];
            double* into = reduced.col(pattern_->column(i) - pattern_->rows()).data();
            for (std::size_t j = i; j < to; ++j) into[pattern_->column(j) - pattern_->rows()] -= value_[j] * share;
        }
    }
    // Less than the diagonal is left where severities' own ties matter: keep it positive.
    for (std::int32_t i = 0; i < layout_.common; ++i) reduced(i, i) = std::max(reduced(i, i), 1e-9 * common_(i, i));
    reduced_.emplace(reduced);
    if (reduced_->info() != Eigen::Success) reduced_.emplace(Eigen::MatrixXd(common_.diagonal().asDiagonal()));
}

void RaterSystem::multiply(const Vectors& x, Vectors& result) const {
    const std::size_t rows = this->rows(), count = x.count;
    const ByNumber told = sum_of_rows(rows, layout_.common, count, threads_, [&](std::size_t row, double* common) {
        const auto number = static_cast<std::int32_t>(row);
        double* into = result.value.data() + row * count;
        const double* own = x.value.data() + row * count;
        for (std::size_t k = 0; k < count; ++k) into[k] = diagonal_[row] * own[k];
        for (std::size_t i = pattern_->first(number); i < pattern_->last(number); ++i)
            add_each(value_[i], x.value.data() + static_cast<std::size_t>(pattern_->column(i)) * count, into, count);
        for (std::size_t i = pattern_->common(number); i < pattern_->last(number); ++i)
            add_each(value_[i], own, common + (static_cast<std::size_t>(pattern_->column(i)) - rows) * count, count);
    });
    const auto columns = static_cast<Eigen::Index>(count);
    Eigen::Map<ByNumber> common(result.value.data() + rows * count, layout_.common, columns);
    common = common_ * Eigen::Map<const ByNumber>(x.value.data() + rows * count, layout_.common, columns);
    common += told;
}

// The inverse of A without the ties between severities.
void RaterSystem::precondition(const Vectors& r, Vectors& z) const {
    const std::size_t rows = this->rows(), count = r.count;
    const ByNumber told = sum_of_rows(rows, layout_.common, count, threads_, [&](std::size_t row, double* common) {
        const auto number = static_cast<std::int32_t>(row);
        double* own = z.value.data() + row * count;
        for (std::size_t k = 0; k < count; ++k) own[k] = r.value[row * count + k] / diagonal_[row];
        for (std::size_t i = pattern_->common(number); i < pattern_->last(number); ++i)
            add_each(value_[i], own, common + (static_cast<std::size_t>(pattern_->column(i)) - rows) * count, count);
    });
    const auto columns = static_cast<Eigen::Index>(count), part = static_cast<Eigen::Index>(rows / parts + 1);
    ByNumber common = Eigen::Map<const ByNumber>(r.value.data() + rows * count, layout_.common, columns);
    common -= told;
    common = reduced_->solve(Eigen::MatrixXd(common));
    parallel_for(static_cast<std::int64_t>(rows), part, threads_, [&](std::int64_t first, std::int64_t last) {
        for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row) {
            const auto number = static_cast<std::int32_t>(row);
            for (std::size_t i = pattern_->common(number); i < pattern_->last(number); ++i)
                add_each(-value_[i] / diagonal_[row],
                         common.data() + (static_cast<std::size_t>(pattern_->column(i)) - rows) * count,
                         z.value.data() + row * count, count);
        }
    });
    Eigen::Map<ByNumber>(z.value.data() + rows * count, layout_.common, columns) = common;
}

std::vector<double> RaterSystem::solve(std::span<const double> right, double tolerance) const {
    if (exact_) return factor_.solve(right);
    Vectors one(right.size(), 1);
    std::copy(right.begin(), right.end(), one.value.begin());
    return solve(one, tolerance).value;
}

// Conjugate gradients: Hestenes & Stiefel (1952), for all right sides at once, each by itself.
RaterSystem::Vectors RaterSystem::solve(const Vectors& right, double tolerance) const {
    const std::size_t size = this->size(), count = right.count;
    Vectors x(size, count);
    if (exact_) {
        std::vector<double> one(size);
        for (std::size_t k = 0; k < count; ++k) {
            for (std::size_t i = 0; i < size; ++i) one[i] = right(i, k);
            const std::vector<double> solved = factor_.solve(one);
            for (std::size_t i = 0; i < size; ++i) x(i, k) = solved[i];
        }
        return x;
    }
    Vectors r = right, z(size, count), p(size, count), q(size, count);
    const auto dots = [&](const Vectors& a, const Vectors& b) {
        std::vector<std::vector<double>> sums(parts);
        const auto part = static_cast<std::int64_t>(size / parts + 1);
        parallel_for(static_cast<std::int64_t>(size), part, threads_, [&](std::int64_t first, std::int64_t last) {
            std::vector<double>& sum = sums[static_cast<std::size_t>(first / part)];
            sum.assign(count, 0.0);
            for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i)
                for (std::size_t k = 0; k < count; ++k) sum[k] += a(i, k) * b(i, k);
        });
        std::vector<double> all(count, 0.0);
        for (const std::vector<double>& sum : sums)
            for (std::size_t k = 0; k < sum.size(); ++k) all[k] += sum[k];
        return all;
    };
    const auto each = [&](auto&& change) {
        parallel_for(static_cast<std::int64_t>(size), 1 << 14, threads_, [&](std::int64_t first, std::int64_t last) {
            for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i)
                for (std::size_t k = 0; k < count; ++k) change(i, k);
        });
    };
    precondition(r, z);
    p = z;
    std::vector<double> rz = dots(r, z), enough(count), step(count), turn(count);
    for (std::size_t k = 0; k < count; ++k) enough[k] = tolerance * tolerance * rz[k];
    const auto unsolved = [&](std::size_t k) { return rz[k] > enough[k] && rz[k] > 0; };
    for (int round = 0; round < 500; ++round) {
        bool done = true;
        for (std::size_t k = 0; k < count; ++k) done &= !unsolved(k);
        if (done) break;
        multiply(p, q);
        const std::vector<double> pq = dots(p, q);
        for (std::size_t k = 0; k < count; ++k) step[k] = unsolved(k) ? rz[k] / pq[k] : 0;
        each([&](std::size_t i, std::size_t k) {
            x(i, k) += step[k] * p(i, k);
            r(i, k) -= step[k] * q(i, k);
        });
        precondition(r, z);
        const std::vector<double> next = dots(r, z);
        for (std::size_t k = 0; k < count; ++k) {
            turn[k] = step[k] != 0 ? next[k] / rz[k] : 0;
            rz[k] = next[k];
        }
        each([&](std::size_t i, std::size_t k) { p(i, k) = z(i, k) + turn[k] * p(i, k); });
    }
    return x;
}

void RaterSystem::invert(bool common_uncertainty, bool ties) {
    if (!common_uncertainty) {
        RaterSystem apart(*this);
        for (std::int32_t row = 0; row < pattern_->rows(); ++row)
            for (std::size_t i = pattern_->common(row); i < pattern_->last(row); ++i) apart.value_[i] = 0;
        apart.common_ = 1e30 * Eigen::MatrixXd::Identity(layout_.common, layout_.common);
        apart.factor();
        apart.invert();
        variance_ = std::move(apart.variance_);
        covariance_ = std::move(apart.covariance_);
        common_inverse_ = std::move(apart.common_inverse_);
        rater_inverse_.resize(0, 0);
        summarise();
        return;
    }
    variance_.assign(rows(), 0.0);
    covariance_.assign(pattern_->entries(), 0.0);
    rater_inverse_.resize(0, 0);
    if (exact_)
        invert_exactly(ties);
    else
        invert_by_series();
    summarise();
}

void RaterSystem::invert_exactly(bool ties) {
    const std::size_t rows = this->rows(), common = static_cast<std::size_t>(layout_.common);
    factor_.invert();
    parallel_for(pattern_->rows(), rows_at_once, threads_, [&](std::int64_t first, std::int64_t last) {
        for (auto row = static_cast<std::int32_t>(first); row < last; ++row) {
            const auto own = static_cast<std::size_t>(row);
            variance_[own] = factor_.inverse(own, own);
            for (std::size_t i = pattern_->first(row); i < pattern_->last(row); ++i)
                covariance_[i] = factor_.inverse(own, static_cast<std::size_t>(pattern_->column(i)));
        }
    });
    common_inverse_ = Eigen::MatrixXd::Zero(layout_.common, layout_.common);
    for (std::size_t i = 0; i < common; ++i)
        for (std::size_t j = 0; j < common; ++j)
            common_inverse_(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
                factor_.inverse(rows + i, rows + j);
    if (!ties || rows * common > most_ties ||
        2.0 * static_cast<double>(factor_.entries()) * static_cast<double>(common) > most_tie_products)
        return;
    rater_inverse_.resize(pattern_->rows(), layout_.common);
    parallel_for(layout_.common, 1, threads_, [&](std::int64_t i, std::int64_t) {
        std::vector<double> unit(size(), 0.0);
        unit[rows + static_cast<std::size_t>(i)] = 1;
        const std::vector<double> column = factor_.solve(unit);
        for (std::int32_t row = 0; row < pattern_->rows(); ++row)
            rater_inverse_(row, i) = column[static_cast<std::size_t>(row)];
        for (std::int32_t j = 0; j < layout_.common; ++j)
            if (j != i) common_inverse_(j, i) = column[rows + static_cast<std::size_t>(j)];
    });
}

// Raters of very many people, ascending rows: all of so many or none.
std::vector<std::int32_t> RaterSystem::busiest() const {
    const auto people = [&](std::int32_t row) { return ratings_.rated_by(pattern_->rater(row)).size(); };
    std::vector<std::int32_t> found;
    for (std::int32_t row = 0; row < pattern_->rows(); ++row)
        if (people(row) >= many_people) found.push_back(row);
    if (found.size() <= most_busy) return found;
    std::vector<std::size_t> counts;
    for (const std::int32_t row : found) counts.push_back(people(row));
    std::nth_element(counts.begin(), counts.begin() + most_busy, counts.end(), std::greater<>());
    std::erase_if(found, [&](std::int32_t row) { return people(row) <= counts[most_busy]; });
    return found;
}

// The busiest raters and what is common to all are a block of their own, C; A = [D + O, B; B', C], where O are the ties between the
// other raters. A series in O alone settles where it is small against D: who rates thousands has ties to all that their people have.
void RaterSystem::invert_by_series() {
    const RaterPattern& pattern = *pattern_;
    const std::size_t rows = this->rows();
    std::vector<std::int32_t> place(size(), -1);  // in C; -1: not there
    for (std::int32_t i = 0; i < layout_.common; ++i) place[common_at(i)] = i;
    const std::vector<std::int32_t> busy = busiest();
    for (std::size_t i = 0; i < busy.size(); ++i)
        place[static_cast<std::size_t>(busy[i])] = layout_.common + static_cast<std::int32_t>(i);
    const auto width = static_cast<Eigen::Index>(layout_.common) + static_cast<Eigen::Index>(busy.size());

    // Entries of B and C, by row.
    struct Entry {
        std::int32_t at;
        double value;
    };
    std::vector<std::size_t> begin(rows + 1, 0);
    std::vector<Entry> entries;
    for (std::int32_t row = 0; row < pattern.rows(); ++row) {
        for (std::size_t i = busy.empty() ? pattern.common(row) : pattern.first(row); i < pattern.last(row); ++i)
            if (const std::int32_t at = place[static_cast<std::size_t>(pattern.column(i))]; at >= 0)
                entries.push_back({at, value_[i]});
        begin[static_cast<std::size_t>(row) + 1] = entries.size();
    }
    const auto of_block = [&](std::int32_t row) {
        const auto own = static_cast<std::size_t>(row);
        return std::span<const Entry>(entries.data() + begin[own], entries.data() + begin[own + 1]);
    };
    Eigen::MatrixXd block = Eigen::MatrixXd::Zero(width, width);
    block.topLeftCorner(layout_.common, layout_.common) = common_;
    for (const std::int32_t row : busy) {
        const std::int32_t own = place[static_cast<std::size_t>(row)];
        block(own, own) = diagonal_[static_cast<std::size_t>(row)];
        for (const auto& [at, value] : of_block(row)) block(own, at) = block(at, own) = value;
    }
    Eigen::MatrixXd reduced = block;
    for (std::int32_t row = 0; row < pattern.rows(); ++row) {
        if (place[static_cast<std::size_t>(row)] >= 0) continue;
        for (const auto& [a, of_a] : of_block(row)) {
            const double share = of_a / diagonal_[static_cast<std::size_t>(row)];
            double* into = reduced.col(a).data();
            for (const auto& [b, of_b] : of_block(row)) into[b] -= share * of_b;
        }
    }
    // Less than the diagonal is left where severities' own ties matter: keep it positive.
    for (Eigen::Index i = 0; i < width; ++i) reduced(i, i) = std::max(reduced(i, i), 1e-9 * block(i, i));
    Eigen::LLT<Eigen::MatrixXd> solver(reduced);
    if (solver.info() != Eigen::Success) solver.compute(Eigen::MatrixXd(block.diagonal().asDiagonal()));
    const Eigen::MatrixXd inverse = solver.solve(Eigen::MatrixXd::Identity(width, width));
    common_inverse_ = inverse.topLeftCorner(layout_.common, layout_.common);

    // Of the others, with C known: to second order in O.
    std::vector<double> known(rows, 0.0);
    parallel_for(pattern.rows(), rows_at_once, threads_, [&](std::int64_t first, std::int64_t last) {
        for (auto row = static_cast<std::int32_t>(first); row < last; ++row) {
            if (place[static_cast<std::size_t>(row)] >= 0) continue;
            double left = diagonal_[static_cast<std::size_t>(row)];
            for (std::size_t i = pattern.first(row); i < pattern.common(row); ++i)
                if (const auto other = static_cast<std::size_t>(pattern.column(i)); place[other] < 0)
                    left -= value_[i] * value_[i] / diagonal_[other];
            known[static_cast<std::size_t>(row)] = 1 / left;
        }
    });
    parallel_for(pattern.rows(), rows_at_once, threads_, [&](std::int64_t first, std::int64_t last) {
        Eigen::VectorXd moved(width);  // of C with the rater, but for the sign
        const auto along = [&](std::int32_t row, const double* of) {
            double sum = 0;
            for (const auto& [at, value] : of_block(row)) sum += value * of[at];
            return sum / diagonal_[static_cast<std::size_t>(row)];
        };
        for (auto row = static_cast<std::int32_t>(first); row < last; ++row) {
            const std::size_t from = pattern.first(row), common = pattern.common(row), to = pattern.last(row);
            if (const std::int32_t own = place[static_cast<std::size_t>(row)]; own >= 0) {
                variance_[static_cast<std::size_t>(row)] = inverse(own, own);
                for (std::size_t i = from; i < to; ++i) {
                    const std::int32_t other = pattern.column(i);
                    const std::int32_t at = place[static_cast<std::size_t>(other)];
                    covariance_[i] = at >= 0 ? inverse(at, own) : -along(other, inverse.col(own).data());
                }
                continue;
            }
            moved.setZero();
            for (const auto& [at, value] : of_block(row))
                add_times(value / diagonal_[static_cast<std::size_t>(row)], inverse.col(at).data(), moved.data(),
                          static_cast<std::size_t>(width));
            const double own = known[static_cast<std::size_t>(row)];
            variance_[static_cast<std::size_t>(row)] = own + along(row, moved.data());
            for (std::size_t i = from; i < to; ++i) {
                const std::int32_t other = pattern.column(i);
                if (const std::int32_t at = place[static_cast<std::size_t>(other)]; at >= 0) {
                    covariance_[i] = -moved(at);
                    continue;
                }
                double sum = -value_[i];
                std::size_t a = from;
                for (std::size_t b = pattern.first(other); b < pattern.common(other); ++b) {
                    while (a < common && pattern.column(a) < pattern.column(b)) ++a;
                    if (a == common) break;
                    if (const auto both = static_cast<std::size_t>(pattern.column(b));
                        pattern.column(a) == pattern.column(b) && place[both] < 0)
                        sum += value_[a] * value_[b] / diagonal_[both];
                }
                covariance_[i] = sum * own * known[static_cast<std::size_t>(other)] + along(other, moved.data());
            }
        }
    });
}

double RaterSystem::rater_part(const PersonRatings::Rater& rater) const {
    double sum = 0;
    if (rater.shared >= 0) sum += solution_[static_cast<std::size_t>(pattern_->row(rater.shared))];
    if (const std::int32_t source = layout_.source_of(rater); source >= 0) sum += solution_[common_at(source)];
    return sum;
}

double RaterSystem::rater_covariance(std::int32_t row, std::int32_t number) const {
    if (rater_inverse_.size() > 0) return rater_inverse_(row, number);
    double sum = 0;  // to first order in the ties between severities
    for (std::size_t i = pattern_->common(row); i < pattern_->last(row); ++i)
        sum += value_[i] * common_inverse_(pattern_->column(i) - pattern_->rows(), number);
    return -sum / diagonal_[static_cast<std::size_t>(row)];
}

// How vague what is common is.
void RaterSystem::summarise() {
    const auto count = static_cast<double>(layout_.capabilities);
    const auto block = common_inverse_.topLeftCorner(layout_.capabilities, layout_.capabilities);
    difference_variance_ = count < 2 ? 0 : (block.trace() - (block.sum() - block.trace()) / (count - 1)) / count;
    const double widest = layout_.level > 0 ? common_inverse_.diagonal().head(layout_.level).maxCoeff() : 0;
    vague_ = !(widest < most_vague * least_residual_);
}

void RaterSystem::share(const PersonRatings& ratings, bool whole, SharedParts& into) const {
    const std::size_t raters = ratings.raters.size();
    into.raters.assign(raters, {SharedParts::none, SharedParts::none});
    std::int32_t columns = 0;
    for (std::size_t j = 0; j < raters; ++j)
        if (ratings.raters[j].shared >= 0) into.raters[j].severity = columns++;
    const std::int32_t severities = columns;
    std::array<std::int32_t, source_count> of_source;
    of_source.fill(SharedParts::none);
    for (std::size_t j = 0; j < raters && whole; ++j) {
        if (layout_.source_of(ratings.raters[j]) < 0) continue;
        std::int32_t& column = of_source[static_cast<std::size_t>(ratings.raters[j].source)];
        if (column < 0) column = columns++;
        into.raters[j].source = column;
    }
    into.first_capability = columns;
    into.columns = static_cast<std::size_t>(columns) + ratings.capabilities.size();
    into.others = whole ? 0 : difference_variance_;
    into.vague = whole && vague_;
    const auto dense = whole ? static_cast<Eigen::Index>(into.columns) : severities;
    into.covariance.resize(dense, dense);
    share_severities(ratings, into);
    if (whole) share_common(ratings, into);
}

void RaterSystem::share_severities(const PersonRatings& ratings, SharedParts& into) const {
    for (std::size_t i = 0; i < ratings.raters.size(); ++i) {
        const std::int32_t a = into.raters[i].severity;
        if (a < 0) continue;
        const std::int32_t row = pattern_->row(ratings.raters[i].shared);
        into.covariance(a, a) = variance_[static_cast<std::size_t>(row)];
        const std::int32_t* from = pattern_->columns() + pattern_->first(row);
        const std::int32_t* to = pattern_->columns() + pattern_->common(row);
        for (std::size_t j = 0; j < i; ++j) {
            const std::int32_t b = into.raters[j].severity;
            if (b < 0) continue;
            const std::int32_t other = pattern_->row(ratings.raters[j].shared);
            const std::int32_t* found = std::lower_bound(from, to, other);
            into.covariance(a, b) = into.covariance(b, a) =
                found != to && *found == other ? covariance_[static_cast<std::size_t>(found - pattern_->columns())] : 0;
        }
    }
}

void RaterSystem::share_common(const PersonRatings& ratings, SharedParts& into) const {
    // Common numbers of columns, those of sources first; in ascending order the other way round.
    const std::int32_t first = into.first_capability;
    std::array<std::int32_t, source_count> column;
    column.fill(SharedParts::none);
    for (std::size_t j = 0; j < ratings.raters.size(); ++j)
        column[static_cast<std::size_t>(ratings.raters[j].source)] = into.raters[j].source;
    const auto for_each = [&](auto&& visit) {
        for (std::size_t c = 0; c < ratings.capabilities.size(); ++c)
            visit(first + static_cast<std::int32_t>(c), ratings.capabilities[c]);
        for (std::size_t s = 0; s < source_count; ++s)
            if (column[s] >= 0) visit(column[s], layout_.source[s]);
    };
    for_each([&](std::int32_t a, std::int32_t number) {
        const double* of = common_inverse_.col(number).data();
        double* to = into.covariance.col(a).data();
        for_each([&](std::int32_t b, std::int32_t other) { to[b] = of[other]; });
    });
    for (std::size_t i = 0; i < ratings.raters.size(); ++i) {
        const std::int32_t a = into.raters[i].severity;
        if (a < 0) continue;
        const std::int32_t row = pattern_->row(ratings.raters[i].shared);
        std::size_t entry = pattern_->common(row);
        const std::size_t last = pattern_->last(row);
        for_each([&](std::int32_t b, std::int32_t number) {
            const std::int32_t wanted = pattern_->rows() + number;
            while (entry < last && pattern_->column(entry) < wanted) ++entry;
            // A rating that came later may be of what the rater had not rated.
            const bool met = entry < last && pattern_->column(entry) == wanted;
            into.covariance(a, b) = into.covariance(b, a) = met ? covariance_[entry] : rater_covariance(row, number);
        });
    }
}

}  // namespace gradus
