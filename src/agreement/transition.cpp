#include <gradus/agreement/transition.h>

#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace gradus {

namespace {

constexpr std::uint8_t employee = 1, manager = 2, advisor = 4, administrator = 8;
constexpr std::uint8_t both = employee | manager, office = both | administrator, everyone = office | advisor;
constexpr std::uint8_t keeper = manager | administrator;

using enum PlanState;
using E = PlanEvent;

constexpr Transition steps[] = {
    {missing<PlanState>(), E::draft, office, draft},

    {draft, E::change, everyone, draft},
    {draft, E::propose, office, proposed},
    {draft, E::withdraw, office, withdrawn},
    {draft, E::name_advisor, office, draft},
    {draft, E::comment, everyone, draft},

    {proposed, E::agree, employee, employee_agreed},
    {proposed, E::agree, manager, manager_agreed},
    {proposed, E::decline, both, declined},
    {proposed, E::change, everyone, draft},
    {proposed, E::withdraw, office, withdrawn},
    {proposed, E::name_advisor, office, proposed},
    {proposed, E::comment, everyone, proposed},

    {employee_agreed, E::agree, manager, agreed},
    {employee_agreed, E::decline, both, declined},
    {employee_agreed, E::change, everyone, draft},
    {employee_agreed, E::withdraw, office, withdrawn},
    {employee_agreed, E::name_advisor, office, employee_agreed},
    {employee_agreed, E::comment, everyone, employee_agreed},

    {manager_agreed, E::agree, employee, agreed},
    {manager_agreed, E::decline, both, declined},
    {manager_agreed, E::change, everyone, draft},
    {manager_agreed, E::withdraw, office, withdrawn},
    {manager_agreed, E::name_advisor, office, manager_agreed},
    {manager_agreed, E::comment, everyone, manager_agreed},

    {agreed, E::start, office, active},
    {agreed, E::begin_item, office, active},
    {agreed, E::complete_item, keeper, active},
    {agreed, E::fail_item, keeper, active},
    {agreed, E::miss_item, keeper, active},
    {agreed, E::withdraw_item, office, agreed},
    {agreed, E::raise_item, office, agreed},
    {agreed, E::withdraw, office, withdrawn},
    {agreed, E::supersede, both, superseded},
    {agreed, E::name_advisor, office, agreed},
    {agreed, E::comment, everyone, agreed},

    {active, E::begin_item, office, active},
    {active, E::complete_item, keeper, active},
    {active, E::fail_item, keeper, active},
    {active, E::miss_item, keeper, active},
    {active, E::withdraw_item, office, active},
    {active, E::raise_item, office, active},
    {active, E::review, keeper, reviewed},
    {active, E::withdraw, office, withdrawn},
    {active, E::supersede, both, superseded},
    {active, E::name_advisor, office, active},
    {active, E::comment, everyone, active},

    {reviewed, E::start, office, active},
    {reviewed, E::begin_item, office, active},
    {reviewed, E::complete_item, keeper, active},
    {reviewed, E::fail_item, keeper, active},
    {reviewed, E::miss_item, keeper, active},
    {reviewed, E::withdraw_item, office, reviewed},
    {reviewed, E::raise_item, office, reviewed},
    {reviewed, E::review, keeper, reviewed},
    {reviewed, E::close, keeper, closed},
    {reviewed, E::supersede, both, superseded},
    {reviewed, E::name_advisor, office, reviewed},
    {reviewed, E::comment, everyone, reviewed},

    {closed, E::comment, everyone, closed},

    {declined, E::change, everyone, draft},
    {declined, E::withdraw, office, withdrawn},
    {declined, E::comment, everyone, declined},

    {withdrawn, E::comment, everyone, withdrawn},

    {superseded, E::complete_item, keeper, superseded},
    {superseded, E::fail_item, keeper, superseded},
    {superseded, E::miss_item, keeper, superseded},
    {superseded, E::withdraw_item, office, superseded},
    {superseded, E::raise_item, office, superseded},
    {superseded, E::comment, everyone, superseded},
};

}  // namespace

std::span<const Transition> transitions() { return steps; }

Transitions transition_table() {
    std::vector<PlanState> state, next;
    std::vector<PlanEvent> event;
    auto by = std::make_shared<Strings>();
    for (const Transition& step : steps) {
        state.push_back(step.from), event.push_back(step.event), next.push_back(step.to);
        std::string who;
        for (std::size_t actor = 0; actor < std::size(Words<Actor>::names); ++actor)
            if (step.allows(static_cast<Actor>(actor)))
                who += (who.empty() ? "" : ", ") + std::string(Words<Actor>::names[actor]);
        by->push_back(who);
    }
    Transitions table;
    table.state.set(Buffer(state)), table.event.set(Buffer(event)), table.by.set(by), table.next.set(Buffer(next));
    return table;
}

}  // namespace gradus
