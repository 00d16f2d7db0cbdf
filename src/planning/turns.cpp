#include "planning/turns.h"

#include <algorithm>
#include <numeric>

namespace gradus {
namespace {

constexpr std::int64_t most_units = 200;  // to which a period's hours are cut

}  // namespace

void Turns::open(const Offer& offer) {
    offer_ = &offer;
    periods_ = offer.hours_limited ? static_cast<std::int32_t>(offer.catalog.periods.size()) : 0;
    if (periods_ == 0) return;
    const std::int64_t most = *std::max_element(offer.room_minutes.begin(), offer.room_minutes.end());
    unit_ = 0;
    for (const Offer::Course& course : offer.courses) unit_ = std::gcd(unit_, course.minutes);
    unit_ = std::max({unit_, std::int64_t{1}, (most + most_units - 1) / most_units});
    width_ = static_cast<std::int32_t>(most / unit_) + 1;
    size_.clear();
    for (const Offer::Course& course : offer.courses)
        size_.push_back(static_cast<std::int32_t>(std::min<std::int64_t>(course.minutes / unit_, width_)));
}

void Turns::restrict_to(const std::vector<char>& open) {
    possible_.assign(offer_->courses.size() * periods_, 0);
    if (periods_ == 0) return;
    for (std::size_t w = 0; w < open.size(); ++w)
        if (open[w]) possible_[offer_->ways[w].course * periods_ + offer_->ways[w].period] = 1;
}

double Turns::solve(const std::vector<double>& prices, std::vector<double>& slope) {
    const auto courses = static_cast<std::int32_t>(offer_->courses.size());
    double total = 0;
    for (std::int32_t period = 0; period < periods_; ++period) {
        const auto units = static_cast<std::int32_t>(offer_->room_minutes[period] / unit_);
        from_.assign(units + 1, 0.0);
        to_.resize(units + 1);
        packed_.resize(static_cast<std::size_t>(courses) * (units + 1));
        picked_.clear();
        for (std::int32_t c = 0; c < courses; ++c) {
            const double price = prices[c * periods_ + period];
            const std::int32_t size = size_[c];
            if (price <= 0 || size > units || !possible_[c * periods_ + period]) continue;
            char* packed = &packed_[picked_.size() * (units + 1)];
            std::copy_n(from_.begin(), size, to_.begin());
            std::fill_n(packed, size, char{0});
            for (std::int32_t u = size; u <= units; ++u) {
                const double with = from_[u - size] + price;
                packed[u] = with > from_[u];
                to_[u] = std::max(with, from_[u]);
            }
            std::swap(from_, to_);
            picked_.push_back(c);
        }
        total += from_[units];
        for (std::size_t i = picked_.size(), u = units; i-- > 0;) {
            if (!packed_[i * (units + 1) + u]) continue;
            u -= size_[picked_[i]];
            slope[picked_[i] * periods_ + period] += 1;
        }
    }
    return total;
}

void Turns::line_up(const std::vector<double>& prices, const std::vector<std::int32_t>& order) {
    const std::size_t row = static_cast<std::size_t>(periods_) * width_;
    rests_.assign((order.size() + 1) * row, 0.0);
    for (std::size_t place = order.size(); place-- > 0;) {
        const double* rest = rests_.data() + (place + 1) * row;
        double* more = rests_.data() + place * row;
        std::copy_n(rest, row, more);
        const std::int32_t c = order[place];
        for (std::int32_t period = 0; period < periods_; ++period) {
            const double price = prices[c * periods_ + period];
            if (price <= 0 || !possible_[c * periods_ + period]) continue;
            for (std::int32_t u = period * width_ + size_[c]; u < (period + 1) * width_; ++u)
                more[u] = std::max(rest[u], rest[u - size_[c]] + price);
        }
    }
}

double Turns::rest(const Draft& draft, std::size_t place) const {
    double total = 0;
    for (std::int32_t period = 0; period < periods_; ++period)
        total +=
            rests_[(place * periods_ + period) * width_ + static_cast<std::size_t>(draft.minutes_left(period) / unit_)];
    return total;
}

}  // namespace gradus
