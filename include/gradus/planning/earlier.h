#pragma once

#include <gradus/organization/organization.h>
#include <gradus/planning/plan.h>
#include <gradus/risk/risk.h>

namespace gradus {

/// A plan made earlier, with what it was made of, from which the search for another starts: at its prices, and from what each
/// person had in it. The other may be of the same organisation with other amounts, seats or hours, of a later one, or hold other
/// options.
///
/// Where nothing differs that people can choose from but limits that they share, and hours of a few, the earlier bound at its
/// prices is known to hold again, with each limit's change at its price: then only those are asked whom it may concern. The
/// certificate of a plan that `optimize` made itself is taken as it stands for this; of any other plan only prices and items are.
struct Earlier {
    Plan plan;
    Organization organization;
    Risks risks;
};

}  // namespace gradus
