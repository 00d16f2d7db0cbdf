#pragma once

#include <cstdint>
#include <string>

#include <gradus/account/ledger.h>

namespace gradus {

/// What verify() found.
struct LedgerCheck {
    bool sound = true;
    std::int64_t transaction = 0;  ///< number of the first bad transaction; 0: none, or the fault is elsewhere
    std::int64_t entry = 0;        ///< number of the first bad entry; 0: none, or the fault is elsewhere
    std::string message;           ///< what was found and what was expected; empty if sound
    LedgerHead head;               ///< the last transaction up to which all is well
    std::int64_t plan_change = 0;  ///< number of the first bad change of plans; 0: none, or the fault is elsewhere
};

/// Recomputes the whole ledger from its entries: SQLite's own check of the file, the tables, indices and triggers, numbers
/// without a gap, moments that do not fall, each entry's running balance, that each transaction's entries sum to zero in every
/// unit, that nothing was overdrawn, the chain of SHA-256 digests, and all that is kept beside the journal; then, where the file holds
/// plans, their chain, and that what is reserved for them is what they say. Others who write wait
/// meanwhile, about 10 seconds for a million entries. Take the head from time to time and keep it elsewhere: only it can show
/// that transactions were taken away at the end.
/// @throws Error `file` or `busy` if the file cannot be read. Damage is not an error: it is what is told.
LedgerCheck verify(const Ledger& ledger);

/// Makes anew what is kept beside the journal: balances, reservations and what they hold. Of a sound ledger nothing changes.
/// @throws Error damaged if the journal itself is not sound: go back to a backup then.
void rebuild(Ledger& ledger);

/// Copies the ledger, as it is at one moment, to a file that is not there yet, while others may use it. Writers wait meanwhile.
/// @throws Error `file` if it is there, or cannot be written; what was begun is removed then.
void backup(const Ledger& ledger, const std::string& path);

}  // namespace gradus
