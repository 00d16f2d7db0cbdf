#include <gradus/planning/mip.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <istream>
#include <iterator>
#include <ostream>
#include <string>
#include <unordered_map>
#include <vector>

#include <gradus/base/error.h>

#include "assessment/stage.h"
#include "base/parallel.h"
#include "base/utf8.h"
#include "organization/rows.h"
#include "planning/describe.h"
#include "planning/formulation.h"
#include "planning/plan_tables.h"
#include "planning/search.h"
#include "planning/solution.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 64;    // people
constexpr std::int64_t batch = 1024;  // people whose text is held at once
constexpr const char* objective = "minus_value";
constexpr std::int64_t effort = 100;  // nodes of a search at no prices: the bound is loose however long it takes
constexpr double rounding = 1e-5;     // what solvers call a whole number; most mean 1e-6

// The problem: what both ends of the exchange are made from.
struct Model {
    Model(const Organization& organization, const Risks& risks, const OptimizeOptions& options)
        : catalog(organization, risks, options), people(planned_people(catalog)),
          roster(place_duties(catalog, people, nullptr)) {
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(catalog.capacity.size()); ++i)
            resources.push_back(i < catalog.funds
                                    ? "fund_f" + std::to_string(i + 1)
                                    : "seats_s" + std::to_string(catalog.seat_session[i - catalog.funds].value() + 1));
        constant = -catalog.options.change_cost * static_cast<double>(certainly_absent(catalog, people));
    }

    const Offer::Duties* duties(std::size_t person) const {
        return roster.duties.empty() ? nullptr : &roster.duties[person];
    }
    std::string digest() const;

    Catalog catalog;
    std::vector<PersonId> people;
    DutyRoster roster;
    std::vector<std::string> resources;  // names of their rows
    double constant = 0;                 // of the value, whatever is chosen
};

// Of all that the names of columns depend on. Sixteen hexadecimal digits.
std::string Model::digest() const {
    const OptimizeOptions& options = catalog.options;
    Digest all;
    all.word(catalog.organization.digest(), digest_of(catalog.risks));
    const auto number = [&](auto value) { all.word(static_cast<std::uint64_t>(static_cast<std::int64_t>(value))); };
    for (const Date day : {catalog.as_of, catalog.start, catalog.end}) number(day.time_since_epoch().count());
    number(options.period_months);
    for (const auto& most : {options.max_activities, options.max_capabilities, options.max_of_a_kind})
        number(most.value_or(-1));
    number(options.allow_overlap);
    if (catalog.previous.size() > 0) {
        all.text(to_text(options.change_cost));
        all.word(digest_of(*options.previous));
    }
    char text[24];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(all.value()));
    return text;
}

void line(std::string& text, std::string_view a, std::string_view b, double value) {
    char digits[32];
    const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    ((text += ' ') += a) += ' ';
    (((text += b) += ' ').append(digits, static_cast<std::size_t>(end - digits))) += '\n';
}

enum class Section { rows, columns, limits, bounds };

void write(const std::vector<std::string>& resources, const Formulation& part, Section section, std::string& text) {
    switch (section) {
    case Section::rows:
        for (const Formulation::Row& row : part.rows) ((text += row.equal ? " E " : " L ") += row.name) += '\n';
        break;
    case Section::columns:
        for (const Formulation::Column& column : part.columns) {
            if (column.worth != 0 || column.entries.empty()) line(text, column.name, objective, 0 - column.worth);
            for (const Formulation::Entry& entry : column.entries)
                line(text, column.name, entry.row < 0 ? resources[-1 - entry.row] : part.rows[entry.row].name,
                     entry.coefficient);
        }
        break;
    case Section::limits:
        for (const Formulation::Row& row : part.rows)
            if (row.limit != 0) line(text, "limit", row.name, row.limit);
        break;
    case Section::bounds:
        for (const Formulation::Column& column : part.columns)
            if (column.way >= 0)
                ((text += " BV bound ") += column.name) += '\n';
            else
                line(text, "UP bound", column.name, column.most);
        break;
    }
}

// Text of everyone in turn; made by many threads, written in order. What a person's part holds is worked out anew for each
// section: to hold all of it would take more memory than anything else here.
void write(const Model& model, Section section, std::ostream& file) {
    const auto count = static_cast<std::int64_t>(model.people.size());
    std::vector<std::string> texts;
    for (std::int64_t from = 0; from < count; from += batch) {
        const std::int64_t size = std::min(batch, count - from);
        texts.assign(static_cast<std::size_t>((size - 1) / chunk + 1), {});
        parallel_for(size, chunk, model.catalog.options.threads, [&](std::int64_t first, std::int64_t last) {
            Formulation part(model.catalog);
            for (std::int64_t i = first; i < last; ++i) {
                const auto person = static_cast<std::size_t>(from + i);
                part.open(model.people[person], model.duties(person));
                write(model.resources, part, section, texts[static_cast<std::size_t>(first / chunk)]);
            }
        });
        for (const std::string& text : texts) file << text;
    }
}

