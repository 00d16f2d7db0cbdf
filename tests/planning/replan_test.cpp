#include <gradus/planning/replan.h>

#include <atomic>
#include <functional>
#include <map>
#include <thread>
#include <tuple>

#include <gtest/gtest.h>

#include <gradus/planning/remaining.h>
#include <gradus/planning/verify.h>

#include "planning/draft.h"
#include "planning/team.h"

namespace gradus {
namespace {

constexpr double exact = 1e-9;

double gains(const PlanItems& items, PersonId person) {
    double sum = 0;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (items.person[i] == person) sum += items.gain[i];
    return sum;
}

/// What is left of each resource of the plan, in its order.
std::vector<std::int64_t> left(const Plan& plan) {
    std::vector<std::int64_t> result;
    for (std::size_t r = 0; r < plan.resources.size(); ++r)
        result.push_back(plan.resources.capacity[r].units() - plan.resources.used[r].units());
    return result;
}

/// One person's choices, all of them, by the catalog of other risks and with nothing else that replan() does.
struct Everything {
    Everything(const Team& team, const Risks& risks, PersonId person, const std::vector<ActivityId>& duties)
        : catalog(*team.organization, risks, team.options), draft(catalog), room(left(*team.plan)) {
        const double minor = 100;
        for (std::size_t r = 0; r < team.plan->resources.size(); ++r)
            prices.push_back(team.plan->resources.price[r] /
                             (team.plan->resources.kind[r] == ResourceKind::fund ? minor : 1));
        forced.forced = duties;
        draft.offer.open(person, &forced);
        query.prices = prices;
        draft.begin(query);
        // What the person holds comes on top of what is left.
        const PlanItems& items = team.plan->items;
        std::vector<std::int32_t> held;
        for (std::size_t i = 0; i < items.size(); ++i)
            if (items.person[i] == person && items.reason[i] != Reason::pinned) {
                held.push_back(items.activity[i].value());
                held.push_back(items.session[i] ? items.session[i].value() : -items.period[i]);
                if (items.fund[i] && items.fund_cost[i] > Money(0))
                    for (std::int32_t f = items.fund[i].value(); f >= 0;
                         f = team.organization->relations().funds.parent(f))
                        room[static_cast<std::size_t>(f)] += items.fund_cost[i].minor_units();
                for (std::size_t s = 0; s < catalog.seat_session.size(); ++s)
                    if (items.session[i] && items.session[i] == catalog.seat_session[s])
                        room[static_cast<std::size_t>(catalog.funds) + s] += 1;
            }
        query.room = room;
        draft.begin(query);
        possible = draft.replay(held) && draft.complete();
        holds = draft.net();
        while (!draft.chosen().empty()) draft.pop();
    }

    /// The most that any choice is worth, prices paid.
    double best() {
        double most = -1e300;
        const std::function<void(std::size_t)> extend = [&](std::size_t c) {
            if (c == draft.offer.courses.size()) {
                if (draft.complete()) most = std::max(most, draft.net());
                return;
            }
            extend(c + 1);
            for (std::int32_t w = draft.offer.courses[c].first_way; w < draft.offer.courses[c].last_way; ++w) {
                Way way;
                if (!draft.place(w, way)) continue;
                draft.push(way);
                extend(c + 1);
                draft.pop();
            }
        };
        extend(0);
        return most;
    }

