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
#include "planning/every_choice.h"
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
        try_all(draft, [&] { most = std::max(most, draft.net()); });
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

/// Two people who lack A; x and y teach it, y is dearer and better; z teaches B. The fund pays for two of x.
struct Office {
    /// `b`: what p's level of B is believed to be; all others are 3.
    explicit Office(std::vector<Literal> more = {}, OptimizeOptions how = {}, std::string_view b = "3")
        : options(std::move(how)) {
        std::vector<Literal> tables = {
            {"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}, {"S", "3"}, {"S", "4"}, {"S", "5"}}},
            {"capabilities", {{"capability", "scale"}, {"A", "S"}, {"B", "S"}}},
            {"roles", {{"role"}, {"R"}}},
            {"requirements", {{"role", "capability", "level"}, {"R", "A", "4"}, {"R", "B", "4"}}},
            {"people",
             {{"person", "role", "hours", "left"},
              {"p", "R", "10", ""},
              {"q", "R", "10", ""},
              {"r", "R", "", "2026-01-01"}}},
            {"activities",
             {{"activity", "hours", "cost", "days"},
              {"x", "6", "100", "10"},
              {"y", "6", "150", "1"},
              {"z", "4", "0", "20"}}},
            {"outcomes", {{"activity", "capability", "uplift"}, {"x", "A", "1"}, {"y", "A", "2"}, {"z", "B", "1"}}},
            {"funds", {{"fund", "amount"}, {"f", "200"}}}};
        for (const Literal& table : more) {
            std::erase_if(tables, [&](const Literal& t) { return t.table == table.table; });
            tables.push_back(table);
        }
        organization.emplace(build(tables));
        risks.emplace(assess_risk(*organization, find_gaps(*organization, levels("3", b))));
        options.start = day("2026-04-01");
        options.threads = 1;
        plan.emplace(optimize(*organization, *risks, options));
        desk.emplace(*organization, *risks, *plan);
    }
    /// Of p; q believes as in the beginning.
    Estimates levels(std::string_view a, std::string_view b, std::string_view last = "",
                     std::string_view as_of = "2026-03-31") const {
        return load_estimates(*organization,
                              input({"estimates",
                                     {{"person", "capability", "mean", "sd", "last"},
                                      {"p", "A", a, "0", last},
                                      {"p", "B", b, "0", last},
                                      {"q", "A", "3", "0", ""},
                                      {"q", "B", "3", "0", ""}}}),
                              day(as_of), 1);
    }
    PersonId person(std::string_view key) const { return id<PersonTag>(*organization, key); }
    std::string names(const PlanItems& items) const {
        std::string all;
        for (std::size_t i = 0; i < items.size(); ++i)
            all += organization->activities()[static_cast<std::size_t>(items.activity[i].value())];
        return all;
    }

    OptimizeOptions options;
    std::optional<Organization> organization;
    std::optional<Risks> risks;
    std::optional<Plan> plan;
    std::optional<Desk> desk;
};

TEST(Replan, GivesUpWhatIsNoLongerNeededAndSaysWhatComesBack) {
    const Office office;
    ASSERT_EQ(office.names(office.plan->items), "xzxz");
    const Estimates levels = office.levels("4", "3");  // p has learnt A elsewhere
    const Proposal proposal = replan(*office.desk, office.person("p"), {.now = {.estimates = &levels}});
    EXPECT_EQ(office.names(proposal.items), "z");
    EXPECT_EQ(office.names(proposal.held), "xz");
    ASSERT_EQ(proposal.changes.size(), 1u);
    EXPECT_EQ(proposal.changes.change[0], Change::dropped);
    EXPECT_EQ(proposal.changes.gain[0], 0);
    ASSERT_EQ(proposal.uses.size(), 1u);
    EXPECT_EQ(proposal.uses.change[0].units(), -10000);
    EXPECT_EQ(proposal.uses.left[0].units(), 0);
    EXPECT_NEAR(proposal.uses.worth[0], -100 * office.plan->resources.price[0], 1e-12);
    EXPECT_EQ(proposal.summary.added[0], 0);
    EXPECT_EQ(proposal.summary.dropped[0], 1);
    EXPECT_EQ(proposal.summary.gain[0], 0);
    EXPECT_NEAR(proposal.summary.net[0], -proposal.summary.price[0], 1e-15);
    EXPECT_NEAR(proposal.summary.value[0], office.plan->items.gain[1], 1e-12);

    // What change costs is charged for each item given up, and not where nothing is.
    const Proposal dear = replan(*office.desk, office.person("p"), {.now = {.estimates = &levels}, .change_cost = 100});
    EXPECT_EQ(dear.changes.size(), 0u);
    EXPECT_EQ(dear.summary.net[0], 0);
    const Proposal cheap =
        replan(*office.desk, office.person("p"), {.now = {.estimates = &levels}, .change_cost = 1e-9});
    EXPECT_EQ(cheap.changes.size(), office.plan->resources.price[0] > 0 ? 1u : 0u);
}

TEST(Replan, TakesWhatIsLeftAfterOthers) {
    const Office office;
    Remaining remaining(*office.desk);
    const Estimates news = office.levels("4", "3");
    EXPECT_EQ(remaining.try_take(replan(*office.desk, office.person("p"), {.now = {.estimates = &news}})).size(), 0u);
    EXPECT_EQ(remaining.resources().left[0].units(), 10000);
    // q can have y now, which is 50 dearer than x.
    const Proposal more = replan(*office.desk, office.person("q"), {.now = {.remaining = &remaining}});
    const Proposal none = replan(*office.desk, office.person("q"));
    EXPECT_EQ(none.changes.size(), 0u);
    EXPECT_EQ(more.held.size(), 2u);
    for (std::size_t i = 0; i < more.uses.size(); ++i) EXPECT_LE(more.uses.change[i].units(), 10000);
}

TEST(Replan, KeepsWhatHasBegunAndCountsItOnce) {
    const Office office;
    // On 1 May x (1 to 10 April) is over and z (1 to 20 April) too.
    const PersonId p = office.person("p");
    const Proposal later = replan(*office.desk, p, {.now = {.at = day("2026-05-01")}});
    EXPECT_EQ(later.summary.at[0], day("2026-05-01"));
    EXPECT_EQ(office.names(later.held), "xz");
    EXPECT_NEAR(later.summary.value_before[0], office.plan->items.gain[0] + office.plan->items.gain[1], 1e-12);
    // A rating of 5 May knows what x and z have taught: nothing of it is still to come.
    const Estimates rated = office.levels("3", "3", "2026-05-05", "2026-05-05");
    const Proposal after = replan(*office.desk, p, {.now = {.estimates = &rated}});
    EXPECT_EQ(after.summary.at[0], day("2026-05-06"));
    EXPECT_EQ(after.summary.value_before[0], 0);
    for (std::size_t i = 0; i < after.changes.size(); ++i) EXPECT_EQ(after.changes.change[i], Change::added);
    // One of 5 April knows neither: x ends on the 10th, z on the 20th.
    const Estimates before = office.levels("3", "3", "2026-04-05", "2026-04-20");
    EXPECT_NEAR(replan(*office.desk, p, {.now = {.estimates = &before}}).summary.value_before[0],
                later.summary.value_before[0], 1e-12);
    // One of 15 April knows what x has taught, not z.
    const Estimates between = office.levels("3", "3", "2026-04-15", "2026-04-20");
    EXPECT_NEAR(replan(*office.desk, p, {.now = {.estimates = &between}}).summary.value_before[0],
                office.plan->items.gain[1], 1e-12);
}

TEST(Replan, WhatHasBegunKeepsItsPartOfAccountsAndMaxima) {
    // The account pays for x (1 to 10 April) or for y, not for both; z, on the day of y, is worse and free.
    const Literal activities{"activities",
                             {{"activity", "hours", "cost", "days", "account_share"},
                              {"x", "6", "100", "10", "1"},
                              {"y", "6", "100", "1", "1"},
                              {"z", "6", "0", "1", ""}}};
    const Literal sessions{"sessions",
                           {{"session", "activity", "first_day"}, {"s", "y", "2026-05-02"}, {"t", "z", "2026-05-02"}}};
    const Literal outcomes{"outcomes",
                           {{"activity", "capability", "uplift"}, {"x", "A", "1"}, {"y", "B", "1"}, {"z", "B", "0.5"}}};
    const auto names = [&](std::string_view available, OptimizeOptions options = {}) {
        const Office office({activities,
                             sessions,
                             outcomes,
                             {"people", {{"person", "role"}, {"p", "R"}, {"q", "R"}, {"r", "R"}}},
                             {"accounts", {{"person", "kind", "available"}, {"p", "money", available}}}},
                            options, "4");
        // The plan was made when p lacked A only. Now it is B, and x has begun.
        const Estimates levels = office.levels("4", "2", "2026-04-05", "2026-04-05");
        const Proposal proposal =
            replan(*office.desk, office.person("p"), {.now = {.estimates = &levels, .at = day("2026-04-06")}});
        EXPECT_EQ(office.names(proposal.held), "x");
        return office.names(proposal.items);
    };
    EXPECT_EQ(names("200"), "xy");
    EXPECT_EQ(names("199"), "xz");
    OptimizeOptions one;
    one.max_activities = 1;
    EXPECT_EQ(names("200", one), "x");
}

TEST(Replan, KeepsWhatIsHeldWhereSomethingElseIsAsGood) {
    const Office office(
        {{"activities", {{"activity", "hours", "cost"}, {"x", "6", "50"}, {"y", "6", "50"}, {"z", "6", "50"}}},
         {"outcomes", {{"activity", "capability", "uplift"}, {"x", "A", "1"}, {"y", "A", "1"}, {"z", "A", "1"}}},
         {"sessions",
          {{"session", "activity", "first_day"},
           {"r", "x", "2026-05-02"},
           {"s", "y", "2026-05-02"},
           {"t", "z", "2026-05-02"}}}});
    const PersonId p = office.person("p");
    for (const char* held : {"x", "y", "z"}) {
        Remaining remaining(*office.desk);
        ReplanOptions options{.now = {.remaining = &remaining}};
        for (const char* other : {"x", "y", "z"})
            if (*other != *held) options.exclude.push_back(id<ActivityTag>(*office.organization, other));
        EXPECT_EQ(remaining.try_take(replan(*office.desk, p, options)).size(), 0u);
        const Proposal proposal = replan(*office.desk, p, {.now = {.remaining = &remaining}});
        EXPECT_EQ(office.names(proposal.items), held);
        EXPECT_EQ(proposal.changes.size(), 0u);
    }
}

TEST(Replan, KeepsToHoursAndLeavesOutWhatIsExcluded) {
    const Office office;
    const PersonId p = office.person("p");
    const Proposal idle = replan(*office.desk, p, {.now = {.hours = Minutes(60)}});
    EXPECT_EQ(idle.items.size(), 0u);  // 3 hours a quarter
    EXPECT_EQ(idle.summary.dropped[0], 2);
    EXPECT_LT(idle.summary.gain[0], 0);
    const Proposal some = replan(*office.desk, p, {.exclude = {id<ActivityTag>(*office.organization, "z")}});
    EXPECT_EQ(office.names(some.items), "x");
}

TEST(Replan, PlacesWhatIsMandatoryWhereThereIsRoomNow) {
    // Only one of the two can have m in the plan.
    Office office({{"activities", {{"activity", "hours", "cost", "days"}, {"m", "1", "120", "1"}}},
                   {"outcomes", {{"activity", "capability", "uplift"}, {"m", "A", "1"}}},
                   {"mandatory", {{"activity"}, {"m"}}}});
    ASSERT_EQ(office.plan->conflicts.size(), 1u);
    const PersonId q = office.plan->conflicts.person[0];
    EXPECT_EQ(q, office.person("q"));
    const Proposal stuck = replan(*office.desk, q);
    ASSERT_EQ(stuck.conflicts.size(), 1u);
    EXPECT_EQ(stuck.conflicts.limit[0], Limit::fund);
    EXPECT_EQ(stuck.conflicts.capacity[0], 80);
    EXPECT_EQ(stuck.conflicts.demanded[0], 120);
    Remaining remaining(*office.desk);
    const ActivityId m = id<ActivityTag>(*office.organization, "m");
    EXPECT_EQ(remaining.try_take(replan(*office.desk, office.person("p"), {.exclude = {m}})).size(), 0u);
    const Proposal free = replan(*office.desk, q, {.now = {.remaining = &remaining}});
    EXPECT_EQ(office.names(free.items), "m");
    EXPECT_EQ(free.conflicts.size(), 0u);
    EXPECT_EQ(free.items.reason[0], Reason::mandatory);
}

TEST(Replan, AnswersAlikeFromManyThreads) {
    Team team(7);
    const Desk desk(*team.organization, *team.risks, *team.plan);
    std::vector<Estimates> news;
    for (int i = 0; i < 4; ++i) news.push_back(team.new_levels(team.person(i)));
    const auto answer = [&](int i) {
        const Proposal proposal =
            replan(desk, team.person(i), {.now = {.estimates = &news[static_cast<std::size_t>(i)]}});
        return std::pair(proposal.summary.net[0], proposal.items.size());
    };
    std::vector<std::pair<double, std::size_t>> alone;
    for (int i = 0; i < 4; ++i) alone.push_back(answer(i));
    std::atomic<int> different = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int k = 0; k < 40; ++k) {
                const int i = (k + t) % 4;
                different += answer(i) != alone[static_cast<std::size_t>(i)];
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(different, 0);
}

Code refused(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_STRNE(error.what(), "");
        return error.code();
    }
    return Code::internal;
}

