#include "account/uses.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/cell.h"
#include "organization/reader.h"

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

namespace {

/// The rows in which no error was found.
std::vector<std::size_t> sound_rows(const Table& table, const ProblemList& problems) {
    std::vector<char> faulty(table.size(), 0);
    const std::shared_ptr<const Problems> found = problems.table();
    for (std::size_t i = 0; i < found->size(); ++i) {
        if (found->severity[i] != Severity::error) continue;
        if (found->row[i] < 1) return {};  // of the table as a whole: then no row is
        faulty[static_cast<std::size_t>(found->row[i]) - 1] = 1;
    }
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < table.size(); ++row)
        if (!faulty[row]) rows.push_back(row);
    return rows;
}

}  // namespace

std::shared_ptr<const Problems> read_requests(Table& table, const Input& input, int minor_digits,
                                              const std::function<void(std::size_t, ProblemList&)>& check) {
    ProblemList problems;
    Reference reference;
    reference.minor_digits = minor_digits;
    Reader reader(table, &input, reference, problems, 1);
    reader.match();
    reader.read();
    for (const std::size_t row : sound_rows(table, problems)) check(row, problems);
    problems.throw_errors();
    return problems.table();
}

Problem problem_at(const Table& table, const Input& input, std::size_t row) {
    return {.table = std::string(table.name()),
            .row = static_cast<std::int64_t>(row) + 1,
            .key = std::string(table.find("key")->text(row)),
            .line = input.state().lines ? input.state().lines[row] : 0};
}

void check_uses(const Table& table, const Input& input, std::size_t row, std::size_t operation, std::string_view word,
                std::span<const Uses> all_uses, ProblemList& problems) {
    for (const Uses& uses : all_uses) {
        const bool present = given(*table.find(uses.column), row);
        const auto use = static_cast<Use>(uses.by_operation[operation]);
        if (present ? use != Use::none : use != Use::must) continue;
        Problem problem = problem_at(table, input, row);
        problem.code = present ? Code::contradiction : Code::missing_value;
        problem.column = std::string(uses.column);
        problem.message = std::string(word) + (present ? " has no use for " : " needs ") + std::string(uses.column);
        problems.add(std::move(problem));
    }
}

}  // namespace gradus
