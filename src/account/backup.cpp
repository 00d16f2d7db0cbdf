#include <sqlite3.h>

#include <cstdio>
#include <filesystem>

#include <gradus/account/ledger_check.h>
#include <gradus/base/error.h>

#include "account/handle.h"
#include "account/store.h"
#include "base/utf8.h"

namespace gradus {

void backup(const Ledger& ledger, const std::string& path) {
    if (path.empty() || path == ":memory:" || path.find('\0') != std::string::npos)
        throw Error(Code::invalid_option, "expected the path of a file", "options", 0, "path");
    std::error_code unknown;
    if (std::filesystem::exists(path, unknown) || unknown)
        throw Error(Code::file, "'" + printable(path) + "' is there already; a backup goes to a new file", "ledger");
    ledger.data().read([&](Store& from, Ledger::Data::Parts&) {
        try {
            Store to(path, Store::Access::create, std::chrono::milliseconds(0));
            sqlite3_backup* copying = sqlite3_backup_init(to.connection(), "main", from.connection(), "main");
            if (!copying) to.check(sqlite3_extended_errcode(to.connection()), "write");
            const int copied = sqlite3_backup_step(copying, -1);
            const int ended = sqlite3_backup_finish(copying);
            to.check(ended, "write");
            if (copied != SQLITE_DONE) to.check(copied == SQLITE_OK ? SQLITE_BUSY : copied, "write");
        } catch (...) {
            for (const char* suffix : {"", "-journal"}) std::filesystem::remove(path + suffix, unknown);
            throw;
        }
        return 0;
    });
}

}  // namespace gradus
