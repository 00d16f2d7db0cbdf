#include <gradus/allocation/allocation.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include "allocation/dual.h"
#include "allocation/pool.h"
#include "allocation/rounding.h"
#include "base/parallel.h"

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t chunk = 32;    // groups priced by one search
constexpr std::int64_t glance = 100;  // nodes for a group while prices still move: its bound then has some slack

class Run {
public:
    Run(const AllocationProblem& problem, const AllocationOptions& options, Control* control)
        : problem_(problem), options_(options), control_(control ? control : &own_control_),
          pool_(problem.groups, problem.fallback), begun_(std::chrono::steady_clock::now()) {}

    Allocation solve();

private:
    // Prices every group; false if cancelled before the end. Adds what it finds to the pool.
    bool price(const std::vector<double>& prices, double tolerance, std::int64_t effort);
    void round(const std::vector<double>& prices);
    bool find_prices();
    bool finish(AllocationStatus status);
    bool should_stop();
    double whole(double value) const { return std::abs(value + problem_.constant); }
    double gap() const { return (bound_ - best_.value) / std::max(whole(bound_), 1e-9); }
    bool proven() const { return bound_ - best_.value <= 1e-9 * std::max(1.0, whole(bound_)); }
    bool close_enough() const { return proven() || gap() <= options_.gap; }
    void report();
    // How fine prices are worth knowing: not much finer than what groups' bounds leave open at them.
    double fineness() const { return std::max(std::max(options_.gap, 1e-7) * whole(guide_), 0.05 * slack_); }

    const AllocationProblem& problem_;
    const AllocationOptions& options_;
    Control own_control_;
    Control* control_;
    Pool pool_;
    std::chrono::steady_clock::time_point begun_;

    Assignment best_;
    std::vector<double> prices_;  // the best so far by what the searches found, whether proven or not
    double guide_ = infinite;     // the dual there, as if what was found were the best
    double slack_ = 0;            // by which the bound there is above that
    std::vector<double> proven_;  // prices at which bound_ was found
    double bound_ = infinite;
    std::int64_t nodes_ = 0;
    int rounds_ = 0;
    AllocationStatus status_ = AllocationStatus::work_limit;
    // Of the last pricing.
    double dual_ = infinite, found_ = 0;
    std::vector<std::int64_t> used_;
    std::vector<double> worth_;  // by resource: value of the choices that use it
};

void Run::report() {
    const double gap_now = std::isfinite(bound_) ? std::clamp(gap(), 1e-9, 1.0) : 1.0;
    // From a gap of 1 to the one wanted on a logarithmic scale: an honest guess, no more.
    const double wanted = std::log(std::max(options_.gap, 1e-6));
    control_->report(std::clamp(std::log(gap_now) / wanted, 0.02, 0.98), best_.value + problem_.constant,
                     bound_ + problem_.constant);
}

bool Run::should_stop() {
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    if (control_->cancelled()) return finish(AllocationStatus::cancelled);
    if (options_.time_limit > 0 && seconds >= options_.time_limit) return finish(AllocationStatus::time_limit);
    if (options_.work_limit > 0 && static_cast<double>(nodes_) >= options_.work_limit)
        return finish(AllocationStatus::work_limit);
    return false;
}

bool Run::finish(AllocationStatus status) {
    status_ = status;
    return true;
}

