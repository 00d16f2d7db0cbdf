#include <optional>
#include <string>
#include <vector>

#include "convert.h"
#include "handles.h"

using namespace gradus::c;

namespace {

[[noreturn]] void refuse(const std::string& message) { throw gradus::Error(gradus::Code::invalid_argument, message); }

/// @throws Error unknown_table, naming those there are.
[[noreturn]] void unknown(std::string_view name, const std::string& known) {
    throw gradus::Error(gradus::Code::unknown_table, "there is no such table here, but " + known, std::string(name));
}

/// What the requests write: from a plan, or from the builder's tables; not from both.
gradus::PlanContents contents(const gradus::Agreements& agreements, const gradus::PlanRequests& requests,
                              const gradus_builder& builder, const gradus_plan* plan, const gradus_goals* goals) {
    const gradus::Input *items = input(builder, "items"), *written = input(builder, "goals"),
                        *milestones = input(builder, "milestones");
    if (!plan) {
        if (goals) refuse("goals are those written from a plan, and plan is NULL: load the tables by the builder");
        return gradus::load_plan_contents(agreements, requests, items, written, milestones);
    }
    for (const gradus::Input* given : {items, written, milestones})
        if (given)
            throw gradus::Error(gradus::Code::contradiction,
                                "the builder holds this table, and a plan is given: expected one of the two",
                                given->table());
    return gradus::plan_contents(get(plan), goals ? &get(goals) : nullptr);
}

gradus_table table_of(const gradus_agreements* agreements, std::string_view name, const char* person) {
    const gradus::Agreements& of = get(agreements);
    if (person && !*person) refuse("person is empty: a key is expected, or NULL for everyone");
    const std::string_view who = person ? person : "";
    if (name == "plans") return table(agreements, gradus::plans(of, who));
    if (name == "plan_history") return table(agreements, gradus::history(of, who));
    if (name == "agreed_items") return table(agreements, gradus::agreed_items(of, who));
    if (name != "transitions") unknown(name, "plans, plan_history, agreed_items, transitions");
    if (person) refuse("transitions are nobody's: NULL is expected for person");
    return table(agreements, gradus::transition_table());
}

gradus_table content_of(const gradus_agreements* agreements, const char* plan, std::string_view name) {
    gradus::PlanContent content = gradus::content(get(agreements), text(plan, "plan"));
    if (name == "items") return table(agreements, std::move(content.items));
    if (name == "goals") return table(agreements, std::move(content.goals));
    if (name == "milestones") return table(agreements, std::move(content.milestones));
    unknown(name, "items, goals, milestones");
}

gradus_table next_table_of(const gradus_agreements* agreements, std::string_view name, gradus::Moment at) {
    const gradus::Agreements& of = get(agreements);
    if (name == "accounts") return table(agreements, gradus::accounts(of, at));
    if (name == "funds") return table(agreements, gradus::funds(of, at));
    if (name != "enrolments" && name != "sessions") unknown(name, "enrolments, accounts, funds, sessions");
    if (!gradus::is_missing(at)) refuse("enrolments and sessions are as they stand: INT64_MIN is expected for at");
    if (name == "enrolments") return table(agreements, gradus::enrolments(of));
    return table(agreements, gradus::sessions(of));
}

}  // namespace

gradus_status gradus_agreements_open(const gradus_ledger* ledger, const gradus_organization* organization,
                                     gradus_agreements** out, gradus_error* err) {
    return create(out, err, [&] {
        return gradus_agreements{gradus::Agreements(get(ledger), get(organization)), ledger->minor_digits};
    });
}

void gradus_agreements_free(gradus_agreements* agreements) { delete agreements; }

gradus_status gradus_agreements_apply(gradus_agreements* agreements, gradus_builder* builder, const gradus_plan* plan,
                                      const gradus_goals* goals, gradus_table** receipts, gradus_error* err) {
    return load(builder, receipts, err, [&](std::shared_ptr<const gradus::Problems>& problems) {
        gradus::Agreements& to = get(agreements);
        const gradus::PlanRequests requests = gradus::load_plan_requests(to, needed_input(*builder, "plan_requests"));
        const gradus::PlanContents written = contents(to, requests, *builder, plan, goals);
        problems = written.problems ? gradus::join(*requests.problems, *written.problems) : requests.problems;
        return table(agreements, gradus::apply_plan_requests(to, requests, written));
    });
}

gradus_status gradus_agreements_get_head(const gradus_agreements* agreements, gradus_plan_head* out,
                                         gradus_error* err) {
    return guard(err, [&] {
        gradus_plan_head& place = required(out, "out");
        const gradus::PlanHead head = get(agreements).head();
        place = {};
        place.change = head.change;
        place.at = to_c(head.at);
        copy(head.hash, place.hash);
    });
}

gradus_status gradus_agreements_receipt(const gradus_agreements* agreements, const char* key, gradus_table** out,
                                        gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Agreements& of = get(agreements);
        std::vector<gradus::PlanReceipt> found;
        if (std::optional<gradus::PlanReceipt> receipt = of.receipt(text(key, "key")))
            found.push_back(std::move(*receipt));
        return table(agreements, gradus::to_table(of, found));
    });
}

gradus_status gradus_agreements_table(const gradus_agreements* agreements, const char* name, const char* person,
                                      gradus_table** out, gradus_error* err) {
    return create(out, err, [&] { return table_of(agreements, text(name, "name"), person); });
}

gradus_status gradus_agreements_content(const gradus_agreements* agreements, const char* plan, const char* name,
                                        gradus_table** out, gradus_error* err) {
    return create(out, err, [&] { return content_of(agreements, plan, text(name, "name")); });
}

gradus_status gradus_agreements_next_table(const gradus_agreements* agreements, const char* name, int64_t at,
                                           gradus_table** out, gradus_error* err) {
    return create(out, err, [&] { return next_table_of(agreements, text(name, "name"), moment_from_c(at)); });
}

gradus_status gradus_agreements_next_organization(const gradus_agreements* agreements, int64_t at,
                                                  const gradus_load_options* options, gradus_organization** out,
                                                  gradus_error* err) {
    return create(out, err, [&] {
        return gradus_organization{
            result(agreements, gradus::next_organization(get(agreements), moment_from_c(at), from_c(options).threads))};
    });
}

gradus_status gradus_agreements_program_report(const gradus_agreements* agreements, int64_t at,
                                               const char* const* informed, int32_t informed_count, gradus_table** out,
                                               gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Agreements& of = get(agreements);
        const std::vector<gradus::PersonId> people =
            people_from_c(of.organization(), informed, informed_count, "informed");
        return table(agreements, gradus::program_report(of, moment_from_c(at), people));
    });
}

gradus_status gradus_agreements_notices(const gradus_agreements* agreements, int64_t at, int32_t lead_days,
                                        gradus_table** out, gradus_error* err) {
    return create(out, err,
                  [&] { return table(agreements, gradus::notices(get(agreements), moment_from_c(at), lead_days)); });
}
