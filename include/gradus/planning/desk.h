#pragma once

#include <cstdint>
#include <memory>

#include <gradus/assessment/estimate.h>
#include <gradus/planning/plan.h>

namespace gradus {

class Remaining;

/// A plan made ready to answer for one person at a time: what is on offer, the prices, what is left and what everyone holds
/// are worked out once, so that an answer costs no more than that person.
///
/// Immutable, cheap to copy (copies share everything), safe to use from any number of threads at once: each answer has
/// scratch memory of its own.
class Desk {
public:
    /// The plan with the organisation and the risks it was made from.
    /// @throws Error contradiction if these are of another organisation.
    Desk(const Organization& organization, const Risks& risks, const Plan& plan);

    const Organization& organization() const;
    const Risks& risks() const;
    const Plan& plan() const;
    /// Names organisation, risks and plan by their content: what was made at another desk is of no use at this one unless
    /// these are equal.
    std::uint64_t digest() const;

    /// @cond
    struct Data;  ///< what was worked out; for the library alone
    const Data& data() const { return *data_; }
    /// @endcond

private:
    std::shared_ptr<const Data> data_;
};

/// What is known of one person that the plan did not know. The tables must outlive the call that they are given to.
struct PersonNow {
    /// New levels. Of a table of several people the person's rows count, and there must be one; capabilities without a row
    /// keep the level that the plan's risks have. Levels must lie on their scales.
    const Estimates* estimates = nullptr;
    /// In their place: all that is wanted of the person now, with levels. An empty table: nothing.
    const Risks* risks = nullptr;
    /// What is left, and what the person holds, after proposals that were taken; null: as the plan has it.
    const Remaining* remaining = nullptr;
    /// Nothing may start before this day, and items that began before it stay as they are. Within the horizon; missing: the
    /// day after that of the new levels where it lies there, else the horizon's start.
    Date at = missing<Date>();
    Minutes hours = missing<Minutes>();  ///< for learning, per month, 0 or more; missing: as in people
    bool credit_completed = true;        ///< as in GapOptions: for `estimates`
};

}  // namespace gradus
