#pragma once

#include <cstdint>
#include <string>

#include <gradus/base/units.h>

namespace gradus {

/// What became of a request. The same request again gets an equal receipt.
struct Receipt {
    std::int64_t transaction = 0;  ///< its number in the ledger: 1, 2, 3, … without a gap, refusals counted
    Moment at;                     ///< when
    bool applied = false;          ///< else refused: nothing was moved, and the refusal is kept
    /// Of a refusal, the rule that stopped it: `available` (the payer has not enough), `reserved` (more than was reserved),
    /// `resolved` (the reservation was posted, given up or expired before), `refused` (what it builds on was refused),
    /// `reversed` (it was reversed before), `reversible` (it cannot be reversed), `linked` (another request of the batch was
    /// refused). Of a spending, one of its programme's too (Decision::receipt). Empty if applied.
    std::string rule;
    Amount available = missing<Amount>();  ///< what the payer had available; missing where nobody pays
    Amount asked = missing<Amount>();      ///< what was asked for; missing where there is no amount
    Amount limit = missing<Amount>();      ///< what the rule allowed at most; missing where it is no number
    /// Of a refusal by a day (of a programme's dates or of a cap's period), the first day from which it would be possible.
    Date from = missing<Date>();
    std::string message;  ///< of a refusal: which rule, which numbers, and what would make it possible

    friend bool operator==(const Receipt&, const Receipt&) = default;
};

}  // namespace gradus
