#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

struct sqlite3;
struct sqlite3_stmt;

namespace gradus {

/// One connection to an SQLite file, with the settings that keep what was acknowledged: everything that is kept in the file goes
/// through one. For one thread at a time.
///
/// Rollback journal and synchronous EXTRA: versions of SQLite before 3.51.3 may corrupt a file in WAL mode.
class Store {
public:
    enum class Access { read, write, create };

    Store(const std::string& path, Access access, std::chrono::milliseconds busy_timeout);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    const std::string& path() const { return path_; }
    bool read_only() const { return read_only_; }
    sqlite3* connection() const { return connection_; }
    /// False in a child that fork() made.
    bool own_process() const;
    /// @throws Error invalid_argument in another process than the one that opened it.
    void check_process() const;
    /// Statements without parameters or rows.
    void execute(const char* sql);
    /// The one number that a statement without parameters gives.
    std::int64_t number(const char* sql);
    /// @throws Error for what SQLite returned, unless it is a success.
    void check(int result, const char* doing) const;

private:
    friend class FileTransaction;
    void close() noexcept;

    std::string path_;
    sqlite3* connection_ = nullptr;
    bool read_only_ = false;
    std::int64_t process_ = 0;
    sqlite3_stmt* begin_read_ = nullptr;
    sqlite3_stmt* begin_write_ = nullptr;
    sqlite3_stmt* commit_ = nullptr;
};

/// A prepared statement. It borrows its store.
class Statement {
public:
    Statement(Store& store, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// The rows of one run; the statement is free again when they go. Texts are those of the current row.
    class Rows {
    public:
        explicit Rows(Statement& statement) : statement_(statement) {}
        ~Rows() { statement_.reset(); }
        Rows(const Rows&) = delete;
        Rows& operator=(const Rows&) = delete;

        bool next() { return statement_.step(); }
        bool missing(int column) const;
        std::int64_t number(int column) const;
        double real(int column) const;
        std::string_view text(int column) const;  ///< also of a blob
        std::string string(int column) const { return std::string(text(column)); }
        int columns() const;
        std::variant<std::monostate, std::int64_t, double, std::string> value(int column) const;  ///< whatever its type

    private:
        Statement& statement_;
    };

    /// Starts with these values for ?1, ?2, …: a number, perhaps a number, text, or a Blob.
    template <class... Values>
    Rows operator()(const Values&... values) {
        int place = 0;
        copies_ = true;  // the rows may outlive the values
        (bind(++place, values), ...);
        return Rows(*this);
    }
    /// Runs a statement that gives no rows.
    template <class... Values>
    void run(const Values&... values) {
        int place = 0;
        copies_ = false;
        (bind(++place, values), ...);
        Rows rows(*this);
        while (rows.next()) {
        }
    }

    struct Blob {
        std::string_view bytes;
    };

    /// A cell of whatever type: nothing, a number, or text.
    using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
    /// As above, for a number of values that is known only then.
    Rows of(std::span<const Value> values);

private:
    void bind(int place, std::int64_t number);
    void bind(int place, double number);
    void bind(int place, std::string_view text);
    void bind(int place, Blob blob);
    void bind(int place, const std::optional<std::int64_t>& number);
    bool step();
    void reset() noexcept;

    Store& store_;
    sqlite3_stmt* statement_ = nullptr;
    bool copies_ = true;  // texts are copied when they are bound
};

/// A transaction of the file: undone when it goes, unless it was committed. A writing one excludes other writers from its begin.
class FileTransaction {
public:
    enum class Kind { read, write };

    FileTransaction(Store& store, Kind kind);
    ~FileTransaction();
    FileTransaction(const FileTransaction&) = delete;
    FileTransaction& operator=(const FileTransaction&) = delete;

    void commit();

private:
    Store& store_;
    bool open_ = true;
};

}  // namespace gradus
