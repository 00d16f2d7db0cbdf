#include "planning/verify_learning.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace gradus::verification {

namespace {

/// Levels closer than this are one level: it is far below what any tolerance sees.
constexpr double same_level = 1e-12;

struct Mass {
    double level, probability;
};

/// The distribution after one more outcome (§3.4): ascending levels stay ascending, whether they are lifted or not.
std::vector<Mass> taught(const std::vector<Mass>& before, const Lesson& lesson) {
    std::vector<Mass> lifted = before, after;
    for (Mass& mass : lifted) {
        mass.level = std::max(mass.level, std::min(mass.level + lesson.uplift, lesson.up_to));
        mass.probability *= lesson.probability;
    }
    const auto push = [&](double level, double probability) {
        if (probability <= 0) return;
        if (!after.empty() && level - after.back().level <= same_level)
            after.back().probability += probability;
        else
            after.push_back({level, probability});
    };
    auto up = lifted.begin();
    for (const Mass& mass : before) {
        for (; up != lifted.end() && up->level < mass.level; ++up) push(up->level, up->probability);
        push(mass.level, mass.probability * (1 - lesson.probability));
    }
    for (; up != lifted.end(); ++up) push(up->level, up->probability);
    return after;
}

}  // namespace

double shortfall(double required, double mean, double sd) {
    if (sd <= 0) return std::max(0.0, required - mean);
    const double u = (required - mean) / sd;
    const double below = 0.5 * std::erfc(-u / std::numbers::sqrt2);
    const double density = std::exp(-u * u / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    return std::max(0.0, (required - mean) * below + sd * density);
}

Subject::Subject(double mean, std::vector<Need> needs, std::vector<Lesson> lessons)
    : mean_(mean), needs_(std::move(needs)), lessons_(std::move(lessons)) {
    add({});
}

double Subject::evaluate(const std::vector<int>& members) const {
    std::vector<Lesson> given;
    for (const int lesson : members) given.push_back(lessons_[static_cast<std::size_t>(lesson)]);
    std::stable_sort(given.begin(), given.end(), [](const Lesson& a, const Lesson& b) { return a.up_to < b.up_to; });
    std::vector<Mass> levels{{mean_, 1.0}};
    for (const Lesson& lesson : given) levels = taught(levels, lesson);
    double exposure = 0;
    for (const Need& need : needs_)
        for (const Mass& mass : levels)
            exposure += need.weighs * mass.probability * shortfall(need.required, mass.level, need.sd);
    return exposure;
}

int Subject::add(const std::vector<int>& members) {
    const int number = static_cast<int>(exposures_.size());
    numbers_.emplace(members, number);
    members_.push_back(members);
    exposures_.push_back(evaluate(members));
    next_.resize(next_.size() + lessons_.size(), -1);
    return number;
}

int Subject::extend(int set, int lesson) {
    std::vector<int> members = members_[static_cast<std::size_t>(set)];
    const auto place = std::lower_bound(members.begin(), members.end(), lesson);
    if (place == members.end() || *place != lesson) members.insert(place, lesson);
    const auto known = numbers_.find(members);
    const int next = known != numbers_.end() ? known->second : add(members);
    next_[static_cast<std::size_t>(set * lessons() + lesson)] = next;
    return next;
}

double Subject::exposure(const std::vector<Effect>& effects) {
    int set = 0;
    double mean = exposure(set);
    for (const Effect& effect : effects) {
        const int next = with(set, effect.lesson);
        mean += effect.share * (exposure(next) - exposure(set));
        set = next;
    }
    return mean;
}

double Subject::exposure(const std::vector<Effect>& effects, Effect more) {
    int set = 0;
    double mean = exposure(set);
    const auto give = [&](const Effect& effect) {
        const int next = with(set, effect.lesson);
        mean += effect.share * (exposure(next) - exposure(set));
        set = next;
    };
    bool given = false;
    for (const Effect& effect : effects) {
        if (!given && more.share > effect.share) {
            give(more);
            given = true;
        }
        give(effect);
    }
    if (!given) give(more);
    return mean;
}

}  // namespace gradus::verification