void write_head(const Model& model, std::ostream& file) {
    constexpr std::size_t all = -1;
    const Organization& organization = model.catalog.organization;
    file << "* Gradus " << version()
         << ": maximise the exposure that learning removes, written as minimise minus the value.\n"
            "* x_p1_a2_s3: person p1 takes activity a2 in session s3; x_p1_a2_d20260401: on demand from that day on.\n";
    const auto keys = [&](const char* what, char letter, const Keys& of) {
        for (std::size_t i = 0; i < of.size(); ++i)
            file << "* " << what << ' ' << letter << i + 1 << ' ' << printable(of[i], all) << '\n';
    };
    for (const PersonId person : model.people)
        file << "* person p" << person.value() + 1 << ' ' << printable(organization.people()[person.value()], all)
             << '\n';
    keys("activity", 'a', organization.activities());
    keys("session", 's', organization.sessions());
    keys("capability", 'c', organization.capabilities());
    keys("fund", 'f', organization.funds());
}

// What a solution says of one person's columns.
using Assigned = std::vector<std::vector<Assignment>>;

[[noreturn]] void refuse(Code code, const Assignment& at, const std::string& message, const char* column) {
    throw Error(code, "'" + printable(at.name) + "' " + message, "solution", at.line, column);
}

constexpr const char* no_column = "is not a column of this problem, expected one that export_mps wrote";

// The place among `people` of the person whose number a column's name has; -1: it has none.
std::int64_t place_of(const std::vector<PersonId>& people, std::string_view name) {
    const std::size_t at = name.find("_p");
    if (at == std::string_view::npos) return -1;
    std::int32_t number = 0;
    if (std::from_chars(name.data() + at + 2, name.data() + name.size(), number).ec != std::errc() || number < 1)
        return -1;
    const auto found = std::lower_bound(people.begin(), people.end(), PersonId(number - 1));
    return found != people.end() && *found == PersonId(number - 1) ? found - people.begin() : -1;
}

Assigned assigned(const Model& model, const std::vector<Assignment>& solution) {
    const std::string mark = "gradus_" + model.digest();
    Assigned result(model.people.size());
    bool marked = false;
    for (const Assignment& at : solution) {
        if (at.name.substr(0, 7) == "gradus_") {
            if (at.name != mark)
                refuse(
                    Code::contradiction, at,
                    "is of another problem, expected '" + mark + "': the organisation, the risks or the options differ",
                    "name");
            if (std::exchange(marked, true)) refuse(Code::contradiction, at, "is given twice, expected once", "name");
            if (std::abs(at.value - 1) > rounding) refuse(Code::out_of_range, at, "is fixed, expected 1", "value");
            continue;
        }
        const std::int64_t place = place_of(model.people, at.name);
        if (place < 0) refuse(Code::unknown_key, at, no_column, "name");
        result[static_cast<std::size_t>(place)].push_back(at);
    }
    if (!marked)
        throw Error(Code::contradiction,
                    "it does not say which problem it solves, expected the column '" + mark + "' at 1", "solution", 0,
                    "name");
    return result;
}

struct Piece {
    std::vector<Item> items;
    std::vector<Use> uses;
    double bound = 0;
};

// Adds the items of a person: what is under way, and the ways that are 1.
void take(const Formulation& part, const std::vector<Assignment>& values, Piece& piece) {
    const Offer& offer = part.offer;
    const Tables& tables = offer.catalog.organization.tables();
    for (const Offer::Pin& pin : offer.pins)
        piece.items.push_back({offer.person, pin.activity, pin.session, pin.first, pin.last, pin.period + 1,
                               tables.activities.hours[pin.activity.value()], Money(0), FundId(), Money(0), Money(0),
                               Money(0)});
    if (values.empty()) return;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < part.columns.size(); ++i) places.emplace(part.columns[i].name, i);
    std::vector<bool> seen(part.columns.size()), taken(part.ways.size());
    for (const Assignment& at : values) {
        const auto found = places.find(at.name);
        if (found == places.end()) refuse(Code::unknown_key, at, no_column, "name");
        if (seen[found->second]) refuse(Code::contradiction, at, "is given twice, expected once", "name");
        seen[found->second] = true;
        const std::int32_t way = part.columns[found->second].way;
        if (way < 0) continue;
        const double nearest = at.value < 0.5 ? 0 : 1;
        if (std::abs(at.value - nearest) > rounding)
            refuse(Code::out_of_range, at, "is " + to_text(at.value) + ", expected 0 or 1, to 1e-5", "value");
        taken[static_cast<std::size_t>(way)] = nearest > 0;
    }
    for (std::size_t w = 0; w < part.ways.size(); ++w) {
        if (!taken[w]) continue;
        const Way& way = part.ways[w];
        const ActivityId activity = offer.courses[way.course].activity;
        const auto known = [&](Money money) { return is_missing(way.cost) ? missing<Money>() : money; };
        piece.items.push_back({offer.person, activity, offer.catalog.offerings[way.offering].session, way.first,
                               way.last, way.period + 1, tables.activities.hours[activity.value()], way.cost, way.fund,
                               known(way.fund_cost), known(way.account_cost), known(way.employee_cost)});
        offer.uses(way, [&](std::int32_t resource, std::int64_t amount) { piece.uses.push_back({resource, amount}); });
    }
}

}  // namespace

