#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "ledger_view.h"
#include "plan_view.h"

namespace gradus::python {

namespace {

template <class T>
TableView view_of(const Agreements& agreements, T table) {
    return view_in(agreements.ledger(), std::move(table));
}

/// A function of agreements, called without the GIL, as one that gives Python a table.
template <auto function>
TableView table(const Agreements& agreements) {
    const py::gil_scoped_release release;
    return view_of(agreements, function(agreements));
}
/// Of one person, or of all where `person` is empty.
template <auto function>
TableView table_of(const Agreements& agreements, const std::string& person) {
    const py::gil_scoped_release release;
    return view_of(agreements, function(agreements, person));
}
template <auto function>
TableView table_at(const Agreements& agreements, std::int64_t at) {
    const py::gil_scoped_release release;
    return view_of(agreements, function(agreements, moment(at)));
}

/// The receipts, with the warnings about the requests; and those about what they write down.
/// `plan` and `goals` with `milestones` are of stages, and stand in place of rows by hand.
std::pair<TableView, std::optional<TableView>> apply(Agreements& agreements, const Input& input, const PlanView* plan,
                                                     const TableView* goals, const TableView* milestones,
                                                     const Input* items_by_hand, const Input* goals_by_hand,
                                                     const Input* milestones_by_hand) {
    const py::gil_scoped_release release;
    const PlanRequests requests = load_plan_requests(agreements, input);
    PlanContents contents = load_plan_contents(agreements, requests, items_by_hand, goals_by_hand, milestones_by_hand);
    if (plan) contents.items = plan->plan->items, contents.as_of = plan->plan->as_of;
    if (goals) contents.goals = as<Goals>(*goals);
    if (milestones) contents.milestones = as<Milestones>(*milestones);
    TableView receipts = view_of(agreements, apply_plan_requests(agreements, requests, contents));
    receipts.problems = requests.problems;
    if (!contents.problems) return {std::move(receipts), std::nullopt};
    return {std::move(receipts), TableView{.table = contents.problems, .type = typeid(Problems)}};
}

TableView receipt_of(const Agreements& agreements, const std::string& key) {
    const py::gil_scoped_release release;
    std::vector<PlanReceipt> found;
    if (std::optional<PlanReceipt> receipt = agreements.receipt(key)) found.push_back(std::move(*receipt));
    return view_of(agreements, to_table(agreements, found));
}

/// change, at, hash
std::tuple<std::int64_t, std::optional<std::int64_t>, std::string> head_of(const Agreements& agreements) {
    const py::gil_scoped_release release;
    const PlanHead head = agreements.head();
    return {head.change, micros(head.at), head.hash};
}

/// person, items, goals, milestones, supersedes
std::tuple<std::string, TableView, TableView, TableView, std::string> content_of(const Agreements& agreements,
                                                                                 const std::string& plan) {
    const py::gil_scoped_release release;
    PlanContent found = content(agreements, plan);
    return {found.person, view_of(agreements, std::move(found.items)), view_of(agreements, std::move(found.goals)),
            view_of(agreements, std::move(found.milestones)), found.supersedes};
}

TableView report(const Agreements& agreements, std::int64_t at, const std::vector<std::string>& informed) {
    const py::gil_scoped_release release;
    std::vector<PersonId> people;
    for (const std::string& key : informed) people.emplace_back(agreements.organization().people().find(key));
    return view_of(agreements, program_report(agreements, moment(at), people));
}

TableView notices_of(const Agreements& agreements, std::int64_t at, std::int32_t lead_days) {
    const py::gil_scoped_release release;
    return view_of(agreements, notices(agreements, moment(at), lead_days));
}

}  // namespace

void bind_agreements(py::module_& module) {
    py::class_<Agreements>(module, "Agreements", py::module_local())
        .def(py::init([](const Ledger& ledger, const Organization& organization) {
                 const py::gil_scoped_release release;
                 return Agreements(ledger, organization);
             }),
             py::arg("ledger"), py::arg("organization"))
        .def("apply", &apply, py::arg("requests"), py::arg("plan").none(true), py::arg("goals").none(true),
             py::arg("milestones").none(true), py::arg("items_by_hand").none(true), py::arg("goals_by_hand").none(true),
             py::arg("milestones_by_hand").none(true))
        .def("receipt", &receipt_of, py::arg("key"))
        .def("head", &head_of)
        .def("plans", &table_of<&plans>, py::arg("person"))
        .def("history", &table_of<&history>, py::arg("person"))
        .def("items", &table_of<&agreed_items>, py::arg("person"))
        .def("content", &content_of, py::arg("plan"))
        .def("enrolments", &table<&enrolments>)
        .def("sessions", &table<&sessions>)
        .def("accounts", &table_at<&accounts>, py::arg("at"))
        .def("funds", &table_at<&funds>, py::arg("at"))
        .def("notices", &notices_of, py::arg("at"), py::arg("lead_days"))
        .def("program_report", &report, py::arg("at"), py::arg("informed"));

    module.def("transitions", [] {
        auto steps = std::make_shared<const Transitions>(transition_table());
        return TableView{.table = steps, .type = typeid(Transitions)};
    });
}

}  // namespace gradus::python
