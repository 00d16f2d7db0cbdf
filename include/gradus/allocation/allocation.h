#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <gradus/base/control.h>

namespace gradus {

/// What a choice takes of one shared resource.
struct Use {
    std::int32_t resource = 0;
    std::int64_t amount = 0;  ///< whole units, > 0

    friend bool operator==(const Use&, const Use&) = default;
};

/// One thing that a group may choose (a column). The empty choice has value 0 and uses nothing.
struct Choice {
    double value = 0;                     ///< worth, prices not deducted
    std::vector<Use> uses{};              ///< ascending by resource, each once
    std::vector<std::int32_t> content{};  ///< the client's own description; equal contents are the same choice
};

/// Asks for a group's best choice.
struct Query {
    std::int32_t group = 0;
    std::span<const double> prices{};      ///< per unit, by resource, ≥ 0
    std::span<const std::int64_t> room{};  ///< if not empty: the choice may use at most this much of each resource
    double tolerance = 0;                  ///< a choice this much below the best is good enough
    std::int64_t effort = 0;               ///< nodes after which the best so far will do; 0: as many as it takes
    const Choice* known = nullptr;         ///< a choice that may be worth starting from
    const Control* control = nullptr;      ///< may be cancelled: then the best so far
};

/// The client's exact search: puts the best choice found into `best` and returns an upper bound on
/// max over choices of value - Σ price × amount; equal to that of `best` but for `tolerance`. Counts its work in `nodes`.
using Pricer = std::function<double(const Query&, Choice& best, std::int64_t& nodes)>;

/// Groups choose one choice each; choices use shared resources; maximise the sum of values.
struct AllocationProblem {
    std::int32_t groups = 0;
    std::vector<std::int64_t> capacity;  ///< by resource, ≥ 0
    /// Makes a search with scratch memory of its own; called from several threads.
    std::function<Pricer()> pricer;
    /// By group: a choice that is always possible; all together they keep the capacities. Empty: the empty choice.
    std::vector<Choice> fallback;
    /// By group: no choice is worth more. Empty: infinite. The bound of a run that is cancelled before the first prices.
    std::vector<double> most;
    /// Part of the whole value that no choice changes, left out of all values here: the gap is relative to the whole.
    double constant = 0;
};

struct AllocationOptions {
    double gap = 1e-4;
    double work_limit = 0;  ///< search nodes; 0: none
    double time_limit = 0;  ///< seconds; 0: none
    int threads = 0;
};

enum class AllocationStatus : std::uint8_t { optimal, within_gap, time_limit, work_limit, cancelled };

struct Allocation {
    std::vector<Choice> choices;  ///< by group; together within the capacities
    std::vector<double> prices;   ///< by resource, per unit
    double value = 0;             ///< Σ values of the choices
    double bound = 0;             ///< the Lagrangian dual at `prices`: no allocation is worth more
    AllocationStatus status = AllocationStatus::work_limit;
    std::int64_t nodes = 0;  ///< work done
    int rounds = 0;          ///< times all groups were priced
};

/// Lagrangian decomposition: prices for the resources by simultaneous second-order updates on a smoothed dual over a pool
/// of choices per group, a proven bound from exact pricing, then rounding, repair and improvement to integer choices.
///
/// Deterministic for any number of threads unless time or cancel ends it.
/// Source: Geoffrion (1974), Lagrangean relaxation for integer programming; entropic smoothing of the dual after Nesterov
/// (2005), Smooth minimization of non-smooth functions.
Allocation allocate(const AllocationProblem& problem, const AllocationOptions& options, Control* control = nullptr);

}  // namespace gradus
