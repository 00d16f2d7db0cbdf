#include "bindings.h"

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
}
