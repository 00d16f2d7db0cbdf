#include <gradus/planning/goal.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gradus/planning/verify.h>

#include "assessment/load.h"
#include "base/parallel.h"
#include "planning/contribution.h"
#include "planning/desk.h"
#include "planning/goal_judge.h"
#include "planning/level_name.h"
#include "planning/milestone.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 1024;  // people

struct GoalRow {
    PersonId person;
    CapabilityId capability;
    GoalKind kind = GoalKind::reach;
    std::size_t row = 0;  // of risks: what the items improve most
    double level = 0, to_mean = 0, probability_before = 0, probability = 0;
    Source source = missing<Source>();
    std::int32_t items = 0, objectives = 0;
    Minutes hours{0};
    Money cost{0};
    ObjectiveId objective;
    double removed = 0, under_way = 0;
    Date start = missing<Date>(), due = missing<Date>();
    bool letters[std::size(Words<Letter>::names)] = {true, true, true, true, true};
};

// Whether the plan keeps the limits of time, money and seats, as verify() finds by other code.
class WithinLimits {
public:
    WithinLimits(const Desk& desk, int threads) {
        const Violations found =
            verify(desk.organization(), desk.risks(), desk.plan(), {.bound = false, .threads = threads}).violations;
        people_.assign(desk.organization().people().size(), true);
        for (std::size_t row = 0; row < found.size(); ++row) {
            const std::string_view limit = found.limit[row];
            if (limit == "fund") fund_ = false;
            if (limit == "seats") seats_ = false;
            if ((limit == "hours" || limit == "account") && found.person[row])
                people_[static_cast<std::size_t>(found.person[row].value())] = false;
        }
    }
    // Of a fund or a session that is overdrawn it is not known whose item is the one too many.
    bool holds(const Item& item) const {
        return people_[static_cast<std::size_t>(item.person.value())] &&
               (fund_ || is_missing(item.fund_cost) || item.fund_cost <= Money(0)) && (seats_ || !item.session);
    }

private:
    std::vector<bool> people_;
    bool fund_ = true, seats_ = true;
};

// Writes the goals of one person after the other: scratch memory, reused.
class GoalWriter {
public:
    GoalWriter(const Catalog& catalog, const Strategy& strategy, const Measuring& measuring, const GoalJudge& judge,
               const WithinLimits& limits, const GoalOptions& options)
        : catalog_(catalog), strategy_(strategy), measuring_(measuring), judge_(judge), limits_(limits),
          options_(options), work_(catalog, strategy), steps_(catalog.organization) {}

    void write(std::span<const Item> items) {
        items_ = items;
        work_.open(items);
        for (const Contribution& part : work_.parts())
            if (part.capability &&
                std::none_of(known_.begin(), known_.end(), [&](CapabilityId c) { return c == part.capability; }))
                known_.push_back(part.capability);
        std::sort(known_.begin(), known_.end());
        for (const CapabilityId capability : known_) write(capability);
        known_.clear();
    }

    std::vector<GoalRow> goals;
    std::vector<MilestoneRow> milestones;

private:
    void write(CapabilityId capability);
    void add_parts(GoalRow& goal);
    std::int32_t find_want(GoalRow& goal);
    void choose_level(GoalRow& goal, std::int32_t state);
    void judge(GoalRow& goal, std::span<const MilestoneRow> steps);
    double reached(std::int32_t state, double level, Date morning);
    double mean(std::int32_t state, Date morning);

    const Catalog& catalog_;
    const Strategy& strategy_;
    const Measuring& measuring_;
    const GoalJudge& judge_;
    const WithinLimits& limits_;
    const GoalOptions& options_;
    Contributions work_;
    MilestoneMaker steps_;
    std::span<const Item> items_;
    std::vector<CapabilityId> known_;
    std::vector<std::size_t> serving_;  // items that serve the goal, each once
    std::vector<Strategy::Served> served_;
    std::vector<std::int32_t> lessons_;
    std::vector<double> removed_;
    std::vector<GoalFields::Step> fields_;
    bool within_ = true;
};

