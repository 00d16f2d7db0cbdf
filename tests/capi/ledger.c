/* The ledger: opened, written, asked, checked and copied; programmes that spend from it. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "cells.h"
#include "story.h"

#include <math.h>

_Static_assert(sizeof(gradus_ledger_options) == 24 + sizeof(void*), "of 0.1");
_Static_assert(sizeof(gradus_balance) == 24, "fixed");
_Static_assert(sizeof(gradus_ledger_head) == 96, "fixed");
_Static_assert(sizeof(gradus_ledger_check) == 1152, "fixed");

static gradus_builder* requests(const char* rows) {
    gradus_error err;
    gradus_builder* builder;
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "requests", rows, &err));
    return builder;
}

static void programmes(void) {
    gradus_error err;
    gradus_builder *builder, *rows;
    gradus_organization* organization;
    gradus_ledger* ledger;
    gradus_table *table, *parts;
    OK(gradus_builder_new(&builder, &err));
    OK(add_story(builder, &err));
    OK(add(
        builder, "programs",
        "program|kind|fund|account_share|employee_share|grant|grant_period\ntuition|money|learning|0.75|0.25|300|year",
        &err));
    OK(gradus_organization_load(builder, NULL, &organization, &err));
    OK(gradus_ledger_open(":memory:", NULL, &ledger, &err));

    rows = requests("key|at|by|operation|fund|kind|amount\ns|2026-01-01|hr|supply|learning|money|1000");
    OK(gradus_ledger_apply(ledger, rows, NULL, 0, &table, NULL, &err));
    gradus_table_free(table);
    gradus_builder_free(rows);
    const int64_t january = moment(2026, 1, 2);
    OK(gradus_grants_due(organization, ledger, january, "hr", &table, &err));
    CHECK(strcmp(gradus_table_name(table), "requests") == 0 && gradus_table_rows(table) == 5);
    gradus_table_free(table);
    OK(gradus_fund_programs(organization, ledger, january, "hr", &table, &err));
    /* Three people get 300 of 1000, then there is not enough, which is told once. */
    CHECK(gradus_table_rows(table) == 4 && number(table, "applied", 2) == 1 && number(table, "applied", 3) == 0);
    CHECK(says(table, "rule", 3, "available") && says(table, "key", 0, "grant/tuition/E1/2026"));
    gradus_table_free(table);
    OK(gradus_entitlement(organization, ledger, "E1", january, &table, &err));
    CHECK(gradus_table_rows(table) == 1 && number(table, "usable", 0) == 30000);
    gradus_table_free(table);
    FAILS(gradus_entitlement(organization, ledger, "E9", january, &table, &err), GRADUS_UNKNOWN_KEY, "E9");

    rows = requests(
        "key|at|by|operation|person|program|kind|amount|activity|first_day|cost|spending\n"
        "own|2026-01-03|E1|contribute|E1|tuition|money|100||||\n"
        "a|2026-01-03|E1|spend|E1|tuition|||A4|2026-02-01|80|\n"
        "b|2026-01-03|E1|spend|E1|tuition|||A4|2026-02-01|800|\n"
        "c|2026-02-03|hr|settle|||||||60|a");
    FAILS(gradus_ledger_apply(ledger, rows, NULL, 0, &table, &parts, &err), GRADUS_MISSING_TABLE, "organisation");
    CHECK(!table && !parts && err.row == 2 && strcmp(err.table, "requests") == 0);
    OK(gradus_ledger_apply(ledger, rows, organization, 0, &table, &parts, &err));
    CHECK(gradus_table_rows(table) == 4 && number(table, "applied", 1) == 1 && number(table, "applied", 2) == 0);
    CHECK(says(table, "rule", 2, "available") && says(table, "remedy", 2, "grant"));
    CHECK(strcmp(gradus_table_name(parts), "spending_parts") == 0 && gradus_table_rows(parts) == 4);
    CHECK(says(parts, "reservation", 3, "a/own") && number(parts, "amount", 3) == 1500);
    gradus_table_free(table);
    gradus_table_free(parts);
    gradus_builder_free(rows);

    const char* const planned[] = {"E1", "E2"};
    const int64_t later = moment(2026, 3, 1);
    OK(gradus_notices(organization, ledger, later, 30, planned, 2, &table, &err));
    const int64_t few = gradus_table_rows(table);
    gradus_table_free(table);
    OK(gradus_notices(organization, ledger, later, 30, NULL, 0, &table, &err));
    CHECK(gradus_table_rows(table) == few + 2);
    gradus_table_free(table);
    FAILS(gradus_notices(organization, ledger, later, -1, NULL, 0, &table, &err), GRADUS_OUT_OF_RANGE, "lead_days");
    OK(gradus_program_report(organization, ledger, NULL, later, &table, &err));
    CHECK(strcmp(gradus_table_name(table), "program_report") == 0 && number(table, "spent", 0) == 6000);
    gradus_table_free(table);
    OK(add(builder, "stages", "person|stage\nE1|agreed\nE9|agreed", &err));
    FAILS(gradus_program_report(organization, ledger, builder, later, &table, &err), GRADUS_UNKNOWN_KEY, "E9");
    CHECK(strcmp(err.table, "stages") == 0 && err.row == 2 && strcmp(err.column, "person") == 0);
    gradus_ledger_free(ledger);
    gradus_organization_free(organization);
    gradus_builder_free(builder);
}

