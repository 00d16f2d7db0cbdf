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

/// An upper bound on a Problem by Lagrangian decomposition.
///
/// Three parts that are solved exactly pay one another by multipliers: per subject and segment of the horizon, which
/// lessons have been given; per period, which candidates fill its hours; per candidate, which way it takes.
/// Any multipliers ≥ 0 give a bound: the parts may contradict one another, and no real choice does.
/// Source: Guignard & Kim (1987), Lagrangean decomposition.
class Bound {
public:
    explicit Bound(Problem& problem);

    /// Multipliers to begin with.
    Multipliers initial() const;
    /// Lowers the bound by subgradient steps towards `target`; -infinity: nothing is allowed.
    double improve(const Allowed& allowed, Multipliers& multipliers, double target, int steps);

    /// Of the parts: value of all lessons and limits at the multipliers.
    double constant(const Multipliers& multipliers) { return lessons_part(multipliers, nullptr); }
    /// What a way adds to the constant: its lessons' worth less its price and what it takes of limits.
    double score(const Multipliers& multipliers, std::size_t candidate, std::size_t way) const;
    double turn(const Multipliers& multipliers, std::size_t candidate, int period) const {
        return multipliers.turns.empty() ? 0 : multipliers.turns[candidate * periods_ + static_cast<std::size_t>(period)];
    }

    /// Hours in coarse units, rounded down, which only relaxes.
    std::size_t units(std::int64_t minutes) const { return static_cast<std::size_t>(minutes / unit_); }
    std::size_t most_units() const { return most_units_; }

private:
    struct Segment {
        double from, to;  // shares of the horizon, from > to
        double length() const { return from - to; }
    };
    /// The lessons of a subject, what pins have taught, and what each set removes from then on.
    struct Table {
        std::size_t first;             // of the subject's lessons among all
        std::vector<int> lessons;      // of the candidates; those in the table first
        std::size_t tabled;
        std::vector<double> removed;   // by set of the tabled
        std::vector<double> alone;     // by lesson
    };
    double lessons_part(const Multipliers&, Multipliers* gradient);
    double turns_part(const Allowed&, const Multipliers&, Multipliers* gradient);
    double ways_part(const Allowed&, const Multipliers&, Multipliers* gradient);
    double evaluate(const Allowed&, const Multipliers&, Multipliers* gradient);

    Problem& problem_;
    std::vector<Segment> segments_;
    std::vector<std::vector<Table>> tables_;  // by segment and subject
    std::size_t slots_ = 0, periods_;
    std::vector<std::size_t> first_slot_;     // by subject
    std::int64_t unit_ = 1;
    std::size_t most_units_ = 0;
    std::vector<double> sums_, values_, more_;  // scratch
    std::vector<char> taken_;
};

}  // namespace gradus::verification
