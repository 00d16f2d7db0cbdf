#include "planning/benefit.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "risk/learning.h"
#include "risk/normal.h"

namespace gradus {
namespace {

constexpr std::int32_t most_tabled = 7;  // lessons of a state whose sets are looked up, not hashed
constexpr double same_level = 1e-9;      // sums of the same uplifts in another order

}  // namespace

void Benefit::open(PersonId person, const Anew* anew) {
    person_ = person;
    anew_ = anew;
    const bool replaced = anew && anew->risks;
    risks_ = replaced ? anew->risks : &catalog_.risks;
    states_.clear();
    wanted_.clear();
    ++stamp_;

    const Risks& risks = *risks_;
    const Relations& relations = catalog_.organization.relations();
    indifferent_ = relations.preferences_of_person[person].size() == 0;
    const Rows rows = replaced ? Rows{0, static_cast<std::int32_t>(risks.size())} : catalog_.risks_of_person[person];
    for (const std::size_t row : rows) {
        const std::size_t capability = static_cast<std::size_t>(risks.capability[row].value());
        const double range = relations.top[capability] - relations.bottom[capability];
        wanted_.push_back({row, risks.required[row], risks.weight[row] * risks.impact[row] / range});
    }
    // Rows of one capability share a state; the rows of risks from outside may believe different levels.
    const auto ascending = [&](const Wanted& a, const Wanted& b) {
        const auto key = [&](const Wanted& w) {
            return std::tuple(risks.capability[w.row], risks.mean[w.row], risks.sd[w.row]);
        };
        return key(a) < key(b);
    };
    if (!std::is_sorted(wanted_.begin(), wanted_.end(), ascending))
        std::stable_sort(wanted_.begin(), wanted_.end(), ascending);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        const std::size_t row = wanted_[i].row;
        if (states_.empty() || states_.back().capability != risks.capability[row] ||
            states_.back().mean != risks.mean[row] || states_.back().sd != risks.sd[row]) {
            State state;
            state.capability = risks.capability[row];
            state.mean = risks.mean[row];
            state.sd = risks.sd[row];
            state.first_wanted = static_cast<std::int32_t>(i);
            states_.push_back(state);
        }
        states_.back().last_wanted = static_cast<std::int32_t>(i) + 1;
    }
    measure();
    restart();
}

// What is expected to be missing today. In small steps whose loops have no branch and so use vector instructions.
void Benefit::measure() {
    gap_.resize(wanted_.size());
    below_.resize(wanted_.size());
    density_.resize(wanted_.size());
    bool certain = true;
    for (const State& state : states_) {
        certain = certain && state.sd == 0;
        for (std::int32_t i = state.first_wanted; i < state.last_wanted; ++i) {
            gap_[i] = wanted_[i].required - state.mean;
            below_[i] = state.sd > 0 ? within_reach(gap_[i] / state.sd) : 0;
        }
    }
    if (!certain)
        for (std::size_t i = 0; i < below_.size(); ++i) {
            const Normal at = normal_within_reach(below_[i]);
            below_[i] = at.below;
            density_[i] = at.density;
        }
    for (State& state : states_) {
        for (std::int32_t i = state.first_wanted; i < state.last_wanted; ++i) {
            const double below = state.sd > 0 ? below_[i] : gap_[i] > 0 ? 1.0 : 0.0;
            const double spread = state.sd > 0 ? state.sd * density_[i] : 0;
            state.before += wanted_[i].coefficient * std::max(0.0, gap_[i] * below + spread);
            state.slope += wanted_[i].coefficient * below;
        }
        state.worthwhile = state.before > 0;
    }
}

void Benefit::restart() {
    lessons_.clear();
    entry_count_ = 0;
    if (active_.size() < states_.size()) active_.resize(states_.size());
    for (std::size_t i = 0; i < states_.size(); ++i) active_[i].clear();
}

double Benefit::liking(ActivityId activity) const {
    return gradus::preference(catalog_.organization, person_, catalog_.organization->activities.kind[activity.value()]);
}

double Benefit::mean(CapabilityId capability) const {
    for (const State& state : states_)
        if (state.capability == capability) return state.mean;
    return missing<double>();
}

std::int32_t Benefit::add_untaught(ActivityId activity) {
    if (static_cast<std::size_t>(entry_count_) == entries_.size()) entries_.emplace_back();
    Entry& entry = entries_[entry_count_];
    entry.signature = 0;
    entry.lessons = 0;
    if (catalog_.options.max_capabilities) {
        entry.capabilities.clear();
        for (const std::size_t row : catalog_.organization.relations().outcomes_of_activity[activity]) {
            const CapabilityId capability = catalog_.organization->outcomes.capability[row];
            if (!is_missing(mean(capability))) entry.capabilities.push_back(capability.value());
        }
    }
    return entry_count_++;
}

void Benefit::teach(std::int32_t state, std::int32_t entry, double uplift, double up_to, double probability) {
    lessons_.push_back({state, entry, uplift, up_to, probability});
    entries_[entry].signature |= std::uint64_t{1} << (state % 64);
    ++entries_[entry].lessons;
}

