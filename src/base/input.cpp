#include <gradus/base/input.h>

#include <algorithm>
#include <limits>
#include <utility>

#include <gradus/base/error.h>

#include "base/cell.h"
#include "base/utf8.h"

namespace gradus {

const InputColumn* Input::State::find(std::string_view name) const {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
    return found == columns.end() ? nullptr : &*found;
}

InputColumn& Input::State::add(std::string_view name) {
    if (!valid_utf8(name))
        throw Error(Code::invalid_text, "the name of a column is not UTF-8", table, 0, printable(name));
    if (find(name)) throw Error(Code::contradiction, "two columns have this name", table, 0, printable(name));
    columns.push_back({.name = std::string(name)});
    return columns.back();
}

namespace {

/// The column of that name, begun if need be. Rows mostly set the same columns in the same order, so that is tried first.
InputColumn& column_to_set(Input::State& state, std::string_view name) {
    if (state.cursor >= state.columns.size()) state.cursor = 0;
    if (state.columns.empty() || state.columns[state.cursor].name != name) {
        const InputColumn* found = state.find(name);
        if (!found) found = &state.add(name);
        state.cursor = static_cast<std::size_t>(found - state.columns.data());
    }
    return state.columns[state.cursor++];
}

void put(Input::State& state, std::string_view name, const Cell& cell) {
    if (state.arrow || state.rows == 0) {
        const char* message = state.arrow ? "a table taken from Arrow is not filled by row" : "no row has begun";
        throw Error(Code::contradiction, message, state.table, 0, printable(name));
    }
    MixedCells& cells = column_to_set(state, name).cells;
    if (cells.size() == state.rows)
        throw Error(Code::contradiction, "the cell is set twice", state.table, state.rows, printable(name));
    while (cells.size() < state.rows - 1) cells.push_back(Cell{});
    cells.push_back(cell);
}

}  // namespace

Input::Input(std::string table) : state_(std::make_shared<State>()) {
    if (!valid_utf8(table)) throw Error(Code::invalid_text, "the name of a table is not UTF-8", printable(table));
    state_->table = std::move(table);
}

Input::Input(std::string table, ArrowArrayStream* stream) : state_(std::make_shared<State>()) {
    state_->table = std::move(table);
    state_->take(stream);
}

Input& Input::row() {
    if (state_->arrow) throw Error(Code::contradiction, "a table taken from Arrow takes no more rows", state_->table);
    if (state_->rows == std::numeric_limits<std::int32_t>::max())
        throw Error(Code::out_of_range, "a table has at most 2,147,483,647 rows", state_->table);
    ++state_->rows;
    state_->cursor = 0;
    return *this;
}

Input& Input::set(std::string_view column, std::string_view text) {
    put(*state_, column, {.kind = Cell::Kind::text, .text = text});
    return *this;
}

Input& Input::set(std::string_view column, std::int64_t number) {
    put(*state_, column, {.kind = Cell::Kind::integer, .integer = number});
    return *this;
}

Input& Input::set(std::string_view column, double number) {
    put(*state_, column, {.kind = Cell::Kind::real, .real = number});
    return *this;
}

Input& Input::set(std::string_view column, bool value) {
    put(*state_, column, {.kind = Cell::Kind::boolean, .integer = value});
    return *this;
}

Input& Input::set(std::string_view column, Date day) {
    if (is_missing(day)) return *this;
    put(*state_, column, {.kind = Cell::Kind::date, .integer = day.time_since_epoch().count()});
    return *this;
}

Input& Input::set(std::string_view column, Moment moment) {
    if (is_missing(moment)) return *this;
    put(*state_, column, {.kind = Cell::Kind::timestamp, .integer = moment.time_since_epoch().count()});
    return *this;
}

Input& Input::column(std::string_view name) {
    if (!state_->find(name)) state_->add(name);
    return *this;
}

Input& Input::lines(std::shared_ptr<const std::int64_t[]> line_of_row) {
    state_->lines = std::move(line_of_row);
    return *this;
}

const std::string& Input::table() const { return state_->table; }

std::int64_t Input::rows() const { return state_->rows; }

}  // namespace gradus
