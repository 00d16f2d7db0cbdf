#include "agreement/records.h"

#include <gradus/base/error.h>

#include "account/book.h"
#include "account/wording.h"
#include "base/utf8.h"

namespace gradus {

namespace {

#define CHANGE_COLUMNS "number, key, at, by, actor, reason, event, plan, subject, body, applied, state, rule, message"
#define PLAN_COLUMNS "plan, person, state, advisor, content, supersedes"
#define ITEM_COLUMNS                                                                                              \
    "plan, activity, person, session, first_day, last_day, pinned, status, since, reservation, raised, account, " \
    "employee, fund_cost, minutes, fund, money_program, hours_program, items_program, spent, spent_minutes"
// The last row of an item is what it is now.
#define LATEST_ITEM \
    " AND s.number = (SELECT max(l.number) FROM plan_item_states l WHERE l.plan = s.plan AND l.activity = s.activity)"

template <class E>
E word_of(const Statement::Rows& rows, int column) {
    const auto value = from_word<E>(rows.text(column));
    if (!value) throw Error(Code::damaged, "'" + rows.string(column) + "' is no word that plans know", "plans");
    return *value;
}

ChangeRecord read_change(const Statement::Rows& rows) {
    ChangeRecord change;
    change.receipt = {.number = rows.number(0),
                      .at = moment_at(rows.number(2)),
                      .applied = rows.number(10) == 1,
                      .state = rows.text(11).empty() ? missing<PlanState>() : word_of<PlanState>(rows, 11),
                      .rule = rows.string(12),
                      .message = rows.string(13)};
    change.key = rows.string(1), change.by = rows.string(3), change.as = word_of<Actor>(rows, 4);
    change.reason = rows.string(5), change.event = word_of<PlanEvent>(rows, 6);
    change.plan = rows.string(7), change.subject = rows.string(8), change.body = rows.string(9);
    return change;
}

PlanRecord read_plan(const Statement::Rows& rows) {
    return {.plan = rows.string(0),
            .person = rows.string(1),
            .state = word_of<PlanState>(rows, 2),
            .advisor = rows.string(3),
            .content = rows.number(4),
            .supersedes = rows.string(5)};
}

ItemRecord read_item(const Statement::Rows& rows) {
    const auto perhaps = [&](int column) {
        return rows.missing(column) ? std::nullopt : std::optional(rows.number(column));
    };
    const auto text = [&](int column) {
        return rows.missing(column) ? std::nullopt : std::optional(rows.string(column));
    };
    const auto day = [&](int column) { return Date(Date::duration(static_cast<std::int32_t>(rows.number(column)))); };
    return {.plan = rows.string(0),
            .activity = rows.string(1),
            .person = rows.string(2),
            .session = rows.string(3),
            .first_day = day(4),
            .last_day = day(5),
            .pinned = rows.number(6) == 1,
            .status = word_of<ItemStatus>(rows, 7),
            .since = rows.number(8),
            .reservation = rows.string(9),
            .raised = rows.number(10),
            .account = rows.number(11),
            .employee = rows.number(12),
            .fund_cost = rows.number(13),
            .minutes = perhaps(14),
            .fund = rows.string(15),
            .money_program = text(16),
            .hours_program = text(17),
            .items_program = text(18),
            .spent = perhaps(19),
            .spent_minutes = perhaps(20)};
}

[[noreturn]] void stands_nowhere(std::string_view plan) {
    throw Error(Code::damaged, "plan '" + printable(plan) + "' has an item that stands nowhere", "plans");
}

}  // namespace

Records::Records(Store& store)
    : end_(store, "SELECT number, at FROM plan_changes ORDER BY number DESC LIMIT 1"),
      change_(store, "SELECT " CHANGE_COLUMNS " FROM plan_changes WHERE key = ?1"),
      change_at_(store, "SELECT " CHANGE_COLUMNS " FROM plan_changes WHERE number = ?1"),
      plan_(store, "SELECT " PLAN_COLUMNS " FROM plan_states WHERE plan = ?1 ORDER BY number DESC LIMIT 1"),
      item_(store, "SELECT " ITEM_COLUMNS
                   " FROM plan_item_states WHERE plan = ?1 AND activity = ?2 "
                   "ORDER BY number DESC LIMIT 1"),
      content_items_(store, "SELECT activity FROM plan_items WHERE change = ?1 ORDER BY place"),
      all_items_(store,
                 "SELECT p.plan, s.activity, s.person, s.session, s.first_day, s.last_day, s.pinned, s.status, "
                 "s.since, s.reservation, s.raised, s.account, s.employee, s.fund_cost, s.minutes, s.fund, "
                 "s.money_program, s.hours_program, s.items_program, s.spent, s.spent_minutes "
                 "FROM plan_states p JOIN plan_items c ON c.change = p.content "
                 "LEFT JOIN plan_item_states s ON s.plan = p.plan AND s.activity = c.activity" LATEST_ITEM
                 " WHERE p.number = (SELECT max(l.number) FROM plan_states l WHERE l.plan = p.plan) "
                 "ORDER BY p.plan, c.place"),
      items_of_(store, "SELECT " ITEM_COLUMNS " FROM plan_item_states s WHERE person = ?1 AND activity = ?2" LATEST_ITEM
                       " ORDER BY plan"),
      items_in_(store, "SELECT " ITEM_COLUMNS " FROM plan_item_states s WHERE session = ?1" LATEST_ITEM
                       " ORDER BY plan, activity"),
      seats_(store, "SELECT seats FROM plan_seats WHERE session = ?1 ORDER BY number DESC LIMIT 1"),
      reserved_(store,
                "SELECT r.amount FROM transactions t JOIN reservations r ON r.reservation = t.number "
                "WHERE t.key = ?1"),
      used_(store,
            "SELECT CASE WHEN r.resolved IS NULL THEN r.amount "
            "WHEN p.operation = 'post' AND p.subject = t.key AND NOT EXISTS (SELECT 1 FROM transactions b "
            "WHERE b.subject = p.key AND b.operation = 'reverse' AND b.applied = 1) THEN p.amount ELSE 0 END "
            "FROM transactions t JOIN reservations r ON r.reservation = t.number "
            "LEFT JOIN transactions p ON p.number = r.resolved WHERE t.key = ?1"),
      plans_(store, "SELECT " PLAN_COLUMNS
                    " FROM plan_states s WHERE number = "
                    "(SELECT max(l.number) FROM plan_states l WHERE l.plan = s.plan) ORDER BY plan"),
      times_(store,
             "SELECT s.plan, min(c.at), max(c.at) FROM plan_states s JOIN plan_changes c USING (number) GROUP BY "
             "s.plan"),
      add_change_(store, "INSERT INTO plan_changes (" CHANGE_COLUMNS
                         ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"),
      add_plan_(store, "INSERT INTO plan_states (number, " PLAN_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      add_item_(store, "INSERT INTO plan_item_states (number, " ITEM_COLUMNS
                       ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
                       "?19, ?20, ?21, ?22)"),
      add_seats_(store, "INSERT INTO plan_seats (number, session, seats) VALUES (?1, ?2, ?3)"),
      items_(store, "plan_items", PlanItems()), goals_(store, "plan_goals", Goals()),
      milestones_(store, "plan_milestones", Milestones()), chain_(store) {}

Records::End Records::end() {
    Statement::Rows rows = end_();
    if (!rows.next()) return {};
    return {rows.number(0), moment_at(rows.number(1))};
}

std::optional<ChangeRecord> Records::change(std::string_view key) {
    Statement::Rows rows = change_(key);
    if (!rows.next()) return std::nullopt;
    return read_change(rows);
}

std::optional<ChangeRecord> Records::change(std::int64_t number) {
    Statement::Rows rows = change_at_(number);
    if (!rows.next()) return std::nullopt;
    return read_change(rows);
}

std::optional<PlanRecord> Records::plan(std::string_view plan) {
    Statement::Rows rows = plan_(plan);
    if (!rows.next()) return std::nullopt;
    return read_plan(rows);
}

std::vector<PlanRecord> Records::plans() {
    std::vector<PlanRecord> plans;
    for (Statement::Rows rows = plans_(); rows.next();) plans.push_back(read_plan(rows));
    return plans;
}

std::optional<ItemRecord> Records::item(std::string_view plan, std::string_view activity) {
    Statement::Rows rows = item_(plan, activity);
    if (!rows.next()) return std::nullopt;
    return read_item(rows);
}

std::vector<ItemRecord> Records::items(const PlanRecord& plan) {
    std::vector<std::string> activities;
    for (Statement::Rows rows = content_items_(plan.content); rows.next();) activities.push_back(rows.string(0));
    std::vector<ItemRecord> items;
    for (const std::string& activity : activities) {
        std::optional<ItemRecord> item = this->item(plan.plan, activity);
        if (!item) stands_nowhere(plan.plan);
        items.push_back(std::move(*item));
    }
    return items;
}

std::vector<ItemRecord> Records::items() {
    std::vector<ItemRecord> items;
    for (Statement::Rows rows = all_items_(); rows.next();) {
        if (rows.missing(1)) stands_nowhere(rows.text(0));
        items.push_back(read_item(rows));
    }
    return items;
}

std::map<std::string, std::pair<Moment, Moment>, std::less<>> Records::times() {
    std::map<std::string, std::pair<Moment, Moment>, std::less<>> times;
    for (Statement::Rows rows = times_(); rows.next();)
        times.emplace(rows.string(0), std::pair(moment_at(rows.number(1)), moment_at(rows.number(2))));
    return times;
}

std::vector<ItemRecord> Records::all(Statement::Rows& rows) {
    std::vector<ItemRecord> items;
    while (rows.next()) items.push_back(read_item(rows));
    return items;
}

std::vector<ItemRecord> Records::items_of(std::string_view person, std::string_view activity) {
    Statement::Rows rows = items_of_(person, activity);
    return all(rows);
}

std::vector<ItemRecord> Records::items_in(std::string_view session) {
    Statement::Rows rows = items_in_(session);
    return all(rows);
}

Records::Seats Records::seats(std::string_view session) {
    Statement::Rows rows = seats_(session);
    if (!rows.next()) return {};
    return {true, rows.missing(0) ? std::nullopt : std::optional(rows.number(0))};
}

std::optional<std::int64_t> Records::reserved(std::string_view key) {
    Statement::Rows rows = reserved_(key);
    if (!rows.next()) return std::nullopt;
    return rows.number(0);
}

std::int64_t Records::used(std::string_view key) {
    Statement::Rows rows = used_(key);
    return rows.next() ? rows.number(0) : 0;
}

void Records::add(const ChangeRecord& change) {
    const PlanReceipt& r = change.receipt;
    add_change_.run(r.number, change.key, micros(r.at), change.by, word(change.as), change.reason, word(change.event),
                    change.plan, change.subject, Statement::Blob{change.body}, std::int64_t(r.applied),
                    is_missing(r.state) ? std::string_view() : word(r.state), r.rule, r.message);
}

void Records::add(std::int64_t number, const PlanRecord& plan) {
    add_plan_.run(number, plan.plan, plan.person, word(plan.state), plan.advisor, plan.content, plan.supersedes);
}

void Records::add(std::int64_t number, const ItemRecord& item) {
    const auto value = [](const std::optional<std::string>& text) {
        return text ? Statement::Value(*text) : Statement::Value();
    };
    const auto perhaps = [](const std::optional<std::int64_t>& value_or_none) {
        return value_or_none ? Statement::Value(*value_or_none) : Statement::Value();
    };
    const auto day = [](Date date) { return std::int64_t(date.time_since_epoch().count()); };
    const std::vector<Statement::Value> values{number,
                                               item.plan,
                                               item.activity,
                                               item.person,
                                               item.session,
                                               day(item.first_day),
                                               day(item.last_day),
                                               std::int64_t(item.pinned),
                                               std::string(word(item.status)),
                                               item.since,
                                               item.reservation,
                                               item.raised,
                                               item.account,
                                               item.employee,
                                               item.fund_cost,
                                               perhaps(item.minutes),
                                               item.fund,
                                               value(item.money_program),
                                               value(item.hours_program),
                                               value(item.items_program),
                                               perhaps(item.spent),
                                               perhaps(item.spent_minutes)};
    Statement::Rows rows = add_item_.of(values);
    while (rows.next()) {
    }
}

void Records::add(std::int64_t number, std::string_view session, std::optional<std::int64_t> seats) {
    add_seats_.run(number, session, seats);
}

void Records::add_content(std::int64_t number, const PlanContent& content) {
    items_.add(number, content.items);
    goals_.add(number, content.goals);
    milestones_.add(number, content.milestones);
}

PlanContent Records::content(const PlanRecord& plan) {
    PlanContent content{.person = plan.person, .supersedes = plan.supersedes};
    items_.read(plan.content, content.items);
    goals_.read(plan.content, content.goals);
    milestones_.read(plan.content, content.milestones);
    return content;
}

}  // namespace gradus
