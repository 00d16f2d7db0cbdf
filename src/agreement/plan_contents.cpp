#include <gradus/agreement/plan_contents.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "agreement/stop.h"
#include "organization/reader.h"

namespace gradus {

namespace {

/// Of one table, its rows and where each was read.
class ReadRows {
public:
    ReadRows(Table& table, const Input* input, const Reference& reference, ProblemList& problems, int threads)
        : table_(table), reader_(table, input, reference, problems, threads) {
        reader_.match();
        reader_.read();
        reader_.sort();
    }
    /// Every row is of somebody for whom a plan is written.
    void check(const std::set<std::string_view>& people, ProblemList& problems) {
        const AnyColumn& person = *table_.find("person");
        for (std::size_t row = 0; row < table_.size(); ++row) {
            const std::string_view key = person.text(row);
            if (people.contains(key)) continue;
            problems.add({.code = Code::contradiction,
                          .table = std::string(table_.name()),
                          .row = reader_.origin().row(row),
                          .column = "person",
                          .key = std::string(key),
                          .message = "expected somebody for whom a row of plan_requests writes, found " + quoted(key),
                          .line = reader_.origin().line(row)});
        }
    }
    std::vector<std::int64_t> places() {
        std::vector<std::int64_t> places;
        for (std::size_t row = 0; row < table_.size(); ++row) places.push_back(reader_.origin().row(row));
        return places;
    }

private:
    Table& table_;
    Reader reader_;
};

}  // namespace

PlanContents load_plan_contents(const Agreements& agreements, const PlanRequests& requests, const Input* items,
                                const Input* goals, const Input* milestones, int threads) {
    PlanContents contents;
    ProblemList problems;
    const Reference reference = reference_of(agreements.organization());
    ReadRows of_items(contents.items, items, reference, problems, threads);
    ReadRows of_goals(contents.goals, goals, reference, problems, threads);
    ReadRows of_milestones(contents.milestones, milestones, reference, problems, threads);
    problems.throw_errors();
    std::set<std::string_view> people;
    for (std::size_t row = 0; row < requests.size(); ++row)
        if (requests.operation[row] == PlanOperationKind::write) people.insert(requests.person[row]);
    for (ReadRows* rows : {&of_items, &of_goals, &of_milestones}) rows->check(people, problems);
    problems.throw_errors();
    contents.item_rows = of_items.places(), contents.goal_rows = of_goals.places();
    contents.milestone_rows = of_milestones.places();
    contents.problems = problems.table();
    return contents;
}

PlanContents plan_contents(const Plan& plan, const WrittenGoals* goals) {
    PlanContents contents{.items = plan.items, .as_of = plan.as_of};
    if (goals) contents.goals = goals->goals, contents.milestones = goals->milestones;
    return contents;
}

}  // namespace gradus
