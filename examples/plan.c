/* The whole story in C: an organisation by rows, its assessments by an Arrow stream, then estimate, gaps, risks, heat
 * map, concentration, a plan with its proof, and its verification. must() checks every function that can fail. */
#include <gradus.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gradus_error err;

static void must(gradus_status status) {
    if (status == GRADUS_OK) return;
    fprintf(stderr, "%s: %s\n", gradus_status_name(status), err.message);
    exit(1);
}

/* ---- In by rows: every column takes text, and some more than that -------------------------------------------- */

enum { MOST_COLUMNS = 6 };
typedef const char* const Line[MOST_COLUMNS]; /* the first line names the columns; NULL is a missing value */

static void add_rows(gradus_builder* builder, const char* table, const Line* lines, int count) {
    for (int i = 1; i < count; ++i) {
        must(gradus_builder_row(builder, table, &err));
        for (int j = 0; j < MOST_COLUMNS && lines[0][j]; ++j)
            if (lines[i][j]) must(gradus_builder_set_text(builder, lines[0][j], lines[i][j], -1, &err));
    }
}
#define ADD_ROWS(builder, table) add_rows(builder, #table, table, (int)(sizeof table / sizeof *table))

static const Line scales[] = {{"scale", "level"},    {"five", "aware"},   {"five", "basic"},
                              {"five", "practised"}, {"five", "skilled"}, {"five", "expert"}};
static const Line capabilities[] = {{"capability", "scale", "name", "parent"},
                                    {"data", "five", "Data"},
                                    {"sql", "five", "SQL", "data"},
                                    {"statistics", "five", "Statistics", "data"},
                                    {"security", "five", "Information security"}};
static const Line roles[] = {{"role", "name"}, {"analyst", "Analyst"}, {"engineer", "Engineer"}};
static const Line requirements[] = {{"role", "capability", "level", "criticality"},
                                    {"analyst", "sql", "practised", "3"},
                                    {"analyst", "statistics", "skilled", "5"},
                                    {"engineer", "sql", "skilled", "4"},
                                    {"engineer", "security", "practised", "4"}};
static const Line units[] = {
    {"unit", "name", "parent"}, {"acme", "Acme"}, {"lab", "Lab", "acme"}, {"ops", "Operations", "acme"}};
static const Line people[] = {{"person", "name", "role", "unit", "hours"}, {"E1", "Ana", "analyst", "lab", "8"},
                              {"E2", "Ben", "analyst", "lab", "8"},        {"E3", "Cleo", "engineer", "ops", "6"},
                              {"E4", "Dan", "engineer", "ops", "6"},       {"E5", "Eva", "engineer", "lab"}};
static const Line objectives[] = {{"objective", "name", "weight"},
                                  {"trust", "Customers trust us with their data", "1"}};
static const Line objective_links[] = {{"objective", "capability", "strength"}, {"trust", "security", "0.8"}};
static const Line activities[] = {{"activity", "name", "kind", "hours", "cost", "days"},
                                  {"A1", "SQL in practice", "course", "16", "450", "2"},
                                  {"A2", "Statistics for decisions", "course", "24", "900", "3"},
                                  {"A3", "Statistics coaching", "coaching", "10", "600", "30"},
                                  {"A4", "Security basics", "course", "4", "80", "1"},
                                  {"A5", "Security workshop", "course", "8", "350", "1"}};
static const Line outcomes[] = {{"activity", "capability", "uplift", "up_to", "probability"},
                                {"A1", "sql", "1", "skilled", "0.9"},
                                {"A2", "statistics", "1", "skilled", "0.8"},
                                {"A3", "statistics", "0.8", "expert", "0.9"},
                                {"A4", "security", "0.5", "basic", "1"},
                                {"A5", "security", "1.2", "skilled", "0.9"}};
static const Line activity_prerequisites[] = {{"activity", "prerequisite"}, {"A5", "A4"}};
static const Line mandatory[] = {{"activity", "role", "due"}, {"A4", "engineer", "2026-06-30"}};

