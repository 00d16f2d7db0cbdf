#include "assignment.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <span>
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

double Assignment::dearest() const { return 1 + static_cast<double>(*std::max_element(cost.begin(), cost.end())); }

std::vector<std::vector<Choice>> choices_of(const Assignment& assignment) {
    std::vector<std::vector<Choice>> choices(assignment.jobs);
    const double dearest = assignment.dearest();
    for (std::size_t job = 0; job < assignment.jobs; ++job)
        for (std::size_t agent = 0; agent < assignment.agents; ++agent) {
            const auto number = static_cast<std::int32_t>(agent);
            const std::size_t at = assignment.at(agent, job);
            if (assignment.weight[at] > assignment.capacity[agent]) continue;
            choices[job].push_back(
                {dearest - static_cast<double>(assignment.cost[at]), {{number, assignment.weight[at]}}, {number}});
        }
    return choices;
}

AllocationProblem problem_of(const Assignment& assignment, const std::vector<std::vector<Choice>>& choices) {
    AllocationProblem problem;
    problem.groups = static_cast<std::int32_t>(assignment.jobs);
    problem.capacity = assignment.capacity;
    problem.must_choose = true;
    problem.constant = -assignment.dearest() * static_cast<double>(assignment.jobs);
    problem.pricer = listed(choices, true);
    return problem;
}

Assigned check(const Assignment& assignment, const Allocation& allocation) {
    Assigned result;
    std::vector<std::int64_t> left = assignment.capacity;
    result.feasible = static_cast<std::size_t>(allocation.choices.size()) == assignment.jobs;
    for (std::int32_t group = 0; group < allocation.choices.size(); ++group) {
        const auto job = static_cast<std::size_t>(group);
        const std::span<const std::int32_t> content = allocation.choices[group].content;
        if (content.size() != 1 || content[0] < 0 || static_cast<std::size_t>(content[0]) >= assignment.agents) {
            result.feasible = false;
            continue;
        }
        const auto agent = static_cast<std::size_t>(content[0]);
        result.cost += assignment.cost[assignment.at(agent, job)];
        left[agent] -= assignment.weight[assignment.at(agent, job)];
    }
    result.feasible = result.feasible && *std::min_element(left.begin(), left.end()) >= 0;
    for (std::size_t job = 0; job < assignment.jobs; ++job) {
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t agent = 0; agent < assignment.agents; ++agent)
            least = std::min(least, static_cast<double>(assignment.cost[assignment.at(agent, job)]) +
                                        allocation.prices[agent] *
                                            static_cast<double>(assignment.weight[assignment.at(agent, job)]));
        result.price_bound += least;
    }
    for (std::size_t agent = 0; agent < assignment.agents; ++agent)
        result.price_bound -= allocation.prices[agent] * static_cast<double>(assignment.capacity[agent]);
    return result;
}

}  // namespace gradus::bench
