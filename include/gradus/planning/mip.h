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
///         accounts; internal where the stream fails.
void export_mps(const Organization& organization, const Risks& risks, std::ostream& file,
                const OptimizeOptions& options = {});

}  // namespace gradus
