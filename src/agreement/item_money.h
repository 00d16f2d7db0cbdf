#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/agreement/plan_request.h>
#include <gradus/organization/organization.h>

#include "account/fields.h"
#include "account/handle.h"
#include "account/spending_parts.h"
#include "agreement/records.h"
#include "agreement/stop.h"

namespace gradus {

/// What a change asks of the ledger for the items of a plan. What is charged to a programme is a spending by its rules, with the parts
/// that were agreed; the rest is reserved as it is. Nothing is written before apply().
class ItemMoney {
public:
    /// `number` of the change; `event`, which may still be found out, is why.
    ItemMoney(Records& records, const PlanRequest& request, std::int64_t number, std::string_view currency,
              const PlanEvent& event)
        : records_(records), request_(request), number_(number), currency_(currency), event_(event) {}

    /// All that was agreed for an item is held.
    void hold(const ItemRecord& item);
    /// More is held, and is part of the item.
    /// @throws Error out_of_range beyond 64 bits.
    void raise(ItemRecord& item, const RaiseItem& more);
    /// What it cost in the end is posted and kept with the item, the rest is free; or why it cannot be.
    std::optional<Stop> settle(ItemRecord& item, const StepItem& end);
    /// All is free.
    void release(const ItemRecord& item);

    bool asks() const { return !steps_.empty(); }
    /// All of it, or none and why not. Within a transaction of the file.
    /// @throws Error as spend().
    std::optional<Stop> apply(const Organization& organization, Ledger::Data::Session& session) const;

private:
    /// Minor units, minutes and items of an item.
    struct Amounts {
        std::int64_t account = 0, employee = 0, fund = 0, minutes = 0, items = 0;
    };
    /// One request to the ledger; of a spending and its settlement, with the parts.
    struct Step {
        Fields asked;
        SpendingParts parts{};
        std::optional<std::string> fund{};  ///< pays the fund's part of a spending
    };

    void hold(const ItemRecord& item, const Amounts& amounts);
    void end(const ItemRecord& item, const Amounts& posted, const std::string& provider);
    void charge(const ItemRecord& item, const char* leg, const std::string& program, AccountKind kind,
                const SpendingParts& parts);
    void reserve(const ItemRecord& item, const char* leg, const Payer& payer, std::int64_t amount, Draw draw);
    /// Posts of a leg, and of what was raised of it, so much as there is left of each amount; voids the rest.
    void end_spending(const ItemRecord& item, const char* leg, SpendingParts posted, const std::string& provider);
    void end_reserve(const ItemRecord& item, const char* leg, std::int64_t posted, const std::string& provider);
    Step& ask(std::string key, const ItemRecord& item, OperationKind operation);
    std::string end_key();
    std::string money(std::int64_t amount) const;

    Records& records_;
    const PlanRequest& request_;
    std::int64_t number_;
    std::string_view currency_;
    const PlanEvent& event_;
    std::vector<Step> steps_;
    std::int64_t ended_ = 0;
};

/// What an item takes of an account of no programme: what is held, or once it is over what was posted and not reversed.
std::int64_t used(Records& records, const ItemRecord& item, AccountKind kind);

}  // namespace gradus
