#include <gradus/account/ledger.h>

#include <mutex>
#include <utility>

#include <gradus/base/error.h>

#include "account/book.h"
#include "account/fields.h"
#include "account/handle.h"
#include "account/journal.h"
#include "account/mutant.h"
#include "account/operations.h"
#include "account/order.h"
#include "account/schema.h"
#include "account/spending_parts.h"
#include "account/store.h"
#include "account/wording.h"
#include "base/utf8.h"
#include "organization/currency.h"

namespace gradus {

namespace {

void check(const std::string& path, const LedgerOptions& options) {
    const auto refuse = [](const char* option, const std::string& message) {
        throw Error(Code::invalid_option, message, "options", 0, option);
    };
    if (path.empty() || path.find('\0') != std::string::npos)
        refuse("path", "expected the path of a file, or :memory:");
    if (options.create && options.read_only) refuse("create", "what is made cannot be opened for reading only");
    if (path == ":memory:" && options.read_only)
        refuse("read_only", "a ledger in memory is made, and cannot be read only");
    if (!options.currency.empty() && !is_currency(options.currency))
        refuse("currency", "expected an ISO 4217 code such as EUR, found '" + printable(options.currency) + "'");
    if (options.busy_timeout < std::chrono::milliseconds(0) || options.busy_timeout > std::chrono::hours(1))
        refuse("busy_timeout",
               "expected 0 to 3600000 milliseconds, found " + std::to_string(options.busy_timeout.count()));
}

Denial linked(std::size_t row, const Denial& refusal) {
    return {.rule = "linked",
            .message = "request " + std::to_string(row + 1) + " of the batch was refused (" + refusal.rule +
                       "), and all are linked: " + refusal.message};
}

}  // namespace

Ledger::Data::Data(const std::string& path, const LedgerOptions& options)
    : store_(path,
             options.create || path == ":memory:" ? Store::Access::create
             : options.read_only                  ? Store::Access::read
                                                  : Store::Access::write,
             options.busy_timeout) {
    if (!options.create && path != ":memory:" && store_.number("SELECT count(*) FROM sqlite_schema") == 0)
        throw Error(Code::file, "'" + printable(path) + "' is empty; to make a ledger of it, open it with create",
                    "ledger");
    migrate(store_, ledger_migrations(), options.currency, options.play_money.value_or(false));
    parts_ = std::make_unique<Parts>(store_);
    const std::string& currency = parts_->journal.currency();
    if (!options.currency.empty() && options.currency != currency)
        throw Error(Code::contradiction,
                    "'" + printable(path) + "' is a ledger in " + currency + ", and was opened for " + options.currency,
                    "options", 0, "currency");
    const auto money = [](bool play) { return std::string(play ? "play money" : "real money"); };
    const bool play = parts_->journal.play_money();
    if (options.play_money && *options.play_money != play)
        throw Error(Code::contradiction,
                    "'" + printable(path) + "' is a ledger of " + money(play) + ", and was opened for " + money(!play) +
                        "; nothing turns one into the other",
                    "options", 0, "play_money");
}

Ledger::Data::~Data() {
    // In a child of fork() all this is the parent's: to close it there would meddle with the parent's file.
    if (!store_.own_process()) (void)parts_.release();
}

void Ledger::Data::refuse_writing() const {
    throw Error(Code::invalid_argument, "'" + printable(store_.path()) + "' was opened for reading only", "ledger");
}

Receipt Ledger::Data::Session::apply(const Fields& asked, std::int64_t row) {
    if (std::optional<Receipt> known = repeated(asked, row)) return *known;
    check_no_part(parts_.journal, asked, row);
    Fields fields = asked;
    if (broken(Mutant::duplicate_applied) || broken(Mutant::concurrent_duplicate_applied))
        while (parts_.journal.recorded(fields.key)) fields.key += "'";
    auto outcome = work_out(fields, row);
    if (const auto* refusal = std::get_if<Denial>(&outcome)) return parts_.journal.refuse(fields, *refusal);
    return parts_.journal.apply(fields, std::get<Voucher>(outcome));
}

std::optional<Receipt> Ledger::Data::Session::repeated(const Fields& fields, std::int64_t row) {
    if (broken(Mutant::duplicate_applied)) return std::nullopt;
    std::optional<Recorded> known = parts_.journal.recorded(fields.key);
    if (!known) return std::nullopt;
    if (broken(Mutant::concurrent_duplicate_applied) && known->receipt.transaction > parts_.journal.own_end())
        return std::nullopt;
    if (const std::string other = difference(known->fields, fields, parts_.journal.currency()); !other.empty())
        throw Error(Code::contradiction,
                    "the key '" + printable(fields.key) + "' was used for another request, transaction " +
                        std::to_string(known->receipt.transaction) + ": " + other,
                    "requests", row, "key");
    if (broken(Mutant::refusal_repeated_as_applied)) known->receipt.applied = true;
    return std::move(known->receipt);
}

void Ledger::Data::Session::check_moment(const Fields& fields, std::int64_t row) const {
    check_not_before(fields.at, parts_.journal.end().at, "transaction", {"requests", row, fields.key});
}

std::variant<Voucher, Denial> Ledger::Data::Session::work_out(const Fields& fields, std::int64_t row) {
    check_moment(fields, row);
    return parts_.operations.work_out(fields, row);
}

std::vector<Receipt> Ledger::Data::Session::apply_linked(const std::vector<Fields>& requests) {
    const Journal::End before = parts_.journal.end();
    std::vector<Receipt> receipts;
    store_.execute("SAVEPOINT linked");
    std::optional<Denial> refusal;
    for (std::size_t i = 0; i < requests.size() && !refusal; ++i) {
        const auto row = static_cast<std::int64_t>(i) + 1;
        if (std::optional<Receipt> known = repeated(requests[i], row)) {
            if (!known->applied) refusal = {.rule = known->rule, .message = known->message};
            receipts.push_back(std::move(*known));
            continue;
        }
        check_no_part(parts_.journal, requests[i], row);
        auto outcome = work_out(requests[i], row);
        if (auto* refused = std::get_if<Denial>(&outcome)) {
            refusal = std::move(*refused);
            receipts.emplace_back();
        } else {
            receipts.push_back(parts_.journal.apply(requests[i], std::get<Voucher>(outcome)));
        }
    }
    if (refusal) {
        const std::size_t stopped = receipts.size() - 1;
        store_.execute("ROLLBACK TO linked");
        parts_.journal.return_to(before);
        receipts.clear();
        for (std::size_t i = 0; i < requests.size(); ++i) {
            const auto row = static_cast<std::int64_t>(i) + 1;
            if (std::optional<Receipt> known = repeated(requests[i], row)) {
                receipts.push_back(std::move(*known));
                continue;
            }
            check_moment(requests[i], row);  // of those after the one that was stopped nobody has looked yet
            receipts.push_back(parts_.journal.refuse(requests[i], i == stopped ? *refusal : linked(stopped, *refusal)));
        }
    }
    store_.execute("RELEASE linked");
    return receipts;
}

Receipt Ledger::Data::Session::apply_whole_of(const Fields& whole, std::optional<Amount> asked,
                                              const std::vector<Fields>& made_of) {
    Receipt receipt;
    const std::optional<Denial> refusal = all_or_none([&]() -> std::optional<Denial> {
        Voucher nothing(parts_.journal.end().transaction + 1, 0);
        nothing.asked = asked.value_or(missing<Amount>());
        receipt = parts_.journal.apply(whole, nothing);
        for (const Fields& part : made_of) {
            if (parts_.journal.recorded(part.key))
                throw Error(Code::contradiction,
                            "the key '" + printable(part.key) + "', of a part of '" + printable(whole.key) +
                                "', was used for another request",
                            "requests", 0, "key");
            auto outcome = work_out(part, 0);
            if (auto* refused = std::get_if<Denial>(&outcome)) {
                // Of several payers, who has not enough.
                if (refused->rule == "available" && part.person.empty()) refused->rule = "fund";
                if (refused->rule == "available" && part.draw == Draw::own) refused->rule = "own";
                return std::move(*refused);
            }
            parts_.journal.apply(part, std::get<Voucher>(outcome));
        }
        return std::nullopt;
    });
    return refusal ? parts_.journal.refuse(whole, *refusal) : receipt;
}

Ledger Ledger::open(const std::string& path, const LedgerOptions& options) {
    check(path, options);
    return Ledger(std::make_shared<Data>(path, options));
}

Receipt Ledger::apply(const Request& request) {
    const Fields fields = fields_of(request, 0);
    check_client(fields, 0);
    return data_->write([&](Data::Session& session) { return session.apply(fields, 0); });
}

std::vector<Receipt> Ledger::apply(std::span<const Request> requests, bool linked) {
    std::vector<Fields> all;
    all.reserve(requests.size());
    for (const Request& request : requests) {
        const auto row = static_cast<std::int64_t>(all.size()) + 1;
        all.push_back(fields_of(request, row));
        check_client(all.back(), row);
    }
    return data_->write([&](Data::Session& session) {
        if (linked) return session.apply_linked(all);
        std::vector<Receipt> receipts;
        receipts.reserve(all.size());
        for (const Fields& fields : all)
            receipts.push_back(session.apply(fields, static_cast<std::int64_t>(receipts.size()) + 1));
        return receipts;
    });
}

std::optional<Receipt> Ledger::receipt(std::string_view key) const {
    return data_->read([&](Store&, Data::Parts& parts) -> std::optional<Receipt> {
        std::optional<Recorded> recorded = parts.journal.recorded(key);
        if (!recorded) return std::nullopt;
        return std::move(recorded->receipt);
    });
}

Balance Ledger::balance(const Payer& payer, Moment at) const {
    return data_->read([&](Store&, Data::Parts& parts) {
        if (at >= parts.journal.last_at()) return parts.books.balance(payer, at);  // what is missing is before all
        parts.journal.begin();
        return parts.books.balance(payer, at, parts.journal.at(at).entry);
    });
}

LedgerHead Ledger::head() const {
    return data_->read([&](Store&, Data::Parts& parts) {
        parts.journal.begin();
        const Journal::End& end = parts.journal.end();
        return LedgerHead{end.transaction, end.entry, end.at, hexadecimal(end.link), parts.journal.play_money()};
    });
}

std::string Ledger::currency() const { return data_->currency(); }
bool Ledger::play_money() const { return data_->play_money(); }
int Ledger::minor_digits() const { return gradus::minor_digits(data_->currency()); }

}  // namespace gradus
