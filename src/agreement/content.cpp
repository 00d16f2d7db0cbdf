#include "agreement/content.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <gradus/base/error.h>
#include <gradus/risk/risk.h>

#include "account/book.h"
#include "account/wording.h"
#include "agreement/stored_table.h"
#include "base/utf8.h"
#include "organization/columns.h"
#include "organization/currency.h"
#include "planning/verify_case.h"

namespace gradus {

namespace {

using Value = Statement::Value;

/// Finds what is wrong with the rows of one table, and completes those of items.
class Filler {
public:
    Filler(const Organization& organization, const PlanContent& content, Moment at)
        : organization_(organization), content_(content), cells_(cells_of(content.items)),
          case_(organization, Risks(), on(content, at)), person_(case_, person(organization, content.person)) {
        for (std::size_t c = 0; c < content.items.column_count(); ++c)
            places_[content.items.column(c).field().name] = c;
    }

    WrittenContent fill() {
        WrittenContent result{content_, {}};
        check_people(content_.items), check_people(content_.goals), check_people(content_.milestones);
        std::set<std::string> activities;
        for (row_ = 0; row_ < content_.items.size(); ++row_) {
            result.items.push_back(item());
            if (!activities.insert(result.items.back().activity).second)
                refuse(Code::duplicate_key, "activity",
                       "'" + printable(result.items.back().activity) + "' is there twice; one item for each activity");
        }
        set_cells(result.content.items, cells_);
        return result;
    }

private:
    /// What decides roles and dates where money is worked out: nothing is planned.
    static Plan on(const PlanContent& content, Moment at) {
        Plan plan;
        plan.as_of = is_missing(content.as_of)
                         ? std::chrono::time_point_cast<Date::duration>(std::chrono::floor<std::chrono::days>(at))
                         : content.as_of;
        plan.options.start = plan.as_of;
        return plan;
    }
    static PersonId person(const Organization& organization, const std::string& key) {
        const std::int32_t id = organization.people().find(key);
        if (id < 0)
            throw Error(Code::unknown_key, "there is no person '" + printable(key) + "'", "plan_requests", 0, "person");
        return PersonId(id);
    }

    [[noreturn]] void refuse(Code code, const char* column, const std::string& message) const {
        throw Error(code, message, "items", static_cast<std::int64_t>(row_) + 1, column);
    }
    Value& cell(std::string_view column) { return cells_[places_.at(column)][row_]; }
    std::string text(std::string_view column) {
        const auto* text = std::get_if<std::string>(&cell(column));
        return text ? *text : std::string();
    }
    std::optional<std::int64_t> number(const char* column) {
        const auto* number = std::get_if<std::int64_t>(&cell(column));
        return number ? std::optional(*number) : std::nullopt;
    }
    std::optional<std::int64_t> amount(const char* column) {
        const std::optional<std::int64_t> found = number(column);
        if (found && *found < 0)
            refuse(Code::out_of_range, column, "expected 0 or more, found " + std::to_string(*found));
        return found;
    }
    Date day(const char* column) {
        const std::optional<std::int64_t> found = number(column);
        if (!found) refuse(Code::missing_value, column, "expected a day");
        return Date(Date::duration(static_cast<std::int32_t>(*found)));
    }
    void check_people(const Table& table) const {
        for (std::size_t row = 0; row < table.size(); ++row) {
            const Value value = cell_of(*table.find("person"), row);
            const auto* key = std::get_if<std::string>(&value);
            if (!key || *key != content_.person)
                throw Error(Code::contradiction,
                            "expected '" + printable(content_.person) + "', whose plan it is, found " +
                                (key ? "'" + printable(*key) + "'" : std::string("nothing")),
                            std::string(table.name()), static_cast<std::int64_t>(row) + 1, "person");
        }
    }
    template <class IdType>
    IdType known(const char* column, const Keys& keys, bool needed) {
        const std::string key = text(column);
        if (key.empty() && !needed) return {};
        if (key.empty()) refuse(Code::missing_value, column, "is empty, and must name something");
        const std::int32_t id = keys.find(key);
        if (id < 0) refuse(Code::unknown_key, column, "the organisation has no '" + printable(key) + "'");
        return IdType(id);
    }

