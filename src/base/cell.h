#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/base/arrow.h>
#include <gradus/base/input.h>

namespace gradus {

__extension__ typedef __int128 int128;

/// One cell of an input as it arrived: nobody has judged it yet. Only the members of its kind mean anything.
struct Cell {
    enum class Kind : std::uint8_t { missing, text, integer, real, boolean, date, timestamp, decimal };

    Kind kind = Kind::missing;
    bool zoned = false;              ///< of a timestamp
    std::int32_t scale = 0;          ///< of a decimal: its value is decimal × 10^-scale
    std::int64_t integer = 0;        ///< integer; boolean: 0 or 1; date: days since 1970; timestamp: ticks since 1970
    std::int64_t ticks_per_day = 0;  ///< of a timestamp
    double real = 0;          ///< a float32 or float16 arrives as the double of its shortest decimal: 0.1f is 0.1
    std::string_view text{};  ///< bytes, not yet known to be UTF-8
    int128 decimal = 0;       ///< also a uint64 beyond int64, with scale 0
};

/// What was found, for messages: 'Expret', 3.5, 2026-02-30, true, nothing. UTF-8 whatever the cell holds; long texts
/// are cut.
std::string describe(const Cell& cell);

/// The physical formats of Arrow columns that are read.
enum class Format : std::uint8_t {
    null,
    boolean,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float16,
    float32,
    float64,
    text32,
    text64,
    view,
    decimal32,
    decimal64,
    decimal128,
    date32,
    date64,
    timestamp
};

/// One Arrow array of values, checked and borrowed. A position counts from the start of its buffers, so that value i
/// stands at position offset + i.
struct Values {
    Format format = Format::null;
    bool zoned = false;
    std::int32_t scale = 0;
    std::int64_t ticks_per_day = 0;
    std::int64_t length = 0;
    std::int64_t offset = 0;
    const std::uint8_t* validity = nullptr;  // null: all valid
    std::int64_t validity_shift = 0;         // bit of value i: offset + validity_shift + i
    const void* data = nullptr;              // values, text offsets or views
    const char* bytes = nullptr;             // of texts
    const void* const* blocks = nullptr;     // of views: the buffers they point into

