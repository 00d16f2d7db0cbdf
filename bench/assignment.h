#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace gradus::bench {

/// A generalised assignment problem: each job goes to one agent, agents have limited capacity, the cost is to be least.
struct Assignment {
    std::size_t agents = 0, jobs = 0;
    std::vector<std::int64_t> cost;      ///< by agent and job: agent × jobs + job
    std::vector<std::int64_t> weight;    ///< what the job takes of the agent, likewise
    std::vector<std::int64_t> capacity;  ///< by agent

    std::size_t at(std::size_t agent, std::size_t job) const { return agent * jobs + job; }
};

/// Reads the format of the OR-Library: agents, jobs, costs and weights agent by agent, capacities; numbers between white
/// space. @throws std::runtime_error that names the file, if it has fewer numbers or more.
Assignment read_assignment(const std::filesystem::path& file);

}  // namespace gradus::bench