bool Run::price(const std::vector<double>& prices, double tolerance, std::int64_t effort) {
    struct Piece {
        double bound = 0, reached = 0, found = 0;
        std::int64_t nodes = 0;
        std::vector<std::int64_t> used;
        std::vector<double> worth;
        bool done = false;
    };
    std::vector<Piece> pieces((problem_.groups + chunk - 1) / chunk);
    std::atomic<bool> late{false};
    parallel_for(problem_.groups, chunk, options_.threads, [&](std::int64_t first, std::int64_t last) {
        if (control_->cancelled() || late.load(std::memory_order_relaxed)) return;
        Piece& piece = pieces[first / chunk];
        piece.used.assign(prices.size(), 0);
        piece.worth.assign(prices.size(), 0.0);
        const Pricer pricer = problem_.pricer();
        for (std::int64_t i = first; i < last; ++i) {
            const auto group = static_cast<std::int32_t>(i);
            Query query;
            query.group = group;
            query.prices = prices;
            query.tolerance = tolerance;
            query.effort = effort;
            query.known = &pool_.of(group)[pool_.best(group, prices)];
            query.control = control_;
            Choice choice;
            piece.bound += pricer(query, choice, piece.nodes);
            const double worth = net(choice, prices);
            piece.reached += worth;
            piece.found += worth - net(*query.known, prices);
            for (const Use& use : choice.uses) {
                piece.used[use.resource] += use.amount;
                piece.worth[use.resource] += choice.value;
            }
            pool_.add(group, std::move(choice));
        }
        piece.done = true;
        if (options_.time_limit > 0 && std::isfinite(bound_) &&
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count() > options_.time_limit)
            late.store(true, std::memory_order_relaxed);
    });
    double reached = 0;
    dual_ = 0;
    found_ = 0;
    used_.assign(prices.size(), 0);
    worth_.assign(prices.size(), 0.0);
    bool done = true;
    for (const Piece& piece : pieces) {
        done = done && piece.done;
        dual_ += piece.bound;
        reached += piece.reached;
        found_ += piece.found;
        nodes_ += piece.nodes;
        for (std::size_t r = 0; r < piece.used.size(); ++r) {
            used_[r] += piece.used[r];
            worth_[r] += piece.worth[r];
        }
    }
    if (!done || control_->cancelled()) return false;
    double paid = 0;
    for (std::size_t r = 0; r < prices.size(); ++r) paid += prices[r] * static_cast<double>(problem_.capacity[r]);
    dual_ += paid;
    ++rounds_;
    const double guide = reached + paid;
    if (guide < guide_) {
        guide_ = guide;
        slack_ = dual_ - guide;
        prices_ = prices;
    }
    if (dual_ < bound_) {
        bound_ = dual_;
        proven_ = prices;
    }
    report();
    return true;
}

void Run::round(const std::vector<double>& prices) {
    std::vector<std::int32_t> deferred;
    Assignment rounded = round_choices(pool_, problem_.capacity, prices, deferred);
    const auto keep = [&] {
        if (rounded.value > best_.value) best_ = rounded;
        report();
    };
    keep();
    std::vector<std::int32_t> everybody(problem_.groups);
    std::iota(everybody.begin(), everybody.end(), 0);
    const double tolerance = 1e-3 * options_.gap * std::max(1.0, whole(bound_)) / std::max(1, problem_.groups);
    nodes_ += fill(problem_, rounded, prices, deferred, tolerance, options_.threads, control_);
    keep();
    // Exchanges between people who compete, at the prices, as long as they help.
    for (int pass = 0; pass < 4 && !should_stop() && !close_enough(); ++pass) {
        const double before = rounded.value;
        nodes_ += exchange(problem_, pool_, rounded, prices, tolerance, control_);
        nodes_ += fill(problem_, rounded, prices, everybody, tolerance, options_.threads, control_);
        keep();
        if (rounded.value - before < 0.1 * fineness()) break;
    }
    // What is left over is worth less than its price: everybody is asked again at falling prices.
    std::vector<double> lowered = prices;
    for (const double factor : {0.7, 0.0}) {
        if (should_stop() || close_enough()) break;
        for (std::size_t r = 0; r < prices.size(); ++r) lowered[r] = factor * prices[r];
        nodes_ += fill(problem_, rounded, lowered, everybody, tolerance, options_.threads, control_);
        keep();
    }
}

