#include <gradus/planning/optimize.h>

#include <gtest/gtest.h>

#include <cstring>

#include <gradus/planning/verify.h>

#include "organization/tables.h"
#include "planning/team.h"

namespace gradus {
namespace {

const Date as_of = std::chrono::sys_days(std::chrono::year(2026) / 3 / 31);

// Three people who fall short, three courses, one fund that is enough for two of the four items they would like.
std::vector<Literal> small() {
    return {
        {"scales", {{"scale", "level"}, {"s", "1"}, {"s", "2"}, {"s", "3"}, {"s", "4"}, {"s", "5"}}},
        {"capabilities", {{"capability", "scale"}, {"A", "s"}, {"B", "s"}}},
        {"roles", {{"role"}, {"R"}}},
        {"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "B", "3"}}},
        {"people", {{"person", "role", "hours"}, {"P1", "R", "10"}, {"P2", "R", "10"}, {"P3", "R", ""}}},
        {"activities",
         {{"activity", "hours", "cost", "days"},
          {"X", "8", "100", "5"},
          {"Y", "30", "300", "10"},
          {"Z", "4", "50", "1"}}},
        {"outcomes", {{"activity", "capability", "uplift"}, {"X", "A", "1"}, {"Y", "A", "2"}, {"Z", "B", "0.5"}}},
    };
}

struct Case {
    Organization organization;
    Risks risks;
};

Case make(const std::vector<Literal>& tables) {
    const Organization organization = build(tables);
    const Assessments none = assess(organization, {{"person", "capability", "level", "source"}});
    EstimateOptions options;
    options.as_of = as_of;
    const Risks risks = assess_risk(organization, find_gaps(organization, estimate(organization, none, options)));
    return {organization, risks};
}

bool same_bytes(const Table& a, const Table& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t c = 0; c < a.column_count(); ++c) {
        const AnyColumn &x = a.column(c), &y = b.column(c);
        if (x.type() == Type::text) {
            for (std::size_t i = 0; i < x.size(); ++i)
                if ((*x.strings())[i] != (*y.strings())[i]) return false;
            continue;
        }
        const std::size_t width = x.type() == Type::word || x.type() == Type::boolean                            ? 1
                                  : x.type() == Type::key || x.type() == Type::integer || x.type() == Type::date ? 4
                                                                                                                 : 8;
        if (x.size() > 0 && std::memcmp(x.data(), y.data(), x.size() * width) != 0) return false;
    }
    return true;
}

TEST(Optimize, WithoutFundsEveryoneTakesWhatHelpsWithinTheirHours) {
    const Case c = make(small());
    const Plan plan = optimize(c.organization, c.risks);
    EXPECT_EQ(plan.certificate.status[0], PlanStatus::optimal);
    // 10 hours a month: 30 a quarter, so Y fills the first and Z comes later, when X can add nothing to Y. Who has no limit
    // takes all three at once: X ends first.
    EXPECT_EQ(plan.items.size(), 7u);
    double sum = 0;
    for (const double gain : plan.items.gain) sum += gain;
    EXPECT_DOUBLE_EQ(sum, plan.certificate.value[0]);
    const Verification verdict = verify(c.organization, c.risks, plan);
    EXPECT_TRUE(verdict.ok()) << (verdict.violations.size() ? verdict.violations.message[0] : "");
}

// Y2 is Y, but sooner done: without a charge for change everyone is moved to it.
std::vector<Literal> improved() {
    auto tables = small();
    for (Literal& table : tables) {
        if (table.table == "activities") table.cells.push_back({"Y2", "30", "300", "5"});
        if (table.table == "outcomes") table.cells.push_back({"Y2", "A", "2"});
    }
    return tables;
}

TEST(Optimize, ChangeIsChargedAndMadeOnlyWhereItIsWorthIt) {
    const Case before = make(small()), now = make(improved());
    OptimizeOptions options;
    options.max_activities = 2;
    const Plan first = optimize(before.organization, before.risks, options);
    options.previous = std::make_shared<PlanItems>(first.items);
    const Plan free = optimize(now.organization, now.risks, options);

    const auto absent = [&](const Plan& plan) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < first.items.size(); ++i) {
            bool there = false;
            for (std::size_t k = 0; k < plan.items.size(); ++k)
                there = there || (plan.items.person[k] == first.items.person[i] &&
                                  now.organization.activities()[plan.items.activity[k].value()] ==
                                      before.organization.activities()[first.items.activity[i].value()] &&
                                  plan.items.first_day[k] == first.items.first_day[i]);
            count += !there;
        }
        return count;
    };
    ASSERT_GT(absent(free), 0u);
    double last = std::numeric_limits<double>::infinity();
    for (const double cost : {0.0001, 0.1, 10.0}) {
        options.change_cost = cost;
        const Plan plan = optimize(now.organization, now.risks, options);
        double gain = 0;
        for (const double g : plan.items.gain) gain += g;
        EXPECT_NEAR(plan.certificate.value[0], gain - cost * static_cast<double>(absent(plan)), 1e-12);
        EXPECT_EQ(plan.certificate.status[0], PlanStatus::optimal);
        EXPECT_LE(plan.certificate.value[0], last + 1e-12);  // dearer change never helps
        last = plan.certificate.value[0];
        const Verification verdict = verify(now.organization, now.risks, plan);
        EXPECT_TRUE(verdict.ok()) << (verdict.violations.size() ? verdict.violations.message[0] : "");
        if (cost == 10.0) {
            EXPECT_EQ(absent(plan), 0u);
        }
    }
    options.previous = nullptr;
    EXPECT_THROW(optimize(now.organization, now.risks, options), Error);
}

