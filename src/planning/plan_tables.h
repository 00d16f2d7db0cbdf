#pragma once

#include <optional>
#include <span>
#include <vector>

#include "assessment/stage.h"
#include "planning/duties.h"

namespace gradus {

/// What a unit of each capacity is worth, one more of it at most and one fewer at least; the last two empty: not known.
struct UnitValues {
    std::span<const double> prices, one_more{}, one_fewer{};
};

/// Fills the table of resources.
void tabulate_resources(const Catalog& catalog, std::span<const std::int64_t> used, const UnitValues& values,
                        Plan& plan);

/// Fills the certificate of a plan whose other tables are filled.
void tabulate_certificate(double value, double bound, double price_bound, PlanStatus ended, Plan& plan);

/// Those that change what the best plan is, for the provenance.
OptionsJson options_json(const OptimizeOptions& options);

/// Signs all tables of a plan.
void sign(const Stage& stage, const Catalog& catalog, const OptionsJson& options, int threads, Plan& plan);

}  // namespace gradus
