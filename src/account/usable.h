#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include <gradus/account/ledger.h>
#include <gradus/organization/organization.h>

#include "account/handle.h"

namespace gradus {

/// What a person may use of a programme at a moment, which is not before the last transaction's.
struct Usable {
    AccountKind kind = AccountKind::money;
    bool shared = false;
    std::int64_t available = 0, own = 0;
    std::optional<std::int64_t> cap_left{};
    Date cap_until = missing<Date>();
    Moment expires = missing<Moment>();  ///< the first of what is available
    std::int64_t expiring = 0;
    std::string reason{};  ///< why nothing
    bool held = false;     ///< the programme holds the person, and its money is of the ledger's kind

    std::int64_t usable() const { return reason.empty() ? cap_left ? std::min(available, *cap_left) : available : 0; }
};
Usable usable_of(const Organization& organization, Ledger::Data::Parts& parts, Store& store, ProgramId program,
                 PersonId person, Moment at);

/// @throws Error contradiction for another currency; out_of_range for a moment before the last transaction's.
void check_now(const Organization& organization, Ledger::Data::Parts& parts, Moment at);

}  // namespace gradus
