/* NULL is a mistake that is told, or does nothing; it never crashes. */
#include "story.h"

#include <math.h>

#define REFUSES(call)                                                                                    \
    do {                                                                                                 \
        CHECK((call) == GRADUS_INVALID_ARGUMENT && err.code == GRADUS_INVALID_ARGUMENT && *err.message); \
        err.code = 0;                                                                                    \
    } while (0)

int main(void) {
    gradus_error err = {0};
    stages s = make_stages();
    gradus_table *t, *none;
    gradus_column column;
    gradus_provenance provenance;
    gradus_certificate certificate;
    gradus_organization* organization;
    gradus_assessments* assessments;
    gradus_estimates* estimates;
    gradus_gaps* gaps;
    gradus_risks* risks;
    gradus_plan* plan;
    gradus_verification* verification;
    gradus_desk* desk;
    gradus_proposal* proposal;
    gradus_remaining* remaining;
    int32_t taken;
    gradus_kpis* kpis;
    gradus_rollouts* rollouts;
    gradus_anecdotes* anecdotes;
    struct ArrowArrayStream stream;

    /* Without the handle. */
    REFUSES(gradus_builder_row(NULL, "people", &err));
    REFUSES(gradus_builder_set_text(NULL, "person", "E1", -1, &err));
    REFUSES(gradus_builder_set_integer(NULL, "person", 1, &err));
    REFUSES(gradus_builder_set_real(NULL, "person", 1, &err));
    REFUSES(gradus_builder_set_boolean(NULL, "person", 1, &err));
    REFUSES(gradus_builder_set_date(NULL, "person", 1, &err));
    REFUSES(gradus_builder_set_missing(NULL, "person", &err));
    REFUSES(gradus_builder_add_column(NULL, "people", "person", &err));
    REFUSES(gradus_builder_problems(NULL, &t, &err));
    REFUSES(gradus_organization_load(NULL, NULL, &organization, &err));
    REFUSES(gradus_organization_with_tables(NULL, s.builder, NULL, &organization, &err));
    REFUSES(gradus_organization_with_tables(s.organization, NULL, NULL, &organization, &err));
    REFUSES(gradus_organization_table(NULL, "people", &t, &err));
    REFUSES(gradus_assessments_load(NULL, s.builder, NULL, &assessments, &err));
    REFUSES(gradus_assessments_load(s.organization, NULL, NULL, &assessments, &err));
    REFUSES(gradus_assessments_table(NULL, "assessments", &t, &err));
    REFUSES(gradus_ratings_by_source(NULL, s.assessments, 0, &t, &err));
    REFUSES(gradus_ratings_by_source(s.organization, NULL, 0, &t, &err));
    REFUSES(gradus_estimate(NULL, s.assessments, NULL, NULL, &estimates, &err));
    REFUSES(gradus_estimate(s.organization, NULL, NULL, NULL, &estimates, &err));
    REFUSES(gradus_simulate_assessments(NULL, NULL, s.builder, NULL, NULL, NULL, NULL, &assessments, &err));
    REFUSES(gradus_simulate_assessments(s.organization, NULL, NULL, NULL, NULL, NULL, NULL, &assessments, &err));
    REFUSES(gradus_review_design(NULL, s.assessments, s.builder, NULL, NULL, NULL, &t, NULL, &err));
    REFUSES(gradus_review_design(s.organization, s.assessments, NULL, NULL, NULL, NULL, &t, NULL, &err));
    REFUSES(gradus_estimates_load(NULL, s.builder, NULL, &estimates, &err));
    REFUSES(gradus_estimates_load(s.organization, NULL, NULL, &estimates, &err));
    REFUSES(gradus_estimates_table(NULL, "estimates", &t, &err));
    REFUSES(gradus_estimates_table(NULL, "raters", &t, &err));
    REFUSES(gradus_check_fairness(NULL, 5, GRADUS_NONE, &t, &err));
    REFUSES(gradus_estimates_update(NULL, s.assessments, GRADUS_NONE, 0, &estimates, &err));
    REFUSES(gradus_estimates_update(s.estimates, NULL, GRADUS_NONE, 0, &estimates, &err));
    REFUSES(gradus_find_gaps(NULL, s.estimates, NULL, NULL, &gaps, &err));
    REFUSES(gradus_find_gaps(s.organization, NULL, NULL, NULL, &gaps, &err));
    REFUSES(gradus_gaps_load(NULL, s.builder, NULL, &gaps, &err));
    REFUSES(gradus_gaps_load(s.organization, NULL, NULL, &gaps, &err));
    REFUSES(gradus_gaps_table(NULL, "gaps", &t, &err));
    REFUSES(gradus_assess_risk(NULL, s.gaps, NULL, NULL, &risks, &err));
    REFUSES(gradus_assess_risk(s.organization, NULL, NULL, NULL, &risks, &err));
    REFUSES(gradus_risks_load(NULL, s.builder, NULL, &risks, &err));
    REFUSES(gradus_risks_load(s.organization, NULL, NULL, &risks, &err));
    REFUSES(gradus_risks_table(NULL, "risks", &t, &err));
    REFUSES(gradus_compare_risks(NULL, s.risks, &t, &err));
    REFUSES(gradus_compare_risks(s.risks, NULL, &t, &err));
    REFUSES(gradus_heat_map(NULL, s.risks, NULL, &t, &err));
    REFUSES(gradus_heat_map(s.organization, NULL, NULL, &t, &err));
    REFUSES(gradus_concentration(NULL, s.estimates, NULL, &t, &err));
    REFUSES(gradus_concentration(s.organization, NULL, NULL, &t, &err));
    REFUSES(gradus_optimize(NULL, s.risks, NULL, NULL, &plan, &err));
    REFUSES(gradus_optimize(s.organization, NULL, NULL, NULL, &plan, &err));
    REFUSES(gradus_plan_load(NULL, s.risks, s.builder, NULL, NULL, &plan, &err));
    REFUSES(gradus_plan_load(s.organization, s.risks, NULL, NULL, NULL, &plan, &err));
    REFUSES(gradus_plan_table(NULL, "items", &t, &err));
    REFUSES(gradus_plan_certificate(NULL, &certificate, &err));
    REFUSES(gradus_verify(NULL, s.risks, s.plan, NULL, NULL, &verification, &err));
    REFUSES(gradus_verify(s.organization, NULL, s.plan, NULL, NULL, &verification, &err));
    REFUSES(gradus_verify(s.organization, s.risks, NULL, NULL, NULL, &verification, &err));
    REFUSES(gradus_verification_table(NULL, "violations", &t, &err));
    REFUSES(gradus_desk_new(NULL, s.risks, s.plan, &desk, &err));
    REFUSES(gradus_desk_new(s.organization, NULL, s.plan, &desk, &err));
    REFUSES(gradus_desk_new(s.organization, s.risks, NULL, &desk, &err));
    REFUSES(gradus_replan(NULL, "E1", NULL, &proposal, &err));
    REFUSES(gradus_proposal_table(NULL, "items", &t, &err));
    REFUSES(gradus_recommend(NULL, "E1", NULL, &t, &err));
    REFUSES(gradus_remaining_new(NULL, &remaining, &err));
    OK(gradus_desk_new(s.organization, s.risks, s.plan, &desk, &err));
    OK(gradus_remaining_new(desk, &remaining, &err));
    REFUSES(gradus_desk_new(s.organization, s.risks, s.plan, NULL, &err));
    REFUSES(gradus_replan(desk, NULL, NULL, &proposal, &err));
    CHECK(!proposal);
    OK(gradus_replan(desk, "E1", NULL, &proposal, &err));
    REFUSES(gradus_replan(desk, "E1", NULL, NULL, &err));
    REFUSES(gradus_recommend(desk, NULL, NULL, &t, &err));
    REFUSES(gradus_recommend(desk, "E1", NULL, NULL, &err));
    REFUSES(gradus_remaining_new(desk, NULL, &err));
    REFUSES(gradus_remaining_try_take(NULL, proposal, &taken, NULL, &err));
    REFUSES(gradus_remaining_try_take(remaining, NULL, &taken, NULL, &err));
    REFUSES(gradus_remaining_try_take(remaining, proposal, NULL, NULL, &err));
    REFUSES(gradus_remaining_give_back(NULL, proposal, &taken, NULL, &err));
    REFUSES(gradus_remaining_give_back(remaining, NULL, &taken, NULL, &err));
    REFUSES(gradus_remaining_give_back(remaining, proposal, NULL, NULL, &err));
    REFUSES(gradus_remaining_table(NULL, "remaining", &t, &err));
    REFUSES(gradus_remaining_table(remaining, NULL, &t, &err));
    REFUSES(gradus_proposal_table(proposal, NULL, &t, &err));
    gradus_replan_options excluding;
    gradus_replan_options_init(&excluding, sizeof excluding);
    excluding.exclude_count = 1;
    gradus_proposal* none_made;
    REFUSES(gradus_replan(desk, "E1", &excluding, &none_made, &err));
    gradus_proposal_free(proposal);
    gradus_remaining_free(remaining);
    gradus_desk_free(desk);
    REFUSES(gradus_kpis_load(NULL, s.builder, NULL, &kpis, &err));
    REFUSES(gradus_kpis_load(s.organization, NULL, NULL, &kpis, &err));
    REFUSES(gradus_kpis_table(NULL, "kpis", &t, &err));
    REFUSES(gradus_rollouts_load(NULL, s.builder, NULL, &rollouts, &err));
    REFUSES(gradus_rollouts_load(s.organization, NULL, NULL, &rollouts, &err));
    REFUSES(gradus_rollouts_table(NULL, "rollouts", &t, &err));
    REFUSES(gradus_anecdotes_load(NULL, s.builder, NULL, &anecdotes, &err));
    REFUSES(gradus_anecdotes_load(s.organization, NULL, NULL, &anecdotes, &err));
    REFUSES(gradus_anecdotes_table(NULL, "anecdotes", &t, &err));
    REFUSES(gradus_table_column(NULL, "person", &column, &err));
    REFUSES(gradus_table_column_at(NULL, 0, &column, &err));
    REFUSES(gradus_table_export(NULL, &stream, &err));
    CHECK(!stream.release);
    REFUSES(gradus_table_provenance(NULL, &provenance, &err));

    /* Without a place for the result. */
    OK(gradus_organization_table(s.organization, "people", &t, &err));
    REFUSES(gradus_builder_new(NULL, &err));
    REFUSES(gradus_control_new(NULL, &err));
    REFUSES(gradus_builder_problems(s.builder, NULL, &err));
    REFUSES(gradus_organization_load(s.builder, NULL, NULL, &err));
    REFUSES(gradus_organization_with_tables(s.organization, s.builder, NULL, NULL, &err));
    REFUSES(gradus_organization_table(s.organization, "people", NULL, &err));
    REFUSES(gradus_assessments_load(s.organization, s.builder, NULL, NULL, &err));
    REFUSES(gradus_estimates_table(s.estimates, "raters", NULL, &err));
    REFUSES(gradus_check_fairness(s.estimates, 5, GRADUS_NONE, NULL, &err));
    REFUSES(gradus_estimates_update(s.estimates, s.assessments, GRADUS_NONE, 0, NULL, &err));
    REFUSES(gradus_find_gaps(s.organization, s.estimates, NULL, NULL, NULL, &err));
    REFUSES(gradus_plan_certificate(s.plan, NULL, &err));
    REFUSES(gradus_table_column(t, "person", NULL, &err));
    REFUSES(gradus_table_column_at(t, 0, NULL, &err));
    REFUSES(gradus_table_export(t, NULL, &err));
    REFUSES(gradus_table_provenance(t, NULL, &err));

    /* Without text. */
    REFUSES(gradus_table_column(t, NULL, &column, &err));
    REFUSES(gradus_organization_table(s.organization, NULL, &none, &err));
    CHECK(!none);
    REFUSES(gradus_estimates_table(s.estimates, NULL, &none, &err));
    CHECK(!none);
    REFUSES(gradus_builder_row(s.builder, NULL, &err));
    OK(gradus_builder_row(s.builder, "people", &err));
    REFUSES(gradus_builder_set_text(s.builder, NULL, "E1", -1, &err));
    REFUSES(gradus_builder_set_text(s.builder, "person", NULL, -1, &err));
    REFUSES(gradus_builder_set_text(s.builder, "person", NULL, 2, &err));
    REFUSES(gradus_builder_set_text(s.builder, "person", "E1", -2, &err));
    REFUSES(gradus_builder_add_arrow(s.builder, "roles2", NULL, &err));
    REFUSES(gradus_builder_add_column(s.builder, "people", NULL, &err));
    REFUSES(gradus_builder_add_column(s.builder, NULL, "person", &err));
    gradus_table_free(t);

    /* Without an error to write to. */
    CHECK(gradus_builder_row(NULL, "people", NULL) == GRADUS_INVALID_ARGUMENT);
    CHECK(gradus_organization_load(NULL, NULL, NULL, NULL) == GRADUS_INVALID_ARGUMENT);

    /* What cannot fail says nothing. */
    gradus_builder_free(NULL);
    gradus_organization_free(NULL);
    gradus_assessments_free(NULL);
    gradus_estimates_free(NULL);
    gradus_gaps_free(NULL);
    gradus_risks_free(NULL);
    gradus_plan_free(NULL);
    gradus_verification_free(NULL);
    gradus_desk_free(NULL);
    gradus_proposal_free(NULL);
    gradus_remaining_free(NULL);
    gradus_replan_options_init(NULL, 72);
    gradus_recommend_options_init(NULL, 56);
    gradus_kpis_free(NULL);
    gradus_rollouts_free(NULL);
    gradus_anecdotes_free(NULL);
    gradus_table_free(NULL);
    gradus_control_free(NULL);
    gradus_control_cancel(NULL);
    gradus_date_text(0, NULL);
    CHECK(gradus_control_cancelled(NULL) == 0 && gradus_control_progress(NULL) == 0);
    CHECK(isnan(gradus_control_value(NULL)) && isinf(gradus_control_bound(NULL)));
    CHECK(gradus_table_rows(NULL) == 0 && gradus_table_columns(NULL) == 0);
    CHECK(!*gradus_table_name(NULL) && !*gradus_table_meaning(NULL));
    CHECK(!gradus_column_text(NULL, 0, NULL) && gradus_organization_digest(NULL) == 0);
    CHECK(!gradus_verification_ok(NULL) && !gradus_verification_confirmed(NULL) &&
          isnan(gradus_verification_value(NULL)));
    CHECK(isnan(gradus_verification_price_bound(NULL)));

    free_stages(&s);
    return 0;
}
