#include "convert.h"
#include "handles.h"

using namespace gradus::c;

namespace {

// The handles in them are their caller's.
gradus::GoalOptions from_c(const gradus_goal_options* options, const gradus::Organization& organization) {
    const gradus_goal_options c = known(options);
    return {
        .person = c.person ? find<gradus::PersonTag>(organization.people(), c.person, "person") : gradus::PersonId(),
        .assessments = c.assessments ? &get(c.assessments) : nullptr,
        .min_probability = c.min_probability,
        .sure = c.sure,
        .check_in_days = c.check_in_days,
        .reassess_days = c.reassess_days,
        .threads = c.threads};
}

gradus::CheckOptions from_c(const gradus_check_options* options) {
    const gradus_check_options c = known(options);
    check_reserved(c.reserved);
    return {.assessments = c.assessments ? &get(c.assessments) : nullptr,
            .estimates = c.estimates ? &get(c.estimates) : nullptr,
            .min_probability = c.min_probability,
            .sure = c.sure,
            .start = date_from_c(c.start),
            .months = c.months,
            .period_months = c.period_months,
            .threads = c.threads};
}

}  // namespace

void gradus_goal_options_init(gradus_goal_options* options, uint32_t struct_size) { init(options, struct_size); }
void gradus_check_options_init(gradus_check_options* options, uint32_t struct_size) { init(options, struct_size); }

gradus_status gradus_write_goals(const gradus_desk* desk, const gradus_goal_options* options, gradus_goals** out,
                                 gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Desk& of = get(desk);
        return result(desk, gradus::write_goals(of, from_c(options, of.organization())));
    });
}

gradus_status gradus_goals_load(const gradus_organization* organization, gradus_builder* builder,
                                const gradus_load_options* options, gradus_goals** out, gradus_error* err) {
    return load(builder, out, err, [&](std::shared_ptr<const gradus::Problems>& problems) {
        gradus::WrittenGoals goals = gradus::load_goals(get(organization), needed_input(*builder, "goals"),
                                                        input(*builder, "milestones"), from_c(options).threads);
        problems = goals.goals.problems;
        return result(organization, std::move(goals));
    });
}

void gradus_goals_free(gradus_goals* goals) { delete goals; }

gradus_status gradus_goals_table(const gradus_goals* goals, const char* name, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        const gradus::WrittenGoals& value = get(goals);
        std::vector<const gradus::Table*> tables = value.tables();
        tables.push_back(value.goals.problems.get());
        return part(goals, find(tables, name));
    });
}

gradus_status gradus_check_goals(const gradus_organization* organization, const gradus_risks* risks,
                                 const gradus_goals* goals, const gradus_check_options* options, gradus_table** out,
                                 gradus_error* err) {
    return create(out, err, [&] {
        const gradus::WrittenGoals& written = get(goals);
        return table(organization, gradus::check_goals(get(organization), get(risks), written.goals, written.milestones,
                                                       from_c(options)));
    });
}

gradus_status gradus_trace_items(const gradus_desk* desk, const char* person, const char* objective, gradus_table** out,
                                 gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Organization& organization = get(desk).organization();
        gradus::TraceOptions options;
        if (person) options.person = find<gradus::PersonTag>(organization.people(), person, "person");
        if (objective)
            options.objective = find<gradus::ObjectiveTag>(organization.objectives(), objective, "objective");
        return table(desk, gradus::trace_items(get(desk), options));
    });
}

gradus_status gradus_trace_objectives(const gradus_desk* desk, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] { return table(desk, gradus::trace_objectives(get(desk))); });
}
