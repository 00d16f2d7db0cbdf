/* Goals: written, loaded, judged, and traced to objectives. */
#include "story.h"

#include <math.h>

_Static_assert(sizeof(gradus_goal_options) == 32 + 2 * sizeof(void*), "of 0.1");
_Static_assert(sizeof(gradus_check_options) == 40 + 2 * sizeof(void*), "of 0.1");

static gradus_table* table_of(const gradus_goals* goals, const char* name) {
    gradus_error err;
    gradus_table* table;
    OK(gradus_goals_table(goals, name, &table, &err));
    CHECK(strcmp(gradus_table_name(table), name) == 0);
    return table;
}

/* How many cells of a column of truths are true. */
static int64_t truths(const gradus_table* table, const char* name) {
    gradus_error err;
    gradus_column column;
    int64_t count = 0;
    OK(gradus_table_column(table, name, &column, &err));
    CHECK(column.type == GRADUS_TYPE_BOOLEAN);
    for (int64_t i = 0; i < column.length; ++i) count += ((const unsigned char*)column.data)[i];
    return count;
}

int main(void) {
    gradus_error err;
    stages s = make_stages();
    gradus_desk* desk;
    gradus_goals *goals, *bare, *own;
    gradus_table *a, *b;
    OK(gradus_desk_new(s.organization, s.risks, s.plan, &desk, &err));

    /* Written, with and without ratings. */
    gradus_goal_options options;
    gradus_goal_options_init(&options, sizeof options);
    CHECK(options.check_in_days == 14 && options.reassess_days == 0 && options.threads == 0);
    CHECK(options.min_probability == 0.5 && options.sure == 0.95 && !options.assessments && !options.person);
    OK(gradus_write_goals(desk, NULL, &bare, &err));
    options.assessments = s.assessments;
    OK(gradus_write_goals(desk, &options, &goals, &err));
    a = table_of(goals, "goals");
    b = table_of(bare, "goals");
    const int64_t count = gradus_table_rows(a);
    CHECK(count > 0 && gradus_table_rows(b) == count);
    CHECK(truths(a, "measurable") > 0 && truths(b, "measurable") == 0);
    CHECK(truths(a, "time_bound") == count);
    gradus_table_free(a);
    gradus_table_free(b);
    a = table_of(goals, "milestones");
    CHECK(gradus_table_rows(a) >= 2 * count);
    gradus_table_free(a);
    a = table_of(goals, "problems");
    CHECK(gradus_table_rows(a) == 0);
    gradus_table_free(a);
    FAILS(gradus_goals_table(goals, "items", &a, &err), GRADUS_UNKNOWN_TABLE, "milestones");
    options.person = "E2";
    OK(gradus_write_goals(desk, &options, &own, &err));
    a = table_of(own, "goals");
    CHECK(gradus_table_rows(a) < count);
    gradus_table_free(a);
    gradus_goals_free(own);
    options.person = "E9";
    FAILS(gradus_write_goals(desk, &options, &own, &err), GRADUS_UNKNOWN_KEY, "E9");
    options.person = NULL;
    options.min_probability = 1.5;
    FAILS(gradus_write_goals(desk, &options, &own, &err), GRADUS_INVALID_OPTION, "min_probability");
    CHECK(!own);
    options.min_probability = 0.5;
    options.check_in_days = 1;
    FAILS(gradus_write_goals(desk, &options, &own, &err), GRADUS_INVALID_OPTION, "check_in_days");

    /* Judged: what was written, and what somebody wrote. */
    gradus_check_options check;
    gradus_check_options_init(&check, sizeof check);
    CHECK(check.start == GRADUS_NONE && check.months == 12 && check.period_months == 3 && check.sure == 0.95);
    check.assessments = s.assessments;
    check.estimates = s.estimates;
    OK(gradus_check_goals(s.organization, s.risks, goals, &check, &a, &err));
    CHECK(gradus_table_rows(a) == 5 * count && strcmp(gradus_table_name(a), "goal_checks") == 0);
    gradus_table_free(a);
    gradus_builder* builder;
    OK(gradus_builder_new(&builder, &err));
    FAILS(gradus_goals_load(s.organization, builder, NULL, &own, &err), GRADUS_MISSING_TABLE, "");
    OK(add(builder, "goals",
           "person|capability|level|source|probability|hours|cost|due\nE1|sql|skilled|manager|0.6|16|450|2026-09-01\n"
           "E2|||||||",
           &err));
    OK(add(builder, "milestones", "person|capability|number|kind|date\nE1|sql|1|check_in|2026-06-01", &err));
    OK(gradus_goals_load(s.organization, builder, NULL, &own, &err));
    OK(gradus_check_goals(s.organization, s.risks, own, &check, &a, &err));
    CHECK(gradus_table_rows(a) == 10 && truths(a, "met") == 5);
    gradus_table_free(a);
    check.reserved = 1;
    FAILS(gradus_check_goals(s.organization, s.risks, own, &check, &a, &err), GRADUS_INVALID_OPTION, "reserved");
    check.reserved = 0;
    check.months = 0;
    FAILS(gradus_check_goals(s.organization, s.risks, own, &check, &a, &err), GRADUS_INVALID_OPTION, "months");
    gradus_goals_free(own);
    gradus_builder_free(builder);
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "goals", "person|capability|level\nE1|sql|wizard", &err));
    FAILS(gradus_goals_load(s.organization, builder, NULL, &own, &err), GRADUS_UNKNOWN_LEVEL, "wizard");
    CHECK(strcmp(err.table, "goals") == 0 && err.row == 1 && strcmp(err.column, "level") == 0);
    gradus_builder_free(builder);

    /* Traced, both ways. */
    OK(gradus_plan_table(s.plan, "items", &b, &err));
    OK(gradus_trace_items(desk, NULL, NULL, &a, &err));
    CHECK(gradus_table_rows(a) >= gradus_table_rows(b) && strcmp(gradus_table_name(a), "trace") == 0);
    const int64_t all = gradus_table_rows(a);
    gradus_table_free(a);
    gradus_table_free(b);
    OK(gradus_trace_items(desk, NULL, "trust", &a, &err));
    CHECK(gradus_table_rows(a) > 0 && gradus_table_rows(a) < all);
    gradus_table_free(a);
    OK(gradus_trace_items(desk, "E2", NULL, &a, &err));
    CHECK(gradus_table_rows(a) < all);
    gradus_table_free(a);
    FAILS(gradus_trace_items(desk, "E9", NULL, &a, &err), GRADUS_UNKNOWN_KEY, "E9");
    FAILS(gradus_trace_items(desk, NULL, "hope", &a, &err), GRADUS_UNKNOWN_KEY, "hope");
    OK(gradus_trace_objectives(desk, &a, &err));
    CHECK(gradus_table_rows(a) == 2 && strcmp(gradus_table_name(a), "objective_trace") == 0);
    gradus_table_free(a);

    /* Without. */
    CHECK(gradus_write_goals(NULL, NULL, &own, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_write_goals(desk, NULL, NULL, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_goals_load(NULL, NULL, NULL, &own, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_goals_load(s.organization, NULL, NULL, &own, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_goals_table(NULL, "goals", &a, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_goals_table(goals, NULL, &a, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_check_goals(NULL, s.risks, goals, NULL, &a, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_check_goals(s.organization, NULL, goals, NULL, &a, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_check_goals(s.organization, s.risks, NULL, NULL, &a, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_trace_items(NULL, NULL, NULL, &a, &err) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_trace_objectives(NULL, &a, &err) == GRADUS_INVALID_ARGUMENT);
    gradus_goals_free(NULL);
    gradus_goal_options_init(NULL, 48);
    gradus_check_options_init(NULL, 56);

    gradus_goals_free(goals);
    gradus_goals_free(bare);
    gradus_desk_free(desk);
    free_stages(&s);
    return 0;
}
