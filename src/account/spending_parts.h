#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <gradus/account/receipt.h>

#include "account/fields.h"
#include "account/handle.h"
#include "account/recorded.h"

namespace gradus {

/// What the parts of a spending hold, in their order: the account's in the programme's kind; the employee's own and the fund's, in money.
using SpendingParts = std::array<std::int64_t, 3>;

/// Shares of account and employee as they are kept, in the shortest decimals that read back as the same: "0.75 0.25".
std::string text_of_shares(std::pair<double, double> shares);
std::pair<double, double> shares_in(const std::string& text);

/// A cost by the shares of account and employee, the fund paying the rest (contract §3.8).
SpendingParts split(std::int64_t cost, std::pair<double, double> shares);
/// The parts of a spending of that kind, by what the account uses and what it costs.
SpendingParts parts_of(AccountKind kind, std::int64_t units, std::int64_t cost, std::pair<double, double> shares);

/// The key of a part's reservation, post or void.
std::string part_key(const std::string& key, std::size_t place);

/// The request for a part, as far as it is that of the whole.
Fields part_of(const Fields& whole, OperationKind operation, std::size_t place);

/// A spending as it was written down, and its reservations by place; those that it has not are absent.
struct RecordedSpending {
    Recorded whole;
    std::array<std::optional<Recorded>, 3> parts;
};
/// @throws Error unknown_key if there is no such spending.
RecordedSpending recorded_spending(Journal& journal, const std::string& key);

/// @throws Error contradiction for a client's post or void of a reservation that is part of a spending: the rest of it could then
///         neither be settled nor cancelled.
void check_no_part(Journal& journal, const Fields& fields, std::int64_t row);

/// Settles or cancels: posts so much of each part, and voids those of which nothing is posted; unless there is a `refusal`.
Receipt resolve(Ledger::Data::Session& session, const Fields& asked, const RecordedSpending& spending,
                const SpendingParts& posted, const std::optional<Denial>& refusal = {});

}  // namespace gradus
