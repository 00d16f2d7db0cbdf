#include <optional>
#include <string>
#include <utility>

#include <pybind11/stl.h>

#include "plan_view.h"

namespace gradus::python {

namespace {

std::pair<TableView, TableView> views(WrittenGoals goals, const Organization& organization) {
    return {view(std::move(goals.goals), organization), view(std::move(goals.milestones), organization)};
}

template <class T>
const T* optional_as(const TableView* table) {
    return table ? &as<T>(*table) : nullptr;
}

std::pair<TableView, TableView> write(const PlanView& plan, const std::optional<std::string>& person,
                                      const TableView* assessments, double min_probability, double sure,
                                      int check_in_days, int reassess_days, int threads) {
    const GoalOptions options{.person = person ? PersonId(plan.organization.people().find(*person)) : PersonId(),
                              .assessments = optional_as<Assessments>(assessments),
                              .min_probability = min_probability,
                              .sure = sure,
                              .check_in_days = check_in_days,
                              .reassess_days = reassess_days,
                              .threads = threads};
    const py::gil_scoped_release release;
    return views(write_goals(plan.desk(), options), plan.organization);
}

std::pair<TableView, TableView> load(const Organization& organization, const Input& goals, const Input* milestones) {
    const py::gil_scoped_release release;
    return views(load_goals(organization, goals, milestones), organization);
}

TableView check(const Organization& organization, const TableView& risks, const TableView& goals,
                const TableView& milestones, const TableView* assessments, const TableView* estimates,
                double min_probability, double sure, std::optional<std::int32_t> start, int months, int period_months,
                int threads) {
    const CheckOptions options{.assessments = optional_as<Assessments>(assessments),
                               .estimates = optional_as<Estimates>(estimates),
                               .min_probability = min_probability,
                               .sure = sure,
                               .start = date(start),
                               .months = months,
                               .period_months = period_months,
                               .threads = threads};
    const py::gil_scoped_release release;
    return view(check_goals(organization, as<Risks>(risks), as<Goals>(goals), as<Milestones>(milestones), options),
                organization);
}

TableView trace(const PlanView& plan, const std::optional<std::string>& person,
                const std::optional<std::string>& objective, int threads) {
    TraceOptions options;
    if (person) options.person = PersonId(plan.organization.people().find(*person));
    if (objective) options.objective = ObjectiveId(plan.organization.objectives().find(*objective));
    options.threads = threads;
    const py::gil_scoped_release release;
    return view(trace_items(plan.desk(), options), plan.organization);
}

}  // namespace

void bind_goals(py::module_& module) {
    module.def("write_goals", &write, py::arg("plan"), py::arg("person"), py::arg("assessments"),
               py::arg("min_probability"), py::arg("sure"), py::arg("check_in_days"), py::arg("reassess_days"),
               py::arg("threads"));
    module.def("load_goals", &load, py::arg("organization"), py::arg("goals"), py::arg("milestones"));
    module.def("check_goals", &check, py::arg("organization"), py::arg("risks"), py::arg("goals"),
               py::arg("milestones"), py::arg("assessments"), py::arg("estimates"), py::arg("min_probability"),
               py::arg("sure"), py::arg("start"), py::arg("months"), py::arg("period_months"), py::arg("threads"));
    module.def("trace_items", &trace, py::arg("plan"), py::arg("person"), py::arg("objective"), py::arg("threads"));
    module.def(
        "trace_objectives",
        [](const PlanView& plan, int threads) {
            const py::gil_scoped_release release;
            return view(trace_objectives(plan.desk(), threads), plan.organization);
        },
        py::arg("plan"), py::arg("threads"));
}

}  // namespace gradus::python
