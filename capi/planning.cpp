#include <fstream>

#include "convert.h"
#include "handles.h"

using namespace gradus::c;

namespace {

/// With the plan before, which is a handle.
gradus::OptimizeOptions with_previous(const gradus_optimize_options* options) {
    gradus::OptimizeOptions result = from_c(options);
    if (const gradus_plan* previous = known(options).previous) {
        result.previous = std::make_shared<const gradus::PlanItems>(get(previous).items);
        result.earlier = std::make_shared<const gradus::Earlier>(
            gradus::Earlier{get(previous), *previous->organization, *previous->risks});
    }
    return result;
}

/// A plan, with what it was made of.
gradus_plan plan_of(const gradus_organization* organization, const gradus_risks* risks, gradus::Plan plan) {
    return {result(organization, std::move(plan)), organization->value, risks->value};
}

[[noreturn]] void refuse_file(const char* done, const char* path) {
    throw gradus::Error(gradus::Code::invalid_argument,
                        "the file '" + std::string(path) + "' cannot be " + std::string(done));
}

}  // namespace

void gradus_optimize_options_init(gradus_optimize_options* options, uint32_t struct_size) {
    init(options, struct_size);
}

gradus_status gradus_optimize(const gradus_organization* organization, const gradus_risks* risks,
                              const gradus_optimize_options* options, gradus_control* control, gradus_plan** out,
                              gradus_error* err) {
    return create(out, err, [&] {
        return plan_of(organization, risks,
                       gradus::optimize(get(organization), get(risks), with_previous(options), get(control)));
    });
}

gradus_status gradus_plan_load(const gradus_organization* organization, const gradus_risks* risks,
                               gradus_builder* builder, const gradus_optimize_options* plan_options,
                               const gradus_load_options* options, gradus_plan** out, gradus_error* err) {
    const gradus_status status = load_for(organization, builder, out, err, [&](const gradus::Organization& o) {
        const LoadOptions load = from_c(options);
        gradus::OptimizeOptions plan = with_previous(plan_options);
        plan.threads = load.threads;
        std::vector<gradus::Input> tables;
        for (const char* name : {"items", "resources", "conflicts", "certificate"})
            if (const gradus::Input* given = input(*builder, name)) tables.push_back(*given);
        return gradus::load_plan(o, get(risks), tables, plan, load.as_of);
    });
    if (status == GRADUS_OK) {
        (*out)->organization = organization->value;
        (*out)->risks = risks->value;
    }
    return status;
}

gradus_status gradus_export_mps(const gradus_organization* organization, const gradus_risks* risks,
                                const gradus_optimize_options* options, const char* path, gradus_error* err) {
    return guard(err, [&] {
        const gradus::Organization& o = get(organization);
        const gradus::Risks& r = get(risks);
        const gradus::OptimizeOptions how = with_previous(options);
        std::ofstream file(&required(path, "path"), std::ios::binary);
        if (!file) refuse_file("written", path);
        gradus::export_mps(o, r, file, how);
    });
}

gradus_status gradus_read_solution(const gradus_organization* organization, const gradus_risks* risks,
                                   const gradus_optimize_options* options, const char* path, double bound,
                                   gradus_plan** out, gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Organization& o = get(organization);
        const gradus::Risks& r = get(risks);
        const gradus::OptimizeOptions how = with_previous(options);
        std::ifstream file(&required(path, "path"), std::ios::binary);
        if (!file) refuse_file("read", path);
        const std::optional<double> given = gradus::is_missing(bound) ? std::nullopt : std::optional(bound);
        return plan_of(organization, risks, gradus::read_solution(o, r, file, how, given));
    });
}

void gradus_plan_free(gradus_plan* plan) { delete plan; }

gradus_status gradus_plan_table(const gradus_plan* plan, const char* name, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        std::vector<const gradus::Table*> tables = get(plan).tables();
        tables.push_back(get(plan).problems.get());
        return part(plan, find(tables, name));
    });
}

gradus_status gradus_plan_certificate(const gradus_plan* plan, gradus_certificate* out, gradus_error* err) {
    return guard(err, [&] { required(out, "out") = to_c(get(plan).certificate); });
}

const char* gradus_plan_status_name(int32_t status) {
    constexpr auto& names = gradus::Words<gradus::PlanStatus>::names;
    return status >= 0 && status < static_cast<int32_t>(std::size(names)) ? names[status].data() : "";
}

// ---- verification ----

void gradus_verify_options_init(gradus_verify_options* options, uint32_t struct_size) { init(options, struct_size); }

gradus_status gradus_verify(const gradus_organization* organization, const gradus_risks* risks, const gradus_plan* plan,
                            const gradus_verify_options* options, gradus_control* control, gradus_verification** out,
                            gradus_error* err) {
    return create(out, err, [&] {
        return result(organization,
                      gradus::verify(get(organization), get(risks), get(plan), from_c(options), get(control)));
    });
}

void gradus_verification_free(gradus_verification* verification) { delete verification; }
int32_t gradus_verification_ok(const gradus_verification* verification) {
    return verification && verification->value->ok();
}
int32_t gradus_verification_confirmed(const gradus_verification* verification) {
    return verification && verification->value->confirmed;
}
double gradus_verification_value(const gradus_verification* verification) {
    return verification ? verification->value->value : gradus::missing<double>();
}
double gradus_verification_price_bound(const gradus_verification* verification) {
    return verification ? verification->value->price_bound : gradus::missing<double>();
}
gradus_status gradus_verification_table(const gradus_verification* verification, const char* name, gradus_table** out,
                                        gradus_error* err) {
    return create(out, err, [&] { return part(verification, find({&get(verification).violations}, name)); });
}
