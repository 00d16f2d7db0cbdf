#pragma once

#include <cstdint>

#include <gradus/base/problem.h>
#include <gradus/base/units.h>

namespace gradus {

/// How many ratings of an estimate count otherwise than they were given, or not at all.
struct Noteworthy {
    std::int64_t undated = 0;        ///< taken as given on the day of the question
    std::int64_t later = 0;          ///< than that day
    std::int64_t absent = 0;         ///< of people who take no part on that day
    std::int64_t of_source = 0;      ///< of an update: from a source of which the estimates know nothing
    std::int64_t of_capability = 0;  ///< the same of a capability

    Noteworthy& operator+=(const Noteworthy& other);
    /// A warning for each that there is.
    void warn(Date as_of, ProblemList& problems) const;
};

}  // namespace gradus
