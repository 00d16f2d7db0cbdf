#include "planning/shortlist.h"

#include <algorithm>
#include <limits>

namespace gradus {
namespace {

constexpr std::int32_t left_out = -1, not_yet = -2;
constexpr std::size_t most_later = 4096;  // ways on later days, of one person

// Keys of limits, by what they limit.
constexpr std::int64_t key(int family, std::int64_t number, std::int64_t part = 0) {
    return (std::int64_t{family} << 56) | (number << 24) | (part + (1 << 20));
}

}  // namespace

double Shortlist::charge(const Way& way) const {
    double sum = -offer_.spared(way);
    if (!query_->prices.empty())
        offer_.uses(way, [&](std::int32_t resource, std::int64_t amount) {
            sum += query_->prices[resource] * static_cast<double>(amount);
        });
    return sum;
}

// Whatever comes before it.
double Shortlist::least_charge(const Way& way) const {
    double least = charge(way);
    if (!way.steady) offer_.delayed(way, [&](const Way& later) { least = std::min(least, charge(later)); });
    return least;
}

bool Shortlist::promises(std::int32_t way) const {
    const std::int32_t course = offer_.ways[way].course;
    // In a choice that is nearly as good as the best it may lack no more than that.
    const double lacks = query_->near ? query_->within : 0;
    return offer_.courses[course].forced || worth_[way] - charge_[way] + reach_[course] + lacks > 0;
}

// What each way adds and is charged at its own days, and what all that needs a course could add: the courses come before what
// needs them. False for too many lessons.
bool Shortlist::appraise() {
    const Benefit& benefit = offer_.benefit;
    worth_.resize(offer_.ways.size());
    charge_.resize(offer_.ways.size());
    reach_.assign(offer_.courses.size(), 0.0);
    first_lesson_.resize(offer_.courses.size());
    item_of_.assign(offer_.courses.size(), left_out);
    for (auto c = static_cast<std::int32_t>(offer_.courses.size()); c-- > 0;) {
        const Offer::Course& course = offer_.courses[c];
        Item item;
        item.first_lesson = first_lesson_[c] = static_cast<std::int32_t>(lessons.size());
        for (std::int32_t l = 0; l < benefit.lesson_count(course.entry); ++l) {
            const std::int32_t state = benefit.lesson_state(course.entry, l);
            if (!effect.few(state)) return false;
            lessons.push_back(
                {state, std::uint64_t{1} << (benefit.lesson(course.entry, l) - benefit.state(state).first_lesson)});
        }
        item.last_lesson = static_cast<std::int32_t>(lessons.size());
        double most = -std::numeric_limits<double>::infinity();
        bool promising = course.forced;
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
            const Way& way = offer_.ways[w];
            // Sessions that end on one day are worth the same.
            const bool again = w > course.first_way && way.share == offer_.ways[w - 1].share;
            worth_[w] = again ? worth_[w - 1] : gain(item, way.share);
            charge_[w] = least_charge(way);
            most = std::max(most, worth_[w] - charge_[w]);
            promising = promising || promises(w);
        }
        if (!promising) {
            lessons.resize(static_cast<std::size_t>(item.first_lesson));
            continue;
        }
        item_of_[c] = not_yet;
        for (const std::int32_t before : course.prerequisites) reach_[before] += std::max(0.0, most + reach_[c]);
    }
    return true;
}

std::int32_t Shortlist::limit(std::int64_t key, std::int64_t capacity) {
    for (std::size_t i = 0; i < limits.size(); ++i)
        if (limits[i].key == key) return static_cast<std::int32_t>(i);
    Limit limit;
    limit.key = key;
    limit.capacity = limit.left = std::max<std::int64_t>(0, capacity);
    limits.push_back(limit);
    return static_cast<std::int32_t>(limits.size()) - 1;
}

// False where that can never be taken.
bool Shortlist::take(std::int64_t key, std::int64_t capacity, std::int64_t amount) {
    if (amount <= 0) return true;
    const std::int32_t at = limit(key, capacity);
    takes.push_back(
        {at, amount, static_cast<double>(amount) / std::max(1.0, static_cast<double>(limits[at].capacity))});
    return amount <= limits[at].capacity;
}

