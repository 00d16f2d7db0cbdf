#include "account/usable.h"
#include "account/order.h"

#include <algorithm>

#include <gradus/base/error.h>

#include "account/policy.h"
#include "account/wording.h"
#include "base/utf8.h"

namespace gradus {

namespace {

/// What the account's lots have, and which part of it goes first.
void add_account(Usable& usable, Ledger::Data::Parts& parts, const Account& account, Moment at) {
    const std::string who = to_text(Payer(account));
    for (const Book& book : parts.books.payers(account, Draw::any, at)) {
        const std::int64_t free = book.posted - parts.books.held(book, at);
        std::int64_t& sum = book.kind == BookKind::own ? usable.own : usable.available;
        sum = checked_sum(sum, free, who);
        if (usable.shared || book.kind == BookKind::own || book.expires == never || free == 0) continue;
        if (usable.expiring.empty() || usable.expiring.back().first != book.expires)
            usable.expiring.emplace_back(book.expires, 0);
        usable.expiring.back().second += free;
    }
}

}  // namespace

void check_now(const Organization& organization, Ledger::Data::Parts& parts, Moment at) {
    parts.journal.begin();
    check_currency(organization, parts.journal.currency());
    check_not_before(at, parts.journal.end().at, "transaction", {"options"});
}

std::optional<std::int64_t> left_of_cap(const Organization& organization, Store& store, ProgramId program,
                                        PersonId person, Date day, Moment at) {
    const Amount cap = organization->programs.cap[static_cast<std::size_t>(program.value())];
    if (is_missing(cap)) return std::nullopt;
    const std::int64_t used =
        used_of_cap(store, account_of(organization, program, person), capped_fund(organization, program),
                    cap_period_of(organization, program, day), at);
    return std::max<std::int64_t>(cap.units() - used, 0);
}

Usable usable_of(const Organization& organization, Ledger::Data::Parts& parts, Store& store, ProgramId program,
                 PersonId person, Moment at) {
    const auto row = static_cast<std::size_t>(program.value());
    const Programs& programs = organization->programs;
    const Date day = day_of(at);
    kind_of(organization, program, "programs", "kind");
    const Account account = account_of(organization, program, person);
    Usable usable{.kind = account.kind, .shared = is_pool(organization, program)};
    if (programs.mock[row] != parts.journal.play_money()) {
        usable.reason = programs.mock[row] ? "the programme is mock, and this ledger holds real money"
                                           : "the programme is real, and this ledger holds play money";
        return usable;
    }
    if (const auto refusal = not_for(organization, program, person, day, day)) {
        usable.reason = refusal->message;
        return usable;
    }
    usable.held = true;
    add_account(usable, parts, account, at);
    const std::string source = source_of(organization, program, person, day);
    if (usable.shared)
        usable.idle = usable.available,
        usable.available = parts.books.balance(FundAccount{source, account.kind}, at).available.units();
    usable.cap_left = left_of_cap(organization, store, program, person, day, at);
    if (usable.cap_left) usable.cap_until = cap_period_of(organization, program, day).end;
    if (usable.available == 0)
        usable.reason = usable.shared ? to_text(Payer(FundAccount{source, account.kind})) + " has nothing available"
                                      : "nothing is granted that is neither used, reserved nor expired";
    else if (usable.cap_left && *usable.cap_left == 0)
        usable.reason =
            "the cap is used up" +
            (is_missing(usable.cap_until) ? std::string() : "; again from " + to_text(usable.cap_until) + " on");
    return usable;
}

}  // namespace gradus
