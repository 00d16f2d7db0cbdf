#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <gradus/account/ledger.h>
#include <gradus/account/request.h>
#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>

namespace gradus {

/// Requests to a ledger as a table: one row each, in the order in which they are made. What an operation does not need stays
/// absent; what it has no use for is refused.
struct Requests : Table {
    Requests() : Table("requests", "What is asked of a ledger, row after row") {}

    Column<std::string_view> key{
        *this, {.name = "key", .meaning = "the client's own name for the request, used once", .required = true}};
    Column<Moment> at{
        *this, {.name = "at", .meaning = "when it happens; not before the last transaction's", .required = true}};
    Column<std::string_view> by{*this, {.name = "by", .meaning = "who asks", .required = true}};
    Column<std::string_view> reason{*this, {.name = "reason", .meaning = "why"}};
    Column<OperationKind> operation{*this, {.name = "operation", .meaning = "what is to be done", .required = true}};
    Column<AccountKind> kind{*this, {.name = "kind", .meaning = "what the amount counts; needed beside an amount"}};
    Column<std::string_view> person{*this,
                                    {.name = "person", .meaning = "whose account pays, is granted or contributed to"}};
    Column<std::string_view> program{*this,
                                     {.name = "program", .meaning = "programme of that account; absent: of none"}};
    Column<std::string_view> fund{
        *this, {.name = "fund", .meaning = "fund that pays, is supplied, or to which is clawed back"}};
    Column<std::string_view> to_person{*this, {.name = "to_person", .meaning = "of a transfer: to whose account"}};
    Column<std::string_view> to_program{
        *this, {.name = "to_program", .meaning = "of a transfer: programme of the account it goes to"}};
    Column<std::string_view> to_fund{*this, {.name = "to_fund", .meaning = "of a transfer: to which fund"}};
    Column<std::string_view> provider{*this, {.name = "provider", .meaning = "who is paid"}};
    Column<Draw> draw{*this, {.name = "draw", .meaning = "of a reserve: which lots of the account pay; absent: any"}};
    Column<std::string_view> reservation{*this,
                                         {.name = "reservation", .meaning = "of a post or void: key of the reserve"}};
    Column<std::string_view> reverses{*this, {.name = "reverses", .meaning = "of a reverse: key of what is undone"}};
    Column<std::string_view> spending{*this,
                                      {.name = "spending", .meaning = "of a settle or cancel: key of the spend"}};
    Column<Amount> amount{
        *this, {.name = "amount", .unit = "of its kind", .meaning = "how much", .low = 0, .above_low = true}};
    Column<Moment> expires{
        *this, {.name = "expires", .meaning = "of a grant, reserve or spend: from then on it is over; absent: never"}};
    Column<std::string_view> activity{*this, {.name = "activity", .meaning = "of a spend: for which activity"}};
    Column<Date> first_day{*this, {.name = "first_day", .meaning = "of a spend: first day of the activity"}};
    Column<Money> cost{*this,
                       {.name = "cost", .unit = "money", .meaning = "of a spend or settle: what it costs", .low = 0}};
    Column<Minutes> hours{
        *this, {.name = "hours", .unit = "h", .meaning = "of a spend or settle: of a programme of hours", .low = 0}};
    Column<std::string_view> agreed_plan{*this,
                                         {.name = "agreed_plan", .meaning = "of a spend: the plan that it is part of"}};

    /// Warnings of the load; null where the table was not loaded.
    std::shared_ptr<const Problems> problems;
};

/// Reads a table of requests, amounts in the ledger's currency. Rows stay in their order, and all are kept.
/// @throws Error with all problems: a column that is missing or of another type, a cell that an operation needs or has no use
///         for, an amount without its kind.
Requests load_requests(const Ledger& ledger, const Input& requests);

/// Requests as rows.
Requests to_table(std::span<const Request> requests);

}  // namespace gradus
