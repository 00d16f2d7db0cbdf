#pragma once

#include <gradus/assessment/estimate.h>
#include <gradus/base/control.h>
#include <gradus/base/table.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// Why a level is wanted.
enum class Basis : std::uint8_t { role, target, goal };
template <>
struct Words<Basis> {
    static constexpr std::string_view names[] = {"role", "target", "goal"};
};

enum class GapStatus : std::uint8_t { met, gap, over, unknown };
template <>
struct Words<GapStatus> {
    static constexpr std::string_view names[] = {"met", "gap", "over", "unknown"};
};

/// What is wanted of people against what is believed of them. Rows sorted by person, basis, role, capability.
struct Gaps : Table {
    Gaps() : Gaps("gaps", "What is wanted of people against what is believed of them") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<Basis> basis{*this,
                        {.name = "basis",
                         .meaning = "role: own role; target: a role aimed at; goal: a personal goal",
                         .required = true,
                         .identity = true}};
    Column<RoleId> role{*this, {.name = "role", .meaning = "role that requires it; none for a goal", .identity = true}};
    Column<CapabilityId> capability{
        *this, {.name = "capability", .meaning = "what is wanted", .required = true, .identity = true}};
    Column<double> required{*this,
                            {.name = "required", .unit = "position", .meaning = "level wanted", .required = true}};
    Column<double> mean{
        *this, {.name = "mean", .unit = "position", .meaning = "expected level, credit included", .required = true}};
    Column<double> sd{
        *this, {.name = "sd", .unit = "positions", .meaning = "how unsure the level is", .required = true, .low = 0}};
    Column<double> credited{*this,
                            {.name = "credited",
                             .unit = "positions",
                             .meaning = "expected lift of what was completed after the newest rating; part of mean",
                             .low = 0}};
    Column<double> likelihood{*this,
                              {.name = "likelihood",
                               .unit = "probability",
                               .meaning = "P(level < required)",
                               .required = true,
                               .low = 0,
                               .high = 1}};
    Column<double> shortfall{*this,
                             {.name = "shortfall",
                              .unit = "positions",
                              .meaning = "E[max(0, required - level)]",
                              .required = true,
                              .low = 0}};
    Column<double> weight{*this,
                          {.name = "weight",
                           .unit = "share",
                           .meaning = "how much the row counts in a plan: 1 for the own role",
                           .low = 0,
                           .high = 1,
                           .fallback = 1}};
    Column<GapStatus> status{*this, {.name = "status", .meaning = "met, gap, over, or unknown where nobody rated it"}};

    /// Warnings: positions that do not cover as_of, and the like.
    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();

protected:
    Gaps(std::string_view name, std::string_view meaning) : Table(name, meaning) {}
};

struct GapOptions {
    Date as_of = missing<Date>();  ///< missing: the estimates'
    bool credit_completed = true;  ///< count what was completed after the newest rating
    int threads = 0;               ///< 0: all cores
};

/// Compares every level wanted with the level believed.
///
/// level ~ N(mean, sd²), required R, u = (R - mean)/sd: likelihood = Φ(u), shortfall = (R - mean) Φ(u) + sd φ(u); sd = 0
/// gives the plain gap. Where nothing was rated the prior of the estimates counts and status is unknown.
/// Source: the expected shortfall (linear loss) of a normal variable, e.g. Raiffa & Schlaifer (1961), Applied
/// Statistical Decision Theory, §11.2.5.
/// @throws Error invalid_option.
Gaps find_gaps(const Organization& organization, const Estimates& estimates, const GapOptions& options = {},
               Control* control = nullptr);

/// Gaps from outside. @throws Error with all problems; missing_table if the input is not the table `gaps`.
Gaps load_gaps(const Organization& organization, const Input& input, Date as_of, int threads = 0);

/// P(level < required) for level ~ N(mean, sd²); sd = 0: 1 or 0.
double likelihood_below(double required, double mean, double sd);

/// E[max(0, required - level)] for level ~ N(mean, sd²), in positions; never negative.
double expected_shortfall(double required, double mean, double sd);

}  // namespace gradus
