// Organisations from Arrow streams that a broken or hostile producer might send: what comes out is a valid organisation
// or an Error, and every structure is released exactly once.
//
// Sizes of buffers are not told over the interface and have to be believed, so each buffer here holds what its array
// claims; whatever else the interface lets a consumer check may be wrong.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/organization/organization.h>

#include "base/arrow_source.h"

namespace {

using gradus::test::Array;
using gradus::test::Block;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

/// The choices that the input makes. Once it is used up, the first and plainest each time.
class Choices {
public:
    Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

    std::size_t below(std::size_t n) { return at_ < size_ ? data_[at_++] % n : 0; }
    /// Seldom: for what is wrong, so that most of a stream is right and gets far.
    bool seldom() { return below(64) == 63; }
    bool often() { return below(4) != 0; }
    template <class T, std::size_t n>
    const T& one_of(const std::array<T, n>& all) {
        return all[below(n)];
    }
    std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

private:
    const std::uint8_t* data_;
    std::size_t size_, at_ = 0;
};

constexpr std::array<std::string_view, 28> texts = {"a",
                                                    "b",
                                                    "c",
                                                    "",
                                                    "1",
                                                    "2",
                                                    "0.5",
                                                    "-3",
                                                    "1e9",
                                                    "course",
                                                    "money",
                                                    "2026-01-01",
                                                    "2025-06",
                                                    "true",
                                                    "EUR",
                                                    "month",
                                                    "a;b",
                                                    "role",
                                                    "planned",
                                                    "1234567890123",
                                                    "not a cell of any column, and long",
                                                    "\xff\xfe",
                                                    "\xc3\xa9",
                                                    "nan",
                                                    "a",
                                                    "b",
                                                    "a",
                                                    "b"};
constexpr std::array<std::string_view, 22> fixed = {
    "i",   "c", "C",   "s",    "S",    "I",     "l",     "L",        "e",        "f",       "g",
    "tdD", "b", "tdm", "tsn:", "tss:", "tsu:Z", "d:9,2", "d:9,2,32", "d:9,2,64", "d:38,-3", "tsm:"};
constexpr std::array<std::string_view, 14> bad_formats = {"",     "+s", "+l",  "x",   "d:", "d:99,2", "d:5,2,256",
                                                          "tsX:", "ts", "tDs", "w:4", "vx", "+r",     "\xff"};
constexpr std::array<std::int64_t, 5> wild = {-1, -2, std::numeric_limits<std::int64_t>::min(),
                                              std::numeric_limits<std::int64_t>::max(), (std::int64_t(1) << 56) + 1};

std::size_t width(std::string_view format) {
    if (format == "c" || format == "C") return 1;
    if (format == "s" || format == "S" || format == "e") return 2;
    if (format == "i" || format == "I" || format == "f" || format == "tdD" || format == "d:9,2,32") return 4;
    if (format == "d:9,2" || format == "d:38,-3") return 16;
    return 8;
}

std::vector<std::string> words(Choices& choose, std::size_t count) {
    std::vector<std::string> all(count);
    for (std::string& word : all) word = choose.one_of(texts);
    return all;
}

template <class Offset>
Array text_array(Choices& choose, std::size_t count) {
    Array array = gradus::test::texts<Offset>(words(choose, count));
    if (count > 0 && choose.seldom()) {  // offsets that fall, or lie below zero; never beyond the bytes
        const Offset offset = static_cast<Offset>(choose.below(3)) - 1;
        std::memcpy(array.buffers[1].get() + choose.below(count) * sizeof offset, &offset, sizeof offset);
    }
    return array;
}

Array view_array(Choices& choose, std::size_t count) {
    std::vector<std::string> cells = words(choose, count);
    for (std::string& cell : cells)
        if (choose.often()) cell += ", and long enough to lie outside its view";
    Array array = gradus::test::views(cells);
    if (count > 0 && !choose.often()) {  // any size, place or block: their limits are told
        char* view = array.buffers[1].get() + 16 * choose.below(count);
        const std::size_t member = choose.below(4);
        const auto value = static_cast<std::int32_t>(choose.byte()) - 4;
        std::memcpy(view + 4 * member, &value, sizeof value);
    }
    return array;
}

/// An array of so many values, all of which its buffers hold.
Array values(Choices& choose, std::size_t count) {
    switch (choose.below(6)) {
    case 0:
    case 1: return text_array<std::int32_t>(choose, count);
    case 2: return text_array<std::int64_t>(choose, count);
    case 3: return view_array(choose, count);
    case 4:
        return {
            .format = "n", .length = static_cast<std::int64_t>(count), .null_count = static_cast<std::int64_t>(count)};
    default: break;
    }
    const std::string_view format = choose.one_of(fixed);
    const std::size_t size = format == "b" ? (count + 7) / 8 : count * width(format);
    std::vector<char> bytes(size);
    const bool plain = choose.often();  // small numbers, which columns may take
    for (std::size_t i = 0; i < size; ++i)
        if (!plain || i % width(format) == 0) bytes[i] = static_cast<char>(plain ? choose.below(5) : choose.byte());
    return {.format = std::string(format),
            .length = static_cast<std::int64_t>(count),
            .buffers = {nullptr, gradus::test::block(bytes)}};
}

/// Values that the column may well take, so that some streams make an organisation.
Array suitable(Choices& choose, const gradus::AnyColumn& column, std::size_t count) {
    constexpr std::array<std::string_view, 3> keys = {"a", "b", "c"};
    std::vector<std::string> cells(count);
    std::vector<std::int32_t> numbers(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t word = choose.below(4);
        numbers[i] = static_cast<std::int32_t>(1 + word);
        cells[i] = column.words().empty() ? keys[word % 3] : column.words()[word % column.words().size()];
    }
    switch (column.type()) {
    case gradus::Type::key:
    case gradus::Type::word:
    case gradus::Type::text: return gradus::test::texts(cells);
    case gradus::Type::date: return gradus::test::numbers("tdD", numbers);
    case gradus::Type::boolean: return gradus::test::numbers("b", numbers);
    default: return gradus::test::numbers("i", numbers);
    }
}

/// With a dictionary: indices that may point outside it.
Array encoded(Choices& choose, std::size_t count) {
    Array entries = values(choose, choose.seldom() ? 0 : 1 + choose.below(4));
    if (choose.seldom()) entries = gradus::test::encoded(gradus::test::numbers<std::int8_t>("c", {0}), entries);
    std::vector<std::int8_t> indices(count);
    const auto most = static_cast<std::size_t>(entries.length);
    for (std::int8_t& index : indices)
        index = static_cast<std::int8_t>(choose.seldom() ? choose.byte() : choose.below(most > 0 ? most : 1));
    Array array = gradus::test::numbers(choose.often() ? "c" : "C", indices);
    if (choose.seldom()) array = text_array<std::int32_t>(choose, count);
    return gradus::test::encoded(array, entries);
}

/// An array for a column (null: none that is known) whose rows from `skip` on are `count`, perhaps with nulls.
Array cells_of(Choices& choose, const gradus::AnyColumn* of, std::size_t skip, std::size_t count) {
    const std::size_t offset = choose.often() ? 0 : choose.below(10), all = offset + skip + count;
    Array array = of && choose.often() ? suitable(choose, *of, all)
                  : choose.often()     ? values(choose, all)
                                       : encoded(choose, all);
    array.offset = static_cast<std::int64_t>(offset);
    array.length -= array.offset;
    if (array.format == "n") {
        array.null_count = array.length;
    } else if (!choose.often()) {
        std::vector<bool> known(all);
        for (std::size_t i = 0; i < all; ++i) known[i] = choose.often();
        array = array.valid(known);
    }
    return array;
}

/// Sets one member to what a consumer can tell is wrong.
void harm(Choices& choose, Array& array) {
    switch (choose.below(6)) {
    case 0: array.length = choose.one_of(wild); break;
    case 1: array.offset = choose.one_of(wild); break;
    case 2: array.null_count = choose.one_of(wild); break;
    case 3: array.null_count = 1; break;  // perhaps without validity
    case 4: array.buffers.resize(choose.below(2)); break;
    default: array.length /= 2; break;
    }
}

struct Source {
    Array schema;
    std::vector<Array> batches;
    std::size_t fails_at = 0;  // the call of get_next or, at 1, of get_schema that fails; 0: none
    std::size_t harm_at = 0;   // what is wrong with the schema that goes out; 0: nothing
    std::size_t next = 0;
};

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    const auto& source = *static_cast<Source*>(stream->private_data);
    if (source.fails_at == 1) return 5;
    *out = gradus::test::detail::schema_of(source.schema);
    ArrowSchema* child = out->n_children > 0 ? out->children[out->n_children - 1] : out;
    switch (source.harm_at) {
    case 1: out->release(out); break;
    case 2: out->format = nullptr; break;
    case 3: child->format = nullptr; break;
    case 4: child->name = nullptr; break;
    case 5: out->n_children = -1; break;
    case 6: out->children = nullptr; break;
    case 7:
        if (out->n_children > 0) out->children[0] = nullptr;
        break;
    case 8:
        if (child->dictionary) child->dictionary->format = nullptr;
        break;
    default: break;
    }
    return 0;
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    auto& source = *static_cast<Source*>(stream->private_data);
    if (source.fails_at == source.next + 2) return 5;
    if (source.next == source.batches.size())
        *out = {};
    else
        *out = gradus::test::detail::array_of(source.batches[source.next]);
    ++source.next;
    return 0;
}

