#pragma once

#include "planning/verify_problem.h"

namespace gradus::verification {

/// The best of one person: value less prices. The same where the search came to its end.
struct Best {
    double found = 0;  // attained; -infinity: what is forced cannot be
    double bound = 0;  // nothing better exists
};

/// Solves the problem exactly by depth-first search, from `known`, a value that is attained (-infinity: none is known).
Best search(ChoiceProblem& problem, double known);

}  // namespace gradus::verification
