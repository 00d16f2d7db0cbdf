#include "organization/reader.h"

#include <algorithm>
#include <cmath>
#include <list>

#include "base/parallel.h"
#include "base/utf8.h"
#include "organization/columns.h"

namespace gradus {

namespace {

template <class T>
T absent_value(const Field& field, T missing_value) {
    return std::isnan(field.fallback) ? missing_value : static_cast<T>(field.fallback);
}

std::shared_ptr<const Strings> no_keys() {
    static const auto none = std::make_shared<const Strings>();
    return none;
}

}  // namespace

std::int64_t Origin::row(std::size_t i) const { return (rows.empty() ? static_cast<std::int64_t>(i) : rows[i]) + 1; }

std::int64_t Origin::line(std::size_t i) const {
    return input && input->state().lines ? input->state().lines[row(i) - 1] : 0;
}

Reader::Reader(Table& table, const Input* input, const Reference& reference, ProblemList& problems, int threads)
    : table_(table), input_(input), reference_(reference), problems_(problems), threads_(threads),
      rows_(input ? input->rows() : 0), sources_(table.column_count(), nullptr), coded_(table.column_count()),
      unnamed_(static_cast<std::size_t>(rows_), 0), origin_{.input = input} {}

AnyColumn& Reader::column(std::size_t index) const { return ColumnWriter::column(table_, index); }

Cell Reader::cell(std::size_t index, std::int64_t row) const {
    Cell found;
    if (sources_[index])
        gradus::read(
            *sources_[index], row, row + 1, [](const Cell& c) { return c; },
            [&](std::int64_t, const Cell& c) { found = c; });
    return found;
}

void Reader::collect(std::string_view name, KeyCollector& keys) {
    const bool own = table_.name() == name;  // the first column names the rows
    for (std::size_t c = 0; c < (own ? 1 : sources_.size()); ++c)
        if (sources_[c] && table_.column(c).references() == name) coded_[c] = keys.add(*sources_[c], rows_, threads_);
}

void Reader::read() {
    // Levels and amounts are read last: what they mean depends on the row's capability and kind.
    const auto is_dependent = [](Type type) { return type == Type::level || type == Type::amount; };
    for (std::size_t c = 0; c < sources_.size(); ++c)
        if (!is_dependent(table_.column(c).type())) read_column(c);
    for (std::size_t c = 0; c < sources_.size(); ++c)
        if (is_dependent(table_.column(c).type())) read_column(c);
}

/// Reads a column: make_parse(part) makes the function Cell → X for one part of the rows, settle(row, X) gives the
/// Parsed<T>. Faults are reported; a cell without a value is `absent`.
template <class T, class MakeParse, class Settle>
Buffer<T> Reader::fill(std::size_t index, T absent, MakeParse&& make_parse, Settle&& settle) {
    const InputColumn* source = sources_[index];
    const bool required = table_.column(index).field().required;
    if (!source) {
        if (table_.column(index).field().identity && required) std::fill(unnamed_.begin(), unnamed_.end(), 1);
        return Buffer<T>(static_cast<std::size_t>(rows_), absent);
    }
    Buffer<T> values(static_cast<std::size_t>(rows_));
    std::vector<std::vector<Found>> found(static_cast<std::size_t>(parts()));
    parallel_for(rows_, chunk(), threads_, [&](std::int64_t first, std::int64_t last) {
        const auto part = static_cast<std::size_t>(first / chunk());
        gradus::read(*source, first, last, make_parse(part), [&](std::int64_t row, const auto& cell) {
            const Parsed<T> parsed = settle(row, cell);
            const bool good = parsed.fault == Fault::none;
            values[static_cast<std::size_t>(row)] = good ? parsed.value : absent;
            if (!good && (required || parsed.fault != Fault::missing)) found[part].push_back({row, parsed.fault});
        });
    });
    report(index, found);
    return values;
}

template <class T, class Parse>
Buffer<T> Reader::fill(std::size_t index, T absent, Parse&& parse) {
    return fill<T>(
        index, absent, [&](std::size_t) { return parse; },
        [](std::int64_t, const Parsed<T>& parsed) { return parsed; });
}

std::int64_t Reader::chunk() const {
    return std::max<std::int64_t>(1 << 14, (rows_ - 1) / thread_count(rows_, threads_) + 1);
}

std::int64_t Reader::parts() const { return (rows_ + chunk() - 1) / chunk(); }

void Reader::read_column(std::size_t index) {
    AnyColumn& out = column(index);
    const Field& field = out.field();
    switch (out.type()) {
    case Type::key: return read_key(index);
    case Type::text: return read_text(index);
    case Type::level: return read_level(index);
    case Type::moment:
        return ColumnWriter::set(out,
                                 fill<std::int64_t>(index, missing<Moment>().time_since_epoch().count(), parse_moment));
    case Type::amount: return read_amount(index);
    case Type::word:
        return ColumnWriter::set(out, fill<std::uint8_t>(index, 255, [words = out.words()](const Cell& cell) {
                                     return parse_word(cell, words);
                                 }));
    case Type::boolean: return ColumnWriter::set(out, fill<bool>(index, absent_value(field, false), parse_boolean));
    case Type::date:
        return ColumnWriter::set(out,
                                 fill<std::int32_t>(index, missing<Date>().time_since_epoch().count(), parse_date));
    case Type::real:
        return ColumnWriter::set(out, fill<double>(index, field.fallback, [&field](const Cell& cell) {
                                     const Parsed<double> parsed = parse_real(cell);
                                     return within(parsed, field, parsed.value);
                                 }));
    case Type::integer:
        return ColumnWriter::set(
            out, fill<std::int32_t>(index, absent_value(field, missing<std::int32_t>()), [&field](const Cell& cell) {
                const Parsed<std::int32_t> parsed = parse_integer(cell);
                return within(parsed, field, parsed.value);
            }));
    case Type::money:
        return ColumnWriter::set(
            out, fill<std::int64_t>(index, missing<Money>().minor_units(),
                                    [&field, digits = reference_.minor_digits](const Cell& cell) {
                                        const Parsed<std::int64_t> parsed = parse_decimal(cell, digits);
                                        return within(parsed, field,
                                                      static_cast<double>(parsed.value) / std::pow(10, digits));
                                    }));
    case Type::hours:
        return ColumnWriter::set(out, fill<std::int64_t>(index, missing<Minutes>().count(), [&field](const Cell& cell) {
                                     const Parsed<std::int64_t> parsed = parse_minutes(cell);
                                     return within(parsed, field, static_cast<double>(parsed.value) / 60);
                                 }));
    }
}

void Reader::read_key(std::size_t index) {
    AnyColumn& out = column(index);
    const Keys* keys = reference_.keys.find(out.references());
    if (!keys) return ColumnWriter::set(out, Buffer<std::int32_t>(static_cast<std::size_t>(rows_), -1), no_keys());
    if (!coded_[index].parts.empty()) return read_coded(index, *keys);
    const Fault unknown = keys->size() > 0 ? Fault::unknown_key : Fault::no_such_table;
    const auto make_parse = [&](std::size_t) {
        // Rows are often sorted by their first keys: one comparison saves the search.
        return [=, before = std::string_view(), id = -1](const Cell& cell) mutable -> Parsed<std::int32_t> {
            Digits digits;
            const Parsed<std::string_view> key = parse_key(cell, digits);
            if (key.fault != Fault::none) return {-1, key.fault};
            if (id < 0 || key.value != before) {
                id = keys->find_after(id, key.value);
                if (id < 0) return {-1, valid_utf8(key.value) ? unknown : Fault::not_utf8};
                before = (*keys)[static_cast<std::size_t>(id)];
            }
            return {id};
        };
    };
    auto values = fill<std::int32_t>(index, -1, make_parse,
                                     [](std::int64_t, const Parsed<std::int32_t>& parsed) { return parsed; });
    ColumnWriter::set(out, std::move(values), keys->strings());
}

void Reader::read_coded(std::size_t index, const Keys& keys) {
    CodedColumn coded = std::move(coded_[index]);
    const bool required = table_.column(index).field().required;
    std::vector<std::vector<Found>> found(coded.parts.size());
    parallel_for(rows_, coded.chunk, threads_, [&](std::int64_t first, std::int64_t last) {
        const auto part = static_cast<std::size_t>(first / coded.chunk);
        std::vector<std::int32_t> ids;
        for (const std::string_view key : coded.parts[part].keys.texts())
            ids.push_back(keys.find_after(ids.empty() ? -1 : ids.back(), key));
        for (std::int64_t row = first; row < last; ++row) {
            std::int32_t& value = coded.codes[static_cast<std::size_t>(row)];
            if (value >= 0) {
                value = ids[static_cast<std::size_t>(value)];
            } else {
                if (value == CodedColumn::fault) {
                    Digits digits;
                    const Fault fault = parse_key(cell(index, row), digits).fault;
                    found[part].push_back({row, fault == Fault::none ? Fault::not_utf8 : fault});
                } else if (required) {
                    found[part].push_back({row, Fault::missing});
                }
                value = -1;
            }
        }
    });
    report(index, found);
    ColumnWriter::set(column(index), std::move(coded.codes), keys.strings());
}

void Reader::read_text(std::size_t index) {
    std::vector<std::list<std::string>> numbers(static_cast<std::size_t>(parts()));
    const auto make_parse = [&](std::size_t part) {
        return [&room = numbers[part]](const Cell& cell) -> Parsed<std::string_view> {
            if (cell.kind == Cell::Kind::text) {
                if (cell.text.empty()) return {{}, Fault::missing};
                return {cell.text, valid_utf8(cell.text) ? Fault::none : Fault::not_utf8};
            }
            Digits digits;
            const Parsed<std::string_view> label = parse_label(cell, digits);
            if (label.fault != Fault::none) return {{}, label.fault};
            return {room.emplace_back(label.value)};
        };
    };
    const Buffer<std::string_view> views =
        fill<std::string_view>(index, {}, make_parse, [](std::int64_t, const auto& parsed) { return parsed; });
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < views.size(); ++i) bytes += views[i].size();
    auto texts = std::make_shared<Strings>();
    texts->reserve(views.size(), bytes);
    for (std::size_t i = 0; i < views.size(); ++i) texts->push_back(views[i]);
    ColumnWriter::set(column(index), std::move(texts));
}

