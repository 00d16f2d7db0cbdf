/* What estimates were made with: the options that reach it, and the tables of raters, sources, variances and fairness. */
#include "story.h"

#include <math.h>

/* P1 puts everybody two levels lower than P2 does, and N1 sees nobody but E1. */
static const char* const ratings =
    "person|capability|source|rater|date|level\n"
    "E1|sql|test||2026-01-15|4\nE2|sql|test||2026-01-15|3\nE3|sql|test||2026-01-15|3\nE4|sql|test||2026-01-15|4\n"
    "E1|sql|peer|P1|2026-01-15|3\nE2|sql|peer|P1|2026-01-15|2\nE3|sql|peer|P1|2026-01-15|2\nE4|sql|peer|P1|2026-01-15|"
    "3\n"
    "E1|sql|peer|P2|2026-01-15|5\nE2|sql|peer|P2|2026-01-15|4\nE3|sql|peer|P2|2026-01-15|4\nE4|sql|peer|P2|2026-01-15|"
    "5\n"
    "E1|statistics|self||2026-01-15|4\nE2|statistics|self||2026-01-15|3\nE1|security|observation|N1|2026-01-15|2";

static gradus_estimates* estimate(const stages* s, const gradus_assessments* assessments,
                                  const gradus_estimate_options* options) {
    gradus_error err;
    gradus_estimates* estimates;
    OK(gradus_estimate(s->organization, assessments, options, NULL, &estimates, &err));
    return estimates;
}

static gradus_table* table_of(const gradus_estimates* estimates, const char* name) {
    gradus_error err;
    gradus_table* table;
    OK(gradus_estimates_table(estimates, name, &table, &err));
    CHECK(strcmp(gradus_table_name(table), name) == 0);
    return table;
}

static gradus_column get(const gradus_table* table, const char* name, int32_t type) {
    gradus_error err;
    gradus_column column;
    OK(gradus_table_column(table, name, &column, &err));
    CHECK(column.type == type);
    return column;
}

static double real(const gradus_table* table, const char* name, int64_t row) {
    const gradus_column column = get(table, name, GRADUS_TYPE_REAL);
    return ((const double*)column.data)[row];
}

static int32_t integer(const gradus_table* table, const char* name, int64_t row) {
    const gradus_column column = get(table, name, GRADUS_TYPE_INTEGER);
    return ((const int32_t*)column.data)[row];
}

/* True if the text in that row is `expected`; NULL: if there is none. */
static int says(const gradus_table* table, const char* name, int64_t row, const char* expected) {
    gradus_error err;
    gradus_column column;
    OK(gradus_table_column(table, name, &column, &err));
    int32_t length;
    const char* text = gradus_column_text(&column, row, &length);
    return expected ? text && (size_t)length == strlen(expected) && memcmp(text, expected, (size_t)length) == 0 : !text;
}

/* The first row in which the one column is `a` and the other, unless it is NULL, is `b`; -1: there is none. */
static int64_t find(const gradus_table* table, const char* one, const char* a, const char* other, const char* b) {
    for (int64_t i = 0; i < gradus_table_rows(table); ++i)
        if (says(table, one, i, a) && (!other || says(table, other, i, b))) return i;
    return -1;
}

/* What is known of those who rated. */
static void check_raters(const gradus_estimates* estimates) {
    gradus_table* raters = table_of(estimates, "raters");
    const int64_t severe = find(raters, "rater", "P1", "source", "peer");
    const int64_t lenient = find(raters, "rater", "P2", "source", "peer");
    const int64_t alone = find(raters, "rater", "N1", "source", "observation");
    const int64_t self = find(raters, "rater", "E2", "source", "self");
    CHECK(severe >= 0 && lenient > severe && alone >= 0 && self >= 0 && gradus_table_rows(raters) == 5);
    CHECK(real(raters, "severity", severe) < -0.05 && real(raters, "severity", lenient) > 0.05);
    CHECK(integer(raters, "ratings", severe) == 4 && integer(raters, "people", severe) == 4);
    CHECK(integer(raters, "ratings", alone) == 1 && integer(raters, "people", alone) == 1);
    CHECK(real(raters, "identifiability", severe) > real(raters, "identifiability", alone));
    CHECK(integer(raters, "component", severe) == integer(raters, "component", lenient));
    for (int64_t i = 0; i < gradus_table_rows(raters); ++i)
        CHECK(real(raters, "severity_sd", i) > 0 && real(raters, "identifiability", i) >= 0);
    gradus_table_free(raters);

    gradus_table* sources = table_of(estimates, "sources");
    CHECK(gradus_table_rows(sources) == 4);
    const int64_t test = find(sources, "source", "test", NULL, NULL),
                  peer = find(sources, "source", "peer", NULL, NULL);
    CHECK(real(sources, "bias", test) == 0 && real(sources, "bias_sd", test) == 0); /* the reference */
    CHECK(fabs(real(sources, "bias", peer)) < 0.05 && real(sources, "bias_sd", peer) > 0);
    CHECK(integer(sources, "ratings", peer) == 8 && integer(sources, "raters", peer) == 2);
    gradus_table_free(sources);
}

