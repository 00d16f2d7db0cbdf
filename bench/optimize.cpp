#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "instance.h"
#include "measure.h"

namespace gradus::bench {

namespace {

/// The median over people of the activities that teach something the person's role needs, to a level not yet believed.
double median_candidates(const Instance& instance) {
    const Outcomes& outcomes = instance.organization->outcomes;
    const Risks& risks = instance.risks;
    std::vector<std::vector<std::size_t>> teach(instance.organization.capabilities().size());
    for (std::size_t row = 0; row < outcomes.size(); ++row)
        teach[static_cast<std::size_t>(outcomes.capability[row].value())].push_back(row);
    std::vector<std::size_t> counts;
    std::vector<ActivityId> useful;
    for (std::size_t row = 0; row < risks.size();) {
        useful.clear();
        for (const PersonId person = risks.person[row]; row < risks.size() && risks.person[row] == person; ++row)
            for (const std::size_t outcome : teach[static_cast<std::size_t>(risks.capability[row].value())])
                if (is_missing(outcomes.up_to[outcome]) || outcomes.up_to[outcome] > risks.mean[row])
                    useful.push_back(outcomes.activity[outcome]);
        std::sort(useful.begin(), useful.end());
        counts.push_back(static_cast<std::size_t>(std::unique(useful.begin(), useful.end()) - useful.begin()));
    }
    std::nth_element(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2), counts.end());
    return static_cast<double>(counts[counts.size() / 2]);
}

void report(benchmark::State& state, const Instance& instance, const Plan& plan) {
    const PlanCertificate& certificate = plan.certificate;
    state.counters["gap"] = certificate.gap[0];
    state.counters["value"] = certificate.value[0];
    state.counters["bound"] = certificate.bound[0];
    state.counters["items"] = certificate.items[0];
    state.counters["people"] = certificate.people[0];
    state.counters["items_per_person"] = static_cast<double>(certificate.items[0]) / certificate.people[0];
    state.counters["candidates"] = median_candidates(instance);
    state.counters["resources"] = static_cast<double>(plan.resources.size());
    state.counters["priced"] =
        static_cast<double>(std::count(plan.resources.binding.begin(), plan.resources.binding.end(), true));
    state.SetLabel(std::string(Words<PlanStatus>::names[static_cast<std::size_t>(certificate.stop_reason[0])]));
}

void plans(benchmark::State& state) {
    static std::unique_ptr<const Instance> instance;
    static std::int64_t people = 0;
    if (people != state.range(0)) {
        people = state.range(0);
        instance = std::make_unique<const Instance>(make_instance({.people = static_cast<int>(people)}));
    }
    OptimizeOptions options = instance->options;
    options.threads = threads;
    Plan plan;
    const PeakMemory memory;
    for (auto _ : state) plan = optimize(instance->organization, instance->risks, options);
    memory.report(state);
    report(state, *instance, plan);
}
BENCHMARK(plans)->Name("optimize")->Apply(once)->Arg(200)->Arg(1'000)->Arg(10'000)->Arg(100'000);

}  // namespace

}  // namespace gradus::bench
