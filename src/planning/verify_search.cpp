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
constexpr int pooled_steps = 40, root_steps = 120, child_steps = 12;
constexpr std::int64_t first_dive = 100, second_dive = 500;  // nodes, before the bound is sharpened once more
constexpr std::int64_t evaluation = 20;                      // of the bound: as long as so many nodes

std::size_t index(int i) { return static_cast<std::size_t>(i); }

void note(const Choice& choice, Best& best) {
    if (choice.net() <= best.found) return;
    best.found = choice.net();
    best.shares = choice.shares();
}

/// A first choice: what is forced, then again and again what adds most per hour. Leaves what must follow something to
/// the search.
void greedy(ChoiceProblem& problem, Best& best) {
    Choice choice(problem);
    for (bool found = true; found;) {
        found = false;
        double most = choice.complete() ? 0 : -infinity;
        std::size_t best_candidate = 0, best_way = 0;
        for (std::size_t c = 0; c < problem.candidates.size(); ++c) {
            const Candidate& candidate = problem.candidates[c];
            if (choice.taken(c) || !candidate.after.empty() || (!choice.complete() && !candidate.forced)) continue;
            for (std::size_t w = 0; w < candidate.ways.size(); ++w) {
                const Way& way = candidate.ways[w];
                if (!choice.fits(candidate, way, way.at)) continue;
                const double gain = choice.marginal(candidate, way.at.share) - way.at.price;
                const double rate = gain / static_cast<double>(candidate.minutes + 1);
                if (rate <= most) continue;
                most = rate;
                best_candidate = c;
                best_way = w;
                found = true;
            }
        }
        if (!found) break;
        const Way& way = problem.candidates[best_candidate].ways[best_way];
        choice.put(best_candidate, way, way.at);
        if (choice.complete() && choice.topics_fit()) note(choice, best);
    }
}

class Search {
public:
    Search(ChoiceProblem& problem, Best known, std::int64_t effort)
        : problem_(problem), bound_(problem, known.shares), choice_(problem), best_(std::move(known)), effort_(effort) {
    }

    Best run();

private:
    /// A part of all choices; none of them is worth more than the bound.
    struct Branch {
        double bound;
        Allowed allowed;
        Multipliers multipliers;

        bool operator<(const Branch& other) const { return bound < other.bound; }
    };
    struct Ranked {
        double value;     // what it adds at the multipliers
        std::size_t way;  // the number of ways: not to take it
    };
    double threshold() const { return best_.found + 1e-12 * std::max(1.0, std::abs(best_.found)); }
    bool beaten(double bound) const { return best_.found > -infinity ? bound <= threshold() : bound == -infinity; }
    /// What the bound is lowered towards.
    double target() const { return best_.found > -infinity ? threshold() : 0; }
    std::vector<Ranked> rank(const Allowed& allowed, std::size_t c, std::size_t parent_way) const;

    void solve(Branch branch, int steps);
    bool tighten(Allowed& allowed) const;
    static void sort(std::vector<Ranked>& ranked) {
        std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.value > b.value; });
    }
    void arrange(const Allowed& allowed, const Multipliers& multipliers);
    void dive(std::size_t depth, double linear);
    double knapsacks(std::size_t depth) const;
    bool hopeless(std::size_t depth, double knapsacks);

    ChoiceProblem& problem_;
    Bound bound_;
    Choice choice_;
    Best best_;
    std::int64_t effort_, nodes_ = 0, nodes_left_ = 0;  // most; in all; of this dive
    double undecided_ = -infinity;                      // bound of what was given up
    std::vector<Branch> branches_;                      // a heap

    // The branch that is dived into.
    const Allowed* allowed_ = nullptr;
    const Multipliers* multipliers_ = nullptr;
    std::vector<std::size_t> order_;                        // candidates
    std::vector<std::vector<std::vector<Ranked>>> ranked_;  // by candidate and way of its parent
    std::vector<std::size_t> taken_;                        // by candidate: the way; the number of ways: not taken
    std::vector<std::vector<std::vector<double>>> rests_;   // by period and depth: knapsack of the rest, by units left
};

