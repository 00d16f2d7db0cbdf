#pragma once

#include <atomic>
#include <chrono>
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
    /// `late`: stop at the end of a wave, as for work; `over`: stop at once, as for time.
    Pricing(const AllocationProblem& problem, int threads, const Control* control, std::function<bool()> late,
            std::function<bool()> over)
        : problem_(problem), threads_(threads), control_(control), late_(std::move(late)), over_(std::move(over)) {}

    struct Terms {
        std::span<const double> prices;
        double tolerance = 0;
        std::int64_t effort = 0;
        double within = 0;  ///< see Query: choices that are near the best are handed over too
        std::int32_t most_near = 0;
        std::span<double> complete{};  ///< see Query, by number; empty: not asked
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
    /// By the clock, when many were last asked to be glanced at.
    double seconds_a_query() const { return seconds_a_query_; }

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
            if (pricer_) return;
            pricer_ = from_.problem_.pricer();
            const std::lock_guard lock(from_.mutex_);
            from_.idle_.reserve(static_cast<std::size_t>(++from_.made_));  // giving it back cannot fail
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
    std::function<bool()> late_, over_;
    double seconds_a_query_ = 0;
    std::mutex mutex_;
    std::vector<Pricer> idle_;
    int made_ = 0;
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
    const auto begun = std::chrono::steady_clock::now();
    const std::int32_t chunks = (count + chunk - 1) / chunk;
    std::vector<Piece> pieces(chunks);
    Total total;
    total.used.assign(terms.prices.size(), 0);
    std::mutex summing;
    // In waves: after each it is known, for any number of threads, how much work was done.
    const std::int32_t wave = std::max(1, 4096 / chunk);
    std::int32_t asked = 0;
    while (asked < chunks && !late_()) {
        const std::int32_t end = std::min(chunks, asked + wave);
        const int workers = thread_count((end - asked) / 4, threads_);
        std::atomic<std::int32_t> next{asked};
        parallel_for(workers, 1, workers, [&](std::int64_t, std::int64_t) {
            const Loan pricer(*this);
            // Whole numbers: the order in which threads add them up does not matter.
            std::vector<std::int64_t> used(terms.prices.size(), 0);
            Choice choice;
            std::vector<Choice> near;
            while (!over_()) {
                const std::int32_t number = next.fetch_add(1, std::memory_order_relaxed);
                if (number >= end) break;
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
                    if (!terms.complete.empty()) query.complete = &terms.complete[i];
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
        for (; asked < end; ++asked) nodes_ += pieces[asked].nodes;
    }
    for (const Piece& piece : pieces) {
        total.bound += piece.bound;
        total.reached += piece.reached;
        total.complete = total.complete && piece.done;
    }
    queries_ += count;
    if (total.complete && count >= 256 && terms.effort > 0)
        seconds_a_query_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() / count;
    total.complete = total.complete && !(control_ && control_->cancelled());
    return total;
}

}  // namespace gradus
