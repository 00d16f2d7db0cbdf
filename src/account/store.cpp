#include "account/store.h"

#include <exception>
#include <filesystem>
#include <system_error>

#include <sqlite3.h>
#include <unistd.h>

#include <gradus/base/error.h>

#include "base/utf8.h"

namespace gradus {

namespace {

Code code_of(int result) {
    switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Code::busy;
    case SQLITE_NOMEM: return Code::out_of_memory;
    case SQLITE_ERROR:  // the statements are ours: what they do not fit is the file
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:  // the journal checks first: only a table that does not follow from it can break one
    case SQLITE_MISMATCH: return Code::damaged;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_NOTADB:
    case SQLITE_PROTOCOL:
    case SQLITE_TOOBIG:
    case SQLITE_AUTH: return Code::file;
    default: return Code::internal;
    }
}

/// Why a file that SQLite cannot open cannot be opened, where that can be seen.
std::string obstacle(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code unknown;
    if (fs::is_directory(path, unknown)) return "it is a folder";
    if (fs::exists(path, unknown)) return "";
    const fs::path folder = fs::path(path).parent_path();
    return folder.empty() || fs::is_directory(folder, unknown) ? "it is not there" : "there is no such folder";
}

}  // namespace

Store::Store(const std::string& path, Access access, std::chrono::milliseconds busy_timeout)
    : path_(path), process_(getpid()) {
    if (!sqlite3_threadsafe())
        throw Error(Code::file, "this SQLite was built for one thread alone; the ledger needs one built with threads");
    // SQLite may be built to take "file:…" for a URI, with options of its own.
    const std::string name = path.starts_with("file:") ? "./" + path : path;
    const int flags = access == Access::read    ? SQLITE_OPEN_READONLY
                      : access == Access::write ? SQLITE_OPEN_READWRITE
                                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int result =
        sqlite3_open_v2(name.c_str(), &connection_,
                        flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE, nullptr);
    try {
        check(result, "open");
        read_only_ = sqlite3_db_readonly(connection_, "main") == 1;
        check(sqlite3_busy_timeout(connection_, static_cast<int>(busy_timeout.count())), "open");
        check(sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr), "open");
        check(sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr), "open");
        execute(
            "PRAGMA trusted_schema = OFF;"
            "PRAGMA foreign_keys = ON;"
            "PRAGMA recursive_triggers = ON;"  // so that REPLACE meets the triggers that forbid DELETE
            "PRAGMA cell_size_check = ON;"
            "PRAGMA mmap_size = 0;"
            "PRAGMA temp_store = MEMORY;"
            "PRAGMA cache_size = -16384;"  // KiB
            "PRAGMA synchronous = EXTRA");
        if (!read_only_) execute("PRAGMA journal_mode = DELETE");
        const auto prepare = [&](const char* sql, sqlite3_stmt*& statement) {
            check(sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr), "open");
        };
        prepare("BEGIN", begin_read_), prepare("BEGIN IMMEDIATE", begin_write_), prepare("COMMIT", commit_);
    } catch (...) {
        close();
        throw;
    }
}

Store::~Store() { close(); }

void Store::close() noexcept {
    // In a child of fork() the connection is the parent's: to close it would meddle with the parent's file.
    if (own_process()) {
        for (sqlite3_stmt* statement : {begin_read_, begin_write_, commit_}) sqlite3_finalize(statement);
        sqlite3_close_v2(connection_);
    }
    connection_ = nullptr;
}

bool Store::own_process() const { return process_ == getpid(); }

void Store::check_process() const {
    if (!own_process())
        throw Error(Code::invalid_argument,
                    "the ledger was opened before fork(), by process " + std::to_string(process_) +
                        "; open it again in this process",
                    "ledger");
}

void Store::check(int result, const char* doing) const {
    const int primary = result & 0xff;
    if (primary == SQLITE_OK || primary == SQLITE_ROW || primary == SQLITE_DONE) return;
    const Code code = code_of(result);
    if (code == Code::out_of_memory) throw Error(code, "SQLite has no memory left", "ledger");
    std::string message = "could not " + std::string(doing) + " '" + printable(path_) + "': ";
    const std::string seen = primary == SQLITE_NOTADB     ? "it is no ledger, or its first bytes are damaged"
                             : primary == SQLITE_CANTOPEN ? obstacle(path_)
                                                          : std::string();
    if (!seen.empty()) throw Error(code, message + seen, "ledger");
    message += code == Code::busy ? "others used the file all the time; try again" : sqlite3_errstr(result);
    // The extended text says more (which constraint, which trigger), but only for the connection's last error.
    if (connection_ && code != Code::busy && sqlite3_extended_errcode(connection_) == result)
        if (const std::string more = sqlite3_errmsg(connection_); more != sqlite3_errstr(result))
            message += ": " + more;
    if (code == Code::file && (result == SQLITE_READONLY_ROLLBACK || result == SQLITE_READONLY_CANTINIT))
        message += "; a crash left work to undo, which needs the file opened for writing once";
    throw Error(code, message + " (SQLite " + std::to_string(result) + ")", "ledger");
}

