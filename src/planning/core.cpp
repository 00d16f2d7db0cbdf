#include "planning/core.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int root_steps = 24;
constexpr std::int64_t lightness = 16;  // so many nodes are about the work of one of the other gears

// Keys of limits, by what they limit.
constexpr std::int64_t key(int family, std::int64_t number, std::int64_t part = 0) {
    return (std::int64_t{family} << 56) | (number << 24) | (part + (1 << 20));
}

}  // namespace

std::int32_t Core::limit(std::int64_t key, std::int64_t capacity) {
    for (std::size_t i = 0; i < limits_.size(); ++i)
        if (limits_[i].key == key) return static_cast<std::int32_t>(i);
    Limit limit;
    limit.key = key;
    limit.capacity = limit.left = std::max<std::int64_t>(0, capacity);
    limits_.push_back(limit);
    return static_cast<std::int32_t>(limits_.size()) - 1;
}

// Lists what a way takes of each limit; false if it can never be taken.
bool Core::add_way(const Way& way, std::int32_t number) {
    const Catalog& catalog = offer_.catalog;
    const Tables& tables = catalog.organization.tables();
    const OptimizeOptions& options = catalog.options;
    Option option;
    option.way = number;
    option.item = static_cast<std::int32_t>(items_.size());
    option.share = way.share;
    option.first_take = static_cast<std::int32_t>(takes_.size());
    bool possible = true;
    const auto taking = [&](std::int64_t which, std::int64_t capacity, std::int64_t amount) {
        if (amount <= 0) return;
        const std::int32_t at = limit(which, capacity);
        possible = possible && amount <= limits_[at].capacity;
        takes_.push_back(
            {at, amount, static_cast<double>(amount) / std::max(1.0, static_cast<double>(limits_[at].capacity))});
    };
    if (offer_.hours_limited) taking(key(0, way.period), offer_.room_minutes[way.period], way.minutes);
    for (int kind = 0; kind < 3; ++kind) {
        if (way.account[kind] < 0) continue;
        const Offer::Account& account = offer_.accounts[way.account[kind]];
        const std::int64_t amount = offer_.taken(way, account.kind);
        taking(key(1, way.account[kind]), account.available, amount);
        const auto capped = [&](int family, Amount cap, CapPeriod period) {
            if (!is_missing(cap))
                taking(key(family, way.account[kind], calendar_period(way.first, period)), cap.units(), amount);
        };
        capped(2, tables.accounts.cap[account.row], tables.accounts.cap_period[account.row]);
        if (const ProgramId program = tables.accounts.program[account.row])
            capped(3, tables.programs.cap[program.value()], tables.programs.cap_period[program.value()]);
    }
    const Offer::Course& course = offer_.courses[way.course];
    const auto pinned = [&](auto counts) { return std::count_if(offer_.pins.begin(), offer_.pins.end(), counts); };
    if (options.max_activities)
        taking(key(4, 0), *options.max_activities - static_cast<std::int64_t>(offer_.pins.size()), 1);
    if (options.max_of_a_kind && course.kind >= 0)
        taking(key(5, course.kind),
               *options.max_of_a_kind - pinned([&](const Offer::Pin& pin) { return pin.kind == course.kind; }), 1);
    option.charge = -offer_.spared(way);
    offer_.uses(way, [&](std::int32_t resource, std::int64_t amount) {
        if (!query_->prices.empty()) option.charge += query_->prices[resource] * static_cast<double>(amount);
        if (!query_->room.empty()) taking(key(6, resource), query_->room[resource], amount);
    });
    option.dated = catalog.offerings[way.offering].session && !options.allow_overlap;
    if (option.dated && pinned([&](const Offer::Pin& pin) {
                            return pin.session && way.first <= pin.last && pin.first <= way.last;
                        }) > 0)
        possible = false;
    option.last_take = static_cast<std::int32_t>(takes_.size());
    if (!possible) {
        takes_.resize(option.first_take);
        return false;
    }
    options_.push_back(option);
    return true;
}

