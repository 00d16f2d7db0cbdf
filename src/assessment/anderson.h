#pragma once

#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace gradus {

/// Looks for x where move(x) = 0, if x + move(x) is a fair guess of it, and a smooth one.
///
/// How moves turned between the last few x says what x has none: Anderson (1965), Iterative procedures for nonlinear integral equations,
/// J. ACM 12; Walker & Ni (2011), SIAM J. Numerical Analysis 49.
class Anderson {
public:
    /// The x to look at next, at most `most` from this one in any number.
    Eigen::VectorXd next(const Eigen::VectorXd& x, const Eigen::VectorXd& move, double most) {
        if (x_.size() == remembered) {
            x_.erase(x_.begin());
            moves_.erase(moves_.begin());
        }
        x_.push_back(x);
        moves_.push_back(move);
        const auto turns = static_cast<Eigen::Index>(x_.size()) - 1;
        Eigen::VectorXd change = move;
        if (turns > 0) {
            Eigen::MatrixXd went(x.size(), turns), turned(x.size(), turns);
            for (std::size_t i = 1; i < x_.size(); ++i) {
                went.col(static_cast<Eigen::Index>(i) - 1) = x_[i] - x_[i - 1];
                turned.col(static_cast<Eigen::Index>(i) - 1) = moves_[i] - moves_[i - 1];
            }
            Eigen::MatrixXd squares = turned.transpose() * turned;
            squares.diagonal().array() += 1e-8 * squares.trace() + 1e-300;  // turns may be all but parallel
            change -= (went + turned) * squares.ldlt().solve(turned.transpose() * move);
        }
        const double longest = change.cwiseAbs().maxCoeff();
        if (longest > most) change *= most / longest;
        return x + change;
    }

private:
    static constexpr std::size_t remembered = 6;

    std::vector<Eigen::VectorXd> x_, moves_;
};

}  // namespace gradus
