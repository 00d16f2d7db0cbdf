#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include <gradus/account/ledger_check.h>

#include "account/book.h"
#include "account/chain.h"
#include "account/store.h"

namespace gradus {

/// Goes through the journal once and recomputes what follows from it. Within a transaction of the file.
class JournalCheck {
public:
    explicit JournalCheck(Store& store) : store_(store) {}

    /// The file, its tables, and the journal by itself.
    void journal();
    /// What is kept beside it, once the journal is known to be sound.
    void beside();
    /// What is kept of plans, once the journal is known to be sound.
    void plans();
    /// Writes anew what is kept beside it, once the journal is known to be sound.
    void rebuild();

    const LedgerCheck& found() const { return found_; }

private:
    struct Reserved {
        Moment expires = never;
        std::int64_t amount = 0;
        std::int64_t resolved = 0;                  ///< number of the transaction; 0: open
        std::map<std::int64_t, std::int64_t> held;  ///< by book
    };

    void file();
    void books();
    void transactions();
    void transaction(const Recorded& recorded, Statement::Rows& entries, bool& more);
    void entry(const Recorded& recorded, const Statement::Rows& row, std::map<AccountKind, std::int64_t>& sums);
    void hold(const Recorded& recorded, std::int64_t book, std::int64_t pending, std::int64_t reservation);
    [[noreturn]] void fail(const std::string& message) const;

    Store& store_;
    LedgerCheck found_;
    std::string link_;
    std::int64_t transaction_ = 0, entry_ = 0;  // at hand
    std::unordered_map<std::int64_t, Book> books_;
    std::map<std::int64_t, Reserved> reservations_;
};

}  // namespace gradus