double GoalWriter::reached(std::int32_t state, double level, Date morning) {
    double below = 0;
    for (const Benefit::Level& at : work_.levels(state, items_, morning))
        below += at.probability * likelihood_below(level, at.position, work_.benefit().state(state).sd);
    return 1 - below;
}

double GoalWriter::mean(std::int32_t state, Date morning) {
    double sum = 0;
    for (const Benefit::Level& at : work_.levels(state, items_, morning)) sum += at.probability * at.position;
    return sum;
}

void GoalWriter::write(CapabilityId capability) {
    GoalRow goal;
    goal.person = items_.front().person;
    goal.capability = capability;
    add_parts(goal);
    const std::int32_t state = find_want(goal);
    choose_level(goal, state);
    goal.source = measuring_.best(capability);
    strategy_.serving(goal.person, capability, served_);
    goal.objectives = static_cast<std::int32_t>(served_.size());
    goal.objective = strategy_.strongest(goal.person, capability);

    const std::size_t first = milestones.size();
    steps_.open({goal.person, capability, goal.start, goal.due, goal.source}, options_.check_in_days,
                options_.reassess_days, catalog_.start);
    for (const std::size_t i : serving_) steps_.add(items_[i].activity, items_[i].last);
    steps_.finish(milestones, [&](MilestoneRow& step) {
        const Date morning = step.date + Date::duration(step.kind == MilestoneKind::activity ? 1 : 0);
        step.expected = mean(state, morning);
        step.probability = reached(state, goal.level, morning);
    });
    judge(goal, std::span(milestones).subspan(first));
    goals.push_back(goal);
}

void GoalWriter::add_parts(GoalRow& goal) {
    serving_.clear();
    within_ = true;
    for (const Contribution& part : work_.parts()) {
        if (part.capability != goal.capability) continue;
        const Item& item = items_[part.item];
        goal.removed += part.gain;
        goal.under_way += part.under_way;
        const auto add = [](auto& sum, auto more) {
            sum = is_missing(sum) || is_missing(more) ? missing<std::decay_t<decltype(sum)>>() : sum + more;
        };
        add(goal.hours, part.hours);
        add(goal.cost, part.cost);
        if (!serving_.empty() && serving_.back() == part.item) continue;
        serving_.push_back(part.item);
        within_ = within_ && limits_.holds(item);
        if (is_missing(goal.start) || item.first < goal.start) goal.start = item.first;
        goal.due = std::max(goal.due, item.last + Date::duration(1));
    }
    goal.items = static_cast<std::int32_t>(serving_.size());
}

// The row of risks of which the items remove most, averaged over the horizon; of equals the first. Returns its state.
std::int32_t GoalWriter::find_want(GoalRow& goal) {
    Benefit& benefit = work_.benefit();
    double most = -1;
    std::int32_t found = -1;
    for (std::int32_t s = 0; s < benefit.states(); ++s) {
        const Benefit::State& state = benefit.state(s);
        if (state.capability != goal.capability) continue;
        const std::vector<Benefit::Active>& active = benefit.active(s);
        removed_.assign(static_cast<std::size_t>(state.last_wanted - state.first_wanted), 0);
        lessons_.clear();
        for (std::size_t i = 0; i < active.size(); ++i) {
            lessons_.insert(std::upper_bound(lessons_.begin(), lessons_.end(), active[i].lesson), active[i].lesson);
            const double width = active[i].share - (i + 1 < active.size() ? active[i + 1].share : 0);
            if (width <= 0) continue;
            const std::vector<Benefit::Level>& levels = benefit.levels(s, lessons_);
            for (std::size_t w = 0; w < removed_.size(); ++w) {
                const Benefit::Wanted& wanted = benefit.wanted(state.first_wanted + static_cast<std::int32_t>(w));
                double left = 0;
                for (const Benefit::Level& at : levels)
                    left += at.probability * expected_shortfall(wanted.required, at.position, state.sd);
                removed_[w] +=
                    width * wanted.coefficient * (expected_shortfall(wanted.required, state.mean, state.sd) - left);
            }
        }
        for (std::size_t w = 0; w < removed_.size(); ++w) {
            const std::size_t row = benefit.wanted(state.first_wanted + static_cast<std::int32_t>(w)).row;
            if (removed_[w] < most || (removed_[w] == most && row > goal.row)) continue;
            most = removed_[w];
            goal.row = row;
            found = s;
        }
    }
    return found;
}

