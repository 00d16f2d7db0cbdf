#pragma once

#include <gradus/agreement/agreements.h>
#include <gradus/organization/activity.h>
#include <gradus/organization/fund.h>
#include <gradus/organization/organization.h>

namespace gradus {

// What the next plan starts from, in the form of the contract's input tables: the organisation's rows brought up to date by the
// file, so that Organization::with_tables() of them is an organisation in which nothing is counted twice. Keys count in each
// column's own strings. Every function throws as Ledger, and where it takes a moment missing_value for none and out_of_range for one before
// the last transaction of the ledger.

/// What is agreed is enrolled, what waits planned; what is under way or over says so. The organisation's rows stay, but those planned,
/// enrolled or under way of which the file knows better: of a person and activity that is open here, and of the session and first day
/// (without a day, of the session) of an item that is over.
Enrolments enrolments(const Agreements& agreements);

/// What accounts have available at `at`: of money, and of what a programme holds, the granted part alone, since the employee's own is for
/// the employee's share. An account of a programme that is a shared pool has what the pool has: all of it, for everyone. An account that
/// the ledger does not have has nothing. A programme's cap is less by the most that spendings, agreed items among them, take of it in one
/// of its periods from `at` on; that of an account of no programme, by what agreed items hold or,
/// once they are over, what was posted of it and not reversed. Pins do not count against caps.
/// @throws Error contradiction where the organisation has the same account several times, by validity.
Accounts accounts(const Agreements& agreements, Moment at);

/// What funds have available at `at`, with all funds below them: in the ledger each fund holds its own money.
Funds funds(const Agreements& agreements, Moment at);

/// Seats that nobody agreed here sits on.
Sessions sessions(const Agreements& agreements);

/// Organization::with_tables() of all four, seen at one moment of the file. Without a table of funds it has none: money stays unlimited.
/// @param threads 0: all cores; the result is the same.
/// @throws Error as accounts(), funds().
Organization next_organization(const Agreements& agreements, Moment at, int threads = 0);

}  // namespace gradus
