#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gradus/account/spending.h>
#include <gradus/base/units.h>

namespace gradus::test {

/// A programme as the model reads it.
struct ModelProgram {
    std::string name;
    AccountKind kind = AccountKind::money;
    int account_percent = 0, employee_percent = 0;
    std::string fund;     ///< empty: none
    bool grants = false;  ///< people have accounts; else the fund is a pool
    std::optional<std::int64_t> cap{};
    int cap_months = 0;  ///< 1, 3 or 12; 0: for ever
    bool requires_plan = false;
    Date from = missing<Date>(), to = missing<Date>();
    std::string only_kind{};  ///< of activity; empty: all
};

/// What request_spending, settle and cancel should do, in the plainest way: lists that are searched through. Grants do not expire
/// here. Nothing in it is taken from the library's own code.
class ProgramModel {
public:
    struct Answer {
        bool applied = false;
        std::string rule{};
        std::optional<std::int64_t> available{}, asked{};
        Date from = missing<Date>();

        friend bool operator==(const Answer&, const Answer&) = default;
    };

    std::map<std::string, ModelProgram> programs;
    std::map<std::string, std::pair<Date, Date>> people;  ///< joined, left
    std::map<std::string, std::string> kind_of_activity;

    /// Payers are called "fund NAME KIND", "account PERSON PROGRAM" and "own PERSON PROGRAM".
    std::map<std::string, std::int64_t> posted;

    static std::string fund(const std::string& name, AccountKind kind) {
        return "fund " + name + " " + std::to_string(static_cast<int>(kind));
    }
    std::int64_t free(const std::string& payer) const {
        std::int64_t sum = posted.contains(payer) ? posted.at(payer) : 0;
        for (const auto& [key, spending] : spendings_)
            for (const Part& part : spending.parts)
                if (spending.open && part.payer == payer) sum -= part.amount;
        return sum;
    }

    Answer request(const Spending& asked, Date day) {
        const ModelProgram& program = programs.at(asked.program);
        const auto [joined, left] = people.at(asked.person);
        const auto takes_part = [&, joined = joined, left = left](Date on) {
            return (is_missing(joined) || on >= joined) && (is_missing(left) || on < left);
        };
        const auto valid = [&](Date on) {
            return (is_missing(program.from) || on >= program.from) && (is_missing(program.to) || on < program.to);
        };
        if (!takes_part(day)) return refused("person");
        // The first day after the one asked for on which both hold: found by trying a year of them.
        const auto later = [&] {
            for (Date on = asked.first_day; on < asked.first_day + Date::duration(400); on += Date::duration(1))
                if (takes_part(on) && valid(on)) return on;
            return missing<Date>();
        };
        if (!takes_part(asked.first_day)) return refused("person", later());
        if (!valid(asked.first_day)) return refused("dates", later());
        if (!program.only_kind.empty() && kind_of_activity.at(asked.activity) != program.only_kind)
            return refused("kind");
        if (program.requires_plan && asked.agreed_plan.empty()) return refused("plan");
        const bool money = program.kind == AccountKind::money;
        const std::int64_t cost = is_missing(asked.cost) ? 0 : asked.cost.minor_units();
        const std::int64_t units = money ? cost : program.kind == AccountKind::hours ? asked.hours.count() : 1;
        if (!posted.contains(fund(program.fund, program.kind))) return refused("supplied", missing<Date>(), 0, units);
        const auto split = shares(program, money, units, cost);
        if (program.cap) {
            const std::int64_t counted = split[0] + (fund_counts(program) ? split[2] : 0);
            const auto room = [&](Date on) { return *program.cap - used(asked.person, asked.program, on); };
            const auto with_room = [&] {
                if (program.cap_months == 0 || counted > *program.cap) return missing<Date>();
                Date on = next(program, asked.first_day);
                while (counted > room(on)) on = next(program, on);
                return takes_part(on) && valid(on) ? on : missing<Date>();
            };
            if (counted > room(asked.first_day)) return refused("cap", with_room(), room(asked.first_day), counted);
        }
        const std::string payers[3] = {
            program.grants ? "account " + asked.person + " " + asked.program : fund(program.fund, program.kind),
            "own " + asked.person + " " + asked.program, fund(program.fund, AccountKind::money)};
        const char* rules[3] = {program.grants ? "available" : "fund", "own", "fund"};
        Kept kept{asked, {}, true};
        std::map<std::string, std::int64_t> taken;
        for (std::size_t i = 0; i < 3; ++i) {
            if (split[i] == 0) continue;
            const std::int64_t has = free(payers[i]) - taken[payers[i]];
            if (has < split[i]) return refused(rules[i], missing<Date>(), has, split[i]);
            taken[payers[i]] += split[i];
            kept.parts.push_back({i, payers[i], split[i], 0});
        }
        spendings_[asked.key] = kept;
        return {.applied = true, .asked = units};
    }

