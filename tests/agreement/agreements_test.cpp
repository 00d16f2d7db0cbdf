#include <gradus/agreement/agreements.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include <gradus/account/ledger_check.h>
#include <gradus/agreement/agreement_tables.h>
#include <gradus/base/error.h>

#include "account/wording.h"
#include "agreement/agreement_model.h"
#include "agreement/model_words.h"
#include "agreement/random_steps.h"
#include "base/shrink.h"

namespace {

using namespace gradus;
using test::AgreementModel;
using test::at_second;
using test::ModelRequest;
using test::ModelRow;
using test::pay_in;
using test::payer_of;
using test::PayIn;
using test::RandomSteps;
using test::Step;
using test::team;
using test::translated;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int sequences = 20;
#else
constexpr int sequences = 350;
#endif
constexpr std::size_t requests_of_a_sequence = 300;

/// Amounts of the model are whole euros where the library counts cents: shares are rounded alike if both count alike.
ModelRequest in_cents(ModelRequest r) {
    for (ModelRow& row : r.rows) row.account *= 100, row.employee *= 100, row.fund *= 100;
    r.account *= 100, r.employee *= 100, r.fund *= 100;
    if (r.cost) *r.cost *= 100;
    return r;
}

std::string shown(const AgreementModel::Answer& answer) {
    if (const Code* code = std::get_if<Code>(&answer)) return std::string("error ") + to_string(*code);
    const auto& reply = std::get<AgreementModel::Reply>(answer);
    return "change " + std::to_string(reply.number) + (reply.applied ? " applied, " : " refused, ") + reply.state +
           " " + reply.rule;
}

AgreementModel::Answer answer(Agreements& agreements, const ModelRequest& asked) {
    try {
        const PlanReceipt receipt = agreements.apply(translated(asked));
        if (receipt.applied != receipt.message.empty()) return Code::internal;
        return AgreementModel::Reply{receipt.number, receipt.applied,
                                     is_missing(receipt.state) ? "" : std::string(word(receipt.state)), receipt.rule};
    } catch (const Error& error) {
        return error.code();
    }
}

/// Everything that the model knows, as text: items, states, seats, and what everybody has left.
std::string standing(const AgreementModel& model) {
    std::ostringstream text;
    for (const auto& [key, plan] : model.plans) {
        text << key << " " << plan.state << " " << plan.advisor << "\n";
        for (const std::string& activity : plan.order) {
            const AgreementModel::Item& item = plan.items.at(activity);
            text << "  " << activity << " " << item.row.session << " " << item.status << " " << item.cost() << " "
                 << item.spent << "\n";
        }
    }
    std::map<std::string, std::int64_t> left;
    for (const auto& [payer, amount] : model.free) left[to_text(payer_of(payer))] += amount;
    for (const auto& [who, amount] : left)
        if (amount) text << who << " " << amount << "\n";
    return text.str();
}
std::string standing(const Agreements& agreements, const AgreementModel& model) {
    std::ostringstream text;
    const Plans plans = gradus::plans(agreements);
    const AgreedItems items = agreed_items(agreements);
    const auto key = [](const auto& column, std::size_t row) {
        return column[row] ? std::string((*column.strings())[static_cast<std::size_t>(column[row].value())])
                           : std::string();
    };
    std::size_t i = 0;
    for (std::size_t p = 0; p < plans.size(); ++p) {
        text << plans.plan[p] << " " << word(plans.state[p]) << " " << plans.advisor[p] << "\n";
        for (; i < items.size() && items.plan[i] == plans.plan[p]; ++i)
            text << "  " << key(items.activity, i) << " " << key(items.session, i) << " " << word(items.status[i])
                 << " " << items.cost[i].minor_units() << " "
                 << (is_missing(items.spent[i]) ? -1 : items.spent[i].minor_units()) << "\n";
    }
    std::map<std::string, Payer> payers;
    for (const auto& [payer, amount] : model.free) payers[to_text(payer_of(payer))] = payer_of(payer);
    for (const auto& [who, payer] : payers)
        if (const auto left = agreements.ledger().balance(payer, at_second(1'000'000)).available.units())
            text << who << " " << left << "\n";
    return text.str();
}

struct Difference {
    std::size_t step;
    std::string text;
};
/// `path` is opened anew in the middle, where it is a file. `met` counts what was answered.
std::optional<Difference> compare(const std::vector<Step>& steps, const std::string& path,
                                  std::map<std::string, int>* met = nullptr) {
    std::optional<Ledger> ledger = Ledger::open(path, {.create = true});
    std::optional<Agreements> agreements(std::in_place, *ledger, team());
    AgreementModel model;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (i == steps.size() / 2) {
            agreements.reset();
            if (path != ":memory:") ledger.reset(), ledger = Ledger::open(path);
            agreements.emplace(*ledger, team());
        }
        if (const auto* paid = std::get_if<PayIn>(&steps[i])) {
            if (paid->at < model.ledger_at()) continue;
            PayIn cents = *paid;
            const std::string& what = std::get<2>(cents.payer);
            if (what != "hours" && what != "fund items") cents.amount *= 100;
            pay_in(*ledger, cents, static_cast<int>(i));
            model.pay_in(cents.payer, cents.amount, cents.at);
        } else {
            const auto& request = std::get<ModelRequest>(steps[i]);
            const auto expected = model.apply(in_cents(request)), found = answer(*agreements, request);
            if (shown(expected) != shown(found)) {
                return Difference{i, "expected " + shown(expected) + "\nfound    " + shown(found)};
            }
            if (const auto* reply = std::get_if<AgreementModel::Reply>(&found); reply && met) ++(*met)[reply->rule];
        }
        if (i % 30 != 29 && i + 1 != steps.size()) continue;
        if (const std::string is = standing(*agreements, model), should = standing(model); is != should)
            return Difference{i, "expected\n" + should + "found\n" + is};
    }
    if (const LedgerCheck check = verify(*ledger); !check.sound) return Difference{steps.size(), check.message};
    return std::nullopt;
}

