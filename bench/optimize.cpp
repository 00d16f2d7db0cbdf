#include <algorithm>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "instance.h"
#include "measure.h"
#include "planning/offer.h"
#include "watch.h"

namespace gradus::bench {

namespace {

/// The median over people of the activities that the search for a person may choose from. Of a thousand people at most.
double median_candidates(const Instance& instance) {
    const Catalog catalog(instance.organization, instance.risks, instance.options);
    Offer offer(catalog);
    const auto people = static_cast<std::int32_t>(instance.organization.people().size());
    const std::int32_t step = std::max(1, people / 1000);
    std::vector<std::size_t> counts;
    for (std::int32_t person = 0; person < people; person += step) {
        offer.open(PersonId(person), nullptr);
        counts.push_back(offer.courses.size());
    }
    const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
    std::nth_element(counts.begin(), middle, counts.end());
    return static_cast<double>(*middle);
}

void report(benchmark::State& state, const Shape& shape, const Plan& plan, const std::vector<Moment>& moments) {
    const PlanCertificate& certificate = plan.certificate;
    const auto items = static_cast<double>(certificate.items[0]);
    state.counters["gap"] = certificate.gap[0];
    state.counters["value"] = certificate.value[0];
    state.counters["bound"] = certificate.bound[0];
    state.counters["items"] = items;
    state.counters["people"] = certificate.people[0];
    state.counters["conflicts"] = certificate.conflicts[0];
    state.counters["mandatory_share"] =
        static_cast<double>(std::count(plan.items.reason.begin(), plan.items.reason.end(), Reason::mandatory)) /
        std::max(items, 1.0);
    state.counters["items_per_person"] = items / std::max(certificate.people[0], 1);
    state.counters["candidates"] = median_candidates(instance(shape));
    state.counters["resources"] = static_cast<double>(plan.resources.size());
    state.counters["priced"] =
        static_cast<double>(std::count(plan.resources.binding.begin(), plan.resources.binding.end(), true));
    state.counters["results_mebibytes"] = mebibytes(plan.tables());
    // The empty plan, which is known from the beginning, is not meant.
    const auto first =
        std::find_if(moments.begin(), moments.end(), [](const Moment& moment) { return moment.value > 0; });
    if (first != moments.end()) state.counters["first_plan_seconds"] = first->seconds;
    state.SetLabel(std::string(Words<PlanStatus>::names[static_cast<std::size_t>(certificate.stop_reason[0])]));
}

/// Up to so many people the question is whether the plan can be proven to be the best.
constexpr int proven = 200;

void plans(benchmark::State& state, const Shape& shape) {
    const Instance& from = instance(shape);
    OptimizeOptions options = from.options;
    options.threads = threads;
    if (shape.people <= proven) options.gap = 0;
    Plan plan;
    std::vector<Moment> moments;
    const PeakMemory memory;
    for (auto _ : state) {
        Control control;
        Watch watch(control);
        plan = optimize(from.organization, from.risks, options, &control);
        state.counters["seconds_per_person"] = watch.seconds() / shape.people;
        moments = watch.stop();
    }
    memory.report_above(state);
    report(state, shape, plan, moments);
}

/// What making the instance takes, which the figures of plans leave out.
void makes(benchmark::State& state, const Shape& shape) {
    const PeakMemory memory;
    for (auto _ : state) {
        const Instance made = make_instance(shape);
        state.counters["sessions"] = static_cast<double>(made.organization->sessions.size());
    }
    memory.report(state);
}

const bool registered = [] {
    for (const Family family : families)
        for (const bool certain : {true, false})
            for (const int people : {5, 50, 200, 1'000, 10'000, 100'000, 1'000'000}) {
                const Shape shape{family, certain, people};
                benchmark::RegisterBenchmark(("optimize/" + name_of(shape)).c_str(), plans, shape)->Apply(once);
                benchmark::RegisterBenchmark(("instance/" + name_of(shape)).c_str(), makes, shape)->Apply(once);
            }
    return true;
}();

}  // namespace

}  // namespace gradus::bench
