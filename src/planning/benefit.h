#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "planning/anew.h"
#include "planning/catalog.h"

namespace gradus {

/// What learning is worth to one person (contract §3.4 and §3.5): scratch memory, reused from person to person.
///
/// A *state* is a capability with a believed level and everything that is wanted of it. An *entry* is an activity that the
/// person may take or has pinned; its *lessons* lift states. Entries that are active (pinned or chosen) are in effect for a
/// share of the horizon; `gain` is what one more entry would add to those that are active.
///
/// The reduction of a set of lessons is a weighted sum of convex decreasing functions of a capped sum of lifts, so the
/// value is submodular: a gain never grows as more becomes active. That is what makes the search's bounds valid.
class Benefit {
public:
    explicit Benefit(const Catalog& catalog) : catalog_(catalog) {}

    /// Starts on a person: builds the states from the rows of risks, those of `anew` if it has any.
    void open(PersonId person, const Anew* anew = nullptr);
    /// The table that the rows are of.
    const Risks& risks() const { return *risks_; }
    /// Adds an entry with the lessons of `activity`; returns its number. All entries come before `seal`. `last`: its last
    /// day, where it stays as it is: what the level believed reflects already is not counted again.
    std::int32_t add(ActivityId activity, Date last = missing<Date>());
    /// Adds an entry whose lessons are told by `teach`, each once; those of one state ascend by `up_to`, then by entry, where
    /// that costs nothing.
    std::int32_t add_untaught(ActivityId activity);
    void teach(std::int32_t state, std::int32_t entry, double uplift, double up_to, double probability);
    void seal();
    /// Drops all entries: as after `open`.
    void restart();

    std::int32_t states() const { return static_cast<std::int32_t>(states_.size()); }
    /// What multiplies the probabilities of an activity for this person (preferences).
    double preference(ActivityId activity) const { return indifferent_ ? 1 : liking(activity); }

    /// What entry `entry`, in effect for `share` of the horizon, adds to what is active, by state-wise segments.
    /// `gains` for several shares at once costs little more than one.
    /// `by_lesson` (if given) gets the parts of each share in turn, one per lesson of the entry.
    void gains(std::int32_t entry, const double* shares, double* out, std::int32_t count, double* by_lesson = nullptr);
    std::int32_t lesson_count(std::int32_t entry) const { return entries_[entry].lessons; }
    std::int32_t lesson_state(std::int32_t entry, std::int32_t i) const { return lessons_[lesson(entry, i)].state; }
    struct Part {
        std::int32_t state = 0;
        double gain = 0;
    };
    /// Number of the lesson: those of a state follow one another, from its first_lesson on.
    std::int32_t lesson(std::int32_t entry, std::int32_t i) const {
        return lesson_of_[entries_[entry].first_lesson + i];
    }
    /// What is gone of the exposure that lessons bear on once those of `set` are completed: bit i is lesson `first` + i.
    double removed(std::int32_t state, std::int32_t first, std::uint64_t set) {
        if (const State& of = states_[state]; of.table >= 0 && first == of.first_lesson)
            if (const double known = table_[of.table + set]; !is_missing(known)) return known;
        return work_out(state, first, set);
    }
    /// True if the one does for its state all that the other does, and perhaps more.
    bool covers(std::int32_t lesson, std::int32_t other) const {
        const Lesson &a = lessons_[lesson], &b = lessons_[other];
        return a.uplift >= b.uplift && a.cap >= b.cap && a.probability >= b.probability;
    }
    /// The gain for one share, by state.
    void parts(std::int32_t entry, double share, std::vector<Part>& out);
    /// No set of entries in effect for at most `share` of the horizon adds more to a state than this, beside what is active.
    double potential(std::int32_t state, double share);
    double gain(std::int32_t entry, double share) {
        double result = 0;
        gains(entry, &share, &result, 1);
        return result;
    }
    void activate(std::int32_t entry, double share);
    void deactivate(std::int32_t entry);

    /// States that the entry lifts, folded into 64 bits: entries without a common bit have nothing in common.
    std::uint64_t signature(std::int32_t entry) const { return entries_[entry].signature; }
    /// The capabilities among the person's risk rows that the entry teaches; none unless max_capabilities is asked for.
    const std::vector<std::int32_t>& capabilities(std::int32_t entry) const { return entries_[entry].capabilities; }

