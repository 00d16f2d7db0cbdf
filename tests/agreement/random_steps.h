#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agreement/agreement_model.h"

namespace gradus::test {

/// A payment into the ledger, or something asked of plans.
struct PayIn {
    AgreementModel::Payer payer;
    std::int64_t amount = 0, at = 0;
};
using Step = std::variant<ModelRequest, PayIn>;

/// What a team of Max, Ann, Bo, Cy and Di may do with plans of the activities a, b, c and d, sensible or not.
class RandomSteps {
public:
    /// Money is scarce in some sequences, else few refusals would be met; and not in others, or hardly anything would be carried out.
    explicit RandomSteps(std::uint64_t seed) : random_(seed), riches_(seed % 3 == 0 ? 1 : 10) {}

    Step next() {
        now_ += static_cast<std::int64_t>(below(2));
        if (first_ < 12 && riches_ > 1) return pay_in(first_++);
        if (below(12) == 0) return pay_in(below(12));
        if (!past_.empty() && below(25) == 0) {
            ModelRequest again = past_[below(past_.size())];
            if (below(3) == 0) again.reason += "!";
            return again;
        }
        if (life_.empty() && below(6) == 0) begin_life();
        ModelRequest r;
        if (!life_.empty() && below(3)) {
            r = life_.front();
            life_.erase(life_.begin());
        } else {
            r = request();
        }
        r.key = "k" + std::to_string(past_.size());
        r.at = below(40) == 0 ? now_ - static_cast<std::int64_t>(below(3)) : now_;
        past_.push_back(r);
        return r;
    }

private:
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
    template <std::size_t N>
    std::string any(const char* const (&words)[N]) {
        return words[below(N)];
    }
    PayIn pay_in(std::size_t which) {
        const auto amount = riches_ * static_cast<std::int64_t>(1 + below(60));
        const AgreementModel::Payer payers[] = {{"F", "", "fund"},    {"F", "", "fund items"}, {"Ann", "T", "money"},
                                                {"Cy", "T", "money"}, {"Ann", "T", "own"},     {"Cy", "T", "own"},
                                                {"Bo", "P", "own"},   {"Di", "", "money"},     {"Di", "", "own"},
                                                {"Bo", "", "money"},  {"F", "", "fund"},       {"Ann", "H", "hours"}};
        return {payers[which], amount, now_};
    }
    std::string plan(const std::string& person) {
        const std::size_t newest = newest_[person];
        const std::size_t back = std::min(below(4) ? below(2) : below(5), newest);
        return person + " " + std::to_string(newest - back);
    }
    ModelRow row(const std::string& activity) {
        ModelRow row{.activity = activity};
        if (activity == "b" && below(8)) row.session = any({"b1", "b2"});
        if (activity == "c" && below(2)) row.session = "c1";
        row.first_day = 100 + 24 * static_cast<int>(below(2));
        if (!row.session.empty()) row.first_day = row.session == "b1" ? 123 : row.session == "b2" ? 100 : 124;
        if (below(10) == 0) {
            row.pinned = true;
            return row;
        }
        const auto part = [&] { return below(3) ? static_cast<std::int64_t>(below(12)) : 0; };
        row.account = part(), row.employee = below(4) ? 0 : part(), row.fund = part(), row.minutes = part() * 5;
        return row;
    }
    /// A plan comes, and both agree, in either order; else hardly one would ever be agreed.
    void begin_life() {
        const std::string person = any({"Ann", "Ann", "Bo", "Bo", "Cy", "Di"});
        const std::string plan = person + " " + std::to_string(++newest_[person]);
        ModelRequest write{.by = "office", .as = "administrator", .event = "write", .plan = plan, .person = person};
        for (const char* activity : {"a", "b", "c", "d"})
            if (below(2)) write.rows.push_back(row(activity));
        if (newest_[person] > 1 && below(2)) write.supersedes = person + " " + std::to_string(newest_[person] - 1);
        ModelRequest propose = write;
        propose.event = "propose", propose.person.clear(), propose.rows.clear(), propose.supersedes.clear();
        ModelRequest employee = propose, manager = propose;
        employee.event = manager.event = "agree";
        employee.as = "employee", employee.by = person, manager.as = "manager", manager.by = "Max";
        life_ = {write, propose, employee, manager};
        if (below(2)) std::swap(life_[2], life_[3]);
    }
    ModelRequest request() {
        ModelRequest r;
        const std::string person = any({"Ann", "Ann", "Bo", "Bo", "Cy", "Di", "Max"});
        r.plan = plan(person);
        r.as = any({"employee", "employee", "manager", "manager", "manager", "administrator", "advisor"});
        r.by = r.as == "employee" ? person : r.as == "manager" ? "Max" : r.as == "advisor" ? "Eve" : "office";
        if (below(15) == 0) r.by = any({"Ann", "Bo", "Max", "Eve"});
        if (below(60) == 0) r.plan = "nothing";
        r.reason = any({"", "said so"});
        r.event =
            any({"write",  "propose", "agree", "agree", "agree", "decline", "withdraw", "comment",      "start",
                 "review", "close",   "close", "close", "item",  "item",    "item",     "name_advisor", "set_seats",
                 "item",   "item",    "item",  "item",  "item",  "item",    "item",     "item"});
        if (r.event == "item")
            r.event = any({"begin_item", "begin_item", "complete_item", "complete_item", "fail_item", "miss_item",
                           "withdraw_item", "raise_item"});
        if (r.event == "withdraw" && below(2)) r.event = "review";
        if (r.event == "write") {
            r.person = below(40) ? person : "Bo";
            for (const char* activity : {"a", "b", "c", "d"})
                if (below(2)) r.rows.push_back(row(activity));
            const bool twice = !r.rows.empty() && below(40) == 0;
            if (twice && r.rows[0].session.empty()) r.rows.push_back(r.rows[0]), ++r.rows.back().first_day;
            if (below(3) == 0) r.supersedes = plan(person);
        } else if (r.event == "set_seats") {
            r.plan.clear(), r.subject = any({"b1", "b2"});
            if (below(6)) r.seats = static_cast<std::int64_t>(below(4));
        } else if (r.event == "name_advisor") {
            r.subject = any({"Eve", "Ann"});
        } else if (r.event.ends_with("_item")) {
            r.subject = any({"a", "b", "c", "d"});
            if (r.event == "raise_item") {
                const auto part = [&] { return below(3) == 0 ? static_cast<std::int64_t>(below(6)) : 0; };
                if (r.as == "employee" || below(8) == 0) r.employee = part();
                if (r.as != "employee" || below(8) == 0) r.account = part(), r.fund = part(), r.more_minutes = part();
            } else if (r.event != "begin_item" && r.event != "withdraw_item") {
                if (below(2)) r.cost = static_cast<std::int64_t>(below(30));
                if (below(3) == 0) r.minutes = static_cast<std::int64_t>(below(60));
            }
        }
        return r;
    }

    std::mt19937_64 random_;
    std::int64_t now_ = 10;
    std::map<std::string, std::size_t> newest_;  // number of the newest plan, by person
    std::int64_t riches_;
    std::size_t first_ = 0;  // pay-ins at the beginning
    std::vector<ModelRequest> past_, life_;
};

}  // namespace gradus::test
