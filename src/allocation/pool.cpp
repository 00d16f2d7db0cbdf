#include "allocation/pool.h"

#include <algorithm>

#include "base/parallel.h"

namespace gradus {

double net(const Choice& choice, std::span<const double> prices) {
    double sum = choice.value;
    for (const Use& use : choice.uses) sum -= prices[use.resource] * static_cast<double>(use.amount);
    return sum;
}

Pool::Pool(std::int32_t groups, const std::vector<Choice>& fallback) : choices_(groups) {
    for (std::int32_t group = 0; group < groups; ++group)
        choices_[group].push_back(fallback.empty() ? Choice() : fallback[group]);
}

bool Pool::add(std::int32_t group, Choice choice) {
    for (const Choice& known : choices_[group])
        if (known.content == choice.content) return false;
    choices_[group].push_back(std::move(choice));
    return true;
}

std::int32_t Pool::best(std::int32_t group, std::span<const double> prices) const {
    std::int32_t best = 0;
    double most = net(choices_[group][0], prices);
    for (std::size_t i = 1; i < choices_[group].size(); ++i) {
        const double value = net(choices_[group][i], prices);
        if (value > most) {
            most = value;
            best = static_cast<std::int32_t>(i);
        }
    }
    return best;
}

}  // namespace gradus
