#include "account/uses.h"

#include <cstdint>
#include <string>
#include <utility>

namespace gradus {

bool given(const AnyColumn& column, std::size_t row) {
    switch (column.type()) {
    case Type::text: return !column.text(row).empty();
    case Type::word: return static_cast<const std::uint8_t*>(column.data())[row] < column.words().size();
    case Type::date: return !is_missing(static_cast<const Date*>(column.data())[row]);
    case Type::integer: return !is_missing(static_cast<const std::int32_t*>(column.data())[row]);
    default: return static_cast<const std::int64_t*>(column.data())[row] != INT64_MIN;
    }
}

Problem problem_at(const Table& table, std::size_t row) {
    return {.table = std::string(table.name()),
            .row = static_cast<std::int64_t>(row) + 1,
            .key = std::string(table.find("key")->text(row))};
}

void check_uses(const Table& table, std::size_t row, std::size_t operation, std::string_view word,
                std::span<const Uses> all_uses, ProblemList& problems) {
    for (const Uses& uses : all_uses) {
        const bool present = given(*table.find(uses.column), row);
        const auto use = static_cast<Use>(uses.by_operation[operation]);
        if (present ? use != Use::none : use != Use::must) continue;
        Problem problem = problem_at(table, row);
        problem.code = present ? Code::contradiction : Code::missing_value;
        problem.column = std::string(uses.column);
        problem.message = std::string(word) + (present ? " has no use for " : " needs ") + std::string(uses.column);
        problems.add(std::move(problem));
    }
}

}  // namespace gradus
