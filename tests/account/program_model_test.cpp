// Programmes against the plain model of program_model.h, and what holds whatever is asked.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gradus/account/ledger_check.h>
#include <gradus/account/ledger_tables.h>
#include <gradus/account/program.h>
#include <gradus/account/spending.h>
#include <gtest/gtest.h>

#include "account/program_model.h"
#include "account/programs.h"

namespace {

using namespace gradus;
using test::apply;
using test::midnight;
using test::ModelProgram;
using test::ProgramModel;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t seeds = 6;
#else
constexpr std::uint64_t seeds = 60;
#endif
constexpr int steps = 250;

const Date start = day("2026-01-01");
const char* const names[] = {"Ann", "Bo", "Cy", "Dee"};

std::string iso(Date day) {
    const std::chrono::year_month_day date{std::chrono::sys_days(day)};
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()), unsigned(date.day()));
    return text;
}

class Random {
public:
    explicit Random(std::uint64_t seed) : random_(seed) {}
    std::int64_t below(std::int64_t end) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
    }
    bool one_in(std::int64_t of) { return below(of) == 0; }

private:
    std::mt19937_64 random_;
};

ModelProgram any_program(Random& random, const std::string& name) {
    ModelProgram program{.name = name, .kind = static_cast<AccountKind>(random.below(3)), .fund = "pool"};
    program.account_percent = static_cast<int>(random.below(101));
    program.employee_percent = static_cast<int>(random.below(101 - program.account_percent));
    program.grants = random.one_in(2);
    if (!random.one_in(3)) program.cap = random.below(200);
    program.cap_months = std::vector<int>{0, 1, 3, 12}[static_cast<std::size_t>(random.below(4))];
    program.requires_plan = random.one_in(4);
    if (random.one_in(3)) program.from = start + Date::duration(static_cast<int>(random.below(60)));
    if (random.one_in(3)) program.to = start + Date::duration(static_cast<int>(60 + random.below(200)));
    if (random.one_in(3)) program.only_kind = "course";
    return program;
}

/// Amounts in tables are decimals: of money two digits, of hours sixtieths.
std::string amount_cell(std::int64_t units, AccountKind kind) {
    if (kind == AccountKind::items) return std::to_string(units);
    char text[40];
    if (kind == AccountKind::money)
        std::snprintf(text, sizeof text, "%lld.%02lld", static_cast<long long>(units / 100),
                      static_cast<long long>(units % 100));
    else
        std::snprintf(text, sizeof text, "%.12f", static_cast<double>(units) / 60);
    return text;
}
std::string share_cell(int percent) {
    return percent == 100 ? "1" : (percent < 10 ? "0.0" : "0.") + std::to_string(percent);
}

Organization organization_of(const std::vector<ModelProgram>& programs) {
    std::vector<std::vector<std::string>> rows;
    for (const ModelProgram& p : programs)
        rows.push_back({p.name, std::string(Words<AccountKind>::names[static_cast<std::size_t>(p.kind)]), p.fund,
                        share_cell(p.account_percent), share_cell(p.employee_percent),
                        p.cap ? amount_cell(*p.cap, p.kind) : "",
                        p.cap_months == 0   ? ""
                        : p.cap_months == 1 ? "month"
                        : p.cap_months == 3 ? "quarter"
                                            : "year",
                        p.grants ? "1" : "", p.requires_plan ? "true" : "", is_missing(p.from) ? "" : iso(p.from),
                        is_missing(p.to) ? "" : iso(p.to), p.only_kind});
    Cells cells{{"program", "kind", "fund", "account_share", "employee_share", "cap", "cap_period", "grant",
                 "requires_plan", "valid_from", "valid_to", "activity_kinds"}};
    for (const auto& row : rows) cells.emplace_back(row.begin(), row.end());
    return test::organization_with(std::move(cells));
}

