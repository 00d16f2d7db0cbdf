/* The life of plans: from tables and from a plan that was worked out, agreed, carried out, told, and planned upon. */
#include "cells.h"
#include "story.h"

#define COLUMNS "key|at|by|as|operation|plan|person|activity|cost|session|seats\n"

/* A builder with requests to plans, and items for them unless NULL. */
static gradus_builder* asked(const char* rows, const char* items) {
    gradus_error err;
    gradus_builder* builder;
    char text[2048];
    CHECK(snprintf(text, sizeof text, COLUMNS "%s", rows) < (int)sizeof text);
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "plan_requests", text, &err));
    if (items) OK(add(builder, "items", items, &err));
    return builder;
}

/* The story's people with a chief, and a ledger whose fund has money. */
typedef struct office {
    stages made;
    gradus_organization* organization;
    gradus_ledger* ledger;
    gradus_agreements* agreements;
} office;

static office open_office(void) {
    gradus_error err;
    gradus_builder* builder;
    gradus_table* table;
    office o;
    o.made = make_stages();
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "people",
           "person|role|unit|hours|joined|manager\nE1|analyst|lab|8|2020-01-01|\nE2|analyst|lab|8||E1\n"
           "E3|engineer|ops|6||E1\nE4|engineer|ops|6||E1\nE5|engineer|lab|||E1",
           &err));
    OK(add(builder, "programs", "program|kind|fund|role\nstudy|hours|learning|engineer", &err));
    OK(gradus_organization_with_tables(o.made.organization, builder, NULL, &o.organization, &err));
    OK(add(builder, "requests",
           "key|at|by|operation|fund|kind|amount\nfounded|2026-01-01|hr|supply|learning|money|2500", &err));
    OK(gradus_ledger_open(":memory:", NULL, &o.ledger, &err));
    OK(gradus_ledger_apply(o.ledger, builder, NULL, 0, &table, NULL, &err));
    gradus_table_free(table);
    gradus_builder_free(builder);
    OK(gradus_agreements_open(o.ledger, o.organization, &o.agreements, &err));
    return o;
}

static void close_office(office* o) {
    gradus_agreements_free(o->agreements);
    gradus_ledger_free(o->ledger);
    gradus_organization_free(o->organization);
    free_stages(&o->made);
}

static const char* const two_plans =
    "w2|2026-04-01|hr|administrator|write|P2|E2||||\n"
    "w5|2026-04-01|hr|administrator|write|P5|E5||||\n"
    "p2|2026-04-01|hr|administrator|propose|P2|||||\n"
    "p5|2026-04-01|hr|administrator|propose|P5|||||\n"
    "m2|2026-04-02|E1|manager|agree|P2|||||\n"
    "a2|2026-04-02|E2|employee|agree|P2|||||\n"
    "m5|2026-04-02|E1|manager|agree|P5|||||\n"
    "a5|2026-04-02|E5|employee|agree|P5|||||\n"
    "x5|2026-04-02|E2|employee|agree|P5|||||";
static const char* const their_items =
    "person|activity|session|first_day|last_day\n"
    "E5|A2|A2-may|2026-05-18|2026-05-20\n"
    "E2|A4||2026-06-01|2026-06-01\n"
    "E2|A2|A2-may|2026-05-18|2026-05-20";

