#include "planning/search.h"

#include <algorithm>
#include <cmath>
#include <limits>

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
    offer.benefit.gains(course.entry, shares_.data(), gains_[chosen_.size()].data() + course.first_way, count);
}

void Search::prepare(const Query& query) {
    query_ = &query;
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    chosen_.clear();
    state_.assign(courses, free_course);
    forced_left_ = 0;
    for (const Offer::Course& course : offer.courses) forced_left_ += course.forced;
    price_.resize(offer.ways.size());
    for (std::size_t i = 0; i < offer.ways.size(); ++i) {
        const Way& way = offer.ways[i];
        const bool fixed = way.steady || offer.courses[way.course].prerequisites.empty() ||
                           catalog_.offerings[way.offering].session;
        price_[i] = fixed ? price(way) : 0;  // a later start could be charged elsewhere: count nothing
    }
    if (gains_.size() < static_cast<std::size_t>(courses) + 1) gains_.resize(courses + 1);
    for (std::int32_t depth = 0; depth <= courses; ++depth)
        if (gains_[depth].size() < offer.ways.size()) gains_[depth].resize(offer.ways.size());
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

// Polyak steps on the person's own Lagrangian at the root; the best multipliers seen are kept.
void Search::find_multipliers(double known) {
    multiplier_.assign(limits_, 0);
    if (limits_ == 0) return;
    const auto periods = static_cast<std::int32_t>(catalog_.periods.size());
    std::vector<double> best = multiplier_, slope(limits_);
    double best_bound = infinite;
    double relax = 1;
    for (int step = 0; step < 24; ++step) {
        double bound = 0;
        for (std::int32_t i = 0; i < limits_; ++i) {
            slope[i] = left_[i];
            bound += multiplier_[i] * left_[i];
        }
        for (const Offer::Course& course : offer.courses) {
            double most = course.forced ? -infinite : 0;
            std::int32_t pick = -1;
            for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
                const double reduced = gains_[0][w] - price_[w] - charge(offer.ways[w]);
                if (reduced > most) {
                    most = reduced;
                    pick = w;
                }
            }
            if (pick < 0) continue;
            bound += most;
            const Way& way = offer.ways[pick];
            if (offer.hours_limited) slope[way.period] -= static_cast<double>(way.minutes);
            if (way.steady)
                for (int kind = 0; kind < 3; ++kind)
                    if (way.account[kind] >= 0)
                        slope[periods + way.account[kind]] -=
                            static_cast<double>(offer.taken(way, static_cast<AccountKind>(kind)));
            if (catalog_.options.max_activities) slope[limits_ - 1] -= 1;
        }
        if (bound < best_bound - 1e-12) {
            best_bound = bound;
            best = multiplier_;
        } else {
            relax *= 0.6;
        }
        // Scaled by what there is of each limit, so that minutes and cents weigh alike.
        double norm = 0;
        for (std::int32_t i = 0; i < limits_; ++i) {
            if (multiplier_[i] == 0 && slope[i] >= 0) slope[i] = 0;
            const double scaled = slope[i] / std::max(1.0, left_[i]);
            norm += scaled * scaled;
        }
        if (norm < 1e-18 || best_bound - known < 1e-12) break;
        const double length = relax * (bound - std::max(known, 0.0) * 0.999) / norm;
        for (std::int32_t i = 0; i < limits_; ++i) {
            const double unit = std::max(1.0, left_[i]);
            multiplier_[i] = std::max(0.0, multiplier_[i] - length * slope[i] / unit / unit);
        }
    }
    multiplier_ = best;
}

