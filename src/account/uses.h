#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>

namespace gradus {

/// Whether an operation needs a column, may have it, or has no use for it.
enum class Use : char { none = '.', may = '?', must = '!' };

/// What each operation makes of one column of a table of requests.
struct Uses {
    std::string_view column;
    std::string_view by_operation;  ///< a Use for each operation, in their order
};

/// Whether the cell has a value.
bool given(const AnyColumn& column, std::size_t row);

/// The rows of a table in which no error was found.
std::vector<std::size_t> sound_rows(const Table& table, const ProblemList& problems);

/// Adds what a row lacks, and what its operation has no use for. `operation`: its number; `word`: its name.
void check_uses(const Table& table, const Input& input, std::size_t row, std::size_t operation, std::string_view word,
                std::span<const Uses> all_uses, ProblemList& problems);

/// Where a problem of a row is, whose key is in the column `key`. `input`: what the table was read from.
Problem problem_at(const Table& table, const Input& input, std::size_t row);

}  // namespace gradus