/* Two plans want one seat. */
static void by_tables(void) {
    gradus_error err;
    office o = open_office();
    gradus_table *table, *again;
    gradus_balance balance;
    gradus_builder* builder = asked(two_plans, their_items);
    /* They are no tables of an organisation. */
    gradus_organization* same;
    OK(gradus_organization_with_tables(o.organization, builder, NULL, &same, &err));
    CHECK(gradus_organization_digest(same) == gradus_organization_digest(o.organization));
    gradus_organization_free(same);
    OK(gradus_agreements_apply(o.agreements, builder, NULL, NULL, &table, &err));
    CHECK(strcmp(gradus_table_name(table), "plan_receipts") == 0 && gradus_table_rows(table) == 9);
    for (int64_t row = 0; row < 8; ++row)
        CHECK(number(table, "applied", row) == 1 && number(table, "number", row) == row + 1);
    CHECK(says(table, "operation", 1, "write") && says(table, "state", 7, "agreed") && says(table, "plan", 7, "P5"));
    CHECK(number(table, "applied", 8) == 0 && !number(table, "play_money", 0));
    CHECK(number(table, "at", 8) == moment(2026, 4, 2));
    /* The same again is done once; one can be asked for. */
    OK(gradus_agreements_apply(o.agreements, builder, NULL, NULL, &again, &err));
    CHECK(same_tables(table, again));
    gradus_table_free(again);
    gradus_table_free(table);
    gradus_builder_free(builder);
    OK(gradus_agreements_receipt(o.agreements, "a5", &table, &err));
    CHECK(gradus_table_rows(table) == 1 && number(table, "number", 0) == 8);
    gradus_table_free(table);
    OK(gradus_agreements_receipt(o.agreements, "nobody's", &table, &err));
    CHECK(gradus_table_rows(table) == 0);
    gradus_table_free(table);

    /* As they stand: both have their money reserved, and one waits. */
    const int64_t then = moment(2026, 4, 2), later = moment(2026, 7, 1);
    OK(gradus_ledger_balance(o.ledger, GRADUS_KIND_MONEY, NULL, NULL, "learning", then, &balance, &err));
    CHECK(balance.available == 62000 && balance.reserved == 188000);
    OK(gradus_agreements_table(o.agreements, "plans", NULL, &table, &err));
    CHECK(gradus_table_rows(table) == 2 && says(table, "state", 0, "agreed") && number(table, "items", 0) == 2);
    gradus_table_free(table);
    OK(gradus_agreements_table(o.agreements, "plans", "E5", &table, &err));
    CHECK(gradus_table_rows(table) == 1 && says(table, "plan", 0, "P5"));
    gradus_table_free(table);
    OK(gradus_agreements_table(o.agreements, "agreed_items", "E5", &table, &err));
    CHECK(gradus_table_rows(table) == 1 && says(table, "status", 0, "waiting") && number(table, "queue", 0) == 1);
    gradus_table_free(table);
    OK(gradus_agreements_table(o.agreements, "plan_history", "E2", &table, &err));
    CHECK(gradus_table_rows(table) == 8 && says(table, "event", 0, "draft"));
    gradus_table_free(table);
    OK(gradus_agreements_table(o.agreements, "transitions", NULL, &table, &err));
    CHECK(gradus_table_rows(table) > 60 && says(table, "next", 0, "draft"));
    gradus_table_free(table);
    OK(gradus_agreements_content(o.agreements, "P2", "items", &table, &err));
    CHECK(gradus_table_rows(table) == 2 && says(table, "activity", 0, "A2") && number(table, "cost", 0) == 90000);
    gradus_table_free(table);
    OK(gradus_agreements_content(o.agreements, "P2", "milestones", &table, &err));
    CHECK(gradus_table_rows(table) == 0);
    gradus_table_free(table);

    /* A seat more; what is cheaper than planned. */
    builder = asked(
        "s|2026-05-01|hr|administrator|set_seats|||||A2-may|2\n"
        "c|2026-07-01|E1|manager|complete_item|P2||A4|70||",
        NULL);
    OK(gradus_agreements_apply(o.agreements, builder, NULL, NULL, &table, &err));
    CHECK(gradus_table_rows(table) == 2 && number(table, "applied", 0) == 1 && says(table, "state", 1, "active"));
    gradus_table_free(table);
    gradus_builder_free(builder);

    /* What the next plan starts from: table by table, and at once. */
    OK(gradus_agreements_next_table(o.agreements, "funds", later, &table, &err));
    CHECK(gradus_table_rows(table) == 1 && number(table, "amount", 0) == 63000);
    gradus_table_free(table);
    OK(gradus_agreements_next_table(o.agreements, "sessions", INT64_MIN, &table, &err));
    CHECK(number(table, "seats", 0) == 0);
    gradus_table_free(table);
    OK(gradus_agreements_next_table(o.agreements, "accounts", later, &table, &err));
    CHECK(gradus_table_rows(table) == 1 && number(table, "available", 0) == 0);
    gradus_table_free(table);
    gradus_organization* next;
    OK(gradus_agreements_next_organization(o.agreements, later, NULL, &next, &err));
    CHECK(gradus_organization_digest(next) != gradus_organization_digest(o.organization));
    OK(gradus_organization_table(next, "enrolments", &table, &err));
    OK(gradus_agreements_next_table(o.agreements, "enrolments", INT64_MIN, &again, &err));
    CHECK(gradus_table_rows(table) == 3 && gradus_table_rows(again) == 3 && says(table, "status", 1, "completed"));
    gradus_table_free(again);
    gradus_table_free(table);
    OK(gradus_organization_table(next, "funds", &table, &err));
    CHECK(number(table, "amount", 0) == 63000);
    gradus_table_free(table);
    gradus_organization_free(next);

    /* The programme's people are E3, E4 and E5: one was told, one has agreed. */
    const char* const informed[] = {"E3"};
    OK(gradus_agreements_program_report(o.agreements, later, informed, 1, &table, &err));
    CHECK(strcmp(gradus_table_name(table), "program_report") == 0);
    int64_t told = 0, agreed = 0;
    for (int64_t row = 0; row < gradus_table_rows(table); ++row)
        told += number(table, "informed", row), agreed += number(table, "agreed", row);
    CHECK(told == 1 && agreed == 1);
    gradus_table_free(table);
    FAILS(gradus_agreements_program_report(o.agreements, later, informed, -1, &table, &err), GRADUS_INVALID_ARGUMENT,
          "informed_count");
    const char* const nobody[] = {"E9"};
    FAILS(gradus_agreements_program_report(o.agreements, later, nobody, 1, &table, &err), GRADUS_UNKNOWN_KEY, "E9");
    OK(gradus_agreements_notices(o.agreements, later, 30, &table, &err));
    CHECK(strcmp(gradus_table_name(table), "notices") == 0 && gradus_table_rows(table) == 2);
    gradus_table_free(table);
    FAILS(gradus_agreements_notices(o.agreements, later, -1, &table, &err), GRADUS_OUT_OF_RANGE, "lead_days");

    close_office(&o);
}

