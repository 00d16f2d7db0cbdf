#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/allocation/allocation.h>

#include "planning/offer.h"

namespace gradus {

/// The exact best choice of one person at given prices: depth-first branch and bound over the person's courses.
///
/// Bound: the value so far plus, for every course that may still be added, what it would add now (an upper bound on what
/// it adds later, since gains never grow) less prices and less multipliers on the person's own limits (hours of each
/// period, accounts, number of activities), plus multipliers × what is left of them. Any multipliers ≥ 0 are valid; good
/// ones come from a few simultaneous subgradient steps at the root.
/// Source: Lagrangian bounds for multiple-choice knapsacks, e.g. Kellerer, Pferschy & Pisinger (2004), §11; submodular
/// upper bounds, Nemhauser & Wolsey (1978).
class Search {
public:
    explicit Search(const Catalog& catalog) : offer(catalog), catalog_(catalog) {}

    Offer offer;

    /// For the person that `offer` is open on. Returns an upper bound on the best net value; `best` has the best choice
    /// found; equal but for `tolerance`. -infinity if what is forced cannot be placed.
    double run(const Query& query, Choice& best, std::int64_t& nodes);

    /// The ways of a choice's content, in order of the courses; false if it is not possible.
    bool replay(const Query& query, std::span<const std::int32_t> content, std::vector<Way>& chosen);

    /// What keeps a course from being added to a choice: the limit that its first way meets.
    struct Stop {
        Limit limit = Limit::due;
        std::string resource{};
        std::int32_t period = 0;  ///< 1-based; 0: none
        double capacity = missing<double>();
        double demanded = missing<double>();
    };
    Stop stop(const Query& query, std::span<const std::int32_t> content, std::int32_t course);

private:
    // What belongs to one depth of the search.
    struct Node {
        std::vector<double> gains;           // by way: what it would add now
        std::vector<double> parts;           // the same by way and lesson, from part_first_
        std::vector<double> multiplier;      // by limit of the person's own
        std::vector<double> discount;        // by state: 1 - its multiplier
        std::vector<double> own, plain;      // by course: most it could add itself, less multipliers or not
        std::vector<double> reduced;         // the first, with a part of what courses it needs would cost
        std::vector<double> score;           // by way: the same
        std::vector<Benefit::Part> taken;    // what the course chosen here took of the potentials
        std::vector<std::int32_t> order, excluded;
        std::vector<std::pair<double, std::int32_t>> ways;
    };

    void prepare(const Query& query);
    double weigh(Node& node, double net);
    double sharpen(Node& node, double net, int steps);
    void explore(double net);
    std::int32_t room_for(const Node& node, std::int32_t many) const;
    void record(double net);
    bool fits(const Way& way, Stop* stop = nullptr) const;
    bool replay(std::span<const std::int32_t> content, std::vector<Way>& chosen);
    bool place(std::int32_t way, Way& actual, double& net);
    void push(const Way& way);
    void pop();
    void refresh(std::int32_t course);
    double price(const Way& way) const;
    double charge(const Way& way, const std::vector<double>& multiplier) const;
    bool proven(double limit) const { return found_ && limit <= best_ + tolerance_; }

    const Catalog& catalog_;
    const Query* query_ = nullptr;
    double tolerance_ = 0, best_ = 0, ceiling_ = 0;
    bool found_ = false, stopped_ = false;
    std::int64_t nodes_ = 0, node_limit_ = 0;
    int root_steps_ = 40;
    std::vector<std::int32_t> best_content_;
    double best_value_ = 0;

    std::vector<Way> chosen_, sorted_;
    std::vector<std::int32_t> state_;          // by course: free, chosen, excluded
    std::vector<double> price_;                // by way
    std::vector<bool> dead_;                   // by way: cannot be in a better choice than the one known at the root
    std::vector<Node> nodes_of_;               // by depth
    std::vector<std::int32_t> part_first_, part_state_;
    std::vector<double> potential_;            // by state: what can still be gained
    std::vector<double> left_;                 // by limit, what is left
    std::vector<std::int64_t> taken_;          // by resource, of the choice being built
    std::vector<double> shares_, slope_, state_slope_, best_multiplier_, best_discount_, weight_;
    std::int32_t forced_left_ = 0;
    std::int32_t limits_ = 0;
};

}  // namespace gradus
