#include "planning/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace gradus {
namespace {

constexpr std::int32_t free_course = 0, chosen_course = 1, excluded_course = 2;
constexpr double infinite = std::numeric_limits<double>::infinity();

bool overlap(Date a_first, Date a_last, Date b_first, Date b_last) { return a_first <= b_last && b_first <= a_last; }

}  // namespace

// Content of a choice: activity, then session or -1 - period, for each course.
void Search::record(double net) {
    if (found_ && net <= best_) return;
    found_ = true;
    best_ = net;
    best_content_.clear();
    best_value_ = net;
    sorted_.assign(chosen_.begin(), chosen_.end());
    std::sort(sorted_.begin(), sorted_.end(), [](const Way& a, const Way& b) { return a.course < b.course; });
    for (const Way& way : sorted_) {
        const Offering& offering = catalog_.offerings[way.offering];
        best_content_.push_back(offer.courses[way.course].activity.value());
        best_content_.push_back(offering.session ? offering.session.value() : -1 - way.period);
        best_value_ += price(way);
    }
}

double Search::price(const Way& way) const {
    double sum = 0;
    if (!query_ || query_->prices.empty()) return sum;
    offer.uses(way, [&](std::int32_t resource, std::int64_t amount) {
        sum += query_->prices[resource] * static_cast<double>(amount);
    });
    return sum;
}

// Limits of the person's own with a multiplier: hours by period, then each account, then the number of activities.
double Search::charge(const Way& way, const std::vector<double>& multiplier) const {
    double sum = 0;
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    if (offer.hours_limited) sum += multiplier[way.period] * static_cast<double>(way.minutes);
    if (way.steady)
        for (int kind = 0; kind < 3; ++kind)
            if (way.account[kind] >= 0)
                sum += multiplier[periods + way.account[kind]] *
                       static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind)));
    if (catalog_.options.max_activities) sum += multiplier[limits_ - 1];
    return sum;
}

