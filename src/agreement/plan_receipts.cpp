#include <gradus/agreement/plan_receipts.h>

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradus/base/error.h>

#include "account/located.h"
#include "account/wording.h"
#include "agreement/content.h"
#include "agreement/handle.h"
#include "agreement/stop.h"
#include "organization/columns.h"

namespace gradus {

namespace {

/// A plan that is written down is a draft or a change of one: who asks does not say which.
PlanOperationKind operation_of(PlanEvent event) {
    if (event == PlanEvent::draft || event == PlanEvent::change) return PlanOperationKind::write;
    if (const auto kind = from_word<PlanOperationKind>(word(event))) return *kind;
    throw Error(Code::damaged, "nobody asks for '" + std::string(word(event)) + "'", "plans");
}

PlanEvent event_of(PlanOperationKind kind) { return *from_word<PlanEvent>(word(kind)); }

/// The rows of one table of contents, by person.
struct Share {
    const Table& table;
    const std::vector<std::int64_t>& places;
    RowsByPerson rows;

    Share(const Table& of, const std::vector<std::int64_t>& read_at)
        : table(of), places(read_at), rows(rows_by_person(of)) {}

    bool has(std::string_view person) const { return rows.contains(person); }
    template <class T>
    void take(std::string_view person, T& into) const {
        const auto found = rows.find(person);
        if (found == rows.end()) return;
        into = static_cast<const T&>(table);
        gather(into, found->second);
    }
    /// Where the person's row of that number, 1-based, was read.
    std::int64_t place(std::string_view person, std::int64_t row) const {
        const auto at = static_cast<std::size_t>(rows.find(person)->second[static_cast<std::size_t>(row - 1)]);
        return places.empty() ? static_cast<std::int64_t>(at) + 1 : places[at];
    }
};

/// The rows of a table, and what is done with them.
class Batch {
public:
    Batch(Agreements& agreements, const PlanRequests& table, const PlanContents& contents)
        : agreements_(agreements), table_(table), contents_(contents), items_(contents.items, contents.item_rows),
          goals_(contents.goals, contents.goal_rows), milestones_(contents.milestones, contents.milestone_rows) {
        check_writers();
    }

    PlanReceipt apply(std::size_t row) {
        try {
            return agreements_.apply(request(row));
        } catch (const Error& error) {
            if (error.code() == Code::damaged) throw;
            const std::string place = std::to_string(row + 1);
            for (const Share* share : {&items_, &goals_, &milestones_})
                if (error.table() == share->table.name() && error.row() > 0)
                    throw Error(error.code(), message_of(error) + " (written by row " + place + " of plan_requests)",
                                error.table(), share->place(table_.person[row], error.row()), error.column());
            if (error.table() != table_.name()) throw;
            throw located(error, error.table(), static_cast<std::int64_t>(row) + 1, error.column());
        }
    }

private:
    void check_writers() const {
        std::map<std::string_view, std::size_t> first;  // row, by person
        for (std::size_t row = 0; row < table_.size(); ++row) {
            if (table_.operation[row] != PlanOperationKind::write) continue;
            const std::string_view person = table_.person[row];
            const auto [before, fresh] = first.try_emplace(person, row);
            if (fresh || table_.key[row] == table_.key[before->second]) continue;
            for (const Share* share : {&items_, &goals_, &milestones_})
                if (share->has(person))
                    throw Error(Code::contradiction,
                                "row " + std::to_string(before->second + 1) + " writes for " + quoted(person) +
                                    " too, and it could not be told whose the rows of " +
                                    std::string(share->table.name()) +
                                    " are; expected one of them here, the other "
                                    "in a table of its own",
                                std::string(table_.name()), static_cast<std::int64_t>(row) + 1, "person");
        }
    }

