#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gradus/agreement/plan_request.h>
#include <gradus/organization/organization.h>

#include "account/fields.h"
#include "agreement/content.h"
#include "agreement/records.h"

namespace gradus {

/// Why a request is not applied.
struct Stop {
    std::string rule, message;
};

/// Works out what a request would change of plans, items, seats and money. Nothing is written before write(). Within a
/// transaction of the file.
class PlanChange {
public:
    PlanChange(Records& records, const Organization& organization, const PlanRequest& request, std::int64_t number,
               std::string_view currency)
        : records_(records), organization_(organization), request_(request), number_(number), currency_(currency) {}

    /// @throws Error unknown_key, contradiction, …: the request is at fault.
    std::optional<Stop> work_out();
    /// What the ledger is asked for: all of it, or nothing is changed.
    const std::vector<Fields>& ledger_requests() const { return ledger_requests_; }
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
    std::optional<Stop> may(PlanEvent event, const PlanRecord* plan, PlanState& next) const;
    std::optional<Stop> seal();
    std::optional<Stop> take_over(ItemRecord& item, const PlanRecord* old);
    std::optional<Stop> give_up();
    std::optional<Stop> settle(ItemRecord& item, const StepItem& operation);
    std::optional<Stop> not_live(const ItemRecord& item) const;
    void withdraw(ItemRecord item);
    void advance();

    void reserve(const ItemRecord& item, const char* leg, std::int64_t times, Payer payer, std::int64_t amount,
                 Draw draw);
    void reserve_all(const ItemRecord& item);
    void end(const ItemRecord& item, const char* leg, std::int64_t amount, const std::string& provider);
    void void_all(const ItemRecord& item);
    void ask(std::string key, const std::string& activity, Operation operation);

    ItemRecord item_of(const std::string& activity);
    void set(ItemRecord item);
    std::optional<ItemRecord> now(const std::string& plan, const std::string& activity);
    std::string money(std::int64_t amount) const;

    Records& records_;
    const Organization& organization_;
    const PlanRequest& request_;
    std::int64_t number_;
    std::string_view currency_;
    PlanEvent event_ = PlanEvent::draft;
    std::string subject_;
    std::optional<PlanRecord> plan_;
    PlanState before_ = missing<PlanState>();
    std::optional<PlanContent> content_;
    std::map<std::string, PlanRecord> plans_;                          // as they would be
    std::map<std::pair<std::string, std::string>, ItemRecord> items_;  // by plan and activity, as they would be
    std::map<std::string, std::optional<std::int64_t>> seats_;         // of sessions, as they would be
    std::set<std::string> touched_;                                    // sessions of which seats may be free now
    std::vector<Fields> ledger_requests_;
    std::int64_t asked_ = 0;
};

}  // namespace gradus
