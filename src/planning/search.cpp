#include "planning/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int32_t many = 4;             // more courses than that are not bounded one by one
constexpr std::int64_t first_effort = 3000;  // nodes of the core, each far cheaper than the others'
constexpr std::int64_t gathering = 50'000;   // the same, to find what is nearly as good: up to 20 ms
constexpr std::int64_t patience = 100, first_gear = 1000, all = 50'000;  // nodes; `all`: some 0.1 s
constexpr int node_steps =
    12;  // deeper down less is left to share, so the multipliers that came from above are sharpened

}  // namespace

void Search::push(std::int32_t number, const Way& way) {
    std::vector<Benefit::Part>& parts = nodes_of_[draft.chosen().size()].taken;
    draft.offer.benefit.parts(draft.offer.courses[way.course].entry, way.share, parts);
    for (const Benefit::Part& part : parts) {
        potential_[part.state] -= part.gain;
        anchored_[part.state] -= part.gain;
    }
    for (std::int32_t k = part_first_[number]; k < part_first_[number + 1]; ++k)
        anchored_[part_state_[k]] += on_top_[k];
    draft.push(way);
    scores_.taken[way.course] = number;
}

void Search::pop() {
    const std::int32_t course = draft.chosen().back().course;
    draft.pop();
    for (const Benefit::Part& part : nodes_of_[draft.chosen().size()].taken) {
        potential_[part.state] += part.gain;
        anchored_[part.state] += part.gain;
    }
    const std::int32_t number = std::exchange(scores_.taken[course], Chains::open_course);
    for (std::int32_t k = part_first_[number]; k < part_first_[number + 1]; ++k)
        anchored_[part_state_[k]] -= on_top_[k];
}

// Gains of a course's ways at the present depth.
void Search::refresh(std::int32_t number) {
    const Offer::Course& course = draft.offer.courses[number];
    const std::int32_t count = course.last_way - course.first_way;
    shares_.resize(count);
    for (std::int32_t i = 0; i < count; ++i) shares_[i] = draft.offer.ways[course.first_way + i].share;
    Node& node = nodes_of_[draft.chosen().size()];
    draft.offer.benefit.gains(course.entry, shares_.data(), node.gains.data() + course.first_way, count,
                              node.parts.data() + part_first_[course.first_way]);
}

void Search::prepare(const Query& query) {
    query_ = &query;
    Offer& offer = draft.offer;
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    const std::size_t ways = offer.ways.size();
    draft.begin(query);
    chains_.open(offer);
    scores_.gain.resize(ways);
    scores_.cost.resize(ways);
    scores_.taken.assign(courses, Chains::open_course);
    scores_.forced.clear();
    for (const Offer::Course& course : offer.courses) scores_.forced.push_back(course.forced);
    part_first_.assign(1, 0);
    part_state_.clear();
    dead_.assign(ways, 0);
    std::vector<double> share(offer.benefit.states(), 0.0);
    for (std::size_t i = 0; i < ways; ++i) {
        const Way& way = offer.ways[i];
        const Offer::Course& course = offer.courses[way.course];
        dead_[i] = way.steady && !draft.fits(way);
        for (std::int32_t l = 0; l < offer.benefit.lesson_count(course.entry); ++l) {
            const std::int32_t state = offer.benefit.lesson_state(course.entry, l);
            share[state] = std::max(share[state], way.share);
            part_state_.push_back(state);
        }
        part_first_.push_back(static_cast<std::int32_t>(part_state_.size()));
    }
    potential_.resize(offer.benefit.states());
    for (std::int32_t i = 0; i < offer.benefit.states(); ++i) potential_[i] = offer.benefit.potential(i, share[i]);

    // One node for each course that could be chosen, and the root; their memory is kept from person to person.
    if (nodes_of_.size() < static_cast<std::size_t>(courses) + 1) nodes_of_.resize(courses + 1);
    for (std::int32_t depth = 0; depth <= courses; ++depth) {
        Node& node = nodes_of_[depth];
        node.gains.resize(ways);
        node.parts.resize(part_state_.size());
    }
    nodes_of_[0].multiplier.assign(draft.limits(), 0.0);
    nodes_of_[0].full.assign(potential_.size(), 0.0);
    nodes_of_[0].known.assign(potential_.size(), 0.0);
    anchor_.clear();
    anchored_ = potential_;
    on_top_.assign(part_state_.size(), 0.0);
    for (std::int32_t i = 0; i < courses; ++i) refresh(i);
}

