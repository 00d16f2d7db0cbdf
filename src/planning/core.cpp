#include "planning/core.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int root_steps = 24;
constexpr std::int64_t few = 200;       // nodes, after which the bound is worth more work
constexpr std::int64_t lightness = 16;  // so many nodes are about the work of one of the other gears

}  // namespace

bool Core::open(const Query& query) {
    query_ = &query;
    chosen_.clear();
    taken_.clear();
    taught_.clear();
    closed_.clear();
    best_.clear();
    if (!list_.open(query)) return false;
    forced_left_ = list_.forced;
    return true;
}

bool Core::many_sessions() const {
    const auto dated =
        std::count_if(list_.options.begin(), list_.options.end(), [](const Option& option) { return option.dated; });
    return dated > 4 * static_cast<std::ptrdiff_t>(list_.items.size());
}

// Apart from dates.
bool Core::within_limits(const Option& option) const {
    for (std::int32_t t = option.first_take; t < option.last_take; ++t)
        if (list_.takes[t].amount > list_.limits[list_.takes[t].limit].left) return false;
    return !option.shut;
}

// Chosen options with the same days among the first `count`.
bool Core::clashes(const Option& option, std::size_t count) const {
    return option.dated &&
           std::any_of(chosen_.begin(), chosen_.begin() + static_cast<std::ptrdiff_t>(count), [&](std::int32_t o) {
               const Option& other = list_.options[o];
               return other.dated && option.first <= other.last && other.first <= option.last;
           });
}

bool Core::fits(const Option& option) const { return within_limits(option) && !clashes(option, chosen_.size()); }

bool Core::teachable(const Item& item) const {
    const std::uint64_t fresh = item.capabilities & ~list_.taught;
    return list_.most_capabilities < 0 || fresh == 0 || std::popcount(list_.taught | fresh) <= list_.most_capabilities;
}

// What an option adds less multipliers.
double Core::score(std::int32_t o, const double* gains) const {
    const Option& option = list_.options[o];
    double sum = gains[o] - option.charge;
    for (std::int32_t t = option.first_take; t < option.last_take; ++t)
        sum -= list_.limits[list_.takes[t].limit].multiplier * list_.takes[t].part;
    return sum;
}

void Core::take(std::int32_t number, int sign) {
    const Option option = list_.options[number];
    Item& item = list_.items[option.item];
    for (std::int32_t t = option.first_take; t < option.last_take; ++t)
        list_.limits[list_.takes[t].limit].left -= sign * list_.takes[t].amount;
    forced_left_ -= sign * item.forced;
    item.open = sign < 0;
    if (sign > 0) {
        chosen_.push_back(number);
        taken_.push_back(option.way);
        taught_.push_back(list_.taught);
        list_.taught |= item.capabilities;
        for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l)
            list_.effect.add(list_.lessons[l], option.share);
    } else {
        for (std::int32_t l = item.last_lesson; l-- > item.first_lesson;)
            list_.effect.remove(list_.lessons[l], option.share);
        list_.taught = taught_.back();
        taught_.pop_back();
        taken_.pop_back();
        chosen_.pop_back();
    }
    if (item.first_follower == item.last_follower) return;
    item.end = option.last;
    for (std::int32_t f = item.first_follower; f < item.last_follower; ++f) {
        Item& follower = list_.items[list_.links[f]];
        if (sign < 0) {
            if (follower.unmet++ == 0) list_.unsettle(follower);
        } else if (--follower.unmet == 0) {
            Date last = item.end;
            for (std::int32_t b = follower.first_before; b < follower.last_before; ++b)
                last = std::max(last, list_.items[list_.links[b]].end);
            list_.settle(follower, last + std::chrono::days(1));
        }
    }
}

void Core::refresh(const Item& item, double* row) {
    if (capped_)
        list_.refresh_parts(item, row + item.first_way, row + 2 * list_.options.size());
    else
        list_.refresh(item, row + item.first_way);
}

// What taking the item changes for those that are open.
void Core::refresh_after(const Item& item, double* row) {
    for (const Item& other : list_.items)
        if (other.open && (other.touches & item.touches) != 0) refresh(other, row);
    for (std::int32_t f = item.first_follower; f < item.last_follower; ++f) {
        const Item& other = list_.items[list_.links[f]];
        if (other.open && other.unmet == 0 && (other.touches & item.touches) == 0) refresh(other, row);
    }
}

