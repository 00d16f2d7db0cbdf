/* Errors: where, what, all of them, and never another thread's. */
#include "story.h"

#include <pthread.h>

static gradus_organization* organization;

static gradus_builder* new_builder(void) {
    gradus_error err;
    gradus_builder* builder;
    OK(gradus_builder_new(&builder, &err));
    return builder;
}

/* Each thread makes a mistake of its own, over and over, and must get its own message back. */
static void* mistake(void* argument) {
    const int number = *(const int*)argument;
    char name[32];
    snprintf(name, sizeof name, "no_such_table_%d", number);
    for (int i = 0; i < 500; ++i) {
        gradus_error err = {0};
        gradus_table* table;
        CHECK(gradus_organization_table(organization, name, &table, &err) == GRADUS_UNKNOWN_TABLE && !table);
        CHECK(err.code == GRADUS_UNKNOWN_TABLE && strcmp(err.table, name) == 0);
        OK(gradus_organization_table(organization, "people", &table, &err));
        gradus_table_free(table);
    }
    return NULL;
}

int main(void) {
    gradus_error err;
    stages s = make_stages();
    organization = s.organization;
    gradus_table* t;
    gradus_column column;

    CHECK(strcmp(gradus_status_name(GRADUS_OK), "ok") == 0);
    CHECK(strcmp(gradus_status_name(GRADUS_INVALID_ARGUMENT), "invalid_argument") == 0);
    CHECK(strcmp(gradus_status_name(-1), "unknown") == 0 && strcmp(gradus_status_name(9999), "unknown") == 0);

    /* A load with several faults: the error is the first, the builder has all. */
    gradus_builder* builder = new_builder();
    gradus_organization* o;
    OK(gradus_builder_problems(builder, &t, &err));
    CHECK(gradus_table_rows(t) == 0);
    gradus_table_free(t);
    OK(add(builder, "people", "person|role|hours\nE1|analist|8\nE2|analyst|-3\nE3|cook|4", &err));
    FAILS(gradus_organization_with_tables(s.organization, builder, NULL, &o, &err), GRADUS_UNKNOWN_KEY, "analist");
    CHECK(!o && err.row == 1 && strcmp(err.table, "people") == 0 && strcmp(err.column, "role") == 0);
    OK(gradus_builder_problems(builder, &t, &err));
    CHECK(gradus_table_rows(t) >= 3);
    OK(gradus_table_column(t, "severity", &column, &err));
    int32_t length;
    CHECK(memcmp(gradus_column_text(&column, 0, &length), "error", 5) == 0 && length == 5);
    gradus_builder_free(builder);
    CHECK(gradus_table_rows(t) >= 3); /* outlives the builder */
    gradus_table_free(t);

    /* Warnings of a load that went well. */
    builder = new_builder();
    OK(add_story(builder, &err));
    OK(gradus_builder_row(builder, "units", &err));
    OK(gradus_builder_set_text(builder, "unit", "lab2", 4, &err));
    OK(gradus_builder_set_text(builder, "nam", "Lab 2", -1, &err));
    OK(gradus_organization_load(builder, NULL, &o, &err));
    OK(gradus_builder_problems(builder, &t, &err));
    gradus_table* own;
    OK(gradus_organization_table(o, "problems", &own, &err));
    CHECK(gradus_table_rows(t) > 0 && same_tables(t, own));
    gradus_table_free(own);
    gradus_table_free(t);
    gradus_organization_free(o);
    gradus_builder_free(builder);

    /* Calls out of order. */
    builder = new_builder();
    FAILS(gradus_builder_set_text(builder, "person", "E1", -1, &err), GRADUS_CONTRADICTION, "gradus_builder_row");
    OK(gradus_builder_row(builder, "people", &err));
    OK(gradus_builder_set_text(builder, "person", "E1", -1, &err));
    FAILS(gradus_builder_set_text(builder, "person", "E2", -1, &err), GRADUS_CONTRADICTION, "twice");
    FAILS(gradus_builder_set_boolean(builder, "flag", 2, &err), GRADUS_INVALID_OPTION, "0 or 1");
    gradus_assessments* assessments;
    FAILS(gradus_assessments_load(s.organization, builder, NULL, &assessments, &err), GRADUS_MISSING_TABLE,
          "assessments");
    CHECK(!assessments);
    gradus_builder_free(builder);
    builder = new_builder();
    OK(add(builder, "peeple", "person\nE1", &err));
    FAILS(gradus_organization_with_tables(s.organization, builder, NULL, &o, &err), GRADUS_UNKNOWN_TABLE, "peeple");
    gradus_builder_free(builder);

    /* Unknown names. */
    FAILS(gradus_gaps_table(s.gaps, "risks", &t, &err), GRADUS_UNKNOWN_TABLE, "gaps");
    OK(gradus_gaps_table(s.gaps, "gaps", &t, &err));
    FAILS(gradus_table_column(t, "nme", &column, &err), GRADUS_UNKNOWN_COLUMN, "likelihood");
    CHECK(strcmp(err.table, "gaps") == 0 && strcmp(err.column, "nme") == 0);
    FAILS(gradus_table_column_at(t, -1, &column, &err), GRADUS_UNKNOWN_COLUMN, "");
    FAILS(gradus_table_column_at(t, gradus_table_columns(t), &column, &err), GRADUS_UNKNOWN_COLUMN, "");
    gradus_table_free(t);

    /* Text longer than its place is cut between characters: 39 of 3 bytes would be 117. */
    char longest[128] = "";
    for (int i = 0; i < 39; ++i) strcat(longest, "\xe2\x82\xac");
    FAILS(gradus_organization_table(s.organization, longest, &t, &err), GRADUS_UNKNOWN_TABLE, "people");
    CHECK(strlen(err.table) == 63 && memcmp(err.table, longest, 63) == 0);
    strcpy(longest, "1\xe2\x82\xac");
    for (int i = 0; i < 30; ++i) strcat(longest, "\xe2\x82\xac");
    FAILS(gradus_organization_table(s.organization, longest, &t, &err), GRADUS_UNKNOWN_TABLE, "people");
    CHECK(strlen(err.table) == 61);

    /* Results of another organisation. */
    builder = new_builder();
    OK(add(builder, "people", "person|role\nX1|analyst\nX2|engineer\nX3|engineer\nX4|engineer\nX5|engineer", &err));
    const char* const others[][2] = {{"person_attributes", "person|attribute|value\nX1|site|north"},
                                     {"target_roles", "person|role\nX1|engineer"},
                                     {"personal_goals", "person|capability|level\nX1|sql|skilled"},
                                     {"accounts", "person|kind|available\nX1|money|1"}};
    for (int i = 0; i < 4; ++i) OK(add(builder, others[i][0], others[i][1], &err));
    OK(gradus_organization_with_tables(s.organization, builder, NULL, &o, &err));
    CHECK(gradus_organization_digest(o) != gradus_organization_digest(s.organization));
    gradus_gaps* gaps;
    gradus_plan* plan;
    gradus_verification* verification;
    FAILS(gradus_find_gaps(o, s.estimates, NULL, NULL, &gaps, &err), GRADUS_CONTRADICTION, "another organisation");
    FAILS(gradus_optimize(o, s.risks, NULL, NULL, &plan, &err), GRADUS_CONTRADICTION, "another organisation");
    FAILS(gradus_verify(o, s.risks, s.plan, NULL, NULL, &verification, &err), GRADUS_CONTRADICTION,
          "another organisation");
    gradus_organization_free(o);
    gradus_builder_free(builder);

    enum { THREADS = 16 };
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; ++i) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, mistake, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);

    free_stages(&s);
    return 0;
}
