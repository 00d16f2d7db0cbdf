#include "organization/relations.h"

#include <algorithm>
#include <numeric>
#include <queue>

#include "organization/checks.h"

namespace gradus {

namespace {

template <class Tag>
Forest forest_of(const Column<Id<Tag>>& parent) {
    std::vector<std::int32_t> parents;
    parents.reserve(parent.size());
    for (const Id<Tag> id : parent) parents.push_back(id.value());
    return Forest(std::move(parents));
}

/// Prerequisites before those who need them; of several possible orders, keys first.
std::vector<ActivityId> order_of(const ActivityPrerequisites& prerequisites, std::size_t activities) {
    std::vector<std::int32_t> waits(activities, 0);
    std::vector<std::vector<std::int32_t>> opens(activities);
    for (std::size_t row = 0; row < prerequisites.size(); ++row) {
        ++waits[static_cast<std::size_t>(prerequisites.activity[row].value())];
        opens[static_cast<std::size_t>(prerequisites.prerequisite[row].value())].push_back(
            prerequisites.activity[row].value());
    }
    std::priority_queue<std::int32_t, std::vector<std::int32_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < activities; ++i)
        if (waits[i] == 0) ready.push(static_cast<std::int32_t>(i));
    std::vector<ActivityId> order;
    for (; !ready.empty();) {
        const std::int32_t next = ready.top();
        ready.pop();
        order.emplace_back(next);
        for (const std::int32_t activity : opens[static_cast<std::size_t>(next)])
            if (--waits[static_cast<std::size_t>(activity)] == 0) ready.push(activity);
    }
    return order;
}

std::vector<SessionId> order_of(const Sessions& sessions) {
    std::vector<SessionId> order;
    for (std::size_t i = 0; i < sessions.size(); ++i) order.emplace_back(static_cast<std::int32_t>(i));
    std::sort(order.begin(), order.end(), [&](SessionId a, SessionId b) {
        const auto x = static_cast<std::size_t>(a.value()), y = static_cast<std::size_t>(b.value());
        return std::tuple(sessions.activity[x], sessions.first_day[x], a) <
               std::tuple(sessions.activity[y], sessions.first_day[y], b);
    });
    return order;
}

std::vector<std::vector<KindId>> kinds_of(const Programs& programs, const Keys& kinds) {
    std::vector<std::vector<KindId>> all(programs.size());
    for (std::size_t row = 0; row < programs.size(); ++row) {
        std::vector<KindId>& some = all[row];
        for_each_kind(programs.activity_kinds[row],
                      [&](std::string_view kind) { some.emplace_back(kinds.find(kind)); });
        std::sort(some.begin(), some.end());
        some.erase(std::unique(some.begin(), some.end()), some.end());
    }
    return all;
}

}  // namespace

Relations relate(const Tables& tables, const Keyring& keys) {
    const auto count = [&](std::string_view name) { return keys.find(name)->size(); };
    const std::size_t people = count("people"), activities = count("activities");
    Relations relations;
    relations.levels_of_scale = {tables.scales.scale, count("scales")};
    relations.requirements_of_role = {tables.requirements.role, count("roles")};
    relations.positions_of_person = {tables.positions.person, people};
    relations.target_roles_of_person = {tables.target_roles.person, people};
    relations.personal_goals_of_person = {tables.personal_goals.person, people};
    relations.preferences_of_person = {tables.preferences.person, people};
    relations.enrolments_of_person = {tables.enrolments.person, people};
    relations.accounts_of_person = {tables.accounts.person, people};
    relations.links_of_objective = {tables.objective_links.objective, count("objectives")};
    relations.outcomes_of_activity = {tables.outcomes.activity, activities};
    relations.prerequisites_of_activity = {tables.activity_prerequisites.activity, activities};
    relations.eligibility_of_activity = {tables.eligibility.activity, activities};
    relations.mandatory_of_activity = {tables.mandatory.activity, activities};

    relations.session_order = order_of(tables.sessions);
    std::vector<ActivityId> offered;
    for (const SessionId session : relations.session_order)
        offered.push_back(tables.sessions.activity[static_cast<std::size_t>(session.value())]);
    relations.sessions_of_activity = {offered, activities};
    relations.activity_order = order_of(tables.activity_prerequisites, activities);

    relations.capabilities = forest_of(tables.capabilities.parent);
    relations.units = forest_of(tables.units.parent);
    relations.funds = forest_of(tables.funds.parent);
    relations.objectives = forest_of(tables.objectives.parent);

    for (const ScaleId scale : tables.capabilities.scale) {
        const Rows levels = relations.levels_of_scale[scale];
        relations.bottom.push_back(tables.scales.position[static_cast<std::size_t>(levels.first)]);
        relations.top.push_back(tables.scales.position[static_cast<std::size_t>(levels.last - 1)]);
    }
    relations.activity_kinds = kinds_of(tables.programs, *keys.find("kind"));
    return relations;
}

}  // namespace gradus
