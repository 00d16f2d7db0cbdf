#include <gradus/allocation/allocation.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "allocation/assignment.h"
#include "allocation/candidates.h"
#include "allocation/dual.h"
#include "allocation/marginal.h"
#include "allocation/nested.h"
#include "allocation/pool.h"
#include "allocation/pricing.h"
#include "allocation/random.h"

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t glance = 100;      // nodes for a group while prices still move: its bound then has some slack
constexpr std::int64_t blink = 1;         // nodes for a first plan
constexpr std::int64_t welcome = 400;     // nodes for an improvement: a proof is not needed
constexpr std::int32_t few = 2000;        // groups: more is tried to make them come out even
constexpr std::int32_t most_near = 64;    // choices of a group that are nearly its best
constexpr std::int32_t most_around = 12;  // the same, while prices still move
constexpr std::int32_t most_complete = 1000;             // the same, where none may be missing
constexpr double nested_work = 3e8;                      // steps, some 0.3 s
constexpr std::int32_t first_sample = 32 * Pool::block;  // groups
constexpr std::int32_t pooled = 100'000;  // groups whose choices are kept, at most; more for many resources
// Groups that are asked first where a like problem's solution is known: those concerned, and of all.
constexpr std::int32_t concerned_first = 4096, others_first = 4096;
constexpr double loose = 2e-3;  // gap: a plan so near is made of what part of the groups find
// Groups that prices are corrected with then, and, of all, those whose choices are kept.
constexpr std::int32_t corrected_sample = 8192, corrected_pool = 16'384;

// Nobody pays so many times what a unit is worth to those who use it. Where a sample has to use more than its part, its dual has no
// least value, and prices would rise until nothing is left of worth beside them.
constexpr double dearest = 1000;

class Run {
public:
    Run(const AllocationProblem& problem, const AllocationOptions& options, Control* control)
        : problem_(problem), options_(options), control_(control ? control : &own_control_),
          begun_(std::chrono::steady_clock::now()), late_([this] { return should_stop(); }),
          pricing_(problem, options.threads, control_, late_,
                   [this] { return control_->cancelled() || out_of_time(); }),
          best_(problem.groups, problem.capacity) {}

    Allocation solve();

private:
    // A sample of the groups, and the part of the capacities that is theirs.
    struct Sample {
        std::int32_t members = 0;
        std::vector<double> capacity;
    };
    struct Priced {
        double bound = 0, reached = 0;
        std::vector<std::int64_t> used;
    };

    void draw_members();
    void draw(std::vector<std::int32_t> first, std::int64_t most);
    void take_known();
    void plan_quickly(const std::vector<double>& prices);
    Assignment known() const;
    bool begin();
    bool resume();
    void resume_with_few(const Assignment& known);
    bool finish(Sample& sample);
    void grow(std::int32_t members);
    void give_part(Sample& sample, const Choices& choices, const std::vector<std::int64_t>& room) const;
    void look_around(std::int32_t first, const std::vector<double>& prices);
    bool price_members(std::int32_t first, std::int32_t last, const std::vector<double>& prices, double tolerance,
                       std::int64_t effort, Priced& priced, double within = 0, std::span<double> complete = {},
                       std::int32_t most = most_near);
    bool price_all(const std::vector<double>& prices, double tolerance, std::int64_t effort, bool briefly = false);
    double near() const;
    bool sharpen_exactly(const Sample& sample, double reach = 0.3, int rounds = 8);
    void learn_worth();
    bool sharpen(const Sample& sample, bool corrected = false);
    double imbalance(const std::vector<double>& prices) const;
    bool only_nested_are_dear() const;
    void search_nested();
    void settle_best(Assignment& assignment, int round) const;
    double fill_tolerance() const;
    void fill_up(Assignment& assignment);
    void improve();
    void settle_known();
    void keep(const Assignment& assignment);
    void take_what_fits(const Choices* wanted = nullptr);
    bool should_stop();
    bool out_of_time() const;
    bool hurry(double rounds) const;
    bool hurry_exactly() const;
    double seconds_a_round() const;
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count(); }
    double whole(double value) const { return std::abs(value + problem_.constant); }
    double lowest() const { return std::min(bound_, search_bound_); }
    double gap() const { return (lowest() - best_.value) / std::max(whole(lowest()), 1e-9); }
    bool proven() const {
        return std::isfinite(bound_) && lowest() - best_.value <= 1e-9 * std::max(1.0, whole(lowest()));
    }
    bool close_enough() const { return complete_ && std::isfinite(bound_) && (proven() || gap() <= options_.gap); }
    double paid(const std::vector<double>& prices, const std::vector<double>& capacity) const {
        return std::inner_product(prices.begin(), prices.end(), capacity.begin(), 0.0);
    }
    void report();

    const AllocationProblem& problem_;
    const AllocationOptions& options_;
    Control own_control_;
    Control* control_;
    std::chrono::steady_clock::time_point begun_;
    std::function<bool()> late_;
    Pricing pricing_;

    std::vector<std::int32_t> members_;  // groups in the pool, in random order: the first so many are a sample
    Pool pool_;
    std::vector<double> typical_;  // by resource: what a unit of it is worth to who uses it
    std::vector<double> prices_;   // the best so far, for the sample at hand
    // Each resource is for a few groups: choices that differ in one alone are nearly as good, so a pool of the best would tell too
    // little of how groups respond to prices, and a small sample nothing of any one price.
    bool thin_ = false;
    double mean_worth_ = 1;
    double guide_ = infinite;  // the least dual of the sample at hand, as if what was found were the best
    Choices now_;              // everyone's best at the last prices that all were asked at
    std::vector<std::int64_t> used_;
    double all_dual_ = infinite;
    double exact_round_seconds_ = 0;  // of the last round that asked everybody without a limit on effort

    Assignment best_;
    bool complete_ = true;        // every group of best_ has a choice
    std::vector<double> proven_;  // prices at which bound_ was found
    double bound_ = infinite;
    double search_bound_ = infinite;  // found by a search among all that may be part of a better allocation
    AllocationStatus status_ = AllocationStatus::work_limit;
};