// A choice to begin with: again and again what adds most for its time.
void Search::greedy() {
    const Offer& offer = draft.offer;
    while (true) {
        double most = draft.complete() ? 0 : -infinite;
        Way pick;
        bool any = false;
        for (std::size_t w = 0; w < offer.ways.size(); ++w) {
            const Offer::Course& course = offer.courses[offer.ways[w].course];
            Way way;
            if (draft.has(offer.ways[w].course) || (!draft.complete() && !course.forced)) continue;
            if (!draft.place(static_cast<std::int32_t>(w), way)) continue;
            const double rate = draft.gain(way) / static_cast<double>(way.minutes + 60);
            if (rate <= most) continue;
            most = rate;
            pick = way;
            any = true;
        }
        if (!any) break;
        draft.push(pick);
        found_.note(draft);
    }
    while (!draft.chosen().empty()) draft.pop();
}

// Takes the best choice so far as the good one: what it adds to each state, and what each way would add on top of it.
void Search::anchor() {
    if (found_.content.empty() || found_.content == anchor_ || !draft.replay(found_.content)) return;
    anchor_ = found_.content;
    Benefit& benefit = draft.offer.benefit;
    std::vector<double> share(draft.offer.courses.size(), 0.0);
    const std::vector<Way> chosen = draft.chosen();
    while (!draft.chosen().empty()) draft.pop();
    std::fill(anchored_.begin(), anchored_.end(), 0.0);
    std::vector<Benefit::Part> parts;
    for (const Way& way : chosen) {
        const std::int32_t entry = draft.offer.courses[way.course].entry;
        benefit.parts(entry, way.share, parts);
        for (const Benefit::Part& part : parts) anchored_[part.state] += part.gain;
        benefit.activate(entry, way.share);
        share[way.course] = way.share;
    }
    for (std::size_t c = 0; c < share.size(); ++c) {
        const Offer::Course& course = draft.offer.courses[c];
        if (share[c] > 0) benefit.deactivate(course.entry);
        if (share[c] > 0) benefit.parts(course.entry, share[c], parts);
        shares_.clear();
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) shares_.push_back(draft.offer.ways[w].share);
        double* on_top = on_top_.data() + part_first_[course.first_way];
        std::vector<double> sums(shares_.size());
        benefit.gains(course.entry, shares_.data(), sums.data(), static_cast<std::int32_t>(shares_.size()), on_top);
        if (share[c] > 0) {
            for (std::size_t i = 0; i < shares_.size(); ++i)
                for (const Benefit::Part& part : parts) {
                    *on_top = std::max(0.0, *on_top - part.gain);
                    ++on_top;
                }
            benefit.activate(course.entry, share[c]);
        }
    }
    for (const Way& way : chosen) benefit.deactivate(draft.offer.courses[way.course].entry);
}

double Search::eased(const Node& node, std::int32_t way) const {
    double sum = 0;
    for (std::int32_t k = part_first_[way]; k < part_first_[way + 1]; ++k) {
        const std::int32_t state = part_state_[k];
        sum += (1 - node.full[state] - node.known[state]) * node.parts[k] + node.known[state] * on_top_[k];
    }
    return sum;
}

