#include <gradus/planning/optimize.h>

#include <gtest/gtest.h>

#include <cstring>

#include <gradus/planning/verify.h>

#include "organization/tables.h"

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
         {{"activity", "hours", "cost", "days"}, {"X", "8", "100", "5"}, {"Y", "30", "300", "10"}, {"Z", "4", "50", "1"}}},
        {"outcomes",
         {{"activity", "capability", "uplift"}, {"X", "A", "1"}, {"Y", "A", "2"}, {"Z", "B", "0.5"}}},
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
        const std::size_t width = x.type() == Type::word || x.type() == Type::boolean ? 1
                                  : x.type() == Type::key || x.type() == Type::integer || x.type() == Type::date ? 4 : 8;
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
    tables[5] = {"activities", {{"activity", "hours", "cost", "employee_share"}, {"X", "8", "0.45", "0.7"}, {"Y", "8", "0.45", "0.7"}, {"Z", "4", "0.45", "0.7"}}};
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

}  // namespace
}  // namespace gradus
