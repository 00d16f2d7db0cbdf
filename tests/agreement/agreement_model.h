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

#include <gradus/base/error.h>

#include "agreement/model_plan.h"

namespace gradus::test {

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

    using Item = ModelItem;
    using Plan = ModelPlan;
    /// Who pays: person, programme, and money, own, hours or items; of a fund the name alone.
    using Payer = std::tuple<std::string, std::string, std::string>;

    std::map<std::string, Plan> plans;
    std::map<Payer, std::int64_t> free;
    std::map<std::string, std::optional<std::int64_t>> seats;

    /// `what` of a payer: money, own, hours; of a fund "fund" for its money, "fund items" for its items.
    void pay_in(const Payer& payer, std::int64_t amount, std::int64_t at) {
        free[payer] += amount, ledger_at_ = at;
        const std::string& what = std::get<2>(payer);
        supplied_.insert(what == "hours" ? "H" : std::get<0>(payer) + " " + what);
    }
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
                for (const Need& need : after.needs_)
                    if (stopped.empty() && (need.never || (after.free[need.payer] -= need.amount) < 0))
                        stopped = need.rule;
            }
            Reply reply{number_, stopped.empty(), state, stopped};
            if (stopped.empty()) {
                const bool legs = after.legs_;
                after.known_ = std::move(known_);
                *this = std::move(after);
                if (legs) ledger_at_ = r.at;
            } else {
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
            if (!row.pinned) {
                if (row.account + row.employee > 0 && r.person != "Di")
                    item.money_program = r.person == "Bo" ? "P" : r.person == "Max" ? "" : "T";
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
                if (!item.row.pinned && under_way && !(terms == twin.row)) return "under_way";
                if (item.row.pinned || terms == twin.row) {
                    const bool pinned = item.row.pinned;
                    item = twin, item.row.pinned = pinned;
                    twin.status = "moved";
                    break;
                }
                if (twin.row.session == item.row.session) item.since = twin.since;
                item.keeps_seat = twin.row.session == item.row.session && twin.status == "enrolled";
            }
            if (item.status == "planned" && item.row.pinned) item.status = "elsewhere";
            if (item.status == "planned") fresh.push_back(&item);
        }
        if (old)
            for (auto& [activity, item] : old->items)
                if (item.live() && item.status != "in_progress") release(*old, item);
        for (Item* item : fresh) {
            hold(plan, *item, item->row.account, item->row.employee, item->row.fund, item->row.minutes,
                 item->items_program.empty() ? 0 : 1);
            item->status = item->row.session.empty() || item->keeps_seat ? "enrolled" : "waiting";
        }
        return "";
    }

    /// Who pays a part: an account, or in its place the fund of a programme that is a pool.
    static Payer account(const Plan& plan, const Item& item) {
        if (item.money_program == "P") return {"F", "", "fund"};
        return {plan.person, item.money_program, "money"};
    }
    /// What the programme's caps leave of an account part in the period of the item: "T" 25 a month, "P" 12 a quarter, "H" 90 minutes a
    /// month, "I" 3 items in all. "P" is a pool, and the fund that pays the rest: all of it counts.
    std::int64_t left_of_cap(const Plan& of, const Item& item, const std::string& program) const {
        const auto period = [&](const ModelRow& row) {
            const int month = row.first_day < 120 ? 4 : 5;  // 2026-05-01 is day 120, and all days lie in April and May
            return program == "I" || program == "P" ? 0 : month;
        };
        std::int64_t left = program == "T" ? 2500 : program == "P" ? 1200 : program == "H" ? 90 : 3;
        for (const auto& [key, plan] : plans)
            for (const auto& [activity, other] : plan.items) {
                if (plan.person != of.person || period(other.row) != period(item.row)) continue;
                const bool over = other.seated() && !other.live();
                if (!other.live() && !over) continue;
                if (program == other.money_program) left -= over ? other.used_account : other.row.account;
                if (program == other.money_program && program == "P") left -= over ? other.used_fund : other.row.fund;
                if (program == other.hours_program) left -= over ? other.used_minutes : other.row.minutes;
                if (program == other.items_program) left -= 1;
            }
        return std::max<std::int64_t>(left, 0);
    }
    void need(const Payer& payer, std::int64_t amount, const std::string& rule, bool never = false) {
        if (amount > 0 || never) needs_.push_back({payer, amount, rule, never}), legs_ = true;
    }
    /// A part charged to a programme: its rules come before what the payer has.
    void charge(const Plan& plan, const Item& item, const std::string& program, std::int64_t amount) {
        const char* fund = program == "H" ? "H" : program == "P" ? "F fund" : program == "I" ? "F fund items" : nullptr;
        if (fund && !supplied_.contains(fund)) return need({}, 0, "supplied", true);
        if (amount > left_of_cap(plan, item, program)) need({}, 0, "cap", true);
    }
    void hold(const Plan& plan, const Item& item, std::int64_t account, std::int64_t employee, std::int64_t fund,
              std::int64_t minutes, std::int64_t items) {
        const std::string& money = item.money_program;
        if (!money.empty() && account + employee + fund > 0)
            charge(plan, item, money, money == "P" ? account + fund : account);
        need(this->account(plan, item), account, money == "P" ? "fund" : "available");
        need({plan.person, money, "own"}, employee, money.empty() ? "available" : "own");
        need({"F", "", "fund"}, fund, money.empty() ? "available" : "fund");
        if (!item.hours_program.empty() && minutes > 0) {
            charge(plan, item, "H", minutes);
            need({plan.person, "H", "hours"}, minutes, "available");
        }
        if (!item.items_program.empty() && items > 0) {
            charge(plan, item, "I", items);
            need({"F", "", "fund items"}, items, "fund");
        }
    }
    void give_back(const Payer& payer, std::int64_t amount) {
        if (amount > 0) frees_[payer] += amount, legs_ = true;
    }
    void give_back(const Plan& plan, const Item& item, std::int64_t account, std::int64_t employee, std::int64_t fund,
                   std::int64_t minutes, std::int64_t items) {
        give_back(this->account(plan, item), account);
        give_back({plan.person, item.money_program, "own"}, employee);
        give_back({"F", "", "fund"}, fund);
        if (!item.hours_program.empty()) give_back({plan.person, "H", "hours"}, minutes);
        if (!item.items_program.empty()) give_back({"F", "", "fund items"}, items);
    }
    void release(const Plan& plan, Item& item) {
        item.status = "withdrawn";
        give_back(plan, item, item.row.account, item.row.employee, item.row.fund, item.row.minutes, 1);
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
        give_back(plan, item, item.row.account - account, item.row.employee - employee, item.row.fund - fund,
                  item.row.minutes - minutes, 0);
        if (item.cost() > 0 || (!item.hours_program.empty() && item.row.minutes > 0) || !item.items_program.empty())
            legs_ = true;
        item.status = r.event == "complete_item" ? "completed" : r.event == "fail_item" ? "failed" : "no_show";
        item.spent = cost, item.used_account = account, item.used_minutes = minutes;
        item.used_fund = fund;
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

    /// What is needed of a payer, in order, and the rule that refuses it; `never`: it is refused whatever there is.
    struct Need {
        Payer payer;
        std::int64_t amount = 0;
        std::string rule;
        bool never = false;
    };
    std::vector<Need> needs_;
    std::map<Payer, std::int64_t> frees_;
    std::set<std::string> supplied_;
    bool legs_ = false;
    std::map<std::string, std::pair<ModelRequest, Reply>> known_;
    std::int64_t number_ = 0, at_ = 0, ledger_at_ = 0;
};

}  // namespace gradus::test
