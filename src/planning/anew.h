#pragma once

#include <cstdint>
#include <vector>

#include <gradus/risk/risk.h>

#include "planning/previous.h"

namespace gradus {

/// What holds for one person instead of what the catalog says, where that person is looked at again and nobody else.
struct Anew {
    /// An item of the plan that stays as it is: like a pin, but it keeps its own part of accounts.
    struct Begun {
        ActivityId activity;
        SessionId session;
        Date first, last;
        std::int64_t minutes = 0;
    };
    /// The level believed holds all that was completed by `day`.
    struct Reflected {
        CapabilityId capability;
        Date day;
    };

    const Risks* risks = nullptr;          ///< every row of it is the person's; null: the catalog's
    Minutes hours = missing<Minutes>();    ///< per month; missing: those of people
    Date at = missing<Date>();             ///< nothing but `begun` starts before; missing: the horizon's start
    std::vector<PreviousItem> previous{};  ///< by activity
    double change_cost = 0;                ///< for each of these that is absent
    std::vector<Begun> begun{};
    std::vector<Reflected> reflected{};  ///< by capability

    bool reflects(CapabilityId capability, Date last) const {
        for (const Reflected& known : reflected)
            if (known.capability == capability) return last <= known.day;
        return false;
    }
};

}  // namespace gradus
