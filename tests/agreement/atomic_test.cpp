// Plan and ledger move together: whatever write fails while both agree, the plan is agreed and its money reserved, or neither.
#include <cstdint>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <gradus/account/ledger_check.h>
#include <gradus/agreement/agreement_tables.h>
#include <gradus/agreement/agreements.h>
#include <gradus/base/error.h>

#include "account/faulty_vfs.h"
#include "agreement/team.h"

namespace {

using namespace gradus;
using test::Fault;
using test::FaultyDisk;
using test::noon;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t stride = 7;
#else
constexpr std::int64_t stride = 1;
#endif

const Organization& team() {
    static const Organization organization = build(test::team_tables());
    return organization;
}

PlanRequest step(std::string key, Actor as, PlanOperation operation) {
    return {.key = std::move(key),
            .at = noon("2026-01-02"),
            .by = as == Actor::employee ? "Ann" : "Max",
            .as = as,
            .plan = "p",
            .operation = std::move(operation)};
}
const PlanRequest& last_step() {
    static const PlanRequest last = step("both", Actor::manager, StepPlan{PlanEvent::agree});
    return last;
}

/// A plan to which Ann has agreed, and money for it.
void prepare() {
    Ledger ledger = Ledger::open("ledger", {.create = true});
    const auto pay = [&](const char* key, Operation operation) {
        ledger.apply({.key = key, .at = noon("2026-01-01"), .by = "office", .operation = std::move(operation)});
    };
    pay("fund", Supply{{"F"}, Amount(1000)});
    pay("grant", Grant{"F", {"Ann", "T"}, Amount(500)});
    Agreements agreements(ledger, team());
    const PlanItems items = test::items(team(), {{"person", "activity", "session", "first_day", "last_day",
                                                  "account_cost", "fund_cost", "fund", "hours"},
                                                 {"Ann", "b", "b1", "2026-05-04", "2026-05-04", "3", "1", "F", "0"}});
    ASSERT_TRUE(agreements.apply(step("write", Actor::manager, WritePlan{{.person = "Ann", .items = items}})).applied);
    ASSERT_TRUE(agreements.apply(step("propose", Actor::manager, StepPlan{PlanEvent::propose})).applied);
    ASSERT_TRUE(agreements.apply(step("one", Actor::employee, StepPlan{PlanEvent::agree})).applied);
}

/// What is there afterwards, as one word.
std::string standing(const Agreements& agreements) {
    const PlanState state = plans(agreements).state[0];
    const ItemStatus status = agreed_items(agreements).status[0];
    const std::int64_t account = agreements.ledger().balance(Account{"Ann", "T"}, noon("2026-01-03")).reserved.units();
    const std::int64_t fund = agreements.ledger().balance(FundAccount{"F"}, noon("2026-01-03")).reserved.units();
    if (state == PlanState::employee_agreed && status == ItemStatus::planned && account == 0 && fund == 0)
        return "before";
    if (state == PlanState::agreed && status == ItemStatus::enrolled && account == 300 && fund == 100) return "after";
    return "torn";
}

TEST(Agreements, MovePlanAndLedgerTogetherWhateverWriteFails) {
    int before = 0, after = 0;
    for (const Fault::Kind kind : {Fault::Kind::error, Fault::Kind::full, Fault::Kind::short_write}) {
        for (std::int64_t n = 0;; n += kind == Fault::Kind::error ? stride : 3 * stride) {
            FaultyDisk disk;
            disk.fail({});
            prepare();
            bool failed = false;
            {
                Ledger ledger = Ledger::open("ledger");
                Agreements agreements(ledger, team());
                disk.fail({.kind = kind, .after = n, .for_ever = true});
                try {
                    EXPECT_TRUE(agreements.apply(last_step()).applied);
                } catch (const Error&) {
                    failed = true;
                }
                if (!failed) {
                    EXPECT_GT(disk.operations(), 0);
                }
            }
            const bool enough = disk.operations() <= n;  // nothing failed any more
            disk.fail({});
            Ledger ledger = Ledger::open("ledger");
            Agreements agreements(ledger, team());
            const std::string is = standing(agreements);
            ASSERT_NE(is, "torn") << "operation " << n;
            if (!failed) {
                ASSERT_EQ(is, "after") << "operation " << n;
            }
            ASSERT_EQ(agreements.receipt("both").has_value(), is == "after") << "operation " << n;
            (is == "after" ? after : before) += 1;
            // Asked again, it is done once.
            ASSERT_TRUE(agreements.apply(last_step()).applied);
            ASSERT_EQ(standing(agreements), "after");
            ASSERT_TRUE(verify(ledger).sound);
            if (enough) break;
        }
    }
    EXPECT_GT(before, 0);
    EXPECT_GT(after, 0);
}

}  // namespace
