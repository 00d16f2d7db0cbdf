#include "planning/verify_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "planning/verify_bound.h"

namespace gradus::verification {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Date::duration day{1};
constexpr int root_steps = 60, child_steps = 25;
constexpr long dive_nodes = 2000;         // before the bound is sharpened once more
constexpr long all_nodes = 20'000'000;    // before the search gives up and hands out its bound

std::size_t index(int i) { return static_cast<std::size_t>(i); }

class Search {
public:
    Search(Problem& problem, double known)
        : problem_(problem), bound_(problem), best_(known), effects_(problem.pinned), minutes_(problem.minutes),
          limits_(problem.limits), taught_(problem.topics_pinned.size(), 0), topics_left_(problem.topics_left),
          last_days_(problem.candidates.size(), missing<Date>()) {
        for (std::size_t s = 0; s < problem.subjects.size(); ++s)
            exposures_.push_back(problem.subjects[s].exposure(effects_[s]));
        for (std::size_t t = 0; t < taught_.size(); ++t) taught_[t] = problem.topics_pinned[t] ? 1 : 0;
        for (const Candidate& candidate : problem.candidates) forced_ += candidate.forced;
    }

    Best run() {
        Allowed allowed;
        for (const Candidate& candidate : problem_.candidates) {
            allowed.emplace_back(candidate.ways.size() + 1, char{1});
            allowed.back().back() = !candidate.forced;
        }
        Multipliers multipliers = bound_.initial();
        bound_.improve(allowed, multipliers, target(), root_steps / 2, true);
        branch(std::move(allowed), std::move(multipliers), root_steps);
        return {best_, std::max(best_, given_up_)};
    }

private:
    double threshold() const { return best_ + 1e-12 * std::max(1.0, std::abs(best_)); }
    /// What the bound is lowered towards.
    double target() const { return best_ > -infinity ? threshold() : 0; }

    void branch(Allowed allowed, Multipliers multipliers, int steps);
    bool tighten(Allowed& allowed, const Multipliers& multipliers, double bound) const;
    void arrange(const Allowed& allowed, const Multipliers& multipliers);
    void dive(std::size_t depth, double linear);
    bool hopeless(std::size_t depth, double knapsacks);
    double knapsacks(std::size_t depth) const;
    double marginal(const Candidate& candidate, double share);
    bool fits(const Candidate& candidate, const Way& way, const Placement& at) const;
    void put(std::size_t c, const Way& way, const Placement& at);
    void take_back(std::size_t c, const Way& way, const Placement& at);

    Problem& problem_;
    Bound bound_;
    double best_, given_up_ = -infinity;
    long nodes_ = 0, dived_ = 0;
    bool cut_short_ = false;

    // The branch being dived into.
    const Allowed* allowed_ = nullptr;
    const Multipliers* multipliers_ = nullptr;
    std::vector<std::size_t> order_;
    std::vector<std::vector<double>> scores_;            // by candidate and way
    std::vector<double> tails_;                          // by depth: best of ways, summed over the rest
    std::vector<std::vector<std::vector<double>>> rests_;  // by period and depth: knapsack of the rest by units left

