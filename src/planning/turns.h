#pragma once

#include <cstdint>
#include <vector>

#include "planning/draft.h"

namespace gradus {

/// Which courses fill the hours of each period best, if each had its own price there: a knapsack per period.
///
/// Hours are counted in units that divide all courses', or else in coarser ones, rounded down, which only lets more in.
class Turns {
public:
    void open(const Offer& offer);
    /// With limited hours; else 0.
    std::int32_t periods() const { return periods_; }

    /// Leaves the courses with a way in the period.
    void restrict_to(const std::vector<char>& open);
    /// By course and period: the prices of those that fill the hours best. Adds 1 to `slope` for each.
    double solve(const std::vector<double>& prices, std::vector<double>& slope);

    /// Works out what the hours can be worth to the courses from each place of an order on.
    void line_up(const std::vector<double>& prices, const std::vector<std::int32_t>& order);
    /// What the hours that the draft has left are worth to those from that place on.
    double rest(const Draft& draft, std::size_t place) const;

private:
    const Offer* offer_ = nullptr;
    std::int32_t periods_ = 0;
    std::int64_t unit_ = 1;                  // minutes
    std::int32_t width_ = 0;                 // units that a period has at most, and 1
    std::vector<std::int32_t> size_;         // by course: units
    std::vector<char> possible_;             // by course and period
    std::vector<double> from_, to_, rests_;  // rests_: by place, period and units
    std::vector<char> packed_;
    std::vector<std::int32_t> picked_;
};

}  // namespace gradus