// The item before it that is not taken and with which it is counted; -1: there is none.
std::int32_t Core::counted_with(const Item& item) const {
    if (item.unmet == 0) return -1;
    std::int32_t last = -1;
    for (std::int32_t b = item.first_before; b < item.last_before; ++b)
        if (list_.items[list_.links[b]].open) last = std::max(last, list_.links[b]);
    return last;
}

void Core::note(double net) {
    if (gathering_) {
        if (forced_left_ > 0 || net < floor_) return;
        const auto worse = [](const Near& a, const Near& b) { return a.net > b.net; };
        const auto most = static_cast<std::size_t>(query_->most_near);
        if (near_count_ == most) {
            std::pop_heap(near_.begin(), near_.begin() + static_cast<std::ptrdiff_t>(most), worse);
            --near_count_;
        }
        if (near_count_ == near_.size()) near_.emplace_back();
        near_[near_count_].net = net;
        near_[near_count_++].ways = taken_;
        std::push_heap(near_.begin(), near_.begin() + static_cast<std::ptrdiff_t>(near_count_), worse);
        if (near_count_ == most) floor_ = std::max(floor_, std::nextafter(near_.front().net, infinite));
        return;
    }
    if (forced_left_ > 0 || (any_ && net <= best_net_)) return;
    any_ = true;
    best_net_ = net;
    best_ = taken_;
}

// A choice known from before, as far as it is still possible and worth its charge.
void Core::begin_with(std::span<const std::int32_t> content) {
    double net = 0, gains[64];
    for (std::size_t i = 0; i + 1 < content.size(); i += 2)
        for (const Item& item : list_.items) {
            if (!item.open || offer_.courses[item.course].activity.value() != content[i]) continue;
            if (item.unmet > 0 || item.last_way - item.first_way > 64 || !teachable(item)) break;
            list_.refresh(item, gains);
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
                const Option& option = list_.options[o];
                const auto& way = list_.way(option.way);
                const Offering& offering = offer_.catalog.offerings[way.offering];
                if ((offering.session ? offering.session.value() : -1 - way.period) != content[i + 1]) continue;
                const double adds = gains[o - item.first_way] - option.charge;
                if ((adds > 0 || item.forced || item.first_follower < item.last_follower) && fits(option)) {
                    take(o, 1);
                    net += adds;
                    if (list_.linked) note(net);
                }
                break;
            }
            break;
        }
    note(net);
    while (!chosen_.empty()) take(chosen_.back(), -1);
}

// Again and again what adds most for what it takes of the limits.
void Core::greedy() {
    double* gains = rows_.data();
    double net = 0;
    while (true) {
        double most = -infinite;
        std::int32_t pick = -1;
        if (list_.linked) {  // what needs an item counts for it
            double plain = 0, value = 0;
            sum_up(0, true, plain, value);
        }
        for (std::size_t i = 0; i < list_.items.size(); ++i) {
            const Item& item = list_.items[i];
            if (!item.open || item.unmet > 0 || (forced_left_ > 0 && !item.forced) || !teachable(item)) continue;
            const double reach = list_.linked ? below_[i].plain : 0;
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
                const double adds = gains[o] - list_.options[o].charge + reach;
                if ((adds <= 0 && !item.forced) || !fits(list_.options[o])) continue;
                double part = 0.05;
                for (std::int32_t t = list_.options[o].first_take; t < list_.options[o].last_take; ++t)
                    part += list_.takes[t].part;
                const double rate = adds > 0 ? adds / part : adds;
                if (rate > most) {
                    most = rate;
                    pick = o;
                }
            }
        }
        if (pick < 0) break;
        net += gains[pick] - list_.options[pick].charge;
        take(pick, 1);
        refresh_after(list_.items[list_.options[pick].item], gains);
        note(net);
    }
    while (!chosen_.empty()) take(chosen_.back(), -1);
    for (const Item& item : list_.items) refresh(item, gains);
}

