#pragma once

#include <cstdint>

namespace gradus {

/// Faults that tests put into the ledger, to see each of them caught: one for each promise of docs/reliability.md. In the library
/// itself there are none: broken() is false at compile time.
enum class Mutant : std::uint8_t {
    none,
    unbalanced,
    not_append_only,
    unchained,
    duplicate_applied,
    concurrent_duplicate_applied,
    lost_update,
    not_conserved,
    balance_apart,
    overdrawn,
    imprecise,
    units_mixed,
    reversal_in_part,
    rebuilt_without_pending,
    gap,
    refusal_repeated_as_applied
};

#ifdef GRADUS_LEDGER_MUTANTS
extern Mutant present_mutant;
inline bool broken(Mutant mutant) { return present_mutant == mutant; }
#else
constexpr bool broken(Mutant) { return false; }
#endif

}  // namespace gradus
