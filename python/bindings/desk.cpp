#include <string>
#include <vector>

#include <pybind11/stl.h>

#include "plan_view.h"

namespace gradus::python {

namespace {

struct ProposalView {
    std::shared_ptr<const Proposal> proposal;
    Organization organization;

    std::optional<TableView> table(std::string_view name) const {
        if (name == proposal->items.name())
            return view(std::shared_ptr<const PlanItems>(proposal, &proposal->items), organization);
        for (const Table* table : proposal->tables())
            if (table->name() == name) return view(std::shared_ptr<const Table>(proposal, table), organization);
        return std::nullopt;
    }
};

struct RemainingView {
    std::shared_ptr<Remaining> remaining;
    Organization organization;
};

PersonId person_of(const Organization& organization, std::string_view key) {
    return PersonId(organization.people().find(key));
}

// What is known of the person crosses as one dict with every key.

struct Now {
    TableView estimates, risks;
    std::shared_ptr<Remaining> remaining;
    PersonNow now;

    explicit Now(const py::dict& dict) {
        if (const py::object table = dict["estimates"]; !table.is_none()) {
            estimates = table.cast<TableView>();
            now.estimates = &as<Estimates>(estimates);
        }
        if (const py::object table = dict["risks"]; !table.is_none()) {
            risks = table.cast<TableView>();
            now.risks = &as<Risks>(risks);
        }
        if (const py::object left = dict["remaining"]; !left.is_none()) {
            remaining = left.cast<const RemainingView&>().remaining;
            now.remaining = remaining.get();
        }
        now.at = date(dict["at"].cast<std::optional<std::int32_t>>());
        if (const auto minutes = dict["minutes"].cast<std::optional<std::int64_t>>()) now.hours = Minutes(*minutes);
        now.credit_completed = dict["credit_completed"].cast<bool>();
    }
};

ProposalView replan_one(const PlanView& plan, const std::string& person, const py::dict& known, double change_cost,
                        const std::vector<std::string>& exclude, double work_limit) {
    const Now now(known);
    ReplanOptions options;
    options.now = now.now;
    options.change_cost = change_cost;
    for (const std::string& activity : exclude)
        options.exclude.push_back(ActivityId(plan.organization.activities().find(activity)));
    options.work_limit = work_limit;
    const py::gil_scoped_release release;
    return {std::make_shared<const Proposal>(replan(plan.desk(), person_of(plan.organization, person), options)),
            plan.organization};
}

TableView recommend_to(const PlanView& plan, const std::string& person, const py::dict& known, int top,
                       bool every_session, bool only_possible) {
    const Now now(known);
    const RecommendOptions options{
        .now = now.now, .top = top, .every_session = every_session, .only_possible = only_possible};
    const py::gil_scoped_release release;
    return view(recommend(plan.desk(), person_of(plan.organization, person), options), plan.organization);
}

template <Refusal (Remaining::*call)(const Proposal&)>
TableView ask(const RemainingView& view, const ProposalView& proposal) {
    const py::gil_scoped_release release;
    return python::view(((*view.remaining).*call)(*proposal.proposal), view.organization);
}

}  // namespace

void bind_desk(py::module_& module) {
    py::class_<ProposalView>(module, "Proposal", py::module_local())
        .def("table", &ProposalView::table, py::arg("name"))
        .def_property_readonly("table_names",
                               [](const ProposalView& view) {
                                   std::vector<std::string_view> names;
                                   for (const Table* table : view.proposal->tables()) names.push_back(table->name());
                                   return names;
                               })
        .def_property_readonly("provenance",
                               [](const ProposalView& view) { return to_dict(view.proposal->provenance); });

    py::class_<RemainingView>(module, "Remaining", py::module_local())
        .def(py::init([](const PlanView& plan) {
                 const py::gil_scoped_release release;
                 return RemainingView{std::make_shared<Remaining>(plan.desk()), plan.organization};
             }),
             py::arg("plan"))
        .def("try_take", &ask<&Remaining::try_take>, py::arg("proposal"))
        .def("give_back", &ask<&Remaining::give_back>, py::arg("proposal"))
        .def("resources",
             [](const RemainingView& view) { return python::view(view.remaining->resources(), view.organization); })
        .def("items",
             [](const RemainingView& view) { return python::view(view.remaining->items(), view.organization); });

    module.def("replan", &replan_one, py::arg("plan"), py::arg("person"), py::arg("known"), py::arg("change_cost"),
               py::arg("exclude"), py::arg("work_limit"));
    module.def("recommend", &recommend_to, py::arg("plan"), py::arg("person"), py::arg("known"), py::arg("top"),
               py::arg("every_session"), py::arg("only_possible"));
}

}  // namespace gradus::python
