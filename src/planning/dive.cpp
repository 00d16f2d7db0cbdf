#include "planning/dive.h"

#include <algorithm>
#include <limits>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int root_steps = 120, child_steps = 12;
constexpr std::int64_t first_dive = 200, second_dive = 1000;  // nodes

}  // namespace

void Dive::sort(std::vector<Option>& options) {
    std::sort(options.begin(), options.end(),
              [](const Option& a, const Option& b) { return a.value != b.value ? a.value > b.value : a.way < b.way; });
}

bool Dive::exhausted() {
    if (work() > effort_) stopped_ = true;
    if (query_->control && query_->control->cancelled()) stopped_ = true;
    return stopped_;
}

// What is left to decide on a course, the best first.
void Dive::list_options(std::int32_t c, std::vector<Option>& options) const {
    const Offer::Course& course = draft_.offer.courses[c];
    options.clear();
    if (!allowed_->forced[c]) options.push_back({0, -1});
    for (std::int32_t w = course.first_way; w < course.last_way; ++w)
        if (allowed_->way[w]) options.push_back({chains_.value(w), w});
    sort(options);
}

// Strikes out what is in nothing better; false: nothing better is left.
bool Dive::tighten(Allowed& allowed) {
    const Offer& offer = draft_.offer;
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    if (found_.any) {
        const std::vector<double>& most = relaxation_.most();
        for (std::size_t w = 0; w < offer.ways.size(); ++w) {
            if (!allowed.way[w] || !beaten(most[w])) continue;
            prune(most[w]);
            allowed.way[w] = 0;
        }
    }
    // What is out takes with it what needs it; what is in needs what comes before it.
    const auto possible = [&](std::int32_t c) {
        const auto end = allowed.way.begin() + offer.courses[c].last_way;
        return std::find(allowed.way.begin() + offer.courses[c].first_way, end, 1) != end;
    };
    for (std::int32_t c = 0; c < courses; ++c)
        for (const std::int32_t before : offer.courses[c].prerequisites)
            if (!possible(before))
                std::fill(allowed.way.begin() + offer.courses[c].first_way,
                          allowed.way.begin() + offer.courses[c].last_way, 0);
    for (std::int32_t c = courses; c-- > 0;)
        if (allowed.forced[c])
            for (const std::int32_t before : offer.courses[c].prerequisites) allowed.forced[before] = 1;
    for (std::int32_t c = 0; c < courses; ++c)
        if (allowed.forced[c] && !possible(c)) return false;
    return true;
}

// The order of the dive: what promises most first, none before what it needs.
void Dive::arrange() {
    const Offer& offer = draft_.offer;
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    std::vector<std::pair<bool, double>> promise(courses, {false, -infinite});
    for (std::int32_t c = courses; c-- > 0;) {
        for (std::int32_t w = offer.courses[c].first_way; w < offer.courses[c].last_way; ++w)
            if (allowed_->way[w]) promise[c] = std::max(promise[c], {allowed_->forced[c] != 0, chains_.value(w)});
        for (const std::int32_t before : offer.courses[c].prerequisites)
            promise[before] = std::max(promise[before], promise[c]);
    }
    order_.clear();
    for (std::int32_t c = 0; c < courses; ++c)
        if (promise[c].second > -infinite) order_.push_back(c);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::int32_t a, std::int32_t b) { return promise[a] > promise[b]; });
    if (options_.size() < order_.size()) options_.resize(order_.size());
    taken_.assign(courses, -1);
    relaxation_.turns().line_up(multipliers_->turn, order_);
}

// Whether what is open adds too little to what is chosen even if each could add what it would add now.
bool Dive::hopeless(std::size_t depth) {
    if (!found_.any) return false;
    const Offer& offer = draft_.offer;
    double bound = draft_.net() + relaxation_.turns().rest(draft_, depth);
    for (std::int32_t i = 0; i < draft_.limits(); ++i) bound += multipliers_->limit[i] * draft_.left(i);
    for (; depth < order_.size(); ++depth) {
        const std::int32_t c = order_[depth];
        shares_.clear();
        costs_.clear();
        for (std::int32_t w = offer.courses[c].first_way; w < offer.courses[c].last_way; ++w) {
            const Way& way = offer.ways[w];
            if (!allowed_->way[w] || (offer.hours_limited && way.minutes > draft_.minutes_left(way.period))) continue;
            shares_.push_back(way.share);
            costs_.push_back(relaxation_.cost(w));
        }
        double most = allowed_->forced[c] ? -infinite : 0;
        gains_.resize(shares_.size());
        draft_.offer.benefit.gains(offer.courses[c].entry, shares_.data(), gains_.data(),
                                   static_cast<std::int32_t>(shares_.size()));
        for (std::size_t i = 0; i < gains_.size(); ++i) most = std::max(most, gains_[i] - costs_[i]);
        bound += most;
        if (draft_.complete() && !beaten(bound)) return false;
    }
    if (!beaten(bound)) return false;
    prune(bound);
    return true;
}

