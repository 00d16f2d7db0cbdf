#include "planning/verify_worth.h"

#include <algorithm>
#include <map>

namespace gradus::verification {

namespace {

std::size_t index(auto id) { return static_cast<std::size_t>(id.value()); }

}  // namespace

Worth::Worth(const Person& person, std::span<const ActivityId> activities)
    : teaches(activities.size()), topics_of(activities.size()) {
    const Case& of = person.of;
    const Relations& relations = of.organization.relations();

    // One subject per capability and mean: rows of risks from elsewhere may differ in the mean.
    std::map<CapabilityId, int> topic_of;
    std::map<std::pair<CapabilityId, double>, std::vector<Need>> needs;
    for (const std::size_t row : of.risks_of_person[person.id]) {
        const CapabilityId capability = of.risks.capability[row];
        const double range = relations.top[index(capability)] - relations.bottom[index(capability)];
        topic_of.emplace(capability, 0);
        needs[{capability, of.risks.mean[row]}].push_back(
            {of.risks.weight[row] * of.risks.impact[row] / range, of.risks.required[row], of.risks.sd[row]});
    }
    for (auto& [capability, number] : topic_of) number = topics++;

    std::map<CapabilityId, std::vector<std::pair<std::size_t, Lesson>>> lessons;  // activity given, lesson
    for (std::size_t a = 0; a < activities.size(); ++a)
        for (const std::size_t row : relations.outcomes_of_activity[activities[a]]) {
            const CapabilityId capability = of.tables.outcomes.capability[row];
            const auto wanted = topic_of.find(capability);
            if (wanted == topic_of.end()) continue;
            topics_of[a].push_back(wanted->second);
            lessons[capability].push_back(
                {a, {of.tables.outcomes.up_to[row], of.tables.outcomes.uplift[row], person.probability(row)}});
        }
    for (const auto& [key, rows] : needs) {
        std::vector<Lesson> own;
        for (const auto& [activity, lesson] : lessons[key.first]) {
            teaches[activity].emplace_back(static_cast<int>(subjects.size()), static_cast<int>(own.size()));
            own.push_back(lesson);
        }
        topic.push_back(topic_of[key.first]);
        subjects.emplace_back(key.second, rows, std::move(own));
    }
}

void give(std::vector<std::vector<Effect>>& effects, const std::vector<std::pair<int, int>>& teaches, double share) {
    for (const auto& [subject, lesson] : teaches) {
        auto& own = effects[static_cast<std::size_t>(subject)];
        own.insert(std::find_if(own.begin(), own.end(), [&](const Effect& e) { return e.share < share; }),
                   {share, lesson});
    }
}

}  // namespace gradus::verification
