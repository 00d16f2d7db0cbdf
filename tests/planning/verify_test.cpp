#include <gradus/planning/verify.h>

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "planning/drafts.h"
#include "planning/team.h"

namespace gradus {
namespace {

/// The good plan with all that it may state. Effects are seen from 2 May (334 of 365 days), 3 May and 3 July.
Sketch stated() {
    Sketch draft = good();
    const auto state = [&](std::size_t i, std::string period, std::string hours, std::string cost, std::string fund,
                           double gain, std::string reason) {
        DraftItem& item = draft.items[i];
        item.period = period, item.hours = hours, item.cost = item.fund_cost = cost, item.fund = fund;
        item.account_cost = item.employee_cost = "0", item.gain = std::to_string(gain * 365), item.reason = reason;
        char exact[32];
        std::snprintf(exact, sizeof exact, "%.17g", gain);
        item.gain = exact;
    };
    state(0, "1", "1", "0", "", 0, "mandatory");
    state(1, "1", "3", "0", "", 0, "pinned");
    state(2, "1", "6", "100", "f", 334 / 365.0, "risk");
    state(3, "1", "2", "0", "", 333 / 365.0, "risk");
    state(4, "2", "4", "50", "f", 272 / 365.0, "risk");
    state(5, "1", "1", "0", "", 0, "mandatory");
    state(6, "1", "6", "100", "all", 334 / 365.0, "risk");
    draft.resources = {{"fund", "all", 250, 250, 0}, {"fund", "f", 200, 150, 0}, {"session", "s1", 1, 1, 0}};
    draft.value = draft.bound = draft.price_bound = 1273 / 365.0;
    draft.status = PlanStatus::optimal;
    return draft;
}

void set(Sketch& draft, const char* table, std::size_t row, std::size_t column, const char* text) {
    draft.tables[table].at(row + 1).at(column) = text;
}

TEST(Verify, PassesAGoodPlan) {
    EXPECT_EQ(good().words(), "");
    for (const int threads : {1, 3}) {
        const Verification verification = stated().check({.bound = true, .threads = threads});
        EXPECT_EQ(Sketch::listed(verification), "") << (verification.ok() ? "" : verification.violations.message[0]);
        EXPECT_NEAR(verification.value, 1273 / 365.0, 1e-12);
        EXPECT_NEAR(verification.price_bound, 1273 / 365.0, 1e-12);
    }
    EXPECT_TRUE(std::isnan(good().check().price_bound));
}

TEST(Verify, NeverConfirmsABoundWithoutEnd) {
    Sketch draft = stated();
    for (auto& resource : draft.resources) resource.price = 1e308;
    const Verification verification = draft.check({.bound = true, .threads = 1});
    EXPECT_FALSE(verification.confirmed);
    EXPECT_TRUE(std::isinf(verification.price_bound)) << verification.price_bound;
}

TEST(Verify, ACancelLeavesTheBoundUnconfirmedAndLimitsChecked) {
    const Team team(3);
    Control control;
    EXPECT_TRUE(verify(*team.organization, *team.risks, *team.plan, {}, &control).ok());
    EXPECT_EQ(control.progress(), 1);
    control.cancel();
    const Verification verdict = verify(*team.organization, *team.risks, *team.plan, {}, &control);
    EXPECT_EQ(verdict.violations.size(), 0u);
    EXPECT_FALSE(verdict.confirmed);
    EXPECT_TRUE(std::isinf(verdict.price_bound));
    EXPECT_NEAR(verdict.value, team.plan->certificate.value[0], 1e-9);
    EXPECT_TRUE(verify(*team.organization, *team.risks, *team.plan, {.bound = false}, &control).ok());
}

TEST(Verify, RefusesAWorkLimitThatIsNone) {
    const Sketch draft = stated();
    for (const double limit : {-1.0, 1e7, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THROW(draft.check({.bound = true, .work_limit = limit}), Error);
}

struct Break {
    const char* what;
    const char* words;
    std::function<void(Sketch&)> how;
};

class Refuses : public testing::TestWithParam<Break> {};

TEST_P(Refuses, ThatLimit) {
    Sketch draft = good();
    GetParam().how(draft);
    EXPECT_EQ(draft.words(), GetParam().words);
}

const Break breaks[] = {
    {"scope", "eligibility",
     [](Sketch& d) {
         d.tables["eligibility"] = {{"activity", "role"}, {"a", "T"}}, d.items.pop_back();
     }},
    {"one_row_of_two", "",
     [](Sketch& d) {
         d.tables["eligibility"] = {{"activity", "role"}, {"a", "T"}, {"a", "R"}};
     }},
    {"from_level", "eligibility",
     [](Sketch& d) {
         d.tables["outcomes"] = {
             {"activity", "capability", "uplift", "from_level"}, {"a", "A", "1", "3.1"}, {"b", "B", "1", ""}};
         d.items.erase(d.items.begin() + 3);
     }},
    {"completed", "eligibility",
     [](Sketch& d) {
         d.tables["enrolments"].push_back({"q", "a", "completed", "2026-03-31"});
     }},
    {"completed_later", "",
     [](Sketch& d) {
         d.tables["enrolments"].push_back({"q", "a", "completed", "2026-04-01"});
     }},
    {"declined", "eligibility",
     [](Sketch& d) {
         d.tables["enrolments"].push_back({"q", "a", "declined", ""});
     }},
    {"declined_duty", "",
     [](Sketch& d) {
         d.tables["enrolments"].push_back({"q", "m", "declined", ""});
     }},
    {"takes_no_part", "eligibility eligibility",
     [](Sketch& d) {
         d.tables["people"] = {{"person", "role", "unit", "joined"}, {"p", "R", "u", ""}, {"q", "R", "", "2026-04-01"}};
     }},
    {"twice", "repeated",
     [](Sketch& d) {
         d.items.push_back({"q", "a", "", "2026-07-01", "2026-07-31"});
     }},
    {"no_session", "session", [](Sketch& d) { d.items[4].session = "", d.items[4].last = "2026-07-01"; }},
    {"other_session", "session",
     [](Sketch& d) {
         d.items.push_back({"q", "c", "s2", "2026-07-02", "2026-07-02"});
     }},
    {"session_days", "dates", [](Sketch& d) { d.items[4].last = "2026-07-03"; }},
    {"not_on_first_day", "dates", [](Sketch& d) { d.items[6].first = "2026-04-02", d.items[6].last = "2026-05-02"; }},
    {"too_long", "dates", [](Sketch& d) { d.items[6].last = "2026-05-02"; }},
    {"after_the_horizon", "dates",
     [](Sketch& d) { d.items[6].first = "2027-01-01", d.items[6].last = "2027-01-31", d.options.months = 9; }},
    {"past_the_end", "dates",
     [](Sketch& d) {
         d.options.months = 1, d.options.period_months = 1, d.items.resize(3), d.resources.pop_back(),
         d.items.push_back({"q", "m", "", "2026-04-01", "2026-04-01"});
     }},
    {"validity", "dates",
     [](Sketch& d) {
         d.tables["activities"] = {{"activity", "hours", "cost", "days", "valid_to"},
                                   {"a", "6", "100", "31", "2026-05-01"},
                                   {"b", "4", "50", "", ""},
                                   {"c", "2", "0", "", ""},
                                   {"m", "1", "0", "", ""},
                                   {"w", "3", "0", "10", ""}};
         d.items.pop_back();
     }},
    {"leaves", "dates", [](Sketch& d) { set(d, "people", 1, 4, "2026-05-01"); }},
    {"due", "due", [](Sketch& d) { d.items[5].first = d.items[5].last = "2026-07-01"; }},
    {"prerequisite_missing", "prerequisite",
     [](Sketch& d) { d.items[6].activity = "c", d.items[6].last = "2026-04-01"; }},
    {"prerequisite_late", "prerequisite", [](Sketch& d) { d.items[3].first = d.items[3].last = "2026-04-01"; }},
    {"prerequisite_completed", "",
     [](Sketch& d) {
         d.tables["enrolments"].push_back({"q", "a", "completed", "2026-01-01"});
         d.items[6].activity = "c", d.items[6].last = "2026-04-01";
     }},
    {"waits_too_long", "dates", [](Sketch& d) { d.items[3].first = d.items[3].last = "2026-05-03"; }},
    {"hours", "hours", [](Sketch& d) { set(d, "people", 0, 3, "3.95"); }},
    {"hours_just_enough", "", [](Sketch& d) { set(d, "people", 0, 3, "4"); }},
    {"pins_alone", "",
     [](Sketch& d) {
         set(d, "people", 0, 3, "0"), set(d, "activities", 3, 2, "0"),
             d.items.erase(d.items.begin() + 2, d.items.begin() + 5);
     }},
    {"hours_unknown", "hours", [](Sketch& d) { set(d, "activities", 2, 2, ""); }},
    {"cost_unknown", "fund", [](Sketch& d) { set(d, "activities", 2, 3, ""); }},
    {"account", "account",
     [](Sketch& d) {
         d.tables["accounts"] = {{"person", "kind", "available"}, {"q", "money", "49.99"}};
         set(d, "activities", 0, 5, "0.5");
     }},
    {"account_pays", "",
     [](Sketch& d) {
         d.tables["accounts"] = {{"person", "kind", "available"}, {"q", "money", "50"}};
         set(d, "activities", 0, 5, "0.5"), d.tables["funds"][2][1] = "200", d.resources[0].capacity = 200;
     }},
    {"account_hours", "account",
     [](Sketch& d) {
         d.tables["accounts"] = {{"person", "kind", "available"}, {"q", "hours", "5"}};
         set(d, "activities", 0, 5, "0.5");
     }},
    {"account_items", "account",
     [](Sketch& d) {
         d.tables["accounts"] = {{"person", "kind", "available"}, {"q", "items", "0"}};
         set(d, "activities", 0, 5, "0.5");
     }},
    {"account_cap", "account",
     [](Sketch& d) {
         d.tables["accounts"] = {{"person", "kind", "available", "cap", "cap_period"},
                                 {"q", "money", "100", "49", "month"}};
         set(d, "activities", 0, 5, "0.5");
     }},
    {"program_cap", "account",
     [](Sketch& d) {
         d.tables["programs"] = {{"program", "kind", "cap", "cap_period", "account_share"},
                                 {"g", "money", "40", "quarter", "0.5"}};
         d.tables["accounts"] = {{"person", "kind", "available", "program"}, {"q", "money", "100", "g"}};
     }},
    {"program_of_others", "",
     [](Sketch& d) {
         d.tables["programs"] = {{"program", "kind", "cap", "account_share", "role"}, {"g", "money", "40", "0.5", "T"}};
         d.tables["accounts"] = {{"person", "kind", "available", "program"}, {"q", "money", "100", "g"}};
     }},
    {"overlap", "overlap",
     [](Sketch& d) {
         d.tables["sessions"].push_back({"s3", "c", "2026-07-02", "2026-07-02", ""});
         d.items[3] = {"p", "c", "s3", "2026-07-02", "2026-07-02"};
     }},
    {"overlap_allowed", "",
     [](Sketch& d) {
         d.tables["sessions"].push_back({"s3", "c", "2026-07-02", "2026-07-02", ""});
         d.items[3] = {"p", "c", "s3", "2026-07-02", "2026-07-02"}, d.options.allow_overlap = true;
     }},
    {"overlaps_pin", "overlap",
     [](Sketch& d) {
         d.tables["sessions"].push_back({"s3", "w", "2026-06-30", "2026-07-01", ""});
         d.tables["enrolments"] = {{"person", "activity", "status", "session"}, {"p", "w", "enrolled", "s3"}};
         d.items[1] = {"p", "w", "s3", "2026-06-30", "2026-07-01"};
     }},
    {"max_activities", "maximum", [](Sketch& d) { d.options.max_activities = 4; }},
    {"max_of_a_kind", "maximum", [](Sketch& d) { d.options.max_of_a_kind = 1; }},
    {"max_capabilities", "maximum", [](Sketch& d) { d.options.max_capabilities = 1; }},
    {"maxima_kept", "",
     [](Sketch& d) { d.options.max_activities = 5, d.options.max_of_a_kind = 2, d.options.max_capabilities = 2; }},
    {"fund", "fund", [](Sketch& d) { d.tables["funds"][1][1] = "149.99", d.resources[1].capacity = 149.99; }},
    {"fund_above", "fund", [](Sketch& d) { d.tables["funds"][2][1] = "249.99", d.resources[0].capacity = 249.99; }},
    {"no_fund", "fund",
     [](Sketch& d) {
         d.tables["funds"] = {{"fund", "amount", "unit"}, {"f", "200", "top"}}, d.resources.erase(d.resources.begin());
     }},
    {"seats", "seats",
     [](Sketch& d) {
         d.items.push_back({"q", "b", "s1", "2026-07-01", "2026-07-02"}), d.tables["funds"][2][1] = "500",
                                                                          d.resources[0].capacity = 500;
     }},
    {"pin_missing", "pinned", [](Sketch& d) { d.items.erase(d.items.begin() + 1); }},
    {"pin_moved", "pinned", [](Sketch& d) { d.items[1].first = "2026-04-11", d.items[1].last = "2026-04-20"; }},
    {"pin_completed_too", "",
     [](Sketch& d) {
         d.tables["enrolments"].push_back({"p", "w", "completed", "2026-01-01"});
     }},
    {"mandatory_missing", "mandatory", [](Sketch& d) { d.items.erase(d.items.begin() + 5); }},
    {"mandatory_left_out", "",
     [](Sketch& d) {
         d.items.erase(d.items.begin() + 5), d.conflicts = {{"q", "m"}};
     }},
    {"left_out_and_planned", "mandatory",
     [](Sketch& d) {
         d.conflicts = {{"q", "m"}};
     }},
    {"left_out_not_mandatory", "mandatory",
     [](Sketch& d) {
         d.conflicts = {{"q", "b"}};
     }},
    {"resource_missing", "resources", [](Sketch& d) { d.resources.pop_back(); }},
    {"resource_unlimited", "resources",
     [](Sketch& d) {
         d.resources.push_back({"session", "s2", 1, -1, 0});
     }},
    {"negative_price", "price", [](Sketch& d) { d.resources[0].price = -1; }},
    {"one_more_above_the_price", "price", [](Sketch& d) { d.resources[0].one_more = d.resources[0].price + 1; }},
    {"one_more_below_nothing", "price", [](Sketch& d) { d.resources[0].one_more = -1; }},
    {"one_fewer_below_the_price", "price", [](Sketch& d) { d.resources[0].one_fewer = d.resources[0].price - 1; }},
};

INSTANTIATE_TEST_SUITE_P(Verify, Refuses, testing::ValuesIn(breaks), [](const auto& test) { return test.param.what; });

struct Lie {
    const char* what;
    const char* words;
    std::function<void(Sketch&)> how;
};

class Finds : public testing::TestWithParam<Lie> {};

TEST_P(Finds, WhatIsStatedWrongly) {
    Sketch draft = stated();
    GetParam().how(draft);
    EXPECT_EQ(Sketch::listed(draft.check({.bound = true, .threads = 1})), GetParam().words);
}

const Lie lies[] = {
    {"period", "dates", [](Sketch& d) { d.items[4].period = "3"; }},
    {"hours", "hours", [](Sketch& d) { d.items[4].hours = "4.5"; }},
    {"cost", "cost", [](Sketch& d) { d.items[4].cost = "51"; }},
    {"cost_of_a_pin", "cost", [](Sketch& d) { d.items[1].cost = "40"; }},
    {"fund_cost", "cost", [](Sketch& d) { d.items[4].fund_cost = "49"; }},
    {"account_cost", "cost", [](Sketch& d) { d.items[4].account_cost = "1"; }},
    {"employee_cost", "cost", [](Sketch& d) { d.items[4].employee_cost = "1"; }},
    {"fund", "fund", [](Sketch& d) { d.items[4].fund = "all"; }},
    {"gain", "gain", [](Sketch& d) { d.items[4].gain = "0.745205"; }},
    {"pinned", "pinned", [](Sketch& d) { d.items[2].reason = "pinned"; }},
    {"not_pinned", "pinned", [](Sketch& d) { d.items[1].reason = "risk"; }},
    {"used", "resources", [](Sketch& d) { d.resources[1].used = 149; }},
    {"capacity", "resources", [](Sketch& d) { d.resources[1].capacity = 201; }},
    {"value", "value", [](Sketch& d) { d.value -= 1e-6, d.status = PlanStatus::work_limit; }},
    {"bound_below", "bound", [](Sketch& d) { d.bound = d.value - 1e-6, d.status = PlanStatus::work_limit; }},
    {"bound_above", "bound", [](Sketch& d) { d.bound += 1e-6, d.status = PlanStatus::work_limit; }},
    {"price_bound_below", "bound price_bound", [](Sketch& d) { d.price_bound -= 1e-6; }},
    {"not_optimal", "status", [](Sketch& d) { d.bound += 1e-3, d.price_bound += 1e-3; }},
    {"no_conflicts", "status", [](Sketch& d) { d.status = PlanStatus::conflicts; }},
};

INSTANTIATE_TEST_SUITE_P(Verify, Finds, testing::ValuesIn(lies), [](const auto& test) { return test.param.what; });

TEST(LoadPlan, ReadsWhatVerifyPasses) {
    const Sketch draft = good();
    const Organization of = draft.organization();
    const Risks risks = draft.risk_rows(of);
    Input items("items"), resources("resources"), certificate("certificate");
    for (const DraftItem& item : draft.items) {
        items.row().set("person", item.person).set("activity", item.activity).set("session", item.session);
        items.set("first_day", item.first).set("last_day", item.last);
    }
    for (const DraftResource& resource : draft.resources)
        resources.row().set("kind", resource.kind).set("resource", resource.resource).set("price", resource.price);
    certificate.row().set("status", "optimal").set("price_bound", 1273 / 365.0);
    certificate.set("value", 1273 / 365.0).set("bound", 1273 / 365.0);
    const std::vector<Input> tables{items, resources, certificate};
    const Plan plan = load_plan(of, risks, tables, draft.options, day("2026-03-31"));
    EXPECT_EQ(Sketch::listed(verify(of, risks, plan)), "");
    EXPECT_EQ(plan.conflicts.size(), 0u);
    EXPECT_EQ(plan.tables().size(), 6u);

    const std::vector<Input> some{items, certificate};
    EXPECT_THROW(load_plan(of, risks, some, draft.options, day("2026-03-31")), Error);
    resources.row().set("kind", "fund").set("resource", "s1").set("price", 0);
    EXPECT_THROW(load_plan(of, risks, tables, draft.options, day("2026-03-31")), Error);
}

TEST(Verify, NamesPersonActivityAndNumbers) {
    Sketch draft = stated();
    draft.items[4].cost = "51";
    const Violations violations = draft.check().violations;
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations.message[0], "p, b: cost is 51.00, expected 50.00");
    EXPECT_EQ((*violations.person.strings())[static_cast<std::size_t>(violations.person[0].value())], "p");
}

TEST(Verify, SplitsCostsHalfEvenByTheWrittenShare) {
    Sketch draft = good();
    draft.items.resize(5);
    draft.items.push_back({"q", "m", "", "2026-04-01", "2026-04-01"});
    draft.items.push_back({"q", "a", "", "2026-04-01", "2026-05-01", "1", "", "0.45", "", "0", "0.32", "0.13"});
    draft.tables["activities"] = {{"activity", "hours", "cost", "days", "account_share", "employee_share"},
                                  {"a", "6", "0.45", "31", "0.7", "0.3"},
                                  {"b", "4", "50", "", "", ""},
                                  {"c", "2", "0", "", "", ""},
                                  {"m", "1", "0", "", "", ""},
                                  {"w", "3", "0", "10", "", ""}};
    draft.tables["accounts"] = {{"person", "kind", "available"}, {"q", "money", "1"}};
    // 0.45 × 0.7 = 0.315 → 0.32; 0.45 × 0.3 = 0.135 → 0.14, at most the rest.
    const Violations violations = draft.check().violations;
    for (std::size_t i = 0; i < violations.size(); ++i)
        EXPECT_EQ(violations.message[i].find("q, a"), std::string::npos) << violations.message[i];
}

TEST(Verify, CountsPinsAsTheBaseline) {
    Sketch draft = good();
    draft.tables["activities"] = {{"activity", "days"}, {"a", ""}, {"w", "9"}};
    draft.tables["outcomes"] = {{"activity", "capability", "uplift", "up_to", "probability"},
                                {"a", "A", "1", "4", "1"},
                                {"w", "A", "1", "3", "0.5"}};
    draft.tables["enrolments"] = {{"person", "activity", "status", "date"}, {"p", "w", "enrolled", "2025-06-01"}};
    for (const char* table : {"activity_prerequisites", "sessions", "mandatory", "funds"}) draft.tables.erase(table);
    draft.tables["people"] = {{"person", "role"}, {"p", "R"}};
    draft.risks = {{"person", "capability", "required", "mean", "sd", "impact", "weight"},
                   {"p", "A", "4", "2", "0", "4", "0.5"}};
    draft.items = {{"p", "w", "", "2025-06-01", "2025-06-09"}, {"p", "a", "", "2027-01-01", "2027-01-01"}};
    draft.resources.clear();
    // The pin acts from the start; a adds 1 on either branch from 2 January: 89 of 365 days, weight a half.
    EXPECT_NEAR(draft.check().value, 0.5 * 89 / 365, 1e-12);
    EXPECT_EQ(draft.words(), "");
}

}  // namespace
}  // namespace gradus
