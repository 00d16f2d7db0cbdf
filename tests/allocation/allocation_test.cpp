#include <gradus/allocation/allocation.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace gradus {
namespace {

// Groups with explicit lists of choices: the engine's simplest client.
struct Explicit {
    std::vector<std::vector<Choice>> choices;
    std::vector<std::int64_t> capacity;

    AllocationProblem problem() const {
        AllocationProblem result;
        result.groups = static_cast<std::int32_t>(choices.size());
        result.capacity = capacity;
        result.pricer = listed(choices);
        return result;
    }

    // Every combination: the truth.
    double optimum_from(std::size_t group, const std::vector<std::int64_t>& left) const {
        if (group == choices.size()) return 0;
        double best = optimum_from(group + 1, left);
        for (const Choice& choice : choices[group]) {
            std::vector<std::int64_t> rest = left;
            bool fits = true;
            for (const Use& use : choice.uses)
                fits = (rest[static_cast<std::size_t>(use.resource)] -= use.amount) >= 0 && fits;
            if (fits) best = std::max(best, choice.value + optimum_from(group + 1, rest));
        }
        return best;
    }
};

Explicit draw(std::uint32_t seed, int groups, int resources) {
    std::mt19937 random(seed);
    Explicit result;
    result.choices.resize(static_cast<std::size_t>(groups));
    std::vector<std::int64_t> demand(static_cast<std::size_t>(resources), 0);
    for (auto& list : result.choices)
        for (int k = 0; k < 4; ++k) {
            Choice choice;
            choice.value = 1 + static_cast<double>(random() % 100) / 10;
            choice.content = {k};
            for (int r = 0; r < resources; ++r)
                if (random() % 2 == 0) {
                    choice.uses.push_back({r, 1 + static_cast<std::int64_t>(random() % 9)});
                    demand[static_cast<std::size_t>(r)] += choice.uses.back().amount;
                }
            list.push_back(choice);
        }
    for (const std::int64_t d : demand) result.capacity.push_back(d / 8);
    return result;
}

void expect_feasible(const Explicit& instance, const Allocation& allocation) {
    std::vector<std::int64_t> used(instance.capacity.size(), 0);
    double value = 0;
    for (std::int32_t group = 0; group < allocation.choices.size(); ++group) {
        const ChoiceView choice = allocation.choices[group];
        value += choice.value;
        for (const Use& use : choice.uses) used[static_cast<std::size_t>(use.resource)] += use.amount;
    }
    for (std::size_t r = 0; r < used.size(); ++r) EXPECT_LE(used[r], instance.capacity[r]);
    EXPECT_NEAR(value, allocation.value, 1e-9);
    for (const double price : allocation.prices) EXPECT_GE(price, 0);
}

TEST(Allocation, MarginalValuesLieOnEitherSideOfThePrice) {
    bool apart = false;
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        const Explicit instance = draw(seed, 30, 4);
        const Allocation allocation = allocate(instance.problem(), {.threads = 1});
        const Allocation other = allocate(instance.problem(), {.threads = 3});
        ASSERT_EQ(allocation.one_more.size(), instance.capacity.size());
        ASSERT_EQ(allocation.one_fewer.size(), instance.capacity.size());
        for (std::size_t r = 0; r < instance.capacity.size(); ++r) {
            EXPECT_GE(allocation.one_more[r], 0) << seed;
            EXPECT_LE(allocation.one_more[r], allocation.prices[r]) << seed;
            EXPECT_GE(allocation.one_fewer[r], allocation.prices[r]) << seed;
            apart = apart || allocation.one_more[r] < allocation.one_fewer[r];
        }
        EXPECT_EQ(allocation.one_more, other.one_more) << seed;
        EXPECT_EQ(allocation.one_fewer, other.one_fewer) << seed;
    }
    EXPECT_TRUE(apart);
}

TEST(Allocation, LiesBelowTheOptimumAndItsBoundAbove) {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        const Explicit instance = draw(seed, 6, 3);
        const Allocation allocation = allocate(instance.problem(), {});
        const double optimum = instance.optimum_from(0, instance.capacity);
        expect_feasible(instance, allocation);
        EXPECT_LE(allocation.value, optimum + 1e-9) << seed;
        EXPECT_GE(allocation.bound, optimum - 1e-9) << seed;
        EXPECT_GE(allocation.value, 0.75 * optimum) << seed;  // rounding and filling are not careless
    }
}

