#pragma once

#include <string>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/receipt.h>
#include <gradus/account/request.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// What the programmes give their people in the calendar period of `at`, as far as it was not given before: an Expire where funds have
/// something to get back; what of the period before is carried over; the grants, by programme and person in order of their keys.
///
/// A person gets the grant of a period if, on the day of `at`, they take part, the programme's scope holds them and it is valid;
/// whoever joins later in the period gets all of it. A grant expires when its programme ends, after `expires_days` days beside its
/// own, and, where the programme has a carry_over, when its period ends. That share of what was left unreserved then is granted
/// again for the next period. Grants come from the programme's fund; without one, money from the fund of the person's unit
/// (contract §3.8), hours and items from the fund of the programme's own key.
///
/// Keys are `grant/PROGRAM/PERSON/PERIOD` and `carry/PROGRAM/PERSON/PERIOD/FUND`, with % and / in keys as %25 and %2F: applying the
/// same requests twice grants once. What was given is a grant applied under such a key to that account; reversed, it is not due again,
/// since somebody has decided so. Where a key was used for anything else, or refused, the grant is due with /2, /3, … after it.
/// @throws Error contradiction for another currency; missing_value for a grant of a programme without a kind, or of one of
///         money for whom no fund reaches; out_of_range for an
///         `at` before the last transaction's; else as Ledger::balance(). Programmes that are mock where the ledger is not, or are not
///         where it is, are left out.
std::vector<Request> grants_due(const Organization& organization, const Ledger& ledger, Moment at,
                                const std::string& by);

/// Works out the grants due and applies them in one transaction of the file, each for itself. The receipts are in their order. Once a
/// fund has not enough for one, as much or more is not asked of it again in the same run, but stays due: an empty fund is told of
/// by one refusal a run, however many people wait for it.
/// @throws Error as grants_due() and Ledger::apply().
std::vector<Receipt> fund_programs(const Organization& organization, Ledger& ledger, Moment at, const std::string& by);

}  // namespace gradus
