#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/receipt.h>
#include <gradus/account/request.h>
#include <gradus/base/table.h>
#include <gradus/base/units.h>
#include <gradus/organization/organization.h>

namespace gradus {

/// What somebody wants to spend under one programme on one activity.
///
/// Of a programme of money the cost is divided by its shares (contract §3.8; a share that it leaves empty is the activity's): the
/// account pays its part, the employee's own money in the account another, the agency's fund the rest. Of hours the account
/// pays `hours`, of items one; a cost beside is then paid by the employee's share of it and the fund.
///
/// Where the programme names a fund and grants nothing, that fund is a shared pool, and pays in place of the account.
struct Spending {
    std::string key;                     ///< the client's own name for it, as of a Request
    Moment at;                           ///< when it is asked for; not before the last request's
    std::string by;                      ///< who asks; not empty
    std::string reason;                  ///< may be empty
    std::string person;                  ///< key of people
    std::string program;                 ///< key of programs
    std::string activity;                ///< key of activities
    Money cost = missing<Money>();       ///< ≥ 0; required of a programme of money
    Minutes hours = missing<Minutes>();  ///< ≥ 0; required of a programme of hours, used by it alone
    Date first_day = missing<Date>();    ///< of the activity: decides validity and the period of the cap; may be past
    std::string provider;                ///< may be empty
    std::string agreed_plan;  ///< key of the plan that it is part of, for which who asks vouches; empty: none
    std::optional<Moment> expires = {};  ///< from then on nothing is reserved any more; absent: no end

    friend bool operator==(const Spending&, const Spending&) = default;
};

/// What was spent in the end, of a spending that was granted: every part is posted in proportion, and the rest is free.
struct Settlement {
    std::string key;
    Moment at;
    std::string by;
    std::string reason;
    std::string spending;                ///< key of the spending
    Money cost = missing<Money>();       ///< ≥ 0, at most what was reserved; missing: as reserved
    Minutes hours = missing<Minutes>();  ///< the same, of a programme of hours alone
    std::string provider;                ///< who is paid; may be empty

    friend bool operator==(const Settlement&, const Settlement&) = default;
};

/// A spending is withdrawn: all that it reserved is free.
struct Cancellation {
    std::string key;
    Moment at;
    std::string by;
    std::string reason;
    std::string spending;  ///< key of the spending

    friend bool operator==(const Cancellation&, const Cancellation&) = default;
};

/// What would make a refused request possible. Several may: these words name the first that would, the message the others.
enum class Remedy : std::uint8_t {
    none,        ///< it was granted
    other,       ///< nothing of these: another person, programme, activity or spending, or to ask on a later day
    later,       ///< a first day from `receipt.from` on
    plan,        ///< an agreed plan
    ask_less,    ///< at most `at_most`
    supply,      ///< `lacking` more for the fund
    grant,       ///< `lacking` more for the account
    contribute,  ///< `lacking` more of the employee's own money
};
template <>
struct Words<Remedy> {
    static constexpr std::string_view names[] = {"none",     "other",  "later", "plan",
                                                 "ask_less", "supply", "grant", "contribute"};
};

/// What became of a spending, a settlement or a cancellation.
struct Decision {
    /// What the ledger remembers under the key; the rule of a refusal is one of Receipt::rule, or of a programme: `person` (takes no
    /// part on the day), `scope`, `dates` (the programme is not valid on the first day), `kind` (of activity), `plan`, `cap`,
    /// `fund` (none reaches, or it has not enough), `supplied` (its fund has held nothing yet), `own` (the employee has not paid in).
    Receipt receipt;
    /// Each amount that was reserved, posted or freed, with the key of its reservation. Empty where it was refused.
    struct Part {
        std::string reservation;
        Payer payer;
        Draw draw = Draw::any;
        Amount amount;  ///< of a settlement, what was posted of it; of a cancellation, what is free again

        friend bool operator==(const Part&, const Part&) = default;
    };
    std::vector<Part> parts;
    Remedy remedy = Remedy::none;
    Amount lacking = missing<Amount>();  ///< what is asked of it beyond that; missing where no amount stopped it
    /// What that payer or cap has left, for its own part of a cost (the message tells the cost); missing where no amount stopped it.
    Amount at_most = missing<Amount>();

    friend bool operator==(const Decision&, const Decision&) = default;
};

/// Decides a spending by its programme's rules, and reserves every part of it, or none. The rules are checked within the same
/// transaction of the ledger as the reservations are made: two requests at once cannot pass a cap together. In order: the person
/// takes part on the day asked and the first day; the scope holds them; the programme is valid on the first day; its kinds of
/// activity; an agreed plan, of whatever name (plans are checked where they are agreed), where it requires one; the fund that it
/// spends from has been supplied; the cap of the calendar period of the first day, over what was reserved and posted by spendings (not
/// by requests sent to the ledger itself): of a pool of money with the fund's part, else by the account's alone; the amounts.
/// The same spending again gets the same answer, whatever has changed since, even if the organisation no longer knows whom or what it
/// names. It is kept under its key, and a granted one's parts as reservations under the keys `KEY/account`, `KEY/own` and `KEY/fund`,
/// which settle() and cancel() resolve together: no Post or Void of one is taken.
/// @throws Error unknown_key for a person, programme or activity that the organisation has not; missing_value for a programme
///         without a kind, an absent first_day, or what its kind requires; contradiction for a mock programme in a ledger of real
///         money or a real one in one of play money, and for another currency; out_of_range below 0; else as Ledger::apply().
Decision request_spending(const Organization& organization, Ledger& ledger, const Spending& spending);

/// Posts what was spent in the end. Each part is its share of the new cost, as it was when the spending was decided; none more than was
/// reserved of it, but for what others cannot hold. More than was reserved is refused (`reserved`): ask for the difference.
/// @throws Error unknown_key if there is no such spending; contradiction for hours of one of money or items; out_of_range below 0;
///         else as Ledger::apply().
Decision settle(Ledger& ledger, const Settlement& settlement);

/// Gives up all that a spending reserved.
/// @throws Error unknown_key if there is no such spending; else as Ledger::apply().
Decision cancel(Ledger& ledger, const Cancellation& cancellation);

}  // namespace gradus