    // The choice so far.
    std::vector<std::vector<Effect>> effects_;  // by subject
    std::vector<double> exposures_;             // by subject
    std::vector<std::int64_t> minutes_, limits_;
    std::vector<int> taught_;                   // by topic: how many teach it
    int topics_left_;
    std::vector<Date> last_days_;               // by candidate; missing: not taken
    std::vector<std::pair<Date, Date>> sessions_;
    double net_ = 0;
    int forced_ = 0;                            // not taken yet
};

/// Solves what is allowed: bound, strike out, dive; where the dive takes too long, split and bound anew.
void Search::branch(Allowed allowed, Multipliers multipliers, int steps) {
    double bound = infinity;
    for (int round = 0; round < 2; ++round) {
        bound = bound_.improve(allowed, multipliers, target(), steps);
        if (bound <= threshold()) return;
        if (!tighten(allowed, multipliers, bound)) return;
    }
    if (nodes_ > all_nodes) {
        given_up_ = std::max(given_up_, bound);
        return;
    }
    arrange(allowed, multipliers);
    allowed_ = &allowed;
    multipliers_ = &multipliers;
    dived_ = 0;
    cut_short_ = false;
    dive(0, bound_.constant(multipliers));
    if (!cut_short_) return;
    // Split the candidate whose second choice costs least but is not free... the first in order with a real choice.
    const std::vector<std::size_t> order = order_;
    for (const std::size_t c : order) {
        if (std::count(allowed[c].begin(), allowed[c].end(), char{1}) < 2) continue;
        std::vector<std::pair<double, std::size_t>> choices;
        for (std::size_t w = 0; w < allowed[c].size(); ++w)
            if (allowed[c][w])
                choices.emplace_back(w + 1 == allowed[c].size() ? 0 : scores_[c][w] - bound_.turn(multipliers, c, problem_.candidates[c].ways[w].period), w);
        std::stable_sort(choices.begin(), choices.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
        for (const auto& choice : choices) {
            Allowed child = allowed;
            std::fill(child[c].begin(), child[c].end(), char{0});
            child[c][choice.second] = 1;
            branch(std::move(child), multipliers, child_steps);
        }
        return;
    }
}

/// Strikes out what cannot be part of anything better; false: nothing better is left.
bool Search::tighten(Allowed& allowed, const Multipliers& multipliers, double bound) const {
    for (std::size_t c = 0; c < allowed.size(); ++c) {
        const Candidate& candidate = problem_.candidates[c];
        const auto value = [&](std::size_t w) {
            return w == candidate.ways.size()
                       ? 0
                       : bound_.score(multipliers, c, w) - bound_.turn(multipliers, c, candidate.ways[w].period);
        };
        double best = -infinity;
        for (std::size_t w = 0; w < allowed[c].size(); ++w)
            if (allowed[c][w]) best = std::max(best, value(w));
        for (std::size_t w = 0; w < allowed[c].size(); ++w)
            if (allowed[c][w] && bound - best + value(w) <= threshold()) allowed[c][w] = 0;
    }
    // What is out takes those with it that come after it; what is in needs those before it.
    const auto is_out = [&](std::size_t c) {
        return std::find(allowed[c].begin(), allowed[c].end() - 1, char{1}) == allowed[c].end() - 1;
    };
    for (std::size_t c = 0; c < allowed.size(); ++c)
        for (const int before : problem_.candidates[c].after)
            if (is_out(index(before))) std::fill(allowed[c].begin(), allowed[c].end() - 1, char{0});
    for (std::size_t c = allowed.size(); c-- > 0;)
        if (!allowed[c].back())
            for (const int before : problem_.candidates[c].after) allowed[index(before)].back() = 0;
    return std::none_of(allowed.begin(), allowed.end(), [](const auto& choices) {
        return std::find(choices.begin(), choices.end(), char{1}) == choices.end();
    });
}

/// Fixes the order of the dive, the most promising first, and what the rest can add at each depth.
void Search::arrange(const Allowed& allowed, const Multipliers& multipliers) {
    const std::size_t count = problem_.candidates.size(), periods = minutes_.size();
    scores_.assign(count, {});
    std::vector<double> values(count, -infinity);
    for (std::size_t c = 0; c < count; ++c) {
        const auto& ways = problem_.candidates[c].ways;
        for (std::size_t w = 0; w < ways.size(); ++w) {
            scores_[c].push_back(bound_.score(multipliers, c, w));
            if (allowed[c][w]) values[c] = std::max(values[c], scores_[c][w] - bound_.turn(multipliers, c, ways[w].period));
        }
        if (!allowed[c].back()) values[c] += 1e6;
    }
    // Those before rank at least as high as those after them.
    std::vector<double> ranks = values;
    for (std::size_t c = count; c-- > 0;)
        for (const int before : problem_.candidates[c].after) ranks[index(before)] = std::max(ranks[index(before)], ranks[c]);
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return ranks[a] > ranks[b]; });

