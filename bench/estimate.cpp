#include "measure.h"
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

}  // namespace

}  // namespace gradus::bench
