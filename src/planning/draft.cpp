#include "planning/draft.h"

#include <algorithm>
#include <cmath>

namespace gradus {
namespace {

bool overlap(const Way& way, Date first, Date last) { return way.first <= last && first <= way.last; }

}  // namespace

void Draft::begin(const Query& query) {
    query_ = &query;
    const OptimizeOptions& options = catalog_.options;
    chosen_.clear();
    nets_.clear();
    net_ = 0;
    place_of_.assign(offer.courses.size(), -1);
    forced_left_ = 0;
    kinds_.clear();
    for (const Offer::Course& course : offer.courses) {
        forced_left_ += course.forced;
        if (options.max_of_a_kind && course.kind >= 0 &&
            std::find(kinds_.begin(), kinds_.end(), course.kind) == kinds_.end())
            kinds_.push_back(course.kind);
    }
    minutes_left_ = offer.room_minutes;
    const auto first_account = static_cast<std::int32_t>(catalog_.periods.size()),
               activities = first_account + static_cast<std::int32_t>(offer.accounts.size()),
               first_kind = activities + 1;
    capacity_.assign(first_kind + kinds_.size(), 0.0);
    if (offer.hours_limited) std::copy(offer.room_minutes.begin(), offer.room_minutes.end(), capacity_.begin());
    for (std::size_t i = 0; i < offer.accounts.size(); ++i)
        capacity_[first_account + i] = static_cast<double>(offer.accounts[i].available);
    for (const Way& way : offer.standing)
        for (int kind = 0; kind < 3; ++kind)
            if (way.account[kind] >= 0) {
                double& there = capacity_[first_account + way.account[kind]];
                there = std::max(0.0, there - static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind))));
            }
    const auto beside_pins = [&](int most, auto counts) {
        return std::max(0.0, most - static_cast<double>(std::count_if(offer.pins.begin(), offer.pins.end(), counts)));
    };
    if (options.max_activities)
        capacity_[activities] = beside_pins(*options.max_activities, [](const Offer::Pin&) { return true; });
    for (std::size_t k = 0; k < kinds_.size(); ++k)
        capacity_[first_kind + k] =
            beside_pins(*options.max_of_a_kind, [&](const Offer::Pin& pin) { return pin.kind == kinds_[k]; });
    left_ = capacity_;
    if (!query.room.empty()) resource_used_.assign(query.room.size(), 0);

    least_charge_.resize(offer.ways.size());
    first_taken_.assign(1, 0);
    taken_.clear();
    for (std::size_t i = 0; i < offer.ways.size(); ++i) {
        const Way& way = offer.ways[i];
        const Offer::Course& course = offer.courses[way.course];
        least_charge_[i] = charge(way);
        if (!way.steady)
            offer.delayed(way, [&](const Way& later) { least_charge_[i] = std::min(least_charge_[i], charge(later)); });
        const auto take = [&](std::int32_t limit, double amount) {
            if (amount > 0) taken_.push_back({limit, amount / std::max(1.0, capacity_[limit])});
        };
        if (offer.hours_limited) take(way.period, static_cast<double>(way.minutes));
        if (way.steady)
            for (int kind = 0; kind < 3; ++kind)
                if (way.account[kind] >= 0)
                    take(first_account + way.account[kind],
                         static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind))));
        if (options.max_activities) take(activities, 1);
        const auto kind = std::find(kinds_.begin(), kinds_.end(), course.kind);
        if (kind != kinds_.end()) take(first_kind + static_cast<std::int32_t>(kind - kinds_.begin()), 1);
        first_taken_.push_back(static_cast<std::int32_t>(taken_.size()));
    }
}

double Draft::price(const Way& way) const {
    double sum = 0;
    if (query_->prices.empty()) return sum;
    offer.uses(way, [&](std::int32_t resource, std::int64_t amount) {
        sum += query_->prices[resource] * static_cast<double>(amount);
    });
    return sum;
}

