#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gradus/account/ledger.h>
#include <gradus/base/error.h>

namespace gradus::test {

/// What a ledger should do, in the plainest way: lists in memory that are searched through, and nothing written down. Nothing
/// in it is taken from the library's own code.
class LedgerModel {
public:
    /// A receipt, without its message, or the code of an error.
    using Answer = std::variant<Receipt, Code>;

    Answer apply(const Request& request) {
        try {
            check(request);
            if (const auto known = receipts_.find(request.key); known != receipts_.end()) {
                if (!(known->second.first == request)) return Code::contradiction;
                return known->second.second;
            }
            if (!receipts_.empty() && request.at < last_) return Code::out_of_range;
            const Books before = books_;
            try {
                made_.clear(), opened_.clear(), ended_.clear();
                Receipt receipt = work_out(request);
                receipt.transaction = static_cast<std::int64_t>(receipts_.size()) + 1;
                receipt.at = request.at;
                if (!receipt.applied) {
                    books_ = before;
                } else {
                    for (const Hold& hold : opened_) holds_.push_back(hold);
                    for (const std::string& key : ended_) find_hold(key)->open = false;
                    moved_[request.key] = made_;
                    if (std::holds_alternative<Reverse>(request.operation))
                        reversed_.push_back(std::get<Reverse>(request.operation).key);
                }
                receipts_[request.key] = {request, receipt};
                last_ = request.at;
                return receipt;
            } catch (Code code) {
                books_ = before;
                return code;
            }
        } catch (Code code) {
            return code;
        }
    }

    /// As of now: `at` is not before the last request.
    std::variant<Balance, Code> balance(const Payer& payer, Moment at) const {
        int128 available = 0, reserved = 0, expired = 0;
        for (const auto& [name, posted] : books_) {
            if (!belongs(name, payer)) continue;
            const int128 held = this->held(name, at);
            (name.expires > at ? available : expired) += posted - held;
            reserved += held;
            if (!fits(available) || !fits(reserved) || !fits(expired)) return Code::out_of_range;
        }
        return Balance{Amount(std::int64_t(available)), Amount(std::int64_t(reserved)), Amount(std::int64_t(expired))};
    }

    Moment last() const { return last_; }
    std::size_t size() const { return receipts_.size(); }

private:
    __extension__ typedef __int128 int128;
    static constexpr Moment never = Moment::max();

    struct Name {
        std::string kind{};  // supply, provider, pocket, fund, lot, own
        AccountKind unit{};
        std::string person{}, program{};
        Moment expires = never;
        std::string name{};

        auto tie() const { return std::tie(unit, person, program, expires, kind, name); }
        bool operator<(const Name& other) const { return tie() < other.tie(); }
        bool operator==(const Name& other) const { return tie() == other.tie(); }
        bool inside() const { return kind == "fund" || kind == "lot" || kind == "own"; }
    };
    using Books = std::map<Name, std::int64_t>;
    struct Hold {
        std::string key;
        std::vector<std::pair<Name, std::int64_t>> parts;
        Moment expires;
        std::int64_t amount;
        bool open;
    };

    static bool fits(int128 number) {
        return number <= std::numeric_limits<std::int64_t>::max() && number > std::numeric_limits<std::int64_t>::min();
    }
    static Name fund(const std::string& name, AccountKind unit) { return {.kind = "fund", .unit = unit, .name = name}; }
    static Name lot(const Account& a, const std::string& fund, Moment expires) {
        return {"lot", a.kind, a.person, a.program, expires, fund};
    }
    static Name own(const Account& a) { return {"own", a.kind, a.person, a.program, never, ""}; }
    static bool belongs(const Name& name, const Payer& payer) {
        if (const auto* f = std::get_if<FundAccount>(&payer)) return name == fund(f->fund, f->kind);
        const auto& a = std::get<Account>(payer);
        return (name.kind == "lot" || name.kind == "own") && name.unit == a.kind && name.person == a.person &&
               name.program == a.program;
    }
    static AccountKind unit_of(const Payer& payer) {
        return std::visit([](const auto& p) { return p.kind; }, payer);
    }

    Hold* find_hold(const std::string& key) {
        const auto hold = std::find_if(holds_.begin(), holds_.end(), [&](const Hold& h) { return h.key == key; });
        return hold == holds_.end() ? nullptr : &*hold;
    }
    std::int64_t held(const Name& name, Moment at) const {
        std::int64_t sum = 0;
        for (const Hold& hold : holds_)
            for (const auto& [book, amount] : hold.parts)
                if (hold.open && hold.expires > at && book == name) sum += amount;
        return sum;
    }
    void move(const Name& name, int128 amount) {
        const int128 after = books_[name] + amount;
        if (!fits(after)) throw Code::out_of_range;
        books_[name] = static_cast<std::int64_t>(after);
        made_.push_back({name, static_cast<std::int64_t>(amount)});
    }
    void move(const Name& from, const Name& to, std::int64_t amount) {
        move(from, -int128(amount));
        move(to, amount);
    }