std::string shown(const ProgramModel::Answer& answer) {
    const auto number = [](const auto& value) { return value ? std::to_string(*value) : std::string("-"); };
    return (answer.applied ? "applied" : answer.rule) + ", available " + number(answer.available) + ", asked " +
           number(answer.asked) + ", from " + (is_missing(answer.from) ? std::string("-") : iso(answer.from));
}
ProgramModel::Answer told(const Decision& decision, bool numbers) {
    const Receipt& receipt = decision.receipt;
    const auto number = [&](Amount amount) {
        return !numbers || is_missing(amount) ? std::nullopt : std::optional(amount.units());
    };
    return {.applied = receipt.applied,
            .rule = receipt.rule,
            .available = receipt.applied ? std::nullopt : number(receipt.available),
            .asked = number(receipt.asked),
            .from = receipt.from};
}

TEST(ProgramModel, AgreesWithTheLibrary) {
    std::map<std::string, int> rules;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        std::vector<ModelProgram> programs;
        for (const char* name : {"p", "q", "r"}) programs.push_back(any_program(random, name));
        const Organization organization = organization_of(programs);
        Ledger ledger = Ledger::open(":memory:");
        ProgramModel model;
        for (const ModelProgram& program : programs) model.programs[program.name] = program;
        model.kind_of_activity = {{"coach", "coaching"}, {"course", "course"}, {"thing", ""}};
        model.people = {{"Ann", {missing<Date>(), missing<Date>()}},
                        {"Bo", {missing<Date>(), missing<Date>()}},
                        {"Cy", {day("2026-03-10"), missing<Date>()}},
                        {"Dee", {missing<Date>(), day("2026-06-15")}}};
        Date today = start;
        std::vector<std::string> asked;
        std::map<std::string, AccountKind> kinds;  // of what was asked for
        for (int step = 0; step < steps; ++step) {
            today += Date::duration(static_cast<int>(random.below(2)));
            const Moment at(today);
            const std::string key = "k" + std::to_string(step);
            const std::string person = names[random.below(4)];
            const ModelProgram& program = programs[static_cast<std::size_t>(random.below(3))];
            const std::int64_t amount = 1 + random.below(80);
            const std::string earlier =
                asked.empty() ? key
                              : asked[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(asked.size())))];
            switch (random.below(12)) {
            case 0:
                apply(ledger, key, at, Supply{{"pool", program.kind}, Amount(amount * 3)});
                model.posted[ProgramModel::fund("pool", program.kind)] += amount * 3;
                break;
            case 1: {
                const std::string fund = ProgramModel::fund("pool", program.kind);
                if (model.free(fund) < amount) break;
                apply(ledger, key, at, Grant{"pool", {person, program.name, program.kind}, Amount(amount)});
                model.posted[fund] -= amount;
                model.posted["account " + person + " " + program.name] += amount;
                break;
            }
            case 2:
                apply(ledger, key, at, Contribute{{person, program.name, AccountKind::money}, Amount(amount)});
                model.posted["own " + person + " " + program.name] += amount;
                break;
            case 3:
            case 4: {
                if (asked.empty()) break;
                const auto cost = random.one_in(3) ? std::nullopt : std::optional(random.below(100));
                const bool counts_hours = kinds.contains(earlier) && kinds.at(earlier) == AccountKind::hours;
                const auto minutes =
                    random.one_in(2) || !counts_hours ? std::nullopt : std::optional(random.below(100));
                const Decision found =
                    settle(ledger, test::settlement(key, at, earlier, cost ? Money(*cost) : missing<Money>(),
                                                    minutes ? Minutes(*minutes) : missing<Minutes>()));
                const auto should = model.settle(earlier, cost, minutes);
                ASSERT_EQ(should.applied, found.receipt.applied) << step << ": " << found.receipt.message;
                // Of several parts either may be the first that is refused.
                if (should.rule != "reserved" && should.rule != "resolved") {
                    ASSERT_EQ(should.rule, found.receipt.rule) << step;
                }
                ++rules["settle " + found.receipt.rule];
                if (found.receipt.applied)
                    for (std::size_t place = 0; place < 3; ++place) {
                        if (!random.one_in(6)) continue;
                        const char* suffix[] = {"/account", "/own", "/fund"};
                        if (model.reverse(earlier, place))
                            apply(ledger, key + "-" + suffix[place], at, Reverse{key + suffix[place]});
                    }
                break;
            }
            case 5: {
                if (asked.empty()) break;
                const Decision found = cancel(ledger, test::cancellation(key, at, earlier));
                ASSERT_EQ(shown(model.cancel(earlier)), shown(told(found, false))) << step;
                ++rules["cancel " + found.receipt.rule];
                break;
            }
            default: {
                Spending spending = test::spending(key, at, person, program.name, random.below(60),
                                                   today + Date::duration(static_cast<int>(random.below(90)) - 20));
                if (program.kind == AccountKind::hours) spending.hours = Minutes(random.below(90));
                if (program.kind != AccountKind::money && random.one_in(2)) spending.cost = missing<Money>();
                spending.activity = random.one_in(6) ? "coach" : random.one_in(8) ? "thing" : "course";
                if (!random.one_in(4)) spending.agreed_plan = "plan";
                const Decision found = request_spending(organization, ledger, spending);
                ASSERT_EQ(shown(model.request(spending, today)), shown(told(found, true)))
                    << step << ": " << found.receipt.message;
                ++rules[found.receipt.rule];
                asked.push_back(key);
                kinds[key] = program.kind;
                if (random.one_in(10)) {
                    ASSERT_EQ(request_spending(organization, ledger, spending), found);
                }
                if (program.cap && found.receipt.applied) {
                    ASSERT_LE(model.used(person, program.name, spending.first_day), *program.cap);
                }
                break;
            }
            }
            for (const ModelProgram& p : programs) {
                for (const AccountKind kind : {p.kind, AccountKind::money})
                    ASSERT_EQ(ledger.balance(FundAccount{p.fund, kind}, at).available.units(),
                              model.free(ProgramModel::fund(p.fund, kind)))
                        << step;
                std::int64_t should = model.free("account " + person + " " + p.name);
                if (p.kind == AccountKind::money) should += model.free("own " + person + " " + p.name);
                ASSERT_EQ(ledger.balance(Account{person, p.name, p.kind}, at).available.units(), should) << step;
            }
        }
        EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
    }
    // Every rule was met, so that none is untried.
    for (const char* rule :
         {"", "person", "dates", "kind", "plan", "supplied", "cap", "available", "own", "fund", "settle ",
          "settle reserved", "settle resolved", "settle refused", "cancel ", "cancel resolved", "cancel refused"})
        EXPECT_GT(rules[rule], 0) << "'" << rule << "' was never met";
}

