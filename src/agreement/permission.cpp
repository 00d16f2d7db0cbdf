#include "agreement/permission.h"

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "account/wording.h"

namespace gradus {

std::optional<Stop> not_permitted(const Organization& organization, const PlanRequest& request, const PlanRecord& plan,
                                  PlanEvent event, PlanState& next) {
    std::vector<std::string_view> states, actors;
    const Transition* taken = nullptr;
    for (const Transition& transition : transitions()) {
        if (transition.event != event) continue;
        if (transition.from != plan.state) {
            const bool told = !states.empty() && states.back() == word(transition.from);  // once for each actor
            if (!is_missing(transition.from) && !told) states.push_back(word(transition.from));
            continue;
        }
        for (std::size_t actor = 0; actor < std::size(Words<Actor>::names); ++actor)
            if (transition.allows(static_cast<Actor>(actor))) actors.push_back(Words<Actor>::names[actor]);
        if (transition.allows(request.as)) taken = &transition;
    }
    const std::string what(word(event));
    if (actors.empty())
        return Stop{"state", plan_name(plan.plan) + " is " + std::string(word(plan.state)) +
                                 ", and cannot take the step " + what + ". Possible: " + what + " when it is " +
                                 listed(states)};
    const bool again =
        event == PlanEvent::agree && ((plan.state == PlanState::employee_agreed && request.as == Actor::employee) ||
                                      (plan.state == PlanState::manager_agreed && request.as == Actor::manager));
    if (again)
        return Stop{"who", "the " + std::string(word(request.as)) + " has agreed to " + plan_name(plan.plan) +
                               " already. Possible: by " + listed(actors)};
    if (!taken)
        return Stop{"who", what + " of a plan that is " +
                               (is_missing(plan.state) ? "new" : std::string(word(plan.state))) + " is not for the " +
                               std::string(word(request.as)) + ". Possible: by " + listed(actors)};
    next = taken->to;
    const auto not_them = [&](const std::string& who) {
        return Stop{"who", quoted(request.by) + " is not the " + std::string(word(request.as)) + " of " +
                               plan_name(plan.plan) + ". Possible: by " + who};
    };
    if (request.as == Actor::employee && request.by != plan.person) return not_them(quoted(plan.person));
    if (request.as == Actor::advisor && (plan.advisor.empty() || request.by != plan.advisor))
        return not_them(plan.advisor.empty() ? "one who was named first (name_advisor)" : quoted(plan.advisor));
    if (request.as == Actor::manager) {
        const std::int32_t person = organization.people().find(plan.person);
        const PersonId manager =
            person < 0 ? PersonId() : organization->people.manager[static_cast<std::size_t>(person)];
        if (!manager)
            return not_them("a manager, and the organisation has none for " + quoted(plan.person) +
                            ": give people.manager first");
        const std::string_view key = organization.people()[static_cast<std::size_t>(manager.value())];
        if (request.by != key) return not_them(quoted(key));
    }
    return std::nullopt;
}

}  // namespace gradus