void Run::report() {
    const double gap_now = std::isfinite(bound_) ? std::clamp(gap(), 1e-9, 1.0) : 1.0;
    // From a gap of 1 to the one wanted on a logarithmic scale: an honest guess, no more.
    const double wanted = std::log(std::max(options_.gap, 1e-6));
    control_->report(std::clamp(std::log(gap_now) / wanted, 0.02, 0.98), best_.value + problem_.constant,
                     lowest() + problem_.constant);
}

// Seconds that it takes to ask all groups once, as far as is known.
double Run::seconds_a_round() const { return pricing_.seconds_a_query() * problem_.groups; }

bool Run::out_of_time() const {
    return options_.time_limit > 0 && seconds() + options_.seconds_after >= options_.time_limit;
}

// Time for little more than to ask everybody `rounds` times and to settle.
bool Run::hurry(double rounds) const {
    return options_.time_limit > 0 &&
           seconds() + options_.seconds_after + (rounds + 0.5) * seconds_a_round() >= options_.time_limit;
}

// The same, to ask everybody once without a limit on effort. Until that was done, nothing is known of how long it takes.
bool Run::hurry_exactly() const {
    return hurry(2) || (options_.time_limit > 0 &&
                        seconds() + options_.seconds_after + 1.2 * exact_round_seconds_ >= options_.time_limit);
}

bool Run::should_stop() {
    return control_->cancelled() || out_of_time() ||
           (options_.work_limit > 0 && static_cast<double>(pricing_.nodes()) >= options_.work_limit);
}

void Run::draw_members() {
    const auto resources = static_cast<std::int64_t>(problem_.capacity.size());
    draw({}, std::max<std::int64_t>({pooled, problem_.groups / 10, 20 * resources}));
}

// Members are some, then others in random order, at most so many. The pool is empty then.
void Run::draw(std::vector<std::int32_t> first, std::int64_t most) {
    std::vector<char> drawn(problem_.groups, 0);
    for (const std::int32_t group : first) drawn[group] = 1;
    std::vector<std::int32_t> others;
    for (std::int32_t group = 0; group < problem_.groups; ++group)
        if (!drawn[group]) others.push_back(group);
    Random(2).shuffle(others);
    members_ = std::move(first);
    members_.insert(members_.end(), others.begin(), others.end());
    if (most < static_cast<std::int64_t>(members_.size())) members_.resize(static_cast<std::size_t>(most));
    pool_ = Pool();
}

bool Run::price_members(std::int32_t first, std::int32_t last, const std::vector<double>& prices, double tolerance,
                        std::int64_t effort, Priced& priced, double within, std::span<double> complete,
                        std::int32_t most) {
    const Pricing::Total total = pricing_.ask(
        {prices, tolerance, effort, within,
         within <= 0        ? 0
         : complete.empty() ? most
                            : most_complete,
         complete},
        last - first, Pool::block, [&](std::int32_t i) { return members_[first + i]; },
        [&](std::int32_t i) {
            std::span<const std::int32_t> known;
            double highest = -infinite;
            pool_.each(first + i, [&](std::int32_t, const ChoiceView& choice) {
                const double net = choice.net(prices);
                if (net <= highest) return;
                highest = net;
                known = choice.content;
            });
            return known;
        },
        [&](std::int32_t i, const Choice& choice) {
            if (!problem_.must_choose || !choice.content.empty()) pool_.add(first + i, choice);
        });
    priced = {total.bound, total.reached, total.used};
    return total.complete;
}

// Choices worth so much less than the best may help to come out even: of many groups, only the nearest are needed.
double Run::near() const { return 0.02 * mean_worth_ * std::min(1.0, std::sqrt(1e4 / std::max(1, problem_.groups))); }