std::int32_t Benefit::add(ActivityId activity, Date last) {
    const std::int32_t entry = add_untaught(activity);
    const Outcomes& outcomes = catalog_.organization->outcomes;
    const double liked = preference(activity);
    for (const std::size_t row : catalog_.organization.relations().outcomes_of_activity[activity]) {
        for (std::size_t i = 0; i < states_.size(); ++i) {
            const State& state = states_[i];
            if (state.capability != outcomes.capability[row]) continue;
            const double probability = std::min(1.0, outcomes.probability[row] * liked);
            if (!state.worthwhile || !(outcomes.uplift[row] > 0) || !(probability > 0) ||
                !(outcomes.up_to[row] > state.mean) ||
                (anew_ && !is_missing(last) && anew_->reflects(state.capability, last)))
                continue;
            teach(static_cast<std::int32_t>(i), entry, outcomes.uplift[row], outcomes.up_to[row], probability);
        }
    }
    return entry;
}

void Benefit::seal() {
    // Learning is applied in ascending order of the level it can teach to; ties do not matter, entries make it definite.
    const auto ascending = [](const Lesson& a, const Lesson& b) {
        return a.state != b.state ? a.state < b.state : a.cap != b.cap ? a.cap < b.cap : a.entry < b.entry;
    };
    if (!std::is_sorted(lessons_.begin(), lessons_.end(), ascending))
        std::sort(lessons_.begin(), lessons_.end(), ascending);
    for (State& state : states_) {
        state.first_lesson = state.last_lesson = 0;
        state.table = -1;
    }
    std::int32_t first = 0;
    for (std::int32_t i = 0; i < entry_count_; ++i) {
        entries_[i].first_lesson = first;
        first += std::exchange(entries_[i].lessons, 0);
    }
    lesson_of_.resize(lessons_.size());
    for (std::size_t i = 0; i < lessons_.size(); ++i) {
        State& state = states_[lessons_[i].state];
        if (i == 0 || lessons_[i - 1].state != lessons_[i].state) state.first_lesson = static_cast<std::int32_t>(i);
        state.last_lesson = static_cast<std::int32_t>(i) + 1;
        Entry& entry = entries_[lessons_[i].entry];
        lesson_of_[entry.first_lesson + entry.lessons++] = static_cast<std::int32_t>(i);
    }
    std::int32_t size = 0;
    for (State& state : states_)
        if (const std::int32_t lessons = state.last_lesson - state.first_lesson;
            lessons > 0 && lessons <= most_tabled) {
            state.table = size;
            size += 1 << lessons;
        }
    table_.assign(size, missing<double>());
}

// Σ coefficient × E[max(0, required - level)] for level ~ N(mean, sd²).
double Benefit::expected(const State& state, double mean) const {
    double sum = 0;
    for (std::int32_t i = state.first_wanted; i < state.last_wanted; ++i)
        sum += wanted_[i].coefficient * expected_shortfall(wanted_[i].required, mean, state.sd);
    return sum;
}

double Benefit::remembered(const State& state, double mean) {
    if (mean == state.mean) return state.before;
    const auto bits = std::bit_cast<std::uint64_t>(mean) + static_cast<std::uint64_t>(&state - states_.data());
    Point& point = points_[bits * 0x9e3779b97f4a7c15u >> 56];
    if (point.stamp != stamp_ || point.state != &state || point.mean != mean)
        point = {mean, &state, stamp_, expected(state, mean)};
    return point.expected;
}

// What is gone of `before` once the first `count` active lessons of the state, and lesson `extra` (-1: none), are completed.
double Benefit::reduction(std::int32_t index, const std::vector<Active>& active, std::size_t count,
                          std::int32_t extra) {
    const State& state = states_[index];
    if (state.last_lesson - state.first_lesson <= 64) {
        const auto bit = [&](std::int32_t lesson) { return std::uint64_t{1} << (lesson - state.first_lesson); };
        std::uint64_t set = extra >= 0 ? bit(extra) : 0;
        for (std::size_t i = 0; i < count; ++i) set |= bit(active[i].lesson);
        return removed(index, state.first_lesson, set);
    }
    picked_.clear();
    for (std::size_t i = 0; i < count; ++i) picked_.push_back(active[i].lesson);
    if (extra >= 0) picked_.push_back(extra);
    std::sort(picked_.begin(), picked_.end());
    return removed_by_picked(state);
}

double Benefit::work_out(std::int32_t index, std::int32_t first, std::uint64_t set) {
    const State& state = states_[index];
    const auto pick = [&] {
        picked_.clear();
        for (std::uint64_t left = set; left != 0; left &= left - 1) picked_.push_back(first + std::countr_zero(left));
    };
    if (state.table >= 0 && first == state.first_lesson) {
        pick();
        return table_[state.table + set] = removed_by_picked(state);
    }
    if (memo_.empty()) memo_.resize(1 << 13);
    const std::uint64_t hash = (set + static_cast<std::uint64_t>(first)) * 0x9e3779b97f4a7c15u;
    Memo& memo = memo_[hash >> 51];
    if (memo.stamp == stamp_ && memo.first == first && memo.mask == set) return memo.removed;
    pick();
    memo = {set, first, stamp_, removed_by_picked(state)};
    return memo.removed;
}

