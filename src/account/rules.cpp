#include "account/rules.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/base/error.h>

#include "account/policy.h"
#include "account/wording.h"
#include "base/utf8.h"
#include "organization/charge.h"

namespace gradus {

namespace {

using Session = Ledger::Data::Session;
using MadeOf = std::variant<std::vector<Fields>, Denial>;

/// What a programme's rules say of a spending, within the transaction that reserves it.
class Rules {
public:
    Rules(const Organization& organization, Session& session, const Fields& asked, const SpendingParts& parts,
          const std::optional<std::string>& fund)
        : organization_(organization), session_(session), asked_(asked), parts_(parts), fund_(fund),
          program_(known<ProgramTag>(organization, asked.program, "program")),
          person_(known<PersonTag>(organization, asked.person, "person")),
          activity_(known<ActivityTag>(organization, asked.activity, "activity")),
          account_(account_of(organization, program_, person_)) {
        check_mock(organization, program_, session.parts().journal.play_money());
        if (account_.kind != *asked.kind)
            throw Error(Code::contradiction,
                        name() + " is of " + std::string(word(account_.kind)) + ", and " +
                            std::string(word(*asked.kind)) + " is charged to it",
                        "requests", 0, "program");
    }

    MadeOf work_out() {
        const Date day = *asked_.first_day;
        if (auto refusal = not_for(organization_, program_, person_, day_of(asked_.at), day)) return *refusal;
        if (auto refusal = not_for(organization_, program_, activity_)) return *refusal;
        const auto row = static_cast<std::size_t>(program_.value());
        if (organization_->programs.requires_plan[row] && asked_.plan.empty())
            return Denial{.rule = "plan",
                          .message = name() +
                                     " is spent only on an agreed plan, and none was named. Possible: agree "
                                     "a plan that has the activity, and name it"};
        source_ = source_of(organization_, program_, person_, day);
        if (auto refusal = unsupplied()) return *refusal;
        if (auto refusal = beyond_cap(capped(parts_), day)) return *refusal;
        return reservations(day);
    }

private:
    std::string name() const { return "programme " + printable(account_.program); }
    std::string text(std::int64_t amount) const {
        const Journal& journal = session_.parts().journal;
        return to_text(Amount(amount), account_.kind, journal.currency()) + (journal.play_money() ? " (play)" : "");
    }

    /// Resources are defined before the start: nothing is reserved before the programme's fund has been supplied.
    std::optional<Denial> unsupplied() {
        const auto row = static_cast<std::size_t>(program_.value());
        if (!organization_->programs.fund[row] && is_missing(organization_->programs.grant[row])) return std::nullopt;
        const FundAccount fund{source_, account_.kind};
        if (!source_.empty() &&
            session_.parts().books.found({.kind = BookKind::fund, .unit = fund.kind, .name = fund.fund}).id != 0)
            return std::nullopt;
        return Denial{.rule = source_.empty() ? "fund" : "supplied",
                      .available = Amount(0),
                      .asked = *asked_.amount,
                      .message = source_.empty() ? name() + " names no fund, and none reaches person " +
                                                       printable(account_.person) + ". Possible: name one"
                                                 : name() + " spends from " + to_text(Payer(fund)) +
                                                       ", which has held nothing yet. Possible: supply the fund first"};
    }

