#include "allocation/pricing.h"

namespace gradus {

double Pricing::ask(const Query& query, Choice& best) {
    const Loan pricer(*this);
    std::int64_t nodes = 0;
    const double bound = (*pricer)(query, best, nodes);
    ++queries_;
    nodes_ += nodes;
    return bound;
}

}  // namespace gradus
