#include "assignment.h"

#include <fstream>
#include <stdexcept>
#include <string>

namespace gradus::bench {

Assignment read_assignment(const std::filesystem::path& file) {
    std::ifstream in(file);
    Assignment read;
    const auto fill = [&](std::vector<std::int64_t>& numbers, std::size_t count) {
        numbers.resize(count);
        for (std::int64_t& number : numbers) in >> number;
    };
    in >> read.agents >> read.jobs;
    if (in) {
        fill(read.cost, read.agents * read.jobs);
        fill(read.weight, read.agents * read.jobs);
        fill(read.capacity, read.agents);
    }
    if (!in) throw std::runtime_error(file.string() + " has fewer numbers than agents and jobs ask for");
    if (std::string more; in >> more) throw std::runtime_error(file.string() + " has more numbers than expected");
    return read;
}

}  // namespace gradus::bench
