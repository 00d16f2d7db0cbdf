#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/account/receipt.h>
#include <gradus/account/request.h>
#include <gradus/base/units.h>

namespace gradus {

struct LedgerOptions {
    bool create = false;     ///< make the file if it is not there or is empty; ":memory:" is always made
    bool read_only = false;  ///< for reading alone, also where the file or its folder cannot be written
    /// ISO 4217: of all money in the file. Said when it is made (empty: EUR); later it must be the same, or empty.
    std::string currency = {};
    /// Play money, for mock programmes: of every amount in the file, for good. Said when it is made (absent: real); later it must
    /// be the same, or absent. Nothing turns one into the other.
    std::optional<bool> play_money = {};
    /// How long a call waits while others use the file; then it fails with `busy`. 0 to an hour.
    std::chrono::milliseconds busy_timeout{10'000};
};

/// What a payer has.
struct Balance {
    Amount available{0};  ///< may be used at that moment
    Amount reserved{0};   ///< held by reservations, of lots that have expired since too
    Amount expired{0};    ///< left in lots that have expired, until an Expire returns it to their funds
};

/// The last transaction of a ledger. Kept elsewhere, it shows later that no transaction was taken away at the end.
struct LedgerHead {
    std::int64_t transaction = 0;  ///< its number; 0 in an empty ledger
    std::int64_t entry = 0;        ///< number of the last entry; 0 where there is none
    Moment at = missing<Moment>();
    std::string hash;         ///< of the chain up to there: 64 hexadecimal digits
    bool play_money = false;  ///< the ledger is one of play money
};

/// Individual learning accounts and the funds behind them: a double-entry ledger in one SQLite file.
///
/// Entries are only ever added. Every request is applied whole or not at all, at most once per key, and is on the disk when its
/// receipt is returned. What a payer has available is never negative. Time is the request's own `at`: there is no clock.
///
/// A handle may be used by any number of threads, which take turns; several handles, also of other processes, may use one file
/// on a local disk. Copies are the same handle. After fork() a handle is refused in the child: open another one. No other
/// copy of SQLite in the process may open the file (closing it would drop the locks of this one); copy a ledger by backup(), and check it by verify().
///
/// Every function throws Error: `busy` if others used the file all the time (try again), `file` if it could not be read or
/// written, `damaged` if it holds what this library cannot have written, `invalid_argument` after fork(). A request that ended in
/// an error was not applied, but for `file` and `busy` while it was being written: then the same request, sent again, tells.
class Ledger {
public:
    /// Opens a ledger, or makes one. A file of an earlier version of the library is brought up to date, unless for reading only.
    /// @throws Error `file` if it is not there, is no ledger, or is of a later version (both are named); invalid_option.
    static Ledger open(const std::string& path, const LedgerOptions& options = {});

    /// Applies or refuses a request, or returns the receipt it got before.
    /// @throws Error contradiction if the key was used for another request, or it or the reservation that is posted or voided is an agreed
    ///         plan's ("agreement …"); out_of_range for an amount that is not positive or
    ///         sums beyond 64 bits, for an `at` before the last transaction's and an expiry that is not after `at`; missing_value,
    ///         invalid_text; unknown_key for a reservation or key that is not in the ledger.
    Receipt apply(const Request& request);

    /// Applies requests in order, in one transaction of the file. `linked`: all or none; where one is refused, all are, the
    /// others by the rule `linked`. Else each one is applied or refused for itself.
    /// @throws Error as apply(), with the 1-based row of the request at fault: then nothing of the batch was applied.
    std::vector<Receipt> apply(std::span<const Request> requests, bool linked);

    /// The receipt of a key, or nothing if no request with it was ever applied or refused.
    std::optional<Receipt> receipt(std::string_view key) const;

    /// What a payer has at a moment, later or earlier than the last transaction. Zero where it never had anything.
    Balance balance(const Payer& payer, Moment at) const;

    LedgerHead head() const;
    std::string currency() const;
    /// Digits of the currency's minor unit.
    int minor_digits() const;
    /// True if all amounts in it are play money.
    bool play_money() const;

    /// @cond
    class Data;  ///< what stands behind it; for the library alone
    Data& data() const { return *data_; }
    /// @endcond

private:
    explicit Ledger(std::shared_ptr<Data> data) : data_(std::move(data)) {}
    std::shared_ptr<Data> data_;
};

}  // namespace gradus
