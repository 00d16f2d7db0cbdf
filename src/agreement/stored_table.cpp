#include "agreement/stored_table.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <type_traits>

#include <gradus/base/error.h>
#include <gradus/base/strings.h>

#include "organization/columns.h"

namespace gradus {

namespace {

using Value = Statement::Value;

std::string columns_of(const Table& table) {
    std::string text = "change, place";
    for (std::size_t c = 0; c < table.column_count(); ++c)
        text += ", \"" + std::string(table.column(c).field().name) + "\"";
    return text;
}

std::string add_statement(const std::string& name, const Table& form) {
    std::string places = "?1, ?2";
    for (std::size_t c = 0; c < form.column_count(); ++c) places += ", ?" + std::to_string(c + 3);
    return "INSERT INTO " + name + " (" + columns_of(form) + ") VALUES (" + places + ")";
}

std::string read_statement(const std::string& name, const Table& form) {
    return "SELECT " + columns_of(form) + " FROM " + name + " WHERE change = ?1 ORDER BY place";
}

Value value_of(const Statement::Rows& rows, int place, Type type) {
    if (rows.missing(place)) return {};
    switch (type) {
    case Type::key:
    case Type::word:
    case Type::text: return rows.string(place);
    case Type::real:
    case Type::level: return rows.real(place);
    default: return rows.number(place);
    }
}

template <class T>
void set_numbers(AnyColumn& column, const std::vector<Value>& cells, T absent) {
    Buffer<T> values(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        values[i] = absent;
        if (const auto* number = std::get_if<std::int64_t>(&cells[i])) values[i] = static_cast<T>(*number);
        if (const auto* real = std::get_if<double>(&cells[i])) values[i] = static_cast<T>(*real);
    }
    ColumnWriter::set(column, std::move(values));
}

std::string_view text_of(const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text ? std::string_view(*text) : std::string_view();
}

void set_keys(AnyColumn& column, const std::vector<Value>& cells) {
    std::vector<std::string_view> keys;
    for (const Value& cell : cells)
        if (const std::string_view key = text_of(cell); !key.empty()) keys.push_back(key);
    const Keys sorted(keys);
    Buffer<std::int32_t> ids(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string_view key = text_of(cells[i]);
        ids[i] = key.empty() ? -1 : sorted.find(key);
    }
    ColumnWriter::set(column, std::move(ids), sorted.strings());
}

void set_words(AnyColumn& column, const std::vector<Value>& cells) {
    Buffer<std::uint8_t> words(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto found = std::find(column.words().begin(), column.words().end(), text_of(cells[i]));
        words[i] = found == column.words().end() ? std::uint8_t{255}
                                                 : static_cast<std::uint8_t>(found - column.words().begin());
    }
    ColumnWriter::set(column, std::move(words));
}

void set_texts(AnyColumn& column, const std::vector<Value>& cells) {
    auto texts = std::make_shared<Strings>();
    for (const Value& cell : cells) texts->push_back(text_of(cell));
    ColumnWriter::set(column, std::move(texts));
}

}  // namespace

Value cell_of(const AnyColumn& column, std::size_t row) {
    if (row >= column.size()) return {};  // a column that was never set
    return with_values(column, [&](auto&& at) -> Value {
        using T = std::decay_t<decltype(at(row))>;
        const T value = at(row);
        if constexpr (std::is_same_v<T, std::string_view>) {
            return value.empty() ? Value() : Value(std::string(value));
        } else if constexpr (std::is_same_v<T, double>) {
            return is_missing(value) ? Value() : Value(value);
        } else if constexpr (std::is_same_v<T, std::uint8_t>) {
            return value < column.words().size() ? Value(std::string(column.words()[value])) : Value();
        } else if constexpr (std::is_same_v<T, bool>) {
            return Value(std::int64_t(value));
        } else {
            if (column.type() == Type::key)
                return value < 0 ? Value() : Value(std::string((*column.strings())[static_cast<std::size_t>(value)]));
            return value == std::numeric_limits<T>::min() ? Value() : Value(std::int64_t(value));
        }
    });
}

StoredCells cells_of(const Table& table) {
    StoredCells cells(table.column_count());
    for (std::size_t c = 0; c < cells.size(); ++c)
        for (std::size_t row = 0; row < table.size(); ++row) cells[c].push_back(cell_of(table.column(c), row));
    return cells;
}

void set_cells(Table& table, const StoredCells& cells) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
        AnyColumn& column = ColumnWriter::column(table, c);
        switch (column.type()) {
        case Type::key: set_keys(column, cells[c]); break;
        case Type::word: set_words(column, cells[c]); break;
        case Type::text: set_texts(column, cells[c]); break;
        case Type::real:
        case Type::level: set_numbers<double>(column, cells[c], missing<double>()); break;
        case Type::boolean: set_numbers<bool>(column, cells[c], false); break;
        case Type::integer:
        case Type::date: set_numbers<std::int32_t>(column, cells[c], std::numeric_limits<std::int32_t>::min()); break;
        case Type::money:
        case Type::hours:
        case Type::amount:
        case Type::moment: set_numbers<std::int64_t>(column, cells[c], std::numeric_limits<std::int64_t>::min()); break;
        }
    }
}

StoredTable::StoredTable(Store& store, const char* name, const Table& form)
    : add_(store, add_statement(name, form).c_str()), read_(store, read_statement(name, form).c_str()) {}

void StoredTable::add(std::int64_t change, const Table& rows) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
        std::vector<Value> values{change, static_cast<std::int64_t>(row)};
        for (std::size_t c = 0; c < rows.column_count(); ++c) values.push_back(cell_of(rows.column(c), row));
        Statement::Rows run = add_.of(values);
        while (run.next()) {
        }
    }
}

void StoredTable::read(std::int64_t change, Table& into) {
    StoredCells cells(into.column_count());
    for (Statement::Rows rows = read_(change); rows.next();)
        for (std::size_t c = 0; c < cells.size(); ++c)
            cells[c].push_back(value_of(rows, static_cast<int>(c) + 2, into.column(c).type()));
    set_cells(into, cells);
}

}  // namespace gradus
