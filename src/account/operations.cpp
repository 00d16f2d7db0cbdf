#include "account/operations.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <gradus/base/error.h>

#include "account/mutant.h"
#include "account/wording.h"
#include "base/utf8.h"

namespace gradus {

namespace {

Account account_of(const Fields& fields) { return {fields.person, fields.program, *fields.kind}; }
Payer payer_of(const Fields& fields) {
    if (fields.person.empty()) return FundAccount{fields.fund, *fields.kind};
    return account_of(fields);
}
Payer payee_of(const Fields& fields) {
    if (fields.to_person.empty()) return FundAccount{fields.to_fund, *fields.kind};
    return Account{fields.to_person, fields.to_program, *fields.kind};
}
Book fund_book(const std::string& fund, AccountKind unit) {
    return {.kind = BookKind::fund, .unit = unit, .name = fund};
}
Book lot_book(const Account& account, const std::string& fund, Moment expires) {
    return {.kind = BookKind::lot,
            .unit = account.kind,
            .person = account.person,
            .program = account.program,
            .name = fund,
            .expires = expires};
}
Book own_book(const Account& account) {
    return {.kind = BookKind::own, .unit = account.kind, .person = account.person, .program = account.program};
}

}  // namespace

Reservations::Reservations(Store& store)
    : state_(store, "SELECT expires, amount, resolved FROM reservations WHERE reservation = ?1"),
      parts_(store,
             "SELECT e.book, e.pending FROM transactions t JOIN entries e ON e.entry >= t.first_entry AND "
             "e.entry < t.first_entry + t.entries WHERE t.number = ?1 AND e.reservation = ?1 ORDER BY e.entry"),
      overdue_of_book_(store, "SELECT reservation, expires, amount FROM holds WHERE book = ?1 AND expires <= ?2"),
      overdue_(store,
               "SELECT reservation, expires, amount FROM reservations WHERE resolved IS NULL AND expires <= ?1 "
               "AND expires < 9223372036854775807 ORDER BY expires, reservation") {}

Reservations::State Reservations::state(std::int64_t number) {
    Statement::Rows rows = state_(number);
    if (!rows.next())
        throw Error(Code::damaged, "of transaction " + std::to_string(number) + " the reservation is missing",
                    "ledger");
    return {{number, moment_at(rows.number(0)), rows.number(1)}, rows.missing(2) ? 0 : rows.number(2)};
}

std::vector<Reservations::Part> Reservations::parts(std::int64_t number) {
    std::vector<Part> parts;
    for (Statement::Rows rows = parts_(number); rows.next();) parts.push_back({rows.number(0), rows.number(1)});
    return parts;
}

std::vector<Reservation> Reservations::overdue(std::int64_t book, Moment at) {
    std::vector<Reservation> found;
    for (Statement::Rows rows = overdue_of_book_(book, micros(at)); rows.next();)
        found.push_back({rows.number(0), moment_at(rows.number(1)), rows.number(2)});
    return found;
}

std::vector<Reservation> Reservations::overdue(Moment at) {
    std::vector<Reservation> found;
    for (Statement::Rows rows = overdue_(micros(at)); rows.next();)
        found.push_back({rows.number(0), moment_at(rows.number(1)), rows.number(2)});
    return found;
}

std::string Operations::text(std::int64_t amount, AccountKind kind) const {
    return to_text(Amount(amount), kind, journal_.currency()) + (journal_.play_money() ? " (play)" : "");
}

std::size_t Operations::place_of(Voucher& voucher, std::int64_t book) {
    const std::optional<std::size_t> known = voucher.place(book);
    return known ? *known : voucher.place(books_.at(book));
}

void Operations::release(Voucher& voucher, const Reservation& reservation) {
    if (!voucher.resolve(reservation)) return;
    for (const Reservations::Part& part : reservations_.parts(reservation.number))
        voucher.move(place_of(voucher, part.book), 0, -part.amount, reservation.number);
}

void Operations::release_overdue(Voucher& voucher, std::int64_t book, Moment at) {
    for (const Reservation& reservation : reservations_.overdue(book, at)) release(voucher, reservation);
}

Operations::Paid Operations::pay(Voucher& voucher, const std::vector<Book>& books, std::int64_t amount, Moment at) {
    Paid paid;
    for (const Book& book : books) {
        const std::size_t place = voucher.place(book);
        if (book.pending > 0) release_overdue(voucher, book.id, at);
        const Book& now = voucher.book(place);
        const std::int64_t available = broken(Mutant::overdrawn) ? now.posted : now.available();
        if (__builtin_add_overflow(paid.reserved, now.pending, &paid.reserved))  // it is only told
            paid.reserved = std::numeric_limits<std::int64_t>::max();
        const std::int64_t rest = paid.available < amount ? amount - paid.available : 0;
        if (const std::int64_t share = std::min(rest, available); share > 0) paid.shares.push_back({place, share});
        paid.available = checked_sum(paid.available, available, "available", voucher.row());
    }
    paid.enough = paid.available >= amount;
    return paid;
}

Denial Operations::not_enough(const Fields& fields, const Paid& paid, const std::string& who,
                              const std::string& remedy) const {
    const std::int64_t asked = fields.amount->units();
    std::string message = who + " has " + text(paid.available, *fields.kind) + " available, and " +
                          text(asked, *fields.kind) + " was asked for";
    if (paid.reserved > 0)
        message += "; " + text(paid.reserved, *fields.kind) + " is reserved, and would be free if given up";
    const std::string less = "ask for " + text(paid.available, *fields.kind) + " at most";
    if (!remedy.empty()) {
        message += ". Possible: " + remedy + " " + text(asked - paid.available, *fields.kind) + " more first";
        if (paid.available > 0 && fields.operation != OperationKind::reverse) message += ", or " + less;
    } else if (paid.available > 0) {
        message += ". Possible: " + less;
    }
    return {.rule = "available",
            .available = Amount(paid.available),
            .asked = *fields.amount,
            .limit = Amount(paid.available),
            .message = std::move(message)};
}

Operations::Outcome Operations::supply(const Fields& fields, Voucher voucher) {
    const std::size_t from = voucher.place(books_.found({.kind = BookKind::supply, .unit = *fields.kind}));
    const std::size_t to = voucher.place(books_.found(fund_book(fields.fund, *fields.kind)));
    voucher.move_between(from, to, fields.amount->units());
    return voucher;
}

Operations::Outcome Operations::grant(const Fields& fields, Voucher voucher) {
    const FundAccount fund{fields.fund, *fields.kind};
    const Paid paid = pay(voucher, books_.payers(fund, Draw::any, fields.at), fields.amount->units(), fields.at);
    if (!paid.enough) return not_enough(fields, paid, to_text(Payer(fund)), "supply the fund with");
    voucher.available = Amount(paid.available);
    const std::size_t to =
        voucher.place(books_.found(lot_book(account_of(fields), fields.fund, fields.expires.value_or(never))));
    for (const Share& share : paid.shares) voucher.move_between(share.place, to, share.amount);
    return voucher;
}

Operations::Outcome Operations::contribute(const Fields& fields, Voucher voucher) {
    const std::size_t from =
        voucher.place(books_.found({.kind = BookKind::pocket, .unit = *fields.kind, .person = fields.person}));
    const std::size_t to = voucher.place(books_.found(own_book(account_of(fields))));
    voucher.move_between(from, to, fields.amount->units());
    return voucher;
}

Operations::Outcome Operations::reserve(const Fields& fields, Voucher voucher) {
    const Payer payer = payer_of(fields);
    const Paid paid = pay(voucher, books_.payers(payer, *fields.draw, fields.at), fields.amount->units(), fields.at);
    if (!paid.enough) {
        std::string who = to_text(payer);
        if (*fields.draw == Draw::granted) who += ", granted";
        if (*fields.draw == Draw::own) who += ", the employee's own";
        return not_enough(fields, paid, who,
                          std::holds_alternative<FundAccount>(payer) ? "supply the fund with"
                          : *fields.draw == Draw::granted            ? "grant"
                          : *fields.draw == Draw::own                ? "contribute"
                                                                     : "grant or contribute");
    }
    voucher.available = Amount(paid.available);
    for (const Share& share : paid.shares) voucher.move(share.place, 0, share.amount, voucher.number());
    voucher.opened = {voucher.number(), fields.expires.value_or(never), fields.amount->units()};
    return voucher;
}

Recorded Operations::subject(const Fields& fields, std::int64_t row, const char* column) {
    std::optional<Recorded> found = journal_.recorded(fields.subject);
    if (!found)
        throw Error(Code::unknown_key, "there is no request '" + printable(fields.subject) + "' in the ledger",
                    "requests", row, column);
    return std::move(*found);
}

std::variant<Operations::Open, Denial> Operations::open_reservation(const Fields& fields, std::int64_t row) {
    const Recorded of = subject(fields, row, "reservation");
    const std::string name = "reservation '" + printable(fields.subject) + "'";
    if (of.fields.operation != OperationKind::reserve)
        throw Error(Code::unknown_key,
                    "'" + printable(fields.subject) + "' is no reservation: its operation was " +
                        std::string(word(of.fields.operation)),
                    "requests", row, "reservation");
    const Amount asked = fields.amount.value_or(missing<Amount>());
    if (!of.receipt.applied)
        return Denial{
            .rule = "refused",
            .asked = asked,
            .message = name + " was refused: " + of.receipt.message + ". Possible: reserve again, with another key"};
    const Reservations::State state = reservations_.state(of.receipt.transaction);
    if (state.resolved != 0) {
        const std::optional<Recorded> by = journal_.recorded(state.resolved);
        if (!by) throw Error(Code::damaged, "there is no transaction " + std::to_string(state.resolved), "ledger");
        const bool posted = by->fields.operation == OperationKind::post;
        const bool given_up = by->fields.operation == OperationKind::void_reservation;
        return Denial{.rule = "resolved",
                      .asked = asked,
                      .message = name +
                                 (posted     ? " was posted on "
                                  : given_up ? " was given up on "
                                             : " had expired, which was written down on ") +
                                 to_text(by->fields.at) + " by transaction " + std::to_string(state.resolved) +
                                 (posted ? ". Possible: reserve and post what else it costs, with other keys"
                                         : ". Possible: reserve again, with another key")};
    }
    if (state.reservation.expires <= fields.at)
        return Denial{.rule = "resolved",
                      .asked = asked,
                      .message = name + " expired on " + to_text(state.reservation.expires) +
                                 ", and holds nothing since. Possible: reserve again, with another key"};
    Open open{state.reservation, reservations_.parts(of.receipt.transaction)};
    if (open.parts.empty()) throw Error(Code::damaged, name + " has no entries", "ledger");
    return open;
}

Operations::Outcome Operations::post(const Fields& fields, Voucher voucher) {
    auto found = open_reservation(fields, voucher.row());
    if (auto* refusal = std::get_if<Denial>(&found)) return std::move(*refusal);
    const Open& open = std::get<Open>(found);
    const std::int64_t asked = fields.amount->units(), held = open.reservation.amount;
    const AccountKind unit = voucher.book(voucher.place(books_.at(open.parts.front().book))).unit;
    if (asked > held)
        return Denial{.rule = "reserved",
                      .available = Amount(held),
                      .asked = *fields.amount,
                      .limit = Amount(held),
                      .message = "reservation '" + printable(fields.subject) + "' holds " + text(held, unit) +
                                 ", and " + text(asked, unit) + " was asked for. Possible: reserve " +
                                 text(asked - held, unit) + " more with another key, and post both"};
    voucher.available = Amount(held);
    voucher.resolve(open.reservation);
    std::int64_t rest = asked;
    for (const Reservations::Part& part : open.parts) {
        const std::int64_t spent = std::min(rest, part.amount);
        voucher.move(place_of(voucher, part.book), -spent, -part.amount, open.reservation.number);
        rest -= spent;
    }
    const std::size_t to =
        voucher.place(books_.found({.kind = BookKind::provider, .unit = unit, .name = fields.provider}));
    voucher.move(to, broken(Mutant::unbalanced) ? asked - 1 : asked, 0);
    return voucher;
}

Operations::Outcome Operations::give_up(const Fields& fields, Voucher voucher) {
    auto found = open_reservation(fields, voucher.row());
    if (auto* refusal = std::get_if<Denial>(&found)) return std::move(*refusal);
    release(voucher, std::get<Open>(found).reservation);
    return voucher;
}

Operations::Outcome Operations::expire(const Fields& fields, Voucher voucher) {
    for (const Reservation& reservation : reservations_.overdue(fields.at)) release(voucher, reservation);
    for (const std::int64_t id : books_.expired(fields.at)) {
        const std::size_t from = voucher.place(books_.at(id));
        const Book lot = voucher.book(from);
        if (lot.available() <= 0) continue;
        voucher.move_between(from, voucher.place(books_.found(fund_book(lot.name, lot.unit))), lot.available());
    }
    return voucher;
}

Operations::Outcome Operations::transfer(const Fields& fields, Voucher voucher) {
    const Payer from = payer_of(fields), to = payee_of(fields);
    const Draw draw = fields.person == fields.to_person ? Draw::any : Draw::granted;
    const Paid paid = pay(voucher, books_.payers(from, draw, fields.at), fields.amount->units(), fields.at);
    if (!paid.enough) {
        const bool fund = std::holds_alternative<FundAccount>(from);
        const bool others = !fund && draw == Draw::granted;
        Denial refusal = not_enough(fields, paid, to_text(from) + (others ? ", granted" : ""),
                                    fund     ? "supply the fund with"
                                    : others ? "grant"
                                             : "grant or contribute");
        if (others) refusal.message += ". Money of one's own goes to one's own accounts alone";
        return refusal;
    }
    voucher.available = Amount(paid.available);
    for (const Share& share : paid.shares) {
        const Book lot = voucher.book(share.place);
        Book target = lot.kind == BookKind::fund  ? fund_book(fields.to_fund, lot.unit)
                      : lot.kind == BookKind::lot ? lot_book(std::get<Account>(to), lot.name, lot.expires)
                                                  : own_book(std::get<Account>(to));
        voucher.move_between(share.place, voucher.place(books_.found(std::move(target))), share.amount);
    }
    return voucher;
}

Operations::Outcome Operations::claw_back(const Fields& fields, Voucher voucher) {
    std::vector<Book> lots = books_.payers(account_of(fields), Draw::granted, fields.at);
    if (!fields.fund.empty()) std::erase_if(lots, [&](const Book& lot) { return lot.name != fields.fund; });
    const Paid paid = pay(voucher, lots, fields.amount->units(), fields.at);
    if (!paid.enough)
        return not_enough(fields, paid,
                          to_text(Payer(account_of(fields))) + ", granted" +
                              (fields.fund.empty() ? "" : " from fund " + printable(fields.fund)),
                          "");  // to grant more, and claw that back, helps nobody
    voucher.available = Amount(paid.available);
    for (const Share& share : paid.shares) {
        const Book lot = voucher.book(share.place);
        voucher.move_between(share.place, voucher.place(books_.found(fund_book(lot.name, lot.unit))), share.amount);
    }
    return voucher;
}

Operations::Outcome Operations::reverse(const Fields& fields, Voucher voucher) {
    const Recorded of = subject(fields, voucher.row(), "reverses");
    const std::string name = "'" + printable(fields.subject) + "'";
    if (!of.receipt.applied)
        return Denial{.rule = "refused", .message = name + " was refused, so there is nothing to reverse"};
    switch (of.fields.operation) {
    case OperationKind::reserve:
        return Denial{.rule = "reversible",
                      .message = name + " is a reservation, which moved nothing. Possible: give it up by void"};
    case OperationKind::void_reservation:
        return Denial{.rule = "reversible",
                      .message = name + " gave a reservation up. Possible: reserve again, with another key"};
    case OperationKind::expire:
        return Denial{.rule = "reversible",
                      .message = name + " wrote down what had expired. Possible: grant or reserve anew"};
    case OperationKind::reverse:
        return Denial{.rule = "reversible",
                      .message = name + " is itself a reversal. Possible: do again what it reversed, with another key"};
    case OperationKind::spend:
    case OperationKind::settle:
    case OperationKind::cancel:
        return Denial{.rule = "reversible",
                      .message = name + " moved nothing itself. Possible: cancel a spending, or reverse its posts"};
    default: break;
    }
    if (const std::int64_t by = journal_.reversed_by(fields.subject); by != 0)
        return Denial{
            .rule = "reversed",
            .message = name + " was reversed by transaction " + std::to_string(by) + ". Once is all there is"};
    std::vector<Reservations::Part> moved;  // by book
    for (Statement::Rows rows = posted_(of.receipt.transaction); rows.next();) {
        const auto same =
            std::find_if(moved.begin(), moved.end(), [&](const auto& m) { return m.book == rows.number(0); });
        if (same == moved.end())
            moved.push_back({rows.number(0), rows.number(1)});
        else
            same->amount += rows.number(1);
    }
    const std::int64_t fault = broken(Mutant::reversal_in_part) ? 1 : 0;
    for (const auto& [id, posted] : moved) {
        const std::size_t place = voucher.place(books_.at(id));
        if (posted > 0 && voucher.book(place).guarded()) release_overdue(voucher, id, fields.at);
    }
    for (const auto& [id, posted] : moved) {
        const std::size_t place = voucher.place(books_.at(id));
        const Book book = voucher.book(place);
        voucher.move(place, posted > 0 ? -posted + fault : -posted - fault, 0);
        if (book.guarded() && voucher.book(place).available() < 0) {
            Fields asked = fields;
            asked.amount = Amount(posted), asked.kind = book.unit;
            const Payer holder = book.kind == BookKind::fund ? Payer(FundAccount{book.name, book.unit})
                                                             : Payer(Account{book.person, book.program, book.unit});
            Denial refusal = not_enough(asked, {{}, book.available(), book.pending, false}, to_text(holder),
                                        book.kind == BookKind::fund  ? "supply the fund with"
                                        : book.kind == BookKind::own ? "contribute"
                                                                     : "grant");
            return refusal;
        }
    }
    return voucher;
}

std::variant<Voucher, Denial> Operations::work_out(const Fields& fields, std::int64_t row) {
    Voucher voucher(journal_.end().transaction + 1, row);
    voucher.asked = fields.amount.value_or(missing<Amount>());
    switch (fields.operation) {
    case OperationKind::supply: return supply(fields, std::move(voucher));
    case OperationKind::grant: return grant(fields, std::move(voucher));
    case OperationKind::contribute: return contribute(fields, std::move(voucher));
    case OperationKind::reserve: return reserve(fields, std::move(voucher));
    case OperationKind::post: return post(fields, std::move(voucher));
    case OperationKind::void_reservation: return give_up(fields, std::move(voucher));
    case OperationKind::expire: return expire(fields, std::move(voucher));
    case OperationKind::transfer: return transfer(fields, std::move(voucher));
    case OperationKind::claw_back: return claw_back(fields, std::move(voucher));
    case OperationKind::reverse: return reverse(fields, std::move(voucher));
    case OperationKind::spend:
    case OperationKind::settle:
    case OperationKind::cancel: return voucher;  // what it is made of follows
    }
    throw Error(Code::internal, "an operation without a name", "requests", row);
}

}  // namespace gradus