// What comes before an item may have delayed it: it is kept on that day, not on the first that it could be taken.
TEST(Optimize, APlanIsNoWorseForBeingKept) {
    int compared = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        Team team(seed);
        team.options.gap = 0;
        const Plan first = optimize(*team.organization, *team.risks, team.options);
        team.options.previous = std::make_shared<PlanItems>(first.items);
        team.options.change_cost = 1;
        const Plan again = optimize(*team.organization, *team.risks, team.options);
        EXPECT_GE(again.certificate.bound[0], first.certificate.value[0] - 1e-9) << seed;
        const Verification verdict = verify(*team.organization, *team.risks, again);
        EXPECT_TRUE(verdict.ok()) << seed;
        if (first.certificate.status[0] != PlanStatus::optimal) continue;
        EXPECT_NEAR(again.certificate.value[0], first.certificate.value[0], 1e-9) << seed;
        ++compared;
    }
    EXPECT_GT(compared, 10);
}

TEST(Optimize, WhatCannotBeKeptCountsEverywhereAlike) {
    const Case before = make(small());
    OptimizeOptions options;
    const Plan first = optimize(before.organization, before.risks, options);
    // P2 is under way with what was planned, on the day planned.
    auto tables = small();
    tables.push_back(
        {"enrolments", {{"person", "activity", "status", "date"}, {"P2", "Y", "in_progress", "2026-04-01"}}});
    const Case now = make(tables);
    options.previous = std::make_shared<PlanItems>(first.items);
    options.change_cost = 0.5;
    const Plan plan = optimize(now.organization, now.risks, options);
    const Verification verdict = verify(now.organization, now.risks, plan);
    EXPECT_TRUE(verdict.ok()) << (verdict.violations.size() ? verdict.violations.message[0] : "");
    options.start = day("2027-01-01");
    const Plan later = optimize(now.organization, now.risks, options);
    double gain = 0;
    for (const double g : later.items.gain) gain += g;
    EXPECT_NEAR(later.certificate.value[0], gain, 1e-12);  // nothing of it had still to begin
}

TEST(Optimize, AFundIsNeverOverdrawn) {
    auto tables = small();
    tables.push_back({"funds", {{"fund", "amount"}, {"F", "500"}}});
    const Case c = make(tables);
    const Plan plan = optimize(c.organization, c.risks);
    Money spent(0);
    for (const Money cost : plan.items.fund_cost) spent += cost;
    EXPECT_LE(spent, Money(50000));
    EXPECT_EQ(plan.resources.used[0].units(), spent.minor_units());
    EXPECT_GE(plan.certificate.bound[0], plan.certificate.value[0]);
    const Verification verdict = verify(c.organization, c.risks, plan);
    EXPECT_TRUE(verdict.ok()) << (verdict.violations.size() ? verdict.violations.message[0] : "");
}

