#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <gradus/base/arrow.h>
#include <gradus/base/units.h>

namespace gradus {

/// One input table as it arrives: named columns of cells that nobody has judged yet.
///
/// Filled row by row (a database cursor) or taken from the Arrow C Stream Interface. Copies share what they hold.
/// Cells keep the type they came in; the reader of each column decides what it accepts.
class Input {
public:
    /// An empty table to fill row by row. Left empty it is a table without rows: given, and without need of columns.
    explicit Input(std::string table);
    /// Takes over `stream` (moves out of it; `stream->release` is null afterwards, also on error). The batches must be
    /// structs; columns may be string, large string, string view, binary views thereof, dictionary (each batch may bring
    /// its own), any int or float, decimal, bool, null, date32, date64 or timestamp.
    /// @throws Error invalid_arrow: released stream, error of the producer, a format that is not supported (the column
    ///         and the format are named).
    Input(std::string table, ArrowArrayStream* stream);

    /// Begins a row; cells not set in it are missing.
    Input& row();
    /// Sets a cell of the row begun last. @throws Error contradiction if the cell is set twice or no row has begun.
    Input& set(std::string_view column, std::string_view text);
    Input& set(std::string_view column, const char* text) { return set(column, std::string_view(text)); }
    Input& set(std::string_view column, std::int64_t number);
    Input& set(std::string_view column, int number) { return set(column, static_cast<std::int64_t>(number)); }
    Input& set(std::string_view column, double number);
    Input& set(std::string_view column, bool value);
    Input& set(std::string_view column, Date day);
    Input& set(std::string_view column, Moment moment);

    /// Declares a column that may stay empty (a table without rows still has columns).
    Input& column(std::string_view name);
    /// File lines (1-based) at which the rows begin, for messages; optional.
    Input& lines(std::shared_ptr<const std::int64_t[]> line_of_row);

    const std::string& table() const;
    std::int64_t rows() const;

    struct State;
    const State& state() const { return *state_; }

private:
    std::shared_ptr<State> state_;
};

}  // namespace gradus
