#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace gradus {

/// A dense row index into one table of an Organization (0-based; -1 = none).
///
/// Outside the library everything is named by its own string key; an Id is the key's rank among the sorted keys of its
/// table. Ids of different tables do not convert to one another or to integers. `Tag::table` names the table.
template <class Tag>
class Id {
public:
    /// The table whose rows are named, or the vocabulary.
    static constexpr std::string_view table = Tag::table;

    constexpr Id() = default;
    constexpr explicit Id(std::int32_t value) : value_(value) {}

    constexpr std::int32_t value() const { return value_; }
    constexpr explicit operator bool() const { return value_ >= 0; }

    friend constexpr auto operator<=>(Id, Id) = default;

private:
    std::int32_t value_ = -1;
};

}  // namespace gradus