// False where the course cannot be expressed.
bool Core::add_item(std::int32_t number) {
    const Offer::Course& course = offer_.courses[number];
    const Benefit& benefit = offer_.benefit;
    // What waiting makes cheaper, or the day that it was planned for, cannot be judged by its first day.
    for (std::int32_t w = course.first_way; w < course.last_way; ++w)
        if (!offer_.ways[w].steady) return false;
    Item item;
    item.course = number;
    item.forced = course.forced;
    item.first_way = static_cast<std::int32_t>(options_.size());
    item.first_lesson = static_cast<std::int32_t>(lessons_.size());
    const auto first_take = takes_.size();
    for (std::int32_t l = 0; l < benefit.lesson_count(course.entry); ++l) {
        const std::int32_t state = benefit.lesson_state(course.entry, l);
        const Benefit::State& at = benefit.state(state);
        if (at.last_lesson - at.first_lesson > 64) return false;
        lessons_.push_back({state, std::uint64_t{1} << (benefit.lesson(course.entry, l) - at.first_lesson)});
        item.touches |= std::uint64_t{1} << (state & 63);
    }
    item.last_lesson = static_cast<std::int32_t>(lessons_.size());
    for (std::int32_t w = course.first_way; w < course.last_way; ++w) add_way(offer_.ways[w], w);
    item.last_way = static_cast<std::int32_t>(options_.size());

    // What is not worth its charge alone never is, in the best choice; in one that is nearly as good it may lack no more.
    const double lacks = query_->near ? query_->within : 0;
    const auto count = static_cast<std::size_t>(item.last_way - item.first_way);
    if (gains_.size() < options_.size()) gains_.resize(2 * options_.size());
    double* gains = gains_.data() + item.first_way;
    refresh(item, gains);
    std::int32_t kept = item.first_way;
    for (std::size_t i = 0; i < count; ++i) {
        const Option& option = options_[item.first_way + static_cast<std::int32_t>(i)];
        if (!item.forced && gains[i] + lacks <= option.charge) continue;
        gains_[kept] = gains[i];
        options_[kept++] = option;
    }
    item.last_way = kept;
    options_.resize(kept);
    if (item.first_way == item.last_way && !item.forced) {
        lessons_.resize(item.first_lesson);
        takes_.resize(first_take);
        return true;
    }
    if (!course.prerequisites.empty()) return false;
    for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l)
        if (++lesson_count_[lessons_[l].state] > most_active) return false;
    forced_left_ += item.forced;
    items_.push_back(item);
    return true;
}

// A limit that holds even if everything is taken is none.
void Core::drop_slack_limits() {
    for (Limit& limit : limits_) limit.asked = 0;
    for (const Item& item : items_) {
        // The most that one way of the item takes of each limit; the ways' sum is no less, and simpler.
        for (std::int32_t o = item.first_way; o < item.last_way; ++o)
            for (std::int32_t t = options_[o].first_take; t < options_[o].last_take; ++t)
                limits_[takes_[t].limit].asked += static_cast<double>(takes_[t].amount);
    }
    for (Option& option : options_) {
        std::int32_t kept = option.first_take;
        for (std::int32_t t = option.first_take; t < option.last_take; ++t)
            if (const Limit& limit = limits_[takes_[t].limit]; limit.asked > static_cast<double>(limit.capacity))
                takes_[kept++] = takes_[t];
        option.last_take = kept;
    }
}

bool Core::open(const Query& query) {
    query_ = &query;
    items_.clear();
    options_.clear();
    lessons_.clear();
    limits_.clear();
    takes_.clear();
    chosen_.clear();
    best_.clear();
    forced_left_ = 0;
    if (offer_.catalog.options.max_capabilities || !offer_.standing.empty()) return false;
    const Benefit& benefit = offer_.benefit;
    const auto states = static_cast<std::size_t>(benefit.states());
    if (active_.size() < states) active_.resize(states);
    lesson_count_.assign(states, 0);
    for (std::size_t s = 0; s < states; ++s) {
        Active& active = active_[s];
        active.count = 0;
        active.sets[0] = 0;
        const auto& pins = benefit.active(static_cast<std::int32_t>(s));
        if (pins.empty()) continue;
        const Benefit::State& state = benefit.state(static_cast<std::int32_t>(s));
        lesson_count_[s] = static_cast<std::int32_t>(pins.size());
        if (lesson_count_[s] > most_active || state.last_lesson - state.first_lesson > 64) return false;
        for (const Benefit::Active& pin : pins) {
            active.shares[active.count] = pin.share;
            active.sets[active.count + 1] = active.sets[active.count] | std::uint64_t{1}
                                                                            << (pin.lesson - state.first_lesson);
            ++active.count;
        }
    }
    for (std::size_t c = 0; c < offer_.courses.size(); ++c)
        if (!add_item(static_cast<std::int32_t>(c))) return false;
    drop_slack_limits();
    return true;
}

