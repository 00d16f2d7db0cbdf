#include "convert.h"

#include "handles.h"

namespace gradus::c {

void check_reserved(std::int32_t reserved) {
    if (reserved != 0) throw Error(Code::invalid_option, "reserved must be 0", "options", 0, "reserved");
}

Source source_from_c(std::int32_t source, const char* name) {
    if (is_missing(source)) return missing<Source>();
    if (source < 0 || source >= static_cast<std::int32_t>(std::size(Words<Source>::names)))
        throw Error(Code::invalid_option,
                    std::string(name) + " is " + std::to_string(source) +
                        ": one of GRADUS_SOURCE_... or GRADUS_NONE is expected",
                    "options", 0, name);
    return static_cast<Source>(source);
}

bool truth(std::int32_t number, const char* name) {
    if (number != 0 && number != 1)
        throw Error(Code::invalid_option, std::string(name) + " is " + std::to_string(number) + ": 0 or 1 is expected",
                    "options", 0, name);
    return number == 1;
}

// ---- options: defaults to C, and what was asked for from C ----

gradus_load_options OptionStruct<gradus_load_options>::defaults() {
    return {.struct_size = sizeof(gradus_load_options), .as_of = GRADUS_NONE, .threads = 0, .reserved = 0};
}

LoadOptions from_c(const gradus_load_options* options) {
    const gradus_load_options c = known(options);
    check_reserved(c.reserved);
    return {.as_of = date_from_c(c.as_of), .threads = c.threads};
}

gradus_estimate_options OptionStruct<gradus_estimate_options>::defaults() {
    const EstimateOptions o;
    gradus_estimate_options c{};
    c.struct_size = sizeof c;
    c.as_of = to_c(o.as_of);
    c.term_person = o.terms.person;
    c.term_person_capability = o.terms.person_capability;
    c.term_severity = o.terms.severity;
    c.term_halo = o.terms.halo;
    c.pooled_severity = o.pooled.severity;
    c.pooled_halo = o.pooled.halo;
    c.pooled_residual = o.pooled.residual;
    c.common_uncertainty = o.common_uncertainty;
    c.threads = o.threads;
    c.likelihood = static_cast<std::int32_t>(o.likelihood);
    c.half_information_years = o.half_information_years;
    c.prior_mean = o.prior_mean;
    c.prior_sd = o.prior_sd;
    c.prior_weight = o.prior_weight;
    c.variance_person = o.variances.person;
    c.variance_person_capability = o.variances.person_capability;
    std::copy(o.variances.severity.begin(), o.variances.severity.end(), c.variance_severity);
    std::copy(o.variances.halo.begin(), o.variances.halo.end(), c.variance_halo);
    std::copy(o.variances.residual.begin(), o.variances.residual.end(), c.variance_residual);
    return c;
}

EstimateOptions from_c(const gradus_estimate_options* options) {
    const gradus_estimate_options c = known(options);
    if (c.likelihood < 0 || c.likelihood >= static_cast<std::int32_t>(std::size(Words<Likelihood>::names)))
        throw Error(Code::invalid_option,
                    "likelihood is " + std::to_string(c.likelihood) + ": one of GRADUS_LIKELIHOOD_... is expected",
                    "options", 0, "likelihood");
    return {.as_of = date_from_c(c.as_of),
            .half_information_years = c.half_information_years,
            .prior_mean = c.prior_mean,
            .prior_sd = c.prior_sd,
            .variances = {.person = c.variance_person,
                          .person_capability = c.variance_person_capability,
                          .severity = std::to_array(c.variance_severity),
                          .halo = std::to_array(c.variance_halo),
                          .residual = std::to_array(c.variance_residual)},
            .terms = {.person = truth(c.term_person, "term_person"),
                      .person_capability = truth(c.term_person_capability, "term_person_capability"),
                      .severity = truth(c.term_severity, "term_severity"),
                      .halo = truth(c.term_halo, "term_halo"),
                      .residual = true},
            .pooled = {.severity = truth(c.pooled_severity, "pooled_severity"),
                       .halo = truth(c.pooled_halo, "pooled_halo"),
                       .residual = truth(c.pooled_residual, "pooled_residual")},
            .prior_weight = c.prior_weight,
            .common_uncertainty = truth(c.common_uncertainty, "common_uncertainty"),
            .likelihood = static_cast<Likelihood>(c.likelihood),
            .previous = c.previous ? &get(c.previous) : nullptr,
            .threads = c.threads};
}

gradus_review_options OptionStruct<gradus_review_options>::defaults() {
    const ReviewOptions o;
    gradus_review_options c{};
    c.struct_size = sizeof c;
    c.repetitions = o.repetitions;
    c.seed = o.seed;
    std::copy(o.bias.begin(), o.bias.end(), c.bias);
    return c;
}

ReviewOptions from_c(const gradus_estimate_options* estimate, const gradus_review_options* options) {
    const gradus_review_options c = known(options);
    return {.estimate = from_c(estimate), .bias = std::to_array(c.bias), .seed = c.seed, .repetitions = c.repetitions};
}

gradus_gap_options OptionStruct<gradus_gap_options>::defaults() {
    const GapOptions o;
    return {.struct_size = sizeof(gradus_gap_options),
            .as_of = to_c(o.as_of),
            .credit_completed = o.credit_completed,
            .threads = o.threads};
}

GapOptions from_c(const gradus_gap_options* options) {
    const gradus_gap_options c = known(options);
    return {.as_of = date_from_c(c.as_of),
            .credit_completed = truth(c.credit_completed, "credit_completed"),
            .threads = c.threads};
}

gradus_risk_options OptionStruct<gradus_risk_options>::defaults() {
    const RiskOptions o;
    gradus_risk_options c{};
    c.struct_size = sizeof c;
    c.threads = o.threads;
    std::copy(o.likelihood_bands.begin(), o.likelihood_bands.end(), c.likelihood_bands);
    std::copy(o.impact_bands.begin(), o.impact_bands.end(), c.impact_bands);
    std::copy(o.level_cuts.begin(), o.level_cuts.end(), c.level_cuts);
    return c;
}

RiskOptions from_c(const gradus_risk_options* options) {
    const gradus_risk_options c = known(options);
    check_reserved(c.reserved);
    return {.likelihood_bands = std::to_array(c.likelihood_bands),
            .impact_bands = std::to_array(c.impact_bands),
            .level_cuts = std::to_array(c.level_cuts),
            .threads = c.threads};
}

gradus_heat_map_options OptionStruct<gradus_heat_map_options>::defaults() {
    const HeatMapOptions o;
    return {.struct_size = sizeof(gradus_heat_map_options),
            .by = static_cast<std::int32_t>(o.by),
            .roll_up = o.roll_up,
            .threads = o.threads,
            .risk = nullptr};
}

HeatMapOptions from_c(const gradus_heat_map_options* options) {
    const gradus_heat_map_options c = known(options);
    if (c.by < 0 || c.by >= static_cast<std::int32_t>(std::size(Words<Grouping>::names)))
        throw Error(Code::invalid_option, "by is " + std::to_string(c.by) + ": one of GRADUS_BY_... is expected",
                    "options", 0, "by");
    return {.by = static_cast<Grouping>(c.by),
            .roll_up = truth(c.roll_up, "roll_up"),
            .risk = from_c(c.risk),
            .threads = c.threads};
}

gradus_concentration_options OptionStruct<gradus_concentration_options>::defaults() {
    const ConcentrationOptions o;
    return {.struct_size = sizeof(gradus_concentration_options),
            .as_of = to_c(o.as_of),
            .credit_completed = o.credit_completed,
            .threads = o.threads,
            .cover = o.cover};
}

ConcentrationOptions from_c(const gradus_concentration_options* options) {
    const gradus_concentration_options c = known(options);
    return {.cover = c.cover,
            .as_of = date_from_c(c.as_of),
            .credit_completed = truth(c.credit_completed, "credit_completed"),
            .threads = c.threads};
}

gradus_optimize_options OptionStruct<gradus_optimize_options>::defaults() {
    const OptimizeOptions o;
    return {.struct_size = sizeof(gradus_optimize_options),
            .start = to_c(o.start),
            .months = o.months,
            .period_months = o.period_months,
            .max_activities = to_c(o.max_activities),
            .max_capabilities = to_c(o.max_capabilities),
            .max_of_a_kind = to_c(o.max_of_a_kind),
            .allow_overlap = o.allow_overlap,
            .threads = o.threads,
            .reserved = 0,
            .gap = o.gap,
            .work_limit = to_c(o.work_limit),
            .time_limit = to_c(o.time_limit),
            .change_cost = o.change_cost,
            .previous = nullptr};
}

OptimizeOptions from_c(const gradus_optimize_options* options) {
    const gradus_optimize_options c = known(options);
    check_reserved(c.reserved);
    OptimizeOptions o;
    o.start = date_from_c(c.start);
    o.months = c.months;
    o.period_months = c.period_months;
    o.max_activities = optional_from_c(c.max_activities);
    o.max_capabilities = optional_from_c(c.max_capabilities);
    o.max_of_a_kind = optional_from_c(c.max_of_a_kind);
    o.allow_overlap = truth(c.allow_overlap, "allow_overlap");
    o.gap = c.gap;
    o.work_limit = optional_from_c(c.work_limit);
    o.time_limit = optional_from_c(c.time_limit);
    o.change_cost = c.change_cost;
    o.threads = c.threads;
    return o;
}

gradus_verify_options OptionStruct<gradus_verify_options>::defaults() {
    const VerifyOptions o;
    return {.struct_size = sizeof(gradus_verify_options),
            .bound = o.bound,
            .threads = o.threads,
            .reserved = 0,
            .work_limit = o.work_limit};
}

VerifyOptions from_c(const gradus_verify_options* options) {
    const gradus_verify_options c = known(options);
    check_reserved(c.reserved);
    return {.bound = truth(c.bound, "bound"), .work_limit = c.work_limit, .threads = c.threads};
}

gradus_replan_options OptionStruct<gradus_replan_options>::defaults() {
    const ReplanOptions o;
    return {.struct_size = sizeof(gradus_replan_options),
            .at = to_c(o.now.at),
            .credit_completed = o.now.credit_completed,
            .exclude_count = 0,
            .minutes = o.now.hours.count(),
            .change_cost = o.change_cost,
            .work_limit = o.work_limit,
            .estimates = nullptr,
            .risks = nullptr,
            .remaining = nullptr,
            .exclude = nullptr};
}

gradus_goal_options OptionStruct<gradus_goal_options>::defaults() {
    const GoalOptions o;
    return {.struct_size = sizeof(gradus_goal_options),
            .check_in_days = o.check_in_days,
            .reassess_days = o.reassess_days,
            .threads = o.threads,
            .min_probability = o.min_probability,
            .sure = o.sure,
            .assessments = nullptr,
            .person = nullptr};
}

gradus_check_options OptionStruct<gradus_check_options>::defaults() {
    const CheckOptions o;
    return {.struct_size = sizeof(gradus_check_options),
            .start = to_c(o.start),
            .months = o.months,
            .period_months = o.period_months,
            .threads = o.threads,
            .reserved = 0,
            .min_probability = o.min_probability,
            .sure = o.sure,
            .assessments = nullptr,
            .estimates = nullptr};
}

gradus_recommend_options OptionStruct<gradus_recommend_options>::defaults() {
    const RecommendOptions o;
    return {.struct_size = sizeof(gradus_recommend_options),
            .at = to_c(o.now.at),
            .credit_completed = o.now.credit_completed,
            .top = o.top,
            .every_session = o.every_session,
            .only_possible = o.only_possible,
            .minutes = o.now.hours.count(),
            .estimates = nullptr,
            .risks = nullptr,
            .remaining = nullptr};
}

gradus_ledger_options OptionStruct<gradus_ledger_options>::defaults() {
    const LedgerOptions o;
    return {.struct_size = sizeof(gradus_ledger_options),
            .create = o.create,
            .read_only = o.read_only,
            .play_money = GRADUS_NONE,
            .busy_timeout = static_cast<std::int32_t>(o.busy_timeout.count()),
            .reserved = 0,
            .currency = nullptr};
}

LedgerOptions from_c(const gradus_ledger_options* options) {
    const gradus_ledger_options c = known(options);
    check_reserved(c.reserved);
    LedgerOptions o;
    o.create = truth(c.create, "create");
    o.read_only = truth(c.read_only, "read_only");
    if (c.play_money != GRADUS_NONE) o.play_money = truth(c.play_money, "play_money");
    o.busy_timeout = std::chrono::milliseconds(c.busy_timeout);
    if (c.currency) o.currency = c.currency;
    return o;
}

// ---- what comes out ----

gradus_column to_c(const AnyColumn& column, const Strings& words, int minor_digits) {
    static const Strings none;
    const Field& field = column.field();
    // Names, units and meanings are literals, so they end with NUL.
    gradus_column c{};
    c.name = field.name.data();
    c.unit = field.unit.empty() ? "" : field.unit.data();
    c.meaning = field.meaning.empty() ? "" : field.meaning.data();
    c.references = column.references().empty() ? "" : column.references().data();
    c.type = static_cast<std::int32_t>(column.type());
    c.minor_digits = column.type() == Type::money ? minor_digits : 0;
    c.length = static_cast<std::int64_t>(column.size());
    c.data = column.data();
    const Strings* keys = column.type() == Type::word ? &words : column.strings() ? column.strings().get() : &none;
    c.key_count = static_cast<std::int64_t>(keys->size());
    c.key_offsets = keys->offsets();
    c.key_bytes = keys->bytes();
    return c;
}

gradus_provenance to_c(const Provenance& provenance) {
    return {.stage = provenance.stage.c_str(),
            .version = provenance.version.c_str(),
            .options = provenance.options.c_str(),
            .inputs = provenance.inputs,
            .digest = provenance.digest,
            .seed = provenance.seed,
            .seconds = provenance.seconds,
            .as_of = to_c(provenance.as_of),
            .threads = provenance.threads};
}

gradus_certificate to_c(const PlanCertificate& certificate) {
    if (certificate.size() != 1) throw Error(Code::contradiction, "a certificate has one row", "certificate");
    return {.status = static_cast<std::int32_t>(certificate.status[0]),
            .stop_reason = static_cast<std::int32_t>(certificate.stop_reason[0]),
            .bound_kind = static_cast<std::int32_t>(certificate.bound_kind[0]),
            .people = certificate.people[0],
            .items = certificate.items[0],
            .conflicts = certificate.conflicts[0],
            .value = certificate.value[0],
            .bound = certificate.bound[0],
            .gap = certificate.gap[0],
            .price_bound = certificate.price_bound[0]};
}

}  // namespace gradus::c