// The bound under the node's multipliers.
double Search::weigh(const Node& node) {
    const Offer& offer = draft.offer;
    double bound = draft.net();
    for (std::int32_t i = 0; i < draft.limits(); ++i) bound += node.multiplier[i] * draft.left(i);
    for (std::size_t i = 0; i < potential_.size(); ++i)
        bound += node.full[i] * potential_[i] + node.known[i] * anchored_[i];
    for (std::size_t w = 0; w < offer.ways.size(); ++w) {
        const Way& way = offer.ways[w];
        scores_.gain[w] = -infinite;
        if (dead_[w] || scores_.taken[way.course] != Chains::open_course) continue;
        if (offer.hours_limited && way.minutes > 0 && way.minutes > draft.minutes_left(way.period)) continue;
        double cost = draft.least_charge(static_cast<std::int32_t>(w));
        for (const Draft::Taken& taken : draft.taken(static_cast<std::int32_t>(w)))
            cost += node.multiplier[taken.limit] * taken.part;
        scores_.gain[w] = eased(node, static_cast<std::int32_t>(w));
        scores_.cost[w] = cost;
    }
    return bound + chains_.solve(scores_);
}

// Polyak steps on the Lagrangian of what is left here, on all multipliers at once: those of the limits, and those of the
// states, whose gains together cannot exceed their potential. Keeps the best multipliers, weighed; returns their bound.
double Search::sharpen(Node& node, int steps) {
    const std::int32_t limits = draft.limits();
    const auto states = static_cast<std::int32_t>(potential_.size());
    slope_.resize(limits);
    double best = weigh(node), relax = 1, bound = best;
    if (beaten(best) || best == -infinite) return best;
    const auto keep = [&] {
        best = bound;
        best_multiplier_ = node.multiplier;
        best_full_ = node.full;
        best_known_ = node.known;
    };
    const auto restore = [&] {
        node.multiplier = best_multiplier_;
        node.full = best_full_;
        node.known = best_known_;
        bound = weigh(node);
    };
    keep();
    int idle = 0;
    for (int step = 0; step < steps; ++step) {
        for (std::int32_t i = 0; i < limits; ++i) slope_[i] = draft.left(i);
        full_slope_ = potential_;
        known_slope_ = anchored_;
        const std::vector<std::int32_t>& choice = chains_.choice(scores_);
        for (std::size_t c = 0; c < choice.size(); ++c) {
            const std::int32_t w = choice[c];
            if (w < 0 || scores_.taken[c] != Chains::open_course) continue;
            const double part = chains_.part(static_cast<std::int32_t>(c));
            for (std::int32_t k = part_first_[w]; k < part_first_[w + 1]; ++k) {
                full_slope_[part_state_[k]] -= node.parts[k] * part;
                known_slope_[part_state_[k]] -= (node.parts[k] - on_top_[k]) * part;
            }
            for (const Draft::Taken& taken : draft.taken(w)) slope_[taken.limit] -= taken.part;
        }
        // Scaled by what there is of each, so that minutes, cents and exposure weigh alike.
        double norm = 0;
        for (std::int32_t i = 0; i < limits; ++i) {
            if (node.multiplier[i] == 0 && slope_[i] >= 0) slope_[i] = 0;
            slope_[i] /= std::max(1e-3, draft.left(i));
            norm += slope_[i] * slope_[i];
        }
        for (std::int32_t i = 0; i < states; ++i) {
            const double scale = std::max(potential_[i], 1e-9);
            for (auto [slope, weight] :
                 {std::pair(&full_slope_[i], node.full[i]), std::pair(&known_slope_[i], node.known[i])}) {
                *slope /= scale;
                if ((weight <= 0 && *slope >= 0) || (*slope <= 0 && node.full[i] + node.known[i] >= 1 && weight <= 0))
                    *slope = 0;
                norm += *slope * *slope;
            }
        }
        if (norm < 1e-12) break;
        const double aim = found_.any ? found_.net : 0.9 * best;
        const double length = relax * std::max(1e-3 * std::abs(bound), bound - aim) / norm;
        for (std::int32_t i = 0; i < limits; ++i)
            node.multiplier[i] = std::max(0.0, node.multiplier[i] - length * slope_[i] / std::max(1e-3, draft.left(i)));
        for (std::int32_t i = 0; i < states; ++i) {
            const double scale = std::max(potential_[i], 1e-9);
            double& full = node.full[i];
            double& known = node.known[i];
            full = std::max(0.0, full - length * full_slope_[i] / scale);
            known = std::max(0.0, known - length * known_slope_[i] / scale);
            if (const double beyond = full + known - 1; beyond > 0) {  // the nearest point whose sum is 1
                full = std::clamp(full - beyond / 2, 0.0, 1.0);
                known = 1 - full;
                if (known < 0 || known > 1) {
                    known = std::clamp(known, 0.0, 1.0);
                    full = 1 - known;
                }
            }
        }
        bound = weigh(node);
        idle = bound < best - 1e-4 * std::abs(best) ? 0 : idle + 1;
        if (bound < best) keep();
        if (beaten(best)) return best;
        if (idle >= 4) {  // the step is too long for where it has come: shorter, from the best
            relax *= 0.5;
            idle = 0;
            if (relax < 0.02) break;
            restore();
        }
    }
    restore();
    return bound;
}

