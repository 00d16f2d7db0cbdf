#include "account/fields.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <gradus/base/error.h>

#include "account/mutant.h"
#include "account/wording.h"
#include "base/utf8.h"

namespace gradus {

namespace {

constexpr std::size_t most_bytes = 1000, most_bytes_of_reason = 10'000;

/// Finds what is wrong with the form of one request.
class Form {
public:
    Form(const Request& request, std::int64_t row) : request_(request), row_(row) {}

    [[noreturn]] void refuse(Code code, const char* column, const std::string& message) const {
        throw Error(code, message + (request_.key.empty() ? "" : " (key '" + printable(request_.key) + "')"),
                    "requests", row_, column);
    }
    std::string text(const std::string& text, const char* column, bool needed) const {
        if (needed && text.empty()) refuse(Code::missing_value, column, "is empty, and must name something");
        return checked(text, column, most_bytes, false);
    }
    std::string reason() const { return checked(request_.reason, "reason", most_bytes_of_reason, true); }
    Amount amount(Amount amount) const {
        if (amount.units() <= 0)
            refuse(Code::out_of_range, "amount",
                   "expected more than 0, found " +
                       (is_missing(amount) ? std::string("nothing") : std::to_string(amount.units())));
        if (broken(Mutant::imprecise)) return Amount(static_cast<std::int64_t>(static_cast<double>(amount.units())));
        return amount;
    }
    std::optional<Moment> expires(std::optional<Moment> expires) const {
        if (!expires) return expires;
        moment(*expires, "expires");
        if (*expires <= request_.at)
            refuse(Code::out_of_range, "expires",
                   "expected later than " + to_text(request_.at) + ", found " + to_text(*expires));
        return expires;
    }
    /// Years of four digits, as other programs read them.
    Moment moment(Moment moment, const char* column) const {
        using namespace std::chrono;
        if (is_missing(moment)) refuse(Code::missing_value, column, "expected a moment, found nothing");
        if (moment < sys_days(year(1) / 1 / 1) || moment >= sys_days(year(10'000) / 1 / 1))
            refuse(Code::out_of_range, column, "expected a moment of the years 1 to 9999");
        return moment;
    }
    AccountKind kind(AccountKind kind) const {
        if (static_cast<std::size_t>(kind) >= std::size(Words<AccountKind>::names))
            refuse(Code::unknown_word, "kind", "expected money, hours or items");
        return kind;
    }
    void payer(const Payer& payer, Fields& fields) const {
        if (const auto* account = std::get_if<Account>(&payer))
            this->account(*account, fields);
        else
            fund(std::get<FundAccount>(payer), fields);
    }
    void account(const Account& account, Fields& fields) const {
        fields.kind = kind(account.kind);
        fields.person = text(account.person, "person", true);
        fields.program = text(account.program, "program", false);
    }
    void fund(const FundAccount& fund, Fields& fields) const {
        fields.kind = kind(fund.kind);
        fields.fund = text(fund.fund, "fund", true);
    }

private:
    std::string checked(const std::string& text, const char* column, std::size_t most, bool lines) const {
        if (text.size() > most)
            refuse(Code::invalid_text, column,
                   "has " + std::to_string(text.size()) + " bytes, and may have " + std::to_string(most));
        const bool control = std::any_of(text.begin(), text.end(), [&](char c) {
            return (static_cast<unsigned char>(c) < 32 && !(lines && (c == '\n' || c == '\t'))) || c == 127;
        });
        if (control || !valid_utf8(text))
            refuse(Code::invalid_text, column,
                   "expected UTF-8 without control characters, found '" + printable(text) + "'");
        return text;
    }

    const Request& request_;
    std::int64_t row_;
};

struct Filler {
    const Form& form;
    Fields& fields;

    void operator()(const Supply& operation) const {
        form.fund(operation.fund, fields);
        fields.amount = form.amount(operation.amount);
    }
    void operator()(const Grant& operation) const {
        form.account(operation.account, fields);
        fields.fund = form.text(operation.fund, "fund", true);
        fields.amount = form.amount(operation.amount);
        fields.expires = form.expires(operation.expires);
    }
    void operator()(const Contribute& operation) const {
        form.account(operation.account, fields);
        fields.amount = form.amount(operation.amount);
    }
    void operator()(const Reserve& operation) const {
        form.payer(operation.payer, fields);
        fields.amount = form.amount(operation.amount);
        fields.expires = form.expires(operation.expires);
        if (static_cast<std::size_t>(operation.draw) >= std::size(Words<Draw>::names))
            form.refuse(Code::unknown_word, "draw", "expected any, granted or own");
        if (operation.draw != Draw::any && std::holds_alternative<FundAccount>(operation.payer))
            form.refuse(Code::contradiction, "draw", "a fund has no lots to choose from");
        fields.draw = operation.draw;
    }
    void operator()(const Post& operation) const {
        fields.subject = form.text(operation.reservation, "reservation", true);
        fields.amount = form.amount(operation.amount);
        fields.provider = form.text(operation.provider, "provider", false);
    }
    void operator()(const Void& operation) const {
        fields.subject = form.text(operation.reservation, "reservation", true);
    }
    void operator()(const Expire&) const {}
    void operator()(const Transfer& operation) const {
        Fields to;
        form.payer(operation.to, to);
        form.payer(operation.from, fields);
        fields.to_person = to.person, fields.to_program = to.program, fields.to_fund = to.fund;
        fields.amount = form.amount(operation.amount);
        if (operation.from.index() != operation.to.index())
            form.refuse(
                Code::contradiction, operation.to.index() == 0 ? "to_person" : "to_fund",
                "a transfer joins two accounts or two funds; from a fund to an account is a grant, back a claw-back");
        if (fields.kind != to.kind)
            form.refuse(Code::contradiction, "kind",
                        "from " + std::string(word(*fields.kind)) + " to " + std::string(word(*to.kind)) +
                            ": units are never mixed");
        if (operation.from == operation.to)
            form.refuse(Code::contradiction, operation.to.index() == 0 ? "to_person" : "to_fund",
                        "is where it comes from");
    }
    void operator()(const ClawBack& operation) const {
        form.account(operation.account, fields);
        fields.fund = form.text(operation.fund, "fund", false);
        fields.amount = form.amount(operation.amount);
    }
    void operator()(const Reverse& operation) const { fields.subject = form.text(operation.key, "reverses", true); }
};

std::string shown(const std::string& text) { return text.empty() ? "nothing" : "'" + printable(text) + "'"; }
std::string shown(Moment moment) { return to_text(moment); }
std::string shown(Date day) { return to_text(day); }
template <class E>
requires std::is_enum_v<E> std::string shown(E value) { return std::string(word(value)); }
template <class T>
std::string shown(const std::optional<T>& value) {
    return value ? shown(*value) : "nothing";
}

}  // namespace

namespace {

/// What every request says of itself.
Fields common(const Form& form, const Request& request, OperationKind operation) {
    form.moment(request.at, "at");
    return {.key = form.text(request.key, "key", true),
            .at = request.at,
            .by = form.text(request.by, "by", true),
            .reason = form.reason(),
            .operation = operation};
}

/// What spendings, settlements and cancellations say of themselves. Their parts have keys of their own.
template <class T>
Request request_of(const T& asked) {
    return {.key = asked.key + "/account", .at = asked.at, .by = asked.by, .reason = asked.reason};
}

template <class T>
std::optional<Amount> not_negative(const Form& form, T value, std::int64_t units, const char* column) {
    if (is_missing(value)) return std::nullopt;
    if (units < 0) form.refuse(Code::out_of_range, column, "expected 0 or more, found " + std::to_string(units));
    return Amount(units);
}

}  // namespace

Fields fields_of(const Spending& spending, AccountKind kind) {
    const Request request = request_of(spending);
    const Form form(request, 0);
    Fields fields = common(form, request, OperationKind::spend);
    fields.key = form.text(spending.key, "key", true);
    fields.kind = kind;
    fields.person = form.text(spending.person, "person", true);
    fields.program = form.text(spending.program, "program", true);
    fields.activity = form.text(spending.activity, "activity", true);
    fields.provider = form.text(spending.provider, "provider", false);
    fields.plan = form.text(spending.agreed_plan, "agreed_plan", false);
    fields.expires = form.expires(spending.expires);
    if (is_missing(spending.first_day)) form.refuse(Code::missing_value, "first_day", "expected a day, found nothing");
    form.moment(spending.first_day, "first_day");
    fields.first_day = spending.first_day;
    const auto cost = not_negative(form, spending.cost, spending.cost.minor_units(), "cost");
    const auto hours = not_negative(form, spending.hours, spending.hours.count(), "hours");
    if (kind == AccountKind::money && !cost)
        form.refuse(Code::missing_value, "cost", "the programme holds money: expected what it costs, found nothing");
    if (kind == AccountKind::hours && !hours)
        form.refuse(Code::missing_value, "hours", "the programme holds hours: expected how many, found nothing");
    if (kind != AccountKind::hours && hours)
        form.refuse(Code::contradiction, "hours",
                    "the programme holds " + std::string(word(kind)) + ": ask another one for hours");
    fields.amount = kind == AccountKind::money ? cost : kind == AccountKind::hours ? hours : Amount(1);
    if (kind != AccountKind::money) fields.cost = cost;
    return fields;
}

Fields fields_of(const Settlement& settlement) {
    const Request request = request_of(settlement);
    const Form form(request, 0);
    Fields fields = common(form, request, OperationKind::settle);
    fields.key = form.text(settlement.key, "key", true);
    fields.subject = form.text(settlement.spending, "spending", true);
    fields.provider = form.text(settlement.provider, "provider", false);
    fields.cost = not_negative(form, settlement.cost, settlement.cost.minor_units(), "cost");
    fields.amount = not_negative(form, settlement.hours, settlement.hours.count(), "hours");
    return fields;
}

Fields fields_of(const Cancellation& cancellation) {
    const Request request = request_of(cancellation);
    const Form form(request, 0);
    Fields fields = common(form, request, OperationKind::cancel);
    fields.key = form.text(cancellation.key, "key", true);
    fields.subject = form.text(cancellation.spending, "spending", true);
    return fields;
}

Fields fields_of(const Request& request, std::int64_t row) {
    const Form form(request, row);
    Fields fields = common(form, request, static_cast<OperationKind>(request.operation.index()));
    static_assert(std::size(Words<OperationKind>::names) == std::variant_size_v<Operation> + 3);
    std::visit(Filler{form, fields}, request.operation);
    return fields;
}

void check_client(const Fields& fields, std::int64_t row) {
    const auto refuse = [&](const char* column, const std::string& message) {
        throw Error(Code::contradiction, message + " (key '" + printable(fields.key) + "')", "requests", row, column);
    };
    if (fields.key.starts_with(agreement_keys))
        refuse("key", "begins with 'agreement ', as keys of agreed plans do; expected another one");
    // A cost once posted may be reversed, as any other: that is a correction, and ends no reservation.
    if (!fields.subject.starts_with(agreement_keys) || fields.operation == OperationKind::reverse) return;
    const bool whole = fields.operation == OperationKind::settle || fields.operation == OperationKind::cancel;
    refuse(whole ? "spending" : "reservation",
           "'" + printable(fields.subject) +
               "' is held for an agreed plan; expected one of another, or complete or withdraw the item there");
}

std::string difference(const Fields& then, const Fields& now, std::string_view currency) {
    std::string text;
    const auto amounts = [&](const char* column, std::optional<Amount> a, std::optional<Amount> b,
                             std::optional<AccountKind> kind) {
        const auto shown = [&](std::optional<Amount> amount) {
            return !amount ? "nothing" : kind ? to_text(*amount, *kind, currency) : std::to_string(amount->units());
        };
        if (text.empty() && a != b) text = std::string(column) + " " + shown(a) + " then, " + shown(b) + " now";
    };
    const auto compare = [&](const char* column, const auto& a, const auto& b) {
        if (text.empty() && !(a == b)) text = std::string(column) + " " + shown(a) + " then, " + shown(b) + " now";
    };
    compare("operation", then.operation, now.operation);
    compare("kind", then.kind, now.kind);
    compare("person", then.person, now.person);
    compare("program", then.program, now.program);
    compare("fund", then.fund, now.fund);
    compare("to_person", then.to_person, now.to_person);
    compare("to_program", then.to_program, now.to_program);
    compare("to_fund", then.to_fund, now.to_fund);
    compare("provider", then.provider, now.provider);
    compare("draw", then.draw, now.draw);
    compare("subject", then.subject, now.subject);
    // A post has no kind: it counts what its reservation does. Neither has a settlement, which has hours for an amount.
    amounts("amount", then.amount, now.amount, now.operation == OperationKind::settle ? AccountKind::hours : now.kind);
    compare("expires", then.expires, now.expires);
    compare("activity", then.activity, now.activity);
    compare("plan", then.plan, now.plan);
    compare("first_day", then.first_day, now.first_day);
    amounts("cost", then.cost, now.cost, AccountKind::money);
    compare("at", then.at, now.at);
    compare("by", then.by, now.by);
    compare("reason", then.reason, now.reason);
    return text;
}

}  // namespace gradus
