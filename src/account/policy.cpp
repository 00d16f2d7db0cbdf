#include "account/policy.h"

#include <algorithm>
#include <vector>

#include <gradus/base/error.h>

#include "account/wording.h"
#include "base/utf8.h"
#include "organization/charge.h"

namespace gradus {

namespace {

std::size_t row_of(ProgramId program) { return static_cast<std::size_t>(program.value()); }

std::string name_of(const Organization& organization, ProgramId program) {
    return "programme " + printable(organization.programs()[row_of(program)]);
}
std::string name_of(const Organization& organization, PersonId person) {
    return "person " + printable(organization.people()[static_cast<std::size_t>(person.value())]);
}

/// "from 2026-01-01 to 2026-06-30": both days are in it.
std::string span_of(Date from, Date to) {
    if (is_missing(from) && is_missing(to)) return "at any time";
    return (is_missing(from) ? "" : "from " + to_text(from)) + (is_missing(from) || is_missing(to) ? "" : " ") +
           (is_missing(to) ? "" : "until " + to_text(to - Date::duration(1)));
}

/// The words of a scope's row: "unit U and persona P".
std::string text_of(const Organization& organization, const Scope& scope, std::size_t row) {
    std::string text;
    const auto add = [&](const char* column, const Keys& keys, std::int32_t id) {
        if (id < 0) return;
        if (!text.empty()) text += " and ";
        text += std::string(column) + " " + printable(keys[static_cast<std::size_t>(id)]);
    };
    add("role", organization.roles(), scope.role[row].value());
    add("target role", organization.roles(), scope.target_role[row].value());
    add("unit", organization.units(), scope.unit[row].value());
    add("persona", organization.keys("persona"), scope.persona[row].value());
    add("person", organization.people(), scope.person[row].value());
    return text;
}

}  // namespace

void check_currency(const Organization& organization, std::string_view currency) {
    const std::string_view own =
        organization->settings.size() > 0 ? organization->settings.currency[0] : std::string_view("EUR");
    if (own == currency) return;
    throw Error(Code::contradiction,
                "the organisation counts in " + printable(own) + ", and the ledger in " + printable(currency),
                "settings", organization->settings.size() > 0 ? 1 : 0, "currency");
}

void check_mock(const Organization& organization, ProgramId program, bool play_money) {
    const bool mock = organization->programs.mock[row_of(program)];
    if (mock == play_money) return;
    throw Error(Code::contradiction,
                name_of(organization, program) +
                    (mock ? " is mock, and this ledger holds real money; open a ledger of play money for it"
                          : " is real, and this ledger holds play money; open a ledger of real money for it"),
                "requests", 0, "program");
}

AccountKind kind_of(const Organization& organization, ProgramId program, const char* table, const char* column) {
    const AccountKind kind = organization->programs.kind[row_of(program)];
    if (is_missing(kind))
        throw Error(
            Code::missing_value,
            name_of(organization, program) + " does not say what its accounts hold: expected money, hours or items",
            table, 0, column);
    return kind;
}

std::optional<Denial> not_for(const Organization& organization, ProgramId program, PersonId person, Date asked,
                              Date first_day) {
    const Programs& programs = organization->programs;
    const People& people = organization->people;
    const std::size_t row = row_of(program), who = static_cast<std::size_t>(person.value());
    const Date joined = people.joined[who], left = people.left[who];
    const Date from = programs.valid_from[row], to = programs.valid_to[row];
    const auto away = [&](Date day) {
        return Denial{.rule = "person",
                      .message = name_of(organization, person) + " takes part " + span_of(joined, left) +
                                 ", and not on " + to_text(day)};
    };
    if (!takes_part(organization, person, asked)) {
        Denial refusal = away(asked);  // another first day would not help
        if (!is_missing(joined) && asked < joined)
            refusal.message += ". Possible: ask again from " + to_text(joined) + " on";
        return refusal;
    }
    const bool held = holds(organization, programs.scope, row, person, role_at(organization, person, asked));
    const bool there = takes_part(organization, person, first_day);
    if (there && !held)
        return Denial{.rule = "scope",
                      .message = name_of(organization, program) + " is for " +
                                 text_of(organization, programs.scope, row) + ", and " + name_of(organization, person) +
                                 " is not among them on " + to_text(asked) + ". Possible: another programme"};
    if (there && in_force(from, to, first_day)) return std::nullopt;
    Denial refusal = !there ? away(first_day)
                            : Denial{.rule = "dates",
                                     .message = name_of(organization, program) + " is valid " + span_of(from, to) +
                                                ", and not on " + to_text(first_day)};
    // The days on which both hold: missing ones are before all others.
    const Date first = std::max(from, joined);
    const Date end = is_missing(to) ? left : is_missing(left) ? to : std::min(to, left);
    if (held && (is_missing(end) || first < end)) {
        if (first_day < first) refusal.from = first;
        refusal.message += ". Possible: a first day " + span_of(first, end);
    } else {
        refusal.message += ". Possible: another programme";
    }
    return refusal;
}

bool pays_for(const Organization& organization, ProgramId program, KindId kind) {
    const std::vector<KindId>& kinds = organization.relations().activity_kinds[row_of(program)];
    return kinds.empty() || std::binary_search(kinds.begin(), kinds.end(), kind);
}

std::optional<Denial> not_for(const Organization& organization, ProgramId program, ActivityId activity) {
    const KindId kind = organization->activities.kind[static_cast<std::size_t>(activity.value())];
    if (pays_for(organization, program, kind)) return std::nullopt;
    const std::string only = printable(organization->programs.activity_kinds[row_of(program)]);
    return Denial{
        .rule = "kind",
        .message = name_of(organization, program) + " pays for activities of kind " + only + ", and activity " +
                   printable(organization.activities()[static_cast<std::size_t>(activity.value())]) +
                   (kind ? " is of kind " + printable(organization.keys("kind")[static_cast<std::size_t>(kind.value())])
                         : std::string(" is of no kind")) +
                   ". Possible: an activity of kind " + only + ", or another programme"};
}

std::string source_of(const Organization& organization, ProgramId program, PersonId person, Date day) {
    FundId fund = organization->programs.fund[row_of(program)];
    if (!fund && organization->programs.kind[row_of(program)] != AccountKind::money)
        return std::string(organization.programs()[row_of(program)]);
    if (!fund) fund = fund_for(organization, organization->people.unit[static_cast<std::size_t>(person.value())], day);
    return fund ? std::string(organization.funds()[static_cast<std::size_t>(fund.value())]) : std::string();
}

bool is_pool(const Organization& organization, ProgramId program) {
    return organization->programs.fund[row_of(program)] && is_missing(organization->programs.grant[row_of(program)]);
}

Account account_of(const Organization& organization, ProgramId program, PersonId person) {
    return {std::string(organization.people()[static_cast<std::size_t>(person.value())]),
            std::string(organization.programs()[row_of(program)]), kind_of(organization, program)};
}

std::pair<double, double> shares_of(const Organization& organization, ProgramId program, ActivityId activity) {
    const auto what = static_cast<std::size_t>(activity.value());
    const double account = organization->programs.account_share[row_of(program)];
    const double employee = organization->programs.employee_share[row_of(program)];
    return {is_missing(account) ? organization->activities.account_share[what] : account,
            is_missing(employee) ? organization->activities.employee_share[what] : employee};
}

CapPeriodOf cap_period_of(const Organization& organization, ProgramId program, Date day) {
    const CapPeriod period = organization->programs.cap_period[row_of(program)];
    const std::int32_t number = calendar_period(day, period);
    return {first_day_of(number, period), first_day_of(number + 1, period)};
}

std::string capped_fund(const Organization& organization, ProgramId program) {
    if (!is_pool(organization, program) || organization->programs.kind[row_of(program)] != AccountKind::money)
        return {};
    return std::string(
        organization.funds()[static_cast<std::size_t>(organization->programs.fund[row_of(program)].value())]);
}

std::vector<CapUse> cap_uses(Store& store, const Account& account, const std::string& fund, Date from, Date end,
                             Moment at) {
    Statement spendings(
        store,
        "SELECT s.first_day, CASE WHEN r.resolved IS NULL THEN CASE WHEN r.expires > ?6 THEN r.amount ELSE 0 END "
        "WHEN p.operation = 'post' AND p.subject = l.key AND NOT EXISTS (SELECT 1 FROM transactions b "
        "WHERE b.subject = p.key AND b.operation = 'reverse' AND b.applied = 1) THEN p.amount ELSE 0 END "
        "FROM transactions s JOIN transactions l ON l.key IN (s.key || '/account', s.key || '/fund') "
        "AND l.subject = s.key AND l.operation = 'reserve' AND (l.key = s.key || '/account' OR l.fund = ?7) "
        "JOIN reservations r ON r.reservation = l.number LEFT JOIN transactions p ON p.number = r.resolved "
        "WHERE s.operation = 'spend' AND s.applied = 1 AND s.person = ?1 AND s.program = ?2 AND s.first_day >= ?3 "
        "AND s.first_day < ?4 AND s.kind = ?5");
    const Date last = is_missing(end) ? Date::max() : end;  // a missing day is before all others
    std::vector<CapUse> uses;
    for (Statement::Rows rows =
             spendings(account.person, account.program, days(from), days(last), word(account.kind), micros(at), fund);
         rows.next();)
        uses.push_back({day_at(rows.number(0)), rows.number(1)});
    return uses;
}

std::int64_t used_of_cap(Store& store, const Account& account, const std::string& fund, CapPeriodOf period, Moment at) {
    std::int64_t used = 0;
    for (const CapUse& use : cap_uses(store, account, fund, period.first, period.end, at))
        used = checked_sum(used, use.amount, "the cap's spendings");
    return used;
}

}  // namespace gradus