TEST(Allocation, BoundIsTheDualAtThePrices) {
    const Explicit instance = draw(7, 200, 5);
    const Allocation allocation = allocate(instance.problem(), {});
    double dual = 0;
    const Pricer pricer = instance.problem().pricer();
    for (std::int32_t group = 0; group < 200; ++group) {
        Query query;
        query.group = group;
        query.prices = allocation.prices;
        Choice best;
        std::int64_t nodes = 0;
        dual += pricer(query, best, nodes);
    }
    for (std::size_t r = 0; r < instance.capacity.size(); ++r)
        dual += allocation.prices[r] * static_cast<double>(instance.capacity[r]);
    EXPECT_NEAR(dual, allocation.bound, 1e-9 * dual);
    EXPECT_LT((allocation.bound - allocation.value) / allocation.bound, 0.01);
}

TEST(Allocation, ManyGroupsCloseTheGap) {
    const Explicit instance = draw(11, 5000, 5);
    const Allocation allocation = allocate(instance.problem(), {.gap = 1e-3});
    expect_feasible(instance, allocation);
    EXPECT_LE((allocation.bound - allocation.value) / allocation.bound, 1e-3);
    EXPECT_EQ(allocation.status, AllocationStatus::within_gap);
}

TEST(Allocation, ManyResourcesUseTheMatrixFreeSolver) {
    const Explicit base = draw(13, 3000, 1);
    Explicit instance = base;
    std::mt19937 random(5);
    instance.capacity.assign(1500, 1);
    for (auto& list : instance.choices)
        for (Choice& choice : list) choice.uses = {{static_cast<std::int32_t>(random() % 1500), 1}};
    const Allocation allocation = allocate(instance.problem(), {});
    expect_feasible(instance, allocation);
    EXPECT_GE(allocation.bound, allocation.value);
    EXPECT_GT(allocation.value, 0.5 * allocation.bound);  // so many seats of one each still cost the dual many rounds
}

TEST(Allocation, EnoughForAllIsOptimalAtNoPrice) {
    Explicit instance = draw(3, 50, 4);
    for (std::int64_t& c : instance.capacity) c = 1'000'000;
    const Allocation allocation = allocate(instance.problem(), {});
    EXPECT_EQ(allocation.status, AllocationStatus::optimal);
    for (const double price : allocation.prices) EXPECT_EQ(price, 0);
}

TEST(Allocation, ThreadsDoNotChangeAnything) {
    const Explicit instance = draw(17, 900, 6);
    const Allocation one = allocate(instance.problem(), {.threads = 1});
    for (const int threads : {2, 5}) {
        const Allocation many = allocate(instance.problem(), {.threads = threads});
        EXPECT_EQ(one.value, many.value);
        EXPECT_EQ(one.bound, many.bound);
        EXPECT_EQ(one.prices, many.prices);
        for (std::int32_t i = 0; i < one.choices.size(); ++i)
            EXPECT_TRUE(std::ranges::equal(one.choices[i].content, many.choices[i].content));
    }
}

TEST(Allocation, FallbacksAreKeptWhereNothingBetterFits) {
    Explicit instance = draw(19, 30, 3);
    instance.capacity.assign(3, 30);
    AllocationProblem problem = instance.problem();
    problem.fallback.assign(30, Choice{0.0, {{0, 1}}, {99}});
    const Allocation allocation = allocate(problem, {});
    expect_feasible(instance, allocation);
}

TEST(Allocation, CancelReturnsAFeasibleAllocation) {
    const Explicit instance = draw(23, 400, 4);
    Control control;
    control.cancel();
    AllocationProblem problem = instance.problem();
    problem.most = [] { return 400 * 11.0; };
    const Allocation allocation = allocate(problem, {}, &control);
    expect_feasible(instance, allocation);
    EXPECT_EQ(allocation.status, AllocationStatus::cancelled);
    EXPECT_GE(allocation.bound, allocation.value);
}

// Also for those whom the first samples leave out.
TEST(Allocation, AllHaveSomethingSoon) {
    const Explicit instance = draw(1, 6000, 3);
    AllocationOptions brief;
    brief.work_limit = 60'000;  // a first look at a sample of 2,048 takes half of it
    const Allocation soon = allocate(instance.problem(), brief), late = allocate(instance.problem(), {});
    EXPECT_EQ(soon.status, AllocationStatus::work_limit);
    EXPECT_GT(soon.value, 0.75 * late.value);
}

