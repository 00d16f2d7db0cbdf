/* Option structs: grow at the end, and never past what their owner gave. */
#include "story.h"

#include <math.h>
#include <stddef.h>

/* These sizes are the ABI: a struct may grow by new members at its end only, and the fixed ones never. */
_Static_assert(sizeof(gradus_error) == 1024, "fixed");
_Static_assert(sizeof(gradus_certificate) == 56, "fixed");
_Static_assert(sizeof(void*) != 8 || sizeof(gradus_column) == 80, "fixed");
_Static_assert(sizeof(void*) != 8 || sizeof(gradus_provenance) == 64, "fixed");
_Static_assert(sizeof(gradus_load_options) == 16, "of 0.1");
_Static_assert(sizeof(gradus_estimate_options) == 240 + sizeof(void*), "of 0.1");
_Static_assert(sizeof(gradus_review_options) == 64, "of 0.1");
_Static_assert(sizeof(gradus_gap_options) == 16, "of 0.1");
_Static_assert(sizeof(gradus_risk_options) == 88, "of 0.1");
_Static_assert(sizeof(gradus_heat_map_options) == 16 + sizeof(void*), "of 0.1");
_Static_assert(sizeof(gradus_concentration_options) == 24, "of 0.1");
_Static_assert(sizeof(gradus_optimize_options) == 80, "of 0.1");
_Static_assert(sizeof(gradus_verify_options) == 24, "of 0.1");
_Static_assert(sizeof(gradus_replan_options) == 40 + 4 * sizeof(void*), "of 0.1");
_Static_assert(sizeof(gradus_recommend_options) == 32 + 3 * sizeof(void*), "of 0.1");
_Static_assert(offsetof(gradus_optimize_options, gap) == 40 && offsetof(gradus_optimize_options, time_limit) == 56,
               "fixed");

/* A program compiled with a later gradus.h, or one whose struct is followed by its own data. */
typedef struct larger {
    gradus_gap_options known;
    unsigned char more[8];
} larger;

