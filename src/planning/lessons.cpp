#include "planning/lessons.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace gradus {
namespace {

constexpr int patience = 60;  // sets of a hunt that are branched on, before it hands out its bound
constexpr int few = 8;        // lessons whose joint effect is soon known

std::uint64_t bit(std::int32_t i) { return std::uint64_t{1} << i; }

}  // namespace

void Lessons::open(Offer& offer) {
    offer_ = &offer;
    const Catalog& catalog = offer.catalog;
    Benefit& benefit = offer.benefit;
    terms_.clear();
    base_.clear();
    alone_.clear();
    covered_.clear();
    term_of_.clear();
    if (cuts_.size() < static_cast<std::size_t>(benefit.states())) cuts_.resize(benefit.states());
    const auto pins = static_cast<std::int32_t>(offer.pins.size());  // the first entries
    for (std::int32_t s = 0; s < benefit.states(); ++s) {
        std::vector<double>& cuts = cuts_[s];
        cuts.assign(1, 0.0);
        for (const Period& period : catalog.periods) cuts.push_back(catalog.share(period.first - std::chrono::days(1)));
        for (const Benefit::Active& active : benefit.active(s)) cuts.push_back(active.share);
        std::sort(cuts.begin(), cuts.end(), std::greater<>());
        cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());

        const Benefit::State& state = benefit.state(s);
        for (std::int32_t first = state.first_lesson; first < state.last_lesson; first += 64) {
            const Term term{s,
                            first,
                            std::min(64, state.last_lesson - first),
                            static_cast<std::int32_t>(cuts.size()) - 1,
                            cuts.data(),
                            static_cast<std::int32_t>(alone_.size()),
                            static_cast<std::int32_t>(base_.size())};
            for (std::int32_t segment = 0; segment < term.segments; ++segment) {
                std::uint64_t base = 0;
                for (const Benefit::Active& active : benefit.active(s))
                    if (active.entry < pins && active.share >= cuts[segment]) base |= term.bit(active.lesson);
                base_.push_back(base);
            }
            for (std::int32_t l = 0; l < term.count; ++l) {
                term_of_.push_back(static_cast<std::int32_t>(terms_.size()));
                covered_.push_back(0);
                for (std::int32_t k = 0; k < term.count; ++k)
                    if (k != l && benefit.covers(first + k, first + l) &&
                        (k < l || !benefit.covers(first + l, first + k)))
                        covered_.back() |= bit(k);
                for (std::int32_t segment = 0; segment < term.segments; ++segment) {
                    const std::uint64_t base = base_[term.first_place + segment];
                    alone_.push_back(term.length(segment) *
                                     (benefit.removed(s, first, base | bit(l)) - benefit.removed(s, first, base)));
                }
                alone_.push_back(0);
            }
            terms_.push_back(term);
        }
    }
    open_.resize(base_.size());
    most_.resize(base_.size());
    last_.assign(base_.size(), 0);
}

Lessons::Begin Lessons::begin(std::int32_t lesson, double share) const {
    const Term& term = terms_[term_of_[lesson]];
    std::int32_t s = 0;
    while (s < term.segments - 1 && share <= term.cuts[s + 1]) ++s;
    const double part = std::clamp((share - term.cuts[s + 1]) / term.length(s), 0.0, 1.0);
    return {term.number(lesson - term.first, s), term.number(lesson - term.first, term.segments), part};
}

void Lessons::add_up(std::vector<double>& numbers) const {
    for (const Term& term : terms_)
        for (std::int32_t l = 0; l < term.count; ++l)
            for (std::int32_t n = term.number(l, term.segments); n-- > term.number(l, 0);) numbers[n] += numbers[n + 1];
}

void Lessons::restrict_to(const std::vector<char>& open) {
    first_.assign(term_of_.size(), static_cast<std::int32_t>(size()));
    for (const Offer::Course& course : offer_->courses)
        for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
            if (!open[w]) continue;
            for (std::int32_t i = 0; i < offer_->benefit.lesson_count(course.entry); ++i) {
                const std::int32_t l = offer_->benefit.lesson(course.entry, i);
                const Begin at = begin(l, offer_->ways[w].share);
                if (at.part > 0) first_[l] = std::min(first_[l], at.number);
            }
        }
    for (const Term& term : terms_)
        for (std::int32_t s = 0; s < term.segments; ++s) {
            const std::int32_t at = term.first_place + s;
            open_[at] = 0;
            for (std::int32_t l = 0; l < term.count; ++l)
                if (first_[term.first + l] <= term.number(l, s)) open_[at] |= bit(l);
            open_[at] &= ~base_[at];
            most_[at] = term.length(s) * offer_->benefit.removed(term.state, term.first, open_[at] | base_[at]);
        }
}

std::vector<double> Lessons::margins() {
    std::vector<double> result(size());
    Benefit& benefit = offer_->benefit;
    for (const Term& term : terms_)
        for (std::int32_t s = 0; s < term.segments; ++s) {
            std::uint64_t set = 0;
            for (const Benefit::Active& active : benefit.active(term.state))
                if (active.share >= term.cuts[s]) set |= term.bit(active.lesson);
            for (std::int32_t l = 0; l < term.count; ++l)
                result[term.number(l, s)] =
                    term.length(s) * std::max(0.0, benefit.removed(term.state, term.first, set | bit(l)) -
                                                       benefit.removed(term.state, term.first, set & ~bit(l)));
        }
    return result;
}

