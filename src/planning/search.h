#pragma once

#include <cstdint>
#include <vector>

#include <gradus/allocation/allocation.h>

#include "planning/chains.h"
#include "planning/core.h"
#include "planning/dive.h"
#include "planning/draft.h"

namespace gradus {

/// The exact best choice of one person at given prices: depth-first branch and bound over the person's courses.
///
/// Bound: the value so far plus the best of all chains of open courses, each at what it would add now (an upper bound on
/// what it adds later, since gains never grow), less prices and less multipliers on the person's own limits, plus
/// multipliers × what is left of these. What the lessons of one state add together is capped in two ways more: by what all
/// of them would add, and by what those of a good choice add, plus what each further one would add on top of it. Any
/// multipliers ≥ 0, and any mean of the caps, are valid; good ones come from a few subgradient steps at every node.
/// Source: Lagrangian bounds for multiple-choice knapsacks, e.g. Kellerer, Pferschy & Pisinger (2004), §11; submodular
/// upper bounds, Nemhauser & Wolsey (1978). What is not settled so within few nodes is handed over to a Dive.
class Search {
public:
    explicit Search(const Catalog& catalog) : draft(catalog), catalog_(catalog), core_(draft.offer) {}

    Draft draft;

    /// For the person that the draft's offer is open on. Returns an upper bound on the best net value; `best` has the best
    /// choice found; equal but for the query's tolerance unless its effort ran out. -infinity if what is forced cannot be
    /// placed. `memory` (if given) carries multipliers from one search to the next at other prices; empty: none yet.
    double run(const Query& query, Choice& best, std::int64_t& nodes, std::vector<float>* memory = nullptr);

private:
    // What belongs to one depth of the search.
    struct Node {
        std::vector<double> gains;         // by way: what it would add now
        std::vector<double> parts;         // the same by way and lesson, from part_first_
        std::vector<double> multiplier;    // by limit
        std::vector<double> full, known;   // by state: weights of the two caps on what its lessons add together
        std::vector<Benefit::Part> taken;  // what the course chosen here took of the potentials
        std::vector<double> top;           // by course: see Chains
        std::vector<double> value;         // by way: see Chains
        std::vector<std::int32_t> order, excluded;
        std::vector<std::pair<double, std::int32_t>> ways;
    };

    void prepare(const Query& query);
    void greedy();
    void anchor();
    double eased(const Node& node, std::int32_t way) const;
    void explore();
    double weigh(const Node& node);
    double sharpen(Node& node, int steps);
    void strike_out(double bound);
    void branch(Node& node, double bound);
    void visit(Node& node, std::int32_t way);
    double few_more(const Node& node, std::int32_t& count);
    void push(std::int32_t number, const Way& way);
    void pop();
    void refresh(std::int32_t course);
    bool beaten(double limit) const { return found_.any && limit <= found_.net + tolerance_; }
    void prune(double limit) { ceiling_ = std::max(ceiling_, limit); }

    const Catalog& catalog_;
    const Query* query_ = nullptr;
    Core core_;
    Chains chains_;
    Chains::Scores scores_;
    double tolerance_ = 0, ceiling_ = 0, struck_ = 0;
    bool stopped_ = false;
    Found found_;
    std::int64_t nodes_ = 0, node_limit_ = 0;
    int root_steps_ = 40;

    std::vector<char> dead_;      // by way: cannot be in a better choice than the one known at the root
    std::vector<Node> nodes_of_;  // by depth
    std::vector<std::int32_t> part_first_, part_state_;
    // Caps by state, less what is chosen already; and the parts that are left on top of the good choice, as `parts`.
    std::vector<double> potential_, anchored_, on_top_;
    std::vector<std::int32_t> anchor_;  // content of the good choice
    std::vector<double> shares_, slope_, full_slope_, known_slope_, best_multiplier_, best_full_, best_known_;
    Dive dive_{draft, chains_, found_};
};

}  // namespace gradus
