#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/request.h>
#include <gradus/base/error.h>
#include <gradus/organization/organization.h>

#include "account/book.h"
#include "account/store.h"
#include "account/voucher.h"
#include "base/spelling.h"
#include "base/utf8.h"

namespace gradus {

// What a programme says, before the ledger is asked.

/// The row of that key. @throws Error unknown_key, which names the column of the request and the nearest key.
template <class Tag>
Id<Tag> known(const Organization& organization, const std::string& key, const char* column) {
    const std::int32_t id = organization.keys(Tag::table).find(key);
    if (id < 0) {
        const std::string_view near = nearest(key, organization.keys(Tag::table));
        throw Error(Code::unknown_key,
                    "'" + printable(key) + "' is not a key of " + std::string(Tag::table) +
                        (near.empty() ? std::string() : "; did you mean '" + printable(near) + "'?"),
                    "requests", 0, column);
    }
    return Id<Tag>(id);
}

/// @throws Error contradiction if the organisation's currency is not the ledger's.
void check_currency(const Organization& organization, std::string_view currency);
/// @throws Error contradiction if a mock programme meets real money, or a real one play money.
void check_mock(const Organization& organization, ProgramId program, bool play_money);
/// @throws Error missing_value where the programme does not say what its accounts hold: of a request, or of `table` and `column`
///         where nobody asked for this programme.
AccountKind kind_of(const Organization& organization, ProgramId program, const char* table = "requests",
                    const char* column = "program");

inline Date day_of(Moment moment) { return std::chrono::floor<Date::duration>(moment); }

/// Why the programme is not for the person: they take no part on one of the days, or the scope does not hold them on the first;
/// or it is not valid on the second.
std::optional<Denial> not_for(const Organization& organization, ProgramId program, PersonId person, Date asked,
                              Date first_day);
/// Why it does not pay for the activity.
std::optional<Denial> not_for(const Organization& organization, ProgramId program, ActivityId activity);
bool pays_for(const Organization& organization, ProgramId program, KindId kind);

/// The fund that the programme's grants or reservations come from; empty: none reaches the person.
std::string source_of(const Organization& organization, ProgramId program, PersonId person, Date day);
/// True if that fund itself pays, first come first served, since nothing is granted.
bool is_pool(const Organization& organization, ProgramId program);
Account account_of(const Organization& organization, ProgramId program, PersonId person);

/// The shares of account and employee: the programme's, else the activity's.
std::pair<double, double> shares_of(const Organization& organization, ProgramId program, ActivityId activity);

/// The period of the programme's cap that a day lies in: [first, end), without ends where it has no cap_period.
struct CapPeriodOf {
    Date first, end;
};
CapPeriodOf cap_period_of(const Organization& organization, ProgramId program, Date day);

/// The fund whose part of a cost counts in the cap beside the account's: the pool of a programme of money, which pays in place of
/// accounts. Empty: none does.
std::string capped_fund(const Organization& organization, ProgramId program);

/// What one part of a spending uses of a cap: while it is reserved, that; once it is posted, what was, unless it was reversed since.
struct CapUse {
    Date first_day;
    std::int64_t amount = 0;
};
/// The accounts' parts of spendings with a first day in [from, end), of which a missing one is open, and those that `fund` pays
/// (capped_fund). Within a transaction of the file.
std::vector<CapUse> cap_uses(Store& store, const Account& account, const std::string& fund, Date from, Date end,
                             Moment at);

/// What spendings on first days within the period have reserved or posted of the programme's cap. Within a transaction of the file.
/// @throws Error out_of_range beyond 64 bits.
std::int64_t used_of_cap(Store& store, const Account& account, const std::string& fund, CapPeriodOf period, Moment at);

}  // namespace gradus