// The bound at the root under the multipliers and, if wanted, its slopes.
double Core::relaxed(bool slopes) {
    double bound = 0;
    for (Limit& limit : list_.limits) {
        bound += limit.multiplier;
        limit.slope = 1;
    }
    const std::size_t count = list_.items.size();
    const double* gains = rows_.data();
    double* scores = rows_.data() + list_.options.size();
    if (capped_) {
        for (std::size_t o = 0; o < list_.options.size(); ++o) scores[o] = score(static_cast<std::int32_t>(o), gains);
        bound += ease(rows_.data());
    }
    if (list_.linked) below_.assign(count, Below());
    picked_.resize(count);
    for (std::size_t i = count; i-- > 0;) {
        const Item& item = list_.items[i];
        const double below = list_.linked ? below_[i].value : 0;
        double top = item.forced ? -infinite : 0;
        picked_[i] = -1;
        for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
            const double value = (capped_ ? scores[o] : score(o, gains)) + below;
            if (value > top) {
                top = value;
                picked_[i] = o;
            }
        }
        const std::int32_t with = counted_with(item);
        (with < 0 ? bound : below_[with].value) += top;
    }
    for (std::size_t i = 0; slopes && i < count; ++i) {
        const std::int32_t with = counted_with(list_.items[i]);
        if (with >= 0 && picked_[with] < 0) picked_[i] = -1;
        if (picked_[i] < 0) continue;
        const Option& option = list_.options[picked_[i]];
        for (std::int32_t t = option.first_take; t < option.last_take; ++t)
            list_.limits[list_.takes[t].limit].slope -= list_.takes[t].part;
    }
    return bound;
}

// Polyak steps on all multipliers at once.
void Core::find_multipliers(int steps) {
    double best = relaxed(true), relax = 1;
    int idle = 0;
    for (Limit& limit : list_.limits) limit.best_multiplier = limit.multiplier;
    for (int step = 0; step < steps && best > -infinite && !beaten(best); ++step) {
        double norm = 0;
        for (Limit& limit : list_.limits) {
            if (limit.multiplier == 0 && limit.slope >= 0) limit.slope = 0;
            norm += limit.slope * limit.slope;
        }
        if (norm < 1e-12) break;
        const double aim = any_ ? best_net_ : 0.9 * best;
        const double length = relax * std::max(1e-3 * std::abs(best), best - aim) / norm;
        for (Limit& limit : list_.limits) limit.multiplier = std::max(0.0, limit.multiplier - length * limit.slope);
        const double bound = relaxed(true);
        idle = bound < best - 1e-3 * std::abs(best) ? 0 : idle + 1;
        if (bound < best) {
            best = bound;
            for (Limit& limit : list_.limits) limit.best_multiplier = limit.multiplier;
        }
        if (idle >= 3) {
            relax *= 0.4;
            idle = 0;
            for (Limit& limit : list_.limits) limit.multiplier = limit.best_multiplier;
            relaxed(true);
        }
    }
    for (Limit& limit : list_.limits) limit.multiplier = limit.best_multiplier;
}

// Lists in picks_[depth] what may come next, the best first, and adds to both bounds what all that is open adds. The scores
// are worked out if `fresh`. False if something forced does not fit.
bool Core::sum_up(std::size_t depth, bool fresh, double& plain, double& value) {
    const double* gains = rows_.data() + depth * width();
    double* scores = rows_.data() + depth * width() + list_.options.size();
    std::vector<Pick>& picks = picks_[depth];
    picks.clear();
    if (fresh) blocked_.clear();
    if (list_.linked) below_.assign(list_.items.size(), Below());
    if (alike_) added_.assign(list_.items.size(), Below());
    for (std::size_t i = list_.items.size(); i-- > 0;) {
        const Item& item = list_.items[i];
        if (!item.open) continue;
        const Below below = list_.linked ? below_[i] : Below();
        double top = -infinite, most = -infinite;
        const bool possible = !fresh || teachable(item);
        for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
            const Option& option = list_.options[o];
            const double adds = gains[o] - option.charge;
            if (fresh) {
                scores[o] = -infinite;
                if (possible && (adds + below.reach > least_ || item.forced) && within_limits(option)) {
                    if (!clashes(option, chosen_.size()))
                        scores[o] = score(o, gains);
                    else if (alike_ && !clashes(option, chosen_.size() - 1))
                        blocked_.push_back({score(o, gains), adds, infinite, static_cast<std::int32_t>(i), o});
                }
            }
            if (scores[o] == -infinite) continue;
            most = std::max(most, adds);
            top = std::max(top, scores[o]);
        }
        if (top == -infinite) {
            if (item.forced) return false;
            continue;
        }
        Pick pick{top + below.value, most + below.plain, below.value, below.plain, static_cast<std::int32_t>(i)};
        const double adds_value = item.forced ? pick.value : std::max(0.0, pick.value);
        const double adds_plain = item.forced ? pick.plain : std::max(0.0, pick.plain);
        if (item.unmet > 0) {
            for (std::int32_t b = item.first_before; b < item.last_before; ++b)
                below_[list_.links[b]].reach += std::max(0.0, most + below.reach);
            Below& with = below_[counted_with(item)];
            with.value += adds_value;
            with.plain += adds_plain;
            continue;
        }
        value += adds_value;
        plain += adds_plain;
        if (alike_) added_[i] = {adds_value, adds_plain, 0};
        if (item.forced) pick.value += 1e100;
        auto at = picks.end();
        while (at != picks.begin() && (at - 1)->value <= pick.value) --at;
        picks.insert(at, pick);
    }
    return true;
}