// Asks everybody. Who is in no pool is remembered in now_.
bool Run::price_all(const std::vector<double>& prices, double tolerance, std::int64_t effort, bool briefly) {
    const double begun = seconds();
    Pricing::Total total;
    if (static_cast<std::int32_t>(members_.size()) == problem_.groups) {
        Priced priced;
        grow(problem_.groups);
        const bool free = std::all_of(prices.begin(), prices.end(), [](double price) { return price == 0; });
        total.complete =
            price_members(0, problem_.groups, prices, tolerance, effort, priced, free || briefly ? 0 : near());
        total.bound = priced.bound;
        total.used = priced.used;
    } else {
        if (now_.size() == 0) now_ = Choices(problem_.groups);
        total = pricing_.ask(
            {prices, tolerance, effort}, problem_.groups, Choices::block, [](std::int32_t i) { return i; },
            [&](std::int32_t i) { return now_[i].content; },
            [&](std::int32_t i, const Choice& choice) { now_.set(i, choice); });
        Priced priced;
        if (total.complete && !briefly) price_members(0, pool_.size(), prices, tolerance, glance, priced, near());
        for (std::int32_t i = 0; i < pool_.size(); ++i)
            if (!now_[members_[i]].content.empty()) pool_.add(i, now_[members_[i]]);
    }
    if (!total.complete) return false;
    if (effort == 0) exact_round_seconds_ = seconds() - begun;
    used_ = total.used;
    all_dual_ = total.bound;
    for (std::size_t r = 0; r < prices.size(); ++r) all_dual_ += prices[r] * static_cast<double>(problem_.capacity[r]);
    if (all_dual_ < bound_) {
        bound_ = all_dual_;
        proven_ = prices;
    }
    report();
    return true;
}

// Takes more groups into the pool.
void Run::grow(std::int32_t members) {
    const std::int32_t before = pool_.size();
    if (before >= members) return;
    pool_.resize(members);
    for (std::int32_t i = before; i < members && !problem_.must_choose; ++i)
        pool_.add(i, problem_.fallback.empty() ? ChoiceView() : ChoiceView(problem_.fallback[members_[i]]));
    for (std::int32_t i = before; i < members && problem_.known.size() > 0; ++i)
        if (const ChoiceView known = problem_.known[members_[i]]; !known.content.empty()) pool_.add(i, known);
}

// Of the capacities, a sample has what its members use of choices that all have made, and its share of what these leave over.
void Run::give_part(Sample& sample, const Choices& choices, const std::vector<std::int64_t>& room) const {
    std::vector<std::int64_t> sampled(room.size(), 0);
    for (std::int32_t i = 0; i < sample.members; ++i)
        for (const Use& use : choices[members_[i]].uses) sampled[use.resource] += use.amount;
    const double part = static_cast<double>(sample.members) / problem_.groups;
    sample.capacity.clear();
    for (std::size_t r = 0; r < room.size(); ++r)
        sample.capacity.push_back(std::max(0.0, static_cast<double>(sampled[r]) + part * static_cast<double>(room[r])));
}

// Gives members that are new choices around the prices, so that the pool knows how they respond.
void Run::look_around(std::int32_t first, const std::vector<double>& prices) {
    Priced priced;
    std::vector<double> around = prices;
    for (const double factor : {0.85, 1.15}) {
        for (std::size_t r = 0; r < prices.size(); ++r) around[r] = factor * prices[r];
        if (!price_members(first, pool_.size(), around, 0.01 * mean_worth_, glance, priced)) return;
    }
}

// What a unit of a resource is worth to whose choices in the pool use it, for those that nobody was seen to use before.
void Run::learn_worth() {
    std::vector<double> worth(typical_.size(), 0.0), amount(typical_.size(), 0.0);
    for (std::int32_t i = 0; i < pool_.size(); ++i)
        pool_.each(i, [&](std::int32_t, const ChoiceView& choice) {
            for (const Use& use : choice.uses) {
                worth[use.resource] += std::abs(choice.value);
                amount[use.resource] += static_cast<double>(use.amount);
            }
        });
    for (std::size_t r = 0; r < typical_.size(); ++r)
        if (typical_[r] == 0 && amount[r] > 0) typical_[r] = worth[r] / amount[r];
}

