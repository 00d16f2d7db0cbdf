#include <gradus/assessment/estimate.h>

#include "assessment/load.h"

namespace gradus {

Estimates load_estimates(const Organization& organization, const Input& input, Date as_of, int threads) {
    Estimates estimates;
    ProblemList problems;
    load(estimates, organization, input, threads, problems);
    estimates.from_outside = true;
    estimates.problems = problems.table();
    sign_loaded(estimates, "load_estimates", as_of);
    return estimates;
}

}  // namespace gradus