// What a lesson adds to what is in effect; see Benefit::over_time.
double Core::lesson_gain(const Lesson& lesson, double share) {
    Benefit& benefit = offer_.benefit;
    const Active& active = active_[lesson.state];
    const std::int32_t first = benefit.state(lesson.state).first_lesson;
    if (active.count == 0) return share * std::max(0.0, benefit.removed(lesson.state, first, lesson.bit));
    double sum = 0, reached = 0;
    for (std::int32_t i = active.count; i >= 0 && reached < share; --i) {
        const double edge = std::min(share, i == 0 ? 1.0 : active.shares[i - 1]);
        if (edge <= reached) continue;
        const std::uint64_t set = active.sets[i];
        const double before = set == 0 ? 0 : benefit.removed(lesson.state, first, set);
        sum += (edge - reached) * std::max(0.0, benefit.removed(lesson.state, first, set | lesson.bit) - before);
        reached = edge;
    }
    return sum;
}

void Core::refresh(const Item& item, double* gains) {
    double before = -1;
    for (std::int32_t o = item.first_way; o < item.last_way; ++o, ++gains) {
        if (options_[o].share == before) {  // sessions that end on one day
            *gains = gains[-1];
            continue;
        }
        before = options_[o].share;
        double sum = 0;
        for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l) sum += lesson_gain(lessons_[l], before);
        *gains = sum;
    }
}

void Core::activate(const Item& item, double share) {
    for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l) {
        Active& active = active_[lessons_[l].state];
        std::int32_t at = active.count++;
        for (; at > 0 && active.shares[at - 1] < share; --at) {
            active.shares[at] = active.shares[at - 1];
            active.sets[at + 1] = active.sets[at] | lessons_[l].bit;
        }
        active.shares[at] = share;
        active.sets[at + 1] = active.sets[at] | lessons_[l].bit;
    }
}

void Core::deactivate(const Item& item, double share) {
    for (std::int32_t l = item.last_lesson; l-- > item.first_lesson;) {
        Active& active = active_[lessons_[l].state];
        std::int32_t at = 0;
        while (!(active.shares[at] == share && (active.sets[at + 1] & lessons_[l].bit) != 0)) ++at;
        for (; at + 1 < active.count; ++at) {
            active.shares[at] = active.shares[at + 1];
            active.sets[at + 1] = active.sets[at + 2] & ~lessons_[l].bit;
        }
        --active.count;
    }
}

bool Core::fits(const Option& option) const {
    for (std::int32_t t = option.first_take; t < option.last_take; ++t)
        if (takes_[t].amount > limits_[takes_[t].limit].left) return false;
    if (!option.dated) return true;
    const Way& way = offer_.ways[option.way];
    return std::none_of(chosen_.begin(), chosen_.end(), [&](std::int32_t o) {
        const Way& other = offer_.ways[options_[o].way];
        return options_[o].dated && way.first <= other.last && other.first <= way.last;
    });
}

void Core::take(std::int32_t number, int sign) {
    const Option& option = options_[number];
    Item& item = items_[option.item];
    for (std::int32_t t = option.first_take; t < option.last_take; ++t)
        limits_[takes_[t].limit].left -= sign * takes_[t].amount;
    forced_left_ -= sign * item.forced;
    item.open = sign < 0;
    if (sign > 0) {
        chosen_.push_back(number);
        activate(item, option.share);
    } else {
        deactivate(item, option.share);
        chosen_.pop_back();
    }
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
        near_[near_count_++].options = chosen_;
        std::push_heap(near_.begin(), near_.begin() + static_cast<std::ptrdiff_t>(near_count_), worse);
        if (near_count_ == most) floor_ = std::max(floor_, std::nextafter(near_.front().net, infinite));
        return;
    }
    if (forced_left_ > 0 || (any_ && net <= best_net_)) return;
    any_ = true;
    best_net_ = net;
    best_ = chosen_;
}