void export_mps(const Organization& organization, const Risks& risks, std::ostream& file,
                const OptimizeOptions& options) {
    const Model model(organization, risks, options);
    const Catalog& catalog = model.catalog;

    write_head(model, file);
    file << "NAME gradus\nROWS\n N " << objective << '\n';
    for (const std::string& resource : model.resources) file << " L " << resource << '\n';
    write(model, Section::rows, file);

    // The objective's constant is the worth of a column fixed at 1: readers differ on constants.
    const std::string mark = "gradus_" + model.digest();
    file << "COLUMNS\n";
    std::string text;
    line(text, mark, objective, 0 - model.constant);
    file << text;
    write(model, Section::columns, file);

    file << "RHS\n";
    text.clear();
    for (std::size_t r = 0; r < model.resources.size(); ++r)
        if (catalog.capacity[r] > 0) line(text, "limit", model.resources[r], static_cast<double>(catalog.capacity[r]));
    file << text;
    write(model, Section::limits, file);

    file << "BOUNDS\n";
    text.clear();
    line(text, "FX bound", mark, 1);
    file << text;
    write(model, Section::bounds, file);
    file << "ENDATA\n" << std::flush;
    if (!file) throw Error(Code::invalid_argument, "export_mps: the file could not be written to its end");
}

Plan read_solution(const Organization& organization, const Risks& risks, std::istream& file,
                   const OptimizeOptions& options, std::optional<double> bound) {
    Stage stage = Stage("read_solution").input(organization.digest()).input(risks.provenance.digest);
    if (bound && !std::isfinite(*bound))
        throw Error(Code::invalid_option, "read_solution: bound must be a finite number");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    stage.input(digest(text));
    const Model model(organization, risks, options);
    const Catalog& catalog = model.catalog;
    if (catalog.previous.size() > 0) stage.input(digest_of(*options.previous));
    const Assigned values = assigned(model, parse_solution(text));

    const std::vector<double> prices(catalog.capacity.size(), 0.0);
    const auto count = static_cast<std::int64_t>(model.people.size());
    std::vector<Piece> pieces((model.people.size() + chunk - 1) / chunk);
    parallel_for(count, chunk, catalog.options.threads, [&](std::int64_t first, std::int64_t last) {
        Formulation part(catalog);
        Search search(catalog);
        Piece& piece = pieces[static_cast<std::size_t>(first / chunk)];
        for (std::int64_t i = first; i < last; ++i) {
            const auto person = static_cast<std::size_t>(i);
            part.open(model.people[person], model.duties(person));
            take(part, values[person], piece);
            search.draft.offer.open(model.people[person], model.duties(person));
            Query query;
            query.group = static_cast<std::int32_t>(i);
            query.prices = prices;
            query.effort = effort;
            Choice best;
            std::int64_t nodes = 0;
            piece.bound += search.run(query, best, nodes);
        }
    });
    std::vector<Item> items;
    std::vector<std::int64_t> used(catalog.capacity.size(), 0);
    double price_bound = model.constant;
    for (const Piece& piece : pieces) {
        items.insert(items.end(), piece.items.begin(), piece.items.end());
        for (const Use& use : piece.uses) used[use.resource] += use.amount;
        price_bound += piece.bound;
    }
    const auto kept = std::count_if(items.begin(), items.end(), [&](const Item& item) {
        return catalog.previous.holds(item.person, item.activity, item.session, item.first);
    });

    Plan plan;
    plan.options = catalog.options;
    plan.options.earlier = nullptr;
    plan.as_of = catalog.as_of;
    const double gains = describe(catalog, std::move(items), plan);
    const double value = gains - catalog.options.change_cost *
                                     static_cast<double>(catalog.previous.size() - static_cast<std::size_t>(kept));
    // Equal but for rounding where nothing is shared. More than that: the items break a limit, which verify() tells.
    if (value > price_bound && value <= price_bound + 1e-9 * std::max(1.0, std::abs(price_bound))) price_bound = value;
    double proven = price_bound;
    if (bound) {
        if (*bound < value - 1e-6 * std::max(1.0, std::abs(value)))
            throw Error(Code::invalid_option, "read_solution: bound is " + to_text(*bound) +
                                                  ", below the value of the solution, " + to_text(value) +
                                                  ": minus the solver's own bound is expected");
        proven = std::min(price_bound, std::max(*bound, value));
    }
    const double gap = (proven - value) / std::max(std::abs(proven), 1e-9);
    const PlanStatus ended = proven - value <= 1e-9 * std::max(1.0, std::abs(proven)) ? PlanStatus::optimal
                             : gap <= catalog.options.gap                             ? PlanStatus::within_gap
                                                                                      : PlanStatus::work_limit;
    tabulate_resources(catalog, used, {prices}, plan);
    plan.conflicts = tabulate(catalog.organization, model.roster.conflicts);
    tabulate_certificate(value, proven, price_bound, ended, plan);
    sign(stage, catalog, options_json(catalog.options), thread_count(count, options.threads), plan);
    return plan;
}

}  // namespace gradus
