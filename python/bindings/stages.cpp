#include <algorithm>
#include <array>
#include <map>

#include <pybind11/stl.h>

#include "bindings.h"

namespace gradus::python {

namespace {

using Days = std::optional<std::int32_t>;

/// A job whose result is a table of that organisation.
template <class Work>
Job table_job(const Organization& organization, Work work) {
    return Job(std::move(work), [organization](auto table) { return view(std::move(table), organization); });
}

/// Checked input of a stage: `load` reads it while other Python threads run.
template <class Load>
TableView loaded(const Organization& organization, Load load) {
    auto table = [&] {
        const py::gil_scoped_release release;
        return load();
    }();
    return view(std::move(table), organization);
}

RiskOptions risk_options(std::array<double, 4> likelihood_bands, std::array<double, 4> impact_bands,
                         std::array<int, 3> level_cuts, int threads) {
    return {.likelihood_bands = likelihood_bands,
            .impact_bands = impact_bands,
            .level_cuts = level_cuts,
            .threads = threads};
}

/// One of the words of an enumeration, which Python has checked.
template <class E>
E of_word(std::string_view word) {
    const auto& names = Words<E>::names;
    const auto found = std::find(std::begin(names), std::end(names), word);
    if (found == std::end(names)) throw Error(Code::internal, "no such word: " + std::string(word));
    return static_cast<E>(found - std::begin(names));
}

/// A job whose result is a table that tells of others.
template <class Work>
Job report_job(const TableView& of, Work work) {
    return Job(std::move(work), [of]<class T>(T table) {
        const auto made = std::make_shared<const T>(std::move(table));
        TableView view{.table = made, .type = typeid(T), .minor_digits = of.minor_digits, .currency = of.currency};
        if constexpr (requires { made->problems; }) view.problems = made->problems;
        return view;
    });
}

VarianceTerms terms_of(const std::vector<std::string>& words) {
    const auto has = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
    return {.person = has("person"),
            .person_capability = has("person_capability"),
            .severity = has("severity"),
            .halo = has("halo"),
            .residual = has("residual")};
}

/// By term and source; those of people are under the source "".
Variances variances_of(const std::map<std::string, std::map<std::string, double>>& given) {
    Variances variances;
    const auto set = [&](const char* term, const std::string& source, double& value) {
        const auto of_term = given.find(term);
        if (of_term == given.end()) return;
        if (const auto found = of_term->second.find(source); found != of_term->second.end()) value = found->second;
    };
    set("person", "", variances.person);
    set("person_capability", "", variances.person_capability);
    for (std::size_t s = 0; s < std::size(Words<Source>::names); ++s) {
        const std::string source(Words<Source>::names[s]);
        set("severity", source, variances.severity[s]);
        set("halo", source, variances.halo[s]);
        set("residual", source, variances.residual[s]);
    }
    return variances;
}

EstimateOptions estimate_options(Days as_of, double half_information_years, double prior_mean, double prior_sd,
                                 const std::map<std::string, std::map<std::string, double>>& variances,
                                 const std::vector<std::string>& terms, const std::vector<std::string>& pooled,
                                 double prior_weight, bool common_uncertainty, const std::string& likelihood,
                                 int threads) {
    return {.as_of = date(as_of),
            .half_information_years = half_information_years,
            .prior_mean = prior_mean,
            .prior_sd = prior_sd,
            .variances = variances_of(variances),
            .terms = terms_of(terms),
            .pooled = terms_of(pooled),
            .prior_weight = prior_weight,
            .common_uncertainty = common_uncertainty,
            .likelihood = of_word<Likelihood>(likelihood),
            .threads = threads};
}

ReviewOptions review_options(const EstimateOptions& estimate, const std::map<std::string, double>& bias,
                             std::uint64_t seed, int repetitions) {
    ReviewOptions options{.estimate = estimate, .seed = seed, .repetitions = repetitions};
    for (std::size_t s = 0; s < std::size(Words<Source>::names); ++s)
        if (const auto found = bias.find(std::string(Words<Source>::names[s])); found != bias.end())
            options.bias[s] = found->second;
    return options;
}

}  // namespace

void bind_stages(py::module_& module) {
    using namespace py::literals;

    module.def(
        "load_assessments",
        [](const Organization& org, const Input& table, int threads) {
            return loaded(org, [&] { return load_assessments(org, table, threads); });
        },
        "organization"_a, "input"_a, "threads"_a);
    module.def(
        "add_assessments",
        [](const TableView& assessments, const TableView& added, int threads) {
            TableView made = assessments;
            const py::gil_scoped_release release;
            const auto all = std::make_shared<const Assessments>(
                add_assessments(as<Assessments>(assessments), as<Assessments>(added), threads));
            made.table = all;
            made.problems = all->problems;
            return made;
        },
        "assessments"_a, "added"_a, "threads"_a);
    module.def(
        "load_estimates",
        [](const Organization& org, const Input& table, Days as_of, int threads) {
            return loaded(org, [&] { return load_estimates(org, table, date(as_of), threads); });
        },
        "organization"_a, "input"_a, "as_of"_a, "threads"_a);
    module.def(
        "load_gaps",
        [](const Organization& org, const Input& table, Days as_of, int threads) {
            return loaded(org, [&] { return load_gaps(org, table, date(as_of), threads); });
        },
        "organization"_a, "input"_a, "as_of"_a, "threads"_a);
    module.def(
        "load_risks",
        [](const Organization& org, const Input& table, Days as_of, int threads) {
            return loaded(org, [&] { return load_risks(org, table, date(as_of), threads); });
        },
        "organization"_a, "input"_a, "as_of"_a, "threads"_a);
    module.def(
        "load_review_designs",
        [](const Organization& org, const Input& table) {
            return loaded(org, [&] { return load_review_designs(org, table); });
        },
        "organization"_a, "input"_a);
    module.def(
        "load_kpis",
        [](const Organization& org, const Input& table) { return loaded(org, [&] { return load_kpis(org, table); }); },
        "organization"_a, "input"_a);
    module.def(
        "load_rollouts",
        [](const Organization& org, const Input& table) {
            return loaded(org, [&] { return load_rollouts(org, table); });
        },
        "organization"_a, "input"_a);
    module.def(
        "load_anecdotes",
        [](const Organization& org, const Input& table) {
            return loaded(org, [&] { return load_anecdotes(org, table); });
        },
        "organization"_a, "input"_a);

    py::class_<EstimateOptions>(module, "EstimateOptions", py::module_local())
        .def(py::init(&estimate_options), "as_of"_a, "half_information_years"_a, "prior_mean"_a, "prior_sd"_a,
             "variances"_a, "terms"_a, "pooled"_a, "prior_weight"_a, "common_uncertainty"_a, "likelihood"_a,
             "threads"_a);
    module.def(
        "start_estimate",
        [](const Organization& org, const TableView& assessments, const EstimateOptions& options,
           const TableView* previous) {
            const std::shared_ptr<const Table> kept = previous ? previous->table : nullptr;
            const Estimates* const before = previous ? &as<Estimates>(*previous) : nullptr;
            return table_job(org, [=](Control* control) {
                EstimateOptions own = options;
                own.previous = kept ? before : nullptr;
                return estimate(org, as<Assessments>(assessments), own, control);
            });
        },
        "organization"_a, "assessments"_a, "options"_a, "previous"_a);
    module.def(
        "start_simulate_assessments",
        [](const Organization& org, const TableView* assessments, const TableView& designs, const std::string& design,
           const EstimateOptions& estimating, const std::map<std::string, double>& bias, std::uint64_t seed) {
            const ReviewOptions options = review_options(estimating, bias, seed, 0);
            const Assessments given = assessments ? as<Assessments>(*assessments) : Assessments();
            return Job(
                [=](Control* control) {
                    return simulate_assessments(org, given, as<ReviewDesigns>(designs), design, options, control);
                },
                [org](SimulatedReview made) {
                    return std::pair(view(std::move(made.assessments), org), view(std::move(made.levels), org));
                });
        },
        "organization"_a, "assessments"_a, "designs"_a, "design"_a, "options"_a, "bias"_a, "seed"_a);
    module.def(
        "start_review_design",
        [](const Organization& org, const TableView* assessments, const TableView& designs,
           const EstimateOptions& estimating, const std::map<std::string, double>& bias, std::uint64_t seed,
           int repetitions) {
            const ReviewOptions options = review_options(estimating, bias, seed, repetitions);
            const Assessments given = assessments ? as<Assessments>(*assessments) : Assessments();
            return Job(
                [=](Control* control) {
                    return review_design(org, given, as<ReviewDesigns>(designs), options, control);
                },
                [org](DesignReview made) {
                    const auto capabilities = made.capabilities;
                    return std::pair(view(std::move(made), org), view(capabilities, org));
                });
        },
        "organization"_a, "assessments"_a, "designs"_a, "options"_a, "bias"_a, "seed"_a, "repetitions"_a);
    module.def(
        "start_report_raters",
        [](const TableView& estimates) {
            return report_job(estimates, [=](Control*) { return report_raters(as<Estimates>(estimates)); });
        },
        "estimates"_a);
    module.def(
        "start_report_sources",
        [](const TableView& estimates) {
            return report_job(estimates, [=](Control*) { return report_sources(as<Estimates>(estimates)); });
        },
        "estimates"_a);
    module.def(
        "start_report_variances",
        [](const TableView& estimates) {
            return report_job(estimates, [=](Control*) { return report_variances(as<Estimates>(estimates)); });
        },
        "estimates"_a);
    module.def(
        "start_report_residuals",
        [](const TableView& estimates) {
            return report_job(estimates, [=](Control*) { return report_residuals(as<Estimates>(estimates)); });
        },
        "estimates"_a);
    module.def(
        "start_check_fairness",
        [](const TableView& estimates, int min_people, std::optional<std::string> against) {
            return report_job(estimates, [=](Control*) {
                return check_fairness(as<Estimates>(estimates), min_people,
                                      against ? of_word<Source>(*against) : missing<Source>());
            });
        },
        "estimates"_a, "min_people"_a, "against"_a);
    module.def(
        "start_update_estimates",
        [](const TableView& estimates, const TableView& assessments, Days as_of, int threads) {
            return report_job(estimates, [=](Control*) {
                return update_estimates(as<Estimates>(estimates), as<Assessments>(assessments), date(as_of), threads);
            });
        },
        "estimates"_a, "assessments"_a, "as_of"_a, "threads"_a);
    module.def(
        "start_ratings_by_source",
        [](const Organization& org, const TableView& assessments, Days as_of) {
            return table_job(
                org, [=](Control*) { return ratings_by_source(org, as<Assessments>(assessments), date(as_of)); });
        },
        "organization"_a, "assessments"_a, "as_of"_a);
    module.def(
        "start_find_gaps",
        [](const Organization& org, const TableView& estimates, Days as_of, bool credit_completed, int threads) {
            const GapOptions options{.as_of = date(as_of), .credit_completed = credit_completed, .threads = threads};
            return table_job(
                org, [=](Control* control) { return find_gaps(org, as<Estimates>(estimates), options, control); });
        },
        "organization"_a, "estimates"_a, "as_of"_a, "credit_completed"_a, "threads"_a);
    module.def(
        "start_assess_risk",
        [](const Organization& org, const TableView& gaps, std::array<double, 4> likelihood_bands,
           std::array<double, 4> impact_bands, std::array<int, 3> level_cuts, int threads) {
            const RiskOptions options = risk_options(likelihood_bands, impact_bands, level_cuts, threads);
            return table_job(org, [=](Control* control) { return assess_risk(org, as<Gaps>(gaps), options, control); });
        },
        "organization"_a, "gaps"_a, "likelihood_bands"_a, "impact_bands"_a, "level_cuts"_a, "threads"_a);
    module.def(
        "start_heat_map",
        [](const Organization& org, const TableView& risks, std::string_view by, bool roll_up,
           std::array<double, 4> likelihood_bands, std::array<double, 4> impact_bands, std::array<int, 3> level_cuts,
           int threads) {
            const HeatMapOptions options{.by = of_word<Grouping>(by),
                                         .roll_up = roll_up,
                                         .risk = risk_options(likelihood_bands, impact_bands, level_cuts, threads),
                                         .threads = threads};
            return table_job(org, [=](Control*) { return heat_map(org, as<Risks>(risks), options); });
        },
        "organization"_a, "risks"_a, "by"_a, "roll_up"_a, "likelihood_bands"_a, "impact_bands"_a, "level_cuts"_a,
        "threads"_a);
    module.def(
        "start_concentration",
        [](const Organization& org, const TableView& estimates, double cover, Days as_of, bool credit_completed,
           int threads) {
            const ConcentrationOptions options{
                .cover = cover, .as_of = date(as_of), .credit_completed = credit_completed, .threads = threads};
            return table_job(org, [=](Control*) { return concentration(org, as<Estimates>(estimates), options); });
        },
        "organization"_a, "estimates"_a, "cover"_a, "as_of"_a, "credit_completed"_a, "threads"_a);
    module.def(
        "compare",
        [](const TableView& before, const TableView& after) {
            const RiskChanges changes = compare(as<Risks>(before), as<Risks>(after));
            return TableView{.table = std::make_shared<const RiskChanges>(changes), .type = typeid(RiskChanges)};
        },
        "before"_a, "after"_a);

    py::list groupings;
    for (const std::string_view word : Words<Grouping>::names) groupings.append(word);
    module.attr("GROUPINGS") = py::tuple(groupings);
}

}  // namespace gradus::python