// Whether the way keeps every limit beside what is chosen; if not, `why` (if given) tells the first that it breaks.
bool Search::fits(const Way& way, Stop* why) const {
    const OptimizeOptions& options = catalog_.options;
    const Tables& tables = catalog_.organization.tables();
    const Offer::Course& course = offer.courses[way.course];
    const Offering& offering = catalog_.offerings[way.offering];
    if (offering.session && !options.allow_overlap) {
        SessionId other;
        for (const Way& w : chosen_)
            if (catalog_.offerings[w.offering].session && overlap(way.first, way.last, w.first, w.last))
                other = catalog_.offerings[w.offering].session;
        for (const Offer::Pin& pin : offer.pins)
            if (pin.session && overlap(way.first, way.last, pin.first, pin.last)) other = pin.session;
        if (other) {
            if (why) *why = {Limit::overlap, std::string(catalog_.organization.sessions()[other.value()]), way.period + 1};
            return false;
        }
    }
    if (offer.hours_limited && way.minutes > 0) {
        std::int64_t minutes = way.minutes;
        for (const Way& w : chosen_)
            if (w.period == way.period) minutes += w.minutes;
        if (minutes > offer.room_minutes[way.period]) {
            if (why)
                *why = {Limit::hours, "", way.period + 1, static_cast<double>(offer.room_minutes[way.period]) / 60,
                        static_cast<double>(minutes) / 60};
            return false;
        }
    }
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
        std::vector<std::int32_t> taught;
        const auto add = [&](std::int32_t entry) {
            for (const std::int32_t capability : offer.benefit.capabilities(entry))
                if (std::find(taught.begin(), taught.end(), capability) == taught.end()) taught.push_back(capability);
        };
        for (const Offer::Pin& pin : offer.pins) add(pin.entry);
        for (const Way& w : chosen_) add(offer.courses[w.course].entry);
        const auto before = taught.size();
        add(course.entry);
        if (taught.size() > before && beyond(static_cast<int>(taught.size()), *options.max_capabilities)) return false;
    }
    for (int kind = 0; kind < 3; ++kind) {
        if (way.account[kind] < 0) continue;
        const Offer::Account& account = offer.accounts[way.account[kind]];
        const std::int64_t amount = offer.taken(way, account.kind);
        if (amount == 0) continue;
        const auto exceeds = [&](CapPeriod period, std::int64_t most) {
            std::int64_t sum = amount;
            for (const Way& w : chosen_)
                if (w.account[kind] == way.account[kind] &&
                    calendar_period(w.first, period) == calendar_period(way.first, period))
                    sum += offer.taken(w, account.kind);
            if (sum <= most) return false;
            const double unit = account.kind == AccountKind::money
                                    ? std::pow(10.0, catalog_.organization.relations().minor_digits)
                                    : account.kind == AccountKind::hours ? 60.0 : 1.0;
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
    if (query_ && !query_->room.empty()) {
        bool enough = true;
        offer.uses(way, [&](std::int32_t resource, std::int64_t amount) {
            if (!enough || taken_[resource] + amount <= query_->room[resource]) return;
            enough = false;
            if (!why) return;
            const bool fund = resource < catalog_.funds;
            const double unit = fund ? std::pow(10.0, catalog_.organization.relations().minor_digits) : 1.0;
            *why = {fund ? Limit::fund : Limit::seats,
                    std::string(fund ? catalog_.organization.funds()[resource]
                                     : catalog_.organization.sessions()[catalog_.seat_session[resource - catalog_.funds].value()]),
                    way.period + 1, static_cast<double>(query_->room[resource]) / unit,
                    static_cast<double>(taken_[resource] + amount) / unit};
        });
        if (!enough) return false;
    }
    return true;
}

void Search::push(const Way& way) {
    std::vector<Benefit::Part>& parts = nodes_of_[chosen_.size()].taken;
    offer.benefit.parts(offer.courses[way.course].entry, way.share, parts);
    for (const Benefit::Part& part : parts) potential_[part.state] -= part.gain;
    chosen_.push_back(way);
    state_[way.course] = chosen_course;
    offer.benefit.activate(offer.courses[way.course].entry, way.share);
    if (query_ && !query_->room.empty())
        offer.uses(way, [&](std::int32_t resource, std::int64_t amount) { taken_[resource] += amount; });
    if (offer.courses[way.course].forced) --forced_left_;
    if (offer.hours_limited) left_[way.period] -= static_cast<double>(way.minutes);
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    for (int kind = 0; kind < 3; ++kind)
        if (way.account[kind] >= 0)
            left_[periods + way.account[kind]] -= static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind)));
    if (catalog_.options.max_activities) left_[limits_ - 1] -= 1;
}

void Search::pop() {
    const Way way = chosen_.back();
    chosen_.pop_back();
    for (const Benefit::Part& part : nodes_of_[chosen_.size()].taken) potential_[part.state] += part.gain;
    state_[way.course] = free_course;
    offer.benefit.deactivate(offer.courses[way.course].entry);
    if (query_ && !query_->room.empty())
        offer.uses(way, [&](std::int32_t resource, std::int64_t amount) { taken_[resource] -= amount; });
    if (offer.courses[way.course].forced) ++forced_left_;
    if (offer.hours_limited) left_[way.period] += static_cast<double>(way.minutes);
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    for (int kind = 0; kind < 3; ++kind)
        if (way.account[kind] >= 0)
            left_[periods + way.account[kind]] += static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind)));
    if (catalog_.options.max_activities) left_[limits_ - 1] += 1;
}

// The way as it would be taken after the prerequisites chosen, and what it adds less its price; false: not possible now.
bool Search::place(std::int32_t number, Way& actual, double& net) {
    const Offer::Course& course = offer.courses[offer.ways[number].course];
    actual = offer.ways[number];
    Date after = course.after;
    for (const std::int32_t before : course.prerequisites) {
        const auto it = std::find_if(chosen_.begin(), chosen_.end(), [&](const Way& w) { return w.course == before; });
        if (it == chosen_.end()) return false;
        after = std::max<Date>(after, it->last + std::chrono::days(1));
    }
    if (actual.first < after) {
        if (!offer.dated(actual, after) || !offer.priced(actual)) return false;
        if (!fits(actual)) return false;
        net = offer.benefit.gain(course.entry, actual.share) - price(actual);
        return true;
    }
    if (!fits(actual)) return false;
    net = nodes_of_[chosen_.size()].gains[number] - (course.prerequisites.empty() ? price_[number] : price(actual));
    return true;
}

