#include "planning/verify_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace gradus::verification {

namespace {

constexpr std::int64_t units_at_most = 240;  // to which a period's hours are cut
constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t index(int i) { return static_cast<std::size_t>(i); }

}  // namespace

Bound::Bound(ChoiceProblem& problem) : problem_(problem), periods_(problem.minutes.size()) {
    // Segments: cut where a period starts and where a pin takes effect.
    std::vector<double> cuts = problem.cuts;
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

    for (const Candidate& candidate : problem.candidates) {
        auto& begins = begins_.emplace_back();
        for (const Way& way : candidate.ways) {
            Begin begin{segments_.size(), 0};
            for (std::size_t i = 0; i < segments_.size(); ++i) {
                if (way.at.share <= segments_[i].to) continue;
                begin = {i, (std::min(way.at.share, segments_[i].from) - segments_[i].to) / segments_[i].length()};
                break;
            }
            begins.push_back(begin);
        }
    }

    if (periods_ > 0) {
        unit_ = 0;
        for (const Candidate& candidate : problem.candidates) unit_ = std::gcd(unit_, candidate.minutes);
        const std::int64_t most = *std::max_element(problem.minutes.begin(), problem.minutes.end());
        unit_ = std::max({std::int64_t{1}, unit_, (most + units_at_most - 1) / units_at_most});
        most_units_ = units(most);
    }
}

/// A lesson may have been given in a segment if some way that is allowed begins by then.
void Bound::find_lessons(const Allowed& allowed) {
    for (auto& lessons : lessons_) lessons.assign(segments_.size(), {});
    for (std::size_t c = 0; c < allowed.size(); ++c) {
        std::size_t first = segments_.size();
        for (std::size_t w = 0; w < begins_[c].size(); ++w)
            if (allowed[c][w]) first = std::min(first, begins_[c][w].segment);
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

double Bound::score(const Multipliers& multipliers, std::size_t candidate, std::size_t way) const {
    const Candidate& of = problem_.candidates[candidate];
    const Placement& at = of.ways[way].at;
    const Begin begin = begins_[candidate][way];
    double score = -at.price;
    for (const auto& [subject, lesson] : of.teaches) {
        const double* worth = &multipliers.lessons[(first_slot_[index(subject)] + index(lesson)) * segments_.size()];
        if (begin.segment < segments_.size()) score += begin.share * worth[begin.segment];
        for (std::size_t s = begin.segment + 1; s < segments_.size(); ++s) score += worth[s];
    }
    for (const Use& use : at.uses)
        if (use.amount > 0)
            score -= multipliers.limits[index(use.limit)] * static_cast<double>(use.amount) /
                     static_cast<double>(problem_.limits[index(use.limit)]);
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
    for (std::size_t c = 0; c < problem_.candidates.size(); ++c) {
        const Candidate& candidate = problem_.candidates[c];
        std::size_t chosen = candidate.ways.size();
        double best = allowed[c][chosen] ? 0 : -infinity;
        for (std::size_t w = 0; w < candidate.ways.size(); ++w) {
            if (!allowed[c][w]) continue;
            const double value = score(multipliers, c, w) - turn(multipliers, c, candidate.ways[w].period);
            if (value > best) {
                best = value;
                chosen = w;
            }
        }
        total += best;
        if (!gradient || chosen == candidate.ways.size()) continue;
        const Way& way = candidate.ways[chosen];
        if (periods_ > 0) gradient->turns[c * periods_ + index(way.period)] -= 1;
        for (const Use& use : way.at.uses)
            if (use.amount > 0)
                gradient->limits[index(use.limit)] -=
                    static_cast<double>(use.amount) / static_cast<double>(problem_.limits[index(use.limit)]);
        const Begin begin = begins_[c][chosen];
        for (const auto& [subject, lesson] : candidate.teaches)
            for (std::size_t s = begin.segment; s < segments_.size(); ++s)
                gradient->lessons[(first_slot_[index(subject)] + index(lesson)) * segments_.size() + s] +=
                    s == begin.segment ? begin.share : 1;
    }
    return total;
}

double Bound::evaluate(const Allowed& allowed, const Multipliers& multipliers, Multipliers* gradient) {
    if (gradient) {
        std::fill(gradient->lessons.begin(), gradient->lessons.end(), 0.0);
        std::fill(gradient->turns.begin(), gradient->turns.end(), 0.0);
    }
    return lessons_part(multipliers, gradient) + turns_part(allowed, multipliers, gradient) +
           ways_part(allowed, multipliers, gradient);
}

double Bound::improve(const Allowed& allowed, Multipliers& multipliers, double target, int steps, bool pooled) {
    find_lessons(allowed);
    Multipliers at = multipliers, gradient = multipliers;
    double best = infinity, pace = 1;
    int stale = 0;
    const auto descend = [](std::vector<double>& values, const std::vector<double>& slopes, double step) {
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::max(0.0, values[i] - step * slopes[i]);
    };
    for (int i = 0; i < steps; ++i) {
        const double value = evaluate(allowed, at, &gradient);
        if (value < best) {
            stale = 0;
            best = value;
            multipliers = at;
        } else if (++stale >= 10) {
            stale = 0;
            pace *= 0.7;
            at = multipliers;
            continue;
        }
        if (best <= target) break;
        if (pooled)
            for (std::size_t period = 0; period < periods_; ++period) {
                const auto share = [&](std::size_t c) {
                    return static_cast<double>(problem_.candidates[c].minutes) /
                           static_cast<double>(std::max<std::int64_t>(problem_.minutes[period], 1));
                };
                double slope = 0;
                for (std::size_t c = 0; c < begins_.size(); ++c)
                    slope += share(c) * gradient.turns[c * periods_ + period];
                for (std::size_t c = 0; c < begins_.size(); ++c)
                    gradient.turns[c * periods_ + period] = slope * share(c);
            }
        double norm = 0;
        for (const auto* slopes : {&gradient.lessons, &gradient.turns, &gradient.limits})
            for (const double slope : *slopes) norm += slope * slope;
        if (norm < 1e-20) break;
        const double step = pace * (value - target) / norm;
        descend(at.lessons, gradient.lessons, step);
        descend(at.turns, gradient.turns, step);
        descend(at.limits, gradient.limits, step);
    }
    return best;
}

}  // namespace gradus::verification
