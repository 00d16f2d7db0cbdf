#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/account/receipt.h>
#include <gradus/base/units.h>

#include "account/book.h"
#include "account/chain.h"
#include "account/fields.h"
#include "account/recorded.h"
#include "account/store.h"
#include "account/voucher.h"
#include "base/sha256.h"

namespace gradus {

/// Adds transactions and their entries at the end of the ledger, and keeps what follows from them. Works within a transaction of
/// the file that somebody else began: begin() after it began, then everything else.
class Journal {
public:
    explicit Journal(Store& store);

    /// Where the journal ends, in the file as it is now.
    struct End {
        std::int64_t transaction = 0, entry = 0;
        Moment at = missing<Moment>();
        std::string link;  ///< 32 bytes
    };
    void begin();
    /// The moment of the last transaction, without begin(); missing where there is none.
    Moment last_at();
    const End& end() const { return end_; }
    /// After what was written since that end was undone.
    void return_to(const End& end) { end_ = end; }

    std::optional<Recorded> recorded(std::string_view key);
    std::optional<Recorded> recorded(std::int64_t number);
    /// The number of the transaction that reversed the request of that key; 0: none.
    std::int64_t reversed_by(std::string_view key);
    struct Point {
        std::int64_t transaction = 0, entry = 0;
    };
    /// The last transaction and the last entry at that moment; 0: none.
    Point at(Moment at);

    /// Writes down that the request is applied, with its entries.
    Receipt apply(const Fields& fields, const Voucher& voucher);
    /// Writes down that it is refused, by a rule of this room or of another.
    Receipt refuse(const Fields& fields, const Denial& refusal);

    const std::string& currency() const { return currency_; }
    bool play_money() const { return play_money_; }

#ifdef GRADUS_LEDGER_MUTANTS
    std::int64_t own_end() const { return own_end_; }  // the last transaction that this handle wrote
#else
    std::int64_t own_end() const { return end_.transaction; }
#endif

private:
    void append(const Recorded& transaction);
    std::int64_t id_of(const Book& book);

    std::string currency_;
    bool play_money_ = false;
    End end_;
#ifdef GRADUS_LEDGER_MUTANTS
    std::int64_t own_end_ = 0;
    std::map<std::int64_t, std::int64_t> own_posted_;  // by book, as this handle wrote it last
#endif
    Statement last_, last_entry_, by_key_, by_number_, reversed_, at_, add_transaction_, add_book_, add_entry_,
        add_balance_, set_balance_, add_reservation_, resolve_, add_hold_, remove_hold_;
};

}  // namespace gradus
