#include <gradus/agreement/program_stages.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <gradus/agreement/next_plan.h>

#include "agreement/handle.h"

namespace gradus {

namespace {

/// The states of each person's plans.
std::map<PersonId, std::set<PlanState>> states_of(const Agreements& agreements) {
    return agreements.data().read([&](Records& records, Store&, Ledger::Data::Parts&) {
        std::map<PersonId, std::set<PlanState>> states;
        for (const PlanRecord& plan : records.plans())
            if (const std::int32_t person = agreements.organization().people().find(plan.person); person >= 0)
                states[PersonId(person)].insert(plan.state);
        return states;
    });
}

bool is_agreed(PlanState state) {
    return state == PlanState::agreed || state == PlanState::active || state == PlanState::reviewed ||
           state == PlanState::closed;
}
bool is_planned(PlanState state) {
    return state != PlanState::declined && state != PlanState::withdrawn && state != PlanState::superseded;
}

}  // namespace

std::vector<PersonStage> program_stages(const Agreements& agreements) {
    std::vector<PersonStage> stages;
    for (const auto& [person, states] : states_of(agreements)) {
        const auto add = [&, who = person, &of = states](Stage stage, bool (*counts)(PlanState)) {
            if (std::any_of(of.begin(), of.end(), counts)) stages.push_back({who, ProgramId(), stage});
        };
        add(Stage::planned, is_planned);
        add(Stage::agreed, is_agreed);
        add(Stage::declined, [](PlanState state) { return state == PlanState::declined; });
    }
    return stages;
}

ProgramReport program_report(const Agreements& agreements, Moment at, std::span<const PersonId> informed) {
    std::vector<PersonStage> stages;
    for (const PersonId person : informed) stages.push_back({person, ProgramId(), Stage::informed});
    const std::vector<PersonStage> others = program_stages(agreements);
    stages.insert(stages.end(), others.begin(), others.end());
    return program_report(agreements.organization(), agreements.ledger(), at, stages);
}

Notices notices(const Agreements& agreements, Moment at, std::int32_t lead_days) {
    std::vector<PersonId> planned;
    for (const auto& [person, states] : states_of(agreements))
        if (std::any_of(states.begin(), states.end(),
                        [](PlanState state) { return is_planned(state) && state != PlanState::closed; }))
            planned.push_back(person);
    return notices(agreements.organization(), agreements.ledger(), at, lead_days, planned, sessions(agreements));
}

}  // namespace gradus
