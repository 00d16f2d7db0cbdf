#pragma once

#include <array>

#include <gradus/base/control.h>
#include <gradus/risk/gap.h>

namespace gradus {

enum class RiskLevel : std::uint8_t { low, moderate, high, extreme };
template <>
struct Words<RiskLevel> {
    static constexpr std::string_view names[] = {"low", "moderate", "high", "extreme"};
};

/// The gaps with what they may cost: likelihood × impact after ISO 31000. Same rows and order as the gaps.
struct Risks : Gaps {
    Risks() : Risks(Gaps()) {}
    /// Shares the columns of `gaps`; the others are empty.
    explicit Risks(const Gaps& gaps);

    Column<double> criticality{*this,
                               {.name = "criticality",
                                .unit = "1 to 5",
                                .meaning = "how much it hurts not to meet it",
                                .low = 1,
                                .high = 5,
                                .fallback = 3}};
    Column<double> strategic_weight{*this,
                                    {.name = "strategic_weight",
                                     .unit = "1 to 2",
                                     .meaning = "1 + share of the objectives' weight that depends on it",
                                     .low = 1,
                                     .high = 2,
                                     .fallback = 1}};
    Column<double> impact{*this,
                          {.name = "impact",
                           .unit = "1 to 10",
                           .meaning = "criticality × strategic_weight",
                           .required = true,
                           .low = 0,
                           .high = 10}};
    Column<double> exposure{
        *this, {.name = "exposure", .unit = "impact", .meaning = "impact × shortfall / range of the scale", .low = 0}};
    Column<std::int32_t> likelihood_band{
        *this, {.name = "likelihood_band", .unit = "1 to 5", .meaning = "1 + number of cuts below the likelihood"}};
    Column<std::int32_t> impact_band{
        *this, {.name = "impact_band", .unit = "1 to 5", .meaning = "1 + number of cuts below the impact"}};
    Column<RiskLevel> risk_level{*this, {.name = "risk_level", .meaning = "of the product of the two bands"}};
};

struct RiskOptions {
    std::array<double, 4> likelihood_bands{0.1, 0.3, 0.5, 0.8};  ///< cuts, strictly increasing, in (0, 1)
    std::array<double, 4> impact_bands{2, 4, 6, 8};              ///< cuts, strictly increasing, > 0
    std::array<int, 3> level_cuts{4, 9, 16};  ///< highest score that is low, moderate, high; strictly increasing
    int threads = 0;                          ///< 0: all cores
};

/// Adds impact, exposure and the place in the 5 × 5 matrix to the gaps.
///
/// strategic_weight = 1 + Σ over objectives of normalised weight × the strongest link whose scope holds the person; a
/// link to a capability holds for those below it, a child objective's links also serve its parents.
/// Source: ISO 31000:2018 and IEC 31010:2019, consequence/likelihood matrix.
/// @throws Error invalid_option.
Risks assess_risk(const Organization& organization, const Gaps& gaps, const RiskOptions& options = {},
                  Control* control = nullptr);

/// Risks from outside: person, basis, capability, required, mean, sd, likelihood, shortfall and impact are needed.
/// @throws Error with all problems; missing_table if the input is not the table `risks`.
Risks load_risks(const Organization& organization, const Input& input, Date as_of, int threads = 0);

/// The capability's own objective for a person: the one whose link contributes most to strategic_weight; none: Id().
ObjectiveId strongest_objective(const Organization& organization, PersonId person, CapabilityId capability, Date as_of);

/// What changed between two risk tables of the same or a changed organisation.
struct RiskChanges : Table {
    RiskChanges() : Table("risk_changes", "What changed between two risk tables") {}

    Column<std::string_view> change{
        *this, {.name = "change", .meaning = "added, removed, level_wanted, estimate, impact: first that differs"}};
    Column<std::int32_t> rows{*this, {.name = "rows", .unit = "rows", .meaning = "rows that changed so"}};
    Column<std::int32_t> people{*this, {.name = "people", .unit = "people", .meaning = "distinct people concerned"}};
    Column<double> exposure_before{
        *this, {.name = "exposure_before", .unit = "impact", .meaning = "their exposure in the first table"}};
    Column<double> exposure_after{
        *this, {.name = "exposure_after", .unit = "impact", .meaning = "their exposure in the second"}};
};

/// Rows are matched by the keys of person, basis, role and capability, so the organisations may differ.
RiskChanges compare(const Risks& before, const Risks& after, int threads = 0);

}  // namespace gradus