// Gains of a course's ways at the present depth.
void Search::refresh(std::int32_t number) {
    const Offer::Course& course = offer.courses[number];
    const std::int32_t count = course.last_way - course.first_way;
    shares_.resize(count);
    for (std::int32_t i = 0; i < count; ++i) shares_[i] = offer.ways[course.first_way + i].share;
    Node& node = nodes_of_[chosen_.size()];
    offer.benefit.gains(course.entry, shares_.data(), node.gains.data() + course.first_way, count,
                        node.parts.data() + part_first_[course.first_way]);
}

void Search::prepare(const Query& query) {
    query_ = &query;
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    const std::size_t ways = offer.ways.size();
    chosen_.clear();
    state_.assign(courses, free_course);
    dead_.assign(ways, false);
    forced_left_ = 0;
    for (const Offer::Course& course : offer.courses) forced_left_ += course.forced;
    price_.resize(ways);
    part_first_.assign(1, 0);
    part_state_.clear();
    for (std::size_t i = 0; i < ways; ++i) {
        const Way& way = offer.ways[i];
        const Offer::Course& course = offer.courses[way.course];
        const bool fixed = way.steady || course.prerequisites.empty() || catalog_.offerings[way.offering].session;
        price_[i] = fixed ? price(way) : 0;  // a later start could be charged elsewhere: count nothing
        for (std::int32_t l = 0; l < offer.benefit.lesson_count(course.entry); ++l)
            part_state_.push_back(offer.benefit.lesson_state(course.entry, l));
        part_first_.push_back(static_cast<std::int32_t>(part_state_.size()));
    }
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    limits_ = periods + static_cast<std::int32_t>(offer.accounts.size()) + (catalog_.options.max_activities ? 1 : 0);
    left_.assign(limits_, 0);
    if (offer.hours_limited)
        for (std::int32_t i = 0; i < periods; ++i) left_[i] = static_cast<double>(offer.room_minutes[i]);
    for (std::size_t i = 0; i < offer.accounts.size(); ++i)
        left_[periods + i] = static_cast<double>(offer.accounts[i].available);
    if (catalog_.options.max_activities)
        left_[limits_ - 1] = std::max(0.0, *catalog_.options.max_activities - static_cast<double>(offer.pins.size()));
    if (!query.room.empty()) taken_.assign(query.room.size(), 0);
    potential_.resize(offer.benefit.states());
    for (std::int32_t i = 0; i < offer.benefit.states(); ++i) potential_[i] = offer.benefit.potential(i);

    // One node for each course that could be chosen, and the root; their memory is kept from person to person.
    if (nodes_of_.size() < static_cast<std::size_t>(courses) + 1) nodes_of_.resize(courses + 1);
    for (std::int32_t depth = 0; depth <= courses; ++depth) {
        Node& node = nodes_of_[depth];
        node.gains.resize(ways);
        node.score.resize(ways);
        node.parts.resize(part_state_.size());
        node.reduced.resize(courses);
        node.plain.resize(courses);
        node.own.resize(courses);
    }
    nodes_of_[0].multiplier.assign(limits_, 0.0);
    nodes_of_[0].discount.assign(potential_.size(), 1.0);
    for (std::int32_t i = 0; i < courses; ++i) refresh(i);
}