// The distribution of the mean is kept exactly; equal levels merge.
void Benefit::spread(const State& state, const std::vector<std::int32_t>& lessons) {
    levels_.assign(1, {state.mean, 1.0});
    for (const std::int32_t position : lessons) {
        const Lesson& lesson = lessons_[position];
        next_.clear();
        const auto put = [&](double level, double probability) {
            for (Level& other : next_)
                if (std::abs(other.position - level) < same_level) {
                    other.probability += probability;
                    return;
                }
            next_.push_back({level, probability});
        };
        for (const Level& level : levels_) {
            put(std::min(level.position + lesson.uplift, std::max(level.position, lesson.cap)),
                level.probability * lesson.probability);
            if (lesson.probability < 1) put(level.position, level.probability * (1 - lesson.probability));
        }
        levels_.swap(next_);
    }
}

double Benefit::removed_by_picked(const State& state) {
    if (picked_.empty()) return 0;
    if (picked_.size() == 1) {  // most sets: as below, without lists
        const Lesson& lesson = lessons_[picked_.front()];
        const double level = std::min(state.mean + lesson.uplift, std::max(state.mean, lesson.cap));
        if (std::abs(level - state.mean) >= same_level) {
            const double lifted = lesson.probability * remembered(state, level);
            return state.before - (lesson.probability < 1 ? lifted + (1 - lesson.probability) * state.before : lifted);
        }
    }
    spread(state, picked_);
    double after = 0;
    for (const Level& level : levels_) after += level.probability * remembered(state, level.position);
    return state.before - after;
}

// What a lesson adds to its state while 0, 1, 2 … of the active lessons are in effect: day by day from the horizon's end
// backwards fewer are, so between two neighbouring shares the set in effect does not change. As far as `share` reaches.
void Benefit::find_steps(std::int32_t position, double share) {
    const std::int32_t index = lessons_[position].state;
    const std::vector<Active>& active = active_[index];
    steps_.resize(active.size() + 1);
    for (std::size_t i = steps_.size(); i-- > 0;) {
        steps_[i] = std::max(0.0, reduction(index, active, i, position) - reduction(index, active, i, -1));
        if (i > 0 && active[i - 1].share >= share) break;
    }
}

double Benefit::over_time(const std::vector<Active>& active, double share) const {
    double sum = 0, reached = 0;
    for (std::size_t i = steps_.size(); i-- > 0 && reached < share;) {
        const double edge = std::min(share, i == 0 ? 1.0 : active[i - 1].share);
        if (edge > reached) {
            sum += steps_[i] * (edge - reached);
            reached = edge;
        }
    }
    return sum;
}

void Benefit::gains(std::int32_t entry, const double* shares, double* out, std::int32_t count, double* by_lesson) {
    std::fill_n(out, count, 0.0);
    const std::int32_t lessons = lesson_count(entry);
    const double longest = count > 0 ? *std::max_element(shares, shares + count) : 0;
    for (std::int32_t l = 0; l < lessons; ++l) {
        const std::int32_t position = lesson(entry, l);
        find_steps(position, longest);
        for (std::int32_t k = 0; k < count; ++k) {
            const double gain = over_time(active_[lessons_[position].state], shares[k]);
            out[k] += gain;
            if (by_lesson) by_lesson[k * lessons + l] = gain;
        }
    }
}

void Benefit::parts(std::int32_t entry, double share, std::vector<Part>& out) {
    out.clear();
    for (const std::int32_t position : lessons_of(entry)) {
        find_steps(position, share);
        out.push_back({lessons_[position].state, over_time(active_[lessons_[position].state], share)});
    }
}

double Benefit::potential(std::int32_t index, double share) {
    const State& state = states_[index];
    if (state.first_lesson == state.last_lesson) return 0;
    // As if every lesson of the state had been given for all that time.
    set_.clear();
    for (std::int32_t l = state.first_lesson; l < state.last_lesson; ++l) set_.push_back({0, l, share});
    double most = share * reduction(index, set_, set_.size(), -1);
    // Less what the active ones do already.
    const std::vector<Active>& active = active_[index];
    for (std::size_t i = 0; i < active.size(); ++i) {
        const double width =
            std::min(share, active[i].share) - (i + 1 < active.size() ? std::min(share, active[i + 1].share) : 0);
        if (width > 0) most -= width * reduction(index, active, i + 1, -1);
    }
    return std::max(0.0, most);
}

void Benefit::activate(std::int32_t entry, double share) {
    for (const std::int32_t position : lessons_of(entry)) {
        std::vector<Active>& active = active_[lessons_[position].state];
        const auto at = std::find_if(active.begin(), active.end(), [&](const Active& a) { return a.share < share; });
        active.insert(at, {entry, position, share});
    }
}

void Benefit::deactivate(std::int32_t entry) {
    for (const std::int32_t position : lessons_of(entry)) {
        std::vector<Active>& active = active_[lessons_[position].state];
        std::erase_if(active, [&](const Active& a) { return a.entry == entry; });
    }
}

}  // namespace gradus