int main(void) {
    gradus_error err;
    stages s = make_stages();
    gradus_gaps* gaps;
    larger options;

    /* A newer struct: what the library does not know is zeroed by _init, and refused if it asks for something. */
    memset(&options, 0xFF, sizeof options);
    gradus_gap_options_init(&options.known, sizeof options);
    CHECK(options.known.struct_size == sizeof options && options.more[0] == 0 && options.more[7] == 0);
    CHECK(options.known.as_of == GRADUS_NONE && options.known.credit_completed == 1 && options.known.threads == 0);
    OK(gradus_find_gaps(s.organization, s.estimates, &options.known, NULL, &gaps, &err));
    gradus_gaps_free(gaps);
    options.more[7] = 1;
    FAILS(gradus_find_gaps(s.organization, s.estimates, &options.known, NULL, &gaps, &err), GRADUS_INVALID_OPTION,
          "does not have");
    CHECK(!gaps && strcmp(err.column, "struct_size") == 0);

    /* Bytes past struct_size are not ours: neither written by _init nor read. */
    memset(&options, 0xFF, sizeof options);
    gradus_gap_options_init(&options.known, sizeof options.known);
    CHECK(options.more[0] == 0xFF);
    OK(gradus_find_gaps(s.organization, s.estimates, &options.known, NULL, &gaps, &err));
    gradus_gaps_free(gaps);
    memset(&options, 0xFF, sizeof options);
    gradus_gap_options_init(&options.known, 8);
    CHECK(options.known.struct_size == 8 && options.known.as_of == GRADUS_NONE && options.known.credit_completed == -1);
    gradus_gap_options_init(NULL, 16);
    gradus_gap_options_init(&options.known, 0);

    /* A struct that was never filled. */
    gradus_gap_options zero = {0};
    FAILS(gradus_find_gaps(s.organization, s.estimates, &zero, NULL, &gaps, &err), GRADUS_INVALID_OPTION,
          "use gradus_gap_options_init");
    gradus_optimize_options zeroed = {0};
    gradus_plan* plan;
    FAILS(gradus_optimize(s.organization, s.risks, &zeroed, NULL, &plan, &err), GRADUS_INVALID_OPTION,
          "use gradus_optimize_options_init");

    /* Defaults, and values outside their range. */
    gradus_estimate_options estimate;
    gradus_estimate_options_init(&estimate, sizeof estimate);
    CHECK(estimate.as_of == GRADUS_NONE && estimate.half_information_years == 1 && estimate.prior_mean == 0.5);
    CHECK(estimate.prior_sd == 0.25 && estimate.prior_weight == 10);
    CHECK(estimate.likelihood == GRADUS_LIKELIHOOD_NORMAL);
    CHECK(estimate.term_person == 1 && estimate.term_person_capability == 1 && estimate.term_severity == 1);
    CHECK(estimate.term_halo == 1 && estimate.common_uncertainty == 1);
    CHECK(estimate.pooled_severity == 0 && estimate.pooled_halo == 0 && estimate.pooled_residual == 0);
    CHECK(isnan(estimate.variance_person) && isnan(estimate.variance_person_capability));
    for (int source = GRADUS_SOURCE_SELF; source <= GRADUS_SOURCE_OBSERVATION; ++source)
        CHECK(isnan(estimate.variance_severity[source]) && isnan(estimate.variance_halo[source]) &&
              isnan(estimate.variance_residual[source]));
    gradus_estimates* estimates;
    FAILS(gradus_estimate(s.organization, s.assessments, &estimate, NULL, &estimates, &err), GRADUS_INVALID_OPTION,
          "as_of");
    FAILS(gradus_estimate(s.organization, s.assessments, NULL, NULL, &estimates, &err), GRADUS_INVALID_OPTION, "as_of");
    estimate.as_of = gradus_date(2026, 3, 31);
    estimate.prior_sd = NAN;
    FAILS(gradus_estimate(s.organization, s.assessments, &estimate, NULL, &estimates, &err), GRADUS_INVALID_OPTION,
          "prior_sd");
    estimate.prior_sd = 0.25;
    estimate.prior_weight = -1;
    FAILS(gradus_estimate(s.organization, s.assessments, &estimate, NULL, &estimates, &err), GRADUS_INVALID_OPTION,
          "prior_weight");
    estimate.prior_weight = 10;
    estimate.variance_residual[GRADUS_SOURCE_TEST] = 0;
    FAILS(gradus_estimate(s.organization, s.assessments, &estimate, NULL, &estimates, &err), GRADUS_INVALID_OPTION,
          "residual.test");
    estimate.variance_residual[GRADUS_SOURCE_TEST] = NAN;
    estimate.variance_halo[GRADUS_SOURCE_MANAGER] = INFINITY;
    FAILS(gradus_estimate(s.organization, s.assessments, &estimate, NULL, &estimates, &err), GRADUS_INVALID_OPTION,
          "halo.manager");
    estimate.variance_halo[GRADUS_SOURCE_MANAGER] = NAN;
    int32_t* const flags[] = {&estimate.term_person,     &estimate.term_person_capability, &estimate.term_severity,
                              &estimate.term_halo,       &estimate.pooled_severity,        &estimate.pooled_halo,
                              &estimate.pooled_residual, &estimate.common_uncertainty};
    static const char* const names[] = {"term_person",     "term_person_capability", "term_severity",
                                        "term_halo",       "pooled_severity",        "pooled_halo",
                                        "pooled_residual", "common_uncertainty"};
    for (int i = 0; i < 8; ++i) {
        const int32_t usual = *flags[i];
        *flags[i] = 2;
        FAILS(gradus_estimate(s.organization, s.assessments, &estimate, NULL, &estimates, &err), GRADUS_INVALID_OPTION,
              "0 or 1");
        CHECK(strcmp(err.column, names[i]) == 0);
        *flags[i] = usual;
    }
    for (int32_t other = -1; other < 1000; other += other < 0 ? 3 : 255) { /* -1, 2, 257, ... */
        estimate.likelihood = other;
        FAILS(gradus_estimate(s.organization, s.assessments, &estimate, NULL, &estimates, &err), GRADUS_INVALID_OPTION,
              "likelihood");
    }

    gradus_optimize_options optimize;
    gradus_optimize_options_init(&optimize, sizeof optimize);
    CHECK(optimize.start == GRADUS_NONE && optimize.months == 12 && optimize.period_months == 3 &&
          optimize.gap == 1e-4);
    CHECK(optimize.max_activities == GRADUS_NONE && isnan(optimize.work_limit) && isnan(optimize.time_limit));
    optimize.allow_overlap = 2;
    FAILS(gradus_optimize(s.organization, s.risks, &optimize, NULL, &plan, &err), GRADUS_INVALID_OPTION,
          "allow_overlap");

    gradus_table* table;
    gradus_heat_map_options heat_map;
    gradus_risk_options risk;
    gradus_heat_map_options_init(&heat_map, sizeof heat_map);
    gradus_risk_options_init(&risk, sizeof risk);
    CHECK(heat_map.by == GRADUS_BY_UNIT && !heat_map.risk && risk.likelihood_bands[3] == 0.8 &&
          risk.level_cuts[2] == 16);
    heat_map.risk = &risk;
    heat_map.by = GRADUS_BY_FAMILY;
    OK(gradus_heat_map(s.organization, s.risks, &heat_map, &table, &err));
    gradus_table_free(table);
    risk.struct_size = 4;
    FAILS(gradus_heat_map(s.organization, s.risks, &heat_map, &table, &err), GRADUS_INVALID_OPTION,
          "gradus_risk_options_init");
    heat_map.risk = NULL;
    heat_map.by = 6;
    FAILS(gradus_heat_map(s.organization, s.risks, &heat_map, &table, &err), GRADUS_INVALID_OPTION, "GRADUS_BY_");

    gradus_concentration_options concentration;
    gradus_concentration_options_init(&concentration, sizeof concentration);
    CHECK(concentration.cover == 2 && concentration.credit_completed == 1);
    gradus_verify_options verify;
    gradus_verify_options_init(&verify, sizeof verify);
    CHECK(verify.bound == 1 && verify.work_limit == 2);
    gradus_replan_options replan;
    gradus_replan_options_init(&replan, sizeof replan);
    CHECK(replan.at == GRADUS_NONE && replan.minutes == INT64_MIN && replan.credit_completed == 1);
    CHECK(replan.change_cost == 0 && replan.work_limit == 0.01 && !replan.estimates && !replan.exclude);
    gradus_recommend_options recommend;
    gradus_recommend_options_init(&recommend, sizeof recommend);
    CHECK(recommend.at == GRADUS_NONE && recommend.top == 10 && !recommend.every_session && !recommend.remaining);
    gradus_load_options load;
    gradus_load_options_init(&load, sizeof load);
    CHECK(load.as_of == GRADUS_NONE && load.threads == 0);

    free_stages(&s);
    return 0;
}
