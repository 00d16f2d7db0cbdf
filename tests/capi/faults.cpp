// Memory runs out at every place where it can: each function says so, gives nothing back, leaks nothing, and works the
// next time.

#include <gradus.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>

#include "exhaust.h"
#include "ledger_faults.h"
#include "story.h"

namespace {

template <class Options>
Options with_threads(void (*init)(Options*, std::uint32_t), std::int32_t threads) {
    Options options;
    init(&options, sizeof options);
    options.threads = threads;
    return options;
}

void exhaust_stages(const stages& s, std::int32_t threads) {
    auto estimate = with_threads(gradus_estimate_options_init, threads);
    estimate.as_of = gradus_date(2026, 3, 31);
    gradus_review_options review;
    gradus_review_options_init(&review, sizeof review);
    review.repetitions = 1;
    auto load = with_threads(gradus_load_options_init, threads);
    load.as_of = estimate.as_of;
    const auto gap = with_threads(gradus_gap_options_init, threads);
    const auto risk = with_threads(gradus_risk_options_init, threads);
    const auto heat_map = with_threads(gradus_heat_map_options_init, threads);
    const auto concentration = with_threads(gradus_concentration_options_init, threads);
    const auto optimize = with_threads(gradus_optimize_options_init, threads);
    const auto verify = with_threads(gradus_verify_options_init, threads);
    const auto* o = s.organization;

    EXHAUST(gradus_organization_free, gradus_organization_load(s.builder, &load, out, err));
    EXHAUST(gradus_organization_free, gradus_organization_with_tables(o, s.builder, &load, out, err));
    EXHAUST(gradus_assessments_free, gradus_assessments_load(o, s.builder, &load, out, err));
    EXHAUST(gradus_estimates_free, gradus_estimate(o, s.assessments, &estimate, nullptr, out, err));
    EXHAUST(gradus_estimates_free, gradus_estimates_update(s.estimates, s.assessments, GRADUS_NONE, 1, out, err));
    EXHAUST(gradus_assessments_free,
            gradus_simulate_assessments(o, s.assessments, s.builder, "few", &estimate, nullptr, nullptr, out, err));
    EXHAUST(gradus_table_free,
            gradus_review_design(o, s.assessments, s.builder, &estimate, &review, nullptr, out, nullptr, err));
    EXHAUST(gradus_table_free, [&](gradus_table** place, gradus_error* error) {
        gradus_table* capabilities;
        const gradus_status status =
            gradus_review_design(o, s.assessments, s.builder, &estimate, &review, nullptr, place, &capabilities, error);
        gradus_table_free(capabilities);
        return status;
    }(out, err));
    EXHAUST(gradus_estimates_free, gradus_estimates_load(o, s.builder, &load, out, err));
    EXHAUST(gradus_table_free, gradus_ratings_by_source(o, s.assessments, estimate.as_of, out, err));
    EXHAUST(gradus_gaps_free, gradus_find_gaps(o, s.estimates, &gap, nullptr, out, err));
    EXHAUST(gradus_gaps_free, gradus_gaps_load(o, s.builder, &load, out, err));
    EXHAUST(gradus_risks_free, gradus_assess_risk(o, s.gaps, &risk, nullptr, out, err));
    EXHAUST(gradus_risks_free, gradus_risks_load(o, s.builder, &load, out, err));
    EXHAUST(gradus_table_free, gradus_compare_risks(s.risks, s.risks, out, err));
    EXHAUST(gradus_table_free, gradus_heat_map(o, s.risks, &heat_map, out, err));
    EXHAUST(gradus_table_free, gradus_concentration(o, s.estimates, &concentration, out, err));
    EXHAUST(gradus_plan_free, gradus_optimize(o, s.risks, &optimize, nullptr, out, err));
    EXHAUST(gradus_plan_free, gradus_plan_load(o, s.risks, s.builder, nullptr, &load, out, err));
    EXHAUST(gradus_verification_free, gradus_verify(o, s.risks, s.plan, &verify, nullptr, out, err));
    EXHAUST(gradus_kpis_free, gradus_kpis_load(o, s.builder, &load, out, err));
    EXHAUST(gradus_rollouts_free, gradus_rollouts_load(o, s.builder, &load, out, err));
    EXHAUST(gradus_anecdotes_free, gradus_anecdotes_load(o, s.builder, &load, out, err));
}

void exhaust_tables(const stages& s) {
    EXHAUST(gradus_table_free, gradus_organization_table(s.organization, "people", out, err));
    EXHAUST(gradus_table_free, gradus_assessments_table(s.assessments, "assessments", out, err));
    EXHAUST(gradus_table_free, gradus_estimates_table(s.estimates, "problems", out, err));
    EXHAUST(gradus_table_free, gradus_estimates_table(s.estimates, "raters", out, err));
    EXHAUST(gradus_table_free, gradus_estimates_table(s.estimates, "sources", out, err));
    EXHAUST(gradus_table_free, gradus_estimates_table(s.estimates, "residuals", out, err));
    EXHAUST(gradus_table_free, gradus_estimates_table(s.estimates, "variances", out, err));
    EXHAUST(gradus_table_free, gradus_check_fairness(s.estimates, 2, GRADUS_NONE, out, err));
    EXHAUST(gradus_table_free, gradus_gaps_table(s.gaps, "gaps", out, err));
    EXHAUST(gradus_table_free, gradus_risks_table(s.risks, "risks", out, err));
    EXHAUST(gradus_table_free, gradus_plan_table(s.plan, "items", out, err));
    EXHAUST(gradus_table_free, gradus_builder_problems(s.builder, out, err));
    EXHAUST(gradus_builder_free, gradus_builder_new(out, err));
    EXHAUST(gradus_control_free, gradus_control_new(out, err));

    gradus_error err;
    gradus_table* risks;
    gradus_column column;
    OK(gradus_risks_table(s.risks, "risks", &risks, &err));
    exhaust("gradus_table_column", [&](gradus_error* e) { return gradus_table_column(risks, "mean", &column, e); });
    exhaust("gradus_table_column_at", [&](gradus_error* e) { return gradus_table_column_at(risks, 0, &column, e); });
    exhaust("gradus_table_export", [&](gradus_error* e) {
        struct ArrowArrayStream stream;
        const gradus_status status = gradus_table_export(risks, &stream, e);
        CHECK((status == GRADUS_OK) == (stream.release != nullptr));
        if (stream.release) stream.release(&stream);
        return status;
    });
    // A producer that runs out of memory itself is told as a broken stream.
    exhaust("gradus_builder_add_arrow", [&](gradus_error* e) {
        struct ArrowArrayStream stream;
        gradus_builder* builder = nullptr;
        gradus_status status = gradus_table_export(risks, &stream, e);
        if (status) return status;
        status = gradus_builder_new(&builder, e);
        if (status == GRADUS_OK) {
            status = gradus_builder_add_arrow(builder, "risks", &stream, e);
            CHECK(!stream.release);
        } else {
            stream.release(&stream);
        }
        gradus_builder_free(builder);
        if (status != GRADUS_INVALID_ARROW) return status;
        CHECK(std::strstr(e->message, "memory ran out"));
        *e = {};
        std::strcpy(e->message, "memory ran out");
        return e->code = GRADUS_OUT_OF_MEMORY;
    });
    exhaust("the rows of a builder", [&](gradus_error* e) {
        gradus_builder* builder = nullptr;
        gradus_status status = gradus_builder_new(&builder, e);
        if (!status) status = add_story(builder, e);
        if (!status) status = gradus_builder_row(builder, "funds", e);
        if (!status) status = gradus_builder_set_real(builder, "amount", 1.5, e);
        if (!status) status = gradus_builder_set_date(builder, "valid_from", 20000, e);
        if (!status) status = gradus_builder_set_integer(builder, "fund", 7, e);
        if (!status) status = gradus_builder_set_boolean(builder, "yes", 1, e);
        if (!status) status = gradus_builder_set_missing(builder, "no", e);
        gradus_builder_free(builder);
        return status;
    });
    gradus_table_free(risks);
}

/// What ran out of memory half-way leaves nothing behind: the next answer is as the first, and all that was taken is back.
void exhaust_desk(const stages& s) {
    gradus_error err;
    gradus_desk* desk;
    gradus_remaining* remaining;
    gradus_proposal *first, *last;
    gradus_table *before, *after;
    OK(gradus_desk_new(s.organization, s.risks, s.plan, &desk, &err));
    OK(gradus_remaining_new(desk, &remaining, &err));
    const char* const exclude[] = {"A1", "A3"};
    gradus_replan_options options;
    gradus_replan_options_init(&options, sizeof options);
    options.estimates = s.estimates;
    options.remaining = remaining;
    options.exclude = exclude;
    options.exclude_count = 2;
    OK(gradus_replan(desk, "E1", &options, &first, &err));
    OK(gradus_remaining_table(remaining, "remaining", &before, &err));

    EXHAUST(gradus_desk_free, gradus_desk_new(s.organization, s.risks, s.plan, out, err));
    EXHAUST(gradus_remaining_free, gradus_remaining_new(desk, out, err));
    EXHAUST(gradus_proposal_free, gradus_replan(desk, "E1", &options, out, err));
    EXHAUST(gradus_table_free, gradus_recommend(desk, "E3", nullptr, out, err));
    EXHAUST(gradus_table_free, gradus_proposal_table(first, "changes", out, err));
    EXHAUST(gradus_table_free, gradus_remaining_table(remaining, "remaining", out, err));
    EXHAUST(gradus_table_free, gradus_remaining_table(remaining, "items", out, err));
    int32_t taken;
    for (const auto call : {gradus_remaining_try_take, gradus_remaining_give_back})
        exhaust("take or give back", [&](gradus_error* e) {
            gradus_table* refusal;
            const gradus_status status = call(remaining, first, &taken, &refusal, e);
            CHECK((refusal != nullptr) == (status == GRADUS_OK && !taken));
            gradus_table_free(refusal);
            return status;
        });

    OK(gradus_remaining_table(remaining, "remaining", &after, &err));
    CHECK(same_tables(before, after));
    gradus_table_free(before);
    gradus_table_free(after);
    OK(gradus_replan(desk, "E1", &options, &last, &err));
    for (const char* name : {"proposal", "items", "held", "changes", "uses"}) {
        OK(gradus_proposal_table(first, name, &before, &err));
        OK(gradus_proposal_table(last, name, &after, &err));
        CHECK(same_tables(before, after));
        gradus_table_free(before);
        gradus_table_free(after);
    }
    gradus_proposal_free(first);
    gradus_proposal_free(last);
    gradus_remaining_free(remaining);
    gradus_desk_free(desk);
}

/// Goals, read and written, and what they serve.
void exhaust_goals(const stages& s) {
    gradus_error err;
    gradus_desk* desk;
    gradus_goals* goals;
    OK(gradus_desk_new(s.organization, s.risks, s.plan, &desk, &err));
    gradus_goal_options options;
    gradus_goal_options_init(&options, sizeof options);
    options.assessments = s.assessments;
    OK(gradus_write_goals(desk, &options, &goals, &err));
    for (const int32_t threads : {1, 4}) {
        options.threads = threads;
        EXHAUST(gradus_goals_free, gradus_write_goals(desk, &options, out, err));
    }
    EXHAUST(gradus_goals_free, gradus_goals_load(s.organization, s.builder, nullptr, out, err));
    EXHAUST(gradus_table_free, gradus_goals_table(goals, "milestones", out, err));
    EXHAUST(gradus_table_free, gradus_check_goals(s.organization, s.risks, goals, nullptr, out, err));
    EXHAUST(gradus_table_free, gradus_trace_items(desk, "E2", "trust", out, err));
    EXHAUST(gradus_table_free, gradus_trace_objectives(desk, out, err));
    gradus_goals_free(goals);
    gradus_desk_free(desk);
}

/// Gives a table of a stage to the builder by Arrow, for the functions that load it.
void give(gradus_builder* builder, gradus_table* table) {
    gradus_error err;
    struct ArrowArrayStream stream;
    OK(gradus_table_export(table, &stream, &err));
    OK(gradus_builder_add_arrow(builder, gradus_table_name(table), &stream, &err));
    gradus_table_free(table);
}

}  // namespace

