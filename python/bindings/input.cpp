#include <algorithm>
#include <cstring>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "bindings.h"
#include "cells.h"

// How a table comes in: an Arrow stream as it is, or columns of Python, which are laid out as one Arrow record batch.
// NumPy arrays of numbers and timestamps are lent, not copied.

namespace gradus::python {

namespace {

/// What an exported Arrow structure keeps alive until it is released.
struct Batch {
    std::vector<ArrowColumn> columns;
    std::vector<std::string> names;
    std::int64_t rows = 0;
};

struct HeldSchema {
    std::vector<std::string> names, formats;
    std::vector<ArrowSchema> children;
    std::vector<ArrowSchema*> pointers;
};

struct HeldArray {
    Batch batch;
    std::vector<std::array<const void*, 3>> buffers;
    std::array<const void*, 1> no_validity{nullptr};
    std::vector<ArrowArray> children;
    std::vector<ArrowArray*> pointers;
};

template <class Structure>
void release_nothing(Structure* structure) {
    structure->release = nullptr;
}

/// The memory of NumPy arrays goes back under the GIL; while Python ends it can no longer go back at all.
void release_array(ArrowArray* array) {
    auto* held = static_cast<HeldArray*>(array->private_data);
    array->release = nullptr;
    if (!Py_IsInitialized()) return;
    const py::gil_scoped_acquire acquire;
    delete held;
}

void export_schema(const Batch& batch, ArrowSchema* out) {
    auto held = std::make_unique<HeldSchema>();
    held->names = batch.names;
    for (const ArrowColumn& column : batch.columns) held->formats.push_back(column.format);
    for (std::size_t i = 0; i < batch.columns.size(); ++i)
        held->children.push_back({.format = held->formats[i].c_str(),
                                  .name = held->names[i].c_str(),
                                  .metadata = nullptr,
                                  .flags = ARROW_FLAG_NULLABLE,
                                  .n_children = 0,
                                  .children = nullptr,
                                  .dictionary = nullptr,
                                  .release = &release_nothing<ArrowSchema>,
                                  .private_data = nullptr});
    for (ArrowSchema& child : held->children) held->pointers.push_back(&child);
    *out = {.format = "+s",
            .name = "",
            .metadata = nullptr,
            .flags = 0,
            .n_children = static_cast<std::int64_t>(held->pointers.size()),
            .children = held->pointers.data(),
            .dictionary = nullptr,
            .release =
                [](ArrowSchema* schema) {
                    delete static_cast<HeldSchema*>(schema->private_data);
                    schema->release = nullptr;
                },
            .private_data = nullptr};
    out->private_data = held.release();
}

void export_array(Batch batch, ArrowArray* out) {
    auto held = std::make_unique<HeldArray>();
    held->batch = std::move(batch);
    held->buffers.resize(held->batch.columns.size());
    for (std::size_t i = 0; i < held->batch.columns.size(); ++i) {
        const ArrowColumn& column = held->batch.columns[i];
        const bool none = column.format == "n";
        const std::int64_t buffers = none ? 0 : column.format == "U" ? 3 : 2;
        held->buffers[i] = {column.validity.empty() ? nullptr : column.validity.data(), column.data,
                            column.bytes.data()};
        held->children.push_back({.length = held->batch.rows,
                                  .null_count = none ? held->batch.rows : column.nulls,
                                  .offset = 0,
                                  .n_buffers = buffers,
                                  .n_children = 0,
                                  .buffers = held->buffers[i].data(),
                                  .children = nullptr,
                                  .dictionary = nullptr,
                                  .release = &release_nothing<ArrowArray>,
                                  .private_data = nullptr});
    }
    for (ArrowArray& child : held->children) held->pointers.push_back(&child);
    *out = {.length = held->batch.rows,
            .null_count = 0,
            .offset = 0,
            .n_buffers = 1,
            .n_children = static_cast<std::int64_t>(held->pointers.size()),
            .buffers = held->no_validity.data(),
            .children = held->pointers.data(),
            .dictionary = nullptr,
            .release = &release_array,
            .private_data = nullptr};
    out->private_data = held.release();
}

/// A stream of one array that is already there.
struct HeldStream {
    ArrowSchema schema{};
    ArrowArray array{};

