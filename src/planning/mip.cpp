#include <gradus/planning/mip.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include <gradus/base/error.h>

#include "assessment/stage.h"
#include "base/parallel.h"
#include "organization/rows.h"
#include "planning/duties.h"
#include "planning/formulation.h"

namespace gradus {
namespace {

constexpr std::int64_t chunk = 64;    // people
constexpr std::int64_t batch = 8192;  // people whose text is held at once
constexpr const char* objective = "minus_value";

// Everyone who takes part and for whom something is wanted, mandatory or under way, or was planned before.
std::vector<PersonId> people_of(const Catalog& catalog) {
    std::vector<PersonId> result;
    const Relations& relations = catalog.organization.relations();
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(catalog.organization.people().size()); ++i) {
        const PersonId person(i);
        if (!takes_part(catalog.organization, person, catalog.as_of)) continue;
        if (!catalog.mandatory.empty() || !catalog.previous.of(person).empty() ||
            catalog.risks_of_person[person].size() > 0 || relations.enrolments_of_person[person].size() > 0)
            result.push_back(person);
    }
    return result;
}

// The problem: what both ends of the exchange are made from.
struct Model {
    Model(const Organization& organization, const Risks& risks, const OptimizeOptions& options)
        : catalog(organization, risks, options), people(people_of(catalog)),
          roster(place_duties(catalog, people, nullptr)) {
        std::size_t absent = catalog.previous.size();
        Offer offer(catalog);
        for (const PersonId person : people) {
            if (catalog.previous.of(person).empty()) continue;
            offer.stand(person);
            for (const Offer::Pin& pin : offer.pins)
                absent -= catalog.previous.holds(person, pin.activity, pin.session, pin.first);
        }
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(catalog.capacity.size()); ++i)
            resources.push_back(i < catalog.funds
                                    ? "fund_f" + std::to_string(i + 1)
                                    : "seats_s" + std::to_string(catalog.seat_session[i - catalog.funds].value() + 1));
        constant = -catalog.options.change_cost * static_cast<double>(absent);
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

// A key in one line of visible text: control characters and % as % and two hexadecimal digits.
std::string visible(std::string_view key) {
    std::string text;
    for (const char c : key) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f && c != '%') {
            text += c;
            continue;
        }
        char escaped[4];
        std::snprintf(escaped, sizeof escaped, "%%%02X", byte);
        text += escaped;
    }
    return text;
}

void write_head(const Model& model, std::ostream& file) {
    const Organization& organization = model.catalog.organization;
    file << "* Gradus " << version()
         << ": maximise the exposure that learning removes, written as minimise minus the value.\n"
            "* x_p1_a2_s3: person p1 takes activity a2 in session s3; x_p1_a2_d20260401: on demand from that day on.\n";
    const auto keys = [&](const char* what, char letter, const Keys& of) {
        for (std::size_t i = 0; i < of.size(); ++i)
            file << "* " << what << ' ' << letter << i + 1 << ' ' << visible(of[i]) << '\n';
    };
    for (const PersonId person : model.people)
        file << "* person p" << person.value() + 1 << ' ' << visible(organization.people()[person.value()]) << '\n';
    keys("activity", 'a', organization.activities());
    keys("session", 's', organization.sessions());
    keys("capability", 'c', organization.capabilities());
    keys("fund", 'f', organization.funds());
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
    if (!file) throw Error(Code::internal, "export_mps: the file could not be written");
}

}  // namespace gradus