void GoalWriter::choose_level(GoalRow& goal, std::int32_t state) {
    const double required = catalog_.risks.required[goal.row], from = work_.benefit().state(state).mean;
    goal.kind = from < required ? GoalKind::reach : GoalKind::secure;
    goal.to_mean = mean(state, goal.due);
    goal.level = required;
    goal.probability = reached(state, required, goal.due);
    const Scales& scales = catalog_.organization->scales;
    const Rows levels = catalog_.organization.relations()
                            .levels_of_scale[catalog_.organization->capabilities
                                                 .scale[static_cast<std::size_t>(goal.capability.value())]];
    for (std::int32_t row = levels.last; row-- > levels.first && goal.probability < options_.min_probability;) {
        const double position = scales.position[static_cast<std::size_t>(row)];
        if (position >= required || position <= from) continue;
        goal.level = position;
        goal.probability = reached(state, position, goal.due);
    }
    goal.probability_before = 1 - likelihood_below(goal.level, from, work_.benefit().state(state).sd);
}

void GoalWriter::judge(GoalRow& goal, std::span<const MilestoneRow> steps) {
    fields_.clear();
    for (const MilestoneRow& step : steps) fields_.push_back({step.kind, step.date});
    const GoalFields fields{.person = goal.person,
                            .capability = goal.capability,
                            .level = goal.level,
                            .source = goal.source,
                            .probability = goal.probability,
                            .hours = goal.hours,
                            .cost = goal.cost,
                            .objective = goal.objective,
                            .due = goal.due,
                            .steps = fields_,
                            .within_limits = within_};
    for (const Lack& lack : judge_.judge(fields)) goal.letters[static_cast<std::size_t>(lack.letter)] = false;
}

// The columns in the making.
struct Columns {
    explicit Columns(std::size_t n)
        : person(n), capability(n), kind(n), source(n), basis(n), role(n), objective(n), from_mean(n), level(n),
          to_mean(n), before(n), probability(n), required(n), removed(n), share(n), under_way(n), items(n),
          objectives(n), hours(n), cost(n), start(n),
          due(n), letters{Buffer<bool>(n), Buffer<bool>(n), Buffer<bool>(n), Buffer<bool>(n), Buffer<bool>(n)} {}

    void put(std::size_t k, const GoalRow& goal, const Organization& organization, const Risks& risks, double all);
    void hand_over(const Organization& organization, Goals& goals);

    Buffer<PersonId> person;
    Buffer<CapabilityId> capability;
    Buffer<GoalKind> kind;
    Buffer<Source> source;
    Buffer<Basis> basis;
    Buffer<RoleId> role;
    Buffer<ObjectiveId> objective;
    Buffer<double> from_mean, level, to_mean, before, probability, required, removed, share, under_way;
    Buffer<std::int32_t> items, objectives;
    Buffer<Minutes> hours;
    Buffer<Money> cost;
    Buffer<Date> start, due;
    Buffer<bool> letters[std::size(Words<Letter>::names)];
    std::shared_ptr<Strings> text = std::make_shared<Strings>(), from = std::make_shared<Strings>(),
                             to = std::make_shared<Strings>(), descriptor = std::make_shared<Strings>(),
                             measure = std::make_shared<Strings>();
};

// "Reach Practitioner in SQL, from Working, by 2026-06-13"
std::string sentence(const Organization& organization, const GoalRow& goal, std::string_view from,
                     const std::string& to) {
    const auto c = static_cast<std::size_t>(goal.capability.value());
    const std::string_view name = organization->capabilities.name[c];
    std::string text = goal.kind == GoalKind::reach ? "Reach " : "Make sure of ";
    text += to + " in " + std::string(name.empty() ? organization.capabilities()[c] : name);
    if (goal.kind == GoalKind::reach && !from.empty() && from != to) text += ", from " + std::string(from);
    return text + ", by " + to_text(goal.due);
}

