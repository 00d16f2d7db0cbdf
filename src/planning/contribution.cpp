#include "planning/contribution.h"

#include <algorithm>
#include <cmath>

namespace gradus {
namespace {

constexpr double nothing = 1e-12;  // of exposure: rounding errors

}  // namespace

std::int64_t part_of(std::int64_t total, double from, double to) {
    const auto up_to = [&](double share) {
        return share >= 1 ? total : static_cast<std::int64_t>(std::llround(static_cast<double>(total) * share));
    };
    return up_to(to) - up_to(from);
}

void Contributions::open(std::span<const Item> items) {
    told_ = tell(draft_.offer, items);
    find_weights(items);
    lend_weights(items);
    split(items);
}

// As gains are counted: what is under way first, then each item beside those before it.
void Contributions::find_weights(std::span<const Item> items) {
    Benefit& benefit = draft_.offer.benefit;
    weights_.assign(items.size(), {});
    for (std::size_t i = 0; i < items.size(); ++i) benefit.deactivate(static_cast<std::int32_t>(i));
    for (const bool under_way : {true, false})
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (pinned(i) != under_way) continue;
            const auto entry = static_cast<std::int32_t>(i);
            const double share = draft_.offer.catalog.share(items[i].last);
            benefit.parts(entry, share, found_);
            for (const Benefit::Part& part : found_) {
                if (part.gain <= nothing) continue;
                const CapabilityId capability = benefit.state(part.state).capability;
                if (weights_[i].empty() || weights_[i].back().capability != capability)
                    weights_[i].push_back({capability, 0});
                weights_[i].back().weight += part.gain;
            }
            benefit.activate(entry, share);
        }
}

// A prerequisite ends before what needs it begins, so the last item comes first.
void Contributions::lend_weights(std::span<const Item> items) {
    const Organization& organization = draft_.offer.catalog.organization;
    const auto needs = [&](ActivityId activity, ActivityId before) {
        for (const std::size_t row : organization.relations().prerequisites_of_activity[activity])
            if (organization->activity_prerequisites.prerequisite[row] == before) return true;
        return false;
    };
    lent_.assign(items.size(), 0);
    for (std::size_t i = items.size(); i-- > 0;) {
        if (told_.reasons[i] != Reason::prerequisite || !weights_[i].empty()) continue;
        lent_[i] = 1;
        for (std::size_t j = 0; j < items.size(); ++j) {
            if (j == i || !needs(items[j].activity, items[i].activity)) continue;
            for (const Weight& weight : weights_[j]) {
                const auto at = std::find_if(weights_[i].begin(), weights_[i].end(), [&](const Weight& known) {
                    return known.capability >= weight.capability;
                });
                if (at == weights_[i].end() || at->capability != weight.capability)
                    weights_[i].insert(at, weight);
                else
                    at->weight += weight.weight;
            }
        }
    }
}

void Contributions::split(std::span<const Item> items) {
    parts_.clear();
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Item& item = items[i];
        const std::size_t first = parts_.size();
        double all = 0;
        for (const Weight& weight : weights_[i]) all += weight.weight;
        for (const Weight& weight : weights_[i]) {
            strategy_.serving(item.person, weight.capability, served_);
            if (served_.empty()) served_.push_back({ObjectiveId(), 1});
            double adds = 0;
            for (const Strategy::Served& served : served_) adds += served.adds;
            for (const Strategy::Served& served : served_) {
                Contribution part;
                part.item = i;
                part.capability = weight.capability;
                part.objective = served.objective;
                const double here = weight.weight * (served.adds / adds);
                part.share = here / all;
                part.gain = pinned(i) || lent_[i] ? 0 : here;
                part.under_way = pinned(i) ? here : 0;
                part.enables = lent_[i];
                parts_.push_back(part);
            }
        }
        if (parts_.size() == first) {
            parts_.emplace_back().item = i;
            parts_.back().share = 1;
        }
        double so_far = 0;
        for (std::size_t k = first; k < parts_.size(); ++k) {
            const double from = so_far;
            so_far = k + 1 == parts_.size() ? 1 : so_far + parts_[k].share;
            parts_[k].hours = is_missing(item.hours) ? item.hours : Minutes(part_of(item.hours.count(), from, so_far));
            parts_[k].cost = is_missing(item.cost) ? item.cost : Money(part_of(item.cost.minor_units(), from, so_far));
        }
    }
}

const std::vector<Benefit::Level>& Contributions::levels(std::int32_t state, std::span<const Item> items,
                                                         Date morning) {
    lessons_.clear();
    for (const Benefit::Active& active : benefit().active(state))
        if (items[static_cast<std::size_t>(active.entry)].last < morning) lessons_.push_back(active.lesson);
    std::sort(lessons_.begin(), lessons_.end());
    return benefit().levels(state, lessons_);
}

}  // namespace gradus
