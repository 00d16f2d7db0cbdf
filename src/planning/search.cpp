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
double Search::charge(const Way& way) const {
    double sum = 0;
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    if (offer.hours_limited) sum += multiplier_[way.period] * static_cast<double>(way.minutes);
    if (way.steady)
        for (int kind = 0; kind < 3; ++kind)
            if (way.account[kind] >= 0)
                sum += multiplier_[periods + way.account[kind]] *
                       static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind)));
    if (catalog_.options.max_activities) sum += multiplier_[limits_ - 1];
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
    std::vector<Benefit::Part>& parts = parts_[chosen_.size()];
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
    for (const Benefit::Part& part : parts_[chosen_.size()]) potential_[part.state] += part.gain;
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
    net = gains_[chosen_.size()][number] - (course.prerequisites.empty() ? price_[number] : price(actual));
    return true;
}

// Gains of a course's ways at the present depth.
void Search::refresh(std::int32_t number) {
    const Offer::Course& course = offer.courses[number];
    const std::int32_t count = course.last_way - course.first_way;
    shares_.resize(count);
    for (std::int32_t i = 0; i < count; ++i) shares_[i] = offer.ways[course.first_way + i].share;
    const auto depth = chosen_.size();
    offer.benefit.gains(course.entry, shares_.data(), gains_[depth].data() + course.first_way, count, discount_.data(),
                        eased_[depth].data() + course.first_way);
}

void Search::prepare(const Query& query) {
    query_ = &query;
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    chosen_.clear();
    state_.assign(courses, free_course);
    forced_left_ = 0;
    for (const Offer::Course& course : offer.courses) forced_left_ += course.forced;
    price_.resize(offer.ways.size());
    charge_.resize(offer.ways.size());
    if (scratch_.size() < static_cast<std::size_t>(courses) + 1) scratch_.resize(courses + 1);
    for (std::int32_t depth = 0; depth <= courses; ++depth) {
        scratch_[depth].reduced.resize(courses);
        scratch_[depth].plain.resize(courses);
    }
    for (std::size_t i = 0; i < offer.ways.size(); ++i) {
        const Way& way = offer.ways[i];
        const bool fixed = way.steady || offer.courses[way.course].prerequisites.empty() ||
                           catalog_.offerings[way.offering].session;
        price_[i] = fixed ? price(way) : 0;  // a later start could be charged elsewhere: count nothing
    }
    if (gains_.size() < static_cast<std::size_t>(courses) + 1) gains_.resize(courses + 1);
    if (eased_.size() < gains_.size()) eased_.resize(gains_.size());
    if (parts_.size() < gains_.size()) parts_.resize(gains_.size());
    for (std::int32_t depth = 0; depth <= courses; ++depth)
        if (gains_[depth].size() < offer.ways.size()) {
            gains_[depth].resize(offer.ways.size());
            eased_[depth].resize(offer.ways.size());
        }
    discount_.assign(offer.benefit.states(), 1.0);
    potential_.resize(offer.benefit.states());
    for (std::int32_t i = 0; i < offer.benefit.states(); ++i) potential_[i] = offer.benefit.potential(i);
    for (std::int32_t i = 0; i < courses; ++i) refresh(i);

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
}