// What a way takes on whatever day of its period it begins.
bool Shortlist::take_fixed(const Way& way) {
    const OptimizeOptions& most = offer_.catalog.options;
    const Offer::Course& course = offer_.courses[way.course];
    const auto pinned = [&](auto counts) { return std::count_if(offer_.pins.begin(), offer_.pins.end(), counts); };
    bool possible = true;
    if (offer_.hours_limited) possible = take(key(0, way.period), offer_.room_minutes[way.period], way.minutes);
    if (most.max_activities)
        possible = take(key(4, 0), *most.max_activities - static_cast<std::int64_t>(offer_.pins.size()), 1) && possible;
    if (most.max_of_a_kind && course.kind >= 0)
        possible =
            take(key(5, course.kind),
                 *most.max_of_a_kind - pinned([&](const Offer::Pin& pin) { return pin.kind == course.kind; }), 1) &&
            possible;
    const bool dated = offer_.catalog.offerings[way.offering].session && !most.allow_overlap;
    return possible && !(dated && pinned([&](const Offer::Pin& pin) {
                                      return pin.session && way.first <= pin.last && pin.first <= way.last;
                                  }) > 0);
}

// What it takes of accounts and of shared resources.
bool Shortlist::take_varying(const Way& way) {
    const Tables& tables = offer_.catalog.organization.tables();
    bool possible = true;
    for (int kind = 0; kind < 3; ++kind) {
        if (way.account[kind] < 0) continue;
        const Offer::Account& account = offer_.accounts[way.account[kind]];
        const std::int64_t amount = offer_.taken(way, account.kind);
        const auto within = [&](int family, std::int64_t capacity, CapPeriod period) {
            const std::int32_t part = calendar_period(way.first, period);
            for (const Way& other : offer_.standing)
                if (other.account[kind] == way.account[kind] && calendar_period(other.first, period) == part)
                    capacity -= offer_.taken(other, account.kind);
            possible = take(key(family, way.account[kind], part), capacity, amount) && possible;
        };
        within(1, account.available, missing<CapPeriod>());
        if (const Amount cap = tables.accounts.cap[account.row]; !is_missing(cap))
            within(2, cap.units(), tables.accounts.cap_period[account.row]);
        if (const ProgramId program = tables.accounts.program[account.row])
            if (const Amount cap = tables.programs.cap[program.value()]; !is_missing(cap))
                within(3, cap.units(), tables.programs.cap_period[program.value()]);
    }
    if (!query_->room.empty())
        offer_.uses(way, [&](std::int32_t resource, std::int64_t amount) {
            possible = take(key(6, resource), query_->room[resource], amount) && possible;
        });
    return possible;
}

// Takes nothing where it returns false.
bool Shortlist::take_all(const Way& way, Option& option) {
    option.first_take = static_cast<std::int32_t>(takes.size());
    const bool possible = take_fixed(way) && take_varying(way);
    if (!possible) takes.resize(static_cast<std::size_t>(option.first_take));
    option.last_take = static_cast<std::int32_t>(takes.size());
    return possible;
}

double Shortlist::gain(const Item& item, double share) {
    double sum = 0;
    for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l) sum += effect.gain(lessons[l], share);
    return sum;
}

void Shortlist::refresh(const Item& item, double* gains_of_item) {
    double before = -1;
    for (std::int32_t o = item.first_way; o < item.last_way; ++o, ++gains_of_item) {
        if (options[o].share == before) {
            *gains_of_item = gains_of_item[-1];
            continue;
        }
        before = options[o].share;
        *gains_of_item = gain(item, before);
    }
}

void Shortlist::refresh_parts(const Item& item, double* gains_of_item, double* all_parts) {
    for (std::int32_t o = item.first_way; o < item.last_way; ++o, ++gains_of_item) {
        *gains_of_item = 0;
        for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l) {
            const double gain = effect.gain(lessons[l], options[o].share);
            all_parts[part(item, o, l)] = gain;
            *gains_of_item += gain;
        }
    }
}

void Shortlist::add_way(const Item& item, std::int32_t number) {
    const Way& way = offer_.ways[number];
    Option option;
    option.way = number;
    option.item = static_cast<std::int32_t>(items.size());
    option.share = way.share;
    option.charge = charge_[number];
    option.first = way.first;
    option.last = way.last;
    option.dated = offer_.catalog.offerings[way.offering].session && !offer_.catalog.options.allow_overlap;
    const std::size_t first = later_.size();
    if (item.unmet > 0) {
        add_later(option);
        if (later_.size() == first) return;
    } else if (!take_all(way, option)) {
        return;
    }
    options.push_back(option);
    gains.push_back(option.share == way.share ? worth_[number] : gain(item, option.share));
    first_later_.push_back(static_cast<std::int32_t>(first));
}

