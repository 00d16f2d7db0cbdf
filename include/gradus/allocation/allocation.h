#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <gradus/allocation/choice.h>
#include <gradus/base/control.h>

namespace gradus {

/// Asks for a group's best choice.
struct Query {
    std::int32_t group = 0;
    std::span<const double> prices{};       ///< per unit, by resource, ≥ 0
    std::span<const std::int64_t> room{};   ///< if not empty: the choice may use at most this much of each resource
    double tolerance = 0;                   ///< a choice this much below the best is good enough
    std::int64_t effort = 0;                ///< nodes after which the best so far will do; 0: as many as it takes
    std::span<const std::int32_t> known{};  ///< content of a choice that may be worth starting from
    const Control* control = nullptr;       ///< may be cancelled: then the best so far
    /// If not null: gets choices worth at most `within` less than the best, each once, the best `most_near` of them; fewer
    /// where that takes too long.
    std::vector<Choice>* near = nullptr;
    double within = 0;
    std::int32_t most_near = 0;
    /// If not null: gets how far `near` is complete. Nothing else is worth at most so much less than the best; below 0: that
    /// is not known.
    double* complete = nullptr;
};

/// The client's exact search: puts the best choice found into `best` (whatever was in it) and returns an upper bound on
/// max over choices of value - Σ price × amount; equal to that of `best` but for `tolerance`. -infinity: nothing can be
/// chosen. Counts its work in `nodes`.
using Pricer = std::function<double(const Query&, Choice& best, std::int64_t& nodes)>;

/// Resources that lie within others, as a fund lies within the one that it belongs to.
/// Taken on trust: where it is not so, the bound may be wrong.
struct Nesting {
    std::vector<std::int32_t>
        above{};  ///< by resource: what takes of it takes as much of this one too; -1: none, or not nested
    /// By group: the one nested resource of which its choices take, and so of those above; -1: they take of none.
    std::vector<std::int32_t> home{};
    std::int64_t step = 1;  ///< whatever is taken of nested resources is a multiple of it
};

/// Groups choose one choice each; choices use shared resources; maximise the sum of values.
struct AllocationProblem {
    std::int32_t groups = 0;
    std::vector<std::int64_t> capacity;  ///< by resource, ≥ 0
    /// Makes a search with scratch memory of its own; called from several threads.
    std::function<Pricer()> pricer;
    /// By group: a choice that is always possible; all together they keep the capacities. Empty: the empty choice.
    std::vector<Choice> fallback;
    /// There is no empty choice, and no fallback either: which choices are possible together is to be found out. The pricer
    /// then returns no empty choice, or -infinity where the query's room leaves none.
    bool must_choose = false;
    /// No allocation is worth more: the bound of a run that ends before the first prices. Asked for only then; none: infinite.
    std::function<double()> most;
    /// Part of the whole value that no choice changes, left out of all values here: the gap is relative to the whole.
    double constant = 0;
    /// What is known to be nested; all `home`s and what is above them. Empty: nothing. Where nothing else is scarce, a few
    /// thousand groups are then allocated in the best way of all, and that is proven.
    Nesting nesting;
    /// Prices that may be good, e.g. of a like problem solved before. By resource; empty: none known.
    std::vector<double> prices;
    /// No less than Σ over groups of what their best choice is worth at `prices`. Infinite: not known.
    double worth_at_prices = std::numeric_limits<double>::infinity();
    /// By group: a choice that it may make and that may be good; all together they may use too much. Of size 0: none known.
    Choices known;
    /// Groups that what is other than when `known` was found may be for, ascending. Empty: any group.
    std::vector<std::int32_t> concerned;
};

/// The pricer of groups whose choices are listed, by group. The lists must outlive it. With `must_choose` none may be left empty.
std::function<Pricer()> listed(const std::vector<std::vector<Choice>>& choices, bool must_choose = false);

struct AllocationOptions {
    double gap = 1e-4;
    double work_limit = 0;     ///< search nodes; 0: none
    double time_limit = 0;     ///< seconds; 0: none
    double seconds_after = 0;  ///< of the time limit, what the caller still needs
    int threads = 0;
};

/// `incomplete`: no allocation was found in which every group that must choose does; the choices of some are empty.
enum class AllocationStatus : std::uint8_t { optimal, within_gap, time_limit, work_limit, cancelled, incomplete };

struct Allocation {
    Choices choices;             ///< by group; together within the capacities
    std::vector<double> prices;  ///< by resource, per unit
    /// By resource, per unit: what one more is worth at most, 0 to its price, and what one fewer costs at least, its price or
    /// more: how the dual falls and rises with the capacity, as far as the choices that the search has seen tell.
    std::vector<double> one_more, one_fewer;
    double value = 0;        ///< Σ values of the choices
    double bound = 0;        ///< no allocation is worth more: that of the prices, or a smaller one that a search found
    double price_bound = 0;  ///< the Lagrangian dual at `prices`
    AllocationStatus status = AllocationStatus::work_limit;
    std::int64_t nodes = 0;    ///< work done
    std::int64_t queries = 0;  ///< times that a group was asked for its best choice
};

/// Lagrangian decomposition: prices for the resources by simultaneous second-order updates on a smoothed dual over a pool
/// of choices per group, first of a sample of the groups, then of all; a proven bound from exact pricing; then integer
/// choices by a search among near-best choices for the least sum of what groups forgo and of what is left over at the prices.
///
/// From prices and choices that are known, large problems are first tried with a sample of the groups: prices are corrected by
/// how the sample's part of the known choices differs from all of them; where the worth at the prices is known too and the
/// known choices can be made good enough, nobody else is asked at all.
///
/// Deterministic for any number of threads unless time or cancel ends it.
/// Source: Geoffrion (1974), Lagrangean relaxation for integer programming; entropic smoothing of the dual after Nesterov
/// (2005), Smooth minimization of non-smooth functions; corrected samples after Shamir, Srebro & Zhang (2014),
/// Communication-efficient distributed optimization using an approximate Newton-type method.
Allocation allocate(const AllocationProblem& problem, const AllocationOptions& options, Control* control = nullptr);

}  // namespace gradus
