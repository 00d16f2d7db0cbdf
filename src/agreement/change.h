#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/agreement/plan_request.h>
#include <gradus/organization/organization.h>

#include "agreement/content.h"
#include "agreement/item_money.h"
#include "agreement/records.h"
#include "agreement/stop.h"

namespace gradus {

/// Works out what a request would change of plans, items, seats and money. Nothing is written before write(). Within a
/// transaction of the file.
class PlanChange {
public:
    PlanChange(Records& records, const Organization& organization, const PlanRequest& request, std::int64_t number,
               std::string_view currency)
        : records_(records), organization_(organization), request_(request), number_(number), currency_(currency),
          money_(records, request, number, currency, event_) {}

    /// @throws Error unknown_key, contradiction, …: the request is at fault.
    std::optional<Stop> work_out();
    /// What it asks of the ledger: all of it, or nothing is changed.
    const ItemMoney& money() const { return money_; }
    /// Where the plan is, as long as the request is not applied.
    PlanState state_before() const { return before_; }
    PlanState state_after() const;
    PlanEvent event() const { return event_; }
    const std::string& subject() const { return subject_; }
    void write();

private:
    std::optional<Stop> write_plan(const WritePlan& operation);
    std::optional<Stop> step_plan();
    std::optional<Stop> step_item(const StepItem& operation);
    std::optional<Stop> raise(const RaiseItem& operation);
    std::optional<Stop> set_seats(const SetSeats& operation);

    /// The plan takes the step, or it is told why not.
    std::optional<Stop> step(PlanEvent event);
    std::optional<Stop> seal();
    std::optional<Stop> take_over(ItemRecord& item, const PlanRecord* old);
    std::optional<Stop> give_up();
    std::optional<Stop> settle(ItemRecord& item, const StepItem& operation);
    std::optional<Stop> not_live(const ItemRecord& item) const;
    void withdraw(ItemRecord item);
    void advance();

    ItemRecord item_of(const std::string& activity);
    void set(ItemRecord item);
    std::optional<ItemRecord> now(const std::string& plan, const std::string& activity);

    Records& records_;
    const Organization& organization_;
    const PlanRequest& request_;
    std::int64_t number_;
    std::string_view currency_;
    PlanEvent event_ = PlanEvent::draft;
    ItemMoney money_;
    std::string subject_;
    std::optional<PlanRecord> plan_;
    PlanState before_ = missing<PlanState>();
    std::optional<PlanContent> content_;
    std::map<std::string, PlanRecord> plans_;                          // as they would be
    std::map<std::pair<std::string, std::string>, ItemRecord> items_;  // by plan and activity, as they would be
    std::map<std::string, std::optional<std::int64_t>> seats_;         // of sessions, as they would be
    std::set<std::string> touched_;                                    // sessions of which seats may be free now
};

}  // namespace gradus
