#pragma once

#include <cstdint>

#include "organization/levels.h"

#include <gradus/base/input.h>
#include <gradus/base/table.h>

namespace gradus {

/// The rows of a valid table as an input that reads back to the same table. Levels are given by their labels where they
/// have one, so that they follow a scale whose positions change.
Input rows_of(const Table& table, const Levels& levels, int minor_digits);

/// Digest of all values of a table.
std::uint64_t digest_of(const Table& table);

}  // namespace gradus
