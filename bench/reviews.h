#pragma once

#include <cstdint>
#include <vector>

#include <gradus/gradus.h>

#include "columns.h"

namespace gradus::bench {

/// A review of everyone by four: self, the manager of eight, and two peers drawn from all people, each on the same 20 capabilities.
///
/// Ratings are drawn from the model that estimate() fits, rounded to five levels, from a fixed seed. The variances are like those that
/// Scullen, Mount & Goff (2000, J. Appl. Psychol. 85) found: a rater's own ways are the larger part.
class Reviews {
public:
    static constexpr int capabilities = 20, raters = 4, levels = 5;

    explicit Reviews(int people);

    std::int64_t ratings() const { return std::int64_t{people_count_} * capabilities * raters; }
    std::vector<Input> organization() const;
    Input assessments() const { return assessments_.input(); }
    /// Columns person, capability, rater, source as numbers and level, for others to fit.
    void write(const char* file) const;

private:
    int people_count_;
    std::vector<Input> small_;
    Columns people_{"people"}, assessments_{"assessments"};
    std::vector<std::int32_t> rater_, level_;
};

}  // namespace gradus::bench