    bool valid(std::int64_t position) const {
        if (!validity) return true;
        const auto bit = static_cast<std::uint64_t>(position + validity_shift);
        return (validity[bit / 8] >> (bit % 8) & 1) != 0;
    }
};

/// The cell at a position: the slow way, for one cell at a time.
Cell cell_at(const Values& values, std::int64_t position);

double shortest(float value);              // the double whose shortest decimal is that of `value`
double shortest_half(std::uint16_t bits);  // likewise for a float16

/// Reads the value at an index of an array that need not be aligned.
template <class T>
T load(const void* data, std::int64_t index) {
    T value;
    std::memcpy(&value, static_cast<const char*>(data) + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
    return value;
}

/// Calls body(decode) once, with the function position → Cell of the values' format (validity aside): one switch per
/// array instead of one per cell.
template <class Body>
void with_decoder(const Values& values, Body&& body) {
    const void* data = values.data;
    const auto integers = [&]<class T>(T) {
        body([data](std::int64_t i) { return Cell{.kind = Cell::Kind::integer, .integer = load<T>(data, i)}; });
    };
    const auto decimals = [&]<class T>(T) {
        body([data, scale = values.scale](std::int64_t i) {
            return Cell{.kind = Cell::Kind::decimal, .scale = scale, .decimal = load<T>(data, i)};
        });
    };
    const auto texts = [&]<class T>(T) {
        body([data, bytes = values.bytes](std::int64_t i) {
            const T from = load<T>(data, i);
            return Cell{.kind = Cell::Kind::text,
                        .text = {bytes + from, static_cast<std::size_t>(load<T>(data, i + 1) - from)}};
        });
    };
    switch (values.format) {
    case Format::null: return body([](std::int64_t) { return Cell{}; });
    case Format::int8: return integers(std::int8_t());
    case Format::int16: return integers(std::int16_t());
    case Format::int32: return integers(std::int32_t());
    case Format::int64: return integers(std::int64_t());
    case Format::uint8: return integers(std::uint8_t());
    case Format::uint16: return integers(std::uint16_t());
    case Format::uint32: return integers(std::uint32_t());
    case Format::decimal32: return decimals(std::int32_t());
    case Format::decimal64: return decimals(std::int64_t());
    case Format::decimal128: return decimals(int128());
    case Format::text32: return texts(std::int32_t());
    case Format::text64: return texts(std::int64_t());
    case Format::boolean:
        return body([data](std::int64_t i) {
            return Cell{.kind = Cell::Kind::boolean, .integer = load<std::uint8_t>(data, i / 8) >> (i % 8) & 1};
        });
    case Format::uint64:
        return body([data](std::int64_t i) {
            const auto value = load<std::uint64_t>(data, i);
            if (value > INT64_MAX) return Cell{.kind = Cell::Kind::decimal, .decimal = static_cast<int128>(value)};
            return Cell{.kind = Cell::Kind::integer, .integer = static_cast<std::int64_t>(value)};
        });
    case Format::float16:
        return body([data](std::int64_t i) {
            return Cell{.kind = Cell::Kind::real, .real = shortest_half(load<std::uint16_t>(data, i))};
        });
    case Format::float32:
        return body(
            [data](std::int64_t i) { return Cell{.kind = Cell::Kind::real, .real = shortest(load<float>(data, i))}; });
    case Format::float64:
        return body([data](std::int64_t i) { return Cell{.kind = Cell::Kind::real, .real = load<double>(data, i)}; });
    case Format::view:
        return body([data, blocks = values.blocks](std::int64_t i) {
            const char* view = static_cast<const char*>(data) + i * 16;
            const auto size = load<std::int32_t>(view, 0);
            if (size > 12)
                view = static_cast<const char*>(blocks[load<std::int32_t>(view, 2)]) + load<std::int32_t>(view, 3);
            else
                view += 4;
            return Cell{.kind = Cell::Kind::text, .text = {view, static_cast<std::size_t>(size)}};
        });
    case Format::date32:
        return body(
            [data](std::int64_t i) { return Cell{.kind = Cell::Kind::date, .integer = load<std::int32_t>(data, i)}; });
    case Format::date64:  // milliseconds; anything but a whole day is left to be refused as a timestamp
        return body([data](std::int64_t i) {
            constexpr std::int64_t day = 86'400'000;
            const auto ticks = load<std::int64_t>(data, i);
            if (ticks % day == 0) return Cell{.kind = Cell::Kind::date, .integer = ticks / day};
            return Cell{.kind = Cell::Kind::timestamp, .integer = ticks, .ticks_per_day = day};
        });
    case Format::timestamp:
        return body([data, zoned = values.zoned, ticks = values.ticks_per_day](std::int64_t i) {
            return Cell{.kind = Cell::Kind::timestamp,
                        .zoned = zoned,
                        .integer = load<std::int64_t>(data, i),
                        .ticks_per_day = ticks};
        });
    }
}

/// A run of rows of one column: an Arrow array. With a dictionary, the values are integers that count its entries.
struct Chunk {
    std::int64_t first = 0;  // row of the input at which it begins
    Values values;
    std::shared_ptr<const Values> dictionary{};  // one object for chunks whose dictionaries are the same memory
};

/// Cells of any kinds, as rows set them one by one: a kind and 64 bits each, texts as offsets into one buffer. A timestamp is a
/// moment: microseconds in UTC.
struct MixedCells {
    std::vector<Cell::Kind> kinds;
    std::vector<std::uint64_t> payloads;
    std::string bytes;  // each text after its length in 8 bytes

    std::int64_t size() const { return static_cast<std::int64_t>(kinds.size()); }
    void push_back(const Cell& cell);
    Cell operator[](std::int64_t row) const;
};

/// A column of an input: chunks in the order of rows, or mixed cells. Rows past its end are missing.
struct InputColumn {
    std::string name;
    std::vector<Chunk> chunks{};
    MixedCells cells{};
};

/// Releases an Arrow array exactly once.
struct ReleaseArray {
    void operator()(ArrowArray* array) const noexcept {
        if (array->release) array->release(array);
        delete array;
    }
};

/// What an Input holds. Column names are UTF-8 and unique.
struct Input::State {
    std::string table;
    std::vector<InputColumn> columns;
    std::int64_t rows = 0;                        // at most 2^31 - 1
    std::shared_ptr<const std::int64_t[]> lines;  // null: not known
    bool arrow = false;
    std::size_t cursor = 0;  // column set last + 1: rows mostly repeat the order of columns
    std::vector<std::unique_ptr<ArrowArray, ReleaseArray>> batches;  // what the chunks point into
    std::vector<std::unique_ptr<std::uint8_t[]>> bitmaps;            // likewise: validities made of two

    /// The column of that name, or null.
    const InputColumn* find(std::string_view name) const;
    /// Adds a column. @throws Error contradiction: there is one of that name; invalid_text: the name is not UTF-8.
    InputColumn& add(std::string_view name);
    /// Takes over the stream and adds its columns and rows.
    void take(ArrowArrayStream* stream);
};

namespace detail {

template <class Parse, class Store>
void read_values(const Chunk& chunk, std::int64_t first, std::int64_t last, Parse& parse, Store& store) {
    with_decoder(chunk.values, [&](auto&& decode) {
        const std::int64_t shift = chunk.values.offset - chunk.first;
        if (!chunk.values.validity) {
            for (std::int64_t row = first; row < last; ++row) store(row, parse(decode(row + shift)));
        } else {
            for (std::int64_t row = first; row < last; ++row)
                store(row, parse(chunk.values.valid(row + shift) ? decode(row + shift) : Cell{}));
        }
    });
}

/// Calls visit(row, entry) for every row, where entry counts the dictionary's, or is -1.
template <class Visit>
void read_entries(const Chunk& chunk, std::int64_t first, std::int64_t last, Visit&& visit) {
    const std::int64_t shift = chunk.values.offset - chunk.first;
    const auto loop = [&]<class T>(T) {
        for (std::int64_t row = first; row < last; ++row) {
            const std::int64_t position = row + shift;
            visit(row,
                  chunk.values.valid(position) ? static_cast<std::int64_t>(load<T>(chunk.values.data, position)) : -1);
        }
    };
    switch (chunk.values.format) {
    case Format::int8: return loop(std::int8_t());
    case Format::int16: return loop(std::int16_t());
    case Format::int32: return loop(std::int32_t());
    case Format::int64: return loop(std::int64_t());
    case Format::uint8: return loop(std::uint8_t());
    case Format::uint16: return loop(std::uint16_t());
    case Format::uint32: return loop(std::uint32_t());
    default: return loop(std::uint64_t());
    }
}

}  // namespace detail

/// Calls store(row, parse(cell)) for the rows [first, last) in order.
///
/// `parse` is called once per distinct dictionary entry used in these rows, in the order of the dictionary, which is
/// mostly sorted (once per cell if the dictionary has more entries than there are rows to read), and once per cell of
/// other columns; its result is kept and handed to `store` as an lvalue or an rvalue. Loops are one per format, so that
/// `parse` inlines. Safe to call from several threads.
template <class Parse, class Store>
void read(const InputColumn& column, std::int64_t first, std::int64_t last, Parse&& parse, Store&& store) {
    using Parsed = std::decay_t<decltype(parse(std::declval<const Cell&>()))>;
    std::vector<std::uint8_t> used;  // by dictionary entry + 1; 0: null
    std::vector<Parsed> memo;

    std::int64_t row = first;
    const auto in_order = [](std::int64_t r, const Chunk& chunk) { return r < chunk.first; };
    auto chunk = std::upper_bound(column.chunks.begin(), column.chunks.end(), first, in_order);
    if (chunk != column.chunks.begin()) --chunk;
    while (chunk != column.chunks.end() && row < last) {
        const Values* dictionary = chunk->dictionary.get();
        // One chunk, or all that follow one another with this dictionary.
        const auto begin = chunk;
        do ++chunk;
        while (dictionary && chunk != column.chunks.end() && chunk->dictionary.get() == dictionary);
        const auto for_each_chunk = [&](auto&& visit) {
            for (auto of = begin; of != chunk; ++of) {
                const std::int64_t from = std::max(row, of->first);
                const std::int64_t to = std::min(last, of->first + of->values.length);
                if (from < to) visit(*of, from, to);
            }
        };
        const auto cell_of = [&](std::int64_t entry) {
            return entry < 0 ? Cell{} : cell_at(*dictionary, dictionary->offset + entry);
        };
        if (!dictionary) {
            for_each_chunk([&](const Chunk& of, std::int64_t from, std::int64_t to) {
                detail::read_values(of, from, to, parse, store);
            });
        } else if (dictionary->length > last - first) {
            for_each_chunk([&](const Chunk& of, std::int64_t from, std::int64_t to) {
                detail::read_entries(of, from, to,
                                     [&](std::int64_t r, std::int64_t entry) { store(r, parse(cell_of(entry))); });
            });
        } else {
            const auto entries = static_cast<std::size_t>(dictionary->length) + 1;
            used.assign(entries, 0);
            for_each_chunk([&](const Chunk& of, std::int64_t from, std::int64_t to) {
                detail::read_entries(of, from, to, [&](std::int64_t, std::int64_t entry) {
                    used[static_cast<std::size_t>(entry + 1)] = 1;
                });
            });
            memo.assign(entries, Parsed());
            for (std::size_t i = 0; i < entries; ++i)
                if (used[i]) memo[i] = parse(cell_of(static_cast<std::int64_t>(i) - 1));
            for_each_chunk([&](const Chunk& of, std::int64_t from, std::int64_t to) {
                detail::read_entries(of, from, to, [&](std::int64_t r, std::int64_t entry) {
                    store(r, memo[static_cast<std::size_t>(entry + 1)]);
                });
            });
        }
        const Chunk& done = *(chunk - 1);
        row = std::max(row, std::min(last, done.first + done.values.length));
    }
    for (const std::int64_t end = std::min(last, column.cells.size()); row < end; ++row)
        store(row, parse(column.cells[row]));
    for (; row < last; ++row) store(row, parse(Cell{}));
}

}  // namespace gradus
