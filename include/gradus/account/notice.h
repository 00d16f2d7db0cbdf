#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <gradus/account/ledger.h>
#include <gradus/base/table.h>
#include <gradus/organization/activity.h>
#include <gradus/organization/ids.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// What a person is told.
enum class NoticeKind : std::uint8_t {
    no_plan,   ///< may use a programme, and has no plan
    expiring,  ///< a part of the balance is about to expire
    session    ///< a session that the programme pays for opens
};
template <>
struct Words<NoticeKind> {
    static constexpr std::string_view names[] = {"no_plan", "expiring", "session"};
};

/// Whom to tell what, by person, programme, kind of notice, date, session.
struct Notices : Table {
    Notices() : Table("notices", "Whom to tell of plans to make, balances that expire and sessions that open") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whom to tell"}};
    Column<ProgramId> program{*this, {.name = "program", .meaning = "of which programme"}};
    Column<NoticeKind> notice{*this, {.name = "notice", .meaning = "what about"}};
    Column<AccountKind> kind{*this, {.name = "kind", .meaning = "what the amount counts"}};
    Column<Amount> amount{*this,
                          {.name = "amount",
                           .unit = "of its kind",
                           .meaning = "what may be used, of a session on its first day; of an expiring balance, how "
                                      "much expires"}};
    Column<Date> date{
        *this,
        {.name = "date", .meaning = "first day no longer usable of what expires; first day of a session; else absent"}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "what the session is of"}};
    Column<SessionId> session{*this, {.name = "session", .meaning = "which session"}};
};

/// Notices at a moment to everyone whom a programme holds: those not among `planned` who have no plan; each day within `lead_days` on
/// which something of a balance expires; sessions with a free seat whose first day lies on the day of `at` or up to `lead_days` after it, of activities
/// that the programme pays for and the person may take, where something may be used in the cap's period of that day. `planned`: who has a plan, in any order.
/// Programmes that are mock where the ledger is not, or are not where it is, are left out.
/// @throws Error out_of_range for lead_days below 0 or above 36,500; else as entitlement().
Notices notices(const Organization& organization, const Ledger& ledger, Moment at, std::int32_t lead_days,
                std::span<const PersonId> planned);
/// The same with the seats of `sessions`, whose rows are those of the organisation's own.
/// @throws Error contradiction for another number of rows.
Notices notices(const Organization& organization, const Ledger& ledger, Moment at, std::int32_t lead_days,
                std::span<const PersonId> planned, const Sessions& sessions);

}  // namespace gradus