static void build_organization(gradus_builder* builder) {
    ADD_ROWS(builder, scales);
    ADD_ROWS(builder, capabilities);
    ADD_ROWS(builder, roles);
    ADD_ROWS(builder, requirements);
    ADD_ROWS(builder, units);
    ADD_ROWS(builder, people);
    ADD_ROWS(builder, objectives);
    ADD_ROWS(builder, objective_links);
    ADD_ROWS(builder, activities);
    ADD_ROWS(builder, outcomes);
    ADD_ROWS(builder, activity_prerequisites);
    ADD_ROWS(builder, mandatory);

    must(gradus_builder_row(builder, "funds", &err));
    must(gradus_builder_set_text(builder, "fund", "learning", -1, &err));
    must(gradus_builder_set_real(builder, "amount", 2500.00, &err));

    must(gradus_builder_row(builder, "sessions", &err));
    must(gradus_builder_set_text(builder, "session", "A2-may", -1, &err));
    must(gradus_builder_set_text(builder, "activity", "A2", -1, &err));
    must(gradus_builder_set_date(builder, "first_day", gradus_date(2026, 5, 18), &err));
    must(gradus_builder_set_date(builder, "last_day", gradus_date(2026, 5, 20), &err));
    must(gradus_builder_set_integer(builder, "seats", 1, &err));
}

/* ---- In by Arrow: the arrays of a program as they are --------------------------------------------------------- */

enum { RATINGS = 8, RATING_COLUMNS = 5 };

/* Texts in the layout of Arrow: text i is the bytes offsets[i] to offsets[i + 1]. */
static const char person_bytes[] = "E1E1E2E2E3E3E4E5";
static const int32_t person_offsets[] = {0, 2, 4, 6, 8, 10, 12, 14, 16};
static const char capability_bytes[] = "sqlstatisticssqlstatisticssqlsecuritysqlsecurity";
static const int32_t capability_offsets[] = {0, 3, 13, 16, 26, 29, 37, 40, 48};
static const char source_bytes[] = "managerselfmanagertestmanagertestpeerself";
static const int32_t source_offsets[] = {0, 7, 11, 18, 22, 29, 33, 37, 41};
static const double levels[] = {3, 2, 4, 2.5, 3, 1, 4, 2};
static const int32_t dates[] = {20454, 20454, 20361, 20500, 20400, 20510, 20420, 20300}; /* days since 1970-01-01 */

static void release_schema(struct ArrowSchema* schema) { schema->release = NULL; } /* nothing was allocated */
static void release_array(struct ArrowArray* array) { array->release = NULL; }
static void release_stream(struct ArrowArrayStream* stream) { stream->release = NULL; }
static const char* no_error(struct ArrowArrayStream* stream) { return (void)stream, NULL; }

static int get_schema(struct ArrowArrayStream* stream, struct ArrowSchema* out) {
    static const char* const names[] = {"person", "capability", "source", "level", "date"};
    static const char* const formats[] = {"u", "u", "u", "g", "tdD"}; /* utf8, float64, date32 */
    static struct ArrowSchema columns[RATING_COLUMNS];
    static struct ArrowSchema* pointers[RATING_COLUMNS];
    (void)stream;
    for (int i = 0; i < RATING_COLUMNS; ++i) {
        columns[i] = (struct ArrowSchema){.format = formats[i], .name = names[i], .release = release_schema};
        pointers[i] = &columns[i];
    }
    *out = (struct ArrowSchema){
        .format = "+s", .name = "", .n_children = RATING_COLUMNS, .children = pointers, .release = release_schema};
    return 0;
}

static int get_next(struct ArrowArrayStream* stream, struct ArrowArray* out) {
    static const void* buffers[RATING_COLUMNS][3] = {{NULL, person_offsets, person_bytes},
                                                     {NULL, capability_offsets, capability_bytes},
                                                     {NULL, source_offsets, source_bytes},
                                                     {NULL, levels},
                                                     {NULL, dates}};
    static const void* no_nulls[1];
    static struct ArrowArray columns[RATING_COLUMNS];
    static struct ArrowArray* pointers[RATING_COLUMNS];
    int* batches_left = stream->private_data;
    *out = (struct ArrowArray){0};
    if ((*batches_left)-- <= 0) return 0; /* the end: an array that is released */
    for (int i = 0; i < RATING_COLUMNS; ++i) {
        columns[i] = (struct ArrowArray){
            .length = RATINGS, .n_buffers = i < 3 ? 3 : 2, .buffers = buffers[i], .release = release_array};
        pointers[i] = &columns[i];
    }
    *out = (struct ArrowArray){.length = RATINGS,
                               .n_buffers = 1,
                               .buffers = no_nulls,
                               .n_children = RATING_COLUMNS,
                               .children = pointers,
                               .release = release_array};
    return 0;
}

