/* One person at a time: replan, take, give back, recommend. */
#include "story.h"

#include <math.h>

static double number(const gradus_table* table, const char* column) {
    gradus_error err;
    gradus_column c;
    OK(gradus_table_column(table, column, &c, &err));
    CHECK(c.type == GRADUS_TYPE_REAL && c.length == 1);
    return ((const double*)c.data)[0];
}

static int64_t rows_of(const gradus_proposal* proposal, const char* name) {
    gradus_error err;
    gradus_table* table;
    OK(gradus_proposal_table(proposal, name, &table, &err));
    const int64_t rows = gradus_table_rows(table);
    gradus_table_free(table);
    return rows;
}

int main(void) {
    gradus_error err;
    stages s = make_stages();
    gradus_desk* desk;
    gradus_remaining* remaining;
    gradus_proposal *proposal, *again;
    gradus_table *a, *b, *refusal;
    int32_t taken = -1;
    OK(gradus_desk_new(s.organization, s.risks, s.plan, &desk, &err));
    OK(gradus_remaining_new(desk, &remaining, &err));

    /* Somebody has learnt what the plan was to teach. */
    gradus_builder* builder;
    gradus_estimates* estimates;
    gradus_load_options as_of;
    gradus_load_options_init(&as_of, sizeof as_of);
    as_of.as_of = gradus_date(2026, 3, 31);
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "estimates", "person|capability|mean|sd\nE1|sql|5|0\nE1|statistics|5|0\nE1|security|5|0", &err));
    OK(gradus_estimates_load(s.organization, builder, &as_of, &estimates, &err));
    gradus_replan_options options;
    gradus_replan_options_init(&options, sizeof options);
    options.estimates = estimates;
    options.remaining = remaining;
    OK(gradus_replan(desk, "E1", &options, &proposal, &err));
    OK(gradus_proposal_table(proposal, "proposal", &a, &err));
    CHECK(number(a, "value_before") == 0 && number(a, "value") == 0 && number(a, "net") >= 0);
    CHECK(fabs(number(a, "net") - (number(a, "gain") - number(a, "price"))) < 1e-12);
    CHECK(number(a, "bound") >= number(a, "net"));
    gradus_table_free(a);
    CHECK(rows_of(proposal, "items") + rows_of(proposal, "changes") == rows_of(proposal, "held"));
    CHECK(rows_of(proposal, "uses") >= 0 && rows_of(proposal, "conflicts") == 0);
    FAILS(gradus_proposal_table(proposal, "people", &a, &err), GRADUS_UNKNOWN_TABLE, "people");

    /* Taken once, given back once. */
    const int changes = rows_of(proposal, "changes") > 0;
    OK(gradus_remaining_table(remaining, "remaining", &a, &err));
    OK(gradus_remaining_try_take(remaining, proposal, &taken, &refusal, &err));
    CHECK(taken == 1 && !refusal);
    if (changes) {
        OK(gradus_remaining_try_take(remaining, proposal, &taken, &refusal, &err));
        CHECK(taken == 0 && refusal && gradus_table_rows(refusal) == 1);
        gradus_column cause;
        OK(gradus_table_column(refusal, "cause", &cause, &err));
        CHECK(strcmp(gradus_column_text(&cause, 0, NULL), "stale") == 0);
        gradus_table_free(refusal);
        OK(gradus_remaining_try_take(remaining, proposal, &taken, NULL, &err));
        CHECK(taken == 0);
    }
    OK(gradus_replan(desk, "E1", &options, &again, &err));
    CHECK(rows_of(again, "changes") == 0 && rows_of(again, "held") == rows_of(proposal, "items"));
    gradus_proposal_free(again);
    OK(gradus_remaining_give_back(remaining, proposal, &taken, &refusal, &err));
    CHECK(taken == 1 && !refusal);
    OK(gradus_remaining_table(remaining, "remaining", &b, &err));
    CHECK(same_tables(a, b) && strcmp(gradus_table_name(b), "remaining") == 0);
    gradus_table_free(a);
    gradus_table_free(b);
    OK(gradus_remaining_table(remaining, "items", &a, &err));
    OK(gradus_plan_table(s.plan, "items", &b, &err));
    CHECK(gradus_table_rows(a) == gradus_table_rows(b));
    gradus_table_free(a);
    gradus_table_free(b);
    FAILS(gradus_remaining_table(remaining, "uses", &a, &err), GRADUS_UNKNOWN_TABLE, "uses");

    /* What is asked for wrongly. */
    FAILS(gradus_replan(desk, "E9", &options, &again, &err), GRADUS_UNKNOWN_KEY, "E9");
    CHECK(!again && strcmp(err.table, "people") == 0);
    FAILS(gradus_replan(desk, "E2", &options, &again, &err), GRADUS_CONTRADICTION, "E2");
    options.estimates = NULL;
    options.at = gradus_date(2028, 1, 1);
    FAILS(gradus_replan(desk, "E2", &options, &again, &err), GRADUS_INVALID_OPTION, "horizon");
    options.at = GRADUS_NONE;
    const char* none[] = {"A9"};
    options.exclude = none;
    options.exclude_count = 1;
    FAILS(gradus_replan(desk, "E2", &options, &again, &err), GRADUS_UNKNOWN_KEY, "A9");
    const char* all[] = {"A1", "A2", "A3", "A4", "A5"};
    options.exclude = all;
    options.exclude_count = 5;
    OK(gradus_replan(desk, "E2", &options, &again, &err));
    CHECK(rows_of(again, "items") == 0);
    gradus_proposal_free(again);

    gradus_plan* other_plan;
    gradus_optimize_options other;
    gradus_optimize_options_init(&other, sizeof other);
    other.months = 6;
    OK(gradus_optimize(s.organization, s.risks, &other, NULL, &other_plan, &err));
    gradus_desk* other_desk;
    OK(gradus_desk_new(s.organization, s.risks, other_plan, &other_desk, &err));
    OK(gradus_replan(other_desk, "E1", NULL, &again, &err));
    FAILS(gradus_remaining_try_take(remaining, again, &taken, &refusal, &err), GRADUS_INVALID_ARGUMENT, "another plan");
    CHECK(taken == 0 && !refusal);
    gradus_proposal_free(again);
    gradus_desk_free(other_desk);
    gradus_plan_free(other_plan);

    /* Recommendations. */
    gradus_recommend_options recommend;
    gradus_recommend_options_init(&recommend, sizeof recommend);
    recommend.top = 3;
    OK(gradus_recommend(desk, "E3", &recommend, &a, &err));
    CHECK(strcmp(gradus_table_name(a), "recommendations") == 0 && gradus_table_rows(a) > 0 &&
          gradus_table_rows(a) <= 3);
    gradus_table_free(a);
    recommend.only_possible = 2;
    FAILS(gradus_recommend(desk, "E3", &recommend, &a, &err), GRADUS_INVALID_OPTION, "only_possible");
    FAILS(gradus_recommend(desk, "", NULL, &a, &err), GRADUS_UNKNOWN_KEY, "person");

    /* No handle needs another to stay alive. */
    gradus_desk_free(desk);
    OK(gradus_remaining_try_take(remaining, proposal, &taken, NULL, &err));
    CHECK(taken == 1);
    gradus_remaining_free(remaining);
    CHECK(rows_of(proposal, "held") >= 0);
    gradus_proposal_free(proposal);
    gradus_estimates_free(estimates);
    gradus_builder_free(builder);
    free_stages(&s);
    return 0;
}