void Core::list_states() {
    taught_by_.clear();
    first_taught_.assign(1, 0);
    for (std::int32_t s = 0; s < offer_.benefit.states(); ++s) {
        for (std::size_t i = 0; i < list_.items.size(); ++i)
            for (std::int32_t l = list_.items[i].first_lesson; l < list_.items[i].last_lesson; ++l)
                if (list_.lessons[l].state == s) taught_by_.push_back({static_cast<std::int32_t>(i), l});
        if (static_cast<std::int32_t>(taught_by_.size()) < first_taught_.back() + 2)
            taught_by_.resize(static_cast<std::size_t>(first_taught_.back()));
        else
            first_taught_.push_back(static_cast<std::int32_t>(taught_by_.size()));
    }
}

// Takes the best choice so far as the good one.
void Core::anchor() {
    anchored_.assign(static_cast<std::size_t>(offer_.benefit.states()), 0.0);
    on_top_.assign(static_cast<std::size_t>(list_.parts), 0.0);
    std::vector<double> share(list_.items.size(), 0.0);
    for (const std::int32_t id : best_)
        for (std::size_t i = 0; i < list_.items.size(); ++i) {
            const Item& item = list_.items[i];
            if (item.course != list_.way(id).course) continue;
            share[i] = list_.way(id).share;
            for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l) {
                anchored_[list_.lessons[l].state] += list_.effect.gain(list_.lessons[l], share[i]);
                list_.effect.add(list_.lessons[l], share[i]);
            }
        }
    for (std::size_t i = 0; i < list_.items.size(); ++i) {
        const Item& item = list_.items[i];
        for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l) {
            const Effect::Lesson& lesson = list_.lessons[l];
            if (share[i] > 0) list_.effect.remove(lesson, share[i]);
            const double own = share[i] > 0 ? list_.effect.gain(lesson, share[i]) : 0;
            for (std::int32_t o = item.first_way; o < item.last_way; ++o)
                on_top_[list_.part(item, o, l)] =
                    std::max(0.0, list_.effect.gain(lesson, list_.options[o].share) - own);
            if (share[i] > 0) list_.effect.add(lesson, share[i]);
        }
    }
    for (std::size_t i = 0; i < list_.items.size(); ++i)
        if (share[i] > 0)
            for (std::int32_t l = list_.items[i].first_lesson; l < list_.items[i].last_lesson; ++l)
                list_.effect.remove(list_.lessons[l], share[i]);
}

// Takes what an option adds off what the good choice adds.
void Core::weigh(const Item& item, std::int32_t option, const double* row, int sign) {
    const double* parts = row + 2 * list_.options.size();
    for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l) {
        const std::int32_t part = list_.part(item, option, l);
        anchored_[list_.lessons[l].state] -= sign * (parts[part] - on_top_[part]);
    }
}

