#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gradus/gradus.h>

namespace gradus::bench {

/// How a column of keys arrives: numbers that index the distinct keys, or one string per row.
enum class Form : std::uint8_t { dictionary, strings };

/// An Arrow column that owns its memory.
struct ArrowColumn {
    std::string name;
    const char* format;  ///< of the Arrow C Data Interface
    std::int64_t rows;
    std::vector<std::shared_ptr<const void>> buffers;  ///< validity (none), then values or offsets and bytes
    std::shared_ptr<const ArrowColumn> dictionary{};
};

/// A table of Arrow columns in memory, as a data frame holds them.
class Columns {
public:
    explicit Columns(std::string table) : table_(std::move(table)) {}

    Columns& days(const char* name, std::vector<std::int32_t> days_since_1970);
    Columns& reals(const char* name, std::vector<double> values);
    /// Row i is names[codes[i]].
    Columns& keys(const char* name, const std::vector<std::int32_t>& codes, const std::vector<std::string>& names,
                  Form form);

    /// An Input that borrows the memory, by way of an Arrow stream of one batch; may be asked for again and again.
    Input input() const;

private:
    std::string table_;
    std::vector<std::shared_ptr<const ArrowColumn>> columns_;
};

}  // namespace gradus::bench
