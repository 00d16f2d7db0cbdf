#include "convert.h"
#include "handles.h"

using namespace gradus::c;

namespace {

/// load() of an organisation, which keeps its own warnings to itself.
template <class Make>
gradus_status load_organization(gradus_builder* builder, gradus_organization** out, gradus_error* err,
                                Make&& make) noexcept {
    return load(builder, out, err, [&](std::shared_ptr<const gradus::Problems>& problems) {
        const auto made = std::make_shared<const gradus::Organization>(make(organization_inputs(*builder)));
        problems = {made, &made->problems()};
        return Result<gradus::Organization>{made, made->relations().minor_digits};
    });
}

}  // namespace

gradus_status gradus_organization_load(gradus_builder* builder, const gradus_load_options* options,
                                       gradus_organization** out, gradus_error* err) {
    return load_organization(builder, out, err, [&](const std::vector<gradus::Input>& inputs) {
        return gradus::Organization(inputs, from_c(options).threads);
    });
}

gradus_status gradus_organization_with_tables(const gradus_organization* organization, gradus_builder* builder,
                                              const gradus_load_options* options, gradus_organization** out,
                                              gradus_error* err) {
    return load_organization(builder, out, err, [&](const std::vector<gradus::Input>& inputs) {
        return get(organization).with_tables(inputs, from_c(options).threads);
    });
}

void gradus_organization_free(gradus_organization* organization) { delete organization; }

gradus_status gradus_organization_table(const gradus_organization* organization, const char* name, gradus_table** out,
                                        gradus_error* err) {
    return create(out, err, [&] {
        std::vector<const gradus::Table*> tables = get(organization).tables().all();
        tables.push_back(&get(organization).problems());
        return part(organization, find(tables, name));
    });
}

uint64_t gradus_organization_digest(const gradus_organization* organization) {
    return organization ? organization->value->digest() : 0;
}
