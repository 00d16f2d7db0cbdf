/* A review round, drawn and judged. */
#include "story.h"

#include <math.h>

static const char* const designs =
    "design|source|raters|drawn_from|answered\n"
    "few|peer|1|unit|\n"
    "many|self||anyone|\nmany|peer|3|unit|\nmany|test|2||0.5";

static double real(const gradus_table* table, const char* name, int64_t row) {
    gradus_error err;
    gradus_column column;
    OK(gradus_table_column(table, name, &column, &err));
    CHECK(column.type == GRADUS_TYPE_REAL || column.type == GRADUS_TYPE_LEVEL);
    return ((const double*)column.data)[row];
}

int main(void) {
    gradus_error err;
    stages s = make_stages();
    gradus_builder* builder;
    gradus_table *table, *problems;
    gradus_assessments* made;
    gradus_estimate_options estimate;
    gradus_review_options options;
    gradus_estimate_options_init(&estimate, sizeof estimate);
    estimate.as_of = gradus_date(2026, 3, 31);
    gradus_review_options_init(&options, sizeof options);
    CHECK(options.repetitions == 0 && options.seed == 1 && isnan(options.bias[GRADUS_SOURCE_SELF]));
    OK(gradus_builder_new(&builder, &err));

    /* Without the table; with a fault, which the builder tells of. */
    FAILS(gradus_review_design(s.organization, s.assessments, builder, &estimate, NULL, NULL, &table, NULL, &err),
          GRADUS_MISSING_TABLE, "review_designs");
    OK(add(builder, "review_designs", designs, &err));
    FAILS(gradus_review_design(s.organization, s.assessments, builder, &estimate, NULL, NULL, &table, NULL, &err),
          GRADUS_CONTRADICTION, "row 2, column drawn_from");
    OK(gradus_builder_problems(builder, &problems, &err));
    CHECK(gradus_table_rows(problems) == 1);
    gradus_table_free(problems);
    gradus_builder_free(builder);
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "review_designs",
           "design|source|raters|drawn_from|answered\nfew|peer|1|unit|\nmany|self|||\n"
           "many|peer|3|unit|\nmany|test|2||0.5",
           &err));

    /* Each design, and none, with the ratings there are and without. */
    OK(gradus_review_design(s.organization, s.assessments, builder, &estimate, &options, NULL, &table, NULL, &err));
    CHECK(strcmp(gradus_table_name(table), "design_review") == 0 && gradus_table_rows(table) == 3);
    CHECK(real(table, "ratings", 0) == 0 && real(table, "raters", 1) == 1 && real(table, "raters", 2) > 2);
    CHECK(real(table, "sd", 0) > real(table, "sd", 1) && real(table, "sd", 1) > real(table, "sd", 2));
    const double known = real(table, "sd", 0);
    gradus_table_free(table);
    OK(gradus_review_design(s.organization, NULL, builder, &estimate, NULL, NULL, &table, NULL, &err));
    CHECK(real(table, "sd", 0) > known && isnan(real(table, "accuracy", 0)) && real(table, "accuracy", 2) > 0.1);
    CHECK(real(table, "lacking", 0) == 0 && real(table, "lacking", 2) >= 0);
    gradus_table_free(table);

    /* By capability too. */
    gradus_table* capabilities;
    OK(gradus_review_design(s.organization, s.assessments, builder, &estimate, &options, NULL, &table, &capabilities,
                            &err));
    CHECK(strcmp(gradus_table_name(capabilities), "design_review_capabilities") == 0);
    double ratings_in_all = 0;
    for (int64_t row = 0; row < gradus_table_rows(capabilities); ++row)
        ratings_in_all += real(capabilities, "ratings", row);
    double of_designs = 0;
    for (int64_t row = 0; row < gradus_table_rows(table); ++row) of_designs += real(table, "ratings", row);
    CHECK(gradus_table_rows(capabilities) % 3 == 0 && fabs(ratings_in_all - of_designs) < 1e-9);
    gradus_table_free(table);
    gradus_table_free(capabilities);
    FAILS(gradus_review_design(s.organization, s.assessments, NULL, &estimate, &options, NULL, &table, &capabilities,
                               &err),
          GRADUS_INVALID_ARGUMENT, "builder");
    CHECK(!table && !capabilities);

    /* One round of ratings, which an estimate takes, and the levels behind them. */
    FAILS(gradus_simulate_assessments(s.organization, NULL, builder, NULL, &estimate, NULL, NULL, &made, &err),
          GRADUS_UNKNOWN_KEY, "of 2 designs one must be named");
    FAILS(gradus_simulate_assessments(s.organization, NULL, builder, "most", &estimate, NULL, NULL, &made, &err),
          GRADUS_UNKNOWN_KEY, "most");
    OK(gradus_simulate_assessments(s.organization, s.assessments, builder, "few", &estimate, &options, NULL, &made,
                                   &err));
    gradus_assessments_free(made);
    OK(gradus_simulate_assessments(s.organization, NULL, builder, "few", &estimate, &options, NULL, &made, &err));
    gradus_table *ratings, *levels;
    OK(gradus_assessments_table(made, "assessments", &ratings, &err));
    OK(gradus_assessments_table(made, "true_levels", &levels, &err));
    CHECK(gradus_table_rows(ratings) > 5 && gradus_table_rows(levels) == gradus_table_rows(ratings));
    for (int64_t row = 0; row < gradus_table_rows(ratings); ++row) {
        const double level = real(ratings, "level", row);
        CHECK(level >= 1 && level <= 5 && level == floor(level) && isfinite(real(levels, "level", row)));
    }
    gradus_estimates* estimates;
    OK(gradus_estimate(s.organization, made, &estimate, NULL, &estimates, &err));
    gradus_estimates_free(estimates);
    gradus_assessments_free(made);
    CHECK(gradus_table_rows(levels) > 5 && isfinite(real(levels, "level", 0))); /* it outlives what it came from */
    gradus_table_free(levels);
    gradus_table_free(ratings);

    /* Of ratings that were read there are no true levels. */
    FAILS(gradus_assessments_table(s.assessments, "true_levels", &table, &err), GRADUS_UNKNOWN_TABLE, "assessments");
    options.bias[GRADUS_SOURCE_PEER] = 7;
    FAILS(gradus_review_design(s.organization, NULL, builder, &estimate, &options, NULL, &table, NULL, &err),
          GRADUS_INVALID_OPTION, "bias.peer");

    gradus_builder_free(builder);
    free_stages(&s);
    return 0;
}
