#pragma once

#include <span>

#include <benchmark/benchmark.h>
#include <gradus/base/table.h>

namespace gradus::bench {

/// As many as the figures that are published were made with, whatever the machine has.
constexpr int threads = 2;

/// Peak memory of this process since the object was made, set-up that is still held included. Where the system cannot forget
/// an earlier peak (it can on Linux), since the process began.
class PeakMemory {
public:
    PeakMemory();
    double mebibytes() const;
    void report(benchmark::State& state) const;
    /// That, and beside it what came on top of what was there when the object was made.
    void report_above(benchmark::State& state) const;

private:
    double before_;  // MiB; 0 where the system does not tell
};

/// What the columns of these tables take, keys apart: they are the inputs'. In MiB.
double mebibytes(std::span<const Table* const> tables);

/// One run per repetition, in wall-clock seconds: these runs are long, and the first one is as good as the others.
inline void once(benchmark::internal::Benchmark* benchmark) {
    benchmark->Iterations(1)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kSecond);
}

}  // namespace gradus::bench
