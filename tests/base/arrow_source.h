#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/base/arrow.h>

namespace gradus::test {

/// A block of memory of exactly that size, so that the address sanitizer sees the first byte read beyond it.
using Block = std::shared_ptr<char[]>;

template <class T>
Block block(const std::vector<T>& values) {
    Block bytes(new char[values.size() * sizeof(T) + (values.empty() ? 1 : 0)]);
    if (!values.empty()) std::memcpy(bytes.get(), values.data(), values.size() * sizeof(T));
    return bytes;
}

inline Block bits(const std::vector<bool>& values) {
    std::vector<std::uint8_t> bytes((values.size() + 7) / 8);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i]) bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | 1u << (i % 8));
    return block(bytes);
}

/// An Arrow array to be exported, with every member open to be set wrong.
struct Array {
    std::string format;
    std::string name{};
    std::int64_t length = 0;
    std::int64_t null_count = 0;
    std::int64_t offset = 0;
    std::vector<Block> buffers{};
    std::vector<Array> children{};
    std::shared_ptr<Array> dictionary{};

    Array named(std::string as) const {
        Array copy = *this;
        copy.name = std::move(as);
        return copy;
    }
    /// With the bits as validity.
    Array valid(const std::vector<bool>& validity) const {
        Array copy = *this;
        copy.buffers[0] = bits(validity);
        copy.null_count = -1;
        return copy;
    }
    Array slice(std::int64_t from, std::int64_t count) const {
        Array copy = *this;
        copy.offset += from;
        copy.length = count;
        return copy;
    }
};

template <class T>
Array numbers(std::string format, const std::vector<T>& values) {
    return {.format = std::move(format),
            .length = static_cast<std::int64_t>(values.size()),
            .buffers = {nullptr, block(values)}};
}

template <class Offset = std::int32_t>
Array texts(const std::vector<std::string>& values, std::string format = sizeof(Offset) == 4 ? "u" : "U") {
    std::vector<Offset> offsets{0};
    std::vector<char> bytes;
    for (const std::string& value : values) {
        bytes.insert(bytes.end(), value.begin(), value.end());
        offsets.push_back(static_cast<Offset>(bytes.size()));
    }
    return {.format = std::move(format),
            .length = static_cast<std::int64_t>(values.size()),
            .buffers = {nullptr, block(offsets), block(bytes)}};
}

/// Views; texts over 12 bytes go to two buffers by turns.
inline Array views(const std::vector<std::string>& values, std::string format = "vu") {
    std::vector<char> bytes[2], all(16 * values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        char* view = all.data() + 16 * i;
        const auto size = static_cast<std::int32_t>(values[i].size());
        std::memcpy(view, &size, 4);
        if (size <= 12) {
            std::memcpy(view + 4, values[i].data(), values[i].size());
            continue;
        }
        const auto to = static_cast<std::int32_t>(i % 2), from = static_cast<std::int32_t>(bytes[to].size());
        std::memcpy(view + 4, values[i].data(), 4);
        std::memcpy(view + 8, &to, 4);
        std::memcpy(view + 12, &from, 4);
        bytes[to].insert(bytes[to].end(), values[i].begin(), values[i].end());
    }
    const std::vector<std::int64_t> sizes{static_cast<std::int64_t>(bytes[0].size()),
                                          static_cast<std::int64_t>(bytes[1].size())};
    return {.format = std::move(format),
            .length = static_cast<std::int64_t>(values.size()),
            .buffers = {nullptr, block(all), block(bytes[0]), block(bytes[1]), block(sizes)}};
}

inline Array encoded(Array indices, const Array& dictionary) {
    indices.dictionary = std::make_shared<Array>(dictionary);
    return indices;
}

inline Array batch(std::vector<Array> columns) {
    const std::int64_t length = columns.empty() ? 0 : columns[0].length;
    return {.format = "+s", .length = length, .buffers = {nullptr}, .children = std::move(columns)};
}

/// The structures not yet released by their consumers.
inline int live = 0;

