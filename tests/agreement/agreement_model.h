#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/account/request.h>
#include <gradus/base/error.h>

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

/// What agreements should do, in the plainest way: maps in memory, sums instead of reservations, and rules written down once
/// more. Nothing in it is taken from the library's own code.
class AgreementModel {
public:
    struct Reply {
        std::int64_t number = 0;
        bool applied = false;
        std::string state, rule;

        friend bool operator==(const Reply&, const Reply&) = default;
    };
    using Answer = std::variant<Reply, Code>;

    struct Item {
        ModelRow row;
        std::string status = "planned", money_program, hours_program, items_program;
        std::int64_t since = 0;
        std::int64_t spent = -1;

        bool live() const { return status == "waiting" || status == "enrolled" || status == "in_progress"; }
        bool seated() const {
            return status == "enrolled" || status == "in_progress" || status == "completed" || status == "failed" ||
                   status == "no_show";
        }
        std::int64_t cost() const { return row.account + row.employee + row.fund; }
    };
    struct Plan {
        std::string person, state, advisor, supersedes;
        std::map<std::string, Item> items;
        std::vector<std::string> order;
    };
    /// Who pays: person, programme, and money, own, hours or items; of a fund the name alone.
    using Payer = std::tuple<std::string, std::string, std::string>;

    std::map<std::string, Plan> plans;
    std::map<Payer, std::int64_t> free;
    std::map<std::string, std::optional<std::int64_t>> seats;

    void pay_in(const Payer& payer, std::int64_t amount, std::int64_t at) { free[payer] += amount, ledger_at_ = at; }
    std::int64_t ledger_at() const { return ledger_at_; }

    Answer apply(const ModelRequest& r) {
        try {
            if (const auto known = known_.find(r.key); known != known_.end()) {
                if (!(known->second.first == r)) return Code::contradiction;
                return known->second.second;
            }
            if (!known_.empty() && r.at < at_) return Code::out_of_range;
            auto known = std::move(known_);
            number_ = static_cast<std::int64_t>(known.size()) + 1;
            AgreementModel after = *this;  // without what was known: that is never undone
            known_ = std::move(known);
            after.needs_.clear(), after.frees_.clear(), after.legs_ = false;
            const auto [rule, state] = after.work_out(r);
            std::string stopped = rule;
            if (stopped.empty() && after.legs_) {
                if (r.at < ledger_at_) return Code::out_of_range;
                for (const auto& [payer, amount] : after.frees_) after.free[payer] += amount;
                for (const auto& [payer, amount] : after.needs_)
                    if ((after.free[payer] -= amount) < 0) stopped = "available";
            }
            Reply reply{number_, stopped.empty(), state, stopped};
            if (stopped.empty()) {
                const bool legs = after.legs_;
                after.known_ = std::move(known_);
                *this = std::move(after);
                if (legs) ledger_at_ = r.at;
            } else {
                if (stopped == "available") ledger_at_ = r.at;  // the ledger keeps its refusal too
                const auto plan = plans.find(r.plan);
                reply.state = plan == plans.end() ? "" : plan->second.state;
            }
            at_ = r.at;
            known_[r.key] = {r, reply};
            return reply;
        } catch (Code code) {
            return code;
        }
    }

private:
    struct Outcome {
        std::string rule, state;
    };

    static bool in(const std::string& word, const std::set<std::string>& words) { return words.contains(word); }

