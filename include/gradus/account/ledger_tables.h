#pragma once

#include <cstdint>
#include <string_view>

#include <gradus/account/ledger.h>
#include <gradus/base/table.h>
#include <gradus/organization/ids.h>

namespace gradus {

/// What an account of the double entry is. The first three lie outside, and may be negative.
enum class BookKind : std::uint8_t {
    supply,    ///< where the amounts of funds come from
    provider,  ///< where spent amounts go; by name
    pocket,    ///< the employee's own money outside of the ledger; by person
    fund,      ///< by name
    lot,       ///< granted to an account: by person, programme, expiry, and the fund it came from
    own        ///< the employee's own money in an account: by person and programme
};
template <>
struct Words<BookKind> {
    static constexpr std::string_view names[] = {"supply", "provider", "pocket", "fund", "lot", "own"};
};

/// What every table of the ledger says of an account of the double entry.
struct BookColumns {
    explicit BookColumns(Table& table)
        : book{table, {.name = "book", .meaning = "what the account of the double entry is"}},
          kind{table, {.name = "kind", .meaning = "what it holds"}},
          person{table, {.name = "person", .meaning = "whose it is; absent: nobody's"}},
          program{table, {.name = "program", .meaning = "programme; absent: of none"}},
          fund{table, {.name = "fund", .meaning = "the fund, or of a lot the fund it came from"}},
          provider{table, {.name = "provider", .meaning = "who is paid; absent: not said"}},
          expires{table,
                  {.name = "expires", .meaning = "of a lot: from this moment on it cannot be used; absent: never"}},
          play_money{table, {.name = "play_money", .meaning = "the ledger is one of play money: worth nothing"}} {}

    Column<BookKind> book;
    Column<AccountKind> kind;
    Column<PersonId> person;
    Column<ProgramId> program;
    Column<FundId> fund;
    Column<std::string_view> provider;
    Column<Moment> expires;
    Column<bool> play_money;
};

/// The journal: one row per entry, in order. Each transaction's rows sum to zero, in each kind.
struct LedgerEntries : Table {
    LedgerEntries() : Table("ledger_entries", "The journal of the ledger, entry by entry") {}

    Column<std::int32_t> entry{*this, {.name = "entry", .meaning = "number of the entry, without a gap"}};
    Column<std::int32_t> transaction{*this, {.name = "transaction", .meaning = "number of its transaction"}};
    Column<Moment> at{*this, {.name = "at", .meaning = "when it happened"}};
    Column<OperationKind> operation{*this, {.name = "operation", .meaning = "what was asked for"}};
    Column<std::string_view> key{*this, {.name = "key", .meaning = "the client's name for the request"}};
    Column<std::string_view> by{*this, {.name = "by", .meaning = "who asked"}};
    Column<std::string_view> reason{*this, {.name = "reason", .meaning = "why"}};
    BookColumns of{*this};
    Column<Amount> posted{*this, {.name = "posted", .unit = "of its kind", .meaning = "what the account gained"}};
    Column<Amount> pending{
        *this, {.name = "pending", .unit = "of its kind", .meaning = "what reservations hold of it, more than before"}};
    Column<std::int32_t> reservation{
        *this, {.name = "reservation", .meaning = "transaction of the reservation that begins or ends here"}};
    Column<Amount> posted_after{
        *this, {.name = "posted_after", .unit = "of its kind", .meaning = "what the account has after the entry"}};
    Column<Amount> pending_after{
        *this, {.name = "pending_after", .unit = "of its kind", .meaning = "what is held of it after the entry"}};
};

/// One row per account of the double entry, at one moment. The rows of each kind sum to zero in `posted`.
struct LedgerBalances : Table {
    LedgerBalances() : Table("ledger_balances", "What every account of the ledger holds at one moment") {}

    BookColumns of{*this};
    Column<Amount> posted{*this, {.name = "posted", .unit = "of its kind", .meaning = "what it has"}};
    Column<Amount> reserved{*this,
                            {.name = "reserved", .unit = "of its kind", .meaning = "what reservations hold of it"}};
    Column<Amount> available{
        *this,
        {.name = "available",
         .unit = "of its kind",
         .meaning = "what may be used: posted less reserved, 0 of an expired lot; absent outside"}};
};

/// One row per reservation and account that it holds something of, at one moment; expired ones hold nothing.
struct LedgerPending : Table {
    LedgerPending() : Table("ledger_pending", "What is reserved at one moment") {}

    Column<std::int32_t> transaction{*this, {.name = "transaction", .meaning = "number of the reservation"}};
    Column<std::string_view> key{*this, {.name = "key", .meaning = "the key that names the reservation"}};
    Column<Moment> at{*this, {.name = "at", .meaning = "when it was made"}};
    Column<std::string_view> by{*this, {.name = "by", .meaning = "who asked"}};
    Column<Moment> until{*this, {.name = "until", .meaning = "from this moment on it holds nothing; absent: no end"}};
    BookColumns of{*this};
    Column<Amount> amount{*this, {.name = "amount", .unit = "of its kind", .meaning = "what it holds"}};
};

/// All entries. @throws Error as Ledger; out_of_range where there are more than 2^31.
LedgerEntries ledger_entries(const Ledger& ledger);
/// At a moment, earlier or later than the last transaction. Accounts that began later have no row. Sorted as accounts began.
LedgerBalances ledger_balances(const Ledger& ledger, Moment at);
/// At a moment, earlier or later than the last transaction. Sorted by transaction.
LedgerPending ledger_pending(const Ledger& ledger, Moment at);

}  // namespace gradus