TEST(Optimize, MoneyThatNoChargesAddUpToIsWorthNothing) {
    const auto plan_with = [](const char* amount, bool programs) {
        auto tables = small();
        tables.push_back({"funds", {{"fund", "amount"}, {"F", amount}}});
        if (programs)
            tables.push_back({"programs", {{"program", "account_share", "employee_share"}, {"G", "0.25", "0.1"}}});
        const Case c = make(tables);
        const Plan plan = optimize(c.organization, c.risks);
        EXPECT_EQ(verify(c.organization, c.risks, plan).confirmed, true);
        return plan;
    };
    // Costs are multiples of 50; shares of 0.25 and 0.1 of them are multiples of 2.50.
    const double even = plan_with("500", false).certificate.bound[0];
    EXPECT_EQ(plan_with("549.99", false).certificate.bound[0], even);
    EXPECT_GT(plan_with("550", false).certificate.bound[0], even);
    EXPECT_GT(plan_with("502.5", true).certificate.bound[0], plan_with("502.49", true).certificate.bound[0]);
}

TEST(Optimize, WhatIsMandatoryAndOfUnknownCostIsAConflictOfMoney) {
    auto tables = small();
    tables[5] = {"activities", {{"activity", "hours", "cost"}, {"X", "8", "100"}, {"Y", "30", "300"}, {"Z", "4", ""}}};
    tables.push_back({"funds", {{"fund", "amount"}, {"F", "1000"}}});
    tables.push_back({"mandatory", {{"activity", "due"}, {"Z", "2026-06-30"}}});
    const Case c = make(tables);
    const Plan plan = optimize(c.organization, c.risks);
    ASSERT_GT(plan.conflicts.size(), 0u);
    EXPECT_EQ(plan.conflicts.limit[0], Limit::fund);
    EXPECT_EQ(plan.conflicts.resource[0], "Z");
}

TEST(Optimize, MandatoryItemsComeFirstAndConflictsNameTheLimit) {
    auto tables = small();
    tables.push_back({"funds", {{"fund", "amount"}, {"F", "100"}}});
    tables.push_back({"mandatory", {{"activity", "due"}, {"Z", "2026-06-30"}}});
    const Case c = make(tables);
    const Plan plan = optimize(c.organization, c.risks);
    ASSERT_EQ(plan.conflicts.size(), 1u);
    EXPECT_EQ(plan.conflicts.limit[0], Limit::fund);
    EXPECT_EQ(plan.conflicts.resource[0], "F");
    EXPECT_EQ(plan.certificate.status[0], PlanStatus::conflicts);
    int placed = 0;
    for (const Reason reason : plan.items.reason) placed += reason == Reason::mandatory;
    EXPECT_EQ(placed, 2);
    EXPECT_TRUE(verify(c.organization, c.risks, plan).ok());
}

TEST(Optimize, ThreadsAndOrderChangeNoByte) {
    auto tables = small();
    tables.push_back({"funds", {{"fund", "amount"}, {"F", "500"}}});
    const Case c = make(tables);
    OptimizeOptions one;
    one.threads = 1;
    const Plan a = optimize(c.organization, c.risks, one);
    OptimizeOptions three;
    three.threads = 3;
    const Plan b = optimize(c.organization, c.risks, three);
    const auto left = a.tables(), right = b.tables();
    for (std::size_t i = 0; i < left.size(); ++i) EXPECT_TRUE(same_bytes(*left[i], *right[i])) << left[i]->name();
}

