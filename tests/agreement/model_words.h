#pragma once

// What the model asks for and pays in, in the library's words.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/agreement/plan_request.h>
#include <gtest/gtest.h>

#include "account/wording.h"
#include "agreement/agreement_model.h"
#include "agreement/random_steps.h"
#include "agreement/table_rows.h"
#include "agreement/team.h"

namespace gradus::test {

inline Moment at_second(std::int64_t seconds) { return noon("2026-01-01") + std::chrono::seconds(seconds); }
inline Date day_of_year(int days) { return day("2026-01-01") + Date::duration(days); }

/// The team, with Di whom no programme pays for, and programmes with rules: of money with a cap, a pool of money, hours to be granted from
/// a fund of their own, a pool of items.
inline const Organization& team() {
    static const Organization organization = [] {
        std::vector<Literal> tables = team_tables();
        std::erase_if(tables, [](const Literal& t) { return t.table == "programs" || t.table == "accounts"; });
        for (Literal& table : tables) {
            if (table.table == "people") table.cells.push_back({"Di", "R", "Max"});
            if (table.table != "sessions") continue;
            for (auto& row : table.cells)  // in April and May, as all items of the model
                if (row[0] == "b2" || row[0] == "c1") row[2] = row[0] == "b2" ? "2026-04-11" : "2026-05-05";
        }
        tables.push_back({"programs",
                          {{"program", "kind", "fund", "grant", "account_share", "employee_share", "cap", "cap_period",
                            "requires_plan", "activity_kinds"},
                           {"H", "hours", "", "1", "", "", "1.5", "month", "true", ""},
                           {"I", "items", "F", "", "", "", "3", "", "", ""},
                           {"P", "money", "F", "", "0.5", "0.25", "12", "quarter", "true", "course;talk"},
                           {"T", "money", "", "", "0.5", "0.25", "25", "month", "", ""}}});
        tables.push_back({"accounts",
                          {{"person", "kind", "program", "available"},
                           {"Ann", "money", "T", "100"},
                           {"Ann", "hours", "H", "100"},
                           {"Bo", "money", "P", "100"},
                           {"Cy", "money", "T", "100"},
                           {"Cy", "items", "I", "5"}}});
        return build(tables);
    }();
    return organization;
}

/// The same request in the library's words.
inline PlanRequest translated(const ModelRequest& r) {
    PlanRequest request{.key = r.key,
                        .at = at_second(r.at),
                        .by = r.by,
                        .as = *from_word<Actor>(r.as),
                        .reason = r.reason,
                        .plan = r.plan};
    const auto money = [](std::int64_t units) { return Money(units * 100); };
    const auto cents = [](std::int64_t units) { return std::optional(units * 100); };
    if (r.event == "write") {
        PlanItems items;
        TableRows rows(items);
        for (const ModelRow& row : r.rows) {
            rows.row().set("person", r.person).set("activity", row.activity).set("session", row.session);
            rows.set("first_day", day_of_year(row.first_day)).set("last_day", day_of_year(row.first_day + 1));
            rows.set("hours", std::optional(row.minutes)).set("reason", row.pinned ? Reason::pinned : Reason::risk);
            if (row.pinned) continue;
            rows.set("fund", "F").set("account_cost", cents(row.account));
            rows.set("employee_cost", cents(row.employee)).set("fund_cost", cents(row.fund));
        }
        rows.finish();
        request.operation = WritePlan{{.person = r.person, .items = items, .supersedes = r.supersedes}};
    } else if (r.event == "set_seats") {
        SetSeats seats{r.subject};
        if (r.seats) seats.seats = static_cast<std::int32_t>(*r.seats);
        request.operation = seats;
    } else if (r.event == "name_advisor") {
        request.operation = NameAdvisor{r.subject};
    } else if (r.event == "raise_item") {
        request.operation =
            RaiseItem{r.subject, money(r.account), money(r.employee), money(r.fund), Minutes(r.more_minutes)};
    } else if (r.event.ends_with("_item")) {
        StepItem item{*from_word<PlanEvent>(r.event), r.subject};
        if (r.cost) item.cost = money(*r.cost);
        if (r.minutes) item.hours = Minutes(*r.minutes);
        request.operation = item;
    } else {
        request.operation = StepPlan{*from_word<PlanEvent>(r.event)};
    }
    return request;
}

inline Payer payer_of(const AgreementModel::Payer& payer) {
    const auto& [who, program, what] = payer;
    if (what == "fund") return FundAccount{who};
    if (what == "fund items") return FundAccount{who, AccountKind::items};
    return Account{who, program, what == "hours" ? AccountKind::hours : AccountKind::money};
}

inline void pay_in(Ledger ledger, const PayIn& step, int number) {
    const auto& [who, program, what] = step.payer;
    const std::string key = "pay " + std::to_string(number);
    const auto apply = [&](const std::string& suffix, Operation operation) {
        const Receipt receipt = ledger.apply(
            {.key = key + suffix, .at = at_second(step.at), .by = "office", .operation = std::move(operation)});
        ASSERT_TRUE(receipt.applied) << receipt.message;
    };
    const Payer payer = payer_of(step.payer);
    if (what.starts_with("fund")) return apply("", Supply{std::get<FundAccount>(payer), Amount(step.amount)});
    const Account account = std::get<Account>(payer);
    if (what == "own") return apply("", Contribute{account, Amount(step.amount)});
    const std::string source = what == "hours" ? "H" : "source";
    apply(" supply", Supply{{source, account.kind}, Amount(step.amount)});
    apply("", Grant{source, account, Amount(step.amount)});
}

}  // namespace gradus::test