int main() {
    gradus_error err;
    const stages s = make_stages();
    gradus_table* table;
    OK(gradus_estimates_table(s.estimates, "estimates", &table, &err));
    give(s.builder, table);
    OK(gradus_gaps_table(s.gaps, "gaps", &table, &err));
    give(s.builder, table);
    OK(gradus_risks_table(s.risks, "risks", &table, &err));
    give(s.builder, table);
    for (const char* name : {"items", "resources", "certificate"}) {
        OK(gradus_plan_table(s.plan, name, &table, &err));
        give(s.builder, table);
    }
    OK(add(s.builder, "review_designs", "design|source\nfew|manager\nfew|self\nmany|test", &err));
    OK(add(s.builder, "goals", "person|capability|level\nE1|sql|skilled", &err));
    OK(add(s.builder, "milestones", "person|capability|number|kind\nE1|sql|1|check_in", &err));
    OK(add(s.builder, "kpis", "kpi|entity|date|value\nincidents|lab|2026-01-01|7", &err));
    OK(add(s.builder, "rollouts", "entity|start|activity\nlab|2026-04-01|A5", &err));
    OK(add(s.builder, "anecdotes", "text|objective\nIt helped|trust", &err));

    exhaust_tables(s);
    exhaust_stages(s, 1);
    exhaust_stages(s, 4);
    exhaust_desk(s);
    exhaust_goals(s);
    exhaust_ledger(s);
    exhaust_agreements(s);
    stages last = s;
    free_stages(&last);
    std::printf("%d calls survived %d faults\n", functions, faults);
    return faults > functions ? 0 : 1;
}
