#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/allocation/allocation.h>

#include "planning/shortlist.h"

namespace gradus {

/// The first gear of a person's search: the few courses worth their price, searched depth first on flat arrays.
///
/// Bound: what is chosen, plus what every open course would add now, in one of two ways: as it is, or less multipliers on
/// the person's own limits, plus these × what is left. Gains never grow as more is chosen, so both hold below too. The
/// multipliers are found once, at the root, by a few subgradient steps on all at once. A course that needs others is
/// counted with one of these: all together, or none of them.
/// Source: Nemhauser & Wolsey (1978); core problems and Lagrangian bounds of knapsacks, Kellerer, Pferschy & Pisinger
/// (2004), §5.4 and §11; items that need others, Samphaiboon & Yamada (2000), precedence-constrained knapsacks.
class Core {
public:
    explicit Core(Offer& offer) : offer_(offer), list_(offer) {}

    /// Takes up the person that the offer is open on. False for what cannot be expressed; see Shortlist.
    bool open(const Query& query);

    /// True if the search came to its end within `effort` nodes: then nothing is worth more than `ceiling()` and the best
    /// choice found, whichever is more.
    bool run(double tolerance, std::int64_t effort, std::int64_t& nodes);
    /// Of most courses there are several sessions to choose from: more nodes then do better than the other gears.
    bool many_sessions() const;
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
    using Item = Shortlist::Item;
    using Option = Shortlist::Option;
    using Limit = Shortlist::Limit;

    // What an item adds with those that need it and are counted with it: as it is, and less multipliers.
    struct Pick {
        double value = 0, plain = 0;
        double below_value = 0, below_plain = 0;  // of that, what those add
        std::int32_t number = 0;
    };
    // What a node tells of the option that was taken last: no choice below is worth more that would be possible but for its dates,
    // or that holds another item which bears on the same states.
    struct Verdict {
        double in_the_way = 0, touched = 0;
    };
    struct Way {
        double value = 0;
        std::int32_t number = 0;
        Verdict verdict;
        bool taken = false;
    };
    // An option that only the dates of what was taken last rule out.
    struct Blocked {
        double score = 0, plain = 0, most = 0;
        std::int32_t item = 0, number = 0;
    };
    // Of items, while a node is weighed.
    struct Below {
        double value = 0, plain = 0, reach = 0;
    };

    bool fits(const Option& option) const;
    bool within_limits(const Option& option) const;
    bool clashes(const Option& option, std::size_t count) const;
    void judge(std::size_t depth, double plain, double value);
    bool replaceable(std::size_t depth, std::size_t way, const double* row);
    bool teachable(const Item& item) const;
    double score(std::int32_t option, const double* gains) const;
    double ease(double* row);
    std::size_t width() const { return 2 * list_.options.size() + (capped_ ? list_.parts : 0); }
    void take(std::int32_t option, int sign);
    void refresh(const Item& item, double* row);
    void refresh_after(const Item& item, double* row);
    std::int32_t counted_with(const Item& item) const;
    void note(double net);
    void describe(const std::vector<std::int32_t>& ways, double net, Choice& choice) const;
    void begin_with(std::span<const std::int32_t> content);
    void greedy();
    double relaxed(bool slopes);
    void find_multipliers(int steps);
    bool sum_up(std::size_t depth, bool fresh, double& plain, double& value);
    void list_states();
    void anchor();
    void weigh(const Item& item, std::int32_t option, const double* row, int sign);
    void explore(std::size_t depth, double net);
    void close(std::int32_t item);
    bool beaten(double bound) const { return gathering_ ? bound < floor_ : any_ && bound <= best_net_ + tolerance_; }

    Offer& offer_;
    Shortlist list_;
    const Query* query_ = nullptr;
    // By depth, a row: of each option, what it adds; the same less multipliers, -infinity where it is not open; parts.
    std::vector<double> rows_;
    std::vector<std::vector<Pick>> picks_;  // by depth
    std::vector<std::vector<Way>> ways_;    // by depth
    std::vector<Below> below_;
    std::vector<Below> added_;       // by item: what it adds to both bounds of the node at hand
    std::vector<Blocked> blocked_;   // of the node at hand
    std::vector<Verdict> verdicts_;  // by depth
    // Lessons of the items by state, where several items bear on it.
    struct Taught {
        std::int32_t item = 0, lesson = 0;
    };
    std::vector<Taught> taught_by_;
    std::vector<std::int32_t> first_taught_;  // by such a state, and the end
    struct Drop {
        double at = 0, gain = 0;
    };
    std::vector<Drop> drops_[2];
    // What a good choice adds to each state, less what is taken; what each part would add on top of that choice.
    std::vector<double> anchored_, on_top_;
    std::vector<std::int32_t> picked_;        // by item: option, or -1, in the last relaxation
    std::vector<std::int32_t> closed_;        // items, in turn
    std::vector<std::int32_t> chosen_;        // options
    std::vector<std::int32_t> taken_, best_;  // ways, see Shortlist::way
    std::vector<std::uint64_t> taught_;       // before each of them
    double tolerance_ = 0, best_net_ = 0, ceiling_ = 0;
    std::int64_t nodes_ = 0, effort_ = 0;
    std::int32_t forced_left_ = 0;
    bool alike_ = false;  // one way of an item may stand for others
    bool any_ = false, stopped_ = false, gathering_ = false, capped_ = false;
    struct Near {
        double net = 0;
        std::vector<std::int32_t> ways;
    };
    std::vector<Near> near_;  // a heap, the worst first
    std::size_t near_count_ = 0;
    double floor_ = 0, least_ = 0;  // what counts as near; what an option must add more than
};

}  // namespace gradus
