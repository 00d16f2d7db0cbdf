/* A small organisation, and checks, for the tests of the C API. */
#ifndef GRADUS_TESTS_STORY_H
#define GRADUS_TESTS_STORY_H

#include <gradus.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

/* The call succeeds; `err` is in scope. */
#define OK(call)                                                                                           \
    do {                                                                                                   \
        const gradus_status status_ = (call);                                                              \
        if (status_ != GRADUS_OK) {                                                                        \
            fprintf(stderr, "%s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call, gradus_status_name(status_), \
                    err.message);                                                                          \
            exit(1);                                                                                       \
        }                                                                                                  \
    } while (0)

/* The call fails with that status, and its message holds `words`. */
#define FAILS(call, expected, words)                                                                           \
    do {                                                                                                       \
        memset(&err, 'x', sizeof err);                                                                         \
        const gradus_status status_ = (call);                                                                  \
        if (status_ != (expected) || err.code != status_ || !strstr(err.message, words)) {                     \
            fprintf(stderr, "%s:%d: %s: %s: %.880s\n", __FILE__, __LINE__, #call, gradus_status_name(status_), \
                    err.message);                                                                              \
            exit(1);                                                                                           \
        }                                                                                                      \
    } while (0)

/* Rows of a table as text: cells end with '|', rows with '\n'. The first names the columns; an empty cell is missing. */
static inline gradus_status add(gradus_builder* builder, const char* table, const char* rows, gradus_error* err) {
    char names[16][32];
    int count = 0, line = 0;
    for (const char* row = rows; *row; ++line) {
        const size_t end = strcspn(row, "\n");
        gradus_status status = line ? gradus_builder_row(builder, table, err) : GRADUS_OK;
        if (status) return status;
        for (size_t from = 0, j = 0; from <= end; ++j) {
            size_t size = strcspn(row + from, "|\n");
            if (line == 0) {
                memcpy(names[count], row + from, size);
                names[count++][size] = '\0';
                status = gradus_builder_add_column(builder, table, names[j], err);
            } else if (size > 0) {
                status = gradus_builder_set_text(builder, names[j], row + from, (int64_t)size, err);
            }
            if (status) return status;
            from += size + 1;
        }
        row += end + (row[end] == '\n');
    }
    return GRADUS_OK;
}

static const char* const story[][2] = {
    {"scales", "scale|level\nfive|aware\nfive|basic\nfive|practised\nfive|skilled\nfive|expert"},
    {"capabilities", "capability|scale|parent\ndata|five|\nsql|five|data\nstatistics|five|data\nsecurity|five|"},
    {"roles", "role|name|family\nanalyst|Analyst|tech\nengineer|Engineer|tech"},
    {"requirements",
     "role|capability|level|criticality\nanalyst|sql|practised|3\nanalyst|statistics|skilled|5\n"
     "engineer|sql|skilled|4\nengineer|security|practised|4"},
    {"units", "unit|parent\nacme|\nlab|acme\nops|acme"},
    {"people",
     "person|role|unit|hours|joined\nE1|analyst|lab|8|2020-01-01\nE2|analyst|lab|8|\nE3|engineer|ops|6|\n"
     "E4|engineer|ops|6|\nE5|engineer|lab||"},
    {"person_attributes",
     "person|attribute|value\nE1|site|north\nE2|site|north\nE3|site|south\nE4|site|south\nE5|site|south"},
    {"target_roles", "person|role\nE5|analyst"},
    {"personal_goals", "person|capability|level\nE1|security|practised"},
    {"objectives", "objective|weight\ntrust|1"},
    {"objective_links", "objective|capability|strength\ntrust|security|0.8"},
    {"activities",
     "activity|kind|hours|cost|days|account_share|repeatable\nA1|course|16|450.50|2||\n"
     "A2|course|24|900|3||yes\nA3|coaching|10|600|30|0.5|\nA4|course|4|80|1||\nA5|course|8|350|1||"},
    {"outcomes",
     "activity|capability|uplift|up_to|probability\nA1|sql|1|skilled|0.9\nA2|statistics|1|skilled|0.8\n"
     "A3|statistics|0.8|expert|0.9\nA4|security|0.5|basic|1\nA5|security|1.2|skilled|0.9"},
    {"activity_prerequisites", "activity|prerequisite\nA5|A4"},
    {"sessions", "session|activity|first_day|last_day|seats\nA2-may|A2|2026-05-18|2026-05-20|1"},
    {"mandatory", "activity|role|due\nA4|engineer|2026-06-30"},
    {"funds", "fund|amount\nlearning|2500"},
    {"accounts", "person|kind|available\nE1|money|1000"},
};
static const char* const story_assessments =
    "person|capability|level|source|date\nE1|sql|practised|manager|2026-01-01\nE1|statistics|2|self|2026-01-01\n"
    "E2|sql|4|manager|2025-09-30\nE2|statistics|2.5|test|2026-02-16\nE3|sql|3|manager|2025-11-08\n"
    "E3|security|aware|test|2026-02-26\nE4|sql|skilled|peer|2025-11-28\nE5|security|2|self|";

static inline gradus_status add_story(gradus_builder* builder, gradus_error* err) {
    for (size_t i = 0; i < sizeof story / sizeof *story; ++i) {
        const gradus_status status = add(builder, story[i][0], story[i][1], err);
        if (status) return status;
    }
    return add(builder, "assessments", story_assessments, err);
}

/* Everything up to the plan. Options are the defaults, but for as_of and one thread. */
typedef struct stages {
    gradus_builder* builder;
    gradus_organization* organization;
    gradus_assessments* assessments;
    gradus_estimates* estimates;
    gradus_gaps* gaps;
    gradus_risks* risks;
    gradus_plan* plan;
} stages;

static inline void free_stages(stages* s) {
    gradus_builder_free(s->builder);
    gradus_organization_free(s->organization);
    gradus_assessments_free(s->assessments);
    gradus_estimates_free(s->estimates);
    gradus_gaps_free(s->gaps);
    gradus_risks_free(s->risks);
    gradus_plan_free(s->plan);
}

static inline stages make_stages(void) {
    gradus_error err;
    stages s;
    OK(gradus_builder_new(&s.builder, &err));
    OK(add_story(s.builder, &err));
    OK(gradus_organization_load(s.builder, NULL, &s.organization, &err));
    OK(gradus_assessments_load(s.organization, s.builder, NULL, &s.assessments, &err));
    gradus_estimate_options options;
    gradus_estimate_options_init(&options, sizeof options);
    options.as_of = gradus_date(2026, 3, 31);
    OK(gradus_estimate(s.organization, s.assessments, &options, NULL, &s.estimates, &err));
    OK(gradus_find_gaps(s.organization, s.estimates, NULL, NULL, &s.gaps, &err));
    OK(gradus_assess_risk(s.organization, s.gaps, NULL, NULL, &s.risks, &err));
    OK(gradus_optimize(s.organization, s.risks, NULL, NULL, &s.plan, &err));
    return s;
}

/* True if both tables have the same columns and cells. */
static inline int same_tables(const gradus_table* a, const gradus_table* b) {
    static const size_t sizes[] = {4, 1, 0, 8, 4, 1, 4, 8, 8, 8, 8, 8};
    if (gradus_table_rows(a) != gradus_table_rows(b) || gradus_table_columns(a) != gradus_table_columns(b)) return 0;
    for (int32_t j = 0; j < gradus_table_columns(a); ++j) {
        gradus_column x, y;
        if (gradus_table_column_at(a, j, &x, NULL) || gradus_table_column_at(b, j, &y, NULL)) return 0;
        if (strcmp(x.name, y.name) || x.type != y.type || x.length != y.length) return 0;
        for (int64_t i = 0; i < x.length; ++i) {
            int32_t m, n;
            const char *s = gradus_column_text(&x, i, &m), *t = gradus_column_text(&y, i, &n);
            if (m != n || (s && memcmp(s, t, (size_t)m))) return 0;
        }
        if (x.type > GRADUS_TYPE_TEXT && x.length > 0 && memcmp(x.data, y.data, sizes[x.type] * (size_t)x.length))
            return 0;
    }
    return 1;
}

#endif
