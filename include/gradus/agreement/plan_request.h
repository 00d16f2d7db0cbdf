#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gradus/agreement/transition.h>
#include <gradus/base/units.h>
#include <gradus/planning/goal.h>
#include <gradus/planning/plan.h>

namespace gradus {

/// What a plan of one person holds. Rows of one person alone; keys are those of the columns themselves.
struct PlanContent {
    std::string person;
    /// At most one for each activity. Of rows by hand person, activity, first_day and last_day are enough: what they say nothing
    /// of (hours, cost and its parts, fund) is worked out from the organisation as plans do. An item of a session begins on the
    /// session's first day; one that is pinned may differ.
    PlanItems items{};
    Goals goals{};
    Milestones milestones{};
    /// Key of the plan of the same person, agreed and not closed, that ends when this one is agreed; empty: none.
    std::string supersedes{};
    Date as_of = missing<Date>();  ///< decides the person's role for programmes; missing: the day of the request
};

/// A plan is written down, or written anew: a change of what was proposed takes it back to a draft.
struct WritePlan {
    PlanContent content;
};
/// propose, agree, decline, withdraw, comment, start, review, close.
struct StepPlan {
    PlanEvent event = PlanEvent::propose;
};
struct NameAdvisor {
    std::string advisor;  ///< a key, not empty
};
/// begin_item, complete_item, fail_item, miss_item, withdraw_item.
struct StepItem {
    PlanEvent event = PlanEvent::begin_item;
    std::string activity;
    /// Of complete, fail and miss: what it really cost and took; missing: as reserved. The cost is split among account, employee
    /// and fund as the reserved one is.
    Money cost = missing<Money>();
    Minutes hours = missing<Minutes>();
    std::string provider{};  ///< who is paid; may be empty
};
/// More is reserved for an item that is enrolled, waiting or under way. The employee alone may raise the employee's own part, and
/// everybody else only the other parts.
struct RaiseItem {
    std::string activity;
    Money account{}, employee{}, fund{};  ///< more than before
    Minutes hours{};
};
/// How many seats a session has for all who are agreed here, those who sit on them included; absent: no limit. Before, it has
/// those that the organisation says are free when the first plan that names it is written down.
struct SetSeats {
    std::string session;
    std::optional<std::int32_t> seats{};
};

using PlanOperation = std::variant<WritePlan, StepPlan, NameAdvisor, StepItem, RaiseItem, SetSeats>;

/// One thing to be done to a plan, by a client who may ask again. Texts as in Request.
struct PlanRequest {
    std::string
        key;    ///< the client's own name for this request, as in Request; keys of plans and of the ledger are apart
    Moment at;  ///< when it happens; not before the request applied or refused last
    std::string by;  ///< who asks: the key of a person, or whatever an administrator is called
    Actor as = Actor::employee;
    std::string reason{};  ///< why; of a comment, what is said
    std::string plan{};    ///< key of the plan, the client's own; empty for the seats of a session
    PlanOperation operation{};
};

/// What became of a request. The same request again gets an equal receipt.
struct PlanReceipt {
    std::int64_t number = 0;  ///< of the change: 1, 2, 3, … without a gap, refusals counted
    Moment at;
    bool applied = false;                    ///< else refused: nothing has changed, and the refusal is kept
    PlanState state = missing<PlanState>();  ///< of the plan afterwards; missing for the seats of a session
    /// Of a refusal, the rule that stopped it: `state` (the plan cannot take this step now), `who` (somebody else may),
    /// `item` (the item cannot), `seat` (it waits for one), `open` (items are open), `under_way` (so are they), `twice` (the
    /// activity is agreed in another plan), `supersedes` (that plan has ended), `reserved` (it costs more than was reserved), `fund` (none is charged for it),
    /// or, of a part of an item, one of the programme that it is charged to (Decision::receipt) or of the ledger (Receipt::rule).
    /// Empty if applied.
    std::string rule{};
    std::string message{};  ///< of a refusal: which rule, and what would make it possible

    friend bool operator==(const PlanReceipt&, const PlanReceipt&) = default;
};

/// What each person's plan is in a plan for many, with the goals written from it, by person. Rows under way (pinned) are kept:
/// a plan that supersedes takes them over.
std::vector<PlanContent> divide(const Plan& plan, const WrittenGoals* goals = nullptr);

}  // namespace gradus
