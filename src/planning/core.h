#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/allocation/allocation.h>

#include "planning/offer.h"

namespace gradus {

/// The first gear of a person's search: the few courses worth their price, searched depth first on flat arrays.
///
/// Bound: what is chosen, plus what every open course would add now, in one of two ways: as it is, or less multipliers on
/// the person's own limits, plus these × what is left. Gains never grow as more is chosen, so both hold below too. The
/// multipliers are found once, at the root, by a few subgradient steps on all at once.
/// Source: Nemhauser & Wolsey (1978); core problems and Lagrangian bounds of knapsacks, Kellerer, Pferschy & Pisinger
/// (2004), §5.4 and §11.
class Core {
public:
    explicit Core(Offer& offer) : offer_(offer) {}

    /// Takes up the person that the offer is open on. False for what it cannot express: courses that follow one another
    /// within the choice, a limit on capabilities, accounts that are in use already, very many lessons of one capability.
    bool open(const Query& query);

    /// True if the search came to its end within `effort` nodes: then nothing is worth more than `ceiling()` and the best
    /// choice found, whichever is more.
    bool run(double tolerance, std::int64_t effort, std::int64_t& nodes);
    /// No choice but the one found is worth more.
    double ceiling() const { return ceiling_; }
    /// True if a choice was found that holds all that is forced.
    bool any() const { return any_; }
    double net() const { return best_net_; }
    /// The best choice found, with what it takes of shared resources.
    void describe(Choice& choice) const { describe(best_, best_net_, choice); }
    /// After a run that came to its end: the choices of `query.near`.
    void gather(std::int64_t effort, std::int64_t& nodes);

private:
    static constexpr std::int32_t most_active = 12;

    struct Item {
        std::int32_t course = 0;
        std::int32_t first_way = 0, last_way = 0;
        std::int32_t first_lesson = 0, last_lesson = 0;
        std::uint64_t touches = 0;  ///< states, folded into 64 bits
        bool forced = false;
        bool open = true;
    };
    struct Option {
        std::int32_t way = 0;  ///< of the offer
        std::int32_t item = 0;
        std::int32_t first_take = 0, last_take = 0;
        double share = 0, charge = 0;
        bool dated = false;  ///< a session that must not overlap with another
    };
    struct Lesson {
        std::int32_t state = 0;
        std::uint64_t bit = 0;
    };
    // What is in effect on one state, longest first.
    struct Active {
        std::int32_t count = 0;
        double shares[most_active] = {};
        std::uint64_t sets[most_active + 1] = {};  // of the first 0, 1, 2 … lessons
    };
    struct Limit {
        std::int64_t key = 0;
        std::int64_t capacity = 0, left = 0;
        double asked = 0;                                       // if everything were taken
        double multiplier = 0, best_multiplier = 0, slope = 0;  // per whole capacity
    };
    struct Take {
        std::int32_t limit = 0;
        std::int64_t amount = 0;
        double part = 0;  // of the capacity
    };
    struct Pick {
        double value = 0;
        std::int32_t number = 0;
    };

    std::int32_t limit(std::int64_t key, std::int64_t capacity);
    bool add_way(const Way& way, std::int32_t number);
    bool add_item(std::int32_t course);
    void drop_slack_limits();
    double lesson_gain(const Lesson& lesson, double share);
    void refresh(const Item& item, double* gains);
    void activate(const Item& item, double share);
    void deactivate(const Item& item, double share);
    bool fits(const Option& option) const;
    void take(std::int32_t option, int sign);
    void note(double net);
    void describe(const std::vector<std::int32_t>& options, double net, Choice& choice) const;
    void begin_with(std::span<const std::int32_t> content);
    void greedy();
    double relaxed(bool slopes);
    void find_multipliers(int steps);
    void explore(std::size_t depth, double net);
    bool beaten(double bound) const { return gathering_ ? bound < floor_ : any_ && bound <= best_net_ + tolerance_; }

    Offer& offer_;
    const Query* query_ = nullptr;
    std::vector<Item> items_;
    std::vector<Option> options_;
    std::vector<Lesson> lessons_;
    std::vector<Active> active_;              // by state
    std::vector<std::int32_t> lesson_count_;  // by state
    std::vector<Limit> limits_;
    std::vector<Take> takes_;
    std::vector<double> gains_;                    // by depth and option
    std::vector<std::vector<Pick>> picks_, ways_;  // by depth
    std::vector<std::int32_t> chosen_, best_;      // options
    double tolerance_ = 0, best_net_ = 0, ceiling_ = 0;
    std::int64_t nodes_ = 0, effort_ = 0;
    std::int32_t forced_left_ = 0;
    bool any_ = false, stopped_ = false, gathering_ = false;
    struct Near {
        double net = 0;
        std::vector<std::int32_t> options;
    };
    std::vector<Near> near_;  // a heap, the worst first
    std::size_t near_count_ = 0;
    double floor_ = 0, least_ = 0;  // what counts as near; what an option must add more than
};

}  // namespace gradus
