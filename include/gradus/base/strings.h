#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// A list of UTF-8 strings in one buffer, laid out as an Arrow utf8 array (32-bit offsets, no nulls).
///
/// At most 2^31 - 1 bytes in all; push_back throws Error{out_of_range} beyond.
class Strings {
public:
    Strings() : offsets_{0} {}

    std::size_t size() const { return offsets_.size() - 1; }
    std::string_view operator[](std::size_t i) const {
        const auto from = static_cast<std::size_t>(offsets_[i]);
        return {bytes_.data() + from, static_cast<std::size_t>(offsets_[i + 1]) - from};
    }
    void push_back(std::string_view text);
    void reserve(std::size_t strings, std::size_t bytes);

    const std::int32_t* offsets() const { return offsets_.data(); }
    const char* bytes() const { return bytes_.data(); }

private:
    std::vector<std::int32_t> offsets_;
    std::string bytes_;
};

/// The keys of one table, sorted by bytes and unique: a key's rank is its dense id.
class Keys {
public:
    Keys() : strings_(std::make_shared<const Strings>()) {}
    /// Sorts the given keys and drops repeats.
    explicit Keys(std::vector<std::string_view> keys);
    /// Those of all lists, which are sorted in parallel and then merged.
    Keys(std::vector<std::vector<std::string_view>> lists, int threads);

    std::size_t size() const { return strings_->size(); }
    std::string_view operator[](std::size_t id) const { return (*strings_)[id]; }
    /// The key's id, or -1.
    std::int32_t find(std::string_view key) const;
    /// The same, quicker where the key is one of the next after `id` (-1: the first): keys mostly come in their order.
    std::int32_t find_after(std::int32_t id, std::string_view key) const;
    const std::shared_ptr<const Strings>& strings() const { return strings_; }

private:
    std::shared_ptr<const Strings> strings_;
    std::vector<std::uint64_t> slots_;  // open addressing: high 32 bits of the hash, id + 1
};

}  // namespace gradus