// What the lessons of one state add together is no more than what all of them would; and no more than what those of a good
// choice add, and on top of it each further one alone. So a part of each gain, or of what it is above that on top, is
// taken off the scores, and the same part of that most is added once: the result. State by state, what makes the sum least.
double Core::ease(double* row) {
    double* scores = row + list_.options.size();
    const double* parts = scores + list_.options.size();
    double total = 0;
    for (std::size_t s = 0; s + 1 < first_taught_.size(); ++s) {
        Effect::Lesson all;
        double share = 0, sums[2] = {0, 0};
        drops_[0].clear();
        drops_[1].clear();
        for (std::int32_t k = first_taught_[s]; k < first_taught_[s + 1]; ++k) {
            const Item& item = list_.items[taught_by_[k].item];
            if (!item.open) continue;
            std::int32_t best = -1;
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
                if (scores[o] == -infinite) continue;
                share = std::max(share, list_.options[o].share);
                if (best < 0 || scores[o] > scores[best]) best = o;
            }
            for (const Blocked& blocked : blocked_)
                if (blocked.item == taught_by_[k].item) share = std::max(share, list_.options[blocked.number].share);
            if (best < 0) continue;
            const Effect::Lesson& lesson = list_.lessons[taught_by_[k].lesson];
            all = {lesson.state, all.bit | lesson.bit};
            const std::int32_t part = list_.part(item, best, taught_by_[k].lesson);
            if (scores[best] <= 0 && !item.forced) continue;
            const double gains[2] = {parts[part], parts[part] - on_top_[part]};
            for (int way = 0; way < 2; ++way) {
                if (gains[way] <= 0) continue;
                drops_[way].push_back({item.forced ? 1.0 : std::min(1.0, scores[best] / gains[way]), gains[way]});
                sums[way] += gains[way];
            }
        }
        if (drops_[0].empty()) continue;
        const double most[2] = {list_.effect.gain(all, share), std::max(0.0, anchored_[all.state])};
        double least = 0, part = 0;
        int better = -1;
        for (int way = 0; way < 2; ++way) {
            double slope = most[way] - sums[way];
            if (slope >= 0) continue;
            std::sort(drops_[way].begin(), drops_[way].end(), [](const Drop& a, const Drop& b) { return a.at < b.at; });
            double change = 0, at = 0;
            for (const Drop& drop : drops_[way]) {
                change += slope * (drop.at - at);
                at = drop.at;
                slope += drop.gain;
                if (slope >= 0) break;
            }
            if (change >= least) continue;
            least = change;
            part = at;
            better = way;
        }
        if (better < 0) continue;
        total += part * most[better];
        for (std::int32_t k = first_taught_[s]; k < first_taught_[s + 1]; ++k) {
            const Item& item = list_.items[taught_by_[k].item];
            if (!item.open) continue;
            const auto eased = [&](std::int32_t o) {
                const std::int32_t p = list_.part(item, o, taught_by_[k].lesson);
                return part * (better == 0 ? parts[p] : std::max(0.0, parts[p] - on_top_[p]));
            };
            bool weighed = false;
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
                weighed = weighed || scores[o] > -infinite;
                scores[o] -= eased(o);
            }
            for (Blocked& blocked : blocked_)
                if (weighed && blocked.item == taught_by_[k].item) blocked.score -= eased(blocked.number);
        }
    }
    return total;
}

// Closes an item and all that needs it.
void Core::close(std::int32_t number) {
    Item& item = list_.items[number];
    if (!item.open) return;
    item.open = false;
    closed_.push_back(number);
    for (std::int32_t f = item.first_follower; f < item.last_follower; ++f) close(list_.links[f]);
}

// Bounds of the node at hand: of choices with an option that what was taken last rules out, and of those with one more item that
// bears on what it teaches.
void Core::judge(std::size_t depth, double plain, double value) {
    Verdict& verdict = verdicts_[depth];
    verdict = {-infinite, -infinite};
    if (!alike_ || chosen_.empty()) return;
    // A choice may hold several that are ruled out: each item counts with the best of its options and of these.
    for (const Blocked& blocked : blocked_) {
        Below& added = added_[blocked.item];
        if (blocked.plain > added.plain) plain += blocked.plain - std::exchange(added.plain, blocked.plain);
        if (blocked.score > added.value) value += blocked.score - std::exchange(added.value, blocked.score);
    }
    for (Blocked& blocked : blocked_) {
        const Below& added = added_[blocked.item];
        blocked.most =
            std::min({blocked.most, plain - added.plain + blocked.plain, value - added.value + blocked.score});
        verdict.in_the_way = std::max(verdict.in_the_way, blocked.most);
    }
    const Item& last = list_.items[list_.options[chosen_.back()].item];
    for (const Item& item : list_.items)  // also those that add nothing now: they may, beside a shorter way
        if (item.open && (item.touches & last.touches) != 0) verdict.touched = std::min(plain, value);
}

