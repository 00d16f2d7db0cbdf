#pragma once

#include <vector>

#include "planning/verify_problem.h"

namespace gradus::verification {

/// What may still be chosen: per candidate its ways, then not to take it.
using Allowed = std::vector<std::vector<char>>;

/// What relaxed conditions cost, in units of value.
struct Multipliers {
    std::vector<double> lessons;  // by lesson and segment: worth of its being given then
    std::vector<double> turns;    // by candidate and period: price of its place in the period's hours
    std::vector<double> limits;   // by limit: price of all that is left of it
};

/// An upper bound on a ChoiceProblem by Lagrangian decomposition.
///
/// Three parts that are solved exactly pay one another by multipliers: per subject and segment of the horizon, which
/// lessons have been given; per period, which candidates fill its hours; per candidate, which way it takes, if it follows
/// another (the first of those that it must follow) after that one.
/// Any multipliers ≥ 0 give a bound: the parts may contradict one another, and no real choice does.
/// Source: Guignard & Kim (1987), Lagrangean decomposition.
class Bound {
public:
    /// Segments also begin where a good choice takes effect, at `cuts`, shares of the horizon that lie after: there it loses
    /// nothing by being relaxed.
    Bound(ChoiceProblem& problem, std::vector<double> cuts);

    /// Multipliers to begin with.
    Multipliers initial() const;
    /// Lowers the bound by subgradient steps towards `target`; -infinity: nothing is allowed. Where `pooled`, all
    /// candidates pay the same for an hour of a period: a rougher bound, but soon found.
    double improve(const Allowed& allowed, Multipliers& multipliers, double target, int steps, bool pooled = false);

    // At the multipliers that `improve` left.

    /// Of the bound: all but the worth of hours. A candidate that follows none has its `best` in it, with all that follow it.
    double linear() const { return linear_; }
    /// The candidate that it follows; -1: none.
    int parent(std::size_t candidate) const { return parents_[candidate]; }
    /// What taking a way adds, with what may follow it, after the parent took `parent_way` (0 without parent); -infinity: it
    /// cannot.
    double value(std::size_t candidate, std::size_t parent_way, std::size_t way) const {
        return values_[candidate][parent_way * problem_.candidates[candidate].ways.size() + way];
    }
    /// The most of these, or of not taking it.
    double best(std::size_t candidate, std::size_t parent_way) const { return bests_[candidate][parent_way]; }
    /// Bounds on all choices with the way; the last is without the candidate.
    std::vector<std::vector<double>> most(const Allowed& allowed) const;
    /// Of what a placement takes of the limits.
    double limits_price(const Multipliers& multipliers, const Placement& at) const;
    double turn(const Multipliers& multipliers, std::size_t candidate, int period) const {
        return multipliers.turns.empty() ? 0
                                         : multipliers.turns[candidate * periods_ + static_cast<std::size_t>(period)];
    }

    /// Hours in coarse units, rounded down, which only relaxes.
    std::size_t units(std::int64_t minutes) const { return static_cast<std::size_t>(minutes / unit_); }
    std::size_t most_units() const { return most_units_; }
    /// How often the parts were solved.
    std::int64_t evaluations() const { return evaluations_; }

private:
    /// Days of the horizon in which nothing but choices changes, as shares that lie after: from > to.
    struct Segment {
        double from, to;
        double length() const { return from - to; }
    };
    /// When a way takes effect.
    struct Begin {
        std::size_t segment;
        double share;  // of that segment
        bool possible = true;
    };
    /// The best set of a subject's lessons in a segment while it is looked for.
    struct Hunt {
        Subject& subject;
        const double* prices;  // by lesson, one segment of each
        std::size_t stride;
        double length;  // of the segment
        double best = 0;
        int best_set;
    };
    void hunt(Hunt& at, int set, double price, std::vector<int> open) const;
    Begin begin(double share) const;
    void follow(std::size_t candidate);
    double score(const Multipliers&, std::size_t candidate, std::size_t way, Begin) const;
    void find_lessons(const Allowed&);
    double lessons_part(const Multipliers&, Multipliers* gradient);
    double turns_part(const Allowed&, const Multipliers&, Multipliers* gradient);
    double ways_part(const Allowed&, const Multipliers&, Multipliers* gradient);
    double evaluate(const Allowed&, const Multipliers&, Multipliers* gradient);
    void pool(std::vector<double>& slopes) const;

    ChoiceProblem& problem_;
    std::size_t periods_ = 0;
    std::vector<Segment> segments_;
    std::vector<std::vector<std::vector<int>>> lessons_;  // by subject and segment: those that may have been given
    std::vector<std::vector<int>> bases_;                 // by subject and segment: the set that pins have given
    std::vector<int> parents_;
    std::vector<std::vector<std::size_t>> children_;
    std::vector<std::vector<Begin>> begins_;       // by candidate; by way of the parent, if any, and way
    std::vector<std::vector<double>> values_;      // the same
    std::vector<std::vector<double>> bests_;       // by candidate and way of the parent
    std::vector<std::vector<std::size_t>> picks_;  // the same: the way; the number of ways: not taken
    std::vector<std::size_t> picked_;              // by candidate
    double linear_ = 0, bound_ = 0;
    std::vector<std::size_t> first_slot_;  // by subject
    std::size_t slots_ = 0;
    std::int64_t unit_ = 1;
    std::size_t most_units_ = 0;
    std::int64_t evaluations_ = 0;
    // Scratch.
    std::vector<double> from_, to_;
    std::vector<char> taken_;
};

}  // namespace gradus::verification