std::vector<Step> steps(std::uint64_t seed, std::size_t count) {
    RandomSteps random(seed);
    std::vector<Step> steps;
    for (std::size_t i = 0; i < count; ++i) steps.push_back(random.next());
    return steps;
}

std::string shown(const Step& step) {
    std::ostringstream text;
    if (const auto* paid = std::get_if<PayIn>(&step)) {
        text << "pay in " << paid->amount << " for " << std::get<0>(paid->payer) << " " << std::get<2>(paid->payer)
             << " at " << paid->at;
        return text.str();
    }
    const auto& r = std::get<ModelRequest>(step);
    text << r.key << " at " << r.at << ": " << r.plan << " " << r.event << " " << r.subject << " by " << r.by << " as "
         << r.as << (r.supersedes.empty() ? "" : " supersedes " + r.supersedes);
    for (const ModelRow& row : r.rows)
        text << " {" << row.activity << " " << row.session << " " << row.first_day << " " << row.account << "+"
             << row.employee << "+" << row.fund << " " << row.minutes << (row.pinned ? " pinned" : "") << "}";
    if (r.cost) text << " cost " << *r.cost;
    if (r.minutes) text << " minutes " << *r.minutes;
    if (r.seats) text << " seats " << *r.seats;
    if (r.event == "raise_item")
        text << " more " << r.account << "+" << r.employee << "+" << r.fund << " " << r.more_minutes;
    return text.str();
}

TEST(Agreements, DoWhatTheModelDoes) {
    std::size_t compared = 0;
    std::map<std::string, int> met;
    for (std::uint64_t seed = 1; seed <= sequences; ++seed) {
        const std::vector<Step> all = steps(seed, requests_of_a_sequence);
        if (!compare(all, ":memory:", &met)) {
            compared += all.size();
            continue;
        }
        const std::vector<Step> few =
            test::shrunk(all, [](const std::vector<Step>& fewer) { return compare(fewer, ":memory:").has_value(); });
        std::string text;
        for (const Step& step : few) text += "\n  " + shown(step);
        FAIL() << "seed " << seed << ", " << few.size() << " steps:" << text << "\n" << compare(few, ":memory:")->text;
    }
    EXPECT_EQ(compared, sequences * requests_of_a_sequence);
    if (compared < 100'000) return;
    // Every rule was met, those of programmes too, so that none is untried.
    for (const char* rule : {"", "state", "who", "item", "seat", "open", "under_way", "twice", "supersedes", "reserved",
                             "available", "supplied", "cap", "own", "fund"})
        EXPECT_GT(met[rule], 0) << "'" << rule << "' was never met";
    RecordProperty("operations", static_cast<int>(compared));
}

TEST(Agreements, AreOfTheLedgersCurrency) {
    try {
        const Agreements agreements(Ledger::open(":memory:", {.currency = "CHF"}), team());
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Code::contradiction);
        EXPECT_EQ(error.column(), "currency");
        EXPECT_NE(std::string(error.what()).find("the organisation counts in EUR, and the ledger in CHF"),
                  std::string::npos);
    }
}

TEST(Agreements, SurviveARestartInTheMiddle) {
    const std::string path = testing::TempDir() + "gradus_agreements_restart.ledger";
    for (std::uint64_t seed = 1001; seed <= 1003; ++seed) {
        std::filesystem::remove(path);
        const std::optional<Difference> difference = compare(steps(seed, 120), path);
        EXPECT_FALSE(difference) << "seed " << seed << ": " << difference->text;
    }
    std::filesystem::remove(path);
}

}  // namespace