std::string measure(const std::string& to, Source source) {
    if (is_missing(source)) return "no source has rated it yet: agree on one that will";
    // In the order of Source.
    static constexpr std::string_view by[] = {"the person",     "the manager", "peers",
                                              "direct reports", "a test",      "an observation"};
    static_assert(std::size(by) == std::size(Words<Source>::names));
    return "assessed at " + to + " or above by " + std::string(by[static_cast<std::size_t>(source)]);
}

void Columns::put(std::size_t k, const GoalRow& goal, const Organization& organization, const Risks& risks,
                  double all) {
    const Scales& scales = organization->scales;
    person[k] = goal.person;
    capability[k] = goal.capability;
    kind[k] = goal.kind;
    source[k] = goal.source;
    basis[k] = risks.basis[goal.row];
    role[k] = goal.row < risks.role.size() ? risks.role[goal.row] : RoleId();
    objective[k] = goal.objective;
    from_mean[k] = risks.mean[goal.row];
    level[k] = goal.level;
    to_mean[k] = goal.to_mean;
    before[k] = goal.probability_before;
    probability[k] = goal.probability;
    required[k] = risks.required[goal.row];
    removed[k] = goal.removed;
    share[k] = all > 0 ? goal.removed / all : missing<double>();
    under_way[k] = goal.under_way;
    items[k] = goal.items;
    objectives[k] = goal.objectives;
    hours[k] = goal.hours;
    cost[k] = goal.cost;
    start[k] = goal.start;
    due[k] = goal.due;
    for (std::size_t l = 0; l < std::size(letters); ++l) letters[l][k] = goal.letters[l];
    const auto below = level_at_or_below(organization, goal.capability, risks.mean[goal.row]);
    const std::string_view from_label = below ? scales.level[*below] : std::string_view();
    const std::string to_label = level_name(organization, goal.capability, goal.level);
    const auto at = level_at(organization, goal.capability, goal.level);
    from->push_back(from_label);
    to->push_back(to_label);
    descriptor->push_back(at ? scales.description[*at] : std::string_view());
    measure->push_back(gradus::measure(to_label, goal.source));
    text->push_back(sentence(organization, goal, from_label, to_label));
}

void Columns::hand_over(const Organization& organization, Goals& goals) {
    goals.person.set(std::move(person), organization.people().strings());
    goals.capability.set(std::move(capability), organization.capabilities().strings());
    goals.text.set(std::move(text));
    goals.kind.set(std::move(kind));
    goals.from_mean.set(std::move(from_mean));
    goals.from_level.set(std::move(from));
    goals.level.set(std::move(level));
    goals.to_level.set(std::move(to));
    goals.descriptor.set(std::move(descriptor));
    goals.source.set(std::move(source));
    goals.measure.set(std::move(measure));
    goals.to_mean.set(std::move(to_mean));
    goals.probability_before.set(std::move(before));
    goals.probability.set(std::move(probability));
    goals.items.set(std::move(items));
    goals.hours.set(std::move(hours));
    goals.cost.set(std::move(cost));
    goals.basis.set(std::move(basis));
    goals.role.set(std::move(role), organization.roles().strings());
    goals.required.set(std::move(required));
    goals.objective.set(std::move(objective), organization.objectives().strings());
    goals.objectives.set(std::move(objectives));
    goals.exposure_removed.set(std::move(removed));
    goals.gain_share.set(std::move(share));
    goals.exposure_under_way.set(std::move(under_way));
    goals.start.set(std::move(start));
    goals.due.set(std::move(due));
    std::size_t l = 0;
    for (Column<bool>* letter :
         {&goals.specific, &goals.measurable, &goals.achievable, &goals.relevant, &goals.time_bound})
        letter->set(std::move(letters[l++]));
}

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
    std::size_t count = 0;
    for (const Piece& piece : pieces) count += piece.goals.size();
    Columns columns(count);
    std::vector<MilestoneRow> milestones;
    std::size_t k = 0;
    for (const Piece& piece : pieces) {
        for (const GoalRow& goal : piece.goals) columns.put(k++, goal, organization, catalog.risks, all);
        milestones.insert(milestones.end(), piece.milestones.begin(), piece.milestones.end());
    }
    WrittenGoals written;
    columns.hand_over(organization, written.goals);
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
