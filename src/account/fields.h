#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <gradus/account/request.h>
#include <gradus/account/spending.h>
#include <gradus/base/units.h>

namespace gradus {

/// A request as one row: what the table `transactions` keeps of it. Of what an operation has not, a text is empty and the others
/// are absent.
struct Fields {
    std::string key;
    Moment at;
    std::string by;
    std::string reason;
    OperationKind operation = OperationKind::supply;
    std::optional<AccountKind> kind{};
    std::string person{};      ///< of the account that pays, or is granted or contributed to
    std::string program{};     ///< of that account
    std::string fund{};        ///< the fund that pays, is supplied, or to which is clawed back
    std::string to_person{};   ///< of a transfer
    std::string to_program{};  ///< of a transfer
    std::string to_fund{};     ///< of a transfer
    std::string provider{};
    std::optional<Draw> draw{};
    std::string subject{};  ///< key of the reservation, of what is reversed, or of the spending that it is a part of
    std::optional<Amount> amount{};
    std::optional<Moment> expires{};
    std::string activity{};           ///< of a spending, as what follows
    std::string plan{};               ///< the agreed plan
    std::optional<Date> first_day{};  ///< of the activity
    std::optional<Amount> cost{};     ///< money, where the programme counts something else
    std::string shares{};             ///< account's and employee's as decided, not as asked: "0.75 0.25"

    friend bool operator==(const Fields&, const Fields&) = default;
};

/// The request as a row, once it is known to be well formed.
/// @throws Error that names the column; `row` as given (0: none).
Fields fields_of(const Request& request, std::int64_t row);
/// `kind`: of the spending's programme.
Fields fields_of(const Spending& spending, AccountKind kind);
Fields fields_of(const Settlement& settlement);
Fields fields_of(const Cancellation& cancellation);

/// Keys that begin so are kept for what both have agreed to: what is reserved under them is resolved by the plan alone.
constexpr std::string_view agreement_keys = "agreement ";
/// @throws Error contradiction for a client's request under such a key, or that resolves what is reserved under one.
void check_client(const Fields& fields, std::int64_t row);

/// The first column in which two rows of the same key differ, with both values: "amount: 5 then, 7 now"; empty if they agree.
std::string difference(const Fields& then, const Fields& now, std::string_view currency);

}  // namespace gradus
