#include <string>
#include <vector>

#include "bindings.h"

namespace {

/// pybind11 lets other modules borrow module-local classes through an attribute named after the compiler's ABI. Ours
/// are nobody else's, and stubs could not name it.
void keep_to_ourselves(const pybind11::module_& module) {
    namespace py = pybind11;
    for (const auto& [name, object] : module.attr("__dict__").cast<py::dict>()) {
        if (!py::isinstance<py::type>(object)) continue;
        std::vector<std::string> borrowed;
        for (const auto& attribute : object.attr("__dict__")) {
            const auto text = attribute.cast<std::string>();
            if (text.rfind("__pybind11_module_local", 0) == 0) borrowed.push_back(text);
        }
        for (const std::string& attribute : borrowed) py::delattr(object, attribute.c_str());
    }
}

}  // namespace

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
    using namespace gradus::python;
    module.doc() = "The C++ core of gradus. Private: use the functions of gradus itself.";
    module.attr("__version__") = std::string(gradus::version());
    bind_error(module);
    bind_input(module);
    bind_table(module);
    bind_organization(module);
    bind_job(module);
    bind_stages(module);
    bind_plan(module);
    bind_desk(module);
    bind_goals(module);
    bind_ledger(module);
    bind_agreements(module);
    bind_problem(module);
    keep_to_ourselves(module);
}
