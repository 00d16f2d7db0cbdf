#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/store.h"

namespace gradus {

/// The chain of digests over what the file has of plans, a link for each change: docs/methods/agreement.md. It is made of rows as they
/// are in the file, whatever they mean, so that the file can be brought up to date and checked where plans are not known. Within a
/// transaction of the file.
class PlanChain {
public:
    explicit PlanChain(Store& store);

    /// The last change that has a link.
    struct End {
        std::int64_t change = 0;  ///< 0: none
        std::string link;         ///< of it; of no change, what the first one is linked to
    };
    End end();
    const std::string& first() const { return first_; }
    /// The link of a change whose rows are in the file; nothing if there is no such change.
    std::optional<std::string> link(std::int64_t change, std::string_view before);
    /// Links all changes that have no link yet. @throws Error damaged where there is a gap.
    void extend();

private:
    Statement last_change_, last_link_, add_;
    std::string first_;
    std::vector<std::unique_ptr<Statement>> rows_;
};

/// What is wrong with what the file has of plans.
struct PlanFault {
    std::int64_t change = 0;  ///< number of the first bad change
    std::string message;
};
/// The first change that is not what was written; else an item that is agreed and open, and of which the ledger holds something else than
/// its parts; else what the ledger holds for no such item. Nothing: all is well. Within a transaction of the file, whose journal is sound.
std::optional<PlanFault> plan_fault(Store& store);

}  // namespace gradus
