#include "planning/verify_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "planning/verify_bound.h"
#include "planning/verify_choice.h"

namespace gradus::verification {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int root_steps = 40, child_steps = 20;
constexpr long first_dive = 300, second_dive = 2000;  // nodes, before the bound is sharpened once more
constexpr long all_nodes = 4'000'000;                 // before the search gives up and hands out its bound

std::size_t index(int i) { return static_cast<std::size_t>(i); }

class Search {
public:
    Search(ChoiceProblem& problem, double known) : problem_(problem), bound_(problem), choice_(problem), best_(known) {}

    Best run() {
        Allowed allowed;
        for (const Candidate& candidate : problem_.candidates) {
            allowed.emplace_back(candidate.ways.size() + 1, char{1});
            allowed.back().back() = !candidate.forced;
        }
        greedy();
        Multipliers multipliers = bound_.initial();
        bound_.improve(allowed, multipliers, target(), root_steps, true);
        branch(std::move(allowed), std::move(multipliers), root_steps);
        return {best_, std::max(best_, given_up_)};
    }

private:
    struct Ranked {
        double value;     // what it adds at the multipliers
        std::size_t way;  // the number of ways: not to take it
    };
    double threshold() const { return best_ + 1e-12 * std::max(1.0, std::abs(best_)); }
    /// What the bound is lowered towards.
    double target() const { return best_ > -infinity ? threshold() : 0; }
    double limits_price(const Multipliers& multipliers, const Placement& at) const;
    std::vector<Ranked> rank(const Allowed& allowed, const Multipliers& multipliers, std::size_t c) const;

    void greedy();
    void branch(Allowed allowed, Multipliers multipliers, int steps);
    bool tighten(Allowed& allowed, const Multipliers& multipliers, double bound) const;
    void arrange(const Allowed& allowed, const Multipliers& multipliers);
    void dive(std::size_t depth, double linear);
    double knapsacks(std::size_t depth) const;
    bool hopeless(std::size_t depth, double knapsacks);

    ChoiceProblem& problem_;
    Bound bound_;
    Choice choice_;
    double best_, given_up_ = -infinity;
    long nodes_ = 0, nodes_left_ = 0;  // in all; of this dive

    // The branch that is dived into.
    const Allowed* allowed_ = nullptr;
    const Multipliers* multipliers_ = nullptr;
    std::vector<std::size_t> order_;                       // candidates
    std::vector<std::vector<Ranked>> ranked_;              // by candidate
    std::vector<double> tails_;                            // by depth: sum of the best of the rest
    std::vector<std::vector<std::vector<double>>> rests_;  // by period and depth: knapsack of the rest, by units left
};

/// What is allowed of a candidate, the best first.
std::vector<Search::Ranked> Search::rank(const Allowed& allowed, const Multipliers& multipliers, std::size_t c) const {
    std::vector<Ranked> ranked;
    const auto& ways = problem_.candidates[c].ways;
    for (std::size_t w = 0; w < ways.size(); ++w)
        if (allowed[c][w])
            ranked.push_back({bound_.score(multipliers, c, w) - bound_.turn(multipliers, c, ways[w].period), w});
    if (allowed[c].back()) ranked.push_back({0, ways.size()});
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.value > b.value; });
    return ranked;
}

double Search::limits_price(const Multipliers& multipliers, const Placement& at) const {
    double price = 0;
    for (const Use& use : at.uses)
        if (use.amount > 0)
            price += multipliers.limits[index(use.limit)] * static_cast<double>(use.amount) /
                     static_cast<double>(problem_.limits[index(use.limit)]);
    return price;
}

