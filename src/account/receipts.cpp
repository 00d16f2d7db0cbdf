#include <gradus/account/receipts.h>

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/base/error.h>

#include "account/handle.h"
#include "account/journal.h"
#include "account/located.h"
#include "account/order.h"
#include "account/recorded.h"
#include "account/wording.h"
#include "base/utf8.h"

namespace gradus {

namespace {

bool of_programme(OperationKind operation) { return operation >= OperationKind::spend; }

/// What is counted by the request of that key: its own kind, or that of the earlier request that it builds on. Requests that were
/// refused may name each other in a circle.
std::optional<AccountKind> kind_of(Journal& journal, const std::string& key) {
    std::optional<Recorded> found = journal.recorded(key);
    while (found && !found->fields.kind && !found->fields.subject.empty()) {
        std::optional<Recorded> before = journal.recorded(found->fields.subject);
        if (!before || before->receipt.transaction >= found->receipt.transaction) return std::nullopt;
        found = std::move(before);
    }
    return found ? found->fields.kind : std::nullopt;
}

/// What the amounts of a receipt count. Of a programme of hours or items the employee and the fund still pay money; a settlement
/// does not tell whose part was too large.
std::optional<AccountKind> kind_of(Journal& journal, const Recorded& recorded) {
    const std::string& rule = recorded.receipt.rule;
    const OperationKind operation = recorded.fields.operation;
    if (operation == OperationKind::spend && (rule == "own" || rule == "fund")) return AccountKind::money;
    const std::optional<AccountKind> kind =
        recorded.fields.kind ? recorded.fields.kind : kind_of(journal, recorded.fields.subject);
    if (operation == OperationKind::settle && rule == "reserved" && kind != AccountKind::money) return std::nullopt;
    return kind;
}

Receipts tabulate(const Ledger& ledger, std::span<const Receipt> receipts, std::span<const Remedy> remedies) {
    return ledger.data().read([&](Store&, Ledger::Data::Parts& parts) {
        const std::size_t rows = receipts.size();
        Buffer<std::int32_t> transaction(rows);
        Buffer<Moment> at(rows);
        Buffer<OperationKind> operation(rows);
        Buffer<bool> applied(rows);
        Buffer<AccountKind> kind(rows);
        Buffer<Amount> available(rows), asked(rows), limit(rows);
        Buffer<Date> from(rows);
        Buffer<Remedy> remedy(rows);
        auto key = std::make_shared<Strings>(), rule = std::make_shared<Strings>(),
             message = std::make_shared<Strings>();
        for (std::size_t i = 0; i < rows; ++i) {
            const Receipt& receipt = receipts[i];
            const std::optional<Recorded> recorded = parts.journal.recorded(receipt.transaction);
            if (!recorded)
                throw Error(Code::unknown_key,
                            "transaction " + std::to_string(receipt.transaction) + " is not in the ledger", "receipts",
                            static_cast<std::int64_t>(i) + 1, "transaction");
            transaction[i] = short_number(receipt.transaction, "receipts");
            at[i] = receipt.at, operation[i] = recorded->fields.operation, applied[i] = receipt.applied;
            kind[i] = kind_of(parts.journal, *recorded).value_or(missing<AccountKind>());
            const auto known = [&](Amount amount) { return is_missing(kind[i]) ? missing<Amount>() : amount; };
            available[i] = known(receipt.available), asked[i] = known(receipt.asked), limit[i] = known(receipt.limit);
            from[i] = receipt.from;
            remedy[i] = remedies.empty() ? missing<Remedy>() : remedies[i];
            key->push_back(recorded->fields.key), rule->push_back(receipt.rule), message->push_back(receipt.message);
        }
        Receipts table;
        table.transaction.set(std::move(transaction)), table.key.set(key), table.at.set(std::move(at));
        table.operation.set(std::move(operation)), table.applied.set(std::move(applied)), table.rule.set(rule);
        table.kind.set(std::move(kind)), table.available.set(std::move(available)), table.asked.set(std::move(asked));
        table.limit.set(std::move(limit)), table.from.set(std::move(from)), table.remedy.set(std::move(remedy));
        table.message.set(message);
        table.play_money.set(Buffer<bool>(rows, parts.journal.play_money()));
        return table;
    });
}

/// The rows of SpendingParts in the making.
struct PartRows {
    std::shared_ptr<Strings> key = std::make_shared<Strings>(), reservation = std::make_shared<Strings>(),
                             person = std::make_shared<Strings>(), program = std::make_shared<Strings>(),
                             fund = std::make_shared<Strings>();
    std::vector<AccountKind> kind;
    std::vector<Draw> draw;
    std::vector<Amount> amount;

