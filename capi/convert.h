#pragma once

// The words of C and those of C++: to_c and from_c.

#include <algorithm>
#include <cstring>
#include <optional>
#include <type_traits>

#include <gradus/gradus.h>

#include "guard.h"

namespace gradus::c {

template <class E>
constexpr bool same(E word, int number) {
    return static_cast<int>(word) == number;
}

// What is written down in gradus.h is the same in C++.
static_assert(same(Code::unknown_table, GRADUS_UNKNOWN_TABLE) && same(Code::cycle, GRADUS_CYCLE) &&
              same(Code::out_of_memory, GRADUS_OUT_OF_MEMORY) && same(Code::internal, GRADUS_INTERNAL) &&
              same(Code::invalid_argument, GRADUS_INVALID_ARGUMENT) && same(Code::busy, GRADUS_BUSY) &&
              same(Code::file, GRADUS_FILE) && same(Code::damaged, GRADUS_DAMAGED));
static_assert(same(Type::key, GRADUS_TYPE_KEY) && same(Type::word, GRADUS_TYPE_WORD) &&
              same(Type::text, GRADUS_TYPE_TEXT) && same(Type::real, GRADUS_TYPE_REAL) &&
              same(Type::integer, GRADUS_TYPE_INTEGER) && same(Type::boolean, GRADUS_TYPE_BOOLEAN) &&
              same(Type::date, GRADUS_TYPE_DATE) && same(Type::money, GRADUS_TYPE_MONEY) &&
              same(Type::hours, GRADUS_TYPE_HOURS) && same(Type::amount, GRADUS_TYPE_AMOUNT) &&
              same(Type::level, GRADUS_TYPE_LEVEL) && same(Type::moment, GRADUS_TYPE_MOMENT));
static_assert(same(Source::self, GRADUS_SOURCE_SELF) && same(Source::manager, GRADUS_SOURCE_MANAGER) &&
              same(Source::peer, GRADUS_SOURCE_PEER) && same(Source::report, GRADUS_SOURCE_REPORT) &&
              same(Source::test, GRADUS_SOURCE_TEST) && same(Source::observation, GRADUS_SOURCE_OBSERVATION));
static_assert(same(Grouping::unit, GRADUS_BY_UNIT) && same(Grouping::role, GRADUS_BY_ROLE) &&
              same(Grouping::family, GRADUS_BY_FAMILY) && same(Grouping::manager, GRADUS_BY_MANAGER) &&
              same(Grouping::persona, GRADUS_BY_PERSONA) && same(Grouping::all, GRADUS_BY_ALL));
static_assert(same(PlanStatus::optimal, GRADUS_PLAN_OPTIMAL) && same(PlanStatus::within_gap, GRADUS_PLAN_WITHIN_GAP) &&
              same(PlanStatus::time_limit, GRADUS_PLAN_TIME_LIMIT) &&
              same(PlanStatus::work_limit, GRADUS_PLAN_WORK_LIMIT) &&
              same(PlanStatus::cancelled, GRADUS_PLAN_CANCELLED) && same(PlanStatus::conflicts, GRADUS_PLAN_CONFLICTS));
static_assert(same(BoundKind::prices, GRADUS_BOUND_PRICES) && same(BoundKind::search, GRADUS_BOUND_SEARCH));
static_assert(same(AccountKind::money, GRADUS_KIND_MONEY) && same(AccountKind::hours, GRADUS_KIND_HOURS) &&
              same(AccountKind::items, GRADUS_KIND_ITEMS));
static_assert(sizeof(bool) == 1 && sizeof(Date) == 4 && sizeof(Money) == 8 && sizeof(Minutes) == 8 &&
              sizeof(Amount) == 8 && sizeof(Moment) == 8);

inline std::int32_t to_c(Date date) { return date.time_since_epoch().count(); }
inline Date date_from_c(std::int32_t days) { return Date(Date::duration(days)); }
inline std::int64_t to_c(Moment moment) { return moment.time_since_epoch().count(); }
inline Moment moment_from_c(std::int64_t micros) { return Moment(Moment::duration(micros)); }
static_assert(missing<Date>().time_since_epoch().count() == GRADUS_NONE && missing<std::int32_t>() == GRADUS_NONE);

inline std::int32_t to_c(std::optional<int> number) { return number.value_or(GRADUS_NONE); }
inline double to_c(std::optional<double> number) { return number.value_or(missing<double>()); }
inline std::optional<int> optional_from_c(std::int32_t number) {
    return is_missing(number) ? std::nullopt : std::optional<int>(number);
}
inline std::optional<double> optional_from_c(double number) {
    return is_missing(number) ? std::nullopt : std::optional<double>(number);
}

/// GRADUS_NONE: missing. @throws Error invalid_option unless it is one of GRADUS_SOURCE_...
Source source_from_c(std::int32_t source, const char* name);

/// @throws Error invalid_option unless `number` is 0 or 1.
bool truth(std::int32_t number, const char* name);
/// @throws Error invalid_option unless it is 0: a later version may give it a meaning.
void check_reserved(std::int32_t reserved);

// Every option struct of C, by its type: the name of its _init function, the size it had when it was first released
// (nobody's is smaller), and what it holds by default.
template <class C>
struct OptionStruct;

template <>
struct OptionStruct<gradus_load_options> {
    static constexpr const char* init = "gradus_load_options_init";
    static constexpr std::uint32_t first_size = 16;
    static gradus_load_options defaults();
};
template <>
struct OptionStruct<gradus_estimate_options> {
    static constexpr const char* init = "gradus_estimate_options_init";
    static constexpr std::uint32_t first_size = 240 + sizeof(void*);
    static gradus_estimate_options defaults();
};
template <>
struct OptionStruct<gradus_review_options> {
    static constexpr const char* init = "gradus_review_options_init";
    static constexpr std::uint32_t first_size = 64;
    static gradus_review_options defaults();
};
template <>
struct OptionStruct<gradus_gap_options> {
    static constexpr const char* init = "gradus_gap_options_init";
    static constexpr std::uint32_t first_size = 16;
    static gradus_gap_options defaults();
};
template <>
struct OptionStruct<gradus_risk_options> {
    static constexpr const char* init = "gradus_risk_options_init";
    static constexpr std::uint32_t first_size = 88;
    static gradus_risk_options defaults();
};
template <>
struct OptionStruct<gradus_heat_map_options> {
    static constexpr const char* init = "gradus_heat_map_options_init";
    static constexpr std::uint32_t first_size = 16 + sizeof(void*);
    static gradus_heat_map_options defaults();
};
template <>
struct OptionStruct<gradus_concentration_options> {
    static constexpr const char* init = "gradus_concentration_options_init";
    static constexpr std::uint32_t first_size = 24;
    static gradus_concentration_options defaults();
};
template <>
struct OptionStruct<gradus_optimize_options> {
    static constexpr const char* init = "gradus_optimize_options_init";
    static constexpr std::uint32_t first_size = 64;
    static gradus_optimize_options defaults();
};
template <>
struct OptionStruct<gradus_verify_options> {
    static constexpr const char* init = "gradus_verify_options_init";
    static constexpr std::uint32_t first_size = 16;
    static gradus_verify_options defaults();
};

template <>
struct OptionStruct<gradus_replan_options> {
    static constexpr const char* init = "gradus_replan_options_init";
    static constexpr std::uint32_t first_size = 40 + 4 * sizeof(void*);
    static gradus_replan_options defaults();
};
template <>
struct OptionStruct<gradus_recommend_options> {
    static constexpr const char* init = "gradus_recommend_options_init";
    static constexpr std::uint32_t first_size = 32 + 3 * sizeof(void*);
    static gradus_recommend_options defaults();
};

template <>
struct OptionStruct<gradus_goal_options> {
    static constexpr const char* init = "gradus_goal_options_init";
    static constexpr std::uint32_t first_size = 32 + 2 * sizeof(void*);
    static gradus_goal_options defaults();
};
template <>
struct OptionStruct<gradus_check_options> {
    static constexpr const char* init = "gradus_check_options_init";
    static constexpr std::uint32_t first_size = 40 + 2 * sizeof(void*);
    static gradus_check_options defaults();
};

template <>
struct OptionStruct<gradus_ledger_options> {
    static constexpr const char* init = "gradus_ledger_options_init";
    static constexpr std::uint32_t first_size = 24 + sizeof(void*);
    static gradus_ledger_options defaults();
};

/// Fills the caller's struct of `size` bytes: what the library does not know of it is zero.
template <class C>
void init(C* options, std::uint32_t size) noexcept {
    if (!options || size < sizeof size) return;
    C known = OptionStruct<C>::defaults();
    known.struct_size = size;
    std::memset(static_cast<void*>(options), 0, size);
    std::memcpy(static_cast<void*>(options), &known, std::min<std::size_t>(size, sizeof known));
}

/// The caller's options as this library knows them: what an older struct does not have is at its default.
/// @throws Error invalid_option where a newer struct asks for what the library does not know, or none was filled.
template <class C>
C known(const C* given) {
    using Struct = OptionStruct<C>;
    static_assert(offsetof(C, struct_size) == 0 && sizeof(C) % alignof(C) == 0);
    C options = Struct::defaults();
    if (!given) return options;
    const std::uint32_t size = given->struct_size;
    if (size < Struct::first_size)
        throw Error(Code::invalid_option, "struct_size is " + std::to_string(size) + ": use " + Struct::init, "options",
                    0, "struct_size");
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    if (size > sizeof options && std::any_of(bytes + sizeof options, bytes + size, [](auto byte) { return byte != 0; }))
        throw Error(Code::invalid_option,
                    "the struct of " + std::to_string(size) +
                        " bytes asks for an option that this library, which knows " + std::to_string(sizeof options) +
                        " bytes of it, does not have",
                    "options", 0, "struct_size");
    std::memcpy(static_cast<void*>(&options), bytes, std::min<std::size_t>(size, sizeof options));
    return options;
}

/// as_of and threads of a load.
struct LoadOptions {
    Date as_of;
    int threads;
};

LoadOptions from_c(const gradus_load_options* options);
EstimateOptions from_c(const gradus_estimate_options* options);
ReviewOptions from_c(const gradus_estimate_options* estimate, const gradus_review_options* options);
GapOptions from_c(const gradus_gap_options* options);
RiskOptions from_c(const gradus_risk_options* options);
HeatMapOptions from_c(const gradus_heat_map_options* options);
ConcentrationOptions from_c(const gradus_concentration_options* options);
OptimizeOptions from_c(const gradus_optimize_options* options);
LedgerOptions from_c(const gradus_ledger_options* options);
VerifyOptions from_c(const gradus_verify_options* options);

gradus_column to_c(const AnyColumn& column, const Strings& words, int minor_digits);
gradus_provenance to_c(const Provenance& provenance);
gradus_certificate to_c(const PlanCertificate& certificate);

}  // namespace gradus::c