    /// `cost` and `minutes` absent: as reserved.
    Answer settle(const std::string& key, std::optional<std::int64_t> cost, std::optional<std::int64_t> minutes) {
        if (!spendings_.contains(key)) return refused("refused");
        Kept& kept = spendings_.at(key);
        const ModelProgram& program = programs.at(kept.asked.program);
        const bool money = program.kind == AccountKind::money;
        const std::int64_t was = is_missing(kept.asked.cost) ? 0 : kept.asked.cost.minor_units();
        const std::int64_t paid = cost.value_or(was);
        const std::int64_t units = program.kind == AccountKind::hours ? minutes.value_or(kept.asked.hours.count()) : 1;
        const auto split = shares(program, money, money ? paid : units, paid);
        std::int64_t amounts[3] = {}, most[3] = {};
        for (const Part& part : kept.parts) most[part.place] = part.amount;
        std::int64_t over = 0;
        const std::size_t first = money ? 0 : 1;
        for (std::size_t i = 0; i < 3; ++i) amounts[i] = i < first ? split[i] : std::min(split[i], most[i]);
        for (std::size_t i = first; i < 3; ++i) over += split[i] - amounts[i];
        for (std::size_t i = first; i < 3; ++i)
            while (over > 0 && amounts[i] < most[i]) ++amounts[i], --over;
        if (over > 0 || amounts[0] > most[0])
            return kept.open || kept.parts.empty() ? refused("reserved") : refused("resolved");
        if (!kept.open && !kept.parts.empty()) return refused("resolved");
        for (Part& part : kept.parts) {
            part.spent = amounts[part.place];
            posted[part.payer] -= part.spent;
        }
        kept.open = false;
        return {.applied = true};
    }
    Answer cancel(const std::string& key) {
        if (!spendings_.contains(key)) return refused("refused");
        Kept& kept = spendings_.at(key);
        if (!kept.open && !kept.parts.empty()) return refused("resolved");
        kept.open = false;
        return {.applied = true};
    }
    /// The post of a spending's part is reversed. True if there was one.
    bool reverse(const std::string& key, std::size_t place) {
        if (!spendings_.contains(key)) return false;
        for (Part& part : spendings_.at(key).parts)
            if (part.place == place && part.spent > 0) {
                posted[part.payer] += part.spent;
                part.spent = 0;
                return true;
            }
        return false;
    }
    /// What spendings of a person's programme use of its cap in the period of a day.
    std::int64_t used(const std::string& person, const std::string& program, Date day) const {
        std::int64_t sum = 0;
        for (const auto& [key, kept] : spendings_)
            if (kept.asked.person == person && kept.asked.program == program &&
                period(programs.at(program), kept.asked.first_day) == period(programs.at(program), day)) {
                sum += kept.used(0);
                if (fund_counts(programs.at(program))) sum += kept.used(2);
            }
        return sum;
    }

private:
    struct Part {
        std::size_t place;
        std::string payer;
        std::int64_t amount, spent;
    };
    struct Kept {
        Spending asked;
        std::vector<Part> parts;
        bool open = true;

        std::int64_t used(std::size_t place) const {
            for (const Part& part : parts)
                if (part.place == place) return open ? part.amount : part.spent;
            return 0;
        }
    };

    /// A pool of money pays account and fund parts alike.
    static bool fund_counts(const ModelProgram& program) {
        return program.kind == AccountKind::money && !program.grants;
    }
    static Answer refused(const char* rule, Date from = missing<Date>(), std::optional<std::int64_t> available = {},
                          std::optional<std::int64_t> asked = {}) {
        return {.rule = rule, .available = available, .asked = asked, .from = from};
    }
    /// A percentage, half to even.
    static std::int64_t percent(std::int64_t cost, int of) {
        const std::int64_t hundredths = cost * of, whole = hundredths / 100, rest = hundredths % 100;
        return rest > 50 || (rest == 50 && whole % 2 == 1) ? whole + 1 : whole;
    }
    static std::vector<std::int64_t> shares(const ModelProgram& program, bool money, std::int64_t units,
                                            std::int64_t cost) {
        const std::int64_t account = percent(cost, program.account_percent);
        const std::int64_t own = std::min(percent(cost, program.employee_percent), cost - account);
        const std::int64_t rest = cost - account - own;
        if (money) return {account, own, rest};
        return {units, own, account + rest};
    }
    static int period(const ModelProgram& program, Date day) {
        if (program.cap_months == 0) return 0;
        const std::chrono::year_month_day date{std::chrono::sys_days(day)};
        return (int(date.year()) * 12 + static_cast<int>(unsigned(date.month())) - 1) / program.cap_months;
    }
    static Date next(const ModelProgram& program, Date day) {
        const int now = period(program, day);
        while (period(program, day) == now) day += Date::duration(1);
        return day;
    }

    std::map<std::string, Kept> spendings_;
};

}  // namespace gradus::test
