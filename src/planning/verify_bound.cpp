#include "planning/verify_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace gradus::verification {

namespace {

constexpr std::int64_t units_at_most = 240;  // to which a period's hours are cut
constexpr int stale_steps = 8;               // without progress, before steps get shorter
constexpr double least_pace = 0.002;
constexpr double memory = 0.7;  // of the last direction in the next
constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t index(int i) { return static_cast<std::size_t>(i); }

}  // namespace

Bound::Bound(ChoiceProblem& problem, std::vector<double> cuts) : problem_(problem), periods_(problem.minutes.size()) {
    // Segments: cut also where a period starts and where a pin takes effect.
    cuts.insert(cuts.end(), problem.cuts.begin(), problem.cuts.end());
    for (const auto& effects : problem.pinned)
        for (const Effect& effect : effects) cuts.push_back(effect.share);
    cuts.push_back(0);
    std::sort(cuts.begin(), cuts.end(), std::greater<>());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) segments_.push_back({cuts[i], cuts[i + 1]});

    lessons_.resize(problem.subjects.size());
    for (std::size_t s = 0; s < problem.subjects.size(); ++s) {
        first_slot_.push_back(slots_);
        slots_ += index(problem.subjects[s].lessons());
        auto& bases = bases_.emplace_back();
        int set = 0;
        std::size_t next = 0;
        for (const Segment& segment : segments_) {
            const auto& effects = problem.pinned[s];
            for (; next < effects.size() && effects[next].share >= segment.from; ++next)
                set = problem.subjects[s].with(set, effects[next].lesson);
            bases.push_back(set);
        }
    }

    const std::size_t count = problem.candidates.size();
    children_.resize(count);
    begins_.resize(count);
    values_.resize(count);
    bests_.resize(count);
    picks_.resize(count);
    picked_.resize(count);
    for (std::size_t c = 0; c < count; ++c) {
        const Candidate& candidate = problem.candidates[c];
        parents_.push_back(candidate.after.empty() ? -1 : candidate.after.front());
        if (parents_[c] < 0)
            for (const Way& way : candidate.ways) begins_[c].push_back(begin(way.at.share));
        else
            follow(c);
        values_[c].resize(begins_[c].size());
        bests_[c].resize(parents_[c] < 0 ? 1 : problem.candidates[index(parents_[c])].ways.size());
        picks_[c].resize(bests_[c].size());
    }

    if (periods_ > 0) {
        unit_ = 0;
        for (const Candidate& candidate : problem.candidates) unit_ = std::gcd(unit_, candidate.minutes);
        const std::int64_t most = *std::max_element(problem.minutes.begin(), problem.minutes.end());
        unit_ = std::max({std::int64_t{1}, unit_, (most + units_at_most - 1) / units_at_most});
        most_units_ = units(most);
    }
}

Bound::Begin Bound::begin(double share) const {
    for (std::size_t i = 0; i < segments_.size(); ++i)
        if (share > segments_[i].to)
            return {i, (std::min(share, segments_[i].from) - segments_[i].to) / segments_[i].length()};
    return {segments_.size(), 0};
}

/// After each way of the parent: no earlier than a day after its earliest end.
void Bound::follow(std::size_t c) {
    const Candidate& candidate = problem_.candidates[c];
    const std::size_t parent = index(parents_[c]);
    children_[parent].push_back(c);
    for (const Way& before : problem_.candidates[parent].ways)
        for (const Way& way : candidate.ways) {
            const auto delay = (before.at.last - way.at.first).count() + 1;
            if (delay <= 0) {
                begins_[c].push_back(begin(way.at.share));
                continue;
            }
            Begin late = begin(std::max(0.0, way.at.share - static_cast<double>(delay) * problem_.day));
            late.possible = !way.session && before.period <= way.period;
            begins_[c].push_back(late);
        }
}

/// A lesson may have been given in a segment if some way that is allowed begins by then.
void Bound::find_lessons(const Allowed& allowed) {
    for (auto& lessons : lessons_) lessons.assign(segments_.size(), {});
    for (std::size_t c = 0; c < allowed.size(); ++c) {
        std::size_t first = segments_.size();
        const std::size_t ways = problem_.candidates[c].ways.size();
        for (std::size_t i = 0; i < begins_[c].size(); ++i)
            if (allowed[c][i % ways]) first = std::min(first, begins_[c][i].segment);
        for (const auto& [subject, lesson] : problem_.candidates[c].teaches)
            for (std::size_t s = first; s < segments_.size(); ++s) lessons_[index(subject)][s].push_back(lesson);
    }
}

