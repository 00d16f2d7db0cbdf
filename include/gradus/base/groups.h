#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gradus/base/id.h>

namespace gradus {

/// A run of rows [first, last) of a table.
struct Rows {
    std::int32_t first = 0;
    std::int32_t last = 0;

    std::int32_t size() const { return last - first; }
    struct Iterator {
        std::int32_t row;
        std::size_t operator*() const { return static_cast<std::size_t>(row); }
        Iterator& operator++() {
            ++row;
            return *this;
        }
        bool operator!=(Iterator other) const { return row != other.row; }
    };
    Iterator begin() const { return {first}; }
    Iterator end() const { return {last}; }
};

/// The rows of a table by the id that its sorted leading column holds, e.g. the requirements of each role.
template <class Tag>
class Groups {
public:
    Groups() = default;
    /// `sorted` ascending, every id in [0, count).
    Groups(std::span<const Id<Tag>> sorted, std::size_t count) : offsets_(count + 1, 0) {
        for (const Id<Tag> id : sorted) ++offsets_[static_cast<std::size_t>(id.value()) + 1];
        for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
    }
    Rows operator[](Id<Tag> id) const {
        const auto i = static_cast<std::size_t>(id.value());
        return {offsets_[i], offsets_[i + 1]};
    }
    std::size_t size() const { return offsets_.empty() ? 0 : offsets_.size() - 1; }

private:
    std::vector<std::int32_t> offsets_;
};

}  // namespace gradus
