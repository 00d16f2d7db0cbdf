#pragma once

#include <cstdint>

#include <gradus/account/receipt.h>

#include "account/fields.h"
#include "account/store.h"

namespace gradus {

/// A transaction as it was written down: what was asked, and what became of it.
struct Recorded {
    Fields fields;
    Receipt receipt;
    std::int64_t first_entry = 0;  ///< the number that its first entry has, or would have
    std::int64_t entries = 0;      ///< how many
};

/// The columns of the table `transactions` that read_recorded() expects first, in this order; the
/// hash comes after them, in place recorded_columns.
#define TRANSACTION_COLUMNS                                                                                           \
    "number, key, at, by, reason, operation, kind, person, program, fund, to_person, to_program, to_fund, provider, " \
    "draw, subject, amount, expires, applied, rule, available, asked, most, message, activity, plan, first_day, "     \
    "cost, shares, possible_from, first_entry, entries"

constexpr int recorded_columns = 32;

/// @throws Error damaged where a word is none of those that the library writes.
Recorded read_recorded(const Statement::Rows& rows);

}  // namespace gradus
