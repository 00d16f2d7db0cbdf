#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <Eigen/SparseCore>

namespace gradus {

/// The Cholesky factor of a sparse symmetric matrix where it stays small, and the entries of the inverse that it has room for: by the
/// recursion of Takahashi, Fagan & Chin (1973).
class SparseFactor {
public:
    using Matrix = Eigen::SparseMatrix<double, Eigen::ColMajor, std::int32_t>;

    /// Of the lower triangle. False: too large, or not positive; then nothing is known. An order of the unknowns is sought where entries
    /// stand elsewhere than the time before.
    bool compute(const Matrix& lower);
    std::vector<double> solve(std::span<const double> right) const;
    double log_determinant() const;
    std::int64_t entries() const { return static_cast<std::int64_t>(value_.size()); }
    /// No matrix of the same pattern is to come.
    void forget_order() { cholesky_.reset(); }

    void invert();
    /// Of the inverse, where the matrix has an entry.
    double inverse(std::size_t a, std::size_t b) const;

private:
    struct Cholesky;
    // By column, of the matrix in the factor's order; rows ascending, the diagonal first.
    std::vector<std::int64_t> first_;
    std::vector<std::int32_t> row_, place_;  // place_: of each unknown in the factor's order
    std::vector<double> value_, inverse_;
    std::shared_ptr<Cholesky> cholesky_;
};

}  // namespace gradus
