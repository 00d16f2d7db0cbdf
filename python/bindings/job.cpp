#include <chrono>

#include "bindings.h"

namespace gradus::python {

bool Job::wait(double seconds) const {
    const py::gil_scoped_release release;
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return state_->done; });
}

py::object Job::result() {
    {
        const py::gil_scoped_release release;
        std::unique_lock lock(state_->mutex);
        state_->changed.wait(lock, [&] { return state_->done; });
    }
    if (state_->error) std::rethrow_exception(state_->error);
    if (!take_) throw Error(Code::internal, "the result of a job is taken once");
    return std::exchange(take_, nullptr)();
}

void bind_job(py::module_& module) {
    py::class_<Job>(module, "Job", py::module_local())
        .def("wait", &Job::wait, py::arg("seconds"))
        .def("cancel", [](const Job& job) { job.control().cancel(); })
        .def_property_readonly("progress", [](const Job& job) { return job.control().progress(); })
        .def_property_readonly("value", [](const Job& job) { return job.control().value(); })
        .def_property_readonly("bound", [](const Job& job) { return job.control().bound(); })
        .def("result", &Job::result);
}

}  // namespace gradus::python
