#include "account/recorded.h"

#include <gradus/base/error.h>

#include "account/book.h"
#include "account/wording.h"
#include "base/utf8.h"

namespace gradus {

Recorded read_recorded(const Statement::Rows& rows) {
    Recorded recorded;
    recorded.first_entry = rows.number(30), recorded.entries = rows.number(31);
    Fields& f = recorded.fields;
    Receipt& r = recorded.receipt;
    const auto amount = [&](int column) {
        return rows.missing(column) ? missing<Amount>() : Amount(rows.number(column));
    };
    const auto broken_word = [&](const char* column, int place) {
        throw Error(
            Code::damaged,
            "transaction " + std::to_string(rows.number(0)) + ": " + printable(rows.text(place)) + " is no " + column,
            "ledger");
    };
    const auto operation = from_word<OperationKind>(rows.text(5));
    r.transaction = rows.number(0);
    if (!operation) broken_word("operation", 5);
    f.key = rows.string(1);
    f.at = r.at = moment_at(rows.number(2));
    f.by = rows.string(3), f.reason = rows.string(4), f.operation = *operation;
    f.kind = from_word<AccountKind>(rows.text(6));
    if (!f.kind && !rows.text(6).empty()) broken_word("kind", 6);
    f.person = rows.string(7), f.program = rows.string(8), f.fund = rows.string(9);
    f.to_person = rows.string(10), f.to_program = rows.string(11), f.to_fund = rows.string(12);
    f.provider = rows.string(13), f.draw = from_word<Draw>(rows.text(14)), f.subject = rows.string(15);
    if (!f.draw && !rows.text(14).empty()) broken_word("draw", 14);
    if (!rows.missing(16)) f.amount = Amount(rows.number(16));
    if (!rows.missing(17)) f.expires = moment_at(rows.number(17));
    r.applied = rows.number(18) == 1;
    r.rule = rows.string(19);
    r.available = amount(20), r.asked = amount(21), r.limit = amount(22);
    r.message = rows.string(23);
    f.activity = rows.string(24), f.plan = rows.string(25);
    if (!rows.missing(26)) f.first_day = day_at(rows.number(26));
    if (!rows.missing(27)) f.cost = Amount(rows.number(27));
    f.shares = rows.string(28);
    if (!rows.missing(29)) r.from = day_at(rows.number(29));
    return recorded;
}

}  // namespace gradus
