#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "assignment.h"
#include "measure.h"

namespace gradus::bench {

namespace {

const std::filesystem::path folder = std::filesystem::path(GRADUS_SOURCE_DIR) / ".." / "shared" / "data" / "gap";

/// What is known of the optimum: a column of lp_bounds.csv, which names the instance in its first. NaN: not there.
double known(const std::string& name, std::size_t column) {
    std::ifstream in(folder / "lp_bounds.csv");
    for (std::string line; std::getline(in, line);) {
        std::istringstream row(line);
        std::vector<std::string> cells;
        for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
        if (cells.size() > column && cells[0] == name) return std::stod(cells[column]);
    }
    return std::nan("");
}

/// A generalised assignment instance of others, planned in two seconds.
void assigns(benchmark::State& state, const std::string& name) {
    if (!exists(folder / name)) {
        state.SkipWithError(((folder / name).string() + " is not there").c_str());
        return;
    }
    const Assignment instance = read_assignment(folder / name);
    const std::vector<std::vector<Choice>> choices = choices_of(instance);
    const AllocationProblem problem = problem_of(instance, choices);
    Allocation found;
    const PeakMemory memory;
    for (auto _ : state) found = allocate(problem, {.gap = 0, .time_limit = 2, .threads = threads});
    memory.report_above(state);
    const Assigned assigned = check(instance, found);
    state.counters["feasible"] = assigned.feasible;
    state.counters["cost"] = static_cast<double>(assigned.cost);
    state.counters["bound"] = -(found.bound + problem.constant);
    state.counters["price_bound"] = assigned.price_bound;
    state.counters["lp_bound"] = known(name, 3);
    state.counters["best_known_bound"] = known(name, 4);
    state.counters["best_known"] = known(name, 5);
    state.counters["rounds"] = static_cast<double>(found.queries) / static_cast<double>(instance.jobs);
    constexpr const char* ends[] = {"optimal", "within_gap", "time_limit", "work_limit", "cancelled", "incomplete"};
    state.SetLabel(ends[static_cast<std::size_t>(found.status)]);
}

const bool registered = [] {
    for (const char* name : {"c10100", "c20200", "c15900", "c401600", "d10100", "d20200", "d20400", "e10100", "e20200",
                             "e30900", "e801600"})
        benchmark::RegisterBenchmark((std::string("assignment/") + name).c_str(), assigns, name)->Apply(once);
    return true;
}();

}  // namespace

}  // namespace gradus::bench