// A way with which even the bound is beaten is in no better choice, here or below.
void Search::strike_out(double bound) {
    const std::vector<double>& most = chains_.most(scores_, bound);
    for (std::size_t w = 0; w < dead_.size(); ++w) {
        if (dead_[w] || scores_.gain[w] == -infinite || !beaten(most[w])) continue;
        struck_ = std::max(struck_, most[w]);
        dead_[w] = 1;
    }
}

// Where there is time for few more, no more than the few best can be added: their gains, and in `count` how many.
double Search::few_more(const Node& node, std::int32_t& count) {
    const Offer& offer = draft.offer;
    count = many;
    if (!draft.complete() || !offer.hours_limited) return 0;
    std::int32_t fit = 0;
    for (std::int32_t period = 0; period < static_cast<std::int32_t>(catalog_.periods.size()) && fit < many; ++period) {
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        for (std::size_t c = 0; c < offer.courses.size(); ++c) {
            const Offer::Course& course = offer.courses[c];
            if (scores_.taken[c] != Chains::open_course) continue;
            if (course.minutes == 0) return 0;
            if (course.periods >> std::min(period, 31) & 1) least = std::min(least, course.minutes);
        }
        const std::int64_t left = draft.minutes_left(period);
        if (least <= left) fit += static_cast<std::int32_t>(std::min<std::int64_t>(left / least, many));
    }
    if (fit >= many) return 0;
    count = fit;
    double top[many] = {0, 0, 0, 0};  // the greatest gains, descending
    for (std::size_t c = 0; c < offer.courses.size(); ++c) {
        double plain = 0;
        for (std::int32_t w = offer.courses[c].first_way; w < offer.courses[c].last_way; ++w)
            if (scores_.gain[w] > -infinite) plain = std::max(plain, node.gains[w] - draft.least_charge(w));
        for (double& t : top)
            if (plain > t) std::swap(plain, t);
    }
    double sum = 0;
    for (std::int32_t k = 0; k < count; ++k) sum += top[k];
    return sum;
}

void Search::explore() {
    ++nodes_;
    found_.note(draft);
    if (nodes_ > node_limit_) stopped_ = true;
    if ((nodes_ & 1023) == 0 && query_->control && query_->control->cancelled()) stopped_ = true;
    const auto depth = draft.chosen().size();
    Node& node = nodes_of_[depth];
    double bound = sharpen(node, depth == 0 ? root_steps_ : node_steps);
    if (bound == -infinite) return;
    if (stopped_ || beaten(bound)) return prune(bound);
    if (depth == 0 && found_.any) {
        strike_out(bound);
        bound = weigh(node);
    }
    std::int32_t count = many;
    const double few = few_more(node, count);
    if (count < many && beaten(draft.net() + few)) return prune(draft.net() + few);
    branch(node, bound);
}

