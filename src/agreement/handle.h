#pragma once

#include <memory>
#include <utility>

#include <gradus/agreement/agreements.h>

#include "account/handle.h"
#include "agreement/records.h"

namespace gradus {

/// What stands behind Agreements: the ledger, whose connection and lock are used, and statements of our own.
class Agreements::Data {
public:
    Data(const Ledger& ledger, const Organization& organization);
    ~Data();
    Data(const Data&) = delete;
    Data& operator=(const Data&) = delete;

    PlanReceipt apply(const PlanRequest& request);

    const Ledger& ledger() const { return ledger_; }
    const Organization& organization() const { return organization_; }

    /// body(session, records) within a transaction that excludes other writers, and is kept if the body returns.
    template <class Body>
    auto write(const Body& body) {
        return ledger_.data().write([&](Ledger::Data::Session& session) { return body(session, *records_); });
    }
    /// body(records, store, parts of the ledger) while nothing of the file changes.
    template <class Body>
    auto read(const Body& body) {
        return ledger_.data().read(
            [&](Store& store, Ledger::Data::Parts& parts) { return body(*records_, store, parts); });
    }

private:
    Ledger ledger_;
    Organization organization_;
    std::unique_ptr<Records> records_;
};

}  // namespace gradus
