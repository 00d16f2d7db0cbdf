#include <gradus/risk/concentration.h>

#include <algorithm>
#include <limits>
#include <mutex>

#include "assessment/day.h"
#include "assessment/people_rows.h"
#include "assessment/stage.h"
#include "risk/beliefs.h"
#include "risk/exact_sum.h"

namespace gradus {

namespace {

/// A level that own roles require, and how many people they are.
struct Wanted {
    CapabilityId capability;
    double level;
    std::int32_t required_by;
};

/// Sorted by capability, level; each once.
std::vector<Wanted> wanted_levels(const Organization& organization, const Day& day) {
    std::vector<std::int32_t> people_in(organization.roles().size(), 0);
    for (std::size_t i = 0; i < organization.people().size(); ++i)
        if (const RoleId role = day.role(PersonId(static_cast<std::int32_t>(i))))
            ++people_in[static_cast<std::size_t>(role.value())];
    std::vector<Wanted> all;
    for (std::size_t role = 0; role < people_in.size(); ++role)
        if (people_in[role] > 0)
            for (const Need& need : day.needs(RoleId(static_cast<std::int32_t>(role))))
                all.push_back({need.capability, need.level, people_in[role]});
    std::sort(all.begin(), all.end(), [](const Wanted& a, const Wanted& b) {
        return a.capability != b.capability ? a.capability < b.capability : a.level < b.level;
    });
    std::vector<Wanted> levels;
    for (const Wanted& wanted : all) {
        // A role needs at most one level of a capability at a time, so nobody is counted twice.
        if (!levels.empty() && levels.back().capability == wanted.capability && levels.back().level == wanted.level)
            levels.back().required_by += wanted.required_by;
        else
            levels.push_back(wanted);
    }
    return levels;
}

}  // namespace

Concentration concentration(const Organization& organization, const Estimates& estimates,
                            const ConcentrationOptions& options) {
    Stage stage("concentration");
    stage.input(organization.digest()).input(estimates.provenance.digest);
    const Date as_of = as_of_or(options.as_of, estimates);
    if (!(options.cover > 0 && options.cover <= std::numeric_limits<double>::max()))
        refuse_option("cover", options.cover, "a number above 0");
    check_keys(estimates, estimates.person, organization.people());
    check_keys(estimates, estimates.capability, organization.capabilities());

    const Day day(organization, as_of, options.threads);
    const std::vector<Wanted> levels = wanted_levels(organization, day);
    std::vector<std::size_t> first_of(organization.capabilities().size() + 1, 0);
    for (const Wanted& wanted : levels) ++first_of[static_cast<std::size_t>(wanted.capability.value()) + 1];
    for (std::size_t c = 1; c < first_of.size(); ++c) first_of[c] += first_of[c - 1];

    const Grid grid(1);
    std::vector<int128> holders(levels.size(), 0);
    std::mutex mutex;  // exact sums: the order in which pieces are added does not matter
    const auto people = static_cast<std::int64_t>(organization.people().size());
    constexpr std::int64_t chunk = 1 << 13;
    parallel_for(people, chunk, options.threads, [&](std::int64_t first, std::int64_t last) {
        std::vector<int128> found(levels.size(), 0);
        Beliefs beliefs(organization, as_of, estimates, options.credit_completed,
                        PersonId(static_cast<std::int32_t>(first)));
        for (std::int64_t i = first; i < last; ++i) {
            const PersonId person(static_cast<std::int32_t>(i));
            if (!day.role(person)) continue;
            beliefs.person(person);
            beliefs.for_each_rated([&](CapabilityId capability, const Belief& belief) {
                const auto c = static_cast<std::size_t>(capability.value());
                for (std::size_t k = first_of[c]; k < first_of[c + 1]; ++k)
                    found[k] += grid.units(1 - likelihood_below(levels[k].level, belief.mean, belief.sd));
            });
        }
        const std::lock_guard lock(mutex);
        for (std::size_t k = 0; k < levels.size(); ++k) holders[k] += found[k];
    });

    Buffer<CapabilityId> capability(levels.size());
    Buffer<double> level(levels.size()), held(levels.size());
    Buffer<std::int32_t> required_by(levels.size());
    Buffer<bool> single_point(levels.size());
    for (std::size_t k = 0; k < levels.size(); ++k) {
        capability[k] = levels[k].capability;
        level[k] = levels[k].level;
        required_by[k] = levels[k].required_by;
        held[k] = grid.value(holders[k]);
        single_point[k] = held[k] < options.cover;
    }
    Concentration result;
    result.capability.set(std::move(capability), organization.capabilities().strings());
    result.level.set(std::move(level));
    result.required_by.set(std::move(required_by));
    result.holders.set(std::move(held));
    result.single_point.set(std::move(single_point));
    stage.sign(
        result,
        OptionsJson().add("as_of", as_of).add("cover", options.cover).add("credit_completed", options.credit_completed),
        as_of, thread_count((people + chunk - 1) / chunk, options.threads));
    return result;
}

}  // namespace gradus
