#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "planning/offer.h"

namespace gradus {

/// One person's part of the mixed-integer programme (docs/methods/mip.md), for levels known exactly: scratch memory, reused.
///
/// A binary column is a way to take an activity on one first day; on demand, an activity that waits for another has one for
/// each day that this may leave it. Continuous columns are what is gained. Maximised is the sum of `worth`.
class Formulation {
public:
    explicit Formulation(const Catalog& catalog) : offer(catalog), catalog_(catalog) {}

    Offer offer;

    /// A person's or a shared limit, or a tie between columns: Σ coefficient × column ≤ or = limit.
    struct Row {
        std::string name;
        bool equal = false;
        double limit = 0;
    };
    struct Entry {
        std::int32_t row = 0;  ///< of the person; below 0: -1 - resource of the catalog
        double coefficient = 0;
    };
    struct Column {
        std::string name;
        std::int32_t way = -1;  ///< of `ways`: then it is binary; -1: continuous, from 0
        double most = 0;        ///< upper bound; infinite: none
        double worth = 0;       ///< what one of it adds to the value
        std::vector<Entry> entries{};
    };

    std::vector<Way> ways;  ///< as they would be taken: dated and priced
    std::vector<Row> rows;
    std::vector<Column> columns;  ///< first the binary ones, in the order of `ways`

    /// @throws Error contradiction where what the person may learn is not certain, or two accounts disagree.
    void open(PersonId person, const Offer::Duties* duties);

private:
    struct Term {
        std::int32_t column = 0;
        double coefficient = 0;
    };
    // What lifts a state: a course's lesson or a pin's.
    struct Lift {
        std::int32_t course = -1;
        double uplift = 0;
        double share = 0;  // of a pin
    };

    void date_ways();
    void name_ways();
    void add_row(std::string name, bool equal, double limit, const std::vector<Term>& terms);
    void add_limit(std::string name, std::int64_t limit, const std::vector<Term>& terms);
    std::int32_t add_column(std::string name, double most, double worth);
    void limit_courses();
    void limit_time();
    void limit_accounts();
    void limit_numbers();
    void use_resources();
    void reward();
    void reward(std::int32_t state, const std::vector<Lift>& lifts);
    bool lifts_of(std::int32_t state, std::vector<Lift>& lifts) const;
    std::string name(const char* what) const { return what + suffix_; }
    const Offer::Course& course_of(std::int32_t way) const { return offer.courses[ways[way].course]; }

    const Catalog& catalog_;
    std::string suffix_;                   // "_p" and the person's number
    std::vector<std::int32_t> first_way_;  // by course, and the end
    std::vector<std::int32_t> delayed_;    // by way: 1 where what comes before it set its day
};

}  // namespace gradus
