#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <gradus/account/ledger.h>
#include <gradus/account/receipt.h>
#include <gradus/account/requests.h>
#include <gradus/account/spending.h>
#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// What became of requests, one row each.
struct Receipts : Table {
    Receipts() : Table("receipts", "What became of each request to a ledger") {}

    Column<std::int32_t> transaction{*this, {.name = "transaction", .meaning = "its number in the ledger"}};
    Column<std::string_view> key{*this, {.name = "key", .meaning = "the client's name for the request"}};
    Column<Moment> at{*this, {.name = "at", .meaning = "when"}};
    Column<OperationKind> operation{*this, {.name = "operation", .meaning = "what was asked for"}};
    Column<bool> applied{*this, {.name = "applied", .meaning = "else refused: nothing was moved"}};
    Column<std::string_view> rule{*this, {.name = "rule", .meaning = "of a refusal, the rule that stopped it"}};
    Column<AccountKind> kind{*this, {.name = "kind", .meaning = "what the amounts count; absent: the message says"}};
    Column<Amount> available{
        *this, {.name = "available", .unit = "of its kind", .meaning = "what the payer had; absent: nobody pays"}};
    Column<Amount> asked{*this, {.name = "asked", .unit = "of its kind", .meaning = "what was asked for"}};
    Column<Amount> limit{*this, {.name = "limit", .unit = "of its kind", .meaning = "most that the rule allowed"}};
    Column<Date> from{*this, {.name = "from", .meaning = "of a refusal by a day, the first day that is possible"}};
    Column<Remedy> remedy{
        *this, {.name = "remedy", .meaning = "of spend, settle and cancel: what would make it possible; else absent"}};
    Column<std::string_view> message{
        *this, {.name = "message", .meaning = "of a refusal: which rule, which numbers, what would make it possible"}};
    Column<bool> play_money{*this, {.name = "play_money", .meaning = "the ledger is one of play money: worth nothing"}};
};

/// The reservations of spendings that were granted, as they were made, posted or given up.
struct SpendingParts : Table {
    SpendingParts() : Table("spending_parts", "Who pays which part of a spending") {}

    Column<std::string_view> key{*this, {.name = "key", .meaning = "of the spend, settle or cancel"}};
    Column<std::string_view> reservation{*this, {.name = "reservation", .meaning = "key of the part's reservation"}};
    Column<AccountKind> kind{*this, {.name = "kind", .meaning = "what the amount counts"}};
    Column<std::string_view> person{*this, {.name = "person", .meaning = "whose account pays; absent: a fund does"}};
    Column<std::string_view> program{*this, {.name = "program", .meaning = "programme of the account"}};
    Column<std::string_view> fund{*this, {.name = "fund", .meaning = "fund that pays; absent: an account does"}};
    Column<Draw> draw{*this, {.name = "draw", .meaning = "which lots of the account pay"}};
    Column<Amount> amount{*this,
                          {.name = "amount",
                           .unit = "of its kind",
                           .meaning = "reserved by a spend, posted by a settle, free again by a cancel"}};
};

/// The receipts as rows, with what their requests were.
/// @throws Error unknown_key for a receipt of another ledger; out_of_range where a number has more than 31 bits; else as Ledger.
Receipts to_table(const Ledger& ledger, std::span<const Receipt> receipts);

/// What applying a table of requests gave.
struct Applied {
    Receipts receipts;    ///< a row for each request, in their order
    SpendingParts parts;  ///< of spend, settle and cancel
};

/// Applies a table of requests in order. Without spend, settle and cancel as Ledger::apply() of a batch: in one transaction of the
/// file, all or none where they are `linked`. Each spend, settle and cancel is a transaction of its own, and so is what stands
/// between two of them: such a table cannot be linked, and after an error the rows before it are applied; the same table,
/// sent again, does each row once.
/// @param organization what `spend` asks about people, programmes and activities; may be null where there is none.
/// @throws Error contradiction for a linked table with spend, settle or cancel, for a post in another kind than was reserved;
///         missing_table for a spend without an organisation; else as Ledger::apply(), request_spending(), settle(), cancel(), with
///         the row.
Applied apply_requests(Ledger& ledger, const Requests& requests, bool linked, const Organization* organization);

}  // namespace gradus
