#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/organization/organization.h>

#include "account/handle.h"

namespace gradus {

/// What a person may use of a programme at a moment, which is not before the last transaction's.
struct Usable {
    AccountKind kind = AccountKind::money;
    bool shared = false;
    std::int64_t available = 0, own = 0;
    std::int64_t idle = 0;  ///< granted to the account of a pool, which pays in its place
    std::optional<std::int64_t> cap_left{};
    Date cap_until = missing<Date>();
    /// Of what is available, how much expires when: the next first.
    std::vector<std::pair<Moment, std::int64_t>> expiring{};
    std::string reason{};  ///< why nothing
    bool held = false;     ///< the programme holds the person, and its money is of the ledger's kind

    std::int64_t usable() const { return reason.empty() ? cap_left ? std::min(available, *cap_left) : available : 0; }
};
Usable usable_of(const Organization& organization, Ledger::Data::Parts& parts, Store& store, ProgramId program,
                 PersonId person, Moment at);

/// What the cap leaves for a first day; nothing where there is no cap. Within a transaction of the file.
std::optional<std::int64_t> left_of_cap(const Organization& organization, Store& store, ProgramId program,
                                        PersonId person, Date day, Moment at);

/// @throws Error contradiction for another currency; out_of_range for a moment before the last transaction's.
void check_now(const Organization& organization, Ledger::Data::Parts& parts, Moment at);

}  // namespace gradus
