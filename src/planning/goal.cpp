#include <gradus/planning/goal.h>

#include <string>
#include <utility>
#include <vector>

#include "assessment/load.h"
#include "base/parallel.h"
#include "planning/desk.h"
#include "planning/goal_columns.h"
#include "planning/goal_judge.h"
#include "planning/goal_writer.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 1024;  // people

void check(const GoalOptions& options) {
    if (!(options.min_probability >= 0 && options.min_probability <= 1))
        refuse_option("min_probability", options.min_probability, "from 0 to 1");
    if (!(options.sure >= 0 && options.sure <= 1)) refuse_option("sure", options.sure, "from 0 to 1");
    if (options.check_in_days < 2 || options.check_in_days > 36500)
        refuse_option("check_in_days", options.check_in_days, "2 to 36500");
    if (options.reassess_days < 0 || options.reassess_days > 36500)
        refuse_option("reassess_days", options.reassess_days, "0 to 36500");
    if (options.threads < 0) refuse_option("threads", options.threads, "0 (all cores) or more");
}

}  // namespace

WrittenGoals write_goals(const Desk& desk, const GoalOptions& options) {
    Stage stage("write_goals");
    check(options);
    const Organization& organization = desk.organization();
    if (options.person && static_cast<std::size_t>(options.person.value()) >= organization.people().size())
        throw Error(Code::unknown_key, "there is no such person", "people", 0, "person");
    const Catalog& catalog = desk.data().catalog;
    const PlanItems& table = desk.data().plan.items;
    stage.input(desk.digest());
    if (options.assessments) stage.input(digest_of(*options.assessments));
    const Measuring measuring(organization, options.assessments, catalog.as_of);
    const Strategy strategy(organization, catalog.as_of, options.threads);
    const GoalJudge judge(catalog, strategy, measuring, nullptr, options.min_probability, options.sure);
    const WithinLimits limits(desk, options.threads);

    const auto people = static_cast<std::int64_t>(organization.people().size());
    struct Piece {
        std::vector<GoalRow> goals;
        std::vector<MilestoneRow> milestones;
    };
    std::vector<Piece> pieces(static_cast<std::size_t>((people + chunk - 1) / chunk));
    parallel_for(people, chunk, options.threads, [&](std::int64_t from, std::int64_t to) {
        GoalWriter writer(catalog, strategy, measuring, judge, limits, options);
        std::vector<Item> items;
        for (std::int64_t p = from; p < to; ++p) {
            const PersonId person(static_cast<std::int32_t>(p));
            if (options.person && options.person != person) continue;
            const Holding held = desk.data().holding(person);
            if (held.size() == 0) continue;
            items.clear();
            for (std::size_t row = held.first; row < held.last; ++row) items.push_back(item_of(table, row));
            writer.write(items);
        }
        pieces[static_cast<std::size_t>(from / chunk)] = {std::move(writer.goals), std::move(writer.milestones)};
    });

    double all = 0;
    for (const double gain : table.gain) all += gain;
    std::vector<GoalRow> goals;
    std::vector<MilestoneRow> milestones;
    for (const Piece& piece : pieces) {
        goals.insert(goals.end(), piece.goals.begin(), piece.goals.end());
        milestones.insert(milestones.end(), piece.milestones.begin(), piece.milestones.end());
    }
    WrittenGoals written;
    tabulate(organization, catalog.risks, goals, all, written.goals);
    tabulate(organization, milestones, written.milestones);
    OptionsJson json;
    json.add("min_probability", options.min_probability)
        .add("sure", options.sure)
        .add("check_in_days", double(options.check_in_days))
        .add("reassess_days", double(options.reassess_days));
    if (options.person) json.add("person", double(options.person.value()));
    for (Table* made : {static_cast<Table*>(&written.goals), static_cast<Table*>(&written.milestones)})
        stage.sign(*made, json, catalog.as_of, thread_count(static_cast<std::int64_t>(pieces.size()), options.threads));
    return written;
}

WrittenGoals load_goals(const Organization& organization, const Input& goals, const Input* milestones, int threads) {
    WrittenGoals loaded;
    ProblemList problems;
    const Reference reference = reference_of(organization);
    const auto read = [&](Table& table, const Input* input) {
        Reader reader(table, input, reference, problems, threads);
        reader.match();
        reader.read();
        reader.sort();
    };
    read(loaded.goals, &goals);
    read(loaded.milestones, milestones);
    problems.throw_errors();
    loaded.goals.problems = problems.table();
    for (Table* table : {static_cast<Table*>(&loaded.goals), static_cast<Table*>(&loaded.milestones)})
        Stage("load_goals").input(digest_of(*table)).sign(*table, OptionsJson(), missing<Date>(), 1);
    return loaded;
}

}  // namespace gradus
