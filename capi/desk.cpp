#include "convert.h"
#include "handles.h"

using namespace gradus::c;

namespace {

/// The members that both structs of options have; the handles in them are their caller's.
template <class C>
gradus::PersonNow now(const C& c) {
    return {.estimates = c.estimates ? &get(c.estimates) : nullptr,
            .risks = c.risks ? &get(c.risks) : nullptr,
            .remaining = c.remaining ? &get(c.remaining) : nullptr,
            .at = date_from_c(c.at),
            .hours = gradus::Minutes(c.minutes),
            .credit_completed = truth(c.credit_completed, "credit_completed")};
}

gradus::PersonId person_of(const gradus::Desk& desk, const char* key) {
    return find<gradus::PersonTag>(desk.organization().people(), key, "person");
}

gradus::ReplanOptions from_c(const gradus_replan_options* options, const gradus::Desk& desk) {
    const gradus_replan_options c = known(options);
    gradus::ReplanOptions o;
    o.now = now(c);
    o.change_cost = c.change_cost;
    o.work_limit = c.work_limit;
    if (c.exclude_count < 0)
        throw gradus::Error(gradus::Code::invalid_option, "exclude_count is negative", "options", 0, "exclude_count");
    for (std::int32_t i = 0; i < c.exclude_count; ++i)
        o.exclude.push_back(find<gradus::ActivityTag>(desk.organization().activities(),
                                                      (&required(c.exclude, "exclude"))[i], "activity"));
    return o;
}

gradus::RecommendOptions from_c(const gradus_recommend_options* options) {
    const gradus_recommend_options c = known(options);
    return {.now = now(c),
            .top = c.top,
            .every_session = truth(c.every_session, "every_session"),
            .only_possible = truth(c.only_possible, "only_possible")};
}

template <class Call>
gradus_status ask(gradus_remaining* remaining, int32_t* taken, gradus_table** refusal, gradus_error* err, Call&& call) {
    if (taken) *taken = 0;
    if (refusal) *refusal = nullptr;
    return guard(err, [&] {
        int32_t& done = required(taken, "taken");
        gradus::Refusal why = call(get(remaining));
        done = why.size() == 0;
        if (refusal && !done) *refusal = new gradus_table(table(remaining, std::move(why)));
    });
}

}  // namespace

gradus_status gradus_desk_new(const gradus_organization* organization, const gradus_risks* risks,
                              const gradus_plan* plan, gradus_desk** out, gradus_error* err) {
    return create(out, err,
                  [&] { return result(organization, gradus::Desk(get(organization), get(risks), get(plan))); });
}

void gradus_desk_free(gradus_desk* desk) { delete desk; }

void gradus_replan_options_init(gradus_replan_options* options, uint32_t struct_size) { init(options, struct_size); }

gradus_status gradus_replan(const gradus_desk* desk, const char* person, const gradus_replan_options* options,
                            gradus_proposal** out, gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Desk& of = get(desk);
        return gradus_proposal{
            {std::make_shared<const gradus::Proposal>(gradus::replan(of, person_of(of, person), from_c(options, of))),
             desk->minor_digits}};
    });
}

void gradus_proposal_free(gradus_proposal* proposal) { delete proposal; }

gradus_status gradus_proposal_table(const gradus_proposal* proposal, const char* name, gradus_table** out,
                                    gradus_error* err) {
    return create(out, err, [&] { return part(proposal, gradus::c::find(get(proposal).tables(), name)); });
}

void gradus_recommend_options_init(gradus_recommend_options* options, uint32_t struct_size) {
    init(options, struct_size);
}

gradus_status gradus_recommend(const gradus_desk* desk, const char* person, const gradus_recommend_options* options,
                               gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Desk& of = get(desk);
        return table(desk, gradus::recommend(of, person_of(of, person), from_c(options)));
    });
}

gradus_status gradus_remaining_new(const gradus_desk* desk, gradus_remaining** out, gradus_error* err) {
    return create(out, err, [&] { return gradus_remaining{gradus::Remaining(get(desk)), desk->minor_digits}; });
}

void gradus_remaining_free(gradus_remaining* remaining) { delete remaining; }

gradus_status gradus_remaining_try_take(gradus_remaining* remaining, const gradus_proposal* proposal, int32_t* taken,
                                        gradus_table** refusal, gradus_error* err) {
    return ask(remaining, taken, refusal, err, [&](gradus::Remaining& left) { return left.try_take(get(proposal)); });
}

gradus_status gradus_remaining_give_back(gradus_remaining* remaining, const gradus_proposal* proposal, int32_t* taken,
                                         gradus_table** refusal, gradus_error* err) {
    return ask(remaining, taken, refusal, err, [&](gradus::Remaining& left) { return left.give_back(get(proposal)); });
}

gradus_status gradus_remaining_table(const gradus_remaining* remaining, const char* name, gradus_table** out,
                                     gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Remaining& left = get(remaining);
        const std::string_view wanted = text(name, "name");
        if (wanted == gradus::PlanItems().name()) return table(remaining, left.items());
        const gradus::RemainingResources resources = left.resources();
        gradus::c::find({&resources}, name);  // refuses other names
        return table(remaining, resources);
    });
}
