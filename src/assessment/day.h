#pragma once

#include <span>
#include <vector>

#include <gradus/organization/organization.h>

namespace gradus {

/// A requirement as it stands on one day.
struct Need {
    CapabilityId capability;
    double level;
    double max_level;  // missing: none
    double criticality;
};

/// The organisation on one day: who takes part in which role, and what each role needs.
class Day {
public:
    Day(const Organization& organization, Date day, int threads);

    Date date() const { return date_; }
    /// The own role of a person; none: takes no part.
    RoleId role(PersonId person) const { return roles_[static_cast<std::size_t>(person.value())]; }
    /// Sorted by capability.
    std::span<const Need> needs(RoleId role) const {
        const auto r = static_cast<std::size_t>(role.value());
        return {needs_.data() + first_[r], needs_.data() + first_[r + 1]};
    }
    /// Calls visit(row of target_roles) for every role aimed at that is not the own one already.
    template <class Visit>
    void for_each_target(PersonId person, Visit&& visit) const {
        for (const std::size_t row : organization_.relations().target_roles_of_person[person])
            if (organization_->target_roles.role[row] != role(person)) visit(row);
    }
    /// The capabilities that the own role, the roles aimed at and the person's own goals need: ascending, each once.
    void needed(PersonId person, std::vector<CapabilityId>& into) const;

private:
    Organization organization_;
    Date date_;
    Buffer<RoleId> roles_;
    std::vector<std::size_t> first_;
    std::vector<Need> needs_;
};

/// The same as Day::needed() of that day, of one person, without a look at anybody else. False: takes no part then.
bool needed_on(const Organization& organization, PersonId person, Date day, std::vector<CapabilityId>& into);

/// True if the day lies in [from, to); an absent end is open.
inline bool covers(Date from, Date to, Date day) {
    return from <= day && (is_missing(to) || day < to);  // a missing `from` is the earliest date there is
}

}  // namespace gradus
