#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gradus::test {

/// What is asked of plans, in plain words. The item rows name everything that matters.
struct ModelRow {
    std::string activity, session;
    int first_day = 0;  ///< of 2026
    std::int64_t account = 0, employee = 0, fund = 0, minutes = 0;
    bool pinned = false;

    friend bool operator==(const ModelRow&, const ModelRow&) = default;
};
struct ModelRequest {
    std::string key;
    std::int64_t at = 0;  ///< seconds
    std::string by, as, reason, event, plan;
    std::string person, supersedes;  ///< of a plan that is written
    std::vector<ModelRow> rows;
    std::string subject;  ///< activity, advisor or session
    std::optional<std::int64_t> cost, minutes, seats;
    std::int64_t account = 0, employee = 0, fund = 0, more_minutes = 0;

    friend bool operator==(const ModelRequest&, const ModelRequest&) = default;
};

/// Where an item stands.
struct ModelItem {
    ModelRow row;
    std::string status = "planned", money_program, hours_program, items_program;
    std::int64_t since = 0;
    std::int64_t spent = -1;
    std::int64_t used_account = 0, used_minutes = 0;  ///< of the account, once it is over
    std::int64_t used_fund = 0;
    bool keeps_seat = false;  ///< the plan before had a seat in the same session

    bool live() const { return status == "waiting" || status == "enrolled" || status == "in_progress"; }
    bool seated() const {
        return status == "enrolled" || status == "in_progress" || status == "completed" || status == "failed" ||
               status == "no_show";
    }
    std::int64_t cost() const { return row.account + row.employee + row.fund; }
};
/// Where a plan stands.
struct ModelPlan {
    std::string person, state, advisor, supersedes;
    std::map<std::string, ModelItem> items;
    std::vector<std::string> order;
};

}  // namespace gradus::test