/// A first choice: what is forced, then again and again what adds most per hour. Leaves what must follow something to
/// the search.
void Search::greedy() {
    int taken = 0;
    for (bool found = true; found; taken += found) {
        found = false;
        double most = choice_.complete() ? 0 : -infinity;
        std::size_t best_candidate = 0, best_way = 0;
        for (std::size_t c = 0; c < problem_.candidates.size(); ++c) {
            const Candidate& candidate = problem_.candidates[c];
            if (choice_.taken(c) || !candidate.after.empty() || (!choice_.complete() && !candidate.forced)) continue;
            for (std::size_t w = 0; w < candidate.ways.size(); ++w) {
                const Way& way = candidate.ways[w];
                if (!choice_.fits(candidate, way, way.at)) continue;
                const double gain = choice_.marginal(candidate, way.at.share) - way.at.price;
                const double rate = gain / static_cast<double>(candidate.minutes + 1);
                if (rate <= most) continue;
                most = rate;
                best_candidate = c;
                best_way = w;
                found = true;
            }
        }
        if (!found) break;
        const Way& way = problem_.candidates[best_candidate].ways[best_way];
        choice_.put(best_candidate, way, way.at);
        if (choice_.complete() && choice_.topics_fit()) best_ = std::max(best_, choice_.net());
    }
    while (taken-- > 0) choice_.take_back();
}

/// Solves what is allowed: bound, strike out, dive; where the dive takes too long, split and bound anew.
void Search::branch(Allowed allowed, Multipliers multipliers, int steps) {
    for (const long nodes : {first_dive, second_dive}) {
        const double bound = bound_.improve(allowed, multipliers, target(), steps);
        if (bound <= threshold() || !tighten(allowed, multipliers, bound)) return;
        if (nodes_ > all_nodes) {
            given_up_ = std::max(given_up_, bound);
            return;
        }
        arrange(allowed, multipliers);
        allowed_ = &allowed;
        multipliers_ = &multipliers;
        nodes_left_ = nodes;
        dive(0, bound_.constant(allowed, multipliers));
        if (nodes_left_ >= 0) return;
    }
    // Split where the most is at stake.
    std::size_t split = 0;
    std::vector<Ranked> choices;
    for (std::size_t c = 0; c < allowed.size(); ++c) {
        std::vector<Ranked> ranked = rank(allowed, multipliers, c);
        if (ranked.size() < 2) continue;
        if (!choices.empty() && std::abs(ranked[0].value) <= std::abs(choices[0].value)) continue;
        split = c;
        choices = std::move(ranked);
    }
    for (const Ranked& choice : choices) {
        Allowed child = allowed;
        std::fill(child[split].begin(), child[split].end(), char{0});
        child[split][choice.way] = 1;
        branch(std::move(child), multipliers, child_steps);
    }
}

/// Strikes out what cannot be part of anything better; false: nothing better is left.
bool Search::tighten(Allowed& allowed, const Multipliers& multipliers, double bound) const {
    for (std::size_t c = 0; c < allowed.size(); ++c) {
        const std::vector<Ranked> ranked = rank(allowed, multipliers, c);
        for (const Ranked& choice : ranked)
            if (bound - ranked[0].value + choice.value <= threshold()) allowed[c][choice.way] = 0;
    }
    // What is out takes with it what must follow it; what is in needs what must come before it.
    const auto out = [&](const std::vector<char>& choices) {
        return std::find(choices.begin(), choices.end() - 1, char{1}) == choices.end() - 1;
    };
    for (std::size_t c = 0; c < allowed.size(); ++c)
        for (const int before : problem_.candidates[c].after)
            if (out(allowed[index(before)])) std::fill(allowed[c].begin(), allowed[c].end() - 1, char{0});
    for (std::size_t c = allowed.size(); c-- > 0;)
        for (const int before : problem_.candidates[c].after)
            if (!allowed[c].back()) allowed[index(before)].back() = 0;
    return std::all_of(allowed.begin(), allowed.end(), [](const std::vector<char>& choices) {
        return std::find(choices.begin(), choices.end(), char{1}) != choices.end();
    });
}