double Lessons::given(const Hunt& at, std::uint64_t set) {
    ++sets_;
    return at.length * offer_->benefit.removed(at.term.state, at.term.first, set);
}

// The best set between `set`, worth `worth` and with its prices paid `value`, and set | open.
void Lessons::hunt(Hunt& at, std::uint64_t set, double worth, double value, std::uint64_t open) {
    Candidate list[64];
    int count = 0;
    for (; open != 0; open &= open - 1) {
        const int l = std::countr_zero(open);
        const double price = at.prices[l * at.stride], gain = given(at, set | bit(l)) - worth - price;
        if (gain > 0) list[count++] = {gain, price, bit(l)};
    }
    follow(at, set, worth, value, list, count);
}

// What the candidates add at most, if each adds no more than its gain and all together no more than `most`. Any mean of the two
// is a bound: `weight` × most + Σ max(0, (1 - weight) × gain before the price - price). The least is where one drops out.
double Lessons::most_more(const Candidate* list, int count, double most) {
    std::pair<double, int> order[64];  // by the weight at which it drops out
    double sum = 0, prices = 0;
    for (int i = 0; i < count; ++i) {
        order[i] = {list[i].gain / (list[i].gain + list[i].price), i};
        sum += list[i].gain + list[i].price;
        prices += list[i].price;
    }
    const double plain = sum - prices;
    if (sum <= most) return plain;
    std::sort(order, order + count);
    for (int i = 0; i < count; ++i) {
        const Candidate& c = list[order[i].second];
        const double others = sum - (c.gain + c.price);
        if (others <= most) return order[i].first * most + (1 - order[i].first) * sum - prices;
        sum = others;
        prices -= c.price;
    }
    return plain;
}

// `list`: what adds more than its price to the set; the rest is out, since nothing adds more to a larger one. What adds enough
// even to the largest is in. Where one is out, so is what does no more and costs no less.
void Lessons::follow(Hunt& at, std::uint64_t set, double worth, double value, Candidate* list, int count) {
    if (value > at.best) {
        at.best = value;
        at.best_set = set;
    }
    if (count == 0) return;
    if (count == 1) {
        if (value + list[0].gain <= at.best) return;
        at.best = value + list[0].gain;
        at.best_set = set | list[0].bit;
        return;
    }
    const double bound = value + most_more(list, count, at.most - worth);
    if (bound <= at.best) return;
    if (--at.patience < 0) {
        at.missed = std::max(at.missed, bound);
        return;
    }
    std::sort(list, list + count, [](const Candidate& a, const Candidate& b) {
        return a.gain != b.gain ? a.gain > b.gain : a.bit < b.bit;
    });
    std::uint64_t open = 0, out = 0;
    double rest = 0;
    for (int i = 0; i < count; ++i) {
        open |= list[i].bit;
        rest += list[i].gain;
    }
    const bool sure = std::popcount(set) + count <= few &&
                      given(at, set | open) - given(at, (set | open) & ~list[0].bit) >= list[0].price;
    // The first that is in, in turn.
    for (int i = 0; i < count && value + rest > at.best; ++i) {
        const Candidate& c = list[i];
        open &= ~c.bit;
        rest -= c.gain;
        if (!(at.before[std::countr_zero(c.bit)] & out)) {
            std::uint64_t left = open;
            for (int k = i + 1; k < count; ++k)
                if (at.before[std::countr_zero(list[k].bit)] & out) left &= ~list[k].bit;
            hunt(at, set | c.bit, worth + c.gain + c.price, value + c.gain, left);
            if (sure) return;
        }
        out |= c.bit;
    }
}

double Lessons::solve(const std::vector<double>& prices, std::vector<double>& slope) {
    double total = 0;
    for (const Term& term : terms_)
        for (std::int32_t s = 0; s < term.segments; ++s) {
            const std::int32_t place = term.first_place + s, stride = term.segments + 1;
            const double* price = &prices[term.number(0, s)];
            const double* alone = &alone_[term.number(0, s)];
            Candidate list[64];
            int count = 0;
            for (std::uint64_t open = open_[place]; open != 0; open &= open - 1) {
                const int l = std::countr_zero(open);
                const double gain = alone[l * stride] - price[l * stride];
                if (gain > 0) list[count++] = {gain, price[l * stride], bit(l)};
            }
            if (count == 0) continue;
            const std::uint64_t base = base_[place];
            Hunt at{term, price, stride, term.length(s), most_[place], 0, base, 0, patience, {}};
            for (int i = 0; i < count; ++i) {
                const int l = std::countr_zero(list[i].bit);
                at.before[l] = 0;
                for (std::uint64_t left = covered_[term.first + l] & open_[place]; left != 0; left &= left - 1)
                    if (price[std::countr_zero(left) * stride] <= list[i].price) at.before[l] |= left & -left;
            }
            const double worth = given(at, base);
            std::uint64_t& last = last_[place];
            if ((last & ~open_[place]) == 0) {  // prices move little: a good one to begin with
                double value = given(at, base | last) - worth;
                for (std::uint64_t left = last; left != 0; left &= left - 1)
                    value -= price[std::countr_zero(left) * stride];
                at.best = std::max(0.0, value);
                if (value > 0) at.best_set = base | last;
            }
            follow(at, base, worth, 0, list, count);
            total += std::max(at.best, at.missed);
            last = at.best_set & ~base;
            for (std::uint64_t left = last; left != 0; left &= left - 1)
                slope[term.number(std::countr_zero(left), s)] -= 1;
        }
    return total;
}

}  // namespace gradus