/// An organisation of many people with one programme that grants, in an order of rows drawn by `seed`.
Organization many(std::uint64_t seed, const std::vector<std::string>& program) {
    std::vector<std::string> people;
    for (int i = 0; i < 40; ++i) people.push_back("E" + std::to_string(i));
    std::shuffle(people.begin(), people.end(), std::mt19937_64(seed));
    Cells rows{{"person", "role", "joined", "left"}};
    const char* days[] = {"", "2026-02-14", "2026-04-01"};
    for (const std::string& person : people) {
        const auto n = static_cast<std::size_t>(std::stoi(person.substr(1)));
        rows.push_back({person, "clerk", days[n % 3], n % 5 == 0 ? "2026-05-15" : ""});
    }
    Cells programs{{"program", "kind", "fund", "grant", "grant_period", "carry_over", "expires_days", "cap"}};
    programs.emplace_back(program.begin(), program.end());
    return build({{"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}}},
                  {"capabilities", {{"capability", "scale"}, {"C", "S"}}},
                  {"roles", {{"role"}, {"clerk"}}},
                  {"requirements", {{"role", "capability", "level"}, {"clerk", "C", "2"}}},
                  {"people", rows},
                  {"activities", {{"activity", "kind", "account_share"}, {"course", "course", "1"}}},
                  {"funds", {{"fund", "amount"}, {"pool", "1"}}},
                  {"programs", programs}});
}

TEST(ProgramModel, GrantsOncePerPersonAndPeriodWhateverTheOrder) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        const char* periods[] = {"", "once", "month", "quarter", "year"};
        const std::vector<std::string> program{"p",
                                               "money",
                                               "pool",
                                               "1.01",
                                               periods[random.below(5)],
                                               random.one_in(2) ? "" : "0.35",
                                               random.one_in(2) ? "" : std::to_string(random.below(90)),
                                               ""};
        std::vector<std::string> heads;
        for (std::uint64_t order = 1; order <= 2; ++order) {
            const Organization organization = many(order, program);
            Random same(seed);
            Ledger ledger = Ledger::open(":memory:");
            apply(ledger, "supply", midnight("2025-12-01"), Supply{{"pool"}, Amount(same.below(60'000))});
            std::map<std::string, int> granted;  // by the key without the number of the attempt
            Date today = start;
            for (int run = 0; run < 10; ++run) {
                const Moment at(today);
                const std::vector<Request> due = grants_due(organization, ledger, at, "hr");
                const std::vector<Receipt> receipts = fund_programs(organization, ledger, at, "hr");
                std::size_t told = 0;
                std::optional<Amount> beyond;  // what the fund did not reach
                for (std::size_t i = 0; i < due.size(); ++i) {
                    const auto* asked = std::get_if<Grant>(&due[i].operation);
                    if (asked && beyond && asked->amount >= *beyond) {
                        EXPECT_FALSE(ledger.receipt(due[i].key)) << due[i].key;
                        continue;
                    }
                    ASSERT_LT(told, receipts.size());
                    const Receipt& receipt = receipts[told++];
                    EXPECT_EQ(ledger.receipt(due[i].key), receipt);
                    if (!receipt.applied) beyond = asked->amount;
                    if (receipt.applied && asked) {
                        const Grant& grant = std::get<Grant>(due[i].operation);
                        if (due[i].key.starts_with("grant/")) {
                            EXPECT_EQ(grant.amount, Amount(101));
                            EXPECT_TRUE(
                                takes_part(organization, id<PersonTag>(organization, grant.account.person), today));
                        }
                        const std::string& key = due[i].key;
                        const bool again =
                            std::count(key.begin(), key.end(), '/') > (key.starts_with("carry/") ? 4 : 3);
                        ++granted[again ? key.substr(0, key.rfind('/')) : key];
                    }
                }
                EXPECT_EQ(told, receipts.size());
                // Again: only what was refused is due, and is refused again.
                for (const Receipt& again : fund_programs(organization, ledger, at, "hr")) EXPECT_FALSE(again.applied);
                for (int i = 0; i < 6; ++i) {
                    const std::string person = "E" + std::to_string(same.below(40));
                    if (takes_part(organization, id<PersonTag>(organization, person), today))
                        request_spending(organization, ledger,
                                         test::spending("s" + std::to_string(run) + "-" + std::to_string(i), at, person,
                                                        "p", same.below(150), today));
                }
                // Nothing comes from nowhere: the rows of all accounts sum to zero, and nobody has less than nothing.
                const LedgerBalances balances = ledger_balances(ledger, at);
                std::int64_t sum = 0;
                for (std::size_t row = 0; row < balances.size(); ++row) {
                    sum += balances.posted[row].units();
                    if (!is_missing(balances.available[row])) {
                        EXPECT_GE(balances.available[row], Amount(0));
                    }
                }
                EXPECT_EQ(sum, 0);
                today += Date::duration(static_cast<int>(1 + same.below(25)));
            }
            for (const auto& [key, times] : granted) EXPECT_EQ(times, 1) << key;
            EXPECT_TRUE(verify(ledger).sound) << verify(ledger).message;
            heads.push_back(ledger.head().hash);
        }
        EXPECT_EQ(heads[0], heads[1]);
    }
}

}  // namespace