void release(ArrowArrayStream* stream) {
    delete static_cast<Source*>(stream->private_data);
    stream->release = nullptr;
    --gradus::test::live;
}

/// A batch for a table of the organisation, mostly of its own columns.
Array batch_for(Choices& choose, const gradus::Table& table) {
    const std::size_t skip = choose.often() ? 0 : choose.below(4), count = choose.below(8);
    Array batch{.format = "+s",
                .length = static_cast<std::int64_t>(count),
                .offset = static_cast<std::int64_t>(skip),
                .buffers = {nullptr}};
    for (std::size_t c = 0; c < table.column_count(); ++c) {
        const gradus::Field& field = table.column(c).field();
        if (!field.required && choose.often()) continue;
        batch.children.push_back(cells_of(choose, &table.column(c), skip, count).named(std::string(field.name)));
    }
    if (choose.seldom())
        batch.children.push_back(cells_of(choose, nullptr, skip, count).named(std::string(choose.one_of(texts))));
    if (choose.seldom()) batch = batch.valid(std::vector<bool>(skip + count, choose.often()));
    return batch;
}

ArrowArrayStream stream_for(Choices& choose, const gradus::Table& table) {
    auto source = std::make_unique<Source>();
    const Array first = batch_for(choose, table);
    source->schema = first;
    const auto rows = static_cast<std::size_t>(first.offset + first.length);
    for (std::size_t batches = 1 + choose.below(3); batches > 0; --batches) {
        Array batch = first;
        batch.offset = static_cast<std::int64_t>(choose.below(rows + 1));
        batch.length = static_cast<std::int64_t>(choose.below(rows + 1 - static_cast<std::size_t>(batch.offset)));
        if (batches == 1) batch = first;
        if (choose.seldom()) harm(choose, batch);
        if (!batch.children.empty() && choose.seldom()) {
            Array& child = batch.children[choose.below(batch.children.size())];
            harm(choose, child.dictionary && choose.often()
                             ? *(child.dictionary = std::make_shared<Array>(*child.dictionary))
                             : child);
            if (choose.seldom()) child.dictionary.reset();
            if (choose.seldom()) batch.children.pop_back();
        }
        source->batches.push_back(std::move(batch));
    }
    if (!source->schema.children.empty() && choose.seldom())
        source->schema.children[choose.below(source->schema.children.size())].format = choose.one_of(bad_formats);
    if (choose.seldom()) source->schema.format = choose.one_of(bad_formats);
    if (choose.seldom()) source->fails_at = choose.below(4);
    if (choose.seldom()) source->harm_at = 1 + choose.below(8);
    ++gradus::test::live;
    return {get_schema, get_next, nullptr, release, source.release()};
}

