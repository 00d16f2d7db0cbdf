#include "measure.h"

#include <fstream>

#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace gradus::bench {

PeakMemory::PeakMemory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    std::ofstream("/proc/self/clear_refs") << 5;  // forgets the peak: proc(5)
}

void PeakMemory::report(benchmark::State& state) const {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    constexpr double units_per_mebibyte = 1024 * 1024;
#else
    constexpr double units_per_mebibyte = 1024;
#endif
    state.counters["peak_mebibytes"] = static_cast<double>(usage.ru_maxrss) / units_per_mebibyte;
}

}  // namespace gradus::bench
