#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "planning/benefit.h"

namespace gradus {

/// What is in effect on each state of one person, on flat arrays, and what one more lesson adds to it.
///
/// The same as Benefit does for any number of lessons, for a few; see Benefit::gains.
class Effect {
public:
    explicit Effect(Benefit& benefit) : benefit_(benefit) {}

    static constexpr std::int32_t most = 12;  ///< lessons in effect on one state

    struct Lesson {
        std::int32_t state = 0;
        std::uint64_t bit = 0;  ///< among the lessons of its state
    };
    /// Starts with what is active in the benefit. False where that is more than `most` on one state.
    bool open() {
        const std::int32_t states = benefit_.states();
        if (active_.size() < static_cast<std::size_t>(states)) active_.resize(static_cast<std::size_t>(states));
        for (std::int32_t s = 0; s < states; ++s) {
            Active& active = active_[s];
            active.count = 0;
            active.sets[0] = 0;
            const auto& pins = benefit_.active(s);
            if (pins.empty()) continue;
            if (static_cast<std::int32_t>(pins.size()) > most || !few(s)) return false;
            for (const Benefit::Active& pin : pins) {
                active.shares[active.count] = pin.share;
                active.sets[active.count + 1] =
                    active.sets[active.count] | std::uint64_t{1} << (pin.lesson - benefit_.state(s).first_lesson);
                ++active.count;
            }
        }
        return true;
    }
    /// Whether the lessons of a state have a bit each.
    bool few(std::int32_t state) const {
        return benefit_.state(state).last_lesson - benefit_.state(state).first_lesson <= 64;
    }
    std::int32_t count(std::int32_t state) const { return active_[state].count; }

    /// What the lesson adds if it is in effect for `share` of the horizon.
    double gain(const Lesson& lesson, double share) {
        const Active& active = active_[lesson.state];
        const std::int32_t first = benefit_.state(lesson.state).first_lesson;
        if (active.count == 0) return share * std::max(0.0, benefit_.removed(lesson.state, first, lesson.bit));
        double sum = 0, reached = 0;
        for (std::int32_t i = active.count; i >= 0 && reached < share; --i) {
            const double edge = std::min(share, i == 0 ? 1.0 : active.shares[i - 1]);
            if (edge <= reached) continue;
            const std::uint64_t set = active.sets[i];
            const double before = set == 0 ? 0 : benefit_.removed(lesson.state, first, set);
            sum += (edge - reached) * std::max(0.0, benefit_.removed(lesson.state, first, set | lesson.bit) - before);
            reached = edge;
        }
        return sum;
    }
    void add(const Lesson& lesson, double share) {
        Active& active = active_[lesson.state];
        std::int32_t at = active.count++;
        for (; at > 0 && active.shares[at - 1] < share; --at) {
            active.shares[at] = active.shares[at - 1];
            active.sets[at + 1] = active.sets[at] | lesson.bit;
        }
        active.shares[at] = share;
        active.sets[at + 1] = active.sets[at] | lesson.bit;
    }
    /// Takes back what was added with that share.
    void remove(const Lesson& lesson, double share) {
        Active& active = active_[lesson.state];
        std::int32_t at = 0;
        while (!(active.shares[at] == share && (active.sets[at + 1] & lesson.bit) != 0)) ++at;
        for (; at + 1 < active.count; ++at) {
            active.shares[at] = active.shares[at + 1];
            active.sets[at + 1] = active.sets[at + 2] & ~lesson.bit;
        }
        --active.count;
    }

private:
    // Longest first.
    struct Active {
        std::int32_t count = 0;
        double shares[most] = {};
        std::uint64_t sets[most + 1] = {};  // of the first 0, 1, 2 … lessons
    };

    Benefit& benefit_;
    std::vector<Active> active_;  // by state
};

}  // namespace gradus