/// What an organisation promises: columns of one length, and tables that read back to the same.
void check_valid(const gradus::Organization& organization) {
    for (const gradus::Table* table : organization.tables().all())
        for (std::size_t c = 0; c < table->column_count(); ++c)
            check(table->column(c).size() == table->size(), "columns of one table differ in length");
    const gradus::Organization again = organization.with_tables({}, 1);
    check(again.digest() == organization.digest(), "an organisation does not read back to itself");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Choices choose(data, size);
    {
        const gradus::Tables known;
        std::vector<const gradus::Table*> tables = known.all();
        std::vector<gradus::Input> inputs;
        for (std::size_t count = 1 + choose.below(6); count > 0; --count) {
            // Mostly the first, which the others name.
            const std::size_t at = choose.below(choose.often() ? 7 : tables.size());
            const gradus::Table& table = *tables[at];
            if (!choose.seldom()) tables.erase(tables.begin() + static_cast<std::ptrdiff_t>(at));  // else given twice
            ArrowArrayStream stream = stream_for(choose, table);
            if (choose.seldom()) stream.release(&stream);
            try {
                inputs.emplace_back(std::string(table.name()), &stream);
            } catch (const gradus::Error&) {
            }
            check(!stream.release, "the stream was not taken over");
        }
        try {
            check_valid(gradus::Organization(inputs, 1));
        } catch (const gradus::Error& error) {
            check(error.code() != gradus::Code::internal, error.what());
        }
    }
    check(gradus::test::live == 0, "a structure was released twice or not at all");
    return 0;
}