TEST(Replan, RefusesWhatCannotBeMeant) {
    const Office office;
    const Desk& desk = *office.desk;
    const PersonId p = office.person("p");
    EXPECT_EQ(refused([&] { replan(desk, PersonId()); }), Code::unknown_key);
    EXPECT_EQ(refused([&] { replan(desk, PersonId(3)); }), Code::unknown_key);
    EXPECT_EQ(refused([&] { replan(desk, office.person("r")); }), Code::invalid_argument);
    EXPECT_EQ(refused([&] { replan(desk, p, {.change_cost = -1}); }), Code::invalid_option);
    EXPECT_EQ(refused([&] { replan(desk, p, {.work_limit = 0}); }), Code::invalid_option);
    EXPECT_EQ(refused([&] { replan(desk, p, {.exclude = {ActivityId(9)}}); }), Code::unknown_key);
    EXPECT_EQ(refused([&] { replan(desk, p, {.now = {.hours = Minutes(-1)}}); }), Code::invalid_option);
    for (const char* at : {"2026-03-31", "2027-04-01"})
        EXPECT_EQ(refused([&] { replan(desk, p, {.now = {.at = day(at)}}); }), Code::invalid_option);
    const auto load = [&](Cells cells) {
        return load_estimates(*office.organization, input({"estimates", std::move(cells)}), day("2026-03-31"), 1);
    };
    const auto by = [&](const Estimates& levels) {
        return refused([&] { replan(desk, p, {.now = {.estimates = &levels}}); });
    };
    EXPECT_EQ(by(load({{"person", "capability", "mean", "sd"}, {"q", "A", "3", "0"}})), Code::contradiction);
    EXPECT_EQ(by(load({{"person", "capability", "mean", "sd"}})), Code::contradiction);
    EXPECT_EQ(by(load({{"person", "capability", "mean", "sd"}, {"p", "A", "5.1", "0"}})), Code::unknown_level);
    EXPECT_EQ(by(load({{"person", "capability", "mean", "sd"}, {"p", "A", "0.9", "0"}})), Code::unknown_level);
    const Organization other = build({{"scales", {{"scale", "level"}, {"S", "1"}, {"S", "2"}}},
                                      {"capabilities", {{"capability", "scale"}, {"C", "S"}}},
                                      {"roles", {{"role"}, {"R"}}},
                                      {"people", {{"person", "role"}, {"p", "R"}}}});
    EXPECT_EQ(
        by(load_estimates(other, input({"estimates", {{"person", "capability", "mean", "sd"}, {"p", "C", "1", "0"}}}),
                          day("2026-03-31"), 1)),
        Code::contradiction);
    EXPECT_EQ(refused([&] { Desk(other, *office.risks, *office.plan); }), Code::contradiction);
    const Estimates levels = office.levels("3", "3");
    EXPECT_EQ(refused([&] { replan(desk, p, {.now = {.estimates = &levels, .risks = &*office.risks}}); }),
              Code::invalid_option);
    const Team team(1);
    const Desk elsewhere(*team.organization, *team.risks, *team.plan);
    const Remaining remaining(elsewhere);
    EXPECT_EQ(refused([&] { replan(desk, p, {.now = {.remaining = &remaining}}); }), Code::invalid_argument);
}

}  // namespace
}  // namespace gradus
