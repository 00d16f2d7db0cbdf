#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "planning/benefit.h"
#include "planning/catalog.h"

namespace gradus {

/// One way for one person to take one activity, with its days, time and money.
struct Way {
    std::int32_t course = 0;    ///< number of the activity within the offer
    std::int32_t offering = 0;  ///< of the catalog
    std::int32_t period = 0;
    std::int32_t seat = -1;  ///< resource; -1: none limited
    Date first, last;
    double share = 0;  ///< of the horizon in effect
    std::int64_t minutes = 0;
    FundId fund;  ///< charged with fund_cost; none where nothing is charged or funds are not given
    Money cost;   ///< may be missing where money is unlimited
    Money fund_cost, account_cost, employee_cost;
    std::int32_t account[3] = {-1, -1, -1};  ///< money, hours, items: number within the offer
    bool only_later = false;  ///< it can be paid for only on days to which what comes before it delays it
    bool steady = true;       ///< what comes before it cannot delay it to a day on which it is charged otherwise
};

/// What one person may choose from, and the limits that are the person's own: scratch memory, reused.
///
/// Courses (activities that could be taken) are ordered with prerequisites first.
class Offer {
public:
    explicit Offer(const Catalog& all)
        : catalog(all), benefit(all), place_(all.first_offering.size() - 1, -1),
          promise_(all.first_offering.size() - 1, 0.0), tables_(all.organization.tables()),
          relations_(all.organization.relations()) {}

    /// What the plan must and must not hold for a person.
    struct Duties {
        std::vector<ActivityId> forced;    ///< mandatory, can be placed
        std::vector<ActivityId> excluded;  ///< mandatory, left out
    };
    /// What holds for whoever is opened next, instead of what the catalog says; null: the catalog alone. It must outlive what
    /// follows.
    const Anew* anew = nullptr;

    /// Builds the offer: everything that teaches something wanted, what is forced, and what these need first. With prices
    /// (by resource), only what could be worth its price but for `within`: no choice at these prices that is worth so much
    /// less than the best, or more, has anything else.
    void open(PersonId person, const Duties* duties, bool only_duties = false, std::span<const double> prices = {},
              double within = 0);
    /// The same for nothing but what is forced, and as if nothing taught anything: for who knows what to choose.
    void open_ways(PersonId person, const Duties& duties);
    /// Only who the person is: role, pins, accounts; for `due`, `completed` and `pins`.
    void stand(PersonId person);
    /// Whether the person may take the activity at all, dates and limits apart.
    bool may_take(ActivityId activity) { return takeable(activity); }

    struct Course {
        ActivityId activity;
        std::int32_t entry = 0;  ///< of benefit
        std::int32_t first_way = 0, last_way = 0;
        std::int32_t kind = -1;
        bool forced = false;
        std::int64_t minutes = 0;
        std::uint32_t periods = 0;  ///< bit p: some way starts in period p (bit 31: in any from the 32nd on)
        Date after;                 ///< day after the last pinned prerequisite, or the start
        Date due = Date::max();     ///< last day, where it is forced
        std::vector<std::int32_t> prerequisites;  ///< courses that must be taken first
        bool needed = false;                      ///< some other course needs it
    };
    struct Account {
        std::size_t row = 0;  ///< of accounts
        AccountKind kind = AccountKind::money;
        std::int64_t available = 0;
        Date from, to;
    };
    struct Pin {
        std::size_t row = 0;  ///< of enrolments
        ActivityId activity;
        SessionId session;
        Date first, last;
        std::int32_t entry = 0;
        std::int32_t period = -1;  ///< -1: before the horizon
        std::int64_t minutes = 0;
        std::int32_t kind = -1;
        bool begun = false;  ///< an item of the plan that stays, not an enrolment: it has no row
    };

    const Catalog& catalog;
    Benefit benefit;
    PersonId person;
    RoleId role;  ///< at as_of
    std::vector<Course> courses;
    std::vector<Way> ways;
    std::vector<Account> accounts;
    std::vector<Pin> pins;
    std::vector<Way> standing;  ///< what has begun, for its part of accounts
    bool hours_limited = false;
    std::vector<std::int64_t> room_minutes;  ///< by period, pins deducted, at least 0

    // What was not offered for want of data, for the warnings.
    std::vector<ActivityId> without_hours, without_cost;
    bool without_fund = false;