    tails_.assign(count + 1, 0.0);
    rests_.assign(periods, std::vector<std::vector<double>>(count + 1, std::vector<double>(bound_.most_units() + 1, 0.0)));
    for (std::size_t depth = count; depth-- > 0;) {
        const std::size_t c = order_[depth];
        const double best = values[c] >= 1e5 ? values[c] - 1e6 : std::max(0.0, values[c]);
        tails_[depth] = tails_[depth + 1] + (allowed[c].back() ? std::max(0.0, best) : best);
        const std::size_t size = bound_.units(problem_.candidates[c].minutes);
        for (std::size_t period = 0; period < periods; ++period) {
            const auto& rest = rests_[period][depth + 1];
            auto& more = rests_[period][depth];
            more = rest;
            bool can = false;
            for (std::size_t w = 0; w < problem_.candidates[c].ways.size(); ++w)
                can |= allowed[c][w] && index(problem_.candidates[c].ways[w].period) == period;
            if (!can) continue;
            const double price = bound_.turn(multipliers, c, static_cast<int>(period));
            for (std::size_t u = size; u < more.size(); ++u) more[u] = std::max(rest[u], rest[u - size] + price);
        }
    }
}

double Search::knapsacks(std::size_t depth) const {
    double total = 0;
    for (std::size_t period = 0; period < minutes_.size(); ++period)
        total += rests_[period][depth][bound_.units(minutes_[period])];
    return total;
}

double Search::marginal(const Candidate& candidate, double share) {
    double total = 0;
    for (const auto& [subject, lesson] : candidate.teaches)
        total += exposures_[index(subject)] - problem_.subjects[index(subject)].exposure(effects_[index(subject)], {share, lesson});
    return total;
}

bool Search::fits(const Candidate& candidate, const Way& way, const Placement& at) const {
    if (!minutes_.empty() && candidate.minutes > minutes_[index(way.period)]) return false;
    for (const Use& use : at.uses)
        if (use.amount > limits_[index(use.limit)]) return false;
    if (way.session && !problem_.may_overlap)
        for (const auto& [first, last] : sessions_)
            if (first <= at.last && at.first <= last) return false;
    return true;
}

void Search::put(std::size_t c, const Way& way, const Placement& at) {
    const Candidate& candidate = problem_.candidates[c];
    if (!minutes_.empty()) minutes_[index(way.period)] -= candidate.minutes;
    for (const Use& use : at.uses) limits_[index(use.limit)] -= use.amount;
    if (way.session) sessions_.emplace_back(at.first, at.last);
    for (const int topic : candidate.topics)
        if (taught_[index(topic)]++ == 0) --topics_left_;
    last_days_[c] = at.last;
    forced_ -= candidate.forced;
    net_ -= at.price;
    for (const auto& [subject, lesson] : candidate.teaches) {
        auto& effects = effects_[index(subject)];
        const auto place = std::find_if(effects.begin(), effects.end(), [&](const Effect& e) { return e.share < at.share; });
        effects.insert(place, {at.share, lesson});
        const double after = problem_.subjects[index(subject)].exposure(effects);
        net_ += exposures_[index(subject)] - after;
        exposures_[index(subject)] = after;
    }
}

void Search::take_back(std::size_t c, const Way& way, const Placement& at) {
    const Candidate& candidate = problem_.candidates[c];
    if (!minutes_.empty()) minutes_[index(way.period)] += candidate.minutes;
    for (const Use& use : at.uses) limits_[index(use.limit)] += use.amount;
    if (way.session) sessions_.pop_back();
    for (const int topic : candidate.topics)
        if (--taught_[index(topic)] == 0) ++topics_left_;
    last_days_[c] = missing<Date>();
    forced_ += candidate.forced;
    for (const auto& [subject, lesson] : candidate.teaches) {
        auto& effects = effects_[index(subject)];
        effects.erase(std::find_if(effects.begin(), effects.end(), [l = lesson](const Effect& e) { return e.lesson == l; }));
    }
}

