#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/agreement/plan_request.h>
#include <gradus/base/units.h>

#include "account/plan_chain.h"
#include "account/store.h"
#include "agreement/stored_table.h"

namespace gradus {

/// Where a plan stands.
struct PlanRecord {
    std::string plan;
    std::string person;
    PlanState state = missing<PlanState>();
    std::string advisor{};
    std::int64_t content = 0;  ///< the change that wrote its items and goals
    std::string supersedes{};
};

/// Where an item of a plan stands.
struct ItemRecord {
    std::string plan;
    std::string activity;
    std::string person;
    std::string session{};
    Date first_day{};
    Date last_day{};
    bool pinned = false;  ///< under way when the plan was made
    ItemStatus status = ItemStatus::planned;
    std::int64_t since = 0;     ///< the change by which it was agreed: the order in which seats are given
    std::string reservation{};  ///< part of the keys of its reservations; empty: none
    std::int64_t raised = 0;    ///< so many times more was reserved
    std::int64_t account = 0, employee = 0, fund_cost = 0;  ///< minor units, as agreed and raised
    std::optional<std::int64_t> minutes{};
    std::string fund{};
    std::optional<std::string> money_program{}, hours_program{},
        items_program{};  ///< which account pays; none: no account does
    std::optional<std::int64_t> spent{}, spent_minutes{};

    std::int64_t cost() const { return account + employee + fund_cost; }
    /// Agreed, and not over.
    bool live() const {
        return status == ItemStatus::waiting || status == ItemStatus::enrolled || status == ItemStatus::in_progress;
    }
    /// It has, or had to its end, a seat of its session.
    bool seated() const {
        return status == ItemStatus::enrolled || status == ItemStatus::in_progress || status == ItemStatus::completed ||
               status == ItemStatus::failed || status == ItemStatus::no_show;
    }
};

/// One change as it was written down.
struct ChangeRecord {
    PlanReceipt receipt;
    std::string key, by;
    Actor as = Actor::employee;
    std::string reason;
    PlanEvent event = PlanEvent::draft;
    std::string plan, subject;
    std::string body;  ///< digest of the whole request
};

/// What the file has of plans. Within a transaction of the file.
class Records {
public:
    explicit Records(Store& store);

    struct End {
        std::int64_t number = 0;
        Moment at = missing<Moment>();
    };
    End end();
    std::optional<ChangeRecord> change(std::string_view key);
    std::optional<ChangeRecord> change(std::int64_t number);
    std::optional<PlanRecord> plan(std::string_view plan);
    std::optional<ItemRecord> item(std::string_view plan, std::string_view activity);
    /// Those of the plan as it was written last, in that order.
    std::vector<ItemRecord> items(const PlanRecord& plan);
    /// Those of all plans, by key of the plan.
    std::vector<ItemRecord> items();
    /// In whatever plan, of all times.
    std::vector<ItemRecord> items_of(std::string_view person, std::string_view activity);
    std::vector<ItemRecord> items_in(std::string_view session);
    struct Seats {
        bool known = false;
        std::optional<std::int64_t> seats{};
    };
    Seats seats(std::string_view session);
    /// What the ledger reserved under a key; nothing if it reserved nothing.
    std::optional<std::int64_t> reserved(std::string_view key);
    /// What the reservation of a key holds, or what was posted of it and not reversed; 0 if the ledger reserved nothing.
    std::int64_t used(std::string_view key);
    /// All plans, by key.
    std::vector<PlanRecord> plans();
    /// When the first and the last change of each plan were, by its key.
    std::map<std::string, std::pair<Moment, Moment>, std::less<>> times();

    void add(const ChangeRecord& change);
    void add(std::int64_t number, const PlanRecord& plan);
    void add(std::int64_t number, const ItemRecord& item);
    void add(std::int64_t number, std::string_view session, std::optional<std::int64_t> seats);
    void add_content(std::int64_t number, const PlanContent& content);
    PlanContent content(const PlanRecord& plan);

    /// Links the last change, once all of its rows are added.
    void link() { chain_.extend(); }
    PlanChain::End chain_end() { return chain_.end(); }

private:
    std::vector<ItemRecord> all(Statement::Rows& rows);

    Statement end_, change_, change_at_, plan_, item_, content_items_, all_items_, items_of_, items_in_, seats_,
        reserved_, used_, plans_, times_, add_change_, add_plan_, add_item_, add_seats_;
    StoredTable items_, goals_, milestones_;
    PlanChain chain_;
};

}  // namespace gradus