// Sessions of a course differ by days alone: many seats of a few, all of which are nearly as good. The first that are asked want
// the first of them all; what the others are worth is seen only once these are dear.
TEST(Allocation, ManySessionsOfAFewSeatsAreFilled) {
    constexpr int groups = 2500, courses = 5, sessions = 20, seats = 20;
    std::mt19937 random(3);
    Explicit instance;
    instance.capacity.assign(courses * sessions, seats);
    for (int group = 0; group < groups; ++group) {
        std::vector<Choice> list;
        for (int course = 0; course < courses; ++course) {
            const double worth = 1 + static_cast<double>(random() % 1000) / 1000;
            for (int session = 0; session < sessions; ++session) {
                const int number = course * sessions + session;
                list.push_back({worth * (1 - 0.01 * session), {{number, 1}}, {number}});
            }
        }
        instance.choices.push_back(std::move(list));
    }
    const Allocation found = allocate(instance.problem(), {});
    EXPECT_LE(found.bound - found.value, 1e-4 * found.bound);
}

// Two jobs, two agents with room for one each: costs as negative values, and no empty choice.
TEST(Allocation, WhoMustChooseDoes) {
    const std::vector<std::vector<Choice>> jobs = {{{-1, {{0, 1}}, {0}}, {-5, {{1, 1}}, {1}}},
                                                   {{-2, {{0, 1}}, {0}}, {-9, {{1, 1}}, {1}}}};
    AllocationProblem problem;
    problem.groups = 2;
    problem.capacity = {1, 1};
    problem.pricer = listed(jobs, true);
    problem.must_choose = true;
    const Allocation allocation = allocate(problem, {});
    EXPECT_EQ(allocation.value, -7);  // -5 - 2; the other way round -1 - 9
    EXPECT_GE(allocation.bound, -7 - 1e-9);
    EXPECT_NE(allocation.status, AllocationStatus::incomplete);

    problem.capacity = {1, 0};
    EXPECT_EQ(allocate(problem, {}).status, AllocationStatus::incomplete);
}

TEST(Allocation, ValuesBelowZeroHavePricesToo) {
    std::mt19937 random(31);
    std::vector<std::vector<Choice>> jobs(200);
    for (auto& job : jobs)
        for (std::int32_t agent = 0; agent < 5; ++agent)
            job.push_back({-10.0 - static_cast<double>(random() % 400) / 10,
                           {{agent, 5 + static_cast<std::int64_t>(random() % 20)}},
                           {agent}});
    AllocationProblem problem;
    problem.groups = 200;
    problem.capacity.assign(5, 520);  // of some 2,900 that are asked for
    problem.pricer = listed(jobs, true);
    problem.must_choose = true;
    const Allocation allocation = allocate(problem, {});
    ASSERT_NE(allocation.status, AllocationStatus::incomplete);
    EXPECT_GT(*std::max_element(allocation.prices.begin(), allocation.prices.end()), 0);
    EXPECT_LE(allocation.bound - allocation.value, 0.01 * std::abs(allocation.bound));
}

TEST(Allocation, BeginsAtPricesThatAreKnown) {
    const Explicit instance = draw(29, 600, 5);
    AllocationProblem problem = instance.problem();
    const Allocation cold = allocate(problem, {.gap = 1e-3});
    problem.prices = cold.prices;
    const Allocation warm = allocate(problem, {.gap = 1e-3});
    expect_feasible(instance, warm);
    EXPECT_NEAR(warm.bound, cold.bound, 1e-3 * cold.bound);
    problem.prices.assign(cold.prices.size(), 0.0);
    EXPECT_LT(warm.queries, allocate(problem, {.gap = 1e-3}).queries);
}

// Funds 1 and 2 lie within 0. Where they alone are scarce the best of all is found; seats beside them leave a bound.
TEST(Allocation, NestedResourcesAreAllocatedInTheBestWay) {
    int proven = 0, searched = 0;
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        const bool seats = seed % 3 == 0;
        Explicit instance;
        AllocationProblem problem;
        problem.nesting = {{-1, 0, 0, -1}, {}, 50};
        for (int group = 0; group < 7; ++group) {
            const auto home = static_cast<std::int32_t>(random() % 3);
            problem.nesting.home.push_back(home);
            std::vector<Choice>& list = instance.choices.emplace_back();
            for (int k = 0; k < 4; ++k) {
                const auto amount = 50 * (1 + static_cast<std::int64_t>(random() % 20));
                Choice choice{static_cast<double>(random() % 100) / 10, {{0, amount}}, {k}};
                if (home > 0) choice.uses.push_back({home, amount});
                if (seats && random() % 2 == 0) choice.uses.push_back({3, 1});
                list.push_back(choice);
            }
        }
        instance.capacity = {50 * static_cast<std::int64_t>(random() % 70),
                             50 * static_cast<std::int64_t>(random() % 40),
                             50 * static_cast<std::int64_t>(random() % 40), seats ? 2 : 99};
        problem.groups = 7;
        problem.capacity = instance.capacity;
        problem.pricer = listed(instance.choices);
        const Allocation allocation = allocate(problem, {.gap = 0});
        expect_feasible(instance, allocation);
        const double optimum = instance.optimum_from(0, instance.capacity);
        EXPECT_LE(allocation.value, optimum + 1e-9) << seed;
        EXPECT_GE(allocation.bound, optimum - 1e-9) << seed;
        EXPECT_LE(allocation.bound, allocation.price_bound) << seed;
        searched += allocation.bound < allocation.price_bound;
        EXPECT_TRUE(seats || allocation.status == AllocationStatus::optimal) << seed;
        if (allocation.status != AllocationStatus::optimal) continue;
        ++proven;
        EXPECT_NEAR(allocation.value, optimum, 1e-9) << seed;
    }
    EXPECT_GT(proven, 200);
    EXPECT_GT(searched, 100);
}