// Polyak steps on the person's own Lagrangian at the root, on all multipliers at once: those of the limits, and those of
// the states, whose gains together cannot exceed their potential. The best multipliers seen are kept.
void Search::find_multipliers(double known, int steps) {
    const auto states = static_cast<std::int32_t>(discount_.size());
    multiplier_.assign(limits_, 0);
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    std::vector<double> best = multiplier_, slope(limits_), best_discount = discount_, state_slope(states);
    std::vector<Benefit::Part> parts;
    // What each way adds to each state at the root: a course's parts scale alike for all its ways, nearly; the exact
    // discounted gains are made once the multipliers stand.
    part_first_.assign(1, 0);
    parts_of_.clear();
    for (const Offer::Course& course : offer.courses) {
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
            offer.benefit.parts(course.entry, offer.ways[w].share, parts);
            parts_of_.insert(parts_of_.end(), parts.begin(), parts.end());
            part_first_.push_back(static_cast<std::int32_t>(parts_of_.size()));
        }
    }
    double best_bound = infinite, relax = 1;
    int idle = 0;
    for (int step = 0; step < steps; ++step) {
        double bound = 0;
        for (std::int32_t i = 0; i < limits_; ++i) {
            slope[i] = left_[i];
            bound += multiplier_[i] * left_[i];
        }
        for (std::int32_t i = 0; i < states; ++i) {
            state_slope[i] = potential_[i];
            bound += (1 - discount_[i]) * potential_[i];
        }
        for (const Offer::Course& course : offer.courses) {
            double most = course.forced ? -infinite : 0;
            std::int32_t pick = -1;
            for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
                double reduced = -price_[w] - charge(offer.ways[w]);
                for (std::int32_t k = part_first_[w]; k < part_first_[w + 1]; ++k)
                    reduced += discount_[parts_of_[k].state] * parts_of_[k].gain;
                if (reduced > most) {
                    most = reduced;
                    pick = w;
                }
            }
            if (pick < 0) continue;
            bound += most;
            const Way& way = offer.ways[pick];
            for (std::int32_t k = part_first_[pick]; k < part_first_[pick + 1]; ++k)
                state_slope[parts_of_[k].state] -= parts_of_[k].gain;
            if (offer.hours_limited) slope[way.period] -= static_cast<double>(way.minutes);
            if (way.steady)
                for (int kind = 0; kind < 3; ++kind)
                    if (way.account[kind] >= 0)
                        slope[periods + way.account[kind]] -=
                            static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind)));
            if (catalog_.options.max_activities) slope[limits_ - 1] -= 1;
        }
        idle = bound < best_bound - 1e-4 * std::abs(bound) ? 0 : idle + 1;
        if (bound < best_bound) {
            best_bound = bound;
            best = multiplier_;
            best_discount = discount_;
        }
        if (idle >= 4) {  // the step is too long for where it has come: shorter, from the best
            relax *= 0.5;
            idle = 0;
            multiplier_ = best;
            discount_ = best_discount;
            if (relax < 0.01) break;
            continue;
        }
        if (found_ && best_bound <= best_ + tolerance_) break;  // proven already
        // Scaled by what there is of each, so that minutes, cents and exposure weigh alike.
        double norm = 0;
        for (std::int32_t i = 0; i < limits_; ++i) {
            if (multiplier_[i] == 0 && slope[i] >= 0) slope[i] = 0;
            const double scaled = slope[i] / std::max(1.0, left_[i]);
            norm += scaled * scaled;
        }
        for (std::int32_t i = 0; i < states; ++i) {
            if ((discount_[i] == 1 && state_slope[i] >= 0) || (discount_[i] == 0 && state_slope[i] <= 0) ||
                potential_[i] <= 0)
                state_slope[i] = 0;
            else
                norm += state_slope[i] * state_slope[i] / (potential_[i] * potential_[i]);
        }
        if (norm < 1e-12) break;
        const double length = relax * std::max(1e-3 * bound, bound - std::max(known, 0.9 * best_bound)) / norm;
        for (std::int32_t i = 0; i < limits_; ++i) {
            const double unit = std::max(1.0, left_[i]);
            multiplier_[i] = std::max(0.0, multiplier_[i] - length * slope[i] / unit / unit);
        }
        for (std::int32_t i = 0; i < states; ++i)
            if (state_slope[i] != 0)
                discount_[i] = std::clamp(
                    discount_[i] + length * state_slope[i] / (potential_[i] * potential_[i]), 0.0, 1.0);
    }
    multiplier_ = best;
    discount_ = best_discount;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(offer.courses.size()); ++i) refresh(i);
    for (std::size_t w = 0; w < offer.ways.size(); ++w) charge_[w] = charge(offer.ways[w]);
}

