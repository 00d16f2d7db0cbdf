#include "account/plan_chain.h"

#include <array>
#include <bit>
#include <map>
#include <utility>

#include <gradus/base/error.h>

#include "account/chain.h"
#include "account/fields.h"
#include "base/bytes.h"
#include "base/utf8.h"

namespace gradus {

namespace {

/// The tables of plans, and how the rows of one change are found in each, in their order. All columns count, in the order of the table.
struct PlanTable {
    const char* name;
    const char* select;
};
constexpr PlanTable tables[] = {
    {"plan_changes", "SELECT * FROM plan_changes WHERE number = ?1"},
    {"plan_states", "SELECT * FROM plan_states WHERE number = ?1 ORDER BY plan"},
    {"plan_items", "SELECT * FROM plan_items WHERE change = ?1 ORDER BY place"},
    {"plan_goals", "SELECT * FROM plan_goals WHERE change = ?1 ORDER BY place"},
    {"plan_milestones", "SELECT * FROM plan_milestones WHERE change = ?1 ORDER BY place"},
    {"plan_item_states", "SELECT * FROM plan_item_states WHERE number = ?1 ORDER BY plan, activity"},
    {"plan_seats", "SELECT * FROM plan_seats WHERE number = ?1 ORDER BY session"},
};

void add(Bytes& bytes, const Statement::Value& value) {
    bytes.present(value.index() != 0);
    if (const auto* number = std::get_if<std::int64_t>(&value)) bytes.number(*number);
    if (const auto* real = std::get_if<double>(&value)) bytes.number(std::bit_cast<std::int64_t>(*real));
    if (const auto* text = std::get_if<std::string>(&value)) bytes.text(*text);
}

std::optional<PlanFault> chain_fault(Store& store) {
    PlanChain chain(store);
    Statement all(store,
                  "SELECT c.number, l.hash FROM plan_changes c LEFT JOIN plan_links l USING (number) ORDER BY number");
    std::string link = chain.first();
    std::int64_t change = 0;
    for (Statement::Rows rows = all(); rows.next();) {
        const auto fault = [&](const char* what) {
            return PlanFault{change, "change " + std::to_string(change) + " of plans " + what};
        };
        if (rows.number(0) != ++change) return fault("is missing");
        if (rows.missing(1)) return fault("has no digest");
        link = *chain.link(change, link);
        if (rows.text(1) != link)
            return fault("is not what was written: its digest does not follow from its content and the one before");
    }
    return std::nullopt;
}

/// Of money, minutes and items, by their words.
using Held = std::map<std::string, std::int64_t>;

std::optional<PlanFault> hold_fault(Store& store) {
    std::map<std::string, Held> held;  // by what its keys begin with
    Statement open(store,
                   "SELECT t.key, t.kind, r.amount FROM reservations r JOIN transactions t ON t.number = r.reservation "
                   "WHERE r.resolved IS NULL AND t.key >= ?1");
    for (Statement::Rows rows = open(agreement_keys); rows.next();) {
        const std::string_view key = rows.text(0);
        if (!key.starts_with(agreement_keys)) continue;
        held[std::string(key.substr(0, key.find(' ', agreement_keys.size())))][rows.string(1)] += rows.number(2);
    }
    Statement items(store,
                    "SELECT number, plan, activity, reservation, "
                    "account + employee + iif(fund = '', 0, fund_cost), iif(hours_program IS NULL, 0, minutes), "
                    "iif(items_program IS NULL, 0, 1) FROM plan_item_states s "
                    "WHERE status IN ('waiting', 'enrolled', 'in_progress') AND number = (SELECT max(l.number) FROM "
                    "plan_item_states l WHERE l.plan = s.plan AND l.activity = s.activity) ORDER BY plan, activity");
    for (Statement::Rows rows = items(); rows.next();) {
        Held should;
        const std::array<const char*, 3> kinds{"money", "hours", "items"};
        for (int i = 0; i < 3; ++i)
            if (rows.number(4 + i) != 0) should[kinds[static_cast<std::size_t>(i)]] = rows.number(4 + i);
        const std::string begin = std::string(agreement_keys) + rows.string(3);
        const Held is = std::exchange(held[begin], {});
        if (is == should) continue;
        std::string message = "change " + std::to_string(rows.number(0)) + " of plans: activity '" +
                              printable(rows.text(2)) + "' of plan '" + printable(rows.text(1)) + "' should have";
        const auto add_all = [&](const Held& amounts) {
            for (const auto& [kind, amount] : amounts) message += " " + std::to_string(amount) + " of " + kind;
            if (amounts.empty()) message += " nothing";
        };
        add_all(should);
        message += " held, and '" + printable(begin) + "' of the ledger holds";
        add_all(is);
        return PlanFault{rows.number(0), message};
    }
    for (const auto& [begin, amounts] : held)
        if (!amounts.empty())
            return PlanFault{0, "'" + printable(begin) + "' of the ledger holds something for no open item of a plan"};
    return std::nullopt;
}

}  // namespace

PlanChain::PlanChain(Store& store)
    : last_change_(store, "SELECT coalesce(max(number), 0) FROM plan_changes"),
      last_link_(store, "SELECT number, hash FROM plan_links ORDER BY number DESC LIMIT 1"),
      add_(store, "INSERT INTO plan_links (number, hash) VALUES (?1, ?2)") {
    for (const PlanTable& table : tables) rows_.push_back(std::make_unique<Statement>(store, table.select));
    Statement settings(store, "SELECT hash FROM settings");
    Statement::Rows rows = settings();
    if (!rows.next()) throw Error(Code::damaged, "the ledger has no settings", "ledger");
    first_ = view(sha256(Bytes().text("plans").text(rows.text(0)).take()));
}

PlanChain::End PlanChain::end() {
    Statement::Rows rows = last_link_();
    if (!rows.next()) return {0, first_};
    return {rows.number(0), rows.string(1)};
}

std::optional<std::string> PlanChain::link(std::int64_t change, std::string_view before) {
    Bytes bytes;
    for (std::size_t t = 0; t < rows_.size(); ++t) {
        bool found = false;
        for (Statement::Rows rows = (*rows_[t])(change); rows.next(); found = true) {
            bytes.text(tables[t].name);
            for (int column = 0; column < rows.columns(); ++column) add(bytes, rows.value(column));
        }
        if (t == 0 && !found) return std::nullopt;
    }
    return std::string(view(gradus::link(before, bytes.take())));
}

void PlanChain::extend() {
    std::int64_t last = 0;
    {
        Statement::Rows rows = last_change_();
        if (rows.next()) last = rows.number(0);
    }
    for (End end = this->end(); end.change < last;) {
        const std::optional<std::string> next = link(++end.change, end.link);
        if (!next) throw Error(Code::damaged, "change " + std::to_string(end.change) + " is missing", "plans");
        add_.run(end.change, Statement::Blob{*next});
        end.link = *next;
    }
}

std::optional<PlanFault> plan_fault(Store& store) {
    if (std::optional<PlanFault> fault = chain_fault(store)) return fault;
    return hold_fault(store);
}

}  // namespace gradus
