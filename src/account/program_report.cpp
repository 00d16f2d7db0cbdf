#include <gradus/account/program_report.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gradus/base/error.h>

#include "account/policy.h"
#include "account/usable.h"
#include "account/wording.h"

namespace gradus {

namespace {

struct Row {
    std::int32_t eligible = 0;
    std::int32_t stage[4] = {};
    std::int64_t granted = 0, reserved = 0, spent = 0, expired = 0, contributed = 0;
};

/// The sums of a report in the making, within a transaction of the file.
class Report {
public:
    Report(const Organization& organization, Ledger::Data::Parts& parts, Store& store, Moment at)
        : organization_(organization), parts_(parts), store_(store), at_(at), day_(day_of(at)) {}

    void people(std::span<const PersonStage> stages) {
        std::set<std::tuple<PersonId, ProgramId, Stage>> counted;
        const auto count = [&](PersonId person, ProgramId program, Stage stage) {
            if (reported(program) && counted.emplace(person, program, stage).second)
                ++row_of(program, person).stage[static_cast<std::size_t>(stage)];
        };
        for (const ProgramId program : programs())
            for (const PersonId person : persons())
                if (reported(program) && held(program, person)) ++row_of(program, person).eligible;
        for (std::size_t i = 0; i < stages.size(); ++i) {
            const PersonStage& of = stages[i];
            check(of, i);
            if (of.program)
                count(of.person, of.program, of.stage);
            else
                for (const ProgramId program : programs())
                    if (held(program, of.person)) count(of.person, program, of.stage);
        }
    }

    /// What moved in accounts, by what moved it; and what of it was left when it expired.
    void accounts() {
        Statement moved(store_,
                        "SELECT b.person, b.program, b.unit, b.kind, CASE WHEN t.operation = 'reverse' "
                        "THEN o.operation ELSE t.operation END, sum(e.posted) "
                        "FROM entries e JOIN books b ON b.book = e.book JOIN transactions t ON t.number = e.number "
                        "LEFT JOIN transactions o ON t.operation = 'reverse' AND o.key = t.subject "
                        "WHERE b.kind IN ('lot', 'own') AND e.posted <> 0 GROUP BY 1, 2, 3, 4, 5");
        for (Statement::Rows rows = moved(); rows.next();) {
            Row* row = row_of(rows, 0);
            if (!row) continue;
            const std::int64_t amount = rows.number(5);
            if (rows.text(4) == "post")
                add(row->spent, -amount);
            else if (rows.text(4) == "expire")
                add(row->expired, -amount);
            else
                add(rows.text(3) == "own" ? row->contributed : row->granted, amount);
        }
        for (const std::int64_t id : parts_.books.expired(at_)) {
            const Book lot = parts_.books.at(id);
            if (Row* row = row_of(lot.person, lot.program, lot.unit))
                add(row->expired, lot.posted - parts_.books.held(lot, at_));
        }
        Statement held(store_,
                       "SELECT b.person, b.program, b.unit, h.amount FROM holds h JOIN books b ON b.book = h.book "
                       "WHERE h.expires > ?1 AND b.kind IN ('lot', 'own')");
        for (Statement::Rows rows = held(micros(at_)); rows.next();)
            if (Row* row = row_of(rows, 0)) add(row->reserved, rows.number(3));
    }

    /// What funds paid themselves, for the spendings that they paid.
    void funds() {
        Statement posted(store_,
                         "SELECT s.person, s.program, b.unit, sum(e.posted) "
                         "FROM entries e JOIN books b ON b.book = e.book JOIN transactions t ON t.number = e.number "
                         "LEFT JOIN transactions o ON t.operation = 'reverse' AND o.key = t.subject "
                         "JOIN transactions r ON r.key = CASE WHEN t.operation = 'reverse' THEN o.subject "
                         "ELSE t.subject END "
                         "JOIN transactions s ON s.key = r.subject AND s.operation = 'spend' "
                         "WHERE b.kind = 'fund' AND e.posted <> 0 AND (t.operation = 'post' OR o.operation = 'post') "
                         "GROUP BY 1, 2, 3");
        for (Statement::Rows rows = posted(); rows.next();)
            if (Row* row = row_of(rows, 0)) add(row->spent, -rows.number(3));
        Statement held(store_,
                       "SELECT s.person, s.program, b.unit, h.amount FROM holds h JOIN books b ON b.book = h.book "
                       "JOIN transactions r ON r.number = h.reservation "
                       "JOIN transactions s ON s.key = r.subject AND s.operation = 'spend' "
                       "WHERE h.expires > ?1 AND b.kind = 'fund'");
        for (Statement::Rows rows = held(micros(at_)); rows.next();)
            if (Row* row = row_of(rows, 0)) add(row->reserved, rows.number(3));
    }