// Prices that make the sample's dual small. False if the run must end.
bool Run::sharpen(const Sample& sample, bool corrected) {
    const std::size_t resources = problem_.capacity.size();
    const bool all = sample.members == problem_.groups;
    double guide = infinite, slack = 0;
    std::vector<double> tried = prices_;
    double temperature = 0.03 * mean_worth_, reach = 1;
    Priced priced;
    const auto price = [&](double tolerance) {
        if (!price_members(0, sample.members, tried, tolerance, glance, priced, thin_ ? temperature : 0, {},
                           most_around))
            return false;
        const double paid_here = paid(tried, sample.capacity);
        if (priced.reached + paid_here < guide) {
            guide = guide_ = priced.reached + paid_here;
            slack = priced.bound - priced.reached;
            prices_ = tried;
        }
        if (all && priced.bound + paid_here < bound_) {
            bound_ = priced.bound + paid_here;
            proven_ = tried;
            report();
        }
        return !late_();
    };
    const double tells = all || corrected ? 0 : 3.0 / sample.members;  // what a sample tells of all, relative
    // How fine prices are worth knowing: not much finer than what bounds leave open, or than the sample tells of all.
    const auto fineness = [&] {
        const double relative = std::max({(corrected ? 0.01 : 1) * options_.gap, 1e-7, tells});
        return std::max(relative * std::abs(guide), 0.05 * slack);
    };
    // The same at every round: what is found is compared from round to round.
    const double tolerance = 0.01 * std::max({options_.gap, 1e-7, tells}) * mean_worth_;
    if (pool_.size() > first_sample) {
        temperature = 0.003 * mean_worth_;
        reach = 0.2;
    }
    if (corrected) {  // smoothing would tell of another use than the one that was corrected
        temperature = 2e-4 * mean_worth_;
        reach = 0.02;
    }
    if (!price(tolerance)) return false;
    // At first prices all are hard to ask, and it seems to take longer than it will.
    const auto enough_time = [&] { return !hurry(2) || (!all && seconds() < 0.3 * options_.time_limit); };
    for (int round = 0; round < 60 && enough_time(); ++round) {
        learn_worth();
        PriceBox box{prices_, prices_};
        for (std::size_t r = 0; r < resources; ++r) {
            const double unit = std::max(prices_[r], 0.5 * typical_[r]);
            box.low[r] = std::max(0.0, prices_[r] - reach * unit);
            box.high[r] = std::min(prices_[r] + reach * unit,
                                   std::max(prices_[r], dearest * (typical_[r] > 0 ? typical_[r] : mean_worth_)));
        }
        const double before = guide;
        const std::int64_t known = pool_.choices();
        tried = minimise_dual(pool_, sample.capacity, prices_, temperature, box, 12, options_.threads, late_);
        const bool moved = tried != prices_;
        if (moved && !price(tolerance)) return false;
        const double wanted = fineness(), gained = before - guide;
        const bool complete =
            !moved || pool_.choices() == known;  // the pool already had the best choices at these prices
        if (gained > 0.1 * wanted) {
            reach = std::min(1.0, reach * 1.5);
            continue;
        }
        if (!complete && gained <= 0) reach = std::max(1e-3, reach * 0.4);
        if (complete || (gained > 0 && gained <= 0.1 * wanted) || reach < 0.01) {
            const double smallest = 1e-4 * mean_worth_;
            const bool fine = all && sample.members <= 4 * first_sample;
            if (temperature <= (fine ? smallest : (all ? 0.001 : 0.005) * mean_worth_)) break;
            temperature = std::max(smallest, temperature * 0.15);
        }
    }
    return true;
}

// Finer than what matters to the gap.
double Run::fill_tolerance() const {
    return 1e-3 * options_.gap * std::max(1.0, whole(bound_)) / std::max(1, problem_.groups);
}

// Members take what is left over, first at nearly the prices, then ever more cheaply.
void Run::fill_up(Assignment& assignment) {
    const std::span<const std::int32_t> members(members_.data(), static_cast<std::size_t>(pool_.size()));
    std::vector<std::int32_t> place(problem_.groups, -1);
    for (std::size_t i = 0; i < members.size(); ++i) place[members[i]] = static_cast<std::int32_t>(i);
    std::vector<double> lowered(proven_);
    for (const double factor : {0.9, 0.5, 0.0}) {
        for (std::size_t r = 0; r < lowered.size(); ++r) lowered[r] = factor * proven_[r];
        fill(assignment, pricing_, lowered, members, welcome, fill_tolerance(), options_.threads, control_, late_,
             [&](std::int32_t group, const Choice& choice) { pool_.add(place[group], choice); });
        keep(assignment);
        if (late_() || close_enough()) return;
    }
}

void Run::keep(const Assignment& assignment) {
    if (!assignment.fits()) return;
    bool complete = true;
    for (std::int32_t i = 0; problem_.must_choose && i < problem_.groups; ++i)
        complete = complete && !assignment.choices[i].content.empty();
    if ((complete && !complete_) || (complete == complete_ && assignment.value > best_.value)) {
        best_ = assignment;
        complete_ = complete;
    }
    report();
}

// While prices moved, the hardest groups were only glanced at. Where their best choices tell otherwise, prices follow these.
// False if the run must end.
bool Run::sharpen_exactly(const Sample& sample, double reach, int rounds) {
    double temperature = 1e-3 * mean_worth_;
    for (int round = 0; round < rounds && !hurry_exactly(); ++round) {
        const double before = bound_, enough = 0.05 * options_.gap * whole(bound_);
        if (round == 0 && all_dual_ - guide_ < enough) return true;
        learn_worth();
        PriceBox box{proven_, proven_};
        for (std::size_t r = 0; r < proven_.size(); ++r) {
            const double far = reach * std::max(proven_[r], 0.5 * typical_[r]);
            box.low[r] = std::max(0.0, proven_[r] - far);
            box.high[r] = proven_[r] + far;
        }
        const std::vector<double> tried =
            minimise_dual(pool_, sample.capacity, proven_, temperature, box, 12, options_.threads, late_);
        if (!price_all(tried, 0, 0)) return false;
        if (before - bound_ < enough) {
            if (temperature < 2e-4 * mean_worth_) break;
            temperature *= 0.3;
        }
    }
    prices_ = proven_;
    return true;
}