    void add(std::string_view of, const Decision::Part& part) {
        const auto* account = std::get_if<Account>(&part.payer);
        const auto* pool = std::get_if<FundAccount>(&part.payer);
        key->push_back(of), reservation->push_back(part.reservation);
        person->push_back(account ? account->person : ""), program->push_back(account ? account->program : "");
        fund->push_back(pool ? pool->fund : "");
        kind.push_back(account ? account->kind : pool->kind);
        draw.push_back(part.draw), amount.push_back(part.amount);
    }
    SpendingParts table() const {
        SpendingParts table;
        table.key.set(key), table.reservation.set(reservation), table.kind.set(Buffer<AccountKind>(kind));
        table.person.set(person), table.program.set(program), table.fund.set(fund);
        table.draw.set(Buffer<Draw>(draw)), table.amount.set(Buffer<Amount>(amount));
        return table;
    }
};

/// The rows of a table, and what is done with them.
class Batch {
public:
    Batch(Ledger& ledger, const Requests& table, const Organization* organization)
        : ledger_(ledger), table_(table), organization_(organization) {}

    OperationKind operation(std::size_t row) const { return table_.operation[row]; }

    /// Rows [first, last), none of programmes, in one transaction.
    void apply(std::size_t first, std::size_t last, bool linked) {
        std::vector<Request> requests;
        for (std::size_t row = first; row < last; ++row) requests.push_back(request(row));
        in_rows(first, [&] {
            check_kinds(first, last);
            for (Receipt& receipt : ledger_.apply(requests, linked)) receipts.push_back(std::move(receipt));
        });
        remedies.resize(receipts.size(), missing<Remedy>());
    }
    void decide(std::size_t row) {
        in_rows(row, [&] {
            Decision decision = decision_of(row);
            for (const Decision::Part& part : decision.parts) parts.add(table_.key[row], part);
            receipts.push_back(std::move(decision.receipt)), remedies.push_back(decision.remedy);
        });
    }

    std::vector<Receipt> receipts;
    std::vector<Remedy> remedies;
    PartRows parts;

private:
    /// Says of what is at fault in rows from `first` on which row of the table it is.
    template <class Body>
    static void in_rows(std::size_t first, const Body& body) {
        try {
            body();
        } catch (const Error& error) {
            if (error.table() != "requests") throw;
            const std::int64_t row = static_cast<std::int64_t>(first) + std::max<std::int64_t>(error.row(), 1);
            throw located(error, error.table(), row, error.column());
        }
    }

    Account account(std::size_t row) const {
        return {std::string(table_.person[row]), std::string(table_.program[row]), table_.kind[row]};
    }
    Payer payer(std::size_t row) const {
        if (table_.fund[row].empty()) return account(row);
        return FundAccount{std::string(table_.fund[row]), table_.kind[row]};
    }
    Payer payee(std::size_t row) const {
        const AccountKind kind = table_.kind[row];
        if (!table_.to_fund[row].empty()) return FundAccount{std::string(table_.to_fund[row]), kind};
        return Account{std::string(table_.to_person[row]), std::string(table_.to_program[row]), kind};
    }
    std::optional<Moment> expires(std::size_t row) const {
        return is_missing(table_.expires[row]) ? std::nullopt : std::optional(table_.expires[row]);
    }

