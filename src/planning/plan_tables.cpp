#include "planning/plan_tables.h"

#include <algorithm>
#include <cmath>

namespace gradus {
namespace {

template <class T>
Buffer<T> one(T value) {
    return Buffer<T>(1, value);
}

}  // namespace

void tabulate_resources(const Catalog& catalog, std::span<const std::int64_t> used, const UnitValues& values,
                        Plan& plan) {
    const std::size_t count = catalog.capacity.size();
    const double minor = std::pow(10.0, catalog.organization.relations().minor_digits);
    Buffer<ResourceKind> kind(count);
    Buffer<ResourceId> resource(count);
    Buffer<Amount> capacity(count), taken(count);
    Buffer<double> price(count), one_more(count), one_fewer(count);
    Buffer<bool> binding(count);
    auto keys = std::make_shared<Strings>();
    for (std::size_t r = 0; r < count; ++r) {
        const bool fund = r < static_cast<std::size_t>(catalog.funds);
        kind[r] = fund ? ResourceKind::fund : ResourceKind::session;
        keys->push_back(fund ? catalog.organization.funds()[r]
                             : catalog.organization.sessions()[catalog.seat_session[r - catalog.funds].value()]);
        resource[r] = ResourceId(static_cast<std::int32_t>(r));
        capacity[r] = Amount(catalog.capacity[r]);
        taken[r] = Amount(used[r]);
        const auto per_unit = [&](std::span<const double> by) {
            return by.empty() ? missing<double>() : by[r] * (fund ? minor : 1.0);
        };
        price[r] = per_unit(values.prices);
        one_more[r] = per_unit(values.one_more);
        one_fewer[r] = per_unit(values.one_fewer);
        binding[r] = price[r] > 0;
    }
    plan.resources.kind.set(std::move(kind));
    plan.resources.resource.set(std::move(resource), std::move(keys));
    plan.resources.capacity.set(std::move(capacity));
    plan.resources.used.set(std::move(taken));
    plan.resources.price.set(std::move(price));
    plan.resources.one_more.set(std::move(one_more));
    plan.resources.one_fewer.set(std::move(one_fewer));
    plan.resources.binding.set(std::move(binding));
}

void tabulate_certificate(double value, double bound, double price_bound, PlanStatus ended, Plan& plan) {
    const std::size_t conflicts = plan.conflicts.size();
    plan.certificate.status.set(one(conflicts == 0 ? ended : PlanStatus::conflicts));
    plan.certificate.value.set(one(value));
    plan.certificate.bound.set(one(bound));
    plan.certificate.gap.set(one((bound - value) / std::max(std::abs(bound), 1e-9)));
    plan.certificate.bound_kind.set(one(bound < price_bound ? BoundKind::search : BoundKind::prices));
    plan.certificate.price_bound.set(one(price_bound));
    plan.certificate.stop_reason.set(one(ended));
    plan.certificate.people.set(one(static_cast<std::int32_t>(plan.people.size())));
    plan.certificate.items.set(one(static_cast<std::int32_t>(plan.items.size())));
    plan.certificate.conflicts.set(one(static_cast<std::int32_t>(conflicts)));
}

OptionsJson options_json(const OptimizeOptions& options) {
    OptionsJson json;
    json.add("start", options.start)
        .add("months", double(options.months))
        .add("period_months", double(options.period_months));
    if (options.max_activities) json.add("max_activities", double(*options.max_activities));
    if (options.max_capabilities) json.add("max_capabilities", double(*options.max_capabilities));
    if (options.max_of_a_kind) json.add("max_of_a_kind", double(*options.max_of_a_kind));
    json.add("allow_overlap", options.allow_overlap).add("gap", options.gap);
    if (options.change_cost > 0) json.add("change_cost", options.change_cost);
    if (options.work_limit) json.add("work_limit", *options.work_limit);
    if (options.time_limit) json.add("time_limit", *options.time_limit);
    return json;
}

void sign(const Stage& stage, const Catalog& catalog, const OptionsJson& options, int threads, Plan& plan) {
    for (Table* table : {static_cast<Table*>(&plan.items), static_cast<Table*>(&plan.people),
                         static_cast<Table*>(&plan.goals), static_cast<Table*>(&plan.resources),
                         static_cast<Table*>(&plan.conflicts), static_cast<Table*>(&plan.certificate)})
        stage.sign(*table, options, catalog.as_of, threads);
    plan.provenance = plan.certificate.provenance;
}

}  // namespace gradus
