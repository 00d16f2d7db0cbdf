#include <algorithm>
#include <optional>
#include <type_traits>

#include "base/parallel.h"
#include "measure.h"
#include "workforce.h"

namespace gradus::bench {

namespace {

/// People and their ratings, from Arrow columns in memory to tables that are checked and sorted.
void load(benchmark::State& state, Form form, Order order) {
    const Workforce& from = workforce(static_cast<int>(state.range(0)), form, order);
    std::optional<Organization> organization;
    Assessments assessments;
    const PeakMemory memory;
    for (auto _ : state) {
        organization.emplace(from.organization(), threads);
        assessments = load_assessments(*organization, from.assessments(), threads);
    }
    state.counters["rows"] = static_cast<double>(assessments.size());
    memory.report(state);
}
BENCHMARK_CAPTURE(load, dictionary, Form::dictionary, Order::sorted)->Apply(once)->Arg(10'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(load, dictionary_shuffled, Form::dictionary, Order::shuffled)
    ->Apply(once)
    ->Arg(10'000)
    ->Arg(1'000'000);
BENCHMARK_CAPTURE(load, strings, Form::strings, Order::sorted)->Apply(once)->Arg(10'000)->Arg(1'000'000);

/// What no loader can do without: copying the columns of ratings that are right and sorted already.
void copy(benchmark::State& state) {
    const Workforce& from = workforce(static_cast<int>(state.range(0)), Form::dictionary, Order::sorted);
    const Organization organization(from.organization(), threads);
    const Assessments source = load_assessments(organization, from.assessments(), threads);
    Assessments copied;
    for (auto _ : state) {
        const auto same = [&](auto& to, const auto& column) {
            Buffer values = Buffer<std::remove_cvref_t<decltype(column[0])>>(column.size());
            parallel_for(static_cast<std::int64_t>(column.size()), 1 << 16, threads,
                         [&](std::int64_t first, std::int64_t last) {
                             std::copy(column.begin() + first, column.begin() + last, values.begin() + first);
                         });
            to.set(std::move(values));
        };
        same(copied.person, source.person);
        same(copied.capability, source.capability);
        same(copied.source, source.source);
        same(copied.rater, source.rater);
        same(copied.date, source.date);
        same(copied.level, source.level);
        same(copied.assessment, source.assessment);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(copy)->Name("load/bare_copy")->Apply(once)->Arg(10'000)->Arg(1'000'000);

}  // namespace

}  // namespace gradus::bench
