#include <gradus/risk/heat_map.h>

#include <utility>

#include "assessment/stage.h"
#include "risk/exact_sum.h"
#include "risk/heat_cells.h"
#include "risk/matrix.h"

namespace gradus {

namespace {

/// Adds up rows of risks.
class Adder {
public:
    Adder(const Organization& organization, const Risks& risks, const HeatMapOptions& options)
        : organization_(organization), risks_(risks), options_(options),
          shortfalls_(largest(risks.shortfall, options.threads)), exposures_(largest(risks.exposure, options.threads)),
          impacts_(largest(risks.impact, options.threads)) {}

    /// The rows must hold whole people: each is counted once per cell.
    void add(std::size_t first, std::size_t last, HeatCells& cells) const {
        const Forest& capabilities = organization_.relations().capabilities;
        for (std::size_t row = first; row < last; ++row) {
            if (risks_.basis[row] != Basis::role) continue;
            const std::int32_t member = member_of(row), person = risks_.person[row].value();
            const std::int32_t capability = risks_.capability[row].value();
            HeatCell& cell = cells.at(member, capability);
            cell.sums.requirements += 1;
            cell.sums.unknown += risks_.status[row] == GapStatus::unknown;
            cell.sums.below += likelihoods_.units(risks_.likelihood[row]);
            cell.sums.shortfall += shortfalls_.units(risks_.shortfall[row]);
            cell.sums.exposure += exposures_.units(risks_.exposure[row]);
            cell.sums.impact += impacts_.units(risks_.impact[row]);
            if (std::exchange(cell.last_person, person) == person) continue;
            ++cell.people;
            if (!options_.roll_up) continue;
            // Above, a person counts once however many of the capabilities below are required.
            for (std::int32_t above = capabilities.parent(capability); above >= 0; above = capabilities.parent(above)) {
                HeatCell& upper = cells.at(member, above);
                if (std::exchange(upper.last_person, person) == person) break;  // and in all above it
                ++upper.people;
            }
        }
    }
    double below(const HeatSums& sums) const { return likelihoods_.value(sums.below); }
    double shortfall(const HeatSums& sums) const { return shortfalls_.value(sums.shortfall); }
    double exposure(const HeatSums& sums) const { return exposures_.value(sums.exposure); }
    double impact(const HeatSums& sums) const { return impacts_.value(sums.impact); }

private:
    std::int32_t member_of(std::size_t row) const {
        const auto person = static_cast<std::size_t>(risks_.person[row].value());
        const RoleId role = risks_.role[row];
        switch (options_.by) {
        case Grouping::unit: return organization_->people.unit[person].value();
        case Grouping::role: return role.value();
        case Grouping::family:
            return role ? organization_->roles.family[static_cast<std::size_t>(role.value())].value() : -1;
        case Grouping::manager: return organization_->people.manager[person].value();
        case Grouping::persona: return organization_->people.persona[person].value();
        case Grouping::all: return -1;
        }
        return -1;
    }

