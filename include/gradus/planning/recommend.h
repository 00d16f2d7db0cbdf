#pragma once

#include <gradus/planning/desk.h>

namespace gradus {

/// What would help one person, best first: by net, then activity and first day.
struct Recommendations : Table {
    Recommendations() : Table("recommendations", "What would help one person, what it would take, and what stops it") {}

    Column<PersonId> person{*this, {.name = "person", .meaning = "whom"}};
    Column<ActivityId> activity{*this, {.name = "activity", .meaning = "what"}};
    Column<SessionId> session{*this, {.name = "session", .meaning = "in which session; none: on demand"}};
    Column<Date> first_day{
        *this, {.name = "first_day", .meaning = "first day; of what has to wait for something else, the earliest"}};
    Column<Date> last_day{*this, {.name = "last_day", .meaning = "last day"}};
    Column<bool> planned{*this, {.name = "planned", .meaning = "the person holds it already"}};
    Column<double> gain{*this,
                        {.name = "gain",
                         .unit = "exposure",
                         .meaning = "exposure it adds to what the other items held remove, averaged over the horizon"}};
    Column<double> price{*this,
                         {.name = "price",
                          .unit = "exposure",
                          .meaning = "what the money and the seat are worth to others at the plan's prices"}};
    Column<double> net{*this, {.name = "net", .unit = "exposure", .meaning = "gain - price"}};
    Column<Minutes> hours{*this, {.name = "hours", .unit = "hours", .meaning = "time it takes"}};
    Column<Money> cost{*this, {.name = "cost", .unit = "money", .meaning = "what it costs in all"}};
    Column<FundId> fund{*this, {.name = "fund", .meaning = "fund charged"}};
    Column<Limit> limit{
        *this,
        {.name = "limit", .meaning = "the first limit that stops it, beside what the person holds; none: nothing"}};
    Column<std::string_view> resource{
        *this,
        {.name = "resource",
         .meaning = "the fund, session, account, activity or capability concerned; the activity itself: its cost or "
                    "hours are not known"}};
    Column<std::int32_t> period{*this, {.name = "period", .unit = "1-based", .meaning = "period it would start in"}};
    Column<double> capacity{*this,
                            {.name = "capacity",
                             .unit = "by limit",
                             .meaning = "what there is, or is left: hours, money, seats, items, level"}};
    Column<double> demanded{*this, {.name = "demanded", .unit = "by limit", .meaning = "what taking it would need"}};
};

struct RecommendOptions {
    PersonNow now{};             ///< what is known of the person
    int top = 10;                ///< most rows, 1 or more
    bool every_session = false;  ///< a row for each session or period; else each activity once, at its best
    bool only_possible = false;  ///< leave out what is planned or stopped
};

/// Ranks what would help one person on top of what they hold, at the plan's prices and within what is left: the gain of each
/// activity alone, its price, and the first limit in its way. What is under way, completed or declined is left out.
/// @throws Error as replan().
Recommendations recommend(const Desk& desk, PersonId person, const RecommendOptions& options = {});

}  // namespace gradus
