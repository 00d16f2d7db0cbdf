#pragma once

#include <gradus/base/table.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/scope.h>

namespace gradus {

/// Money to spend on learning: a forest. What is charged to a fund is charged to every fund above it too.
struct Funds : Table {
    Funds() : Table("funds", "Money for learning, a forest") {}

    Column<FundId> fund{*this, {.name = "fund", .meaning = "key of the fund", .required = true, .identity = true}};
    Column<Money> amount{
        *this, {.name = "amount", .unit = "money", .meaning = "still free to plan", .required = true, .low = 0}};
    Column<FundId> parent{*this, {.name = "parent", .meaning = "fund it is part of"}};
    Column<UnitId> unit{*this, {.name = "unit", .meaning = "unit (and all below it) it is for; absent: everyone"}};
    Column<Date> valid_from{*this, {.name = "valid_from", .meaning = "first day it can be charged; absent: open"}};
    Column<Date> valid_to{*this, {.name = "valid_to", .meaning = "first day it no longer can; absent: open"}};
};

/// What an account or a cap counts.
enum class AccountKind : std::uint8_t { money, hours, items };
template <>
struct Words<AccountKind> {
    static constexpr std::string_view names[] = {"money", "hours", "items"};
};
enum class CapPeriod : std::uint8_t { month, quarter, year };
template <>
struct Words<CapPeriod> {
    static constexpr std::string_view names[] = {"month", "quarter", "year"};
};
enum class GrantPeriod : std::uint8_t { once, month, quarter, year };
template <>
struct Words<GrantPeriod> {
    static constexpr std::string_view names[] = {"once", "month", "quarter", "year"};
};

/// Individual-learning-account schemes. Amounts (cap, grant) are money, hours or items by `kind`.
struct Programs : Table {
    Programs() : Table("programs", "Individual-learning-account schemes") {}

    Column<ProgramId> program{
        *this, {.name = "program", .meaning = "key of the programme", .required = true, .identity = true}};
    Column<std::string_view> name{*this, {.name = "name", .meaning = "label"}};
    Column<AccountKind> kind{*this, {.name = "kind", .meaning = "what its accounts hold; they must agree"}};
    Column<FundId> fund{*this, {.name = "fund", .meaning = "where the money comes from", .carried = true}};
    Column<bool> requires_plan{
        *this, {.name = "requires_plan", .meaning = "spent only on an agreed plan", .carried = true, .fallback = 0}};
    Column<double> account_share{*this,
                                 {.name = "account_share",
                                  .unit = "share",
                                  .meaning = "overrides the activity's, through an account that names the programme",
                                  .low = 0,
                                  .high = 1}};
    Column<double> employee_share{*this,
                                  {.name = "employee_share",
                                   .unit = "share",
                                   .meaning = "overrides the activity's, through an account that names the programme",
                                   .low = 0,
                                   .high = 1}};
    Column<Amount> cap{*this,
                       {.name = "cap",
                        .unit = "money, hours or items by kind",
                        .meaning = "most that an account may use in a cap_period",
                        .low = 0}};
    Column<CapPeriod> cap_period{
        *this, {.name = "cap_period", .meaning = "calendar period of the cap; absent: the whole horizon"}};
    Column<Amount> grant{*this,
                         {.name = "grant",
                          .unit = "money, hours or items by kind",
                          .meaning = "what an account is given",
                          .carried = true,
                          .low = 0}};
    Column<GrantPeriod> grant_period{*this, {.name = "grant_period", .meaning = "how often", .carried = true}};
    Column<std::int32_t> expires_days{
        *this,
        {.name = "expires_days", .unit = "days", .meaning = "after which a grant expires", .carried = true, .low = 0}};
    Column<double> carry_over{*this,
                              {.name = "carry_over",
                               .unit = "share",
                               .meaning = "of the rest, kept for the next period",
                               .carried = true,
                               .low = 0,
                               .high = 1}};
    Column<std::string_view> activity_kinds{
        *this, {.name = "activity_kinds", .meaning = "kinds of activity it pays for, separated by ';'; absent: all"}};
    Column<bool> mock{*this, {.name = "mock", .meaning = "play money", .carried = true, .fallback = 0}};
    Column<Date> valid_from{*this, {.name = "valid_from", .meaning = "first day; absent: open"}};
    Column<Date> valid_to{*this, {.name = "valid_to", .meaning = "first day no longer; absent: open"}};
    Scope scope{*this};
};

/// What a plan may still use of each person's individual learning accounts. Amounts are money, hours or items by `kind`.
struct Accounts : Table {
    Accounts() : Table("accounts", "Individual learning accounts: what a plan may still use") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whose", .required = true, .identity = true}};
    Column<AccountKind> kind{*this, {.name = "kind", .meaning = "what it holds", .required = true, .identity = true}};
    Column<ProgramId> program{*this, {.name = "program", .meaning = "programme it belongs to", .identity = true}};
    Column<Date> valid_from{*this, {.name = "valid_from", .meaning = "first day; absent: open", .identity = true}};
    Column<Date> valid_to{*this,
                          {.name = "valid_to", .meaning = "first day no longer; absent: open", .identity = true}};
    Column<Amount> available{*this,
                             {.name = "available",
                              .unit = "money, hours or items by kind",
                              .meaning = "what may still be used",
                              .required = true,
                              .low = 0}};
    Column<Amount> cap{*this,
                       {.name = "cap",
                        .unit = "money, hours or items by kind",
                        .meaning = "most that may be used in a cap_period",
                        .low = 0}};
    Column<CapPeriod> cap_period{
        *this, {.name = "cap_period", .meaning = "calendar period of the cap; absent: the whole horizon"}};
};

}  // namespace gradus
