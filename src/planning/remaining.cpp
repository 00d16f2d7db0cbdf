#include "planning/remaining.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "planning/describe.h"

namespace gradus {
namespace {

// The same items, whatever else is said of them: in both the order is by last day, then activity.
bool same(const Holding& a, const Holding& b) {
    if (a.size() != b.size()) return false;
    const auto key = [](const Holding& of, std::size_t i) {
        const std::size_t row = of.first + i;
        const auto session = row < of.items.session.size() ? of.items.session[row] : SessionId();
        return std::tuple(of.items.activity[row], session, of.items.first_day[row], of.pinned(row));
    };
    for (std::size_t i = 0; i < a.size(); ++i)
        if (key(a, i) != key(b, i)) return false;
    return true;
}

struct Lack {
    std::int32_t resource;  // -1: the proposal is stale
    std::int64_t left = 0, demanded = 0;
};

Refusal refusal(const Desk::Data& desk, const std::vector<Lack>& lacks) {
    const std::size_t n = lacks.size();
    Buffer<Cause> cause(n);
    Buffer<ResourceKind> kind(n);
    Buffer<ResourceId> resource(n);
    Buffer<Amount> left(n), demanded(n), lacking(n);
    for (std::size_t i = 0; i < n; ++i) {
        const Lack& lack = lacks[i];
        const bool stale = lack.resource < 0;
        const auto amount = [&](std::int64_t units) { return stale ? missing<Amount>() : Amount(units); };
        cause[i] = stale ? Cause::stale : Cause::lack;
        kind[i] = stale ? missing<ResourceKind>() : desk.kind(lack.resource);
        resource[i] = ResourceId(lack.resource);
        left[i] = amount(lack.left);
        demanded[i] = amount(lack.demanded);
        lacking[i] = amount(lack.demanded - lack.left);
    }
    Refusal table;
    table.cause.set(std::move(cause));
    table.kind.set(std::move(kind));
    table.resource.set(std::move(resource), desk.resources);
    table.left.set(std::move(left));
    table.demanded.set(std::move(demanded));
    table.lacking.set(std::move(lacking));
    return table;
}

Holding all_of(const PlanItems& items) { return {items, 0, items.size()}; }

}  // namespace

Holding Remaining::Data::holding(PersonId person) const {
    const auto found = holdings.find(person.value());
    return found == holdings.end() ? desk.data().holding(person) : found->second;
}

void Remaining::Data::look(PersonId person, Holding& held, std::vector<std::int64_t>& left_then) const {
    const std::lock_guard lock(mutex);
    held = holding(person);
    left_then = left;
}

Refusal Remaining::Data::swap(PersonId person, const Holding& from, const Holding& to) {
    const Desk::Data& of = desk.data();
    std::vector<std::pair<std::int32_t, std::int64_t>> changes;  // by resource, as they come
    for (const auto& [holding, sign] : {std::pair(&from, std::int64_t{-1}), std::pair(&to, std::int64_t{1})})
        for (std::size_t row = holding->first; row < holding->last; ++row)
            if (!holding->pinned(row))
                of.uses(holding->items, row, [&changes, sign = sign](std::int32_t resource, std::int64_t amount) {
                    changes.push_back({resource, sign * amount});
                });
    std::sort(changes.begin(), changes.end());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (kept > 0 && changes[kept - 1].first == changes[i].first)
            changes[kept - 1].second += changes[i].second;
        else
            changes[kept++] = changes[i];
    }
    changes.resize(kept);

    // All that may fail for want of memory comes before the change.
    Refusal none = refusal(of, {});
    Holding next = to;
    std::vector<Lack> lacks;
    {
        const std::lock_guard lock(mutex);
        if (!same(holding(person), from)) {
            lacks.push_back({-1});
        } else {
            for (const auto& [resource, more] : changes)
                if (more > 0 && more > left[static_cast<std::size_t>(resource)])
                    lacks.push_back({resource, left[static_cast<std::size_t>(resource)], more});
            if (lacks.empty()) {
                holdings[person.value()] = std::move(next);
                for (const auto& [resource, more] : changes) left[static_cast<std::size_t>(resource)] -= more;
                return none;
            }
        }
    }
    return refusal(of, lacks);
}

