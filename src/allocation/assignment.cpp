#include "allocation/assignment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "allocation/random.h"

namespace gradus {
namespace {

using Candidate = Candidates::Candidate;

class Settling {
public:
    Settling(Assignment& assignment, const Candidates& candidates, std::span<const std::int32_t> groups,
             std::span<const double> prices, std::span<const double> typical);

    void adapt_charges();
    void descend(const std::function<bool()>& late);
    void anneal(std::int64_t proposals, double hottest, std::uint64_t seed, const std::function<bool()>& late);
    void exchange(std::int64_t proposals, double hottest, double enough, std::uint64_t seed,
                  const std::function<bool()>& late);
    void come_out(std::uint64_t seed, const std::function<bool()>& late);
    void apply(std::span<const std::int32_t> groups);
    double loss() const;

private:
    double charge(std::int32_t resource, std::int64_t room) const {
        return room >= 0 ? prices_[resource] * static_cast<double>(room) : -over_[resource] * static_cast<double>(room);
    }
    double change(const Candidate& from, const Candidate& to) const;
    void list_near();
    void move(std::int32_t member, std::int32_t candidate);

    Assignment& assignment_;
    std::span<const double> prices_;
    const Candidates& candidates_;
    std::vector<double> least_over_, over_;  // by resource: charged for each unit too much
    std::vector<std::int32_t> now_;          // by member: candidate
    std::vector<std::int32_t> movable_;      // members with a choice
    std::vector<std::int32_t> near_;         // candidates that lose little
    double hottest_ = 0;
};

Settling::Settling(Assignment& assignment, const Candidates& candidates, std::span<const std::int32_t> groups,
                   std::span<const double> prices, std::span<const double> typical)
    : assignment_(assignment), prices_(prices), candidates_(candidates) {
    // Little more than the price at first: who is to swap two seats must pass through one too many.
    for (std::size_t r = 0; r < prices.size(); ++r) least_over_.push_back(1.02 * prices[r] + 1e-3 * typical[r] + 1e-12);
    over_ = least_over_;
    for (std::int32_t member = 0; member < candidates.members(); ++member) {
        const std::int32_t first = candidates.first(member), end = candidates.end(member);
        const ChoiceView held = assignment.choices[groups[member]];
        std::int32_t start = first;
        while (start < end && !std::ranges::equal(candidates[start].choice.content, held.content)) ++start;
        if (start == end) start = first;
        now_.push_back(start);
        if (end > first + 1) movable_.push_back(member);
        if (end == first) continue;
        for (const Use& use : held.uses) assignment.room[use.resource] += use.amount;
        for (const Use& use : candidates[start].choice.uses) assignment.room[use.resource] -= use.amount;
    }
}

// Calls f(resource, what is freed) for each resource that a member uses otherwise if it changes. Both lists ascend by resource.
template <class F>
void each_freed(const Candidate& from, const Candidate& to, F&& f) {
    auto a = from.choice.uses.begin(), b = to.choice.uses.begin();
    const auto a_end = from.choice.uses.end(), b_end = to.choice.uses.end();
    while (a != a_end || b != b_end) {
        std::int32_t resource = 0;
        std::int64_t freed = 0;
        if (b == b_end || (a != a_end && a->resource < b->resource)) {
            resource = a->resource;
            freed = a++->amount;
        } else if (a == a_end || b->resource < a->resource) {
            resource = b->resource;
            freed = -b++->amount;
        } else {
            resource = a->resource;
            freed = a++->amount - b++->amount;
        }
        if (freed != 0) f(resource, freed);
    }
}

// What the loss grows by if a member changes.
double Settling::change(const Candidate& from, const Candidate& to) const {
    double sum = to.regret - from.regret;
    each_freed(from, to, [&](std::int32_t resource, std::int64_t freed) {
        const std::int64_t room = assignment_.room[resource];
        sum += charge(resource, room + freed) - charge(resource, room);
    });
    return sum;
}

void Settling::move(std::int32_t member, std::int32_t candidate) {
    for (const Use& use : candidates_[now_[member]].choice.uses) assignment_.room[use.resource] += use.amount;
    now_[member] = candidate;
    for (const Use& use : candidates_[candidate].choice.uses) assignment_.room[use.resource] -= use.amount;
}

void Settling::descend(const std::function<bool()>& late) {
    for (int pass = 0; pass < 60 && !late(); ++pass) {
        bool moved = false;
        for (const std::int32_t member : movable_) {
            const Candidate& now = candidates_[now_[member]];
            double best = -1e-12;
            std::int32_t pick = -1;
            for (std::int32_t c = candidates_.first(member); c < candidates_.end(member); ++c) {
                if (c == now_[member]) continue;
                const double grows = change(now, candidates_[c]);
                if (grows < best) {
                    best = grows;
                    pick = c;
                }
            }
            if (pick < 0) continue;
            move(member, pick);
            moved = true;
        }
        if (!moved) break;
    }
}

double Settling::loss() const {
    double sum = 0;
    for (std::int32_t member = 0; member < candidates_.members(); ++member)
        if (candidates_.first(member) < candidates_.end(member)) sum += candidates_[now_[member]].regret;
    for (std::size_t r = 0; r < prices_.size(); ++r) sum += charge(static_cast<std::int32_t>(r), assignment_.room[r]);
    return sum;
}

void Settling::adapt_charges() {
    for (std::size_t r = 0; r < over_.size(); ++r)
        over_[r] = assignment_.room[r] < 0 ? 1.1 * over_[r] : std::max(least_over_[r], 0.92 * over_[r]);
}

// The changes that lose least, so many that of most resources that are dear, or used too much, some dozens of members can change
// their use; and of each of these, those of a few members.
void Settling::list_near() {
    constexpr std::size_t a_few = 5;
    const auto matters = [&](std::int32_t r) { return prices_[r] > 0 || assignment_.room[r] < 0; };
    double count = 0;
    for (std::size_t r = 0; r < prices_.size(); ++r) count += matters(static_cast<std::int32_t>(r));
    const auto wanted = static_cast<std::size_t>(
        (20 + 0.2 * std::sqrt(static_cast<double>(assignment_.choices.size()))) * (1 + 10 / std::max(1.0, count)));
    const auto each_change = [&](auto&& f) {
        for (const std::int32_t member : movable_) {
            const std::int32_t first = candidates_.first(member);
            for (std::int32_t c = first + 1; c < candidates_.end(member); ++c)
                each_freed(candidates_[first], candidates_[c], [&](std::int32_t r, std::int64_t) {
                    if (matters(r)) f(member, c, r);
                });
        }
    };
    std::vector<std::vector<double>> regrets(
        prices_.size());  // by resource: what members lose at least by another use of it
    std::vector<std::int32_t> counted(prices_.size(), -1);
    each_change([&](std::int32_t member, std::int32_t c, std::int32_t r) {
        if (counted[r] == member) return;  // a member's candidates ascend
        counted[r] = member;
        regrets[r].push_back(candidates_[c].regret);
    });
    const auto nth = [](std::vector<double>& values, std::size_t n) {
        if (n >= values.size()) return std::numeric_limits<double>::infinity();
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(n);
        std::nth_element(values.begin(), at, values.end());
        return *at;
    };
    std::vector<double> least(prices_.size(), 0.0), usual;
    for (std::size_t r = 0; r < regrets.size(); ++r) {
        if (regrets[r].empty()) continue;
        usual.push_back(nth(regrets[r], wanted));
        least[r] = nth(regrets[r], a_few);
    }
    if (usual.empty()) return;
    hottest_ = nth(usual, usual.size() / 2);
    std::int32_t last = -1, last_member = -1;
    each_change([&](std::int32_t member, std::int32_t c, std::int32_t r) {
        if (c == last || candidates_[c].regret > std::max(hottest_, least[r])) return;
        if (member != last_member) near_.push_back(candidates_.first(member));
        near_.push_back(c);
        last = c;
        last_member = member;
    });
}

void Settling::anneal(std::int64_t proposals, double hottest, std::uint64_t seed, const std::function<bool()>& late) {
    list_near();
    if (near_.empty() || proposals <= 0) return;
    hottest_ = std::min(hottest, hottest_);
    Random random(2 * seed + 1);
    constexpr int stages = 80;
    const std::int64_t all = std::min<std::int64_t>(proposals * static_cast<std::int64_t>(near_.size()), 40'000'000);
    constexpr double coldest = 1e-2;  // of the hottest
    for (int stage = 0; stage < stages && !late(); ++stage) {
        const double temperature = hottest_ * std::pow(coldest, stage / (stages - 1.0));
        adapt_charges();
        for (std::int64_t i = 0; i < all / stages; ++i) {
            const std::int32_t c = near_[random.below(near_.size())];
            const std::int32_t member = candidates_[c].member;
            if (now_[member] == c) continue;
            const double grows = change(candidates_[now_[member]], candidates_[c]);
            if (grows <= 0 || (grows < 20 * temperature && random.real() < std::exp(-grows / temperature)))
                move(member, c);
        }
    }
}

// Chains of changes, each by another member who competes for what the ones before lack or leave over most.
void Settling::exchange(std::int64_t proposals, double hottest, double enough, std::uint64_t seed,
                        const std::function<bool()>& late) {
    hottest *= hottest_;
    proposals = std::min<std::int64_t>(proposals * static_cast<std::int64_t>(near_.size()),
                                       assignment_.choices.size() > 2000 ? 100'000 : 400'000);
    std::vector<std::vector<std::int32_t>> rivals(prices_.size());
    if (near_.empty()) return;
    std::vector<std::int32_t> members;
    for (const std::int32_t c : near_)
        if (members.empty() || members.back() != candidates_[c].member) members.push_back(candidates_[c].member);
    for (const std::int32_t member : members)
        for (std::int32_t c = candidates_.first(member); c < candidates_.end(member); ++c)
            for (const Use& use : candidates_[c].choice.uses)
                if (rivals[use.resource].empty() || rivals[use.resource].back() != member)
                    rivals[use.resource].push_back(member);
    Random random(2 * seed + 2);
    constexpr int tries = 16, deepest = 4;
    std::vector<std::pair<std::int32_t, std::int32_t>> trail;  // member and what it had
    for (std::int64_t i = 0; i < proposals; ++i) {
        if (i % 4096 == 0) {
            if (late() || (assignment_.fits() && loss() <= enough)) break;
            adapt_charges();
        }
        const double temperature = hottest * std::pow(1e-2, static_cast<double>(i) / static_cast<double>(proposals));
        const std::int32_t member = members[random.below(members.size())];
        const std::int32_t count = candidates_.end(member) - candidates_.first(member);
        const std::int32_t c =
            candidates_.first(member) + static_cast<std::int32_t>(random.below(static_cast<std::size_t>(count)));
        const std::int32_t before = now_[member];
        if (c == before || candidates_[c].regret > candidates_[before].regret + 50 * hottest) continue;
        const double alone = change(candidates_[before], candidates_[c]);
        const double bar = -temperature * std::log(std::max(1e-12, random.real()));
        if (alone <= bar) {
            move(member, c);
            continue;
        }
        // One change makes another worthwhile: of those who compete for what now hurts most, the one that helps most, and
        // so on, until all together lose no more than before.
        trail.assign(1, {member, before});
        double total = alone;
        std::int32_t last_before = before;
        move(member, c);
        for (int depth = 1; depth <= deepest && total > bar; ++depth) {
            std::int32_t worst = -1;
            double most = 0;
            for (const std::int32_t changed : {last_before, now_[trail.back().first]})
                for (const Use& use : candidates_[changed].choice.uses)
                    if (const double hurts = charge(use.resource, assignment_.room[use.resource]); hurts > most) {
                        most = hurts;
                        worst = use.resource;
                    }
            if (worst < 0 || rivals[worst].empty()) break;
            double best = 0;
            std::int32_t helper = -1, pick = -1;
            for (int t = 0; t < tries && total + best > bar; ++t) {
                const std::int32_t other = rivals[worst][random.below(rivals[worst].size())];
                if (std::any_of(trail.begin(), trail.end(), [&](const auto& step) { return step.first == other; }))
                    continue;
                const Candidate& now = candidates_[now_[other]];
                for (std::int32_t k = candidates_.first(other); k < candidates_.end(other); ++k) {
                    if (candidates_[k].regret - now.regret > most) break;  // ascending
                    if (k == now_[other]) continue;
                    if (const double grows = change(now, candidates_[k]); grows < best) {
                        best = grows;
                        helper = other;
                        pick = k;
                    }
                }
            }
            if (pick < 0) break;
            trail.push_back({helper, now_[helper]});
            last_before = now_[helper];
            move(helper, pick);
            total += best;
        }
        if (total > bar)
            for (std::size_t k = trail.size(); k-- > 0;) move(trail[k].first, trail[k].second);
    }
}

// Charges what is used too much ever more, until nothing is.
void Settling::come_out(std::uint64_t seed, const std::function<bool()>& late) {
    for (int round = 0; round < 12 && !assignment_.fits() && !late(); ++round) {
        for (std::size_t r = 0; r < over_.size(); ++r)
            if (assignment_.room[r] < 0) least_over_[r] = over_[r] = 2 * over_[r];
        exchange(4, 1e-2, 0, seed + static_cast<std::uint64_t>(round), late);
        descend(late);
    }
}

void Settling::apply(std::span<const std::int32_t> groups) {
    for (std::int32_t member = 0; member < candidates_.members(); ++member) {
        if (candidates_.first(member) == candidates_.end(member)) continue;
        const ChoiceView& choice = candidates_[now_[member]].choice;
        assignment_.value += choice.value - assignment_.choices[groups[member]].value;
        assignment_.choices.set(groups[member], choice);
    }
}

}  // namespace

void Assignment::change(std::int32_t group, const ChoiceView& choice) {
    const ChoiceView now = choices[group];
    for (const Use& use : now.uses) room[use.resource] += use.amount;
    for (const Use& use : choice.uses) room[use.resource] -= use.amount;
    value += choice.value - now.value;
    choices.set(group, choice);
}

bool Assignment::fits() const {
    return std::all_of(room.begin(), room.end(), [](std::int64_t left) { return left >= 0; });
}

bool Assignment::could_take(std::int32_t group, const ChoiceView& choice) const {
    const std::span<const Use> held = choices[group].uses;
    auto mine = held.begin();  // both ascend by resource
    return std::all_of(choice.uses.begin(), choice.uses.end(), [&](const Use& use) {
        while (mine != held.end() && mine->resource < use.resource) ++mine;
        const bool same = mine != held.end() && mine->resource == use.resource;
        return use.amount <= room[use.resource] + (same ? mine->amount : 0);
    });
}

std::vector<std::int64_t> Assignment::free() const {
    std::vector<std::int64_t> result(room);
    for (std::int64_t& left : result) left = std::max<std::int64_t>(0, left);
    return result;
}

void Assignment::lend(std::int32_t group, std::vector<std::int64_t>& own, bool give) const {
    for (const Use& use : choices[group].uses)
        own[use.resource] = std::max<std::int64_t>(0, room[use.resource] + (give ? use.amount : 0));
}

double settle(Assignment& assignment, const Candidates& candidates, std::span<const std::int32_t> groups,
              std::span<const double> prices, std::span<const double> typical, std::int64_t proposals, double hottest,
              double enough, std::uint64_t seed, const std::function<bool()>& late) {
    Settling settling(assignment, candidates, groups, prices, typical);
    settling.anneal(proposals, hottest, seed, late);
    settling.descend(late);
    if (settling.loss() > enough) settling.exchange(proposals / 10, 0.05, enough, seed, late);
    settling.descend(late);
    settling.come_out(seed, late);
    settling.apply(groups);
    return settling.loss();
}

bool repair(Assignment& assignment, Pricing& pricing, const AllocationProblem& problem, std::span<const double> prices,
            int threads, const std::function<bool()>& late) {
    struct Offered {
        double loses = std::numeric_limits<double>::infinity();  // for each unit that it frees
        std::int32_t group = 0;
        Choice instead;
    };
    std::vector<Offered> offers;
    const auto amount = [](const ChoiceView& choice, std::int32_t resource) {
        for (const Use& use : choice.uses)
            if (use.resource == resource) return use.amount;
        return std::int64_t{0};
    };
    for (std::int32_t r = 0; r < static_cast<std::int32_t>(assignment.room.size()); ++r) {
        if (assignment.room[r] >= 0) continue;
        std::vector<std::int32_t> holders;
        std::int64_t held = 0;
        for (std::int32_t group = 0; group < assignment.choices.size(); ++group)
            if (const std::int64_t has = amount(assignment.choices[group], r); has > 0) {
                holders.push_back(group);
                held += has;
            }
        Random(static_cast<std::uint64_t>(r) + 1).shuffle(holders);
        // Several times as many as must give way are asked what they would lose; those who lose least for what they free do.
        std::size_t asked = 0;
        for (int round = 0; round < 50 && assignment.room[r] < 0 && !holders.empty() && !late(); ++round) {
            const double needed = static_cast<double>(-assignment.room[r]) / static_cast<double>(held) *
                                  static_cast<double>(holders.size());
            const auto count = static_cast<std::int64_t>(
                std::min(static_cast<double>(holders.size()), std::clamp(8 * needed, 12.0, 20'000.0)));
            offers.resize(static_cast<std::size_t>(count));
            constexpr std::int64_t piece = 16;
            parallel_for(count, piece, count < 4 * piece ? 1 : threads, [&](std::int64_t first, std::int64_t last) {
                std::vector<std::int64_t> own = assignment.free();
                for (std::int64_t i = first; i < last; ++i) {
                    Offered& offer = offers[i];
                    offer.group = holders[(asked + static_cast<std::size_t>(i)) % holders.size()];
                    offer.loses = std::numeric_limits<double>::infinity();
                    const ChoiceView now = assignment.choices[offer.group];
                    if (amount(now, r) == 0) continue;  // gave way before
                    assignment.lend(offer.group, own, true);
                    Query query;
                    query.group = offer.group;
                    query.prices = prices;
                    query.room = own;
                    query.effort = 400;
                    const bool any = pricing.ask(query, offer.instead) > -std::numeric_limits<double>::infinity();
                    assignment.lend(offer.group, own, false);
                    if (!any || (problem.must_choose && offer.instead.content.empty())) continue;
                    const std::int64_t freed = std::min(amount(now, r) - amount(offer.instead, r), -assignment.room[r]);
                    if (freed > 0)
                        offer.loses = std::max(0.0, now.net(prices) - ChoiceView(offer.instead).net(prices)) /
                                      static_cast<double>(freed);
                }
            });
            asked += static_cast<std::size_t>(count);
            std::sort(offers.begin(), offers.end(), [](const Offered& a, const Offered& b) {
                return a.loses != b.loses ? a.loses < b.loses : a.group < b.group;
            });
            for (const Offered& offer : offers) {
                if (assignment.room[r] >= 0 || offer.loses == std::numeric_limits<double>::infinity()) break;
                const ChoiceView now = assignment.choices[offer.group];
                const bool fits =
                    std::all_of(offer.instead.uses.begin(), offer.instead.uses.end(), [&](const Use& use) {
                        return use.resource == r ||
                               use.amount <=
                                   std::max<std::int64_t>(0, assignment.room[use.resource]) + amount(now, use.resource);
                    });
                if (fits) assignment.change(offer.group, offer.instead);
            }
        }
    }
    return assignment.fits();
}

void fill(Assignment& assignment, Pricing& pricing, std::span<const double> prices,
          std::span<const std::int32_t> groups, std::int64_t effort, double tolerance, int threads,
          const Control* control, const std::function<bool()>& late,
          const std::function<void(std::int32_t, const Choice&)>& found) {
    constexpr std::int32_t block = 256, piece = 16;
    const auto count = static_cast<std::int32_t>(groups.size());
    std::vector<Choice> proposals(block);
    const auto ask = [&](std::int32_t group, std::vector<std::int64_t>& own, Choice& best) {
        assignment.lend(group, own, true);
        Query query;
        query.group = group;
        query.prices = prices;
        query.room = own;
        query.tolerance = tolerance;
        query.effort = effort;
        query.known = assignment.choices[group].content;
        query.control = control;
        const bool any = pricing.ask(query, best) > -std::numeric_limits<double>::infinity();
        assignment.lend(group, own, false);
        return any;
    };
    for (std::int32_t start = 0; start < count && !late(); start += block) {
        const std::int32_t size = std::min(block, count - start);
        std::vector<char> any(size, 0);
        parallel_for(size, piece, size < 4 * piece ? 1 : threads, [&](std::int64_t first, std::int64_t last) {
            std::vector<std::int64_t> own = assignment.free();
            for (std::int64_t i = first; i < last; ++i) any[i] = ask(groups[start + i], own, proposals[i]);
        });
        for (std::int32_t i = 0; i < size; ++i) {
            const std::int32_t group = groups[start + i];
            Choice& proposal = proposals[i];
            const auto better = [&] {
                return any[i] && ChoiceView(proposal).net(prices) > assignment.choices[group].net(prices) + 1e-12;
            };
            if (!better()) continue;
            const auto fits = [&] { return assignment.could_take(group, proposal); };
            if (!fits()) {  // somebody before took it: ask again
                std::vector<std::int64_t> own = assignment.free();
                any[i] = ask(group, own, proposal);
                if (!better() || !fits()) continue;
            }
            assignment.change(group, proposal);
            found(group, proposal);
        }
    }
}

}  // namespace gradus
