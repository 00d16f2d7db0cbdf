#include <gradus/account/requests.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include <gradus/base/error.h>

#include "account/fields.h"
#include "account/uses.h"
#include "account/wording.h"

namespace gradus {

namespace {

//                                    supply grant contribute reserve post void expire transfer claw_back reverse spend settle cancel
constexpr Uses all_uses[] = {
    {"kind", "!!!!!..!!...."},        {"person", ".!!?...?!.!.."},    {"program", ".???...??.!.."},
    {"fund", "!!.?...??...."},        {"to_person", ".......?....."}, {"to_program", ".......?....."},
    {"to_fund", ".......?....."},     {"provider", "....?.....??."},  {"draw", "...?........."},
    {"reservation", "....!!......."}, {"reverses", ".........!..."},  {"spending", "...........!!"},
    {"amount", "!!!!!..!!...."},      {"expires", ".?.?......?.."},   {"activity", "..........!.."},
    {"first_day", "..........!.."},   {"cost", "..........??."},      {"hours", "..........??."},
    {"agreed_plan", "..........?.."}};

static_assert(std::all_of(std::begin(all_uses), std::end(all_uses), [](const Uses& uses) {
    return uses.by_operation.size() == std::size(Words<OperationKind>::names);
}));

/// Who pays, or is paid: an account or a fund, and not both.
void check_payer(std::string_view operation, bool person, bool program, bool fund, const std::string& prefix,
                 Problem& problem) {
    if (person && fund) {
        problem.code = Code::contradiction, problem.column = prefix + "fund";
        problem.message = std::string(operation) + " takes a " + prefix + "person or a " + prefix + "fund, not both";
    } else if (!person && !fund) {
        problem.code = Code::missing_value, problem.column = prefix + "person";
        problem.message = std::string(operation) + " needs a " + prefix + "person or a " + prefix + "fund";
    } else if (program && !person) {
        problem.code = Code::contradiction, problem.column = prefix + "program";
        problem.message = "a fund is of no programme";
    }
}

void check_row(const Requests& table, const Input& input, std::size_t row, ProblemList& problems) {
    const std::string_view operation = word(table.operation[row]);
    const OperationKind kind = table.operation[row];
    check_uses(table, input, row, static_cast<std::size_t>(kind), operation, all_uses, problems);
    const auto has = [&](const AnyColumn& column) { return given(column, row); };
    if (kind == OperationKind::reserve || kind == OperationKind::transfer) {
        Problem problem = problem_at(table, input, row);
        check_payer(operation, has(table.person), has(table.program), has(table.fund), "", problem);
        if (problem.message.empty() && kind == OperationKind::transfer)
            check_payer(operation, has(table.to_person), has(table.to_program), has(table.to_fund), "to_", problem);
        if (!problem.message.empty()) problems.add(std::move(problem));
    }
}

/// One column in the making.
template <class T>
void set(Column<T>& column, const std::vector<T>& values) {
    column.set(Buffer<T>(values));
}

}  // namespace

Requests load_requests(const Ledger& ledger, const Input& input) {
    Requests table;
    table.problems = read_requests(table, input, ledger.minor_digits(), [&](std::size_t row, ProblemList& problems) {
        check_row(table, input, row, problems);
    });
    return table;
}

Requests to_table(std::span<const Request> requests) {
    const auto texts = [] { return std::make_shared<Strings>(); };
    auto key = texts(), by = texts(), reason = texts(), person = texts(), program = texts(), fund = texts(),
         to_person = texts(), to_program = texts(), to_fund = texts(), provider = texts(), reservation = texts(),
         reverses = texts(), none = texts();
    std::vector<Moment> at, expires;
    std::vector<OperationKind> operation;
    std::vector<AccountKind> kind;
    std::vector<Draw> draw;
    std::vector<Amount> amount;
    for (const Request& request : requests) {
        const Fields fields = fields_of(request, static_cast<std::int64_t>(at.size()) + 1);
        key->push_back(fields.key), by->push_back(fields.by), reason->push_back(fields.reason);
        person->push_back(fields.person), program->push_back(fields.program), fund->push_back(fields.fund);
        to_person->push_back(fields.to_person), to_program->push_back(fields.to_program);
        to_fund->push_back(fields.to_fund), provider->push_back(fields.provider);
        const bool reversal = fields.operation == OperationKind::reverse;
        reservation->push_back(reversal ? "" : fields.subject), reverses->push_back(reversal ? fields.subject : "");
        none->push_back("");
        at.push_back(fields.at), expires.push_back(fields.expires.value_or(missing<Moment>()));
        operation.push_back(fields.operation);
        kind.push_back(fields.kind.value_or(missing<AccountKind>()));
        draw.push_back(fields.draw.value_or(missing<Draw>()));
        amount.push_back(fields.amount.value_or(missing<Amount>()));
    }
    Requests table;
    table.key.set(key), table.by.set(by), table.reason.set(reason);
    table.person.set(person), table.program.set(program), table.fund.set(fund);
    table.to_person.set(to_person), table.to_program.set(to_program), table.to_fund.set(to_fund);
    table.provider.set(provider), table.reservation.set(reservation), table.reverses.set(reverses);
    table.spending.set(none), table.activity.set(none), table.agreed_plan.set(none);
    set(table.at, at), set(table.expires, expires), set(table.operation, operation), set(table.kind, kind);
    set(table.draw, draw), set(table.amount, amount);
    const std::size_t rows = requests.size();
    table.first_day.set(Buffer<Date>(rows, missing<Date>()));
    table.cost.set(Buffer<Money>(rows, missing<Money>()));
    table.hours.set(Buffer<Minutes>(rows, missing<Minutes>()));
    return table;
}

}  // namespace gradus