void Search::visit(Node& node, std::int32_t number) {
    const Offer& offer = draft.offer;
    Way actual;
    if (!draft.place(number, actual)) return;
    Node& below = nodes_of_[draft.chosen().size() + 1];
    std::copy(node.gains.begin(), node.gains.end(), below.gains.begin());
    std::copy(node.parts.begin(), node.parts.end(), below.parts.begin());
    below.multiplier = node.multiplier;
    below.full = node.full;
    below.known = node.known;
    push(number, actual);
    const std::uint64_t touched = offer.benefit.signature(offer.courses[actual.course].entry);
    for (std::size_t c = 0; c < offer.courses.size(); ++c)
        if (scores_.taken[c] == Chains::open_course && (offer.benefit.signature(offer.courses[c].entry) & touched) != 0)
            refresh(static_cast<std::int32_t>(c));
    explore();
    pop();
}

void Search::branch(Node& node, double bound) {
    const Offer& offer = draft.offer;
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    node.order.clear();
    node.top.resize(courses);
    for (std::int32_t c = 0; c < courses; ++c) {
        node.top[c] = chains_.top(c);
        if (scores_.taken[c] != Chains::open_course || node.top[c] == -infinite) continue;
        if (std::all_of(offer.courses[c].prerequisites.begin(), offer.courses[c].prerequisites.end(),
                        [&](std::int32_t before) { return draft.has(before); }))
            node.order.push_back(c);
    }
    node.value.resize(offer.ways.size());
    for (std::size_t w = 0; w < node.value.size(); ++w)
        node.value[w] = scores_.gain[w] > -infinite ? chains_.value(static_cast<std::int32_t>(w)) : -infinite;
    std::sort(node.order.begin(), node.order.end(), [&](std::int32_t a, std::int32_t b) {
        return std::tuple(!offer.courses[a].forced, -node.top[a], a) <
               std::tuple(!offer.courses[b].forced, -node.top[b], b);
    });
    node.excluded.clear();
    const auto exclude = [&](std::int32_t c) {
        scores_.taken[c] = Chains::closed_course;
        node.excluded.push_back(c);
    };
    for (const std::int32_t pick : node.order) {
        if (scores_.taken[pick] != Chains::open_course) continue;  // excluded together with what it needs
        if (stopped_ || beaten(bound)) {
            prune(bound);
            break;
        }
        const Offer::Course& course = offer.courses[pick];
        const double without = bound - (course.forced ? node.top[pick] : std::max(0.0, node.top[pick]));
        node.ways.clear();
        for (std::int32_t w = course.first_way; w < course.last_way; ++w)
            if (node.value[w] > -infinite) node.ways.push_back({node.value[w], w});
        std::sort(node.ways.begin(), node.ways.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first > b.first : a.second < b.second;
        });
        for (std::size_t k = 0; k < node.ways.size(); ++k) {
            const auto [value, number] = node.ways[k];
            if (stopped_ || beaten(without + value)) {
                prune(without + value);
                break;  // the others are worse
            }
            visit(node, number);
        }
        if (course.forced) break;
        // Without it, and without what needs it.
        exclude(pick);
        bound = without;
        if (course.needed)
            for (std::int32_t c = pick + 1; c < courses; ++c)
                if (scores_.taken[c] == Chains::open_course &&
                    std::any_of(offer.courses[c].prerequisites.begin(), offer.courses[c].prerequisites.end(),
                                [&](std::int32_t before) { return scores_.taken[before] == Chains::closed_course; }))
                    exclude(c);
    }
    for (const std::int32_t c : node.excluded) scores_.taken[c] = Chains::open_course;
}

