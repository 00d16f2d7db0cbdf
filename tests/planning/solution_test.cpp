#include "planning/solution.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <gradus/base/error.h>

namespace gradus {
namespace {

std::string told(std::string_view text) {
    std::string all;
    for (const Assignment& at : parse_solution(text)) {
        const auto whole = static_cast<long>(at.value * 1000);
        all += std::string(at.name) + "=" + std::to_string(whole) + "@" + std::to_string(at.line) + " ";
    }
    return all;
}

TEST(Solution, EachFormIsToldByHowItBegins) {
    EXPECT_EQ(told("# a comment\n=obj= -3\nx 1\n\n  y\t-2.5e-1\r\n# z 1\nz +0"), "x=1000@3 y=-250@5 z=0@7 ");
    EXPECT_EQ(told("Model status\nOptimal\n\n# Primal solution values\nFeasible\nObjective 1\n# Columns 2\nx 1\ny 0\n"
                   "# Rows 1\nr 5\n"),
              "x=1000@8 y=0@9 ");
    EXPECT_EQ(told("Model status\nOptimal\n# Primal solution values\nFeasible\n# Columns -1\ny 0.5 7\n"), "y=500@6 ");
    EXPECT_EQ(told("Model status\nOptimal\n# Primal solution values\nFeasible\n# Columns -1 sparse\ny 0.5 7\n"),
              "y=500@6 ");
    EXPECT_EQ(told("Optimal - objective value 7\n   0 x   1   0\n** 12 y  2   -1e-3\n"), "x=1000@2 y=2000@3 ");
    EXPECT_EQ(told("solution status: optimal solution found\nobjective value:  7\nx  1 \t(obj:0)\n"), "x=1000@3 ");
    EXPECT_EQ(told("objective value:  7\n"), "");
}

TEST(Solution, WhatCannotBeReadIsRefusedAtItsLine) {
    const auto refused = [](std::string_view text, std::int64_t line) {
        try {
            parse_solution(text);
            ADD_FAILURE() << "not refused: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Code::invalid_text);
            EXPECT_EQ(error.row(), line) << text;
            EXPECT_NE(std::string(error.what()).find(", expected "), std::string::npos) << error.what();
        }
    };
    refused("", 0);
    refused("\n \n", 2);
    refused("x 1\ny 1e999\n", 2);
    refused("x 1\ny 1,5\n", 2);
    refused("x 1\ny inf\n", 2);
    refused("x 1\ny 1 2\n", 2);
    refused("Model status\nInfeasible\n# Primal solution values\nNone\n", 4);
    refused("Model status\nOptimal\n# Primal solution values\nFeasible\n# Columns x\n", 5);
    refused("Model status\nOptimal\n# Primal solution values\nFeasible\n# Columns -1 dense\ny 0.5 7\n", 5);
    refused("Model status\nOptimal\n# Primal solution values\nFeasible\n# Columns 1.5\nx 1\ny 1\n", 5);
    refused("Model status\nOptimal\n# Primal solution values\nFeasible\n# Columns 9\nx 1\n", 6);
    refused("Infeasible - objective value 0\n", 1);
    refused("no solution available\n", 1);
    refused("objective value: 1\nx 1\n", 2);
    refused(std::string("x \xff\x00\x01 1", 7), 1);
    refused("<?xml version=\"1.0\"?>\n", 1);
}

}  // namespace
}  // namespace gradus
