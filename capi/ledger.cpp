#include <optional>
#include <string>
#include <vector>

#include "convert.h"
#include "handles.h"

using namespace gradus::c;

namespace {

gradus_ledger_head to_c(const gradus::LedgerHead& head) {
    gradus_ledger_head c{};
    c.transaction = head.transaction;
    c.entry = head.entry;
    c.at = gradus::c::to_c(head.at);
    copy(head.hash, c.hash);
    return c;
}

/// @throws Error invalid_argument unless it is a GRADUS_KIND_... and either a person or a fund.
gradus::Payer payer_from_c(std::int32_t kind, const char* person, const char* program, const char* fund) {
    const auto refuse = [](const std::string& message) {
        throw gradus::Error(gradus::Code::invalid_argument, message);
    };
    if (kind < GRADUS_KIND_MONEY || kind > GRADUS_KIND_ITEMS)
        refuse("kind is " + std::to_string(kind) + ": one of GRADUS_KIND_... is expected");
    if (!person == !fund) refuse("a person or a fund is expected, the other NULL");
    if (fund && program) refuse("a fund is of no programme: NULL is expected");
    const auto word = static_cast<gradus::AccountKind>(kind);
    if (fund) return gradus::FundAccount{fund, word};
    return gradus::Account{person, program ? program : "", word};
}

/// @throws Error unknown_table, naming those there are.
gradus_table table_of(const gradus_ledger* ledger, std::string_view name, gradus::Moment at) {
    const gradus::Ledger& of = get(ledger);
    if (name == "ledger_entries") {
        if (!gradus::is_missing(at))
            throw gradus::Error(gradus::Code::invalid_argument, "all entries are given: INT64_MIN is expected for at");
        return table(ledger, gradus::ledger_entries(of));
    }
    const auto moment = [&] { return gradus::is_missing(at) ? of.head().at : at; };
    if (name == "ledger_balances") return table(ledger, gradus::ledger_balances(of, moment()));
    if (name == "ledger_pending") return table(ledger, gradus::ledger_pending(of, moment()));
    throw gradus::Error(gradus::Code::unknown_table,
                        "there is no such table here, but ledger_entries, ledger_balances, ledger_pending",
                        std::string(name));
}

}  // namespace

void gradus_ledger_options_init(gradus_ledger_options* options, uint32_t struct_size) { init(options, struct_size); }

gradus_status gradus_ledger_open(const char* path, const gradus_ledger_options* options, gradus_ledger** out,
                                 gradus_error* err) {
    return create(out, err, [&] {
        return gradus_ledger(gradus::Ledger::open(std::string(text(path, "path")), from_c(options)));
    });
}

void gradus_ledger_free(gradus_ledger* ledger) { delete ledger; }
const char* gradus_ledger_currency(const gradus_ledger* ledger) { return ledger ? ledger->currency.c_str() : ""; }
int32_t gradus_ledger_minor_digits(const gradus_ledger* ledger) { return ledger ? ledger->minor_digits : 0; }
int32_t gradus_ledger_play_money(const gradus_ledger* ledger) { return ledger && ledger->value.play_money() ? 1 : 0; }

gradus_status gradus_ledger_apply(gradus_ledger* ledger, gradus_builder* builder,
                                  const gradus_organization* organization, int32_t linked, gradus_table** receipts,
                                  gradus_table** parts, gradus_error* err) {
    if (parts) *parts = nullptr;
    std::unique_ptr<gradus_table> made_parts;
    const gradus_status status = load(builder, receipts, err, [&](std::shared_ptr<const gradus::Problems>& problems) {
        gradus::Ledger& to = get(ledger);
        const bool all_or_none = truth(linked, "linked");
        const gradus::Requests requests = gradus::load_requests(to, needed_input(*builder, "requests"));
        problems = requests.problems;
        gradus::Applied applied =
            gradus::apply_requests(to, requests, all_or_none, organization ? &get(organization) : nullptr);
        if (parts) made_parts = std::make_unique<gradus_table>(table(ledger, std::move(applied.parts)));
        return table(ledger, std::move(applied.receipts));
    });
    if (parts && status == GRADUS_OK) *parts = made_parts.release();
    return status;
}

gradus_status gradus_ledger_receipt(const gradus_ledger* ledger, const char* key, gradus_table** out,
                                    gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Ledger& of = get(ledger);
        std::vector<gradus::Receipt> found;
        if (std::optional<gradus::Receipt> receipt = of.receipt(text(key, "key"))) found.push_back(std::move(*receipt));
        return table(ledger, gradus::to_table(of, found));
    });
}