Multipliers Bound::initial() const {
    Multipliers multipliers;
    multipliers.lessons.assign(slots_ * segments_.size(), 0.0);
    for (const Candidate& candidate : problem_.candidates)
        for (const auto& [subject, lesson] : candidate.teaches)
            for (std::size_t s = 0; s < segments_.size(); ++s) {
                Subject& of = problem_.subjects[index(subject)];
                const int base = bases_[index(subject)][s];
                const double alone = of.exposure(base) - of.exposure(of.with(base, lesson));
                multipliers.lessons[(first_slot_[index(subject)] + index(lesson)) * segments_.size() + s] =
                    0.5 * segments_[s].length() * alone;
            }
    multipliers.turns.assign(periods_ * problem_.candidates.size(), 0.0);
    multipliers.limits.assign(problem_.limits.size(), 0.0);
    return multipliers;
}

double Bound::limits_price(const Multipliers& multipliers, const Placement& at) const {
    double price = 0;
    for (const Use& use : at.uses)
        if (use.amount > 0)
            price += multipliers.limits[index(use.limit)] * static_cast<double>(use.amount) /
                     static_cast<double>(problem_.limits[index(use.limit)]);
    return price;
}

double Bound::score(const Multipliers& multipliers, std::size_t candidate, std::size_t way, Begin begin) const {
    const Candidate& of = problem_.candidates[candidate];
    const Placement& at = of.ways[way].at;
    double score = -at.price - limits_price(multipliers, at) - turn(multipliers, candidate, of.ways[way].period);
    for (const auto& [subject, lesson] : of.teaches) {
        const double* worth = &multipliers.lessons[(first_slot_[index(subject)] + index(lesson)) * segments_.size()];
        if (begin.segment < segments_.size()) score += begin.share * worth[begin.segment];
        for (std::size_t s = begin.segment + 1; s < segments_.size(); ++s) score += worth[s];
    }
    return score;
}

/// Which of the open lessons to add to a set. What removes too little on top of the set is out, and what removes enough
/// on top of all that is open is in, since what a lesson removes only shrinks as the set grows.
/// Source: Goldengorin, Sierksma, Tijssen & Tso (1999), the data-correcting algorithm for supermodular functions.
void Bound::hunt(Hunt& at, int set, double price, std::vector<int> open) const {
    const auto cost = [&](int lesson) { return at.prices[index(lesson) * at.stride]; };
    const auto gain = [&](int on, int lesson) {
        const int with = at.subject.with(on, lesson);  // may move what exposure() reads
        return at.length * (at.subject.exposure(on) - at.subject.exposure(with)) - cost(lesson);
    };
    for (bool changed = true; changed;) {
        changed = false;
        double rest = 0, most = 0;
        std::size_t strongest = 0, kept = 0;
        for (const int lesson : open) {
            const double more = gain(set, lesson);
            if (more <= 0) continue;
            if (more > most) {
                most = more;
                strongest = kept;
            }
            rest += more;
            open[kept++] = lesson;
        }
        open.resize(kept);
        const double value = at.length * (at.subject.exposure(0) - at.subject.exposure(set)) - price;
        if (value > at.best) {
            at.best = value;
            at.best_set = set;
        }
        if (open.empty() || value + rest <= at.best) return;
        std::swap(open[0], open[strongest]);  // refutes soonest what is on top of it
        for (std::size_t i = 0; i < open.size() && !changed; ++i) {
            int others = set;
            bool in = true;
            for (std::size_t k = 0; k < open.size() && in; ++k) {
                if (k == i) continue;
                others = at.subject.with(others, open[k]);
                in = gain(others, open[i]) >= 0;
            }
            if (!in) continue;
            price += cost(open[i]);
            set = at.subject.with(set, open[i]);
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
            changed = true;
        }
    }
    // Each open lesson in turn is the first that is in; the last, the strongest, goes first.
    std::reverse(open.begin(), open.end());
    while (!open.empty()) {
        const int lesson = open.back();
        open.pop_back();
        hunt(at, at.subject.with(set, lesson), price + cost(lesson), open);
    }
}

