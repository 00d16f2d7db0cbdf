#include <chrono>
#include <string>
#include <thread>

#include "instance.h"
#include "measure.h"
#include "watch.h"

namespace gradus::bench {

namespace {

/// How soon a run ends that is cancelled after the given seconds, and one that has as many: with its plan and all tables.
void ends(benchmark::State& state, const Shape& shape, double seconds) {
    const Instance& from = instance(shape);
    OptimizeOptions options = from.options;
    options.threads = threads;
    options.gap = 0;  // so that neither ends before
    double after_cancel = 0, limited = 0;
    for (auto _ : state) {
        Control control;
        double cancelled = 0;
        Watch watch(control);
        std::thread impatient([&] {
            std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
            cancelled = watch.seconds();
            control.cancel();
        });
        const Plan plan = optimize(from.organization, from.risks, options, &control);
        const double ended = watch.seconds();
        impatient.join();
        // It may have ended by itself: then there is nothing to tell.
        if (plan.certificate.stop_reason[0] == PlanStatus::cancelled) after_cancel = ended - cancelled;

        options.time_limit = seconds;
        const Watch again(control);
        const Plan other = optimize(from.organization, from.risks, options);
        if (other.certificate.stop_reason[0] == PlanStatus::time_limit) limited = again.seconds();
    }
    state.counters["limit_seconds"] = seconds;
    if (after_cancel > 0) state.counters["after_cancel_seconds"] = after_cancel;
    if (limited > 0) state.counters["limited_seconds"] = limited;
}

const bool registered = [] {
    for (const Family family : families)
        for (const bool certain : {true, false})
            for (const int people : {1'000, 10'000, 100'000, 1'000'000}) {
                const Shape shape{family, certain, people};
                // Less than a plan takes, more than the first does.
                const double seconds = people <= 1'000 ? 0.2 : people <= 10'000 ? 0.5 : people <= 100'000 ? 3 : 8;
                benchmark::RegisterBenchmark(("anytime/" + name_of(shape)).c_str(), ends, shape, seconds)->Apply(once);
            }
    return true;
}();

}  // namespace

}  // namespace gradus::bench
