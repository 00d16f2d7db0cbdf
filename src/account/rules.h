#pragma once

#include <optional>
#include <string>

#include <gradus/account/receipt.h>
#include <gradus/organization/organization.h>

#include "account/fields.h"
#include "account/handle.h"
#include "account/spending_parts.h"

namespace gradus {

/// Reserves the parts of a spending, all or none, if the rules of its programme allow it: request_spending() says which, in which
/// order. `fund`: who pays the fund's part; absent: whom the programme says.
/// @throws Error unknown_key for a person, programme or activity that the organisation has not; contradiction for a programme of
///         another kind than is asked for, and where only one of programme and ledger is of play money; as Session::apply().
Receipt spend(const Organization& organization, Ledger::Data::Session& session, const Fields& asked,
              const SpendingParts& parts, const std::optional<std::string>& fund = {});

}  // namespace gradus
