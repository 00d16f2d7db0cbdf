#include "assessment/sparse_factor.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/SparseCholesky>

namespace gradus {

namespace {

constexpr std::int64_t most_entries = 20'000'000;
constexpr double most_products = 2e9;  // to invert it

}  // namespace

struct SparseFactor::Cholesky : Eigen::SimplicialLLT<Matrix> {
    explicit Cholesky(const Matrix& lower)
        : first_(lower.outerIndexPtr(), lower.outerIndexPtr() + lower.outerSize() + 1),
          row_(lower.innerIndexPtr(), lower.innerIndexPtr() + lower.nonZeros()) {
        analyzePattern(lower);
        double products = 0;
        for (Eigen::Index j = 0; j < m_matrix.outerSize(); ++j) {
            const auto entries = static_cast<double>(m_matrix.outerIndexPtr()[j + 1] - m_matrix.outerIndexPtr()[j]);
            products += entries * entries;
        }
        small_ = m_matrix.outerIndexPtr()[m_matrix.outerSize()] <= most_entries && products <= most_products;
    }
    bool is_of(const Matrix& lower) const {
        return std::ranges::equal(first_, std::span(lower.outerIndexPtr(), first_.size())) &&
               std::ranges::equal(row_, std::span(lower.innerIndexPtr(), static_cast<std::size_t>(lower.nonZeros())));
    }
    bool small() const { return small_; }

private:
    std::vector<std::int32_t> first_, row_;  // where the matrix has entries
    bool small_;
};

bool SparseFactor::compute(const Matrix& lower) {
    if (!cholesky_ || !cholesky_->is_of(lower)) cholesky_ = std::make_shared<Cholesky>(lower);
    Cholesky& cholesky = *cholesky_;
    if (!cholesky.small()) return false;
    cholesky.factorize(lower);
    if (cholesky.info() != Eigen::Success) return false;
    const auto& l = cholesky.matrixL().nestedExpression();
    first_.assign(l.outerIndexPtr(), l.outerIndexPtr() + l.outerSize() + 1);
    row_.assign(l.innerIndexPtr(), l.innerIndexPtr() + l.nonZeros());
    value_.assign(l.valuePtr(), l.valuePtr() + l.nonZeros());
    place_.resize(static_cast<std::size_t>(lower.rows()));
    for (std::int32_t i = 0; i < lower.rows(); ++i)
        place_[static_cast<std::size_t>(i)] = cholesky.permutationP().size() ? cholesky.permutationP().indices()[i] : i;
    return true;
}

std::vector<double> SparseFactor::solve(std::span<const double> right) const {
    const std::size_t size = right.size();
    std::vector<double> x(size), y(size);
    const auto from = [&](std::size_t j) { return static_cast<std::size_t>(first_[j]); };
    const auto row = [&](std::size_t i) { return static_cast<std::size_t>(row_[i]); };
    for (std::size_t i = 0; i < size; ++i) y[static_cast<std::size_t>(place_[i])] = right[i];
    for (std::size_t j = 0; j < size; ++j) {
        y[j] /= value_[from(j)];
        for (std::size_t i = from(j) + 1; i < from(j + 1); ++i) y[row(i)] -= value_[i] * y[j];
    }
    for (std::size_t j = size; j-- > 0;) {
        for (std::size_t i = from(j) + 1; i < from(j + 1); ++i) y[j] -= value_[i] * y[row(i)];
        y[j] /= value_[from(j)];
    }
    for (std::size_t i = 0; i < size; ++i) x[i] = y[static_cast<std::size_t>(place_[i])];
    return x;
}

double SparseFactor::log_determinant() const {
    double sum = 0;
    for (std::size_t j = 0; j + 1 < first_.size(); ++j)
        sum += 2 * std::log(value_[static_cast<std::size_t>(first_[j])]);
    return sum;
}

// Neighbouring columns with the same rows below are taken as one dense block J with rows R below. With Y = L_RJ L_JJ⁻¹ the inverse has
// Z_RJ = -Z_RR Y and Z_JJ = (L_JJ L_JJ')⁻¹ - Y' Z_RJ, and the factor has room for all of Z_RR.
void SparseFactor::invert() {
    const auto from = [&](std::size_t j) { return static_cast<std::size_t>(first_[j]); };
    const auto length = [&](std::size_t j) { return from(j + 1) - from(j); };
    inverse_.assign(value_.size(), 0.0);
    Eigen::MatrixXd l, y, below, own, around;
    for (std::size_t end = place_.size(); end > 0;) {
        std::size_t begin = end - 1;
        while (begin > 0 && length(begin - 1) == length(begin) + 1 &&
               static_cast<std::size_t>(row_[from(begin - 1) + 1]) == begin)
            --begin;
        const std::size_t width = end - begin, height = length(end - 1) - 1;
        const auto columns = static_cast<Eigen::Index>(width), rows = static_cast<Eigen::Index>(height);
        const std::int32_t* numbers = row_.data() + from(end) - height;
        l.setZero(columns, columns);
        y.resize(rows, columns);
        for (std::size_t j = 0; j < width; ++j) {
            const double* value = value_.data() + from(begin + j);
            std::copy_n(value, width - j, l.col(static_cast<Eigen::Index>(j)).data() + j);
            std::copy_n(value + width - j, height, y.col(static_cast<Eigen::Index>(j)).data());
        }
        around.resize(rows, rows);
        for (std::size_t q = 0; q < height; ++q) {
            std::size_t at = from(static_cast<std::size_t>(numbers[q]));
            double* into = around.col(static_cast<Eigen::Index>(q)).data();
            for (std::size_t p = q; p < height; ++p, ++at) {
                while (row_[at] != numbers[p]) ++at;
                into[p] = inverse_[at];
            }
        }
        below.setZero(rows, columns);
        if (height > 0) {  // Eigen 3.4 divides by the number of rows to cut large blocks
            l.triangularView<Eigen::Lower>().solveInPlace<Eigen::OnTheRight>(y);
            below.noalias() -= around.selfadjointView<Eigen::Lower>() * y;
        }
        own.setIdentity(columns, columns);
        l.triangularView<Eigen::Lower>().solveInPlace(own);
        l.noalias() = own.transpose() * own;
        if (height > 0) l.noalias() -= y.transpose() * below;
        for (std::size_t j = 0; j < width; ++j) {
            double* value = inverse_.data() + from(begin + j);
            std::copy_n(l.col(static_cast<Eigen::Index>(j)).data() + j, width - j, value);
            std::copy_n(below.col(static_cast<Eigen::Index>(j)).data(), height, value + width - j);
        }
        end = begin;
    }
}

double SparseFactor::inverse(std::size_t a, std::size_t b) const {
    const auto low = static_cast<std::size_t>(std::min(place_[a], place_[b]));
    const std::int32_t high = std::max(place_[a], place_[b]);
    const auto begin = row_.begin() + first_[low], end = row_.begin() + first_[low + 1];
    const auto found = std::lower_bound(begin, end, high);
    return found != end && *found == high ? inverse_[static_cast<std::size_t>(found - row_.begin())] : 0.0;
}

}  // namespace gradus
