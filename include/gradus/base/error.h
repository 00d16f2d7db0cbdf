#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace gradus {

struct Problems;

/// What kind of fault an input has. The names (to_string) and numbers are stable.
enum class Code : std::int32_t {
    ok = 0,
    unknown_table = 1,      ///< a table that the contract does not have
    unknown_column = 2,     ///< a column that the contract does not have (a warning)
    missing_table = 3,      ///< a table that the question needs
    missing_column = 4,     ///< a required column is absent
    missing_value = 5,      ///< a required cell is empty
    wrong_type = 6,         ///< the cell is not of the column's type
    out_of_range = 7,       ///< a number, date or amount outside what the column allows
    lossy = 8,              ///< the conversion would change the value
    unknown_key = 9,        ///< a key that names no row of its table
    unknown_level = 10,     ///< a level that is not on the scale
    unknown_word = 11,      ///< not one of the column's words
    duplicate_key = 12,     ///< two rows with one key that say different things
    repeated_row = 13,      ///< a row that repeats another in every column (a warning)
    overlap = 14,           ///< two rows whose dates overlap and must not
    cycle = 15,             ///< a tree or an order that runs in a circle
    contradiction = 16,     ///< rows or columns that cannot both be true
    invalid_text = 17,      ///< not UTF-8, or empty where a key is needed
    invalid_arrow = 18,     ///< an Arrow array or stream that breaks its format
    invalid_option = 19,    ///< an option outside its range
    assumed = 20,           ///< something was assumed where the input is silent (a warning)
    ignored = 21,           ///< something takes no part (a warning)
    out_of_memory = 22,     ///< memory ran out
    internal = 23,          ///< a bug of the library
    invalid_argument = 24,  ///< a call that cannot mean anything: null where an object is needed, or one of elsewhere
    busy = 25,              ///< somebody else is writing to the file; the same call may succeed later
    file = 26,              ///< a file that cannot be opened, read or written, or is of another kind or version
    damaged = 27,           ///< a file whose content cannot have been written by this library
};

/// The stable name of a code, e.g. "unknown_key".
const char* to_string(Code code) noexcept;

/// The one exception of the library: bad input or a bad option, in the user's own words.
///
/// `table`, `row` (1-based, header not counted; 0 = none) and `column` say where; `what()` says what was found and what
/// was expected. Where an input has several faults, `problems()` has them all and this error names the first.
class Error : public std::runtime_error {
public:
    Error(Code code, const std::string& message, std::string table = {}, std::int64_t row = 0, std::string column = {});
    /// The error of a whole load: the first row of `problems` with severity error.
    explicit Error(std::shared_ptr<const Problems> problems);

    Code code() const noexcept { return code_; }
    const std::string& table() const noexcept { return table_; }
    std::int64_t row() const noexcept { return row_; }
    const std::string& column() const noexcept { return column_; }
    /// All problems of the load, or null where there is just this one.
    const std::shared_ptr<const Problems>& problems() const noexcept { return problems_; }

private:
    Code code_;
    std::string table_;
    std::int64_t row_;
    std::string column_;
    std::shared_ptr<const Problems> problems_;
};

}  // namespace gradus
