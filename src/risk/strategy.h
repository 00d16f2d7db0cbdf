#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <gradus/organization/organization.h>

namespace gradus {

/// What the objectives add to the impact of each capability for each person.
///
/// Links are gathered once per capability that has any, strongest first; capabilities below share the list of the one
/// above. Where no link of a list has a scope, its weight is one number. Where some have, people of one role, unit and
/// persona share a number too, worked out when it is first asked for.
class Strategy {
public:
    Strategy(const Organization& organization, Date day, int threads);

    /// 1 + Σ over objectives of normalised weight × the strongest link of it or below it that holds for the person.
    /// Safe to call from several threads.
    double weight(PersonId person, CapabilityId capability) const {
        const std::int32_t list = list_of_[static_cast<std::size_t>(capability.value())];
        if (list < 0) return 1;
        const List& links = lists_[static_cast<std::size_t>(list)];
        return links.slot < 0 ? links.weight : scoped_weight(person, links);
    }
    /// The same as strongest_objective(), for many.
    ObjectiveId strongest(PersonId person, CapabilityId capability) const;
    /// An objective whose link holds, and what that adds: strength × the weights of the objective and of all above it.
    struct Served {
        ObjectiveId objective;
        double adds = 0;
    };
    /// Every objective that is linked to the capability for the person and gains something by it, by key; of several links
    /// of one the strongest counts.
    void serving(PersonId person, CapabilityId capability, std::vector<Served>& out) const;

private:
    struct List {
        std::vector<std::size_t> rows;  // of objective_links, strongest first
        double weight = 1;              // where no link has a scope
        std::int32_t slot = -1;         // place among the lists that have links with a scope
    };
    void make_lists();
    void classify(Date day, int threads);
    double scoped_weight(PersonId person, const List& list) const;
    double add_up(const List& list, PersonId person, RoleId role) const;
    bool holds_for(std::size_t row, PersonId person, RoleId role) const;

    Organization organization_;
    std::vector<double> weight_;   // by objective
    double total_ = 0;             // of the weights
    std::vector<bool> has_scope_;  // by row of objective_links
    std::vector<std::int32_t> list_of_;
    std::vector<List> lists_;
    bool scoped_ = false;
    std::size_t slots_ = 0;
    std::vector<RoleId> roles_;        // by person, if any link has a scope
    std::vector<std::int32_t> class_;  // by person; -1: links that name the person or a target role concern them
    std::unique_ptr<std::atomic<double>[]> cache_;  // class × slot; 0: not asked for yet
};

}  // namespace gradus
