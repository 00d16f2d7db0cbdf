#include <gradus/account/notice.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include <gradus/base/error.h>

#include "account/policy.h"
#include "account/usable.h"

namespace gradus {

namespace {

struct Notice {
    PersonId person;
    ProgramId program;
    NoticeKind notice;
    AccountKind kind;
    std::int64_t amount;
    Date date = missing<Date>();
    ActivityId activity{};
    SessionId session{};
};

/// True if the activity may be taken by the person on the day; no row of eligibility: by everyone.
bool may_take(const Organization& organization, ActivityId activity, PersonId person, Date day) {
    const Rows rows = organization.relations().eligibility_of_activity[activity];
    if (rows.size() == 0) return true;
    const RoleId role = role_at(organization, person, day);
    for (const std::size_t row : rows)
        if (holds(organization, organization->eligibility.scope, row, person, role)) return true;
    return false;
}

template <class T, class Get>
Buffer<T> column(const std::vector<Notice>& rows, const Get& get) {
    Buffer<T> values(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) values[i] = get(rows[i]);
    return values;
}

}  // namespace

Notices notices(const Organization& organization, const Ledger& ledger, Moment at, std::int32_t lead_days,
                std::span<const PersonId> planned) {
    return notices(organization, ledger, at, lead_days, planned, organization->sessions);
}

Notices notices(const Organization& organization, const Ledger& ledger, Moment at, std::int32_t lead_days,
                std::span<const PersonId> planned, const Sessions& sessions) {
    if (sessions.size() != organization->sessions.size())
        throw Error(Code::contradiction,
                    "expected the organisation's " + std::to_string(organization->sessions.size()) + " rows, found " +
                        std::to_string(sessions.size()),
                    "sessions");
    if (lead_days < 0 || lead_days > 36'500)
        throw Error(Code::out_of_range, "expected 0 to 36500 days, found " + std::to_string(lead_days), "options", 0,
                    "lead_days");
    std::vector<PersonId> have(planned.begin(), planned.end());
    std::sort(have.begin(), have.end());
    const Date day = day_of(at), last = day + Date::duration(lead_days);
    std::vector<std::size_t> opening;
    for (std::size_t row = 0; row < sessions.size(); ++row)
        if (sessions.first_day[row] >= day && sessions.first_day[row] <= last && sessions.seats[row] != 0)
            opening.push_back(row);
    std::vector<Notice> rows;
    ledger.data().read([&](Store& store, Ledger::Data::Parts& parts) {
        check_now(organization, parts, at);
        for (std::int32_t p = 0; p < static_cast<std::int32_t>(organization->people.size()); ++p) {
            const PersonId person(p);
            if (!takes_part(organization, person, day)) continue;
            for (std::int32_t i = 0; i < static_cast<std::int32_t>(organization->programs.size()); ++i) {
                const ProgramId program(i);
                const Usable found = usable_of(organization, parts, store, program, person, at);
                if (!found.held) continue;
                const Notice common{person, program, NoticeKind::no_plan, found.kind, found.usable()};
                if (!std::binary_search(have.begin(), have.end(), person)) rows.push_back(common);
                for (const auto& [expires, amount] : found.expiring) {
                    if (day_of(expires) > last) break;
                    const Notice before = rows.empty() ? common : rows.back();
                    if (before.notice == NoticeKind::expiring && before.person == person && before.program == program &&
                        before.date == day_of(expires)) {
                        rows.back().amount += amount;  // on one day, at another moment
                        continue;
                    }
                    Notice notice = common;
                    notice.notice = NoticeKind::expiring, notice.amount = amount, notice.date = day_of(expires);
                    rows.push_back(notice);
                }
                if (found.available == 0) continue;
                std::map<Date, std::optional<std::int64_t>> caps;  // by the first day of the period
                for (const std::size_t row : opening) {
                    const Date first = sessions.first_day[row];
                    const ActivityId activity = sessions.activity[row];
                    if (!pays_for(organization, program,
                                  organization->activities.kind[static_cast<std::size_t>(activity.value())]) ||
                        not_for(organization, program, person, day, first) ||
                        !may_take(organization, activity, person, day))
                        continue;
                    const auto [cap, added] = caps.try_emplace(cap_period_of(organization, program, first).first);
                    if (added) cap->second = left_of_cap(organization, store, program, person, first, at);
                    Notice notice = common;
                    notice.amount = std::min(found.available, cap->second.value_or(found.available));
                    if (notice.amount == 0) continue;
                    notice.notice = NoticeKind::session, notice.date = first, notice.activity = activity;
                    notice.session = SessionId(static_cast<std::int32_t>(row));
                    rows.push_back(notice);
                }
            }
        }
        return 0;
    });
    std::sort(rows.begin(), rows.end(), [](const Notice& a, const Notice& b) {
        return std::tie(a.person, a.program, a.notice, a.date, a.session) <
               std::tie(b.person, b.program, b.notice, b.date, b.session);
    });
    Notices table;
    table.person.set(column<PersonId>(rows, [](const Notice& n) { return n.person; }), organization.people().strings());
    table.program.set(column<ProgramId>(rows, [](const Notice& n) { return n.program; }),
                      organization.programs().strings());
    table.notice.set(column<NoticeKind>(rows, [](const Notice& n) { return n.notice; }));
    table.kind.set(column<AccountKind>(rows, [](const Notice& n) { return n.kind; }));
    table.amount.set(column<Amount>(rows, [](const Notice& n) { return Amount(n.amount); }));
    table.date.set(column<Date>(rows, [](const Notice& n) { return n.date; }));
    table.activity.set(column<ActivityId>(rows, [](const Notice& n) { return n.activity; }),
                       organization.activities().strings());
    table.session.set(column<SessionId>(rows, [](const Notice& n) { return n.session; }),
                      organization.sessions().strings());
    return table;
}

}  // namespace gradus
