#include "planning/verify_choice.h"

#include <algorithm>
#include <utility>

namespace gradus::verification {

namespace {

std::size_t index(int i) { return static_cast<std::size_t>(i); }

}  // namespace

Choice::Choice(ChoiceProblem& problem)
    : problem_(problem), effects_(problem.pinned), minutes_(problem.minutes), limits_(problem.limits),
      taught_(problem.topics_pinned.begin(), problem.topics_pinned.end()),
      last_days_(problem.candidates.size(), missing<Date>()), topics_left_(problem.topics_left) {
    for (std::size_t s = 0; s < problem.subjects.size(); ++s)
        exposures_.push_back(problem.subjects[s].exposure(effects_[s]));
    for (const Candidate& candidate : problem.candidates) forced_ += candidate.forced;
}

double Choice::marginal(const Candidate& candidate, double share) {
    double total = 0;
    for (const auto& [subject, lesson] : candidate.teaches) {
        const std::size_t s = index(subject);
        total += exposures_[s] - problem_.subjects[s].exposure(effects_[s], {share, lesson});
    }
    return total;
}

std::vector<double> Choice::shares() const {
    std::vector<double> shares;
    for (const Step& step : steps_) shares.push_back(step.at.share);
    return shares;
}

bool Choice::fits(const Candidate& candidate, const Way& way, const Placement& at) const {
    if (!minutes_.empty() && candidate.minutes > minutes_[index(way.period)]) return false;
    for (const Use& use : at.uses)
        if (use.amount > limits_[index(use.limit)]) return false;
    if (way.session && !problem_.may_overlap)
        for (const Step& step : steps_)
            if (step.way->session && step.at.first <= at.last && at.first <= step.at.last) return false;
    return true;
}

std::optional<Placement> Choice::land(const Candidate& candidate, const Way& way) const {
    Date earliest = missing<Date>();
    for (const int before : candidate.after) {
        if (!taken(index(before))) return std::nullopt;
        earliest = std::max<Date>(earliest, last_days_[index(before)] + Date::duration(1));
    }
    return way.settled ? way.at : problem_.place(candidate, way, earliest);
}

void Choice::put(std::size_t c, const Way& way, Placement at) {
    const Candidate& candidate = problem_.candidates[c];
    Step step{c, &way, std::move(at), net_, {}};
    if (!minutes_.empty()) minutes_[index(way.period)] -= candidate.minutes;
    for (const Use& use : step.at.uses) limits_[index(use.limit)] -= use.amount;
    for (const int topic : candidate.topics)
        if (taught_[index(topic)]++ == 0) --topics_left_;
    last_days_[c] = step.at.last;
    forced_ -= candidate.forced;
    net_ -= step.at.price;
    for (const auto& [subject, lesson] : candidate.teaches) {
        const std::size_t s = index(subject);
        const auto later = [&](const Effect& effect) { return effect.share < step.at.share; };
        effects_[s].insert(std::find_if(effects_[s].begin(), effects_[s].end(), later), {step.at.share, lesson});
        step.exposures.push_back(exposures_[s]);
        exposures_[s] = problem_.subjects[s].exposure(effects_[s]);
        net_ += step.exposures.back() - exposures_[s];
    }
    steps_.push_back(std::move(step));
}

void Choice::take_back() {
    const Step& step = steps_.back();
    const Candidate& candidate = problem_.candidates[step.candidate];
    if (!minutes_.empty()) minutes_[index(step.way->period)] += candidate.minutes;
    for (const Use& use : step.at.uses) limits_[index(use.limit)] += use.amount;
    for (const int topic : candidate.topics)
        if (--taught_[index(topic)] == 0) ++topics_left_;
    last_days_[step.candidate] = missing<Date>();
    forced_ += candidate.forced;
    net_ = step.net;
    for (std::size_t i = 0; i < candidate.teaches.size(); ++i) {
        const std::size_t s = index(candidate.teaches[i].first);
        std::erase_if(effects_[s],
                      [lesson = candidate.teaches[i].second](const Effect& e) { return e.lesson == lesson; });
        exposures_[s] = step.exposures[i];
    }
    steps_.pop_back();
}

}  // namespace gradus::verification
