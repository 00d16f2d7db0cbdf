#include <gradus/account/ledger.h>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "account/ledger_model.h"
#include "account/ledger_requests.h"

namespace {

using namespace gradus;
using test::LedgerModel;
using test::RandomRequests;
using test::request;
using test::second;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int sequences = 20;
#else
constexpr int sequences = 250;
#endif
constexpr std::size_t requests_of_a_sequence = 400;

LedgerModel::Answer answer(Ledger& ledger, const Request& asked) {
    try {
        return ledger.apply(asked);
    } catch (const Error& error) {
        return error.code();
    }
}

std::variant<Balance, Code> balance(const Ledger& ledger, const Payer& payer, Moment at) {
    try {
        return ledger.balance(payer, at);
    } catch (const Error& error) {
        return error.code();
    }
}

std::string shown(const LedgerModel::Answer& answer) {
    if (const Code* code = std::get_if<Code>(&answer)) return std::string("error ") + to_string(*code);
    return testing::PrintToString(std::get<Receipt>(answer));
}
std::string shown(const std::variant<Balance, Code>& balance) {
    if (const Code* code = std::get_if<Code>(&balance)) return std::string("error ") + to_string(*code);
    const auto& b = std::get<Balance>(balance);
    return std::to_string(b.available.units()) + " available, " + std::to_string(b.reserved.units()) + " reserved, " +
           std::to_string(b.expired.units()) + " expired";
}
LedgerModel::Answer without_message(LedgerModel::Answer answer) {
    if (auto* receipt = std::get_if<Receipt>(&answer)) receipt->message.clear();
    return answer;
}

struct Question {
    Payer payer;
    Moment at;
};
struct Step {
    Request request;
    std::vector<Question> questions;
};

std::vector<Step> steps(std::uint64_t seed) {
    RandomRequests random(seed, seed % 10 == 0);
    std::vector<Step> steps;
    for (std::size_t i = 0; i < requests_of_a_sequence; ++i) {
        Step step{random.next(), {}};
        for (int q = 0; q < 2; ++q) step.questions.push_back({random.payer(), random.moment_near()});
        steps.push_back(std::move(step));
    }
    return steps;
}

/// Where ledger and model first differ, and how.
struct Difference {
    std::size_t step;
    std::string text;
};
std::optional<Difference> compare(const std::vector<Step>& steps) {
    Ledger ledger = Ledger::open(":memory:");
    LedgerModel model;
    // What was had at moments that have passed since: told later, it must be the same.
    struct Past {
        Question question;
        std::variant<Balance, Code> balance;
    };
    std::vector<Past> past;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Moment before = model.last();
        std::vector<Past> until_now;
        for (const Question& question : steps[i].questions)
            until_now.push_back({{question.payer, before}, model.balance(question.payer, before)});
        const auto expected = model.apply(steps[i].request), found = answer(ledger, steps[i].request);
        if (shown(expected) != shown(without_message(found)))
            return Difference{i, "expected " + shown(expected) + "\nfound    " + shown(found)};
        if (const auto* receipt = std::get_if<Receipt>(&found);
            receipt && !receipt->applied && receipt->message.empty())
            return Difference{i, "a refusal without words"};
        if (model.last() > before) past.insert(past.end(), until_now.begin(), until_now.end());
        for (const Question& question : steps[i].questions) {
            const Moment at = std::max(question.at, model.last());
            const auto should = model.balance(question.payer, at), is = balance(ledger, question.payer, at);
            if (shown(should) != shown(is))
                return Difference{i, to_text(question.payer) + " at " + to_text(at) + ": expected " + shown(should) +
                                         ", found " + shown(is)};
        }
    }
    for (const Past& then : past) {
        const auto is = balance(ledger, then.question.payer, then.question.at);
        if (shown(then.balance) != shown(is))
            return Difference{steps.size() - 1, "looking back, " + to_text(then.question.payer) + " at " +
                                                    to_text(then.question.at) + ": expected " + shown(then.balance) +
                                                    ", found " + shown(is)};
    }
    return std::nullopt;
}

/// Leaves out all that the difference does not need.
std::vector<Step> shrunk(std::vector<Step> steps) {
    for (std::size_t piece = steps.size() / 2; piece > 0; piece /= 2) {
        for (std::size_t at = 0; at + piece <= steps.size();) {
            std::vector<Step> fewer = steps;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at),
                        fewer.begin() + static_cast<std::ptrdiff_t>(at + piece));
            if (compare(fewer))
                steps = std::move(fewer);
            else
                at += piece;
        }
    }
    return steps;
}

TEST(Ledger, DoesWhatTheModelDoes) {
    std::size_t applied = 0;
    for (std::uint64_t seed = 1; seed <= sequences; ++seed) {
        const std::vector<Step> all = steps(seed);
        if (!compare(all)) {
            applied += all.size();
            continue;
        }
        const std::vector<Step> few = shrunk(all);
        std::ostringstream text;
        for (const Step& step : few) text << "\n  " << testing::PrintToString(step.request);
        FAIL() << "seed " << seed << ", " << few.size() << " requests:" << text.str() << "\n" << compare(few)->text;
    }
    EXPECT_EQ(applied, sequences * requests_of_a_sequence);
    RecordProperty("operations", static_cast<int>(applied));
}

}  // namespace
