// Individual learning accounts, from the mock run to the report: two programmes, four hundred people, a pool of 100,000.
#include <gradus/gradus.h>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace gradus;
using std::chrono::sys_days;
using namespace std::chrono_literals;

constexpr int clerks = 400;
std::string clerk(int i) { return "E" + std::to_string(1000 + i); }

/// Tuition is paid by the pool (75 %) and the employee (25 %); study is 8 hours a month. `mock`: with play money.
Organization agency(bool mock) {
    std::vector<Input> tables;
    const auto table = [&](const char* name) -> Input& { return tables.emplace_back(name); };
    table("scales").row().set("scale", "S").set("level", "basic").row().set("scale", "S").set("level", "skilled");
    table("capabilities").row().set("capability", "SQL").set("scale", "S");
    table("roles").row().set("role", "clerk").row().set("role", "chief");
    table("requirements").row().set("role", "clerk").set("capability", "SQL").set("level", "skilled");
    table("activities").row().set("activity", "course").set("kind", "course").set("hours", 8).set("cost", 1000);
    table("outcomes").row().set("activity", "course").set("capability", "SQL").set("uplift", 1);
    Input& funds = table("funds");
    funds.row().set("fund", "pool").set("amount", 100000).row().set("fund", "time").set("amount", 0);
    Input& programs = table("programs");
    programs.row().set("program", "tuition").set("kind", "money").set("fund", "pool").set("role", "clerk");
    programs.set("account_share", 0.75).set("employee_share", 0.25).set("mock", mock).set("requires_plan", true);
    programs.row().set("program", "study").set("kind", "hours").set("fund", "time").set("role", "clerk");
    programs.set("grant", 96).set("grant_period", "year").set("cap", 8).set("cap_period", "month").set("mock", mock);
    Input people("people"), accounts("accounts");
    people.row().set("person", "Chief").set("role", "chief");
    for (int i = 0; i < clerks; ++i) {
        people.row().set("person", clerk(i)).set("role", "clerk").set("manager", "Chief");
        accounts.row().set("person", clerk(i)).set("kind", "money").set("program", "tuition").set("available", 100000);
        accounts.row().set("person", clerk(i)).set("kind", "hours").set("program", "study").set("available", 96);
    }
    tables.push_back(std::move(people));
    tables.push_back(std::move(accounts));
    return Organization(tables);
}

/// A ledger with plans upon it, and a short hand for what is asked of both.
struct Office {
    Office(bool mock, bool play_money)
        : organization(agency(mock)), ledger(Ledger::open(":memory:", {.play_money = play_money})),
          agreements(ledger, organization) {}

    void pay(const std::string& key, Operation operation) {
        const Receipt receipt = ledger.apply({.key = key, .at = now, .by = "office", .operation = operation});
        if (!receipt.applied) throw std::runtime_error(receipt.message);
    }
    void supply() {
        pay("pool", Supply{{"pool"}, Amount(100'000'00)});
        pay("time", Supply{{"time", AccountKind::hours}, Amount(clerks * 96 * 60)});
        fund_programs(organization, ledger, now, "office");
        for (int i = 0; i < 140; ++i) pay("own " + clerk(i), Contribute{{clerk(i), "tuition"}, Amount(250'00)});
    }
    PlanReceipt ask(int i, Actor as, PlanOperation operation) {
        return agreements.apply({.key = "request " + std::to_string(++asked),
                                 .at = now,
                                 .by = as == Actor::manager ? "Chief" : clerk(i),
                                 .as = as,
                                 .plan = clerk(i) + "/2026",
                                 .operation = operation});
    }
    /// One course is planned; what it costs and who pays is worked out from the organisation.
    void plan(int i) {
        Input rows("items");
        rows.row().set("person", clerk(i)).set("activity", "course");
        rows.set("first_day", "2026-03-02").set("last_day", "2026-03-02");
        ask(i, Actor::employee, WritePlan{{.person = clerk(i), .items = load_items(organization, rows)}});
        ask(i, Actor::employee, StepPlan{PlanEvent::propose});
    }
    /// Every other time the manager agrees first.
    PlanReceipt agree(int i) {
        ask(i, i % 2 ? Actor::manager : Actor::employee, StepPlan{PlanEvent::agree});
        return ask(i, i % 2 ? Actor::employee : Actor::manager, StepPlan{PlanEvent::agree});
    }
    std::string pool() const {
        return std::to_string(ledger.balance(FundAccount{"pool"}, now).available.units() / 100) + " EUR in the pool";
    }

    Organization organization;
    Ledger ledger;
    Agreements agreements;
    Moment now = sys_days{2026y / 1 / 12};
    int asked = 0;
};

int main() {
    Office mock(true, true);
    mock.supply();
    mock.plan(0);
    std::cout << "Play money: agreed is " << mock.agree(0).applied << ", " << mock.pool() << "\n";

    Office office(false, false);
    office.plan(0);
    std::cout << "Before the start: " << office.agree(0).message << "\n";

    office.supply();
    office.ask(0, Actor::manager, StepPlan{PlanEvent::agree});
    int refused = 0;
    for (int i = 1; i < 140; ++i) {
        office.plan(i);
        const PlanReceipt receipt = office.agree(i);
        if (!receipt.applied && ++refused == 1) std::cout << "In order of request: " << receipt.message << "\n";
    }
    std::cout << refused << " are refused, " << office.pool() << "\n";

    office.ask(0, Actor::manager, StepItem{PlanEvent::complete_item, "course", Money(800'00)});
    std::cout << "Cheaper than planned: " << office.pool() << "\n";
    office.ask(1, Actor::employee, StepItem{PlanEvent::withdraw_item, "course"});
    std::cout << "One withdraws: " << office.pool() << "\n";

    office.pay("grown", Supply{{"pool"}, Amount(5'000'00)});
    for (int i = 133; i < 140; ++i) office.agree(i);
    for (int i = 2; i < 140; ++i) office.ask(i, Actor::manager, StepItem{PlanEvent::complete_item, "course"});
    std::cout << "Grown and used: " << office.pool() << "\n";

    const ProgramReport report = program_report(office.agreements, office.now);
    for (std::size_t row = 0; row < report.size(); ++row)
        std::cout << "Programme " << (*report.program.strings())[report.program[row].value()] << ", "
                  << Words<AccountKind>::names[static_cast<std::size_t>(report.kind[row])] << ": "
                  << report.eligible[row] << " eligible, " << report.agreed[row] << " agreed; "
                  << report.reserved[row].units() << " reserved, " << report.spent[row].units() << " spent\n";
    const LedgerCheck check = verify(office.ledger);
    std::cout << "The ledger is " << (check.sound ? "sound" : check.message) << ".\n";
    return check.sound ? 0 : 1;
}
