#include "assessment/day.h"

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

}  // namespace gradus
