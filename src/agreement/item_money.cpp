#include "agreement/item_money.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <variant>

#include "account/book.h"
#include "account/rules.h"
#include "account/wording.h"
#include "base/cell.h"

namespace gradus {

namespace {

/// whole × part / of, rounded half-even; 0 ≤ part ≤ of.
std::int64_t share(std::int64_t whole, std::int64_t part, std::int64_t of) {
    if (of == 0) return 0;
    const int128 product = int128(whole) * part;
    const int128 rest = product % of;
    int128 result = product / of;
    if (rest * 2 > of || (rest * 2 == of && result % 2 != 0)) ++result;
    return static_cast<std::int64_t>(result);
}

std::string key_of(const ItemRecord& item, const char* leg, std::int64_t times) {
    return std::string(agreement_keys) + item.reservation + " " + leg + (times ? " " + std::to_string(times) : "");
}

}  // namespace

void ItemMoney::hold(const ItemRecord& item) {
    hold(item, {item.account, item.employee, item.fund_cost, item.minutes.value_or(0), 1});
}

void ItemMoney::raise(ItemRecord& item, const RaiseItem& more) {
    if (more.hours > Minutes(0) || item.minutes)
        item.minutes = checked_sum(item.minutes.value_or(0), more.hours.count(), "hours");
    item.account = checked_sum(item.account, more.account.minor_units(), "account");
    item.employee = checked_sum(item.employee, more.employee.minor_units(), "employee");
    item.fund_cost = checked_sum(item.fund_cost, more.fund.minor_units(), "fund");
    checked_sum(checked_sum(item.account, item.employee, "cost"), item.fund_cost, "cost");
    if (!item.money_program && item.account + item.employee > 0) item.money_program = "";
    ++item.raised;
    hold(item, {more.account.minor_units(), more.employee.minor_units(), more.fund.minor_units(), more.hours.count()});
}

std::optional<Stop> ItemMoney::settle(ItemRecord& item, const StepItem& end) {
    const std::int64_t held = item.cost();
    const std::int64_t cost = is_missing(end.cost) ? held : end.cost.minor_units();
    if (cost > held)
        return Stop{"reserved", "activity " + quoted(item.activity) + " has " + money(held) + " reserved, and cost " +
                                    money(cost) + ". Possible: raise_item by " + money(cost - held) + " first"};
    const std::int64_t minutes_held = item.minutes.value_or(0);
    const std::int64_t minutes = is_missing(end.hours) ? minutes_held : end.hours.count();
    if (item.hours_program && minutes > minutes_held) {
        const auto text = [&](std::int64_t units) { return to_text(Amount(units), AccountKind::hours, currency_); };
        return Stop{"reserved", "activity " + quoted(item.activity) + " has " + text(minutes_held) +
                                    " reserved, and took " + text(minutes) + ". Possible: raise_item by " +
                                    text(minutes - minutes_held) + " first"};
    }
    // Cumulative shares, rounded: each part within a unit of its share, none above what is reserved for it, and no cent lost.
    const std::int64_t account = share(cost, item.account, held);
    const std::int64_t with_employee = share(cost, item.account + item.employee, held);
    this->end(item, {account, with_employee - account, cost - with_employee, minutes, 1}, end.provider);
    item.spent = cost, item.spent_minutes = minutes;
    return std::nullopt;
}

void ItemMoney::release(const ItemRecord& item) { end(item, {}, {}); }

void ItemMoney::hold(const ItemRecord& item, const Amounts& amounts) {
    const auto charged = [](const std::optional<std::string>& program) { return program && !program->empty(); };
    const std::int64_t fund = item.fund.empty() ? 0 : amounts.fund;
    if (charged(item.money_program)) {
        charge(item, "money", *item.money_program, AccountKind::money, {amounts.account, amounts.employee, fund});
    } else {
        reserve(item, "account", Account{item.person}, amounts.account, Draw::granted);
        reserve(item, "employee", Account{item.person}, amounts.employee, Draw::own);
        reserve(item, "fund", FundAccount{item.fund}, fund, Draw::any);
    }
    if (charged(item.hours_program))
        charge(item, "hours", *item.hours_program, AccountKind::hours, {amounts.minutes});
    else if (item.hours_program)
        reserve(item, "hours", Account{item.person, {}, AccountKind::hours}, amounts.minutes, Draw::any);
    if (charged(item.items_program))
        charge(item, "items", *item.items_program, AccountKind::items, {amounts.items});
    else if (item.items_program)
        reserve(item, "items", Account{item.person, {}, AccountKind::items}, amounts.items, Draw::any);
}

void ItemMoney::end(const ItemRecord& item, const Amounts& posted, const std::string& provider) {
    end_spending(item, "money", {posted.account, posted.employee, posted.fund}, provider);
    end_reserve(item, "account", posted.account, provider);
    end_reserve(item, "employee", posted.employee, provider);
    end_reserve(item, "fund", posted.fund, provider);
    for (const auto& [leg, amount] : {std::pair("hours", posted.minutes), std::pair("items", posted.items)}) {
        end_spending(item, leg, {amount}, provider);
        end_reserve(item, leg, amount, provider);
    }
}

void ItemMoney::charge(const ItemRecord& item, const char* leg, const std::string& program, AccountKind kind,
                       const SpendingParts& parts) {
    const std::int64_t whole = std::accumulate(parts.begin(), parts.end(), std::int64_t(0));
    if (whole == 0) return;
    Step& step = ask(key_of(item, leg, item.raised), item, OperationKind::spend);
    step.parts = parts;
    step.fund = item.fund;
    Fields& asked = step.asked;
    asked.kind = kind, asked.person = item.person, asked.program = program, asked.amount = Amount(whole);
    asked.activity = item.activity, asked.plan = item.plan, asked.first_day = item.first_day;
}

void ItemMoney::reserve(const ItemRecord& item, const char* leg, const Payer& payer, std::int64_t amount, Draw draw) {
    if (amount == 0) return;
    Fields& asked = ask(key_of(item, leg, item.raised), item, OperationKind::reserve).asked;
    if (const auto* account = std::get_if<Account>(&payer))
        asked.person = account->person, asked.kind = account->kind;
    else
        asked.fund = std::get<FundAccount>(payer).fund, asked.kind = AccountKind::money;
    asked.amount = Amount(amount), asked.draw = draw;
}

void ItemMoney::end_spending(const ItemRecord& item, const char* leg, SpendingParts posted,
                             const std::string& provider) {
    for (std::int64_t times = 0; times <= item.raised; ++times) {
        const std::string key = key_of(item, leg, times);
        SpendingParts now{};
        bool held = false;
        for (std::size_t i = 0; i < now.size(); ++i) {
            const std::optional<std::int64_t> reserved = records_.reserved(part_key(key, i));
            held = held || reserved;
            now[i] = std::min(posted[i], reserved.value_or(0));
            posted[i] -= now[i];
        }
        if (!held) continue;
        const bool settles = now != SpendingParts{};
        Step& step = ask(end_key(), item, settles ? OperationKind::settle : OperationKind::cancel);
        step.parts = now;
        step.asked.subject = key;
        if (settles) step.asked.provider = provider;
    }
}

void ItemMoney::end_reserve(const ItemRecord& item, const char* leg, std::int64_t posted, const std::string& provider) {
    for (std::int64_t times = 0; times <= item.raised; ++times) {
        const std::string key = key_of(item, leg, times);
        const std::optional<std::int64_t> reserved = records_.reserved(key);
        if (!reserved) continue;
        const std::int64_t part = std::min(posted, *reserved);
        posted -= part;
        Fields& asked = ask(end_key(), item, part > 0 ? OperationKind::post : OperationKind::void_reservation).asked;
        asked.subject = key;
        if (part > 0) asked.amount = Amount(part), asked.provider = provider;
    }
}

ItemMoney::Step& ItemMoney::ask(std::string key, const ItemRecord& item, OperationKind operation) {
    return steps_.emplace_back(Step{.asked = {.key = std::move(key),
                                              .at = request_.at,
                                              .by = request_.by,
                                              .reason = plan_name(request_.plan) + ", " + printable(item.activity) +
                                                        ": " + std::string(word(event_)),
                                              .operation = operation}});
}

std::string ItemMoney::end_key() {
    return std::string(agreement_keys) + std::to_string(number_) + " end " + std::to_string(++ended_);
}

std::string ItemMoney::money(std::int64_t amount) const {
    return to_text(Amount(amount), AccountKind::money, currency_);
}

std::int64_t used(Records& records, const ItemRecord& item, AccountKind kind) {
    const char* leg = kind == AccountKind::money ? "account" : kind == AccountKind::hours ? "hours" : "items";
    std::int64_t sum = 0;
    for (std::int64_t times = 0; times <= item.raised; ++times)
        sum = checked_sum(sum, records.used(key_of(item, leg, times)), leg);
    return sum;
}

std::optional<Stop> ItemMoney::apply(const Organization& organization, Ledger::Data::Session& session) const {
    return session.all_or_none([&]() -> std::optional<Stop> {
        for (const Step& step : steps_) {
            const OperationKind operation = step.asked.operation;
            const bool ends = operation == OperationKind::settle || operation == OperationKind::cancel;
            const Receipt receipt =
                operation == OperationKind::spend ? spend(organization, session, step.asked, step.parts, step.fund)
                : ends ? resolve(session, step.asked, recorded_spending(session.parts().journal, step.asked.subject),
                                 step.parts)
                       : session.apply(step.asked, 0);
            if (!receipt.applied) return Stop{receipt.rule, receipt.message};
        }
        return std::nullopt;
    });
}

}  // namespace gradus
