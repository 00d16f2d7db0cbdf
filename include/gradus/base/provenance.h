#pragma once

#include <cstdint>
#include <string>

#include <gradus/base/units.h>

namespace gradus {

/// Where a result comes from. Two results with the same version and digest have the same bytes.
struct Provenance {
    std::string stage;         ///< the function that made it, e.g. "find_gaps"
    std::string version;       ///< of the library
    std::uint64_t inputs = 0;  ///< digest of the inputs
    std::uint64_t digest = 0;  ///< digest of version, stage, inputs and options: the result's own name
    std::string options;       ///< the options as a JSON object
    Date as_of = missing<Date>();
    std::uint64_t seed = 0;  ///< 0 where nothing is drawn
    double seconds = 0;      ///< time taken; not part of the digest
    int threads = 0;         ///< threads used; not part of the digest
};

}  // namespace gradus
