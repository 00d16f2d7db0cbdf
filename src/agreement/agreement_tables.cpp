#include <gradus/agreement/agreement_tables.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/base/error.h>

#include "account/book.h"
#include "account/order.h"
#include "account/wording.h"
#include "agreement/handle.h"
#include "agreement/table_rows.h"
#include "base/utf8.h"

namespace gradus {

namespace {

using Value = Statement::Value;

/// The places of those who wait, by plan and activity; of each session the first to be agreed comes first.
std::map<std::pair<std::string_view, std::string_view>, std::int64_t> queue_places(
    const std::vector<ItemRecord>& items) {
    std::vector<const ItemRecord*> waiting;
    for (const ItemRecord& item : items)
        if (item.status == ItemStatus::waiting) waiting.push_back(&item);
    std::sort(waiting.begin(), waiting.end(), [](const ItemRecord* a, const ItemRecord* b) {
        return std::tie(a->session, a->since, a->plan) < std::tie(b->session, b->since, b->plan);
    });
    std::map<std::pair<std::string_view, std::string_view>, std::int64_t> places;
    std::int64_t place = 0;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        place = i > 0 && waiting[i - 1]->session == waiting[i]->session ? place + 1 : 1;
        places[{waiting[i]->plan, waiting[i]->activity}] = place;
    }
    return places;
}

}  // namespace

Plans plans(const Agreements& agreements, std::string_view person) {
    return agreements.data().read([&](Records& records, Store&, Ledger::Data::Parts&) {
        Plans table;
        TableRows rows(table);
        std::map<std::string, std::pair<std::int64_t, std::int64_t>, std::less<>> items;  // all and open, by plan
        for (const ItemRecord& item : records.items()) {
            auto& [all, open] = items[item.plan];
            ++all, open += item.live();
        }
        const auto times = records.times();
        for (const PlanRecord& plan : records.plans()) {
            if (!person.empty() && plan.person != person) continue;
            const auto [all, open] = items[plan.plan];
            rows.row().set("plan", plan.plan).set("person", plan.person).set("state", plan.state);
            rows.set("advisor", plan.advisor).set("supersedes", plan.supersedes);
            rows.set("items", Value(all)).set("open", Value(open));
            const auto found = times.find(plan.plan);
            if (found == times.end())
                throw Error(Code::damaged, "plan '" + printable(plan.plan) + "' has no beginning", "plans");
            const auto& [drafted, changed] = found->second;
            rows.set("drafted", Value(micros(drafted))).set("changed", Value(micros(changed)));
        }
        rows.finish();
        return table;
    });
}

PlanHistory history(const Agreements& agreements, std::string_view person) {
    return agreements.data().read([&](Records&, Store& store, Ledger::Data::Parts&) {
        PlanHistory table;
        TableRows rows(table);
        // Whose plan a change was of is in the first row of its states; a draft that was refused left none.
        Statement all(
            store,
            "SELECT c.number AS number, c.at, p.person AS person, c.plan AS plan, c.event, c.subject, c.applied, "
            "c.state, '' AS status, c.by, c.actor, c.reason, c.rule, c.message, 0 AS kind, '' AS activity "
            "FROM plan_changes c LEFT JOIN (SELECT plan, min(person) AS person FROM plan_states GROUP BY plan) p "
            "ON p.plan = c.plan WHERE ?1 = '' OR p.person = ?1 "
            "UNION ALL SELECT s.number, c.at, s.person, s.plan, 'supersede', c.plan, 1, s.state, '', c.by, c.actor, "
            "c.reason, '', '', 1, '' FROM plan_states s JOIN plan_changes c USING (number) "
            "WHERE s.plan <> c.plan AND (?1 = '' OR s.person = ?1) "
            "UNION ALL SELECT i.number, c.at, i.person, i.plan, c.event, i.activity, 1, '', i.status, "
            "iif(q.person = i.person, c.by, ''), iif(q.person = i.person, c.actor, ''), "
            "iif(q.person = i.person, c.reason, ''), '', '', 2, i.activity "
            "FROM plan_item_states i JOIN plan_changes c USING (number) "
            "LEFT JOIN (SELECT plan, min(person) AS person FROM plan_states GROUP BY plan) q ON q.plan = c.plan "
            "WHERE ?1 = '' OR i.person = ?1 ORDER BY number, plan, kind, activity");
        for (Statement::Rows found = all(person); found.next();) {
            const auto text = [&](int column) { return Value(found.string(column)); };
            rows.row()
                .set("number", Value(std::int64_t(short_number(found.number(0), "plans"))))
                .set("at", Value(found.number(1)));
            rows.set("person", text(2)).set("plan", text(3)).set("event", text(4)).set("subject", text(5));
            rows.set("applied", Value(found.number(6))).set("state", text(7)).set("status", text(8));
            rows.set("by", text(9)).set("as", text(10)).set("reason", text(11));
            rows.set("rule", text(12)).set("message", text(13));
        }
        rows.finish();
        return table;
    });
}

AgreedItems agreed_items(const Agreements& agreements, std::string_view person) {
    return agreements.data().read([&](Records& records, Store&, Ledger::Data::Parts&) {
        AgreedItems table;
        TableRows rows(table);
        const std::vector<ItemRecord> items = records.items();
        const auto queue = queue_places(items);
        for (const ItemRecord& item : items) {
            if (!person.empty() && item.person != person) continue;
            rows.row().set("plan", item.plan).set("person", item.person).set("activity", item.activity);
            rows.set("session", item.session).set("first_day", item.first_day).set("last_day", item.last_day);
            rows.set("status", item.status).set("hours", item.minutes).set("cost", Value(item.cost()));
            rows.set("account_cost", Value(item.account)).set("employee_cost", Value(item.employee));
            rows.set("fund_cost", Value(item.fund_cost)).set("fund", item.fund);
            rows.set("spent", item.spent).set("spent_hours", item.spent_minutes);
            if (const auto place = queue.find({item.plan, item.activity}); place != queue.end())
                rows.set("queue", Value(place->second));
        }
        rows.finish();
        return table;
    });
}

PlanContent content(const Agreements& agreements, std::string_view plan) {
    return agreements.data().read([&](Records& records, Store&, Ledger::Data::Parts&) {
        const std::optional<PlanRecord> found = records.plan(plan);
        if (!found) throw Error(Code::unknown_key, "there is no plan '" + printable(plan) + "'", "plans", 0, "plan");
        return records.content(*found);
    });
}

}  // namespace gradus
