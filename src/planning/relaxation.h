#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "planning/chains.h"
#include "planning/draft.h"
#include "planning/lessons.h"
#include "planning/turns.h"

namespace gradus {

/// What may still be chosen.
struct Allowed {
    std::vector<char> way;     ///< by way
    std::vector<char> forced;  ///< by course: taken or nothing
};

/// What one side of the relaxation pays another.
struct Multipliers {
    std::vector<double> worth;  ///< by lesson and segment: to who gives it throughout the segment
    std::vector<double> turn;   ///< by course and period: for its place among the period's hours
    std::vector<double> limit;  ///< by limit of the draft, hours aside: for all that there is of it
};

/// An upper bound on a person's best net value, by Lagrangian decomposition.
///
/// Three sides are solved apart, each exactly: which lessons each state is given (Lessons), which courses fill the hours of
/// each period (Turns), and which way each course is taken, after the one that it needs (Chains). Courses are paid for the
/// lessons that they give and pay for their turns and for what they take of the person's other limits, so that any
/// multipliers ≥ 0 give a bound: the sides may contradict one another, and no real choice does.
/// Source: Guignard & Kim (1987), Lagrangean decomposition; steps after Polyak (1969), deflected as in Camerini, Fratta &
/// Maffioli (1975).
class Relaxation {
public:
    /// For the draft's person, nothing chosen; `chains` is open on the same offer. Returns multipliers at which a good choice
    /// looks best at the margin, from those of all the draft's limits.
    Multipliers open(Draft& draft, Chains& chains, const std::vector<std::int32_t>& good,
                     const std::vector<double>& limits);

    /// Everything that fits beside nothing else.
    Allowed everything() const;
    /// Lowers the bound by subgradient steps towards `target`, until it is no more than `enough` or it is `late`; keeps the best
    /// multipliers, at which what follows below holds. -infinity: nothing is allowed.
    double improve(const Allowed& allowed, Multipliers& multipliers, double target, double enough, int steps,
                   const std::function<bool()>& late);

    /// By way: the most that a whole choice with it can reach.
    const std::vector<double>& most() { return chains_->most(scores_, bound_); }
    /// The bound, but for what the hours are worth.
    double linear() const { return linear_; }
    /// What a way adds if it takes effect for `share` of the horizon at that price, its turn apart.
    double score(const Multipliers& multipliers, std::int32_t way, double share, double price) const;
    /// The same with its turn, at its own dates.
    double score(std::int32_t way) const { return scores_.gain[way] - scores_.cost[way]; }
    /// The price, the turn and what it takes of limits, of a way at its own dates.
    double cost(std::int32_t way) const { return scores_.cost[way]; }
    double turn(const Multipliers& multipliers, std::int32_t way) const {
        const Way& of = draft_->offer.ways[way];
        return turns_.periods() > 0 ? multipliers.turn[of.course * turns_.periods() + of.period] : 0;
    }
    Turns& turns() { return turns_; }
    /// Work since it was made: sets of lessons looked at, and what else a step costs, in the like.
    std::int64_t work() const { return evaluations_ * 128 + lessons_.sets(); }

private:
    double evaluate(const Allowed& allowed, const Multipliers& multipliers);
    double courses_side(const Allowed& allowed, const Multipliers& multipliers);
    void pay(const std::vector<double>& worth);
    double worth(Lessons::Begin begin) const {
        const double* from = &after_[begin.number];
        return from[1] + begin.part * (from[0] - from[1]);
    }
    double worth(std::int32_t first, std::int32_t last) const {
        double sum = 0;
        for (std::int32_t i = first; i < last; ++i) sum += worth(begins_[i]);
        return sum;
    }
    double worth_of_way(std::int32_t way) const { return worth(first_begin_[way], first_begin_[way + 1]); }
    double worth_of_pair(std::int32_t pair) const {
        const auto at = static_cast<std::int32_t>(draft_->offer.ways.size()) + pair;
        return worth(first_begin_[at], first_begin_[at + 1]);
    }
    double limits_price(const Multipliers& multipliers, std::int32_t way) const;
    void raise(Multipliers& multipliers, const std::vector<char>& taken);

    Draft* draft_ = nullptr;
    Chains* chains_ = nullptr;
    Lessons lessons_;
    Turns turns_;
    std::vector<std::int32_t> first_begin_;  // by way, then by pair, and the end
    std::vector<Lessons::Begin> begins_;     // of each of its lessons
    std::int64_t evaluations_ = 0;

    // At the multipliers last evaluated.
    Chains::Scores scores_;
    double bound_ = 0, linear_ = 0;
    std::vector<double> after_;  // by lesson and segment: worth from there on
    Multipliers slope_, at_, best_at_, direction_;
};

}  // namespace gradus
