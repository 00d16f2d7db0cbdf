#pragma once

#include <cmath>
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <gradus/base/table.h>

namespace gradus {

/// Fills columns whose element type is known only at run time.
class ColumnWriter {
public:
    static AnyColumn& column(Table& table, std::size_t index) { return const_cast<AnyColumn&>(table.column(index)); }

    /// Of a key, `strings` are the keys that the ids stand for.
    template <class T>
    static void set(AnyColumn& column, Buffer<T> values, std::shared_ptr<const Strings> strings = nullptr) {
        column.size_ = values.size();
        column.data_ = std::shared_ptr<const T[]>(std::move(values).release());
        if (strings) column.strings_ = std::move(strings);
    }
    static void set(AnyColumn& column, std::shared_ptr<const Strings> texts) {
        column.size_ = texts->size();
        column.strings_ = std::move(texts);
    }
};

/// Calls f(value at i) with the values' own form: int32, uint8, bool, double, int64 or text.
template <class F>
decltype(auto) with_values(const AnyColumn& column, F&& f) {
    const auto at = [&]<class T>(const T* values) {
        return f([values](std::size_t i) -> const T& { return values[i]; });
    };
    switch (column.type()) {
    case Type::key:
    case Type::integer:
    case Type::date: return at(static_cast<const std::int32_t*>(column.data()));
    case Type::word: return at(static_cast<const std::uint8_t*>(column.data()));
    case Type::boolean: return at(static_cast<const bool*>(column.data()));
    case Type::real:
    case Type::level: return at(static_cast<const double*>(column.data()));
    case Type::money:
    case Type::hours:
    case Type::amount:
    case Type::moment: return at(static_cast<const std::int64_t*>(column.data()));
    case Type::text: break;
    }
    return f([strings = column.strings().get()](std::size_t i) { return (*strings)[i]; });
}

/// Orders the values of two rows of a column; a missing number comes first.
std::strong_ordering compare(const AnyColumn& column, std::size_t a, std::size_t b);

/// Keeps the given rows of a table, in that order.
void gather(Table& table, std::span<const std::int32_t> rows);

}  // namespace gradus
