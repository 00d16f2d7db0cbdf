#include <gradus/risk/risk.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "assessment/day.h"
#include "assessment/people_rows.h"
#include "assessment/stage.h"
#include "risk/matrix.h"
#include "risk/strategy.h"

namespace gradus {

namespace {

constexpr double goal_criticality = 3;
constexpr std::int64_t chunk = 1 << 15;  // rows

/// The columns that assess_risk() adds.
struct Made {
    explicit Made(std::size_t rows)
        : criticality(rows), strategic_weight(rows), impact(rows), exposure(rows), likelihood_band(rows),
          impact_band(rows), risk_level(rows) {}

    Buffer<double> criticality, strategic_weight, impact, exposure;
    Buffer<std::int32_t> likelihood_band, impact_band;
    Buffer<RiskLevel> risk_level;
};

/// The criticality of a row's requirement, for rows in the order of gaps.
class Criticalities {
public:
    explicit Criticalities(const Day& day) : day_(day) {}

    double of(RoleId role, CapabilityId capability) {
        if (!role) return goal_criticality;
        if (role != role_ || next_ == needs_.size() || capability < needs_[next_].capability) {
            role_ = role;
            needs_ = day_.needs(role);
            next_ = 0;
        }
        while (next_ < needs_.size() && needs_[next_].capability < capability) ++next_;
        const bool found = next_ < needs_.size() && needs_[next_].capability == capability;
        return found ? needs_[next_].criticality
                     : goal_criticality;  // gaps from outside may need more than the role does
    }

private:
    const Day& day_;
    RoleId role_;
    std::span<const Need> needs_;
    std::size_t next_ = 0;
};

}  // namespace

Risks::Risks(const Gaps& gaps) : Gaps(gaps) { rename("risks", "The gaps with what they may cost"); }

Risks assess_risk(const Organization& organization, const Gaps& gaps, const RiskOptions& options, Control* control) {
    Stage stage("assess_risk");
    stage.input(organization.digest()).input(gaps.provenance.digest);
    const Date as_of = as_of_or(missing<Date>(), gaps);
    check_keys(gaps, gaps.person, organization.people());
    check_keys(gaps, gaps.role, organization.roles());
    check_keys(gaps, gaps.capability, organization.capabilities());

    const Matrix matrix(options);
    const Day day(organization, as_of, options.threads);
    const Strategy strategy(organization, as_of, options.threads);
    const Relations& relations = organization.relations();

    const auto rows = static_cast<std::int64_t>(gaps.size());
    Made made(gaps.size());
    std::atomic<std::int64_t> done{0};
    parallel_for(rows, chunk, options.threads, [&](std::int64_t first, std::int64_t last) {
        Criticalities criticalities(day);
        for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row) {
            const CapabilityId capability = gaps.capability[row];
            const auto c = static_cast<std::size_t>(capability.value());
            const RoleId role =
                gaps.role[row] || gaps.basis[row] != Basis::role ? gaps.role[row] : day.role(gaps.person[row]);
            const double criticality = criticalities.of(role, capability);
            const double weight = strategy.weight(gaps.person[row], capability);
            made.criticality[row] = criticality;
            made.strategic_weight[row] = weight;
            made.impact[row] = criticality * weight;
            made.exposure[row] = criticality * weight * gaps.shortfall[row] / (relations.top[c] - relations.bottom[c]);
        }
        for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row) {
            made.likelihood_band[row] = matrix.likelihood_band(gaps.likelihood[row]);
            made.impact_band[row] = matrix.impact_band(made.impact[row]);
            made.risk_level[row] = matrix.level(made.likelihood_band[row], made.impact_band[row]);
        }
        if (control) control->report(static_cast<double>(done += last - first) / static_cast<double>(rows));
    });
    if (control) control->report(1);

    Risks risks(gaps);
    risks.criticality.set(std::move(made.criticality));
    risks.strategic_weight.set(std::move(made.strategic_weight));
    risks.impact.set(std::move(made.impact));
    risks.exposure.set(std::move(made.exposure));
    risks.likelihood_band.set(std::move(made.likelihood_band));
    risks.impact_band.set(std::move(made.impact_band));
    risks.risk_level.set(std::move(made.risk_level));
    stage.sign(risks, describe(options), as_of, thread_count((rows + chunk - 1) / chunk, options.threads));
    return risks;
}

}  // namespace gradus
