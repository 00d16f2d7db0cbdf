#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include <pybind11/stl.h>

#include "plan_view.h"

namespace gradus::python {

namespace {

struct VerificationView {
    Verification verification;
    TableView violations;
};

// The options cross as one dict with every key, which is also how a plan's file keeps them.

/// A plan, or items that were loaded.
std::shared_ptr<const PlanItems> previous_from(const py::object& previous) {
    if (previous.is_none()) return nullptr;
    if (py::isinstance<PlanView>(previous)) {
        const auto plan = previous.cast<const PlanView&>().plan;
        return {plan, &plan->items};
    }
    const auto table = previous.cast<TableView>();
    return {table.table, &as<PlanItems>(table)};
}

/// A plan, with what it was made of.
std::shared_ptr<const Earlier> earlier_from(const py::object& earlier) {
    if (earlier.is_none()) return nullptr;
    const auto& view = earlier.cast<const PlanView&>();
    return std::make_shared<const Earlier>(Earlier{*view.plan, view.organization, as<Risks>(view.risks)});
}

OptimizeOptions options_from(const py::dict& dict) {
    return {
        .start = date(dict["start"].cast<std::optional<std::int32_t>>()),
        .months = dict["months"].cast<int>(),
        .period_months = dict["period_months"].cast<int>(),
        .max_activities = dict["max_activities"].cast<std::optional<int>>(),
        .max_capabilities = dict["max_capabilities"].cast<std::optional<int>>(),
        .max_of_a_kind = dict["max_of_a_kind"].cast<std::optional<int>>(),
        .allow_overlap = dict["allow_overlap"].cast<bool>(),
        .gap = dict["gap"].cast<double>(),
        .work_limit = dict["work_limit"].cast<std::optional<double>>(),
        .time_limit = dict["time_limit"].cast<std::optional<double>>(),
        .previous = previous_from(dict["previous"]),
        .change_cost = dict["change_cost"].cast<double>(),
        .earlier = earlier_from(dict["earlier"]),
        .threads = dict["threads"].cast<int>(),
    };
}

py::dict to_dict(const OptimizeOptions& options) {
    py::dict dict;
    dict["start"] = days(options.start);
    dict["months"] = options.months;
    dict["period_months"] = options.period_months;
    dict["max_activities"] = options.max_activities;
    dict["max_capabilities"] = options.max_capabilities;
    dict["max_of_a_kind"] = options.max_of_a_kind;
    dict["allow_overlap"] = options.allow_overlap;
    dict["gap"] = options.gap;
    dict["work_limit"] = options.work_limit;
    dict["time_limit"] = options.time_limit;
    dict["change_cost"] = options.change_cost;
    dict["threads"] = options.threads;
    return dict;
}

Provenance provenance_from(const py::dict& dict) {
    const auto digest = [&](const char* name) {
        return std::strtoull(dict[name].cast<std::string>().c_str(), nullptr, 16);
    };
    return {
        .stage = dict["stage"].cast<std::string>(),
        .version = dict["version"].cast<std::string>(),
        .inputs = digest("inputs"),
        .digest = digest("digest"),
        .options = dict["options"].cast<std::string>(),
        .as_of = date(dict["as_of"].cast<std::optional<std::int32_t>>()),
        .seed = dict["seed"].cast<std::uint64_t>(),
        .seconds = dict["seconds"].cast<double>(),
        .threads = dict["threads"].cast<int>(),
    };
}

Job start_optimize(const Organization& organization, const TableView& risks, const py::dict& dict) {
    const OptimizeOptions options = options_from(dict);
    return Job([=](Control* control) { return optimize(organization, as<Risks>(risks), options, control); },
               [=](Plan plan) {
                   return PlanView{std::make_shared<const Plan>(std::move(plan)), organization, risks};
               });
}

/// To the file of that name; without one, to a text that is returned.
Job start_export_mps(const Organization& organization, const TableView& risks, const py::dict& dict,
                     const std::optional<std::string>& path) {
    const OptimizeOptions options = options_from(dict);
    return Job(
        [=](Control*) {
            std::ostringstream text;
            if (path) {
                std::ofstream file(*path, std::ios::binary);
                export_mps(organization, as<Risks>(risks), file, options);
            } else {
                export_mps(organization, as<Risks>(risks), text, options);
            }
            return std::move(text).str();
        },
        [](std::string text) { return text; });
}

Job start_read_solution(const Organization& organization, const TableView& risks, const std::string& text,
                        const py::dict& dict, std::optional<double> bound) {
    const OptimizeOptions options = options_from(dict);
    return Job(
        [=](Control*) {
            std::istringstream file(text);
            return read_solution(organization, as<Risks>(risks), file, options, bound);
        },
        [=](Plan plan) {
            return PlanView{std::make_shared<const Plan>(std::move(plan)), organization, risks};
        });
}

PlanView load(const Organization& organization, const TableView& risks, const std::vector<Input>& tables,
              const py::dict& options, std::optional<std::int32_t> as_of, const py::dict& provenance,
              const std::vector<ProblemRow>& problems) {
    Plan plan = load_plan(organization, as<Risks>(risks), tables, options_from(options), date(as_of));
    plan.provenance = provenance_from(provenance);
    plan.problems = problems_from(problems);
    return {std::make_shared<const Plan>(std::move(plan)), organization, risks};
}

Job start_verify(const PlanView& view, bool bound, double work_limit, int threads) {
    return Job(
        [=](Control* control) {
            return verify(view.organization, as<Risks>(view.risks), *view.plan,
                          {.bound = bound, .work_limit = work_limit, .threads = threads}, control);
        },
        [organization = view.organization](Verification verification) {
            TableView violations = python::view(verification.violations, organization);
            return VerificationView{std::move(verification), std::move(violations)};
        });
}

}  // namespace

void bind_plan(py::module_& module) {
    py::class_<PlanView>(module, "Plan", py::module_local())
        .def("table", &PlanView::table, py::arg("name"))
        .def_property_readonly("table_names",
                               [](const PlanView& view) {
                                   std::vector<std::string_view> names;
                                   for (const Table* table : view.plan->tables()) names.push_back(table->name());
                                   return names;
                               })
        .def_property_readonly("problems",
                               [](const PlanView& plan) { return view(plan.plan->problems, plan.organization); })
        .def_property_readonly("options", [](const PlanView& view) { return to_dict(view.plan->options); })
        .def_property_readonly("previous",
                               [](const PlanView& view) -> std::optional<TableView> {
                                   if (!view.plan->options.previous) return std::nullopt;
                                   return python::view(view.plan->options.previous, view.organization);
                               })
        .def_readonly("organization", &PlanView::organization)
        .def_readonly("risks", &PlanView::risks)
        .def_property_readonly("as_of", [](const PlanView& view) { return days(view.plan->as_of); })
        .def_property_readonly("provenance",
                               [](const PlanView& view) { return python::to_dict(view.plan->provenance); })
        .def("start_verify", &start_verify, py::arg("bound"), py::arg("work_limit"), py::arg("threads"));

    py::class_<VerificationView>(module, "Verification", py::module_local())
        .def_property_readonly("ok", [](const VerificationView& view) { return view.verification.ok(); })
        .def_property_readonly("confirmed", [](const VerificationView& view) { return view.verification.confirmed; })
        .def_property_readonly("value", [](const VerificationView& view) { return view.verification.value; })
        .def_property_readonly("price_bound",
                               [](const VerificationView& view) { return view.verification.price_bound; })
        .def_readonly("violations", &VerificationView::violations);

    module.def("start_optimize", &start_optimize, py::arg("organization"), py::arg("risks"), py::arg("options"));
    module.def("start_export_mps", &start_export_mps, py::arg("organization"), py::arg("risks"), py::arg("options"),
               py::arg("path"));
    module.def("start_read_solution", &start_read_solution, py::arg("organization"), py::arg("risks"), py::arg("text"),
               py::arg("options"), py::arg("bound"));
    module.def(
        "load_items",
        [](const Organization& organization, const Input& items, int threads) {
            return view(load_items(organization, items, threads), organization);
        },
        py::arg("organization"), py::arg("items"), py::arg("threads"));
    module.def("load_plan", &load, py::arg("organization"), py::arg("risks"), py::arg("tables"), py::arg("options"),
               py::arg("as_of"), py::arg("provenance"), py::arg("problems"));
}

}  // namespace gradus::python
