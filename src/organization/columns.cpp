#include "organization/columns.h"

#include <type_traits>
#include <utility>

namespace gradus {

std::strong_ordering compare(const AnyColumn& column, std::size_t a, std::size_t b) {
    return with_values(column, [&](auto&& at) -> std::strong_ordering {
        using T = std::decay_t<decltype(at(a))>;
        if constexpr (std::is_same_v<T, double>) {
            const double x = at(a), y = at(b);
            if (x < y) return std::strong_ordering::less;
            if (x > y) return std::strong_ordering::greater;
            return std::isnan(y) <=> std::isnan(x);
        } else {
            return at(a) <=> at(b);
        }
    });
}

void gather(Table& table, std::span<const std::int32_t> rows) {
    for (std::size_t c = 0; c < table.column_count(); ++c) {
        AnyColumn& column = ColumnWriter::column(table, c);
        with_values(column, [&](auto&& at) {
            using T = std::decay_t<decltype(at(0))>;
            if constexpr (std::is_same_v<T, std::string_view>) {
                std::size_t bytes = 0;
                for (const std::int32_t row : rows) bytes += at(static_cast<std::size_t>(row)).size();
                auto texts = std::make_shared<Strings>();
                texts->reserve(rows.size(), bytes);
                for (const std::int32_t row : rows) texts->push_back(at(static_cast<std::size_t>(row)));
                ColumnWriter::set(column, std::move(texts));
            } else {
                Buffer<T> values(rows.size());
                for (std::size_t i = 0; i < rows.size(); ++i) values[i] = at(static_cast<std::size_t>(rows[i]));
                ColumnWriter::set(column, std::move(values));
            }
        });
    }
}

}  // namespace gradus
