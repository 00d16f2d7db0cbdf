#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/allocation/allocation.h>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

std::function<Pricer()> listed(const std::vector<std::vector<Choice>>& choices, bool must_choose) {
    return [&choices, must_choose]() -> Pricer {
        return [&choices, must_choose](const Query& query, Choice& best, std::int64_t& nodes) {
            const auto fits = [&](const Choice& choice) {
                return query.room.empty() || std::all_of(choice.uses.begin(), choice.uses.end(), [&](const Use& use) {
                           return use.amount <= query.room[use.resource];
                       });
            };
            double most = must_choose ? -infinite : 0;
            const Choice* pick = nullptr;
            for (const Choice& choice : choices[query.group]) {
                ++nodes;
                const double net = ChoiceView(choice).net(query.prices);
                if (net <= most || !fits(choice)) continue;
                most = net;
                pick = &choice;
            }
            if (query.complete) *query.complete = -1;
            if (query.near) {
                std::vector<std::pair<double, const Choice*>> near;
                for (const Choice& choice : choices[query.group])
                    if (const double net = ChoiceView(choice).net(query.prices);
                        net >= most - query.within && fits(choice))
                        near.push_back({-net, &choice});
                std::stable_sort(near.begin(), near.end(),
                                 [](const auto& a, const auto& b) { return a.first < b.first; });
                query.near->clear();
                for (const auto& [worse, choice] : near)
                    if (static_cast<std::int32_t>(query.near->size()) < query.most_near) query.near->push_back(*choice);
                if (query.complete)  // the first that is left out is so much worse
                    *query.complete = near.size() > query.near->size()
                                          ? std::nextafter(near[query.near->size()].first + most, -infinite)
                                          : query.within;
            }
            best = pick ? *pick : Choice();
            return most;
        };
    };
}

}  // namespace gradus
