#pragma once

// What is behind the opaque handles, and how a function gets at it.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/gradus.h>

#include "guard.h"

namespace gradus::c {

/// What a stage made, with the decimal digits of its organisation's currency.
template <class T>
struct Result {
    std::shared_ptr<const T> value;
    int minor_digits;
};

}  // namespace gradus::c

struct gradus_organization : gradus::c::Result<gradus::Organization> {};
struct gradus_assessments : gradus::c::Result<gradus::Assessments> {
    std::shared_ptr<const gradus::TrueLevels> levels;  ///< of those that are simulated; else null
};
struct gradus_estimates : gradus::c::Result<gradus::Estimates> {};
struct gradus_gaps : gradus::c::Result<gradus::Gaps> {};
struct gradus_risks : gradus::c::Result<gradus::Risks> {};
struct gradus_plan : gradus::c::Result<gradus::Plan> {
    // What it was made of, for a search that starts from it.
    std::shared_ptr<const gradus::Organization> organization;
    std::shared_ptr<const gradus::Risks> risks;
};
struct gradus_verification : gradus::c::Result<gradus::Verification> {};
struct gradus_desk : gradus::c::Result<gradus::Desk> {};
struct gradus_proposal : gradus::c::Result<gradus::Proposal> {};
struct gradus_goals : gradus::c::Result<gradus::WrittenGoals> {};
struct gradus_kpis : gradus::c::Result<gradus::Kpis> {};
struct gradus_rollouts : gradus::c::Result<gradus::Rollouts> {};
struct gradus_anecdotes : gradus::c::Result<gradus::Anecdotes> {};

struct gradus_ledger {
    explicit gradus_ledger(gradus::Ledger ledger)
        : value(std::move(ledger)), minor_digits(value.minor_digits()), currency(value.currency()) {}

    gradus::Ledger value;
    int minor_digits;
    std::string currency;
};

struct gradus_agreements {
    gradus::Agreements value;
    int minor_digits;
};

struct gradus_remaining {
    gradus::Remaining value;
    int minor_digits;
};

/// A table, which keeps alive the object that it is part of.
struct gradus_table {
    gradus_table(std::shared_ptr<const gradus::Table> table, int digits);

    std::shared_ptr<const gradus::Table> value;
    int minor_digits;
    std::vector<gradus::Strings> words;  ///< by column; empty for those that are not words
};

struct gradus_builder {
    std::map<std::string, gradus::Input, std::less<>> inputs;  ///< by table
    gradus::Input* current = nullptr;                          ///< the table whose row was begun last
    std::shared_ptr<const gradus::Problems> problems;          ///< of the newest load
};

struct gradus_control {
    gradus::Control value;
};

