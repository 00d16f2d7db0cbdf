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
    // Scratch of one depth.
    struct Node {
        std::vector<double> reduced, plain;  // by course: most it could add, less multipliers or not
        std::vector<std::int32_t> order, excluded;
        std::vector<std::pair<double, std::int32_t>> ways;
    };

    void prepare(const Query& query);
    void find_multipliers(double known, int steps);
    void explore(double net);
    double weigh(Node& node, double net, double factor, bool ease) const;
    std::int32_t room_for(const Node& node, std::int32_t many) const;
    void record(double net);
    bool fits(const Way& way, Stop* stop = nullptr) const;
    bool replay(std::span<const std::int32_t> content, std::vector<Way>& chosen);
    bool place(std::int32_t way, Way& actual, double& net);
    void push(const Way& way);
    void pop();
    void refresh(std::int32_t course);
    double price(const Way& way) const;
    double charge(const Way& way) const;

    const Catalog& catalog_;
    const Query* query_ = nullptr;
    double tolerance_ = 0, best_ = 0, ceiling_ = 0;
    bool found_ = false, stopped_ = false;
    std::int64_t nodes_ = 0, node_limit_ = 0;
    std::vector<std::int32_t> best_content_;
    double best_value_ = 0;

    std::vector<Way> chosen_, sorted_;
    std::vector<std::int32_t> state_;          // by course: free, chosen, excluded
    std::vector<double> price_, charge_;       // by way: prices of what is shared, multipliers of what is not
    std::vector<Node> scratch_;                // by depth
    std::vector<std::vector<double>> gains_;   // by depth, way: what it would add now
    std::vector<std::vector<double>> eased_;   // the same less what the states' multipliers count already
    std::vector<double> discount_;             // by state: 1 - its multiplier
    std::vector<double> potential_;            // by state: what can still be gained
    std::vector<std::vector<Benefit::Part>> parts_;  // by depth: what the course chosen there took of the potentials
    std::vector<double> multiplier_;           // by limit
    std::vector<double> left_;                 // by limit, what is left
    std::vector<std::int64_t> taken_;          // by resource, of the choice being built
    std::vector<double> shares_;
    std::vector<Benefit::Part> parts_of_;     // by way at the root, from part_first_
    std::vector<std::int32_t> part_first_;
    std::int32_t forced_left_ = 0;
    std::int32_t limits_ = 0;
};

}  // namespace gradus