static void add_assessments(gradus_builder* builder) {
    int batches_left = 1;
    struct ArrowArrayStream stream = {get_schema, get_next, no_error, release_stream, &batches_left};
    must(gradus_builder_add_arrow(builder, "assessments", &stream, &err));
}

/* ---- Out by columns -------------------------------------------------------------------------------------------- */

static gradus_column column(const gradus_table* table, const char* name) {
    gradus_column found;
    must(gradus_table_column(table, name, &found, &err));
    return found;
}

/* Any cell as text. */
static void print_cell(const gradus_column* c, int64_t row) {
    int32_t length;
    const char* text = gradus_column_text(c, row, &length);
    char day[16];
    switch (c->type) {
    case GRADUS_TYPE_REAL:
    case GRADUS_TYPE_LEVEL: printf("%.4g", ((const double*)c->data)[row]); break;
    case GRADUS_TYPE_INTEGER: printf("%" PRId32, ((const int32_t*)c->data)[row]); break;
    case GRADUS_TYPE_BOOLEAN: printf("%s", ((const uint8_t*)c->data)[row] ? "yes" : "no"); break;
    case GRADUS_TYPE_DATE:
        gradus_date_text(((const int32_t*)c->data)[row], day);
        printf("%s", day);
        break;
    case GRADUS_TYPE_MONEY: /* of a currency with cents */
        printf("%" PRId64 ".%02d", ((const int64_t*)c->data)[row] / 100, (int)(((const int64_t*)c->data)[row] % 100));
        break;
    case GRADUS_TYPE_HOURS: printf("%.1f", (double)((const int64_t*)c->data)[row] / 60); break;
    case GRADUS_TYPE_AMOUNT: printf("%" PRId64, ((const int64_t*)c->data)[row]); break;
    default: printf("%.*s", text ? (int)length : 1, text ? text : "-");
    }
}

/* Takes the table, prints some of its columns, and frees it. */
static void print_table(gradus_table* table, const char* title, const char* const* names, int count) {
    printf("\n%s: %" PRId64 " rows\n", title, gradus_table_rows(table));
    gradus_column columns[16];
    for (int j = 0; j < count; ++j) columns[j] = column(table, names[j]);
    for (int64_t i = 0; i < gradus_table_rows(table); ++i) {
        for (int j = 0; j < count; ++j) {
            printf("%s%s ", j ? ", " : "  ", names[j]);
            print_cell(&columns[j], i);
        }
        printf("\n");
    }
    gradus_table_free(table);
}
#define PRINT_TABLE(table, title, ...)                                         \
    do {                                                                       \
        static const char* const names[] = {__VA_ARGS__};                      \
        print_table(table, title, names, (int)(sizeof names / sizeof *names)); \
    } while (0)

/* ---- What a wrong input looks like ------------------------------------------------------------------------------ */

static void show_errors(const gradus_organization* organization) {
    static const Line wrong_people[] = {
        {"person", "role", "unit"}, {"E1", "analist", "lab"}, {"E2", "analyst", "nowhere"}};
    gradus_builder* builder;
    gradus_organization* none;
    gradus_table* problems;
    must(gradus_builder_new(&builder, &err));
    add_rows(builder, "people", wrong_people, 3);
    const gradus_status status = gradus_organization_with_tables(organization, builder, NULL, &none, &err);
    if (status == GRADUS_OK || none) exit(1);
    printf("\n%s in table %s, row %" PRId64 ", column %s:\n  %s\n", gradus_status_name(status), err.table, err.row,
           err.column, err.message);
    must(gradus_builder_problems(builder, &problems, &err));
    PRINT_TABLE(problems, "problems", "severity", "row", "column", "message");
    gradus_builder_free(builder);
}