int main(void) {
    gradus_error err;
    gradus_ledger *ledger, *copy;
    gradus_table *table, *parts;
    gradus_ledger_options options;
    char path[] = "/tmp/gradus-capi-ledger-XXXXXX", file[64], other[64];
    CHECK(mkdtemp(path));
    snprintf(file, sizeof file, "%s/ledger", path);
    snprintf(other, sizeof other, "%s/copy", path);

    gradus_ledger_options_init(&options, sizeof options);
    CHECK(!options.create && !options.read_only && options.play_money == GRADUS_NONE && options.busy_timeout == 10000);
    FAILS(gradus_ledger_open(file, &options, &ledger, &err), GRADUS_FILE, "");
    CHECK(!ledger);
    options.create = 1;
    options.currency = "JPY";
    options.play_money = 1;
    OK(gradus_ledger_open(file, &options, &ledger, &err));
    CHECK(strcmp(gradus_ledger_currency(ledger), "JPY") == 0 && gradus_ledger_minor_digits(ledger) == 0);
    CHECK(gradus_ledger_play_money(ledger) == 1);
    options.play_money = 0;
    FAILS(gradus_ledger_open(file, &options, &copy, &err), GRADUS_CONTRADICTION, "play money");
    options.play_money = 2;
    FAILS(gradus_ledger_open(file, &options, &copy, &err), GRADUS_INVALID_OPTION, "play_money");

    gradus_builder* builder = requests(
        "key|at|by|operation|fund|person|kind|amount|reservation\n"
        "supply|2026-01-01T09:00:00+01:00|hr|supply|pool||money|100|\n"
        "grant|2026-01-02|hr|grant|pool|Ann|money|60|\n"
        "hold|2026-01-03|Ann|reserve||Ann|money|50|\n"
        "more|2026-01-03|Ann|reserve||Ann|money|11|\n"
        "post|2026-01-04|hr|post|||money|20|hold");
    OK(gradus_ledger_apply(ledger, builder, NULL, 0, &table, &parts, &err));
    CHECK(strcmp(gradus_table_name(table), "receipts") == 0 && gradus_table_rows(table) == 5);
    CHECK(gradus_table_rows(parts) == 0 && number(table, "applied", 3) == 0 && number(table, "available", 3) == 10);
    CHECK(number(table, "play_money", 0) == 1 && number(table, "at", 0) == moment(2026, 1, 1) + DAY / 3);
    gradus_table_free(parts);

    /* The same again is done once; a receipt can be asked for. */
    gradus_table* again;
    gradus_ledger_head head, after;
    OK(gradus_ledger_get_head(ledger, &head, &err));
    CHECK(head.transaction == 5 && head.at == moment(2026, 1, 4) && strlen(head.hash) == 64);
    OK(gradus_ledger_apply(ledger, builder, NULL, 0, &again, NULL, &err));
    OK(gradus_ledger_get_head(ledger, &after, &err));
    CHECK(same_tables(table, again) && memcmp(&head, &after, sizeof head) == 0);
    gradus_table_free(again);
    gradus_table_free(table);
    OK(gradus_ledger_receipt(ledger, "more", &table, &err));
    CHECK(gradus_table_rows(table) == 1 && says(table, "rule", 0, "available"));
    gradus_table_free(table);
    OK(gradus_ledger_receipt(ledger, "nobody's", &table, &err));
    CHECK(gradus_table_rows(table) == 0);
    gradus_table_free(table);
    gradus_builder_free(builder);

    gradus_balance balance;
    OK(gradus_ledger_balance(ledger, GRADUS_KIND_MONEY, "Ann", NULL, NULL, head.at, &balance, &err));
    CHECK(balance.available == 40 && balance.reserved == 0 && balance.expired == 0);
    OK(gradus_ledger_balance(ledger, GRADUS_KIND_MONEY, NULL, NULL, "pool", moment(2026, 1, 1) + DAY / 2, &balance,
                             &err));
    CHECK(balance.available == 100);
    OK(gradus_ledger_balance(ledger, GRADUS_KIND_MONEY, "Ann", NULL, NULL, moment(2026, 1, 3), &balance, &err));
    CHECK(balance.available == 10 && balance.reserved == 50);
    FAILS(gradus_ledger_balance(ledger, 3, "Ann", NULL, NULL, 0, &balance, &err), GRADUS_INVALID_ARGUMENT, "kind");
    FAILS(gradus_ledger_balance(ledger, 0, "Ann", NULL, "pool", 0, &balance, &err), GRADUS_INVALID_ARGUMENT, "fund");
    FAILS(gradus_ledger_balance(ledger, 0, NULL, NULL, NULL, 0, &balance, &err), GRADUS_INVALID_ARGUMENT, "fund");
    FAILS(gradus_ledger_balance(ledger, 0, NULL, "P", "pool", 0, &balance, &err), GRADUS_INVALID_ARGUMENT, "programme");

    /* Rows at fault are named, and nothing is applied of the table. */
    builder = requests(
        "key|at|by|operation|fund|kind|amount\nx|2026-02-01|hr|supply|pool|money|1\n"
        "y|2026-01-31|hr|supply|pool|money|1");
    FAILS(gradus_ledger_apply(ledger, builder, NULL, 1, &table, NULL, &err), GRADUS_OUT_OF_RANGE, "no earlier than");
    CHECK(!table && err.row == 2 && strcmp(err.table, "requests") == 0 && strcmp(err.column, "at") == 0);
    OK(gradus_ledger_get_head(ledger, &after, &err));
    CHECK(memcmp(&head, &after, sizeof head) == 0);
    FAILS(gradus_ledger_apply(ledger, builder, NULL, 2, &table, NULL, &err), GRADUS_INVALID_OPTION, "linked");
    gradus_builder_free(builder);
    builder = requests("key|at|by|operation|fund|kind|amount\nx|2026-02-01|hr|supply|pool|money|1.5\n|||||||");
    FAILS(gradus_ledger_apply(ledger, builder, NULL, 0, &table, NULL, &err), GRADUS_LOSSY, "whole number");
    CHECK(err.row == 1 && strcmp(err.column, "amount") == 0);
    OK(gradus_builder_problems(builder, &table, &err));
    CHECK(gradus_table_rows(table) == 5);
    gradus_table_free(table);
    gradus_builder_free(builder);
    OK(gradus_builder_new(&builder, &err));
    FAILS(gradus_ledger_apply(ledger, builder, NULL, 0, &table, NULL, &err), GRADUS_MISSING_TABLE, "requests");
    OK(gradus_builder_row(builder, "requests", &err));
    OK(gradus_builder_set_text(builder, "key", "later", -1, &err));
    OK(gradus_builder_set_moment(builder, "at", moment(2026, 2, 1) + 7, &err));
    OK(gradus_builder_set_moment(builder, "expires", INT64_MIN, &err));
    OK(gradus_builder_set_text(builder, "by", "hr", -1, &err));
    OK(gradus_builder_set_text(builder, "operation", "expire", -1, &err));
    OK(gradus_ledger_apply(ledger, builder, NULL, 0, &table, NULL, &err));
    CHECK(number(table, "at", 0) == moment(2026, 2, 1) + 7);
    gradus_table_free(table);
    gradus_builder_free(builder);

    OK(gradus_ledger_table(ledger, "ledger_entries", INT64_MIN, &table, &err));
    CHECK(gradus_table_rows(table) == 7);
    gradus_table_free(table);
    FAILS(gradus_ledger_table(ledger, "ledger_entries", 0, &table, &err), GRADUS_INVALID_ARGUMENT, "INT64_MIN");
    OK(gradus_ledger_table(ledger, "ledger_pending", moment(2026, 1, 3), &table, &err));
    CHECK(gradus_table_rows(table) == 1 && number(table, "amount", 0) == 50);
    gradus_table_free(table);
    OK(gradus_ledger_table(ledger, "ledger_balances", INT64_MIN, &table, &err));
    CHECK(gradus_table_rows(table) == 4);
    gradus_table_free(table);
    FAILS(gradus_ledger_table(ledger, "people", 0, &table, &err), GRADUS_UNKNOWN_TABLE, "ledger_entries");

    /* Checked, made anew, copied, exported. */
    gradus_ledger_check check;
    OK(gradus_ledger_rebuild(ledger, &err));
    OK(gradus_ledger_backup(ledger, other, &err));
    FAILS(gradus_ledger_backup(ledger, other, &err), GRADUS_FILE, "");
    gradus_ledger_options_init(&options, sizeof options);
    options.read_only = 1;
    OK(gradus_ledger_open(other, &options, &copy, &err));
    OK(gradus_ledger_verify(copy, &check, &err));
    OK(gradus_ledger_get_head(ledger, &head, &err));
    CHECK(check.sound == 1 && !*check.message && strcmp(check.head.hash, head.hash) == 0);
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "requests", "key|at|by|operation\nnever|2026-03-01|hr|expire", &err));
    FAILS(gradus_ledger_apply(copy, builder, NULL, 0, &table, NULL, &err), GRADUS_INVALID_ARGUMENT, "reading only");
    gradus_builder_free(builder);
    char text[96];
    snprintf(text, sizeof text, "%s/journal", path);
    OK(gradus_ledger_write_hledger(copy, text, &err));
    FILE* journal = fopen(text, "r");
    CHECK(journal && fread(text, 1, 10, journal) == 10 && memcmp(text, "; \"play JPY", 10) == 0);
    fclose(journal);
    FAILS(gradus_ledger_write_hledger(copy, path, &err), GRADUS_FILE, path);
    gradus_ledger_free(copy);

    /* Without. */
    CHECK(gradus_ledger_open(NULL, NULL, &copy, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_open(file, NULL, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_apply(NULL, NULL, NULL, 0, &table, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_apply(ledger, NULL, NULL, 0, &table, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_receipt(NULL, "k", &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_receipt(ledger, NULL, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_balance(NULL, 0, "A", NULL, NULL, 0, &balance, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_balance(ledger, 0, "A", NULL, NULL, 0, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_get_head(NULL, &head, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_get_head(ledger, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_table(NULL, "ledger_entries", 0, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_table(ledger, NULL, 0, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_verify(NULL, &check, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_verify(ledger, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_rebuild(NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_backup(NULL, other, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_backup(ledger, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_ledger_write_hledger(NULL, other, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_grants_due(NULL, ledger, 0, "hr", &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_fund_programs(NULL, ledger, 0, "hr", &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_entitlement(NULL, ledger, "A", 0, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_notices(NULL, ledger, 0, 0, NULL, 0, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_program_report(NULL, ledger, NULL, 0, &table, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(!*gradus_ledger_currency(NULL) && !gradus_ledger_minor_digits(NULL) && !gradus_ledger_play_money(NULL));
    gradus_ledger_options_init(NULL, 32);
    gradus_ledger_free(NULL);
    gradus_ledger_free(ledger);
    programmes();
    snprintf(text, sizeof text, "%s/journal", path);
    return remove(file) || remove(other) || remove(text) || remove(path);
}