    static void check(const Request& request) {
        if (request.key.empty() || request.by.empty()) throw Code::missing_value;
        std::visit(
            [&]<class T>(const T& operation) {
                if constexpr (requires { operation.amount; })
                    if (operation.amount.units() <= 0) throw Code::out_of_range;
                if constexpr (requires { operation.expires; })
                    if (operation.expires && *operation.expires <= request.at) throw Code::out_of_range;
                if constexpr (std::is_same_v<T, Reserve>)
                    if (operation.draw != Draw::any && operation.payer.index() == 1) throw Code::contradiction;
                if constexpr (std::is_same_v<T, Transfer>)
                    if (operation.from.index() != operation.to.index() || operation.from == operation.to ||
                        unit_of(operation.from) != unit_of(operation.to))
                        throw Code::contradiction;
            },
            request.operation);
    }

    struct Paid {
        std::vector<std::pair<Name, std::int64_t>> shares;
        std::int64_t available = 0;
    };
    /// What would pay, the first to expire first.
    Paid pay(const Payer& payer, Draw draw, const std::string& of_fund, std::int64_t amount, Moment at) const {
        std::vector<Name> names;
        for (const auto& book : books_)
            if (belongs(book.first, payer) && book.first.expires > at &&
                (draw == Draw::any || (draw == Draw::own) == (book.first.kind == "own")) &&
                (of_fund.empty() || book.first.name == of_fund))
                names.push_back(book.first);
        std::stable_sort(names.begin(), names.end(), [](const Name& a, const Name& b) {
            return std::tie(a.expires, a.kind, a.name) < std::tie(b.expires, b.kind, b.name);
        });
        Paid paid;
        std::int64_t rest = amount;
        int128 available = 0;
        for (const Name& name : names) {
            const std::int64_t free = books_.at(name) - held(name, at);
            available += free;
            if (!fits(available)) throw Code::out_of_range;
            if (const std::int64_t share = std::min(rest, free); share > 0)
                paid.shares.push_back({name, share}), rest -= share;
        }
        paid.available = static_cast<std::int64_t>(available);
        return paid;
    }
    static Receipt refused(const char* rule, Amount available = missing<Amount>(), Amount asked = missing<Amount>(),
                           Amount limit = missing<Amount>()) {
        return {.applied = false, .rule = rule, .available = available, .asked = asked, .limit = limit};
    }
    static Receipt not_enough(std::int64_t available, Amount asked) {
        return refused("available", Amount(available), asked, Amount(available));
    }
    static Receipt applied(Amount asked, Amount available = missing<Amount>()) {
        return {.applied = true, .available = available, .asked = asked};
    }