// What is asked too much of resources, or too little, at their prices: part of the whole.
double Run::imbalance(const std::vector<double>& prices) const {
    double sum = 0;
    for (std::size_t r = 0; r < prices.size(); ++r)
        sum += prices[r] * std::abs(static_cast<double>(problem_.capacity[r] - used_[r]));
    return sum / std::max(whole(all_dual_), 1e-9);
}

bool Run::only_nested_are_dear() const {
    std::vector<bool> nested(proven_.size(), false);
    for (const std::int32_t home : problem_.nesting.home)
        for (std::int32_t r = home; r >= 0 && !nested[r]; r = problem_.nesting.above[r]) nested[r] = true;
    for (std::size_t r = 0; r < proven_.size(); ++r)
        if (proven_[r] > 0 && !nested[r]) return false;
    return true;
}

// The best of all assignments, where only nested resources are scarce; else a smaller bound. Choices are sought ever further
// from the best, until what is found loses no more than anything that takes part in what is not known.
void Run::search_nested() {
    const auto groups = static_cast<std::size_t>(problem_.groups);
    if (problem_.nesting.home.empty()) return;
    std::vector<double> complete(groups), unknown(groups);
    std::vector<std::int32_t> home(groups);
    for (std::size_t i = 0; i < groups; ++i) home[i] = problem_.nesting.home[members_[i]];
    const double slack = 1e-12 * std::max(1.0, whole(bound_));
    const int rounds = only_nested_are_dear() ? 6 : 1;
    double within = near();
    for (int round = 0; round < rounds && !late_() && !close_enough(); ++round, within *= 4) {
        const double open = complete_ ? std::max(0.0, bound_ - best_.value) + slack : infinite;
        const double most = std::min(open, 50 * within);
        Priced priced;
        if (!price_members(0, problem_.groups, proven_, 0, 0, priced, std::min(within, open), complete)) return;
        const Candidates candidates(pool_, proven_, std::min(within, open));
        NestedProblem nested{
            candidates, problem_.nesting.above, home, problem_.nesting.step, problem_.capacity, proven_, most};
        const std::optional<NestedPicks> found = least_loss(nested, nested_work, late_);
        if (!found && most >= open) return;
        if (!found) continue;
        Assignment next(problem_.groups, problem_.capacity);
        for (std::int32_t member = 0; member < candidates.members(); ++member)
            if (found->picks[member] >= 0) next.change(members_[member], candidates[found->picks[member]].choice);
        keep(next);
        // Where somebody's best is not certain, the prices' own bound is all there is.
        if (priced.bound <= priced.reached + slack) {
            for (std::size_t i = 0; i < groups; ++i) unknown[i] = std::max(0.0, complete[i]);
            nested.unknown = unknown;
            if (const std::optional<NestedPicks> bound = least_loss(nested, nested_work, late_)) {
                const double top = paid(proven_, {problem_.capacity.begin(), problem_.capacity.end()}) + priced.reached;
                search_bound_ = std::min(search_bound_, top - bound->loss + slack);
                if (bound->loss >= found->loss - slack) return;  // what is not known would not help
            }
        }
        if (within >= open) return;
    }
}

// The best of several: how well it comes out is much a matter of chance.
void Run::settle_best(Assignment& assignment, int round) const {
    const bool brief = round < 3 && problem_.groups <= few;
    const bool anew = brief || round == 0 || !complete_;  // else from the best so far, and cooler
    const std::int64_t proposals = brief || round == 0 ? 300 : 600;
    const double hottest = (anew ? 2e-3 : 5e-4) * mean_worth_, enough = 0.7 * options_.gap * whole(bound_);
    const Candidates candidates(pool_, proven_, infinite);
    const std::span<const std::int32_t> members(members_.data(), static_cast<std::size_t>(pool_.size()));
    if (!anew) assignment = best_;
    for (std::int32_t i = 0; anew && i < candidates.members(); ++i)
        if (candidates.first(i) < candidates.end(i))
            assignment.change(members[i], candidates[candidates.first(i)].choice);
    std::vector<Assignment> tries(problem_.groups > 10 * few ? 1 : brief || problem_.groups > few ? 2 : 4, assignment);
    std::vector<double> losses(tries.size());
    parallel_for(static_cast<std::int64_t>(tries.size()), 1, options_.threads,
                 [&](std::int64_t first, std::int64_t last) {
                     for (std::int64_t i = first; i < last; ++i)
                         losses[i] = settle(tries[i], candidates, members, proven_, typical_, proposals, hottest,
                                            enough, static_cast<std::uint64_t>(4 * round + i), late_);
                 });
    assignment = std::move(tries[std::min_element(losses.begin(), losses.end()) - losses.begin()]);
}

