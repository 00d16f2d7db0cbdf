#pragma once

#include <iosfwd>
#include <string>

#include <gradus/account/ledger.h>

namespace gradus {

/// Writes every transaction that moved something in the journal format of hledger (https://hledger.org), which can then recompute
/// each balance: money in the currency, hours as `min`, items as `items`; in a ledger
/// of play money `"play EUR"`, `"play min"`, `"play items"`. Every posting asserts what its account has afterwards,
/// so `hledger check` fails where the two disagree. Reservations move nothing and are not in it.
///
/// Accounts are `supply`, `provider:NAME`, `pocket:PERSON`, `fund:NAME`, `lot:PERSON:PROGRAM:FUND:EXPIRY`,
/// `own:PERSON:PROGRAM`; in names, what hledger reads otherwise stands as %XX of its bytes, and an absent name as %.
/// @throws Error as Ledger; invalid_argument where the stream fails.
void write_hledger(const Ledger& ledger, std::ostream& out);

/// The same to a file, which is replaced once all is written.
/// @throws Error as Ledger; invalid_option for an empty path; file where it cannot be written, or is a database: a ledger is never
///         written over.
void write_hledger(const Ledger& ledger, const std::string& path);

}  // namespace gradus
