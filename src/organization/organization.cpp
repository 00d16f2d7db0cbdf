#include <gradus/organization/organization.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/spelling.h"
#include "organization/checks.h"
#include "organization/currency.h"
#include "organization/reader.h"
#include "organization/relations.h"
#include "organization/rows.h"

namespace gradus {

std::vector<Table*> Tables::all() {
    return {&settings,
            &scales,
            &capabilities,
            &roles,
            &requirements,
            &units,
            &people,
            &positions,
            &person_attributes,
            &target_roles,
            &personal_goals,
            &objectives,
            &objective_links,
            &kpi_targets,
            &activities,
            &outcomes,
            &activity_prerequisites,
            &clusters,
            &sessions,
            &eligibility,
            &mandatory,
            &preferences,
            &enrolments,
            &funds,
            &programs,
            &accounts};
}

std::vector<const Table*> Tables::all() const {
    const std::vector<Table*> tables = const_cast<Tables*>(this)->all();
    return {tables.begin(), tables.end()};
}

namespace {

// Tables whose own keys name their rows, and vocabularies.
constexpr std::string_view key_tables[] = {"scales",     "capabilities", "roles",    "units", "people",
                                           "objectives", "activities",   "sessions", "funds", "programs"};
constexpr std::string_view vocabularies[] = {"persona", "family", "kind", "cluster", "kpi", "attribute"};

/// The input of each table, null where none is given.
std::vector<const Input*> match_inputs(const std::vector<Table*>& tables, std::span<const Input> inputs,
                                       ProblemList& problems) {
    std::vector<std::string_view> names;
    for (const Table* table : tables) names.push_back(table->name());
    std::vector<const Input*> matched(tables.size(), nullptr);
    for (const Input& input : inputs) {
        const auto found = std::find(names.begin(), names.end(), input.table());
        Problem problem{.table = input.table()};
        if (found == names.end()) {
            problem.code = Code::unknown_table;
            problem.message = quoted(input.table()) + " is not a table of an organisation";
            for (const std::string_view apart : {"assessments", "review_designs", "kpis", "rollouts", "anecdotes"})
                if (input.table() == apart) problem.message += "; it is loaded apart, since new rows come daily";
            if (const std::string_view near = nearest(input.table(), names); !near.empty())
                problem.message += "; did you mean " + quoted(near) + "?";
            problems.add(std::move(problem));
            continue;
        }
        const Input*& place = matched[static_cast<std::size_t>(found - names.begin())];
        if (place) {
            problem.code = Code::contradiction;
            problem.message = "the table is given twice";
            problems.add(std::move(problem));
        } else {
            place = &input;
        }
    }
    return matched;
}

/// The kinds named in programs.activity_kinds, which is a list.
void collect_program_kinds(const Input* programs, KeyCollector& kinds) {
    const InputColumn* column = programs ? programs->state().find("activity_kinds") : nullptr;
    if (!column) return;
    const auto add = [&](const Cell& cell) {
        Digits digits;
        const Parsed<std::string_view> list = parse_label(cell, digits);
        if (list.fault == Fault::none) for_each_kind(list.value, [&](std::string_view kind) { kinds.add(kind); });
        return true;
    };
    read(*column, 0, programs->rows(), add, [](std::int64_t, bool) {});
}

}  // namespace

struct Organization::Data {
    Tables tables;
    Relations relations;
    Keyring keys;
    std::shared_ptr<const Problems> problems;
    std::uint64_t digest = 0;
    std::vector<bool> given;  // by table

    Data(std::span<const Input> inputs, int threads);
    void sign();
};

Organization::Data::Data(std::span<const Input> inputs, int threads) {
    ProblemList found;
    Reference reference;
    const std::vector<Table*> all = tables.all();
    const std::vector<const Input*> matched = match_inputs(all, inputs, found);
    std::vector<Reader> readers;
    readers.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        given.push_back(matched[i] != nullptr);
        readers.emplace_back(*all[i], matched[i], reference, found, threads).match();
    }
    const auto reader_of = [&](const Table& table) -> Reader& {
        return readers[static_cast<std::size_t>(std::find(all.begin(), all.end(), &table) - all.begin())];
    };

    // Keys first: rows may name rows of tables that come later.
    for (const std::string_view name : key_tables) {
        KeyCollector keys_of_table;
        for (Reader& reader : readers)
            if (reader.table().name() == name) reader.collect(name, keys_of_table);
        reference.keys.set(name, std::make_shared<const Keys>(keys_of_table.keys(threads)));
    }
    for (const std::string_view name : vocabularies) {
        KeyCollector words;
        for (Reader& reader : readers) reader.collect(name, words);
        if (name == "kind") collect_program_kinds(reader_of(tables.programs).input(), words);
        reference.keys.set(name, std::make_shared<const Keys>(words.keys(threads)));
    }

