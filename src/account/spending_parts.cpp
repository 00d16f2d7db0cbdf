#include "account/spending_parts.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/base/error.h>

#include "base/utf8.h"
#include "organization/charge.h"

namespace gradus {

std::string text_of_shares(std::pair<double, double> shares) {
    char text[80];
    char* end = std::to_chars(text, text + 32, shares.first).ptr;
    *end++ = ' ';
    return {text, std::to_chars(end, text + sizeof text, shares.second).ptr};
}

std::pair<double, double> shares_in(const std::string& text) {
    std::pair<double, double> shares;
    const char* end = text.data() + text.size();
    const char* next = std::from_chars(text.data(), end, shares.first).ptr;
    if (next != end) std::from_chars(next + 1, end, shares.second);
    return shares;
}

SpendingParts split(std::int64_t cost, std::pair<double, double> shares) {
    const Money whole(cost), account = rounded_share(whole, shares.first);
    const Money own = std::min(rounded_share(whole, shares.second), whole - account);
    return {account.minor_units(), own.minor_units(), (whole - account - own).minor_units()};
}

SpendingParts parts_of(AccountKind kind, std::int64_t units, std::int64_t cost, std::pair<double, double> shares) {
    const SpendingParts money = split(cost, shares);
    if (kind == AccountKind::money) return money;
    return {units, money[1], money[0] + money[2]};
}

std::string part_key(const std::string& key, std::size_t place) {
    constexpr const char* names[] = {"/account", "/own", "/fund"};
    return key + names[place];
}

Fields part_of(const Fields& whole, OperationKind operation, std::size_t place) {
    return {.key = part_key(whole.key, place),
            .at = whole.at,
            .by = whole.by,
            .reason = whole.reason,
            .operation = operation,
            .subject = whole.key};
}

RecordedSpending recorded_spending(Journal& journal, const std::string& key) {
    std::optional<Recorded> found = journal.recorded(key);
    if (!found || found->fields.operation != OperationKind::spend)
        throw Error(Code::unknown_key, "there is no spending '" + printable(key) + "' in the ledger", "requests", 0,
                    "spending");
    RecordedSpending spending{std::move(*found), {}};
    for (std::size_t i = 0; i < spending.parts.size(); ++i)
        if (auto part = journal.recorded(part_key(key, i)); part && part->fields.subject == key)
            spending.parts[i] = std::move(*part);
    return spending;
}

void check_no_part(Journal& journal, const Fields& fields, std::int64_t row) {
    if (fields.operation != OperationKind::post && fields.operation != OperationKind::void_reservation) return;
    const std::optional<Recorded> reserved = journal.recorded(fields.subject);
    if (!reserved || reserved->fields.operation != OperationKind::reserve || reserved->fields.subject.empty()) return;
    const std::string whole = "'" + printable(reserved->fields.subject) + "'";
    throw Error(Code::contradiction,
                "'" + printable(fields.subject) + "' is a part of spending " + whole +
                    ", and is not resolved alone; expected a reservation of its own, or settle or cancel " + whole +
                    " (key '" + printable(fields.key) + "')",
                "requests", row, "reservation");
}

Receipt resolve(Ledger::Data::Session& session, const Fields& asked, const RecordedSpending& spending,
                const SpendingParts& posted, const std::optional<Denial>& refusal) {
    const std::optional<Amount> counted = *spending.whole.fields.kind == AccountKind::money ? asked.cost : asked.amount;
    return session.apply_whole(asked, counted, [&]() -> std::variant<std::vector<Fields>, Denial> {
        const std::string name = "spending '" + printable(asked.subject) + "'";
        if (!spending.whole.receipt.applied)
            return Denial{.rule = "refused",
                          .message = name + " was refused: " + spending.whole.receipt.message +
                                     ". Possible: ask again, with another key"};
        if (refusal) return *refusal;
        std::vector<Fields> made_of;
        for (std::size_t i = 0; i < posted.size(); ++i) {
            if (!spending.parts[i] && posted[i] > 0)
                return Denial{
                    .rule = "reserved",
                    .available = Amount(0),
                    .asked = Amount(posted[i]),
                    .limit = Amount(0),
                    .message = name + " has reserved nothing for that. Possible: ask for it by another spending"};
            if (!spending.parts[i]) continue;
            const bool post = posted[i] > 0;
            Fields part = part_of(asked, post ? OperationKind::post : OperationKind::void_reservation, i);
            part.subject = spending.parts[i]->fields.key;
            if (post) part.amount = Amount(posted[i]), part.provider = asked.provider;
            made_of.push_back(std::move(part));
        }
        return made_of;
    });
}

}  // namespace gradus
