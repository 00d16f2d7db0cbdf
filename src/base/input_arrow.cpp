#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gradus/base/error.h>
#include <gradus/base/input.h>

#include "base/cell.h"
#include "base/utf8.h"

// How a table arrives over the Arrow C Stream Interface. Everything that the interface lets a consumer check is checked
// here, once, so that reading needs no further care; sizes of buffers are not told and have to be believed.

namespace gradus {

namespace {

/// A stream that is released at the end, taken out of its caller's hands.
struct Stream : ArrowArrayStream {
    explicit Stream(ArrowArrayStream* stream) : ArrowArrayStream(stream ? *stream : ArrowArrayStream{}) {
        if (stream) stream->release = nullptr;
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() {
        if (release) release(this);
    }
};

struct Schema : ArrowSchema {
    Schema() : ArrowSchema{} {}
    Schema(const Schema&) = delete;
    Schema& operator=(const Schema&) = delete;
    ~Schema() {
        if (release) release(this);
    }
};

/// Where a fault is, for messages.
struct Place {
    const std::string& table;
    std::string column{};

    [[noreturn]] void fail(const std::string& message, Code code = Code::invalid_arrow) const {
        throw Error(code, message, table, 0, printable(column));
    }
    void check(bool holds, const char* message) const {
        if (!holds) fail(message);
    }
};

void check_call(int status, Stream& stream, const Place& place) {
    if (status == 0) return;
    const char* reason = stream.get_last_error ? stream.get_last_error(&stream) : nullptr;
    place.fail("the producer of the Arrow stream failed: " +
               printable(reason && *reason ? reason : std::strerror(status), 1000));
}

/// d:precision,scale or d:precision,scale,bits
bool read_decimal(std::string_view format, Values& type) {
    std::int32_t numbers[3] = {0, 0, 128};
    const char *at = format.data() + 2, *end = format.data() + format.size();
    for (int i = 0; i < 3 && at != end; ++i) {
        const auto [rest, error] = std::from_chars(at, end, numbers[i]);
        if (error != std::errc() || (rest != end && *rest != ',') || (rest == end && i == 0)) return false;
        at = rest == end ? end : rest + 1;
    }
    const auto [precision, scale, bits] = numbers;
    if (at != end || precision < 1 || precision > 38 || scale < -38 || scale > 38) return false;
    type.scale = scale;
    type.format = bits == 32 ? Format::decimal32 : bits == 64 ? Format::decimal64 : Format::decimal128;
    return bits == 32 || bits == 64 || bits == 128;
}

/// ts and one of s, m, u, n, then the time zone after a colon.
bool read_timestamp(std::string_view format, Values& type) {
    constexpr std::string_view units = "smun";
    constexpr std::int64_t ticks_per_second[] = {1, 1'000, 1'000'000, 1'000'000'000};
    const std::size_t unit = units.find(format[2]);
    if (unit == units.npos || format[3] != ':') return false;
    type.format = Format::timestamp;
    type.ticks_per_day = ticks_per_second[unit] * 86400;
    type.zoned = format.size() > 4;
    return true;
}

/// The values that a format stands for; their buffers follow with each array.
Values read_format(const ArrowSchema& schema, const Place& place) {
    place.check(schema.format, "the Arrow schema is incomplete");
    const std::string_view format = schema.format;
    Values type;
    if (format.size() == 1) {
        constexpr std::string_view letters = "nbcCsSiIlLefgzuZU";
        constexpr Format formats[] = {Format::null,    Format::boolean, Format::int8,    Format::uint8,  Format::int16,
                                      Format::uint16,  Format::int32,   Format::uint32,  Format::int64,  Format::uint64,
                                      Format::float16, Format::float32, Format::float64, Format::text32, Format::text32,
                                      Format::text64,  Format::text64};
        if (const std::size_t i = letters.find(format[0]); i != letters.npos) {
            type.format = formats[i];
            return type;
        }
    }
    if (format == "vu" || format == "vz") {
        type.format = Format::view;
        return type;
    }
    if (format == "tdD" || format == "tdm") {
        type.format = format == "tdD" ? Format::date32 : Format::date64;
        return type;
    }
    if (format.starts_with("d:") && read_decimal(format, type)) return type;
    if (format.starts_with("ts") && format.size() >= 4 && read_timestamp(format, type)) return type;

    const char* hint = "";
    if (format.starts_with("+r"))
        hint = ": decode the run-end encoding first";
    else if (format.starts_with("+"))
        hint = ": a cell holds one value, not a list or a struct";
    else if (format.starts_with("d:"))
        hint = "; decimals of up to 38 digits and 128 bits are";
    else if (format.starts_with("t"))
        hint = "; dates and timestamps are";
    place.fail("the Arrow format " + printable(format) + " is not supported" + hint);
}

bool is_index(Format format) { return format >= Format::int8 && format <= Format::uint64; }

template <class Offset>
void check_offsets(const Values& values, const Place& place) {
    Offset last = load<Offset>(values.data, values.offset);
    bool rising = last >= 0;
    for (std::int64_t i = values.offset; i < values.offset + values.length; ++i) {
        const Offset next = load<Offset>(values.data, i + 1);
        rising &= next >= last;
        last = next;
    }
    place.check(rising, "the offsets of an Arrow text array fall or are negative");
}

void check_views(const Values& values, std::int64_t blocks, const void* sizes, const Place& place) {
    for (std::int64_t i = values.offset; i < values.offset + values.length; ++i) {
        if (!values.valid(i)) continue;
        const char* view = static_cast<const char*>(values.data) + i * 16;
        const auto size = load<std::int32_t>(view, 0), block = load<std::int32_t>(view, 2),
                   from = load<std::int32_t>(view, 3);
        const bool held = size <= 12 || (block >= 0 && block < blocks && from >= 0 && sizes && values.blocks[block] &&
                                         std::int64_t(from) + size <= load<std::int64_t>(sizes, block));
        place.check(size >= 0 && held, "a view of an Arrow text array points outside its buffers");
    }
}

/// The values [skip, skip + length) of an array whose format is that of `type`.
Values read_array(Values type, const ArrowArray& array, std::int64_t skip, std::int64_t length, const Place& place) {
    constexpr std::int64_t most = std::int64_t(1) << 56;  // positions times the size of a value stay within 64 bits
    place.check(array.length >= 0 && array.offset >= 0 && array.length <= most && array.offset <= most,
                "an Arrow array has a negative or impossible length or offset");
    place.check(array.null_count >= -1 && array.null_count <= array.length,
                "an Arrow array has an impossible null_count");
    place.check(length <= array.length && skip <= array.length - length, "an Arrow array is shorter than its struct");
    place.check(array.n_children == 0, "an Arrow array has children that its format does not have");

    Values values = type;
    values.length = length;
    values.offset = array.offset + skip;
    if (type.format == Format::null) {
        place.check(array.n_buffers == 0 || array.n_buffers == 1, "an Arrow null array has buffers");
        return values;
    }
    const bool view = type.format == Format::view,
               text = type.format == Format::text32 || type.format == Format::text64;
    place.check(view ? array.n_buffers >= 3 : array.n_buffers == (text ? 3 : 2),
                "an Arrow array has another number of buffers than its format");
    place.check(array.buffers, "an Arrow array has no buffers");
    if (array.null_count != 0) values.validity = static_cast<const std::uint8_t*>(array.buffers[0]);
    place.check(values.validity || array.null_count <= 0, "an Arrow array has nulls and no validity buffer");
    values.data = array.buffers[1];
    if (view) values.blocks = array.buffers + 2;
    if (length == 0) return values;
    place.check(values.data, "an Arrow array has values and no buffer that holds them");
    if (text) {
        type.format == Format::text32 ? check_offsets<std::int32_t>(values, place)
                                      : check_offsets<std::int64_t>(values, place);
        const std::int64_t end = values.offset + length;
        const bool bytes = type.format == Format::text32 ? load<std::int32_t>(values.data, end) > 0
                                                         : load<std::int64_t>(values.data, end) > 0;
        values.bytes = static_cast<const char*>(array.buffers[2]);
        place.check(values.bytes || !bytes, "an Arrow text array has no buffer of bytes");
        if (!values.bytes) values.bytes = "";
    }
    return values;
}

/// The checks that look at valid values only, once it is known which are.
void check_values(const Values& values, const ArrowArray& array, const Place& place) {
    if (values.format == Format::view && values.length > 0)
        check_views(values, array.n_buffers - 3, array.buffers[array.n_buffers - 1], place);
}

void check_entries(const Chunk& chunk, const Place& place) {
    bool within = true;
    const auto entries = static_cast<std::uint64_t>(chunk.dictionary->length);
    const std::int64_t first = chunk.first, last = first + chunk.values.length;
    detail::read_entries(chunk, first, last, [&](std::int64_t row, std::int64_t entry) {
        const bool null = entry == -1 && !chunk.values.valid(row - first + chunk.values.offset);
        within &= null || static_cast<std::uint64_t>(entry) < entries;
    });
    place.check(within, "an index of an Arrow dictionary array points outside its dictionary");
}

/// True if two arrays of one format are the same memory.
bool same(const ArrowArray& a, const ArrowArray& b, bool view) {
    if (a.length != b.length || a.offset != b.offset || a.null_count != b.null_count || a.n_buffers != b.n_buffers ||
        !a.buffers != !b.buffers)
        return false;
    const std::int64_t count = view ? a.n_buffers - 1 : a.n_buffers;  // the last tells sizes
    return std::equal(a.buffers, a.buffers + count, b.buffers);
}

/// One column of the schema, and what its last array leaves for the next.
struct ColumnReader {
    Place place;
    Values type;
    bool encoded = false;
    Values entry_type{};
    const ArrowArray* last_dictionary = nullptr;
    std::shared_ptr<const Values> dictionary{};