/* What was worked out and written from it is laid before people. */
static void from_a_plan(void) {
    gradus_error err;
    office o = open_office();
    gradus_desk* desk;
    gradus_goals* goals;
    gradus_table *table, *items;
    OK(gradus_desk_new(o.made.organization, o.made.risks, o.made.plan, &desk, &err));
    OK(gradus_write_goals(desk, NULL, &goals, &err));
    OK(gradus_plan_table(o.made.plan, "items", &items, &err));
    int64_t hers = 0;
    for (int64_t row = 0; row < gradus_table_rows(items); ++row) hers += says(items, "person", row, "E5");
    CHECK(hers > 0 && hers < gradus_table_rows(items));
    gradus_builder* builder = asked("w|2026-04-01|hr|administrator|write|P5|E5||||", NULL);
    OK(gradus_agreements_apply(o.agreements, builder, o.made.plan, goals, &table, &err));
    CHECK(gradus_table_rows(table) == 1 && number(table, "applied", 0) == 1);
    gradus_table_free(table);
    OK(gradus_agreements_content(o.agreements, "P5", "items", &table, &err));
    CHECK(gradus_table_rows(table) == hers);
    gradus_table_free(table);
    OK(gradus_agreements_content(o.agreements, "P5", "goals", &table, &err));
    CHECK(gradus_table_rows(table) > 0 && says(table, "person", 0, "E5"));
    gradus_table_free(table);

    FAILS(gradus_agreements_apply(o.agreements, builder, NULL, goals, &table, &err), GRADUS_INVALID_ARGUMENT, "plan");
    CHECK(!table);
    OK(add(builder, "milestones", "person|capability|number|kind\nE5|sql|1|check_in", &err));
    FAILS(gradus_agreements_apply(o.agreements, builder, o.made.plan, goals, &table, &err), GRADUS_CONTRADICTION,
          "one of the two");
    CHECK(strcmp(err.table, "milestones") == 0);
    gradus_builder_free(builder);
    gradus_table_free(items);
    gradus_goals_free(goals);
    gradus_desk_free(desk);
    close_office(&o);
}

