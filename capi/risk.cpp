#include "convert.h"
#include "handles.h"

using namespace gradus::c;

// ---- gaps ----

void gradus_gap_options_init(gradus_gap_options* options, uint32_t struct_size) { init(options, struct_size); }

gradus_status gradus_find_gaps(const gradus_organization* organization, const gradus_estimates* estimates,
                               const gradus_gap_options* options, gradus_control* control, gradus_gaps** out,
                               gradus_error* err) {
    return create(out, err, [&] {
        return result(organization,
                      gradus::find_gaps(get(organization), get(estimates), from_c(options), get(control)));
    });
}
gradus_status gradus_gaps_load(const gradus_organization* organization, gradus_builder* builder,
                               const gradus_load_options* options, gradus_gaps** out, gradus_error* err) {
    return load_for(organization, builder, out, err, [&](const gradus::Organization& o) {
        const LoadOptions load = from_c(options);
        return gradus::load_gaps(o, needed_input(*builder, "gaps"), load.as_of, load.threads);
    });
}
void gradus_gaps_free(gradus_gaps* gaps) { delete gaps; }
gradus_status gradus_gaps_table(const gradus_gaps* gaps, const char* name, gradus_table** out, gradus_error* err) {
    return pick(gaps, name, out, err);
}

// ---- risks ----

void gradus_risk_options_init(gradus_risk_options* options, uint32_t struct_size) { init(options, struct_size); }

gradus_status gradus_assess_risk(const gradus_organization* organization, const gradus_gaps* gaps,
                                 const gradus_risk_options* options, gradus_control* control, gradus_risks** out,
                                 gradus_error* err) {
    return create(out, err, [&] {
        return result(organization, gradus::assess_risk(get(organization), get(gaps), from_c(options), get(control)));
    });
}
gradus_status gradus_risks_load(const gradus_organization* organization, gradus_builder* builder,
                                const gradus_load_options* options, gradus_risks** out, gradus_error* err) {
    return load_for(organization, builder, out, err, [&](const gradus::Organization& o) {
        const LoadOptions load = from_c(options);
        return gradus::load_risks(o, needed_input(*builder, "risks"), load.as_of, load.threads);
    });
}
void gradus_risks_free(gradus_risks* risks) { delete risks; }
gradus_status gradus_risks_table(const gradus_risks* risks, const char* name, gradus_table** out, gradus_error* err) {
    return pick(risks, name, out, err);
}

gradus_status gradus_compare_risks(const gradus_risks* before, const gradus_risks* after, gradus_table** out,
                                   gradus_error* err) {
    return create(out, err, [&] {
        return table(after, gradus::compare(*required(before, "before").value, *required(after, "after").value));
    });
}

// ---- heat map and concentration ----

void gradus_heat_map_options_init(gradus_heat_map_options* options, uint32_t struct_size) {
    init(options, struct_size);
}

gradus_status gradus_heat_map(const gradus_organization* organization, const gradus_risks* risks,
                              const gradus_heat_map_options* options, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        return table(organization, gradus::heat_map(get(organization), get(risks), from_c(options)));
    });
}

void gradus_concentration_options_init(gradus_concentration_options* options, uint32_t struct_size) {
    init(options, struct_size);
}

gradus_status gradus_concentration(const gradus_organization* organization, const gradus_estimates* estimates,
                                   const gradus_concentration_options* options, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        return table(organization, gradus::concentration(get(organization), get(estimates), from_c(options)));
    });
}
