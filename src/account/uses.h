#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

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

/// Reads a table of requests, all rows in their order, and checks each in which every cell could be read: what could not is absent
/// now, and told of once. `check`: (row, list to add problems to). The warnings.
/// @throws Error with all problems.
std::shared_ptr<const Problems> read_requests(Table& table, const Input& input, int minor_digits,
                                              const std::function<void(std::size_t, ProblemList&)>& check);

/// Adds what a row lacks, and what its operation has no use for. `operation`: its number; `word`: its name.
void check_uses(const Table& table, const Input& input, std::size_t row, std::size_t operation, std::string_view word,
                std::span<const Uses> all_uses, ProblemList& problems);

/// Where a problem of a row is, whose key is in the column `key`. `input`: what the table was read from.
Problem problem_at(const Table& table, const Input& input, std::size_t row);

}  // namespace gradus