gradus_status gradus_ledger_balance(const gradus_ledger* ledger, int32_t kind, const char* person, const char* program,
                                    const char* fund, int64_t at, gradus_balance* out, gradus_error* err) {
    return guard(err, [&] {
        gradus_balance& place = required(out, "out");
        const gradus::Balance balance =
            get(ledger).balance(payer_from_c(kind, person, program, fund), moment_from_c(at));
        place = {balance.available.units(), balance.reserved.units(), balance.expired.units()};
    });
}

gradus_status gradus_ledger_get_head(const gradus_ledger* ledger, gradus_ledger_head* out, gradus_error* err) {
    return guard(err, [&] {
        gradus_ledger_head& place = required(out, "out");
        place = to_c(get(ledger).head());
    });
}

gradus_status gradus_ledger_table(const gradus_ledger* ledger, const char* name, int64_t at, gradus_table** out,
                                  gradus_error* err) {
    return create(out, err, [&] { return table_of(ledger, text(name, "name"), moment_from_c(at)); });
}

gradus_status gradus_ledger_verify(const gradus_ledger* ledger, gradus_ledger_check* out, gradus_error* err) {
    return guard(err, [&] {
        gradus_ledger_check& place = required(out, "out");
        const gradus::LedgerCheck check = gradus::verify(get(ledger));
        place = {};
        place.sound = check.sound;
        place.transaction = check.transaction;
        place.entry = check.entry;
        place.plan_change = check.plan_change;
        place.head = to_c(check.head);
        copy(check.message, place.message);
    });
}

gradus_status gradus_ledger_rebuild(gradus_ledger* ledger, gradus_error* err) {
    return guard(err, [&] { gradus::rebuild(get(ledger)); });
}

gradus_status gradus_ledger_backup(const gradus_ledger* ledger, const char* path, gradus_error* err) {
    return guard(err, [&] {
        const gradus::Ledger& of = get(ledger);
        gradus::backup(of, std::string(text(path, "path")));
    });
}

gradus_status gradus_ledger_write_hledger(const gradus_ledger* ledger, const char* path, gradus_error* err) {
    return guard(err, [&] {
        const gradus::Ledger& of = get(ledger);
        gradus::write_hledger(of, std::string(text(path, "path")));
    });
}

gradus_status gradus_grants_due(const gradus_organization* organization, const gradus_ledger* ledger, int64_t at,
                                const char* by, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Ledger& of = get(ledger);
        return table(ledger, gradus::to_table(gradus::grants_due(get(organization), of, moment_from_c(at),
                                                                 std::string(text(by, "by")))));
    });
}

gradus_status gradus_fund_programs(const gradus_organization* organization, gradus_ledger* ledger, int64_t at,
                                   const char* by, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        gradus::Ledger& of = get(ledger);
        const std::vector<gradus::Receipt> receipts =
            gradus::fund_programs(get(organization), of, moment_from_c(at), std::string(text(by, "by")));
        return table(ledger, gradus::to_table(of, receipts));
    });
}

gradus_status gradus_entitlement(const gradus_organization* organization, const gradus_ledger* ledger,
                                 const char* person, int64_t at, gradus_table** out, gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Organization& of = get(organization);
        const gradus::PersonId who = find<gradus::PersonTag>(of.people(), person, "person");
        return table(ledger, gradus::entitlement(of, get(ledger), who, moment_from_c(at)));
    });
}

gradus_status gradus_notices(const gradus_organization* organization, const gradus_ledger* ledger, int64_t at,
                             int32_t lead_days, const char* const* planned, int32_t planned_count, gradus_table** out,
                             gradus_error* err) {
    return create(out, err, [&] {
        const gradus::Organization& of = get(organization);
        const std::vector<gradus::PersonId> people = people_from_c(of, planned, planned_count, "planned");
        return table(ledger, gradus::notices(of, get(ledger), moment_from_c(at), lead_days, people));
    });
}

gradus_status gradus_program_report(const gradus_organization* organization, const gradus_ledger* ledger,
                                    gradus_builder* builder, int64_t at, gradus_table** out, gradus_error* err) {
    std::shared_ptr<const gradus::Problems> problems;
    const auto make = [&] {
        const gradus::Organization& of = get(organization);
        std::vector<gradus::PersonStage> stages;
        if (const gradus::Input* given = builder ? input(*builder, "stages") : nullptr) {
            const gradus::Stages loaded = gradus::load_stages(of, *given);
            problems = loaded.problems;
            stages = gradus::rows_of(loaded);
        }
        return table(ledger, gradus::program_report(of, get(ledger), moment_from_c(at), stages));
    };
    const gradus_status status = create(out, err, make, &problems);
    if (builder) builder->problems = std::move(problems);
    return status;
}
