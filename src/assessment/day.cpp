#include "assessment/day.h"

#include <algorithm>

#include "base/parallel.h"

namespace gradus {

Day::Day(const Organization& organization, Date day, int threads)
    : organization_(organization), date_(day), roles_(organization.people().size()) {
    parallel_for(static_cast<std::int64_t>(roles_.size()), 1 << 14, threads,
                 [&](std::int64_t first, std::int64_t last) {
                     for (std::int64_t i = first; i < last; ++i) {
                         const PersonId person(static_cast<std::int32_t>(i));
                         roles_[static_cast<std::size_t>(i)] =
                             takes_part(organization, person, day) ? role_at(organization, person, day) : RoleId();
                     }
                 });
    const Requirements& requirements = organization->requirements;
    first_.reserve(organization.roles().size() + 1);
    for (std::size_t role = 0; role < organization.roles().size(); ++role) {
        first_.push_back(needs_.size());
        for (const std::size_t row :
             organization.relations().requirements_of_role[RoleId(static_cast<std::int32_t>(role))])
            if (covers(requirements.valid_from[row], requirements.valid_to[row], day))
                needs_.push_back({requirements.capability[row], requirements.level[row], requirements.max_level[row],
                                  requirements.criticality[row]});
    }
    first_.push_back(needs_.size());
}

namespace {

/// `add(role)` puts down what a role needs; those of a role are sorted, each once.
template <class Add>
void collect(const Organization& organization, PersonId person, RoleId own_role, std::vector<CapabilityId>& into,
             Add&& add) {
    into.clear();
    add(own_role);
    const std::size_t own = into.size();
    for (const std::size_t row : organization.relations().target_roles_of_person[person])
        if (organization->target_roles.role[row] != own_role) add(organization->target_roles.role[row]);
    for (const std::size_t row : organization.relations().personal_goals_of_person[person])
        into.push_back(organization->personal_goals.capability[row]);
    if (into.size() == own) return;
    std::sort(into.begin(), into.end());
    into.erase(std::unique(into.begin(), into.end()), into.end());
}

}  // namespace

void Day::needed(PersonId person, std::vector<CapabilityId>& into) const {
    collect(organization_, person, role(person), into, [&](RoleId of) {
        for (const Need& need : needs(of)) into.push_back(need.capability);
    });
}

bool needed_on(const Organization& organization, PersonId person, Date day, std::vector<CapabilityId>& into) {
    const RoleId own = takes_part(organization, person, day) ? role_at(organization, person, day) : RoleId();
    if (!own) return false;
    const Requirements& requirements = organization->requirements;
    collect(organization, person, own, into, [&](RoleId of) {
        for (const std::size_t row : organization.relations().requirements_of_role[of])
            if (covers(requirements.valid_from[row], requirements.valid_to[row], day))
                into.push_back(requirements.capability[row]);
    });
    return true;
}

}  // namespace gradus
