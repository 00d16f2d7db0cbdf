#include "risk/strategy.h"

#include <gradus/risk/risk.h>

#include <algorithm>
#include <unordered_map>

#include "base/parallel.h"

namespace gradus {

namespace {

double or_else(double value, double fallback) { return is_missing(value) ? fallback : value; }

// What a link adds: its strength × the weights of its objective and of all above it, which it serves too.
double served(const Organization& organization, std::size_t row) {
    double weight = 0;
    for (std::int32_t o = organization->objective_links.objective[row].value(); o >= 0;
         o = organization.relations().objectives.parent(o))
        weight += or_else(organization->objectives.weight[static_cast<std::size_t>(o)], 1);
    return weight * or_else(organization->objective_links.strength[row], 1);
}

/// Of the links it is shown, the objective of the one that adds most; of equals the first key.
struct Strongest {
    ObjectiveId objective;
    double most = 0;

    template <class Holds>
    void consider(const Organization& organization, std::size_t row, Holds&& holds) {
        const ObjectiveId candidate = organization->objective_links.objective[row];
        const double adds = served(organization, row);
        const bool better = adds > most || (adds == most && candidate < objective);
        if (!better || adds == 0 || !holds()) return;
        objective = candidate;
        most = adds;
    }
};

// Beyond this the weights of people with links for some only are worked out anew each time.
constexpr std::size_t most_cached = std::size_t{1} << 24;

}  // namespace

Strategy::Strategy(const Organization& organization, Date day, int threads)
    : organization_(organization), weight_(organization.objectives().size()),
      has_scope_(organization->objective_links.size()), list_of_(organization.capabilities().size(), -1) {
    for (std::size_t o = 0; o < weight_.size(); ++o)
        total_ += weight_[o] = or_else(organization->objectives.weight[o], 1);
    make_lists();
    if (scoped_) classify(day, threads);
}

void Strategy::make_lists() {
    const ObjectiveLinks& links = organization_->objective_links;
    const Scope& scope = links.scope;
    std::vector<std::vector<std::size_t>> own(list_of_.size());
    for (std::size_t row = 0; row < links.size(); ++row) {
        own[static_cast<std::size_t>(links.capability[row].value())].push_back(row);
        has_scope_[row] =
            scope.role[row] || scope.target_role[row] || scope.unit[row] || scope.persona[row] || scope.person[row];
    }
    const Forest& capabilities = organization_.relations().capabilities;
    for (const std::int32_t node : capabilities.order()) {
        const auto capability = static_cast<std::size_t>(node);
        const std::int32_t parent = capabilities.parent(node);
        const std::int32_t above = parent < 0 ? -1 : list_of_[static_cast<std::size_t>(parent)];
        list_of_[capability] = above;
        if (own[capability].empty()) continue;
        List list;
        list.rows = own[capability];
        if (above >= 0) {
            const List& inherited = lists_[static_cast<std::size_t>(above)];
            list.rows.insert(list.rows.end(), inherited.rows.begin(), inherited.rows.end());
        }
        std::sort(list.rows.begin(), list.rows.end(), [&](std::size_t a, std::size_t b) {
            const double sa = or_else(links.strength[a], 1), sb = or_else(links.strength[b], 1);
            return sa != sb ? sa > sb : a < b;
        });
        if (std::any_of(list.rows.begin(), list.rows.end(), [&](std::size_t row) { return has_scope_[row]; }))
            list.slot = static_cast<std::int32_t>(slots_++);
        else
            list.weight = add_up(list, PersonId(), RoleId());
        list_of_[capability] = static_cast<std::int32_t>(lists_.size());
        lists_.push_back(std::move(list));
    }
    scoped_ = slots_ > 0;
}

void Strategy::classify(Date day, int threads) {
    const People& people = organization_->people;
    const TargetRoles& targets = organization_->target_roles;
    const Scope& scope = organization_->objective_links.scope;
    const Relations& relations = organization_.relations();
    std::vector<bool> named(people.size()), aimed_at(organization_.roles().size());
    for (std::size_t row = 0; row < has_scope_.size(); ++row) {
        if (scope.person[row]) named[static_cast<std::size_t>(scope.person[row].value())] = true;
        if (scope.target_role[row]) aimed_at[static_cast<std::size_t>(scope.target_role[row].value())] = true;
    }
    for (std::size_t row = 0; row < targets.size(); ++row)
        if (aimed_at[static_cast<std::size_t>(targets.role[row].value())])
            named[static_cast<std::size_t>(targets.person[row].value())] = true;

    roles_.resize(people.size());
    parallel_for(static_cast<std::int64_t>(people.size()), 1 << 14, threads,
                 [&](std::int64_t first, std::int64_t last) {
                     for (std::int64_t i = first; i < last; ++i)
                         roles_[static_cast<std::size_t>(i)] =
                             role_at(organization_, PersonId(static_cast<std::int32_t>(i)), day);
                 });
    const auto units = static_cast<std::uint64_t>(relations.units.size()) + 1;
    const auto personas = static_cast<std::uint64_t>(organization_.keys(PersonaId::table).size()) + 1;
    std::unordered_map<std::uint64_t, std::int32_t> classes;
    class_.assign(people.size(), -1);
    for (std::size_t i = 0; i < people.size(); ++i) {
        if (named[i]) continue;
        const auto part = [](auto id) { return static_cast<std::uint64_t>(id.value() + 1); };
        const std::uint64_t key = (part(roles_[i]) * units + part(people.unit[i])) * personas + part(people.persona[i]);
        class_[i] = classes.try_emplace(key, static_cast<std::int32_t>(classes.size())).first->second;
    }
    if (classes.size() * slots_ <= most_cached)
        cache_ = std::make_unique<std::atomic<double>[]>(classes.size() * slots_);
}

double Strategy::scoped_weight(PersonId person, const List& list) const {
    const auto p = static_cast<std::size_t>(person.value());
    if (!cache_ || class_[p] < 0) return add_up(list, person, roles_[p]);
    // Two threads may work out the same number at once; they store the same bits.
    std::atomic<double>& cached =
        cache_[static_cast<std::size_t>(class_[p]) * slots_ + static_cast<std::size_t>(list.slot)];
    double weight = cached.load(std::memory_order_relaxed);
    if (weight == 0) {
        weight = add_up(list, person, roles_[p]);
        cached.store(weight, std::memory_order_relaxed);
    }
    return weight;
}

bool Strategy::holds_for(std::size_t row, PersonId person, RoleId role) const {
    return !has_scope_[row] || holds(organization_, organization_->objective_links.scope, row, person, role);
}

double Strategy::add_up(const List& list, PersonId person, RoleId role) const {
    const ObjectiveLinks& links = organization_->objective_links;
    const Forest& objectives = organization_.relations().objectives;
    // Strongest first: an objective's first link is the one that counts, for it and for those above it.
    thread_local std::vector<std::int32_t> reached;
    thread_local std::vector<bool> seen;
    if (seen.size() < weight_.size()) seen.resize(weight_.size());
    reached.clear();
    reached.reserve(weight_.size());  // nothing may throw between marking and clearing
    double sum = 0;
    for (const std::size_t row : list.rows) {
        if (!holds_for(row, person, role)) continue;
        const double strength = or_else(links.strength[row], 1);
        for (std::int32_t o = links.objective[row].value(); o >= 0; o = objectives.parent(o)) {
            const auto objective = static_cast<std::size_t>(o);
            if (seen[objective]) break;  // and so are all above it
            seen[objective] = true;
            reached.push_back(o);
            sum += weight_[objective] * strength;
        }
    }
    for (const std::int32_t o : reached) seen[static_cast<std::size_t>(o)] = false;
    return std::min(1 + sum / total_, 2.0);  // one division: rounded shares could cross the edge of a band
}

ObjectiveId Strategy::strongest(PersonId person, CapabilityId capability) const {
    const std::int32_t list = list_of_[static_cast<std::size_t>(capability.value())];
    if (list < 0) return {};
    const RoleId role = scoped_ ? roles_[static_cast<std::size_t>(person.value())] : RoleId();
    Strongest best;
    for (const std::size_t row : lists_[static_cast<std::size_t>(list)].rows)
        best.consider(organization_, row, [&] { return holds_for(row, person, role); });
    return best.objective;
}

void Strategy::serving(PersonId person, CapabilityId capability, std::vector<Served>& out) const {
    out.clear();
    const std::int32_t list = list_of_[static_cast<std::size_t>(capability.value())];
    if (list < 0) return;
    const RoleId role = scoped_ ? roles_[static_cast<std::size_t>(person.value())] : RoleId();
    // Strongest first: an objective's first link is the one that counts.
    for (const std::size_t row : lists_[static_cast<std::size_t>(list)].rows) {
        const ObjectiveId objective = organization_->objective_links.objective[row];
        const auto known = [&](const Served& other) { return other.objective == objective; };
        if (std::any_of(out.begin(), out.end(), known) || !holds_for(row, person, role)) continue;
        if (const double adds = served(organization_, row); adds > 0) out.push_back({objective, adds});
    }
    std::sort(out.begin(), out.end(), [](const Served& a, const Served& b) { return a.objective < b.objective; });
}

ObjectiveId strongest_objective(const Organization& organization, PersonId person, CapabilityId capability,
                                Date as_of) {
    const ObjectiveLinks& links = organization->objective_links;
    if (links.size() == 0) return {};
    const Forest& capabilities = organization.relations().capabilities;
    const RoleId role = role_at(organization, person, as_of);
    Strongest best;
    for (std::size_t row = 0; row < links.size(); ++row)
        if (capabilities.holds(links.capability[row].value(), capability.value()))
            best.consider(organization, row, [&] { return holds(organization, links.scope, row, person, role); });
    return best.objective;
}

}  // namespace gradus
