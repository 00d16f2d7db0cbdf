#include <gradus/account/spending.h>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/base/error.h>

#include "account/fields.h"
#include "account/handle.h"
#include "account/operations.h"
#include "account/policy.h"
#include "account/rules.h"
#include "account/spending_parts.h"
#include "account/wording.h"
#include "base/utf8.h"
#include "organization/charge.h"

namespace gradus {

namespace {

using Session = Ledger::Data::Session;

/// Why more cannot be settled than was reserved, of a spending that is open: its reservations end together.
std::optional<Denial> beyond_reserved(Session& session, const Fields& asked, const RecordedSpending& spending,
                                      std::int64_t units, std::int64_t cost) {
    const Fields& whole = spending.whole.fields;
    if (!spending.whole.receipt.applied) return std::nullopt;
    Reservations reservations(session.store());
    for (const std::optional<Recorded>& part : spending.parts) {
        if (!part) continue;
        const Reservations::State state = reservations.state(part->receipt.transaction);
        if (state.resolved != 0 || state.reservation.expires <= asked.at) return std::nullopt;
    }
    const auto denial = [&](AccountKind kind, std::int64_t reserved, std::int64_t now) {
        const auto text = [&](std::int64_t amount) {
            const Journal& journal = session.parts().journal;
            return to_text(Amount(amount), kind, journal.currency()) + (journal.play_money() ? " (play)" : "");
        };
        return Denial{.rule = "reserved",
                      .available = Amount(reserved),
                      .asked = Amount(now),
                      .limit = Amount(reserved),
                      .message = "spending '" + printable(asked.subject) + "' has " + text(reserved) +
                                 " reserved, and " + text(now) + " was spent. Possible: another spending of " +
                                 text(now - reserved)};
    };
    const bool money = whole.kind == AccountKind::money;
    const std::int64_t costs = (money ? whole.amount : whole.cost).value_or(Amount(0)).units();
    if (!money && units > whole.amount->units()) return denial(*whole.kind, whole.amount->units(), units);
    if (cost > costs) return denial(AccountKind::money, costs, cost);
    return std::nullopt;
}

/// Moves what a part cannot hold to those that can, in order; what nobody can
/// stays with the first that holds anything, and is refused there.
void fit(SpendingParts& parts, const SpendingParts& most, std::size_t from) {
    std::int64_t over = 0;
    for (std::size_t i = from; i < 3; ++i) {
        if (parts[i] <= most[i]) continue;
        over += parts[i] - most[i];
        parts[i] = most[i];
    }
    for (std::size_t i = from; i < 3; ++i) {
        const std::int64_t more = std::min(over, most[i] - parts[i]);
        parts[i] += more, over -= more;
    }
    for (std::size_t i = from; i < 3 && over > 0; ++i)
        if (most[i] > 0) parts[i] += std::exchange(over, 0);
    parts[from] += over;
}

Decision::Part part_in(const Fields& reserve, Amount amount) {
    return {.reservation = reserve.key,
            .payer = reserve.person.empty() ? Payer(FundAccount{reserve.fund, *reserve.kind})
                                            : Payer(Account{reserve.person, reserve.program, *reserve.kind}),
            .draw = *reserve.draw,
            .amount = amount};
}

Remedy remedy_of(const Receipt& receipt) {
    if (receipt.applied) return Remedy::none;
    if (!is_missing(receipt.from)) return Remedy::later;
    if (receipt.rule == "plan") return Remedy::plan;
    if (receipt.rule == "supplied" || receipt.rule == "fund") return Remedy::supply;
    if (receipt.rule == "available") return Remedy::grant;
    if (receipt.rule == "own") return Remedy::contribute;
    const bool less = receipt.rule == "cap" || receipt.rule == "reserved";
    return less && receipt.available > Amount(0) ? Remedy::ask_less : Remedy::other;
}

Decision decision(Receipt receipt) {
    Decision decision{.receipt = std::move(receipt)};
    const Receipt& told = decision.receipt;
    decision.remedy = remedy_of(told);
    if (told.applied || is_missing(told.available) || is_missing(told.asked)) return decision;
    decision.lacking = Amount(told.asked.units() - told.available.units());
    decision.at_most = told.available;
    return decision;
}

/// What became of the whole; if it was applied, `amount` of each part.
template <class AmountOf>
Decision decision(Receipt receipt, const RecordedSpending& spending, const AmountOf& amount) {
    Decision answer = decision(std::move(receipt));
    for (std::size_t i = 0; i < spending.parts.size() && answer.receipt.applied; ++i)
        if (const auto& part = spending.parts[i]) answer.parts.push_back(part_in(part->fields, amount(i)));
    return answer;
}

Decision reserved(Session& session, const std::string& key, Receipt receipt) {
    if (!receipt.applied) return decision(std::move(receipt));
    const RecordedSpending spending = recorded_spending(session.parts().journal, key);
    return decision(std::move(receipt), spending,
                    [&](std::size_t place) { return *spending.parts[place]->fields.amount; });
}

}  // namespace

Decision request_spending(const Organization& organization, Ledger& ledger, const Spending& spending) {
    return ledger.data().write([&](Session& session) {
        // Asked before, of whatever organisation: the answer that was given.
        if (const auto before = session.parts().journal.recorded(spending.key);
            before && before->fields.operation == OperationKind::spend) {
            Fields asked = fields_of(spending, *before->fields.kind);
            check_client(asked, 0);
            return reserved(
                session, asked.key, session.apply_whole(asked, {}, [&]() -> std::variant<std::vector<Fields>, Denial> {
                    throw Error(Code::internal, "the key '" + printable(asked.key) + "' is both known and unknown",
                                "requests");
                }));
        }
        known<PersonTag>(organization, spending.person, "person");
        const ProgramId program = known<ProgramTag>(organization, spending.program, "program");
        const ActivityId activity = known<ActivityTag>(organization, spending.activity, "activity");
        check_currency(organization, ledger.currency());
        check_mock(organization, program, ledger.play_money());
        Fields asked = fields_of(spending, kind_of(organization, program));
        const std::pair<double, double> shares = shares_of(organization, program, activity);
        asked.shares = text_of_shares(shares);
        check_client(asked, 0);
        const std::int64_t cost =
            (*asked.kind == AccountKind::money ? asked.amount : asked.cost).value_or(Amount(0)).units();
        const SpendingParts parts = parts_of(*asked.kind, asked.amount->units(), cost, shares);
        return reserved(session, asked.key, spend(organization, session, asked, parts));
    });
}

Decision settle(Ledger& ledger, const Settlement& settlement) {
    const Fields asked = fields_of(settlement);
    check_client(asked, 0);
    return ledger.data().write([&](Session& session) {
        const RecordedSpending reserved = recorded_spending(session.parts().journal, asked.subject);
        const Fields& spending = reserved.whole.fields;
        SpendingParts most{};
        for (std::size_t i = 0; i < most.size(); ++i)
            if (reserved.parts[i]) most[i] = reserved.parts[i]->fields.amount->units();
        const AccountKind kind = *spending.kind;
        if (asked.amount && kind != AccountKind::hours)
            throw Error(Code::contradiction,
                        "spending '" + printable(asked.subject) + "' is of " + std::string(word(kind)) +
                            ": expected its cost alone, found hours (key '" + printable(asked.key) + "')",
                        "requests", 0, "hours");
        const bool money = kind == AccountKind::money;
        const std::int64_t units =
            kind == AccountKind::hours && asked.amount ? asked.amount->units() : spending.amount->units();
        const std::int64_t cost = (asked.cost ? asked.cost
                                   : money    ? spending.amount
                                              : spending.cost)
                                      .value_or(Amount(0))
                                      .units();
        SpendingParts posted = parts_of(kind, units, cost, shares_in(spending.shares));
        fit(posted, most, money ? 0 : 1);
        return decision(
            resolve(session, asked, reserved, posted, beyond_reserved(session, asked, reserved, units, cost)), reserved,
            [&](std::size_t place) { return Amount(posted[place]); });
    });
}

Decision cancel(Ledger& ledger, const Cancellation& cancellation) {
    const Fields asked = fields_of(cancellation);
    check_client(asked, 0);
    return ledger.data().write([&](Session& session) {
        const RecordedSpending reserved = recorded_spending(session.parts().journal, asked.subject);
        return decision(resolve(session, asked, reserved, {}), reserved,
                        [&](std::size_t place) { return *reserved.parts[place]->fields.amount; });
    });
}

}  // namespace gradus
