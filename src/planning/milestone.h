#pragma once

#include <span>
#include <vector>

#include <gradus/planning/milestone.h>

namespace gradus {

/// A milestone before it is tabulated.
struct MilestoneRow {
    PersonId person;
    CapabilityId capability;
    std::int32_t number = 0;
    MilestoneKind kind = MilestoneKind::activity;
    Date date = missing<Date>();
    ActivityId activity;
    double expected = missing<double>(), probability = missing<double>();
    PersonId owner;
    Source source = missing<Source>();
};

/// Makes the milestones of one goal after the other.
class MilestoneMaker {
public:
    explicit MilestoneMaker(const Organization& organization) : organization_(organization) {}

    struct Of {
        PersonId person;
        CapabilityId capability;
        Date start, due;
        Source source;
    };
    /// Starts on a goal. A check-in stands midway between its start, at least `from`, and its due date, where these are
    /// `check_in_days` apart or more.
    void open(const Of& goal, int check_in_days, int reassess_days, Date from);
    /// An activity that ends on `last`.
    void add(ActivityId activity, Date last);
    /// Appends the steps in order of date, what looks at the level before what ends that day; `expect` fills in what is expected of each.
    template <class Expect>
    void finish(std::vector<MilestoneRow>& out, Expect&& expect) {
        settle();
        for (MilestoneRow& step : steps_) {
            expect(step);
            out.push_back(step);
        }
    }

private:
    void settle();
    PersonId manager_on(PersonId person, Date day) const;

    const Organization& organization_;
    Of goal_{};
    std::vector<MilestoneRow> steps_;
};

/// Fills the milestones table.
void tabulate(const Organization& organization, std::span<const MilestoneRow> rows, Milestones& table);

}  // namespace gradus
