#pragma once

#include <benchmark/benchmark.h>

namespace gradus::bench {

/// As many as the figures that are published were made with, whatever the machine has.
constexpr int threads = 2;

/// Peak memory of this process since the object was made, set-up that is still held included. Where the system cannot forget
/// an earlier peak (it can on Linux), since the process began.
class PeakMemory {
public:
    PeakMemory();
    void report(benchmark::State& state) const;
};

/// One run per repetition, in wall-clock seconds: these runs are long, and the first one is as good as the others.
inline void once(benchmark::internal::Benchmark* benchmark) {
    benchmark->Iterations(1)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kSecond);
}

}  // namespace gradus::bench
