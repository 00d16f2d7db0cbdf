#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <gradus/allocation/allocation.h>

#include "base/parallel.h"

namespace gradus {

/// Asks groups for their best choices, with searches that are made once and lent to one thread at a time.
class Pricing {
public:
    Pricing(const AllocationProblem& problem, int threads, const Control* control, std::function<bool()> late)
        : problem_(problem), threads_(threads), control_(control), late_(std::move(late)) {}

    struct Terms {
        std::span<const double> prices;
        double tolerance = 0;
        std::int64_t effort = 0;
        double within = 0;  ///< see Query: choices that are near the best are handed over too
        std::int32_t most_near = 0;
    };
    /// Of all that were asked.
    struct Total {
        double bound = 0;    ///< Σ of the bounds on what each could be worth at the prices
        double reached = 0;  ///< Σ of what the choices found are worth there
        std::vector<std::int64_t> used{};
        bool complete = true;  ///< false: it was late, and some were not asked
    };
    /// Asks groups `group(i)` for i in [0, count), starting from the content `known(i)`, and hands each choice to
    /// `take(i, choice)`; choices of one `chunk` come from one thread.
    template <class Group, class Known, class Take>
    Total ask(const Terms& terms, std::int32_t count, std::int32_t chunk, Group&& group, Known&& known, Take&& take);

    /// One group's best choice; returns the bound.
    double ask(const Query& query, Choice& best);

    std::int64_t nodes() const { return nodes_; }
    std::int64_t queries() const { return queries_; }

private:
    // A search on loan.
    class Loan {
    public:
        explicit Loan(Pricing& from) : from_(from) {
            {
                const std::lock_guard lock(from_.mutex_);
                if (!from_.idle_.empty()) {
                    pricer_ = std::move(from_.idle_.back());
                    from_.idle_.pop_back();
                }
            }
            if (!pricer_) pricer_ = from_.problem_.pricer();
        }
        ~Loan() {
            const std::lock_guard lock(from_.mutex_);
            from_.idle_.push_back(std::move(pricer_));
        }
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        const Pricer& operator*() const { return pricer_; }

    private:
        Pricing& from_;
        Pricer pricer_;
    };

    const AllocationProblem& problem_;
    int threads_;
    const Control* control_;
    std::function<bool()> late_;
    std::mutex mutex_;
    std::vector<Pricer> idle_;
    std::atomic<std::int64_t> nodes_{0}, queries_{0};
};

template <class Group, class Known, class Take>
Pricing::Total Pricing::ask(const Terms& terms, std::int32_t count, std::int32_t chunk, Group&& group, Known&& known,
                            Take&& take) {
    struct Piece {
        double bound = 0, reached = 0;
        std::int64_t nodes = 0;
        bool done = false;
    };
    std::vector<Piece> pieces((count + chunk - 1) / chunk);
    Total total;
    total.used.assign(terms.prices.size(), 0);
    std::mutex summing;
    const int threads = count < 4 * chunk ? 1 : threads_;
    // Each thread asks for several chunks in turn and adds up what they use: whole numbers, so the order does not matter.
    std::atomic<std::int32_t> next{0};
    const auto workers = thread_count(static_cast<std::int64_t>(pieces.size()), threads);
    parallel_for(workers, 1, workers, [&](std::int64_t, std::int64_t) {
        const Loan pricer(*this);
        std::vector<std::int64_t> used(terms.prices.size(), 0);
        Choice choice;
        std::vector<Choice> near;
        while (!late_()) {
            const std::int32_t number = next.fetch_add(1, std::memory_order_relaxed);
            if (number >= static_cast<std::int32_t>(pieces.size())) break;
            Piece& piece = pieces[number];
            for (std::int32_t i = number * chunk; i < std::min(count, (number + 1) * chunk); ++i) {
                Query query;
                query.group = group(i);
                query.prices = terms.prices;
                query.tolerance = terms.tolerance;
                query.effort = terms.effort;
                query.known = known(i);
                query.control = control_;
                query.within = terms.within;
                query.most_near = terms.most_near;
                if (terms.most_near > 0) query.near = &near;
                piece.bound += (*pricer)(query, choice, piece.nodes);
                piece.reached += ChoiceView(choice).net(terms.prices);
                for (const Use& use : choice.uses) used[use.resource] += use.amount;
                take(i, choice);
                for (const Choice& other : near) take(i, other);
            }
            piece.done = true;
        }
        const std::lock_guard lock(summing);
        for (std::size_t r = 0; r < used.size(); ++r) total.used[r] += used[r];
    });
    for (const Piece& piece : pieces) {
        total.bound += piece.bound;
        total.reached += piece.reached;
        nodes_ += piece.nodes;
        total.complete = total.complete && piece.done;
    }
    queries_ += count;
    total.complete = total.complete && !(control_ && control_->cancelled());
    return total;
}

}  // namespace gradus
