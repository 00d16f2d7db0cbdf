#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <gradus/base/table.h>
#include <gradus/base/units.h>
#include <gradus/organization/fund.h>

namespace gradus {

/// What one person may spend under one programme, in one unit: the sum of the account's lots. It begins with the first grant
/// or contribution; before, nothing is available.
struct Account {
    std::string person;   ///< key, not empty
    std::string program;  ///< key; empty: of no programme
    AccountKind kind = AccountKind::money;

    friend bool operator==(const Account&, const Account&) = default;
};

/// Of a fund, what is held in one unit. It begins with the first supply; before, nothing is available.
struct FundAccount {
    std::string fund;  ///< key, not empty
    AccountKind kind = AccountKind::money;

    friend bool operator==(const FundAccount&, const FundAccount&) = default;
};

/// Who pays.
using Payer = std::variant<Account, FundAccount>;

/// Which lots of an account pay: all, those granted from funds, or the employee's own money. The lot that expires first is used
/// first; among lots that expire together, or never, granted ones before the employee's own. Of a fund: any.
enum class Draw : std::uint8_t { any, granted, own };
template <>
struct Words<Draw> {
    static constexpr std::string_view names[] = {"any", "granted", "own"};
};

/// A fund is founded, or grows: amounts come in from outside.
struct Supply {
    FundAccount fund;
    Amount amount;  ///< > 0

    friend bool operator==(const Supply&, const Supply&) = default;
};

/// From a fund to a lot of an account. From the moment `expires` on, what is left of the lot cannot be used; it returns to the
/// fund. What is reserved at that moment stays reserved.
struct Grant {
    std::string fund;
    Account account;
    Amount amount;                       ///< > 0
    std::optional<Moment> expires = {};  ///< after `at`; absent: never

    friend bool operator==(const Grant&, const Grant&) = default;
};

/// The employee's own money, paid into the account. It does not expire, and no fund can claw it back.
struct Contribute {
    Account account;
    Amount amount;  ///< > 0

    friend bool operator==(const Contribute&, const Contribute&) = default;
};

/// Holds an amount for a later Post. The request's key names the reservation. From the moment `expires` on, it holds nothing.
struct Reserve {
    Payer payer;
    Amount amount;                       ///< > 0
    std::optional<Moment> expires = {};  ///< after `at`; absent: never
    Draw draw = Draw::any;

    friend bool operator==(const Reserve&, const Reserve&) = default;
};

/// Spends what was reserved, in whole or part: the rest is free again. Costs beyond what was reserved are refused; reserve the
/// difference, and post that too.
struct Post {
    std::string reservation;  ///< the key of its request
    Amount amount;            ///< > 0
    std::string provider;     ///< who is paid; may be empty

    friend bool operator==(const Post&, const Post&) = default;
};

/// Gives a reservation up: all of it is free again.
struct Void {
    std::string reservation;  ///< the key of its request

    friend bool operator==(const Void&, const Void&) = default;
};

/// Writes down what has expired by `at`: reservations are ended, and what is left of lots returns to the funds they came from.
/// Nothing becomes available or unavailable by it, but in funds: there, what expired is available from this entry on.
struct Expire {
    friend bool operator==(const Expire&, const Expire&) = default;
};

/// From an account to another, or from a fund to another, in the same unit. Lots keep their expiry and their fund. The
/// employee's own money moves only between accounts of the same person.
struct Transfer {
    Payer from;
    Payer to;
    Amount amount;  ///< > 0

    friend bool operator==(const Transfer&, const Transfer&) = default;
};

/// From the granted lots of an account back to the funds they came from, or to one of these.
struct ClawBack {
    Account account;
    Amount amount;     ///< > 0
    std::string fund;  ///< empty: whichever they came from

    friend bool operator==(const ClawBack&, const ClawBack&) = default;
};

/// Corrects an earlier Supply, Grant, Contribute, Post, Transfer or ClawBack by its opposite, whole and once.
struct Reverse {
    std::string key;  ///< of the request that is reversed

    friend bool operator==(const Reverse&, const Reverse&) = default;
};

/// What a request asks for.
using Operation = std::variant<Supply, Grant, Contribute, Reserve, Post, Void, Expire, Transfer, ClawBack, Reverse>;

/// The names of operations, in the order of Operation's alternatives; then those of programmes, which are made of others.
enum class OperationKind : std::uint8_t {
    supply,
    grant,
    contribute,
    reserve,
    post,
    void_reservation,
    expire,
    transfer,
    claw_back,
    reverse,
    spend,   ///< request_spending(): the reservations that follow
    settle,  ///< settle(): the posts that follow
    cancel   ///< cancel(): the voids that follow
};
template <>
struct Words<OperationKind> {
    static constexpr std::string_view names[] = {"supply", "grant",  "contribute", "reserve",   "post",
                                                 "void",   "expire", "transfer",   "claw_back", "reverse",
                                                 "spend",  "settle", "cancel"};
};

/// One thing to be done to a ledger, by a client who may ask again.
///
/// Amounts are whole numbers of the account's kind: minor units of money, minutes, items. Texts are UTF-8 without control
/// characters (a reason may have line ends), up to 1,000 bytes, a reason up to 10,000.
struct Request {
    /// The client's own name for this request, not empty, never used for another; not beginning with "agreement ", as the keys under
    /// which agreed plans reserve do. Keep the request before sending it: after a crash, or an error that tells nothing, the very same request can be sent again and is done once.
    std::string key;
    /// When it happens; not before the request applied or refused last.
    Moment at;
    std::string by;  ///< who asks; not empty
    std::string reason;
    Operation operation;

    friend bool operator==(const Request&, const Request&) = default;
};

}  // namespace gradus
