#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gradus/account/ledger.h>

#include "account/book.h"
#include "account/fields.h"
#include "account/journal.h"
#include "account/operations.h"
#include "account/store.h"
#include "account/voucher.h"

namespace gradus {

/// What stands behind a Ledger: one connection, its statements, and the lock by which threads take turns.
class Ledger::Data {
public:
    Data(const std::string& path, const LedgerOptions& options);
    ~Data();
    Data(const Data&) = delete;
    Data& operator=(const Data&) = delete;

    struct Parts {
        explicit Parts(Store& store) : journal(store), books(store), operations(store, journal, books) {}

        Journal journal;
        Books books;
        Operations operations;
    };

    /// What may be done within one transaction of the file.
    class Session {
    public:
        Session(Store& store, Parts& parts) : store_(store), parts_(parts) {}

        Store& store() const { return store_; }
        Parts& parts() const { return parts_; }

        /// As Ledger::apply(): `row` of the batch, 0 where there is none.
        Receipt apply(const Fields& fields, std::int64_t row);
        /// All or none.
        std::vector<Receipt> apply_linked(const std::vector<Fields>& requests);
        /// What body() does; or nothing of it, where it returns why not, which is returned.
        template <class Body>
        auto all_or_none(const Body& body) {
            const Journal::End before = parts_.journal.end();
            store_.execute("SAVEPOINT everything");
            auto refusal = body();
            if (refusal) {
                store_.execute("ROLLBACK TO everything");
                parts_.journal.return_to(before);
            }
            store_.execute("RELEASE everything");
            return refusal;
        }
        /// A request that is made of others, which work_out() gives: all of them are applied after it; or none is, and it is refused
        /// by the rule that it gives instead, or that one of them meets. They are written down only if they are applied. Its receipt tells
        /// that so much was `asked`.
        template <class WorkOut>
        Receipt apply_whole(const Fields& whole, std::optional<Amount> asked, const WorkOut& work_out) {
            if (std::optional<Receipt> known = repeated(whole, 0)) return *known;
            check_moment(whole, 0);
            std::variant<std::vector<Fields>, Denial> made_of = work_out();
            if (const auto* refusal = std::get_if<Denial>(&made_of)) return parts_.journal.refuse(whole, *refusal);
            return apply_whole_of(whole, asked, std::get<std::vector<Fields>>(made_of));
        }

    private:
        std::optional<Receipt> repeated(const Fields& fields, std::int64_t row);
        void check_moment(const Fields& fields, std::int64_t row) const;
        Receipt apply_whole_of(const Fields& whole, std::optional<Amount> asked, const std::vector<Fields>& made_of);
        std::variant<Voucher, Denial> work_out(const Fields& fields, std::int64_t row);

        Store& store_;
        Parts& parts_;
    };

    /// body(session) within a transaction that excludes other writers, and is kept if the body returns.
    template <class Body>
    auto write(const Body& body) {
        store_.check_process();
        const std::lock_guard lock(mutex_);
        if (store_.read_only()) refuse_writing();
        FileTransaction transaction(store_, FileTransaction::Kind::write);
        parts_->journal.begin();
        Session session(store_, *parts_);
        auto result = body(session);
        transaction.commit();
        return result;
    }
    /// body(store, parts) while nothing of the file changes.
    template <class Body>
    auto read(const Body& body) {
        store_.check_process();
        const std::lock_guard lock(mutex_);
        FileTransaction transaction(store_, FileTransaction::Kind::read);
        auto result = body(store_, *parts_);
        transaction.commit();
        return result;
    }

    /// body(store) while no other thread uses the connection: what is prepared on it is made and ended under this.
    template <class Body>
    void alone(const Body& body) {
        store_.check_process();
        const std::lock_guard lock(mutex_);
        body(store_);
    }

    /// False in a child that fork() made.
    bool own_process() const { return store_.own_process(); }

    const std::string& currency() const { return parts_->journal.currency(); }
    bool play_money() const { return parts_->journal.play_money(); }

private:
    [[noreturn]] void refuse_writing() const;

    std::mutex mutex_;
    Store store_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace gradus
