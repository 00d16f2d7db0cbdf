#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <gradus/planning/desk.h>

#include "planning/anew.h"
#include "planning/search.h"

namespace gradus {

/// The items of one person: rows of an items table.
struct Holding {
    PlanItems items;
    std::size_t first = 0, last = 0;

    std::size_t size() const { return last - first; }
    /// Under way by an enrolment: it takes nothing new.
    bool pinned(std::size_t row) const { return row < items.reason.size() && items.reason[row] == Reason::pinned; }
};

struct Desk::Data {
    Data(const Organization& organization, const Risks& risks, const Plan& plan);

    Plan plan;
    Catalog catalog;
    std::uint64_t digest = 0;
    std::vector<double> prices;      ///< by resource: per minor unit or seat
    std::vector<std::int64_t> left;  ///< by resource, after the plan
    std::shared_ptr<const Strings> resources;

    Holding holding(PersonId person) const;
    /// What an item takes of shared resources: calls f(resource, amount).
    template <class F>
    void uses(const PlanItems& items, std::size_t row, F&& f) const {
        if (items.fund.size() > 0 && items.fund_cost.size() > 0 && items.fund[row] &&
            !is_missing(items.fund_cost[row]) && items.fund_cost[row] > Money(0)) {
            const Forest& funds = catalog.organization.relations().funds;
            for (std::int32_t fund = items.fund[row].value(); fund >= 0; fund = funds.parent(fund))
                f(fund, items.fund_cost[row].minor_units());
        }
        if (items.session.size() > 0 && items.session[row])
            if (const std::int32_t seat = seat_of_[static_cast<std::size_t>(items.session[row].value())]; seat >= 0)
                f(seat, std::int64_t{1});
    }
    /// The same of all that is not pinned and begins on `from` or later, times `sign`, added to `sums` by resource.
    void add_uses(const Holding& holding, Date from, std::int64_t sign, std::vector<std::int64_t>& sums) const;
    ResourceKind kind(std::int32_t resource) const {
        return resource < catalog.funds ? ResourceKind::fund : ResourceKind::session;
    }
    /// Price of one unit as people count: of the currency, or a seat.
    double unit_price(std::int32_t resource) const {
        return prices[resource] * (resource < catalog.funds ? minor_ : 1);
    }

    /// Scratch memory for one answer; back in the drawer at its end, unless an error ended it half-way.
    class Scratch {
    public:
        explicit Scratch(const Data& data);
        ~Scratch();
        Scratch(const Scratch&) = delete;
        Scratch& operator=(const Scratch&) = delete;
        Search& operator*() const { return *search_; }

    private:
        const Data& data_;
        std::unique_ptr<Search> search_;
        int errors_ = std::uncaught_exceptions();
    };

private:
    Groups<PersonTag> rows_of_person_;   // of plan.items
    std::vector<std::int32_t> seat_of_;  // by session: resource, or -1
    double minor_ = 1;                   // minor units in one of the currency
    mutable std::mutex mutex_;
    mutable std::vector<std::unique_ptr<Search>> drawer_;
};

/// Everything that an answer for one person starts from.
struct Asked {
    /// @throws Error as replan() does.
    Asked(const Desk& desk, PersonId person, const PersonNow& now);
    Asked(const Asked&) = delete;  // `anew` points into it
    Asked& operator=(const Asked&) = delete;

    PersonId person;
    Holding held;
    std::vector<std::int64_t> left;  ///< by resource
    Anew anew;                       ///< without what has begun or is charged
    Date at;

private:
    void take(const Estimates& estimates, bool credit);
    void take(const Risks& risks);
    void find_day(Date asked, const Table* levels);

    const Catalog& catalog_;
    Risks risks_;
};

}  // namespace gradus
