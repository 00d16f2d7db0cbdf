#include "planning/milestone.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace gradus {

PersonId MilestoneMaker::manager_on(PersonId person, Date day) const {
    const PersonId manager = organization_->people.manager[static_cast<std::size_t>(person.value())];
    return manager && takes_part(organization_, manager, day) ? manager : PersonId();
}

void MilestoneMaker::open(const Of& goal, int check_in_days, int reassess_days, Date from) {
    goal_ = goal;
    steps_.clear();
    const auto step = [&](MilestoneKind kind, Date date) -> MilestoneRow& {
        MilestoneRow& row = steps_.emplace_back();
        row.person = goal.person;
        row.capability = goal.capability;
        row.kind = kind;
        row.date = date;
        return row;
    };
    const Date start = std::max(goal.start, from);
    if ((goal.due - start).count() >= check_in_days) {
        const Date midway = start + (goal.due - start) / 2;
        step(MilestoneKind::check_in, midway).owner = manager_on(goal.person, midway);
    }
    const Date again = goal.due + Date::duration(reassess_days);
    MilestoneRow& rating = step(MilestoneKind::reassessment, again);
    rating.source = goal.source;
    rating.owner = goal.source == Source::self      ? goal.person
                   : goal.source == Source::manager ? manager_on(goal.person, again)
                                                    : PersonId();
}

void MilestoneMaker::add(ActivityId activity, Date last) {
    MilestoneRow& row = steps_.emplace_back();
    row.person = row.owner = goal_.person;
    row.capability = goal_.capability;
    row.date = last;
    row.activity = activity;
}

void MilestoneMaker::settle() {
    // What ends on a day is over in the evening, so whatever looks at the level that day comes before it.
    const auto place = [](const MilestoneRow& row) {
        return std::tuple(row.date, row.kind == MilestoneKind::activity, row.kind, row.activity);
    };
    std::sort(steps_.begin(), steps_.end(),
              [&](const MilestoneRow& a, const MilestoneRow& b) { return place(a) < place(b); });
    for (std::size_t i = 0; i < steps_.size(); ++i) steps_[i].number = static_cast<std::int32_t>(i) + 1;
}

void tabulate(const Organization& organization, std::span<const MilestoneRow> rows, Milestones& table) {
    const std::size_t n = rows.size();
    Buffer<PersonId> person(n), owner(n);
    Buffer<CapabilityId> capability(n);
    Buffer<std::int32_t> number(n);
    Buffer<MilestoneKind> kind(n);
    Buffer<Date> date(n);
    Buffer<ActivityId> activity(n);
    Buffer<double> expected(n), probability(n);
    Buffer<Source> source(n);
    for (std::size_t i = 0; i < n; ++i) {
        const MilestoneRow& row = rows[i];
        person[i] = row.person;
        capability[i] = row.capability;
        number[i] = row.number;
        kind[i] = row.kind;
        date[i] = row.date;
        activity[i] = row.activity;
        expected[i] = row.expected;
        probability[i] = row.probability;
        owner[i] = row.owner;
        source[i] = row.source;
    }
    table.person.set(std::move(person), organization.people().strings());
    table.capability.set(std::move(capability), organization.capabilities().strings());
    table.number.set(std::move(number));
    table.kind.set(std::move(kind));
    table.date.set(std::move(date));
    table.activity.set(std::move(activity), organization.activities().strings());
    table.expected.set(std::move(expected));
    table.probability.set(std::move(probability));
    table.owner.set(std::move(owner), organization.people().strings());
    table.source.set(std::move(source));
}

}  // namespace gradus
