#pragma once

#include <cstdint>
#include <vector>

#include <gradus/gradus.h>

#include "columns.h"

namespace gradus::bench {

/// The order in which ratings arrive: person by person, or as days and systems happen to bring them.
enum class Order : std::uint8_t { sorted, shuffled };

/// A large organisation drawn from a fixed seed: 1000 units, 1000 roles with 12 requirements each out of 500 capabilities,
/// 20 objectives, and a rating per person and requirement, of which one in 25 is of something that the role does not need.
class Workforce {
public:
    Workforce(int people, Form form, Order order = Order::sorted);

    std::int64_t ratings() const { return ratings_; }
    /// Everything but assessments: read anew from memory with each call.
    std::vector<Input> organization() const;
    Input assessments() const { return assessments_.input(); }

    static constexpr int requirements = 12;  ///< of each role

private:
    std::vector<Input> small_;
    Columns people_{"people"}, assessments_{"assessments"};
    std::int64_t ratings_;
};

/// The day on which everything is looked at.
Date as_of();

/// A workforce whose ratings have been read and combined: what gaps, risks and the heat map start from.
struct Believed {
    explicit Believed(int people) : Believed(Workforce(people, Form::dictionary)) {}

    Organization organization;
    Estimates estimates;

private:
    explicit Believed(const Workforce& workforce);
};

/// Both are drawn once and kept while the same is asked for.
const Workforce& workforce(int people, Form form, Order order);
const Believed& believed(int people);

}  // namespace gradus::bench
