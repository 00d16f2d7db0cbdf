#include "planning/chains.h"

#include <algorithm>
#include <limits>

namespace gradus {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

void Chains::open(const Offer& offer) {
    const auto courses = static_cast<std::int32_t>(offer.courses.size());
    parent_.assign(courses, -1);
    first_slot_.resize(courses);
    first_way_.resize(courses);
    last_way_.resize(courses);
    first_pair_.clear();
    pairs_.clear();
    for (std::int32_t c = 0; c < courses; ++c) {
        const Offer::Course& course = offer.courses[c];
        first_way_[c] = course.first_way;
        last_way_[c] = course.last_way;
        first_slot_[c] = static_cast<std::int32_t>(first_pair_.size());
        if (course.prerequisites.empty()) {
            first_pair_.push_back(static_cast<std::int32_t>(pairs_.size()));
            for (std::int32_t w = course.first_way; w < course.last_way; ++w)
                pairs_.push_back({w, offer.ways[w].share, 1});
            continue;
        }
        parent_[c] = *std::max_element(course.prerequisites.begin(), course.prerequisites.end());
        const Offer::Course& parent = offer.courses[parent_[c]];
        for (std::int32_t q = parent.first_way; q < parent.last_way; ++q) {
            first_pair_.push_back(static_cast<std::int32_t>(pairs_.size()));
            const Date after = offer.ways[q].last + std::chrono::days(1);
            for (std::int32_t w = course.first_way; w < course.last_way; ++w) {
                Way way = offer.ways[w];
                if (way.first >= after)
                    pairs_.push_back({w, way.share, 1});
                else if (offer.dated(way, after))
                    pairs_.push_back({w, way.share, offer.ways[w].share > 0 ? way.share / offer.ways[w].share : 0});
            }
        }
    }
    best_.resize(first_pair_.size());
    pick_.resize(first_pair_.size());
    first_pair_.push_back(static_cast<std::int32_t>(pairs_.size()));
    value_.resize(offer.ways.size());
    most_.resize(offer.ways.size());
    top_.resize(courses);
    part_.resize(courses);
    picked_.resize(courses);
}

double Chains::best_of(const Scores& scores, std::int32_t slot) {
    double best = -infinite;
    pick_[slot] = -1;
    for (std::int32_t k = first_pair_[slot]; k < first_pair_[slot + 1]; ++k) {
        const Pair& pair = pairs_[k];
        if (scores.gain[pair.way] == -infinite) continue;
        const double value = value_[pair.way] - late(scores, k);
        if (value <= best) continue;
        best = value;
        pick_[slot] = k;
    }
    return best;
}

double Chains::solve(const Scores& scores) {
    double total = 0;
    for (std::size_t w = 0; w < value_.size(); ++w) value_[w] = scores.gain[w] - scores.cost[w];
    for (auto c = static_cast<std::int32_t>(parent_.size()); c-- > 0;) {
        top_[c] = -infinite;
        if (scores.taken[c] != open_course) continue;
        const double nothing = scores.forced[c] ? -infinite : 0;
        const auto add = [&](std::int32_t slot) {
            top_[c] = best_of(scores, slot);
            best_[slot] = std::max(top_[c], nothing);
            if (top_[c] < nothing) pick_[slot] = -1;
            return best_[slot];
        };
        const std::int32_t parent = parent_[c];
        if (parent >= 0 && scores.taken[parent] == open_course) {
            for (std::int32_t q = first_way_[parent]; q < last_way_[parent]; ++q)
                if (scores.gain[q] > -infinite) value_[q] += add(slot(c, q));
        } else if (const std::int32_t at = slot_in(scores.taken, c); at >= 0) {
            total += add(at);
        }
    }
    return total;
}

const std::vector<std::int32_t>& Chains::choice(const Scores& scores) {
    choice_ = scores.taken;
    for (std::size_t c = 0; c < parent_.size(); ++c) {
        if (scores.taken[c] != open_course) continue;
        const std::int32_t at = slot_in(choice_, static_cast<std::int32_t>(c));
        const std::int32_t pair = at < 0 ? -1 : pick_[at];
        choice_[c] = pair < 0 ? -1 : pairs_[pair].way;
        part_[c] = pair < 0 ? 0 : pairs_[pair].part;
        picked_[c] = pair;
    }
    return choice_;
}

const std::vector<double>& Chains::most(const Scores& scores, double total) {
    std::fill(most_.begin(), most_.end(), -infinite);
    const auto follow = [&](std::int32_t slot, double above) {
        if (above == -infinite || best_[slot] == -infinite) return;
        for (std::int32_t k = first_pair_[slot]; k < first_pair_[slot + 1]; ++k) {
            const Pair& pair = pairs_[k];
            if (scores.gain[pair.way] == -infinite) continue;
            const double value = value_[pair.way] - late(scores, k);
            most_[pair.way] = std::max(most_[pair.way], above - best_[slot] + value);
        }
    };
    for (std::size_t i = 0; i < parent_.size(); ++i) {
        const auto c = static_cast<std::int32_t>(i);
        if (scores.taken[c] != open_course) continue;
        const std::int32_t parent = parent_[c];
        if (parent >= 0 && scores.taken[parent] == open_course) {
            for (std::int32_t q = first_way_[parent]; q < last_way_[parent]; ++q)
                if (scores.gain[q] > -infinite) follow(slot(c, q), most_[q]);
        } else if (const std::int32_t at = slot_in(scores.taken, c); at >= 0) {
            follow(at, total);
        }
    }
    return most_;
}

}  // namespace gradus