/// What the rest adds to what is chosen, at the marginal gains of now, which only shrink (§3.4): true if not enough.
bool Search::hopeless(std::size_t depth, double knapsacks) {
    double bound = net_ + knapsacks;
    for (std::size_t l = 0; l < limits_.size(); ++l)
        if (problem_.limits[l] > 0)
            bound += multipliers_->limits[l] * static_cast<double>(limits_[l]) / static_cast<double>(problem_.limits[l]);
    for (std::size_t d = depth; d < order_.size(); ++d) {
        const std::size_t c = order_[d];
        const Candidate& candidate = problem_.candidates[c];
        double best = (*allowed_)[c].back() ? 0 : -infinity;
        for (std::size_t w = 0; w < candidate.ways.size(); ++w) {
            const Way& way = candidate.ways[w];
            if (!(*allowed_)[c][w] || !fits(candidate, way, way.at)) continue;
            double value = marginal(candidate, way.at.share) - way.at.price - bound_.turn(*multipliers_, c, way.period);
            for (const Use& use : way.at.uses)
                if (use.amount > 0)
                    value -= multipliers_->limits[index(use.limit)] * static_cast<double>(use.amount) /
                             static_cast<double>(problem_.limits[index(use.limit)]);
            best = std::max(best, value);
        }
        bound += best;
        // The rest may also be negative, where it is forced.
        if (forced_ == 0 && bound > threshold()) return false;
    }
    return bound <= threshold();
}

void Search::dive(std::size_t depth, double linear) {
    if (cut_short_) return;
    const double rest = knapsacks(depth);
    if (linear + tails_[depth] + rest <= threshold()) return;
    ++nodes_;
    if (++dived_ > dive_nodes) {
        cut_short_ = true;
        return;
    }
    if (forced_ == 0) best_ = std::max(best_, net_);
    if (depth == order_.size() || hopeless(depth, rest)) return;

    const std::size_t c = order_[depth];
    const Candidate& candidate = problem_.candidates[c];
    bool ready = true;
    Date earliest = missing<Date>();
    for (const int before : candidate.after) {
        ready &= !is_missing(last_days_[index(before)]);
        if (ready) earliest = std::max<Date>(earliest, last_days_[index(before)] + day);
    }
    if (ready) {
        std::vector<std::pair<double, std::size_t>> ways;
        for (std::size_t w = 0; w < candidate.ways.size(); ++w)
            if ((*allowed_)[c][w])
                ways.emplace_back(scores_[c][w] - bound_.turn(*multipliers_, c, candidate.ways[w].period), w);
        std::stable_sort(ways.begin(), ways.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
        for (const auto& ranked : ways) {
            const Way& way = candidate.ways[ranked.second];
            std::optional<Placement> moved;
            if (!way.settled && !(moved = problem_.place(candidate, way, earliest))) continue;
            const Placement& at = moved ? *moved : way.at;
            if (!fits(candidate, way, at)) continue;
            const double net = net_;
            const std::vector<double> exposures = exposures_;
            put(c, way, at);
            if (problem_.topics_left < 0 || topics_left_ >= 0) dive(depth + 1, linear + scores_[c][ranked.second]);
            take_back(c, way, at);
            net_ = net;
            exposures_ = exposures;
            if (cut_short_) return;
        }
    }
    if ((*allowed_)[c].back()) dive(depth + 1, linear);
}

}  // namespace

Best search(Problem& problem, double known) {
    if (problem.candidates.empty()) return {0, 0};
    return Search(problem, known).run();
}

}  // namespace gradus::verification
