#pragma once

#include <iosfwd>
#include <optional>

#include <gradus/planning/plan.h>

namespace gradus {

/// Writes the problem of optimize() as a mixed-integer programme in free MPS, for any solver of such: to doubt a plan by
/// means that are not ours. The same limits, duties, pins, dates and charges for change; minimised is minus the value.
///
/// It is exact, so it is written only for levels known exactly: where something is wanted of a person and can be taught to
/// them, sd must be 0, the probability of what teaches it 1 (preference included) and its up_to the top of the scale. Then
/// what is removed is piecewise linear in the uplifts. Rows that concern nobody's choice may be uncertain.
///
/// Column x_p12_a3_s7 is that the 12th person takes the 3rd activity in the 7th session, x_p12_a3_d20260401 that they do on
/// demand from that day on; numbers count from 1 in the order of the keys, which comments at the head of the file list. The
/// column gradus_… is fixed at 1; its name is a digest of the problem, by which read_solution knows it again.
/// The same input gives the same bytes, for any number of threads. Of the options, gap and limits of work and time have no
/// meaning here. Method: docs/methods/mip.md.
/// @throws Error contradiction that names table, row and column of what is not certain; as optimize() for options and
///         accounts; invalid_argument where the stream fails.
void export_mps(const Organization& organization, const Risks& risks, std::ostream& file,
                const OptimizeOptions& options = {});

/// The plan that a solver found for what export_mps() wrote of the same organisation, risks and options.
///
/// Read are lines of name and value (Gurobi and others; # begins a comment), and what HiGHS (raw or sparse style), CBC and
/// SCIP write. A column that the file does not name is 0; a binary one must lie within 1e-5 of 0 or 1. What is not binary is
/// not believed: gains, costs and value are worked out anew. Limits are not checked again: that is what verify() is for,
/// since a solver keeps them only to its tolerance.
///
/// Certificate: prices are 0 and price_bound is a bound at these, everyone's best as if nothing were shared: proven, and
/// loose, since a search that takes long contributes its own bound. `bound`, if given, is taken on trust: no plan is worth
/// more, as the solver says (it minimises minus the value, so this is minus its own bound). Where it is the smaller it becomes
/// the certificate's bound, of kind search; where rounding left it below the value, the value is its place. Status: optimal
/// or within_gap by that bound, else work_limit. There are no warnings.
/// @throws Error invalid_text (its row is a line of the file) where the file cannot be read or has no solution; unknown_key for a column that
///         the problem does not have; contradiction for a solution of another problem, or a column given twice;
///         out_of_range for a binary column elsewhere; invalid_option for a bound more than 1e-6 relative below the
///         value; as export_mps().
Plan read_solution(const Organization& organization, const Risks& risks, std::istream& file,
                   const OptimizeOptions& options = {}, std::optional<double> bound = {});

}  // namespace gradus
