/* Every stage takes the table of the stage before from outside, and says the same then. */
#include "story.h"

#include <math.h>

/* Hands a table to a new builder by Arrow. */
static void give(gradus_builder* builder, gradus_table* table) {
    gradus_error err;
    struct ArrowArrayStream stream;
    OK(gradus_table_export(table, &stream, &err));
    OK(gradus_builder_add_arrow(builder, gradus_table_name(table), &stream, &err));
    CHECK(!stream.release);
    gradus_table_free(table);
}

int main(void) {
    gradus_error err;
    stages s = make_stages();
    gradus_builder* builder;
    gradus_table *a, *b;
    gradus_load_options as_of;
    gradus_load_options_init(&as_of, sizeof as_of);
    as_of.as_of = gradus_date(2026, 3, 31);
    OK(gradus_builder_new(&builder, &err));

    /* The organisation, table by table, and its assessments. */
    for (size_t i = 0; i < sizeof story / sizeof *story; ++i) {
        OK(gradus_organization_table(s.organization, story[i][0], &a, &err));
        give(builder, a);
    }
    OK(gradus_assessments_table(s.assessments, "assessments", &a, &err));
    give(builder, a);
    gradus_organization* organization;
    OK(gradus_organization_load(builder, NULL, &organization, &err));
    CHECK(gradus_organization_digest(organization) == gradus_organization_digest(s.organization));
    gradus_assessments* assessments;
    OK(gradus_assessments_load(organization, builder, NULL, &assessments, &err));
    OK(gradus_assessments_table(s.assessments, "assessments", &a, &err));
    OK(gradus_assessments_table(assessments, "assessments", &b, &err));
    CHECK(same_tables(a, b));
    gradus_table_free(a);
    gradus_table_free(b);
    OK(gradus_ratings_by_source(organization, assessments, as_of.as_of, &a, &err));
    CHECK(gradus_table_rows(a) > 0 && strcmp(gradus_table_name(a), "ratings_by_source") == 0);
    gradus_table_free(a);
    OK(gradus_assessments_table(assessments, "problems", &a, &err));
    gradus_table_free(a);

    /* Estimates, gaps and risks. */
    gradus_estimates* estimates;
    OK(gradus_estimates_table(s.estimates, "estimates", &a, &err));
    give(builder, a);
    OK(gradus_estimates_load(organization, builder, &as_of, &estimates, &err));
    OK(gradus_estimates_table(s.estimates, "estimates", &a, &err));
    OK(gradus_estimates_table(estimates, "estimates", &b, &err));
    CHECK(same_tables(a, b));
    gradus_table_free(a);
    gradus_table_free(b);

    gradus_gaps *gaps, *loaded_gaps;
    OK(gradus_find_gaps(organization, estimates, NULL, NULL, &gaps, &err));
    OK(gradus_gaps_table(gaps, "gaps", &a, &err));
    give(builder, a);
    OK(gradus_gaps_load(organization, builder, &as_of, &loaded_gaps, &err));
    OK(gradus_gaps_table(s.gaps, "gaps", &a, &err));
    OK(gradus_gaps_table(loaded_gaps, "gaps", &b, &err));
    CHECK(same_tables(a, b));
    gradus_table_free(a);
    gradus_table_free(b);

    gradus_risks *risks, *loaded_risks;
    OK(gradus_assess_risk(organization, loaded_gaps, NULL, NULL, &risks, &err));
    OK(gradus_risks_table(risks, "risks", &a, &err));
    give(builder, a);
    OK(gradus_risks_load(organization, builder, &as_of, &loaded_risks, &err));
    OK(gradus_risks_table(s.risks, "risks", &a, &err));
    OK(gradus_risks_table(loaded_risks, "risks", &b, &err));
    CHECK(same_tables(a, b));
    gradus_table_free(a);
    gradus_table_free(b);
    OK(gradus_compare_risks(s.risks, loaded_risks, &a, &err));
    CHECK(strcmp(gradus_table_name(a), "risk_changes") == 0);
    gradus_column rows;
    OK(gradus_table_column(a, "rows", &rows, &err));
    for (int64_t i = 0; i < rows.length; ++i) CHECK(((const int32_t*)rows.data)[i] == 0);
    gradus_table_free(a);
    OK(gradus_concentration(organization, estimates, NULL, &a, &err));
    CHECK(gradus_table_rows(a) > 0);
    gradus_table_free(a);

    /* The plan: the same bits, whatever way the tables came. */
    gradus_optimize_options options;
    gradus_optimize_options_init(&options, sizeof options);
    gradus_plan *plan, *loaded_plan;
    gradus_certificate first, second, third;
    OK(gradus_optimize(organization, loaded_risks, &options, NULL, &plan, &err));
    OK(gradus_plan_certificate(s.plan, &first, &err));
    OK(gradus_plan_certificate(plan, &second, &err));
    CHECK(memcmp(&first, &second, sizeof first) == 0);
    CHECK(first.value > 0 && first.bound >= first.value - 1e-9 && first.items > 0);
    CHECK(*gradus_plan_status_name(first.status) && !*gradus_plan_status_name(-1) && !*gradus_plan_status_name(99));
    static const char* const names[] = {"items", "people", "goals", "resources", "conflicts", "certificate"};
    for (int i = 0; i < 6; ++i) {
        OK(gradus_plan_table(s.plan, names[i], &a, &err));
        OK(gradus_plan_table(plan, names[i], &b, &err));
        CHECK(same_tables(a, b));
        gradus_table_free(a);
        if (i != 1 && i != 2)
            give(builder, b);
        else
            gradus_table_free(b);
    }
    OK(gradus_plan_table(plan, "problems", &a, &err));
    gradus_table_free(a);

    /* Planned anew, change charged: nothing changes, and so nothing is charged. */
    gradus_plan* again;
    options.previous = plan;
    options.change_cost = 1;
    OK(gradus_optimize(organization, loaded_risks, &options, NULL, &again, &err));
    OK(gradus_plan_certificate(again, &third, &err));
    CHECK(fabs(third.value - first.value) < 1e-9);
    gradus_plan_free(again);
    options.previous = NULL;
    FAILS(gradus_optimize(organization, loaded_risks, &options, NULL, &again, &err), GRADUS_INVALID_OPTION, "previous");
    options.change_cost = 0;

    gradus_verification* verification;
    OK(gradus_plan_load(organization, risks, builder, &options, &as_of, &loaded_plan, &err));
    OK(gradus_plan_certificate(loaded_plan, &third, &err));
    CHECK(third.value == first.value && third.bound == first.bound && third.status == first.status);
    OK(gradus_verify(organization, risks, loaded_plan, NULL, NULL, &verification, &err));
    CHECK(gradus_verification_ok(verification) && gradus_verification_confirmed(verification));
    CHECK(fabs(gradus_verification_value(verification) - first.value) < 1e-9);
    CHECK(fabs(gradus_verification_price_bound(verification) - first.price_bound) < 1e-9);
    gradus_verification_free(verification);

    gradus_verify_options verify_options;
    gradus_verify_options_init(&verify_options, sizeof verify_options);
    verify_options.bound = 0;
    OK(gradus_verify(organization, risks, plan, &verify_options, NULL, &verification, &err));
    CHECK(gradus_verification_ok(verification) && isnan(gradus_verification_price_bound(verification)));
    OK(gradus_verification_table(verification, "violations", &a, &err));
    CHECK(gradus_table_rows(a) == 0);
    gradus_table_free(a);
    gradus_verification_free(verification);

    /* A stream is taken over in every case. */
    struct ArrowArrayStream stream;
    OK(gradus_plan_table(plan, "items", &a, &err));
    OK(gradus_table_export(a, &stream, &err));
    FAILS(gradus_builder_add_arrow(builder, "items", &stream, &err), GRADUS_CONTRADICTION, "already");
    CHECK(!stream.release);
    FAILS(gradus_builder_add_arrow(builder, "items2", &stream, &err), GRADUS_INVALID_ARROW, "");
    OK(gradus_table_export(a, &stream, &err));
    FAILS(gradus_builder_add_arrow(NULL, "items", &stream, &err), GRADUS_INVALID_ARGUMENT, "builder");
    CHECK(!stream.release);
    gradus_table_free(a);
    FAILS(gradus_builder_row(builder, "items", &err), GRADUS_CONTRADICTION, "");
    FAILS(gradus_builder_set_text(builder, "person", "E1", -1, &err), GRADUS_CONTRADICTION, "gradus_builder_row");

    /* What was observed. */
    gradus_kpis* kpis;
    gradus_rollouts* rollouts;
    gradus_anecdotes* anecdotes;
    OK(add(builder, "kpis", "kpi|entity|date|value\nincidents|lab|2026-01-01|7", &err));
    OK(add(builder, "rollouts", "entity|start|activity\nlab|2026-04-01|A5", &err));
    OK(add(builder, "anecdotes", "text|objective\nIt helped|trust", &err));
    OK(gradus_kpis_load(organization, builder, NULL, &kpis, &err));
    OK(gradus_rollouts_load(organization, builder, NULL, &rollouts, &err));
    OK(gradus_anecdotes_load(organization, builder, NULL, &anecdotes, &err));
    OK(gradus_kpis_table(kpis, "kpis", &a, &err));
    CHECK(gradus_table_rows(a) == 1);
    gradus_table_free(a);
    OK(gradus_rollouts_table(rollouts, "rollouts", &a, &err));
    CHECK(gradus_table_rows(a) == 1);
    gradus_table_free(a);
    OK(gradus_anecdotes_table(anecdotes, "anecdotes", &a, &err));
    CHECK(gradus_table_rows(a) == 1);
    gradus_table_free(a);
    gradus_kpis_free(kpis);
    gradus_rollouts_free(rollouts);
    gradus_anecdotes_free(anecdotes);

    gradus_plan_free(loaded_plan);
    gradus_plan_free(plan);
    gradus_risks_free(loaded_risks);
    gradus_risks_free(risks);
    gradus_gaps_free(loaded_gaps);
    gradus_gaps_free(gaps);
    gradus_estimates_free(estimates);
    gradus_assessments_free(assessments);
    gradus_organization_free(organization);
    gradus_builder_free(builder);
    free_stages(&s);
    return 0;
}
