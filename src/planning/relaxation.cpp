#include "planning/relaxation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double memory = 0.7;  // of the last direction in the next
constexpr int idle_steps = 8;   // without progress, before steps get shorter
constexpr double shortest = 0.02;

}  // namespace

Multipliers Relaxation::open(Draft& draft, Chains& chains, const std::vector<std::int32_t>& good,
                             const std::vector<double>& limits) {
    draft_ = &draft;
    chains_ = &chains;
    Offer& offer = draft.offer;
    turns_.open(offer);
    Multipliers result;
    std::vector<char> taken(offer.courses.size(), 0);
    draft.replay(good);
    for (const Way& way : draft.chosen()) taken[way.course] = 1;
    lessons_.open(offer);
    result.worth = lessons_.margins();
    while (!draft.chosen().empty()) draft.pop();

    begins_.clear();
    first_begin_.clear();
    const auto add = [&](std::int32_t course, double share) {
        first_begin_.push_back(static_cast<std::int32_t>(begins_.size()));
        const std::int32_t entry = offer.courses[course].entry;
        for (std::int32_t i = 0; i < offer.benefit.lesson_count(entry); ++i)
            begins_.push_back(lessons_.begin(offer.benefit.lesson(entry, i), share));
    };
    for (const Way& way : offer.ways) add(way.course, way.share);
    for (const Chains::Pair& pair : chains.pairs()) add(offer.ways[pair.way].course, pair.share);
    first_begin_.push_back(static_cast<std::int32_t>(begins_.size()));
    scores_.taken.assign(offer.courses.size(), Chains::open_course);
    scores_.gain.resize(offer.ways.size());
    scores_.cost.resize(offer.ways.size());
    scores_.late.assign(chains.pairs().size(), 0.0);

    // The price of an hour becomes that of each course's turn.
    result.limit = limits;
    result.turn.assign(offer.courses.size() * turns_.periods(), 0.0);
    for (std::size_t w = 0; w < offer.ways.size(); ++w)
        for (const Draft::Taken& part : draft.taken(static_cast<std::int32_t>(w)))
            if (part.limit < turns_.periods())
                result.turn[offer.ways[w].course * turns_.periods() + part.limit] = limits[part.limit] * part.part;
    std::fill_n(result.limit.begin(), turns_.periods(), 0.0);
    raise(result, taken);
    return result;
}

Allowed Relaxation::everything() const {
    const Offer& offer = draft_->offer;
    Allowed allowed;
    // A way that may be delayed is charged only when it is placed.
    for (const Way& way : offer.ways) allowed.way.push_back(!way.steady || draft_->fits(way));
    for (const Offer::Course& course : offer.courses) allowed.forced.push_back(course.forced);
    return allowed;
}

double Relaxation::limits_price(const Multipliers& multipliers, std::int32_t way) const {
    double sum = 0;
    for (const Draft::Taken& taken : draft_->taken(way)) sum += multipliers.limit[taken.limit] * taken.part;
    return sum;
}

void Relaxation::pay(const std::vector<double>& worth) {
    after_ = worth;
    lessons_.add_up(after_);
}

double Relaxation::score(const Multipliers& multipliers, std::int32_t way, double share, double price) const {
    const Offer& offer = draft_->offer;
    const std::int32_t entry = offer.courses[offer.ways[way].course].entry;
    double sum = -price - limits_price(multipliers, way);
    for (std::int32_t i = 0; i < offer.benefit.lesson_count(entry); ++i)
        sum += worth(lessons_.begin(offer.benefit.lesson(entry, i), share));
    return sum;
}

// The lessons of a course that is not chosen are paid so much that it is just not worth its price: the more they cost, the
// fewer are given. But never more than each adds alone.
void Relaxation::raise(Multipliers& multipliers, const std::vector<char>& taken) {
    const Offer& offer = draft_->offer;
    const std::vector<double>& alone = lessons_.alone();
    std::vector<double> room(offer.ways.size());
    pay(multipliers.worth);
    for (std::int32_t w = 0; w < static_cast<std::int32_t>(room.size()); ++w)
        room[w] = turn(multipliers, w) - score(multipliers, w, offer.ways[w].share, draft_->least_charge(w));
    std::vector<double> rise(alone.size());
    for (std::size_t i = 0; i < rise.size(); ++i) rise[i] = std::max(0.0, alone[i] - multipliers.worth[i]);
    pay(rise);
    for (std::size_t c = 0; c < offer.courses.size(); ++c) {
        const Offer::Course& course = offer.courses[c];
        if (taken[c]) continue;
        double part = 1;
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
            const double most = worth_of_way(w);
            if (most > 0) part = std::min(part, std::max(0.0, room[w] / most));
        }
        for (std::int32_t i = 0; i < offer.benefit.lesson_count(course.entry); ++i) {
            const Lessons::Begin all = lessons_.begin(offer.benefit.lesson(course.entry, i), 1);
            for (std::int32_t at = all.number; at < all.end; ++at) multipliers.worth[at] += part * rise[at];
        }
    }
}