// What each free course could add here under the node's multipliers; returns the bound.
double Search::weigh(Node& node, double net) {
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    double bound = net;
    for (std::int32_t i = 0; i < limits_; ++i) bound += node.multiplier[i] * left_[i];
    for (std::size_t i = 0; i < potential_.size(); ++i) bound += (1 - node.discount[i]) * potential_[i];
    for (std::int32_t i = 0; i < courses; ++i) {
        node.reduced[i] = node.own[i] = node.plain[i] = -infinite;
        if (state_[i] != free_course) continue;
        const Offer::Course& course = offer.courses[i];
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
            const Way& way = offer.ways[w];
            node.score[w] = -infinite;
            if (dead_[w]) continue;
            if (offer.hours_limited && way.minutes > 0 && static_cast<double>(way.minutes) > left_[way.period]) continue;
            double eased = 0;
            for (std::int32_t k = part_first_[w]; k < part_first_[w + 1]; ++k)
                eased += node.discount[part_state_[k]] * node.parts[k];
            node.score[w] = eased - price_[w] - charge(way, node.multiplier);
            node.plain[i] = std::max(node.plain[i], node.gains[w] - price_[w]);
            node.own[i] = std::max(node.own[i], node.score[w]);
        }
        // What a course needs first comes with it: where that costs, each of those who need it bears an equal part, so
        // that together they never bear more than it costs. Courses are ordered with prerequisites first.
        node.reduced[i] = node.own[i];
        if (!course.forced)
            for (const std::int32_t before : course.prerequisites)
                if (state_[before] != chosen_course && !offer.courses[before].forced)
                    node.reduced[i] += std::min(0.0, node.reduced[before]) / offer.courses[before].dependants;
        bound += course.forced ? node.reduced[i] : std::max(0.0, node.reduced[i]);
    }
    return bound;
}

// Polyak steps on the Lagrangian of what is left here, on all multipliers at once: those of the limits, and those of the
// states, whose gains together cannot exceed their potential. Keeps the best multipliers, weighed; returns their bound.
double Search::sharpen(Node& node, double net, int steps) {
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    const auto states = static_cast<std::int32_t>(potential_.size());
    slope_.resize(limits_);
    state_slope_.resize(states);
    double best = weigh(node, net), relax = 1, bound = best;
    if (proven(best) || best == -infinite) return best;
    best_multiplier_ = node.multiplier;
    best_discount_ = node.discount;
    int idle = 0;
    for (int step = 0; step < steps; ++step) {
        for (std::int32_t i = 0; i < limits_; ++i) slope_[i] = left_[i];
        for (std::int32_t i = 0; i < states; ++i) state_slope_[i] = potential_[i];
        weight_.assign(offer.courses.size(), 0.0);
        for (std::size_t i = offer.courses.size(); i-- > 0;) {
            const Offer::Course& course = offer.courses[i];
            if (node.reduced[i] == -infinite) continue;
            if (course.forced || node.reduced[i] > 0) weight_[i] = 1;
            const double weight = weight_[i];
            if (weight == 0) continue;
            if (!course.forced)
                for (const std::int32_t before : course.prerequisites)
                    if (state_[before] != chosen_course && !offer.courses[before].forced && node.reduced[before] < 0)
                        weight_[before] += weight / offer.courses[before].dependants;
            std::int32_t w = course.first_way;
            while (node.score[w] != node.own[i]) ++w;
            const Way& way = offer.ways[w];
            for (std::int32_t k = part_first_[w]; k < part_first_[w + 1]; ++k)
                state_slope_[part_state_[k]] -= weight * node.parts[k];
            if (offer.hours_limited) slope_[way.period] -= weight * static_cast<double>(way.minutes);
            if (way.steady)
                for (int kind = 0; kind < 3; ++kind)
                    if (way.account[kind] >= 0)
                        slope_[periods + way.account[kind]] -=
                            weight * static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind)));
            if (catalog_.options.max_activities) slope_[limits_ - 1] -= weight;
        }
        // Scaled by what there is of each, so that minutes, cents and exposure weigh alike.
        double norm = 0;
        for (std::int32_t i = 0; i < limits_; ++i) {
            if (node.multiplier[i] == 0 && slope_[i] >= 0) slope_[i] = 0;
            const double scaled = slope_[i] / std::max(1.0, left_[i]);
            norm += scaled * scaled;
        }
        for (std::int32_t i = 0; i < states; ++i) {
            if ((node.discount[i] == 1 && state_slope_[i] >= 0) || (node.discount[i] == 0 && state_slope_[i] <= 0) ||
                potential_[i] <= 1e-12)
                state_slope_[i] = 0;
            else
                norm += state_slope_[i] * state_slope_[i] / (potential_[i] * potential_[i]);
        }
        if (norm < 1e-12) break;
        const double aim = found_ ? best_ : 0.9 * best;
        const double length = relax * std::max(1e-3 * std::abs(bound), bound - aim) / norm;
        for (std::int32_t i = 0; i < limits_; ++i) {
            const double unit = std::max(1.0, left_[i]);
            node.multiplier[i] = std::max(0.0, node.multiplier[i] - length * slope_[i] / unit / unit);
        }
        for (std::int32_t i = 0; i < states; ++i)
            if (state_slope_[i] != 0)
                node.discount[i] =
                    std::clamp(node.discount[i] + length * state_slope_[i] / (potential_[i] * potential_[i]), 0.0, 1.0);
        bound = weigh(node, net);
        idle = bound < best - 1e-4 * std::abs(best) ? 0 : idle + 1;
        if (bound < best) {
            best = bound;
            best_multiplier_ = node.multiplier;
            best_discount_ = node.discount;
        }
        if (proven(best)) return best;
        if (idle >= 4) {  // the step is too long for where it has come: shorter, from the best
            relax *= 0.5;
            idle = 0;
            if (relax < 0.02) break;
            node.multiplier = best_multiplier_;
            node.discount = best_discount_;
            bound = weigh(node, net);
        }
    }
    node.multiplier = best_multiplier_;
    node.discount = best_discount_;
    return weigh(node, net);
}