    Operation operation_of(std::size_t row) const {
        const Amount amount = table_.amount[row];
        const std::string fund(table_.fund[row]), reservation(table_.reservation[row]);
        switch (operation(row)) {
        case OperationKind::supply: return Supply{{fund, table_.kind[row]}, amount};
        case OperationKind::grant: return Grant{fund, account(row), amount, expires(row)};
        case OperationKind::contribute: return Contribute{account(row), amount};
        case OperationKind::reserve: {
            const Draw draw = is_missing(table_.draw[row]) ? Draw::any : table_.draw[row];
            return Reserve{payer(row), amount, expires(row), draw};
        }
        case OperationKind::post: return Post{reservation, amount, std::string(table_.provider[row])};
        case OperationKind::void_reservation: return Void{reservation};
        case OperationKind::expire: return Expire{};
        case OperationKind::transfer: return Transfer{payer(row), payee(row), amount};
        case OperationKind::claw_back: return ClawBack{account(row), amount, fund};
        default: return Reverse{std::string(table_.reverses[row])};
        }
    }
    Request request(std::size_t row) const {
        return {.key = std::string(table_.key[row]),
                .at = table_.at[row],
                .by = std::string(table_.by[row]),
                .reason = std::string(table_.reason[row]),
                .operation = operation_of(row)};
    }

    Decision decision_of(std::size_t row) {
        const std::string key(table_.key[row]), by(table_.by[row]), reason(table_.reason[row]);
        const std::string spending(table_.spending[row]), provider(table_.provider[row]);
        const Moment at = table_.at[row];
        if (operation(row) == OperationKind::cancel) return cancel(ledger_, {key, at, by, reason, spending});
        if (operation(row) == OperationKind::settle)
            return settle(ledger_, {key, at, by, reason, spending, table_.cost[row], table_.hours[row], provider});
        if (!organization_)
            throw Error(Code::missing_table,
                        "a spend asks about people, programmes and activities: an organisation is needed", "requests",
                        0, "operation");
        return request_spending(*organization_, ledger_,
                                {.key = key,
                                 .at = at,
                                 .by = by,
                                 .reason = reason,
                                 .person = std::string(table_.person[row]),
                                 .program = std::string(table_.program[row]),
                                 .activity = std::string(table_.activity[row]),
                                 .cost = table_.cost[row],
                                 .hours = table_.hours[row],
                                 .first_day = table_.first_day[row],
                                 .provider = provider,
                                 .agreed_plan = std::string(table_.agreed_plan[row]),
                                 .expires = expires(row)});
    }

    /// A post counts what its reservation counts: 2 hours must not pass for 1.20 of a currency.
    void check_kinds(std::size_t first, std::size_t last) const {
        std::map<std::string_view, AccountKind> reserved;  // in these rows
        ledger_.data().read([&](Store&, Ledger::Data::Parts& held) {
            for (std::size_t row = first; row < last; ++row) {
                if (operation(row) == OperationKind::reserve) reserved.try_emplace(table_.key[row], table_.kind[row]);
                if (operation(row) != OperationKind::post || is_missing(table_.kind[row])) continue;
                const std::string reservation(table_.reservation[row]);
                std::optional<AccountKind> kind = kind_of(held.journal, reservation);
                if (const auto here = reserved.find(table_.reservation[row]); !kind && here != reserved.end())
                    kind = here->second;
                if (!kind || kind == table_.kind[row]) continue;
                throw Error(Code::contradiction,
                            "reservation '" + printable(reservation) + "' holds " + std::string(word(*kind)) +
                                ", and " + std::string(word(table_.kind[row])) + " is posted: units are never mixed",
                            "requests", static_cast<std::int64_t>(row - first) + 1, "kind");
            }
            return 0;
        });
    }

    Ledger& ledger_;
    const Requests& table_;
    const Organization* organization_;
};

}  // namespace

Receipts to_table(const Ledger& ledger, std::span<const Receipt> receipts) { return tabulate(ledger, receipts, {}); }

Applied apply_requests(Ledger& ledger, const Requests& requests, bool linked, const Organization* organization) {
    Batch rows(ledger, requests, organization);
    for (std::size_t row = 0; linked && row < requests.size(); ++row)
        if (of_programme(rows.operation(row)))
            throw Error(Code::contradiction,
                        std::string(word(rows.operation(row))) +
                            " is a transaction of its own, and cannot be linked with others",
                        "requests", static_cast<std::int64_t>(row) + 1, "operation");
    for (std::size_t row = 0; row < requests.size();) {
        if (of_programme(rows.operation(row))) {
            rows.decide(row++);
            continue;
        }
        std::size_t last = row + 1;
        while (last < requests.size() && !of_programme(rows.operation(last))) ++last;
        rows.apply(row, last, linked);
        row = last;
    }
    return {tabulate(ledger, rows.receipts, rows.remedies), rows.parts.table()};
}

}  // namespace gradus
