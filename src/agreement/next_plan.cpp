#include <gradus/agreement/next_plan.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gradus/base/error.h>

#include "account/book.h"
#include "account/wording.h"
#include "agreement/handle.h"
#include "agreement/table_rows.h"
#include "base/utf8.h"

namespace gradus {

namespace {

using Value = Statement::Value;
using Row = std::vector<Value>;

std::string text_at(const AnyColumn& column, std::size_t row) {
    const Value value = cell_of(column, row);
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : std::string();
}

std::vector<ItemRecord> all_items(Records& records) {
    std::vector<ItemRecord> items;
    for (const PlanRecord& plan : records.plans())
        for (ItemRecord& item : records.items(plan)) items.push_back(std::move(item));
    return items;
}

/// Of what is agreed, or was; nothing for what is not, or stands elsewhere.
std::optional<EnrolmentStatus> enrolment(ItemStatus status) {
    switch (status) {
    case ItemStatus::waiting: return EnrolmentStatus::planned;
    case ItemStatus::enrolled: return EnrolmentStatus::enrolled;
    case ItemStatus::in_progress: return EnrolmentStatus::in_progress;
    case ItemStatus::completed: return EnrolmentStatus::completed;
    case ItemStatus::failed: return EnrolmentStatus::failed;
    case ItemStatus::no_show: return EnrolmentStatus::no_show;
    case ItemStatus::withdrawn: return EnrolmentStatus::withdrawn;
    case ItemStatus::planned:
    case ItemStatus::moved:
    case ItemStatus::elsewhere: break;
    }
    return std::nullopt;
}

/// The number of the calendar period in which a day lies; absent: all days are one.
std::int64_t period_of(Date day, CapPeriod period) {
    if (is_missing(period)) return 0;
    const std::chrono::year_month_day date{std::chrono::sys_days(day)};
    const int months = int(date.year()) * 12 + static_cast<int>(unsigned(date.month())) - 1;
    return period == CapPeriod::month ? months : period == CapPeriod::quarter ? months / 3 : months / 12;
}

Date day_of(Moment at) {
    return std::chrono::time_point_cast<Date::duration>(std::chrono::floor<std::chrono::days>(at));
}

/// Balances are those at `at`, plans stand as they do now: earlier than the last entry the two do not fit together.
void check_moment(Ledger::Data::Parts& parts, Moment at) {
    parts.journal.begin();
    const Moment last = parts.journal.end().at;
    if (!is_missing(last) && at < last)
        throw Error(Code::out_of_range,
                    "expected no earlier than " + to_text(last) +
                        ", the moment of the last transaction of the ledger, found " + to_text(at),
                    "options", 0, "at");
}

using AccountKey = std::tuple<std::string, AccountKind, std::string>;  // person, kind, programme

/// What an item takes of an account of one kind, by what was agreed.
std::int64_t used(const ItemRecord& item, const AccountKey& key) {
    const auto& [person, kind, program] = key;
    if (item.person != person || !(item.live() || item.seated())) return 0;
    switch (kind) {
    case AccountKind::money: return item.money_program == program ? item.account : 0;
    case AccountKind::hours: return item.hours_program == program ? item.minutes.value_or(0) : 0;
    case AccountKind::items: return item.items_program == program ? 1 : 0;
    }
    return 0;
}

struct Cap {
    std::int64_t amount = 0;
    CapPeriod period = missing<CapPeriod>();
};

/// What a cap leaves in the fullest of its periods from a day on.
std::int64_t left_of(const Cap& cap, const std::vector<const ItemRecord*>& items, const AccountKey& key, Date from) {
    std::map<std::int64_t, std::int64_t> by_period;
    for (const ItemRecord* item : items)
        if (is_missing(cap.period) ? item->first_day >= from
                                   : period_of(item->first_day, cap.period) >= period_of(from, cap.period))
            by_period[period_of(item->first_day, cap.period)] += used(*item, key);
    std::int64_t most = 0;
    for (const auto& period : by_period) most = std::max(most, period.second);
    return std::max<std::int64_t>(0, cap.amount - most);
}

}  // namespace

Enrolments enrolments(const Agreements& agreements) {
    const Organization& organization = agreements.organization();
    return agreements.data().read([&](Records& records, Store& store, Ledger::Data::Parts&) {
        Enrolments table;
        TableRows rows(table);
        Statement moment(store,
                         "SELECT max(c.at) FROM plan_item_states i JOIN plan_changes c USING (number) "
                         "WHERE i.plan = ?1 AND i.activity = ?2");
        std::set<std::pair<std::string, std::string>> known;
        std::set<Row> written;
        for (const ItemRecord& item : all_items(records)) {
            const auto status = enrolment(item.status);
            if (!status || organization.people().find(item.person) < 0 ||
                organization.activities().find(item.activity) < 0)
                continue;
            known.insert({item.person, item.activity});
            const bool over = !item.live();
            Date date = over ? item.last_day : item.first_day;
            if (over) {
                Statement::Rows found = moment(item.plan, item.activity);
                if (found.next()) date = std::min(date, day_of(moment_at(found.number(0))));
            }
            const bool known_session = organization.sessions().find(item.session) >= 0;
            const std::string session = known_session ? item.session : std::string();
            Row identity{item.person, item.activity, std::string(word(*status)), session,
                         std::int64_t(date.time_since_epoch().count())};
            if (!written.insert(identity).second) continue;
            rows.row().set("person", item.person).set("activity", item.activity).set("status", *status);
            rows.set("session", session.empty() ? Value() : Value(session)).set("date", date);
            if (over) rows.set("hours", item.spent_minutes).set("cost", item.spent);
        }
        const Enrolments& before = organization->enrolments;
        for (std::size_t row = 0; row < before.size(); ++row) {
            const EnrolmentStatus status = before.status[row];
            const std::string person = text_at(before.person, row), activity = text_at(before.activity, row);
            const bool open = status == EnrolmentStatus::planned || status == EnrolmentStatus::enrolled ||
                              status == EnrolmentStatus::in_progress;
            if (open && known.contains({person, activity})) continue;
            if (written.contains({cell_of(before.person, row), cell_of(before.activity, row),
                                  cell_of(before.status, row), text_at(before.session, row),
                                  cell_of(before.date, row)}))
                continue;
            rows.row();
            for (std::size_t c = 0; c < before.column_count(); ++c)
                rows.set(before.column(c).field().name, cell_of(before.column(c), row));
        }
        rows.finish();
        return table;
    });
}

Accounts accounts(const Agreements& agreements, Moment at) {
    const Organization& organization = agreements.organization();
    return agreements.data().read([&](Records& records, Store& store, Ledger::Data::Parts& parts) {
        check_moment(parts, at);
        const Accounts& before = organization->accounts;
        std::map<AccountKey, std::optional<std::size_t>> keys;  // with the organisation's row
        for (std::size_t row = 0; row < before.size(); ++row) {
            const AccountKey key(text_at(before.person, row), before.kind[row], text_at(before.program, row));
            if (!keys.emplace(key, row).second)
                throw Error(Code::contradiction,
                            "'" + printable(std::get<0>(key)) +
                                "' has the same account several times; the ledger has one, whatever the day",
                            "accounts", static_cast<std::int64_t>(row) + 1, "person");
        }
        Statement granted(store,
                          "SELECT DISTINCT person, unit, program FROM books WHERE kind = 'lot' OR "
                          "(kind = 'own' AND unit <> 'money')");
        for (Statement::Rows found = granted(); found.next();) {
            const auto kind = from_word<AccountKind>(found.text(1));
            const bool program = found.text(2).empty() || organization.programs().find(found.text(2)) >= 0;
            if (kind && program && organization.people().find(found.text(0)) >= 0)
                keys.emplace(AccountKey(found.string(0), *kind, found.string(2)), std::nullopt);
        }
        std::map<std::string, std::vector<ItemRecord>> items;
        for (ItemRecord& item : all_items(records)) {
            std::string person = item.person;
            items[person].push_back(std::move(item));
        }
        Accounts table;
        TableRows rows(table);
        for (const auto& [key, row] : keys) {
            const auto& [person, kind, program] = key;
            rows.row();
            if (row)
                for (std::size_t c = 0; c < before.column_count(); ++c)
                    rows.set(before.column(c).field().name, cell_of(before.column(c), *row));
            rows.set("person", person).set("kind", kind).set("program", program.empty() ? Value() : Value(program));
            std::int64_t available = 0;
            for (const Book& book : parts.books.payers(Account{person, program, kind},
                                                       kind == AccountKind::money ? Draw::granted : Draw::any, at))
                available = checked_sum(available, book.posted - parts.books.held(book, at), "available");
            rows.set("available", Value(available));

            std::vector<Cap> caps;
            if (row && !is_missing(before.cap[*row]))
                caps.push_back({before.cap[*row].units(), before.cap_period[*row]});
            if (const std::int32_t id = organization.programs().find(program); id >= 0) {
                const auto p = static_cast<std::size_t>(id);
                if (!is_missing(organization->programs.cap[p]))
                    caps.push_back({organization->programs.cap[p].units(), organization->programs.cap_period[p]});
            }
            if (caps.empty()) continue;
            std::vector<const ItemRecord*> own;
            for (const ItemRecord& item : items[person]) own.push_back(&item);
            // Of two caps: the lesser rest, in the longer period, keeps both.
            Cap left{left_of(caps[0], own, key, day_of(at)), caps[0].period};
            for (const Cap& cap : caps) {
                left.amount = std::min(left.amount, left_of(cap, own, key, day_of(at)));
                if (is_missing(cap.period) || (!is_missing(left.period) && cap.period > left.period))
                    left.period = cap.period;
            }
            rows.set("cap", Value(left.amount));
            rows.set("cap_period", is_missing(left.period) ? Value() : Value(std::string(word(left.period))));
        }
        rows.finish();
        return table;
    });
}

Funds funds(const Agreements& agreements, Moment at) {
    const Organization& organization = agreements.organization();
    return agreements.data().read([&](Records&, Store&, Ledger::Data::Parts& parts) {
        check_moment(parts, at);
        const Funds& before = organization->funds;
        const Forest& forest = organization.relations().funds;
        std::vector<std::int64_t> amounts(before.size());
        for (std::size_t row = 0; row < before.size(); ++row) {
            const FundAccount fund{text_at(before.fund, row), AccountKind::money};
            const std::int64_t own = parts.books.balance(fund, at).available.units();
            for (auto up = static_cast<std::int32_t>(row); up >= 0; up = forest.parent(up)) {
                std::int64_t& amount = amounts[static_cast<std::size_t>(up)];
                amount = checked_sum(amount, own, fund.fund);
            }
        }
        Funds table = before;
        Buffer<Money> left(before.size());
        for (std::size_t row = 0; row < before.size(); ++row) left[row] = Money(amounts[row]);
        table.amount.set(std::move(left));
        return table;
    });
}

Sessions sessions(const Agreements& agreements) {
    const Organization& organization = agreements.organization();
    return agreements.data().read([&](Records& records, Store&, Ledger::Data::Parts&) {
        const Sessions& before = organization->sessions;
        Buffer<std::int32_t> seats(before.size());
        for (std::size_t row = 0; row < before.size(); ++row) {
            const std::string session = text_at(before.session, row);
            const Records::Seats known = records.seats(session);
            seats[row] = before.seats[row];
            if (!known.known) continue;
            seats[row] = missing<std::int32_t>();
            if (!known.seats) continue;
            std::int64_t left = *known.seats;
            for (const ItemRecord& item : records.items_in(session)) left -= item.seated();
            seats[row] = static_cast<std::int32_t>(std::max<std::int64_t>(0, left));
        }
        Sessions table = before;
        table.seats.set(std::move(seats));
        return table;
    });
}

}  // namespace gradus
