#include "columns.h"

#include <cstring>
#include <utility>

namespace gradus::bench {

namespace {

template <class T>
std::shared_ptr<const void> buffer(std::vector<T> values) {
    const auto held = std::make_shared<const std::vector<T>>(std::move(values));
    return {held, held->data()};
}

ArrowColumn strings(const char* name, const std::vector<std::int32_t>& codes, const std::vector<std::string>& names) {
    std::vector<std::int32_t> offsets;
    offsets.reserve(codes.size() + 1);
    offsets.push_back(0);
    for (const std::int32_t code : codes)
        offsets.push_back(offsets.back() + static_cast<std::int32_t>(names[static_cast<std::size_t>(code)].size()));
    std::vector<char> bytes(static_cast<std::size_t>(offsets.back()));
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::string& text = names[static_cast<std::size_t>(codes[i])];
        std::memcpy(bytes.data() + offsets[i], text.data(), text.size());
    }
    return {name,
            "u",
            static_cast<std::int64_t>(codes.size()),
            {nullptr, buffer(std::move(offsets)), buffer(std::move(bytes))}};
}

/// What an exported Arrow structure keeps alive until it is released.
struct HeldSchema {
    std::vector<ArrowSchema> children;
    std::vector<ArrowSchema*> pointers;
    std::vector<std::shared_ptr<const ArrowColumn>> columns;
    ArrowSchema dictionary{};
};

struct HeldArray {
    std::vector<const void*> buffers;
    std::vector<ArrowArray> children;
    std::vector<ArrowArray*> pointers;
    std::shared_ptr<const ArrowColumn> column;
    ArrowArray dictionary{};
};

template <class Structure, class Held>
void release(Structure* structure) {
    auto* held = static_cast<Held*>(structure->private_data);
    for (Structure& child : held->children)
        if (child.release) child.release(&child);
    if (held->dictionary.release) held->dictionary.release(&held->dictionary);
    structure->release = nullptr;
    delete held;
}

template <class Structure, class Held>
void hand_over(std::unique_ptr<Held> held, Structure& out) {
    for (Structure& child : held->children) held->pointers.push_back(&child);
    out.n_children = static_cast<std::int64_t>(held->pointers.size());
    out.children = held->pointers.data();
    out.dictionary = held->dictionary.release ? &held->dictionary : nullptr;
    out.release = &release<Structure, Held>;
    out.private_data = held.release();
}

ArrowSchema schema_of(const std::shared_ptr<const ArrowColumn>& column) {
    auto held = std::make_unique<HeldSchema>();
    held->columns.push_back(column);
    if (column->dictionary) held->dictionary = schema_of(column->dictionary);
    ArrowSchema schema{};
    schema.format = column->format;
    schema.name = column->name.c_str();
    hand_over(std::move(held), schema);
    return schema;
}

ArrowArray array_of(const std::shared_ptr<const ArrowColumn>& column) {
    auto held = std::make_unique<HeldArray>();
    held->column = column;
    for (const auto& buffer : column->buffers) held->buffers.push_back(buffer.get());
    if (column->dictionary) held->dictionary = array_of(column->dictionary);
    ArrowArray array{};
    array.length = column->rows;
    array.n_buffers = static_cast<std::int64_t>(held->buffers.size());
    array.buffers = held->buffers.data();
    hand_over(std::move(held), array);
    return array;
}

struct HeldStream {
    std::vector<std::shared_ptr<const ArrowColumn>> columns;
    bool given = false;
};

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    auto held = std::make_unique<HeldSchema>();
    for (const auto& column : static_cast<HeldStream*>(stream->private_data)->columns)
        held->children.push_back(schema_of(column));
    *out = {};
    out->format = "+s";
    out->name = "";
    hand_over(std::move(held), *out);
    return 0;
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    auto* source = static_cast<HeldStream*>(stream->private_data);
    *out = {};
    if (std::exchange(source->given, true)) return 0;
    auto held = std::make_unique<HeldArray>();
    for (const auto& column : source->columns) held->children.push_back(array_of(column));
    held->buffers.push_back(nullptr);
    out->length = source->columns.front()->rows;
    out->n_buffers = 1;
    out->buffers = held->buffers.data();
    hand_over(std::move(held), *out);
    return 0;
}

}  // namespace

Columns& Columns::days(const char* name, std::vector<std::int32_t> days_since_1970) {
    const auto rows = static_cast<std::int64_t>(days_since_1970.size());
    columns_.push_back(std::make_shared<const ArrowColumn>(
        ArrowColumn{name, "tdD", rows, {nullptr, buffer(std::move(days_since_1970))}}));
    return *this;
}

Columns& Columns::reals(const char* name, std::vector<double> values) {
    const auto rows = static_cast<std::int64_t>(values.size());
    columns_.push_back(
        std::make_shared<const ArrowColumn>(ArrowColumn{name, "g", rows, {nullptr, buffer(std::move(values))}}));
    return *this;
}

Columns& Columns::keys(const char* name, const std::vector<std::int32_t>& codes, const std::vector<std::string>& names,
                       Form form) {
    ArrowColumn column;
    if (form == Form::strings) {
        column = strings(name, codes, names);
    } else {
        std::vector<std::int32_t> every(names.size());
        for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<std::int32_t>(i);
        column = {name,
                  "i",
                  static_cast<std::int64_t>(codes.size()),
                  {nullptr, buffer(codes)},
                  std::make_shared<const ArrowColumn>(strings("", every, names))};
    }
    columns_.push_back(std::make_shared<const ArrowColumn>(std::move(column)));
    return *this;
}

Input Columns::input() const {
    ArrowArrayStream stream{.get_schema = &get_schema,
                            .get_next = &get_next,
                            .get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; },
                            .release =
                                [](ArrowArrayStream* held) {
                                    delete static_cast<HeldStream*>(held->private_data);
                                    held->release = nullptr;
                                },
                            .private_data = new HeldStream{columns_}};
    return Input(table_, &stream);
}

}  // namespace gradus::bench
