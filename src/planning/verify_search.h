#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "planning/verify_problem.h"

namespace gradus::verification {

/// The best of one person, value less prices: no less than found, no more than bound.
struct Best {
    double found = -std::numeric_limits<double>::infinity();  // attained; -infinity: nothing is known to be possible
    double bound = std::numeric_limits<double>::infinity();
    std::vector<double> shares{};  // of the horizon that lie after each item of what was found
};

/// Narrows what is known by branch and bound; stops after `effort` nodes, more or less, with found below bound.
Best search(ChoiceProblem& problem, Best known, std::int64_t effort);

}  // namespace gradus::verification
