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

/// A set of texts that lie elsewhere, in the order they came.
class TextSet {
public:
    /// False if the text was there already.
    bool insert(std::string_view text);
    std::size_t size() const { return texts_.size(); }
    const std::vector<std::string_view>& texts() const { return texts_; }

private:
    void grow();

    std::vector<std::string_view> texts_;
    std::vector<std::uint64_t> slots_;  // open addressing: high 32 bits of the hash, index + 1
};

/// The keys that the cells of some columns hold. Cells that are not keys are left out: whoever reads the column says so.
class KeyCollector {
public:
    /// The distinct keys of the column's rows [0, rows).
    void add(const InputColumn& column, std::int64_t rows, int threads);
    /// A key that lies elsewhere.
    void add(std::string_view key) { set_.insert(key); }
    Keys keys() const { return Keys(set_.texts()); }

private:
    TextSet set_;
    std::list<std::string> numbers_;  // the texts of keys that came as numbers
};

}  // namespace gradus