    ItemRecord item() {
        const auto activity = known<ActivityId>("activity", organization_.activities(), true);
        const auto session = known<SessionId>("session", organization_.sessions(), false);
        known<FundId>("fund", organization_.funds(), false);
        if (session && organization_->sessions.activity[static_cast<std::size_t>(session.value())] != activity)
            refuse(Code::contradiction, "session",
                   "'" + printable(text("session")) + "' is no session of '" + printable(text("activity")) + "'");
        ItemRecord item{.plan = {},
                        .activity = text("activity"),
                        .person = content_.person,
                        .session = text("session"),
                        .first_day = day("first_day"),
                        .last_day = day("last_day"),
                        .pinned = text("reason") == word(Reason::pinned)};
        if (item.last_day < item.first_day) refuse(Code::out_of_range, "last_day", "lies before first_day");
        if (item.pinned) return pinned(std::move(item));
        check_session(session, item);
        money(item, verification::charge(person_, activity, session, item.first_day));
        return item;
    }
    /// A seat is held in a session, and money charged by its day: the item must be that session's.
    void check_session(SessionId session, const ItemRecord& item) const {
        if (!session) return;
        const Date begins = organization_->sessions.first_day[static_cast<std::size_t>(session.value())];
        if (item.first_day != begins)
            refuse(Code::contradiction, "first_day",
                   "session '" + printable(item.session) + "' begins on " + to_text(begins) + ", found " +
                       to_text(item.first_day));
    }
    /// What is under way was paid for elsewhere.
    ItemRecord pinned(ItemRecord item) {
        for (const char* column : {"cost", "fund_cost", "account_cost", "employee_cost"}) {
            if (amount(column).value_or(0) != 0)
                refuse(Code::contradiction, column, "what is under way (pinned) costs nothing here, expected 0");
            cell(column) = std::int64_t{0};
        }
        item.minutes = amount("hours");
        return item;
    }
    void money(ItemRecord& item, const verification::Charge& charge) {
        using Obstacle = verification::Charge::Obstacle;
        if (charge.obstacle == Obstacle::two_accounts)
            refuse(Code::contradiction, "first_day", "two accounts of one kind would pay on that day");
        if (charge.obstacle == Obstacle::shares)
            refuse(Code::contradiction, "first_day", "the accounts that would pay on that day disagree on shares");
        complete(charge);
        item.account = *number("account_cost"), item.employee = *number("employee_cost");
        item.fund_cost = *number("fund_cost"), item.minutes = amount("hours");
        item.fund = text("fund");
        const auto program = [&](AccountKind kind) -> std::optional<std::string> {
            const std::int32_t row = charge.accounts[static_cast<std::size_t>(kind)];
            if (row < 0) return std::nullopt;
            const ProgramId id = organization_->accounts.program[static_cast<std::size_t>(row)];
            return id ? std::string(organization_.programs()[static_cast<std::size_t>(id.value())]) : std::string();
        };
        if (item.account + item.employee > 0) item.money_program = program(AccountKind::money).value_or("");
        item.hours_program = program(AccountKind::hours), item.items_program = program(AccountKind::items);
        if (item.hours_program && !item.minutes)
            refuse(Code::missing_value, "hours", "an account of hours pays, and how many is not known");
    }
    std::string shown(std::int64_t units) const { return decimal(units, organization_.relations().minor_digits); }
    /// Cost, its parts, hours and fund, where the row does not say them.
    void complete(const verification::Charge& charge) {
        const auto activity = static_cast<std::size_t>(organization_.activities().find(text("activity")));
        if (!amount("hours") && !is_missing(organization_->activities.hours[activity]))
            cell("hours") = std::int64_t{organization_->activities.hours[activity].count()};
        const bool parts = amount("account_cost") || amount("employee_cost") || amount("fund_cost");
        const std::optional<std::int64_t> cost = amount("cost");
        if (!parts) {
            if (is_missing(charge.cost) && cost != std::int64_t{0})
                refuse(Code::missing_value, "cost",
                       "what '" + printable(text("activity")) + "' costs is not known; expected the three parts");
            if (cost && *cost != 0 && *cost != charge.cost.minor_units())
                refuse(Code::missing_value, "account_cost",
                       "the cost is another than the organisation's; expected the three parts");
            const bool free = cost == std::int64_t{0};
            cell("account_cost") = free ? std::int64_t{0} : charge.account.minor_units();
            cell("employee_cost") = free ? std::int64_t{0} : charge.employee.minor_units();
            cell("fund_cost") = free ? std::int64_t{0} : charge.fund.minor_units();
        }
        std::int64_t sum = 0;
        for (const char* column : {"account_cost", "employee_cost", "fund_cost"}) {
            if (!number(column)) cell(column) = std::int64_t{0};
            sum = checked_sum(sum, *number(column), column);
        }
        if (cost && *cost != sum)
            refuse(Code::contradiction, "cost",
                   "expected the sum of the three parts, " + shown(sum) + ", found " + shown(*cost));
        cell("cost") = sum;
        if (*number("fund_cost") == 0 || !text("fund").empty()) return;
        if (charge.from)
            cell("fund") = std::string(organization_.funds()[static_cast<std::size_t>(charge.from.value())]);
        else if (organization_.relations().funds_given)
            refuse(Code::missing_value, "fund", "there is a fund part, and no fund reaches the person on that day");
    }

