#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <gradus/allocation/allocation.h>

namespace gradus::bench {

/// A generalised assignment problem: each job goes to one agent, agents have limited capacity, the cost is to be least.
struct Assignment {
    std::size_t agents = 0, jobs = 0;
    std::vector<std::int64_t> cost;      ///< by agent and job: agent × jobs + job
    std::vector<std::int64_t> weight;    ///< what the job takes of the agent, likewise
    std::vector<std::int64_t> capacity;  ///< by agent

    std::size_t at(std::size_t agent, std::size_t job) const { return agent * jobs + job; }
    /// One more than any job costs with any agent: what is saved of it is the value of a choice.
    double dearest() const;
};

/// Reads the format of the OR-Library: agents, jobs, costs and weights agent by agent, capacities; numbers between white
/// space. @throws std::runtime_error that names the file, if it has fewer numbers or more.
Assignment read_assignment(const std::filesystem::path& file);

/// By job: the agents that could do it, as choices. The value of a choice is `dearest` less its cost, its content the agent.
std::vector<std::vector<Choice>> choices_of(const Assignment& assignment);

/// Jobs are groups that must choose, agents are resources; the whole value, constant included, is minus the cost. The choices
/// are those of the assignment; they must outlive the problem.
AllocationProblem problem_of(const Assignment& assignment, const std::vector<std::vector<Choice>>& choices);

/// What an allocation is worth, worked out from the assignment alone.
struct Assigned {
    bool feasible = false;   ///< every job has an agent, and no agent more than it can take
    std::int64_t cost = 0;   ///< of the jobs that have an agent
    double price_bound = 0;  ///< no assignment costs less: the Lagrangian at the prices of the allocation
};
Assigned check(const Assignment& assignment, const Allocation& allocation);

}  // namespace gradus::bench
