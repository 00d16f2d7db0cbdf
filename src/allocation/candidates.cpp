#include "allocation/candidates.h"

#include <algorithm>
#include <limits>

namespace gradus {
namespace {

// Worth no less and takes no more of anything.
bool dominates(const ChoiceView& a, const ChoiceView& b) {
    if (a.value < b.value) return false;
    auto in = b.uses.begin();
    for (const Use& use : a.uses) {
        while (in != b.uses.end() && in->resource < use.resource) ++in;
        if (in == b.uses.end() || in->resource > use.resource || in->amount < use.amount) return false;
    }
    return true;
}

}  // namespace

Candidates::Candidates(const Pool& pool, std::span<const double> prices, double within) {
    first_.push_back(0);
    for (std::int32_t member = 0; member < pool.size(); ++member) {
        const auto begin = static_cast<std::ptrdiff_t>(all_.size());
        double best = -std::numeric_limits<double>::infinity();
        pool.each(member, [&](std::int32_t, const ChoiceView& choice) {
            all_.push_back({choice, choice.net(prices), member});
            best = std::max(best, all_.back().regret);
        });
        for (auto at = all_.begin() + begin; at != all_.end(); ++at) at->regret = best - at->regret;
        all_.erase(
            std::remove_if(all_.begin() + begin, all_.end(), [&](const auto& one) { return one.regret > within; }),
            all_.end());
        std::stable_sort(all_.begin() + begin, all_.end(),
                         [](const Candidate& a, const Candidate& b) { return a.regret < b.regret; });
        std::size_t kept = static_cast<std::size_t>(begin);
        for (auto i = static_cast<std::size_t>(begin); i < all_.size(); ++i) {
            const auto better = [&](const Candidate& other) { return dominates(other.choice, all_[i].choice); };
            if (std::none_of(all_.begin() + begin, all_.begin() + static_cast<std::ptrdiff_t>(kept), better))
                all_[kept++] = all_[i];
        }
        all_.resize(kept);
        first_.push_back(static_cast<std::int32_t>(all_.size()));
    }
}

}  // namespace gradus
