#include "risk/learning.h"

#include <algorithm>
#include <cmath>

namespace gradus {

namespace {

constexpr double default_uplift = 0.5;

// Sums of the same uplifts in another order differ in their last bits; they are one level.
bool same_level(double a, double b) { return std::abs(a - b) <= 1e-12 * (1 + std::abs(a)); }

}  // namespace

Lesson lesson(const Organization& organization, std::size_t row, double preference) {
    const Outcomes& outcomes = organization->outcomes;
    const auto or_else = [](double value, double fallback) { return is_missing(value) ? fallback : value; };
    const auto capability = static_cast<std::size_t>(outcomes.capability[row].value());
    return {or_else(outcomes.up_to[row], organization.relations().top[capability]),
            or_else(outcomes.uplift[row], default_uplift),
            std::min(1.0, or_else(outcomes.probability[row], 1) * preference)};
}

double preference(const Organization& organization, PersonId person, KindId kind) {
    if (!kind) return 1;
    const Preferences& preferences = organization->preferences;
    for (const std::size_t row : organization.relations().preferences_of_person[person])
        if (preferences.kind[row] == kind) return is_missing(preferences.weight[row]) ? 1 : preferences.weight[row];
    return 1;
}

void Spread::restart(double level) { points_.assign(1, {level, 1}); }

void Spread::learn(const Lesson& lesson) {
    if (!(lesson.probability > 0 && lesson.uplift > 0)) return;
    // The lift keeps the order of levels, so what stays and what is lifted are two ascending lists to merge.
    lifted_.clear();
    for (const Point& point : points_) {
        const double level = std::max(point.level, std::min(point.level + lesson.uplift, lesson.up_to));
        lifted_.push_back({level, point.probability * lesson.probability});
    }
    merged_.clear();
    const auto add = [&](Point point) {
        if (point.probability == 0) return;
        if (!merged_.empty() && same_level(merged_.back().level, point.level))
            merged_.back().probability += point.probability;
        else
            merged_.push_back(point);
    };
    auto stays = points_.begin();
    for (const Point& point : lifted_) {
        for (; stays != points_.end() && stays->level <= point.level; ++stays)
            add({stays->level, stays->probability * (1 - lesson.probability)});
        add(point);
    }
    for (; stays != points_.end(); ++stays) add({stays->level, stays->probability * (1 - lesson.probability)});
    points_.swap(merged_);
    thin();
}

void Spread::thin() {
    constexpr std::size_t most = 4096;
    if (points_.size() <= most) return;
    const double width = (points_.back().level - points_.front().level) / (most / 2);
    merged_.clear();
    double begin = 0;
    for (const Point& point : points_) {
        if (merged_.empty() || point.level > begin + width) {
            merged_.push_back(point);
            begin = point.level;
        } else {
            Point& into = merged_.back();
            const double probability = into.probability + point.probability;
            into.level += (point.level - into.level) * (point.probability / probability);
            into.probability = probability;
        }
    }
    points_.swap(merged_);
}

double Spread::mean() const {
    // From the lowest level, so that a level that cannot change has exactly itself as its mean.
    const double base = points_.front().level;
    double mean = 0;
    for (const Point& point : points_) mean += point.probability * (point.level - base);
    return base + mean;
}

void Credit::person(PersonId person) {
    learned_.clear();
    if (!on_) return;
    const Relations& relations = organization_.relations();
    const Enrolments& enrolments = organization_->enrolments;
    const Rows rows = relations.enrolments_of_person[person];
    // Rows are sorted by activity, so one activity's completions stand together.
    for (std::int32_t row = rows.first; row < rows.last;) {
        const ActivityId activity = enrolments.activity[static_cast<std::size_t>(row)];
        bool completed = false;
        Date last = missing<Date>();
        for (; row < rows.last && enrolments.activity[static_cast<std::size_t>(row)] == activity; ++row) {
            const auto r = static_cast<std::size_t>(row);
            if (enrolments.status[r] != EnrolmentStatus::completed || enrolments.date[r] > as_of_) continue;
            completed = true;
            last = std::max(last, enrolments.date[r]);  // a missing date is the earliest there is
        }
        if (!completed) continue;
        const double liking = preference(organization_, person,
                                         organization_->activities.kind[static_cast<std::size_t>(activity.value())]);
        for (const std::size_t outcome : relations.outcomes_of_activity[activity])
            learned_.push_back(
                {organization_->outcomes.capability[outcome], lesson(organization_, outcome, liking), last});
    }
    std::sort(learned_.begin(), learned_.end(), [](const Learned& a, const Learned& b) { return (a <=> b) < 0; });
}

double Credit::lift_of(CapabilityId capability, double mean, bool rated, Date last) {
    if (rated && is_missing(last)) return 0;
    auto learned = std::lower_bound(learned_.begin(), learned_.end(), capability,
                                    [](const Learned& l, CapabilityId c) { return l.capability < c; });
    if (learned == learned_.end() || learned->capability != capability) return 0;
    spread_.restart(mean);
    for (; learned != learned_.end() && learned->capability == capability; ++learned)
        if (!rated || learned->last > last) spread_.learn(learned->lesson);
    return spread_.mean() - mean;
}

}  // namespace gradus
