#pragma once

#include <gradus/assessment/estimate.h>

#include "assessment/people_rows.h"
#include "risk/learning.h"

namespace gradus {

/// What is believed of one person's level on the day of the gaps.
struct Belief {
    double mean;  // credit included
    double sd;
    double credited;
    bool rated;
};

/// Walks the estimates of one person after the other and adds what was completed since.
class Beliefs {
public:
    /// Starts at the person `first`.
    Beliefs(const Organization& organization, Date as_of, const Estimates& estimates, bool credit, PersonId first)
        : relations_(organization.relations()), estimates_(estimates), rows_(estimates.person, first),
          credit_(organization, as_of, credit) {}

    /// Moves on to a person, who must not lie before the one before.
    void person(PersonId person) {
        rows_.go(person);
        credit_.person(person);
        rewind();
    }
    /// To ask again for capabilities that lie before the last one asked for.
    void rewind() { row_ = rows_.first(); }

    /// Capabilities must be asked for in ascending order; without an estimate the prior counts.
    Belief about(CapabilityId capability) {
        while (row_ < rows_.last() && estimates_.capability[row_] < capability) ++row_;
        if (row_ < rows_.last() && estimates_.capability[row_] == capability) return of_row(row_);
        const auto c = static_cast<std::size_t>(capability.value());
        const double range = relations_.top[c] - relations_.bottom[c];
        return credited(capability, relations_.bottom[c] + estimates_.prior_mean * range, estimates_.prior_sd * range,
                        false, missing<Date>());
    }
    /// Calls visit(capability, belief) for everything about which the person was rated.
    template <class Visit>
    void for_each_rated(Visit&& visit) {
        for (std::size_t row = rows_.first(); row < rows_.last(); ++row)
            if (rated(row)) visit(estimates_.capability[row], of_row(row));
    }

private:
    // Estimates from outside may leave out how many ratings they rest on; that they exist is evidence.
    bool rated(std::size_t row) const { return row >= estimates_.ratings.size() || estimates_.ratings[row] != 0; }

    Belief of_row(std::size_t row) {
        const Date last = row < estimates_.last.size() ? estimates_.last[row] : missing<Date>();
        return credited(estimates_.capability[row], estimates_.mean[row], estimates_.sd[row], rated(row), last);
    }
    Belief credited(CapabilityId capability, double mean, double sd, bool rated, Date last) {
        const double lift = credit_.lift(capability, mean, rated, last);
        return {mean + lift, sd, lift, rated};
    }

    const Relations& relations_;
    const Estimates& estimates_;
    RowsOfPerson rows_;
    Credit credit_;
    std::size_t row_ = 0;
};

}  // namespace gradus