// A choice known from before, as far as it is still possible and worth its charge.
void Core::begin_with(std::span<const std::int32_t> content) {
    double net = 0, gains[64];
    for (std::size_t i = 0; i + 1 < content.size(); i += 2)
        for (const Item& item : items_) {
            if (!item.open || offer_.courses[item.course].activity.value() != content[i]) continue;
            if (item.last_way - item.first_way > 64) break;
            refresh(item, gains);
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
                const Way& way = offer_.ways[options_[o].way];
                const Offering& offering = offer_.catalog.offerings[way.offering];
                if ((offering.session ? offering.session.value() : -1 - way.period) != content[i + 1]) continue;
                const double adds = gains[o - item.first_way] - options_[o].charge;
                if ((adds > 0 || item.forced) && fits(options_[o])) {
                    take(o, 1);
                    net += adds;
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
    std::vector<double>& gains = gains_;
    double net = 0;
    while (true) {
        double most = -infinite;
        std::int32_t pick = -1;
        for (const Item& item : items_) {
            if (!item.open || (forced_left_ > 0 && !item.forced)) continue;
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
                const double adds = gains[o] - options_[o].charge;
                if ((adds <= 0 && !item.forced) || !fits(options_[o])) continue;
                double part = 0.05;
                for (std::int32_t t = options_[o].first_take; t < options_[o].last_take; ++t) part += takes_[t].part;
                const double rate = adds > 0 ? adds / part : adds;
                if (rate > most) {
                    most = rate;
                    pick = o;
                }
            }
        }
        if (pick < 0) break;
        net += gains[pick] - options_[pick].charge;
        take(pick, 1);
        const std::uint64_t touched = items_[options_[pick].item].touches;
        for (const Item& item : items_)
            if (item.open && (item.touches & touched) != 0) refresh(item, gains.data() + item.first_way);
        note(net);
    }
    while (!chosen_.empty()) take(chosen_.back(), -1);
    for (const Item& item : items_) refresh(item, gains.data() + item.first_way);
}

// The bound at the root under the multipliers and, if wanted, its slopes.
double Core::relaxed(bool slopes) {
    double bound = 0;
    for (Limit& limit : limits_) {
        bound += limit.multiplier;
        limit.slope = 1;
    }
    for (const Item& item : items_) {
        double top = item.forced ? -infinite : 0;
        std::int32_t pick = -1;
        for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
            double value = gains_[o] - options_[o].charge;
            for (std::int32_t t = options_[o].first_take; t < options_[o].last_take; ++t)
                value -= limits_[takes_[t].limit].multiplier * takes_[t].part;
            if (value > top) {
                top = value;
                pick = o;
            }
        }
        bound += top;
        if (slopes && pick >= 0)
            for (std::int32_t t = options_[pick].first_take; t < options_[pick].last_take; ++t)
                limits_[takes_[t].limit].slope -= takes_[t].part;
    }
    return bound;
}

// Polyak steps on all multipliers at once.
void Core::find_multipliers(int steps) {
    double best = relaxed(true), relax = 1;
    int idle = 0;
    for (Limit& limit : limits_) limit.best_multiplier = limit.multiplier;
    for (int step = 0; step < steps && best > -infinite && !beaten(best); ++step) {
        double norm = 0;
        for (Limit& limit : limits_) {
            if (limit.multiplier == 0 && limit.slope >= 0) limit.slope = 0;
            norm += limit.slope * limit.slope;
        }
        if (norm < 1e-12) break;
        const double aim = any_ ? best_net_ : 0.9 * best;
        const double length = relax * std::max(1e-3 * std::abs(best), best - aim) / norm;
        for (Limit& limit : limits_) limit.multiplier = std::max(0.0, limit.multiplier - length * limit.slope);
        const double bound = relaxed(true);
        idle = bound < best - 1e-3 * std::abs(best) ? 0 : idle + 1;
        if (bound < best) {
            best = bound;
            for (Limit& limit : limits_) limit.best_multiplier = limit.multiplier;
        }
        if (idle >= 3) {
            relax *= 0.4;
            idle = 0;
            for (Limit& limit : limits_) limit.multiplier = limit.best_multiplier;
            relaxed(true);
        }
    }
    for (Limit& limit : limits_) limit.multiplier = limit.best_multiplier;
}

