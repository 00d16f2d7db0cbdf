#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "instance.h"
#include "measure.h"
#include "reviews.h"
#include "watch.h"
#include "workforce.h"

namespace gradus::bench {

namespace {

/// Writes columns of a table as the bytes that they have in memory: table.column.type.
void write(const Table& table, std::initializer_list<std::string_view> columns, const std::filesystem::path& folder) {
    for (const std::string_view name : columns) {
        const AnyColumn& column = *table.find(name);
        const bool real = column.type() == Type::real || column.type() == Type::level;  // else a key or an integer
        std::ofstream file(
            folder / (std::string(table.name()) + "." + std::string(name) + (real ? ".float64" : ".int32")),
            std::ios::binary);
        file.write(static_cast<const char*>(column.data()),
                   static_cast<std::streamsize>(column.size() * (real ? 8 : 4)));
        if (!file.flush()) throw std::runtime_error("could not write to " + folder.string());
    }
}

/// What the peers read: the tables from which gaps and risks are made, with numbers for keys.
void write_input(int people, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const Believed& from = believed(people);
    write(from.organization->scales, {"scale", "position"}, folder);
    write(from.organization->capabilities, {"capability", "scale"}, folder);
    write(from.organization->requirements, {"role", "capability", "level", "max_level", "criticality"}, folder);
    write(from.organization->people, {"person", "role", "unit"}, folder);
    write(from.organization->objectives, {"objective", "weight"}, folder);
    write(from.organization->objective_links, {"objective", "capability", "strength"}, folder);
    write(from.estimates, {"person", "capability", "mean", "sd", "ratings"}, folder);
}

Shape shape_or_throw(const char* name) {
    const std::optional<Shape> shape = shape_named(name);
    if (!shape) throw std::runtime_error(std::string("no instance is called ") + name);
    return *shape;
}

/// Writes the problem of a certain instance for MIP solvers.
void write_mps(const char* name, const std::filesystem::path& path) {
    const Instance& from = instance(shape_or_throw(name));
    std::ofstream file(path, std::ios::binary);
    export_mps(from.organization, from.risks, file, from.options);
    if (!file.flush()) throw std::runtime_error("could not write " + path.string());
}

/// Plans an instance and prints what was known when, as one line of JSON: what the peers print too.
void write_plan(const char* name, double gap) {
    const Shape shape = shape_or_throw(name);
    const Instance& from = instance(shape);
    OptimizeOptions options = from.options;
    options.threads = threads;
    options.gap = gap;
    Control control;
    const PeakMemory memory;
    Watch watch(control);
    const Plan plan = optimize(from.organization, from.risks, options, &control);
    const double seconds = watch.seconds();
    const auto ended = Words<PlanStatus>::names[static_cast<std::size_t>(plan.certificate.stop_reason[0])];
    std::printf("{\"seconds\": %.6f, \"value\": %.17g, \"bound\": %.17g, \"ended\": \"%s\", \"peak_mebibytes\": %.1f",
                seconds, plan.certificate.value[0], plan.certificate.bound[0], std::string(ended).c_str(),
                memory.mebibytes());
    std::printf(", \"log\": [");
    for (const Moment& moment : watch.stop())
        if (!std::isnan(moment.value) && std::isfinite(moment.bound))
            std::printf("[%.6f, %.17g, %.17g], ", std::min(moment.seconds, seconds), moment.value, moment.bound);
    std::printf("[%.6f, %.17g, %.17g]]}\n", seconds, plan.certificate.value[0], plan.certificate.bound[0]);
}

}  // namespace

}  // namespace gradus::bench

/// Google Benchmark, and four things more: --write-input PEOPLE FOLDER; --write-reviews PEOPLE FILE; and, of an instance such as seats/certain/1000,
/// --write-mps INSTANCE FILE and --plan INSTANCE GAP.
int main(int argc, char** argv) {
    const std::string_view first = argc == 4 ? argv[1] : "";
    try {
        if (first == "--write-input") {
            gradus::bench::write_input(std::atoi(argv[2]), argv[3]);
            return 0;
        }
        if (first == "--write-reviews") {
            gradus::bench::Reviews(std::atoi(argv[2])).write(argv[3]);
            return 0;
        }
        if (first == "--write-mps") {
            gradus::bench::write_mps(argv[2], argv[3]);
            return 0;
        }
        if (first == "--plan") {
            gradus::bench::write_plan(argv[2], std::atof(argv[3]));
            return 0;
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "gradus_bench: %s\n", error.what());
        return 1;
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