    ProgramReport table() const {
        const std::size_t size = rows_.size();
        Buffer<ProgramId> program(size);
        Buffer<UnitId> unit(size);
        Buffer<AccountKind> kind(size);
        Buffer<std::int32_t> eligible(size), informed(size), planned(size), agreed(size), declined(size);
        Buffer<Amount> granted(size), reserved(size), spent(size), expired(size), contributed(size);
        std::size_t i = 0;
        for (const auto& [key, row] : rows_) {
            std::tie(program[i], unit[i], kind[i]) = key;
            eligible[i] = row.eligible;
            informed[i] = row.stage[0], planned[i] = row.stage[1], agreed[i] = row.stage[2], declined[i] = row.stage[3];
            granted[i] = Amount(row.granted), reserved[i] = Amount(row.reserved), spent[i] = Amount(row.spent);
            expired[i] = Amount(row.expired), contributed[i] = Amount(row.contributed);
            ++i;
        }
        ProgramReport table;
        table.program.set(std::move(program), organization_.programs().strings());
        table.unit.set(std::move(unit), organization_.units().strings());
        table.kind.set(std::move(kind)), table.eligible.set(std::move(eligible));
        table.informed.set(std::move(informed)), table.planned.set(std::move(planned));
        table.agreed.set(std::move(agreed)), table.declined.set(std::move(declined));
        table.granted.set(std::move(granted)), table.reserved.set(std::move(reserved));
        table.spent.set(std::move(spent)), table.expired.set(std::move(expired));
        table.contributed.set(std::move(contributed));
        return table;
    }

private:
    template <class IdType>
    static std::vector<IdType> all(std::size_t size) {
        std::vector<IdType> ids;
        for (std::size_t i = 0; i < size; ++i) ids.emplace_back(static_cast<std::int32_t>(i));
        return ids;
    }
    std::vector<ProgramId> programs() const { return all<ProgramId>(organization_->programs.size()); }
    std::vector<PersonId> persons() const { return all<PersonId>(organization_->people.size()); }
    bool reported(ProgramId program) const {
        return organization_->programs.mock[static_cast<std::size_t>(program.value())] == parts_.journal.play_money();
    }
    bool held(ProgramId program, PersonId person) const { return !not_for(organization_, program, person, day_, day_); }
    void check(const PersonStage& of, std::size_t i) const {
        const auto row = static_cast<std::int64_t>(i) + 1;
        if (!of.person || static_cast<std::size_t>(of.person.value()) >= organization_->people.size())
            throw Error(Code::unknown_key, "the organisation has no person " + std::to_string(of.person.value()),
                        "stages", row, "person");
        if (of.program && static_cast<std::size_t>(of.program.value()) >= organization_->programs.size())
            throw Error(Code::unknown_key, "the organisation has no programme " + std::to_string(of.program.value()),
                        "stages", row, "program");
        if (static_cast<std::size_t>(of.stage) >= std::size(Words<Stage>::names))
            throw Error(Code::unknown_word, "expected informed, planned, agreed or declined", "stages", row, "stage");
    }

    Row& row_of(ProgramId program, PersonId person) {
        return rows_[{program, organization_->people.unit[static_cast<std::size_t>(person.value())],
                      kind_of(organization_, program, "programs", "kind")}];
    }
    /// Null for what is of no programme that is reported.
    Row* row_of(std::string_view person, std::string_view program, AccountKind kind) {
        const ProgramId of(organization_.programs().find(program));
        if (!of || !reported(of)) return nullptr;
        const std::int32_t who = organization_.people().find(person);
        return &rows_[{of, who < 0 ? UnitId() : organization_->people.unit[static_cast<std::size_t>(who)], kind}];
    }
    /// Of a row's person, programme and kind, from that column on.
    Row* row_of(const Statement::Rows& rows, int column) {
        const auto kind = from_word<AccountKind>(rows.text(column + 2));
        if (!kind) throw Error(Code::damaged, "an account is of no kind", "ledger");
        return row_of(rows.text(column), rows.text(column + 1), *kind);
    }
    static void add(std::int64_t& sum, std::int64_t amount) { sum = checked_sum(sum, amount, "the report"); }

    const Organization& organization_;
    Ledger::Data::Parts& parts_;
    Store& store_;
    Moment at_;
    Date day_;
    std::map<std::tuple<ProgramId, UnitId, AccountKind>, Row> rows_;
};

}  // namespace

ProgramReport program_report(const Organization& organization, const Ledger& ledger, Moment at,
                             std::span<const PersonStage> stages) {
    return ledger.data().read([&](Store& store, Ledger::Data::Parts& parts) {
        check_now(organization, parts, at);
        Report report(organization, parts, store, at);
        report.people(stages);
        report.accounts();
        report.funds();
        return report.table();
    });
}

}  // namespace gradus