/// What is allowed of a candidate after a way of its parent, the best first.
std::vector<Search::Ranked> Search::rank(const Allowed& allowed, std::size_t c, std::size_t parent_way) const {
    std::vector<Ranked> ranked;
    const std::size_t ways = problem_.candidates[c].ways.size();
    for (std::size_t w = 0; w < ways; ++w)
        if (const double value = bound_.value(c, parent_way, w); allowed[c][w] && value > -infinity)
            ranked.push_back({value, w});
    if (allowed[c].back()) ranked.push_back({0, ways});
    sort(ranked);
    return ranked;
}

/// Branches with the highest bound come first, so that the bound falls even if the effort does not suffice.
Best Search::run() {
    Branch root{best_.bound, {}, bound_.initial()};
    for (const Candidate& candidate : problem_.candidates) {
        root.allowed.emplace_back(candidate.ways.size() + 1, char{1});
        root.allowed.back().back() = !candidate.forced;
    }
    root.bound = std::min(root.bound, bound_.improve(root.allowed, root.multipliers, target(), pooled_steps, true));
    branches_.push_back(std::move(root));
    for (int steps = root_steps; !branches_.empty() && !beaten(branches_.front().bound); steps = child_steps) {
        if (nodes_ + evaluation * bound_.evaluations() > effort_) {
            best_.bound = std::max(undecided_, branches_.front().bound);
            return best_;
        }
        std::pop_heap(branches_.begin(), branches_.end());
        Branch branch = std::move(branches_.back());
        branches_.pop_back();
        solve(std::move(branch), steps);
    }
    best_.bound = std::max(undecided_, best_.found);  // but for the threshold's 1e-12
    return best_;
}

/// Bound, strike out, dive; where the dive takes too long, split and leave it to the branches.
void Search::solve(Branch branch, int steps) {
    Allowed& allowed = branch.allowed;
    Multipliers& multipliers = branch.multipliers;
    double bound = 0;
    for (const std::int64_t nodes : {first_dive, second_dive}) {
        bound = bound_.improve(allowed, multipliers, target(), steps);
        if (beaten(bound) || !tighten(allowed)) return;
        arrange(allowed, multipliers);
        allowed_ = &allowed;
        multipliers_ = &multipliers;
        // All the way down at least, so that what is left undone below has something to split.
        nodes_left_ = std::max(nodes, static_cast<std::int64_t>(allowed.size()) + 1);
        dive(0, bound_.linear());
        if (nodes_left_ >= 0) return;
    }
    // Split where the most is at stake.
    const std::vector<std::vector<double>> most = bound_.most(allowed);
    std::size_t split = 0;
    std::vector<Ranked> choices;
    for (std::size_t c = 0; c < allowed.size(); ++c) {
        std::vector<Ranked> ranked;
        for (std::size_t w = 0; w < allowed[c].size(); ++w)
            if (allowed[c][w] && most[c][w] > -infinity) ranked.push_back({most[c][w], w});
        if (ranked.size() < 2) continue;
        sort(ranked);
        if (!choices.empty() && ranked[0].value - ranked[1].value <= choices[0].value - choices[1].value) continue;
        split = c;
        choices = std::move(ranked);
    }
    if (choices.empty()) undecided_ = std::max(undecided_, bound);  // never happens, and would be no proof
    for (const Ranked& choice : choices) {
        Branch child = branch;
        child.bound = std::min(branch.bound, choice.value);
        std::fill(child.allowed[split].begin(), child.allowed[split].end(), char{0});
        child.allowed[split][choice.way] = 1;
        branches_.push_back(std::move(child));
        std::push_heap(branches_.begin(), branches_.end());
    }
}