// What the way becomes on each day that it may come to, and of `option` what all of these have in common.
void Shortlist::add_later(Option& option) {
    const std::int32_t number = option.way;
    const Way way = offer_.ways[number];
    const std::size_t first = later_.size();
    const auto add = [&](const Way& on, std::int32_t id) {
        Option later = option;
        if (!take_all(on, later)) return;
        later.way = id;
        later.share = on.share;
        later.first = on.first;
        later.last = on.last;
        later.charge = charge(on);
        if (later_.size() > first) {
            const Option& other = later_[first];
            if (std::equal(takes.begin() + later.first_take, takes.end(), takes.begin() + other.first_take,
                           takes.begin() + other.last_take)) {
                takes.resize(static_cast<std::size_t>(later.first_take));
                later.first_take = other.first_take;
                later.last_take = other.last_take;
            }
        }
        later_.push_back(later);
    };
    if (afters_.front() <= way.first && !way.only_later) add(way, number);
    if (!offer_.catalog.offerings[way.offering].session)
        for (const Date after : afters_) {
            if (after <= way.first) continue;
            Way on = way;
            if (!offer_.dated(on, after)) break;
            if (!way.steady && !offer_.priced(on)) continue;
            delayed_.push_back(on);
            add(on, static_cast<std::int32_t>(offer_.ways.size() + delayed_.size()) - 1);
        }
    if (later_.size() == first) return;
    option = later_[first];  // the earliest is worth most
    option.way = number;
    bool same = true;
    for (std::size_t k = first; k < later_.size(); ++k) {
        option.charge = std::min(option.charge, later_[k].charge);
        same = same && later_[k].first_take == option.first_take;
    }
    if (same) return;
    option.first_take = static_cast<std::int32_t>(takes.size());
    take_fixed(way);
    option.last_take = static_cast<std::int32_t>(takes.size());
}

// What must be taken before an item, and the days after which that may leave it; false where it is left out.
bool Shortlist::find_links(Item& item) {
    item.first_before = item.last_before = static_cast<std::int32_t>(links.size());
    const std::vector<std::int32_t>& prerequisites = offer_.courses[item.course].prerequisites;
    if (prerequisites.empty()) return true;
    afters_.clear();
    Date earliest = offer_.catalog.start;
    for (const std::int32_t course : prerequisites) {
        const std::int32_t before = item_of_[course];
        if (before < 0) return false;
        if (std::find(links.begin() + item.first_before, links.end(), before) != links.end()) continue;
        links.push_back(before);
        Date first = Date::max();
        for (std::int32_t e = first_end_[before]; e < first_end_[before + 1]; ++e) {
            const Date after = ends_[e] + std::chrono::days(1);
            first = std::min(first, after);
            afters_.push_back(after);
        }
        earliest = std::max(earliest, first);
    }
    item.last_before = static_cast<std::int32_t>(links.size());
    item.unmet = item.last_before - item.first_before;
    std::sort(afters_.begin(), afters_.end());
    afters_.erase(std::unique(afters_.begin(), afters_.end()), afters_.end());
    afters_.erase(afters_.begin(), std::lower_bound(afters_.begin(), afters_.end(), earliest));
    return !afters_.empty();
}

// The last days on which what needs the item may find it.
void Shortlist::add_ends(const Item& item) {
    const auto first = static_cast<std::ptrdiff_t>(ends_.size());
    if (offer_.courses[item.course].needed && item.first_way < item.last_way) {
        if (item.unmet == 0)
            for (std::int32_t o = item.first_way; o < item.last_way; ++o) ends_.push_back(options[o].last);
        else
            for (auto k = static_cast<std::size_t>(first_later_[item.first_way]); k < later_.size(); ++k)
                ends_.push_back(later_[k].last);
        std::sort(ends_.begin() + first, ends_.end());
        ends_.erase(std::unique(ends_.begin() + first, ends_.end()), ends_.end());
    }
    first_end_.push_back(static_cast<std::int32_t>(ends_.size()));
}

// False where there are too many.
bool Shortlist::add_capabilities(std::int32_t entry, std::uint64_t& set) {
    for (const std::int32_t capability : offer_.benefit.capabilities(entry)) {
        const auto at = std::find(known_.begin(), known_.end(), capability) - known_.begin();
        if (at == 64) return false;
        if (at == static_cast<std::ptrdiff_t>(known_.size())) known_.push_back(capability);
        set |= std::uint64_t{1} << at;
    }
    return true;
}

