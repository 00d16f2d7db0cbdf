#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <gradus/planning/remaining.h>

#include "planning/desk.h"

namespace gradus {

struct Remaining::Data {
    explicit Data(const Desk& of) : desk(of), left(of.data().left) {}

    Desk desk;
    std::vector<std::int64_t> left;                      ///< by resource
    std::unordered_map<std::int32_t, Holding> holdings;  ///< of people for whom a proposal was taken
    mutable std::mutex mutex;                            ///< for the two above

    /// What the person holds and what is left, at one moment.
    void look(PersonId person, Holding& held, std::vector<std::int64_t>& left_then) const;
    /// Swaps what the person holds from one to the other, or says why not.
    Refusal swap(PersonId person, const Holding& from, const Holding& to);

private:
    Holding holding(PersonId person) const;
};

}  // namespace gradus