// `linear`: the relaxation's bound but for the worth of the hours that are left.
void Dive::dive(std::size_t depth, double linear) {
    const double hours = relaxation_.turns().rest(draft_, depth);
    if (beaten(linear + hours)) return prune(linear + hours);
    if (stopped_ || dive_left_ < 0) return;
    ++nodes_;
    --dive_left_;
    if (exhausted() || dive_left_ < 0) return;
    found_.note(draft_);
    if (depth == order_.size() || hopeless(depth)) return;

    const std::int32_t c = order_[depth], parent = chains_.parent(c);
    if (parent >= 0 && taken_[parent] < 0) return dive(depth + 1, linear);
    const double rest = linear - chains_.best(c, parent < 0 ? -1 : taken_[parent]);
    list_options(c, options_[depth]);
    for (const Option& option : options_[depth]) {
        if (beaten(rest + option.value + hours)) {  // and so are the others
            prune(rest + option.value + hours);
            break;
        }
        taken_[c] = option.way;
        if (option.way < 0) {
            dive(depth + 1, rest);
            continue;
        }
        Way actual;
        if (!draft_.place(option.way, actual)) continue;
        const double following = option.value - relaxation_.score(option.way);
        const double adds = relaxation_.score(*multipliers_, option.way, actual.share, draft_.charge(actual));
        draft_.push(actual);
        dive(depth + 1, rest + adds + following);
        draft_.pop();
    }
    taken_[c] = -1;
}

// Solves what is allowed: bound, strike out, dive; where the dive takes too long, sharpen, and at last split.
void Dive::solve(Branch& branch, int steps) {
    double bound = 0;
    for (const std::int64_t nodes : {first_dive, second_dive}) {
        bound = relaxation_.improve(branch.allowed, branch.multipliers, found_.net,
                                    found_.any ? threshold() : -infinite, steps, [&] { return exhausted(); });
        if (bound == -infinite) return;
        bound = std::min(bound, branch.bound);
        if (beaten(bound) || exhausted()) return prune(bound);
        if (!tighten(branch.allowed)) return;
        multipliers_ = &branch.multipliers;
        allowed_ = &branch.allowed;
        arrange();
        dive_left_ = nodes;
        dive(0, relaxation_.linear());
        if (stopped_) return prune(bound);
        if (dive_left_ >= 0) return;
    }
    std::int32_t course = -1;
    const std::vector<Option> options = most_at_stake(branch.allowed, bound, course);
    if (options.empty()) prune(bound);  // nothing to decide, and yet too long a way down
    for (const Option& option : options) {
        Branch child = branch;
        child.bound = std::min(bound, option.value);
        std::fill(child.allowed.way.begin() + draft_.offer.courses[course].first_way,
                  child.allowed.way.begin() + draft_.offer.courses[course].last_way, 0);
        if (option.way >= 0) child.allowed.way[option.way] = child.allowed.forced[course] = 1;
        branches_.push_back(std::move(child));
        std::push_heap(branches_.begin(), branches_.end());
    }
}

// The options of the course whose best is the furthest above the next.
std::vector<Dive::Option> Dive::most_at_stake(const Allowed& allowed, double bound, std::int32_t& course) {
    const Offer& offer = draft_.offer;
    const std::vector<double>& most = relaxation_.most();
    std::vector<Option> best, options;
    double stake = -1;
    for (std::int32_t c = 0; c < static_cast<std::int32_t>(offer.courses.size()); ++c) {
        options.clear();
        for (std::int32_t w = offer.courses[c].first_way; w < offer.courses[c].last_way; ++w)
            if (allowed.way[w]) options.push_back({most[w], w});
        if (!allowed.forced[c] && !options.empty())
            options.push_back({chains_.parent(c) < 0 ? bound - chains_.best(c, -1) : bound, -1});
        if (options.size() < 2) continue;
        sort(options);
        if (options[0].value - options[1].value <= stake) continue;
        stake = options[0].value - options[1].value;
        course = c;
        best = options;
    }
    return best;
}

double Dive::run(const Query& query, const std::vector<double>& limits, std::int64_t effort, std::int64_t& nodes) {
    query_ = &query;
    ceiling_ = -infinite;
    stopped_ = false;
    nodes_ = 0;
    work_before_ = relaxation_.work();
    effort_ = effort;
    Multipliers multipliers = relaxation_.open(draft_, chains_, found_.content, limits);
    branches_.clear();
    branches_.push_back({infinite, relaxation_.everything(), std::move(multipliers)});
    // The branch with the highest bound comes next, so that the bound falls even if the effort runs out.
    for (int steps = root_steps; !branches_.empty(); steps = child_steps) {
        std::pop_heap(branches_.begin(), branches_.end());
        Branch branch = std::move(branches_.back());
        branches_.pop_back();
        if (stopped_ || beaten(branch.bound)) {
            prune(branch.bound);
            break;  // the others are no better
        }
        solve(branch, steps);
    }
    nodes += work();
    return ceiling_;
}

}  // namespace gradus
