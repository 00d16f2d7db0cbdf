// What runs out of memory in a ledger, and in the plans of its file. Part of faults.cpp.
#pragma once

#include <gradus.h>

#include <cstdint>

#include "exhaust.h"
#include "story.h"

namespace {

/// A ledger, opened and written to anew each time, and asked: what ran out of memory is applied whole or not at all.
void exhaust_ledger(const stages& s) {
    gradus_error err;
    gradus_builder* builder;
    gradus_ledger* ledger;
    gradus_table* receipts;
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "requests",
           "key|at|by|operation|fund|person|program|kind|amount|activity|first_day|cost|spending\n"
           "s|2026-01-01|hr|supply|learning|||money|1000||||\n"
           "g|2026-01-01|hr|grant|learning|E1|tuition|money|500||||\n"
           "a|2026-01-03|E1|spend||E1|tuition|||A4|2026-02-01|80|\n"
           "c|2026-01-03|hr|settle||||||||60|a",
           &err));
    OK(add(builder, "stages", "person|stage\nE1|agreed", &err));
    OK(add(builder, "programs", "program|kind|fund|account_share\ntuition|money|learning|1", &err));
    gradus_organization* organization;
    OK(gradus_organization_with_tables(s.organization, builder, nullptr, &organization, &err));
    exhaust("gradus_ledger_apply", [&](gradus_error* e) {
        gradus_ledger* made;
        gradus_table *table, *parts;
        gradus_status status = gradus_ledger_open(":memory:", nullptr, &made, e);
        if (status) return status;
        status = gradus_ledger_apply(made, builder, organization, 0, &table, &parts, e);
        CHECK((status == GRADUS_OK) == (table != nullptr) && (status == GRADUS_OK) == (parts != nullptr));
        const std::int64_t room = allocations_left.exchange(INT64_MAX);
        gradus_ledger_check check;
        OK(gradus_ledger_verify(made, &check, &err));
        CHECK(check.sound);
        allocations_left = room;
        gradus_table_free(table);
        gradus_table_free(parts);
        gradus_ledger_free(made);
        return status;
    });
    OK(gradus_ledger_open(":memory:", nullptr, &ledger, &err));
    OK(gradus_ledger_apply(ledger, builder, organization, 0, &receipts, nullptr, &err));
    gradus_table_free(receipts);
    const std::int64_t at = gradus_date(2026, 3, 1) * std::int64_t{86'400'000'000};
    const char* const planned[] = {"E1"};
    EXHAUST(gradus_ledger_free, gradus_ledger_open(":memory:", nullptr, out, err));
    EXHAUST(gradus_table_free, gradus_ledger_receipt(ledger, "a", out, err));
    EXHAUST(gradus_table_free, gradus_ledger_table(ledger, "ledger_entries", INT64_MIN, out, err));
    EXHAUST(gradus_table_free, gradus_ledger_table(ledger, "ledger_balances", at, out, err));
    EXHAUST(gradus_table_free, gradus_ledger_table(ledger, "ledger_pending", at, out, err));
    EXHAUST(gradus_table_free, gradus_grants_due(organization, ledger, at, "hr", out, err));
    EXHAUST(gradus_table_free, gradus_fund_programs(organization, ledger, at, "hr", out, err));
    EXHAUST(gradus_table_free, gradus_entitlement(organization, ledger, "E1", at, out, err));
    EXHAUST(gradus_table_free, gradus_notices(organization, ledger, at, 30, planned, 1, out, err));
    EXHAUST(gradus_table_free, gradus_program_report(organization, ledger, builder, at, out, err));
    gradus_balance balance;
    gradus_ledger_head head;
    gradus_ledger_check check;
    exhaust("gradus_ledger_balance", [&](gradus_error* e) {
        return gradus_ledger_balance(ledger, GRADUS_KIND_MONEY, "E1", "tuition", nullptr, at, &balance, e);
    });
    exhaust("gradus_ledger_get_head", [&](gradus_error* e) { return gradus_ledger_get_head(ledger, &head, e); });
    exhaust("gradus_ledger_verify", [&](gradus_error* e) { return gradus_ledger_verify(ledger, &check, e); });
    exhaust("gradus_ledger_rebuild", [&](gradus_error* e) { return gradus_ledger_rebuild(ledger, e); });
    OK(gradus_ledger_verify(ledger, &check, &err));
    CHECK(check.sound);
    gradus_ledger_free(ledger);
    gradus_organization_free(organization);
    gradus_builder_free(builder);
}