/// Fixes the order of the dive, the most promising first, and what the rest can add at each depth.
void Search::arrange(const Allowed& allowed, const Multipliers& multipliers) {
    const std::size_t count = problem_.candidates.size(), periods = problem_.minutes.size();
    ranked_.clear();
    std::vector<std::pair<bool, double>> ranks;  // what is in, then what adds most; none above what it must follow
    for (std::size_t c = 0; c < count; ++c) {
        ranked_.push_back(rank(allowed, multipliers, c));
        const std::size_t first = ranked_[c][0].way == problem_.candidates[c].ways.size() && ranked_[c].size() > 1;
        ranks.emplace_back(!allowed[c].back(), ranked_[c][first].value);
    }
    for (std::size_t c = count; c-- > 0;)
        for (const int before : problem_.candidates[c].after)
            ranks[index(before)] = std::max(ranks[index(before)], ranks[c]);
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return ranks[a] > ranks[b]; });

    tails_.assign(count + 1, 0.0);
    rests_.assign(periods, {count + 1, std::vector<double>(bound_.most_units() + 1, 0.0)});
    for (std::size_t depth = count; depth-- > 0;) {
        const std::size_t c = order_[depth];
        tails_[depth] = tails_[depth + 1] + ranked_[c][0].value;
        for (auto& rests : rests_) rests[depth] = rests[depth + 1];
        if (periods == 0) continue;
        const std::size_t size = bound_.units(problem_.candidates[c].minutes);
        for (const Ranked& choice : ranked_[c]) {
            if (choice.way == problem_.candidates[c].ways.size()) continue;
            const int period = problem_.candidates[c].ways[choice.way].period;
            const double price = bound_.turn(multipliers, c, period);
            const std::vector<double>& rest = rests_[index(period)][depth + 1];
            std::vector<double>& more = rests_[index(period)][depth];
            for (std::size_t u = size; u < more.size(); ++u) more[u] = std::max(rest[u], rest[u - size] + price);
        }
    }
}

double Search::knapsacks(std::size_t depth) const {
    double total = 0;
    for (std::size_t period = 0; period < rests_.size(); ++period)
        total += rests_[period][depth][bound_.units(choice_.minutes(period))];
    return total;
}

/// True if the rest adds too little to what is chosen, at the marginal gains of now, which only shrink (§3.4).
bool Search::hopeless(std::size_t depth, double knapsacks) {
    double bound = choice_.net() + knapsacks;
    for (std::size_t l = 0; l < problem_.limits.size(); ++l)
        if (problem_.limits[l] > 0)
            bound += multipliers_->limits[l] * static_cast<double>(choice_.limit(l)) /
                     static_cast<double>(problem_.limits[l]);
    for (; depth < order_.size(); ++depth) {
        const std::size_t c = order_[depth];
        const Candidate& candidate = problem_.candidates[c];
        double best = (*allowed_)[c].back() ? 0 : -infinity;
        for (const Ranked& choice : ranked_[c]) {
            if (choice.way == candidate.ways.size()) continue;
            const Way& way = candidate.ways[choice.way];
            if (!choice_.fits(candidate, way, way.at)) continue;
            best = std::max(best, choice_.marginal(candidate, way.at.share) - way.at.price -
                                      bound_.turn(*multipliers_, c, way.period) - limits_price(*multipliers_, way.at));
        }
        bound += best;
        if (choice_.complete() && bound > threshold()) return false;  // what is not forced only adds
    }
    return bound <= threshold();
}

/// Depth first; `linear` is the bound's part of what is chosen.
void Search::dive(std::size_t depth, double linear) {
    const double rest = knapsacks(depth);
    if (nodes_left_ < 0 || linear + tails_[depth] + rest <= threshold()) return;
    ++nodes_;
    if (--nodes_left_ < 0) return;
    if (choice_.complete()) best_ = std::max(best_, choice_.net());
    if (depth == order_.size() || hopeless(depth, rest)) return;
    const std::size_t c = order_[depth];
    const Candidate& candidate = problem_.candidates[c];
    for (const Ranked& choice : ranked_[c]) {
        if (choice.way == candidate.ways.size()) {
            dive(depth + 1, linear);
            continue;
        }
        const Way& way = candidate.ways[choice.way];
        std::optional<Placement> at = choice_.land(candidate, way);
        if (!at || !choice_.fits(candidate, way, *at)) continue;
        choice_.put(c, way, *std::move(at));
        if (choice_.topics_fit()) dive(depth + 1, linear + choice.value + bound_.turn(*multipliers_, c, way.period));
        choice_.take_back();
    }
}

}  // namespace

Best search(ChoiceProblem& problem, double known) {
    if (problem.impossible) return {known, known};
    if (problem.candidates.empty()) return {0, 0};
    return Search(problem, known).run();
}

}  // namespace gradus::verification
