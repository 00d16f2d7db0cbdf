#include "bindings.h"

namespace gradus::python {

namespace {

py::object text_or_none(const std::string& text) { return text.empty() ? py::object(py::none()) : py::str(text); }

/// gradus.Error of the same fault; the class is written in Python.
void raise(const Error& error) {
    const py::object type = py::module_::import("gradus._error").attr("Error");
    py::object problems = py::none();
    if (error.problems()) problems = py::cast(TableView{.table = error.problems(), .type = typeid(Problems)});
    py::object row = py::none();
    if (error.row() > 0) row = py::int_(error.row());
    const py::object raised = type(error.what(), to_string(error.code()), text_or_none(error.table()), row,
                                   text_or_none(error.column()), problems);
    PyErr_SetObject(type.ptr(), raised.ptr());
}

}  // namespace

void bind_error(py::module_&) {
    py::register_local_exception_translator([](std::exception_ptr pointer) {
        try {
            if (pointer) std::rethrow_exception(pointer);
        } catch (const Error& error) {
            if (error.code() == Code::out_of_memory)
                PyErr_SetString(PyExc_MemoryError, error.what());
            else
                raise(error);
        }
    });
}

}  // namespace gradus::python