void Store::execute(const char* sql) { check(sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr), "use"); }

std::int64_t Store::number(const char* sql) {
    Statement statement(*this, sql);
    Statement::Rows rows = statement();
    if (!rows.next()) throw Error(Code::internal, "a statement without a row: " + std::string(sql), "ledger");
    return rows.number(0);
}

Statement::Statement(Store& store, const char* sql) : store_(store) {
    store.check(sqlite3_prepare_v3(store.connection(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr),
                "read");
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int place, std::int64_t number) {
    store_.check(sqlite3_bind_int64(statement_, place, number), "use");
}
void Statement::bind(int place, double number) { store_.check(sqlite3_bind_double(statement_, place, number), "use"); }
void Statement::bind(int place, std::string_view text) {
    // A null pointer would be NULL; the empty text is a text.
    store_.check(sqlite3_bind_text64(statement_, place, text.data() ? text.data() : "", text.size(),
                                     copies_ ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8),
                 "use");
}
void Statement::bind(int place, Blob blob) {
    store_.check(sqlite3_bind_blob64(statement_, place, blob.bytes.data() ? blob.bytes.data() : "", blob.bytes.size(),
                                     copies_ ? SQLITE_TRANSIENT : SQLITE_STATIC),
                 "use");
}
void Statement::bind(int place, const std::optional<std::int64_t>& number) {
    store_.check(number ? sqlite3_bind_int64(statement_, place, *number) : sqlite3_bind_null(statement_, place), "use");
}

Statement::Rows Statement::of(std::span<const Value> values) {
    int place = 0;
    for (const Value& value : values) {
        ++place;
        if (const auto* number = std::get_if<std::int64_t>(&value))
            bind(place, *number);
        else if (const auto* real = std::get_if<double>(&value))
            bind(place, *real);
        else if (const auto* text = std::get_if<std::string>(&value))
            bind(place, std::string_view(*text));
        else
            bind(place, std::optional<std::int64_t>());
    }
    return Rows(*this);
}

bool Statement::step() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    store_.check(result, sqlite3_stmt_readonly(statement_) ? "read" : "write");
    return false;
}

void Statement::reset() noexcept {
    sqlite3_reset(statement_);
    if (!copies_) sqlite3_clear_bindings(statement_);  // what was bound may be gone now
}

bool Statement::Rows::missing(int column) const {
    return sqlite3_column_type(statement_.statement_, column) == SQLITE_NULL;
}
std::int64_t Statement::Rows::number(int column) const { return sqlite3_column_int64(statement_.statement_, column); }
int Statement::Rows::columns() const { return sqlite3_column_count(statement_.statement_); }

Statement::Value Statement::Rows::value(int column) const {
    switch (sqlite3_column_type(statement_.statement_, column)) {
    case SQLITE_NULL: return {};
    case SQLITE_INTEGER: return number(column);
    case SQLITE_FLOAT: return real(column);
    default: return string(column);
    }
}

double Statement::Rows::real(int column) const { return sqlite3_column_double(statement_.statement_, column); }
std::string_view Statement::Rows::text(int column) const {
    const void* bytes = sqlite3_column_blob(statement_.statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.statement_, column));
    if (!bytes && size > 0) throw Error(Code::out_of_memory, "SQLite has no memory left", "ledger");
    return {static_cast<const char*>(bytes), bytes ? size : 0};
}

namespace {

int run(sqlite3_stmt* statement) {
    const int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result;
}

}  // namespace

FileTransaction::FileTransaction(Store& store, Kind kind) : store_(store) {
    store.check(run(kind == Kind::write ? store.begin_write_ : store.begin_read_), "use");
}

FileTransaction::~FileTransaction() {
    // An error may have undone it already. What cannot be undone now is undone by whoever opens the file next.
    if (open_ && !sqlite3_get_autocommit(store_.connection()))
        sqlite3_exec(store_.connection(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void FileTransaction::commit() {
    store_.check(run(store_.commit_), "write");
    open_ = false;
}

}  // namespace gradus
