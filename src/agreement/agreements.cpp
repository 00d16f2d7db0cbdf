#include <gradus/agreement/agreements.h>

#include <bit>
#include <string_view>
#include <variant>

#include <gradus/agreement/plan_requests.h>
#include <gradus/base/error.h>

#include "account/chain.h"
#include "account/located.h"
#include "account/order.h"
#include "account/policy.h"
#include "account/wording.h"
#include "agreement/change.h"
#include "agreement/handle.h"
#include "base/bytes.h"
#include "base/sha256.h"
#include "base/utf8.h"

namespace gradus {

namespace {

/// The digest of a whole request: texts and numbers after their length or in one length, so that no two requests share one.
class Body {
public:
    explicit Body(const PlanRequest& request) {
        bytes_.number(micros(request.at)).text(request.by).number(static_cast<std::int64_t>(request.as));
        bytes_.text(request.reason).text(request.plan).number(static_cast<std::int64_t>(request.operation.index()));
        std::visit([this](const auto& operation) { add(operation); }, request.operation);
    }
    /// Once.
    std::string digest() { return std::string(view(sha256(bytes_.take()))); }

private:
    void number(std::int64_t number) { bytes_.number(number); }
    void text(std::string_view text) { bytes_.text(text); }
    void cell(const Statement::Value& value) {
        number(static_cast<std::int64_t>(value.index()));
        if (const auto* whole = std::get_if<std::int64_t>(&value)) number(*whole);
        if (const auto* real = std::get_if<double>(&value)) {
            number(std::bit_cast<std::int64_t>(*real));
        }
        if (const auto* words = std::get_if<std::string>(&value)) text(*words);
    }
    void table(const Table& table) {
        number(static_cast<std::int64_t>(table.size()));
        for (const std::vector<Statement::Value>& column : cells_of(table))
            for (const Statement::Value& value : column) cell(value);
    }
    void add(const WritePlan& operation) {
        const PlanContent& content = operation.content;
        text(content.person), text(content.supersedes);
        number(content.as_of.time_since_epoch().count());
        table(content.items), table(content.goals), table(content.milestones);
    }
    void add(const StepPlan& operation) { number(static_cast<std::int64_t>(operation.event)); }
    void add(const NameAdvisor& operation) { text(operation.advisor); }
    void add(const StepItem& operation) {
        number(static_cast<std::int64_t>(operation.event)), text(operation.activity), text(operation.provider);
        number(operation.cost.minor_units()), number(operation.hours.count());
    }
    void add(const RaiseItem& operation) {
        text(operation.activity), number(operation.account.minor_units()), number(operation.employee.minor_units());
        number(operation.fund.minor_units()), number(operation.hours.count());
    }
    void add(const SetSeats& operation) { text(operation.session), number(operation.seats ? *operation.seats : -1); }

    Bytes bytes_;
};

[[noreturn]] void another_request(const PlanRequest& request, const ChangeRecord& then) {
    const auto differ = [&](std::string_view column, std::string_view a, std::string_view b) {
        throw Error(
            Code::contradiction,
            "the key '" + printable(request.key) + "' was used for another request, change " +
                std::to_string(then.receipt.number) + ": " + std::string(column) +
                (a.empty() && b.empty() ? std::string() : " '" + printable(a) + "' then, '" + printable(b) + "' now"),
            "plan_requests", 0, "key");
    };
    if (then.plan != request.plan) differ("plan", then.plan, request.plan);
    if (then.receipt.at != request.at) differ("at", to_text(then.receipt.at), to_text(request.at));
    if (then.by != request.by) differ("by", then.by, request.by);
    if (then.reason != request.reason) differ("reason", then.reason, request.reason);
    if (then.as != request.as) differ("as", word(then.as), word(request.as));
    differ("what it asks for", {}, {});
    throw Error(Code::internal, "two requests that do not differ", "plans");
}

/// body(), with what the ledger says of its own requests said of the one to the plan.
template <class Step>
auto as_plan_request(const Step& body) {
    try {
        return body();
    } catch (const Error& error) {
        if (error.table() != "requests") throw;
        const PlanRequests form;
        throw located(error, std::string(form.name()), 0, form.find(error.column()) ? error.column() : "");
    }
}

}  // namespace

Agreements::Data::Data(const Ledger& ledger, const Organization& organization)
    : ledger_(ledger), organization_(organization) {
    check_currency(organization, ledger.currency());
    ledger_.data().alone([&](Store& store) { records_ = std::make_unique<Records>(store); });
}

Agreements::Data::~Data() {
    // As with the ledger: in a child of fork() all this is the parent's.
    if (ledger_.data().own_process())
        ledger_.data().alone([&](Store&) { records_.reset(); });
    else
        (void)records_.release();
}

Agreements::Agreements(const Ledger& ledger, const Organization& organization)
    : data_(std::make_shared<Data>(ledger, organization)) {}

PlanReceipt Agreements::apply(const PlanRequest& request) {
    return as_plan_request([&] { return data_->apply(request); });
}

PlanReceipt Agreements::Data::apply(const PlanRequest& request) {
    // Key, moment, who and why are held to the same form as the ledger's.
    fields_of({.key = request.key, .at = request.at, .by = request.by, .reason = request.reason, .operation = Expire{}},
              0);
    const std::string body = Body(request).digest();
    return write([&](Ledger::Data::Session& session, Records& records) {
        if (const std::optional<ChangeRecord> known = records.change(request.key)) {
            if (known->body != body) another_request(request, *known);
            return known->receipt;
        }
        const Records::End end = records.end();
        const auto check_moment = [&](Moment last, const char* of) {
            check_not_before(request.at, last, of, {"plan_requests", 0, request.key});
        };
        check_moment(end.at, "change");
        PlanChange change(records, organization_, request, end.number + 1, ledger_.data().currency());
        std::optional<Stop> stop = change.work_out();
        if (!stop && change.money().asks()) {
            check_moment(session.parts().journal.end().at, "transaction of the ledger");
            stop = change.money().apply(organization_, session);
        }
        const ChangeRecord record{.receipt = {.number = end.number + 1,
                                              .at = request.at,
                                              .applied = !stop,
                                              .state = stop ? change.state_before() : change.state_after(),
                                              .rule = stop ? stop->rule : std::string(),
                                              .message = stop ? stop->message : std::string()},
                                  .key = request.key,
                                  .by = request.by,
                                  .as = request.as,
                                  .reason = request.reason,
                                  .event = change.event(),
                                  .plan = request.plan,
                                  .subject = change.subject(),
                                  .body = body};
        records.add(record);
        if (!stop) change.write();
        records.link();
        return record.receipt;
    });
}

std::optional<PlanReceipt> Agreements::receipt(std::string_view key) const {
    return data_->read([&](Records& records, Store&, Ledger::Data::Parts&) -> std::optional<PlanReceipt> {
        const std::optional<ChangeRecord> change = records.change(key);
        return change ? std::optional(change->receipt) : std::nullopt;
    });
}

PlanHead Agreements::head() const {
    return data_->read([](Records& records, Store&, Ledger::Data::Parts&) {
        const PlanChain::End end = records.chain_end();
        return PlanHead{end.change, records.end().at, hexadecimal(end.link)};
    });
}

const Organization& Agreements::organization() const { return data_->organization(); }
const Ledger& Agreements::ledger() const { return data_->ledger(); }

}  // namespace gradus