double Relaxation::courses_side(const Allowed& allowed, const Multipliers& multipliers) {
    const Offer& offer = draft_->offer;
    pay(multipliers.worth);
    for (std::size_t i = 0; i < offer.ways.size(); ++i) {
        const auto w = static_cast<std::int32_t>(i);
        scores_.gain[w] = allowed.way[w] ? worth_of_way(w) : -infinite;
        if (allowed.way[w])
            scores_.cost[w] = draft_->least_charge(w) + limits_price(multipliers, w) + turn(multipliers, w);
    }
    for (std::size_t k = 0; k < scores_.late.size(); ++k) {
        const Chains::Pair& pair = chains_->pairs()[k];
        if (pair.part < 1 && allowed.way[pair.way])
            scores_.late[k] = scores_.gain[pair.way] - worth_of_pair(static_cast<std::int32_t>(k));
    }
    scores_.forced = allowed.forced;
    const double total = chains_->solve(scores_);
    if (total == -infinite) return total;
    chains_->choice(scores_);
    for (std::size_t c = 0; c < offer.courses.size(); ++c) {
        const std::int32_t k = chains_->picked(static_cast<std::int32_t>(c));
        if (k < 0) continue;
        const std::int32_t w = chains_->pairs()[k].way;
        const auto at = offer.ways.size() + k;
        for (std::int32_t i = first_begin_[at]; i < first_begin_[at + 1]; ++i) {
            slope_.worth[begins_[i].number] += begins_[i].part;
            for (std::int32_t n = begins_[i].number + 1; n < begins_[i].end; ++n) slope_.worth[n] += 1;
        }
        for (const Draft::Taken& taken : draft_->taken(w)) slope_.limit[taken.limit] -= taken.part;
        if (turns_.periods() > 0) slope_.turn[c * turns_.periods() + offer.ways[w].period] -= 1;
    }
    return total;
}

double Relaxation::evaluate(const Allowed& allowed, const Multipliers& multipliers) {
    ++evaluations_;
    slope_.worth.assign(multipliers.worth.size(), 0.0);
    slope_.turn.assign(multipliers.turn.size(), 0.0);
    slope_.limit.assign(multipliers.limit.size(), 1.0);
    linear_ = lessons_.solve(multipliers.worth, slope_.worth) + courses_side(allowed, multipliers);
    for (const double price : multipliers.limit) linear_ += price;
    std::fill_n(slope_.limit.begin(), turns_.periods(), 0.0);
    bound_ = linear_ + turns_.solve(multipliers.turn, slope_.turn);
    return bound_;
}

double Relaxation::improve(const Allowed& allowed, Multipliers& multipliers, double target, double enough, int steps,
                           const std::function<bool()>& late) {
    lessons_.restrict_to(allowed.way);
    turns_.restrict_to(allowed.way);
    at_ = multipliers;
    direction_ = {std::vector<double>(at_.worth.size()), std::vector<double>(at_.turn.size()),
                  std::vector<double>(at_.limit.size())};
    double best = infinite, relax = 1;
    int idle = 0;
    for (int step = 0;; ++step) {
        const double value = evaluate(allowed, at_);
        if (value == -infinite) return value;
        idle = value < best - 1e-4 * std::abs(best) ? 0 : idle + 1;
        if (value < best) {
            best = value;
            best_at_ = at_;
        }
        if (best <= enough || step >= steps || late()) break;
        double norm = 0;
        const auto turn_to = [&](std::vector<double>& direction, const std::vector<double>& slope,
                                 const std::vector<double>& at) {
            for (std::size_t i = 0; i < at.size(); ++i) {
                direction[i] = slope[i] + memory * direction[i];
                if (direction[i] > 0 && at[i] <= 0) direction[i] = 0;
                norm += direction[i] * direction[i];
            }
        };
        turn_to(direction_.worth, slope_.worth, at_.worth);
        turn_to(direction_.turn, slope_.turn, at_.turn);
        turn_to(direction_.limit, slope_.limit, at_.limit);
        if (norm < 1e-20) break;
        if (idle >= idle_steps) {
            idle = 0;
            relax *= 0.5;
            if (relax < shortest) break;
            at_ = best_at_;
            for (std::vector<double>* part : {&direction_.worth, &direction_.turn, &direction_.limit})
                std::fill(part->begin(), part->end(), 0.0);
            continue;
        }
        const double length = relax * std::max(1e-3 * std::abs(value), value - target) / norm;
        const auto move = [&](std::vector<double>& at, const std::vector<double>& direction) {
            for (std::size_t i = 0; i < at.size(); ++i) at[i] = std::max(0.0, at[i] - length * direction[i]);
        };
        move(at_.worth, direction_.worth);
        move(at_.turn, direction_.turn);
        move(at_.limit, direction_.limit);
    }
    multipliers = best_at_;
    return evaluate(allowed, multipliers);
}

}  // namespace gradus
