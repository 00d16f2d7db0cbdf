#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "allocation/pool.h"

namespace gradus {

/// The members' choices in the pool that are near enough to the best at the prices, by member, the best first. What is worth no
/// more than another and takes no less of anything is left out.
class Candidates {
public:
    struct Candidate {
        ChoiceView choice;
        double regret = 0;  ///< how much less it is worth at the prices than the member's best in the pool
        std::int32_t member = 0;
    };

    /// Those with a regret of at most `within`. They refer to the pool.
    Candidates(const Pool& pool, std::span<const double> prices, double within);

    std::int32_t members() const { return static_cast<std::int32_t>(first_.size()) - 1; }
    std::int32_t size() const { return static_cast<std::int32_t>(all_.size()); }
    const Candidate& operator[](std::int32_t number) const { return all_[number]; }
    /// Numbers of a member's candidates: [first, end).
    std::int32_t first(std::int32_t member) const { return first_[member]; }
    std::int32_t end(std::int32_t member) const { return first_[member + 1]; }

private:
    std::vector<Candidate> all_;
    std::vector<std::int32_t> first_;
};

}  // namespace gradus
