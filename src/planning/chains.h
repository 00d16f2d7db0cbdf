#pragma once

#include <cstdint>
#include <vector>

#include "planning/offer.h"

namespace gradus {

/// Courses with what needs them: which ways can follow which, and the best of a whole chain.
///
/// Of several courses that one needs, one counts here, its *parent*: that makes a forest, in which the best choice at given
/// scores is found exactly, from the leaves up. What it leaves out only makes a bound weaker.
class Chains {
public:
    void open(const Offer& offer);

    std::int32_t parent(std::int32_t course) const { return parent_[course]; }

    /// What is open for a bound: all by way or course, in the order of the offer.
    struct Scores {
        std::vector<double> gain;  ///< by way: what it adds at its own dates; -infinity: not open
        std::vector<double> late;  ///< by pair: what of the gain its dates take; empty: by the part that they leave
        std::vector<double> cost;  ///< by way: what it is charged
        /// By course: the way taken; `open`; or `closed`, not taken and with it whatever needs it.
        std::vector<std::int32_t> taken;
        std::vector<char> forced;  ///< by course: taken or nothing
    };
    static constexpr std::int32_t open_course = -1, closed_course = -2;

    /// The most that open courses add. The rest is known afterwards.
    double solve(const Scores& scores);
    /// What an open course whose parent is not open adds with what needs it, even if that is less than nothing.
    double top(std::int32_t course) const { return top_[course]; }
    /// The same if it is taken this way.
    double value(std::int32_t way) const { return value_[way]; }
    /// The best of an open course and what needs it, where its parent is taken that way (or it has none).
    double best(std::int32_t course, std::int32_t way_before) const {
        return best_[parent_[course] < 0 ? first_slot_[course] : slot(course, way_before)];
    }
    /// The ways of the best choice, by course; -1: not taken. And the part of their gains that their dates leave.
    const std::vector<std::int32_t>& choice(const Scores& scores);
    double part(std::int32_t course) const { return part_[course]; }
    /// The pair of a course in the last choice; -1: not taken.
    std::int32_t picked(std::int32_t course) const { return picked_[course]; }
    /// By way: the most that the open courses add if this way is taken.
    const std::vector<double>& most(const Scores& scores, double total);

    /// A way of a course after a way of its parent.
    struct Pair {
        std::int32_t way = 0;
        double share = 0;  ///< of the horizon in effect
        double part = 1;   ///< of the gain: a later start leaves no more, since a gain grows faster than its time
    };
    const std::vector<Pair>& pairs() const { return pairs_; }

private:
    double late(const Scores& scores, std::int32_t pair) const {
        return scores.late.empty() ? scores.gain[pairs_[pair].way] * (1 - pairs_[pair].part) : scores.late[pair];
    }
    double best_of(const Scores& scores, std::int32_t slot);
    std::int32_t slot(std::int32_t course, std::int32_t way_before) const {
        return first_slot_[course] + way_before - first_way_[parent_[course]];
    }
    // The slot of an open course, given what is decided on its parent, in `ways`; -1: its parent is not taken.
    std::int32_t slot_in(const std::vector<std::int32_t>& ways, std::int32_t course) const {
        if (parent_[course] < 0) return first_slot_[course];
        return ways[parent_[course]] < 0 ? -1 : slot(course, ways[parent_[course]]);
    }

    std::vector<std::int32_t> parent_, first_slot_, first_way_, last_way_;
    std::vector<std::int32_t> first_pair_;  // by slot, and the end
    std::vector<Pair> pairs_;
    // Of the last solution.
    std::vector<double> value_, most_;                  // by way
    std::vector<double> top_, part_;                    // by course
    std::vector<double> best_;                          // by slot
    std::vector<std::int32_t> pick_, choice_, picked_;  // by slot: pair; by course: way, pair, or -1
};

}  // namespace gradus