namespace detail {

struct HeldSchema {
    Array array;
    std::vector<ArrowSchema> children;
    std::vector<ArrowSchema*> pointers;
    ArrowSchema dictionary;
};

inline ArrowSchema schema_of(const Array& array) {
    auto* held = new HeldSchema{array, {}, {}, {}};
    for (const Array& child : array.children) held->children.push_back(schema_of(child));
    for (ArrowSchema& child : held->children) held->pointers.push_back(&child);
    if (array.dictionary) held->dictionary = schema_of(*array.dictionary);
    ++live;
    return {held->array.format.c_str(),
            held->array.name.c_str(),
            nullptr,
            ARROW_FLAG_NULLABLE,
            static_cast<std::int64_t>(held->children.size()),
            held->pointers.data(),
            array.dictionary ? &held->dictionary : nullptr,
            [](ArrowSchema* schema) {
                auto* data = static_cast<HeldSchema*>(schema->private_data);
                for (ArrowSchema& child : data->children)
                    if (child.release) child.release(&child);
                if (data->dictionary.release) data->dictionary.release(&data->dictionary);
                delete data;
                schema->release = nullptr;
                --live;
            },
            held};
}

struct HeldArray {
    Array array;
    std::vector<const void*> buffers;
    std::vector<ArrowArray> children;
    std::vector<ArrowArray*> pointers;
    ArrowArray dictionary;
};

inline ArrowArray array_of(const Array& array) {
    auto* held = new HeldArray{array, {}, {}, {}, {}};
    for (const Block& buffer : array.buffers) held->buffers.push_back(buffer.get());
    for (const Array& child : array.children) held->children.push_back(array_of(child));
    for (ArrowArray& child : held->children) held->pointers.push_back(&child);
    if (array.dictionary) held->dictionary = array_of(*array.dictionary);
    ++live;
    return {array.length,
            array.null_count,
            array.offset,
            static_cast<std::int64_t>(held->buffers.size()),
            static_cast<std::int64_t>(held->children.size()),
            held->buffers.data(),
            held->pointers.data(),
            array.dictionary ? &held->dictionary : nullptr,
            [](ArrowArray* released) {
                auto* data = static_cast<HeldArray*>(released->private_data);
                for (ArrowArray& child : data->children)
                    if (child.release) child.release(&child);
                if (data->dictionary.release) data->dictionary.release(&data->dictionary);
                delete data;
                released->release = nullptr;
                --live;
            },
            held};
}

struct HeldStream {
    Array schema;
    std::vector<Array> batches;
    std::optional<std::size_t> fail_at;  // 0: the schema, 1: the first batch, …
    std::size_t next = 0;
};

}  // namespace detail

/// A stream of batches; `schema` is a batch whose formats and names count. Calls number `fail_at` on fail.
inline ArrowArrayStream stream(const Array& schema, std::vector<Array> batches,
                               std::optional<std::size_t> fail_at = std::nullopt) {
    using detail::HeldStream;
    ++live;
    return {[](ArrowArrayStream* s, ArrowSchema* out) {
                const auto* held = static_cast<HeldStream*>(s->private_data);
                if (held->fail_at == 0u) return 5;
                *out = detail::schema_of(held->schema);
                return 0;
            },
            [](ArrowArrayStream* s, ArrowArray* out) {
                auto* held = static_cast<HeldStream*>(s->private_data);
                if (held->fail_at == held->next + 1) {
                    out->release = [](ArrowArray*) { --live; };  // whatever a failed call leaves does not count
                    return 5;
                }
                *out = held->next < held->batches.size() ? detail::array_of(held->batches[held->next]) : ArrowArray{};
                ++held->next;
                return 0;
            },
            [](ArrowArrayStream*) { return "the cursor was closed"; },
            [](ArrowArrayStream* s) {
                delete static_cast<HeldStream*>(s->private_data);
                s->release = nullptr;
                --live;
            },
            new HeldStream{schema, std::move(batches), fail_at}};
}

inline ArrowArrayStream stream(const Array& only) { return stream(only, {only}); }

}  // namespace gradus::test
