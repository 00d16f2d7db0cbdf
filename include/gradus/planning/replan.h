#pragma once

#include <vector>

#include <gradus/planning/desk.h>

namespace gradus {

/// One row: what a proposal is worth.
struct ProposalSummary : Table {
    ProposalSummary() : Table("proposal", "What one person should do now, and what that is worth") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whose items would change"}};
    Column<Date> at{*this, {.name = "at", .meaning = "nothing starts before this day; what began before it stays"}};
    Column<std::int32_t> added{*this, {.name = "added", .unit = "items", .meaning = "items that are new"}};
    Column<std::int32_t> dropped{*this, {.name = "dropped", .unit = "items", .meaning = "items given up"}};
    Column<double> value_before{*this,
                                {.name = "value_before",
                                 .unit = "exposure",
                                 .meaning = "exposure that the items held now remove, by what is known now"}};
    Column<double> value{*this,
                         {.name = "value",
                          .unit = "exposure",
                          .meaning = "exposure removed by the items proposed, by what is known now"}};
    Column<double> gain{*this, {.name = "gain", .unit = "exposure", .meaning = "value - value_before"}};
    Column<double> price{
        *this,
        {.name = "price",
         .unit = "exposure",
         .meaning = "what the change in use of funds and seats is worth to others at the plan's prices; "
                    "below 0 where more is given back than taken"}};
    Column<double> change_cost{
        *this, {.name = "change_cost", .unit = "exposure", .meaning = "charged for the items given up"}};
    Column<double> net{*this, {.name = "net", .unit = "exposure", .meaning = "gain - price - change_cost"}};
    Column<double> bound{
        *this,
        {.name = "bound",
         .unit = "exposure",
         .meaning = "no other choice of this person has a larger net; above net where the work limit came first"}};
};

/// The items that a person holds before a proposal is taken, with what they gain by what is known now.
struct HeldItems : PlanItems {
    HeldItems()
        : PlanItems("held", "What the person holds before the proposal, and what it gains by what is known now") {}
};

enum class Change : std::uint8_t { added, dropped };
template <>
struct Words<Change> {
    static constexpr std::string_view names[] = {"added", "dropped"};
};

/// What a proposal adds and gives up. The same activity on other days is given up and added. Added first, then by last day.
struct ProposalChanges : Table {
    ProposalChanges() : Table("changes", "What the proposal adds and gives up") {}

    Column<Change> change{*this, {.name = "change", .meaning = "added, or dropped: given up"}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "what"}};
    Column<SessionId> session{*this, {.name = "session", .meaning = "in which session; none: on demand"}};
    Column<Date> first_day{*this, {.name = "first_day", .meaning = "first day"}};
    Column<Date> last_day{*this, {.name = "last_day", .meaning = "last day"}};
    Column<Minutes> hours{*this, {.name = "hours", .unit = "hours", .meaning = "time it takes"}};
    Column<Money> cost{*this, {.name = "cost", .unit = "money", .meaning = "what it costs in all"}};
    Column<FundId> fund{*this, {.name = "fund", .meaning = "fund charged"}};
    Column<Money> fund_cost{*this, {.name = "fund_cost", .unit = "money", .meaning = "charged to the fund"}};
    Column<double> gain{*this,
                        {.name = "gain",
                         .unit = "exposure",
                         .meaning = "what it adds, as in items; of what is given up, what it adds to the items held"}};
};

/// How the use of shared resources changes. Rows where it does, in the order of plan.resources.
struct ProposalUses : Table {
    ProposalUses() : Table("uses", "How the use of funds and seats changes, and what that is worth") {}

    Column<ResourceKind> kind{*this, {.name = "kind", .meaning = "fund or session"}};
    Column<ResourceId> resource{*this, {.name = "resource", .meaning = "key of the fund or session"}};
    Column<Amount> change{
        *this, {.name = "change", .unit = "money or seats", .meaning = "more that is used; below 0: given back"}};
    Column<Amount> left{
        *this, {.name = "left", .unit = "money or seats", .meaning = "what was left of it when this was proposed"}};
    Column<double> price{*this,
                         {.name = "price",
                          .unit = "value per unit of money or seat",
                          .meaning = "value of one more unit at the plan's prices"}};
    Column<double> worth{*this, {.name = "worth", .unit = "exposure", .meaning = "price × change"}};
};

/// What one person should do now. Immutable; nothing is taken until Remaining::try_take.
struct Proposal {
    ProposalSummary summary;
    PlanItems items;  ///< all of the person's items as they would be, pins included
    HeldItems held;   ///< all of them as they are
    ProposalChanges changes;
    ProposalUses uses;
    PlanConflicts conflicts;  ///< mandatory items for which there is no room
    std::uint64_t desk = 0;   ///< digest of the desk it was made at
    Provenance provenance;

    /// The tables, in order.
    std::vector<const Table*> tables() const;
};

struct ReplanOptions {
    PersonNow now{};                    ///< what is known of the person
    double change_cost = 0;             ///< charged for each item held that is given up, in units of value, 0 to 1e6
    std::vector<ActivityId> exclude{};  ///< activities that must not be proposed, unless they have begun
    double work_limit = 0.01;           ///< millions of nodes of the search, more than 0
};

/// What one person should do now that something about them has changed, at the plan's prices and within what is left of the
/// shared resources and what the person holds of them. Pure: everybody else, the plan and what is left stay as they are.
///
/// The choice maximises value - Σ price × use - change_cost × items given up, exactly within the work limit. So it gives up
/// an item whose price is above its gain: others can use the money better. What the person holds is kept where nothing
/// has a larger net. Mandatory items come first, those held before others. Values are those of the plan: the mean over
/// its whole horizon.
/// Source: the Lagrangian subproblem of one group at fixed multipliers; Geoffrion (1974), Fisher (1981).
/// @throws Error unknown_key for an unknown person; invalid_argument for one who takes no part, and for a Remaining of
///         another plan; contradiction where the levels given have no row of the person or are of another organisation;
///         unknown_level where one does not lie on its scale; invalid_option.
Proposal replan(const Desk& desk, PersonId person, const ReplanOptions& options = {});

}  // namespace gradus