    const Organization& organization_;
    const PlanContent& content_;
    StoredCells cells_;
    std::map<std::string_view, std::size_t> places_;
    verification::Case case_;
    verification::Person person_;
    std::size_t row_ = 0;
};

}  // namespace

const std::string& checked_text(const std::string& text, const char* column, bool needed) {
    constexpr std::size_t most_bytes = 1000;
    const auto refuse = [&](Code code, const std::string& message) {
        throw Error(code, message, "plan_requests", 0, column);
    };
    if (needed && text.empty()) refuse(Code::missing_value, "is empty, and must name something");
    if (text.size() > most_bytes)
        refuse(Code::invalid_text, "has " + std::to_string(text.size()) + " bytes, and may have 1000");
    if (!valid_utf8(text) ||
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }))
        refuse(Code::invalid_text, "expected UTF-8 without control characters, found '" + printable(text) + "'");
    return text;
}

WrittenContent written(const Organization& organization, const PlanContent& content, Moment at) {
    return Filler(organization, content, at).fill();
}

RowsByPerson rows_by_person(const Table& table) {
    RowsByPerson rows;
    for (std::size_t row = 0; row < table.size(); ++row)
        rows[std::string(table.find("person")->text(row))].push_back(static_cast<std::int32_t>(row));
    return rows;
}

std::vector<PlanContent> divide(const Plan& plan, const WrittenGoals* goals) {
    std::map<std::string, PlanContent> contents;
    const auto take = [&](const auto& table, auto PlanContent::*member) {
        for (const auto& [key, rows] : rows_by_person(table)) {
            PlanContent& content =
                contents.try_emplace(key, PlanContent{.person = key, .as_of = plan.as_of}).first->second;
            content.*member = table;
            gather(content.*member, rows);
        }
    };
    take(plan.items, &PlanContent::items);
    if (goals) take(goals->goals, &PlanContent::goals), take(goals->milestones, &PlanContent::milestones);
    std::vector<PlanContent> all;
    for (auto& entry : contents) all.push_back(std::move(entry.second));
    return all;
}

}  // namespace gradus
