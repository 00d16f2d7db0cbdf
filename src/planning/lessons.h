#pragma once

#include <cstdint>
#include <vector>

#include "planning/offer.h"

namespace gradus {

/// Which lessons a person's states would best be given in each segment of the horizon, if each had its own price.
///
/// A segment of a state is a stretch of the horizon in which nothing but other choices changes what it has been given: it
/// ends where a period begins, or something that is pinned or in a good choice takes effect. A way that takes effect within
/// one gives its lessons for a part of it. What is best given is looked for state by state and segment by segment.
/// Source: Goldengorin, Sierksma, Tijssen & Tso (1999), the data-correcting algorithm for supermodular functions.
class Lessons {
public:
    /// For the person that the offer is open on, with what is active as the good choice.
    void open(Offer& offer);

    /// When a lesson takes effect: for `part` of the segment that has that number, and for those up to `end`.
    struct Begin {
        std::int32_t number = 0, end = 0;
        double part = 0;
    };
    Begin begin(std::int32_t lesson, double share) const;
    /// Of numbers by lesson and segment; after the segments of a lesson, one is not used.
    std::size_t size() const { return alone_.size(); }

    /// Adds to each number those of the segments that follow it.
    void add_up(std::vector<double>& numbers) const;
    /// Leaves those of the ways that are open.
    void restrict_to(const std::vector<char>& open);
    /// What each lesson would add to those that are active, or, if it is active, adds to the others.
    std::vector<double> margins();
    /// What each would add to the pins.
    const std::vector<double>& alone() const { return alone_; }
    /// The most that lessons add less their prices, or a little more where that is hard to find. Takes 1 from `slope` for
    /// each that is given.
    double solve(const std::vector<double>& prices, std::vector<double>& slope);
    /// Sets looked at since it was made.
    std::int64_t sets() const { return sets_; }

private:
    // Lessons of a state: up to 64, that is, in nearly all cases all. Of more, those beyond count as if apart from the others.
    struct Term {
        std::int32_t state = 0, first = 0, count = 0;
        std::int32_t segments = 0;
        const double* cuts = nullptr;  // shares of the horizon after the beginning of each segment, descending, and 0
        std::int32_t first_number = 0, first_place = 0;

        double length(std::int32_t segment) const { return cuts[segment] - cuts[segment + 1]; }
        std::int32_t number(std::int32_t lesson, std::int32_t segment) const {
            return first_number + lesson * (segments + 1) + segment;
        }
        std::uint64_t bit(std::int32_t lesson) const {
            return lesson >= first && lesson < first + count ? std::uint64_t{1} << (lesson - first) : 0;
        }
    };
    struct Candidate {
        double gain = 0;  // less its price
        double price = 0;
        std::uint64_t bit = 0;
    };
    // The best set of a term's lessons in a segment while it is looked for.
    struct Hunt {
        const Term& term;
        const double* prices;  // of its first lesson; the next are `stride` apart
        std::int32_t stride;
        double length;  // of the segment
        double most;    // that all its lessons together are worth
        double best;
        std::uint64_t best_set;
        double missed;  // of what was not looked at, no more than this
        int patience;
        std::uint64_t before[64];  // by lesson: others that do no less and cost no more; if one is out, so is it
    };
    double given(const Hunt& at, std::uint64_t set);
    void hunt(Hunt& at, std::uint64_t set, double worth, double value, std::uint64_t open);
    void follow(Hunt& at, std::uint64_t set, double worth, double value, Candidate* list, int count);
    static double most_more(const Candidate* list, int count, double most);

    Offer* offer_ = nullptr;
    std::vector<std::vector<double>> cuts_;  // by state
    std::vector<Term> terms_;
    std::vector<std::int32_t> term_of_;       // by lesson
    std::vector<std::uint64_t> base_, open_;  // by term and segment: given by pins; may be given
    std::vector<double> alone_;               // by lesson and segment
    std::vector<double> most_;                // by term and segment: what all that may be given are worth together
    std::vector<std::uint64_t> last_;         // by term and segment: the best set found last
    std::vector<std::uint64_t> covered_;      // by lesson: others of its term that do no less
    std::vector<std::int32_t> first_;         // by lesson: number from which on it may be given
    std::int64_t sets_ = 0;
};

}  // namespace gradus