    Catalog catalog;
    Draft draft;
    Offer::Duties forced;
    std::vector<double> prices;
    std::vector<std::int64_t> room;
    Query query;
    bool possible = false;
    double holds = 0;  ///< net of what is held, where that is possible
};

/// Mandatory activities that the proposal holds.
std::vector<ActivityId> duties(const Team& team, const Proposal& proposal) {
    std::vector<ActivityId> result;
    for (std::size_t i = 0; i < proposal.items.size(); ++i)
        if (team.organization->tables().mandatory.size() > 0 && proposal.items.reason[i] != Reason::pinned &&
            team.organization->tables().mandatory.activity[0] == proposal.items.activity[i])
            result.push_back(proposal.items.activity[i]);
    return result;
}

/// What a proposal comes to, prices of all that it uses paid.
double worth(const Team& team, const Proposal& proposal) {
    double sum = proposal.summary.value[0];
    for (std::size_t i = 0; i < proposal.items.size(); ++i) {
        if (proposal.items.reason[i] == Reason::pinned) continue;
        const PlanResources& resources = team.plan->resources;
        for (std::size_t r = 0; r < resources.size(); ++r) {
            const auto key = (*resources.resource.strings())[static_cast<std::size_t>(resources.resource[r].value())];
            if (resources.kind[r] == ResourceKind::session) {
                const SessionId session = proposal.items.session[i];
                if (session && team.organization->sessions()[static_cast<std::size_t>(session.value())] == key)
                    sum -= resources.price[r];
                continue;
            }
            if (!proposal.items.fund[i]) continue;
            for (std::int32_t f = proposal.items.fund[i].value(); f >= 0;
                 f = team.organization->relations().funds.parent(f))
                if (team.organization->funds()[static_cast<std::size_t>(f)] == key)
                    sum -= resources.price[r] * static_cast<double>(proposal.items.fund_cost[i].minor_units()) / 100;
        }
    }
    return sum;
}

class ReplanTeam : public testing::TestWithParam<unsigned> {};

TEST_P(ReplanTeam, WithoutNewsNothingIsLostAndTheBestIsKept) {
    const Team team(GetParam());
    const Desk desk(*team.organization, *team.risks, *team.plan);
    for (int i = 0; i < 4; ++i) {
        const PersonId person = team.person(i);
        const Proposal proposal = replan(desk, person);
        const ProposalSummary& summary = proposal.summary;
        EXPECT_NEAR(summary.value_before[0], gains(team.plan->items, person), exact);
        EXPECT_GE(summary.net[0], -exact);
        EXPECT_LE(summary.net[0], summary.bound[0] + exact);
        EXPECT_NEAR(summary.net[0], summary.gain[0] - summary.price[0], exact);
        Everything all(team, *team.risks, person, duties(team, proposal));
        const double best = all.best();
        EXPECT_NEAR(worth(team, proposal), best, exact);
        if (all.possible && all.holds > best - exact) {
            EXPECT_EQ(proposal.changes.size(), 0u);
            EXPECT_EQ(proposal.uses.size(), 0u);
            EXPECT_EQ(summary.net[0], 0);
        }
    }
}

TEST_P(ReplanTeam, FindsTheBestOfAllChoicesByNewLevels) {
    Team team(GetParam());
    const Desk desk(*team.organization, *team.risks, *team.plan);
    for (int i = 0; i < 4; ++i) {
        const PersonId person = team.person(i);
        const Estimates levels = team.new_levels(person);
        const Risks risks = team.risks_of(team.merged(*team.estimates, levels));
        const Proposal proposal = replan(desk, person, {.now = {.estimates = &levels}});
        Everything all(team, risks, person, duties(team, proposal));
        EXPECT_NEAR(worth(team, proposal), all.best(), exact);
        // The whole way from the levels to the risks comes to the same.
        const Proposal by_risks = replan(desk, person, {.now = {.risks = &risks}});
        EXPECT_NEAR(by_risks.summary.value_before[0], proposal.summary.value_before[0], exact);
        EXPECT_NEAR(by_risks.summary.net[0], proposal.summary.net[0], exact);
        ASSERT_EQ(by_risks.items.size(), proposal.items.size());
        for (std::size_t k = 0; k < proposal.items.size(); ++k)
            EXPECT_EQ(by_risks.items.activity[k], proposal.items.activity[k]);
    }
}

/// The plan with other items, by the table of what is left after them, and a certificate that fits.
Plan with_items(Plan plan, const PlanItems& items, const RemainingResources& resources,
                const std::vector<std::pair<PersonId, ActivityId>>& conflicts) {
    plan.items = items;
    plan.resources.used.share(resources.used);
    Buffer<PersonId> person(conflicts.size());
    Buffer<ActivityId> activity(conflicts.size());
    for (std::size_t i = 0; i < conflicts.size(); ++i) std::tie(person[i], activity[i]) = conflicts[i];
    plan.conflicts.person.set(std::move(person), plan.items.person.strings());
    plan.conflicts.activity.set(std::move(activity), plan.items.activity.strings());
    double value = 0;
    for (const double gain : plan.items.gain) value += gain;
    std::vector<PersonId> people(plan.items.person.begin(), plan.items.person.end());
    people.erase(std::unique(people.begin(), people.end()), people.end());
    const auto one = []<class T>(Column<T>& column, T to) { column.set(Buffer<T>(1, to)); };
    PlanCertificate& certificate = plan.certificate;
    one(certificate.status, conflicts.empty() ? PlanStatus::work_limit : PlanStatus::conflicts);
    one(certificate.value, value);
    one(certificate.bound, value + 1);
    one(certificate.price_bound, value + 1);
    one(certificate.gap, 1 / std::max(std::abs(value + 1), 1e-9));
    one(certificate.bound_kind, BoundKind::prices);
    one(certificate.people, static_cast<std::int32_t>(people.size()));
    one(certificate.items, static_cast<std::int32_t>(plan.items.size()));
    one(certificate.conflicts, static_cast<std::int32_t>(conflicts.size()));
    return plan;
}

TEST_P(ReplanTeam, WhatIsTakenKeepsEveryLimit) {
    Team team(GetParam());
    const Desk desk(*team.organization, *team.risks, *team.plan);
    Remaining remaining(desk);
    std::map<int, Estimates> known;
    std::map<int, Proposal> taken;
    for (const int i : {2, 0, 3, 1, 2, 0}) {
        Estimates news = team.new_levels(team.person(i));
        if (known.contains(i)) news = team.merged(known.at(i), news);
        const Proposal proposal = replan(desk, team.person(i), {.now = {.estimates = &news, .remaining = &remaining}});
        EXPECT_EQ(remaining.try_take(proposal).size(), 0u);
        known.insert_or_assign(i, news);
        taken.insert_or_assign(i, proposal);
    }
    Estimates levels = *team.estimates;
    std::vector<std::pair<PersonId, ActivityId>> conflicts;
    for (const auto& [i, news] : known) {
        levels = team.merged(levels, news);
        const PlanConflicts& left_out = taken.at(i).conflicts;
        for (std::size_t k = 0; k < left_out.size(); ++k)
            conflicts.push_back({left_out.person[k], left_out.activity[k]});
    }
    const Plan plan = with_items(*team.plan, remaining.items(), remaining.resources(), conflicts);
    const Verification verdict =
        verify(*team.organization, team.risks_of(levels), plan, {.bound = false, .threads = 1});
    for (std::size_t i = 0; i < verdict.violations.size(); ++i)
        ADD_FAILURE() << verdict.violations.limit[i] << ": " << verdict.violations.message[i];
}

TEST_P(ReplanTeam, NothingBeginsBeforeTheDayAndWhatHasBegunStays) {
    Team team(GetParam());
    const Desk desk(*team.organization, *team.risks, *team.plan);
    for (int i = 0; i < 4; ++i)
        for (const char* at : {"2026-05-02", "2026-07-01", "2026-08-15"}) {
            const PersonId person = team.person(i);
            const Estimates news = team.new_levels(person);
            const Proposal proposal = replan(desk, person, {.now = {.estimates = &news, .at = day(at)}});
            const auto begun = [&](const PlanItems& items) {
                std::vector<std::pair<ActivityId, Date>> result;
                for (std::size_t k = 0; k < items.size(); ++k)
                    if (items.person[k] == person && items.first_day[k] < day(at) && items.reason[k] != Reason::pinned)
                        result.push_back({items.activity[k], items.first_day[k]});
                return result;
            };
            EXPECT_EQ(begun(proposal.items), begun(team.plan->items));
            EXPECT_GE(proposal.summary.bound[0], proposal.summary.net[0]);
            for (std::size_t k = 0; k < proposal.changes.size(); ++k) EXPECT_GE(proposal.changes.first_day[k], day(at));
            for (std::size_t r = 0; r < proposal.uses.size(); ++r)
                EXPECT_LE(proposal.uses.change[r].units(), std::max<std::int64_t>(0, proposal.uses.left[r].units()));
        }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReplanTeam, testing::Range(0u, 60u));

}  // namespace
}  // namespace gradus