// An assignment from everyone's best choice at the prices. Members' choices in the pool that are nearly as good serve to come
// out even; where few take part, more of them are sought: what would fit into what was left over.
void Run::improve() {
    Random random(5);
    // Where only nested resources are dear, a search settles it; else it makes the bound smaller.
    const bool may_search = pool_.size() == problem_.groups;
    const bool first_search = may_search && problem_.groups <= 2 * few && only_nested_are_dear();
    if (first_search) search_nested();
    if (close_enough() || late_()) return;
    const int rounds = problem_.groups <= few ? 5 : problem_.groups <= 20'000 ? 2 : 1;
    for (int round = 0; round < (complete_ ? rounds : 8) && !late_(); ++round) {
        Assignment next(problem_.groups, problem_.capacity);
        for (std::int32_t i = 0; i < now_.size(); ++i) next.change(i, now_[i]);
        settle_best(next, round);
        if (!repair(next, pricing_, problem_, proven_, options_.threads, late_)) take_what_fits(&next.choices);
        keep(next);
        if (late_() || close_enough()) break;
        if (!next.fits()) continue;
        if (may_search && !first_search && round == 0) search_nested();
        if (late_() || close_enough()) break;
        // More to choose from: what would be best if prices were a little others.
        std::vector<double> lowered(proven_);
        Priced priced;
        for (int more = 0; more < 3 && problem_.groups <= few && !late_(); ++more) {
            for (std::size_t r = 0; r < lowered.size(); ++r) lowered[r] = proven_[r] * (0.5 + random.real());
            price_members(0, pool_.size(), lowered, fill_tolerance(), glance, priced);
        }
        fill_up(next);
        if (late_() || close_enough()) return;
    }
}

// An assignment of what the pool holds, before searches of unknown length.
void Run::settle_known() {
    Assignment next(problem_.groups, problem_.capacity);
    settle_best(next, 0);
    if (!repair(next, pricing_, problem_, proven_, options_.threads, late_)) take_what_fits(&next.choices);
    keep(next);
}

// A first answer, or one for lack of time: of what is wanted, or of the best choices known at the prices, as much as fits.
void Run::take_what_fits(const Choices* wanted) {
    Assignment next(problem_.groups, problem_.capacity);
    for (std::size_t i = 0; i < problem_.fallback.size(); ++i)
        next.change(static_cast<std::int32_t>(i), problem_.fallback[i]);
    const auto take = [&](std::int32_t group, const ChoiceView& choice) {
        if (next.could_take(group, choice)) next.change(group, choice);
    };
    if (!wanted && now_.size() > 0) wanted = &now_;
    for (std::int32_t i = 0; wanted && i < wanted->size(); ++i)
        if (!(*wanted)[i].content.empty()) take(i, (*wanted)[i]);
    for (std::int32_t i = 0; !wanted && i < pool_.size(); ++i) {
        ChoiceView best;
        double most = -infinite;
        pool_.each(i, [&](std::int32_t, const ChoiceView& choice) {
            const double net = choice.net(prices_);
            if (net > most) {
                most = net;
                best = choice;
            }
        });
        if (most > -infinite) take(members_[i], best);
    }
    keep(next);
}

// Everyone at these prices; where the sample told wrong how much is used, it is told so, and asked again. False if the run must
// end.
bool Run::finish(Sample& sample) {
    const std::size_t resources = problem_.capacity.size();
    const bool pooled_all = static_cast<std::int32_t>(members_.size()) == problem_.groups;
    bool going = true;
    for (int round = 0; going && round < 4; ++round) {
        // Where time is short, a bound that was found on the way will do, or one from a glance at everybody: at prices that are far
        // from the best, exact searches are the longest.
        const bool brief = hurry(8);
        if (round == 0 && pooled_all && options_.time_limit > 0 && !brief && std::isfinite(bound_)) settle_known();
        if (!(std::isfinite(bound_) && hurry(1))) going = price_all(prices_, 0, brief ? glance : 0, brief);
        if (going && pooled_all && !brief) going = sharpen_exactly(sample);
        if (!going) break;
        // Far from even, all that could be settled would be far from best.
        if (pooled_all || round == 3 || hurry(3) || imbalance(prices_) <= 3 * std::max(options_.gap, 1e-5)) improve();
        if (close_enough() || hurry(2) || pooled_all) break;
        std::vector<std::int64_t> room(problem_.capacity);
        for (std::size_t r = 0; r < resources; ++r) room[r] -= used_[r];
        give_part(sample, now_, room);
        going = sharpen(sample, true);
    }
    return going;
}

// What is known of a like problem: a bound, and choices for all, if they fit.
void Run::take_known() {
    double bound = problem_.worth_at_prices;
    for (std::size_t r = 0; r < problem_.prices.size(); ++r)
        bound += problem_.prices[r] * static_cast<double>(problem_.capacity[r]);
    if (problem_.prices.size() == problem_.capacity.size() && bound < bound_) {
        bound_ = bound;
        proven_ = problem_.prices;
    }
    if (problem_.known.size() > 0) keep(known());
}

// Of whose choice nothing is known, the fallback.
Assignment Run::known() const {
    Assignment result(problem_.groups, problem_.capacity);
    for (std::int32_t i = 0; i < problem_.groups; ++i)
        if (const ChoiceView choice = problem_.known[i]; !choice.content.empty())
            result.change(i, choice);
        else if (!problem_.fallback.empty())
            result.change(i, problem_.fallback[i]);
    return result;
}