    ColumnReader(const ArrowSchema& schema, Place where) : place(std::move(where)), type(read_format(schema, place)) {
        encoded = schema.dictionary != nullptr;
        if (!encoded) return;
        if (!is_index(type.format)) place.fail("the indices of an Arrow dictionary must be integers");
        if (schema.dictionary->dictionary) place.fail("a dictionary of Arrow dictionaries is not supported");
        entry_type = read_format(*schema.dictionary, place);
    }

    /// Rows [skip, skip + length) of `array`; `rows_valid` is the validity of the struct around it, or null.
    Chunk read(const ArrowArray& array, std::int64_t skip, std::int64_t length, const Values* rows_valid,
               Input::State& state) {
        place.check((array.dictionary != nullptr) == encoded, "an Arrow array and its schema disagree on a dictionary");
        Chunk chunk{.first = state.rows, .values = read_array(type, array, skip, length, place)};
        if (rows_valid) chunk.values = both_valid(chunk.values, *rows_valid, state);
        check_values(chunk.values, array, place);
        if (encoded) {
            const ArrowArray& entries = *array.dictionary;
            if (!last_dictionary || !same(entries, *last_dictionary, entry_type.format == Format::view)) {
                place.check(!entries.dictionary, "a dictionary of Arrow dictionaries is not supported");
                dictionary = std::make_shared<Values>(read_array(entry_type, entries, 0, entries.length, place));
                check_values(*dictionary, entries, place);
                last_dictionary = &entries;
            }
            chunk.dictionary = dictionary;
            check_entries(chunk, place);
        }
        return chunk;
    }

