// Gaps and risks that were made elsewhere.

#include <gradus/risk/risk.h>

#include "assessment/load.h"
#include "risk/matrix.h"

namespace gradus {

namespace {

/// Who does not take part on the day takes no part anywhere: not in a table from outside either.
void drop_absent(Gaps& gaps, const Organization& organization, Date as_of, ProblemList& problems) {
    std::vector<std::int32_t> kept;
    kept.reserve(gaps.size());
    for (std::size_t row = 0; row < gaps.size(); ++row)
        if (takes_part(organization, gaps.person[row], as_of)) kept.push_back(static_cast<std::int32_t>(row));
    const std::size_t dropped = gaps.size() - kept.size();
    if (dropped == 0) return;
    gather(gaps, kept);
    problems.add({.severity = Severity::warning,
                  .code = Code::ignored,
                  .table = std::string(gaps.name()),
                  .column = "person",
                  .message = counted(static_cast<std::int64_t>(dropped), "row is", "rows are") +
                             " of people who take no part on " + to_text(as_of) + " and dropped"});
}

void load_rows(Gaps& gaps, const Organization& organization, const Input& input, Date as_of, int threads) {
    ProblemList problems;
    load(gaps, organization, input, threads, problems);
    drop_absent(gaps, organization, as_of, problems);
    complete(gaps.status,
             [&](std::size_t row) { return gaps.mean[row] < gaps.required[row] ? GapStatus::gap : GapStatus::met; });
    gaps.problems = problems.table();
}

}  // namespace

Gaps load_gaps(const Organization& organization, const Input& input, Date as_of, int threads) {
    Gaps gaps;
    load_rows(gaps, organization, input, as_of, threads);
    sign_loaded(gaps, "load_gaps", as_of);
    return gaps;
}

Risks load_risks(const Organization& organization, const Input& input, Date as_of, int threads) {
    Risks risks;
    load_rows(risks, organization, input, as_of, threads);
    const Relations& relations = organization.relations();
    const Matrix matrix{RiskOptions()};
    complete(risks.exposure, [&](std::size_t row) {
        const auto c = static_cast<std::size_t>(risks.capability[row].value());
        return risks.impact[row] * risks.shortfall[row] / (relations.top[c] - relations.bottom[c]);
    });
    complete(risks.likelihood_band, [&](std::size_t row) { return matrix.likelihood_band(risks.likelihood[row]); });
    complete(risks.impact_band, [&](std::size_t row) { return matrix.impact_band(risks.impact[row]); });
    complete(risks.risk_level,
             [&](std::size_t row) { return matrix.level(risks.likelihood_band[row], risks.impact_band[row]); });
    sign_loaded(risks, "load_risks", as_of);
    return risks;
}

}  // namespace gradus
