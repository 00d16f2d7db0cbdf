#pragma once

#include <memory>
#include <optional>
#include <span>

#include <gradus/base/problem.h>
#include <gradus/base/table.h>
#include <gradus/organization/organization.h>
#include <gradus/risk/risk.h>

namespace gradus {

/// Why an item is in the plan.
enum class Reason : std::uint8_t { risk, goal, mandatory, pinned, prerequisite };
template <>
struct Words<Reason> {
    static constexpr std::string_view names[] = {"risk", "goal", "mandatory", "pinned", "prerequisite"};
};

/// Who takes what and when. Sorted by person, last day, activity.
struct PlanItems : Table {
    PlanItems() : PlanItems("items", "Who takes what and when, what it costs and what it gains") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<ActivityId> activity{*this,
                                {.name = "activity", .meaning = "takes what", .required = true, .identity = true}};
    Column<SessionId> session{*this, {.name = "session", .meaning = "in which session; none: on demand"}};
    Column<Date> first_day{*this, {.name = "first_day", .meaning = "first day", .required = true}};
    Column<Date> last_day{
        *this, {.name = "last_day", .meaning = "last day; it takes effect on the day after", .required = true}};
    Column<std::int32_t> period{*this,
                                {.name = "period",
                                 .unit = "1-based",
                                 .meaning = "period of the horizon it starts in; none: before the horizon"}};
    Column<Minutes> hours{*this, {.name = "hours", .unit = "hours", .meaning = "time it takes"}};
    Column<Money> cost{*this,
                       {.name = "cost", .unit = "money", .meaning = "what it costs in all; 0 for what is pinned"}};
    Column<FundId> fund{*this, {.name = "fund", .meaning = "fund charged"}};
    Column<Money> fund_cost{*this, {.name = "fund_cost", .unit = "money", .meaning = "charged to the fund"}};
    Column<Money> account_cost{*this, {.name = "account_cost", .unit = "money", .meaning = "paid from the account"}};
    Column<Money> employee_cost{*this, {.name = "employee_cost", .unit = "money", .meaning = "paid by the employee"}};
    Column<double> gain{*this,
                        {.name = "gain",
                         .unit = "exposure",
                         .meaning = "exposure it adds to what is removed, averaged over the horizon"}};
    Column<Reason> reason{*this, {.name = "reason", .meaning = "why it is in the plan"}};

    ProblemList warnings{};  ///< of `load_items`; a plan that follows these items passes them on

protected:
    PlanItems(std::string_view name, std::string_view meaning) : Table(name, meaning) {}
};

/// What the plan means for each person with items. Sorted by person.
struct PlanPeople : Table {
    PlanPeople() : Table("people", "What the plan means for each person who has items in it") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who"}};
    Column<std::int32_t> activities{*this, {.name = "activities", .unit = "items", .meaning = "number of items"}};
    Column<std::int32_t> kinds{*this, {.name = "kinds", .unit = "kinds", .meaning = "distinct kinds of activity"}};
    Column<Minutes> hours{*this, {.name = "hours", .unit = "hours", .meaning = "time in all"}};
    Column<Money> cost{*this, {.name = "cost", .unit = "money", .meaning = "cost in all"}};
    Column<double> exposure_before{
        *this, {.name = "exposure_before", .unit = "exposure", .meaning = "weighted exposure of all rows today"}};
    Column<double> exposure_after{
        *this,
        {.name = "exposure_after", .unit = "exposure", .meaning = "expected at the horizon's end, pins included"}};
};

/// The risk rows that the plan improves. Sorted as risks are.
struct PlanGoals : Table {
    PlanGoals() : Table("goals", "The gaps that the plan works on, and how far it brings them") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who"}};
    Column<Basis> basis{*this, {.name = "basis", .meaning = "why the level is wanted"}};
    Column<RoleId> role{*this, {.name = "role", .meaning = "role that requires it"}};
    Column<CapabilityId> capability{*this, {.name = "capability", .meaning = "what is improved"}};
    Column<double> from_mean{*this, {.name = "from_mean", .unit = "position", .meaning = "expected level today"}};
    Column<double> required{*this, {.name = "required", .unit = "position", .meaning = "level wanted"}};
    Column<double> to_mean{*this,
                           {.name = "to_mean", .unit = "position", .meaning = "expected level at the horizon's end"}};
    Column<double> likelihood_before{*this,
                                     {.name = "likelihood_before", .unit = "probability", .meaning = "P(below) today"}};
    Column<double> likelihood_after{
        *this,
        {.name = "likelihood_after", .unit = "probability", .meaning = "P(below) expected at the horizon's end"}};
    Column<double> exposure_removed{*this,
                                    {.name = "exposure_removed",
                                     .unit = "exposure",
                                     .meaning = "what the items remove here, averaged over the horizon"}};
    Column<ObjectiveId> objective{*this, {.name = "objective", .meaning = "objective it serves most"}};
    Column<std::string_view> measure{*this, {.name = "measure", .meaning = "how reaching it will be seen"}};
    Column<Date> due{*this, {.name = "due", .meaning = "day after which the last item for it has taken effect"}};
};

enum class ResourceKind : std::uint8_t { fund, session };
template <>
struct Words<ResourceKind> {
    static constexpr std::string_view names[] = {"fund", "session"};
};
struct ResourceTag {
    static constexpr std::string_view table = "funds or sessions";
};
/// A fund or session, by the kind of its row. It counts in the keys of its own column alone (`resource.strings()`): in
/// another plan it may be another, and it is no FundId or SessionId.
using ResourceId = Id<ResourceTag>;

/// What people share: every fund, and every session with limited seats within the horizon. Funds first, by key.
struct PlanResources : Table {
    PlanResources() : Table("resources", "Funds and sessions: what is used and what one more unit would be worth") {}