/* Every option arrives: where the result comes from says so, and the variances used do. */
static void check_options(const stages* s, const gradus_assessments* assessments) {
    gradus_error err;
    gradus_provenance made;
    gradus_estimate_options options;
    gradus_estimate_options_init(&options, sizeof options);
    options.as_of = gradus_date(2026, 3, 31);

    /* Nothing is left out, pooled or given by default. */
    gradus_estimates* estimates = estimate(s, assessments, &options);
    gradus_table* table = table_of(estimates, "estimates");
    OK(gradus_table_provenance(table, &made, &err));
    CHECK(strstr(made.options, "\"prior_weight\": 10") && strstr(made.options, "\"common_uncertainty\": true"));
    CHECK(!strstr(made.options, "variances.") && !strstr(made.options, "terms.") && !strstr(made.options, "pooled."));
    gradus_table_free(table);
    gradus_table* variances = table_of(estimates, "variances");
    const int64_t person = find(variances, "term", "person", "source", NULL);
    CHECK(person >= 0 && real(variances, "variance", person) > 0 && real(variances, "sd", person) > 0);
    const int64_t ours = find(variances, "term", "residual", "source", "peer");
    const int64_t theirs = find(variances, "term", "residual", "source", "test");
    CHECK(real(variances, "variance", ours) != real(variances, "variance", theirs));
    gradus_table_free(variances);
    gradus_estimates_free(estimates);

    /* Variances that are given are used; those of sources that do not occur play no part. */
    static const char* const given[][2] = {{"person", NULL},     {"person_capability", NULL}, {"severity", "peer"},
                                           {"halo", "peer"},     {"residual", "test"},        {"severity", "test"},
                                           {"residual", "peer"}, {"halo", "observation"},     {"severity", "self"}};
    options.prior_weight = 4;
    options.common_uncertainty = 0;
    double* const places[] = {&options.variance_person,
                              &options.variance_person_capability,
                              &options.variance_severity[GRADUS_SOURCE_PEER],
                              &options.variance_halo[GRADUS_SOURCE_PEER],
                              &options.variance_residual[GRADUS_SOURCE_TEST],
                              &options.variance_severity[GRADUS_SOURCE_TEST],
                              &options.variance_residual[GRADUS_SOURCE_PEER],
                              &options.variance_halo[GRADUS_SOURCE_OBSERVATION],
                              &options.variance_severity[GRADUS_SOURCE_SELF]};
    for (int i = 0; i < 9; ++i) *places[i] = 0.0078125 * (i + 1);
    options.variance_severity[GRADUS_SOURCE_MANAGER] = 0;
    options.variance_residual[GRADUS_SOURCE_REPORT] = INFINITY;
    estimates = estimate(s, assessments, &options);
    table = table_of(estimates, "estimates");
    OK(gradus_table_provenance(table, &made, &err));
    CHECK(strstr(made.options, "\"prior_weight\": 4") && strstr(made.options, "\"common_uncertainty\": false"));
    CHECK(strstr(made.options, "\"variances.severity.manager\": 0,"));
    CHECK(strstr(made.options, "\"variances.residual.report\": \"infinite\""));
    gradus_table_free(table);
    variances = table_of(estimates, "variances");
    for (int i = 0; i < 9; ++i) {
        const int64_t row = find(variances, "term", given[i][0], "source", given[i][1]);
        CHECK(row >= 0 && real(variances, "variance", row) == 0.0078125 * (i + 1));
        CHECK(isnan(real(variances, "sd", row)) && isnan(real(variances, "prior_share", row)));
    }
    CHECK(find(variances, "source", "manager", NULL, NULL) < 0);
    gradus_table_free(variances);
    gradus_estimates_free(estimates);

    /* Terms that are left out, one after the other, and those that all sources share. */
    gradus_estimate_options_init(&options, sizeof options);
    options.as_of = gradus_date(2026, 3, 31);
    static const char* const terms[] = {"person", "person_capability", "severity", "halo", "residual"};
    int32_t* const left_out[] = {&options.term_person, &options.term_person_capability, &options.term_severity,
                                 &options.term_halo};
    for (int i = 0; i < 4; ++i) {
        *left_out[i] = 0;
        estimates = estimate(s, assessments, &options);
        variances = table_of(estimates, "variances");
        for (int j = 0; j < 5; ++j) CHECK((find(variances, "term", terms[j], NULL, NULL) < 0) == (i == j));
        gradus_table_free(variances);
        gradus_estimates_free(estimates);
        *left_out[i] = 1;
    }
    options.likelihood = GRADUS_LIKELIHOOD_ORDINAL;
    estimates = estimate(s, assessments, &options);
    table = table_of(estimates, "estimates");
    OK(gradus_table_provenance(table, &made, &err));
    CHECK(strstr(made.options, "\"likelihood\": \"ordinal\""));
    gradus_table_free(table);
    gradus_estimates_free(estimates);
    options.likelihood = GRADUS_LIKELIHOOD_NORMAL;
    int32_t* const pooled[] = {&options.pooled_severity, &options.pooled_halo, &options.pooled_residual};
    for (int i = 0; i < 3; ++i) {
        *pooled[i] = 1;
        estimates = estimate(s, assessments, &options);
        variances = table_of(estimates, "variances");
        for (int j = 0; j < 3; ++j) {
            const int64_t test = find(variances, "term", terms[j + 2], "source", "observation");
            const int64_t peer = find(variances, "term", terms[j + 2], "source", "peer");
            CHECK(test >= 0 && peer >= 0);
            CHECK((real(variances, "variance", test) == real(variances, "variance", peer)) == (i == j));
        }
        gradus_table_free(variances);
        gradus_estimates_free(estimates);
        *pooled[i] = 0;
    }

    /* Ratings that count for nothing. */
    options.variance_residual[GRADUS_SOURCE_SELF] = INFINITY;
    estimates = estimate(s, assessments, &options);
    table = table_of(estimates, "sources");
    CHECK(find(table, "source", "self", NULL, NULL) < 0 && find(table, "source", "peer", NULL, NULL) >= 0);
    gradus_table_free(table);
    gradus_estimates_free(estimates);
}