// False where the course cannot be expressed.
bool Shortlist::add_item(std::int32_t number) {
    const Offer::Course& course = offer_.courses[number];
    if (item_of_[number] == left_out) return true;
    item_of_[number] = left_out;
    Item item;
    item.course = number;
    item.forced = course.forced;
    item.first_way = item.last_way = static_cast<std::int32_t>(options.size());
    item.first_lesson = first_lesson_[number];
    item.last_lesson = item.first_lesson + offer_.benefit.lesson_count(course.entry);
    if (!find_links(item)) {
        links.resize(static_cast<std::size_t>(item.first_before));
        return true;
    }
    for (std::int32_t w = course.first_way; w < course.last_way; ++w)
        if (promises(w)) add_way(item, w);
    item.last_way = static_cast<std::int32_t>(options.size());
    if (item.first_way == item.last_way && !item.forced) {
        links.resize(static_cast<std::size_t>(item.first_before));
        return true;
    }
    if (later_.size() > most_later) return false;
    for (std::int32_t l = item.first_lesson; l < item.last_lesson; ++l) {
        if (++lesson_count_[lessons[l].state] > Effect::most) return false;
        item.touches |= std::uint64_t{1} << (lessons[l].state & 63);
    }
    if (most_capabilities >= 0 && !add_capabilities(course.entry, item.capabilities)) return false;
    add_ends(item);
    item.first_part = parts;
    parts += (item.last_way - item.first_way) * (item.last_lesson - item.first_lesson);
    forced += item.forced;
    linked = linked || item.unmet > 0;
    item_of_[number] = static_cast<std::int32_t>(items.size());
    items.push_back(item);
    return true;
}

void Shortlist::find_followers() {
    const auto count = static_cast<std::int32_t>(items.size());
    for (std::int32_t i = 0; i < count; ++i) {
        items[i].first_follower = static_cast<std::int32_t>(links.size());
        for (std::int32_t k = i + 1; k < count; ++k)
            for (std::int32_t b = items[k].first_before; b < items[k].last_before; ++b)
                if (links[b] == i) links.push_back(k);
        items[i].last_follower = static_cast<std::int32_t>(links.size());
    }
}

void Shortlist::drop_slack_takes(Option& option) {
    std::int32_t kept = option.first_take;
    for (std::int32_t t = option.first_take; t < option.last_take; ++t)
        if (const Limit& at = limits[takes[t].limit]; at.asked > static_cast<double>(at.capacity))
            takes[kept++] = takes[t];
    option.last_take = kept;
}

// A limit that holds even if everything is taken is none.
void Shortlist::drop_slack_limits() {
    const auto ask = [&](const Option& option) {
        for (std::int32_t t = option.first_take; t < option.last_take; ++t)
            limits[takes[t].limit].asked += static_cast<double>(takes[t].amount);
    };
    // The most that one way of the item takes of each limit; the ways' sum is no less, and simpler.
    for (const Option& option : options) ask(option);
    for (std::size_t o = 0; o < options.size(); ++o)
        for (std::int32_t k = first_later_[o]; k < first_later_[o + 1]; ++k)
            if (later_[k].first_take != options[o].first_take) ask(later_[k]);
    for (std::size_t o = 0; o < options.size(); ++o) {
        drop_slack_takes(options[o]);
        for (std::int32_t k = first_later_[o]; k < first_later_[o + 1]; ++k) {
            Option& later = later_[k];
            if (later.first_take == options[o].first_take)
                later.last_take = options[o].last_take;
            else if (k > first_later_[o] && later.first_take == later_[first_later_[o]].first_take)
                later.last_take = later_[first_later_[o]].last_take;
            else
                drop_slack_takes(later);
        }
    }
}

bool Shortlist::open(const Query& query) {
    query_ = &query;
    items.clear();
    options.clear();
    lessons.clear();
    limits.clear();
    takes.clear();
    links.clear();
    gains.clear();
    first_later_.clear();
    later_.clear();
    delayed_.clear();
    ends_.clear();
    first_end_.assign(1, 0);
    known_.clear();
    forced = parts = 0;
    linked = false;
    taught = 0;
    most_capabilities = offer_.catalog.options.max_capabilities.value_or(-1);
    if (most_capabilities >= 0)
        for (const Offer::Pin& pin : offer_.pins)
            if (!add_capabilities(pin.entry, taught)) return false;
    if (!effect.open() || !appraise()) return false;
    lesson_count_.resize(static_cast<std::size_t>(offer_.benefit.states()));
    for (std::int32_t s = 0; s < offer_.benefit.states(); ++s) lesson_count_[s] = effect.count(s);
    for (std::size_t c = 0; c < offer_.courses.size(); ++c)
        if (!add_item(static_cast<std::int32_t>(c))) return false;
    first_later_.push_back(static_cast<std::int32_t>(later_.size()));
    drop_slack_limits();
    if (!linked) return true;
    find_followers();
    loose_ = options;
    return true;
}

void Shortlist::settle(const Item& item, Date after) {
    for (std::int32_t o = item.first_way; o < item.last_way; ++o) {
        const Date day = std::max<Date>(after, offer_.ways[loose_[o].way].first);
        options[o].shut = true;
        for (std::int32_t k = first_later_[o]; k < first_later_[o + 1]; ++k)
            if (later_[k].first == day) options[o] = later_[k];
    }
}

void Shortlist::unsettle(const Item& item) {
    std::copy(loose_.begin() + item.first_way, loose_.begin() + item.last_way, options.begin() + item.first_way);
}

}  // namespace gradus
