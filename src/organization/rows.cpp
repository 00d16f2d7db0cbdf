#include "organization/rows.h"

#include <string>

#include <gradus/base/error.h>

#include "base/digest.h"
#include "organization/columns.h"
#include "organization/currency.h"

namespace gradus {

namespace {

template <class T>
T value(const AnyColumn& column, std::size_t row) {
    return static_cast<const T*>(column.data())[row];
}

void set_amount(Input& input, const AnyColumn& column, std::size_t row, std::uint8_t kind, int minor_digits) {
    const auto amount = value<Amount>(column, row);
    if (is_missing(amount)) return;
    switch (kind) {
    case 0: input.set(column.field().name, decimal(amount.units(), minor_digits)); break;
    case 1: input.set(column.field().name, static_cast<double>(amount.units()) / 60); break;
    default: input.set(column.field().name, amount.units()); break;
    }
}

void set_level(Input& input, const AnyColumn& column, std::size_t row, std::int32_t capability, const Levels& levels) {
    const auto level = value<double>(column, row);
    if (is_missing(level)) return;
    if (const auto label = levels.label(levels.scale_of(capability), level))
        input.set(column.field().name, *label);
    else
        input.set(column.field().name, level);
}

}  // namespace

Input rows_of(const Table& table, const Levels& levels, int minor_digits) {
    Input input{std::string(table.name())};
    for (std::size_t c = 0; c < table.column_count(); ++c) input.column(table.column(c).field().name);
    const AnyColumn *capability = table.find("capability"), *kind = table.find("kind");
    for (std::size_t row = 0; row < table.size(); ++row) {
        input.row();
        for (std::size_t c = 0; c < table.column_count(); ++c) {
            const AnyColumn& column = table.column(c);
            const std::string_view name = column.field().name;
            switch (column.type()) {
            case Type::key:
                if (const auto id = value<std::int32_t>(column, row); id >= 0)
                    input.set(name, (*column.strings())[static_cast<std::size_t>(id)]);
                break;
            case Type::word:
                if (const auto word = value<std::uint8_t>(column, row); word < column.words().size())
                    input.set(name, column.words()[word]);
                break;
            case Type::text: input.set(name, (*column.strings())[row]); break;
            case Type::real:
                if (const auto number = value<double>(column, row); !is_missing(number)) input.set(name, number);
                break;
            case Type::integer:
                if (const auto number = value<std::int32_t>(column, row); !is_missing(number)) input.set(name, number);
                break;
            case Type::boolean: input.set(name, value<bool>(column, row)); break;
            case Type::date: input.set(name, value<Date>(column, row)); break;
            case Type::money:
                if (const auto money = value<Money>(column, row); !is_missing(money))
                    input.set(name, decimal(money.minor_units(), minor_digits));
                break;
            case Type::hours:
                if (const auto minutes = value<Minutes>(column, row); !is_missing(minutes))
                    input.set(name, static_cast<double>(minutes.count()) / 60);
                break;
            case Type::amount: set_amount(input, column, row, value<std::uint8_t>(*kind, row), minor_digits); break;
            case Type::moment: input.set(name, value<Moment>(column, row)); break;
            case Type::level: set_level(input, column, row, value<std::int32_t>(*capability, row), levels); break;
            }
        }
    }
    return input;
}

std::uint64_t digest_of(const Table& table) {
    Digest digest;
    digest.text(table.name());
    digest.word(table.size());
    const auto add_texts = [&](const Strings& texts) {
        digest.values(std::span(texts.offsets(), texts.size() + 1));
        digest.text({texts.bytes(), static_cast<std::size_t>(texts.offsets()[texts.size()])});
    };
    for (std::size_t c = 0; c < table.column_count(); ++c) {
        const AnyColumn& column = table.column(c);
        if (column.strings()) add_texts(*column.strings());
        with_values(column, [&]<class At>(At&& at) {
            using T = std::decay_t<decltype(at(0))>;
            if constexpr (!std::is_same_v<T, std::string_view>)
                digest.values(std::span(static_cast<const T*>(column.data()), column.size()));
        });
    }
    return digest.value();
}

}  // namespace gradus
