#include "measure.h"

#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace gradus::bench {

namespace {

// A line of /proc/self/status, in MiB; 0: there is none. getrusage() would not do for small peaks: its figure is at least
// that of the process that started this one.
double status_mebibytes(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::stod(line.substr(name.size())) / 1024;
    return 0;
}

double peak_mebibytes() {
    if (const double peak = status_mebibytes("VmHWM:"); peak > 0) return peak;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    constexpr double units_per_mebibyte = 1024 * 1024;
#else
    constexpr double units_per_mebibyte = 1024;
#endif
    return static_cast<double>(usage.ru_maxrss) / units_per_mebibyte;
}

std::size_t width(Type type) {
    switch (type) {
    case Type::word:
    case Type::boolean: return 1;
    case Type::key:
    case Type::integer:
    case Type::date: return 4;
    default: return 8;
    }
}

}  // namespace

PeakMemory::PeakMemory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    std::ofstream("/proc/self/clear_refs") << 5;  // forgets the peak: proc(5)
    before_ = status_mebibytes("VmRSS:");
}

double PeakMemory::mebibytes() const { return peak_mebibytes(); }

void PeakMemory::report(benchmark::State& state) const { state.counters["peak_mebibytes"] = mebibytes(); }

void PeakMemory::report_above(benchmark::State& state) const {
    report(state);
    if (before_ > 0) state.counters["above_mebibytes"] = mebibytes() - before_;
}

double mebibytes(std::span<const Table* const> tables) {
    std::set<const void*> seen;
    std::size_t bytes = 0;
    for (const Table* table : tables)
        for (std::size_t i = 0; i < table->column_count(); ++i) {
            const AnyColumn& column = table->column(i);
            if (column.type() == Type::text) {
                const Strings& strings = *column.strings();
                bytes += 4 * column.size() + static_cast<std::size_t>(strings.offsets()[strings.size()]);
            } else if (seen.insert(column.data()).second) {
                bytes += width(column.type()) * column.size();
            }
        }
    return static_cast<double>(bytes) / 1024 / 1024;
}

}  // namespace gradus::bench