    const Organization& organization_;
    const Risks& risks_;
    const HeatMapOptions& options_;
    Grid likelihoods_{1}, shortfalls_, exposures_, impacts_;
};

/// Adds every cell of the base to those above it, children before parents. `node` and `above` say along which tree.
template <class Node, class Above>
void roll_up(const Forest& forest, HeatCells& cells, Node&& node, Above&& above) {
    std::vector<std::vector<std::size_t>> places(static_cast<std::size_t>(forest.size()));
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (const std::int32_t n = node(cells[i]); n >= 0) places[static_cast<std::size_t>(n)].push_back(i);
    for (std::size_t i = forest.order().size(); i-- > 0;) {
        const std::int32_t parent = forest.parent(forest.order()[i]);
        if (parent < 0) continue;
        for (const std::size_t place : places[static_cast<std::size_t>(forest.order()[i])]) {
            const std::size_t before = cells.size();
            above(cells, cells[place], parent);
            if (cells.size() > before) places[static_cast<std::size_t>(parent)].push_back(before);
        }
    }
}

void roll_up(const Relations& relations, Grouping by, HeatCells& cells) {
    roll_up(
        relations.capabilities, cells, [](const HeatCell& cell) { return cell.capability; },
        [](HeatCells& all, const HeatCell& cell, std::int32_t parent) {
            all.at(cell.member, parent).sums += cell.sums;  // people are counted there already
        });
    if (by != Grouping::unit) return;
    roll_up(
        relations.units, cells, [](const HeatCell& cell) { return cell.member; },
        [](HeatCells& all, const HeatCell& cell, std::int32_t parent) {
            HeatCell& upper = all.at(parent, cell.capability);
            upper.sums += cell.sums;
            upper.people += cell.people;  // nobody is in two units
        });
}

std::shared_ptr<const Strings> member_keys(const Organization& organization, Grouping by) {
    switch (by) {
    case Grouping::unit: return organization.units().strings();
    case Grouping::role: return organization.roles().strings();
    case Grouping::family: return organization.keys(FamilyId::table).strings();
    case Grouping::manager: return organization.people().strings();
    case Grouping::persona: return organization.keys(PersonaId::table).strings();
    case Grouping::all: break;
    }
    return std::make_shared<const Strings>();
}

/// Adds up all rows, in as many parts as there are threads: exact sums do not depend on the parts.
HeatCells add_up(const Adder& adder, const Risks& risks, std::size_t parts) {
    const std::size_t rows = risks.size();
    std::vector<HeatCells> found(parts);
    const auto begin = [&](std::size_t part) {  // of a person
        std::size_t row = rows / parts * part;
        if (part == parts) return rows;
        while (row > 0 && row < rows && risks.person[row] == risks.person[row - 1]) ++row;
        return row;
    };
    parallel_for(static_cast<std::int64_t>(parts), 1, static_cast<int>(parts), [&](std::int64_t part, std::int64_t) {
        const auto p = static_cast<std::size_t>(part);
        adder.add(begin(p), begin(p + 1), found[p]);
    });
    for (std::size_t part = 1; part < parts; ++part)
        for (std::size_t i = 0; i < found[part].size(); ++i) {
            const HeatCell& cell = found[part][i];
            HeatCell& into = found[0].at(cell.member, cell.capability);
            into.sums += cell.sums;
            into.people += cell.people;
        }
    return std::move(found[0]);
}

}  // namespace

HeatMap heat_map(const Organization& organization, const Risks& risks, const HeatMapOptions& options) {
    Stage stage("heat_map");
    stage.input(organization.digest()).input(risks.provenance.digest);
    check_keys(risks, risks.person, organization.people());
    check_keys(risks, risks.role, organization.roles());
    check_keys(risks, risks.capability, organization.capabilities());
    if (static_cast<std::size_t>(options.by) >= std::size(Words<Grouping>::names))
        refuse_option("by", static_cast<double>(options.by), "a grouping");
    const Matrix matrix(options.risk);

    constexpr std::size_t least = 1 << 16;  // rows worth a thread
    const int threads = thread_count(static_cast<std::int64_t>(risks.size() / least + 1), options.threads);
    const Adder adder(organization, risks, options);
    HeatCells cells = add_up(adder, risks, static_cast<std::size_t>(threads));
    if (options.roll_up) roll_up(organization.relations(), options.by, cells);
    const std::vector<std::size_t> order = cells.sorted();

    const std::size_t rows = order.size();
    Buffer<Grouping> grouping(rows, options.by);
    Buffer<MemberId> member(rows);
    Buffer<CapabilityId> capability(rows);
    Buffer<std::int32_t> requirements(rows), people(rows), unknown(rows);
    Buffer<double> below(rows), shortfall(rows), exposure(rows), likelihood(rows);
    Buffer<RiskLevel> risk_level(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        const HeatCell& cell = cells[order[i]];
        const auto count = static_cast<double>(cell.sums.requirements);
        member[i] = MemberId(cell.member);
        capability[i] = CapabilityId(cell.capability);
        requirements[i] = cell.sums.requirements;
        people[i] = cell.people;
        unknown[i] = cell.sums.unknown;
        below[i] = adder.below(cell.sums);
        shortfall[i] = adder.shortfall(cell.sums);
        exposure[i] = adder.exposure(cell.sums);
        likelihood[i] = below[i] / count;
        risk_level[i] =
            matrix.level(matrix.likelihood_band(likelihood[i]), matrix.impact_band(adder.impact(cell.sums) / count));
    }
    HeatMap map;
    map.grouping.set(std::move(grouping));
    map.member.set(std::move(member), member_keys(organization, options.by));
    map.capability.set(std::move(capability), organization.capabilities().strings());
    map.requirements.set(std::move(requirements));
    map.people.set(std::move(people));
    map.unknown.set(std::move(unknown));
    map.below.set(std::move(below));
    map.shortfall.set(std::move(shortfall));
    map.exposure.set(std::move(exposure));
    map.likelihood.set(std::move(likelihood));
    map.risk_level.set(std::move(risk_level));
    OptionsJson json = describe(options.risk);
    json.add("by", Words<Grouping>::names[static_cast<std::size_t>(options.by)]).add("roll_up", options.roll_up);
    stage.sign(map, json, risks.provenance.as_of, threads);
    return map;
}

}  // namespace gradus