// How many more courses there is time for at most, if that is few; else `many`.
std::int32_t Search::room_for(const Node& node, std::int32_t many) const {
    if (!offer.hours_limited) return many;
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    std::int32_t count = 0;
    for (std::int32_t period = 0; period < periods && count < many; ++period) {
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        for (std::size_t i = 0; i < offer.courses.size(); ++i) {
            if (state_[i] != free_course || node.reduced[i] == -infinite) continue;
            const Offer::Course& course = offer.courses[i];
            if (course.minutes == 0) return many;
            if (course.periods >> std::min(period, 31) & 1) least = std::min(least, course.minutes);
        }
        const auto left = static_cast<std::int64_t>(left_[period]);
        if (least <= left) count += static_cast<std::int32_t>(std::min<std::int64_t>(left / least, many));
    }
    return std::min(count, many);
}

void Search::explore(double net) {
    ++nodes_;
    if (forced_left_ == 0) record(net);
    if (nodes_ > node_limit_) stopped_ = true;
    if ((nodes_ & 1023) == 0 && query_->control && query_->control->cancelled()) stopped_ = true;

    const auto depth = chosen_.size();
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    Node& node = nodes_of_[depth];
    const auto beaten = [&](double limit) { return proven(limit); };
    const auto prune = [&](double limit) { ceiling_ = std::max(ceiling_, limit); };

    // Deeper down less is left to share, so the multipliers that came from above are sharpened again.
    double bound = sharpen(node, net, depth == 0 ? root_steps_ : 12);
    if (bound == -infinite) return;
    if (stopped_ || beaten(bound)) return prune(bound);
    if (depth == 0 && found_) {
        // A way with which even the bound is beaten is in no better choice, here or below.
        for (std::size_t w = 0; w < offer.ways.size(); ++w) {
            const Offer::Course& course = offer.courses[offer.ways[w].course];
            const double most = node.reduced[offer.ways[w].course];
            if (node.score[w] == -infinite || course.forced || course.needed) continue;
            const double limit = bound - std::max(0.0, most) + node.score[w] + (most - node.own[offer.ways[w].course]);
            if (!beaten(limit)) continue;
            prune(limit);
            dead_[w] = true;
        }
        bound = weigh(node, net);
    }

    // Where there is time for few more, no more than the few best can be added.
    constexpr std::int32_t many = 4;
    const std::int32_t few = forced_left_ > 0 ? many : room_for(node, many);
    double top[many] = {0, 0, 0, 0};  // the greatest gains, descending
    if (few < many) {
        for (std::int32_t i = 0; i < courses; ++i) {
            double plain = node.plain[i];
            for (double& t : top)
                if (plain > t) std::swap(plain, t);
        }
        double sum = net;
        for (std::int32_t k = 0; k < few; ++k) sum += top[k];
        if (beaten(sum)) return prune(sum);
    }
    double others = net;  // with one of them given, what the rest of the few can add
    for (std::int32_t k = 0; k + 1 < few; ++k) others += top[k];

    node.order.clear();
    for (std::int32_t i = 0; i < courses; ++i) {
        if (state_[i] != free_course || node.reduced[i] == -infinite) continue;
        const Offer::Course& course = offer.courses[i];
        if (std::all_of(course.prerequisites.begin(), course.prerequisites.end(),
                        [&](std::int32_t before) { return state_[before] == chosen_course; }))
            node.order.push_back(i);
    }
    std::sort(node.order.begin(), node.order.end(), [&](std::int32_t a, std::int32_t b) {
        return std::tuple(!offer.courses[a].forced, -node.reduced[a], a) <
               std::tuple(!offer.courses[b].forced, -node.reduced[b], b);
    });
    node.excluded.clear();
    for (const std::int32_t pick : node.order) {
        if (state_[pick] != free_course) continue;  // excluded together with what it needs
        if (stopped_ || beaten(bound)) {
            prune(bound);
            break;
        }
        const Offer::Course& course = offer.courses[pick];
        // Once it is there, those who need it no longer bear its cost.
        const double relief = course.needed && !course.forced ? std::max(0.0, -node.reduced[pick]) : 0;
        const double without =
            bound - (course.forced ? node.reduced[pick] : std::max(0.0, node.reduced[pick])) + relief;
        node.ways.clear();
        for (std::int32_t w = course.first_way; w < course.last_way; ++w)
            if (node.score[w] > -infinite) node.ways.push_back({node.score[w], w});
        std::sort(node.ways.begin(), node.ways.end(),
                  [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
        for (std::size_t k = 0; k < node.ways.size(); ++k) {
            const auto [value, number] = node.ways[k];
            const double limit = few < many ? std::min(without + value, others + node.gains[number] - price_[number])
                                            : without + value;
            if (stopped_ || beaten(limit)) {
                prune(limit);
                continue;
            }
            Way actual;
            double added = 0;
            if (!place(number, actual, added)) continue;
            const std::uint64_t touched = offer.benefit.signature(course.entry);
            Node& below = nodes_of_[depth + 1];
            std::copy(node.gains.begin(), node.gains.end(), below.gains.begin());
            std::copy(node.parts.begin(), node.parts.end(), below.parts.begin());
            below.multiplier = node.multiplier;
            below.discount = node.discount;
            push(actual);
            for (std::int32_t i = 0; i < courses; ++i)
                if (state_[i] == free_course && (offer.benefit.signature(offer.courses[i].entry) & touched) != 0)
                    refresh(i);
            explore(net + added);
            pop();
        }
        if (course.forced) break;
        // Without it, and without what needs it.
        const auto exclude = [&](std::int32_t i) {
            state_[i] = excluded_course;
            node.excluded.push_back(i);
            bound -= offer.courses[i].forced ? node.reduced[i] : std::max(0.0, node.reduced[i]);
        };
        exclude(pick);
        if (course.needed)
            for (std::int32_t i = pick + 1; i < courses; ++i)
                if (state_[i] == free_course && node.reduced[i] > -infinite &&
                    std::any_of(offer.courses[i].prerequisites.begin(), offer.courses[i].prerequisites.end(),
                                [&](std::int32_t before) { return state_[before] == excluded_course; }))
                    exclude(i);
    }
    for (const std::int32_t i : node.excluded) state_[i] = free_course;
}

bool Search::replay(std::span<const std::int32_t> content, std::vector<Way>& chosen) {
    const auto depth = chosen_.size();
    bool possible = true;
    std::vector<std::pair<std::int32_t, std::int32_t>> wanted;  // course, way
    for (std::size_t i = 0; possible && i + 1 < content.size(); i += 2) {
        possible = false;
        for (std::size_t c = 0; c < offer.courses.size(); ++c) {
            if (offer.courses[c].activity.value() != content[i]) continue;
            for (std::int32_t w = offer.courses[c].first_way; w < offer.courses[c].last_way; ++w) {
                const Offering& offering = catalog_.offerings[offer.ways[w].offering];
                if ((offering.session ? offering.session.value() : -1 - offer.ways[w].period) != content[i + 1]) continue;
                wanted.push_back({static_cast<std::int32_t>(c), w});
                possible = true;
            }
        }
    }
    std::sort(wanted.begin(), wanted.end());
    for (const auto& [course, number] : wanted) {
        Way actual;
        double net = 0;
        if (possible && course < static_cast<std::int32_t>(state_.size())) refresh(course);
        if (!possible || !place(number, actual, net)) {
            possible = false;
            break;
        }
        push(actual);
    }
    chosen.assign(chosen_.begin() + static_cast<std::ptrdiff_t>(depth), chosen_.end());
    while (chosen_.size() > depth) pop();
    return possible;
}

bool Search::replay(const Query& query, std::span<const std::int32_t> content, std::vector<Way>& chosen) {
    prepare(query);
    return replay(content, chosen);
}

Search::Stop Search::stop(const Query& query, std::span<const std::int32_t> content, std::int32_t number) {
    prepare(query);
    std::vector<Way> chosen;
    replay(content, chosen);
    for (const Way& way : chosen) push(way);
    Stop result;
    const Offer::Course& course = offer.courses[number];
    for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
        Way actual = offer.ways[w];
        Date after = course.after;
        for (const std::int32_t before : course.prerequisites) {
            const auto it = std::find_if(chosen_.begin(), chosen_.end(), [&](const Way& c) { return c.course == before; });
            if (it == chosen_.end()) {
                result = {Limit::prerequisite,
                          std::string(catalog_.organization.activities()[offer.courses[before].activity.value()])};
                while (!chosen_.empty()) pop();
                return result;
            }
            after = std::max<Date>(after, it->last + std::chrono::days(1));
        }
        if (actual.first < after && !(offer.dated(actual, after) && offer.priced(actual)))
            result = {Limit::prerequisite, "", actual.period + 1};
        else if (!fits(actual, &result))
            break;
    }
    while (!chosen_.empty()) pop();
    return result;
}

double Search::run(const Query& query, Choice& best, std::int64_t& nodes) {
    prepare(query);
    tolerance_ = query.tolerance;
    found_ = stopped_ = false;
    nodes_ = 0;
    best_ = -infinite;
    ceiling_ = -infinite;
    best_content_.clear();
    best_value_ = 0;

    if (query.known) {
        std::vector<Way> known;
        if (replay(query.known->content, known)) {
            double net = 0;
            for (const Way& way : known) {
                net += offer.benefit.gain(offer.courses[way.course].entry, way.share) - price(way);
                push(way);
            }
            if (forced_left_ == 0) record(net);
            while (!chosen_.empty()) pop();
        }
    }
    // Most searches are short. One that is not gets better multipliers, now that a good choice is known, and starts anew.
    constexpr std::int64_t patience = 100, all = 20'000;
    const std::int64_t effort = query.effort > 0 ? query.effort : all;
    root_steps_ = 40;
    node_limit_ = std::min(patience, effort);
    explore(0);
    if (stopped_ && effort > patience && !(query.control && query.control->cancelled())) {
        const double first_ceiling = ceiling_;
        stopped_ = false;
        ceiling_ = -infinite;
        dead_.assign(dead_.size(), false);
        nodes_of_[0].multiplier.assign(limits_, 0.0);
        nodes_of_[0].discount.assign(potential_.size(), 1.0);
        root_steps_ = 300;
        node_limit_ = effort;
        explore(0);
        ceiling_ = std::min(ceiling_, first_ceiling);  // both are bounds
    }
    nodes += nodes_;
    best.value = best_value_;
    best.content = best_content_;
    best.uses.clear();
    if (!found_) {
        best.value = 0;
        return stopped_ ? ceiling_ : -infinite;
    }
    // What the choice takes of shared resources, by resource.
    std::vector<Way> chosen;
    replay(best.content, chosen);
    for (const Way& way : chosen)
        offer.uses(way, [&](std::int32_t resource, std::int64_t amount) {
            const auto at = std::lower_bound(best.uses.begin(), best.uses.end(), resource,
                                             [](const Use& use, std::int32_t r) { return use.resource < r; });
            if (at != best.uses.end() && at->resource == resource)
                at->amount += amount;
            else
                best.uses.insert(at, {resource, amount});
        });
    return std::max(best_, std::min(ceiling_, tolerance_ > 0 || stopped_ ? infinite : best_));
}

}  // namespace gradus
