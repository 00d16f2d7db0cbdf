#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cell.h"

#include <gradus/base/strings.h>
#include <gradus/base/table.h>

namespace gradus {

/// The keys of every table that has them and the words of every vocabulary, by name.
class Keyring {
public:
    void set(std::string_view name, std::shared_ptr<const Keys> keys);
    /// The keys of that name, or null.
    const Keys* find(std::string_view name) const;

private:
    std::vector<std::pair<std::string_view, std::shared_ptr<const Keys>>> keys_;
};

/// A set of texts that lie elsewhere, numbered in the order they came.
class TextSet {
public:
    /// The number of the text, new or not.
    std::int32_t insert(std::string_view text);
    std::size_t size() const { return texts_.size(); }
    const std::vector<std::string_view>& texts() const { return texts_; }

private:
    void grow();

    std::vector<std::string_view> texts_;
    std::vector<std::uint64_t> slots_;  // open addressing: high 32 bits of the hash, index + 1; empty while texts rise
};

/// Which key each row of a column holds, found while keys were collected: saves searching a million keys again.
struct CodedColumn {
    static constexpr std::int32_t missing = -1, fault = -2;

    struct Part {
        TextSet keys;
        std::list<std::string> numbers{};  // the texts of keys that came as numbers
    };
    std::int64_t chunk = 1;  ///< rows of a part
    std::vector<Part> parts{};
    Buffer<std::int32_t> codes{};  ///< by row: the number of the key within its part, or missing, or fault
};

/// The keys that the cells of some columns hold. Cells that are not keys are left out: whoever reads the column says so.
class KeyCollector {
public:
    /// Adds the keys of the column's rows [0, rows) and says which row holds which. The result must outlive keys().
    CodedColumn add(const InputColumn& column, std::int64_t rows, int threads);
    void add(std::string_view key) { others_.emplace_back(key); }
    Keys keys(int threads = 0) const;

private:
    std::vector<std::vector<std::string_view>> lists_;  // of each part of each column
    std::list<std::string> others_;
};

}  // namespace gradus
