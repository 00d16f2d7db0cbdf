#pragma once

#include <gradus/base/control.h>
#include <gradus/planning/plan.h>

namespace gradus {

/// Chooses, for everyone at once, the learning that removes the most exposure within every limit, and proves how close to
/// the best it is.
///
/// Each person's choice is solved exactly by branch and bound; people are tied together only by funds and seats, whose
/// prices are found on the Lagrangian dual by simultaneous second-order updates over a pool of good choices per person.
/// The dual value at the prices is a proven bound; rounding and repair give a feasible plan. Time limit and cancel return
/// the best plan so far; mandatory items that a cancel left no time to place are conflicts. The result is the same for any order of rows and number of threads unless time or cancel ends it.
/// Source: Geoffrion (1974), Lagrangean relaxation for integer programming; Fisher (1981).
/// @throws Error invalid_option; contradiction where two usable accounts of a person disagree.
Plan optimize(const Organization& organization, const Risks& risks, const OptimizeOptions& options = {},
              Control* control = nullptr);

}  // namespace gradus