// With a few groups, first of those concerned: whoever holds too much gives way, and what is left over is taken.
void Run::resume_with_few(const Assignment& known) {
    std::vector<std::int32_t> first = problem_.concerned;
    Random(3).shuffle(first);
    if (first.size() > concerned_first) first.resize(concerned_first);
    draw(first, static_cast<std::int64_t>(first.size()) + others_first);
    const auto members = static_cast<std::int32_t>(members_.size());
    grow(members);
    learn_worth();
    const auto give_and_take = [&](Assignment& next) {
        if (!repair(next, pricing_, problem_, proven_, options_.threads, late_)) return;
        keep(next);
        fill_up(next);
    };
    Assignment next = known;
    give_and_take(next);
    if (close_enough() || late_()) return;
    Priced priced;
    if (!price_members(0, members, proven_, fill_tolerance(), glance, priced, near())) return;
    const double enough = 0.7 * options_.gap * whole(bound_);
    next = best_.fits() && complete_ ? best_ : known;
    settle(next, Candidates(pool_, proven_, infinite), members_, proven_, typical_, 100, 1e-3 * mean_worth_, enough, 0,
           late_);
    give_and_take(next);
}

// Starts from what is known of a like problem. False if the run must end.
bool Run::resume() {
    const std::size_t resources = problem_.capacity.size();
    const Assignment known = this->known();
    mean_worth_ = std::max(1e-12, std::abs(known.value) / problem_.groups);
    // Who is asked alone cannot come out even with all others where much is other than it was.
    double amiss = 0;
    for (std::size_t r = 0; r < resources; ++r) amiss += prices_[r] * std::abs(static_cast<double>(known.room[r]));
    if (std::isfinite(bound_) && amiss <= 5 * options_.gap * whole(bound_)) {
        resume_with_few(known);
        if (late_() || close_enough()) return !late_();
    }
    if (options_.gap < loose)
        draw_members();
    else
        draw({}, corrected_pool);
    Sample sample;
    const auto take_sample = [&](std::int32_t members) {
        const std::int32_t before = sample.members;
        sample.members = std::min(members, static_cast<std::int32_t>(members_.size()));
        grow(sample.members);
        give_part(sample, known.choices, known.room);
        learn_worth();
        look_around(before, prices_);
    };

    take_sample(corrected_sample);
    if (!sharpen(sample)) return false;

    if (options_.gap >= loose) {
        grow(static_cast<std::int32_t>(members_.size()));
        if (!price_all(prices_, 0.05 * options_.gap * mean_worth_, glance)) return false;
        improve();
        if (close_enough() || hurry(2)) return true;
        draw_members();
        now_ = Choices();
    }
    grow(static_cast<std::int32_t>(members_.size()));
    if (static_cast<std::int32_t>(members_.size()) < problem_.groups) return finish(sample);
    if (!price_all(prices_, 0, 0)) return false;
    // All are known by what they choose here: prices follow that, a little at a time.
    sample.members = problem_.groups;
    sample.capacity.assign(problem_.capacity.begin(), problem_.capacity.end());
    guide_ = -infinite;
    for (int round = 0; round < 3; ++round) {
        if (!sharpen_exactly(sample, 0.03, 2)) return false;
        improve();

        if (close_enough() || hurry(2)) break;
    }
    return true;
}

// A first answer, for whoever cannot wait for more: one after the other, in random order, has the best of what is left.
void Run::plan_quickly(const std::vector<double>& prices) {
    std::vector<std::int32_t> order(static_cast<std::size_t>(problem_.groups));
    std::iota(order.begin(), order.end(), 0);
    Random(1).shuffle(order);
    Assignment next = best_;
    fill(next, pricing_, prices, order, blink, 0.01 * mean_worth_, options_.threads, control_, late_,
         [](std::int32_t, const Choice&) {});
    keep(next);
}

