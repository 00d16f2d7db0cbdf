#pragma once

#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <gradus/account/ledger.h>

#include "account/wording.h"

namespace gradus::test {

/// The moment so many seconds after the one at which the tests begin.
inline Moment second(std::int64_t seconds) {
    using namespace std::chrono;
    return Moment(sys_days(2026y / 1 / 1)) + std::chrono::seconds(seconds);
}

/// A request with nothing to say about who and why.
inline Request request(std::string key, std::int64_t at, Operation operation) {
    return {.key = std::move(key), .at = second(at), .by = "test", .operation = std::move(operation)};
}

/// Requests as clients may send them, few people and few funds, so that they meet: also repeated ones, ones that build on what
/// is not there, too much, too little, and too early.
class RandomRequests {
public:
    /// `huge`: of amounts that do not fit together into 64 bits.
    RandomRequests(std::uint64_t seed, bool huge) : random_(seed), huge_(huge) {}

    std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
    bool seldom() { return below(25) == 0; }

    Request next() {
        if (!past_.empty() && below(20) == 0) {
            Request again = past_[below(past_.size())];
            if (below(4) == 0) again.reason += "!";
            if (below(8) == 0) again.by.clear();
            return again;
        }
        now_ += static_cast<std::int64_t>(below(3));
        Request next = request("k" + std::to_string(past_.size()), now_, operation());
        if (seldom()) next.at = second(now_ - static_cast<std::int64_t>(below(3)));
        past_.push_back(next);
        return next;
    }

    Payer payer() {
        if (below(3) == 0) return FundAccount{fund(), kind()};
        return account();
    }
    Moment moment_near() { return second(now_ + static_cast<std::int64_t>(below(12))); }
    std::int64_t now() const { return now_; }

private:
    template <std::size_t N>
    std::string any(const char* const (&names)[N]) {
        return names[below(N)];
    }
    AccountKind kind() { return static_cast<AccountKind>(below(8) == 0 ? 1 + below(2) : 0); }
    std::string fund() { return any({"central", "north"}); }
    Account account() { return {any({"Ann", "Bo", "Cy"}), any({"", "tuition"}), kind()}; }
    Amount amount() {
        if (huge_ && below(3) == 0)
            return Amount(std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(below(5)));
        return Amount(static_cast<std::int64_t>(below(40)) + (seldom() ? -2 : 1));
    }
    std::optional<Moment> expires() {
        if (below(3) == 0) return std::nullopt;
        return second(now_ + static_cast<std::int64_t>(below(20)) + (seldom() ? 0 : 1));
    }
    /// The key of an earlier request, mostly of a late one.
    std::string earlier() {
        if (past_.empty() || seldom()) return "nothing";
        const std::size_t back = below(3) == 0 ? past_.size() : std::min<std::size_t>(past_.size(), 12);
        return past_[past_.size() - 1 - below(back)].key;
    }
    std::string earlier_reservation() {
        for (int i = 0; i < 8; ++i)
            if (std::string key = earlier(); key != "nothing" && std::holds_alternative<Reserve>(of(key).operation))
                return key;
        return earlier();
    }
    const Request& of(const std::string& key) { return past_[std::stoul(key.substr(1))]; }

    Operation operation() {
        switch (below(20)) {
        case 0: return Supply{{fund(), kind()}, Amount(amount().units() * (huge_ ? 1 : 5))};
        case 1:
        case 2:
        case 3: return Grant{fund(), account(), amount(), expires()};
        case 4: return Contribute{account(), amount()};
        case 5:
        case 6:
        case 7:
        case 8:
        case 9: return Reserve{payer(), amount(), expires(), below(3) == 0 ? static_cast<Draw>(below(3)) : Draw::any};
        case 10:
        case 11:
        case 12: return Post{earlier_reservation(), amount(), any({"", "school"})};
        case 13: return Void{earlier_reservation()};
        case 14: return Expire{};
        case 15:
        case 16: return Transfer{payer(), payer(), amount()};
        case 17: return ClawBack{account(), amount(), below(2) == 0 ? fund() : ""};
        default: return Reverse{earlier()};
        }
    }

    std::mt19937_64 random_;
    bool huge_;
    std::int64_t now_ = 0;
    std::vector<Request> past_;
};

}  // namespace gradus::test

namespace gradus {

/// As C++, so that a failing sequence can be taken over into a test.
inline void PrintTo(const Request& request, std::ostream* out) {
    const auto payer = [](const Payer& p) { return "{" + to_text(p) + "}"; };
    *out << request.key << " at " << to_text(request.at) << ": "
         << word(static_cast<OperationKind>(request.operation.index()));
    std::visit(
        [&]<class T>(const T& o) {
            if constexpr (requires { o.payer; }) *out << " of " << payer(o.payer);
            if constexpr (requires { o.from; }) *out << " from " << payer(o.from) << " to " << payer(o.to);
            if constexpr (requires { o.account; }) *out << " account " << payer(o.account);
            if constexpr (std::is_same_v<T, Supply>) *out << " " << payer(o.fund);
            if constexpr (std::is_same_v<T, Grant> || std::is_same_v<T, ClawBack>) *out << " fund '" << o.fund << "'";
            if constexpr (requires { o.reservation; }) *out << " " << o.reservation;
            if constexpr (std::is_same_v<T, Reverse>) *out << " " << o.key;
            if constexpr (requires { o.amount; }) *out << " amount " << o.amount.units();
            if constexpr (requires { o.draw; }) *out << " draw " << word(o.draw);
            if constexpr (requires { o.expires; })
                if (o.expires) *out << " expires " << to_text(*o.expires);
        },
        request.operation);
}

inline void PrintTo(const Receipt& receipt, std::ostream* out) {
    const auto amount = [](Amount a) { return is_missing(a) ? std::string("-") : std::to_string(a.units()); };
    *out << "transaction " << receipt.transaction << (receipt.applied ? " applied" : " refused: " + receipt.rule)
         << ", available " << amount(receipt.available) << ", asked " << amount(receipt.asked) << ", limit "
         << amount(receipt.limit) << " " << receipt.message;
}

}  // namespace gradus
