#include <algorithm>
#include <charconv>
#include <numeric>

#include "planning/verify_case.h"

namespace gradus::verification {

namespace {

__extension__ typedef __int128 int128;

std::size_t index(auto id) { return static_cast<std::size_t>(id.value()); }

/// An account is usable on a day if it and its programme are valid then and the programme takes the person and kind.
bool usable(const Person& person, std::size_t account, KindId kind, Date day) {
    const Accounts& accounts = person.of.tables.accounts;
    if (!valid_on(accounts.valid_from[account], accounts.valid_to[account], day)) return false;
    const ProgramId program = accounts.program[account];
    if (!program) return true;
    const Programs& programs = person.of.tables.programs;
    const std::vector<KindId>& kinds = person.of.organization.relations().activity_kinds[index(program)];
    return valid_on(programs.valid_from[index(program)], programs.valid_to[index(program)], day) &&
           (kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) &&
           holds(person.of.organization, programs.scope, index(program), person.id, person.role);
}

}  // namespace

Money part(Money cost, double share) {
    // The shortest decimal that is the share: digits × 10^-places.
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, share, std::chars_format::scientific).ptr;
    int128 digits = 0;
    int places = 0;
    bool fraction = false;
    const char* at = text;
    for (; at != end && *at != 'e'; ++at) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        digits = digits * 10 + (*at - '0');
        places += fraction;
    }
    int exponent = 0;
    if (at != end) std::from_chars(at[1] == '+' ? at + 2 : at + 1, end, exponent);
    places -= exponent;
    int128 product = digits * cost.minor_units(), divisor = 1;
    if (places > 37) return Money(0);  // cost < 10^19 and digits < 10^17: less than half a minor unit
    for (; places > 0; --places) divisor *= 10;
    for (; places < 0; ++places) product *= 10;
    int128 whole = product / divisor;
    const int128 twice = (product % divisor) * 2;
    if (twice > divisor || (twice == divisor && whole % 2 != 0)) ++whole;
    return Money(static_cast<std::int64_t>(whole));
}

Charge charge(const Person& person, ActivityId activity, SessionId session, Date first) {
    const Tables& tables = person.of.tables;
    const auto a = index(activity);
    Charge charge;

    std::array<std::int32_t, 3> accounts{-1, -1, -1};
    double account_share = missing<double>(), employee_share = missing<double>();
    const auto agree = [&](double& share, double other) {
        if (is_missing(other)) return;
        if (!is_missing(share) && share != other) charge.obstacle = Charge::Obstacle::shares;
        share = other;
    };
    for (const std::size_t row : person.of.organization.relations().accounts_of_person[person.id]) {
        if (!usable(person, row, tables.activities.kind[a], first)) continue;
        std::int32_t& account = accounts[static_cast<std::size_t>(tables.accounts.kind[row])];
        if (account >= 0) charge.obstacle = Charge::Obstacle::two_accounts;
        account = static_cast<std::int32_t>(row);
        if (const ProgramId program = tables.accounts.program[row]) {
            agree(account_share, tables.programs.account_share[index(program)]);
            agree(employee_share, tables.programs.employee_share[index(program)]);
        }
    }
    if (is_missing(account_share)) account_share = tables.activities.account_share[a];
    if (is_missing(employee_share)) employee_share = tables.activities.employee_share[a];
    if (account_share > 0) charge.accounts = accounts;

    charge.cost = tables.activities.cost[a];
    if (session && !is_missing(tables.sessions.cost[index(session)]))
        charge.cost = tables.sessions.cost[index(session)];
    if (!is_missing(charge.cost)) {
        charge.account = part(charge.cost, account_share);
        charge.employee = std::min(part(charge.cost, employee_share), charge.cost - charge.account);
        charge.fund = charge.cost - charge.account - charge.employee;
        if (accounts[static_cast<std::size_t>(AccountKind::money)] < 0) {
            charge.fund += charge.account;
            charge.account = Money(0);
        }
        if (charge.fund > Money(0))
            for (const FundId fund : person.funds)
                if (valid_on(tables.funds.valid_from[index(fund)], tables.funds.valid_to[index(fund)], first)) {
                    charge.from = fund;
                    break;
                }
    }
    const Minutes minutes = tables.activities.hours[a];
    const auto uses = [&](AccountKind kind, std::int64_t amount) {
        if (charge.accounts[static_cast<std::size_t>(kind)] >= 0) charge.uses[static_cast<std::size_t>(kind)] = amount;
    };
    if (!is_missing(charge.account)) uses(AccountKind::money, charge.account.minor_units());
    if (!is_missing(minutes)) uses(AccountKind::hours, minutes.count());
    uses(AccountKind::items, 1);

    // What is not known cannot be held against a limit (§3.3).
    if (charge.obstacle != Charge::Obstacle::none) return charge;
    const bool funds_given = person.of.organization.relations().funds_given;
    const auto has = [&](AccountKind kind) { return charge.accounts[static_cast<std::size_t>(kind)] >= 0; };
    using enum Charge::Obstacle;
    if (is_missing(minutes) && !is_missing(person.hours))
        charge.obstacle = hours_unknown;
    else if (is_missing(minutes) && has(AccountKind::hours))
        charge.obstacle = account_hours_unknown;
    else if (is_missing(charge.cost) && funds_given)
        charge.obstacle = cost_unknown;
    else if (is_missing(charge.cost) && has(AccountKind::money))
        charge.obstacle = account_cost_unknown;
    else if (funds_given && charge.fund > Money(0) && !charge.from)
        charge.obstacle = no_fund;
    return charge;
}

std::int64_t common_charge(const Tables& tables) {
    std::int64_t common = 0;
    const auto add = [&](ActivityId activity, Money cost) {
        if (is_missing(cost)) return;
        const std::size_t a = index(activity);
        const auto split = [&](double account_share, double employee_share) {
            if (is_missing(account_share)) account_share = tables.activities.account_share[a];
            if (is_missing(employee_share)) employee_share = tables.activities.employee_share[a];
            const std::int64_t account = part(cost, account_share).minor_units();
            const std::int64_t left = cost.minor_units() - account;
            const std::int64_t fund = left - std::min(part(cost, employee_share).minor_units(), left);
            for (const std::int64_t charged : {fund, fund + account}) common = std::gcd(common, charged);
        };
        split(missing<double>(), missing<double>());
        for (std::size_t program = 0; program < tables.programs.size(); ++program)
            split(tables.programs.account_share[program], tables.programs.employee_share[program]);
    };
    for (std::size_t i = 0; i < tables.activities.size(); ++i)
        add(ActivityId(static_cast<std::int32_t>(i)), tables.activities.cost[i]);
    for (std::size_t i = 0; i < tables.sessions.size(); ++i) add(tables.sessions.activity[i], tables.sessions.cost[i]);
    return common;
}

std::vector<AccountLimit> account_limits(const Person& person) {
    const Accounts& accounts = person.of.tables.accounts;
    const Programs& programs = person.of.tables.programs;
    std::vector<AccountLimit> limits;
    for (const std::size_t row : person.of.organization.relations().accounts_of_person[person.id]) {
        limits.push_back({row, accounts.available[row].units(), missing<CapPeriod>(), false});
        if (!is_missing(accounts.cap[row]))
            limits.push_back({row, accounts.cap[row].units(), accounts.cap_period[row], true});
        const ProgramId program = accounts.program[row];
        if (program && !is_missing(programs.cap[index(program)]))
            limits.push_back({row, programs.cap[index(program)].units(), programs.cap_period[index(program)], true});
    }
    return limits;
}

}  // namespace gradus::verification