bool Draft::room_in_accounts(const Way& way, Stop* why) const {
    const Tables& tables = catalog_.organization.tables();
    for (int kind = 0; kind < 3; ++kind) {
        if (way.account[kind] < 0) continue;
        const Offer::Account& account = offer.accounts[way.account[kind]];
        const std::int64_t amount = offer.taken(way, account.kind);
        if (amount == 0) continue;
        const auto exceeds = [&](CapPeriod period, std::int64_t most) {
            std::int64_t sum = amount;
            for (const std::vector<Way>* ways : {&offer.standing, &chosen_})
                for (const Way& w : *ways)
                    if (w.account[kind] == way.account[kind] &&
                        calendar_period(w.first, period) == calendar_period(way.first, period))
                        sum += offer.taken(w, account.kind);
            if (sum <= most) return false;
            const double unit = account.kind == AccountKind::money
                                    ? std::pow(10.0, catalog_.organization.relations().minor_digits)
                                : account.kind == AccountKind::hours ? 60.0
                                                                     : 1.0;
            if (why)
                *why = {Limit::account, std::string(Words<AccountKind>::names[kind]), way.period + 1,
                        static_cast<double>(most) / unit, static_cast<double>(sum) / unit};
            return true;
        };
        const ProgramId program = tables.accounts.program[account.row];
        if (exceeds(missing<CapPeriod>(), account.available)) return false;
        if (!is_missing(tables.accounts.cap[account.row]) &&
            exceeds(tables.accounts.cap_period[account.row], tables.accounts.cap[account.row].units()))
            return false;
        if (program && !is_missing(tables.programs.cap[program.value()]) &&
            exceeds(tables.programs.cap_period[program.value()], tables.programs.cap[program.value()].units()))
            return false;
    }
    return true;
}

bool Draft::room_in_resources(const Way& way, Stop* why) const {
    if (query_->room.empty()) return true;
    bool enough = true;
    offer.uses(way, [&](std::int32_t resource, std::int64_t amount) {
        if (!enough || resource_used_[resource] + amount <= query_->room[resource]) return;
        enough = false;
        if (!why) return;
        const bool fund = resource < catalog_.funds;
        const double unit = fund ? std::pow(10.0, catalog_.organization.relations().minor_digits) : 1.0;
        *why = {fund ? Limit::fund : Limit::seats,
                std::string(
                    fund ? catalog_.organization.funds()[resource]
                         : catalog_.organization.sessions()[catalog_.seat_session[resource - catalog_.funds].value()]),
                way.period + 1, static_cast<double>(query_->room[resource]) / unit,
                static_cast<double>(resource_used_[resource] + amount) / unit};
    });
    return enough;
}

bool Draft::room_in_numbers(const Way& way, Stop* why) const {
    const OptimizeOptions& options = catalog_.options;
    const Offer::Course& course = offer.courses[way.course];
    const auto beyond = [&](int count, int most) {
        if (count <= most) return false;
        if (why) *why = {Limit::maximum, "", way.period + 1, static_cast<double>(most), static_cast<double>(count)};
        return true;
    };
    if (options.max_activities &&
        beyond(static_cast<int>(chosen_.size() + offer.pins.size()) + 1, *options.max_activities))
        return false;
    if (options.max_of_a_kind && course.kind >= 0) {
        int same = 1;
        for (const Way& w : chosen_) same += offer.courses[w.course].kind == course.kind;
        for (const Offer::Pin& pin : offer.pins) same += pin.kind == course.kind;
        if (beyond(same, *options.max_of_a_kind)) return false;
    }
    if (options.max_capabilities) {
        taught_.clear();
        const auto add = [&](std::int32_t entry) {
            for (const std::int32_t capability : offer.benefit.capabilities(entry))
                if (std::find(taught_.begin(), taught_.end(), capability) == taught_.end())
                    taught_.push_back(capability);
        };
        for (const Offer::Pin& pin : offer.pins) add(pin.entry);
        for (const Way& w : chosen_) add(offer.courses[w.course].entry);
        const auto before = taught_.size();
        add(course.entry);
        if (taught_.size() > before && beyond(static_cast<int>(taught_.size()), *options.max_capabilities))
            return false;
    }
    return true;
}

bool Draft::fits(const Way& way, Stop* why) const {
    if (offer.hours_limited && way.minutes > 0 && way.minutes > minutes_left_[way.period]) {
        const std::int64_t there = offer.room_minutes[way.period];
        if (why)
            *why = {Limit::hours, "", way.period + 1, static_cast<double>(there) / 60,
                    static_cast<double>(there - minutes_left_[way.period] + way.minutes) / 60};
        return false;
    }
    if (catalog_.offerings[way.offering].session && !catalog_.options.allow_overlap) {
        SessionId other;
        for (const Way& w : chosen_)
            if (catalog_.offerings[w.offering].session && overlap(way, w.first, w.last))
                other = catalog_.offerings[w.offering].session;
        for (const Offer::Pin& pin : offer.pins)
            if (pin.session && overlap(way, pin.first, pin.last)) other = pin.session;
        if (other) {
            if (why)
                *why = {Limit::overlap, std::string(catalog_.organization.sessions()[other.value()]), way.period + 1};
            return false;
        }
    }
    return room_in_numbers(way, why) && room_in_accounts(way, why) && room_in_resources(way, why);
}

