#include <gradus/agreement/next_plan.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/base/error.h>

#include "account/book.h"
#include "account/order.h"
#include "account/policy.h"
#include "account/wording.h"
#include "agreement/handle.h"
#include "agreement/item_money.h"
#include "agreement/table_rows.h"
#include "base/utf8.h"
#include "organization/charge.h"
#include "organization/levels.h"
#include "organization/rows.h"

namespace gradus {

namespace {

/// What is seen of the file at one moment, while nothing of it changes.
struct View {
    const Organization& organization;
    Records& records;
    Store& store;
    Ledger::Data::Parts& parts;
};

template <class Body>
auto view(const Agreements& agreements, const Body& body) {
    return agreements.data().read([&](Records& records, Store& store, Ledger::Data::Parts& parts) {
        return body(View{agreements.organization(), records, store, parts});
    });
}

using Value = Statement::Value;
using Row = std::vector<Value>;

std::string text_at(const AnyColumn& column, std::size_t row) {
    const Value value = cell_of(column, row);
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : std::string();
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

/// An open enrolment that the organisation has is this item: any, while the item itself is open; after that, the one of its session
/// and first day, which the session says where the enrolment does not.
bool stands_for(const ItemRecord& item, const std::string& session, Date date) {
    if (item.live()) return true;
    return item.session == session && (is_missing(date) ? !session.empty() : date == item.first_day);
}

/// Balances are those at `at`, plans stand as they do now: earlier than the last entry the two do not fit together.
void check_moment(Ledger::Data::Parts& parts, Moment at) {
    parts.journal.begin();
    check_not_before(at, parts.journal.end().at, "transaction of the ledger", {"options"});
}

using AccountKey = std::tuple<std::string, AccountKind, std::string>;  // person, kind, programme

/// What the accounts of people have, and what caps leave, within a transaction of the file.
class Rest {
public:
    Rest(const View& now, Moment at)
        : organization_(now.organization), records_(now.records), store_(now.store), parts_(now.parts), at_(at) {}

    std::int64_t available(const AccountKey& key) {
        const auto& [person, kind, program] = key;
        const ProgramId id(organization_.programs().find(program));
        const PersonId who(organization_.people().find(person));
        if (id && who && kind == organization_->programs.kind[static_cast<std::size_t>(id.value())] &&
            is_pool(organization_, id)) {
            const std::string fund = source_of(organization_, id, who, day_of(at_));
            return fund.empty() ? 0 : parts_.books.balance(FundAccount{fund, kind}, at_).available.units();
        }
        // Programmes spend what was granted, the employee's own money is for the employee's share.
        const Draw draw = kind == AccountKind::money || !program.empty() ? Draw::granted : Draw::any;
        std::int64_t sum = 0;
        for (const Book& book : parts_.books.payers(Account{person, program, kind}, draw, at_))
            sum = checked_sum(sum, book.posted - parts_.books.held(book, at_), "available");
        return sum;
    }

    /// Cap and period, of which either may be missing.
    std::pair<Amount, CapPeriod> cap(const AccountKey& key, std::optional<std::size_t> row,
                                     const std::vector<ItemRecord>& items) {
        std::vector<std::pair<Amount, CapPeriod>> caps;
        if (row && !is_missing(organization_->accounts.cap[*row]))
            caps.emplace_back(organization_->accounts.cap[*row], organization_->accounts.cap_period[*row]);
        if (const std::int32_t id = organization_.programs().find(std::get<2>(key)); id >= 0) {
            const auto p = static_cast<std::size_t>(id);
            if (!is_missing(organization_->programs.cap[p]))
                caps.emplace_back(organization_->programs.cap[p], organization_->programs.cap_period[p]);
        }
        if (caps.empty()) return {missing<Amount>(), missing<CapPeriod>()};
        const std::vector<CapUse> uses = uses_of(key, items);
        // Of two caps: the lesser rest, in the longer period, keeps both.
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        CapPeriod longest = caps[0].second;
        for (const auto& [amount, period] : caps) {
            least = std::min(least, left_of(amount.units(), period, uses));
            if (is_missing(period) || (!is_missing(longest) && period > longest)) longest = period;
        }
        return {Amount(least), longest};
    }

private:
    /// What programmes' caps count; of an account of no programme, what agreed items hold and what was posted of them.
    std::vector<CapUse> uses_of(const AccountKey& key, const std::vector<ItemRecord>& items) {
        const auto& [person, kind, program] = key;
        if (const ProgramId id(organization_.programs().find(program)); id)
            return cap_uses(store_, {person, program, kind}, capped_fund(organization_, id), missing<Date>(),
                            missing<Date>(), at_);
        std::vector<CapUse> uses;
        for (const ItemRecord& item : items) {
            if (!item.live() && !item.seated()) continue;
            const auto& charged = kind == AccountKind::money   ? item.money_program
                                  : kind == AccountKind::hours ? item.hours_program
                                                               : item.items_program;
            if (charged != program) continue;
            uses.push_back({item.first_day, used(records_, item, kind)});
        }
        return uses;
    }
    /// What a cap leaves in the fullest of its periods to come.
    std::int64_t left_of(std::int64_t cap, CapPeriod period, const std::vector<CapUse>& uses) const {
        std::map<std::int32_t, std::int64_t> by_period;
        const std::int32_t now = calendar_period(day_of(at_), period);
        for (const CapUse& use : uses)
            if (const std::int32_t of = calendar_period(use.first_day, period); of >= now)
                by_period[of] = checked_sum(by_period[of], use.amount, "the cap's spendings");
        std::int64_t most = 0;
        for (const auto& [of, used] : by_period) most = std::max(most, used);
        return std::max<std::int64_t>(0, cap - most);
    }

    const Organization& organization_;
    Records& records_;
    Store& store_;
    Ledger::Data::Parts& parts_;
    Moment at_;
};

Enrolments enrolments_in(const View& view) {
    const auto& [organization, records, store, parts] = view;
    Enrolments table;
    TableRows rows(table);
    Statement moment(store,
                     "SELECT max(c.at) FROM plan_item_states i JOIN plan_changes c USING (number) "
                     "WHERE i.plan = ?1 AND i.activity = ?2");
    std::map<std::pair<std::string, std::string>, std::vector<ItemRecord>> known;
    std::set<Row> written;
    for (const ItemRecord& item : records.items()) {
        const auto status = enrolment(item.status);
        if (!status || organization.people().find(item.person) < 0 || organization.activities().find(item.activity) < 0)
            continue;
        known[{item.person, item.activity}].push_back(item);
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
        const auto here = known.find({person, activity});
        const auto same = [&](const ItemRecord& item) {
            return stands_for(item, text_at(before.session, row), before.date[row]);
        };
        if (open && here != known.end() && std::any_of(here->second.begin(), here->second.end(), same)) continue;
        if (written.contains({cell_of(before.person, row), cell_of(before.activity, row), cell_of(before.status, row),
                              text_at(before.session, row), cell_of(before.date, row)}))
            continue;
        rows.row();
        for (std::size_t c = 0; c < before.column_count(); ++c)
            rows.set(before.column(c).field().name, cell_of(before.column(c), row));
    }
    rows.finish();
    return table;
}

Accounts accounts_in(const View& view, Moment at) {
    const auto& [organization, records, store, parts] = view;
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
                      "(kind = 'own' AND unit <> 'money' AND program = '')");
    for (Statement::Rows found = granted(); found.next();) {
        const auto kind = from_word<AccountKind>(found.text(1));
        const bool program = found.text(2).empty() || organization.programs().find(found.text(2)) >= 0;
        if (kind && program && organization.people().find(found.text(0)) >= 0)
            keys.emplace(AccountKey(found.string(0), *kind, found.string(2)), std::nullopt);
    }
    std::map<std::string, std::vector<ItemRecord>> items;
    for (ItemRecord& item : records.items()) {
        std::string person = item.person;
        items[person].push_back(std::move(item));
    }
    Rest rest(view, at);
    Accounts table;
    TableRows rows(table);
    for (const auto& [key, row] : keys) {
        const auto& [person, kind, program] = key;
        rows.row();
        if (row)
            for (std::size_t c = 0; c < before.column_count(); ++c)
                rows.set(before.column(c).field().name, cell_of(before.column(c), *row));
        rows.set("person", person).set("kind", kind).set("program", program.empty() ? Value() : Value(program));
        rows.set("available", Value(rest.available(key)));
        const auto [cap, period] = rest.cap(key, row, items[person]);
        if (is_missing(cap)) continue;
        rows.set("cap", Value(cap.units()));
        rows.set("cap_period", is_missing(period) ? Value() : Value(std::string(word(period))));
    }
    rows.finish();
    return table;
}

Funds funds_in(const View& view, Moment at) {
    const auto& [organization, records, store, parts] = view;
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
}

Sessions sessions_in(const View& view) {
    const auto& [organization, records, store, parts] = view;
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
}

}  // namespace

Enrolments enrolments(const Agreements& agreements) {
    return view(agreements, [](const View& now) { return enrolments_in(now); });
}

Accounts accounts(const Agreements& agreements, Moment at) {
    return view(agreements, [&](const View& now) { return accounts_in(now, at); });
}

Funds funds(const Agreements& agreements, Moment at) {
    return view(agreements, [&](const View& now) { return funds_in(now, at); });
}

Sessions sessions(const Agreements& agreements) {
    return view(agreements, [](const View& now) { return sessions_in(now); });
}

Organization next_organization(const Agreements& agreements, Moment at, int threads) {
    const Organization& organization = agreements.organization();
    const auto [enrolled, left, money, seats] = view(agreements, [&](const View& now) {
        return std::tuple(enrolments_in(now), accounts_in(now, at), funds_in(now, at), sessions_in(now));
    });
    const Levels levels(organization->scales, organization->capabilities, organization.scales().size());
    std::vector<Input> inputs;
    for (const Table* table : std::vector<const Table*>{&enrolled, &left, &money, &seats}) {
        // Without the table money is unlimited; with an empty one there is none.
        if (table == &money && !organization.relations().funds_given) continue;
        inputs.push_back(rows_of(*table, levels, organization.relations().minor_digits));
    }
    return organization.with_tables(inputs, threads);
}

}  // namespace gradus
