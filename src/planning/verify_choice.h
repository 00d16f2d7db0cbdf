#pragma once

#include "planning/verify_problem.h"

namespace gradus::verification {

/// A choice in the making: what is taken, what it is worth and what it leaves of the limits.
class Choice {
public:
    explicit Choice(ChoiceProblem& problem);

    /// Value less prices of what is taken.
    double net() const { return net_; }
    /// Shares of the horizon that lie after each item of what is taken.
    std::vector<double> shares() const;
    /// True if nothing forced is missing and no more topics are taught than may be.
    bool complete() const { return forced_ == 0; }
    /// True if topics are within their limit: the one limit that `fits` leaves open.
    bool topics_fit() const { return problem_.topics_left < 0 || topics_left_ >= 0; }
    bool taken(std::size_t candidate) const { return !is_missing(last_days_[candidate]); }
    std::int64_t minutes(std::size_t period) const { return minutes_[period]; }
    std::int64_t limit(std::size_t limit) const { return limits_[limit]; }

    /// What a candidate would add to the value now (§3.4: never more later), given the share of days after it.
    double marginal(const Candidate& candidate, double share);
    bool fits(const Candidate& candidate, const Way& way, const Placement& at) const;
    /// Where a way lands after what must come before it; none: nowhere, or not all of that is taken.
    std::optional<Placement> land(const Candidate& candidate, const Way& way) const;

    void put(std::size_t candidate, const Way& way, Placement at);
    /// Takes back what was put last.
    void take_back();

private:
    struct Step {
        std::size_t candidate;
        const Way* way;
        Placement at;
        double net;
        std::vector<double> exposures;  // beside what it teaches
    };

    ChoiceProblem& problem_;
    std::vector<std::vector<Effect>> effects_;  // by subject
    std::vector<double> exposures_;             // by subject
    std::vector<std::int64_t> minutes_, limits_;
    std::vector<int> taught_;      // by topic: how many teach it
    std::vector<Date> last_days_;  // by candidate; missing: not taken
    std::vector<Step> steps_;
    int topics_left_, forced_ = 0;  // not taken yet
    double net_ = 0;
};

}  // namespace gradus::verification
