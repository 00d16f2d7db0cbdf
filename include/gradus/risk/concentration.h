#pragma once

#include <gradus/risk/gap.h>

namespace gradus {

/// How many people can do what is required: capabilities that rest on few. Sorted by capability, level.
struct Concentration : Table {
    Concentration() : Table("concentration", "Capabilities that rest on few people") {}

    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "capability"}};
    Column<double> level{*this, {.name = "level", .unit = "position", .meaning = "level that some own role requires"}};
    Column<std::int32_t> required_by{
        *this, {.name = "required_by", .unit = "people", .meaning = "people whose role requires it"}};
    Column<double> holders{*this,
                           {.name = "holders",
                            .unit = "people",
                            .meaning = "expected number at or above it: Σ P(level ≥ it) over all with evidence"}};
    Column<bool> single_point{*this, {.name = "single_point", .meaning = "holders < cover"}};
};

struct ConcentrationOptions {
    double cover = 2;              ///< fewest holders that are enough, > 0
    Date as_of = missing<Date>();  ///< missing: the estimates'
    bool credit_completed = true;
    int threads = 0;  ///< 0: all cores
};

Concentration concentration(const Organization& organization, const Estimates& estimates,
                            const ConcentrationOptions& options = {});

}  // namespace gradus