    /// "", or the rule that forbids it; sets the next state.
    std::string may(const std::string& event, const Plan& plan, const ModelRequest& r, std::string& next) const {
        const std::string& s = plan.state;
        const std::set<std::string> before{"draft", "proposed", "employee_agreed", "manager_agreed"};
        const std::set<std::string> asked{"proposed", "employee_agreed", "manager_agreed"};
        const std::set<std::string> running{"agreed", "active", "reviewed"};
        const std::string office = "employee manager administrator", keeper = "manager administrator";
        std::string who;
        next = s;
        if (event == "draft" && s.empty()) who = office, next = "draft";
        if (event == "comment" && !s.empty()) who = office + " advisor";
        if (event == "change" && (in(s, before) || s == "declined")) who = office + " advisor", next = "draft";
        if (event == "propose" && s == "draft") who = office, next = "proposed";
        if (event == "agree" && s == "proposed")
            who = "employee manager", next = r.as == "employee" ? "employee_agreed" : "manager_agreed";
        if (event == "agree" && s == "employee_agreed") who = "manager", next = "agreed";
        if (event == "agree" && s == "manager_agreed") who = "employee", next = "agreed";
        if (event == "decline" && in(s, asked)) who = "employee manager", next = "declined";
        if (event == "withdraw" && (in(s, before) || s == "declined" || s == "agreed" || s == "active"))
            who = office, next = "withdrawn";
        if (event == "name_advisor" && (in(s, before) || in(s, running))) who = office;
        if (event == "start" && (s == "agreed" || s == "reviewed")) who = office, next = "active";
        if (event == "begin_item" && in(s, running)) who = office, next = "active";
        if (in(event, {"complete_item", "fail_item", "miss_item"}) && (in(s, running) || s == "superseded"))
            who = keeper, next = s == "superseded" ? s : "active";
        if (in(event, {"withdraw_item", "raise_item"}) && (in(s, running) || s == "superseded")) who = office;
        if (event == "review" && (s == "active" || s == "reviewed")) who = keeper, next = "reviewed";
        if (event == "close" && s == "reviewed") who = keeper, next = "closed";
        if (event == "supersede" && in(s, running)) who = "employee manager", next = "superseded";
        if (who.empty()) return "state";
        if ((" " + who + " ").find(" " + r.as + " ") == std::string::npos) return "who";
        if (r.as == "employee" && r.by != plan.person) return "who";
        if (r.as == "manager" && (plan.person == "Max" || r.by != "Max")) return "who";
        if (r.as == "advisor" && (plan.advisor.empty() || r.by != plan.advisor)) return "who";
        return "";
    }

    Outcome work_out(const ModelRequest& r) {
        if (r.event == "set_seats") {
            if (r.as != "administrator") return {"who", ""};
            seats[r.subject] = r.seats;
            advance();
            return {"", ""};
        }
        if (r.event == "write") return write(r);
        if (r.event == "comment" && r.reason.empty()) throw Code::missing_value;
        if (r.event == "raise_item" && r.account + r.employee + r.fund + r.more_minutes == 0) throw Code::out_of_range;
        const auto found = plans.find(r.plan);
        if (found == plans.end()) throw Code::unknown_key;
        Plan& plan = found->second;
        std::string next;
        if (const std::string rule = may(r.event, plan, r, next); !rule.empty()) return {rule, ""};
        std::string rule;
        if (r.event == "name_advisor") plan.advisor = r.subject;
        if (r.event == "agree" && next == "agreed") rule = seal(r, plan);
        if (r.event == "withdraw") rule = give_up(plan);
        if (r.event == "close")
            for (const auto& [activity, item] : plan.items)
                if (item.live()) rule = "open";
        if (r.event.ends_with("_item")) rule = step(r, plan);
        if (!rule.empty()) return {rule, ""};
        plan.state = next;
        advance();
        return {"", next};
    }

