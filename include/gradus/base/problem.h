#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gradus/base/error.h>
#include <gradus/base/table.h>

namespace gradus {

enum class Severity : std::uint8_t { error, warning };
template <>
struct Words<Severity> {
    static constexpr std::string_view names[] = {"error", "warning"};
};

/// Everything that was found wrong (errors) or noteworthy (warnings) in an input, in the order of tables and rows.
struct Problems : Table {
    Problems() : Table("problems", "What was found wrong or noteworthy in the input") {}

    Column<Severity> severity{*this, {.name = "severity", .meaning = "error: nothing was built; warning: read on"}};
    Column<std::string_view> code{*this, {.name = "code", .meaning = "stable name of the kind of problem"}};
    Column<std::string_view> table{*this, {.name = "table", .meaning = "input table"}};
    Column<std::int32_t> row{*this, {.name = "row", .meaning = "1-based row of the table; a header does not count"}};
    Column<std::int32_t> line{*this, {.name = "line", .meaning = "line of the file the row begins at, where known"}};
    Column<std::string_view> column{*this, {.name = "column", .meaning = "column of the table"}};
    Column<std::string_view> key{*this, {.name = "key", .meaning = "the key of the row, or the value at fault"}};
    Column<std::string_view> message{*this, {.name = "message", .meaning = "what was found and what was expected"}};
};

/// The rows of both, one table after the other.
std::shared_ptr<const Problems> join(const Problems& first, const Problems& second);

/// One problem before it is tabulated. `row` is 1-based, 0 = the table as a whole.
struct Problem {
    Severity severity = Severity::error;
    Code code = Code::internal;
    std::string table{};
    std::int64_t row = 0;
    std::string column{};
    std::string key{};
    std::string message{};
    std::int64_t line = 0;  ///< of the file, 1-based; 0 = not known
};

/// Collects problems. Of one kind in one column the first 1,000 are kept and the rest counted in one more row.
class ProblemList {
public:
    void add(Problem problem);
    /// All that another list has.
    void add(const ProblemList& other);
    bool has_errors() const { return errors_; }
    /// Sorted by table (in the contract's order), row and column; errors before warnings of the same place.
    std::shared_ptr<const Problems> table() const;
    /// Throws Error if there is any error.
    void throw_errors() const;

private:
    struct Kept {
        std::vector<Problem> problems;
        std::int64_t count = 0;  // also of those that were not kept
    };

    std::map<std::tuple<std::string, std::string, Code, Severity>, Kept> kinds_;  // by table, column, code, severity
    bool errors_ = false;
};

}  // namespace gradus