    Column<ResourceKind> kind{*this,
                              {.name = "kind", .meaning = "fund or session", .required = true, .identity = true}};
    Column<ResourceId> resource{
        *this, {.name = "resource", .meaning = "key of the fund or session", .required = true, .identity = true}};
    Column<Amount> capacity{*this, {.name = "capacity", .unit = "money or seats", .meaning = "what there is"}};
    Column<Amount> used{*this, {.name = "used", .unit = "money or seats", .meaning = "what the plan uses"}};
    Column<double> price{*this,
                         {.name = "price",
                          .unit = "value per unit of money or seat",
                          .meaning = "value of one more unit",
                          .required = true,
                          .low = 0}};
    Column<double> one_more{
        *this,
        {.name = "one_more",
         .unit = "value per unit of money or seat",
         .meaning =
             "what one more is worth at most, by the bound: no more than the price. Of money: per unit of what an "
             "item takes on average. Missing where no prices were sought",
         .low = 0}};
    Column<double> one_fewer{
        *this,
        {.name = "one_fewer",
         .unit = "value per unit of money or seat",
         .meaning = "what one fewer costs at least, by the bound: no less than the price; else as one_more",
         .low = 0}};
    Column<bool> binding{
        *this,
        {.name = "binding",
         .meaning = "its price is positive: more of it would help, though whole items may leave some of it over"}};
};

enum class Limit : std::uint8_t { hours, account, seats, fund, prerequisite, eligibility, due, overlap, maximum };
template <>
struct Words<Limit> {
    static constexpr std::string_view names[] = {"hours",       "account", "seats",   "fund",   "prerequisite",
                                                 "eligibility", "due",     "overlap", "maximum"};
};

/// Mandatory items that no limit leaves room for. Sorted by person, activity.
struct PlanConflicts : Table {
    PlanConflicts() : Table("conflicts", "Mandatory items that could not be placed, and what stopped them") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "who", .required = true, .identity = true}};
    Column<ActivityId> activity{
        *this, {.name = "activity", .meaning = "should take what", .required = true, .identity = true}};
    Column<Limit> limit{
        *this,
        {.name = "limit",
         .meaning = "the limit that stopped it; none: not tried before the run was cancelled, or not known"}};
    Column<std::string_view> resource{
        *this,
        {.name = "resource",
         .meaning =
             "the fund, session, account or activity concerned; the activity itself: its cost or hours are not known"}};
    Column<std::int32_t> period{*this, {.name = "period", .unit = "1-based", .meaning = "period concerned"}};
    Column<double> capacity{
        *this, {.name = "capacity", .unit = "by limit", .meaning = "what there is: hours, money, seats, items"}};
    Column<double> demanded{*this, {.name = "demanded", .unit = "by limit", .meaning = "what placing it would take"}};
};

enum class PlanStatus : std::uint8_t { optimal, within_gap, time_limit, work_limit, cancelled, conflicts };
template <>
struct Words<PlanStatus> {
    static constexpr std::string_view names[] = {"optimal",    "within_gap", "time_limit",
                                                 "work_limit", "cancelled",  "conflicts"};
};
enum class BoundKind : std::uint8_t { prices, search };
template <>
struct Words<BoundKind> {
    static constexpr std::string_view names[] = {"prices", "search"};
};

/// One row: how good the plan is, and how that is known.
struct PlanCertificate : Table {
    PlanCertificate() : Table("certificate", "How good the plan is, and the proof") {}

