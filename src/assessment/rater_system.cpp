#include "assessment/rater_system.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include <Eigen/Cholesky>
#include <Eigen/SparseCholesky>

#include "base/parallel.h"

namespace gradus {

namespace {

constexpr std::int64_t raters_at_once = 256;
// Beyond, conjugate gradients: entries of the factor; products to invert it.
constexpr std::int64_t most_entries = 20'000'000;
constexpr double most_products = 2e9;
// Raters of so many people are inverted as a whole where the rest is not: at most so many raters.
constexpr std::size_t many_people = 50, most_busy = 200;
// Of all with what is common to all, whether or not they meet in anybody: entries; products to find them.
constexpr std::int64_t most_ties = 10'000'000;
constexpr double most_tie_products = 1e10;

struct Cholesky : Eigen::SimplicialLLT<Eigen::SparseMatrix<double, Eigen::ColMajor, std::int32_t>> {
    /// Entries by column, known before any number is.
    std::span<const std::int32_t> first() const {
        return {m_matrix.outerIndexPtr(), static_cast<std::size_t>(m_matrix.outerSize()) + 1};
    }
};

}  // namespace

SharedLayout::SharedLayout(const Ratings& ratings)
    : raters(ratings.shared()), capabilities(ratings.capabilities()), common(ratings.capabilities()) {
    source.fill(-1);
    for (std::size_t s = 0; s < source_count; ++s)
        if (const auto of = static_cast<Source>(s); ratings.has(of) && of != ratings.reference()) source[s] = common++;
    level = common++;
}

// Biases count for five units at most: their deviation is then a twelfth of the scale's range. In simulations of five people, less lets
// the bias of a lone manager pass for the level of all, and more hides that self-ratings are kind (tests/assessment/coverage_test.cpp).
RaterSystem::Priors::Priors(const EstimateOptions& options) {
    const double unit = 2 / (options.prior_sd * options.prior_sd);
    level = std::min(1.0, options.prior_weight) * unit;
    capability = options.prior_weight * unit;
    source = std::min(5.0, options.prior_weight) * unit;
}

void LocalColumns::set(const PersonRatings& ratings, const SharedLayout& layout) {
    number.clear();
    rater.clear();
    for (std::size_t j = 0; j < ratings.raters.size(); ++j)
        if (ratings.raters[j].shared >= 0) rater.push_back(static_cast<std::int32_t>(j));
    std::sort(rater.begin(), rater.end(), [&](std::int32_t a, std::int32_t b) {
        return ratings.raters[static_cast<std::size_t>(a)].shared < ratings.raters[static_cast<std::size_t>(b)].shared;
    });
    for (const std::int32_t j : rater) number.push_back(ratings.raters[static_cast<std::size_t>(j)].shared);
    raters = number.size();
    capabilities = ratings.capabilities.size();
    for (const std::int32_t c : ratings.capabilities) number.push_back(layout.raters + c);
    of_source.fill(-1);
    std::array<bool, source_count> present{};
    for (const PersonRatings::Rater& one : ratings.raters) present[static_cast<std::size_t>(one.source)] = true;
    for (std::size_t s = 0; s < source_count; ++s)
        if (present[s] && layout.source[s] >= 0) {
            of_source[s] = static_cast<std::int32_t>(number.size());
            number.push_back(layout.raters + layout.source[s]);
        }
}

RaterSystem::RaterSystem(const Ratings& ratings, const SharedLayout& layout, std::span<const std::int32_t> people,
                         const RatingVariances& variances, const Priors& priors, int threads,
                         std::int64_t most_unknowns)
    : ratings_(ratings), layout_(layout), threads_(threads), most_unknowns_(most_unknowns) {
    fit(people, variances, priors);
}

void RaterSystem::fit(std::span<const std::int32_t> people, const RatingVariances& variances, const Priors& priors) {
    criterion_ = 0;
    count_ = 0;
    assemble(people, variances, priors);
    factor();
    solution_ = solve(right_, 1e-10);
    if (exact_) {
        for (std::size_t i = 0; i < right_.size(); ++i) criterion_ -= right_[i] * solution_[i];
        for (std::size_t j = 0; j + 1 < factor_first_.size(); ++j)
            criterion_ += 2 * std::log(factor_value_[static_cast<std::size_t>(factor_first_[j])]);
    }
}

void RaterSystem::assemble(std::span<const std::int32_t> people, const RatingVariances& variances,
                           const Priors& priors) {
    const auto raters = static_cast<std::size_t>(layout_.raters), common = static_cast<std::size_t>(layout_.common);
    std::vector<char> asked(static_cast<std::size_t>(ratings_.people()), 0);
    for (const std::int32_t person : people) asked[static_cast<std::size_t>(person)] = 1;
    right_.assign(raters + common, 0.0);
    diagonal_.assign(raters, 0.0);

    // Each rater's row: nobody else writes it, so sums do not depend on threads. Whoever was rated by three is visited three times.
    struct Piece {
        std::vector<std::int64_t> length;
        std::vector<std::int32_t> column;
        std::vector<double> value;
    };
    std::vector<Piece> pieces((raters + raters_at_once - 1) / raters_at_once);
    parallel_for(layout_.raters, raters_at_once, threads_, [&](std::int64_t first, std::int64_t last) {
        Piece& piece = pieces[static_cast<std::size_t>(first / raters_at_once)];
        PersonRatings ratings;
        PersonBlock block;
        std::vector<double> of_common(common, 0.0);
        std::vector<std::int32_t> touched;
        std::vector<std::pair<std::int32_t, double>> others;
        for (auto rater = static_cast<std::int32_t>(first); rater < last; ++rater) {
            const auto source = static_cast<std::size_t>(ratings_.source(rater));
            touched.clear();
            others.clear();
            double diagonal = 0, right = 0;
            for (const std::int32_t person : ratings_.rated_by(rater)) {
                if (!asked[static_cast<std::size_t>(person)]) continue;
                ratings_.gather(person, ratings);
                block.factor(ratings, variances);
                std::int32_t self = 0;
                while (ratings.raters[static_cast<std::size_t>(self)].shared != rater) ++self;
                block.aim(block.of_rater(self));
                right += block.score(block.of_rater(self));
                const auto add = [&](std::int32_t number, double value) {
                    if (of_common[static_cast<std::size_t>(number)] == 0) touched.push_back(number);
                    of_common[static_cast<std::size_t>(number)] += value;
                };
                for (std::size_t j = 0; j < ratings.raters.size(); ++j) {
                    const double value = block.aimed(block.of_rater(static_cast<std::int32_t>(j)));
                    const PersonRatings::Rater& other = ratings.raters[j];
                    if (other.shared == rater)
                        diagonal += value;
                    else if (other.shared >= 0)
                        others.emplace_back(other.shared, value);
                    if (const std::int32_t number = layout_.source[static_cast<std::size_t>(other.source)]; number >= 0)
                        add(number, value);
                }
                for (std::size_t c = 0; c < ratings.capabilities.size(); ++c)
                    add(ratings.capabilities[c], block.aimed(block.of_capability(static_cast<std::int32_t>(c))));
            }
            std::stable_sort(others.begin(), others.end(),
                             [](const auto& a, const auto& b) { return a.first < b.first; });
            std::sort(touched.begin(), touched.end());
            touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
            std::int64_t length = 0;
            for (std::size_t i = 0; i < others.size();) {
                const std::int32_t column = others[i].first;
                double sum = 0;
                for (; i < others.size() && others[i].first == column; ++i) sum += others[i].second;
                piece.column.push_back(column);
                piece.value.push_back(sum);
                ++length;
            }
            for (const std::int32_t number : touched) {
                piece.column.push_back(layout_.raters + number);
                piece.value.push_back(of_common[static_cast<std::size_t>(number)]);
                of_common[static_cast<std::size_t>(number)] = 0;
                ++length;
            }
            piece.length.push_back(length);
            diagonal_[static_cast<std::size_t>(rater)] = diagonal + 1 / variances.severity[source];
            right_[static_cast<std::size_t>(rater)] = right;
        }
    });
    first_.assign(raters + 1, 0);
    for (std::size_t piece = 0, rater = 0; piece < pieces.size(); ++piece)
        for (const std::int64_t length : pieces[piece].length) {
            first_[rater + 1] = first_[rater] + length;
            ++rater;
        }
    column_.resize(static_cast<std::size_t>(first_.back()));
    value_.resize(column_.size());
    parallel_for(static_cast<std::int64_t>(pieces.size()), 1, threads_, [&](std::int64_t from, std::int64_t to) {
        for (auto piece = static_cast<std::size_t>(from); piece < static_cast<std::size_t>(to); ++piece) {
            const auto at = first_[piece * raters_at_once];
            std::copy(pieces[piece].column.begin(), pieces[piece].column.end(), column_.begin() + at);
            std::copy(pieces[piece].value.begin(), pieces[piece].value.end(), value_.begin() + at);
            pieces[piece] = Piece();
        }
    });

    // What is common to all: sums over fixed parts of the people.
    const auto parts = static_cast<std::int64_t>(
        std::clamp(2e7 / (static_cast<double>(common) * static_cast<double>(common) + 1), 1.0, 64.0));
    const std::int64_t part = std::max<std::int64_t>(512, static_cast<std::int64_t>(people.size()) / parts + 1);
    struct Sum {
        Eigen::MatrixXd block;
        Eigen::VectorXd right;
        double criterion = 0;
        std::int64_t count = 0;
    };
    std::vector<Sum> sums(people.size() / static_cast<std::size_t>(part) + 1);
    parallel_for(static_cast<std::int64_t>(people.size()), part, threads_, [&](std::int64_t first, std::int64_t last) {
        Sum& sum = sums[static_cast<std::size_t>(first / part)];
        sum.block = Eigen::MatrixXd::Zero(layout_.common, layout_.common);
        sum.right = Eigen::VectorXd::Zero(layout_.common);
        PersonRatings ratings;
        PersonBlock block;
        for (std::int64_t i = first; i < last; ++i) {
            ratings_.gather(people[static_cast<std::size_t>(i)], ratings);
            if (ratings.cells.empty()) continue;
            block.factor(ratings, variances);
            sum.criterion += block.log_determinant() + block.levels_squared();
            for (const PersonRatings::Cell& cell : ratings.cells) sum.count += cell.ratings;
            const auto source_of = [&](std::size_t j) {
                return layout_.source[static_cast<std::size_t>(ratings.raters[j].source)];
            };
            for (std::size_t c = 0; c < ratings.capabilities.size(); ++c) {
                const PersonBlock::Column column = block.of_capability(static_cast<std::int32_t>(c));
                const std::int32_t row = ratings.capabilities[c];
                sum.right(row) += block.score(column);
                block.aim(column);
                for (std::size_t d = 0; d <= c; ++d)
                    sum.block(row, ratings.capabilities[d]) +=
                        block.aimed(block.of_capability(static_cast<std::int32_t>(d)));
                for (std::size_t j = 0; j < ratings.raters.size(); ++j)
                    if (const std::int32_t source = source_of(j); source >= 0)
                        sum.block(source, row) += block.aimed(block.of_rater(static_cast<std::int32_t>(j)));
            }
            for (std::size_t j = 0; j < ratings.raters.size(); ++j) {
                const std::int32_t source = source_of(j);
                if (source < 0) continue;
                const PersonBlock::Column column = block.of_rater(static_cast<std::int32_t>(j));
                sum.right(source) += block.score(column);
                block.aim(column);
                for (std::size_t i2 = 0; i2 < ratings.raters.size(); ++i2)
                    if (const std::int32_t other = source_of(i2); other >= 0 && other <= source)
                        sum.block(source, other) += block.aimed(block.of_rater(static_cast<std::int32_t>(i2)));
            }
        }
    });
    common_ = Eigen::MatrixXd::Zero(layout_.common, layout_.common);
    for (const Sum& sum : sums) {
        if (sum.block.size() == 0 && layout_.common > 0) continue;
        common_ += sum.block;
        for (std::int32_t i = 0; i < layout_.common; ++i) right_[raters + static_cast<std::size_t>(i)] += sum.right(i);
        criterion_ += sum.criterion;
        count_ += sum.count;
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
        common_.row(layout_.level).head(layout_.capabilities).setConstant(-priors.capability);
        criterion_ -= std::log(priors.level);
    }
    common_.triangularView<Eigen::StrictlyUpper>() = common_.transpose();
    criterion_ +=
        static_cast<double>(count_ - (priors.capability > 0 ? 0 : layout_.level)) * std::log(2 * std::numbers::pi);
    for (std::size_t rater = 0; rater < raters; ++rater)
        criterion_ +=
            std::log(variances.severity[static_cast<std::size_t>(ratings_.source(static_cast<std::int32_t>(rater)))]);
}

void RaterSystem::factor() {
    const auto raters = static_cast<std::size_t>(layout_.raters);
    exact_ = false;
    Eigen::MatrixXd reduced = common_;
    if (layout_.size() <= most_unknowns_) {
        Eigen::SparseMatrix<double, Eigen::ColMajor, std::int32_t> a(layout_.size(), layout_.size());
        std::vector<Eigen::Triplet<double, std::int32_t>> entries;
        for (std::size_t rater = 0; rater < raters; ++rater) {
            const auto row = static_cast<std::int32_t>(rater);
            entries.emplace_back(row, row, diagonal_[rater]);
            for (auto i = static_cast<std::size_t>(first_[rater]); i < static_cast<std::size_t>(first_[rater + 1]); ++i)
                if (column_[i] > row) entries.emplace_back(column_[i], row, value_[i]);
        }
        for (std::int32_t i = 0; i < layout_.common; ++i)
            for (std::int32_t j = 0; j <= i; ++j)
                if (common_(i, j) != 0) entries.emplace_back(layout_.raters + i, layout_.raters + j, common_(i, j));
        a.setFromTriplets(entries.begin(), entries.end());
        Cholesky cholesky;
        cholesky.analyzePattern(a);
        double products = 0;
        const std::span<const std::int32_t> first = cholesky.first();
        for (std::size_t j = 0; j + 1 < first.size(); ++j)
            products += static_cast<double>(first[j + 1] - first[j]) * static_cast<double>(first[j + 1] - first[j]);
        if (first.back() <= most_entries && products <= most_products) {
            cholesky.factorize(a);
            if (cholesky.info() == Eigen::Success) {
                exact_ = true;
                const auto& l = cholesky.matrixL().nestedExpression();
                factor_first_.assign(l.outerIndexPtr(), l.outerIndexPtr() + l.outerSize() + 1);
                factor_row_.assign(l.innerIndexPtr(), l.innerIndexPtr() + l.nonZeros());
                factor_value_.assign(l.valuePtr(), l.valuePtr() + l.nonZeros());
                place_.resize(static_cast<std::size_t>(layout_.size()));
                for (std::int32_t i = 0; i < layout_.size(); ++i)
                    place_[static_cast<std::size_t>(i)] =
                        cholesky.permutationP().size() ? cholesky.permutationP().indices()[i] : i;
                return;
            }
        }
    }
    for (std::size_t rater = 0; rater < raters; ++rater) {
        std::int64_t from = first_[rater];
        while (from < first_[rater + 1] && column_[static_cast<std::size_t>(from)] < layout_.raters) ++from;
        for (std::int64_t i = from; i < first_[rater + 1]; ++i)
            for (std::int64_t j = from; j <= i; ++j)
                reduced(column_[static_cast<std::size_t>(i)] - layout_.raters,
                        column_[static_cast<std::size_t>(j)] - layout_.raters) -=
                    value_[static_cast<std::size_t>(i)] * value_[static_cast<std::size_t>(j)] / diagonal_[rater];
    }
    // Less than the diagonal is left where severities' own ties matter: keep it positive.
    for (std::int32_t i = 0; i < layout_.common; ++i) reduced(i, i) = std::max(reduced(i, i), 1e-9 * common_(i, i));
    reduced_.compute(reduced);
    if (reduced_.info() != Eigen::Success) reduced_.compute(Eigen::MatrixXd(common_.diagonal().asDiagonal()));
}

void RaterSystem::multiply(std::span<const double> x, std::span<double> result) const {
    const auto raters = static_cast<std::size_t>(layout_.raters);
    const auto parts = static_cast<std::int64_t>(64);
    const std::int64_t part = std::max<std::int64_t>(4096, layout_.raters / parts + 1);
    std::vector<Eigen::VectorXd> sums(raters / static_cast<std::size_t>(part) + 1);
    parallel_for(layout_.raters, part, threads_, [&](std::int64_t first, std::int64_t last) {
        Eigen::VectorXd& common = sums[static_cast<std::size_t>(first / part)] = Eigen::VectorXd::Zero(layout_.common);
        for (auto rater = static_cast<std::size_t>(first); rater < static_cast<std::size_t>(last); ++rater) {
            double sum = diagonal_[rater] * x[rater];
            for (auto i = static_cast<std::size_t>(first_[rater]); i < static_cast<std::size_t>(first_[rater + 1]);
                 ++i) {
                const auto column = static_cast<std::size_t>(column_[i]);
                sum += value_[i] * x[column];
                if (column >= raters) common(static_cast<Eigen::Index>(column - raters)) += value_[i] * x[rater];
            }
            result[rater] = sum;
        }
    });
    const Eigen::Map<const Eigen::VectorXd> of_common(x.data() + raters, layout_.common);
    Eigen::VectorXd all = common_ * of_common;
    for (const Eigen::VectorXd& sum : sums)
        if (sum.size() > 0) all += sum;
    Eigen::Map<Eigen::VectorXd>(result.data() + raters, layout_.common) = all;
}

// The inverse of A without the ties between severities.
void RaterSystem::precondition(std::span<const double> r, std::span<double> z) const {
    const auto raters = static_cast<std::size_t>(layout_.raters);
    Eigen::VectorXd common = Eigen::Map<const Eigen::VectorXd>(r.data() + raters, layout_.common);
    for (std::size_t rater = 0; rater < raters; ++rater) {
        z[rater] = r[rater] / diagonal_[rater];
        for (std::int64_t i = first_[rater + 1];
             i-- > first_[rater] && column_[static_cast<std::size_t>(i)] >= layout_.raters;)
            common(column_[static_cast<std::size_t>(i)] - layout_.raters) -=
                value_[static_cast<std::size_t>(i)] * z[rater];
    }
    if (layout_.common > 0) common = reduced_.solve(common);
    for (std::size_t rater = 0; rater < raters; ++rater) {
        double sum = 0;
        for (std::int64_t i = first_[rater + 1];
             i-- > first_[rater] && column_[static_cast<std::size_t>(i)] >= layout_.raters;)
            sum += value_[static_cast<std::size_t>(i)] * common(column_[static_cast<std::size_t>(i)] - layout_.raters);
        z[rater] -= sum / diagonal_[rater];
    }
    Eigen::Map<Eigen::VectorXd>(z.data() + raters, layout_.common) = common;
}

std::vector<double> RaterSystem::solve(std::span<const double> right, double tolerance) const {
    const std::size_t size = right.size();
    std::vector<double> x(size, 0.0);
    if (exact_) {
        std::vector<double> y(size);
        for (std::size_t i = 0; i < size; ++i) y[static_cast<std::size_t>(place_[i])] = right[i];
        for (std::size_t j = 0; j < size; ++j) {
            y[j] /= factor_value_[static_cast<std::size_t>(factor_first_[j])];
            for (auto i = static_cast<std::size_t>(factor_first_[j]) + 1;
                 i < static_cast<std::size_t>(factor_first_[j + 1]); ++i)
                y[static_cast<std::size_t>(factor_row_[i])] -= factor_value_[i] * y[j];
        }
        for (std::size_t j = size; j-- > 0;) {
            for (auto i = static_cast<std::size_t>(factor_first_[j]) + 1;
                 i < static_cast<std::size_t>(factor_first_[j + 1]); ++i)
                y[j] -= factor_value_[i] * y[static_cast<std::size_t>(factor_row_[i])];
            y[j] /= factor_value_[static_cast<std::size_t>(factor_first_[j])];
        }
        for (std::size_t i = 0; i < size; ++i) x[i] = y[static_cast<std::size_t>(place_[i])];
        return x;
    }
    // Conjugate gradients: Hestenes & Stiefel (1952).
    using Map = Eigen::Map<Eigen::VectorXd>;
    std::vector<double> r(right.begin(), right.end()), z(size), p(size), q(size);
    precondition(r, z);
    p = z;
    const auto dot = [&](std::vector<double>& a, std::vector<double>& b) {
        return Map(a.data(), static_cast<Eigen::Index>(size)).dot(Map(b.data(), static_cast<Eigen::Index>(size)));
    };
    double rz = dot(r, z);
    const double enough = tolerance * tolerance * rz;
    for (int round = 0; round < 500 && rz > enough && rz > 0; ++round) {
        multiply(p, q);
        const double step = rz / dot(p, q);
        for (std::size_t i = 0; i < size; ++i) {
            x[i] += step * p[i];
            r[i] -= step * q[i];
        }
        precondition(r, z);
        const double next = dot(r, z);
        const double turn = next / rz;
        rz = next;
        for (std::size_t i = 0; i < size; ++i) p[i] = z[i] + turn * p[i];
    }
    return x;
}

void RaterSystem::invert(bool common_uncertainty, bool ties) {
    const auto raters = static_cast<std::size_t>(layout_.raters);
    if (!common_uncertainty) {
        RaterSystem apart(*this);
        for (std::size_t i = 0; i < column_.size(); ++i)
            if (column_[i] >= layout_.raters) apart.value_[i] = 0;
        apart.common_ = 1e30 * Eigen::MatrixXd::Identity(layout_.common, layout_.common);
        apart.factor();
        apart.invert();
        variance_ = std::move(apart.variance_);
        covariance_ = std::move(apart.covariance_);
        common_inverse_ = std::move(apart.common_inverse_);
        return;
    }
    variance_.assign(raters, 0.0);
    covariance_.assign(column_.size(), 0.0);
    common_inverse_ = Eigen::MatrixXd::Zero(layout_.common, layout_.common);
    if (exact_) {
        const std::size_t size = raters + static_cast<std::size_t>(layout_.common);
        std::vector<double> inverse(factor_value_.size(), 0.0), work;
        std::vector<std::int64_t> at(size, -1);  // of a row within the column at hand
        for (std::size_t j = size; j-- > 0;) {
            const auto from = static_cast<std::size_t>(factor_first_[j]),
                       to = static_cast<std::size_t>(factor_first_[j + 1]);
            const double diagonal = factor_value_[from];
            work.assign(to - from, 0.0);
            for (std::size_t i = from + 1; i < to; ++i)
                at[static_cast<std::size_t>(factor_row_[i])] = static_cast<std::int64_t>(i - from);
            for (std::size_t i = from + 1; i < to; ++i) {
                const auto k = static_cast<std::size_t>(factor_row_[i]);
                const double lk = factor_value_[i] / diagonal;
                for (auto m = static_cast<std::size_t>(factor_first_[k]);
                     m < static_cast<std::size_t>(factor_first_[k + 1]); ++m) {
                    const std::int64_t place = at[static_cast<std::size_t>(factor_row_[m])];
                    if (place < 0) continue;
                    work[static_cast<std::size_t>(place)] -= lk * inverse[m];
                    if (static_cast<std::size_t>(factor_row_[m]) != k)
                        work[i - from] -= factor_value_[from + static_cast<std::size_t>(place)] / diagonal * inverse[m];
                }
            }
            double own = 1 / (diagonal * diagonal);
            for (std::size_t i = from + 1; i < to; ++i) {
                inverse[i] = work[i - from];
                own -= factor_value_[i] / diagonal * inverse[i];
                at[static_cast<std::size_t>(factor_row_[i])] = -1;
            }
            inverse[from] = own;
        }
        const auto entry = [&](std::size_t a, std::size_t b) {
            const auto low = std::min(place_[a], place_[b]), high = std::max(place_[a], place_[b]);
            const auto begin = factor_row_.begin() + factor_first_[static_cast<std::size_t>(low)],
                       end = factor_row_.begin() + factor_first_[static_cast<std::size_t>(low) + 1];
            const auto found = std::lower_bound(begin, end, high);
            return found != end && *found == high ? inverse[static_cast<std::size_t>(found - factor_row_.begin())]
                                                  : 0.0;
        };
        for (std::size_t rater = 0; rater < raters; ++rater) {
            variance_[rater] = entry(rater, rater);
            for (auto i = static_cast<std::size_t>(first_[rater]); i < static_cast<std::size_t>(first_[rater + 1]); ++i)
                covariance_[i] = entry(rater, static_cast<std::size_t>(column_[i]));
        }
        for (std::int32_t i = 0; i < layout_.common; ++i)
            for (std::int32_t j = 0; j < layout_.common; ++j)
                common_inverse_(i, j) =
                    entry(raters + static_cast<std::size_t>(i), raters + static_cast<std::size_t>(j));
        if (ties && static_cast<std::int64_t>(layout_.raters) * layout_.common <= most_ties &&
            2.0 * static_cast<double>(factor_value_.size()) * layout_.common <= most_tie_products) {
            rater_inverse_.resize(layout_.raters, layout_.common);
            parallel_for(layout_.common, 1, threads_, [&](std::int64_t from, std::int64_t to) {
                std::vector<double> unit(size, 0.0);
                for (std::int64_t i = from; i < to; ++i) {
                    unit[raters + static_cast<std::size_t>(i)] = 1;
                    const std::vector<double> column = solve(unit, 0);
                    for (std::int32_t rater = 0; rater < layout_.raters; ++rater)
                        rater_inverse_(rater, i) = column[static_cast<std::size_t>(rater)];
                    for (std::int32_t j = 0; j < layout_.common; ++j)
                        if (j != i) common_inverse_(j, i) = column[raters + static_cast<std::size_t>(j)];
                    unit[raters + static_cast<std::size_t>(i)] = 0;
                }
            });
        }
        return;
    }
    invert_nearly();
}

std::vector<std::int32_t> RaterSystem::busiest() const {
    const auto people = [&](std::int32_t rater) { return ratings_.rated_by(rater).size(); };
    std::vector<std::int32_t> found;
    for (std::int32_t rater = 0; rater < layout_.raters; ++rater)
        if (people(rater) >= many_people) found.push_back(rater);
    if (found.size() <= most_busy) return found;
    std::vector<std::size_t> counts;
    for (const std::int32_t rater : found) counts.push_back(people(rater));
    std::nth_element(counts.begin(), counts.begin() + most_busy, counts.end(), std::greater<>());
    std::erase_if(found, [&](std::int32_t rater) { return people(rater) <= counts[most_busy]; });
    return found;
}

// The busiest raters and what is common to all are a block of their own, C; A = [D + O, B; B', C], where O are the ties between the
// other raters. A series in O alone settles where it is small against D: who rates thousands has ties to all that their people have.
void RaterSystem::invert_nearly() {
    const auto raters = static_cast<std::size_t>(layout_.raters);
    std::vector<std::int32_t> place(static_cast<std::size_t>(layout_.size()), -1);  // in C; -1: not there
    for (std::int32_t i = 0; i < layout_.common; ++i) place[raters + static_cast<std::size_t>(i)] = i;
    const std::vector<std::int32_t> busy = busiest();
    for (std::size_t i = 0; i < busy.size(); ++i)
        place[static_cast<std::size_t>(busy[i])] = layout_.common + static_cast<std::int32_t>(i);
    const auto size = static_cast<Eigen::Index>(layout_.common) + static_cast<Eigen::Index>(busy.size());

    // The others' entries of B, by rater.
    const auto of_block = [&](std::size_t rater, auto&& visit) {
        for (auto i = static_cast<std::size_t>(first_[rater]); i < static_cast<std::size_t>(first_[rater + 1]); ++i)
            if (const std::int32_t at = place[static_cast<std::size_t>(column_[i])]; at >= 0) visit(at, value_[i]);
    };
    Eigen::MatrixXd block = Eigen::MatrixXd::Zero(size, size);
    block.topLeftCorner(layout_.common, layout_.common) = common_;
    for (const std::int32_t rater : busy) {
        const std::int32_t own = place[static_cast<std::size_t>(rater)];
        block(own, own) = diagonal_[static_cast<std::size_t>(rater)];
        of_block(static_cast<std::size_t>(rater),
                 [&](std::int32_t at, double value) { block(own, at) = block(at, own) = value; });
    }
    Eigen::MatrixXd reduced = block;
    std::vector<std::pair<std::int32_t, double>> own_part;
    for (std::size_t rater = 0; rater < raters; ++rater) {
        if (place[rater] >= 0) continue;
        own_part.clear();
        of_block(rater, [&](std::int32_t at, double value) { own_part.emplace_back(at, value); });
        for (const auto& [a, of_a] : own_part)
            for (const auto& [b, of_b] : own_part) reduced(a, b) -= of_a * of_b / diagonal_[rater];
    }
    // Less than the diagonal is left where severities' own ties matter: keep it positive.
    for (Eigen::Index i = 0; i < size; ++i) reduced(i, i) = std::max(reduced(i, i), 1e-9 * block(i, i));
    Eigen::LLT<Eigen::MatrixXd> solver(reduced);
    if (solver.info() != Eigen::Success) solver.compute(Eigen::MatrixXd(block.diagonal().asDiagonal()));
    const Eigen::MatrixXd inverse = solver.solve(Eigen::MatrixXd::Identity(size, size));
    common_inverse_ = inverse.topLeftCorner(layout_.common, layout_.common);

    // Of the others, with C known: to second order in O.
    std::vector<double> known(raters, 0.0);
    const auto rows_at_once = [&](auto&& of_rater) {
        parallel_for(layout_.raters, raters_at_once, threads_, [&](std::int64_t from, std::int64_t to) {
            for (auto rater = static_cast<std::size_t>(from); rater < static_cast<std::size_t>(to); ++rater)
                of_rater(rater);
        });
    };
    rows_at_once([&](std::size_t rater) {
        if (place[rater] >= 0) return;
        double left = diagonal_[rater];
        for (auto i = static_cast<std::size_t>(first_[rater]); i < static_cast<std::size_t>(first_[rater + 1]); ++i)
            if (const auto other = static_cast<std::size_t>(column_[i]); place[other] < 0)
                left -= value_[i] * value_[i] / diagonal_[other];
        known[rater] = 1 / left;
    });
    rows_at_once([&](std::size_t rater) {
        const auto begin = static_cast<std::size_t>(first_[rater]), end = static_cast<std::size_t>(first_[rater + 1]);
        if (const std::int32_t own = place[rater]; own >= 0) {
            variance_[rater] = inverse(own, own);
            for (std::size_t i = begin; i < end; ++i) {
                const auto other = static_cast<std::size_t>(column_[i]);
                if (place[other] >= 0) {
                    covariance_[i] = inverse(own, place[other]);
                } else {
                    double sum = 0;
                    of_block(other, [&](std::int32_t at, double value) { sum += value * inverse(at, own); });
                    covariance_[i] = -sum / diagonal_[other];
                }
            }
            return;
        }
        Eigen::VectorXd moved = Eigen::VectorXd::Zero(size);  // of C with the rater, but for the sign
        of_block(rater, [&](std::int32_t at, double value) { moved += value / diagonal_[rater] * inverse.col(at); });
        const auto through = [&](std::size_t other) {
            double sum = 0;
            of_block(other, [&](std::int32_t at, double value) { sum += value * moved(at); });
            return sum / diagonal_[other];
        };
        variance_[rater] = known[rater] + through(rater);
        for (std::size_t i = begin; i < end; ++i) {
            const auto other = static_cast<std::size_t>(column_[i]);
            if (const std::int32_t at = place[other]; at >= 0) {
                covariance_[i] = -moved(at);
                continue;
            }
            double sum = -value_[i];
            std::size_t a = begin;
            for (auto b = static_cast<std::size_t>(first_[other]); b < static_cast<std::size_t>(first_[other + 1]);
                 ++b) {
                while (a < end && column_[a] < column_[b]) ++a;
                if (a == end) break;
                if (column_[a] == column_[b] && place[static_cast<std::size_t>(column_[a])] < 0)
                    sum += value_[a] * value_[b] / diagonal_[static_cast<std::size_t>(column_[b])];
            }
            covariance_[i] = sum * known[rater] * known[other] + through(other);
        }
    });
}

double RaterSystem::shared_part(const PersonRatings& ratings, std::int32_t capability, std::int32_t rater) const {
    const PersonRatings::Rater& by = ratings.raters[static_cast<std::size_t>(rater)];
    const auto raters = static_cast<std::size_t>(layout_.raters);
    double sum =
        solution_[raters + static_cast<std::size_t>(ratings.capabilities[static_cast<std::size_t>(capability)])];
    if (by.shared >= 0) sum += solution_[static_cast<std::size_t>(by.shared)];
    if (const std::int32_t source = layout_.source[static_cast<std::size_t>(by.source)]; source >= 0)
        sum += solution_[raters + static_cast<std::size_t>(source)];
    return sum;
}

std::int64_t RaterSystem::find(std::int32_t row, std::int32_t column) const {
    const auto begin = column_.begin() + first_[static_cast<std::size_t>(row)],
               end = column_.begin() + first_[static_cast<std::size_t>(row) + 1];
    const auto found = std::lower_bound(begin, end, column);
    return found != end && *found == column ? found - column_.begin() : -1;
}

double RaterSystem::rater_covariance(std::int32_t rater, std::int32_t number) const {
    if (rater_inverse_.size() > 0) return rater_inverse_(rater, number);
    double sum = 0;  // to first order in the ties between severities
    for (auto i = static_cast<std::size_t>(first_[static_cast<std::size_t>(rater) + 1]);
         i-- > static_cast<std::size_t>(first_[static_cast<std::size_t>(rater)]) && column_[i] >= layout_.raters;)
        sum += value_[i] * common_inverse_(column_[i] - layout_.raters, number);
    return -sum / diagonal_[static_cast<std::size_t>(rater)];
}

void RaterSystem::covariance(const LocalColumns& columns, Eigen::MatrixXd& into) const {
    const auto size = static_cast<Eigen::Index>(columns.size());
    into.resize(size, size);
    for (Eigen::Index i = 0; i < size; ++i)
        for (Eigen::Index j = 0; j <= i; ++j) {
            const std::int32_t a = columns.number[static_cast<std::size_t>(i)],
                               b = columns.number[static_cast<std::size_t>(j)];
            double value = 0;
            if (b >= layout_.raters)
                value = common_inverse_(a - layout_.raters, b - layout_.raters);
            else if (a == b)
                value = variance_[static_cast<std::size_t>(a)];
            else if (const std::int64_t at = find(b, a); at >= 0)
                value = covariance_[static_cast<std::size_t>(at)];
            else if (a >= layout_.raters)  // they first meet in a rating that is new
                value = rater_covariance(b, a - layout_.raters);
            into(i, j) = into(j, i) = value;
        }
}

}  // namespace gradus
