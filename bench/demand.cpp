#include "demand.h"

#include <mutex>

#include "base/parallel.h"
#include "measure.h"
#include "planning/duties.h"
#include "planning/search.h"

namespace gradus::bench {

Demand free_demand(const Organization& organization, const Risks& risks, const OptimizeOptions& options) {
    const Catalog catalog(organization, risks, options);
    std::vector<PersonId> everyone;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(organization.people().size()); ++i) everyone.emplace_back(i);
    const DutyRoster roster = place_duties(catalog, everyone, nullptr);
    // Per minor unit: a million in money weighs a ten-thousandth in value, where one person's plan is worth some units.
    const std::vector<double> prices(catalog.capacity.size(), 1e-12);

    Demand demand;
    demand.people.resize(organization.activities().size());
    std::vector<std::int64_t> minor_units(organization.units().size());
    std::mutex mutex;
    parallel_for(static_cast<std::int64_t>(everyone.size()), 256, threads, [&](std::int64_t first, std::int64_t last) {
        Search search(catalog);
        std::vector<ActivityId> taken;
        std::vector<std::int64_t> money(minor_units.size());
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
            search.draft.offer.open(everyone[i], roster.duties.empty() ? nullptr : &roster.duties[i]);
            Query query;
            query.group = static_cast<std::int32_t>(i);
            query.prices = prices;
            Choice best;
            std::int64_t nodes = 0;
            search.run(query, best, nodes);
            search.draft.begin(query);
            search.draft.replay(best.content);
            for (const Way& way : search.draft.chosen()) {
                taken.push_back(search.draft.offer.courses[static_cast<std::size_t>(way.course)].activity);
                money[static_cast<std::size_t>(organization->people.unit[i].value())] += way.fund_cost.minor_units();
            }
        }
        const std::lock_guard lock(mutex);
        for (const ActivityId activity : taken) ++demand.people[static_cast<std::size_t>(activity.value())];
        for (std::size_t unit = 0; unit < money.size(); ++unit) minor_units[unit] += money[unit];
    });
    for (const std::int64_t amount : minor_units) demand.money.push_back(static_cast<double>(amount) / 100);
    return demand;
}

}  // namespace gradus::bench