    ~HeldStream() {
        if (schema.release) schema.release(&schema);
        if (array.release) array.release(&array);
    }
};

ArrowArrayStream stream_of(std::unique_ptr<HeldStream> held) {
    return {.get_schema =
                [](ArrowArrayStream* stream, ArrowSchema* out) {
                    *out = std::exchange(static_cast<HeldStream*>(stream->private_data)->schema, {});
                    return 0;
                },
            .get_next =
                [](ArrowArrayStream* stream, ArrowArray* out) {
                    *out = std::exchange(static_cast<HeldStream*>(stream->private_data)->array, {});
                    return 0;
                },
            .get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; },
            .release =
                [](ArrowArrayStream* stream) {
                    delete static_cast<HeldStream*>(stream->private_data);
                    stream->release = nullptr;
                },
            .private_data = held.release()};
}

Input from_stream(const std::string& table, const py::capsule& capsule) {
    auto* stream = capsule.get_pointer<ArrowArrayStream>();
    // The producer may take the GIL, or not need it for long work: it is not held while the stream is read.
    const py::gil_scoped_release release;
    return Input(table, stream);
}

Input from_array(const std::string& table, const py::capsule& schema, const py::capsule& array) {
    auto held = std::make_unique<HeldStream>();
    held->schema = std::exchange(*schema.get_pointer<ArrowSchema>(), {});
    held->array = std::exchange(*array.get_pointer<ArrowArray>(), {});
    ArrowArrayStream stream = stream_of(std::move(held));
    return Input(table, &stream);
}

Input from_columns(const std::string& table, const std::vector<std::string>& names, const py::list& columns,
                   const py::list& masks, bool nan_is_missing) {
    Batch batch;
    batch.names = names;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Place place{table, names[i]};
        batch.columns.push_back(arrow_column(columns[i], masks[i], nan_is_missing, place));
        const std::int64_t rows = batch.columns.back().rows;
        if (batch.columns.back().any_length) continue;
        if (batch.rows != rows && std::any_of(batch.columns.begin(), batch.columns.end() - 1,
                                              [](const ArrowColumn& column) { return !column.any_length; }))
            throw Error(
                Code::contradiction,
                "the column has " + std::to_string(rows) + " cells, those before it " + std::to_string(batch.rows),
                table, 0, names[i]);
        batch.rows = rows;
    }
    auto held = std::make_unique<HeldStream>();
    export_schema(batch, &held->schema);
    export_array(std::move(batch), &held->array);
    ArrowArrayStream stream = stream_of(std::move(held));
    return Input(table, &stream);
}

void set_lines(Input& input, const py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>& lines) {
    if (lines.size() != input.rows()) return;
    const auto copy = std::make_shared<std::int64_t[]>(static_cast<std::size_t>(lines.size()));
    std::copy_n(lines.data(), lines.size(), copy.get());
    input.lines(copy);
}

}  // namespace

void bind_input(py::module_& module) {
    py::class_<Input>(module, "Input", py::module_local())
        .def_static("from_stream", &from_stream, py::arg("table"), py::arg("stream"))
        .def_static("from_array", &from_array, py::arg("table"), py::arg("schema"), py::arg("array"))
        .def_static("from_columns", &from_columns, py::arg("table"), py::arg("names"), py::arg("columns"),
                    py::arg("masks"), py::arg("nan_is_missing"))
        .def("set_lines", &set_lines, py::arg("lines"))
        .def_property_readonly("table", &Input::table)
        .def("__len__", &Input::rows);
}

}  // namespace gradus::python