    Column<PlanStatus> status{*this,
                              {.name = "status",
                               .meaning = "optimal, within_gap, …; conflicts where mandatory items were left out",
                               .required = true}};
    Column<double> value{*this,
                         {.name = "value",
                          .unit = "exposure",
                          .meaning = "exposure removed, averaged over the horizon",
                          .required = true}};
    Column<double> bound{
        *this,
        {.name = "bound", .unit = "exposure", .meaning = "no plan within the limits removes more", .required = true}};
    Column<double> gap{*this, {.name = "gap", .unit = "share", .meaning = "(bound - value) / max(|bound|, 1e-9)"}};
    Column<BoundKind> bound_kind{
        *this, {.name = "bound_kind", .meaning = "prices: the Lagrangian dual; search: a branching search"}};
    Column<double> price_bound{*this,
                               {.name = "price_bound",
                                .unit = "exposure",
                                .meaning = "the Lagrangian dual at the prices of resources",
                                .required = true}};
    Column<PlanStatus> stop_reason{*this, {.name = "stop_reason", .meaning = "how the run ended"}};
    Column<std::int32_t> people{*this, {.name = "people", .unit = "people", .meaning = "people with items"}};
    Column<std::int32_t> items{*this, {.name = "items", .unit = "items", .meaning = "items, pins included"}};
    Column<std::int32_t> conflicts{*this,
                                   {.name = "conflicts", .unit = "items", .meaning = "mandatory items left out"}};
};

struct Earlier;

struct OptimizeOptions {
    Date start = missing<Date>();           ///< first day of the horizon; missing: the day after as_of
    int months = 12;                        ///< length of the horizon in calendar months, 1 to 120
    int period_months = 3;                  ///< length of a period, at least 1; the last ends with the horizon
    std::optional<int> max_activities{};    ///< items of one person, pins, mandatory and prerequisites included
    std::optional<int> max_capabilities{};  ///< capabilities (of the person's risk rows) that one person's items teach
    std::optional<int> max_of_a_kind{};     ///< items of one kind of one person
    bool allow_overlap = false;             ///< sessions of one person may overlap in days
    double gap = 1e-4;                      ///< stop when (bound - value) / |bound| is no larger, 0 to 1
    std::optional<double>
        work_limit{};  ///< in millions of search nodes, above 0; absent: until the gap is reached or more promises little
    std::optional<double> time_limit{};  ///< seconds; the result is then not reproducible
    /// Items of the plan that this one replaces, e.g. `std::make_shared<PlanItems>(plan.items)`; none: nothing to keep.
    /// Of a table of other hands, person, activity, session, first_day and reason count.
    std::shared_ptr<const PlanItems> previous{};
    /// Charged for each item of `previous` that is absent now (same person, activity, session and first day), in units of
    /// value, 0 to 1e6; value and bound are net of it. Not charged are items that were pinned, that do not begin within
    /// the horizon, or that the organisation no longer knows.
    double change_cost = 0;
    /// Where the search starts, e.g. `std::make_shared<Earlier>(Earlier{plan, organization, risks})` of the plan that this one
    /// replaces: it takes less time, and of several plans as good it finds one that differs less. None: from nothing. Plans do
    /// not keep it.
    std::shared_ptr<const Earlier> earlier{};
    int threads = 0;  ///< 0: all cores
};

/// Items of a plan from outside, e.g. to be kept as `OptimizeOptions::previous`, sorted by person and activity: person,
/// activity, first_day and last_day are needed; columns of other names are warned of. Each row must name what the organisation
/// has: leave out who has left. @throws Error with all problems.
PlanItems load_items(const Organization& organization, const Input& input, int threads = 0);

/// A development plan for everyone. Immutable.
struct Plan {
    PlanItems items;
    PlanPeople people;
    PlanGoals goals;
    PlanResources resources;
    PlanConflicts conflicts;
    PlanCertificate certificate;
    OptimizeOptions options;  ///< as used: `start` is set
    Date as_of = missing<Date>();
    Provenance provenance;
    /// Warnings: activities without hours or cost that were not offered, people whom no fund reaches, with counts.
    std::shared_ptr<const Problems> problems = std::make_shared<const Problems>();

    /// The tables, in order.
    std::vector<const Table*> tables() const;
};

/// A plan from outside or from a file: its tables and the options it was made with. items, resources and certificate are
/// needed. Without conflicts, each mandatory activity that is not planned is one, and what stopped it is not known. goals
/// and people are made anew, those given are not read.
/// @throws Error invalid_option; else with all problems: unknown_table for a table that a plan does not have,
///         missing_table, contradiction for a table given twice, and those of the rows.
Plan load_plan(const Organization& organization, const Risks& risks, std::span<const Input> tables,
               const OptimizeOptions& options, Date as_of);

/// The result tables goals and people, and the gains of the items, made from the items alone.
void describe(const Organization& organization, const Risks& risks, Plan& plan);

}  // namespace gradus