/* Each rating against what the others make one expect of it. */
static void check_residuals(const gradus_estimates* estimates) {
    gradus_table* table = table_of(estimates, "residuals");
    gradus_table* sources = table_of(estimates, "sources");
    int64_t ratings = 0;
    for (int64_t i = 0; i < gradus_table_rows(sources); ++i) ratings += integer(sources, "ratings", i);
    CHECK(ratings > 0 && gradus_table_rows(table) == ratings);
    for (int64_t i = 0; i < ratings; ++i) {
        const double residual = real(table, "residual", i);
        CHECK(fabs(real(table, "level", i) - real(table, "expected", i) - residual) < 1e-12);
        CHECK(fabs(real(table, "standardised", i) * real(table, "sd", i) - residual) < 1e-12);
    }
    CHECK(find(table, "rater", "P1", "source", "peer") >= 0 && find(table, "rater", "E2", "source", "self") >= 0);
    gradus_table_free(sources);
    gradus_table_free(table);
}

static void check_fairness(const gradus_estimates* estimates) {
    gradus_error err;
    gradus_table* table;
    OK(gradus_check_fairness(estimates, 2, GRADUS_NONE, &table, &err));
    CHECK(strcmp(gradus_table_name(table), "fairness") == 0 && gradus_table_rows(table) > 0);
    const int64_t peer = find(table, "value", "north", "source", "peer");
    const int64_t anchor = find(table, "value", "north", "source", "test");
    CHECK(peer >= 0 && says(table, "attribute", peer, "site") && says(table, "against", peer, "test"));
    CHECK(integer(table, "people", peer) == 2 && integer(table, "others", peer) == 2);
    /* Peers are as kind to both sites, as tests are. */
    CHECK(fabs(real(table, "difference", peer)) < 1e-6 && real(table, "sd", peer) > 0);
    CHECK(fabs(real(table, "detectable", peer) - 2.8 * real(table, "sd", peer)) < 1e-12);
    CHECK(anchor >= 0 && says(table, "against", anchor, NULL) && isnan(real(table, "difference", anchor)));
    gradus_provenance made;
    OK(gradus_table_provenance(table, &made, &err));
    CHECK(strcmp(made.stage, "check_fairness") == 0 && strstr(made.options, "\"min_people\": 2"));
    gradus_table_free(table);

    OK(gradus_check_fairness(estimates, 5, GRADUS_NONE, &table, &err));
    CHECK(gradus_table_rows(table) == 0);
    gradus_table_free(table);
    FAILS(gradus_check_fairness(estimates, 1, GRADUS_NONE, &table, &err), GRADUS_INVALID_OPTION, "min_people");
    CHECK(!table);

    /* Against another anchor. */
    OK(gradus_check_fairness(estimates, 2, GRADUS_SOURCE_PEER, &table, &err));
    const int64_t test = find(table, "value", "north", "source", "test"),
                  own = find(table, "value", "north", "source", "peer");
    CHECK(test >= 0 && says(table, "against", test, "peer") && fabs(real(table, "difference", test)) < 1e-6);
    CHECK(own >= 0 && says(table, "against", own, NULL) && isnan(real(table, "difference", own)));
    OK(gradus_table_provenance(table, &made, &err));
    CHECK(strstr(made.options, "\"against\": \"peer\""));
    gradus_table_free(table);
    FAILS(gradus_check_fairness(estimates, 2, GRADUS_SOURCE_MANAGER, &table, &err), GRADUS_INVALID_OPTION,
          "(self, peer, test, observation), not manager");
    FAILS(gradus_check_fairness(estimates, 2, 6, &table, &err), GRADUS_INVALID_OPTION, "against is 6");
    FAILS(gradus_check_fairness(estimates, 2, -1, &table, &err), GRADUS_INVALID_OPTION, "against is -1");
    CHECK(!table);
}

