#include <array>
#include <cstdio>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "bindings.h"

namespace gradus::python {

namespace {

std::string_view name(Type type) {
    switch (type) {
    case Type::key: return "key";
    case Type::word: return "word";
    case Type::text: return "text";
    case Type::real: return "real";
    case Type::integer: return "integer";
    case Type::boolean: return "boolean";
    case Type::date: return "date";
    case Type::money: return "money";
    case Type::hours: return "hours";
    case Type::amount: return "amount";
    case Type::level: return "level";
    case Type::moment: return "moment";
    }
    return "unknown";
}

py::dtype dtype(Type type) {
    switch (type) {
    case Type::word: return py::dtype::of<std::uint8_t>();
    case Type::boolean: return py::dtype::of<bool>();
    case Type::real:
    case Type::level: return py::dtype::of<double>();
    case Type::money:
    case Type::hours:
    case Type::moment:
    case Type::amount: return py::dtype::of<std::int64_t>();
    default: return py::dtype::of<std::int32_t>();
    }
}

const AnyColumn& find(const TableView& view, std::string_view column) {
    const AnyColumn* found = view.table->find(column);
    if (!found) throw py::key_error(std::string(column));
    return *found;
}

/// The column's own memory as a read-only array that keeps it alive.
py::array values(const TableView& view, std::string_view name) {
    const AnyColumn& column = find(view, name);
    if (column.type() == Type::text) throw py::key_error("a column of text has no array of values");
    using Owner = std::shared_ptr<const void>;
    const py::capsule owner(new Owner(column.owner()), [](void* pointer) { delete static_cast<Owner*>(pointer); });
    py::array array(dtype(column.type()), static_cast<py::ssize_t>(column.size()), column.data(), owner);
    array.attr("flags").attr("writeable") = false;
    return array;
}

/// What the codes of a column stand for: its keys or words; of a text, its values.
py::list labels(const TableView& view, std::string_view name) {
    const AnyColumn& column = find(view, name);
    const std::size_t size = column.type() == Type::word ? column.words().size()
                             : column.strings()          ? column.strings()->size()
                                                         : 0;
    py::list list(size);
    for (std::size_t i = 0; i < size; ++i)
        list[i] = py::str(column.type() == Type::word ? column.words()[i] : (*column.strings())[i]);
    return list;
}

/// The key or text of each row; None where it is missing.
py::list texts(const TableView& view, std::string_view name) {
    const AnyColumn& column = find(view, name);
    if (column.type() != Type::key && column.type() != Type::text)
        throw Error(Code::internal, "a column without texts: " + std::string(name));
    py::list list(column.size());
    for (std::size_t i = 0; i < column.size(); ++i) {
        const std::size_t place = column.type() == Type::text
                                      ? i
                                      : static_cast<std::size_t>(static_cast<const std::int32_t*>(column.data())[i]);
        const bool known = column.strings() && place < column.strings()->size() && !(*column.strings())[place].empty();
        list[i] = known ? py::object(py::str((*column.strings())[place])) : py::object(py::none());
    }
    return list;
}

py::list fields(const TableView& view) {
    py::list list;
    for (std::size_t i = 0; i < view.table->column_count(); ++i) {
        const AnyColumn& column = view.table->column(i);
        const Field& field = column.field();
        list.append(py::make_tuple(field.name, name(column.type()), field.unit, field.meaning));
    }
    return list;
}

py::capsule arrow_stream(const TableView& view) {
    auto stream = std::make_unique<ArrowArrayStream>();
    export_arrow(*view.table, stream.get(), view.minor_digits);
    return py::capsule(stream.release(), "arrow_array_stream", [](PyObject* capsule) {
        auto* held = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
        if (held->release) held->release(held);
        delete held;
    });
}

bool same(const Strings& a, const Strings& b) {
    if (&a == &b) return true;
    return a.size() == b.size() && std::equal(a.offsets(), a.offsets() + a.size() + 1, b.offsets()) &&
           std::equal(a.bytes(), a.bytes() + a.offsets()[a.size()], b.bytes());
}

/// True if the ids in the table mean the same rows in this organisation, so that no re-reading is needed.
bool same_keys(const TableView& view, const Organization& organization) {
    constexpr std::array<std::string_view, 10> tables{"scales",     "capabilities", "roles",    "units", "people",
                                                      "objectives", "activities",   "sessions", "funds", "programs"};
    for (std::size_t i = 0; i < view.table->column_count(); ++i) {
        const AnyColumn& column = view.table->column(i);
        if (!column.strings() || std::find(tables.begin(), tables.end(), column.references()) == tables.end()) continue;
        if (!same(*column.strings(), *organization.keys(column.references()).strings())) return false;
    }
    return true;
}

std::string hex(std::uint64_t digest) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(digest));
    return text;
}

}  // namespace

py::dict to_dict(const Provenance& provenance) {
    py::dict dict;
    dict["stage"] = provenance.stage;
    dict["version"] = provenance.version;
    dict["inputs"] = hex(provenance.inputs);
    dict["digest"] = hex(provenance.digest);
    dict["options"] = provenance.options;
    dict["as_of"] = days(provenance.as_of);
    dict["seed"] = provenance.seed;
    dict["seconds"] = provenance.seconds;
    dict["threads"] = provenance.threads;
    return dict;
}

void bind_table(py::module_& module) {
    py::class_<TableView>(module, "Table", py::module_local())
        .def_property_readonly("name", [](const TableView& view) { return view.table->name(); })
        .def_property_readonly("meaning", [](const TableView& view) { return view.table->meaning(); })
        .def_readonly("minor_digits", &TableView::minor_digits)
        .def_readonly("currency", &TableView::currency)
        .def_property_readonly("problems",
                               [](const TableView& view) -> std::optional<TableView> {
                                   if (!view.problems) return std::nullopt;
                                   return TableView{.table = view.problems, .type = typeid(Problems)};
                               })
        .def(
            "with_problems",
            [](const TableView& view, const TableView& problems) {
                TableView made = view;
                made.problems = std::shared_ptr<const Problems>(problems.table, &as<Problems>(problems));
                return made;
            },
            py::arg("problems"))
        .def("__len__", [](const TableView& view) { return view.table->size(); })
        .def("fields", &fields)
        .def("values", &values, py::arg("column"))
        .def("labels", &labels, py::arg("column"))
        .def("texts", &texts, py::arg("column"))
        .def("arrow_stream", &arrow_stream)
        .def("provenance", [](const TableView& view) { return to_dict(view.table->provenance); })
        .def("same_keys", &same_keys, py::arg("organization"));
}

}  // namespace gradus::python