void Reader::read_level(std::size_t index) {
    struct Level {
        std::string_view label;
        Parsed<double> number;
    };
    const Levels& levels = *reference_.levels;
    const auto* capabilities = static_cast<const std::int32_t*>(sibling("capability")->data());
    const auto parse = [](std::size_t) { return [](const Cell& cell) { return Level{cell.text, parse_real(cell)}; }; };
    const auto settle = [&](std::int64_t row, const Level& level) -> Parsed<double> {
        const double unknown = missing<double>();
        if (level.number.fault == Fault::missing) return {unknown, Fault::missing};
        const ScaleId scale = levels.scale_of(capabilities[row]);
        if (!scale) return {unknown};  // the capability, or its scale, is at fault and has been reported
        if (!level.label.empty())
            if (const auto position = levels.position(scale, level.label)) return {*position};
        if (level.number.fault == Fault::not_number) return {unknown, Fault::unknown_level};
        if (level.number.fault != Fault::none) return {unknown, level.number.fault};
        if (level.number.value < levels.bottom(scale) || level.number.value > levels.top(scale))
            return {unknown, Fault::off_scale};
        return level.number;
    };
    ColumnWriter::set(column(index), fill<double>(index, missing<double>(), parse, settle));
}

void Reader::read_amount(std::size_t index) {
    const AnyColumn& kind = *sibling("kind");
    std::size_t kind_index = 0;
    while (&table_.column(kind_index) != &kind) ++kind_index;
    const auto* kinds = static_cast<const std::uint8_t*>(kind.data());
    const Field& field = table_.column(index).field();
    const auto parse = [](std::size_t) { return [](const Cell& cell) { return cell; }; };
    const auto settle = [&](std::int64_t row, const Cell& cell) -> Parsed<std::int64_t> {
        Parsed<std::int64_t> parsed;
        if (kinds[row] >= kind.words().size()) {
            if (parse_real(cell).fault == Fault::missing) return {0, Fault::missing};
            // What is wrong with the kind itself is told there.
            const bool told = kind.field().required || parse_real(this->cell(kind_index, row)).fault != Fault::missing;
            return {0, told ? Fault::none : Fault::no_kind};
        }
        const std::string_view word = kind.words()[kinds[row]];
        if (word == "money" || word == "fund") {
            parsed = parse_decimal(cell, reference_.minor_digits);
        } else if (word == "hours") {
            parsed = parse_minutes(cell);
        } else {
            parsed = parse_decimal(cell, 0);
        }
        return within(parsed, field, static_cast<double>(parsed.value));
    };
    ColumnWriter::set(column(index), fill<std::int64_t>(index, missing<Amount>().units(), parse, settle));
}

}  // namespace gradus