// Prices that make the bound small. False if the run must end.
bool Run::find_prices() {
    const std::size_t resources = problem_.capacity.size();
    const double mean_worth = std::max(1e-12, guide_ / std::max(1, problem_.groups));
    // Where a resource is overloaded at no price, its price is about what a unit of it is worth to who uses it.
    // Some resources are asked for only once others have a price, so what is seen later counts too.
    std::vector<double> typical(resources, 0.0);
    const auto learn = [&] {
        for (std::size_t r = 0; r < resources; ++r)
            if (used_[r] > 0) typical[r] = std::max(typical[r], worth_[r] / static_cast<double>(used_[r]));
    };
    learn();
    const std::vector<std::int64_t> free_use = used_;
    // A few prices on a ray fill the pool with choices of different thrift before the first update.
    for (const double factor : {0.7, 0.2, 0.4, 0.1}) {
        std::vector<double> prices(resources, 0.0);
        for (std::size_t r = 0; r < resources; ++r)
            if (free_use[r] > problem_.capacity[r]) prices[r] = factor * typical[r];
        if (!price(prices, 0.02 * mean_worth, glance)) return false;
        if (should_stop()) return false;
        learn();
    }
    double temperature = 0.03 * mean_worth, reach = 1;
    double tolerance = 2e-3 * mean_worth;
    for (int round_number = 0; round_number < 60; ++round_number) {
        PriceBox box{prices_, prices_};
        for (std::size_t r = 0; r < resources; ++r) {
            const double unit = std::max(prices_[r], 0.5 * typical[r]);
            box.low[r] = std::max(0.0, prices_[r] - reach * unit);
            box.high[r] = prices_[r] + reach * unit;
        }
        const std::vector<double> next =
            minimise_dual(pool_, problem_.capacity, prices_, temperature, box, 20, options_.threads);
        const double before = guide_;
        const double wanted_before = fineness();
        const double finest = 0.05 * wanted_before / std::max(1, problem_.groups);
        const bool moved = next != prices_;
        if (moved || tolerance > finest) {
            if (!price(next, tolerance, glance)) return false;
            if (should_stop()) return false;
            learn();
        }
        const double wanted = fineness();
        const double gained = before - guide_;
        const bool complete =
            !moved || found_ < 0.05 * wanted;  // the pool already had the best choices at these prices
        if (gained > 0.1 * wanted) {
            reach = std::min(1.0, reach * 1.5);
            continue;
        }
        if (!complete && gained <= 0) reach = std::max(1e-3, reach * 0.5);
        if (complete || gained <= 0.02 * wanted) {
            const double smallest = 1e-4 * mean_worth;
            if (temperature <= smallest && tolerance <= finest) break;
            temperature = std::max(smallest, temperature * 0.15);
            tolerance = finest;
        }
    }
    return true;
}

Allocation Run::solve() {
    const std::size_t resources = problem_.capacity.size();
    prices_.assign(resources, 0.0);
    proven_ = prices_;
    std::vector<std::int32_t> deferred;
    best_ = round_choices(Pool(problem_.groups, problem_.fallback), problem_.capacity, prices_, deferred);
    if (!problem_.most.empty()) {
        bound_ = 0;
        for (const double most : problem_.most) bound_ += most;
    }
    report();
    const double trivial = bound_;
    bound_ = infinite;
    if (!price(prices_, std::isfinite(trivial) ? 1e-2 * trivial / std::max(1, problem_.groups) : 0, glance)) {
        bound_ = trivial;
        status_ = AllocationStatus::cancelled;
    } else {
        bool fits = true;
        for (std::size_t r = 0; r < resources; ++r) fits = fits && used_[r] <= problem_.capacity[r];
        if (fits) {  // nothing is scarce: everyone's best
            const std::vector<double> none = prices_;
            price(none, 0.3 * options_.gap * whole(bound_) / std::max(1, problem_.groups), 3000);
            round(none);
            if (!should_stop() && !close_enough()) price(none, 0, 0);
        } else if (!should_stop()) {
            const bool complete = find_prices();
            if (complete) round(prices_);
            // The bound at the prices, without tolerance; a cancelled or late run keeps the one it has.
            if (complete && status_ != AllocationStatus::cancelled && status_ != AllocationStatus::time_limit) {
                const std::vector<double> last = prices_;
                price(last, 0, 0);
            }
        }
    }
    // A run cut short before it rounded still gives what its pool and prices are good for.
    should_stop();
    Assignment quick = round_choices(pool_, problem_.capacity, prices_, deferred);
    if (status_ == AllocationStatus::time_limit && quick.value > best_.value)
        nodes_ += fill(problem_, quick, prices_, deferred, 0, options_.threads, control_);
    if (quick.value > best_.value) best_ = quick;
    const auto limit = status_;
    if (proven())
        status_ = AllocationStatus::optimal;
    else if (gap() <= options_.gap)
        status_ = AllocationStatus::within_gap;
    else
        status_ = control_->cancelled() ? AllocationStatus::cancelled : limit;
    control_->report(1.0, best_.value + problem_.constant, bound_ + problem_.constant);
    return {std::move(best_.choices), proven_, best_.value, bound_, status_, nodes_, rounds_};
}

}  // namespace

Allocation allocate(const AllocationProblem& problem, const AllocationOptions& options, Control* control) {
    return Run(problem, options, control).solve();
}

}  // namespace gradus
