#include "assignment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace gradus::bench {
namespace {

namespace fs = std::filesystem;

Assignment read(const std::string& text) {
    const fs::path file = fs::temp_directory_path() /
                          ("gradus_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::ofstream(file) << text;
    struct Removed {
        fs::path file;
        ~Removed() { fs::remove(file); }
    } removed{file};
    return read_assignment(file);
}

TEST(Assignment, IsReadAgentByAgent) {
    const Assignment assignment = read(" 2 3\n 1 2 3\n 4 5 6\n 7 8\n 9 10 11 12\n 20 21");
    EXPECT_EQ(assignment.cost[assignment.at(1, 0)], 4);
    EXPECT_EQ(assignment.weight[assignment.at(0, 2)], 9);
    EXPECT_EQ(assignment.weight[assignment.at(1, 2)], 12);
    EXPECT_EQ(assignment.capacity, (std::vector<std::int64_t>{20, 21}));
}

TEST(Assignment, OfAnotherLengthIsRefused) {
    EXPECT_THROW(read("1 2  3 4  5 6"), std::runtime_error);
    EXPECT_THROW(read("1 2  3 4  5 6  7 8"), std::runtime_error);
    EXPECT_NO_THROW(read("1 2  3 4  5 6  7"));
}

TEST(Assignment, IsCheckedFromItsOwnNumbers) {
    const Assignment assignment = read("2 2  1 5  4 2  3 3  3 3  5 6");
    Allocation allocation;
    allocation.prices = {0, 0};
    allocation.choices = Choices(2);
    const auto choose = [&](std::int32_t job, std::int32_t agent) {
        allocation.choices.set(job, Choice{.content = {agent}});
    };
    choose(0, 0);
    EXPECT_FALSE(check(assignment, allocation).feasible);  // a job has no agent
    choose(1, 0);
    EXPECT_FALSE(check(assignment, allocation).feasible);  // 6 of 5
    choose(1, 1);
    const Assigned assigned = check(assignment, allocation);
    EXPECT_TRUE(assigned.feasible);
    EXPECT_EQ(assigned.cost, 3);
    EXPECT_EQ(assigned.price_bound, 3);
    allocation.prices = {1, 0};  // jobs: min(1 + 3, 4) and min(5 + 3, 2); less 5 at the price
    EXPECT_EQ(check(assignment, allocation).price_bound, 4 + 2 - 5);
}

struct Known {
    double lp_bound = 0, bound = 0, value = 0;
};

// Instances of others (docs/performance.md), by name.
std::map<std::string, Known> known(const fs::path& folder) {
    std::map<std::string, Known> found;
    std::ifstream in(folder / "lp_bounds.csv");
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
        std::istringstream row(line);
        std::vector<std::string> cells;
        for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
        found[cells.at(0)] = {std::stod(cells.at(3)), std::stod(cells.at(4)), std::stod(cells.at(5))};
    }
    return found;
}

TEST(Assignment, OfOthersIsBoundedAndKeepsItsLimits) {
    const fs::path folder = fs::path(GRADUS_SOURCE_DIR) / ".." / "shared" / "data" / "gap";
    if (!fs::exists(folder)) {
        const char* required = std::getenv("GRADUS_REQUIRE_DATA");
        if (required && std::string(required) == "1") FAIL() << folder << " is not there";
        GTEST_SKIP() << folder << " is not there";
    }
    const std::map<std::string, Known> instances = known(folder);
    EXPECT_EQ(instances.size(), 11);
    for (const auto& [name, best] : instances) {
        const Assignment assignment = read_assignment(folder / name);
        EXPECT_NE(name.find(std::to_string(assignment.jobs)), name.npos) << name;
        if (assignment.jobs > 400) continue;  // as the others, and take longer than all of them
        const std::vector<std::vector<Choice>> choices = choices_of(assignment);
        const AllocationProblem problem = problem_of(assignment, choices);
        const Allocation allocation = allocate(problem, {.gap = 1e-3});
        const Assigned assigned = check(assignment, allocation);
        const double bound = -(allocation.bound + problem.constant);

        EXPECT_TRUE(assigned.feasible) << name;
        EXPECT_NEAR(static_cast<double>(assigned.cost), -(allocation.value + problem.constant), 1e-6) << name;
        EXPECT_GE(static_cast<double>(assigned.cost), best.bound) << name;
        EXPECT_LE(static_cast<double>(assigned.cost), 1.03 * best.value) << name;
        // At no prices is the Lagrangian above the linear relaxation, which has two decimals here.
        EXPECT_LE(assigned.price_bound, best.lp_bound + 0.01) << name;
        EXPECT_GE(assigned.price_bound, 0.9999 * best.lp_bound) << name;
        EXPECT_GE(bound, assigned.price_bound - 1e-6 * best.lp_bound) << name;
        EXPECT_LE(bound, best.value + 1e-6) << name;
    }
}

}  // namespace
}  // namespace gradus::bench
