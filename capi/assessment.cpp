#include "convert.h"
#include "handles.h"

using namespace gradus::c;

gradus_status gradus_assessments_load(const gradus_organization* organization, gradus_builder* builder,
                                      const gradus_load_options* options, gradus_assessments** out, gradus_error* err) {
    return load_for(organization, builder, out, err, [&](const gradus::Organization& o) {
        return gradus::load_assessments(o, needed_input(*builder, "assessments"), from_c(options).threads);
    });
}
void gradus_assessments_free(gradus_assessments* assessments) { delete assessments; }
gradus_status gradus_assessments_table(const gradus_assessments* assessments, const char* name, gradus_table** out,
                                       gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Assessments& a = get(assessments);
        std::vector<const gradus::Table*> tables{&a, a.problems.get()};
        if (!assessments->levels) return part(assessments, find(tables, name));
        tables.push_back(assessments->levels.get());
        const gradus::Table& found = find(tables, name);
        if (&found != tables.back()) return part(assessments, found);
        return gradus_table{assessments->levels, assessments->minor_digits};
    });
}

void gradus_review_options_init(gradus_review_options* options, uint32_t struct_size) { init(options, struct_size); }

gradus_status gradus_simulate_assessments(const gradus_organization* organization,
                                          const gradus_assessments* assessments, gradus_builder* builder,
                                          const char* design, const gradus_estimate_options* estimate,
                                          const gradus_review_options* options, gradus_control* control,
                                          gradus_assessments** out, gradus_error* err) {
    return load(builder, out, err, [&](std::shared_ptr<const gradus::Problems>& problems) {
        const gradus::Organization& o = get(organization);
        const auto designs = gradus::load_review_designs(o, needed_input(*builder, "review_designs"));
        problems = designs.problems;
        const gradus::Assessments none;
        gradus::SimulatedReview made =
            gradus::simulate_assessments(o, assessments ? get(assessments) : none, designs, design ? design : "",
                                         from_c(estimate, options), get(control));
        return gradus_assessments{result(organization, std::move(made.assessments)),
                                  std::make_shared<const gradus::TrueLevels>(std::move(made.levels))};
    });
}
gradus_status gradus_review_design(const gradus_organization* organization, const gradus_assessments* assessments,
                                   gradus_builder* builder, const gradus_estimate_options* estimate,
                                   const gradus_review_options* options, gradus_control* control, gradus_table** out,
                                   gradus_table** capabilities, gradus_error* err) {
    if (capabilities) *capabilities = nullptr;
    std::unique_ptr<gradus_table> apart;
    const gradus_status status = load(builder, out, err, [&](std::shared_ptr<const gradus::Problems>& problems) {
        const gradus::Organization& o = get(organization);
        const auto designs = gradus::load_review_designs(o, needed_input(*builder, "review_designs"));
        problems = designs.problems;
        const gradus::Assessments none;
        gradus::DesignReview made = gradus::review_design(o, assessments ? get(assessments) : none, designs,
                                                          from_c(estimate, options), get(control));
        problems = made.problems;
        if (capabilities) apart = std::make_unique<gradus_table>(made.capabilities, organization->minor_digits);
        return table(organization, std::move(made));
    });
    if (status == GRADUS_OK && capabilities) *capabilities = apart.release();
    return status;
}

gradus_status gradus_ratings_by_source(const gradus_organization* organization, const gradus_assessments* assessments,
                                       int32_t as_of, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        return table(organization, gradus::ratings_by_source(get(organization), get(assessments), date_from_c(as_of)));
    });
}

void gradus_estimate_options_init(gradus_estimate_options* options, uint32_t struct_size) {
    init(options, struct_size);
}

gradus_status gradus_estimate(const gradus_organization* organization, const gradus_assessments* assessments,
                              const gradus_estimate_options* options, gradus_control* control, gradus_estimates** out,
                              gradus_error* err) {
    return create(out, err, [&] {
        return result(organization,
                      gradus::estimate(get(organization), get(assessments), from_c(options), get(control)));
    });
}
gradus_status gradus_estimates_load(const gradus_organization* organization, gradus_builder* builder,
                                    const gradus_load_options* options, gradus_estimates** out, gradus_error* err) {
    return load_for(organization, builder, out, err, [&](const gradus::Organization& o) {
        const LoadOptions load = from_c(options);
        return gradus::load_estimates(o, needed_input(*builder, "estimates"), load.as_of, load.threads);
    });
}
void gradus_estimates_free(gradus_estimates* estimates) { delete estimates; }
gradus_status gradus_estimates_table(const gradus_estimates* estimates, const char* name, gradus_table** out,
                                     gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Estimates& e = get(estimates);
        const gradus::Raters raters;  // empty: these four stand for what is made when asked for
        const gradus::Sources sources;
        const gradus::VarianceReport variances;
        const gradus::Residuals residuals;
        const gradus::Table& found = find({&e, e.problems.get(), &raters, &sources, &variances, &residuals}, name);
        if (&found == &raters) return table(estimates, gradus::report_raters(e));
        if (&found == &sources) return table(estimates, gradus::report_sources(e));
        if (&found == &variances) return table(estimates, gradus::report_variances(e));
        if (&found == &residuals) return table(estimates, gradus::report_residuals(e));
        return part(estimates, found);
    });
}

gradus_status gradus_estimates_update(const gradus_estimates* estimates, const gradus_assessments* added, int32_t as_of,
                                      int32_t threads, gradus_estimates** out, gradus_error* err) {
    return create(out, err, [&] {
        return result(estimates, gradus::update_estimates(get(estimates), get(added), date_from_c(as_of), threads));
    });
}

gradus_status gradus_check_fairness(const gradus_estimates* estimates, int32_t min_people, int32_t against,
                                    gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        return table(estimates, gradus::check_fairness(get(estimates), min_people, source_from_c(against, "against")));
    });
}