    PlanContent content(std::size_t row) const {
        const std::string_view person = table_.person[row];
        PlanContent content{.person = std::string(person),
                            .supersedes = std::string(table_.supersedes[row]),
                            .as_of = is_missing(table_.as_of[row]) ? contents_.as_of : table_.as_of[row]};
        items_.take(person, content.items);
        goals_.take(person, content.goals);
        milestones_.take(person, content.milestones);
        return content;
    }
    PlanOperation operation(std::size_t row) const {
        const std::string activity(table_.activity[row]);
        const PlanOperationKind kind = table_.operation[row];
        switch (kind) {
        case PlanOperationKind::write: return WritePlan{content(row)};
        case PlanOperationKind::name_advisor: return NameAdvisor{std::string(table_.advisor[row])};
        case PlanOperationKind::begin_item:
        case PlanOperationKind::complete_item:
        case PlanOperationKind::fail_item:
        case PlanOperationKind::miss_item:
        case PlanOperationKind::withdraw_item:
            return StepItem{event_of(kind), activity, table_.cost[row], table_.hours[row],
                            std::string(table_.provider[row])};
        case PlanOperationKind::raise_item: {
            const auto more = [&](const auto& column) {
                return is_missing(column[row]) ? std::decay_t<decltype(column[row])>{} : column[row];
            };
            return RaiseItem{activity, more(table_.account_cost), more(table_.employee_cost), more(table_.fund_cost),
                             more(table_.hours)};
        }
        case PlanOperationKind::set_seats: {
            SetSeats seats{std::string(table_.session[row])};
            if (!is_missing(table_.seats[row])) seats.seats = table_.seats[row];
            return seats;
        }
        default: return StepPlan{event_of(kind)};
        }
    }
    PlanRequest request(std::size_t row) const {
        return {.key = std::string(table_.key[row]),
                .at = table_.at[row],
                .by = std::string(table_.by[row]),
                .as = table_.as[row],
                .reason = std::string(table_.reason[row]),
                .plan = std::string(table_.plan[row]),
                .operation = operation(row)};
    }

    Agreements& agreements_;
    const PlanRequests& table_;
    const PlanContents& contents_;
    Share items_, goals_, milestones_;
};

}  // namespace

PlanReceipts to_table(const Agreements& agreements, std::span<const PlanReceipt> receipts) {
    return agreements.data().read([&](Records& records, Store&, Ledger::Data::Parts& parts) {
        const std::size_t rows = receipts.size();
        Buffer<std::int32_t> number(rows);
        Buffer<Moment> at(rows);
        Buffer<PlanOperationKind> operation(rows);
        Buffer<bool> applied(rows);
        Buffer<PlanState> state(rows);
        const auto texts = [] { return std::make_shared<Strings>(); };
        auto key = texts(), plan = texts(), rule = texts(), message = texts();
        for (std::size_t i = 0; i < rows; ++i) {
            const PlanReceipt& receipt = receipts[i];
            const auto refuse = [&](Code code, const std::string& text) {
                throw Error(code, text, "plan_receipts", static_cast<std::int64_t>(i) + 1, "number");
            };
            const std::string change = std::to_string(receipt.number);
            if (receipt.number > std::numeric_limits<std::int32_t>::max())
                refuse(Code::out_of_range, "a table has no room for number " + change);
            const std::optional<ChangeRecord> recorded = records.change(receipt.number);
            if (!recorded) refuse(Code::unknown_key, "change " + change + " is not in the file");
            number[i] = static_cast<std::int32_t>(receipt.number);
            at[i] = receipt.at, applied[i] = receipt.applied, state[i] = receipt.state;
            operation[i] = operation_of(recorded->event);
            key->push_back(recorded->key), plan->push_back(recorded->plan);
            rule->push_back(receipt.rule), message->push_back(receipt.message);
        }
        PlanReceipts table;
        table.number.set(std::move(number)), table.key.set(key), table.at.set(std::move(at)), table.plan.set(plan);
        table.operation.set(std::move(operation)), table.applied.set(std::move(applied));
        table.state.set(std::move(state)), table.rule.set(rule), table.message.set(message);
        table.play_money.set(Buffer<bool>(rows, parts.journal.play_money()));
        return table;
    });
}

PlanReceipts apply_plan_requests(Agreements& agreements, const PlanRequests& requests, const PlanContents& contents) {
    Batch rows(agreements, requests, contents);
    std::vector<PlanReceipt> receipts;
    for (std::size_t row = 0; row < requests.size(); ++row) receipts.push_back(rows.apply(row));
    return to_table(agreements, receipts);
}

}  // namespace gradus
