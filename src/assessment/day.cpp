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

void Day::needed(PersonId person, std::vector<CapabilityId>& into) const {
    into.clear();
    const auto add = [&](RoleId role) {
        for (const Need& need : needs(role)) into.push_back(need.capability);
    };
    add(role(person));
    const std::size_t own = into.size();
    for_each_target(person, [&](std::size_t row) { add(organization_->target_roles.role[row]); });
    for (const std::size_t row : organization_.relations().personal_goals_of_person[person])
        into.push_back(organization_->personal_goals.capability[row]);
    if (into.size() == own) return;  // the needs of a role are sorted and unique
    std::sort(into.begin(), into.end());
    into.erase(std::unique(into.begin(), into.end()), into.end());
}

}  // namespace gradus
