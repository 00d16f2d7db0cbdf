#include "assessment/ratings.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>

#include "base/parallel.h"
#include "organization/relations.h"

namespace gradus {

namespace {

constexpr std::int64_t people_at_once = 2048;

}  // namespace

std::string_view Ratings::name(std::int32_t key) const {
    const auto raters =
        static_cast<std::int32_t>(assessments_.rater.strings() ? assessments_.rater.strings()->size() : 0);
    return key < raters ? (*assessments_.rater.strings())[static_cast<std::size_t>(key)]
                        : organization_.people()[static_cast<std::size_t>(key - raters)];
}

// Of the rater of a row, with its source; -1: nobody who could have rated somebody else.
std::int64_t Ratings::code(std::size_t row) const {
    const Source source = assessments_.source[row];
    if (source == Source::self) return -1;
    std::int32_t key = assessments_.rater[row].value();
    if (key < 0 && source == Source::manager)
        key = key_of_manager_[static_cast<std::size_t>(assessments_.person[row].value())];
    return key < 0 ? -1
                   : static_cast<std::int64_t>(key) * static_cast<std::int64_t>(source_count) +
                         static_cast<std::int64_t>(source);
}

Ratings::Ratings(const Organization& organization, const Day& day, const Assessments& assessments,
                 double half_information_years, double prior_mean, const std::array<bool, source_count>& left_out,
                 int threads)
    : organization_(organization), assessments_(assessments), as_of_(day.date()),
      half_information_years_(half_information_years), prior_mean_(prior_mean), left_out_(left_out),
      people_(static_cast<std::int32_t>(organization.people().size())) {
    rows_.assign(static_cast<std::size_t>(people_) + 1, 0);
    takes_part_.resize(static_cast<std::size_t>(people_));
    for (std::int32_t person = 0; person < people_; ++person)
        takes_part_[static_cast<std::size_t>(person)] = bool(day.role(PersonId(person)));
    const std::span<const PersonId> sorted(assessments_.person.begin(), assessments_.size());
    parallel_for(people_, people_at_once, threads, [&](std::int64_t first, std::int64_t last) {
        std::size_t row = static_cast<std::size_t>(
            std::lower_bound(sorted.begin(), sorted.end(), PersonId(static_cast<std::int32_t>(first))) -
            sorted.begin());
        for (auto person = static_cast<std::int32_t>(first); person < last; ++person) {
            while (row < sorted.size() && sorted[row].value() <= person) ++row;
            rows_[static_cast<std::size_t>(person) + 1] = row;
        }
    });

    const std::size_t raters = assessments_.rater.strings() ? assessments_.rater.strings()->size() : 0;
    key_of_manager_.assign(static_cast<std::size_t>(people_), -1);
    {
        // A manager who is a rater by name is the same rater. Both lists are sorted.
        const Keys& people = organization_.people();
        std::vector<std::int32_t> key_of_person(static_cast<std::size_t>(people_));
        std::size_t rater = 0;
        for (std::size_t person = 0; person < key_of_person.size(); ++person) {
            while (rater < raters && (*assessments_.rater.strings())[rater] < people[person]) ++rater;
            const bool same = rater < raters && (*assessments_.rater.strings())[rater] == people[person];
            key_of_person[person] = static_cast<std::int32_t>(same ? rater : raters + person);
        }
        for (std::size_t person = 0; person < key_of_person.size(); ++person)
            if (const PersonId manager = organization_->people.manager[person])
                key_of_manager_[person] = key_of_person[static_cast<std::size_t>(manager.value())];
    }

    // Of each rater, the first person rated, or that there are several.
    constexpr std::int32_t nobody = -1, several = -2;
    const std::size_t codes = (raters + static_cast<std::size_t>(people_)) * source_count;
    const auto rated = std::make_unique<std::atomic<std::int32_t>[]>(codes);
    for (std::size_t i = 0; i < codes; ++i) rated[i].store(nobody, std::memory_order_relaxed);
    std::vector<std::atomic<bool>> capability_rated(organization_.capabilities().size());
    std::array<std::atomic<bool>, source_count> present{};
    std::atomic<std::int64_t> count{0};
    const auto walk = [&](std::int64_t first, std::int64_t last, auto&& visit) {
        for (auto person = static_cast<std::int32_t>(first); person < last; ++person)
            if (takes_part(person))
                for (std::size_t row = rows_[static_cast<std::size_t>(person)];
                     row < rows_[static_cast<std::size_t>(person) + 1]; ++row)
                    if (counts(row)) visit(person, row);
    };
    parallel_for(people_, people_at_once, threads, [&](std::int64_t first, std::int64_t last) {
        std::int64_t ratings = 0;
        walk(first, last, [&](std::int32_t person, std::size_t row) {
            ++ratings;
            auto& capability = capability_rated[static_cast<std::size_t>(assessments_.capability[row].value())];
            if (!capability.load(std::memory_order_relaxed)) capability.store(true, std::memory_order_relaxed);
            auto& source = present[static_cast<std::size_t>(assessments_.source[row])];
            if (!source.load(std::memory_order_relaxed)) source.store(true, std::memory_order_relaxed);
            const std::int64_t who = code(row);
            if (who < 0) return;
            std::int32_t known = rated[who].load(std::memory_order_relaxed);
            if (known == person || known == several) return;
            if (known == nobody && rated[who].compare_exchange_strong(known, person, std::memory_order_relaxed)) return;
            if (known != person) rated[who].store(several, std::memory_order_relaxed);
        });
        count += ratings;
    });
    count_ = count;
    for (std::size_t s = 0; s < source_count; ++s) present_[s] = present[s];
    for (const Source source : most_trusted)
        if (has(source)) {
            reference_ = source;
            break;
        }
    number_.assign(capability_rated.size(), -1);
    for (std::size_t c = 0; c < capability_rated.size(); ++c)
        if (capability_rated[c]) {
            number_[c] = static_cast<std::int32_t>(rated_.size());
            rated_.push_back(CapabilityId(static_cast<std::int32_t>(c)));
        }
    shared_of_code_.assign(codes, -1);
    for (std::size_t i = 0; i < codes; ++i)
        if (rated[i].load(std::memory_order_relaxed) == several) {
            shared_of_code_[i] = static_cast<std::int32_t>(shared_.size());
            shared_.push_back(static_cast<std::int64_t>(i));
        }

    // Whom each of them rated.
    const auto each_shared = [&](std::int64_t first, std::int64_t last, auto&& visit) {
        std::vector<std::int32_t> own;
        for (std::int64_t person = first; person < last; ++person) {
            own.clear();
            walk(person, person + 1, [&](std::int32_t, std::size_t row) {
                const std::int64_t who = code(row);
                if (const std::int32_t shared = who < 0 ? -1 : shared_of_code_[static_cast<std::size_t>(who)];
                    shared >= 0 && (own.empty() || own.back() != shared))
                    own.push_back(shared);
            });
            std::sort(own.begin(), own.end());
            own.erase(std::unique(own.begin(), own.end()), own.end());
            for (const std::int32_t shared : own) visit(static_cast<std::int32_t>(person), shared);
        }
    };
    std::vector<std::atomic<std::int64_t>> counts_of(shared_.size() + 1);
    parallel_for(people_, people_at_once, threads, [&](std::int64_t first, std::int64_t last) {
        each_shared(first, last, [&](std::int32_t, std::int32_t shared) {
            counts_of[static_cast<std::size_t>(shared)].fetch_add(1, std::memory_order_relaxed);
        });
    });
    rated_first_.assign(shared_.size() + 1, 0);
    for (std::size_t i = 0; i < shared_.size(); ++i) rated_first_[i + 1] = rated_first_[i] + counts_of[i];
    rated_people_.resize(static_cast<std::size_t>(rated_first_.back()));
    for (std::size_t i = 0; i < shared_.size(); ++i) counts_of[i] = rated_first_[i];
    parallel_for(people_, people_at_once, threads, [&](std::int64_t first, std::int64_t last) {
        each_shared(first, last, [&](std::int32_t person, std::int32_t shared) {
            rated_people_[static_cast<std::size_t>(
                counts_of[static_cast<std::size_t>(shared)].fetch_add(1, std::memory_order_relaxed))] = person;
        });
    });
    parallel_for(static_cast<std::int64_t>(shared_.size()), people_at_once, threads,
                 [&](std::int64_t first, std::int64_t last) {
                     for (std::int64_t i = first; i < last; ++i)
                         std::sort(rated_people_.begin() + rated_first_[static_cast<std::size_t>(i)],
                                   rated_people_.begin() + rated_first_[static_cast<std::size_t>(i) + 1]);
                 });
}

std::vector<std::int32_t> Ratings::rated() const {
    std::vector<std::int32_t> people;
    for (std::int32_t person = 0; person < people_; ++person)
        if (takes_part(person) && first_row(person) < last_row(person)) people.push_back(person);
    return people;
}

std::int32_t Ratings::key_of(std::string_view name) const {
    const Strings* strings = assessments_.rater.strings().get();
    const auto raters = static_cast<std::int32_t>(strings ? strings->size() : 0);
    std::int32_t low = 0, high = raters;
    while (low < high) {
        const std::int32_t middle = low + (high - low) / 2;
        if ((*strings)[static_cast<std::size_t>(middle)] < name)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < raters && (*strings)[static_cast<std::size_t>(low)] == name) return low;
    const std::int32_t person = organization_.people().find(name);
    return person < 0 ? -1 : raters + person;
}

Ratings::Gathering::Gathering(const Ratings& ratings, std::int32_t person, PersonRatings& into)
    : ratings_(ratings), person_(person), into_(into) {
    into.capabilities.clear();
    into.raters.clear();
    into.cells.clear();
    into.cell.clear();
}

std::size_t Ratings::Gathering::rater_of(const Row& row) {
    constexpr std::size_t few = 24;
    const Source source = row.source;
    std::int32_t key = source == Source::self ? -1 : row.key;
    if (key < 0 && source == Source::manager) key = ratings_.key_of_manager_[static_cast<std::size_t>(person_)];
    const bool named = key >= 0 || source == Source::self || source == Source::test || source == Source::manager;
    const auto code_of = [](std::int32_t rater, Source as) {
        return static_cast<std::int64_t>(rater) * static_cast<std::int64_t>(source_count) +
               static_cast<std::int64_t>(as);
    };
    if (named) {
        const auto same = [&](std::size_t i) { return into_.raters[i].key == key && into_.raters[i].source == source; };
        if (expected_ < into_.raters.size() && same(expected_)) return expected_++;
        if (into_.raters.size() >= few) {
            if (many_.empty())
                for (std::size_t i = 0; i < into_.raters.size(); ++i)
                    many_.emplace(code_of(into_.raters[i].key, into_.raters[i].source), i);
            const auto [at, is_new] = many_.emplace(code_of(key, source), into_.raters.size());
            if (!is_new) {
                expected_ = at->second + 1;
                return at->second;
            }
        } else {
            for (std::size_t i = 0; i < into_.raters.size(); ++i)
                if (same(i)) {
                    expected_ = i + 1;
                    return i;
                }
        }
    }
    const bool known = key >= 0 && key < ratings_.keys();
    into_.raters.push_back({known ? ratings_.shared_of_code_[static_cast<std::size_t>(code_of(key, source))] : -1,
                            source, key >= 0 || source != Source::test, named ? key : PersonRatings::anonymous});
    expected_ = into_.raters.size();
    return into_.raters.size() - 1;
}

void Ratings::Gathering::add(const Row& row, const PersonRatings::Terms& terms) {
    if (into_.capabilities.empty() || row.capability != last_) {
        last_ = row.capability;
        into_.capabilities.push_back(ratings_.number(row.capability));
        expected_ = 0;
    }
    const auto rater = static_cast<std::int32_t>(rater_of(row));
    const auto local = static_cast<std::int32_t>(into_.capabilities.size()) - 1;
    std::size_t at = into_.cells.size();  // repeats of a rater mostly come one after the other
    for (std::size_t i = into_.cells.size(); i-- > 0 && into_.cells[i].capability == local;) {
        if (into_.cells[i].rater == rater) {
            at = i;
            break;
        }
        if (row.source != Source::manager) break;  // who may be named or not
    }
    if (at == into_.cells.size()) into_.cells.push_back({local, rater, 0, 0, 0, 0});
    PersonRatings::Cell& cell = into_.cells[at];
    ++cell.ratings;
    cell.weight += terms.weight;
    cell.sum += terms.sum;
    cell.squares += terms.squares;
    into_.cell.push_back(static_cast<std::int32_t>(at));
}

double Ratings::level(const Row& row) const {
    const Relations& relations = organization_.relations();
    const auto c = static_cast<std::size_t>(row.capability.value());
    return (row.level - relations.bottom[c]) * (1 / (relations.top[c] - relations.bottom[c])) - prior_mean_;
}

Ratings::Interval Ratings::interval(const Row& row) const {
    const auto position = [&](std::size_t level) { return organization_->scales.position[level]; };
    const auto levels =
        organization_.relations()
            .levels_of_scale[organization_->capabilities.scale[static_cast<std::size_t>(row.capability.value())]];
    const auto first = static_cast<std::size_t>(levels.first), last = static_cast<std::size_t>(levels.last) - 1;
    std::size_t at = first;
    while (at < last && position(at) < row.level) ++at;
    if (position(at) != row.level) return {level(row), level(row)};
    constexpr double none = std::numeric_limits<double>::infinity();
    const auto between = [&](std::size_t lower) {
        Row cut = row;
        cut.level = 0.5 * (position(lower) + position(lower + 1));
        return level(cut);
    };
    return {at == first ? -none : between(at - 1), at == last ? none : between(at)};
}

double Ratings::aged(const Row& row, Date as_of) const {
    const double age = is_missing(row.date) ? 0 : static_cast<double>((as_of - row.date).count()) / 365.25;
    return 1 + age / half_information_years_;
}

PersonRatings::Terms Ratings::as_given(const Row& row, Date as_of) const {
    const double weight = 1 / aged(row, as_of), given = level(row);
    return {weight, weight * given, weight * given * given};
}

// The same to the last digit.
PersonRatings::Terms Ratings::Given::says(const Row& row) {
    if (!any_ || row.date != before_.date) weight_ = 1 / ratings_.aged(row, as_of_);
    if (!any_ || row.capability != before_.capability) {
        const Relations& relations = ratings_.organization_.relations();
        const auto c = static_cast<std::size_t>(row.capability.value());
        bottom_ = relations.bottom[c];
        per_range_ = 1 / (relations.top[c] - bottom_);
    }
    any_ = true;
    before_ = row;
    const double given = (row.level - bottom_) * per_range_ - ratings_.prior_mean_;
    return {weight_, weight_ * given, weight_ * given * given};
}

void Ratings::gather(std::int32_t person, PersonRatings& into) const {
    Gathering gathering(*this, person, into);
    Given given(*this, as_of_);
    for (std::size_t i = first_row(person); i < last_row(person); ++i) {
        if (!counts(i)) continue;
        const Row one = row(i);
        gathering.add(one, read_as_ ? (*read_as_)[i] : given.says(one));
    }
}

void Ratings::gather(std::int32_t person, std::span<const Row> rows, std::span<const PersonRatings::Terms> terms,
                     PersonRatings& into) const {
    Gathering gathering(*this, person, into);
    for (std::size_t i = 0; i < rows.size(); ++i) gathering.add(rows[i], terms[i]);
}

}  // namespace gradus
