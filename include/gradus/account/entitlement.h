#pragma once

#include <string_view>

#include <gradus/account/ledger.h>
#include <gradus/base/table.h>
#include <gradus/organization/fund.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// What one person may use: a row for every programme, by key. Programmes name no advisor; an agreed plan does.
struct Entitlement : Table {
    Entitlement() : Table("entitlement", "What a person may use of each programme, for what, and until when") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who"}};
    Column<ProgramId> program{*this, {.name = "program", .meaning = "of which programme"}};
    Column<AccountKind> kind{*this, {.name = "kind", .meaning = "what it holds"}};
    Column<Amount> usable{
        *this,
        {.name = "usable",
         .unit = "of its kind",
         .meaning = "what a request may take from the account or pool now: the smaller of available and cap_left"}};
    Column<Amount> available{*this,
                             {.name = "available",
                              .unit = "of its kind",
                              .meaning = "what the account has of what was granted; of a pool, what anyone may use"}};
    Column<bool> shared{
        *this, {.name = "shared", .meaning = "it is a pool that all use, first come first served, and grants nothing"}};
    Column<Amount> idle{*this,
                        {.name = "idle",
                         .unit = "of its kind",
                         .meaning = "granted to the account all the same where a pool pays: never used by the "
                                    "programme; absent: none"}};
    Column<Amount> own{*this, {.name = "own", .unit = "of its kind", .meaning = "the employee's own in the account"}};
    Column<Amount> cap_left{
        *this, {.name = "cap_left", .unit = "of its kind", .meaning = "left of the cap this period; absent: no cap"}};
    Column<Date> cap_until{*this, {.name = "cap_until", .meaning = "first day of the cap's next period; absent: none"}};
    Column<std::string_view> activity_kinds{
        *this, {.name = "activity_kinds", .meaning = "kinds of activity, separated by ';'; absent: all"}};
    Column<Date> until{
        *this,
        {.name = "until", .meaning = "first day no longer: the programme ends, or the person leaves; absent: open"}};
    Column<Moment> expires{
        *this, {.name = "expires", .meaning = "when the next part of what is available expires; absent: never"}};
    Column<Amount> expiring{*this, {.name = "expiring", .unit = "of its kind", .meaning = "how much expires then"}};
    Column<double> account_share{
        *this, {.name = "account_share", .unit = "share", .meaning = "of a cost; absent: by activity"}};
    Column<double> employee_share{
        *this, {.name = "employee_share", .unit = "share", .meaning = "of a cost; absent: by activity"}};
    Column<bool> requires_plan{*this, {.name = "requires_plan", .meaning = "spent only on an agreed plan"}};
    Column<std::string_view> reason{*this, {.name = "reason", .meaning = "why nothing may be used; absent: something"}};
};

/// What a person may use of each programme at a moment, for a first day on that day.
/// @throws Error unknown_key for a person of another organisation; missing_value for a programme without a kind; contradiction for another
///         currency; out_of_range for an `at` before the last transaction's; else as Ledger::balance().
Entitlement entitlement(const Organization& organization, const Ledger& ledger, PersonId person, Moment at);

}  // namespace gradus