/* Errors say where; the rows before them are applied. */
static void faults(void) {
    gradus_error err;
    office o = open_office();
    gradus_table* table;
    gradus_builder* builder = asked(
        "w|2026-04-01|hr|administrator|write|P2|E2||||\n"
        "p|2026-04-01|hr|administrator|propose|P9|||||",
        NULL);
    FAILS(gradus_agreements_apply(o.agreements, builder, NULL, NULL, &table, &err), GRADUS_UNKNOWN_KEY, "P9");
    CHECK(!table && err.row == 2 && strcmp(err.table, "plan_requests") == 0 && strcmp(err.column, "plan") == 0);
    OK(gradus_agreements_table(o.agreements, "plans", NULL, &table, &err));
    CHECK(gradus_table_rows(table) == 1);
    gradus_table_free(table);
    gradus_builder_free(builder);

    builder = asked("w|2026-04-01|hr|administrator|write|P3|E3|A4|||",
                    "person|activity|first_day|last_day\nE3|A4|2026-06-01|2026-06-01");
    FAILS(gradus_agreements_apply(o.agreements, builder, NULL, NULL, &table, &err), GRADUS_CONTRADICTION,
          "write has no use for activity");
    OK(gradus_builder_problems(builder, &table, &err));
    CHECK(gradus_table_rows(table) == 1);
    gradus_table_free(table);
    gradus_builder_free(builder);
    builder =
        asked("w|2026-04-01|hr|administrator|write|P3|E3||||",
              "person|activity|first_day|last_day|colour\nE3|A4|2026-06-01|2026-06-01|\nE4|A4|2026-06-01|2026-06-01|");
    FAILS(gradus_agreements_apply(o.agreements, builder, NULL, NULL, &table, &err), GRADUS_CONTRADICTION, "E4");
    CHECK(err.row == 2 && strcmp(err.table, "items") == 0 && strcmp(err.column, "person") == 0);
    gradus_builder_free(builder);
    /* Warnings of all tables are kept. */
    builder = asked("w3|2026-04-01|hr|administrator|write|P3|E3||||",
                    "person|activity|first_day|last_day|colour\nE3|A4|2026-06-01|2026-06-01|");
    OK(gradus_agreements_apply(o.agreements, builder, NULL, NULL, &table, &err));
    gradus_table_free(table);
    OK(gradus_builder_problems(builder, &table, &err));
    CHECK(gradus_table_rows(table) == 1 && says(table, "column", 0, "colour"));
    gradus_table_free(table);
    gradus_builder_free(builder);
    OK(gradus_builder_new(&builder, &err));
    FAILS(gradus_agreements_apply(o.agreements, builder, NULL, NULL, &table, &err), GRADUS_MISSING_TABLE,
          "plan_requests");

    /* Names and moments. */
    FAILS(gradus_agreements_table(o.agreements, "people", NULL, &table, &err), GRADUS_UNKNOWN_TABLE, "plan_history");
    FAILS(gradus_agreements_table(o.agreements, "plans", "", &table, &err), GRADUS_INVALID_ARGUMENT, "person");
    FAILS(gradus_agreements_table(o.agreements, "transitions", "E1", &table, &err), GRADUS_INVALID_ARGUMENT, "person");
    FAILS(gradus_agreements_content(o.agreements, "P9", "items", &table, &err), GRADUS_UNKNOWN_KEY, "P9");
    FAILS(gradus_agreements_content(o.agreements, "P2", "plans", &table, &err), GRADUS_UNKNOWN_TABLE, "milestones");
    FAILS(gradus_agreements_next_table(o.agreements, "people", 0, &table, &err), GRADUS_UNKNOWN_TABLE, "enrolments");
    FAILS(gradus_agreements_next_table(o.agreements, "sessions", 0, &table, &err), GRADUS_INVALID_ARGUMENT,
          "INT64_MIN");
    FAILS(gradus_agreements_next_table(o.agreements, "funds", INT64_MIN, &table, &err), GRADUS_MISSING_VALUE, "moment");
    FAILS(gradus_agreements_next_table(o.agreements, "accounts", 0, &table, &err), GRADUS_OUT_OF_RANGE,
          "no earlier than");
    gradus_organization* next;
    FAILS(gradus_agreements_next_organization(o.agreements, 0, NULL, &next, &err), GRADUS_OUT_OF_RANGE, "at");
    CHECK(!next);
    gradus_agreements* other;
    gradus_ledger* yen;
    gradus_ledger_options options;
    gradus_ledger_options_init(&options, sizeof options);
    options.currency = "JPY";
    OK(gradus_ledger_open(":memory:", &options, &yen, &err));
    FAILS(gradus_agreements_open(yen, o.organization, &other, &err), GRADUS_CONTRADICTION, "JPY");
    gradus_ledger_free(yen);

    /* Without. */
    CHECK(gradus_agreements_open(NULL, o.organization, &other, &err) == GRADUS_INVALID_ARGUMENT && !other);
    CHECK(gradus_agreements_open(o.ledger, NULL, &other, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_open(o.ledger, o.organization, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_apply(NULL, builder, NULL, NULL, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_apply(o.agreements, NULL, NULL, NULL, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_apply(o.agreements, builder, NULL, NULL, NULL, NULL) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_receipt(NULL, "k", &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_receipt(o.agreements, NULL, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_table(NULL, "plans", NULL, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_table(o.agreements, NULL, NULL, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_content(NULL, "P2", "items", &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_content(o.agreements, NULL, "items", &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_content(o.agreements, "P2", NULL, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_next_table(NULL, "funds", 0, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_next_table(o.agreements, NULL, 0, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_next_organization(NULL, 0, NULL, &next, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_program_report(NULL, 0, NULL, 0, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_program_report(o.agreements, 0, NULL, 1, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_agreements_notices(NULL, 0, 30, &table, &err) == GRADUS_INVALID_ARGUMENT);
    gradus_agreements_free(NULL);
    gradus_builder_free(builder);
    close_office(&o);
}

int main(void) {
    by_tables();
    from_a_plan();
    faults();
    return 0;
}
