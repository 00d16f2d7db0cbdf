#include "convert.h"
#include "handles.h"

using namespace gradus::c;

gradus_status gradus_kpis_load(const gradus_organization* organization, gradus_builder* builder,
                               const gradus_load_options* options, gradus_kpis** out, gradus_error* err) {
    return load_for(organization, builder, out, err, [&](const gradus::Organization& o) {
        return from_c(options), gradus::load_kpis(o, needed_input(*builder, "kpis"));
    });
}
void gradus_kpis_free(gradus_kpis* kpis) { delete kpis; }
gradus_status gradus_kpis_table(const gradus_kpis* kpis, const char* name, gradus_table** out, gradus_error* err) {
    return pick(kpis, name, out, err);
}

gradus_status gradus_rollouts_load(const gradus_organization* organization, gradus_builder* builder,
                                   const gradus_load_options* options, gradus_rollouts** out, gradus_error* err) {
    return load_for(organization, builder, out, err, [&](const gradus::Organization& o) {
        return from_c(options), gradus::load_rollouts(o, needed_input(*builder, "rollouts"));
    });
}
void gradus_rollouts_free(gradus_rollouts* rollouts) { delete rollouts; }
gradus_status gradus_rollouts_table(const gradus_rollouts* rollouts, const char* name, gradus_table** out,
                                    gradus_error* err) {
    return pick(rollouts, name, out, err);
}

gradus_status gradus_anecdotes_load(const gradus_organization* organization, gradus_builder* builder,
                                    const gradus_load_options* options, gradus_anecdotes** out, gradus_error* err) {
    return load_for(organization, builder, out, err, [&](const gradus::Organization& o) {
        return from_c(options), gradus::load_anecdotes(o, needed_input(*builder, "anecdotes"));
    });
}
void gradus_anecdotes_free(gradus_anecdotes* anecdotes) { delete anecdotes; }
gradus_status gradus_anecdotes_table(const gradus_anecdotes* anecdotes, const char* name, gradus_table** out,
                                     gradus_error* err) {
    return pick(anecdotes, name, out, err);
}
