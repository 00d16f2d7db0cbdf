#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gradus/allocation/allocation.h>

#include "planning/offer.h"

namespace gradus {

/// A choice in the making: the ways chosen so far, what they take of each limit and what they are worth.
class Draft {
public:
    explicit Draft(const Catalog& catalog) : offer(catalog), catalog_(catalog) {}

    Offer offer;

    /// Starts on an empty choice for the person that `offer` is open on. The query must outlive what follows.
    void begin(const Query& query);

    const std::vector<Way>& chosen() const { return chosen_; }
    bool has(std::int32_t course) const { return place_of_[course] >= 0; }
    /// True if nothing forced is missing.
    bool complete() const { return forced_left_ == 0; }
    /// Value of what is chosen, less prices.
    double net() const { return net_; }

    /// What the query asks for the way's shared resources.
    double price(const Way& way) const;
    /// That, less what keeping an item of the plan before spares.
    double charge(const Way& way) const { return price(way) - offer.spared(way); }
    /// The least charge of a way, whatever comes before it.
    double least_charge(std::int32_t way) const { return least_charge_[way]; }

    /// Time left in a period, where hours are limited.
    std::int64_t minutes_left(std::int32_t period) const { return minutes_left_[period]; }

    /// Limits of the person's own that add up: hours by period, then what each account has, then the number of activities
    /// and of each kind, where these are limited.
    struct Taken {
        std::int32_t limit = 0;
        double part = 0;  ///< of all that there is at the beginning
    };
    std::int32_t limits() const { return static_cast<std::int32_t>(capacity_.size()); }
    std::span<const Taken> taken(std::int32_t way) const {
        return {taken_.data() + first_taken_[way], taken_.data() + first_taken_[way + 1]};
    }
    /// Part that is left of a limit, of all that there was.
    double left(std::int32_t limit) const { return capacity_[limit] > 0 ? left_[limit] / capacity_[limit] : 0; }

    /// What keeps a way from being added: the first limit that it meets.
    struct Stop {
        Limit limit = Limit::due;
        std::string resource{};
        std::int32_t period = 0;  ///< 1-based; 0: none
        double capacity = missing<double>();
        double demanded = missing<double>();
    };
    /// Whether the way keeps every limit beside what is chosen.
    bool fits(const Way& way, Stop* why = nullptr) const;
    /// The way as it would be taken after the prerequisites chosen; false where that is not possible now.
    bool place(std::int32_t way, Way& actual);
    /// What the way would add to the net value now.
    double gain(const Way& way) { return offer.benefit.gain(offer.courses[way.course].entry, way.share) - charge(way); }
    void push(const Way& way);
    void pop();

    /// The client's content of what is chosen: for each course, in their order, activity, then session or -1 - period.
    void describe(std::vector<std::int32_t>& content);
    /// Adds the ways of a content; adds nothing and returns false if that is not possible.
    bool replay(std::span<const std::int32_t> content);
    /// What keeps a course from being added to what is chosen: the limit that its last way meets.
    Stop stop(std::int32_t course);

private:
    void take(const Way& way, int sign);
    bool room_in_accounts(const Way& way, Stop* why) const;
    bool room_in_resources(const Way& way, Stop* why) const;
    bool room_in_numbers(const Way& way, Stop* why) const;

    const Catalog& catalog_;
    const Query* query_ = nullptr;
    std::vector<Way> chosen_, sorted_;
    std::vector<double> nets_;               // before each of them
    std::vector<std::int32_t> place_of_;     // by course: number in chosen_, or -1
    std::vector<double> least_charge_;       // by way
    std::vector<std::int32_t> first_taken_;  // by way
    std::vector<Taken> taken_;
    std::vector<std::int32_t> kinds_;          // with a limit
    std::vector<std::int64_t> minutes_left_;   // by period
    std::vector<double> capacity_, left_;      // by limit
    std::vector<std::int64_t> resource_used_;  // by resource, where the query limits them
    mutable std::vector<std::int32_t> taught_;
    double net_ = 0;
    std::int32_t forced_left_ = 0;
};

}  // namespace gradus