    Outcome write(const ModelRequest& r) {
        const auto found = plans.find(r.plan);
        if (r.supersedes == r.plan) throw Code::contradiction;
        if (found != plans.end() && found->second.person != r.person) throw Code::contradiction;
        if (!r.supersedes.empty() && (!plans.contains(r.supersedes) || plans.at(r.supersedes).person != r.person))
            throw Code::unknown_key;
        std::set<std::string> activities;
        for (const ModelRow& row : r.rows)
            if (!activities.insert(row.activity).second) throw Code::duplicate_key;
        Plan plan = found == plans.end() ? Plan{r.person, "", "", "", {}, {}} : found->second;
        std::string next;
        if (const std::string rule = may(found == plans.end() ? "draft" : "change", plan, r, next); !rule.empty())
            return {rule, ""};
        plan.state = next, plan.supersedes = r.supersedes;
        plan.items.clear(), plan.order.clear();
        for (const ModelRow& row : r.rows) {
            Item item{row, "planned", "", "", "", 0, -1};
            const bool accounts = r.person == "Ann" || r.person == "Cy";
            if (!row.pinned) {
                if (row.account + row.employee > 0 && accounts) item.money_program = "T";
                if (r.person == "Ann") item.hours_program = "H";
                if (r.person == "Cy") item.items_program = "I";
            }
            plan.items[row.activity] = item, plan.order.push_back(row.activity);
            if (!row.session.empty() && !seats.contains(row.session))
                seats[row.session] = row.session == "b1"   ? std::optional<std::int64_t>(1)
                                     : row.session == "b2" ? std::optional<std::int64_t>(2)
                                                           : std::nullopt;
        }
        plans[r.plan] = plan;
        return {"", next};
    }

    std::string seal(const ModelRequest& r, Plan& plan) {
        Plan* old = plan.supersedes.empty() ? nullptr : &plans.at(plan.supersedes);
        if (old) {
            std::string next;
            const std::string rule = may("supersede", *old, r, next);
            if (rule == "state") return "supersedes";
            if (!rule.empty()) return rule;
            old->state = next;
        }
        std::vector<Item*> fresh;
        for (const std::string& activity : plan.order) {
            Item& item = plan.items.at(activity);
            item.since = number_;
            for (auto& [key, other] : plans) {
                if (&other == &plan || other.person != plan.person || !other.items.contains(activity)) continue;
                Item& twin = other.items.at(activity);
                if (!twin.live()) continue;
                if (&other != old) {
                    if (!item.row.pinned) return "twice";
                    continue;
                }
                const bool under_way = twin.status == "in_progress";
                const bool date = twin.row.session == item.row.session && twin.row.first_day == item.row.first_day;
                if (!item.row.pinned && under_way && !date) return "under_way";
                ModelRow terms = item.row;
                terms.pinned = twin.row.pinned;
                if (item.row.pinned || under_way || terms == twin.row) {
                    const bool pinned = item.row.pinned;
                    item = twin, item.row.pinned = pinned;
                    twin.status = "moved";
                    break;
                }
                if (twin.row.session == item.row.session) item.since = twin.since;
            }
            if (item.status == "planned" && item.row.pinned) item.status = "elsewhere";
            if (item.status == "planned") fresh.push_back(&item);
        }
        if (old)
            for (auto& [activity, item] : old->items)
                if (item.live() && item.status != "in_progress") release(*old, item);
        for (Item* item : fresh) {
            item->status = item->row.session.empty() ? "enrolled" : "waiting";
            hold(plan, *item, item->row.account, item->row.employee, item->row.fund, item->row.minutes,
                 item->items_program.empty() ? 0 : 1);
        }
        return "";
    }

    void move(std::map<Payer, std::int64_t>& sums, const Payer& payer, std::int64_t amount) {
        if (amount == 0) return;
        sums[payer] += amount, legs_ = true;
    }
    void hold(const Plan& plan, const Item& item, std::int64_t account, std::int64_t employee, std::int64_t fund,
              std::int64_t minutes, std::int64_t items) {
        each(needs_, plan, item, account, employee, fund, minutes, items);
    }
    void each(std::map<Payer, std::int64_t>& sums, const Plan& plan, const Item& item, std::int64_t account,
              std::int64_t employee, std::int64_t fund, std::int64_t minutes, std::int64_t items) {
        move(sums, {plan.person, item.money_program, "money"}, account);
        move(sums, {plan.person, item.money_program, "own"}, employee);
        move(sums, {"F", "", "fund"}, fund);
        if (!item.hours_program.empty()) move(sums, {plan.person, item.hours_program, "hours"}, minutes);
        if (!item.items_program.empty()) move(sums, {plan.person, item.items_program, "items"}, items);
    }
    void release(const Plan& plan, Item& item) {
        item.status = "withdrawn";
        each(frees_, plan, item, item.row.account, item.row.employee, item.row.fund, item.row.minutes, 1);
    }
    std::string give_up(Plan& plan) {
        for (const auto& [activity, item] : plan.items)
            if (item.status == "in_progress") return "under_way";
        for (auto& [activity, item] : plan.items) {
            if (item.live()) release(plan, item);
            if (item.status == "planned") item.status = "withdrawn";
        }
        return "";
    }