// What each free course could add here under multipliers scaled by `factor`; returns the bound.
double Search::weigh(Node& node, double net, double factor, bool ease) const {
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    const std::vector<double>& gains = gains_[chosen_.size()];
    double bound = net;
    for (std::int32_t i = 0; i < limits_; ++i) bound += factor * multiplier_[i] * left_[i];
    if (ease)
        for (std::size_t i = 0; i < discount_.size(); ++i) bound += (1 - discount_[i]) * potential_[i];
    const std::vector<double>& eased = ease ? eased_[chosen_.size()] : gains;
    for (std::int32_t i = 0; i < courses; ++i) {
        node.reduced[i] = node.plain[i] = -infinite;
        if (state_[i] != free_course) continue;
        const Offer::Course& course = offer.courses[i];
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
            const Way& way = offer.ways[w];
            if (offer.hours_limited && way.minutes > 0 && static_cast<double>(way.minutes) > left_[way.period]) continue;
            const double plain = gains[w] - price_[w];
            node.plain[i] = std::max(node.plain[i], plain);
            node.reduced[i] = std::max(node.reduced[i], eased[w] - price_[w] - factor * charge_[w]);
        }
        bound += course.forced ? node.reduced[i] : std::max(0.0, node.reduced[i]);
    }
    return bound;
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
    const std::vector<double>& gains = gains_[depth];
    Node& node = scratch_[depth];
    const auto beaten = [&](double limit) { return found_ && limit <= best_ + tolerance_; };
    const auto prune = [&](double limit) { ceiling_ = std::max(ceiling_, limit); };

    // Deeper down less is left to share, and what is left is worth more than at the root: try dearer multipliers.
    struct Trial {
        double factor;
        bool ease;
    };
    Trial best_trial{1, true};
    double bound = infinite;
    for (const Trial trial : {Trial{1, true}, Trial{1, false}, Trial{1.7, false}, Trial{3, false}}) {
        const double limit = weigh(node, net, trial.factor, trial.ease);
        if (limit >= bound) {
            if (trial.factor > 1) break;
            continue;
        }
        bound = limit;
        best_trial = trial;
        if (beaten(bound)) break;
    }
    if (bound == -infinite) return;
    if (stopped_ || beaten(bound)) return prune(bound);
    const double factor = best_trial.factor;
    weigh(node, net, factor, best_trial.ease);
    const std::vector<double>& eased = best_trial.ease ? eased_[depth] : gains;

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
        const double without = bound - (course.forced ? node.reduced[pick] : std::max(0.0, node.reduced[pick]));
        node.ways.clear();
        for (std::int32_t w = course.first_way; w < course.last_way; ++w)
            node.ways.push_back({eased[w] - price_[w] - factor * charge_[w], w});
        std::sort(node.ways.begin(), node.ways.end(),
                  [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
        for (std::size_t k = 0; k < node.ways.size(); ++k) {
            const auto [value, number] = node.ways[k];
            const double limit = few < many ? std::min(without + value, others + gains[number] - price_[number])
                                            : without + value;
            if (stopped_ || beaten(limit)) {
                prune(limit);
                continue;
            }
            Way actual;
            double added = 0;
            if (!place(number, actual, added)) continue;
            const std::uint64_t touched = offer.benefit.signature(course.entry);
            std::copy_n(gains.begin(), offer.ways.size(), gains_[depth + 1].begin());
            std::copy_n(eased_[depth].begin(), offer.ways.size(), eased_[depth + 1].begin());
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
        gains_[chosen_.size()] = gains_[0];
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
                gains_[chosen_.size()] = gains_[0];
                net += offer.benefit.gain(offer.courses[way.course].entry, way.share) - price(way);
                push(way);
            }
            if (forced_left_ == 0) record(net);
            while (!chosen_.empty()) pop();
        }
    }
    // Most searches are short. One that is not gets better multipliers, now that a good choice is known, and starts anew.
    constexpr std::int64_t patience = 150, all = 200'000;
    const std::int64_t effort = query.effort > 0 ? query.effort : all;
    find_multipliers(found_ ? best_ : 0, 40);
    node_limit_ = std::min(patience, effort);
    explore(0);
    if (stopped_ && effort > patience && !(query.control && query.control->cancelled())) {
        const double first_ceiling = ceiling_;
        stopped_ = false;
        ceiling_ = -infinite;
        discount_.assign(discount_.size(), 1.0);
        find_multipliers(best_, 300);
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