TEST(Optimize, WhatPrerequisitesDelayIsStillDone) {
    auto tables = small();
    tables.push_back({"activity_prerequisites", {{"activity", "prerequisite"}, {"X", "Y"}}});
    // Y takes 10 days, then X 5: from 1 April until the 15th, in one quarter for P3 alone, who has no hours to keep to.
    for (const auto& [due, planned] : {std::pair("2026-04-15", 1u), std::pair("2026-04-14", 0u)}) {
        auto with_duty = tables;
        with_duty.push_back({"mandatory", {{"person", "activity", "due"}, {"P3", "X", due}}});
        const Case c = make(with_duty);
        const Plan plan = optimize(c.organization, c.risks);
        std::size_t found = 0;
        for (std::size_t i = 0; i < plan.items.size(); ++i)
            found += plan.items.person[i].value() == 2 && plan.items.activity[i].value() == 0;
        EXPECT_EQ(found, planned) << due;
        EXPECT_EQ(plan.conflicts.size(), 1 - planned);
        const Verification verdict = verify(c.organization, c.risks, plan);
        EXPECT_TRUE(verdict.ok()) << (verdict.violations.size() ? verdict.violations.message[0] : "");
    }
}

TEST(Optimize, WhatACancelLeavesNoTimeForIsSaidSo) {
    auto tables = small();
    tables.push_back({"mandatory", {{"activity", "due"}, {"Z", "2026-06-30"}, {"X", "2026-12-31"}}});
    const Case c = make(tables);
    Control control;
    control.cancel();
    const Plan plan = optimize(c.organization, c.risks, {}, &control);
    EXPECT_EQ(plan.certificate.status[0], PlanStatus::conflicts);
    EXPECT_EQ(plan.certificate.stop_reason[0], PlanStatus::cancelled);
    ASSERT_EQ(plan.conflicts.size(), 6u);
    for (std::size_t i = 0; i < plan.conflicts.size(); ++i) {
        EXPECT_TRUE(is_missing(plan.conflicts.limit[i]));
        EXPECT_EQ(plan.conflicts.activity[i].value(),
                  i % 2 == 0 ? 0 : 2);  // by person, then activity, whatever is due first
    }
    const Verification verdict = verify(c.organization, c.risks, plan);
    EXPECT_TRUE(verdict.ok()) << (verdict.violations.size() ? verdict.violations.message[0] : "");
}

