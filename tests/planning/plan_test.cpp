#include <gradus/planning/plan.h>

#include <gtest/gtest.h>

#include <gradus/planning/optimize.h>
#include <gradus/planning/verify.h>

#include "risk/cases.h"

namespace gradus {
namespace {

/// Two people who should all take X and Y: money lasts for one X, and Y takes more hours than there are.
struct Torn {
    Organization organization = build(small({
        {"people", {{"person", "role", "hours"}, {"p", "R", "2"}, {"q", "R", "2"}}},
        {"activities", {{"activity", "hours", "cost"}, {"X", "1", "19.99"}, {"Y", "7", "0"}}},
        {"outcomes", {{"activity", "capability"}, {"X", "A"}, {"Y", "A"}}},
        {"funds", {{"fund", "amount"}, {"F", "25.50"}}},
        {"mandatory", {{"activity"}, {"X"}, {"Y"}}},
    }));
    Risks risks =
        assess_risk(organization, find_gaps(organization, believe(organization, {{"person", "capability", "mean", "sd"},
                                                                                 {"p", "A", "2", "1"},
                                                                                 {"q", "A", "1", "1"}})));
    OptimizeOptions options{.months = 3, .period_months = 3, .threads = 1};
    Plan plan = optimize(organization, risks, options);

    /// The plan's own tables as inputs, but for those named.
    std::vector<Input> saved(std::string_view without = {}) const {
        std::vector<Input> inputs;
        for (const Table* table : plan.tables()) {
            if (table->name() == without) continue;
            ArrowArrayStream stream;
            export_arrow(*table, &stream);
            inputs.emplace_back(std::string(table->name()), &stream);
        }
        return inputs;
    }
    Plan load(const std::vector<Input>& tables) const {
        return load_plan(organization, risks, tables, plan.options, plan.as_of);
    }
};

TEST(LoadPlan, IsEqualInEveryTable) {
    const Torn torn;
    ASSERT_EQ(torn.plan.conflicts.size(), 3u);
    EXPECT_EQ(torn.plan.conflicts.limit[0], Limit::hours);
    const Plan loaded = torn.load(torn.saved());
    for (std::size_t i = 0; i < torn.plan.tables().size(); ++i)
        EXPECT_EQ(bytes(*loaded.tables()[i]), bytes(*torn.plan.tables()[i])) << loaded.tables()[i]->name();
    EXPECT_TRUE(verify(torn.organization, torn.risks, loaded).ok());
}

TEST(LoadPlan, FindsTheConflictsThatAreNotGiven) {
    const Torn torn;
    const Plan loaded = torn.load(torn.saved("conflicts"));
    ASSERT_EQ(loaded.conflicts.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(loaded.conflicts.person[i], torn.plan.conflicts.person[i]);
        EXPECT_EQ(loaded.conflicts.activity[i], torn.plan.conflicts.activity[i]);
        EXPECT_TRUE(is_missing(loaded.conflicts.limit[i]));
    }
    EXPECT_TRUE(verify(torn.organization, torn.risks, loaded).ok());
}

TEST(LoadPlan, RefusesWhatIsNoTableOfAPlan) {
    const Torn torn;
    const auto refusal = [&](const std::vector<Input>& tables) {
        try {
            torn.load(tables);
        } catch (const Error& error) {
            return std::string(to_string(error.code())) + " " + error.what();
        }
        return std::string("accepted");
    };
    EXPECT_EQ(refusal(torn.saved("resources")), "missing_table resources: a plan needs the table 'resources'");
    std::vector<Input> tables = torn.saved();
    tables.emplace_back("conflict");
    EXPECT_EQ(refusal(tables), "unknown_table conflict: 'conflict' is not a table of a plan");
    tables.back() = tables.front();
    EXPECT_EQ(refusal(tables), "contradiction items: the table is given twice");
    tables = torn.saved("conflicts");
    tables.push_back(input({"conflicts", {{"person", "activity"}, {"nobody", "X"}}}));
    EXPECT_EQ(refusal(tables), "unknown_key conflicts, row 1, column person: person 'nobody' is not in people");
}

TEST(LoadPlan, APeriodEndsWithTheHorizon) {
    Torn torn;
    torn.plan.options.period_months = 4;
    const Plan loaded = torn.load(torn.saved());
    EXPECT_EQ(loaded.options.period_months, 3);
    EXPECT_TRUE(verify(torn.organization, torn.risks, loaded).ok());
    EXPECT_EQ(optimize(torn.organization, torn.risks, torn.plan.options).options.period_months, 3);
    torn.plan.options.period_months = 0;
    EXPECT_THROW(torn.load(torn.saved()), Error);
}

}  // namespace
}  // namespace gradus
