#pragma once

#include <gradus/agreement/agreements.h>
#include <gradus/organization/activity.h>
#include <gradus/organization/fund.h>

namespace gradus {

// What the next plan starts from, in the form of the contract's input tables: the organisation's rows brought up to date by the
// file, so that Organization::with_tables() of them is an organisation in which nothing is counted twice. Keys count in each
// column's own strings. Every function throws as Ledger.

/// What is agreed is enrolled, what waits planned; what is under way or over says so. Of one person and activity the file knows
/// better what is planned, enrolled or under way; of what is over, the organisation's rows stay.
Enrolments enrolments(const Agreements& agreements);

/// What accounts have available at `at`: of money, and of what a programme holds, the granted part alone, since the employee's own is for
/// the employee's share. An account of a programme that is a shared pool has what the pool has: all of it, for everyone. An account that
/// the ledger does not have has nothing. A programme's cap is less by the most that spendings, agreed items among them, take of it in one
/// of its periods from `at` on; that of an account of no programme, by what agreed items take. Pins do not count against caps.
/// @throws Error contradiction where the organisation has the same account several times, by validity.
Accounts accounts(const Agreements& agreements, Moment at);

/// What funds have available at `at`, with all funds below them: in the ledger each fund holds its own money.
Funds funds(const Agreements& agreements, Moment at);

/// Seats that nobody agreed here sits on.
Sessions sessions(const Agreements& agreements);

}  // namespace gradus