// Prices from samples of the groups, each larger than the one before; then all. False if the run must end.
bool Run::begin() {
    const std::size_t resources = problem_.capacity.size();
    const std::vector<double> first = prices_;
    prices_.assign(resources, 0.0);
    Sample sample;
    bool going = true;
    draw_members();
    now_ = Choices();
    const auto take_sample = [&](std::int32_t members) {
        sample.members = std::min(members, static_cast<std::int32_t>(members_.size()));
        sample.capacity.clear();
        for (const std::int64_t capacity : problem_.capacity)
            sample.capacity.push_back(static_cast<double>(capacity) * sample.members / std::max(1, problem_.groups));
        grow(sample.members);
    };
    take_sample(first_sample);
    // What everybody takes at no price tells what is scarce, and what a unit is worth to who uses it.
    Priced priced;
    const std::vector<double> none(resources, 0.0);
    going = price_members(0, sample.members, none, 0, glance / 4, priced);
    bool scarce = false;
    if (going) {
        mean_worth_ = std::max(1e-12, std::abs(priced.reached) / std::max(1, sample.members));
        for (std::size_t r = 0; r < resources; ++r)
            scarce = scarce || static_cast<double>(priced.used[r]) > sample.capacity[r];
        learn_worth();
        if (!scarce) {
            going = price_all(none, 0.3 * options_.gap * mean_worth_, 3000);
            for (std::size_t r = 0; going && r < resources; ++r) scarce = scarce || used_[r] > problem_.capacity[r];
            // Enough for all: everyone has the best of what they were found.
            if (going && !scarce) take_what_fits();
            if (going && !scarce && !close_enough() && (going = price_all(none, 0, 0))) take_what_fits();
        }
    }
    if (going && scarce && !close_enough()) {
        // A few prices on a ray fill the pool with choices of different thrift before the first update.
        const std::vector<std::int64_t> free_use = priced.used;
        const auto lacks = [&](std::size_t r) { return static_cast<double>(free_use[r]) > sample.capacity[r]; };
        const bool known = problem_.prices.size() == resources;
        bool priceless = false;  // what is scarce and has no known price would stay without one
        for (std::size_t r = 0; r < resources; ++r) priceless = priceless || (lacks(r) && !(known && first[r] > 0));
        if (priceless) {
            for (const double factor : {0.7, 0.2, 0.4, 0.1}) {
                std::vector<double> prices(resources, 0.0);
                for (std::size_t r = 0; r < resources; ++r)
                    if (lacks(r)) prices[r] = factor * typical_[r];
                going = going && price_members(0, sample.members, prices, 0.02 * mean_worth_, glance, priced);
                prices_ = prices;
            }
            learn_worth();
        }
        for (std::size_t r = 0; known && r < resources; ++r)
            if (first[r] > 0) prices_[r] = first[r];
        if (going && sample.members < problem_.groups && !problem_.must_choose) {
            std::vector<double> prices(prices_);
            for (std::size_t r = 0; r < resources; ++r)
                if (lacks(r) && !(known && first[r] > 0)) prices[r] = 0.4 * typical_[r];
            plan_quickly(prices);
            going = !late_();
        }
        while (going) {
            going = sharpen(sample);
            if (!going || sample.members == static_cast<std::int32_t>(members_.size())) break;
            const std::int32_t growth = thin_ ? 16 : 4;
            const double next = static_cast<double>(growth) * sample.members / problem_.groups;
            if (hurry(2 + 8 * std::min(1.0, next))) break;
            const std::int32_t before = sample.members;
            take_sample(sample.members * growth);
            look_around(before, prices_);
        }
        if (going) going = finish(sample);
    }
    return going;
}

Allocation Run::solve() {
    const std::size_t resources = problem_.capacity.size();
    prices_.assign(resources, 0.0);
    proven_ = prices_;
    thin_ = problem_.groups > few && 50 * static_cast<std::int64_t>(resources) > problem_.groups;
    if (problem_.prices.size() == resources) prices_ = problem_.prices;
    typical_.assign(resources, 0.0);
    complete_ = !problem_.must_choose;
    for (std::size_t i = 0; i < problem_.fallback.size(); ++i)
        best_.change(static_cast<std::int32_t>(i), problem_.fallback[i]);
    report();

    // To begin with a sample of few groups is to begin with all.
    const bool resuming =
        problem_.groups > first_sample && problem_.known.size() > 0 && problem_.prices.size() == resources;
    bool going = true;
    if (resuming) {
        take_known();
        going = resume();
        if (std::isfinite(bound_)) prices_ = proven_;
    }
    if (!resuming || (going && !close_enough())) going = begin();
    if (!resuming) take_known();
    if (!going || late_()) take_what_fits();
    if (!std::isfinite(bound_) && problem_.most) bound_ = problem_.most();
    if (!complete_)
        status_ = AllocationStatus::incomplete;
    else if (proven())
        status_ = AllocationStatus::optimal;
    else if (gap() <= options_.gap)
        status_ = AllocationStatus::within_gap;
    else if (control_->cancelled())
        status_ = AllocationStatus::cancelled;
    else if (out_of_time() || hurry(2))
        status_ = AllocationStatus::time_limit;
    control_->report(1.0, best_.value + problem_.constant, lowest() + problem_.constant);
    // Who cancels, or has no time left, gets prices alone.
    MarginalValues marginal{proven_, proven_};
    if (!control_->cancelled() && !out_of_time())
        marginal = marginal_values(pool_, problem_.groups, problem_.capacity, proven_, mean_worth_, options_.threads);
    return {.choices = std::move(best_.choices),
            .prices = proven_,
            .one_more = std::move(marginal.one_more),
            .one_fewer = std::move(marginal.one_fewer),
            .value = best_.value,
            .bound = lowest(),
            .price_bound = bound_,
            .status = status_,
            .nodes = pricing_.nodes(),
            .queries = pricing_.queries()};
}

}  // namespace

Allocation allocate(const AllocationProblem& problem, const AllocationOptions& options, Control* control) {
    return Run(problem, options, control).solve();
}

}  // namespace gradus
