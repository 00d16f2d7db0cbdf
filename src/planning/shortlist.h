#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <gradus/allocation/allocation.h>

#include "planning/effect.h"
#include "planning/offer.h"

namespace gradus {

/// The few courses of an offer that could be worth their price, with all that limits them, on flat arrays.
///
/// What cannot pay for itself even alone, with all that needs it, is left out: gains never grow as more is chosen.
class Shortlist {
public:
    explicit Shortlist(Offer& offer) : effect(offer.benefit), offer_(offer) {}

    /// Takes up the person that the offer is open on. False for what it cannot express: very many lessons of one capability,
    /// very many days to which what comes before may delay a course, more than 64 capabilities where their number is limited.
    bool open(const Query& query);

    /// A course; those that it needs have lower numbers.
    struct Item {
        std::int32_t course = 0;
        std::int32_t first_way = 0, last_way = 0;  ///< options
        std::int32_t first_lesson = 0, last_lesson = 0;
        std::int32_t first_before = 0, last_before = 0;      ///< links to items that must be taken first
        std::int32_t first_follower = 0, last_follower = 0;  ///< links to items that need it
        std::int32_t first_part = 0;                         ///< see part()
        std::int32_t unmet = 0;                              ///< of the items before it, how many are not taken
        std::uint64_t touches = 0;                           ///< states, folded into 64 bits
        std::uint64_t capabilities = 0;                      ///< taught, where their number is limited
        Date end;                                            ///< last day, while it is taken
        bool forced = false;
        bool open = true;
    };
    /// One way to take an item. While something before it is not taken: no less worth, and limited no more, than that way on
    /// any day that it may come to.
    struct Option {
        std::int32_t way = 0;  ///< see way()
        std::int32_t item = 0;
        std::int32_t first_take = 0, last_take = 0;
        double share = 0, charge = 0;
        Date first, last;
        bool dated = false;  ///< a session that must not overlap with another
        bool shut = false;   ///< not possible after what is taken
    };
    struct Limit {
        std::int64_t key = 0;
        std::int64_t capacity = 0, left = 0;
        double asked = 0;                                       ///< if everything were taken
        double multiplier = 0, best_multiplier = 0, slope = 0;  ///< per whole capacity
    };
    struct Take {
        std::int32_t limit = 0;
        std::int64_t amount = 0;
        double part = 0;  ///< of the capacity

        bool operator==(const Take& other) const { return limit == other.limit && amount == other.amount; }
    };

    std::vector<Item> items;
    std::vector<Option> options;
    std::vector<Effect::Lesson> lessons;
    std::vector<Limit> limits;
    std::vector<Take> takes;
    std::vector<std::int32_t> links;
    std::vector<double> gains;  ///< by option, while nothing is taken
    Effect effect;
    std::int32_t forced = 0;             ///< items
    std::int32_t most_capabilities = 0;  ///< where their number is limited; else -1
    std::uint64_t taught = 0;            ///< capabilities that are taught already
    bool linked = false;                 ///< some item needs another

    /// The way that an option stands for: of the offer, or one of it delayed.
    const Way& way(std::int32_t id) const {
        const auto own = static_cast<std::int32_t>(offer_.ways.size());
        return id < own ? offer_.ways[id] : delayed_[id - own];
    }
    /// What each option of the item adds now.
    void refresh(const Item& item, double* gains_of_item);
    /// Part of an option and a lesson of its item, where gains are kept by lesson.
    std::int32_t part(const Item& item, std::int32_t option, std::int32_t lesson) const {
        return item.first_part + (option - item.first_way) * (item.last_lesson - item.first_lesson) + lesson -
               item.first_lesson;
    }
    std::int32_t parts = 0;
    /// The same by lesson.
    void refresh_parts(const Item& item, double* gains_of_item, double* all_parts);
    /// Once everything before an item is taken, its ways are what they become from `after` on; and back.
    void settle(const Item& item, Date after);
    void unsettle(const Item& item);

private:
    bool appraise();
    bool promises(std::int32_t way) const;
    double gain(const Item& item, double share);
    double charge(const Way& way) const;
    double least_charge(const Way& way) const;
    std::int32_t limit(std::int64_t key, std::int64_t capacity);
    bool take(std::int64_t key, std::int64_t capacity, std::int64_t amount);
    bool take_fixed(const Way& way);
    bool take_varying(const Way& way);
    bool take_all(const Way& way, Option& option);
    void add_way(const Item& item, std::int32_t number);
    void add_later(Option& option);
    bool add_item(std::int32_t course);
    bool find_links(Item& item);
    void add_ends(const Item& item);
    bool add_capabilities(std::int32_t entry, std::uint64_t& set);
    void find_followers();
    void drop_slack_limits();
    void drop_slack_takes(Option& option);

    Offer& offer_;
    const Query* query_ = nullptr;
    std::vector<double> worth_, charge_, reach_;        // by way, way, course: see appraise
    std::vector<std::int32_t> first_lesson_, item_of_;  // by course; -1: left out
    std::vector<std::int32_t> lesson_count_;            // by state
    std::vector<std::int32_t> first_later_;             // by option, and the end
    std::vector<Option> later_;  // what an option becomes on each of the days that it may come to
    std::vector<Option> loose_;  // options as they are while something before them is not taken
    std::vector<Way> delayed_;
    std::vector<Date> afters_, ends_;
    std::vector<std::int32_t> first_end_;  // by item, and the end
    std::vector<std::int32_t> known_;      // capabilities, by bit
};

}  // namespace gradus
