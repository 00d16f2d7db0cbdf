#include <gradus/account/spending.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>
#include <variant>

#include <gradus/base/error.h>

#include "account/fields.h"
#include "account/handle.h"
#include "account/policy.h"
#include "account/recorded.h"
#include "account/wording.h"
#include "base/utf8.h"
#include "organization/charge.h"

namespace gradus {

namespace {

using Session = Ledger::Data::Session;
using MadeOf = std::variant<std::vector<Fields>, Denial>;

constexpr const char* part_names[] = {"/account", "/own", "/fund"};

template <class Tag>
Id<Tag> find(const Organization& organization, const std::string& key, const char* column) {
    const std::int32_t id = organization.keys(Tag::table).find(key);
    if (id < 0)
        throw Error(Code::unknown_key, "'" + printable(key) + "' is not a key of " + std::string(Tag::table),
                    "requests", 0, column);
    return Id<Tag>(id);
}

/// Shortest decimals that read back as the same shares.
std::string text_of(std::pair<double, double> shares) {
    char text[80];
    char* end = std::to_chars(text, text + 32, shares.first).ptr;
    *end++ = ' ';
    return {text, std::to_chars(end, text + sizeof text, shares.second).ptr};
}
std::pair<double, double> shares_in(const std::string& text) {
    std::pair<double, double> shares;
    const char* end = text.data() + text.size();
    const char* next = std::from_chars(text.data(), end, shares.first).ptr;
    if (next != end) std::from_chars(next + 1, end, shares.second);
    return shares;
}

/// A cost by its shares: account, employee, fund (contract §3.8).
struct Split {
    std::int64_t account = 0, own = 0, fund = 0;
};
Split split(std::int64_t cost, std::pair<double, double> shares) {
    const Money whole(cost), account = std::min(rounded_share(whole, shares.first), whole);
    const Money own = std::min(rounded_share(whole, shares.second), whole - account);
    return {account.minor_units(), own.minor_units(), (whole - account - own).minor_units()};
}

/// What the three parts of a spending hold, in its order: the account's in the programme's kind, the others in money.
struct Parts {
    std::int64_t held[3] = {};
};

/// The parts of a spending of that kind, by what the account uses and what it costs.
Parts parts_of(AccountKind kind, std::int64_t units, std::int64_t cost, std::pair<double, double> shares) {
    const Split money = split(cost, shares);
    if (kind == AccountKind::money) return {{money.account, money.own, money.fund}};
    return {{units, money.own, money.account + money.fund}};
}

/// Moves what a part cannot hold to those that can, in order; what nobody can
/// stays with the first that holds anything, and is refused there.
void fit(std::int64_t (&parts)[3], const std::int64_t (&most)[3], std::size_t from) {
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

/// A request that is a part of another.
Fields part_of(const Fields& whole, OperationKind operation, std::size_t place) {
    return {.key = whole.key + part_names[place],
            .at = whole.at,
            .by = whole.by,
            .reason = whole.reason,
            .operation = operation,
            .subject = whole.key};
}

/// What a programme's rules say of a spending, within the transaction that reserves it.
class Rules {
public:
    Rules(const Organization& organization, Session& session, const Fields& asked, ProgramId program, PersonId person,
          ActivityId activity)
        : organization_(organization), session_(session), asked_(asked), program_(program), person_(person),
          activity_(activity), account_(account_of(organization, program, person)) {}

    MadeOf work_out() {
        const Date day = *asked_.first_day;
        if (auto refusal = not_for(organization_, program_, person_, day_of(asked_.at), day)) return *refusal;
        if (auto refusal = not_for(organization_, program_, activity_)) return *refusal;
        const auto row = static_cast<std::size_t>(program_.value());
        if (organization_->programs.requires_plan[row] && asked_.plan.empty())
            return Denial{.rule = "plan",
                          .message = name() +
                                     " is spent only on an agreed plan, and none was named. Possible: agree "
                                     "a plan that has the activity, and name it"};
        const std::int64_t cost =
            (account_.kind == AccountKind::money ? asked_.amount : asked_.cost).value_or(Amount(0)).units();
        const Parts parts = parts_of(account_.kind, asked_.amount->units(), cost, shares_in(asked_.shares));
        source_ = source_of(organization_, program_, person_, day);
        if (auto refusal = unsupplied()) return *refusal;
        if (auto refusal = beyond_cap(parts.held[0], day)) return *refusal;
        return reservations(parts, day);
    }

private:
    std::string name() const { return "programme " + printable(account_.program); }
    std::string text(std::int64_t amount) const {
        const Journal& journal = session_.parts().journal;
        return to_text(Amount(amount), account_.kind, journal.currency()) + (journal.play_money() ? " (play)" : "");
    }

    /// Resources are defined before the start: nothing is reserved before the programme's fund has been supplied.
    std::optional<Denial> unsupplied() {
        const auto row = static_cast<std::size_t>(program_.value());
        if (!organization_->programs.fund[row] && is_missing(organization_->programs.grant[row])) return std::nullopt;
        const FundAccount fund{source_, account_.kind};
        if (!source_.empty() &&
            session_.parts().books.found({.kind = BookKind::fund, .unit = fund.kind, .name = fund.fund}).id != 0)
            return std::nullopt;
        return Denial{.rule = source_.empty() ? "fund" : "supplied",
                      .available = Amount(0),
                      .asked = *asked_.amount,
                      .message = source_.empty() ? name() + " names no fund, and none reaches person " +
                                                       printable(account_.person) + ". Possible: name one"
                                                 : name() + " spends from " + to_text(Payer(fund)) +
                                                       ", which has held nothing yet. Possible: supply the fund first"};
    }

    std::optional<Denial> beyond_cap(std::int64_t amount, Date day) {
        const Amount cap = organization_->programs.cap[static_cast<std::size_t>(program_.value())];
        if (is_missing(cap)) return std::nullopt;
        const CapPeriodOf period = cap_period_of(organization_, program_, day);
        const std::int64_t used = used_of_cap(session_.store(), account_, period, asked_.at);
        const std::int64_t left = std::max<std::int64_t>(cap.units() - used, 0);
        if (amount <= left) return std::nullopt;
        const bool later = !is_missing(period.end) && amount <= cap.units();
        std::string message = name() + " allows " + text(cap.units());
        if (!is_missing(period.first))
            message += " from " + to_text(period.first) + " until " + to_text(period.end - Date::duration(1));
        message += ", of which " + text(used) + " is used, and " + text(amount) + " was asked for. Possible: ";
        if (left > 0) message += "ask for " + text(left) + " at most" + (later ? ", or " : "");
        if (later) message += "a first day from " + to_text(period.end) + " on";
        if (left == 0 && !later) message += "withdraw or settle another spending of it";
        return Denial{.rule = "cap",
                      .available = Amount(left),
                      .asked = Amount(amount),
                      .limit = cap,
                      .message = std::move(message),
                      .from = later ? period.end : missing<Date>()};
    }

    MadeOf reservations(const Parts& parts, Date day) {
        std::vector<Fields> made_of;
        for (std::size_t i = 0; i < 3; ++i) {
            if (parts.held[i] == 0) continue;
            Fields part = part_of(asked_, OperationKind::reserve, i);
            const bool pooled = i == 0 && is_pool(organization_, program_);
            part.kind = i == 0 ? account_.kind : AccountKind::money;
            part.amount = Amount(parts.held[i]);
            part.expires = asked_.expires;
            part.draw = i == 0 && !pooled ? Draw::granted : i == 1 ? Draw::own : Draw::any;
            if (pooled || i == 2) {
                part.fund = i == 2 ? money_fund(day) : source_;
                if (part.fund.empty())
                    return Denial{.rule = "fund",
                                  .asked = *part.amount,
                                  .message = "the rest of the cost is charged to a fund, and none reaches person " +
                                             printable(account_.person) + " on " + to_text(day) +
                                             ". Possible: a fund for the unit, or for everyone"};
            } else {
                part.person = account_.person, part.program = account_.program;
            }
            made_of.push_back(std::move(part));
        }
        return made_of;
    }
    /// Who pays what is charged to funds: of a programme of hours or items not its own key.
    std::string money_fund(Date day) const {
        if (account_.kind == AccountKind::money ||
            organization_->programs.fund[static_cast<std::size_t>(program_.value())])
            return source_;
        const UnitId unit = organization_->people.unit[static_cast<std::size_t>(person_.value())];
        const FundId fund = fund_for(organization_, unit, day);
        return fund ? std::string(organization_.funds()[static_cast<std::size_t>(fund.value())]) : std::string();
    }

    const Organization& organization_;
    Session& session_;
    const Fields& asked_;
    ProgramId program_;
    PersonId person_;
    ActivityId activity_;
    Account account_;
    std::string source_;
};

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

/// The recorded reservations of a spending, by place; those that it has not are absent.
struct Reserved {
    std::optional<Recorded> of[3];
};
Reserved reserved_of(Journal& journal, const std::string& spending) {
    Reserved reserved;
    for (std::size_t i = 0; i < 3; ++i)
        if (auto found = journal.recorded(spending + part_names[i]); found && found->fields.subject == spending)
            reserved.of[i] = std::move(*found);
    return reserved;
}

Recorded spending_of(Journal& journal, const std::string& key) {
    std::optional<Recorded> found = journal.recorded(key);
    if (!found || found->fields.operation != OperationKind::spend)
        throw Error(Code::unknown_key, "there is no spending '" + printable(key) + "' in the ledger", "requests", 0,
                    "spending");
    return std::move(*found);
}

/// Applies what resolves the parts of a spending: `of(i, reserved)` gives what is posted of one, 0 to void it.
template <class Posted>
Decision resolve(Session& session, const Fields& asked, const Posted& posted) {
    Journal& journal = session.parts().journal;
    const Recorded spending = spending_of(journal, asked.subject);
    const Reserved reserved = reserved_of(journal, asked.subject);
    std::int64_t amounts[3] = {};
    posted(spending.fields, reserved, amounts);
    Receipt receipt = session.apply_whole(asked, [&]() -> MadeOf {
        if (!spending.receipt.applied)
            return Denial{.rule = "refused",
                          .message = "spending '" + printable(asked.subject) + "' was refused: " +
                                     spending.receipt.message + ". Possible: ask again, with another key"};
        std::vector<Fields> made_of;
        for (std::size_t i = 0; i < 3; ++i) {
            if (!reserved.of[i] && amounts[i] > 0)
                return Denial{.rule = "reserved",
                              .available = Amount(0),
                              .asked = Amount(amounts[i]),
                              .limit = Amount(0),
                              .message = "spending '" + printable(asked.subject) +
                                         "' has reserved nothing for that. Possible: ask for it by another spending"};
            if (!reserved.of[i]) continue;
            const bool post = amounts[i] > 0;
            Fields part = part_of(asked, post ? OperationKind::post : OperationKind::void_reservation, i);
            part.subject = reserved.of[i]->fields.key;
            if (post) part.amount = Amount(amounts[i]), part.provider = asked.provider;
            made_of.push_back(std::move(part));
        }
        return made_of;
    });
    Decision answer = decision(std::move(receipt));
    for (std::size_t i = 0; i < 3 && answer.receipt.applied; ++i)
        if (reserved.of[i])
            answer.parts.push_back(part_in(reserved.of[i]->fields, asked.operation == OperationKind::settle
                                                                       ? Amount(amounts[i])
                                                                       : *reserved.of[i]->fields.amount));
    return answer;
}

}  // namespace

Decision request_spending(const Organization& organization, Ledger& ledger, const Spending& spending) {
    const PersonId person = find<PersonTag>(organization, spending.person, "person");
    const ProgramId program = find<ProgramTag>(organization, spending.program, "program");
    const ActivityId activity = find<ActivityTag>(organization, spending.activity, "activity");
    check_currency(organization, ledger.currency());
    check_mock(organization, program, ledger.play_money());
    Fields asked = fields_of(spending, kind_of(organization, program));
    asked.shares = text_of(shares_of(organization, program, activity));
    return ledger.data().write([&](Session& session) {
        Receipt receipt = session.apply_whole(
            asked, [&] { return Rules(organization, session, asked, program, person, activity).work_out(); });
        Decision answer = decision(std::move(receipt));
        if (!answer.receipt.applied) return answer;
        const Reserved reserved = reserved_of(session.parts().journal, asked.key);
        for (const auto& part : reserved.of)
            if (part) answer.parts.push_back(part_in(part->fields, *part->fields.amount));
        return answer;
    });
}

Decision settle(Ledger& ledger, const Settlement& settlement) {
    const Fields asked = fields_of(settlement);
    return ledger.data().write([&](Session& session) {
        return resolve(
            session, asked, [&](const Fields& spending, const Reserved& reserved, std::int64_t(&amounts)[3]) {
                std::int64_t most[3] = {};
                for (std::size_t i = 0; i < 3; ++i)
                    if (reserved.of[i]) most[i] = reserved.of[i]->fields.amount->units();
                const AccountKind kind = *spending.kind;
                const bool money = kind == AccountKind::money;
                const std::int64_t units =
                    kind == AccountKind::hours && asked.amount ? asked.amount->units() : spending.amount->units();
                const std::int64_t cost = (asked.cost ? asked.cost
                                           : money    ? spending.amount
                                                      : spending.cost)
                                              .value_or(Amount(0))
                                              .units();
                const Parts parts = parts_of(kind, units, cost, shares_in(spending.shares));
                std::copy_n(parts.held, 3, amounts);
                fit(amounts, most, money ? 0 : 1);
            });
    });
}

Decision cancel(Ledger& ledger, const Cancellation& cancellation) {
    const Fields asked = fields_of(cancellation);
    return ledger.data().write([&](Session& session) {
        return resolve(session, asked, [](const Fields&, const Reserved&, std::int64_t(&)[3]) {});
    });
}

}  // namespace gradus