// Whether a way that was tried does as well as another of the item in all choices that could be better than the best: it takes no
// more, adds no less, and its dates are in nobody's way. What adds less but for longer loses more by all that is added later; what
// adds less and costs less may gain by that, at most what it costs less.
bool Core::replaceable(std::size_t depth, std::size_t way, const double* row) {
    if (!alike_) return false;
    const Option& option = list_.options[ways_[depth][way].number];
    const double adds = row[ways_[depth][way].number] - option.charge;
    for (std::size_t k = 0; k < way; ++k) {
        const Way& tried = ways_[depth][k];
        if (!tried.taken) continue;
        const Option& other = list_.options[tried.number];
        if (row[tried.number] - other.charge < adds) continue;
        if (!std::equal(list_.takes.begin() + other.first_take, list_.takes.begin() + other.last_take,
                        list_.takes.begin() + option.first_take, list_.takes.begin() + option.last_take))
            continue;
        const double rise = option.share >= other.share ? 0 : std::max(0.0, other.charge - option.charge);
        double most = tried.verdict.in_the_way + rise;
        if (rise > 0) most = std::max(most, tried.verdict.touched + rise);
        if (!beaten(most)) continue;
        ceiling_ = std::max(ceiling_, most);
        return true;
    }
    return false;
}

void Core::explore(std::size_t depth, double net) {
    note(net);
    verdicts_[depth] = {infinite, infinite};
    if (++nodes_ > effort_) stopped_ = true;
    if ((nodes_ & 1023) == 0 && query_->control && query_->control->cancelled()) stopped_ = true;
    const std::size_t options = list_.options.size();
    double* row = rows_.data() + depth * width();
    const double* scores = row + options;
    double plain = net, relaxed_bound = net;
    for (const Limit& limit : list_.limits)
        if (limit.multiplier > 0)
            relaxed_bound +=
                limit.multiplier * static_cast<double>(limit.left) / std::max(1.0, static_cast<double>(limit.capacity));
    const double apart = relaxed_bound;
    if (!sum_up(depth, true, plain, relaxed_bound)) return;
    double bound = std::min(plain, relaxed_bound);
    judge(depth, plain, relaxed_bound);
    if (capped_ && !stopped_ && !beaten(bound)) {
        plain = net;
        relaxed_bound = apart + ease(row);
        sum_up(depth, false, plain, relaxed_bound);
        bound = std::min(bound, relaxed_bound);
        judge(depth, plain, relaxed_bound);
    }
    if (stopped_ || beaten(bound)) {
        ceiling_ = std::max(ceiling_, bound);
        return;
    }
    double* below = row + width();
    std::vector<Way>& ways = ways_[depth];
    const std::size_t closed = closed_.size();
    for (const Pick& pick : picks_[depth]) {
        if (stopped_ || beaten(bound)) {
            ceiling_ = std::max(ceiling_, bound);
            break;
        }
        const Item& item = list_.items[pick.number];
        ways.clear();
        for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
            if (scores[o] == -infinite) continue;
            const Way way{scores[o], o, {}, false};
            auto at = ways.end();
            while (at != ways.begin() && (at - 1)->value < way.value) --at;
            ways.insert(at, way);
        }
        const double front = ways.front().value + pick.below_value;
        const double without_plain = plain - (item.forced ? pick.plain : std::max(0.0, pick.plain));
        const double without = relaxed_bound - (item.forced ? front : std::max(0.0, front));
        for (std::size_t k = 0; k < ways.size(); ++k) {
            const Way way = ways[k];
            const double adds = row[way.number] - list_.options[way.number].charge;
            const double with =
                std::min(without + way.value + pick.below_value, without_plain + adds + pick.below_plain);
            if (stopped_ || beaten(with)) {
                ceiling_ = std::max(ceiling_, with);
                continue;
            }
            if (replaceable(depth, k, row)) continue;
            if (capped_) weigh(item, way.number, row, 1);
            take(way.number, 1);
            std::copy_n(row, options, below);
            if (capped_) std::copy_n(row + 2 * options, list_.parts, below + 2 * options);
            refresh_after(item, below);
            explore(depth + 1, net + adds);
            take(way.number, -1);
            if (capped_) weigh(item, way.number, row, -1);
            ways[k].verdict = verdicts_[depth + 1];
            ways[k].taken = true;
        }
        if (item.forced) break;
        close(pick.number);
        plain = without_plain;
        relaxed_bound = without;
        bound = std::min(plain, relaxed_bound);
    }
    for (; closed_.size() > closed; closed_.pop_back()) list_.items[closed_.back()].open = true;
}