/// Strikes out what cannot be part of anything better; false: nothing better is left.
bool Search::tighten(Allowed& allowed) const {
    const std::vector<std::vector<double>> most = bound_.most(allowed);
    for (std::size_t c = 0; c < allowed.size(); ++c)
        for (std::size_t w = 0; w < allowed[c].size(); ++w)
            if (beaten(most[c][w])) allowed[c][w] = 0;
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
    ranked_.assign(count, {});
    taken_.assign(count, 0);
    std::vector<std::pair<bool, double>> ranks;  // what is in, then what adds most; none above what it must follow
    for (std::size_t c = 0; c < count; ++c) {
        const std::size_t befores = bound_.parent(c) < 0 ? 1 : problem_.candidates[index(bound_.parent(c))].ways.size();
        double most = -infinity;
        for (std::size_t before = 0; before < befores; ++before) {
            ranked_[c].push_back(rank(allowed, c, before));
            for (std::size_t w = 0; w < problem_.candidates[c].ways.size(); ++w)
                most = std::max(most, bound_.value(c, before, w));
        }
        ranks.emplace_back(!allowed[c].back(), most);
    }
    for (std::size_t c = count; c-- > 0;)
        for (const int before : problem_.candidates[c].after)
            ranks[index(before)] = std::max(ranks[index(before)], ranks[c]);
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return ranks[a] > ranks[b]; });

    rests_.assign(periods, {count + 1, std::vector<double>(bound_.most_units() + 1, 0.0)});
    for (std::size_t depth = count; depth-- > 0;) {
        const std::size_t c = order_[depth];
        for (auto& rests : rests_) rests[depth] = rests[depth + 1];
        if (periods == 0) continue;
        const std::size_t size = bound_.units(problem_.candidates[c].minutes);
        for (std::size_t w = 0; w < problem_.candidates[c].ways.size(); ++w) {
            if (!allowed[c][w]) continue;
            const int period = problem_.candidates[c].ways[w].period;
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
        for (std::size_t w = 0; w < candidate.ways.size(); ++w) {
            const Way& way = candidate.ways[w];
            if (!(*allowed_)[c][w] || !choice_.fits(candidate, way, way.at)) continue;
            best = std::max(best, choice_.marginal(candidate, way.at.share) - way.at.price -
                                      bound_.turn(*multipliers_, c, way.period) -
                                      bound_.limits_price(*multipliers_, way.at));
        }
        bound += best;
        if (choice_.complete() && !beaten(bound)) return false;  // what is not forced only adds
    }
    return beaten(bound);
}

/// Depth first; `linear` is the bound but for the worth of the hours that are left.
void Search::dive(std::size_t depth, double linear) {
    const double rest = knapsacks(depth);
    if (nodes_left_ < 0 || beaten(linear + rest)) return;
    ++nodes_;
    if (--nodes_left_ < 0) return;
    if (choice_.complete()) note(choice_, best_);
    if (depth == order_.size() || hopeless(depth, rest)) return;
    const std::size_t c = order_[depth];
    const Candidate& candidate = problem_.candidates[c];
    std::size_t before = 0;
    taken_[c] = candidate.ways.size();
    if (bound_.parent(c) >= 0) {
        before = taken_[index(bound_.parent(c))];
        if (before == ranked_[c].size()) {  // nothing to follow
            if ((*allowed_)[c].back()) dive(depth + 1, linear);
            return;
        }
    }
    linear -= bound_.best(c, before);
    for (const Ranked& choice : ranked_[c][before]) {
        taken_[c] = choice.way;
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

Best search(ChoiceProblem& problem, Best known, std::int64_t effort) {
    if (problem.impossible) return {known.found, known.found, {}};
    if (problem.candidates.empty()) return {0, 0, {}};
    greedy(problem, known);
    return Search(problem, std::move(known), effort).run();
}

}  // namespace gradus::verification