// Of a like problem that was solved before: with a little more or less, a few groups are asked; with much, all.
TEST(Allocation, BeginsAtASolutionThatIsKnown) {
    const Explicit instance = draw(31, 3000, 4);
    const AllocationOptions options{.gap = 1e-3};
    const Allocation cold = allocate(instance.problem(), options);
    double rent = 0;
    for (std::size_t r = 0; r < cold.prices.size(); ++r)
        rent += cold.prices[r] * static_cast<double>(instance.capacity[r]);
    for (const double factor : {1.0, 1.002, 0.998, 0.7, 1.5}) {
        Explicit other = instance;
        for (std::int64_t& capacity : other.capacity)
            capacity = static_cast<std::int64_t>(factor * static_cast<double>(capacity));
        AllocationProblem problem = other.problem();
        problem.prices = cold.prices;
        problem.known = cold.choices;
        for (const bool known : {true, false}) {
            if (known) problem.worth_at_prices = cold.bound - rent;
            const Allocation warm = allocate(problem, options);
            expect_feasible(other, warm);
            if (factor > 0) {
                EXPECT_LE((warm.bound - warm.value) / warm.bound, options.gap) << factor;
            }
            if (factor >= 1) {
                EXPECT_GE(warm.value, cold.value - 1e-9 * cold.value) << factor;
            }
            const Allocation anew = allocate(other.problem(), options);
            EXPECT_GE(warm.bound, anew.value - 1e-9) << factor;
            EXPECT_GE(anew.bound, warm.value - 1e-9) << factor;
            if (known && std::abs(factor - 1) < 0.01) {
                EXPECT_LT(2 * warm.queries, cold.queries) << factor;
                EXPECT_EQ(warm.prices, cold.prices) << factor;
            }
            AllocationOptions many = options;
            many.threads = 3;
            EXPECT_EQ(allocate(problem, many).bound, warm.bound);
            EXPECT_EQ(allocate(problem, many).value, warm.value);
            problem.worth_at_prices = std::numeric_limits<double>::infinity();
        }
        // Prices that are of no use cost time, not quality.
        for (const double wrong : {0.0, 20.0}) {
            for (std::size_t r = 0; r < cold.prices.size(); ++r) problem.prices[r] = wrong * cold.prices[r];
            const Allocation warm = allocate(problem, options);
            expect_feasible(other, warm);
            if (factor > 0) {
                EXPECT_LE((warm.bound - warm.value) / warm.bound, options.gap) << factor << ' ' << wrong;
            }
        }
    }
}

TEST(Allocation, KnownPricesKeepNobodyFromWhatIsThereForAll) {
    Explicit instance = draw(37, 40, 3);
    AllocationProblem problem = instance.problem();
    problem.prices = allocate(problem, {}).prices;
    for (std::int64_t& capacity : problem.capacity) capacity *= 20;
    const Allocation all = allocate(problem, {});
    EXPECT_EQ(all.status, AllocationStatus::optimal);
    EXPECT_NEAR(all.value, all.bound, 1e-9 * all.bound);
}

TEST(Allocation, NobodyAndNothing) {
    AllocationProblem problem;
    problem.pricer = []() -> Pricer { return [](const Query&, Choice&, std::int64_t&) { return 0.0; }; };
    const Allocation allocation = allocate(problem, {});
    EXPECT_EQ(allocation.value, 0);
    EXPECT_EQ(allocation.status, AllocationStatus::optimal);
}

}  // namespace
}  // namespace gradus