void Search::explore(double net) {
    ++nodes_;
    if (forced_left_ == 0) record(net);
    if (nodes_ > node_limit_) stopped_ = true;
    if ((nodes_ & 1023) == 0 && query_->control && query_->control->cancelled()) stopped_ = true;

    const auto depth = chosen_.size();
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    const std::vector<double>& gains = gains_[depth];
    // What each course would add beyond its multipliers, by its best way.
    std::vector<double> reduced(courses, -infinite);
    double bound = net;
    for (std::int32_t i = 0; i < limits_; ++i) bound += multiplier_[i] * left_[i];
    for (std::int32_t i = 0; i < courses; ++i) {
        if (state_[i] != free_course) continue;
        const Offer::Course& course = offer.courses[i];
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
            const Way& way = offer.ways[w];
            if (offer.hours_limited && static_cast<double>(way.minutes) > left_[way.period] && way.minutes > 0) continue;
            reduced[i] = std::max(reduced[i], gains[w] - price_[w] - charge(way));
        }
        bound += course.forced ? reduced[i] : std::max(0.0, reduced[i]);
    }
    std::vector<std::int32_t> excluded;
    const auto beaten = [&](double limit) { return found_ && limit <= best_ + tolerance_; };
    const auto prune = [&](double limit) { ceiling_ = std::max(ceiling_, limit); };
    while (true) {
        if (bound == -infinite) break;
        if (stopped_ || beaten(bound)) {
            prune(bound);
            break;
        }
        std::int32_t pick = -1;
        for (std::int32_t i = 0; i < courses; ++i) {
            if (state_[i] != free_course || reduced[i] == -infinite) continue;
            const Offer::Course& course = offer.courses[i];
            if (pick >= 0 && offer.courses[pick].forced && !course.forced) continue;
            const bool better = pick < 0 || (course.forced && !offer.courses[pick].forced) || reduced[i] > reduced[pick];
            if (!better) continue;
            const bool ready = std::all_of(course.prerequisites.begin(), course.prerequisites.end(),
                                           [&](std::int32_t before) { return state_[before] == chosen_course; });
            if (!ready) continue;
            // Not in the best choice if even the bound with it is beaten; the rest of the node goes on without it.
            if (!course.forced && beaten(bound - std::max(0.0, reduced[i]) + reduced[i])) continue;
            pick = i;
        }
        if (pick < 0) {
            // Whatever is left cannot beat the best; what it could have reached is within the tolerance of it.
            for (std::int32_t i = 0; i < courses; ++i)
                if (state_[i] == free_course && reduced[i] > -infinite && bound + std::min(0.0, reduced[i]) > best_)
                    prune(std::min(bound + std::min(0.0, reduced[i]), best_ + tolerance_));
            break;
        }
        const Offer::Course& course = offer.courses[pick];
        const double without = bound - (course.forced ? reduced[pick] : std::max(0.0, reduced[pick]));
        std::vector<std::pair<double, std::int32_t>> order;
        for (std::int32_t w = course.first_way; w < course.last_way; ++w)
            order.push_back({gains[w] - price_[w] - charge(offer.ways[w]), w});
        std::sort(order.begin(), order.end(),
                  [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
        for (const auto& [value, number] : order) {
            if (stopped_ || beaten(without + value)) {
                prune(without + value);
                if (!stopped_) break;
                continue;
            }
            Way actual;
            double added = 0;
            if (!place(number, actual, added)) continue;
            const std::uint64_t touched = offer.benefit.signature(course.entry);
            gains_[depth + 1] = gains_[depth];
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
            excluded.push_back(i);
            bound -= offer.courses[i].forced ? reduced[i] : std::max(0.0, reduced[i]);
        };
        exclude(pick);
        if (course.needed)
            for (std::int32_t i = pick + 1; i < courses; ++i)
                if (state_[i] == free_course &&
                    std::any_of(offer.courses[i].prerequisites.begin(), offer.courses[i].prerequisites.end(),
                                [&](std::int32_t before) { return state_[before] == excluded_course; }))
                    exclude(i);
    }
    for (const std::int32_t i : excluded) state_[i] = free_course;
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
    node_limit_ = 5'000'000;
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
    find_multipliers(found_ ? best_ : 0);
    explore(0);
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
