#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/account/notice.h>
#include <gradus/account/program_report.h>
#include <gradus/agreement/agreements.h>

namespace gradus {

// Programmes, told by those who know of plans. Every function throws as Ledger.

/// How far people came, by where their plans stand now: `planned` who has one that is neither declined, withdrawn nor superseded; `agreed`
/// who has one to which both agreed (agreed, active, reviewed, closed); `declined` who has one that is declined. In order of people, then of
/// these words; for all programmes that hold the person, since a plan is of a person. Who is no longer in the organisation is left out.
std::vector<PersonStage> program_stages(const Agreements& agreements);

/// program_report() with program_stages(). `informed`: who was told of the programmes that hold them, in any order.
/// @throws Error as program_report().
ProgramReport program_report(const Agreements& agreements, Moment at, std::span<const PersonId> informed = {});

/// notices() where those have a plan who are planned by program_stages() with one that is not closed, and sessions have the seats of sessions().
/// @throws Error as notices().
Notices notices(const Agreements& agreements, Moment at, std::int32_t lead_days);

}  // namespace gradus