    std::string step(const ModelRequest& r, Plan& plan) {
        if (r.event == "raise_item") {
            const bool others = r.account + r.fund + r.more_minutes > 0;
            if (r.as == "employee" ? others : r.employee > 0) return "who";
        }
        const auto found = plan.items.find(r.subject);
        if (found == plan.items.end()) throw Code::unknown_key;
        Item& item = found->second;
        if (!item.live()) return "item";
        if (r.event == "raise_item") {
            hold(plan, item, r.account, r.employee, r.fund, r.more_minutes, 0);
            item.row.account += r.account, item.row.employee += r.employee, item.row.fund += r.fund;
            item.row.minutes += r.more_minutes;
            return "";
        }
        if (r.event == "withdraw_item") {
            release(plan, item);
            return "";
        }
        if (item.status == "waiting") return "seat";
        if (r.event == "begin_item") {
            if (item.status == "in_progress") return "item";
            item.status = "in_progress";
            return "";
        }
        const std::int64_t held = item.cost(), cost = r.cost.value_or(held);
        if (cost > held) return "reserved";
        const std::int64_t minutes = r.minutes.value_or(item.row.minutes);
        if (!item.hours_program.empty() && minutes > item.row.minutes) return "reserved";
        // The same shares of what it cost, by long division: halves go to the even neighbour.
        const auto round = [&](std::int64_t part) {
            if (held == 0) return std::int64_t(0);
            const std::int64_t whole = cost * part / held, rest = cost * part - whole * held;
            return whole + (2 * rest > held || (2 * rest == held && whole % 2 == 1) ? 1 : 0);
        };
        const std::int64_t account = round(item.row.account);
        const std::int64_t employee = round(item.row.account + item.row.employee) - account;
        const std::int64_t fund = cost - account - employee;
        each(frees_, plan, item, item.row.account - account, item.row.employee - employee, item.row.fund - fund,
             item.row.minutes - minutes, 0);
        if (item.cost() > 0 || (!item.hours_program.empty() && item.row.minutes > 0) || !item.items_program.empty())
            legs_ = true;
        item.status = r.event == "complete_item" ? "completed" : r.event == "fail_item" ? "failed" : "no_show";
        item.spent = cost;
        return "";
    }
    void advance() {
        for (const auto& [session, limit] : seats) {
            std::int64_t held = 0;
            std::vector<Item*> queue;
            for (auto& [key, plan] : plans)
                for (auto& [activity, item] : plan.items) {
                    if (item.row.session != session) continue;
                    held += item.seated();
                    if (item.status == "waiting") queue.push_back(&item);
                }
            std::stable_sort(queue.begin(), queue.end(),
                             [](const Item* a, const Item* b) { return a->since < b->since; });
            for (Item* item : queue)
                if (!limit || held < *limit) item->status = "enrolled", ++held;
        }
    }

    std::map<Payer, std::int64_t> needs_, frees_;
    bool legs_ = false;
    std::map<std::string, std::pair<ModelRequest, Reply>> known_;
    std::int64_t number_ = 0, at_ = 0, ledger_at_ = 0;
};

}  // namespace gradus::test
