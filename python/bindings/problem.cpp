#include <utility>

#include <pybind11/stl.h>

#include "bindings.h"

namespace gradus::python {

std::shared_ptr<const Problems> problems_from(const std::vector<ProblemRow>& rows) {
    ProblemList list;
    for (const auto& [severity, code, table, row, line, column, key, message] : rows) {
        Problem problem{.severity = severity == "error" ? Severity::error : Severity::warning,
                        .table = table,
                        .row = row,
                        .column = column,
                        .key = key,
                        .message = message,
                        .line = line};
        for (auto number = static_cast<std::int32_t>(Code::ok); number <= static_cast<std::int32_t>(Code::internal);
             ++number)
            if (code == to_string(static_cast<Code>(number))) problem.code = static_cast<Code>(number);
        list.add(std::move(problem));
    }
    return list.table();
}

void bind_problem(py::module_& module) {
    module.def(
        "problems",
        [](const std::vector<ProblemRow>& rows) {
            return TableView{.table = problems_from(rows), .type = typeid(Problems)};
        },
        py::arg("rows"));
}

}  // namespace gradus::python