    /// What of the parts counts in the cap: of a pool of money all that it pays, else the account's.
    std::int64_t capped(const SpendingParts& parts) const {
        const std::string fund = capped_fund(organization_, program_);
        return parts[0] + (parts[2] > 0 && !fund.empty() && (fund_ ? *fund_ : source_) == fund ? parts[2] : 0);
    }
    std::optional<Denial> beyond_cap(std::int64_t amount, Date day) {
        const Amount cap = organization_->programs.cap[static_cast<std::size_t>(program_.value())];
        if (is_missing(cap)) return std::nullopt;
        const CapPeriodOf period = cap_period_of(organization_, program_, day);
        const std::int64_t used =
            used_of_cap(session_.store(), account_, capped_fund(organization_, program_), period, asked_.at);
        const std::int64_t left = std::max<std::int64_t>(cap.units() - used, 0);
        if (amount <= left) return std::nullopt;
        const Date next = next_with_room(amount, cap.units(), period);
        const bool later = !is_missing(next);
        std::string message = name() + " allows " + text(cap.units());
        if (!is_missing(period.first))
            message += " from " + to_text(period.first) + " until " + to_text(period.end - Date::duration(1));
        message += ", of which " + text(used) + " is used, and ";
        const std::int64_t cost = account_.kind == AccountKind::money ? parts_[0] + parts_[1] + parts_[2] : amount;
        const char* who = is_pool(organization_, program_) ? " the pool pays " : " the account pays ";
        message +=
            cost == amount ? text(amount) + " was asked for" : "of the cost of " + text(cost) + who + text(amount);
        message += ". Possible: ";
        if (left > 0) {
            if (cost == amount)
                message += "ask for " + text(left) + " at most";
            else if (asked_.shares.empty())  // agreed part by part
                message += "a part of " + text(left) + " at most";
            else
                message += "a cost of " + text(largest_cost(cost, left)) + " at most";
            if (later) message += ", or ";
        }
        if (later) message += "a first day from " + to_text(next) + " on";
        if (left == 0 && !later) message += "withdraw or settle another spending of it";
        return Denial{.rule = "cap",
                      .available = Amount(left),
                      .asked = Amount(amount),
                      .limit = cap,
                      .message = std::move(message),
                      .from = next};
    }
    /// Of what costs less, the most of which no more than that counts in the cap. More cost never counts less.
    std::int64_t largest_cost(std::int64_t cost, std::int64_t most) const {
        const std::pair<double, double> shares = shares_in(asked_.shares);
        std::int64_t low = 0, high = cost;  // low is within, high beyond
        while (high - low > 1) {
            const std::int64_t middle = low + (high - low) / 2;
            (capped(split(middle, shares)) <= most ? low : high) = middle;
        }
        return low;
    }
    /// The first day of the next period in which the cap holds the amount and the programme the person; missing: there is none.
    Date next_with_room(std::int64_t amount, std::int64_t cap, CapPeriodOf period) const {
        if (amount > cap || is_missing(period.end)) return missing<Date>();
        std::map<Date, std::int64_t> used;  // by the first day of the period
        for (const CapUse& use : cap_uses(session_.store(), account_, capped_fund(organization_, program_), period.end,
                                          missing<Date>(), asked_.at)) {
            std::int64_t& sum = used[cap_period_of(organization_, program_, use.first_day).first];
            sum = checked_sum(sum, use.amount, "the cap's spendings");
        }
        Date next = period.end;
        for (auto of = used.find(next); of != used.end() && amount > cap - of->second; of = used.find(next))
            next = cap_period_of(organization_, program_, next).end;
        return not_for(organization_, program_, person_, day_of(asked_.at), next) ? missing<Date>() : next;
    }

    MadeOf reservations(Date day) {
        std::vector<Fields> made_of;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (parts_[i] == 0) continue;
            Fields part = part_of(asked_, OperationKind::reserve, i);
            const bool pooled = i == 0 && is_pool(organization_, program_);
            part.kind = i == 0 ? account_.kind : AccountKind::money;
            part.amount = Amount(parts_[i]);
            part.expires = asked_.expires;
            part.draw = i == 0 && !pooled ? Draw::granted : i == 1 ? Draw::own : Draw::any;
            if (pooled || i == 2) {
                part.fund = pooled ? source_ : fund_ ? *fund_ : money_fund(day);
                if (part.fund.empty())
                    return Denial{.rule = "fund",
                                  .asked = *part.amount,
                                  .message = "the rest of the cost is charged to a fund, and none reaches person " +
                                             printable(account_.person) + " on " + to_text(day) +
                                             ". Possible: a fund for the unit, or for everyone"};
            } else {
                part.person = account_.person, part.program = account_.program;
            }
            made_of.push_back(std::move(part));
        }
        return made_of;
    }
    /// Who pays what is charged to funds: of a programme of hours or items not its own key.
    std::string money_fund(Date day) const {
        if (account_.kind == AccountKind::money ||
            organization_->programs.fund[static_cast<std::size_t>(program_.value())])
            return source_;
        const UnitId unit = organization_->people.unit[static_cast<std::size_t>(person_.value())];
        const FundId fund = fund_for(organization_, unit, day);
        return fund ? std::string(organization_.funds()[static_cast<std::size_t>(fund.value())]) : std::string();
    }

    const Organization& organization_;
    Session& session_;
    const Fields& asked_;
    const SpendingParts& parts_;
    const std::optional<std::string>& fund_;
    ProgramId program_;
    PersonId person_;
    ActivityId activity_;
    Account account_;
    std::string source_;
};

}  // namespace

Receipt spend(const Organization& organization, Session& session, const Fields& asked, const SpendingParts& parts,
              const std::optional<std::string>& fund) {
    return session.apply_whole(asked, asked.amount,
                               [&] { return Rules(organization, session, asked, parts, fund).work_out(); });
}

}  // namespace gradus
