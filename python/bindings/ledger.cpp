#include <chrono>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "ledger_view.h"

namespace gradus::python {

namespace {

/// transaction, entry, at, hash
using Head = std::tuple<std::int64_t, std::int64_t, std::optional<std::int64_t>, std::string>;
Head row(const LedgerHead& head) { return {head.transaction, head.entry, micros(head.at), head.hash}; }

Ledger open(const std::string& path, bool create, bool read_only, const std::string& currency,
            std::optional<bool> play_money, std::int64_t busy_timeout) {
    const LedgerOptions options{.create = create,
                                .read_only = read_only,
                                .currency = currency,
                                .play_money = play_money,
                                .busy_timeout = std::chrono::milliseconds(busy_timeout)};
    const py::gil_scoped_release release;
    return Ledger::open(path, options);
}

std::pair<TableView, TableView> apply(Ledger& ledger, const Input& input, bool linked,
                                      const Organization* organization) {
    const py::gil_scoped_release release;
    const Requests requests = load_requests(ledger, input);
    Applied applied = apply_requests(ledger, requests, linked, organization);
    std::pair<TableView, TableView> views(view_in(ledger, std::move(applied.receipts)),
                                          view_in(ledger, std::move(applied.parts)));
    views.first.problems = requests.problems;
    return views;
}

TableView receipt_of(const Ledger& ledger, const std::string& key) {
    const py::gil_scoped_release release;
    std::vector<Receipt> found;
    if (std::optional<Receipt> receipt = ledger.receipt(key)) found.push_back(std::move(*receipt));
    return view_in(ledger, to_table(ledger, found));
}

std::tuple<std::int64_t, std::int64_t, std::int64_t> balance(const Ledger& ledger, const std::string& kind,
                                                             const std::optional<std::string>& person,
                                                             const std::string& program, const std::string& fund,
                                                             std::int64_t at) {
    const auto& names = Words<AccountKind>::names;
    const auto word = static_cast<AccountKind>(std::find(std::begin(names), std::end(names), kind) - std::begin(names));
    const Payer payer = person ? Payer(Account{*person, program, word}) : Payer(FundAccount{fund, word});
    const py::gil_scoped_release release;
    const Balance found = ledger.balance(payer, moment(at));
    return {found.available.units(), found.reserved.units(), found.expired.units()};
}

std::tuple<bool, std::int64_t, std::int64_t, std::int64_t, std::string, Head> check(const Ledger& ledger) {
    const py::gil_scoped_release release;
    const LedgerCheck found = verify(ledger);
    return {found.sound, found.transaction, found.entry, found.plan_change, found.message, row(found.head)};
}

std::string hledger(const Ledger& ledger) {
    const py::gil_scoped_release release;
    std::ostringstream out;
    write_hledger(ledger, out);
    return out.str();
}

TableView report(const Organization& organization, const Ledger& ledger, std::int64_t at, const Input* stages) {
    const py::gil_scoped_release release;
    std::vector<PersonStage> rows;
    if (stages) rows = rows_of(load_stages(organization, *stages));
    return view_in(ledger, program_report(organization, ledger, moment(at), rows));
}

TableView told(const Organization& organization, const Ledger& ledger, std::int64_t at, std::int32_t lead_days,
               const std::vector<std::string>& planned) {
    const py::gil_scoped_release release;
    std::vector<PersonId> people;
    for (const std::string& key : planned) people.emplace_back(organization.people().find(key));
    return view_in(ledger, notices(organization, ledger, moment(at), lead_days, people));
}

}  // namespace

void bind_ledger(py::module_& module) {
    using Release = py::call_guard<py::gil_scoped_release>;
    py::class_<Ledger>(module, "Ledger", py::module_local())
        .def(py::init(&open), py::arg("path"), py::arg("create"), py::arg("read_only"), py::arg("currency"),
             py::arg("play_money"), py::arg("busy_timeout"))
        .def_property_readonly("currency", &Ledger::currency)
        .def_property_readonly("minor_digits", &Ledger::minor_digits)
        .def_property_readonly("play_money", &Ledger::play_money)
        .def("apply", &apply, py::arg("requests"), py::arg("linked"), py::arg("organization").none(true))
        .def("receipt", &receipt_of, py::arg("key"))
        .def("balance", &balance, py::arg("kind"), py::arg("person"), py::arg("program"), py::arg("fund"),
             py::arg("at"))
        .def("head",
             [](const Ledger& ledger) {
                 const py::gil_scoped_release release;
                 return row(ledger.head());
             })
        .def("entries",
             [](const Ledger& ledger) {
                 const py::gil_scoped_release release;
                 return view_in(ledger, ledger_entries(ledger));
             })
        .def(
            "balances",
            [](const Ledger& ledger, std::int64_t at) {
                const py::gil_scoped_release release;
                return view_in(ledger, ledger_balances(ledger, moment(at)));
            },
            py::arg("at"))
        .def(
            "pending",
            [](const Ledger& ledger, std::int64_t at) {
                const py::gil_scoped_release release;
                return view_in(ledger, ledger_pending(ledger, moment(at)));
            },
            py::arg("at"))
        .def("verify", &check)
        .def(
            "rebuild", [](Ledger& ledger) { rebuild(ledger); }, Release())
        .def(
            "backup", [](const Ledger& ledger, const std::string& path) { backup(ledger, path); }, py::arg("path"),
            Release())
        .def("hledger", &hledger);

    module.def(
        "grants_due",
        [](const Organization& organization, const Ledger& ledger, std::int64_t at, const std::string& by) {
            const py::gil_scoped_release release;
            return view_in(ledger, to_table(grants_due(organization, ledger, moment(at), by)));
        },
        py::arg("organization"), py::arg("ledger"), py::arg("at"), py::arg("by"));
    module.def(
        "fund_programs",
        [](const Organization& organization, Ledger& ledger, std::int64_t at, const std::string& by) {
            const py::gil_scoped_release release;
            return view_in(ledger, to_table(ledger, fund_programs(organization, ledger, moment(at), by)));
        },
        py::arg("organization"), py::arg("ledger"), py::arg("at"), py::arg("by"));
    module.def(
        "entitlement",
        [](const Organization& organization, const Ledger& ledger, const std::string& person, std::int64_t at) {
            const py::gil_scoped_release release;
            const PersonId who(organization.people().find(person));
            return view_in(ledger, entitlement(organization, ledger, who, moment(at)));
        },
        py::arg("organization"), py::arg("ledger"), py::arg("person"), py::arg("at"));
    module.def("notices", &told, py::arg("organization"), py::arg("ledger"), py::arg("at"), py::arg("lead_days"),
               py::arg("planned"));
    module.def("program_report", &report, py::arg("organization"), py::arg("ledger"), py::arg("at"),
               py::arg("stages").none(true));
}

}  // namespace gradus::python
