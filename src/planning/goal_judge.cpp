#include "planning/goal_judge.h"

#include <algorithm>
#include <cstdio>

#include "assessment/ratings.h"
#include "assessment/stage.h"
#include "planning/level_name.h"
#include "planning/verify_calendar.h"
#include "planning/verify_items.h"

namespace gradus {
namespace {

std::string quoted_key(const Keys& keys, std::int32_t id) {
    return "'" + std::string(keys[static_cast<std::size_t>(id)]) + "'";
}

// A probability to two digits: what is shown to people.
std::string two_digits(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", number);
    return text;
}

}  // namespace

Measuring::Measuring(const Organization& organization, const Assessments* assessments, Date as_of)
    : known_(assessments != nullptr), rated_(organization.capabilities().size(), 0) {
    if (!assessments) return;
    check_keys(*assessments, assessments->person, organization.people());
    check_keys(*assessments, assessments->capability, organization.capabilities());
    for (std::size_t row = 0; row < assessments->size(); ++row) {
        if (assessments->date[row] > as_of) continue;  // a missing date is the earliest there is
        rated_[static_cast<std::size_t>(assessments->capability[row].value())] |=
            static_cast<std::uint8_t>(1u << static_cast<int>(assessments->source[row]));
    }
}

Source Measuring::best(CapabilityId capability) const {
    for (const Source source : most_trusted)
        if (has_rated(source, capability)) return source;
    return missing<Source>();
}

std::optional<GoalJudge::Belief> GoalJudge::belief(PersonId person, CapabilityId capability) const {
    for (const std::size_t row : catalog_.risks_of_person[person])
        if (catalog_.risks.capability[row] == capability)
            return Belief{catalog_.risks.mean[row], catalog_.risks.sd[row]};
    if (!estimates_) return std::nullopt;
    const auto [first, last] = std::equal_range(estimates_->person.begin(), estimates_->person.end(), person);
    for (auto at = first; at != last; ++at) {
        const auto row = static_cast<std::size_t>(at - estimates_->person.begin());
        if (estimates_->capability[row] == capability) return Belief{estimates_->mean[row], estimates_->sd[row]};
    }
    return std::nullopt;
}

bool GoalJudge::wanted(PersonId person, CapabilityId capability) const {
    for (const std::size_t row : catalog_.risks_of_person[person])
        if (catalog_.risks.capability[row] == capability) return true;
    return false;
}

Minutes GoalJudge::time_until(PersonId person, Date due) const {
    const Minutes monthly = catalog_.organization->people.hours[static_cast<std::size_t>(person.value())];
    if (is_missing(monthly)) return monthly;
    Minutes all(0);
    for (const Period& period : catalog_.periods)
        if (is_missing(due) || period.first < due) all += monthly * period.months;
    return all;
}

Money GoalJudge::money_until(PersonId person, Date due) const {
    const Organization& organization = catalog_.organization;
    const Relations& relations = organization.relations();
    if (!relations.funds_given) return missing<Money>();
    const auto p = static_cast<std::size_t>(person.value());
    // On the last day on which something could begin that is over by then.
    Date on = catalog_.end - Date::duration(1);
    if (!is_missing(due)) on = std::clamp(due - Date::duration(1), catalog_.start, on);
    Money all(0);
    if (const FundId fund = catalog_.fund_for(organization->people.unit[p], on)) {
        all = organization->funds.amount[static_cast<std::size_t>(fund.value())];
        for (std::int32_t above = relations.funds.parent(fund.value()); above >= 0;
             above = relations.funds.parent(above))
            all = std::min(all, organization->funds.amount[static_cast<std::size_t>(above)]);
    }
    const Accounts& accounts = organization->accounts;
    for (const std::size_t row : relations.accounts_of_person[person]) {
        const ProgramId program = accounts.program[row];
        const auto g = static_cast<std::size_t>(program.value());
        const bool usable = verification::valid_on(accounts.valid_from[row], accounts.valid_to[row], on) &&
                            (!program || verification::valid_on(organization->programs.valid_from[g],
                                                                organization->programs.valid_to[g], on));
        if (usable && accounts.kind[row] == AccountKind::money) all += Money(accounts.available[row].units());
    }
    return all;
}

std::vector<Lack> GoalJudge::judge(const GoalFields& goal) const {
    std::vector<Lack> lacks;
    judge_level(goal, lacks);
    judge_means(goal, lacks);
    judge_relevance(goal, lacks);
    judge_dates(goal, lacks);
    return lacks;
}

void GoalJudge::judge_level(const GoalFields& goal, std::vector<Lack>& lacks) const {
    const Organization& organization = catalog_.organization;
    if (!goal.capability) {
        lacks.push_back({Letter::specific, "capability", "no capability is named, and without one no level"});
        lacks.push_back({Letter::measurable, "source", "without a capability nothing can show that it is reached"});
        return;
    }
    if (is_missing(goal.level)) {
        lacks.push_back({Letter::specific, "level", "no level to reach is named"});
    } else if (const auto believed = belief(goal.person, goal.capability); !believed) {
        lacks.push_back(
            {Letter::specific, "level",
             "today's level of " + quoted_key(organization.capabilities(), goal.capability.value()) + " is not known"});
    } else if (believed->mean >= goal.level) {
        const double reached = 1 - likelihood_below(goal.level, believed->mean, believed->sd);
        if (reached >= sure_)
            lacks.push_back({Letter::specific, "level",
                             level_name(organization, goal.capability, goal.level) +
                                 " is reached already, with probability " + two_digits(reached)});
    }
    if (is_missing(goal.source))
        lacks.push_back({Letter::measurable, "source", "no assessment is named that would show it"});
    else if (!measuring_.known())
        lacks.push_back({Letter::measurable, "source", "without assessments no source is known"});
    else if (!measuring_.has_rated(goal.source, goal.capability))
        lacks.push_back({Letter::measurable, "source",
                         "source " + std::string(Words<Source>::names[static_cast<std::size_t>(goal.source)]) +
                             " has not rated it yet, of anybody"});
}

void GoalJudge::judge_means(const GoalFields& goal, std::vector<Lack>& lacks) const {
    const auto lack = [&](std::string_view field, std::string text) {
        lacks.push_back({Letter::achievable, field, std::move(text)});
    };
    const int digits = catalog_.organization.relations().minor_digits;
    if (is_missing(goal.probability))
        lack("probability", "no probability of reaching it is given");
    else if (goal.probability < min_probability_)
        lack("probability", "the probability of reaching it is " + two_digits(goal.probability) + ", expected " +
                                two_digits(min_probability_) + " or more");
    if (is_missing(goal.hours)) lack("hours", "the time it takes is not known");
    if (is_missing(goal.cost)) lack("cost", "what it costs is not known");
    if (goal.within_limits) {
        if (!*goal.within_limits) lack("hours", "the plan's items exceed a limit of time, money or seats");
        return;
    }
    if (goal.due <= catalog_.as_of && !is_missing(goal.due)) return;  // a wrong date is told once
    const Minutes time = time_until(goal.person, goal.due);
    if (!is_missing(goal.hours) && !is_missing(time) && goal.hours > time)
        lack("hours", "it takes " + verification::text_hours(goal.hours.count()) + ", until then there are " +
                          verification::text_hours(time.count()));
    const Money money = money_until(goal.person, goal.due);
    if (!is_missing(goal.cost) && !is_missing(money) && goal.cost > money)
        lack("cost", "it costs " + verification::text(goal.cost, digits) + ", fund and accounts have " +
                         verification::text(money, digits));
}

void GoalJudge::judge_relevance(const GoalFields& goal, std::vector<Lack>& lacks) const {
    const Organization& organization = catalog_.organization;
    if (!goal.capability) {
        lacks.push_back({Letter::relevant, "capability", "without a capability it serves nothing"});
        return;
    }
    thread_local std::vector<Strategy::Served> served;
    strategy_.serving(goal.person, goal.capability, served);
    const Forest& objectives = organization.relations().objectives;
    if (goal.objective) {
        const bool serves = std::any_of(served.begin(), served.end(), [&](const Strategy::Served& one) {
            return objectives.holds(goal.objective.value(), one.objective.value());
        });
        if (!serves)
            lacks.push_back(
                {Letter::relevant, "objective",
                 "objective " + quoted_key(organization.objectives(), goal.objective.value()) + " does not depend on " +
                     quoted_key(organization.capabilities(), goal.capability.value()) + " for this person"});
    } else if (served.empty() && !wanted(goal.person, goal.capability)) {
        lacks.push_back(
            {Letter::relevant, "objective",
             "no role of the person requires it, no personal goal asks for it and no objective depends on it"});
    }
}

void GoalJudge::judge_dates(const GoalFields& goal, std::vector<Lack>& lacks) const {
    const auto lack = [&](std::string_view field, std::string text) {
        lacks.push_back({Letter::time_bound, field, std::move(text)});
    };
    if (is_missing(goal.due))
        lack("due", "no due date is given");
    else if (goal.due <= catalog_.as_of)
        lack("due", "the due date " + to_text(goal.due) + " is not after " + to_text(catalog_.as_of));
    Date before = missing<Date>(), rated = missing<Date>();
    bool undated = false, order = true, late = false, early = false;
    for (const GoalFields::Step& step : goal.steps) {
        if (is_missing(step.date)) {
            undated = true;
            continue;
        }
        const bool again = step.kind == MilestoneKind::reassessment;
        order = order && before <= step.date && (again || is_missing(rated));
        before = std::max(before, step.date);
        if (again) {
            early = early || (!is_missing(goal.due) && step.date < goal.due);
            rated = step.date;
        } else if (!is_missing(goal.due)) {
            // What ends on the due date takes effect on the day after it.
            late = late || step.date > goal.due || (step.kind == MilestoneKind::activity && step.date == goal.due);
        }
    }
    if (undated) lack("milestones", "a milestone has no date");
    if (!order) lack("milestones", "the milestones are not in order of date, with the re-assessment last");
    if (late) lack("milestones", "an activity or a check-in does not end before the due date " + to_text(goal.due));
    if (early) lack("milestones", "the re-assessment is before the due date " + to_text(goal.due));
}

}  // namespace gradus
