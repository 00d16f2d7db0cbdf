#pragma once

#include <string_view>

#include <gradus/agreement/agreements.h>
#include <gradus/base/table.h>
#include <gradus/organization/ids.h>

namespace gradus {

/// One row per plan, as it stands. Sorted by plan.
struct Plans : Table {
    Plans() : Table("plans", "Plans, and where each stands") {}

    Column<std::string_view> plan{*this, {.name = "plan", .meaning = "key of the plan"}};
    Column<PersonId> person{*this, {.name = "person", .meaning = "whose plan"}};
    Column<PlanState> state{*this, {.name = "state", .meaning = "where it is in its life"}};
    Column<std::string_view> advisor{*this, {.name = "advisor", .meaning = "who advises; empty: nobody is named"}};
    Column<std::string_view> supersedes{
        *this, {.name = "supersedes", .meaning = "the plan that ends, or ended, when it is agreed; empty: none"}};
    Column<std::int32_t> items{*this, {.name = "items", .unit = "items", .meaning = "items in it"}};
    Column<std::int32_t> open{*this, {.name = "open", .unit = "items", .meaning = "waiting, enrolled or under way"}};
    Column<Moment> drafted{*this, {.name = "drafted", .meaning = "when it was written down first"}};
    Column<Moment> changed{*this, {.name = "changed", .meaning = "when the last change of it was applied"}};
};

/// What happened, in order: one row per change of a plan, refusals included, and one per item that stood elsewhere afterwards.
/// Who freed a seat is not told to who got it. Sorted by number, then plan, then the plan's own row before those of its items.
struct PlanHistory : Table {
    PlanHistory() : Table("plan_history", "What happened to plans and items: when, what, by whom and why") {}

    Column<std::int32_t> number{*this, {.name = "number", .meaning = "number of the change"}};
    Column<Moment> at{*this, {.name = "at", .meaning = "when"}};
    Column<PersonId> person{*this, {.name = "person", .meaning = "whose plan; none: seats of a session"}};
    Column<std::string_view> plan{*this, {.name = "plan", .meaning = "key of the plan; empty: seats of a session"}};
    Column<PlanEvent> event{*this, {.name = "event", .meaning = "what was asked for"}};
    Column<std::string_view> subject{
        *this, {.name = "subject", .meaning = "the activity, advisor or session concerned; empty: the plan"}};
    Column<bool> applied{*this, {.name = "applied", .meaning = "else refused: nothing changed"}};
    Column<PlanState> state{*this, {.name = "state", .meaning = "of the plan afterwards; absent in rows of items"}};
    Column<ItemStatus> status{*this, {.name = "status", .meaning = "of the item afterwards; absent in rows of plans"}};
    Column<std::string_view> by{
        *this, {.name = "by", .meaning = "who asked; empty: it follows from what happened to somebody else's plan"}};
    Column<Actor> as{*this, {.name = "as", .meaning = "in which capacity"}};
    Column<std::string_view> reason{*this, {.name = "reason", .meaning = "why; of a comment, what was said"}};
    Column<std::string_view> rule{*this, {.name = "rule", .meaning = "of a refusal: the rule that stopped it"}};
    Column<std::string_view> message{
        *this, {.name = "message", .meaning = "of a refusal: the rule in words, and what would make it possible"}};
};

/// The items of plans as they stand. Sorted by plan, in each in the order in which it was written.
struct AgreedItems : Table {
    AgreedItems() : Table("agreed_items", "The items of plans, and where each stands") {}

    Column<std::string_view> plan{*this, {.name = "plan", .meaning = "key of the plan"}};
    Column<PersonId> person{*this, {.name = "person", .meaning = "whose plan"}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "what"}};
    Column<SessionId> session{*this, {.name = "session", .meaning = "in which session; none: on demand"}};
    Column<Date> first_day{*this, {.name = "first_day", .meaning = "first day"}};
    Column<Date> last_day{*this, {.name = "last_day", .meaning = "last day"}};
    Column<ItemStatus> status{*this, {.name = "status", .meaning = "where it stands"}};
    Column<std::int32_t> queue{
        *this, {.name = "queue", .unit = "1-based", .meaning = "place among those who wait for a seat of the session"}};
    Column<Minutes> hours{*this, {.name = "hours", .unit = "hours", .meaning = "time agreed, with what was raised"}};
    Column<Money> cost{*this, {.name = "cost", .unit = "money", .meaning = "cost agreed, with what was raised"}};
    Column<Money> account_cost{*this, {.name = "account_cost", .unit = "money", .meaning = "of it, from the account"}};
    Column<Money> employee_cost{*this, {.name = "employee_cost", .unit = "money", .meaning = "of it, the employee's"}};
    Column<Money> fund_cost{*this, {.name = "fund_cost", .unit = "money", .meaning = "of it, charged to the fund"}};
    Column<FundId> fund{*this, {.name = "fund", .meaning = "fund charged"}};
    Column<Money> spent{*this, {.name = "spent", .unit = "money", .meaning = "what it really cost; absent: not over"}};
    Column<Minutes> spent_hours{
        *this, {.name = "spent_hours", .unit = "hours", .meaning = "what it really took; absent: not over"}};
};

/// Of one person, or of all where `person` is empty; of a person without plans there are no rows. So are the two that follow.
/// @throws Error as Ledger.
Plans plans(const Agreements& agreements, std::string_view person = {});
/// @throws Error as Ledger.
PlanHistory history(const Agreements& agreements, std::string_view person = {});
/// @throws Error as Ledger.
AgreedItems agreed_items(const Agreements& agreements, std::string_view person = {});
/// Items, goals and milestones of a plan as they were written last. Dates of optimisation are not kept (`as_of`).
/// @throws Error unknown_key; as Ledger.
PlanContent content(const Agreements& agreements, std::string_view plan);

}  // namespace gradus
