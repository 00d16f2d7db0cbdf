#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "instance.h"
#include "measure.h"
#include "planning/duties.h"
#include "planning/search.h"
#include "random.h"

namespace gradus::bench {

namespace {

constexpr int asked = 2000;

/// Microseconds, and what is reported of them.
class Times {
public:
    void add(std::chrono::steady_clock::duration time) {
        microseconds_.push_back(std::chrono::duration<double, std::micro>(time).count());
    }
    void report(benchmark::State& state, const std::string& what) {
        std::sort(microseconds_.begin(), microseconds_.end());
        const auto at = [&](double share) {
            return microseconds_[static_cast<std::size_t>(share * static_cast<double>(microseconds_.size() - 1))];
        };
        state.counters[what + "_median_us"] = at(0.5);
        state.counters[what + "_p99_us"] = at(0.99);
    }

private:
    std::vector<double> microseconds_;
};

/// What re-planning one person at the prices of the plan takes: opening (what there is to choose from) and the search. One
/// after the other on one thread, in a random order, so that no one's data are at hand from the one before.
void person(benchmark::State& state, const Shape& shape) {
    const Instance& from = instance(shape);
    OptimizeOptions options = from.options;
    options.threads = threads;
    options.gap = 1e-3;  // prices hardly change beyond
    const Plan plan = optimize(from.organization, from.risks, options);
    const Catalog catalog(from.organization, from.risks, options);
    std::vector<double> prices;
    for (std::size_t i = 0; i < plan.resources.size(); ++i)
        prices.push_back(plan.resources.price[i] / (plan.resources.kind[i] == ResourceKind::fund ? 100 : 1));
    std::vector<PersonId> everyone;
    for (std::int32_t i = 0; i < shape.people; ++i) everyone.emplace_back(i);
    const DutyRoster roster = place_duties(catalog, everyone, nullptr);

    Random random(5);
    Search search(catalog);
    Times opening, searching, both;
    std::int64_t nodes = 0;
    for (auto _ : state)
        for (int k = 0; k < asked; ++k) {
            const auto who = static_cast<std::size_t>(random.below(shape.people));
            const auto start = std::chrono::steady_clock::now();
            search.draft.offer.open(everyone[who], roster.duties.empty() ? nullptr : &roster.duties[who], false,
                                    prices);
            const auto open = std::chrono::steady_clock::now();
            Query query;
            query.group = static_cast<std::int32_t>(who);
            query.prices = prices;
            Choice best;
            benchmark::DoNotOptimize(search.run(query, best, nodes));
            const auto end = std::chrono::steady_clock::now();
            opening.add(open - start);
            searching.add(end - open);
            both.add(end - start);
        }
    opening.report(state, "open");
    searching.report(state, "search");
    both.report(state, "both");
    state.counters["nodes"] = static_cast<double>(nodes) / asked;
}

const bool registered = [] {
    for (const Family family : families)
        for (const bool certain : {true, false})
            for (const int people : {1'000, 10'000, 100'000}) {
                const Shape shape{family, certain, people};
                benchmark::RegisterBenchmark(("person/" + name_of(shape)).c_str(), person, shape)->Apply(once);
            }
    return true;
}();

}  // namespace

}  // namespace gradus::bench
