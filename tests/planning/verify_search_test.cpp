// The bound that verify recomputes, against plain enumeration.

#include <chrono>
#include <cstdio>
#include <functional>
#include <random>

#include <gtest/gtest.h>

#include "planning/drafts.h"

namespace gradus {
namespace {

/// Everything that one person might plan, tried one by one: the bound at prices is the best of it.
class Everything : public testing::TestWithParam<unsigned> {};

TEST_P(Everything, IsBoundedByTheBest) {
    std::mt19937 random(GetParam());
    const auto draw = [&](int low, int high) {
        return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
    };
    std::vector<std::string> texts;  // what cells point into
    texts.reserve(1000);
    const auto number = [&](double n) -> std::string_view { return texts.emplace_back(std::to_string(n)); };
    const std::vector<std::string_view> names = {"a", "b", "c", "d"};

    Sketch draft = good();
    draft.tables["people"] = {{"person", "role", "hours"}, {"p", "R", draw(0, 2) ? number(draw(2, 6)) : ""}};
    draft.tables["activities"] = {{"activity", "kind", "hours", "cost", "days", "account_share"},
                                  {"w", "x", "3", "0", "40", ""}};
    draft.tables["outcomes"] = {{"activity", "capability", "uplift", "probability"}, {"w", "A", "1", "0.5"}};
    for (const std::string_view name : names) {
        draft.tables["activities"].push_back({name, draw(0, 1) ? "x" : "y", number(draw(1, 9)), number(draw(0, 30)),
                                              number(draw(1, 70)), draw(0, 1) ? "0.3" : ""});
        draft.tables["activities"].back()[4] =
            draft.tables["activities"].back()[4].substr(0, draft.tables["activities"].back()[4].find('.'));
        for (const char* capability : {"A", "B"})
            if (draw(0, 2))
                draft.tables["outcomes"].push_back(
                    {name, capability, number(draw(1, 3) / 2.0), draw(0, 1) ? "0.5" : "1"});
    }
    draft.tables["activity_prerequisites"] = {{"activity", "prerequisite"}, {"c", draw(0, 1) ? "a" : "d"}};
    draft.tables["sessions"] = {
        {"session", "activity", "first_day", "seats"}, {"s1", "b", "2026-05-02", "1"}, {"s2", "b", "2026-08-01", ""}};
    if (draw(0, 1)) draft.tables["sessions"].push_back({"s3", "c", "2026-08-01", "2"});
    draft.tables.erase("mandatory");
    if (draw(0, 1)) draft.tables["mandatory"] = {{"activity", "due"}, {"d", "2026-09-30"}};
    if (draw(0, 1)) {  // w teaches nothing then
        draft.tables.erase("enrolments");
        draft.tables["outcomes"].erase(draft.tables["outcomes"].begin() + 1);
    }
    draft.tables["funds"] = {{"fund", "amount", "parent", "valid_from"},
                             {"f", "600", "all", draw(0, 1) ? "2026-04-20" : ""},
                             {"all", "900", "", ""}};
    if (draw(0, 1))
        draft.tables["accounts"] = {{"person", "kind", "available", "cap", "cap_period"},
                                    {"p", "money", "9", draw(0, 1) ? "5" : "", "quarter"}};
    draft.risks = {{"person", "capability", "required", "mean", "sd", "impact"},
                   {"p", "A", "4", number(draw(10, 35) / 10.0), "0.5", "4"},
                   {"p", "B", "4", number(draw(10, 35) / 10.0), "0.5", number(draw(1, 9))}};
    draft.options.months = 6;
    if (draw(0, 1)) draft.options.max_activities = draw(2, 4);
    if (draw(0, 1)) draft.options.max_of_a_kind = draw(1, 3);
    if (draw(0, 2) == 0) draft.options.max_capabilities = 1;
    const double price = draw(0, 3) * 0.002, seat = draw(0, 1) * 0.05;
    draft.resources = {
        {"fund", "all", 900, -1, price}, {"fund", "f", 600, -1, price / 2}, {"session", "s1", 1, -1, seat}};
    if (draft.tables["sessions"].size() > 3) draft.resources.push_back({"session", "s3", 2, -1, 0});

    const Organization of = draft.organization();
    const Risks risks = draft.risk_rows(of);
    double best = -1e9;
    std::vector<DraftItem> best_items;
    const std::function<void(std::size_t)> extend = [&](std::size_t at) {
        if (at < names.size()) {
            extend(at + 1);
            const std::vector<std::string_view> order = {"a", "d", "b", "c"};
            const std::string name(order[at]);
            const auto id = static_cast<std::size_t>(of.activities().find(name));
            const auto add = [&](std::string session, Date first, Date last) {
                const auto iso = [](Date d) {
                    const std::chrono::year_month_day ymd{std::chrono::sys_days(d)};
                    char buffer[16];
                    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", int(ymd.year()), unsigned(ymd.month()),
                                  unsigned(ymd.day()));
                    return std::string(buffer);
                };
                draft.items.push_back({"p", name, std::move(session), iso(first), iso(last)});
                extend(at + 1);
                draft.items.pop_back();
            };
            bool sessions = false;
            for (std::size_t s = 0; s < of->sessions.size(); ++s)
                if (of->sessions.activity[s] == ActivityId(static_cast<std::int32_t>(id))) {
                    sessions = true;
                    add(std::string(of.sessions()[s]), of->sessions.first_day[s], of->sessions.last_day[s]);
                }
            if (sessions) return;
            for (const char* period : {"2026-04-01", "2026-07-01"}) {
                Date first = day(period);
                const std::string_view before = draft.tables["activity_prerequisites"][1][1];
                if (name == "c")
                    for (const DraftItem& item : draft.items)
                        if (item.activity == before) first = std::max<Date>(first, day(item.last) + Date::duration(1));
                if (first < day(period) + Date::duration(91))
                    add("", first, first + Date::duration(of->activities.days[id] - 1));
            }
            return;
        }
        const Verification verification = verify(of, risks, draft.plan(of), {.bound = false, .threads = 1});
        for (std::size_t i = 0; i < verification.violations.size(); ++i) {
            const std::string_view limit = verification.violations.limit[i];
            if (limit != "value" && limit != "bound") return;
        }
        // With prices the worth of a plan is what its stated costs say; here they are worked out from the tables.
        double charges = 0;
        for (const DraftItem& item : draft.items) {
            if (item.activity == "w") continue;
            const auto id = static_cast<std::size_t>(of.activities().find(item.activity));
            const std::int64_t cost = of->activities.cost[id].minor_units();
            const bool account = draft.tables.contains("accounts") && of->activities.account_share[id] > 0;
            const double part =
                account ? static_cast<double>(cost * 3 / 10) : 0;  // whole euros: 0.3 of them are whole cents
            const bool early = !draft.tables["funds"][1][3].empty() && day(item.first) < day("2026-04-20");
            charges += (static_cast<double>(cost) - part) / 100 * (early ? price : price * 1.5);
            if (item.session == "s1") charges += seat;
        }
        if (verification.value - charges > best) {
            best = verification.value - charges;
            best_items = draft.items;
        }
    };
    draft.items.clear();
    if (draft.tables.contains("enrolments")) draft.items.push_back({"p", "w", "", "2026-04-10", "2026-05-19"});
    extend(0);                // what people share is more than one person can use
    if (best < -1e8) return;  // the mandatory item cannot be placed
    for (const bool known : {true, false}) {
        draft.items = known ? best_items : std::vector<DraftItem>{};
        const Verification verification = verify(of, risks, draft.plan(of), {.bound = true, .threads = 1});
        EXPECT_NEAR(verification.price_bound, best + 900 * price + 600 * price / 2 + seat, 1e-9) << known;
    }
}

INSTANTIATE_TEST_SUITE_P(VerifySearch, Everything, testing::Range(0u, 60u));

}  // namespace
}  // namespace gradus
