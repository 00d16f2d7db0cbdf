#include <map>
#include <string>
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

/// By key: amounts in minor units, seats, minutes per month.
Organization with_limits(const Organization& organization, const std::map<std::string, std::int64_t>& amounts,
                         const std::map<std::string, std::int32_t>& seats,
                         const std::map<std::string, std::int64_t>& minutes) {
    Limits limits;
    for (const auto& [key, amount] : amounts)
        limits.amounts.emplace_back(FundId(organization.funds().find(key)), Money(amount));
    for (const auto& [key, count] : seats)
        limits.seats.emplace_back(SessionId(organization.sessions().find(key)), count);
    for (const auto& [key, count] : minutes)
        limits.hours.emplace_back(PersonId(organization.people().find(key)), Minutes(count));
    return organization.with_limits(limits);
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
        .def("with_limits", &with_limits, py::arg("amounts"), py::arg("seats"), py::arg("minutes"))
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
