#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <gradus/agreement/agreements.h>
#include <gradus/agreement/transition.h>
#include <gradus/base/input.h>
#include <gradus/base/problem.h>
#include <gradus/base/table.h>

namespace gradus {

/// What a row of requests asks for: a plan is written down (PlanEvent::draft or change, as it turns out), or the event of the same name.
enum class PlanOperationKind : std::uint8_t {
    write,
    propose,
    agree,
    decline,
    withdraw,
    name_advisor,
    comment,
    start,
    begin_item,
    complete_item,
    fail_item,
    miss_item,
    withdraw_item,
    raise_item,
    review,
    close,
    set_seats
};
template <>
struct Words<PlanOperationKind> {
    static constexpr std::string_view names[] = {
        "write",         "propose",    "agree",      "decline",       "withdraw",  "name_advisor",
        "comment",       "start",      "begin_item", "complete_item", "fail_item", "miss_item",
        "withdraw_item", "raise_item", "review",     "close",         "set_seats"};
};

/// Requests to plans as a table: one row each, in the order in which they are made. What an operation does not need stays absent;
/// what it has no use for is refused. What a `write` writes down stands in tables of its own (PlanContents).
struct PlanRequests : Table {
    PlanRequests() : Table("plan_requests", "What is asked of plans, row after row") {}

    Column<std::string_view> key{
        *this, {.name = "key", .meaning = "the client's own name for the request, used once", .required = true}};
    Column<Moment> at{*this,
                      {.name = "at", .meaning = "when it happens; not before the last change's", .required = true}};
    Column<std::string_view> by{
        *this,
        {.name = "by", .meaning = "who asks: a person, or whatever an administrator is called", .required = true}};
    Column<Actor> as{*this, {.name = "as", .meaning = "in which capacity", .required = true}};
    Column<std::string_view> reason{*this, {.name = "reason", .meaning = "why; of a comment, what is said"}};
    Column<std::string_view> plan{
        *this, {.name = "plan", .meaning = "key of the plan, the client's own; of all operations but set_seats"}};
    Column<PlanOperationKind> operation{*this,
                                        {.name = "operation", .meaning = "what is to be done", .required = true}};
    Column<std::string_view> person{
        *this, {.name = "person", .meaning = "of a write: whose plan; items, goals and milestones are this person's"}};
    Column<std::string_view> supersedes{
        *this,
        {.name = "supersedes", .meaning = "of a write: the plan that ends when this one is agreed; absent: none"}};
    Column<Date> as_of{*this,
                       {.name = "as_of",
                        .meaning = "of a write: decides the person's role for programmes; absent: that of the plan "
                                   "that was worked out, else the day of the request"}};
    Column<std::string_view> advisor{*this, {.name = "advisor", .meaning = "of name_advisor: who may advise"}};
    Column<std::string_view> activity{*this, {.name = "activity", .meaning = "which item, of operations on items"}};
    Column<Money> cost{*this,
                       {.name = "cost",
                        .unit = "money",
                        .meaning = "of complete, fail and miss: what it really cost; absent: as reserved",
                        .low = 0}};
    Column<Minutes> hours{*this,
                          {.name = "hours",
                           .unit = "hours",
                           .meaning = "of complete, fail and miss: what it really took; absent: as reserved; of "
                                      "raise_item: more than before; absent: 0",
                           .low = 0}};
    Column<std::string_view> provider{*this,
                                      {.name = "provider", .meaning = "of complete, fail and miss: who is paid"}};
    Column<Money> account_cost{*this,
                               {.name = "account_cost",
                                .unit = "money",
                                .meaning = "of raise_item: more from the account; absent: 0",
                                .low = 0}};
    Column<Money> employee_cost{*this,
                                {.name = "employee_cost",
                                 .unit = "money",
                                 .meaning = "of raise_item: more from the employee; absent: 0",
                                 .low = 0}};
    Column<Money> fund_cost{
        *this,
        {.name = "fund_cost", .unit = "money", .meaning = "of raise_item: more from the fund; absent: 0", .low = 0}};
    Column<std::string_view> session{*this, {.name = "session", .meaning = "of set_seats: which session"}};
    Column<std::int32_t> seats{
        *this,
        {.name = "seats",
         .unit = "seats",
         .meaning = "of set_seats: how many in all, those who sit there included; absent: no limit",
         .low = 0}};

    /// Warnings of the load; null where the table was not loaded.
    std::shared_ptr<const Problems> problems;
};

/// Reads a table of requests, money in the ledger's currency. Rows stay in their order, and all are kept. Whether people, plans,
/// activities and sessions are known is seen when they are applied.
/// @throws Error with all problems: a column that is missing or of another type, a cell that an operation needs or has no use
///         for, a negative amount, a raise_item of nothing.
PlanRequests load_plan_requests(const Agreements& agreements, const Input& requests);

}  // namespace gradus
