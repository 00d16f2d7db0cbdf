#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gradus/base/table.h>

#include "account/store.h"

namespace gradus {

/// The cells of a table, column by column, as a file keeps them: keys and words as texts, days and minutes as numbers; nothing
/// where they are missing.
using StoredCells = std::vector<std::vector<Statement::Value>>;
Statement::Value cell_of(const AnyColumn& column, std::size_t row);
StoredCells cells_of(const Table& table);
/// Sets every column. Keys count in the column's own strings.
void set_cells(Table& table, const StoredCells& cells);

/// Rows of a table of results in a table of the file, whose columns have the same names, after `change` and `place`.
class StoredTable {
public:
    StoredTable(Store& store, const char* name, const Table& form);

    void add(std::int64_t change, const Table& rows);
    /// Sets the columns of `into`, a table of the same form.
    void read(std::int64_t change, Table& into);

private:
    Statement add_, read_;
};

}  // namespace gradus
