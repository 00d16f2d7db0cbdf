#include "planning/goal_columns.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/day_text.h"
#include "planning/level_name.h"

namespace gradus {
namespace {

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

}  // namespace

void tabulate(const Organization& organization, const Risks& risks, const std::vector<GoalRow>& rows, double all,
              Goals& goals) {
    Columns columns(rows.size());
    for (std::size_t k = 0; k < rows.size(); ++k) columns.put(k, rows[k], organization, risks, all);
    columns.hand_over(organization, goals);
}

}  // namespace gradus
