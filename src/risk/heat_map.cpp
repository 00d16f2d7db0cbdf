#include <gradus/risk/heat_map.h>

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <gradus/base/groups.h>

#include "assessment/stage.h"
#include "risk/exact_sum.h"
#include "risk/heat_cells.h"
#include "risk/heat_members.h"
#include "risk/matrix.h"

namespace gradus {

namespace {

/// The member that a person belongs to, where the grouping is one of people; none: -1.
std::int32_t member_of_person(const Organization& organization, Grouping by, std::size_t person) {
    switch (by) {
    case Grouping::unit: return organization->people.unit[person].value();
    case Grouping::manager: return organization->people.manager[person].value();
    case Grouping::persona: return organization->people.persona[person].value();
    default: return -1;
    }
}

/// Adds up rows of risks.
class Adder {
public:
    Adder(const Organization& organization, const Risks& risks, const HeatMapOptions& options)
        : organization_(organization), risks_(risks), options_(options),
          shortfalls_(largest(risks.shortfall, options.threads)), exposures_(largest(risks.exposure, options.threads)),
          impacts_(largest(risks.impact, options.threads)) {}

    /// The rows must hold whole people: each is counted once per cell.
    template <class Cells>
    void add(std::size_t first, std::size_t last, Cells& cells) const {
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
    /// Asks memory for the rows, which add() will read soon.
    void fetch(Rows rows) const {
#ifdef __GNUC__
        const auto values = [&](const auto& column) {
            const auto* at = reinterpret_cast<const char*>(column.data() + rows.first);
            const auto* const end = reinterpret_cast<const char*>(column.data() + rows.last);
            for (; at < end; at += 64) __builtin_prefetch(at);  // bytes that memory hands out at once
            if (rows.first < rows.last) __builtin_prefetch(end - 1);
        };
        values(risks_.basis);
        values(risks_.person);
        values(risks_.capability);
        values(risks_.status);
        values(risks_.likelihood);
        values(risks_.shortfall);
        values(risks_.exposure);
        values(risks_.impact);
#endif
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
        case Grouping::role: return role.value();
        case Grouping::family:
            return role ? organization_->roles.family[static_cast<std::size_t>(role.value())].value() : -1;
        default: return member_of_person(organization_, options_.by, person);
        }
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

/// The columns of the map, filled by row.
class HeatRows {
public:
    HeatRows(std::size_t rows, const Adder& adder, const Matrix& matrix, Grouping by)
        : adder_(adder), matrix_(matrix), grouping_(rows, by), member_(rows), capability_(rows), requirements_(rows),
          people_(rows), unknown_(rows), below_(rows), shortfall_(rows), exposure_(rows), likelihood_(rows),
          risk_level_(rows) {}

    void set(std::size_t row, const HeatCell& cell) {
        const auto count = static_cast<double>(cell.sums.requirements);
        member_[row] = MemberId(cell.member);
        capability_[row] = CapabilityId(cell.capability);
        requirements_[row] = cell.sums.requirements;
        people_[row] = cell.people;
        unknown_[row] = cell.sums.unknown;
        below_[row] = adder_.below(cell.sums);
        shortfall_[row] = adder_.shortfall(cell.sums);
        exposure_[row] = adder_.exposure(cell.sums);
        likelihood_[row] = below_[row] / count;
        risk_level_[row] = matrix_.level(matrix_.likelihood_band(likelihood_[row]),
                                         matrix_.impact_band(adder_.impact(cell.sums) / count));
    }
    HeatMap table(std::shared_ptr<const Strings> members, std::shared_ptr<const Strings> capabilities) && {
        HeatMap map;
        map.grouping.set(std::move(grouping_));
        map.member.set(std::move(member_), std::move(members));
        map.capability.set(std::move(capability_), std::move(capabilities));
        map.requirements.set(std::move(requirements_));
        map.people.set(std::move(people_));
        map.unknown.set(std::move(unknown_));
        map.below.set(std::move(below_));
        map.shortfall.set(std::move(shortfall_));
        map.exposure.set(std::move(exposure_));
        map.likelihood.set(std::move(likelihood_));
        map.risk_level.set(std::move(risk_level_));
        return map;
    }

private:
    const Adder& adder_;
    const Matrix& matrix_;
    Buffer<Grouping> grouping_;
    Buffer<MemberId> member_;
    Buffer<CapabilityId> capability_;
    Buffer<std::int32_t> requirements_, people_, unknown_;
    Buffer<double> below_, shortfall_, exposure_, likelihood_;
    Buffer<RiskLevel> risk_level_;
};

/// Few cells: all rows in their order, cells by a hash table that stays in the processor's cache.
HeatRows by_row(const Organization& organization, const Risks& risks, const HeatMapOptions& options, const Adder& adder,
                const Matrix& matrix, int threads) {
    HeatCells cells = add_up(adder, risks, static_cast<std::size_t>(threads));
    if (options.roll_up) roll_up(organization.relations(), options.by, cells);
    const std::vector<std::size_t> order = cells.sorted();
    HeatRows rows(order.size(), adder, matrix, options.by);
    for (std::size_t i = 0; i < order.size(); ++i) rows.set(i, cells[order[i]]);
    return rows;
}

/// Many members: one after the other, so that only the cells of one are touched at a time and all leave in order.
HeatRows by_member(const Organization& organization, const Risks& risks, const HeatMapOptions& options,
                   const Adder& adder, const Matrix& matrix, int threads, const HeatMembers& members) {
    const Groups<PersonTag> rows_of(std::span(risks.person.data(), risks.size()), organization.people().size());
    const Forest& capabilities = organization.relations().capabilities;
    const auto parent = [&](std::int32_t capability) { return options.roll_up ? capabilities.parent(capability) : -1; };
    const auto parts = static_cast<std::size_t>(threads);
    std::vector<std::vector<HeatCell>> found(parts);
    parallel_for(threads, 1, threads, [&](std::int64_t part, std::int64_t) {
        const auto p = static_cast<std::size_t>(part);
        const std::span<const std::int32_t> people = members.people();
        const std::size_t first = members.begin(p, parts), last = members.begin(p + 1, parts);
        MemberCells cells(organization.capabilities().size());
        for (std::size_t place = first; place < last; ++place) {
            for (const std::int32_t& person : members.people(place)) {
                // The people of a member lie anywhere. Memory answers several questions at once, if they are asked early.
                constexpr std::ptrdiff_t ahead = 8;
                if (people.data() + people.size() - &person > ahead) adder.fetch(rows_of[PersonId((&person)[ahead])]);
                const Rows of = rows_of[PersonId(person)];
                adder.add(static_cast<std::size_t>(of.first), static_cast<std::size_t>(of.last), cells);
            }
            if (options.roll_up) cells.roll_up(parent);
            cells.take([&](const HeatCell& cell) { found[p].push_back(cell); });
        }
    });

    std::vector<std::size_t> begin(parts + 1, 0);
    for (std::size_t part = 0; part < parts; ++part) begin[part + 1] = begin[part] + found[part].size();
    HeatRows rows(begin.back(), adder, matrix, options.by);
    parallel_for(threads, 1, threads, [&](std::int64_t part, std::int64_t) {
        const auto p = static_cast<std::size_t>(part);
        for (std::size_t i = 0; i < found[p].size(); ++i) rows.set(begin[p] + i, found[p][i]);
    });
    return rows;
}

/// Members to go through one by one, if that is faster: where there may be more cells than a cache holds. Nobody is in
/// two members then, and none is above another.
std::optional<HeatMembers> many_members(const Organization& organization, const HeatMapOptions& options,
                                        std::size_t keys) {
    constexpr std::size_t most = 1 << 18;  // cells of about 100 bytes
    const bool of_people =
        options.by == Grouping::manager || options.by == Grouping::persona || options.by == Grouping::unit;
    const bool tree = options.by == Grouping::unit && options.roll_up;
    const std::size_t capabilities = organization.capabilities().size();
    if (!of_people || tree || keys * capabilities <= most) return std::nullopt;
    std::vector<std::int32_t> member_of(organization.people().size());
    for (std::size_t person = 0; person < member_of.size(); ++person)
        member_of[person] = member_of_person(organization, options.by, person);
    HeatMembers members(member_of, keys);
    if (members.size() * capabilities <= most) return std::nullopt;
    return members;
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
    const std::shared_ptr<const Strings> keys = member_keys(organization, options.by);
    const std::optional<HeatMembers> members = many_members(organization, options, keys->size());
    HeatMap map = (members ? by_member(organization, risks, options, adder, matrix, threads, *members)
                           : by_row(organization, risks, options, adder, matrix, threads))
                      .table(keys, organization.capabilities().strings());
    OptionsJson json = describe(options.risk);
    json.add("by", Words<Grouping>::names[static_cast<std::size_t>(options.by)]).add("roll_up", options.roll_up);
    stage.sign(map, json, risks.provenance.as_of, threads);
    return map;
}

}  // namespace gradus