bool Core::run(double tolerance, std::int64_t effort, std::int64_t& nodes) {
    tolerance_ = tolerance;
    effort_ = effort;
    nodes_ = 0;
    any_ = stopped_ = false;
    least_ = best_net_ = 0;
    ceiling_ = -infinite;
    capped_ = false;
    alike_ = !list_.linked && list_.options.size() > list_.items.size();
    const std::size_t depths = list_.items.size() + 1;
    rows_.resize(std::max(rows_.size(), depths * width()));
    std::copy(list_.gains.begin(), list_.gains.end(), rows_.begin());
    if (picks_.size() < depths) {
        picks_.resize(depths);
        ways_.resize(depths);
        verdicts_.resize(depths);
    }
    note(0);
    if (!query_->known.empty()) begin_with(query_->known);
    if (best_.empty()) greedy();
    find_multipliers(root_steps);
    effort_ = std::min(effort, few);
    explore(0, 0);
    if (stopped_ && effort > few && !(query_->control && query_->control->cancelled())) {
        stopped_ = false;
        const double before = std::exchange(ceiling_, -infinite);
        effort_ = effort;
        capped_ = true;
        list_states();
        rows_.resize(std::max(rows_.size(), depths * width()));
        for (const Item& item : list_.items) refresh(item, rows_.data());
        anchor();
        find_multipliers(root_steps);
        explore(0, 0);
        ceiling_ = std::min(ceiling_, before);
    }
    nodes += (nodes_ + lightness - 1) / lightness;
    return !stopped_;
}

void Core::gather(std::int64_t effort, std::int64_t& nodes) {
    query_->near->clear();
    if (!any_ || query_->most_near <= 0) return;
    gathering_ = true;
    alike_ = false;  // another session is another choice
    floor_ = best_net_ - query_->within;
    least_ = -query_->within;
    near_count_ = 0;
    nodes_ = 0;
    effort_ = effort;
    stopped_ = false;
    const double ceiling = ceiling_;
    explore(0, 0);
    ceiling_ = ceiling;
    gathering_ = false;
    nodes += (nodes_ + lightness - 1) / lightness;
    if (query_->complete && !stopped_) *query_->complete = best_net_ - floor_;
    query_->near->resize(near_count_);
    for (std::size_t i = 0; i < near_count_; ++i) describe(near_[i].ways, near_[i].net, (*query_->near)[i]);
}

void Core::describe(const std::vector<std::int32_t>& ways, double net, Choice& choice) const {
    choice.value = net;
    choice.uses.clear();
    choice.content.clear();
    std::vector<std::int32_t> order = ways;
    std::sort(order.begin(), order.end(),
              [&](std::int32_t a, std::int32_t b) { return list_.way(a).course < list_.way(b).course; });
    for (const std::int32_t id : order) {
        const auto& way = list_.way(id);
        const Offering& offering = offer_.catalog.offerings[way.offering];
        choice.content.push_back(offer_.courses[way.course].activity.value());
        choice.content.push_back(offering.session ? offering.session.value() : -1 - way.period);
        offer_.uses(way, [&](std::int32_t resource, std::int64_t amount) {
            if (!query_->prices.empty()) choice.value += query_->prices[resource] * static_cast<double>(amount);
            const auto at = std::lower_bound(choice.uses.begin(), choice.uses.end(), resource,
                                             [](const Use& use, std::int32_t r) { return use.resource < r; });
            if (at != choice.uses.end() && at->resource == resource)
                at->amount += amount;
            else
                choice.uses.insert(at, {resource, amount});
        });
    }
}

}  // namespace gradus