double Bound::lessons_part(const Multipliers& multipliers, Multipliers* gradient) {
    // By topic, since only so many further topics may be taught.
    std::vector<double> values(problem_.topics_pinned.size(), 0.0);
    std::vector<std::vector<std::size_t>> given(values.size());
    for (std::size_t s = 0; s < lessons_.size(); ++s) {
        const std::size_t topic = index(problem_.topic[s]);
        Subject& subject = problem_.subjects[s];
        for (std::size_t segment = 0; segment < segments_.size(); ++segment) {
            const int base = bases_[s][segment];
            const double* prices = multipliers.lessons.data() + first_slot_[s] * segments_.size() + segment;
            const double length = segments_[segment].length();
            Hunt best{subject, prices, segments_.size(), length, -infinity, base};
            hunt(best, base, 0, lessons_[s][segment]);
            values[topic] += best.best - length * (subject.exposure(0) - subject.exposure(base));
            for (const int lesson : lessons_[s][segment])
                if (gradient && subject.with(best.best_set, lesson) == best.best_set)
                    given[topic].push_back((first_slot_[s] + index(lesson)) * segments_.size() + segment);
        }
    }
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (problem_.topics_left >= 0)
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
    int left = problem_.topics_left;
    double total = std::accumulate(multipliers.limits.begin(), multipliers.limits.end(), 0.0);
    for (const std::size_t topic : order) {
        if (problem_.topics_left >= 0 && !problem_.topics_pinned[topic] && left-- <= 0) continue;
        total += values[topic];
        if (gradient)
            for (const std::size_t at : given[topic]) gradient->lessons[at] -= 1;
    }
    if (gradient) std::fill(gradient->limits.begin(), gradient->limits.end(), 1.0);
    return total;
}

/// A knapsack per period.
double Bound::turns_part(const Allowed& allowed, const Multipliers& multipliers, Multipliers* gradient) {
    const std::size_t count = problem_.candidates.size();
    double total = 0;
    for (std::size_t period = 0; period < periods_; ++period) {
        const std::size_t width = units(problem_.minutes[period]) + 1;
        from_.assign(width, 0.0);
        to_.resize(width);
        taken_.assign(count * width, 0);
        for (std::size_t c = 0; c < count; ++c) {
            const double price = multipliers.turns[c * periods_ + period];
            const std::size_t size = units(problem_.candidates[c].minutes);
            if (price <= 0 || size >= width) continue;
            const auto& ways = problem_.candidates[c].ways;
            bool possible = false;
            for (std::size_t w = 0; w < ways.size(); ++w) possible |= allowed[c][w] && index(ways[w].period) == period;
            if (!possible) continue;
            char* taken = &taken_[c * width];
            std::copy_n(from_.begin(), size, to_.begin());
            for (std::size_t u = size; u < width; ++u) {
                const double with = from_[u - size] + price;
                taken[u] = with > from_[u];
                to_[u] = std::max(with, from_[u]);
            }
            std::swap(from_, to_);
        }
        total += from_[width - 1];
        if (!gradient) continue;
        std::size_t u = width - 1;
        for (std::size_t c = count; c-- > 0;) {
            if (!taken_[c * width + u]) continue;
            gradient->turns[c * periods_ + period] += 1;
            u -= units(problem_.candidates[c].minutes);
        }
    }
    return total;
}

double Bound::ways_part(const Allowed& allowed, const Multipliers& multipliers, Multipliers* gradient) {
    double total = 0;
    for (std::size_t c = problem_.candidates.size(); c-- > 0;) {  // what follows comes after
        const std::size_t ways = problem_.candidates[c].ways.size();
        for (std::size_t i = 0; i < values_[c].size(); ++i) {
            const std::size_t way = i % ways;
            values_[c][i] = -infinity;
            if (!allowed[c][way] || !begins_[c][i].possible) continue;
            values_[c][i] = score(multipliers, c, way, begins_[c][i]);
            for (const std::size_t child : children_[c]) values_[c][i] += bests_[child][way];
        }
        for (std::size_t before = 0; before < bests_[c].size(); ++before) {
            const auto first = values_[c].begin() + static_cast<std::ptrdiff_t>(before * ways);
            const auto most = std::max_element(first, first + static_cast<std::ptrdiff_t>(ways));
            const bool taken = !allowed[c].back() || *most > 0;
            bests_[c][before] = taken ? *most : 0;
            picks_[c][before] = taken ? static_cast<std::size_t>(most - first) : ways;
        }
        if (parents_[c] < 0) total += bests_[c][0];
    }
    if (!gradient || total == -infinity) return total;
    for (std::size_t c = 0; c < picked_.size(); ++c) {
        const Candidate& candidate = problem_.candidates[c];
        const std::size_t before = parents_[c] < 0 ? 0 : picked_[index(parents_[c])];
        picked_[c] = before < picks_[c].size() ? picks_[c][before] : candidate.ways.size();
        if (picked_[c] == candidate.ways.size()) continue;
        const Way& way = candidate.ways[picked_[c]];
        if (periods_ > 0) gradient->turns[c * periods_ + index(way.period)] -= 1;
        for (const Use& use : way.at.uses)
            if (use.amount > 0)
                gradient->limits[index(use.limit)] -=
                    static_cast<double>(use.amount) / static_cast<double>(problem_.limits[index(use.limit)]);
        const Begin begin = begins_[c][before * candidate.ways.size() + picked_[c]];
        for (const auto& [subject, lesson] : candidate.teaches)
            for (std::size_t s = begin.segment; s < segments_.size(); ++s)
                gradient->lessons[(first_slot_[index(subject)] + index(lesson)) * segments_.size() + s] +=
                    s == begin.segment ? begin.share : 1;
    }
    return total;
}