    /// The believed mean of a capability, credit included; NaN where no risk row has it.
    double mean(CapabilityId capability) const;

    /// For the description of a plan: per wanted row, the exposure (weight × impact / range × shortfall) expected when
    /// exactly the active entries with share in effect at the time are; see describe.cpp.
    struct Wanted {
        std::size_t row = 0;     ///< of risks
        double required = 0;     ///< position
        double coefficient = 0;  ///< weight × impact / range
    };
    struct State {
        CapabilityId capability;
        double mean = 0;
        double sd = 0;
        std::int32_t first_wanted = 0, last_wanted = 0;
        std::int32_t first_lesson = 0, last_lesson = 0;  ///< ascending by cap
        double before = 0;                               ///< Σ coefficient × shortfall at the mean
        double slope = 0;         ///< Σ coefficient × likelihood at the mean: the most per position
        std::int32_t table = -1;  ///< first of its sets in the table; -1: too many
        bool worthwhile = false;  ///< something could be gained
    };
    const State& state(std::int32_t i) const { return states_[i]; }
    const Wanted& wanted(std::int32_t i) const { return wanted_[i]; }

    struct Level {
        double position = 0;
        double probability = 0;
    };
    /// The distribution of a state's level once these lessons of it, ascending, have been completed. Valid until the next call.
    const std::vector<Level>& levels(std::int32_t state, const std::vector<std::int32_t>& lessons) {
        spread(states_[state], lessons);
        return levels_;
    }
    /// Active entries of a state with their shares, longest first.
    struct Active {
        std::int32_t entry = 0;
        std::int32_t lesson = 0;  ///< within the state
        double share = 0;
    };
    const std::vector<Active>& active(std::int32_t state) const { return active_[state]; }

private:
    struct Lesson {
        std::int32_t state = 0, entry = 0;
        double uplift = 0, cap = 0, probability = 0;
    };
    struct Entry {
        std::uint64_t signature = 0;
        std::int32_t first_lesson = 0, lessons = 0;  // of lesson_of_
        std::vector<std::int32_t> capabilities;
    };
    struct Memo {
        std::uint64_t mask = 0;
        std::int32_t first = -1;
        std::int32_t stamp = 0;
        double removed = 0;
    };
    // What is expected at one level: few can be reached, by many sets of lessons.
    struct Point {
        double mean = 0;
        const State* state = nullptr;
        std::int32_t stamp = 0;
        double expected = 0;
    };

    std::span<const std::int32_t> lessons_of(std::int32_t entry) const {
        return {lesson_of_.data() + entries_[entry].first_lesson, static_cast<std::size_t>(entries_[entry].lessons)};
    }
    void measure();
    double work_out(std::int32_t state, std::int32_t first, std::uint64_t set);
    double liking(ActivityId activity) const;
    double expected(const State& state, double mean) const;
    double remembered(const State& state, double mean);
    void find_steps(std::int32_t lesson, double share);
    double over_time(const std::vector<Active>& active, double share) const;
    double reduction(std::int32_t state, const std::vector<Active>& active, std::size_t count, std::int32_t extra);
    void spread(const State& state, const std::vector<std::int32_t>& lessons);
    double removed_by_picked(const State& state);

    const Catalog& catalog_;
    const Anew* anew_ = nullptr;
    const Risks* risks_ = &catalog_.risks;
    PersonId person_;
    bool indifferent_ = true;  // the person prefers nothing
    std::vector<State> states_;
    std::vector<Wanted> wanted_;
    std::vector<Lesson> lessons_;
    std::vector<std::int32_t> lesson_of_;  // by entry: positions in lessons_
    std::vector<Entry> entries_;
    std::int32_t entry_count_ = 0;
    std::vector<std::vector<Active>> active_;
    std::vector<double> gap_, below_, density_;  // by row
    std::vector<double> steps_, edges_;
    std::vector<Level> levels_, next_;
    std::vector<std::int32_t> picked_;
    std::vector<Active> set_;
    std::vector<double> table_;  // by state and set of its lessons: what they remove; NaN: not yet worked out
    std::vector<Memo> memo_;     // empty until a state has too many lessons for the table
    std::vector<Point> points_ = std::vector<Point>(1 << 8);
    std::int32_t stamp_ = 0;
};

}  // namespace gradus
