#include <gradus/agreement/plan_requests.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include "account/uses.h"
#include "account/wording.h"

namespace gradus {

namespace {

// In the order of PlanOperationKind: write propose agree decline withdraw name_advisor comment start
// begin_item complete_item fail_item miss_item withdraw_item raise_item review close set_seats
// One literal is in two, else it had a trigraph.
constexpr Uses all_uses[] = {{"reason",
                              "?????"
                              "?!??????????"},
                             {"plan", "!!!!!!!!!!!!!!!!."},
                             {"person", "!................"},
                             {"supersedes", "?................"},
                             {"as_of", "?................"},
                             {"advisor", ".....!..........."},
                             {"activity", "........!!!!!!..."},
                             {"cost", ".........???....."},
                             {"hours", ".........???.?..."},
                             {"provider", ".........???....."},
                             {"account_cost", ".............?..."},
                             {"employee_cost", ".............?..."},
                             {"fund_cost", ".............?..."},
                             {"session", "................!"},
                             {"seats", "................?"}};

static_assert(std::all_of(std::begin(all_uses), std::end(all_uses), [](const Uses& uses) {
    return uses.by_operation.size() == std::size(Words<PlanOperationKind>::names);
}));

bool raises_nothing(const PlanRequests& table, std::size_t row) {
    for (const Column<Money>* part : {&table.account_cost, &table.employee_cost, &table.fund_cost})
        if (!is_missing((*part)[row]) && (*part)[row] != Money(0)) return false;
    return is_missing(table.hours[row]) || table.hours[row] == Minutes(0);
}

void check_row(const PlanRequests& table, const Input& input, std::size_t row, ProblemList& problems) {
    const PlanOperationKind kind = table.operation[row];
    check_uses(table, input, row, static_cast<std::size_t>(kind), word(kind), all_uses, problems);
    if (kind != PlanOperationKind::raise_item || !raises_nothing(table, row)) return;
    Problem problem = problem_at(table, input, row);
    problem.code = Code::missing_value, problem.column = "account_cost";
    problem.message = "raise_item needs more than 0 of account_cost, employee_cost, fund_cost or hours";
    problems.add(std::move(problem));
}

}  // namespace

PlanRequests load_plan_requests(const Agreements& agreements, const Input& input) {
    PlanRequests table;
    table.problems =
        read_requests(table, input, agreements.ledger().minor_digits(),
                      [&](std::size_t row, ProblemList& problems) { check_row(table, input, row, problems); });
    return table;
}

}  // namespace gradus
