#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gradus/account/ledger.h>
#include <gradus/agreement/plan_request.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// The last change to plans, and its link in their chain of SHA-256 digests. Kept elsewhere it shows whether anything before it was
/// changed or taken away since. What was reserved for it is in the ledger's own chain (LedgerHead).
struct PlanHead {
    std::int64_t change = 0;        ///< 0: there is none
    Moment at = missing<Moment>();  ///< of that change
    std::string hash;               ///< 64 hexadecimal digits; of no change, what the first one is linked to
};

/// The life of plans, in the file of a ledger: from draft to closed, with the money, hours and seats of what is agreed.
///
/// Every change is kept with who, when and why; where a plan and its items stand follows from that. When employee and manager
/// have agreed, each item's money and hours are reserved and its seat is taken, or it waits for one; plan and ledger move in one
/// transaction of the file. Time is the request's own `at`.
///
/// Threads, processes, fork(), copies and errors are as with Ledger, whose file it is. The organisation says who manages whom,
/// which programme pays for what, and what seats a session has that no plan named before; nothing else is taken from it, so it may
/// be one that was made from what `sessions()`, `accounts()` and `funds()` returned.
class Agreements {
public:
    /// @throws Error contradiction if the ledger is in another currency; as Ledger.
    Agreements(const Ledger& ledger, const Organization& organization);

    /// Applies or refuses a request, or returns the receipt it got before.
    /// @throws Error contradiction if the key was used for another request, the plan's key for another plan, or rows do not agree;
    ///         unknown_key for a person, activity, session or fund that the organisation does not have, or a plan or item that is
    ///         not here; out_of_range for an `at` before the last, or what is negative or ends before it begins;
    ///         missing_value, invalid_text, invalid_option for an event of another operation. Nothing was applied then.
    PlanReceipt apply(const PlanRequest& request);

    /// The receipt of a key, or nothing if no request with it was ever applied or refused.
    std::optional<PlanReceipt> receipt(std::string_view key) const;

    PlanHead head() const;

    const Organization& organization() const;
    const Ledger& ledger() const;

    /// @cond
    class Data;
    Data& data() const { return *data_; }
    /// @endcond

private:
    std::shared_ptr<Data> data_;
};

}  // namespace gradus