    Receipt work_out(const Request& request) {
        return std::visit([&](const auto& operation) { return act(operation, request); }, request.operation);
    }
    Receipt act(const Supply& s, const Request&) {
        move({.kind = "supply", .unit = s.fund.kind}, fund(s.fund.fund, s.fund.kind), s.amount.units());
        return applied(s.amount);
    }
    Receipt act(const Grant& g, const Request& request) {
        const Paid paid = pay(FundAccount{g.fund, g.account.kind}, Draw::any, "", g.amount.units(), request.at);
        if (paid.available < g.amount.units()) return not_enough(paid.available, g.amount);
        move(fund(g.fund, g.account.kind), lot(g.account, g.fund, g.expires.value_or(never)), g.amount.units());
        return applied(g.amount, Amount(paid.available));
    }
    Receipt act(const Contribute& c, const Request&) {
        move({.kind = "pocket", .unit = c.account.kind, .person = c.account.person}, own(c.account), c.amount.units());
        return applied(c.amount);
    }
    Receipt act(const Reserve& r, const Request& request) {
        const Paid paid = pay(r.payer, r.draw, "", r.amount.units(), request.at);
        if (paid.available < r.amount.units()) return not_enough(paid.available, r.amount);
        opened_.push_back({request.key, paid.shares, r.expires.value_or(never), r.amount.units(), true});
        return applied(r.amount, Amount(paid.available));
    }
    /// The reservation, or why it cannot be resolved.
    std::variant<Hold*, Receipt> open(const std::string& key, Amount asked, Moment at) {
        const auto known = receipts_.find(key);
        if (known == receipts_.end() || !std::holds_alternative<Reserve>(known->second.first.operation))
            throw Code::unknown_key;
        if (!known->second.second.applied) return refused("refused", missing<Amount>(), asked);
        Hold* hold = find_hold(key);
        if (!hold->open || hold->expires <= at) return refused("resolved", missing<Amount>(), asked);
        return hold;
    }
    Receipt act(const Post& p, const Request& request) {
        const auto found = open(p.reservation, p.amount, request.at);
        if (const auto* refusal = std::get_if<Receipt>(&found)) return *refusal;
        const Hold& hold = *std::get<Hold*>(found);
        if (p.amount.units() > hold.amount)
            return refused("reserved", Amount(hold.amount), p.amount, Amount(hold.amount));
        std::int64_t rest = p.amount.units();
        for (const auto& [name, amount] : hold.parts) {
            const std::int64_t spent = std::min(rest, amount);
            if (spent > 0) move(name, -spent);
            rest -= spent;
        }
        move({.kind = "provider", .unit = hold.parts.front().first.unit, .name = p.provider}, p.amount.units());
        ended_.push_back(p.reservation);
        return applied(p.amount, Amount(hold.amount));
    }
    Receipt act(const Void& v, const Request& request) {
        const auto found = open(v.reservation, missing<Amount>(), request.at);
        if (const auto* refusal = std::get_if<Receipt>(&found)) return *refusal;
        ended_.push_back(v.reservation);
        return applied(missing<Amount>());
    }
    Receipt act(const Expire&, const Request& request) {
        for (Hold& hold : holds_)
            if (hold.expires <= request.at) hold.open = false;
        for (const auto& [name, posted] : Books(books_)) {
            if (name.kind != "lot" || name.expires > request.at) continue;
            const std::int64_t left = posted - held(name, request.at);
            if (left > 0) move(name, fund(name.name, name.unit), left);
        }
        return applied(missing<Amount>());
    }
    Receipt act(const Transfer& t, const Request& request) {
        const auto* from = std::get_if<Account>(&t.from);
        const auto* to = std::get_if<Account>(&t.to);
        const Draw draw = !from || from->person == to->person ? Draw::any : Draw::granted;
        const Paid paid = pay(t.from, draw, "", t.amount.units(), request.at);
        if (paid.available < t.amount.units()) return not_enough(paid.available, t.amount);
        for (const auto& [name, amount] : paid.shares)
            move(name,
                 !to                  ? fund(std::get<FundAccount>(t.to).fund, name.unit)
                 : name.kind == "own" ? own(*to)
                                      : lot(*to, name.name, name.expires),
                 amount);
        return applied(t.amount, Amount(paid.available));
    }
    Receipt act(const ClawBack& c, const Request& request) {
        const Paid paid = pay(c.account, Draw::granted, c.fund, c.amount.units(), request.at);
        if (paid.available < c.amount.units()) return not_enough(paid.available, c.amount);
        for (const auto& [name, amount] : paid.shares) move(name, fund(name.name, name.unit), amount);
        return applied(c.amount, Amount(paid.available));
    }
    Receipt act(const Reverse& r, const Request& request) {
        const auto known = receipts_.find(r.key);
        if (known == receipts_.end()) throw Code::unknown_key;
        const Operation& operation = known->second.first.operation;
        if (!known->second.second.applied) return refused("refused");
        if (std::holds_alternative<Reserve>(operation) || std::holds_alternative<Void>(operation) ||
            std::holds_alternative<Expire>(operation) || std::holds_alternative<Reverse>(operation))
            return refused("reversible");
        if (std::find(reversed_.begin(), reversed_.end(), r.key) != reversed_.end()) return refused("reversed");
        std::vector<std::pair<Name, std::int64_t>> net;
        for (const auto& [name, amount] : moved_.at(r.key)) {
            const auto same =
                std::find_if(net.begin(), net.end(), [&, &name = name](const auto& n) { return n.first == name; });
            if (same == net.end())
                net.push_back({name, amount});
            else
                same->second += amount;
        }
        for (const auto& [name, amount] : net) {
            const std::int64_t free = books_.at(name) - held(name, request.at);
            if (name.inside() && amount > free) return not_enough(free, Amount(amount));
            move(name, -int128(amount));
        }
        return applied(missing<Amount>());
    }

    Books books_;
    std::vector<Hold> holds_;
    std::map<std::string, std::pair<Request, Receipt>> receipts_;
    std::map<std::string, std::vector<std::pair<Name, std::int64_t>>> moved_;
    std::vector<std::string> reversed_;
    Moment last_{};

    std::vector<std::pair<Name, std::int64_t>> made_;  // by the request at hand
    std::vector<Hold> opened_;
    std::vector<std::string> ended_;
};

}  // namespace gradus::test
