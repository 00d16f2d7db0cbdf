#include "base/exported_table.h"

#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

#include <gradus/base/error.h>

namespace gradus {

namespace {

__extension__ typedef __int128 int128;

/// Key-value pairs as the Arrow C Data Interface wants them: counts and lengths in native int32.
std::string metadata(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
    std::string out;
    const auto append = [&](std::size_t number) {
        const auto n = static_cast<std::int32_t>(number);
        out.append(reinterpret_cast<const char*>(&n), sizeof n);
    };
    std::size_t count = 0;
    for (const auto& pair : pairs) count += !pair.second.empty();
    append(count);
    for (const auto& pair : pairs) {
        if (pair.second.empty()) continue;
        for (const std::string_view text : {pair.first, pair.second}) {
            append(text.size());
            out += text;
        }
    }
    return out;
}

/// The rows for which it holds, as a bitmap.
template <class Holds>
std::shared_ptr<const std::uint8_t[]> bitmap(std::size_t rows, const Holds& holds) {
    auto bits = std::make_shared<std::uint8_t[]>(rows / 8 + 1);
    for (std::size_t i = 0; i < rows; ++i)
        if (holds(i)) bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 1u << (i % 8));
    return bits;
}

/// One column on its way out.
struct Exporter {
    const Table& table;
    const AnyColumn& column;
    ExportedField field{};
    ExportedColumn out{};

    template <class Known>
    void set_validity(const Known& known) {
        for (std::size_t i = 0; i < column.size(); ++i) out.null_count += !known(i);
        if (out.null_count > 0) out.validity = bitmap(column.size(), known);
    }

    /// Values that leave as they are; known(value) tells those that are not missing.
    template <class T, class Known>
    void share(const char* format, const Known& known) {
        const auto* values = static_cast<const T*>(column.data());
        field.format = format;
        out.data = values;
        out.values = column.owner();
        set_validity([&](std::size_t i) { return known(values[i]); });
    }
    template <class T>
    void share(const char* format) {
        share<T>(format, [](const T& value) { return !is_missing(value); });
    }

    /// Values that leave as to(i, value), where known(i, value); 0 elsewhere.
    template <class To, class T, class Known, class Convert>
    void convert(std::string format, const Known& known, const Convert& to) {
        const auto* values = static_cast<const T*>(column.data());
        auto copy = std::make_shared<To[]>(column.size() + 1);
        const auto known_at = [&](std::size_t i) { return known(i, values[i]); };
        for (std::size_t i = 0; i < column.size(); ++i)
            if (known_at(i)) copy[i] = to(i, values[i]);
        field.format = std::move(format);
        out.data = copy.get();
        out.values = std::move(copy);
        set_validity(known_at);
    }

    void share_keys() {
        share<std::int32_t>("i", [](std::int32_t id) { return id >= 0; });
        out.words = column.strings() ? column.strings() : std::make_shared<const Strings>();
    }
    void share_words() {
        const std::size_t count = column.words().size();
        share<std::uint8_t>("C", [count](std::uint8_t word) { return word < count; });
        auto words = std::make_shared<Strings>();
        for (const std::string_view word : column.words()) words->push_back(word);
        out.words = std::move(words);
    }
    void share_texts() {
        field.format = "u";
        out.texts = column.strings() ? column.strings() : std::make_shared<const Strings>();
        set_validity([&](std::size_t i) { return !(*out.texts)[i].empty(); });
    }
    void convert_booleans() {
        const auto* values = static_cast<const bool*>(column.data());
        const auto bits = bitmap(column.size(), [values](std::size_t i) { return values[i]; });
        field.format = "b";
        field.nullable = false;
        out.data = bits.get();
        out.values = bits;
    }
    /// In the unit of each row's kind; where the kind is not known, neither is the amount.
    void convert_amounts(double minor_units) {
        const AnyColumn* kinds = table.find("kind");
        if (!kinds || kinds->type() != Type::word || kinds->size() != column.size())
            throw Error(Code::internal, "an amount has no column kind beside it", std::string(table.name()), 0,
                        field.name);
        std::array<double, 256> units{};  // by kind
        for (std::size_t k = 0; k < kinds->words().size(); ++k) {
            const std::string_view word = kinds->words()[k];
            units[k] = word == "money" || word == "fund" ? minor_units : word == "hours" ? 60 : 1;
        }
        const auto* kind = static_cast<const std::uint8_t*>(kinds->data());
        convert<double, Amount>(
            "g", [&](std::size_t i, Amount amount) { return !is_missing(amount) && units[kind[i]] > 0; },
            [&](std::size_t i, Amount amount) { return static_cast<double>(amount.units()) / units[kind[i]]; });
    }

    void run(int minor_digits) {
        double minor_units = 1;
        for (int i = 0; i < minor_digits; ++i) minor_units *= 10;
        const auto known = [](std::size_t, auto value) { return !is_missing(value); };
        switch (column.type()) {
        case Type::key: return share_keys();
        case Type::word: return share_words();
        case Type::text: return share_texts();
        case Type::real:
        case Type::level: return share<double>("g");
        case Type::integer: return share<std::int32_t>("i");
        case Type::date: return share<Date>("tdD");
        case Type::moment: return share<Moment>("tsu:UTC");
        case Type::boolean: return convert_booleans();
        case Type::money:  // 19 digits hold every int64
            return convert<int128, Money>("d:19," + std::to_string(minor_digits), known,
                                          [](std::size_t, Money money) { return int128(money.minor_units()); });
        case Type::hours:
            return convert<double, Minutes>(
                "g", known, [](std::size_t, Minutes minutes) { return static_cast<double>(minutes.count()) / 60; });
        case Type::amount: return convert_amounts(minor_units);
        }
    }
};

}  // namespace

ExportedTable exported(const Table& table, int minor_digits) {
    ExportedTable out;
    out.metadata =
        std::make_shared<const std::string>(metadata({{"name", table.name()}, {"meaning", table.meaning()}}));
    out.rows = static_cast<std::int64_t>(table.size());
    for (std::size_t i = 0; i < table.column_count(); ++i) {
        const AnyColumn& column = table.column(i);
        const Field& of = column.field();
        Exporter exporter{table, column};
        ExportedField& field = exporter.field;
        field.name = of.name;
        field.metadata = metadata({{"unit", of.unit}, {"meaning", of.meaning}, {"references", column.references()}});
        if (column.size() != table.size())
            throw Error(Code::internal, "columns differ in length", std::string(table.name()), 0, field.name);
        exporter.run(minor_digits);
        field.encoded = exporter.out.words != nullptr;
        out.fields.push_back(std::make_shared<const ExportedField>(std::move(field)));
        out.columns.push_back(std::make_shared<const ExportedColumn>(std::move(exporter.out)));
    }
    return out;
}

}  // namespace gradus
