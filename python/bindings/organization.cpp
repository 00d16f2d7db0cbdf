#include <vector>

#include <pybind11/stl.h>

#include "bindings.h"

namespace gradus::python {

namespace {

/// The table of that name, kept alive by a copy of the organisation; none if there is no such table.
std::optional<TableView> table(const Organization& organization, std::string_view name) {
    const auto owner = std::make_shared<const Organization>(organization);
    const Table* found = owner->find(name);
    if (!found) return std::nullopt;
    return view(std::shared_ptr<const Table>(owner, found), organization);
}

std::vector<std::string_view> table_names(const Organization& organization) {
    std::vector<std::string_view> names;
    for (const Table* each : organization.tables().all()) names.push_back(each->name());
    return names;
}

}  // namespace

void bind_organization(py::module_& module) {
    py::class_<Organization>(module, "Organization", py::module_local())
        .def(py::init([](const std::vector<Input>& inputs, int threads) {
                 const py::gil_scoped_release release;
                 return Organization(inputs, threads);
             }),
             py::arg("inputs"), py::arg("threads"))
        .def(
            "with_tables",
            [](const Organization& organization, const std::vector<Input>& inputs, int threads) {
                const py::gil_scoped_release release;
                return organization.with_tables(inputs, threads);
            },
            py::arg("inputs"), py::arg("threads"))
        .def("table", &table, py::arg("name"))
        .def_property_readonly("table_names", &table_names)
        .def_property_readonly("problems",
                               [](const Organization& organization) {
                                   const auto owner = std::make_shared<const Organization>(organization);
                                   return view(std::shared_ptr<const Problems>(owner, &owner->problems()),
                                               organization);
                               })
        .def_property_readonly("digest", &Organization::digest);
}

}  // namespace gradus::python
