#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gradus {

/// One column of a solution as a solver wrote it.
struct Assignment {
    std::string_view name;
    double value = 0;
    std::int64_t line = 0;  ///< 1-based
};

/// The columns that a solution file has, in its order; the texts are parts of `text`. Read are, told apart by how they begin:
/// lines of name and value (# begins a comment, =obj= the objective), which Gurobi and others write; the raw and the sparse
/// style of HiGHS; that of CBC; that of SCIP.
/// @throws Error invalid_text with the line as row, what was found and what was expected; also where the file says that it holds no
///         feasible solution.
std::vector<Assignment> parse_solution(std::string_view text);

}  // namespace gradus
