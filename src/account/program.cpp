#include <gradus/account/program.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include <gradus/base/error.h>

#include "account/fields.h"
#include "account/handle.h"
#include "account/order.h"
#include "account/policy.h"
#include "account/wording.h"
#include "organization/charge.h"

namespace gradus {

namespace {

/// In a key whose parts are joined by slashes.
std::string escaped(std::string_view key) {
    std::string text;
    for (const char c : key) {
        if (c == '%')
            text += "%25";
        else if (c == '/')
            text += "%2F";
        else
            text += c;
    }
    return text;
}

/// The calendar periods of grants are those of caps; `once` is none.
CapPeriod calendar_of(GrantPeriod period) {
    switch (period) {
    case GrantPeriod::month: return CapPeriod::month;
    case GrantPeriod::quarter: return CapPeriod::quarter;
    case GrantPeriod::year: return CapPeriod::year;
    default: return missing<CapPeriod>();
    }
}

/// "once", "2026-04", "2026-Q2" or "2026".
std::string label_of(Date day, CapPeriod period) {
    if (is_missing(period)) return "once";
    const std::string text = to_text(day);
    if (period == CapPeriod::year) return text.substr(0, 4);
    if (period == CapPeriod::month) return text.substr(0, 7);
    return text.substr(0, 4) + "-Q" + std::to_string(calendar_period(day, period) % 4 + 1);
}

/// Works out what is due, within a transaction of the file.
class Due {
public:
    Due(const Organization& organization, Ledger::Data::Parts& parts, Moment at, const std::string& by)
        : organization_(organization), parts_(parts), at_(at), day_(day_of(at)), by_(by) {}

    std::vector<Request> requests() {
        check_not_before(at_, parts_.journal.end().at, "transaction", {"options"});
        check_currency(organization_, parts_.journal.currency());
        // What people keep of the period before comes first: no grant to somebody else may use it up.
        for (const bool carries : {true, false})
            for (std::size_t row = 0; row < organization_->programs.size(); ++row) {
                program_ = ProgramId(static_cast<std::int32_t>(row));
                if (organization_->programs.mock[row] != parts_.journal.play_money()) continue;
                const Amount grant = organization_->programs.grant[row];
                if (is_missing(grant) || grant.units() == 0) continue;
                kind_of(organization_, program_, "programs", "kind");
                of_program(row, carries);
            }
        // What has expired is the funds' again before they grant anew.
        if (!requests_.empty() && !parts_.books.expired(at_).empty())
            requests_.insert(requests_.begin(), {.key = unused("expire/" + to_text(at_), nullptr),
                                                 .at = at_,
                                                 .by = by_,
                                                 .reason = "before programmes grant",
                                                 .operation = Expire{}});
        return std::move(requests_);
    }

private:
    /// What it carries over; or, if not `carries`, what it grants.
    void of_program(std::size_t row, bool carries) {
        const Programs& programs = organization_->programs;
        period_ = calendar_of(programs.grant_period[row]);
        const std::int32_t number = calendar_period(day_, period_);
        const bool lapses = !is_missing(period_) && !is_missing(programs.carry_over[row]);
        if (carries && !(lapses && programs.carry_over[row] > 0)) return;
        Date last = Date::max();
        if (lapses) last = first_day_of(number + 1, period_);
        if (const std::int32_t after = programs.expires_days[row]; !is_missing(after) && after < 3'000'000)
            last = std::min<Date>(last, day_ + std::chrono::days(after + 1));
        if (const Date to = programs.valid_to[row]; !is_missing(to)) last = std::min(last, to);
        constexpr Date end_of_years = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);
        expires_ = last < end_of_years ? std::optional<Moment>(last) : std::nullopt;
        for (std::int32_t person = 0; person < static_cast<std::int32_t>(organization_->people.size()); ++person) {
            if (not_for(organization_, program_, PersonId(person), day_, day_)) continue;
            const Account account = account_of(organization_, program_, PersonId(person));
            const std::string name =
                escaped(account.program) + "/" + escaped(account.person) + "/" + label_of(day_, period_);
            if (carries) {
                carry(account, name, first_day_of(number, period_), programs.carry_over[row]);
                continue;
            }
            const std::string fund = source_of(organization_, program_, PersonId(person), day_);
            if (fund.empty())
                throw Error(Code::missing_value,
                            "programme " + account.program + " grants money, names no fund, and none reaches person " +
                                account.person + " on " + to_text(day_),
                            "programs", 0, "fund");
            add("grant/" + name, fund, account, programs.grant[row], "grant of programme ");
        }
    }