    // Tables in the contract's order: money is read after the currency, levels after the scales.
    Checks checks(tables, readers, reference, found);
    for (Reader& reader : readers) {
        reader.read();
        reader.sort();
        check_validity(checks, reader.table());
        if (&reader.table() == &tables.settings) {
            check_settings(checks);
            if (tables.settings.size() == 1) reference.minor_digits = minor_digits(tables.settings.currency[0]);
        }
        if (&reader.table() == &tables.scales) settle_scales(checks);
        if (&reader.table() == &tables.capabilities)
            reference.levels.emplace(tables.scales, tables.capabilities, reference.keys.find("scales")->size());
    }
    check_all(checks);
    found.throw_errors();

    problems = found.table();
    keys = std::move(reference.keys);
    relations = relate(tables, keys);
    relations.funds_given = reader_of(tables.funds).input() != nullptr;
    relations.minor_digits = reference.minor_digits;
    for (Table* table : all) table->provenance.digest = digest_of(*table);
    sign();
}

// The whole of what the tables are.
void Organization::Data::sign() {
    Digest whole;
    whole.word(relations.funds_given);
    for (const Table* table : tables.all()) whole.word(table->provenance.digest);
    digest = whole.value();
}

namespace {

// Puts some rows' values in place of those of a column.
template <class Id, class T>
void replace(Table& table, Column<T>& column, const std::vector<std::pair<Id, T>>& values) {
    if (values.empty()) return;
    Buffer<T> changed(column.size());
    std::copy(column.begin(), column.end(), changed.begin());
    for (const auto& [id, value] : values) {
        const auto refuse = [&](Code code, const char* what) {
            throw Error(code, "a limit " + std::string(what), std::string(table.name()), id.value() + 1,
                        std::string(column.field().name));
        };
        if (!id || static_cast<std::size_t>(id.value()) >= column.size())
            refuse(Code::unknown_key, "is given for a key that there is not");
        if (is_missing(value) && column.field().required) refuse(Code::missing_value, "is missing");
        if (!is_missing(value) && value < T(0)) refuse(Code::out_of_range, "is below 0");
        changed[static_cast<std::size_t>(id.value())] = value;
    }
    column.set(std::move(changed));
    table.provenance.digest = digest_of(table);
}

}  // namespace

Organization::Organization(std::span<const Input> inputs, int threads)
    : data_(std::make_shared<const Data>(inputs, threads)) {}

const Tables* Organization::operator->() const { return &data_->tables; }
const Tables& Organization::tables() const { return data_->tables; }
const Relations& Organization::relations() const { return data_->relations; }
const Problems& Organization::problems() const { return *data_->problems; }
std::uint64_t Organization::digest() const { return data_->digest; }

const Table* Organization::find(std::string_view table) const {
    for (const Table* known : data_->tables.all())
        if (known->name() == table) return known;
    return nullptr;
}

const Keys& Organization::keys(std::string_view references) const {
    if (const Keys* keys = data_->keys.find(references)) return *keys;
    throw Error(Code::unknown_table, quoted(references) + " has no keys");
}
const Keys& Organization::scales() const { return keys("scales"); }
const Keys& Organization::capabilities() const { return keys("capabilities"); }
const Keys& Organization::roles() const { return keys("roles"); }
const Keys& Organization::units() const { return keys("units"); }
const Keys& Organization::people() const { return keys("people"); }
const Keys& Organization::objectives() const { return keys("objectives"); }
const Keys& Organization::activities() const { return keys("activities"); }
const Keys& Organization::sessions() const { return keys("sessions"); }
const Keys& Organization::funds() const { return keys("funds"); }
const Keys& Organization::programs() const { return keys("programs"); }

Reference reference_of(const Organization& organization) {
    Reference reference;
    for (const auto& names :
         {std::span<const std::string_view>(key_tables), std::span<const std::string_view>(vocabularies)})
        for (const std::string_view name : names)
            reference.keys.set(name, std::shared_ptr<const Keys>(std::shared_ptr<void>(), &organization.keys(name)));
    reference.levels.emplace(organization->scales, organization->capabilities, organization.scales().size());
    reference.minor_digits = organization.relations().minor_digits;
    return reference;
}

Organization Organization::with_tables(std::span<const Input> inputs, int threads) const {
    std::vector<Input> all(inputs.begin(), inputs.end());
    const std::vector<const Table*> tables = data_->tables.all();
    const Levels levels(data_->tables.scales, data_->tables.capabilities, scales().size());
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const bool replaced = std::any_of(inputs.begin(), inputs.end(),
                                          [&](const Input& input) { return input.table() == tables[i]->name(); });
        if (data_->given[i] && !replaced) all.push_back(rows_of(*tables[i], levels, data_->relations.minor_digits));
    }
    return Organization(all, threads);
}

Organization Organization::with_limits(const Limits& limits) const {
    auto changed = std::make_shared<Data>(*data_);
    Tables& tables = changed->tables;
    replace(tables.funds, tables.funds.amount, limits.amounts);
    replace(tables.sessions, tables.sessions.seats, limits.seats);
    replace(tables.people, tables.people.hours, limits.hours);
    changed->sign();
    return Organization(std::shared_ptr<const Data>(std::move(changed)));
}

}  // namespace gradus
