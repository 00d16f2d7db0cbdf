/* Progress and cancel from another thread, and handles read by many. */
#include "story.h"

#include <math.h>
#include <pthread.h>

static stages s;

/* Watches until the run is over or it is told to stop, then cancels. */
static void* watch(void* argument) {
    gradus_control* control = argument;
    double progress = 0;
    for (int i = 0; i < 1000; ++i) {
        const double now = gradus_control_progress(control), value = gradus_control_value(control);
        CHECK(now >= progress && now <= 1 && (isnan(value) || value >= 0) && gradus_control_bound(control) >= 0);
        progress = now;
    }
    gradus_control_cancel(control);
    return NULL;
}

static void* read_all(void* argument) {
    gradus_error err;
    double* value = argument;
    for (int i = 0; i < 20; ++i) {
        gradus_plan* plan;
        gradus_table* table;
        gradus_certificate certificate;
        OK(gradus_heat_map(s.organization, s.risks, NULL, &table, &err));
        gradus_table_free(table);
        OK(gradus_estimates_table(s.estimates, "raters", &table, &err));
        gradus_table_free(table);
        OK(gradus_optimize(s.organization, s.risks, NULL, NULL, &plan, &err));
        OK(gradus_plan_certificate(plan, &certificate, &err));
        *value = certificate.value;
        gradus_plan_free(plan);
    }
    return NULL;
}

int main(void) {
    gradus_error err;
    s = make_stages();

    gradus_control* control;
    OK(gradus_control_new(&control, &err));
    CHECK(!gradus_control_cancelled(control) && gradus_control_progress(control) == 0);
    CHECK(isnan(gradus_control_value(control)) && isinf(gradus_control_bound(control)));

    /* A run that is watched gives the same plan; once cancelled, a plan that says so. */
    gradus_plan* plan;
    gradus_certificate certificate, alone;
    OK(gradus_plan_certificate(s.plan, &alone, &err));
    OK(gradus_optimize(s.organization, s.risks, NULL, control, &plan, &err));
    OK(gradus_plan_certificate(plan, &certificate, &err));
    CHECK(memcmp(&certificate, &alone, sizeof alone) == 0 && gradus_control_progress(control) > 0);
    gradus_plan_free(plan);

    pthread_t watcher;
    CHECK(pthread_create(&watcher, NULL, watch, control) == 0);
    OK(gradus_optimize(s.organization, s.risks, NULL, control, &plan, &err));
    gradus_plan_free(plan);
    pthread_join(watcher, NULL);
    CHECK(gradus_control_cancelled(control));
    OK(gradus_optimize(s.organization, s.risks, NULL, control, &plan, &err));
    OK(gradus_plan_certificate(plan, &certificate, &err));
    CHECK(certificate.stop_reason == GRADUS_PLAN_CANCELLED && certificate.bound >= certificate.value - 1e-9);
    gradus_plan_free(plan);

    /* So does a verification: limits and value are checked, the bound is not confirmed. */
    gradus_verification* verdict;
    OK(gradus_verify(s.organization, s.risks, s.plan, NULL, control, &verdict, &err));
    CHECK(!gradus_verification_confirmed(verdict) && isinf(gradus_verification_price_bound(verdict)));
    CHECK(fabs(gradus_verification_value(verdict) - alone.value) < 1e-9);
    gradus_verification_free(verdict);
    gradus_control_free(control);

    /* A plan that starts from the one before. */
    gradus_optimize_options options;
    gradus_optimize_options_init(&options, sizeof options);
    options.previous = s.plan;
    OK(gradus_optimize(s.organization, s.risks, &options, NULL, &plan, &err));
    OK(gradus_plan_certificate(plan, &certificate, &err));
    CHECK(certificate.value >= alone.value - 1e-9 && certificate.bound <= alone.bound + 1e-9);
    gradus_plan_free(plan);

    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    double values[THREADS];
    for (int i = 0; i < THREADS; ++i) CHECK(pthread_create(&threads[i], NULL, read_all, &values[i]) == 0);
    for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; ++i) CHECK(values[i] == alone.value);

    free_stages(&s);
    return 0;
}