int main(void) {
    gradus_error err;
    stages s = make_stages();
    gradus_builder* builder;
    gradus_assessments* assessments;
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "assessments", ratings, &err));
    OK(gradus_assessments_load(s.organization, builder, NULL, &assessments, &err));
    gradus_estimate_options options;
    gradus_estimate_options_init(&options, sizeof options);
    options.as_of = gradus_date(2026, 3, 31);
    gradus_estimates* estimates = estimate(&s, assessments, &options);
    check_options(&s, assessments);

    /* What was rated already says nothing new of the other people. */
    gradus_estimates* updated;
    OK(gradus_estimates_update(estimates, assessments, GRADUS_NONE, 0, &updated, &err));
    gradus_table *before = table_of(estimates, "estimates"), *after = table_of(updated, "estimates");
    CHECK(gradus_table_rows(after) > 0 && gradus_table_rows(after) <= gradus_table_rows(before));
    CHECK(integer(after, "ratings", 0) == 2 * integer(before, "ratings", 0));
    gradus_table_free(before);
    gradus_table_free(after);
    gradus_estimates_free(updated);
    FAILS(gradus_estimates_update(estimates, assessments, gradus_date(2026, 3, 30), 0, &updated, &err),
          GRADUS_INVALID_OPTION, "2026-03-31");
    CHECK(!updated);

    /* Estimates of elsewhere have neither. */
    gradus_load_options as_of;
    gradus_load_options_init(&as_of, sizeof as_of);
    as_of.as_of = options.as_of;
    gradus_estimates* outside;
    gradus_table* table;
    OK(add(builder, "estimates", "person|capability|mean|sd\nE1|sql|3|0.5", &err));
    OK(gradus_estimates_load(s.organization, builder, &as_of, &outside, &err));
    static const char* const names[] = {"raters", "sources", "variances", "residuals"};
    for (int i = 0; i < 4; ++i) {
        FAILS(gradus_estimates_table(outside, names[i], &table, &err), GRADUS_MISSING_TABLE, "came from outside");
        CHECK(!table && strcmp(err.table, "estimates") == 0 && strstr(err.message, names[i]));
    }
    FAILS(gradus_check_fairness(outside, 5, GRADUS_NONE, &table, &err), GRADUS_MISSING_TABLE, "came from outside");
    FAILS(gradus_estimates_update(outside, assessments, GRADUS_NONE, 0, &updated, &err), GRADUS_MISSING_TABLE,
          "came from outside");
    CHECK(!table && strcmp(err.table, "estimates") == 0);
    FAILS(gradus_estimates_table(outside, "rater", &table, &err), GRADUS_UNKNOWN_TABLE,
          "estimates, problems, raters, sources, variances, residuals");
    CHECK(!table);
    gradus_estimates_free(outside);

    /* No handle needs another to stay alive: neither those that the estimates were made of, nor they. */
    gradus_assessments_free(assessments);
    gradus_builder_free(builder);
    free_stages(&s);
    check_raters(estimates);
    check_residuals(estimates);
    check_fairness(estimates);
    gradus_table* kept = table_of(estimates, "raters");
    gradus_estimates_free(estimates);
    CHECK(says(kept, "rater", 0, "E1") && gradus_table_rows(kept) == 5);
    gradus_table_free(kept);
    return 0;
}