void Core::explore(std::size_t depth, double net) {
    note(net);
    if (++nodes_ > effort_) stopped_ = true;
    if ((nodes_ & 1023) == 0 && query_->control && query_->control->cancelled()) stopped_ = true;
    const std::size_t width = options_.size();
    const double* gains = gains_.data() + depth * width;
    double plain = net, relaxed_bound = net;
    for (const Limit& limit : limits_)
        if (limit.multiplier > 0)
            relaxed_bound +=
                limit.multiplier * static_cast<double>(limit.left) / std::max(1.0, static_cast<double>(limit.capacity));
    std::vector<Pick>& picks = picks_[depth];
    picks.clear();
    const auto value = [&](std::int32_t o) {
        double sum = gains[o] - options_[o].charge;
        for (std::int32_t t = options_[o].first_take; t < options_[o].last_take; ++t)
            sum -= limits_[takes_[t].limit].multiplier * takes_[t].part;
        return sum;
    };
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const Item& item = items_[i];
        if (!item.open) continue;
        double top = -infinite, most = -infinite;
        for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
            const double adds = gains[o] - options_[o].charge;
            if ((adds <= least_ && !item.forced) || !fits(options_[o])) continue;
            most = std::max(most, adds);
            top = std::max(top, value(o));
        }
        if (item.forced && top == -infinite) return;
        if (top == -infinite) continue;
        plain += item.forced ? most : std::max(0.0, most);
        relaxed_bound += item.forced ? top : std::max(0.0, top);
        Pick pick{item.forced ? top + 1e100 : top, static_cast<std::int32_t>(i)};
        auto at = picks.end();
        while (at != picks.begin() && (at - 1)->value < pick.value) --at;
        picks.insert(at, pick);
    }
    double bound = std::min(plain, relaxed_bound);
    if (stopped_ || beaten(bound)) {
        ceiling_ = std::max(ceiling_, bound);
        return;
    }
    double* below = gains_.data() + (depth + 1) * width;
    std::vector<Pick>& ways = ways_[depth];
    std::size_t closed = 0;
    for (const Pick& pick : picks) {
        if (stopped_ || beaten(bound)) {
            ceiling_ = std::max(ceiling_, bound);
            break;
        }
        Item& item = items_[pick.number];
        ways.clear();
        double most = item.forced ? -infinite : 0;
        for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
            const double adds = gains[o] - options_[o].charge;
            if ((adds <= least_ && !item.forced) || !fits(options_[o])) continue;
            Pick way{value(o), o};
            most = std::max(most, adds);
            auto at = ways.end();
            while (at != ways.begin() && (at - 1)->value < way.value) --at;
            ways.insert(at, way);
        }
        const double without_plain = plain - most;
        const double without = relaxed_bound - (item.forced ? ways.front().value : std::max(0.0, ways.front().value));
        for (std::size_t k = 0; k < ways.size(); ++k) {
            const Pick way = ways[k];
            const double adds = gains[way.number] - options_[way.number].charge;
            const double with = std::min(without + way.value, without_plain + adds);
            if (stopped_ || beaten(with)) {
                ceiling_ = std::max(ceiling_, with);
                continue;
            }
            take(way.number, 1);
            std::copy_n(gains, width, below);
            for (const Item& other : items_)
                if (other.open && (other.touches & item.touches) != 0) refresh(other, below + other.first_way);
            explore(depth + 1, net + adds);
            take(way.number, -1);
        }
        if (item.forced) break;
        item.open = false;
        ++closed;
        plain = without_plain;
        relaxed_bound = without;
        bound = std::min(plain, relaxed_bound);
    }
    for (std::size_t i = 0; i < closed; ++i) items_[picks[i].number].open = true;
}

bool Core::run(double tolerance, std::int64_t effort, std::int64_t& nodes) {
    tolerance_ = tolerance;
    effort_ = effort;
    nodes_ = 0;
    any_ = stopped_ = false;
    least_ = best_net_ = 0;
    ceiling_ = -infinite;
    gains_.resize(std::max(gains_.size(), (items_.size() + 1) * options_.size()));
    if (picks_.size() < items_.size() + 1) {
        picks_.resize(items_.size() + 1);
        ways_.resize(items_.size() + 1);
    }
    note(0);
    if (!query_->known.empty()) begin_with(query_->known);
    if (best_.empty()) greedy();
    find_multipliers(root_steps);
    explore(0, 0);
    nodes += (nodes_ + lightness - 1) / lightness;
    return !stopped_;
}

void Core::gather(std::int64_t effort, std::int64_t& nodes) {
    query_->near->clear();
    if (!any_ || query_->most_near <= 0) return;
    gathering_ = true;
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
    for (std::size_t i = 0; i < near_count_; ++i) describe(near_[i].options, near_[i].net, (*query_->near)[i]);
}

void Core::describe(const std::vector<std::int32_t>& options, double net, Choice& choice) const {
    choice.value = net;
    choice.uses.clear();
    choice.content.clear();
    std::vector<std::int32_t> order = options;
    std::sort(order.begin(), order.end(),
              [&](std::int32_t a, std::int32_t b) { return options_[a].item < options_[b].item; });
    for (const std::int32_t o : order) {
        const Way& way = offer_.ways[options_[o].way];
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