int main(void) {
    printf("gradus %s\n", gradus_version());

    gradus_builder* builder;
    gradus_organization* organization;
    gradus_assessments* assessments;
    must(gradus_builder_new(&builder, &err));
    build_organization(builder);
    add_assessments(builder);
    must(gradus_organization_load(builder, NULL, &organization, &err));
    must(gradus_assessments_load(organization, builder, NULL, &assessments, &err));
    gradus_builder_free(builder);

    gradus_estimates* estimates;
    gradus_estimate_options estimate_options;
    gradus_estimate_options_init(&estimate_options, sizeof estimate_options);
    estimate_options.as_of = gradus_date(2026, 3, 31);
    must(gradus_estimate(organization, assessments, &estimate_options, NULL, &estimates, &err));
    gradus_assessments_free(assessments);

    gradus_gaps* gaps;
    gradus_risks* risks;
    gradus_table* table;
    must(gradus_find_gaps(organization, estimates, NULL, NULL, &gaps, &err));
    must(gradus_assess_risk(organization, gaps, NULL, NULL, &risks, &err));
    must(gradus_risks_table(risks, "risks", &table, &err));
    PRINT_TABLE(table, "risks", "person", "capability", "required", "mean", "sd", "likelihood", "exposure",
                "risk_level");

    gradus_heat_map_options heat_map_options;
    gradus_heat_map_options_init(&heat_map_options, sizeof heat_map_options);
    heat_map_options.roll_up = 1;
    must(gradus_heat_map(organization, risks, &heat_map_options, &table, &err));
    PRINT_TABLE(table, "heat map", "member", "capability", "people", "exposure", "risk_level");
    must(gradus_concentration(organization, estimates, NULL, &table, &err));
    PRINT_TABLE(table, "concentration", "capability", "level", "required_by", "holders", "single_point");

    /* Another thread may watch the control, and cancel: here it only tells how far the run came. */
    gradus_plan* plan;
    gradus_control* control;
    gradus_optimize_options optimize_options;
    gradus_optimize_options_init(&optimize_options, sizeof optimize_options);
    optimize_options.start = gradus_date(2026, 4, 1);
    optimize_options.max_activities = 3;
    must(gradus_control_new(&control, &err));
    must(gradus_optimize(organization, risks, &optimize_options, control, &plan, &err));
    printf("\nprogress %.0f %%\n", 100 * gradus_control_progress(control));
    gradus_control_free(control);

    must(gradus_plan_table(plan, "items", &table, &err));
    PRINT_TABLE(table, "items", "person", "activity", "session", "first_day", "last_day", "hours", "cost", "gain",
                "reason");
    must(gradus_plan_table(plan, "goals", &table, &err));
    PRINT_TABLE(table, "goals", "person", "capability", "from_mean", "required", "to_mean", "exposure_removed", "due");
    must(gradus_plan_table(plan, "resources", &table, &err));
    PRINT_TABLE(table, "resources (of a fund in cents)", "kind", "resource", "capacity", "used", "price");

    gradus_certificate certificate;
    must(gradus_plan_certificate(plan, &certificate, &err));
    printf("\n%s: value %.6f, bound %.6f, gap %.6f; %" PRId32 " items for %" PRId32 " people\n",
           gradus_plan_status_name(certificate.status), certificate.value, certificate.bound, certificate.gap,
           certificate.items, certificate.people);
    printf("value %a\n", certificate.value); /* every bit of it */

    gradus_verification* verification;
    must(gradus_verify(organization, risks, plan, NULL, NULL, &verification, &err));
    must(gradus_verification_table(verification, "violations", &table, &err));
    PRINT_TABLE(table, "violations", "limit", "person", "activity", "message");
    const int ok = gradus_verification_ok(verification);
    printf("verified: %s\n", ok ? "yes" : "no");

    show_errors(organization);

    /* Any order is fine: no handle needs another. */
    gradus_organization_free(organization);
    gradus_plan_free(plan);
    gradus_verification_free(verification);
    gradus_risks_free(risks);
    gradus_gaps_free(gaps);
    gradus_estimates_free(estimates);
    return ok ? 0 : 1;
}
