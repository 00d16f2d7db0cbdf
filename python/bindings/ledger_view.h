#pragma once

// Moments and tables of a ledger as Python holds them. Moments cross as microseconds since 1970 in UTC, None where there is
// none; amounts as whole numbers of their kind.

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "bindings.h"

namespace gradus::python {

inline Moment moment(std::optional<std::int64_t> micros) {
    return micros ? Moment(Moment::duration(*micros)) : missing<Moment>();
}
inline std::optional<std::int64_t> micros(Moment moment) {
    if (is_missing(moment)) return std::nullopt;
    return moment.time_since_epoch().count();
}

template <class T>
TableView view_in(const Ledger& ledger, T table) {
    TableView made{.type = typeid(T), .minor_digits = ledger.minor_digits(), .currency = ledger.currency()};
    if constexpr (requires { table.problems; }) made.problems = table.problems;
    made.table = std::make_shared<const T>(std::move(table));
    return made;
}

}  // namespace gradus::python