namespace {

PersonId checked(const Remaining::Data& data, const Proposal& proposal) {
    if (proposal.desk != data.desk.digest() || proposal.summary.size() != 1)
        throw Error(Code::invalid_argument, "the proposal was made for another plan", "proposal", 0, "person");
    return proposal.summary.person[0];
}

}  // namespace

Remaining::Remaining(const Desk& desk) : data_(std::make_unique<Data>(desk)) {}
Remaining::~Remaining() = default;
Remaining::Remaining(Remaining&&) noexcept = default;
Remaining& Remaining::operator=(Remaining&&) noexcept = default;

const Desk& Remaining::desk() const { return data_->desk; }

Refusal Remaining::try_take(const Proposal& proposal) {
    const PersonId person = checked(*data_, proposal);
    return data_->swap(person, all_of(proposal.held), all_of(proposal.items));
}

Refusal Remaining::give_back(const Proposal& proposal) {
    const PersonId person = checked(*data_, proposal);
    return data_->swap(person, all_of(proposal.items), all_of(proposal.held));
}

RemainingResources Remaining::resources() const {
    const Desk::Data& of = data_->desk.data();
    std::vector<std::int64_t> now;
    {
        const std::lock_guard lock(data_->mutex);
        now = data_->left;
    }
    const std::size_t n = now.size();
    Buffer<ResourceKind> kind(n);
    Buffer<ResourceId> resource(n);
    Buffer<Amount> capacity(n), used(n), left(n);
    Buffer<double> price(n);
    for (std::size_t r = 0; r < n; ++r) {
        const auto id = static_cast<std::int32_t>(r);
        kind[r] = of.kind(id);
        resource[r] = ResourceId(id);
        capacity[r] = Amount(of.catalog.capacity[r]);
        used[r] = Amount(of.catalog.capacity[r] - now[r]);
        left[r] = Amount(now[r]);
        price[r] = of.unit_price(id);
    }
    RemainingResources table;
    table.kind.set(std::move(kind));
    table.resource.set(std::move(resource), of.resources);
    table.capacity.set(std::move(capacity));
    table.used.set(std::move(used));
    table.left.set(std::move(left));
    table.price.set(std::move(price));
    return table;
}

PlanItems Remaining::items() const {
    const Desk::Data& of = data_->desk.data();
    std::vector<std::pair<std::int32_t, Holding>> changed;
    {
        const std::lock_guard lock(data_->mutex);
        changed.assign(data_->holdings.begin(), data_->holdings.end());
    }
    std::sort(changed.begin(), changed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Item> items;
    std::vector<double> gains;
    std::vector<Reason> reasons;
    const auto add = [&](const PlanItems& from, std::size_t row) {
        items.push_back(item_of(from, row));
        gains.push_back(row < from.gain.size() ? from.gain[row] : missing<double>());
        reasons.push_back(row < from.reason.size() ? from.reason[row] : missing<Reason>());
    };
    std::size_t row = 0;
    const PlanItems& plan = of.plan.items;
    const auto add_until = [&](std::int32_t person) {
        for (; row < plan.size() && plan.person[row].value() < person; ++row) add(plan, row);
    };
    for (const auto& [person, holding] : changed) {
        add_until(person);
        while (row < plan.size() && plan.person[row].value() == person) ++row;
        for (std::size_t i = holding.first; i < holding.last; ++i) add(holding.items, i);
    }
    add_until(static_cast<std::int32_t>(of.catalog.organization.people().size()));
    PlanItems table;
    tabulate(of.catalog.organization, items, Buffer<double>(gains), Buffer<Reason>(reasons), table);
    return table;
}

}  // namespace gradus