double Search::run(const Query& query, Choice& best, std::int64_t& nodes, std::vector<float>* memory) {
    tolerance_ = query.tolerance;
    found_ = Found();
    stopped_ = false;
    nodes_ = 0;
    ceiling_ = struck_ = -infinite;
    best.value = 0;
    best.uses.clear();
    best.content.clear();
    if (query.near) query.near->clear();
    if (query.complete) *query.complete = -1;
    if (core_.open(query)) {
        const std::int64_t most = core_.many_sessions() ? 10 * first_effort : first_effort;
        const bool settled = core_.run(query.tolerance,
                                       query.effort > 0 ? std::min(first_effort, 4 * query.effort)
                                       : query.complete ? gathering
                                                        : most,
                                       nodes);
        const bool enough = settled || (query.effort > 0 && query.effort < patience);
        if (core_.any()) core_.describe(best);
        if (enough && !core_.any()) return settled ? -infinite : core_.ceiling();
        if (settled && query.near)
            core_.gather(query.effort > 0 ? std::min(gathering, 4 * query.effort) : gathering, nodes);
        if (enough) return std::max(core_.net(), core_.ceiling());
    }
    prepare(query);
    found_.note(draft);
    if (draft.offer.courses.empty()) return found_.any ? 0 : -infinite;
    if (!best.content.empty() && draft.replay(best.content)) {
        found_.note(draft);
        while (!draft.chosen().empty()) draft.pop();
    }
    best = Choice();
    if (!query.known.empty() && draft.replay(query.known)) {
        found_.note(draft);
        while (!draft.chosen().empty()) draft.pop();
    }
    if (found_.content.empty()) greedy();

    const std::int64_t effort = query.effort > 0 ? query.effort : all;
    Node& root = nodes_of_[0];
    const auto weights = {&root.multiplier, &root.full, &root.known};
    std::size_t weight_count = 0;
    for (const std::vector<double>* part : weights) weight_count += part->size();
    const bool remembered = memory && memory->size() == weight_count;
    if (remembered) {
        auto at = memory->begin();
        for (std::vector<double>* part : weights)
            for (double& weight : *part) weight = *at++;
        for (std::size_t i = 0; i < root.full.size(); ++i)  // rounded, they could be more than the whole
            root.known[i] = std::clamp(root.known[i], 0.0, 1 - root.full[i]);
    }
    anchor();
    root_steps_ = remembered ? 15 : 40;
    // Most searches are short. One that is not shifts to the second gear; where that is asked for less than it takes to begin, it
    // gets better multipliers, now that a good choice is known, and starts anew.
    node_limit_ = std::min(patience, effort);
    explore();
    if (stopped_ && effort > patience && !(query.control && query.control->cancelled())) {
        const double first_ceiling = std::exchange(ceiling_, -infinite);
        if (effort > first_gear) {
            ceiling_ = dive_.run(query, root.multiplier, effort - patience, nodes);
        } else {
            stopped_ = false;
            anchor();
            root_steps_ = 150;
            node_limit_ = effort;
            explore();
        }
        ceiling_ = std::min(ceiling_, first_ceiling);  // both are bounds on what was not struck out
    }
    if (memory) {
        memory->clear();
        for (const std::vector<double>* part : weights) memory->insert(memory->end(), part->begin(), part->end());
    }
    nodes += nodes_;
    if (!found_.any) return stopped_ ? ceiling_ : -infinite;
    // What the choice takes of shared resources, by resource.
    draft.replay(found_.content);
    best.content = found_.content;
    best.value = found_.net;
    for (const Way& way : draft.chosen()) {
        best.value += draft.price(way);
        draft.offer.uses(way, [&](std::int32_t resource, std::int64_t amount) {
            const auto at = std::lower_bound(best.uses.begin(), best.uses.end(), resource,
                                             [](const Use& use, std::int32_t r) { return use.resource < r; });
            if (at != best.uses.end() && at->resource == resource)
                at->amount += amount;
            else
                best.uses.insert(at, {resource, amount});
        });
    }
    while (!draft.chosen().empty()) draft.pop();
    return std::max({found_.net, ceiling_, struck_});
}

}  // namespace gradus
