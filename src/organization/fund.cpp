#include <gradus/organization/fund.h>

#include <algorithm>
#include <vector>

#include "base/spelling.h"
#include "organization/checks.h"

namespace gradus {

void check_funds(Checks& checks) {
    const Funds& funds = checks.tables.funds;
    check_forest(checks, funds, funds.parent);
    std::vector<std::int32_t> of_units;
    for (std::size_t row = 0; row < funds.size(); ++row) {
        if (funds.unit[row]) of_units.push_back(static_cast<std::int32_t>(row));
        if (!funds.parent[row]) continue;
        const auto parent = static_cast<std::size_t>(funds.parent[row].value());
        if (funds.valid_from[row] < funds.valid_from[parent] ||
            end_of(funds.valid_to[row]) > end_of(funds.valid_to[parent]))
            checks.error(Code::contradiction, funds, row, "parent",
                         "the fund holds from " + text(funds.valid_from[row]) + " to " + text(funds.valid_to[row]) +
                             ", beyond its parent " + quoted(funds.parent, row) + " (" +
                             text(funds.valid_from[parent]) + " to " + text(funds.valid_to[parent]) + ")");
    }
    std::stable_sort(of_units.begin(), of_units.end(), [&](std::int32_t a, std::int32_t b) {
        const auto x = static_cast<std::size_t>(a), y = static_cast<std::size_t>(b);
        return std::pair(funds.unit[x], funds.valid_from[x]) < std::pair(funds.unit[y], funds.valid_from[y]);
    });
    check_overlaps(checks, {funds, funds.valid_from, funds.valid_to, "has the unit"}, of_units,
                   [&](std::size_t a, std::size_t b) { return funds.unit[a] == funds.unit[b]; });
}

namespace {

/// A programme of money whose accounts pay nothing: neither what it grants is used, nor does its cap bind anything.
void warn_of_idle_accounts(Checks& checks, std::size_t row) {
    const Programs& programs = checks.tables.programs;
    const Activities& activities = checks.tables.activities;
    const bool grants = !is_missing(programs.grant[row]), pool = programs.fund[row] && !grants;
    if (programs.kind[row] != AccountKind::money || pool || (!grants && is_missing(programs.cap[row]))) return;
    const double share = programs.account_share[row];
    const Keys& words = checks.keys("kind");
    std::vector<std::string_view> kinds;
    for_each_kind(programs.activity_kinds[row], [&](std::string_view kind) { kinds.push_back(kind); });
    bool offered = false;
    for (std::size_t i = 0; i < activities.size(); ++i) {
        const KindId kind = activities.kind[i];
        if (!kinds.empty() && (!kind || std::find(kinds.begin(), kinds.end(),
                                                  words[static_cast<std::size_t>(kind.value())]) == kinds.end()))
            continue;
        if ((is_missing(share) ? activities.account_share[i] : share) > 0) return;
        offered = true;
    }
    if (offered)
        checks.warn(Code::ignored, programs, row, "account_share",
                    std::string("of no activity that it pays for do accounts pay a share, so its ") +
                        (grants && !is_missing(programs.cap[row]) ? "grant and cap are"
                         : grants                                 ? "grant is"
                                                                  : "cap is") +
                        " not used; expected an account_share above 0, here or of an activity");
}

}  // namespace

void check_programs(Checks& checks) {
    const Programs& programs = checks.tables.programs;
    const Activities& activities = checks.tables.activities;
    check_shares(checks, programs, programs.account_share, programs.employee_share);
    const Keys& kinds = checks.keys("kind");
    std::vector<bool> offered(kinds.size(), false);
    for (const KindId kind : activities.kind)
        if (kind) offered[static_cast<std::size_t>(kind.value())] = true;
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (offered[i]) known.push_back(kinds[i]);
    for (std::size_t row = 0; row < programs.size(); ++row) {
        warn_of_idle_accounts(checks, row);
        for_each_kind(programs.activity_kinds[row], [&](std::string_view kind) {
            if (std::binary_search(known.begin(), known.end(), kind)) return;
            const std::string_view near = nearest(kind, known);
            checks.warn(Code::unknown_word, programs, row, "activity_kinds",
                        quoted(kind) + " is the kind of no activity" +
                            (near.empty() ? std::string() : "; did you mean " + quoted(near) + "?"));
        });
    }
}

void check_accounts(Checks& checks) {
    const Accounts& accounts = checks.tables.accounts;
    const Programs& programs = checks.tables.programs;
    // A row whose scope could not be read is not there: then keys do not number the rows.
    if (programs.size() != checks.keys("programs").size()) return;
    for (std::size_t row = 0; row < accounts.size(); ++row) {
        if (!accounts.program[row] || is_missing(accounts.kind[row])) continue;
        const AccountKind kind = programs.kind[static_cast<std::size_t>(accounts.program[row].value())];
        if (is_missing(kind) || kind == accounts.kind[row]) continue;
        const auto word = [](AccountKind k) { return quoted(Words<AccountKind>::names[static_cast<std::size_t>(k)]); };
        checks.error(Code::contradiction, accounts, row, "kind",
                     "kind " + word(accounts.kind[row]) + " is not that of program " + quoted(accounts.program, row) +
                         ", " + word(kind));
    }
}

}  // namespace gradus
