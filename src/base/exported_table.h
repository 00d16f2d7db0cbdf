#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gradus/base/table.h>

namespace gradus {

/// The description of a column that leaves. Apart from its values, so that whoever keeps a schema keeps no data.
struct ExportedField {
    std::string name, format, metadata;
    bool nullable = true;
    bool encoded = false;  // as a dictionary of texts
};

/// A column in the form in which it leaves: the buffers of one Arrow array and their owners.
struct ExportedColumn {
    std::int64_t null_count = 0;
    const void* data = nullptr;                      // of a text: see texts
    std::shared_ptr<const void> values;              // owner of data
    std::shared_ptr<const std::uint8_t[]> validity;  // null: all known
    std::shared_ptr<const Strings> texts;            // of a text column: the values
    std::shared_ptr<const Strings> words;            // of a key or word column: the dictionary
};

struct ExportedTable {
    std::shared_ptr<const std::string> metadata;
    std::int64_t rows = 0;
    std::vector<std::shared_ptr<const ExportedField>> fields;
    std::vector<std::shared_ptr<const ExportedColumn>> columns;
};

/// Shares the values of a table, and copies those that have another form outside.
ExportedTable exported(const Table& table, int minor_digits);

}  // namespace gradus