/// Plans in a ledger of their own each time, written, agreed and asked for: what ran out of memory is applied whole or not at all.
void exhaust_agreements(const stages& s) {
    gradus_error err;
    gradus_builder* builder;
    gradus_ledger* ledger;
    gradus_agreements* agreements;
    gradus_table* receipts;
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "people",
           "person|role|manager\nE1|analyst|\nE2|analyst|E1\nE3|engineer|E1\nE4|engineer|\nE5|engineer|", &err));
    gradus_organization* organization;
    OK(gradus_organization_with_tables(s.organization, builder, nullptr, &organization, &err));
    OK(add(builder, "requests", "key|at|by|operation|fund|kind|amount\ns|2026-01-01|hr|supply|learning|money|1000",
           &err));
    OK(add(builder, "plan_requests",
           "key|at|by|as|operation|plan|person\nw|2026-02-01|hr|administrator|write|P2|E2\n"
           "p|2026-02-01|hr|administrator|propose|P2|\nm|2026-02-02|E1|manager|agree|P2|\n"
           "e|2026-02-02|E2|employee|agree|P2|",
           &err));
    OK(add(builder, "items", "person|activity|first_day|last_day\nE2|A4|2026-06-01|2026-06-01", &err));
    OK(add(builder, "goals", "person|capability|level\nE2|sql|skilled", &err));
    OK(add(builder, "milestones", "person|capability|number|kind\nE2|sql|1|check_in", &err));
    const auto open = [&](gradus_ledger** opened, gradus_error* e) {
        gradus_table* table;
        gradus_status status = gradus_ledger_open(":memory:", nullptr, opened, e);
        if (!status) status = gradus_ledger_apply(*opened, builder, nullptr, 0, &table, nullptr, e);
        if (!status) gradus_table_free(table);
        return status;
    };
    exhaust("gradus_agreements_apply", [&](gradus_error* e) {
        gradus_ledger* made = nullptr;
        gradus_agreements* plans = nullptr;
        gradus_table* table = nullptr;
        gradus_status status = open(&made, e);
        if (!status) status = gradus_agreements_open(made, organization, &plans, e);
        if (!status) status = gradus_agreements_apply(plans, builder, nullptr, nullptr, &table, e);
        CHECK((status == GRADUS_OK) == (table != nullptr));
        const std::int64_t room = allocations_left.exchange(INT64_MAX);
        gradus_ledger_check check;
        if (made) {
            OK(gradus_ledger_verify(made, &check, &err));
            CHECK(check.sound);
        }
        if (plans && status) {  // the same rows again end as ever
            OK(gradus_agreements_apply(plans, builder, nullptr, nullptr, &table, &err));
            CHECK(gradus_table_rows(table) == 4);
        }
        allocations_left = room;
        gradus_table_free(table);
        gradus_agreements_free(plans);
        gradus_ledger_free(made);
        return status;
    });
    OK(open(&ledger, &err));
    OK(gradus_agreements_open(ledger, organization, &agreements, &err));
    OK(gradus_agreements_apply(agreements, builder, nullptr, nullptr, &receipts, &err));
    gradus_table_free(receipts);
    const std::int64_t at = gradus_date(2026, 3, 1) * std::int64_t{86'400'000'000};
    const char* const informed[] = {"E3"};
    EXHAUST(gradus_agreements_free, gradus_agreements_open(ledger, organization, out, err));
    EXHAUST(gradus_table_free, gradus_agreements_receipt(agreements, "e", out, err));
    for (const char* name : {"plans", "plan_history", "agreed_items", "transitions"})
        EXHAUST(gradus_table_free, gradus_agreements_table(agreements, name, nullptr, out, err));
    for (const char* name : {"items", "goals", "milestones"})
        EXHAUST(gradus_table_free, gradus_agreements_content(agreements, "P2", name, out, err));
    for (const char* name : {"accounts", "funds"})
        EXHAUST(gradus_table_free, gradus_agreements_next_table(agreements, name, at, out, err));
    for (const char* name : {"enrolments", "sessions"})
        EXHAUST(gradus_table_free, gradus_agreements_next_table(agreements, name, INT64_MIN, out, err));
    EXHAUST(gradus_organization_free, gradus_agreements_next_organization(agreements, at, nullptr, out, err));
    EXHAUST(gradus_table_free, gradus_agreements_program_report(agreements, at, informed, 1, out, err));
    EXHAUST(gradus_table_free, gradus_agreements_notices(agreements, at, 30, out, err));
    gradus_agreements_free(agreements);
    gradus_ledger_free(ledger);
    gradus_organization_free(organization);
    gradus_builder_free(builder);
}

}  // namespace
