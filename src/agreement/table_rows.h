#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/base/table.h>
#include <gradus/base/units.h>

#include "account/wording.h"
#include "agreement/stored_table.h"

namespace gradus {

/// Rows in the making; cells by the columns' names.
class TableRows {
public:
    explicit TableRows(Table& table) : table_(table), cells_(table.column_count()) {
        for (std::size_t c = 0; c < cells_.size(); ++c) places_[table.column(c).field().name] = c;
    }
    TableRows& row() {
        for (std::vector<Statement::Value>& column : cells_) column.emplace_back();
        return *this;
    }
    TableRows& set(std::string_view column, Statement::Value value) {
        cells_[places_.at(column)].back() = std::move(value);
        return *this;
    }
    template <class E>
    requires std::is_enum_v<E> TableRows& set(std::string_view column, E value) {
        return set(column, Statement::Value(std::string(word(value))));
    }
    TableRows& set(std::string_view column, const std::optional<std::int64_t>& value) {
        return value ? set(column, Statement::Value(*value)) : *this;
    }
    TableRows& set(std::string_view column, Date day) {
        return set(column, Statement::Value(std::int64_t(day.time_since_epoch().count())));
    }
    void finish() { set_cells(table_, cells_); }

private:
    Table& table_;
    StoredCells cells_;
    std::map<std::string_view, std::size_t> places_;
};

}  // namespace gradus