    static Values both_valid(Values values, const Values& rows, Input::State& state) {
        const auto size = static_cast<std::size_t>(values.length / 8 + 1);
        state.bitmaps.push_back(std::make_unique<std::uint8_t[]>(size));
        std::uint8_t* bits = state.bitmaps.back().get();
        for (std::int64_t i = 0; i < values.length; ++i)
            if (rows.valid(rows.offset + i) && values.valid(values.offset + i))
                bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 1u << (i % 8));
        values.validity = bits;
        values.validity_shift = -values.offset;
        return values;
    }
};

}  // namespace

void Input::State::take(ArrowArrayStream* taken) {
    Stream stream(taken);
    arrow = true;
    const Place place{table};
    if (!valid_utf8(table)) place.fail("the name of the table is not UTF-8", Code::invalid_text);
    place.check(stream.release, "the Arrow stream has been released already");
    place.check(stream.get_schema && stream.get_next, "the Arrow stream is incomplete");

    Schema schema;
    check_call(stream.get_schema(&stream, &schema), stream, place);
    place.check(schema.release && schema.format, "the Arrow schema is incomplete");
    if (std::string_view(schema.format) != "+s" || schema.dictionary)
        place.fail("the Arrow stream must hold a table (format +s); its format is " + printable(schema.format));
    place.check(schema.n_children >= 0 && (schema.n_children == 0 || schema.children),
                "the Arrow schema is incomplete");

    std::vector<ColumnReader> readers;
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
        place.check(schema.children[i], "the Arrow schema is incomplete");
        const std::string_view name = schema.children[i]->name ? schema.children[i]->name : "";
        add(name);
        readers.emplace_back(*schema.children[i], Place{table, std::string(name)});
    }

    while (true) {
        std::unique_ptr<ArrowArray, ReleaseArray> batch(new ArrowArray{});
        const int status = stream.get_next(&stream, batch.get());
        if (status != 0) batch->release = nullptr;  // then nothing was handed over
        check_call(status, stream, place);
        if (!batch->release) return;

        const ArrowArray& array = *batch;
        place.check(array.n_children == schema.n_children && (array.n_children == 0 || array.children),
                    "an Arrow batch and its schema disagree on the number of columns");
        place.check(!array.dictionary && array.n_buffers == 1 && array.length >= 0 && array.offset >= 0 &&
                        array.null_count >= -1 && array.null_count <= array.length,
                    "an Arrow batch is not a well-formed struct");
        if (array.length > std::numeric_limits<std::int32_t>::max() - rows)
            place.fail("a table has at most 2,147,483,647 rows", Code::out_of_range);
        Values valid;
        valid.offset = array.offset;
        if (array.null_count != 0 && array.buffers) valid.validity = static_cast<const std::uint8_t*>(array.buffers[0]);
        place.check(valid.validity || array.null_count <= 0, "an Arrow batch has nulls and no validity buffer");

        for (std::size_t i = 0; i < readers.size(); ++i) {
            const ArrowArray* child = array.children[i];
            readers[i].place.check(child, "a column of an Arrow batch is absent");
            columns[i].chunks.push_back(
                readers[i].read(*child, array.offset, array.length, valid.validity ? &valid : nullptr, *this));
        }
        rows += array.length;
        batches.push_back(std::move(batch));
    }
}

}  // namespace gradus
