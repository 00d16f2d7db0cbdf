#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "account/store.h"

namespace gradus {

/// "Grds": tells a ledger from other SQLite files.
constexpr std::int64_t ledger_application = 0x47726473;

/// What brings a file from one version to the next; the first makes it, from an empty file.
struct Migration {
    const char* sql;
    void (*then)(Store& store) = nullptr;  ///< what SQL cannot say
};
std::span<const Migration> ledger_migrations();

/// Brings the file to the newest version, in one transaction, or makes it if it is empty: then with `currency` (empty: EUR)
/// and of play money or not.
/// For a file opened for reading only nothing is done; it must be of the newest version.
/// @throws Error `file` if it is no ledger or of a later version.
void migrate(Store& store, std::span<const Migration> migrations, std::string_view currency, bool play_money);

/// What is wrong with the tables, indices and triggers of the file; empty if they are those of the newest version.
std::string schema_fault(Store& store);

}  // namespace gradus
