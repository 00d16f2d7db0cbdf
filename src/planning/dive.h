#pragma once

#include <cstdint>
#include <vector>

#include "planning/relaxation.h"

namespace gradus {

/// The best choice so far.
struct Found {
    bool any = false;
    double net = 0;
    std::vector<std::int32_t> content;

    void note(Draft& draft) {
        if (!draft.complete() || (any && draft.net() <= net)) return;
        any = true;
        net = draft.net();
        draft.describe(content);
    }
};

/// The second gear of a person's search: few nodes, each with a strong bound.
///
/// A dive decides course by course, the one that promises most first, and turns back where either bound says that nothing
/// better follows: the relaxation's at fixed multipliers, and the sum of what every open course would add now, which it
/// never adds later (Nemhauser & Wolsey 1978). Where a dive takes too long, the multipliers are sharpened for what is left,
/// and in the end the course with the most at stake splits it into branches.
class Dive {
public:
    Dive(Draft& draft, Chains& chains, Found& found) : draft_(draft), chains_(chains), found_(found) {}

    /// From the choice found and from multipliers of the draft's limits that suit it. Whatever is not found is worth no more
    /// than the result, or than what is found.
    double run(const Query& query, const std::vector<double>& limits, std::int64_t effort, std::int64_t& nodes);

private:
    struct Option {
        double value = 0;       // of the relaxation, with what follows it
        std::int32_t way = -1;  // -1: not taken
    };

    // A part of all choices; none of them is worth more than the bound.
    struct Branch {
        double bound = 0;
        Allowed allowed;
        Multipliers multipliers;

        bool operator<(const Branch& other) const { return bound < other.bound; }
    };

    void solve(Branch& branch, int steps);
    bool tighten(Allowed& allowed);
    void arrange();
    void dive(std::size_t depth, double linear);
    bool hopeless(std::size_t depth);
    void list_options(std::int32_t course, std::vector<Option>& options) const;
    static void sort(std::vector<Option>& options);
    std::vector<Option> most_at_stake(const Allowed& allowed, double bound, std::int32_t& course);
    bool exhausted();
    // In nodes of a search.
    std::int64_t work() const { return nodes_ + (relaxation_.work() - work_before_) / 64; }
    double threshold() const { return found_.net + query_->tolerance; }
    bool beaten(double bound) const { return found_.any && bound <= threshold(); }
    void prune(double bound) { ceiling_ = std::max(ceiling_, bound); }

    Draft& draft_;
    Chains& chains_;
    Found& found_;
    Relaxation relaxation_;
    const Query* query_ = nullptr;
    double ceiling_ = 0;
    bool stopped_ = false;
    std::int64_t nodes_ = 0, effort_ = 0, dive_left_ = 0, work_before_ = 0;

    std::vector<Branch> branches_;  // a heap

    // What is dived into.
    const Allowed* allowed_ = nullptr;
    const Multipliers* multipliers_ = nullptr;
    std::vector<std::int32_t> order_, taken_;   // courses; by course: way, or -1
    std::vector<std::vector<Option>> options_;  // by depth
    std::vector<double> shares_, costs_, gains_;
};

}  // namespace gradus