    /// What was left unreserved in the lots that ended with the period before, whether or not that was written down since.
    void carry(const Account& account, const std::string& name, Date begin, double share) {
        const Moment end = begin, before = end - Moment::duration(1);
        const std::int64_t entry = parts_.journal.at(before).entry;
        for (Book& lot : parts_.books.payers(account, Draw::granted, before)) {
            if (lot.expires != end || !parts_.books.look_back(lot, entry)) continue;
            const std::int64_t rest = lot.posted - parts_.books.held(lot, before, entry);
            const Amount kept(rounded_share(Money(rest), share).minor_units());
            if (kept.units() > 0)
                add("carry/" + name + "/" + escaped(lot.name), lot.name, account, kept, "carried over in programme ");
        }
    }

    void add(const std::string& key, const std::string& fund, const Account& account, Amount amount, const char* why) {
        const std::string free = unused(key, &account);
        if (free.empty()) return;
        requests_.push_back({.key = free,
                             .at = at_,
                             .by = by_,
                             .reason = why + account.program,
                             .operation = Grant{fund, account, amount, expires_}});
    }

    /// The key, or the first number after it that nothing was asked under; empty where a grant `to` the account was applied under
    /// one of them. Whatever else stands there is none: the ledger forgets no key, so an error would stop all grants for good.
    std::string unused(const std::string& key, const Account* to) {
        for (std::int64_t number = 1;; ++number) {
            std::string name = number == 1 ? key : key + "/" + std::to_string(number);
            const std::optional<Recorded> known = parts_.journal.recorded(name);
            if (!known) return name;
            const Fields& asked = known->fields;
            if (to && known->receipt.applied && asked.operation == OperationKind::grant &&
                Account{asked.person, asked.program, *asked.kind} == *to)
                return {};
        }
    }

    const Organization& organization_;
    Ledger::Data::Parts& parts_;
    Moment at_;
    Date day_;
    std::string by_;
    std::vector<Request> requests_;
    // Of the programme at hand.
    ProgramId program_;
    CapPeriod period_ = missing<CapPeriod>();
    std::optional<Moment> expires_;
};

}  // namespace

std::vector<Request> grants_due(const Organization& organization, const Ledger& ledger, Moment at,
                                const std::string& by) {
    return ledger.data().read([&](Store&, Ledger::Data::Parts& parts) {
        parts.journal.begin();
        return Due(organization, parts, at, by).requests();
    });
}

std::vector<Receipt> fund_programs(const Organization& organization, Ledger& ledger, Moment at, const std::string& by) {
    return ledger.data().write([&](Ledger::Data::Session& session) {
        std::vector<Receipt> receipts;
        // What a fund did not reach: nothing comes back to it in this run.
        std::map<std::pair<std::string, AccountKind>, Amount> beyond;
        for (const Request& request : Due(organization, session.parts(), at, by).requests()) {
            const auto* grant = std::get_if<Grant>(&request.operation);
            if (grant) {
                const auto refused = beyond.find({grant->fund, grant->account.kind});
                if (refused != beyond.end() && grant->amount >= refused->second) continue;
            }
            receipts.push_back(session.apply(fields_of(request, static_cast<std::int64_t>(receipts.size()) + 1), 0));
            if (grant && receipts.back().rule == "available")
                beyond[{grant->fund, grant->account.kind}] = grant->amount;
        }
        return receipts;
    });
}

}  // namespace gradus