std::vector<std::vector<double>> Bound::most(const Allowed& allowed) const {
    std::vector<std::vector<double>> most;
    for (std::size_t c = 0; c < picked_.size(); ++c) {
        const std::size_t ways = problem_.candidates[c].ways.size();
        std::vector<double>& own = most.emplace_back(ways + 1, -infinity);
        const auto* parent = parents_[c] < 0 ? nullptr : &most[index(parents_[c])];
        if (parent && allowed[c].back()) own.back() = parent->back();
        for (std::size_t before = 0; before < bests_[c].size(); ++before) {
            const double with = parent ? (*parent)[before] : bound_;
            if (with == -infinity) continue;
            for (std::size_t way = 0; way < ways; ++way)
                own[way] = std::max(own[way], with - bests_[c][before] + value(c, before, way));
            if (allowed[c].back()) own.back() = std::max(own.back(), with - bests_[c][before]);
        }
    }
    return most;
}

double Bound::evaluate(const Allowed& allowed, const Multipliers& multipliers, Multipliers* gradient) {
    ++evaluations_;
    if (gradient) {
        std::fill(gradient->lessons.begin(), gradient->lessons.end(), 0.0);
        std::fill(gradient->turns.begin(), gradient->turns.end(), 0.0);
    }
    linear_ = lessons_part(multipliers, gradient) + ways_part(allowed, multipliers, gradient);
    bound_ = linear_ + turns_part(allowed, multipliers, gradient);
    return bound_;
}

/// Steps after Polyak (1969), deflected as in Camerini, Fratta & Maffioli (1975).
double Bound::improve(const Allowed& allowed, Multipliers& multipliers, double target, int steps, bool pooled) {
    find_lessons(allowed);
    Multipliers at = multipliers, slope = multipliers, direction = multipliers;
    const auto halt = [&] {
        for (auto* part : {&direction.lessons, &direction.turns, &direction.limits})
            std::fill(part->begin(), part->end(), 0.0);
    };
    halt();
    double best = infinity, pace = 1;
    int stale = 0;
    for (int i = 0; i < steps && best > target && pace >= least_pace; ++i) {
        const double value = evaluate(allowed, at, &slope);
        if (value == -infinity) return value;
        stale = value < best - 1e-4 * std::abs(best) ? 0 : stale + 1;
        if (value < best) {
            best = value;
            multipliers = at;
        }
        if (stale >= stale_steps) {
            stale = 0;
            pace /= 2;
            at = multipliers;
            halt();
            continue;
        }
        if (pooled) pool(slope.turns);
        double norm = 0;
        const auto turn = [&](std::vector<double>& to, const std::vector<double>& slopes,
                              const std::vector<double>& from) {
            for (std::size_t k = 0; k < to.size(); ++k) {
                to[k] = slopes[k] + memory * to[k];
                if (to[k] > 0 && from[k] <= 0) to[k] = 0;
                norm += to[k] * to[k];
            }
        };
        turn(direction.lessons, slope.lessons, at.lessons);
        turn(direction.turns, slope.turns, at.turns);
        turn(direction.limits, slope.limits, at.limits);
        if (norm < 1e-20) break;
        const double step = pace * std::max(1e-3 * std::abs(value), value - target) / norm;
        const auto descend = [&](std::vector<double>& from, const std::vector<double>& along) {
            for (std::size_t k = 0; k < from.size(); ++k) from[k] = std::max(0.0, from[k] - step * along[k]);
        };
        descend(at.lessons, direction.lessons);
        descend(at.turns, direction.turns);
        descend(at.limits, direction.limits);
    }
    return evaluate(allowed, multipliers, nullptr);
}

/// Slopes as if all candidates paid the same for an hour of a period.
void Bound::pool(std::vector<double>& slopes) const {
    for (std::size_t period = 0; period < periods_; ++period) {
        const auto share = [&](std::size_t c) {
            return static_cast<double>(problem_.candidates[c].minutes) /
                   static_cast<double>(std::max<std::int64_t>(problem_.minutes[period], 1));
        };
        double slope = 0;
        for (std::size_t c = 0; c < parents_.size(); ++c) slope += share(c) * slopes[c * periods_ + period];
        for (std::size_t c = 0; c < parents_.size(); ++c) slopes[c * periods_ + period] = slope * share(c);
    }
}

}  // namespace gradus::verification
