#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/parallel.h"
#include "measure.h"
#include "workforce.h"

namespace gradus::bench {

namespace {

template <class T>
double sum(const Column<T>& column) {
    double total = 0;
    for (const T& value : column) total += static_cast<double>(value);
    return total;
}

/// By these a peer shows that it did the same work.
void report(benchmark::State& state, const Risks& risks, const HeatMap& map) {
    state.counters["rows"] = static_cast<double>(risks.size());
    state.counters["mean"] = sum(risks.mean);
    state.counters["sd"] = sum(risks.sd);
    state.counters["status"] = sum(risks.status);
    state.counters["likelihood"] = sum(risks.likelihood);
    state.counters["shortfall"] = sum(risks.shortfall);
    state.counters["impact"] = sum(risks.impact);
    state.counters["impact_band"] = sum(risks.impact_band);
    state.counters["likelihood_band"] = sum(risks.likelihood_band);
    state.counters["exposure"] = sum(risks.exposure);
    state.counters["cells"] = static_cast<double>(map.size());
    state.counters["cells_requirements"] = sum(map.requirements);
    state.counters["cells_people"] = sum(map.people);
    state.counters["cells_unknown"] = sum(map.unknown);
    state.counters["cells_exposure"] = sum(map.exposure);
}

void gaps(benchmark::State& state) {
    const Believed& from = believed(static_cast<int>(state.range(0)));
    Gaps made;
    const PeakMemory memory;
    for (auto _ : state) made = find_gaps(from.organization, from.estimates, {.threads = threads});
    memory.report(state);
}
BENCHMARK(gaps)->Name("risk/gaps")->Apply(once)->Arg(10'000)->Arg(1'000'000);

void risks(benchmark::State& state) {
    const Believed& from = believed(static_cast<int>(state.range(0)));
    const Gaps gaps = find_gaps(from.organization, from.estimates, {.threads = threads});
    Risks made;
    const PeakMemory memory;
    for (auto _ : state) made = assess_risk(from.organization, gaps, {.threads = threads});
    memory.report(state);
}
BENCHMARK(risks)->Name("risk/risks")->Apply(once)->Arg(10'000)->Arg(1'000'000);

void map(benchmark::State& state) {
    const Believed& from = believed(static_cast<int>(state.range(0)));
    const Risks risks = assess_risk(from.organization, find_gaps(from.organization, from.estimates));
    HeatMap made;
    const PeakMemory memory;
    for (auto _ : state) made = heat_map(from.organization, risks, {.threads = threads});
    memory.report(state);
}
BENCHMARK(map)->Name("risk/heat_map")->Apply(once)->Arg(10'000)->Arg(1'000'000);

/// From estimates to the heat map; every table is kept until the last is made.
void all(benchmark::State& state) {
    const Believed& from = believed(static_cast<int>(state.range(0)));
    Gaps gaps;
    Risks risks;
    HeatMap map;
    const PeakMemory memory;
    for (auto _ : state) {
        gaps = find_gaps(from.organization, from.estimates, {.threads = threads});
        risks = assess_risk(from.organization, gaps, {.threads = threads});
        map = heat_map(from.organization, risks, {.threads = threads});
    }
    memory.report(state);
    report(state, risks, map);
}
BENCHMARK(all)->Name("risk/all")->Apply(once)->Arg(10'000)->Arg(1'000'000);

/// The arithmetic alone, by the mathematical library, and as many new columns of each width as gaps and risks have.
void bare_loop(benchmark::State& state) {
    const Believed& from = believed(static_cast<int>(state.range(0)));
    const Risks source = assess_risk(from.organization, find_gaps(from.organization, from.estimates));
    const std::size_t rows = source.size();
    for (auto _ : state) {
        std::vector<Buffer<double>> reals;
        for (int i = 0; i < 11; ++i) reals.emplace_back(rows);
        std::vector<Buffer<std::int32_t>> integers;
        for (int i = 0; i < 5; ++i) integers.emplace_back(rows);
        std::vector<Buffer<std::uint8_t>> words;
        for (int i = 0; i < 3; ++i) words.emplace_back(rows);
        parallel_for(static_cast<std::int64_t>(rows), 1 << 15, threads, [&](std::int64_t first, std::int64_t last) {
            for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
                const double gap = source.required[i] - source.mean[i], u = gap / source.sd[i];
                const double below = 0.5 * std::erfc(-u / std::numbers::sqrt2);
                const double density = std::exp(-0.5 * u * u) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
                const double shortfall = std::max(0.0, gap * below + source.sd[i] * density);
                for (Buffer<double>& column : reals) column[i] = shortfall;
                for (Buffer<std::int32_t>& column : integers) column[i] = static_cast<std::int32_t>(5 * below);
                for (Buffer<std::uint8_t>& column : words) column[i] = below > 0.5;
            }
        });
        benchmark::ClobberMemory();
    }
}
BENCHMARK(bare_loop)->Name("risk/bare_loop")->Apply(once)->Arg(10'000)->Arg(1'000'000);

}  // namespace

}  // namespace gradus::bench
