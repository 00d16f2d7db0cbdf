#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <gradus/agreement/agreements.h>
#include <gradus/agreement/plan_contents.h>
#include <gradus/agreement/plan_request.h>
#include <gradus/agreement/plan_requests.h>
#include <gradus/agreement/transition.h>
#include <gradus/base/table.h>

namespace gradus {

/// What became of requests to plans, one row each.
struct PlanReceipts : Table {
    PlanReceipts() : Table("plan_receipts", "What became of each request to plans") {}

    Column<std::int32_t> number{*this, {.name = "number", .meaning = "number of the change"}};
    Column<std::string_view> key{*this, {.name = "key", .meaning = "the client's name for the request"}};
    Column<Moment> at{*this, {.name = "at", .meaning = "when"}};
    Column<std::string_view> plan{*this, {.name = "plan", .meaning = "key of the plan; empty: seats of a session"}};
    Column<PlanOperationKind> operation{*this, {.name = "operation", .meaning = "what was asked for"}};
    Column<bool> applied{*this, {.name = "applied", .meaning = "else refused: nothing changed"}};
    Column<PlanState> state{
        *this, {.name = "state", .meaning = "of the plan afterwards; absent: there is none, or seats were set"}};
    Column<std::string_view> rule{*this, {.name = "rule", .meaning = "of a refusal, the rule that stopped it"}};
    Column<std::string_view> message{
        *this, {.name = "message", .meaning = "of a refusal: the rule in words, and what would make it possible"}};
    Column<bool> play_money{*this, {.name = "play_money", .meaning = "the ledger is one of play money: worth nothing"}};
};

/// The receipts as rows, with what their requests were.
/// @throws Error unknown_key for a receipt of another file; out_of_range where a number has more than 31 bits; else as Ledger.
PlanReceipts to_table(const Agreements& agreements, std::span<const PlanReceipt> receipts);

/// Applies a table of requests in order and gives a row for each. Each is a transaction of its own: after an error the rows before
/// it are applied; the same table, sent again, does each row once. Two rows `write` of one person cannot tell whose the rows of
/// `contents` are: where there are some, that is an error before anything is applied, unless both have one key.
/// @throws Error as Agreements::apply(), with table plan_requests, row and column; of what a `write` writes down, with items, goals
///         or milestones, the row there and the column; contradiction for two rows `write` of one person.
PlanReceipts apply_plan_requests(Agreements& agreements, const PlanRequests& requests,
                                 const PlanContents& contents = {});

}  // namespace gradus
