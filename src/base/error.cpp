#include <gradus/base/error.h>

#include <algorithm>
#include <utility>

#include <gradus/base/problem.h>

namespace gradus {

namespace {

constexpr const char* names[] = {"ok",
                                 "unknown_table",
                                 "unknown_column",
                                 "missing_table",
                                 "missing_column",
                                 "missing_value",
                                 "wrong_type",
                                 "out_of_range",
                                 "lossy",
                                 "unknown_key",
                                 "unknown_level",
                                 "unknown_word",
                                 "duplicate_key",
                                 "repeated_row",
                                 "overlap",
                                 "cycle",
                                 "contradiction",
                                 "invalid_text",
                                 "invalid_arrow",
                                 "invalid_option",
                                 "assumed",
                                 "ignored",
                                 "out_of_memory",
                                 "internal",
                                 "invalid_argument",
                                 "busy",
                                 "file",
                                 "damaged"};
static_assert(std::size(names) == static_cast<std::size_t>(Code::damaged) + 1);

/// "people, row 4, column role: message": an exception is often all that a log keeps, so it says where.
std::string located(const std::string& message, const std::string& table, std::int64_t row, const std::string& column) {
    std::string where = table;
    if (row > 0) where += (where.empty() ? "row " : ", row ") + std::to_string(row);
    if (!column.empty()) where += (where.empty() ? "column " : ", column ") + column;
    return where.empty() ? message : where + ": " + message;
}

Error first_error(const Problems& problems) {
    std::size_t first = problems.size(), errors = 0;
    for (std::size_t i = problems.size(); i-- > 0;) {
        if (problems.severity[i] != Severity::error) continue;
        first = i;
        ++errors;
    }
    if (errors == 0) return Error(Code::internal, "an error without a problem");
    const auto name = std::find(std::begin(names), std::end(names), problems.code[first]);
    const auto code = name == std::end(names) ? Code::internal : static_cast<Code>(name - std::begin(names));
    std::string message(problems.message[first]);
    if (errors > 1) message += " (and " + std::to_string(errors - 1) + (errors > 2 ? " more errors)" : " more error)");
    const std::int32_t row = problems.row[first];
    return Error(code, message, std::string(problems.table[first]), is_missing(row) ? 0 : row,
                 std::string(problems.column[first]));
}

}  // namespace

const char* to_string(Code code) noexcept {
    const auto index = static_cast<std::size_t>(code);
    return index < std::size(names) ? names[index] : "unknown";
}

Error::Error(Code code, const std::string& message, std::string table, std::int64_t row, std::string column)
    : std::runtime_error(located(message, table, row, column)), code_(code), table_(std::move(table)), row_(row),
      column_(std::move(column)) {}

Error::Error(std::shared_ptr<const Problems> problems) : Error(first_error(*problems)) {
    problems_ = std::move(problems);
}

}  // namespace gradus
