#include <gradus/planning/recommend.h>

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include <gradus/planning/remaining.h>
#include <gradus/planning/verify.h>

#include "planning/team.h"

namespace gradus {
namespace {

struct Row {
    PersonId person;
    ActivityId activity;
    SessionId session;
    Date first, last;
};

std::vector<Row> rows(const PlanItems& items) {
    std::vector<Row> result;
    for (std::size_t i = 0; i < items.size(); ++i)
        result.push_back({items.person[i], items.activity[i], items.session[i], items.first_day[i], items.last_day[i]});
    return result;
}

/// What verify() says of the plan with these items: limits broken of one person's activity, or of all, and the value.
struct Verdict {
    Verdict(const Team& team, const std::vector<Row>& rows) {
        Plan plan = *team.plan;
        plan.items = PlanItems();
        const auto fill = [&]<class T>(Column<T>& column, T Row::*member,
                                       std::shared_ptr<const Strings> keys = nullptr) {
            Buffer<T> values(rows.size());
            for (std::size_t i = 0; i < rows.size(); ++i) values[i] = rows[i].*member;
            column.set(std::move(values), std::move(keys));
        };
        fill(plan.items.person, &Row::person, team.organization->people().strings());
        fill(plan.items.activity, &Row::activity, team.organization->activities().strings());
        fill(plan.items.session, &Row::session, team.organization->sessions().strings());
        plan.items.fund.set(Buffer<FundId>(rows.size(), FundId()), team.organization->funds().strings());
        fill(plan.items.first_day, &Row::first);
        fill(plan.items.last_day, &Row::last);
        const Verification found = verify(*team.organization, *team.risks, plan, {.bound = false, .threads = 1});
        value = found.value;
        for (std::size_t i = 0; i < found.violations.size(); ++i) {
            const std::string limit(found.violations.limit[i]);
            if (limit != "value" && limit != "bound" && limit != "gap" && limit != "status" && limit != "certificate" &&
                limit != "resources")
                limits.insert(limit);
        }
    }
    std::set<std::string> limits;
    double value = 0;
};

class RecommendTeam : public testing::TestWithParam<unsigned> {};

TEST_P(RecommendTeam, SaysWhatEachWouldAddAndWhatStopsIt) {
    const Team team(GetParam());
    const Desk desk(*team.organization, *team.risks, *team.plan);
    const std::vector<Row> planned = rows(team.plan->items);
    const Verdict before(team, planned);
    ASSERT_TRUE(before.limits.empty());
    for (int i = 0; i < 4; ++i) {
        const Recommendations found =
            recommend(desk, team.person(i), {.top = 100, .every_session = GetParam() % 2 == 1});
        for (std::size_t k = 0; k < found.size(); ++k) {
            SCOPED_TRACE(
                std::string(team.organization->activities()[static_cast<std::size_t>(found.activity[k].value())]) +
                " for " + std::to_string(i));
            if (k > 0 && !is_missing(found.net[k])) {
                EXPECT_GE(found.net[k - 1], found.net[k]);
            }
            const Row row{team.person(i), found.activity[k], found.session[k], found.first_day[k], found.last_day[k]};
            std::vector<Row> others = planned;
            const auto removed = std::erase_if(
                others, [&](const Row& r) { return r.person == row.person && r.activity == row.activity; });
            EXPECT_EQ(removed > 0, found.planned[k]);
            if (found.planned[k]) {
                EXPECT_NEAR(found.gain[k], before.value - Verdict(team, others).value, 1e-9);
                EXPECT_TRUE(is_missing(found.limit[k]));
                continue;
            }
            EXPECT_GT(found.gain[k], 0);
            others.push_back(row);
            const Verdict after(team, others);
            EXPECT_NEAR(found.gain[k], after.value - before.value, 1e-9);
            if (is_missing(found.limit[k])) {
                EXPECT_EQ(after.limits, std::set<std::string>{});
                continue;
            }
            const std::string limit(Words<Limit>::names[static_cast<std::size_t>(found.limit[k])]);
            EXPECT_TRUE(after.limits.contains(limit) || (limit == "due" && after.limits.contains("dates")))
                << limit << " but not " << (after.limits.empty() ? "anything" : *after.limits.begin());
            if (!is_missing(found.capacity[k]) && limit != "eligibility") {
                EXPECT_GT(found.demanded[k], found.capacity[k]);
            }
        }
    }
}

TEST_P(RecommendTeam, PricesAreThoseOfThePlan) {
    const Team team(GetParam());
    const Desk desk(*team.organization, *team.risks, *team.plan);
    for (int i = 0; i < 4; ++i) {
        const Recommendations found = recommend(desk, team.person(i), {.top = 100, .only_possible = true});
        const Proposal now = replan(desk, team.person(i));
        for (std::size_t k = 0; k < found.size(); ++k) {
            EXPECT_FALSE(found.planned[k]);
            EXPECT_TRUE(is_missing(found.limit[k]));
            EXPECT_NEAR(found.net[k], found.gain[k] - found.price[k], 1e-12);
            // One more that nothing stops cannot be better than the best choice.
            EXPECT_LE(found.net[k], now.summary.net[0] + 1e-9);
        }
        EXPECT_LE(recommend(desk, team.person(i), {.top = 1}).size(), 1u);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecommendTeam, testing::Range(0u, 60u));

TEST(Recommend, RefusesWhatCannotBeMeant) {
    const Team team(1);
    const Desk desk(*team.organization, *team.risks, *team.plan);
    EXPECT_THROW(recommend(desk, PersonId(0), {.top = 0}), Error);
    EXPECT_THROW(recommend(desk, PersonId(-1)), Error);
}

}  // namespace
}  // namespace gradus