    /// The way to take `way.course` no earlier than `after`; false where it does not fit period, validity or horizon.
    bool dated(Way& way, Date after) const;
    /// Calls f(way) with what a way on demand becomes on each later day of its period from which on it is charged otherwise.
    template <class F>
    void delayed(const Way& way, F&& f) {
        const Date end = catalog.periods[way.period].end;
        const auto try_day = [&](Date day) {
            Way later = way;
            if (day > way.first && day < end && dated(later, day) && priced(later)) f(later);
        };
        for (const PreviousItem& item : previous())
            if (item.activity == courses[way.course].activity) try_day(item.first);
        for (const Account& account : accounts) {
            try_day(account.from);
            try_day(account.to);
        }
        if (!catalog.one_fund(unit_))
            for (const Date day : catalog.fund_changes) try_day(day);
    }
    /// Fills in fund, accounts and the split of the cost for the way's first day (contract §3.8); false: not offered.
    bool priced(Way& way, bool note = false) { return priced(way, courses[way.course].activity, note); }
    /// The same for a way to take `activity` that is not a course here.
    bool priced(Way& way, ActivityId activity, bool note);
    /// Adds what the way takes of shared resources: calls f(resource, amount).
    template <class F>
    void uses(const Way& way, F&& f) const {
        if (way.fund && way.fund_cost > Money(0)) {
            const Forest& funds = catalog.organization.relations().funds;
            for (std::int32_t fund = way.fund.value(); fund >= 0; fund = funds.parent(fund))
                f(fund, way.fund_cost.minor_units());
        }
        if (way.seat >= 0) f(way.seat, std::int64_t{1});
    }
    /// Amount that the way takes of its account of a kind.
    std::int64_t taken(const Way& way, AccountKind kind) const {
        return kind == AccountKind::money   ? way.account_cost.minor_units()
               : kind == AccountKind::hours ? way.minutes
                                            : 1;
    }
    /// What keeping an item of the plan before spares, if the way is one.
    double spared(const Way& way) const {
        for (const PreviousItem& item : previous())
            if (item.activity == courses[way.course].activity)
                return item.session == catalog.offerings[way.offering].session && item.first == way.first
                           ? change_cost()
                           : 0;
        return 0;
    }
    /// Items whose absence is charged, and the charge for each.
    std::span<const PreviousItem> previous() const {
        return anew ? std::span<const PreviousItem>(anew->previous) : catalog.previous.of(person);
    }
    double change_cost() const { return anew ? anew->change_cost : catalog.options.change_cost; }
    /// The mandatory due date of a person's activity: earliest of the rows whose scope holds; missing: none holds.
    /// The horizon's last day where a row holds without a due date.
    Date due(ActivityId activity) const;
    /// Completed by as_of, by any enrolment.
    bool completed(ActivityId activity) const;

private:
    // What a course, if it becomes one, would teach.
    struct Chance {
        std::int32_t state = 0;
        ActivityId activity;
        double uplift = 0, up_to = 0, probability = 0;
    };

    void list_teaching(std::span<const double> prices, double within);
    void prepare(PersonId person, const Duties* duties);
    void list_wanted(bool only_duties, std::span<const double> prices, double within);
    void build_courses();
    void weigh(bool only_duties);
    void drop_too_dear(std::span<const double> prices, double within);
    void stand_by();
    bool takeable(ActivityId activity);
    bool build_ways(Course& course);
    bool eligible(ActivityId activity) const;
    void build_accounts();
    void build_pins();
    std::int32_t usable(AccountKind kind, Date day, KindId activity_kind) const;

    const Duties* duties_ = nullptr;
    UnitId unit_;
    Date leaves_;
    bool has_history_ = false;    // pins or enrolments: what is open to all need not be open to the person
    bool one_of_a_kind_ = false;  // no two accounts are of one kind
    std::vector<std::int32_t>
        place_;                    // by activity: -1 unknown, -2 not takeable, -3 takeable, else number of its course
    std::vector<double> promise_;  // by activity: no more than this is gained in a whole horizon; 0 but while opening
    std::vector<ActivityId> touched_, wanted_;
    std::vector<std::int32_t> ranks_;  // of what is wanted
    std::vector<Chance> chances_;      // by state
    const Tables& tables_;
    const Relations& relations_;
};

/// Everyone who takes part and for whom something is wanted, mandatory or under way, in the order of their keys.
std::vector<PersonId> planned_people(const Catalog& catalog);

/// How many items of the plan before are charged for unless a choice keeps them: all but those that are under way now.
std::size_t certainly_absent(const Catalog& catalog, const std::vector<PersonId>& people);

}  // namespace gradus
