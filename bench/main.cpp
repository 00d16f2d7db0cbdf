#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include "measure.h"
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

}  // namespace

}  // namespace gradus::bench

/// Google Benchmark, and one thing more: --write-input PEOPLE FOLDER.
int main(int argc, char** argv) {
    if (argc == 4 && std::string_view(argv[1]) == "--write-input") {
        gradus::bench::write_input(std::atoi(argv[2]), argv[3]);
        return 0;
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