bool Draft::place(std::int32_t number, Way& actual) {
    actual = offer.ways[number];
    const Offer::Course& course = offer.courses[actual.course];
    Date after = course.after;
    for (const std::int32_t before : course.prerequisites) {
        if (!has(before)) return false;
        after = std::max<Date>(after, chosen_[place_of_[before]].last + std::chrono::days(1));
    }
    if (actual.first >= after && actual.only_later) return false;
    if (actual.first < after && (!offer.dated(actual, after) || !offer.priced(actual))) return false;
    return fits(actual);
}

// Takes a way's part of every limit, or gives it back where `sign` is -1.
void Draft::take(const Way& way, int sign) {
    const Offer::Course& course = offer.courses[way.course];
    if (!query_->room.empty())
        offer.uses(way, [&](std::int32_t resource, std::int64_t amount) { resource_used_[resource] += sign * amount; });
    forced_left_ -= sign * course.forced;
    const auto first_account = catalog_.periods.size(), activities = first_account + offer.accounts.size();
    if (offer.hours_limited) {
        minutes_left_[way.period] -= sign * way.minutes;
        left_[way.period] = static_cast<double>(minutes_left_[way.period]);
    }
    for (int kind = 0; kind < 3; ++kind)
        if (way.account[kind] >= 0)
            left_[first_account + way.account[kind]] -=
                static_cast<double>(sign * offer.taken(way, static_cast<AccountKind>(kind)));
    left_[activities] -= sign;
    for (std::size_t k = 0; k < kinds_.size(); ++k)
        if (kinds_[k] == course.kind) left_[activities + 1 + k] -= sign;
}

void Draft::push(const Way& way) {
    nets_.push_back(net_);
    net_ += gain(way);
    place_of_[way.course] = static_cast<std::int32_t>(chosen_.size());
    chosen_.push_back(way);
    offer.benefit.activate(offer.courses[way.course].entry, way.share);
    take(way, 1);
}

void Draft::pop() {
    const Way way = chosen_.back();
    chosen_.pop_back();
    net_ = nets_.back();
    nets_.pop_back();
    place_of_[way.course] = -1;
    offer.benefit.deactivate(offer.courses[way.course].entry);
    take(way, -1);
}

void Draft::describe(std::vector<std::int32_t>& content) {
    content.clear();
    sorted_.assign(chosen_.begin(), chosen_.end());
    std::sort(sorted_.begin(), sorted_.end(), [](const Way& a, const Way& b) { return a.course < b.course; });
    for (const Way& way : sorted_) {
        const Offering& offering = catalog_.offerings[way.offering];
        content.push_back(offer.courses[way.course].activity.value());
        content.push_back(offering.session ? offering.session.value() : -1 - way.period);
    }
}

bool Draft::replay(std::span<const std::int32_t> content) {
    const auto depth = chosen_.size();
    std::vector<std::pair<std::int32_t, std::int32_t>> wanted;  // course, way
    for (std::size_t i = 0; i + 1 < content.size(); i += 2)
        for (std::size_t c = 0; c < offer.courses.size(); ++c) {
            const Offer::Course& course = offer.courses[c];
            if (course.activity.value() != content[i]) continue;
            for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
                const Offering& offering = catalog_.offerings[offer.ways[w].offering];
                if ((offering.session ? offering.session.value() : -1 - offer.ways[w].period) == content[i + 1])
                    wanted.push_back({static_cast<std::int32_t>(c), w});
            }
        }
    bool possible = wanted.size() * 2 == content.size();
    std::sort(wanted.begin(), wanted.end());  // prerequisites first
    for (std::size_t i = 0; possible && i < wanted.size(); ++i) {
        Way actual;
        possible = place(wanted[i].second, actual);
        if (possible) push(actual);
    }
    while (!possible && chosen_.size() > depth) pop();
    return possible;
}

Draft::Stop Draft::stop(std::int32_t number) {
    Stop result;
    const Offer::Course& course = offer.courses[number];
    for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
        Way actual = offer.ways[w];
        Date after = course.after;
        for (const std::int32_t before : course.prerequisites) {
            if (!has(before))
                return {Limit::prerequisite,
                        std::string(catalog_.organization.activities()[offer.courses[before].activity.value()])};
            after = std::max<Date>(after, chosen_[place_of_[before]].last + std::chrono::days(1));
        }
        if (actual.first < after && !(offer.dated(actual, after) && offer.priced(actual)))
            result = {Limit::prerequisite, "", actual.period + 1};
        else if (actual.first >= after && actual.only_later)
            result = {Limit::fund, "", actual.period + 1};
        else if (!fits(actual, &result))
            break;
    }
    return result;
}

}  // namespace gradus
