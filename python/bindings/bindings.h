#pragma once

// What the bindings share. `_core` is private: it moves tables and starts calls; what people read, and how a table or a
// plan looks, is written in Python.

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <typeindex>
#include <utility>
#include <vector>

#include <pybind11/pybind11.h>

#include <gradus/gradus.h>

namespace gradus::python {

namespace py = pybind11;

void bind_error(py::module_& module);
void bind_input(py::module_& module);
void bind_table(py::module_& module);
void bind_organization(py::module_& module);
void bind_job(py::module_& module);
void bind_stages(py::module_& module);
void bind_plan(py::module_& module);
void bind_desk(py::module_& module);
void bind_goals(py::module_& module);
void bind_ledger(py::module_& module);
void bind_agreements(py::module_& module);
void bind_problem(py::module_& module);

/// A table as Python holds it: shared, with what printing and exporting it needs to know of its organisation.
struct TableView {
    std::shared_ptr<const Table> table;
    std::type_index type = typeid(Table);  ///< the stage table that it is, so that stages recognise their own
    int minor_digits = 2;
    std::string currency = "EUR";
    std::shared_ptr<const Problems> problems = nullptr;  ///< warnings that came with it, if it has such
};

template <class T>
TableView view(std::shared_ptr<const T> table, const Organization& organization) {
    TableView view{.table = table, .type = typeid(T), .minor_digits = organization.relations().minor_digits};
    const Settings& settings = organization->settings;
    if (settings.size() > 0) view.currency = settings.currency[0];
    if constexpr (requires { table->problems; }) view.problems = table->problems;
    return view;
}
template <class T>
TableView view(T table, const Organization& organization) {
    return view<T>(std::make_shared<const T>(std::move(table)), organization);
}

/// The stage table in a view. The Python side chooses by type before it calls, so another one is our own bug.
template <class T>
const T& as(const TableView& view) {
    const bool fits = view.type == typeid(T) || (std::is_same_v<T, Gaps> && view.type == typeid(Risks));
    if (!fits) throw Error(Code::internal, "a table of another stage: " + std::string(view.table->name()));
    return static_cast<const T&>(*view.table);
}

/// Days since 1970, or None, as Python gives them.
inline Date date(std::optional<std::int32_t> days) { return days ? Date(Date::duration(*days)) : missing<Date>(); }
inline py::object days(Date date) {
    return is_missing(date) ? py::object(py::none()) : py::int_(date.time_since_epoch().count());
}

/// severity, code, table, row, line, column, key, message; 0 where row or line is not known
using ProblemRow = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t, std::string,
                              std::string, std::string>;
std::shared_ptr<const Problems> problems_from(const std::vector<ProblemRow>& rows);

py::dict to_dict(const Provenance& provenance);

/// A call that runs in a thread of its own and never touches Python there, so that the thread that started it can
/// watch, show progress and answer Ctrl-C.
class Job {
public:
    /// Starts work(Control*) → result; `wrap` makes of the result what Python gets.
    template <class Work, class Wrap>
    Job(Work work, Wrap wrap) : state_(std::make_shared<State>()) {
        using Result = decltype(work(&state_->control));
        auto result = std::make_shared<std::optional<Result>>();
        take_ = [result, wrap = std::move(wrap)] { return py::cast(wrap(std::move(**result))); };
        // Detached: whoever gives up on a call (a second Ctrl-C) does not wait until it has noticed the cancel.
        std::thread([state = state_, result, work = std::move(work)] {
            std::exception_ptr error;
            try {
                result->emplace(work(&state->control));
            } catch (...) {
                error = std::current_exception();
            }
            const std::lock_guard lock(state->mutex);
            state->error = error;
            state->done = true;
            state->changed.notify_all();
        }).detach();
    }

    Control& control() const { return state_->control; }
    /// True once it is done; waits at most that long.
    bool wait(double seconds) const;
    /// Waits to the end, then gives the result, once, or throws what the call threw.
    py::object result();

private:
    struct State {
        Control control;
        std::mutex mutex;
        std::condition_variable changed;
        bool done = false;
        std::exception_ptr error;
    };
    std::shared_ptr<State> state_;
    std::function<py::object()> take_;
};

}  // namespace gradus::python
