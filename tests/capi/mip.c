/* The problem of a plan for other solvers, and their solution back. */
#include <math.h>

#include "story.h"

static const char* const mps_path = "capi_mip_test.mps";
static const char* const solution_path = "capi_mip_test.sol";

/* The story with outcomes that are certain, and nothing mandatory. */
static gradus_organization* make_certain(gradus_builder* builder) {
    gradus_error err;
    gradus_organization* organization;
    for (size_t i = 0; i < sizeof story / sizeof *story; ++i)
        if (strcmp(story[i][0], "outcomes") && strcmp(story[i][0], "mandatory"))
            OK(add(builder, story[i][0], story[i][1], &err));
    OK(add(builder, "outcomes", "activity|capability|uplift\nA1|sql|1\nA2|statistics|1\nA3|statistics|0.75", &err));
    OK(gradus_organization_load(builder, NULL, &organization, &err));
    return organization;
}

static gradus_risks* make_risks(const gradus_organization* organization, gradus_builder* builder, const char* rows) {
    gradus_error err;
    gradus_risks* risks;
    gradus_load_options load;
    gradus_load_options_init(&load, sizeof load);
    load.as_of = gradus_date(2026, 3, 31);
    OK(add(builder, "risks", rows, &err));
    OK(gradus_risks_load(organization, builder, &load, &risks, &err));
    return risks;
}

int main(void) {
    gradus_error err;
    gradus_builder *builder, *doubtful;
    OK(gradus_builder_new(&builder, &err));
    OK(gradus_builder_new(&doubtful, &err));
    gradus_organization* organization = make_certain(builder);
    gradus_risks* risks =
        make_risks(organization, builder,
                   "person|basis|role|capability|required|mean|sd|likelihood|shortfall|impact|criticality\n"
                   "E1|role|analyst|sql|3|2|0|1|1|3|3\nE2|role|analyst|statistics|4|2|0|1|2|5|5");
    gradus_optimize_options options;
    gradus_optimize_options_init(&options, sizeof options);

    /* The choices are the columns of bounds BV; the problem's mark is the column fixed at 1. */
    OK(gradus_export_mps(organization, risks, &options, mps_path, &err));
    FILE* mps = fopen(mps_path, "r");
    CHECK(mps);
    char line[256], name[128], mark[128] = "", choice[128] = "";
    while (fgets(line, sizeof line, mps)) {
        if (sscanf(line, " FX bound %127s", name) == 1) strcpy(mark, name);
        if (!*choice && sscanf(line, " BV bound %127s", name) == 1) strcpy(choice, name);
    }
    CHECK(fclose(mps) == 0);
    CHECK(strncmp(mark, "gradus_", 7) == 0 && strncmp(choice, "x_p1_a1_d2026", 13) == 0);

    FILE* solution = fopen(solution_path, "w");
    CHECK(solution && fprintf(solution, "%s 1\n%s 1\n", mark, choice) > 0 && fclose(solution) == 0);
    gradus_plan* plan;
    gradus_certificate certificate;
    OK(gradus_read_solution(organization, risks, &options, solution_path, NAN, &plan, &err));
    OK(gradus_plan_certificate(plan, &certificate, &err));
    CHECK(certificate.items == 1 && certificate.value > 0 && certificate.bound > certificate.value);
    CHECK(certificate.status == GRADUS_PLAN_WORK_LIMIT && certificate.bound_kind == GRADUS_BOUND_PRICES);
    gradus_verification* verification;
    OK(gradus_verify(organization, risks, plan, NULL, NULL, &verification, &err));
    CHECK(gradus_verification_ok(verification));
    gradus_verification_free(verification);
    gradus_plan_free(plan);

    const double value = certificate.value;
    OK(gradus_read_solution(organization, risks, &options, solution_path, value, &plan, &err));
    OK(gradus_plan_certificate(plan, &certificate, &err));
    CHECK(certificate.status == GRADUS_PLAN_OPTIMAL && certificate.bound_kind == GRADUS_BOUND_SEARCH);
    gradus_plan_free(plan);
    FAILS(gradus_read_solution(organization, risks, &options, solution_path, value / 2, &plan, &err),
          GRADUS_INVALID_OPTION, "bound");
    options.months = 6;
    FAILS(gradus_read_solution(organization, risks, &options, solution_path, NAN, &plan, &err), GRADUS_CONTRADICTION,
          "another problem");
    CHECK(err.row == 1 && strcmp(err.table, "solution") == 0);

    /* What is not certain, and files that cannot be. */
    gradus_risks* unsure =
        make_risks(organization, doubtful,
                   "person|basis|role|capability|required|mean|sd|likelihood|shortfall|impact|criticality\n"
                   "E1|role|analyst|sql|3|2|0.5|1|1|3|3");
    FAILS(gradus_export_mps(organization, unsure, NULL, mps_path, &err), GRADUS_CONTRADICTION, "sd 0.5, expected 0");
    CHECK(err.row == 1 && strcmp(err.table, "risks") == 0 && strcmp(err.column, "sd") == 0);
    FAILS(gradus_export_mps(organization, risks, NULL, "no/such/folder.mps", &err), GRADUS_INVALID_ARGUMENT,
          "cannot be written");
    FAILS(gradus_read_solution(organization, risks, NULL, "no/such/folder.sol", NAN, &plan, &err),
          GRADUS_INVALID_ARGUMENT, "cannot be read");
    CHECK(!plan);
    FAILS(gradus_export_mps(NULL, risks, NULL, mps_path, &err), GRADUS_INVALID_ARGUMENT, "organization");
    FAILS(gradus_export_mps(organization, NULL, NULL, mps_path, &err), GRADUS_INVALID_ARGUMENT, "risks");
    FAILS(gradus_export_mps(organization, risks, NULL, NULL, &err), GRADUS_INVALID_ARGUMENT, "path");
    FAILS(gradus_read_solution(organization, risks, NULL, NULL, NAN, &plan, &err), GRADUS_INVALID_ARGUMENT, "path");
    FAILS(gradus_read_solution(organization, risks, NULL, solution_path, NAN, NULL, &err), GRADUS_INVALID_ARGUMENT,
          "out");

    CHECK(remove(mps_path) == 0 && remove(solution_path) == 0);
    gradus_risks_free(unsure);
    gradus_risks_free(risks);
    gradus_organization_free(organization);
    gradus_builder_free(doubtful);
    gradus_builder_free(builder);
    return 0;
}