namespace gradus::c {

inline const Organization& get(const gradus_organization* handle) { return *required(handle, "organization").value; }
inline const Assessments& get(const gradus_assessments* handle) { return *required(handle, "assessments").value; }
inline const Estimates& get(const gradus_estimates* handle) { return *required(handle, "estimates").value; }
inline const Gaps& get(const gradus_gaps* handle) { return *required(handle, "gaps").value; }
inline const Risks& get(const gradus_risks* handle) { return *required(handle, "risks").value; }
inline const Plan& get(const gradus_plan* handle) { return *required(handle, "plan").value; }
inline const Verification& get(const gradus_verification* handle) { return *required(handle, "verification").value; }
inline const Desk& get(const gradus_desk* handle) { return *required(handle, "desk").value; }
inline const Proposal& get(const gradus_proposal* handle) { return *required(handle, "proposal").value; }
inline Remaining& get(gradus_remaining* handle) { return required(handle, "remaining").value; }
inline const Remaining& get(const gradus_remaining* handle) { return required(handle, "remaining").value; }
inline const WrittenGoals& get(const gradus_goals* handle) { return *required(handle, "goals").value; }
inline const Kpis& get(const gradus_kpis* handle) { return *required(handle, "kpis").value; }
inline const Rollouts& get(const gradus_rollouts* handle) { return *required(handle, "rollouts").value; }
inline const Anecdotes& get(const gradus_anecdotes* handle) { return *required(handle, "anecdotes").value; }
inline Ledger& get(gradus_ledger* handle) { return required(handle, "ledger").value; }
inline const Ledger& get(const gradus_ledger* handle) { return required(handle, "ledger").value; }
inline Agreements& get(gradus_agreements* handle) { return required(handle, "agreements").value; }
inline const Agreements& get(const gradus_agreements* handle) { return required(handle, "agreements").value; }
inline const Table& get(const gradus_table* handle) { return *required(handle, "table").value; }
inline Control* get(gradus_control* handle) { return handle ? &handle->value : nullptr; }

/// Hands what a stage made from what is behind a handle over to a handle of its own.
template <class Owner, class T>
Result<T> result(const Owner* owner, T value) {
    return {std::make_shared<const T>(std::move(value)), owner->minor_digits};
}

/// Hands a table that was just made from what is behind a handle over to a handle of its own.
template <class Owner, class T>
gradus_table table(const Owner* owner, T value) {
    return {std::make_shared<const T>(std::move(value)), owner->minor_digits};
}

/// Hands a part of what is behind a handle over to a handle of its own.
template <class Owner>
gradus_table part(const Owner* owner, const Table& table) {
    return {std::shared_ptr<const Table>(owner->value, &table), owner->minor_digits};
}

/// The table of that name. @throws Error unknown_table, naming those there are.
const Table& find(const std::vector<const Table*>& tables, const char* name);

/// The table of that name of what has one and warnings of its own.
template <class Handle>
gradus_status pick(const Handle* handle, const char* name, gradus_table** out, gradus_error* err) noexcept {
    return create(out, err, [&] {
        const auto& value = get(handle);
        return part(handle, find({&value, value.problems.get()}, name));
    });
}

/// The id of a key. @throws Error unknown_key.
template <class Tag>
Id<Tag> find(const Keys& keys, const char* key, const char* what) {
    const std::string_view wanted = text(key, what);
    const Id<Tag> id(keys.find(wanted));
    if (!id)
        throw Error(Code::unknown_key,
                    std::string("there is no ") + what + " '" + std::string(wanted) + "' in " + std::string(Tag::table),
                    std::string(Tag::table), 0, what);
    return id;
}

/// The people of so many keys; `name` is the argument that holds them. @throws Error invalid_argument, unknown_key.
inline std::vector<PersonId> people_from_c(const Organization& organization, const char* const* keys,
                                           std::int32_t count, const char* name) {
    if (count < 0) throw Error(Code::invalid_argument, std::string(name) + "_count is negative");
    std::vector<PersonId> people;
    for (std::int32_t i = 0; i < count; ++i)
        people.push_back(find<PersonTag>(organization.people(), (&required(keys, name))[i], "person"));
    return people;
}

/// The builder's table of that name; null: it has none.
const Input* input(const gradus_builder& builder, std::string_view table);
/// @throws Error missing_table.
const Input& needed_input(const gradus_builder& builder, std::string_view table);
/// All tables of the builder that no other load is for.
std::vector<Input> organization_inputs(const gradus_builder& builder);

/// create() from a builder, which keeps the problems that `body` leaves in its argument, or those of its error.
template <class Handle, class Body>
gradus_status load(gradus_builder* builder, Handle** out, gradus_error* err, Body&& body) noexcept {
    std::shared_ptr<const Problems> problems;
    const gradus_status status = create(
        out, err, [&] { return required(builder, "builder"), body(problems); }, &problems);
    if (builder) builder->problems = std::move(problems);
    return status;
}

/// load() of what is checked against an organisation and has warnings of its own.
template <class Handle, class Body>
gradus_status load_for(const gradus_organization* organization, gradus_builder* builder, Handle** out,
                       gradus_error* err, Body&& body) noexcept {
    return load(builder, out, err, [&](std::shared_ptr<const Problems>& problems) {
        auto made = body(get(organization));
        problems = made.problems;
        return result(organization, std::move(made));
    });
}

}  // namespace gradus::c
