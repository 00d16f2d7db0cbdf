#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "measure.h"
#include "reviews.h"
#include "workforce.h"

namespace gradus::bench {

namespace {

void estimates(benchmark::State& state) {
    const Workforce& from = workforce(static_cast<int>(state.range(0)), Form::dictionary, Order::sorted);
    const Organization organization(from.organization(), threads);
    const Assessments assessments = load_assessments(organization, from.assessments(), threads);
    Estimates made;
    const PeakMemory memory;
    for (auto _ : state) made = estimate(organization, assessments, {.as_of = as_of(), .threads = threads});
    state.counters["rows"] = static_cast<double>(made.size());
    memory.report(state);
}
BENCHMARK(estimates)->Name("estimate")->Apply(once)->Arg(10'000)->Arg(1'000'000);

/// What tells that the same model was fitted, in positions of the scale.
void report(benchmark::State& state, const Estimates& made) {
    const auto rows = static_cast<double>(made.size());
    double sum = 0, squares = 0, variance = 0;
    for (std::size_t i = 0; i < made.size(); ++i) {
        sum += made.mean[i];
        squares += made.mean[i] * made.mean[i];
        variance += made.sd[i] * made.sd[i];
    }
    state.counters["mean"] = sum / rows;
    state.counters["spread"] = std::sqrt(std::max(0.0, squares / rows - (sum / rows) * (sum / rows)));
    state.counters["sd"] = std::sqrt(variance / rows);
    const VarianceReport parts = report_variances(made);
    const double range = Reviews::levels - 1;
    for (std::size_t i = 0; i < parts.size(); ++i) {  // of sources that share one, the same again
        const auto term = static_cast<std::size_t>(parts.term[i]);
        state.counters[std::string(Words<VarianceTerm>::names[term])] = parts.variance[i] * range * range;
    }
}

void reviewed(benchmark::State& state, const EstimateOptions& options) {
    const auto people = static_cast<int>(state.range(0));
    std::optional<Reviews> drawn(people);
    const auto ratings = static_cast<double>(drawn->ratings());
    const Organization organization(drawn->organization(), threads);
    const Assessments assessments = load_assessments(organization, drawn->assessments(), threads);
    drawn.reset();
    Estimates made;
    const PeakMemory memory;
    for (auto _ : state) made = estimate(organization, assessments, options);
    memory.report_above(state);
    state.counters["ratings"] = ratings;
    state.SetComplexityN(static_cast<benchmark::IterationCount>(ratings));
    report(state, made);
}

EstimateOptions by_default() { return {.as_of = as_of(), .threads = threads}; }

/// The model that other programs can express as well: nothing is believed beforehand, a term has one variance for all sources, and
/// biases and difficulties are taken as known once estimated.
EstimateOptions as_peers() {
    return {.as_of = as_of(),
            .pooled = {.severity = true, .halo = true, .residual = true},
            .prior_weight = 0,
            .common_uncertainty = false,
            .threads = threads};
}

void reviews(benchmark::State& state) { reviewed(state, by_default()); }
void pooled(benchmark::State& state) { reviewed(state, as_peers()); }

/// Of all sizes together: time per rating, and by how much sizes differ from it (RMS).
void every_size(benchmark::internal::Benchmark* benchmark) {
    benchmark->Apply(once)->RangeMultiplier(10)->Range(100, 1'000'000)->Complexity(benchmark::oN);
}
BENCHMARK(reviews)->Name("estimate/reviews")->Apply(every_size);
BENCHMARK(pooled)->Name("estimate/reviews_pooled")->Apply(every_size);

}  // namespace

}  // namespace gradus::bench
