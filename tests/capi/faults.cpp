// Memory runs out at every place where it can: each function says so, gives nothing back, leaks nothing, and works the
// next time. The operators new of this program are the library's too: a shared library takes those of the program.

#include <gradus.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <new>

#include "story.h"

namespace {

std::atomic<std::int64_t> allocations_left{INT64_MAX};

void* allocate(std::size_t size, std::size_t alignment) noexcept {
    if (allocations_left.fetch_sub(1) <= 0) return nullptr;
    return alignment ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                     : std::malloc(size ? size : 1);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment = 0) {
    void* memory = allocate(size, alignment);
    return memory ? memory : throw std::bad_alloc();
}

}  // namespace

// All of them: a sanitizer brings its own of those that are not here.
using std::align_val_t;
using std::nothrow_t;
using std::size_t;
void* operator new(size_t size) { return allocate_or_throw(size); }
void* operator new[](size_t size) { return allocate_or_throw(size); }
void* operator new(size_t size, align_val_t align) { return allocate_or_throw(size, static_cast<size_t>(align)); }
void* operator new[](size_t size, align_val_t align) { return allocate_or_throw(size, static_cast<size_t>(align)); }
void* operator new(size_t size, const nothrow_t&) noexcept { return allocate(size, 0); }
void* operator new[](size_t size, const nothrow_t&) noexcept { return allocate(size, 0); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const nothrow_t&) noexcept { std::free(memory); }

namespace {

int functions = 0, faults = 0;

/// Calls `call(err)` with memory for 0, 1, 2, … allocations until it succeeds without a fault.
template <class Call>
void exhaust(const char* name, Call&& call) {
    for (std::int64_t room = 0;; room += 1 + room / 64) {
        gradus_error err{};
        allocations_left = room;
        const gradus_status status = call(&err);
        const bool fault = allocations_left < 0;
        allocations_left = INT64_MAX;
        // Sorting asks for memory politely, and does without.
        if (status == GRADUS_OK && !fault) break;
        faults += fault;
        const bool told = status == GRADUS_OUT_OF_MEMORY && std::strcmp(err.message, "memory ran out") == 0;
        if (!(told || (fault && status == GRADUS_OK))) {
            std::fprintf(stderr, "%s, after %lld allocations: %s: %s\n", name, static_cast<long long>(room),
                         gradus_status_name(status), err.message);
            std::exit(1);
        }
        CHECK(err.code == status);
    }
    ++functions;
}

/// Likewise for a function that makes a handle: on failure there is none.
template <class Handle, class Call>
void exhaust(const char* name, void (*release)(Handle*), Call&& call) {
    exhaust(name, [&](gradus_error* err) {
        Handle* out = reinterpret_cast<Handle*>(&err);
        const gradus_status status = call(&out, err);
        CHECK((status == GRADUS_OK) == (out != nullptr));
        release(out);
        return status;
    });
}

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

#define EXHAUST(release, call) exhaust(#call, release, [&](auto** out, gradus_error* err) { return call; })

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

/// A ledger, opened and written to anew each time, and asked: what ran out of memory is applied whole or not at all.
void exhaust_ledger(const stages& s) {
    gradus_error err;
    gradus_builder* builder;
    gradus_ledger* ledger;
    gradus_table* receipts;
    OK(gradus_builder_new(&builder, &err));
    OK(add(builder, "requests",
           "key|at|by|operation|fund|person|program|kind|amount|activity|first_day|cost|spending\n"
           "s|2026-01-01|hr|supply|learning|||money|1000||||\n"
           "g|2026-01-01|hr|grant|learning|E1|tuition|money|500||||\n"
           "a|2026-01-03|E1|spend||E1|tuition|||A4|2026-02-01|80|\n"
           "c|2026-01-03|hr|settle||||||||60|a",
           &err));
    OK(add(builder, "stages", "person|stage\nE1|agreed", &err));
    OK(add(builder, "programs", "program|kind|fund|account_share\ntuition|money|learning|1", &err));
    gradus_organization* organization;
    OK(gradus_organization_with_tables(s.organization, builder, nullptr, &organization, &err));
    exhaust("gradus_ledger_apply", [&](gradus_error* e) {
        gradus_ledger* made;
        gradus_table *table, *parts;
        gradus_status status = gradus_ledger_open(":memory:", nullptr, &made, e);
        if (status) return status;
        status = gradus_ledger_apply(made, builder, organization, 0, &table, &parts, e);
        CHECK((status == GRADUS_OK) == (table != nullptr) && (status == GRADUS_OK) == (parts != nullptr));
        const std::int64_t room = allocations_left.exchange(INT64_MAX);
        gradus_ledger_check check;
        OK(gradus_ledger_verify(made, &check, &err));
        CHECK(check.sound);
        allocations_left = room;
        gradus_table_free(table);
        gradus_table_free(parts);
        gradus_ledger_free(made);
        return status;
    });
    OK(gradus_ledger_open(":memory:", nullptr, &ledger, &err));
    OK(gradus_ledger_apply(ledger, builder, organization, 0, &receipts, nullptr, &err));
    gradus_table_free(receipts);
    const std::int64_t at = gradus_date(2026, 3, 1) * std::int64_t{86'400'000'000};
    const char* const planned[] = {"E1"};
    EXHAUST(gradus_ledger_free, gradus_ledger_open(":memory:", nullptr, out, err));
    EXHAUST(gradus_table_free, gradus_ledger_receipt(ledger, "a", out, err));
    EXHAUST(gradus_table_free, gradus_ledger_table(ledger, "ledger_entries", INT64_MIN, out, err));
    EXHAUST(gradus_table_free, gradus_ledger_table(ledger, "ledger_balances", at, out, err));
    EXHAUST(gradus_table_free, gradus_ledger_table(ledger, "ledger_pending", at, out, err));
    EXHAUST(gradus_table_free, gradus_grants_due(organization, ledger, at, "hr", out, err));
    EXHAUST(gradus_table_free, gradus_fund_programs(organization, ledger, at, "hr", out, err));
    EXHAUST(gradus_table_free, gradus_entitlement(organization, ledger, "E1", at, out, err));
    EXHAUST(gradus_table_free, gradus_notices(organization, ledger, at, 30, planned, 1, out, err));
    EXHAUST(gradus_table_free, gradus_program_report(organization, ledger, builder, at, out, err));
    gradus_balance balance;
    gradus_ledger_head head;
    gradus_ledger_check check;
    exhaust("gradus_ledger_balance", [&](gradus_error* e) {
        return gradus_ledger_balance(ledger, GRADUS_KIND_MONEY, "E1", "tuition", nullptr, at, &balance, e);
    });
    exhaust("gradus_ledger_get_head", [&](gradus_error* e) { return gradus_ledger_get_head(ledger, &head, e); });
    exhaust("gradus_ledger_verify", [&](gradus_error* e) { return gradus_ledger_verify(ledger, &check, e); });
    exhaust("gradus_ledger_rebuild", [&](gradus_error* e) { return gradus_ledger_rebuild(ledger, e); });
    OK(gradus_ledger_verify(ledger, &check, &err));
    CHECK(check.sound);
    gradus_ledger_free(ledger);
    gradus_organization_free(organization);
    gradus_builder_free(builder);
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
    stages last = s;
    free_stages(&last);
    std::printf("%d calls survived %d faults\n", functions, faults);
    return faults > functions ? 0 : 1;
}
