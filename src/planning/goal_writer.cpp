#include "planning/goal_writer.h"

#include <algorithm>
#include <string_view>
#include <type_traits>

#include <gradus/planning/verify.h>

namespace gradus {

WithinLimits::WithinLimits(const Desk& desk, int threads) {
    const Violations found =
        verify(desk.organization(), desk.risks(), desk.plan(), {.bound = false, .threads = threads}).violations;
    people_.assign(desk.organization().people().size(), true);
    for (std::size_t row = 0; row < found.size(); ++row) {
        const std::string_view limit = found.limit[row];
        if (limit == "fund") fund_ = false;
        if (limit == "seats") seats_ = false;
        if ((limit == "hours" || limit == "account") && found.person[row])
            people_[static_cast<std::size_t>(found.person[row].value())] = false;
    }
}

// Of a fund or a session that is overdrawn it is not known whose item is the one too many.
bool WithinLimits::holds(const Item& item) const {
    return people_[static_cast<std::size_t>(item.person.value())] &&
           (fund_ || is_missing(item.fund_cost) || item.fund_cost <= Money(0)) && (seats_ || !item.session);
}

void GoalWriter::write(std::span<const Item> items) {
    items_ = items;
    work_.open(items);
    for (const Contribution& part : work_.parts())
        if (part.capability &&
            std::none_of(known_.begin(), known_.end(), [&](CapabilityId c) { return c == part.capability; }))
            known_.push_back(part.capability);
    std::sort(known_.begin(), known_.end());
    for (const CapabilityId capability : known_) write(capability);
    known_.clear();
}

double GoalWriter::reached(std::int32_t state, double level, Date morning) {
    double below = 0;
    for (const Benefit::Level& at : work_.levels(state, items_, morning))
        below += at.probability * likelihood_below(level, at.position, work_.benefit().state(state).sd);
    return 1 - below;
}

double GoalWriter::mean(std::int32_t state, Date morning) {
    double sum = 0;
    for (const Benefit::Level& at : work_.levels(state, items_, morning)) sum += at.probability * at.position;
    return sum;
}

void GoalWriter::write(CapabilityId capability) {
    GoalRow goal;
    goal.person = items_.front().person;
    goal.capability = capability;
    add_parts(goal);
    const std::int32_t state = find_want(goal);
    choose_level(goal, state);
    goal.source = measuring_.best(capability);
    strategy_.serving(goal.person, capability, served_);
    goal.objectives = static_cast<std::int32_t>(served_.size());
    goal.objective = strategy_.strongest(goal.person, capability);

    const std::size_t first = milestones.size();
    steps_.open({goal.person, capability, goal.start, goal.due, goal.source}, options_.check_in_days,
                options_.reassess_days, catalog_.start);
    for (const std::size_t i : serving_) steps_.add(items_[i].activity, items_[i].last);
    steps_.finish(milestones, [&](MilestoneRow& step) {
        const Date morning = step.date + Date::duration(step.kind == MilestoneKind::activity ? 1 : 0);
        step.expected = mean(state, morning);
        step.probability = reached(state, goal.level, morning);
    });
    judge(goal, std::span(milestones).subspan(first));
    goals.push_back(goal);
}

void GoalWriter::add_parts(GoalRow& goal) {
    serving_.clear();
    within_ = true;
    for (const Contribution& part : work_.parts()) {
        if (part.capability != goal.capability) continue;
        const Item& item = items_[part.item];
        goal.removed += part.gain;
        goal.under_way += part.under_way;
        const auto add = [](auto& sum, auto more) {
            sum = is_missing(sum) || is_missing(more) ? missing<std::decay_t<decltype(sum)>>() : sum + more;
        };
        add(goal.hours, part.hours);
        add(goal.cost, part.cost);
        if (!serving_.empty() && serving_.back() == part.item) continue;
        serving_.push_back(part.item);
        within_ = within_ && limits_.holds(item);
        if (is_missing(goal.start) || item.first < goal.start) goal.start = item.first;
        goal.due = std::max(goal.due, item.last + Date::duration(1));
    }
    goal.items = static_cast<std::int32_t>(serving_.size());
}

// The row of risks of which the items remove most, averaged over the horizon; of equals the first. Returns its state.
std::int32_t GoalWriter::find_want(GoalRow& goal) {
    Benefit& benefit = work_.benefit();
    double most = -1;
    std::int32_t found = -1;
    for (std::int32_t s = 0; s < benefit.states(); ++s) {
        const Benefit::State& state = benefit.state(s);
        if (state.capability != goal.capability) continue;
        const std::vector<Benefit::Active>& active = benefit.active(s);
        removed_.assign(static_cast<std::size_t>(state.last_wanted - state.first_wanted), 0);
        lessons_.clear();
        for (std::size_t i = 0; i < active.size(); ++i) {
            lessons_.insert(std::upper_bound(lessons_.begin(), lessons_.end(), active[i].lesson), active[i].lesson);
            const double width = active[i].share - (i + 1 < active.size() ? active[i + 1].share : 0);
            if (width <= 0) continue;
            const std::vector<Benefit::Level>& levels = benefit.levels(s, lessons_);
            for (std::size_t w = 0; w < removed_.size(); ++w) {
                const Benefit::Wanted& wanted = benefit.wanted(state.first_wanted + static_cast<std::int32_t>(w));
                double left = 0;
                for (const Benefit::Level& at : levels)
                    left += at.probability * expected_shortfall(wanted.required, at.position, state.sd);
                removed_[w] +=
                    width * wanted.coefficient * (expected_shortfall(wanted.required, state.mean, state.sd) - left);
            }
        }
        for (std::size_t w = 0; w < removed_.size(); ++w) {
            const std::size_t row = benefit.wanted(state.first_wanted + static_cast<std::int32_t>(w)).row;
            if (removed_[w] < most || (removed_[w] == most && row > goal.row)) continue;
            most = removed_[w];
            goal.row = row;
            found = s;
        }
    }
    return found;
}

void GoalWriter::choose_level(GoalRow& goal, std::int32_t state) {
    const double required = catalog_.risks.required[goal.row], from = work_.benefit().state(state).mean;
    goal.kind = from < required ? GoalKind::reach : GoalKind::secure;
    goal.to_mean = mean(state, goal.due);
    goal.level = required;
    goal.probability = reached(state, required, goal.due);
    const Scales& scales = catalog_.organization->scales;
    const Rows levels = catalog_.organization.relations()
                            .levels_of_scale[catalog_.organization->capabilities
                                                 .scale[static_cast<std::size_t>(goal.capability.value())]];
    for (std::int32_t row = levels.last; row-- > levels.first && goal.probability < options_.min_probability;) {
        const double position = scales.position[static_cast<std::size_t>(row)];
        if (position >= required || position <= from) continue;
        goal.level = position;
        goal.probability = reached(state, position, goal.due);
    }
    goal.probability_before = 1 - likelihood_below(goal.level, from, work_.benefit().state(state).sd);
}

void GoalWriter::judge(GoalRow& goal, std::span<const MilestoneRow> steps) {
    fields_.clear();
    for (const MilestoneRow& step : steps) fields_.push_back({step.kind, step.date});
    const GoalFields fields{.person = goal.person,
                            .capability = goal.capability,
                            .level = goal.level,
                            .source = goal.source,
                            .probability = goal.probability,
                            .hours = goal.hours,
                            .cost = goal.cost,
                            .objective = goal.objective,
                            .due = goal.due,
                            .steps = fields_,
                            .within_limits = within_};
    for (const Lack& lack : judge_.judge(fields)) goal.letters[static_cast<std::size_t>(lack.letter)] = false;
}

}  // namespace gradus