// What must be taken can be more in a sample than the sample's part of a fund: then no price is high enough for it.
TEST(Optimize, PricesHaveAnEndWhereASampleMustUseMoreThanItsPart) {
    for (const unsigned seed : {1u, 4u}) {
        const Team team(seed, 3000, 8);
        const Organization scarce =
            team.organization->with_limits({.amounts = {{FundId(0), Money(1'800'000)}, {FundId(1), Money(300'000)}}});
        const Plan plan = optimize(scarce, *team.risks, team.options);
        for (const double price : plan.resources.price) EXPECT_LT(price, 1e6) << seed;
        EXPECT_LE(plan.certificate.gap[0], 0.2) << seed;
        EXPECT_TRUE(verify(scarce, *team.risks, plan).ok()) << seed;
    }
}

TEST(Optimize, OneMoreIsWorthNoMoreThanThePriceAndOneFewerCostsNoLess) {
    bool apart = false;
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const Team team(seed, 40, 8);
        const Plan plan = optimize(*team.organization, *team.risks, team.options);
        const PlanResources& resources = plan.resources;
        for (std::size_t r = 0; r < resources.size(); ++r) {
            EXPECT_GE(resources.one_more[r], 0) << seed;
            EXPECT_LE(resources.one_more[r], resources.price[r]) << seed;
            EXPECT_GE(resources.one_fewer[r], resources.price[r]) << seed;
            // Of money and of seats alike in the unit of the price.
            if (resources.price[r] > 0 && resources.one_more[r] > 0) {
                EXPECT_LT(resources.one_fewer[r] / resources.one_more[r], 100) << seed;
            }
            apart = apart || resources.one_more[r] < resources.one_fewer[r];
        }
    }
    EXPECT_TRUE(apart);
}

TEST(Optimize, CancelBeforeTheStartStillGivesAPlanAndABound) {
    const Case c = make(small());
    Control control;
    control.cancel();
    const Plan plan = optimize(c.organization, c.risks, {}, &control);
    EXPECT_EQ(plan.certificate.status[0], PlanStatus::cancelled);
    EXPECT_GE(plan.certificate.bound[0], plan.certificate.value[0]);
}

TEST(Optimize, OnlyTheFiveBasicTablesGiveAnEmptyPlan) {
    auto tables = small();
    tables.resize(5);
    const Case c = make(tables);
    const Plan plan = optimize(c.organization, c.risks);
    EXPECT_EQ(plan.items.size(), 0u);
    EXPECT_EQ(plan.certificate.value[0], 0);
    EXPECT_EQ(plan.certificate.status[0], PlanStatus::optimal);
}

TEST(Optimize, OptionsOutsideTheirRangeAreRefused) {
    const Case c = make(small());
    for (const auto& change : std::vector<void (*)(OptimizeOptions&)>{
             [](OptimizeOptions& o) { o.months = 0; }, [](OptimizeOptions& o) { o.period_months = 0; },
             [](OptimizeOptions& o) { o.gap = -1; }, [](OptimizeOptions& o) { o.max_activities = -1; },
             [](OptimizeOptions& o) { o.time_limit = 0; }}) {
        OptimizeOptions options;
        change(options);
        EXPECT_THROW(optimize(c.organization, c.risks, options), Error);
    }
}

TEST(Optimize, SharesAreRoundedAsTheDecimalsTheyWereWrittenAs) {
    auto tables = small();
    tables[5] = {"activities",
                 {{"activity", "hours", "cost", "employee_share"},
                  {"X", "8", "0.45", "0.7"},
                  {"Y", "8", "0.45", "0.7"},
                  {"Z", "4", "0.45", "0.7"}}};
    const Case c = make(tables);
    const Plan plan = optimize(c.organization, c.risks);
    ASSERT_GT(plan.items.size(), 0u);
    EXPECT_EQ(plan.items.employee_cost[0], Money(32));  // 31.5 cents; as doubles the product lies below
    EXPECT_EQ(plan.items.fund_cost[0], Money(13));
    EXPECT_TRUE(verify(c.organization, c.risks, plan).ok());
}

TEST(Optimize, MaximaHold) {
    const Case c = make(small());
    OptimizeOptions options;
    options.max_activities = 1;
    const Plan plan = optimize(c.organization, c.risks, options);
    EXPECT_EQ(plan.items.size(), 3u);
    EXPECT_TRUE(verify(c.organization, c.risks, plan).ok());
    options.max_activities.reset();
    options.max_capabilities = 0;
    EXPECT_EQ(optimize(c.organization, c.risks, options).items.size(), 0u);
}

// A course that can be paid for from some day within a period on, and only its prerequisite brings it there: in the first days
// of the period no fund is valid.
TEST(Optimize, WhatNoFundPaysForAtFirstMayWaitForItsPrerequisite) {
    const auto day_of_second = [](std::string_view valid_from, std::string_view days) {
        const Case one = make({
            {"scales", {{"scale", "level"}, {"s", "1"}, {"s", "2"}, {"s", "3"}, {"s", "4"}, {"s", "5"}}},
            {"capabilities", {{"capability", "scale"}, {"A", "s"}}},
            {"roles", {{"role"}, {"R"}}},
            {"requirements", {{"role", "capability", "level"}, {"R", "A", "5"}}},
            {"people", {{"person", "role"}, {"P1", "R"}}},
            {"activities", {{"activity", "cost", "days"}, {"X", "0", days}, {"Y", "100", "5"}}},
            {"outcomes", {{"activity", "capability", "uplift"}, {"Y", "A", "2"}}},
            {"activity_prerequisites", {{"activity", "prerequisite"}, {"Y", "X"}}},
            {"funds", {{"fund", "amount", "valid_from"}, {"F", "100", valid_from}}},
        });
        const Plan plan = optimize(one.organization, one.risks);
        EXPECT_TRUE(verify(one.organization, one.risks, plan).ok());
        return plan.items.size() == 2 ? plan.items.first_day[1] : missing<Date>();
    };
    const auto day = [](unsigned month) { return Date(std::chrono::sys_days(std::chrono::year(2026) / month / 1)); };
    EXPECT_EQ(day_of_second("2026-05-01", "30"), day(5));
    // The second period begins in July: after a prerequisite in the first, nothing would make it wait till August.
    EXPECT_EQ(day_of_second("2026-08-01", "31"), day(8));
}

}  // namespace
}  // namespace gradus
